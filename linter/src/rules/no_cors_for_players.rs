//! `no-cors-for-players`: everybody may read, but no browser on another origin can.

use mediastore_policy::analyse::ExposureClass;

use super::container;
use crate::finding::{Finding, Severity};
use crate::rule::{Check, Example, Family, Rule, Scope, Sink};
use crate::unit::{Container, Dialect, DocumentKind};

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "no-cors-for-players",
    family: Family::Hygiene,
    severity: Severity::Info,
    strict: Severity::Info,
    summary: "The content is public, but browsers on other origins cannot play it",
    explanation: "A player in a page fetches manifests and segments with scripts, and a browser hands them over only if a CORS rule \
                  allows the page's origin. A container has no such rules until some are set; command-line clients and apps do not \
                  notice.\n\n\
                  Add a `mediastore_cors_policy` that names the origins of your pages. If a CDN adds the headers, nothing is needed. \
                  hashicorp/aws cannot set CORS rules, so its containers are passed over.",
    bad: &[Example::new("main.tf", PUBLIC_WITHOUT)],
    good: &[Example::new(
        "main.tf",
        r#"resource "mediastore_container" "live" {
  name = "live"
}

resource "mediastore_container_policy" "live" {
  container_name = mediastore_container.live.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = "mediastore:GetObject"
      Resource  = "${mediastore_container.live.arn}/*"
      Condition = { Bool = { "aws:SecureTransport" = "true" } }
    }]
  })
}

resource "mediastore_cors_policy" "live" {
  container_name = mediastore_container.live.name
  rule {
    allowed_origins = ["https://www.example.com"]
    allowed_methods = ["GET", "HEAD"]
    allowed_headers = ["Range"]
  }
}"#,
    )],
    check: Check::Container(check),
};

const PUBLIC_WITHOUT: &str = r#"«resource "mediastore_container" "live"» {
  name = "live"
}

resource "mediastore_container_policy" "live" {
  container_name = mediastore_container.live.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = "mediastore:GetObject"
      Resource  = "${mediastore_container.live.arn}/*"
      Condition = { Bool = { "aws:SecureTransport" = "true" } }
    }]
  })
}"#;

fn check(scope: &Scope<'_>, it: &Container, index: usize, sink: &mut Sink<'_>) {
    if it.origin.dialect == Dialect::HashicorpAws || container::may_have(scope.unit, index, DocumentKind::Cors) {
        return;
    }
    let actions = scope.policy_of(index).and_then(|policy| policy.exposure()).map(|exposure| &exposure.actions);
    let is_public = actions
        .into_iter()
        .flatten()
        .any(|action| action.action == "mediastore:GetObject" && action.class == ExposureClass::Public);
    if is_public {
        let help = "add CORS rules for the origins of your pages, unless a CDN adds the headers";
        let message = "anybody can read, but a player in a browser cannot: there are no CORS rules";
        sink.report(Finding::new(message, it.origin.span).help(help));
    }
}
