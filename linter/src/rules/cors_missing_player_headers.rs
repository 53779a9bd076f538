//! `cors-missing-player-headers`: a player on a website cannot ask for part of an object.

use super::cors_document::{CorsDocument, CorsEntry};
use crate::finding::{Finding, Severity};
use crate::rule::{Check, Example, Family, Rule, Scope, Sink};
use crate::unit::{Document, DocumentKind};

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "cors-missing-player-headers",
    family: Family::Cors,
    severity: Severity::Warning,
    strict: Severity::Warning,
    summary: "A player on a website may not send the `Range` header",
    explanation: "Players ask for parts of objects with `Range`: byte-range HLS, DASH with a segment index, seeking in a file. Browsers that do not \
                  count it among the simple headers ask first, and a rule whose `AllowedHeaders` do not take it in refuses: \
                  playback fails in some browsers and works in others.\n\n\
                  Allow `*`, as the AWS examples do, or at least `Range`. Scripts that read `Content-Range`, or `Date` to set their \
                  clock, also need these under `ExposeHeaders`.",
    bad: &[Example::new(
        "cors.json",
        r#"[
    {
        "AllowedOrigins": ["https://www.example.com"],
        "AllowedMethods": ["GET", "HEAD"],
        "AllowedHeaders": «["Content-Type"]»
    }
]"#,
    )],
    good: &[Example::new(
        "cors.json",
        r#"[
    {
        "AllowedOrigins": ["https://www.example.com"],
        "AllowedMethods": ["GET", "HEAD"],
        "AllowedHeaders": ["range"],
        "ExposeHeaders": ["Content-Range", "Date"]
    },
    {
        "AllowedOrigins": ["https://studio.example.com"],
        "AllowedMethods": ["PUT"],
        "AllowedHeaders": ["Content-Type"]
    }
]"#,
    )],
    check: Check::Document(DocumentKind::Cors, check),
};

fn check(_: &Scope<'_>, document: &Document, sink: &mut Sink<'_>) {
    let cors = CorsDocument::read(document);
    for rule in cors.rules.iter().filter(|rule| rule.allows(&["GET"]) && refuses_range(rule)) {
        let Some(span) = rule.headers.span else { continue };
        let exposes =
            |name: &str| rule.expose.known().any(|(_, header)| header == "*" || header.eq_ignore_ascii_case(name));
        let help = if rule.expose.open || (exposes("Content-Range") && exposes("Date")) {
            "allow `*`, or add `Range`"
        } else {
            "allow `*`, or add `Range`; and expose `Content-Range` and `Date` to scripts that read them"
        };
        sink.report(Finding::new("a player on a website may not send `Range`", span).help(help));
    }
}

/// Whether a preflight that asks for `Range` is surely refused.
fn refuses_range(rule: &CorsEntry) -> bool {
    let takes = |entry: &str| match entry.to_ascii_lowercase().split_once('*') {
        Some((before, after)) => {
            before.len() + after.len() <= "range".len() && "range".starts_with(before) && "range".ends_with(after)
        }
        None => entry.eq_ignore_ascii_case("range"),
    };
    rule.headers.is_known() && !rule.headers.known().any(|(_, entry)| takes(entry))
}
