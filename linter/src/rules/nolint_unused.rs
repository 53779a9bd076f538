//! `nolint-unused`: a comment that suppresses nothing.

use crate::finding::Severity;
use crate::rule::{Check, Example, Family, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "nolint-unused",
    family: Family::Hygiene,
    severity: Severity::Warning,
    strict: Severity::Error,
    summary: "A `nolint` comment suppresses nothing",
    explanation: "What the comment was written for is mended, or was never found, or the rule's name is mistyped. Left standing it \
                  would hide a finding that nobody has looked at.\n\n\
                  Remove it, or correct the name. It speaks for the line it stands on, for the next line, or for the whole resource \
                  whose header that is.",
    bad: &[Example {
        file: "main.tf",
        config: "",
        text: r#"resource "mediastore_container" "live" {
  name = "acme_live" # nolint(«publik-read»): the trailer is for everybody

  access_logging_enabled = true
}"#,
    }],
    good: &[Example {
        file: "main.tf",
        config: "",
        text: r#"# nolint(name-not-portable, access-logging-off): kept for the players in the field
resource "mediastore_container" "live" {
  name = "acme_live"
}"#,
    }],
    check: Check::Comment,
};
