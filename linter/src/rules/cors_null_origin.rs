//! `cors-null-origin`: pages without an origin may read answers.

use super::cors_document::CorsDocument;
use crate::finding::{Finding, Severity};
use crate::rule::{Check, Example, Family, Rule, Scope, Sink};
use crate::unit::{Document, DocumentKind};

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "cors-null-origin",
    family: Family::Cors,
    severity: Severity::Warning,
    strict: Severity::Error,
    summary: "Pages without an origin, which any website can make, may read answers",
    explanation: "Browsers send `Origin: null` from sandboxed frames, local files and some redirects. Every website can put a script into a \
                  sandboxed frame, so to list `null` is to list everybody; and since it is a named origin, the answer says that \
                  credentials are welcome, which it does not for `*`.\n\n\
                  List the origins you mean. For a page that is opened as a file during development, serve it from `http://localhost`.",
    bad: &[Example::new(
        "cors.json",
        r#"[
    {
        "AllowedOrigins": ["https://www.example.com", «"null"»],
        "AllowedMethods": ["GET"],
        "AllowedHeaders": ["*"]
    }
]"#,
    )],
    good: &[Example::new(
        "cors.json",
        r#"[
    {
        "AllowedOrigins": ["https://www.example.com", "http://localhost:3000"],
        "AllowedMethods": ["GET"],
        "AllowedHeaders": ["*"]
    }
]"#,
    )],
    check: Check::Document(DocumentKind::Cors, check),
};

fn check(_: &Scope<'_>, document: &Document, sink: &mut Sink<'_>) {
    let cors = CorsDocument::read(document);
    for (span, _) in cors.rules.iter().flat_map(|rule| rule.origins.known()).filter(|(_, origin)| *origin == "null") {
        sink.report(
            Finding::new("`null` is an origin that any website can have", span).help("list the origins you mean"),
        );
    }
}
