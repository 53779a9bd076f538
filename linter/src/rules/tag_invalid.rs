//! `tag-invalid`: tags that the service refuses for their length, their characters or their number.

use mediastore_policy::limits::{TAG_KEY, TAG_VALUE, TAGS_PER_CONTAINER};

use super::container;
use crate::finding::{Finding, Severity};
use crate::rule::{Check, Example, Family, Rule, Scope, Sink};
use crate::unit::Container;

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "tag-invalid",
    family: Family::Tagging,
    severity: Severity::Error,
    strict: Severity::Error,
    summary: "The service refuses this tag, or so many tags",
    explanation: "A container has at most 50 tags. A key is 1 to 128 characters and a value up to 256, of letters, digits, blanks and \
                  `_ . : / = + - @`. The service refuses others when the tags are set, after the container has been made.\n\n\
                  Keys that start with `aws:` are another rule's, `tag-reserved`.",
    bad: &[Example::new(
        "main.tf",
        r#"resource "mediastore_container" "live" {
  name = "live"
  tags = {
    «"owner#1"» = "video"
    contact     = «"video@example.com; ops@example.com"»
  }
}"#,
    )],
    good: &[Example::new(
        "main.tf",
        r#"resource "mediastore_container" "live" {
  name = "live"
  tags = {
    "acme:owner/1" = "video@example.com"
    empty          = ""
  }
}"#,
    )],
    check: Check::Container(check),
};

fn check(_: &Scope<'_>, it: &Container, _: usize, sink: &mut Sink<'_>) {
    let mut own = 0;
    for tag in container::tags(it) {
        let Some(key) = tag.key.as_known() else { continue };
        let reserved = mediastore_policy::limits::reserved_tag_key(key);
        own += usize::from(!reserved);
        if let Err(violation) = TAG_KEY.text.check(key) {
            sink.report(Finding::new(violation.to_string(), tag.span).help("change the key"));
        }
        let value = container::text(tag.value).and_then(|value| value.as_known());
        if let Some(Err(violation)) = value.map(|value| TAG_VALUE.check(value)) {
            sink.report(
                Finding::new(violation.to_string(), container::place(it, tag.value.span)).help("change the value"),
            );
        }
    }
    if let Err(violation) = TAGS_PER_CONTAINER.check(own) {
        sink.report(Finding::new(violation.to_string(), it.origin.span).help("keep the tags that somebody reads"));
    }
}
