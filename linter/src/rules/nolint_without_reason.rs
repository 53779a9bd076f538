//! `nolint-without-reason`: a comment that suppresses without saying why.

use crate::finding::Severity;
use crate::rule::{Check, Example, Family, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "nolint-without-reason",
    family: Family::Hygiene,
    severity: Severity::Warning,
    strict: Severity::Error,
    summary: "A `nolint` comment gives no reason, and so has no effect",
    explanation: "Whoever reads the line next year needs to know whether the reason still holds. Without one the comment suppresses \
                  nothing.\n\n\
                  Write it behind a colon: `# nolint(public-read): the trailer is for everybody`.",
    bad: &[Example {
        file: "main.tf",
        config: "rules = { name-not-portable = \"off\", access-logging-off = \"off\" }",
        text: r#"resource "mediastore_container" "live" {
  name = "acme_live" «# nolint(name-not-portable)»
}"#,
    }],
    good: &[Example {
        file: "main.tf",
        config: "rules = { access-logging-off = \"off\" }",
        text: r#"resource "mediastore_container" "live" {
  name = "acme_live" # nolint(name-not-portable): kept for the players in the field
}"#,
    }],
    check: Check::Comment,
};
