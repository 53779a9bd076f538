//! `check`: what it prints and how it ends.

use std::process::Stdio;

use serde_json::{Value, json};

use super::{Runner, ends, public};

const PUBLIC: &str = r#"resource "mediastore_container" "live" {
  name                   = "live"
  access_logging_enabled = true
}

resource "mediastore_container_policy" "live" {
  container_name = mediastore_container.live.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = ["mediastore:GetObject", "mediastore:PutObject"]
      Resource  = "${mediastore_container.live.arn}/*"
      Condition = { Bool = { "aws:SecureTransport" = "true" } }
    }]
  })
}
"#;

/// The names of the rules that a run reports, in its order.
fn rules(document: &Value) -> Vec<&str> {
    document["findings"].as_array().unwrap().iter().map(|it| it["rule"].as_str().unwrap()).collect()
}

fn json(runner: &Runner, arguments: &str) -> Value {
    let run = runner.run(&format!("check --format json {arguments}"));
    serde_json::from_str(&run.out).unwrap_or_else(|error| panic!("{error}: {}{}", run.out, run.err))
}

#[test]
fn a_directory_is_judged_with_or_without_the_commands_name() {
    let runner = Runner::new().file("infra/main.tf", PUBLIC);
    let run = runner.run("infra");
    assert_eq!(run.code, 1, "{}", run.err);
    assert!(run.out.contains("error[public-write]: anybody can upload"), "{}", run.out);
    assert!(run.out.contains("infra/main.tf:10:18"), "{}", run.out);
    assert!(run.out.contains("proof: curl --upload-file file 'https://ENDPOINT/"), "{}", run.out);
    assert!(run.out.trim_end().ends_with("1 container and 1 document in 1 file"), "{}", run.out);
    assert_eq!(runner.run("check infra").out, run.out);
    assert_eq!(run.err, "");
}

#[test]
fn json_is_the_contract() {
    let runner = Runner::new().file("main.tf", PUBLIC);
    let document = json(&runner, ".");
    let found = document["findings"].as_array().unwrap().iter().find(|it| it["rule"] == "public-write").unwrap();
    let place = json!([found["file"], found["line"], found["column"], found["end_line"], found["end_column"]]);
    assert_eq!(place, json!(["main.tf", 10, 18, 16, 6]));
    assert_eq!(found["severity"], "error");
    assert_eq!(found["address"], "mediastore_container_policy.live");
    assert_eq!(found["witness"]["action"], "mediastore:PutObject");
    assert!(found["help"].is_string() && found["fingerprint"].as_str().unwrap().len() == 16);
    let summary = &document["summary"];
    assert_eq!(
        json!([summary["errors"], summary["containers"], summary["documents"], summary["files"]]),
        json!([1, 1, 1, 1])
    );
}

#[test]
fn the_order_is_the_same_every_time() {
    let mut runner = Runner::new();
    for index in 0..40 {
        runner = runner.file(&format!("{index}/policy.json"), public()).file(&format!("{index}/b/main.tf"), PUBLIC);
    }
    let first = runner.run("--now 2026-01-01 --format json .").out;
    assert!(first.matches("public-read").count() >= 80);
    for _ in 0..3 {
        assert_eq!(runner.run("--now 2026-01-01 --format json .").out, first);
    }
}

#[test]
fn a_plan_on_standard_input_is_a_gate() {
    let policy = public().to_string();
    let plan = json!({
        "format_version": "1.2", "terraform_version": "1.11.0",
        "planned_values": {"root_module": {"resources": [
            {"address": "mediastore_container.live", "mode": "managed", "type": "mediastore_container", "name": "live",
             "provider_name": "registry.terraform.io/mediastore/mediastore", "schema_version": 0,
             "values": {"name": "movies", "access_logging_enabled": true}},
            {"address": "mediastore_container_policy.live", "mode": "managed", "type": "mediastore_container_policy", "name": "live",
             "provider_name": "registry.terraform.io/mediastore/mediastore", "schema_version": 0,
             "values": {"container_name": "movies", "policy": policy}}]}},
        "resource_changes": [], "configuration": {"root_module": {}},
    });
    let runner = Runner::new();
    let run = runner.run_on("--fail-on info --format json -", &plan.to_string());
    assert_eq!(run.code, 1, "{}{}", run.out, run.err);
    let document: Value = serde_json::from_str(&run.out).unwrap();
    let found = document["findings"].as_array().unwrap().iter().find(|it| it["rule"] == "public-read").unwrap();
    assert_eq!(json!([found["file"], found["address"]]), json!(["-", "mediastore_container_policy.live"]));
    assert_eq!(runner.run_on("--fail-on error -", &plan.to_string()).code, 0);
    assert_eq!(runner.run_on("-", "{\"format_version\": ").code, 3);
}

#[test]
fn exit_codes_say_how_it_ended() {
    let runner = Runner::new()
        .file("clean/policy.json", super::of_account("111122223333"))
        .file("public/policy.json", public())
        .file("broken/main.tf", "resource \"mediastore_container\" {\n")
        .file("wrong.toml", "rule = {}\n");
    ends(&runner, "clean", 0);
    ends(&runner, "public", 0);
    ends(&runner, "--fail-on info public", 1);
    ends(&runner, "--fail-on never --profile strict public", 0);
    ends(&runner, "--profile strict public", 1);
    ends(&runner, "--rule public-read=error public", 1);
    ends(&runner, "--rule public-read=error --allow public-read public", 0);
    ends(&runner, "broken", 3);
    ends(&runner, "--fail-on info public broken", 3);
    ends(&runner, "--fail-on never broken", 3);
    ends(&runner, "--allow input-broken broken", 3);
    ends(&runner, "nowhere", 3);
    ends(&runner, "--config wrong.toml clean", 2);
    ends(&runner, "--config nowhere.toml clean", 2);
    ends(&runner, "--rule publik-read=error clean", 2);
    ends(&runner, "--rule public-read=fatal clean", 2);
    ends(&runner, "--format xml clean", 2);
    ends(&runner, "--write-baseline --fix clean", 2);
    ends(&runner, "--output nowhere/report.json clean", 2);
    ends(&runner, "--baseline wrong.toml clean", 2);
}

#[test]
fn a_damaged_file_that_is_named_is_not_clean_though_it_has_no_word_of_ours() {
    let runner = Runner::new().file("main.tf", "resource \"x\" {").file("below/main.tf", "resource \"x\" {");
    for named in ["main.tf", "."] {
        let run = runner.run(&format!("check --format json {named}"));
        assert_eq!(run.code, 3, "{named}: {}", run.out);
    }
    // What is only found on the way is Terraform's to complain about.
    let runner = Runner::new().file("below/main.tf", "resource \"x\" {").file("policy.json", public());
    assert_eq!(rules(&json(&runner, ".")).iter().filter(|rule| **rule == "input-broken").count(), 0);
}

#[test]
fn what_cannot_be_read_is_named_beside_what_can() {
    let runner =
        Runner::new().file("b/policy.json", public()).file("a/main.tf", "resource \"mediastore_container\" {{\n");
    let document = json(&runner, "a b nowhere");
    let rules = rules(&document);
    assert!(rules.contains(&"input-broken") && rules.contains(&"public-read"), "{document}");
    assert_eq!(document["summary"]["unreadable"], 2);
    let files: Vec<_> =
        document["findings"].as_array().unwrap().iter().map(|it| it["file"].as_str().unwrap()).collect();
    assert!(files.contains(&"a/main.tf") && files.iter().any(|file| file.ends_with("nowhere")), "{files:?}");
}

#[test]
fn a_reason_suppresses_and_a_lack_of_one_does_not() {
    let suppressed = PUBLIC.replace(
        "resource \"mediastore_container_policy\" \"live\" {",
        "# nolint(public-write, public-read, no-cors-for-players): a demo\nresource \"mediastore_container_policy\" \"live\" {",
    );
    let runner = Runner::new().file("main.tf", &suppressed);
    let document = json(&runner, ".");
    // The missing CORS rules are the container's, not the policy's.
    assert_eq!(rules(&document), ["no-cors-for-players", "nolint-unused"], "{document}");
    let runner = Runner::new().file("main.tf", suppressed.replace(": a demo", ""));
    let document = json(&runner, ".");
    assert!(rules(&document).contains(&"public-write") && rules(&document).contains(&"nolint-without-reason"));
}

#[test]
fn a_baseline_hides_what_is_known_and_only_that() {
    let runner = Runner::new().file("main.tf", PUBLIC);
    let run = runner.run("--write-baseline .");
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    let file = "mediastore-lint-baseline.json";
    let (first, rest) = run.out.split_once('\n').expect("two lines");
    assert!(first.starts_with("wrote ") && first.ends_with(&format!(" findings to {file}")), "{}", run.out);
    assert_eq!(rest, format!("  to hide them, write `baseline = \"{file}\"` into mediastore-lint.toml\n"));
    assert!(runner.read(file).contains("\"rule\": \"public-write\""));
    let document = json(&runner, &format!("--baseline {file} ."));
    assert_eq!(rules(&document), [] as [&str; 0]);
    assert!(document["summary"]["baselined"].as_u64().unwrap() >= 2);
    // Lines move, and something new comes.
    let runner = runner.file(
        "main.tf",
        format!("# moved\n\n{}", PUBLIC.replace("\"mediastore:PutObject\"", "\"mediastore:DeleteObject\"")),
    );
    let document = json(&runner, &format!("--baseline {file} ."));
    assert!(
        rules(&document).contains(&"public-delete") && !rules(&document).contains(&"no-cors-for-players"),
        "{document}"
    );
    assert!(document["summary"]["baseline_gone"].as_u64().unwrap() >= 1);
    let runner = runner.file("mediastore-lint.toml", format!("baseline = '{file}'\n"));
    assert!(json(&runner, ".")["summary"]["baselined"].as_u64().unwrap() >= 1);
    let one = r#"[{"AllowedOrigins": ["*"], "AllowedMethods": ["GET"], "AllowedHeaders": ["*"]}]"#;
    let run = runner.file("one/cors.json", one).run(&format!("--write-baseline --baseline {file} one"));
    assert_eq!(run.out, format!("wrote 1 finding to {file}\n"));
}

#[test]
fn every_format_is_written_to_a_file_too() {
    let runner = Runner::new().file("main.tf", PUBLIC);
    for (format, part) in [
        ("human", "error[public-write]"),
        ("json", "\"rule\": \"public-write\""),
        ("sarif", "\"ruleId\": \"public-write\""),
        ("junit", "type=\"public-write\""),
        ("github", "title=public-write::"),
        ("gitlab", "\"check_name\": \"public-write\""),
    ] {
        let printed = runner.run(&format!("--now 2026-01-01 --format {format} main.tf"));
        assert_eq!(printed.code, 1, "{}", printed.err);
        assert!(printed.out.contains(part), "{format}: {}", printed.out);
        let run = runner.run(&format!("--now 2026-01-01 --format {format} --output report main.tf"));
        assert_eq!((run.code, run.out.as_str()), (1, ""));
        assert_eq!(runner.read("report"), printed.out);
    }
}

#[test]
fn a_closed_pipe_is_nobodys_fault() {
    let mut runner = Runner::new();
    for index in 0..200 {
        runner = runner.file(&format!("{index}/main.tf"), PUBLIC);
    }
    let mut child = runner.command(".").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
    assert!(output.status.code().is_some(), "{:?}", output.status);
}

#[test]
fn nothing_of_ours_is_said_to_be_nothing() {
    let runner = Runner::new().file("package.json", "{}").file("main.tf", "resource \"aws_s3_bucket\" \"x\" {\n}\n");
    let run = runner.run(".");
    assert_eq!(run.code, 0);
    assert!(run.out.starts_with("no findings: nothing of MediaStore"), "{}", run.out);
    assert_eq!(runner.run("--quiet .").out, "");
}

#[test]
fn a_policy_on_one_line_is_shown_around_what_is_marked() {
    let own = r#"{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "mediastore:GetObject", "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/*"}, "#;
    let wrong = own.replace("GetObject", "GetObjekt");
    let text = format!(
        r#"{{"Version": "2012-10-17", "Statement": [{}{wrong}{}]}}"#,
        own.repeat(20),
        own.repeat(20).trim_end_matches(", ")
    );
    let runner = Runner::new().file("policy.json", &text);
    let run = runner.run("policy.json");
    let column = text.find("\"mediastore:GetObjekt\"").unwrap() + 1;
    assert!(run.out.contains(&format!("policy.json:1:{column}]")), "{}", run.out);
    assert!(run.out.lines().all(|line| line.len() < 200), "{}", run.out);
    let lines: Vec<&str> = run.out.lines().collect();
    let shown = lines.iter().position(|line| line.contains("GetObjekt\"") && line.contains(" 1 |")).unwrap();
    let (start, end) = (lines[shown + 1].find('^').unwrap(), lines[shown + 1].rfind('^').unwrap());
    assert_eq!(&lines[shown][start..=end], "\"mediastore:GetObjekt\"", "{}", run.out);
}
