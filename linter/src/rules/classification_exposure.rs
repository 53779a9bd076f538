//! `classification-exposure`: what the tags call confidential, the policy gives to everybody.

use mediastore_policy::analyse::ExposureClass;

use super::container;
use crate::finding::{Finding, Severity};
use crate::rule::{Check, Example, Family, Rule, Scope, Sink};
use crate::unit::Container;

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "classification-exposure",
    family: Family::Tagging,
    severity: Severity::Error,
    strict: Severity::Error,
    summary: "Content that tags call confidential is public",
    explanation: "The container is tagged as confidential, and its policy lets outsiders in whom it does not name, with no secret or with \
                  one that any client can send. Either the tag or the policy is wrong, and only one of them protects anything.\n\n\
                  Which tags classify and which of their values mean confidential is configured under `[classification]`; built in are \
                  `classification`, `data-classification`, `confidentiality` and `sensitivity`, with `confidential`, `restricted`, \
                  `secret`, `internal` and `private`.",
    bad: &[Example::new(
        "main.tf",
        r#"resource "mediastore_container" "live" {
  name = "live"
  tags = {
    DataClassification = "Confidential"
  }
}

resource "mediastore_container_policy" "live" {
  container_name = mediastore_container.live.name
  policy = «jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = "mediastore:GetObject"
      Resource  = "${mediastore_container.live.arn}/*"
    }]
  })»
}"#,
    )],
    good: &[Example::new(
        "main.tf",
        r#"resource "mediastore_container" "live" {
  name = "live"
  tags = {
    DataClassification = "Confidential"
  }
}

resource "mediastore_container_policy" "live" {
  container_name = mediastore_container.live.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::111122223333:role/player" }
      Action    = "mediastore:GetObject"
      Resource  = "${mediastore_container.live.arn}/*"
    }]
  })
}"#,
    )],
    check: Check::Container(check),
};

fn check(scope: &Scope<'_>, it: &Container, index: usize, sink: &mut Sink<'_>) {
    let classified = container::tags(it).find(|tag| {
        container::known(tag).is_some_and(|(key, value)| {
            scope.config.classification.is_about(key) && scope.config.classification.is_confidential(value)
        })
    });
    let Some((key, value, span)) = classified.and_then(|tag| container::known(&tag).map(|(k, v)| (k, v, tag.span)))
    else {
        return;
    };
    let Some(policy) = scope.policy_of(index) else { return };
    let Some(exposure) = policy.exposure() else { return };
    let who = match exposure.class {
        ExposureClass::Public => "anybody",
        ExposureClass::Guarded => "whoever sends a fixed header",
        _ => return,
    };
    let message = format!("the tag `{key}` says `{value}`, and the policy lets {who} in");
    sink.report(
        Finding::new(message, policy.document.span)
            .label(span, "confidential")
            .help("name the principals that are let in, or correct the tag")
            .witness(exposure.witness().cloned()),
    );
}
