//! The hooks under the real pre-commit, and the commands of the pipelines under `examples/ci/`. The gate for plans is among the end-to-end
//! tests, which have a Terraform.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Runner, repository};

/// From PyPI, in an environment of its own that stays for the next run.
const PRE_COMMIT: &str = "pre-commit==4.7.0";

const PUBLIC: &str = r#"resource "mediastore_container_policy" "live" {
  container_name = "live"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = "mediastore:PutObject"
      Resource  = "arn:aws:mediastore:eu-west-1:111122223333:container/live/*"
      Condition = { Bool = { "aws:SecureTransport" = "true" } }
    }]
  })
}
"#;

/// Runs a command that has to succeed.
#[track_caller]
fn step(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{command:?} failed:\n{text}");
    text
}

fn pre_commit() -> PathBuf {
    let venv = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("venv-{PRE_COMMIT}"));
    let done = venv.join("installed");
    let lock = File::create(venv.with_extension("lock")).unwrap();
    lock.lock().unwrap();
    if !done.exists() {
        step(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&venv));
        step(Command::new(venv.join("bin/python")).args(["-m", "pip", "install", "--quiet", PRE_COMMIT]));
        File::create(done).unwrap();
    }
    venv.join("bin/pre-commit")
}

/// A repository of a user with this hook, as committed in the repository of this project.
struct User {
    runner: Runner,
    cache: tempfile::TempDir,
    path: String,
}

impl User {
    fn with(hook: &str) -> Self {
        let revision = step(Command::new("git").args(["-C"]).arg(repository()).args(["rev-parse", "HEAD"]));
        let config = format!(
            "repos:\n  - repo: {}\n    rev: {}\n    hooks:\n      - id: {hook}\n",
            repository().display(),
            revision.trim()
        );
        let runner = Runner::new().file(".pre-commit-config.yaml", config).file("main.tf", PUBLIC);
        let binary = Path::new(env!("CARGO_BIN_EXE_mediastore-lint")).parent().unwrap().to_owned();
        let path = format!("{}:{}", binary.display(), std::env::var("PATH").unwrap());
        let user = Self { runner, cache: tempfile::tempdir().unwrap(), path };
        user.git(&["init", "--quiet"]);
        user.git(&["add", "."]);
        user
    }

    fn git(&self, arguments: &[&str]) {
        step(Command::new("git").arg("-C").arg(self.runner.path("")).args(arguments));
    }

    /// Runs the hook over everything; whether it passed, and what it said.
    fn run(&self) -> (bool, String) {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
        let output = Command::new(pre_commit())
            .args(["run", "--all-files", "--verbose"])
            .current_dir(self.runner.path(""))
            .env("PATH", &self.path)
            .env("PRE_COMMIT_HOME", self.cache.path())
            // A checkout of its own would build every dependency anew; these are the same.
            .env("CARGO_TARGET_DIR", target)
            .env("MEDIASTORE_LINT_PROFILE", "dev")
            .output()
            .unwrap();
        let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        (output.status.success(), text)
    }
}

/// A change that exposes content is stopped; the same without it passes.
#[track_caller]
fn guards(hook: &str) {
    let user = User::with(hook);
    let (passed, text) = user.run();
    assert!(!passed && text.contains("error[public-write]"), "{text}");
    fs::write(user.runner.path("main.tf"), PUBLIC.replace("\"*\"", "{ AWS = \"arn:aws:iam::111122223333:root\" }"))
        .unwrap();
    user.git(&["add", "."]);
    let (passed, text) = user.run();
    assert!(passed && text.contains("1 document in 1 file"), "{text}");
}

#[test]
fn the_hook_that_is_built_from_source_guards_a_commit() {
    guards("mediastore-lint");
}

#[test]
fn the_hook_on_path_guards_a_commit() {
    guards("mediastore-lint-system");
}

#[test]
fn the_pipelines_run_commands_that_there_are() {
    let runner = Runner::new().file("main.tf", PUBLIC);
    let mut commands = 0;
    for file in ["github-actions.yml", "gitlab-ci.yml"] {
        let text = fs::read_to_string(repository().join("examples/ci").join(file)).unwrap();
        let lines = text.lines().filter_map(|line| line.split_once("mediastore-lint check ")).map(|(_, rest)| rest);
        for arguments in lines {
            let run = runner.run(&format!("check {arguments}"));
            let expected = if arguments.contains("never") { 0 } else { 1 };
            assert_eq!(run.code, expected, "{arguments}: {}", run.err);
            commands += 1;
        }
    }
    assert_eq!(commands, 4);
    assert!(runner.read("mediastore-lint.sarif").contains("public-write"));
    assert!(runner.read("gl-code-quality-report.json").contains("public-write"));
    assert!(runner.read("mediastore-lint.xml").contains("public-write"));
}
