//! The command line as other programs see it: the JSON contract and the exit codes, through the real binary.

// A test may panic: that is how it fails.
#![allow(clippy::unwrap_used, clippy::panic)]

mod check;
mod configuration;
mod examples;
mod fixes;
mod help;
mod lsp;
mod pre_commit;
mod readme;
mod report;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// A folder for one test, and the binary run in it.
struct Runner {
    folder: tempfile::TempDir,
}

/// What a run printed, and how it ended.
struct Run {
    out: String,
    err: String,
    code: i32,
}

impl Runner {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn file(self, name: &str, text: impl std::fmt::Display) -> Self {
        std::fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        std::fs::write(self.path(name), text.to_string()).unwrap();
        self
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    fn command(&self, arguments: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mediastore-lint"));
        command.current_dir(self.folder.path()).env_clear().args(arguments.split_whitespace());
        // Where a run that measures coverage writes what it saw.
        command.envs(std::env::var_os("LLVM_PROFILE_FILE").map(|file| ("LLVM_PROFILE_FILE", file)));
        command
    }

    #[track_caller]
    fn run(&self, arguments: &str) -> Run {
        self.run_on(arguments, "")
    }

    /// Runs with this on standard input.
    #[track_caller]
    fn run_on(&self, arguments: &str, input: &str) -> Run {
        let mut command = self.command(arguments);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // A program that reads nothing closes its end, which is no fault of the test.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let output = child.wait_with_output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Run { out: text(output.stdout), err: text(output.stderr), code: output.status.code().unwrap() }
    }
}

impl Run {
    fn lines(&self) -> Vec<Value> {
        self.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

fn policy(change: impl FnOnce(&mut Value)) -> Value {
    let mut statement = json!({"Sid": "Read", "Effect": "Allow", "Principal": "*", "Action": "mediastore:GetObject",
        "Resource": "arn:aws:mediastore:us-east-1:111122223333:container/movies/*"});
    change(&mut statement);
    json!({"Version": "2012-10-17", "Statement": [statement]})
}

fn public() -> Value {
    policy(|_| {})
}

fn of_account(account: &str) -> Value {
    policy(|statement| statement["Principal"] = json!({"AWS": account}))
}

#[test]
fn exposure_prints_one_object_per_file() {
    let runner = Runner::new().file("public.json", public()).file("own.json", of_account("111122223333"));
    let run = runner.run("exposure --format json --now 2026-01-01 public.json own.json");
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    let lines = run.lines();
    assert_eq!(lines[0]["file"], "public.json");
    assert_eq!(lines[0]["valid"], true);
    assert_eq!(lines[0]["problems"], json!([]));
    assert_eq!(lines[0]["exposure"], "public");
    assert_eq!(lines[0]["actions"]["mediastore:GetObject"], "public");
    assert_eq!(lines[0]["actions"]["mediastore:PutObject"], "none");
    assert_eq!(lines[0]["witness"]["principal"], "*");
    assert_eq!(lines[0]["witness"]["context"]["aws:CurrentTime"], json!(["2026-01-01T00:00:00Z"]));
    // Without a zone, the account of the policy's own resources is trusted.
    assert_eq!(lines[1]["exposure"], "trusted");
}

#[test]
fn a_witness_is_a_request_to_simulate() {
    let runner = Runner::new().file("policy.json", public());
    let witness = runner.run("exposure --format json policy.json").lines().remove(0)["witness"].take();
    let runner = runner.file("request.json", &witness);
    let run = runner.run("simulate --format json --policy policy.json --request request.json");
    assert_eq!(run.code, 0);
    let statement = json!({"file": "policy.json", "index": 0, "sid": "Read", "effect": "Allow"});
    assert_eq!(run.lines(), [json!({"decision": "allow", "statements": [statement]})]);
    let mut other = witness.clone();
    other["action"] = "mediastore:PutObject".into();
    let runner = runner.file("request.json", other);
    assert_eq!(
        runner.run("simulate --format json --policy policy.json --request request.json").lines()[0]["decision"],
        "implicit-deny"
    );
    let deny = policy(|statement| statement["Effect"] = "Deny".into());
    let runner = runner.file("deny.json", deny).file("request.json", witness);
    let run = runner.run("simulate --format json --policy policy.json --policy deny.json --request request.json");
    assert_eq!(run.lines()[0]["decision"], "explicit-deny");
}

#[test]
fn compare_names_the_relation_and_both_differences() {
    let put = policy(|statement| statement["Action"] = "mediastore:PutObject".into());
    let runner =
        Runner::new().file("public.json", public()).file("own.json", of_account("111122223333")).file("put.json", put);
    for (pair, relation, gained, lost) in [
        ("public.json public.json", "equal", false, false),
        ("public.json own.json", "narrower", false, true),
        ("own.json public.json", "wider", true, false),
        ("public.json put.json", "incomparable", true, true),
    ] {
        let line = runner.run(&format!("compare --format json {pair}")).lines().remove(0);
        assert_eq!(line["relation"], relation);
        assert_eq!((line["gained"].is_object(), line["lost"].is_object()), (gained, lost), "{pair}");
        assert_eq!(line.as_object().unwrap().len(), 3);
    }
    assert_eq!(runner.run("compare --format json public.json own.json own.json public.json").lines().len(), 2);
}

#[track_caller]
fn ends(runner: &Runner, arguments: &str, code: i32) {
    let run = runner.run(arguments);
    assert_eq!(run.code, code, "{arguments}\n{}{}", run.out, run.err);
}

#[test]
fn exit_codes_say_how_it_ended() {
    let runner = Runner::new()
        .file("public.json", public())
        .file("own.json", of_account("111122223333"))
        .file("broken.json", "{")
        .file("empty.json", json!({"Version": "2012-10-17", "Statement": []}))
        .file("zone.toml", "[trust]\naccounts = ['111122223333']\nnetworks = ['198.18.0.0/15']\n")
        .file("wrong.toml", "[trust]\naccount = '111122223333'\n");
    ends(&runner, "exposure public.json", 0);
    ends(&runner, "exposure --fail-on public public.json", 1);
    ends(&runner, "exposure --fail-on external own.json", 0);
    ends(&runner, "exposure --fail-on external --account 444455556666 own.json", 1);
    ends(&runner, "exposure --fail-on external --config zone.toml own.json", 0);
    ends(&runner, "compare --fail-on wider own.json public.json", 1);
    ends(&runner, "compare --fail-on wider public.json own.json", 0);
    ends(&runner, "compare --fail-on any public.json own.json", 1);
    for usage in [
        "",
        "exposure",
        "exposure --account 12 public.json",
        "exposure --config wrong.toml public.json",
        "exposure --config none.toml public.json",
        "exposure --now tomorrow public.json",
        "compare public.json",
        "compare public.json own.json public.json",
        "completions basic",
    ] {
        ends(&runner, usage, 2);
    }
    ends(&runner, "exposure --fail-on public public.json broken.json", 3);
    ends(&runner, "exposure empty.json", 3);
    ends(&runner, "exposure nothing.json", 3);
    ends(&runner, "compare public.json broken.json", 3);
    ends(&runner, "simulate --policy public.json --request broken.json", 3);
    ends(&runner, "--help", 0);
    ends(&runner, "--version", 0);
    ends(&runner, "completions bash", 0);
}

#[test]
fn what_cannot_be_read_is_never_clean() {
    let runner = Runner::new().file("broken.json", "{\n  \"Version\": 2}").file("public.json", public());
    let run = runner.run("exposure --format json broken.json nothing.json public.json");
    let lines = run.lines();
    assert_eq!(run.code, 3);
    for line in &lines[..2] {
        assert_eq!(line["valid"], false);
        assert_eq!(line["exposure"], "undecided");
        assert_eq!(line["witness"], Value::Null);
    }
    let problems = lines[0]["problems"].as_array().unwrap();
    assert!(problems.iter().any(|problem| problem["line"] == 2 && problem["code"] == "wrong-type"), "{problems:?}");
    assert_eq!(lines[1]["problems"][0]["code"], "unreadable");
    // The other files are judged all the same.
    assert_eq!(lines[2]["exposure"], "public");
}

#[test]
fn configuration_errors_point_into_the_file() {
    let runner =
        Runner::new().file("public.json", public()).file("wrong.toml", "[trust]\nnetworks = ['10.0.0.0/33']\n");
    let run = runner.run("exposure --config wrong.toml public.json");
    assert!(
        run.err.contains("wrong.toml:2:13: ") && run.err.contains("`10.0.0.0/33` is not an address"),
        "{}",
        run.err
    );
}

#[test]
fn people_get_words() {
    let runner = Runner::new().file("own.json", of_account("444455556666"));
    let run = runner.run("exposure --now 2026-01-01 --account 111122223333 own.json");
    assert!(run.out.starts_with("own.json: external\n  external: mediastore:GetObject\n  allowed, for one:\n    principal  arn:aws:iam::444455556666:user/"), "{}", run.out);
}
