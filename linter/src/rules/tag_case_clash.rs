//! `tag-case-clash`: two keys of one container that differ only in letter case.

use super::container;
use crate::finding::{Finding, Severity};
use crate::rule::{Check, Example, Family, Rule, Scope, Sink};
use crate::unit::Container;

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "tag-case-clash",
    family: Family::Tagging,
    severity: Severity::Warning,
    strict: Severity::Error,
    summary: "Two tags differ only in the letter case of their keys",
    explanation: "To the service `Owner` and `owner` are two tags; to IAM conditions, to several AWS services and to most readers they \
                  are one, of which either value may be taken. Most often one comes from `default_tags` and one from the resource.\n\n\
                  Keep one of them.",
    bad: &[Example::new(
        "main.tf",
        r#"resource "mediastore_container" "live" {
  name = "live"
  tags = {
    Owner   = "video"
    «owner» = "platform"
  }
}"#,
    )],
    good: &[Example::new(
        "main.tf",
        r#"resource "mediastore_container" "live" {
  name = "live"
  tags = {
    Owner = "video"
    Team  = "platform"
  }
}"#,
    )],
    check: Check::Container(check),
};

fn check(_: &Scope<'_>, it: &Container, _: usize, sink: &mut Sink<'_>) {
    let tags: Vec<_> = container::tags(it).filter_map(|tag| Some((tag.key.as_known()?, tag.span))).collect();
    for (index, (key, span)) in tags.iter().enumerate() {
        let clash = tags[..index].iter().find(|(other, _)| other != key && other.eq_ignore_ascii_case(key));
        if let Some((other, place)) = clash {
            let message = format!("the tags `{other}` and `{key}` differ only in letter case");
            sink.report(Finding::new(message, *span).label(*place, "the other").help("keep one of them"));
        }
    }
}
