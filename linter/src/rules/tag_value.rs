//! `tag-value`: a tag has a value that the organisation does not know.

use super::container;
use super::words::listed_for;
use crate::finding::{Finding, Severity};
use crate::language::Membership;
use crate::rule::{Check, Example, Family, Rule, Scope, Sink};
use crate::unit::Container;

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "tag-value",
    family: Family::Tagging,
    severity: Severity::Warning,
    strict: Severity::Error,
    summary: "A tag has a value that is not allowed",
    explanation: "Costs, alerts and access follow tags, and a value that is spelled in two ways is two values to all of them. What is \
                  allowed is configured for each key, as a list or as a regular expression, under `[tags.required]` and \
                  `[tags.optional]`.\n\n\
                  A value that is only partly known is reported when nothing can make it right.",
    bad: &[
        Example::new(
            "main.tf",
            r#"resource "mediastore_container" "live" {
  name = "live"
  tags = {
    Environment = «"produktion"»
  }
}"#,
        )
        .under("tags.required.Environment.values = ['dev', 'production']"),
        Example::new(
            "main.tf",
            r#"variable "number" {}

resource "mediastore_container" "live" {
  name = "live"
  tags = {
    CostCenter = «"cc-${var.number}"»
  }
}"#,
        )
        .under("tags.optional.CostCenter.pattern = 'CC-[0-9]{4}'"),
    ],
    good: &[Example::new(
        "main.tf",
        r#"variable "number" {}

resource "mediastore_container" "live" {
  name = "live"
  tags = {
    Environment = "dev"
    CostCenter  = "CC-${var.number}"
  }
}"#,
    )
    .under("[tags]\nrequired.Environment.values = ['dev', 'production']\noptional.CostCenter.pattern = 'CC-[0-9]{4}'")],
    check: Check::Container(check),
};

fn check(scope: &Scope<'_>, it: &Container, _: usize, sink: &mut Sink<'_>) {
    let tags = &scope.config.tags;
    for tag in container::tags(it) {
        let Some(key) = tag.key.as_known() else { continue };
        let expected = tags.required.get(key).or_else(|| tags.optional.get(key));
        let (Some(expected), Some(value)) = (expected, container::text(tag.value)) else { continue };
        let Some(allowed) = expected.allowed.as_ref().filter(|_| value.as_known() != Some("")) else { continue };
        if allowed.membership(value, |_| true) != Membership::Never {
            continue;
        }
        let help = match expected.words.as_slice() {
            [] => format!("it must match `{}`", allowed.pattern()),
            words => format!("it must be one of {}", listed_for(value.as_known(), words)),
        };
        let message = format!("`{value}` is not a value of the tag `{key}`");
        sink.report(Finding::new(message, container::place(it, tag.value.span)).help(help));
    }
}
