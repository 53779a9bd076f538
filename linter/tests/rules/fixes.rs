//! Fixes, made in the bad examples of every rule, in every spelling of a document: what is mended is mended, what is read is still read,
//! and a second run changes nothing.

use std::collections::BTreeSet;
use std::path::Path;

use mediastore_lint::config::Config;
use mediastore_lint::finding::Safety;
use mediastore_lint::fix;
use mediastore_lint::inputs::read_text;
use mediastore_lint::located::{Located, locate};
use mediastore_lint::rule::{Example, Rule};
use mediastore_lint::rules::ALL;
use mediastore_lint::unit::Unit;
use mediastore_policy::analyse::{Relation, compare};
use mediastore_policy::mediastore::MODEL;
use mediastore_policy::parse;

use super::{NOW, judge};

/// More runs than any example needs.
const RUNS: usize = 8;

/// The spellings of an example: a file name, and the text.
fn spellings(example: &Example) -> Vec<(&'static str, String)> {
    let (text, _) = example.unmarked();
    // In Terraform's source a policy variable is escaped.
    let escaped = text.replace("${", "$${");
    let terraform = |policy: &str| {
        format!(
            "# A container.\nresource \"mediastore_container\" \"live\" {{\n  name = \"live\"\n}}\n\nresource \"mediastore_container_policy\" \"live\" {{\n  container_name = mediastore_container.live.name # whose\n  policy         = {policy}\n}}\n"
        )
    };
    let template = |property: &str| {
        format!(
            "Resources:\n  Live:\n    Type: AWS::MediaStore::Container\n    Properties:\n      {property}\n      ContainerName: live # its name\n"
        )
    };
    let indented = |text: &str| text.lines().map(|line| format!("        {line}\n")).collect::<String>();
    match Path::new(example.file).file_stem().and_then(|stem| stem.to_str()) {
        Some("policy") => vec![
            ("policy.json", text.clone()),
            ("main.tf", terraform(&format!("jsonencode({escaped})"))),
            ("main.tf", terraform(&format!("<<EOF\n{escaped}\nEOF"))),
            ("main.tf", terraform(&format!("<<-EOF\n{}EOF", indented(&escaped)))),
            ("stack.yaml", template(&format!("Policy: |\n{}", indented(&text).trim_end()))),
            ("stack.yaml", template(&format!("Policy: !ToJsonString\n{}", indented(&text).trim_end()))),
        ],
        Some("cors") => vec![
            ("cors.json", text.clone()),
            ("stack.yaml", template(&format!("CorsPolicy:\n{}", indented(&text).trim_end()))),
        ],
        _ => vec![(example.file, text)],
    }
}

fn findings(unit: &Unit, example: &Example) -> Vec<Located> {
    let config: Config = toml::from_str(example.config).unwrap();
    locate(&unit.sources, judge(unit, &config), Path::to_path_buf)
}

fn of_rule(all: Vec<Located>, rule: &Rule) -> Vec<Located> {
    all.into_iter().filter(|it| it.finding.rule == rule.name).collect()
}

/// Runs a rule's fixes until nothing changes. The text afterwards, and whether any was made.
fn mended(rule: &'static Rule, example: &Example, file: &str, text: &str) -> (String, bool) {
    let mut text = text.to_owned();
    let mut any = false;
    for _ in 0..RUNS {
        let unit = read_text(Path::new(file), &text);
        let applied = fix::apply(&of_rule(findings(&unit, example), rule), Safety::Unsafe);
        let Some(change) = applied.changes.into_iter().next() else { return (text, any) };
        assert_ne!(change.after, text, "{}: a fix that changes nothing", rule.name);
        text = change.after;
        any = true;
    }
    panic!("{}: fixes do not come to an end in\n{text}", rule.name);
}

/// Rules with fixes for at least one of their examples.
const WITH_FIXES: &[&str] = &[
    "cors-invalid-method",
    "cors-unmatchable-origin",
    "dead-statement",
    "duplicate-sid",
    "foreign-container-arn",
    "header-secret",
    "header-secret-plaintext",
    "malformed-policy",
    "no-op-condition",
    "old-policy-version",
    "public-read-plaintext",
    "put-without-tls",
    "redundant-statement",
    "tag-missing",
    "unknown-action",
    "unknown-condition-key",
    "unknown-operator",
    "unknown-resource-type",
    "unscoped-resource",
];

#[test]
fn fixes_mend_what_their_rule_finds() {
    let mut with_fixes = BTreeSet::new();
    for rule in ALL {
        for example in rule.bad {
            for (file, text) in spellings(example) {
                let before = read_text(Path::new(file), &text);
                let (after, any) = mended(rule, example, file, &text);
                if !any {
                    continue;
                }
                with_fixes.insert(rule.name);
                let unit = read_text(Path::new(file), &after);
                assert!(unit.faults.len() <= before.faults.len(), "{}: {:?}\n{after}", rule.name, unit.faults);
                let left = of_rule(findings(&unit, example), rule);
                assert!(left.iter().all(|it| it.fix.is_none()), "{} is left in\n{after}", rule.name);
                for comment in text.lines().filter_map(|line| line.split_once(" # ")) {
                    assert!(after.contains(comment.1), "{}: a comment is gone from\n{after}", rule.name);
                }
            }
        }
    }
    assert_eq!(with_fixes.into_iter().collect::<Vec<_>>(), WITH_FIXES);
}

/// For a policy that the service takes, a safe fix changes nothing or takes something away: it never lets anybody in.
#[test]
fn safe_fixes_let_nobody_in() {
    let mut compared = 0;
    for rule in ALL {
        for example in rule.bad.iter().filter(|example| example.file == "policy.json") {
            let (text, _) = example.unmarked();
            let unit = read_text(Path::new("policy.json"), &text);
            let applied = fix::apply(&findings(&unit, example), Safety::Safe);
            let Some(change) = applied.changes.first() else { continue };
            let policy = |text: &str| parse::parse(text).into_result().ok();
            let (Some(before), Some(after)) = (policy(&text), policy(&change.after)) else { continue };
            let relation = compare(&[before], &[after], &MODEL, Some(NOW)).relation;
            assert!(
                matches!(relation, Relation::Equal | Relation::Narrower),
                "{}: {relation:?}\n{}",
                rule.name,
                change.after
            );
            compared += 1;
        }
    }
    assert!(compared > 5, "only {compared} policies were compared");
}
