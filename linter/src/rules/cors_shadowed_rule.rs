//! `cors-shadowed-rule`: a rule that never decides.

use mediastore_policy::cors::{CorsReach, analyse};

use super::cors_document::CorsDocument;
use crate::finding::{Finding, Severity};
use crate::rule::{Check, Example, Family, Rule, Scope, Sink};
use crate::unit::{Document, DocumentKind};

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "cors-shadowed-rule",
    family: Family::Cors,
    severity: Severity::Warning,
    strict: Severity::Warning,
    summary: "An earlier rule decides every request that this one fits",
    explanation: "The first rule that fits origin, method and headers of a request decides; the service does not look for the best one, and does \
                  not add rules up. A rule behind a wider one is never reached, so its headers, methods and max age never apply.\n\n\
                  Put the narrow rule before the wide one. This is proven for all requests.",
    bad: &[Example::new(
        "cors.json",
        r#"[
    {
        "AllowedOrigins": ["*"],
        "AllowedMethods": ["GET", "HEAD"],
        "AllowedHeaders": ["*"]
    },
    «{
        "AllowedOrigins": ["https://www.example.com"],
        "AllowedMethods": ["GET"],
        "AllowedHeaders": ["Range"],
        "ExposeHeaders": ["Content-Range", "Date"]
    }»
]"#,
    )],
    good: &[Example::new(
        "cors.json",
        r#"[
    {
        "AllowedOrigins": ["https://www.example.com"],
        "AllowedMethods": ["GET"],
        "AllowedHeaders": ["Range"],
        "ExposeHeaders": ["Content-Range", "Date"]
    },
    {
        "AllowedOrigins": ["*"],
        "AllowedMethods": ["GET", "HEAD"],
        "AllowedHeaders": ["*"]
    }
]"#,
    )],
    check: Check::Document(DocumentKind::Cors, check),
};

fn check(_: &Scope<'_>, document: &Document, sink: &mut Sink<'_>) {
    let cors = CorsDocument::read(document);
    // Earlier rules that fit more than is known only shadow more.
    for (index, reach) in analyse(&cors.known()).rules.iter().enumerate() {
        let rule = &cors.rules[index];
        let CorsReach::Shadowed { by } = reach else { continue };
        if rule.is_known() {
            let finding = Finding::new("an earlier rule decides every request that this one fits", rule.span)
                .help("put this rule before the wider one");
            let labels = by.iter().map(|by| cors.rules[*by].span);
            sink.report(labels.fold(finding, |finding, by| finding.label(by, "decides before it")));
        }
    }
}
