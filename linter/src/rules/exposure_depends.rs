//! `exposure-depends`: what outsiders can do depends on values that are unknown before apply.

use mediastore_policy::analyse::{ActionExposure, ExposureClass};
use mediastore_policy::json::{Node, Value};
use mediastore_policy::span::Span;
use mediastore_policy::text::Text;

use super::words::DEEDS;
use crate::finding::{Finding, Severity};
use crate::rule::{Check, Example, Family, JudgedPolicy, Rule, Scope, Sink};

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "exposure-depends",
    family: Family::Exposure,
    severity: Severity::Warning,
    strict: Severity::Error,
    summary: "What outsiders can do depends on a value that is unknown",
    explanation: "Part of the policy is not known before apply, and what it lets outsiders do is different for different values of that \
                  part. It is not proven safe. The finding names the part, a value with which the policy lets outsiders in, and one \
                  with which it does not.\n\n\
                  Nothing is reported if the worst value is harmless, or if the whole policy is unknown, which `unresolved-document` reports. A finding is never more severe than it would be if that value \
                  were the real one: where public reading is only worth knowing, so is that it may come about.\n\n\
                  Write the value out, give the variable a default or a `.tfvars` file, or judge the plan \
                  (`terraform show -json`), in which all is known.",
    bad: &[Example::new(
        "main.tf",
        r#"variable "encoder" {
  type = string
}

resource "mediastore_container" "live" {
  name = "live"
}

resource "mediastore_container_policy" "live" {
  container_name = mediastore_container.live.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Upload"
      Effect    = "Allow"
      Principal = { AWS = «var.encoder» }
      Action    = "mediastore:PutObject"
      Resource  = "${mediastore_container.live.arn}/*"
      Condition = { Bool = { "aws:SecureTransport" = "true" } }
    }]
  })
}
"#,
    )],
    good: &[Example::new(
        "main.tf",
        r#"data "aws_caller_identity" "current" {}

variable "folder" {
  type = string
}

resource "aws_media_store_container" "live" {
  name = "live"
}

resource "aws_media_store_container_policy" "live" {
  container_name = aws_media_store_container.live.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "WhateverTheFolderOnlyTheOwnAccount"
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::${data.aws_caller_identity.current.account_id}:root" }
      Action    = "mediastore:PutObject"
      Resource  = "${aws_media_store_container.live.arn}/${var.folder}/*"
      Condition = { Bool = { "aws:SecureTransport" = "true" } }
    }]
  })
}
"#,
    )],
    check: Check::Policy(check),
};

/// The rule that reports what an action's exposure would be.
pub(super) fn reporter(action: &str, class: ExposureClass) -> Option<&'static str> {
    match class {
        ExposureClass::Guarded => Some("header-secret"),
        ExposureClass::External => Some("external-account"),
        ExposureClass::Trusted | ExposureClass::None => None,
        ExposureClass::Public | ExposureClass::Undecided | ExposureClass::Depends => match action {
            "mediastore:PutObject" => Some("public-write"),
            "mediastore:DeleteObject" => Some("public-delete"),
            "mediastore:ListItems" => Some("public-list"),
            "mediastore:GetObject" | "mediastore:DescribeObject" => Some("public-read"),
            // Management is out of a container policy's reach, unless `unscoped-resource` has said so.
            _ => None,
        },
    }
}

/// The actions of this class with what the worst of each could be, those that would be reported as most severe first.
pub(super) fn worst_first<'e>(
    scope: &Scope<'_>,
    exposures: &'e [ActionExposure],
    worst: impl Fn(&ActionExposure) -> Option<ExposureClass>,
) -> Vec<(Severity, &'e ActionExposure, &'static str)> {
    let mut found: Vec<_> = DEEDS
        .iter()
        .filter_map(|(name, deed)| {
            let action = exposures.iter().find(|action| action.action == *name)?;
            let severity = scope.severity(reporter(name, worst(action)?)?)?;
            Some((severity, action, *deed))
        })
        .collect();
    found.sort_by_key(|(severity, ..)| std::cmp::Reverse(*severity));
    found
}

fn check(scope: &Scope<'_>, judged: &JudgedPolicy<'_>, sink: &mut Sink<'_>) {
    let Some(exposure) = judged.exposure() else { return };
    // Of what is wholly unknown there is nothing more to say than `unresolved-document` does.
    let is_whole = judged.body.as_ref().is_some_and(|body| matches!(body.value, Value::Unknown(_)));
    if is_whole && scope.severity("unresolved-document").is_some() {
        return;
    }
    let found = worst_first(scope, &exposure.actions, |action| {
        (action.class == ExposureClass::Depends).then(|| match &action.dependence {
            Some(dependence) => dependence.values[0].1,
            None => ExposureClass::Undecided,
        })
    });
    let Some((severity, action, deed)) = found.first() else { return };
    let severity = (*severity).min(sink.severity());
    let finding = match &action.dependence {
        Some(dependence) => {
            let [(worse, class), (better, other)] = &dependence.values;
            let message = format!("who can {deed} depends on `{}`", dependence.hole);
            let place = judged.body.as_ref().and_then(|body| place_of(body, &dependence.hole));
            let remedy = "give it a value, or judge the plan, in which it has one";
            // What stands for a whole statement is long and says nothing.
            let tells = ![worse, better].iter().any(|value| value.starts_with('{'));
            let help = format!("{} with `{worse}`, {} with `{better}`; {remedy}", said(*class), said(*other));
            Finding::new(message, place.unwrap_or(judged.document.span)).help(if tells {
                help
            } else {
                remedy.to_owned()
            })
        }
        None => Finding::new(format!("who can {deed} depends on values that are unknown"), judged.document.span)
            .help("judge the plan, in which they are known"),
    };
    sink.report_as(severity, finding);
}

/// Where a hole of this name is first written.
fn place_of(node: &Node, name: &str) -> Option<Span> {
    let holds = |text: &Text| text.holes().any(|hole| hole.name == name);
    match &node.value {
        Value::Unknown(hole) => (hole.name == name).then_some(node.span),
        Value::String(text) => holds(text).then_some(node.span),
        Value::Array(items) => items.iter().find_map(|item| place_of(item, name)),
        Value::Object(members) => members.iter().find_map(|member| {
            let key = holds(&member.key).then_some(member.key_span);
            key.or_else(|| place_of(&member.node, name))
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

fn said(class: ExposureClass) -> &'static str {
    match class {
        ExposureClass::Public => "anybody can",
        ExposureClass::Guarded => "whoever knows a header value can",
        ExposureClass::External => "somebody outside the trust zone can",
        ExposureClass::Trusted => "only the trust zone can",
        ExposureClass::None => "nobody can",
        ExposureClass::Undecided | ExposureClass::Depends => "it is open",
    }
}
