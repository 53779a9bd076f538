//! `tag-reserved`: a tag whose key belongs to AWS.

use mediastore_policy::limits::reserved_tag_key;
use mediastore_policy::text::TextRef;

use super::container;
use crate::finding::{Finding, Severity};
use crate::rule::{Check, Example, Family, Rule, Scope, Sink};
use crate::unit::Container;

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "tag-reserved",
    family: Family::Tagging,
    severity: Severity::Error,
    strict: Severity::Error,
    summary: "A tag's key starts with `aws:`, which is reserved",
    explanation: "Keys that start with `aws:`, in any letter case, are set by AWS itself, and the service refuses them from anybody \
                  else. Often such a key was copied from the tags that a console shows.\n\n\
                  Choose another prefix.",
    bad: &[Example::new(
        "main.tf",
        r#"resource "mediastore_container" "live" {
  name = "live"
  tags = {
    «"AWS:owner"» = "video"
  }
}"#,
    )],
    good: &[Example::new(
        "main.tf",
        r#"resource "mediastore_container" "live" {
  name = "live"
  tags = {
    "acme:owner" = "video"
    awsome       = "yes"
  }
}"#,
    )],
    check: Check::Container(check),
};

fn check(_: &Scope<'_>, it: &Container, _: usize, sink: &mut Sink<'_>) {
    for tag in container::tags(it) {
        if tag.key.parts().next().and_then(TextRef::known).is_some_and(reserved_tag_key) {
            let message = format!("the key `{}` is reserved for AWS", tag.key);
            sink.report(Finding::new(message, tag.span).help("choose a key that does not start with `aws:`"));
        }
    }
}
