//! The configuration file as `check` finds and uses it.

use serde_json::Value;

use super::Runner;

/// A policy about which there is one thing to say.
fn public() -> Value {
    super::policy(|statement| statement["Condition"] = serde_json::json!({"Bool": {"aws:SecureTransport": "true"}}))
}

fn rules(runner: &Runner, arguments: &str) -> Vec<String> {
    let run = runner.run(&format!("check --format json {arguments}"));
    let document: Value =
        serde_json::from_str(&run.out).unwrap_or_else(|error| panic!("{error}: {}{}", run.out, run.err));
    document["findings"].as_array().unwrap().iter().map(|it| it["rule"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_nearest_file_above_each_input_is_in_charge() {
    let off = "rules.public-read = 'off'\n";
    let runner = Runner::new()
        .file("a/deep/policy.json", public())
        .file("b/policy.json", public())
        .file("a/mediastore-lint.toml", off)
        .file("elsewhere.toml", off);
    assert_eq!(rules(&runner, "a"), [] as [&str; 0]);
    assert_eq!(rules(&runner, "b"), ["public-read"]);
    assert_eq!(rules(&runner, "a b"), ["public-read"]);
    assert_eq!(rules(&runner, "--config elsewhere.toml a b"), [] as [&str; 0]);
}

#[test]
fn settings_for_paths_are_relative_to_the_file() {
    let runner = Runner::new()
        .file("live/policy.json", public())
        .file("examples/policy.json", public())
        .file("mediastore-lint.toml", "[[override]]\npaths = ['examples/**']\nrules.public-read = 'off'\n");
    assert_eq!(rules(&runner, "."), ["public-read"]);
    assert_eq!(rules(&runner, "examples"), [] as [&str; 0]);
}

#[test]
fn every_fault_of_a_file_is_shown_at_its_place() {
    let runner = Runner::new()
        .file("policy.json", public())
        .file("mediastore-lint.toml", "profil = 'strict'\n[trust]\naccounts = ['12']\n");
    let run = runner.run(".");
    assert_eq!((run.code, run.out.as_str()), (2, ""));
    for part in
        ["mediastore-lint.toml:1:1: unknown key `profil`", "did you mean `profile`?", "mediastore-lint.toml:3:13: `12`"]
    {
        assert!(run.err.contains(part), "{part}: {}", run.err);
    }
}

#[test]
fn what_init_writes_is_used_without_complaint() {
    let runner = Runner::new().file("policy.json", public());
    let before = runner.run(".").out;
    assert_eq!(runner.run("init").code, 0);
    assert_eq!(runner.run(".").out, before);
    let again = runner.run("init");
    assert_eq!(again.code, 2);
    assert!(again.err.contains("exists"), "{}", again.err);
    assert_eq!(runner.run("init --stdout").out, runner.read("mediastore-lint.toml"));
}

#[test]
fn rego_rules_are_evaluated_and_bounded() {
    let rego = "package acme\ndeny contains {\"message\": \"no\", \"address\": d.address} if {\n  some d in input.documents\n  d.exposure.class == \"public\"\n}\n";
    let runner = Runner::new()
        .file("policy.json", public())
        .file("mediastore-lint.toml", "[rego]\nfiles = ['rules/acme.rego']\n")
        .file("rules/acme.rego", rego);
    assert!(rules(&runner, ".").contains(&"rego:acme".to_owned()));
    let runner = runner.file("rules/acme.rego", "package acme\n\ndeny contains \"x\" if {\n");
    let run = runner.run(".");
    assert_eq!(run.code, 2);
    assert!(run.err.contains("rules/acme.rego:4:1"), "{}", run.err);
    let endless = "package acme\ndeny contains \"x\" if {\n  some a in numbers.range(1, 1000000)\n  some b in numbers.range(1, 1000000)\n  a + b < 0\n}\n";
    let run = runner.file("rules/acme.rego", endless).run(".");
    assert_eq!((run.code, run.out.as_str()), (2, ""));
    assert!(run.err.contains("could not be evaluated"), "{}", run.err);
}

#[test]
fn the_schema_is_a_schema_and_the_example_of_it() {
    let runner = Runner::new();
    let schema: Value = serde_json::from_str(&runner.run("schema").out).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    assert!(validator.is_valid(&serde_json::json!({"profile": "strict", "rules": {"public-read": "off"}})));
    assert!(!validator.is_valid(&serde_json::json!({"rules": {"public-reed": "off"}})));
}
