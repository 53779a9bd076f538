//! `cors-unmatchable-origin`: an entry that no browser sends.

use mediastore_policy::cors::{UnmatchableReason, analyse};
use mediastore_policy::limits::CORS_ORIGIN;

use super::cors_document::CorsDocument;
use crate::finding::{Finding, Severity};
use crate::fix::{self, Editor};
use crate::rule::{Check, Example, Family, Rule, Scope, Sink};
use crate::unit::{Document, DocumentKind};

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "cors-unmatchable-origin",
    family: Family::Cors,
    severity: Severity::Warning,
    strict: Severity::Error,
    summary: "No browser sends this origin, so the entry matches nothing",
    explanation: "The service compares the `Origin` header with the entry as text: scheme, host and port. A browser sends `https://www.example.com`: \
                  with scheme, in small letters, without a slash or a path behind it, and without the scheme's usual port. Any other \
                  entry never matches, and the player sees a CORS error that says nothing of it.",
    bad: &[Example::new(
        "cors.json",
        r#"[
    {
        "AllowedOrigins": [
            «"https://www.example.com/"»,
            «"www.example.com"»,
            «"https://WWW.example.com"»,
            «"https://www.example.com:443"»
        ],
        "AllowedMethods": ["GET"],
        "AllowedHeaders": ["*"]
    }
]"#,
    )],
    good: &[Example::new(
        "cors.json",
        r#"[
    {
        "AllowedOrigins": ["https://www.example.com", "https://www.example.com:8443", "https://*.example.com"],
        "AllowedMethods": ["GET"],
        "AllowedHeaders": ["*"]
    }
]"#,
    )],
    check: Check::Document(DocumentKind::Cors, check),
};

fn check(scope: &Scope<'_>, document: &Document, sink: &mut Sink<'_>) {
    let cors = CorsDocument::read(document);
    for unmatchable in analyse(&cors.known()).unmatchable {
        let Some((span, origin)) = cors.rules[unmatchable.rule].origins.known().nth(unmatchable.origin) else {
            continue;
        };
        // `cors-limits` reports what is no entry at all.
        if CORS_ORIGIN.check(origin).is_err() {
            continue;
        }
        let why = match unmatchable.reason {
            UnmatchableReason::Path => "a path or a slash follows the host",
            UnmatchableReason::NoScheme => "the scheme is missing",
            UnmatchableReason::UpperCase => "it is sent in small letters",
            UnmatchableReason::DefaultPort => "the usual port is left out",
            UnmatchableReason::NotAnOrigin => "it does not have the form of an origin",
        };
        let help = match &unmatchable.instead {
            Some(instead) => format!("write `{instead}`"),
            None => "an origin reads `https://host`, or `https://host:port`".to_owned(),
        };
        let fix = unmatchable.instead.and_then(|instead| {
            let edits = Editor::of(scope.unit, document)?.write(span, instead.as_str())?;
            let title = format!("write `{instead}`");
            // Only what is sure to be the same origin in another spelling.
            let is_spelling = match unmatchable.reason {
                UnmatchableReason::UpperCase | UnmatchableReason::DefaultPort => true,
                UnmatchableReason::Path => {
                    origin.strip_suffix('/').is_some_and(|rest| rest.eq_ignore_ascii_case(&instead))
                }
                _ => false,
            };
            Some(if is_spelling { fix::safe(title, edits) } else { fix::risky(title, edits) })
        });
        let message = format!("no browser sends the origin `{origin}`: {why}");
        sink.report(Finding::new(message, span).help(help).fix(fix));
    }
}
