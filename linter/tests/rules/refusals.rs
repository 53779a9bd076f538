//! What the service refuses is an error of the linter, and the linter's errors of the family are what the service refuses.

use mediastore_lint::config::Config;
use mediastore_lint::finding::Severity;
use mediastore_lint::rule::Family;
use mediastore_lint::rules::{ALL, named};
use mediastore_policy::mediastore::{ContainerScope, refusals};

use super::{judge, read};

/// The service knows what a document in a file of its own does not say: what it is attached to. And it does not look into conditions.
const KNOW_MORE: [&str; 2] = ["foreign-container-arn", "bad-account-id"];

#[test]
fn errors_are_refusals_and_refusals_are_errors() {
    let examples = ALL.iter().flat_map(|rule| rule.bad.iter().chain(rule.good)).filter(|it| it.file == "policy.json");
    let mut refused = 0;
    for example in examples {
        let (text, _) = example.unmarked();
        let findings = judge(&read(example.file, &text), &Config::default());
        let is_error = |rule: &str, severity| {
            severity == Severity::Error && named(rule).is_some_and(|rule| rule.family == Family::Validity)
        };
        let errors: Vec<&str> = findings
            .iter()
            .map(|finding| (finding.rule.as_str(), finding.severity))
            .filter(|(rule, severity)| is_error(rule, *severity))
            .map(|(rule, _)| rule)
            .collect();
        let problems = refusals(&text, &ContainerScope::default());
        assert!(errors.len() >= problems.len(), "{errors:?} {problems:?} {text}");
        if problems.is_empty() {
            assert!(errors.iter().all(|rule| KNOW_MORE.contains(rule)), "{errors:?} {text}");
        } else {
            refused += 1;
        }
    }
    assert!(refused >= 10, "only {refused} examples are refused");
}
