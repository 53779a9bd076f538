//! `cors-any-origin`: scripts of every website may read answers.

use super::cors_document::CorsDocument;
use crate::finding::{Finding, Severity};
use crate::rule::{Check, Example, Family, Rule, Scope, Sink};
use crate::unit::{Document, DocumentKind};

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "cors-any-origin",
    family: Family::Cors,
    severity: Severity::Info,
    strict: Severity::Warning,
    summary: "Scripts of every website may read answers",
    explanation: "With the origin `*` a player on any website can play the stream. For public content that is the ordinary, documented case. \
                  CORS never grants access: the container policy decides who gets an answer, and browsers send no credentials where the \
                  origin is `*`.\n\n\
                  If only your own pages play it, list them: `https://www.example.com`, or `https://*.example.com`. A rule that also \
                  allows `PUT` or `DELETE` is reported by `cors-any-origin-write` instead.",
    bad: &[
        Example::new(
            "cors.json",
            r#"[
    {
        "AllowedOrigins": [«"*"»],
        "AllowedMethods": ["GET", "HEAD"],
        "AllowedHeaders": ["*"],
        "MaxAgeSeconds": 3000
    }
]"#,
        ),
        Example::new(
            "main.tf",
            r#"resource "mediastore_cors_policy" "live" {
  container_name = "live"

  rule {
    allowed_origins = [«"*"»]
    allowed_methods = ["GET", "HEAD"]
    allowed_headers = ["*"]
    max_age_seconds = 3000
  }
}
"#,
        ),
    ],
    good: &[Example::new(
        "cors.json",
        r#"[
    {
        "AllowedOrigins": ["https://www.example.com", "https://*.example.com"],
        "AllowedMethods": ["GET", "HEAD"],
        "AllowedHeaders": ["*"],
        "MaxAgeSeconds": 3000
    }
]"#,
    )],
    check: Check::Document(DocumentKind::Cors, check),
};

fn check(_: &Scope<'_>, document: &Document, sink: &mut Sink<'_>) {
    let cors = CorsDocument::read(document);
    // What is unknown may be `PUT`, which the other rule would report; the origin is reported all the same.
    for rule in cors.rules.iter().filter(|rule| !rule.allows(&["PUT", "DELETE"])) {
        for (span, _) in rule.origins.known().filter(|(_, origin)| *origin == "*") {
            sink.report(
                Finding::new("scripts of every website may read answers", span)
                    .help("if only your own pages play it, list them, such as `https://*.example.com`"),
            );
        }
    }
}
