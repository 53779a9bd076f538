//! `input-broken`: an input that could not be read.

use crate::finding::{Finding, Severity};
use crate::rule::{Check, Example, Family, Rule, Sink};
use crate::unit::{Fault, FaultKind, Unit};

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "input-broken",
    family: Family::Input,
    severity: Severity::Error,
    strict: Severity::Error,
    summary: "An input could not be read or is not of its language",
    explanation: "Nothing in it was judged, so the answer is not complete, and the run ends with the exit code 3 whatever else was found. An input \
                  that cannot be read is never clean.\n\n\
                  Mend the syntax at the place that is named. If the file is not meant to be judged, exclude it.",
    bad: &[Example::new(
        "main.tf",
        r#"resource "mediastore_container" "live" {
  name = "live"
«»"#,
    )],
    good: &[Example::new(
        "main.tf",
        r#"resource "mediastore_container" "live" {
  name = "live"
}
"#,
    )],
    check: Check::Fault(check),
};

fn check(fault: &Fault, _: &Unit, sink: &mut Sink<'_>) {
    if fault.kind == FaultKind::Broken {
        let help = fault.help.as_deref().unwrap_or("mend the file, or exclude it");
        sink.report(Finding::new(fault.message.as_str(), fault.span).help(help));
    }
}
