//! `tag-missing`: a tag that the organisation asks for is not there.

use super::container;
use super::words::listed;
use crate::finding::{Finding, Severity};
use crate::fix::{self, resource};
use crate::rule::{Check, Example, Family, Rule, Scope, Sink};
use crate::unit::Container;

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "tag-missing",
    family: Family::Tagging,
    severity: Severity::Warning,
    strict: Severity::Error,
    summary: "A required tag is missing or empty",
    explanation: "Which tags are required is configured under `[tags.required]`; without that nothing is asked. Tags of `default_tags` \
                  count. Keys are compared with their letter case, as the service does, and one that differs only in it is pointed \
                  out.\n\n\
                  Where the tags are known only after apply, nothing is said; lint the plan to be sure.",
    bad: &[
        Example::new(
            "main.tf",
            r#"«resource "mediastore_container" "live"» {
  name = "live"
}"#,
        )
        .under("tags.required.Owner = {}"),
        Example::new(
            "main.tf",
            r#"resource "mediastore_container" "live" {
  name = "live"
  tags = {
    «owner» = "video"
  }
}"#,
        )
        .under("tags.required.Owner = {}"),
        Example::new(
            "main.tf",
            r#"resource "mediastore_container" "live" {
  name = "live"
  tags = {
    «Owner» = ""
  }
}"#,
        )
        .under("tags.required.Owner = {}"),
        Example::new(
            "template.yaml",
            "\
Resources:
  «Live»: # the channel
    Type: AWS::MediaStore::Container
    Properties:
      ContainerName: live
",
        )
        .under(r#"tags.required.Owner = { values = ["video"] }"#),
    ],
    good: &[
        Example::new(
            "main.tf",
            r#"resource "mediastore_container" "live" {
  name = "live"
  tags = {
    Owner = "video"
  }
}"#,
        )
        .under("tags.required.Owner = {}"),
        Example::new(
            "main.tf",
            r#"variable "tags" { type = map(string) }

resource "mediastore_container" "live" {
  name = "live"
  tags = var.tags
}"#,
        )
        .under("tags.required.Owner = {}"),
        Example::new(
            "template.yaml",
            "\
Parameters:
  Stage: {Type: String}
Conditions:
  IsOwned: !Equals [!Ref Stage, prod]
Resources:
  Live:
    Type: AWS::MediaStore::Container
    Properties:
      ContainerName: live
      Tags:
        - !If [IsOwned, {Key: Owner, Value: video}, !Ref AWS::NoValue]
",
        )
        .under("tags.required.Owner = {}"),
    ],
    check: Check::Container(check),
};

fn check(scope: &Scope<'_>, it: &Container, _: usize, sink: &mut Sink<'_>) {
    for (required, value) in &scope.config.tags.required {
        let same = container::tags(it).find(|tag| tag.key.as_known() == Some(required));
        let help = match value.words.as_slice() {
            [] => format!("add a tag `{required}`"),
            words => format!("add a tag `{required}`, one of {}", listed(words)),
        };
        if let Some(tag) = same {
            if container::text(tag.value).and_then(|text| text.as_known()) == Some("") {
                sink.report(Finding::new(format!("the tag `{required}` is empty"), tag.span).help("give it a value"));
            }
            continue;
        }
        if container::may_have_more_tags(it) {
            continue;
        }
        let alike = container::tags(it)
            .filter_map(|tag| Some((tag.key.as_known()?, tag.span)))
            .find(|(key, _)| key.eq_ignore_ascii_case(required));
        let fix = match (alike, value.words.as_slice()) {
            (Some((_, span)), _) => resource::rename_tag(scope.unit, it, span, required)
                .map(|edits| fix::risky(format!("spell it `{required}`"), edits)), // something may go by the other spelling
            (None, [only]) => resource::add_tag(scope.unit, it, required, only)
                .map(|edits| fix::safe(format!("add the tag `{required}`"), edits)),
            (None, _) => None,
        };
        let finding = match alike {
            Some((key, span)) => Finding::new(
                format!("the tag `{required}` is missing; `{key}` is another, since letter case counts"),
                span,
            )
            .help(format!("spell it `{required}`")),
            None => Finding::new(format!("the tag `{required}` is missing"), it.origin.span).help(help),
        };
        sink.report(finding.fix(fix));
    }
}
