//! `cors-any-origin-write`: scripts of every website may change objects.

use super::cors_document::CorsDocument;
use crate::finding::{Finding, Severity};
use crate::rule::{Check, Example, Family, Rule, Scope, Sink};
use crate::unit::{Document, DocumentKind};

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "cors-any-origin-write",
    family: Family::Cors,
    severity: Severity::Warning,
    strict: Severity::Error,
    summary: "Scripts of every website may upload or delete, as far as the policy lets the visitor",
    explanation: "CORS grants nothing by itself, but it is what keeps a foreign website from using what a visitor's browser may do: from inside \
                  your network, or with a header that a page of yours has set up. Encoders and command-line tools need no CORS at all.\n\n\
                  Remove `PUT` and `DELETE` from the rule. If a page of yours uploads, give it a rule of its own that names its origin.",
    bad: &[Example::new(
        "cors.json",
        r#"[
    {
        "AllowedOrigins": [«"*"»],
        "AllowedMethods": ["GET", "PUT"],
        "AllowedHeaders": ["*"]
    }
]"#,
    )],
    good: &[Example::new(
        "cors.json",
        r#"[
    {
        "AllowedOrigins": ["https://studio.example.com"],
        "AllowedMethods": ["PUT", "DELETE"],
        "AllowedHeaders": ["*"]
    },
    {
        "AllowedOrigins": ["*"],
        "AllowedMethods": ["GET"],
        "AllowedHeaders": ["*"]
    }
]"#,
    )],
    check: Check::Document(DocumentKind::Cors, check),
};

fn check(_: &Scope<'_>, document: &Document, sink: &mut Sink<'_>) {
    let cors = CorsDocument::read(document);
    for rule in &cors.rules {
        let writing = || rule.methods.known().filter(|(_, method)| matches!(*method, "PUT" | "DELETE"));
        if writing().next().is_none() {
            continue;
        }
        for (span, _) in rule.origins.known().filter(|(_, origin)| *origin == "*") {
            let finding = Finding::new("scripts of every website may change objects", span)
                .help("remove `PUT` and `DELETE`, or name the origin that uploads in a rule of its own");
            sink.report(writing().fold(finding, |finding, (method, _)| finding.label(method, "this method writes")));
        }
    }
}
