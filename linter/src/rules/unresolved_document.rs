//! `unresolved-document`: a policy that the source does not tell.

use mediastore_policy::json::Value;

use crate::finding::{Finding, Severity};
use crate::rule::{Check, Example, Family, Rule, Scope, Sink};
use crate::unit::{Document, DocumentKind};

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "unresolved-document",
    family: Family::Input,
    severity: Severity::Info,
    strict: Severity::Error,
    summary: "A policy is not known from the source and is not judged",
    explanation: "The whole document comes from a variable without a value, from another state or from a resource that knows it only \
                  after apply. Nothing is known of it, so nothing about it is said to be safe.\n\n\
                  Give the variable a value (`terraform.tfvars` is read), or lint the plan, which knows: \
                  `terraform show -json plan.out | mediastore-lint -`.",
    bad: &[Example::new(
        "main.tf",
        r#"variable "policy" {}

resource "mediastore_container_policy" "live" {
  container_name = "live"
  policy         = «var.policy»
}"#,
    )],
    good: &[Example::new(
        "main.tf",
        r#"variable "account" {}

resource "mediastore_container_policy" "live" {
  container_name = "live"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::${var.account}:root" }
      Action    = "mediastore:*"
      Resource  = "arn:aws:mediastore:eu-west-1:${var.account}:container/live/*"
      Condition = { Bool = { "aws:SecureTransport" = "true" } }
    }]
  })
}"#,
    )],
    check: Check::AnyDocument(check),
};

fn check(_: &Scope<'_>, it: &Document, sink: &mut Sink<'_>) {
    let unknown = match &it.body {
        None => it.problems.is_empty(),
        Some(node) => match &node.value {
            Value::Unknown(_) => true,
            Value::String(text) => text.as_hole().is_some(),
            _ => false,
        },
    };
    if unknown {
        let what = match it.kind {
            DocumentKind::Policy => "this container policy is",
            DocumentKind::Cors => "these CORS rules are",
            DocumentKind::Lifecycle => "this lifecycle policy is",
            DocumentKind::Metric => "this metric policy is",
        };
        let help = "lint the plan, which knows: `terraform show -json plan.out | mediastore-lint -`";
        sink.report(Finding::new(format!("{what} not known from the source"), it.span).help(help));
    }
}
