//! What the linter says of `examples/`: nothing that a user would have to mend, but in those that show a fault.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Runner, repository};

#[test]
fn only_examples_of_faults_have_faults() {
    let examples = repository().join("examples");
    let run = Runner::new().run(&format!("--format json --fail-on never {}", examples.display()));
    let document: Value = serde_json::from_str(&run.out).unwrap();
    let findings = document["findings"].as_array().unwrap().iter().filter(|finding| finding["severity"] != "info");
    let faulty: BTreeSet<&str> = findings
        .map(|finding| finding["file"].as_str().and_then(|file| file.split_once("/examples/")).expect("an example").1)
        .collect();
    let expected = ["policies/deny-by-address.json", "public-write/main.tf", "rego/template.yaml"];
    assert_eq!(faulty, expected.into(), "{}", run.out);
}

#[test]
fn the_example_of_rego_says_what_it_should() {
    let runner = Runner::new();
    let example = repository().join("examples/rego");
    let run = runner.run(&format!("--format json {}", example.display()));
    for rule in ["rego:live-without-lifecycle", "rego:public-origin", "rego:acme"] {
        assert!(run.out.contains(&format!("\"rule\": \"{rule}\"")), "{rule}: {}{}", run.out, run.err);
    }
}
