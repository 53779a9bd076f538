//! The hard policies that the analysis is tested with, judged by the rules: whoever is let in, some rule says so, and no rule cries wolf.

use std::collections::BTreeSet;
use std::path::Path;

use mediastore_lint::config::Config;
use serde_json::{Map, Value, json};

use super::examples::replay;
use super::{judge, read};

const PUBLIC: [&str; 7] = [
    "public-write",
    "public-delete",
    "public-list",
    "public-read",
    "public-read-plaintext",
    "unscoped-service-principal",
    "unscoped-resource",
];
const GUARDED: [&str; 2] = ["header-secret", "header-secret-plaintext"];
const EXTERNAL: [&str; 1] = ["external-account"];
const OPEN: [&str; 1] = ["exposure-undecided"];

#[test]
fn what_rules_say_is_what_the_analysis_proves() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../policy/tests/cases/exposure");
    let (mut count, mut wrong) = (0, Vec::new());
    for entry in std::fs::read_dir(folder).unwrap() {
        let file: Value = toml::from_str(&std::fs::read_to_string(entry.unwrap().path()).unwrap()).unwrap();
        for case in file["case"].as_array().unwrap() {
            count += 1;
            let (policy, config) = (policy_of(case), config_of(case));
            let unit = read("policy.json", &policy);
            let findings = judge(&unit, &config);
            findings.iter().for_each(|finding| replay(finding, &unit));
            let said: BTreeSet<&str> = findings.iter().map(|finding| finding.rule.as_str()).collect();
            let says = |rules: &[&str]| rules.iter().any(|rule| said.contains(rule));
            let found = [says(&PUBLIC), says(&GUARDED), says(&EXTERNAL), says(&OPEN)];
            // Statements are judged one by one, so that a public policy may well have others that are less.
            let fits = match case["exposure"].as_str().unwrap() {
                "public" => found[0],
                "guarded" => !found[0] && found[1],
                "external" => !found[0] && !found[1] && found[2],
                "undecided" => found[3],
                // What lies outside the container is refused, so that nobody asks what it exposes.
                _ if said.contains("unscoped-resource") => true,
                _ => found == [false; 4],
            };
            if !fits {
                wrong.push(format!("`{}` is {}, and the rules say {said:?}", case["name"], case["exposure"]));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(count >= 100, "only {count} cases were found");
}

fn policy_of(case: &Value) -> String {
    let statement = |text: &Value| {
        let mut statement: Map<String, Value> = json!({
            "Effect": "Allow", "Principal": "*", "Action": "mediastore:GetObject",
            "Resource": "arn:aws:mediastore:us-east-1:111122223333:container/movies/*",
        })
        .as_object()
        .unwrap()
        .clone();
        for (key, value) in serde_json::from_str::<Map<String, Value>>(text.as_str().unwrap()).unwrap() {
            match value {
                Value::Null => statement.remove(&key),
                value => statement.insert(key, value),
            };
        }
        Value::Object(statement)
    };
    let statements: Vec<Value> = case["statements"].as_array().unwrap().iter().map(statement).collect();
    let version = case.get("version").and_then(Value::as_str).unwrap_or("2012-10-17");
    json!({"Version": version, "Statement": statements}).to_string()
}

fn config_of(case: &Value) -> Config {
    let list = |key: &str| case.get(key).cloned().unwrap_or_else(|| json!([])).to_string();
    let trust = format!(
        "[trust]\naccounts = ['111122223333']\nnetworks = {}\norganizations = {}\n",
        list("networks"),
        list("organizations")
    );
    toml::from_str(&trust).unwrap()
}
