//! `cors-missing-player-headers`: a player on a website cannot ask for part of an object.

use mediastore_policy::cors::{CorsDecision, CorsRequest, CorsRule, cors_decide};

use super::cors_document::CorsDocument;
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
                  playback fails in some browsers and works in others. Where a later rule takes the request, nothing is reported.\n\n\
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
    good: &[
        Example::new(
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
        ),
        Example::new(
            "cors.json",
            r#"[
    {
        "AllowedOrigins": ["https://www.example.com"],
        "AllowedMethods": ["GET", "PUT"],
        "AllowedHeaders": ["Content-Type"]
    },
    {
        "AllowedOrigins": ["https://*.example.com"],
        "AllowedMethods": ["GET", "HEAD"],
        "AllowedHeaders": ["Range"]
    }
]"#,
        ),
    ],
    check: Check::Document(DocumentKind::Cors, check),
};

fn check(_: &Scope<'_>, document: &Document, sink: &mut Sink<'_>) {
    let cors = CorsDocument::read(document);
    let known = cors.known();
    let is_settled = |but: usize| {
        cors.list.is_some() && cors.rules.iter().enumerate().all(|(index, rule)| index == but || rule.is_known())
    };
    for (index, rule) in cors.rules.iter().enumerate().filter(|(_, rule)| rule.allows(&["GET"])) {
        let Some(span) = rule.headers.span.filter(|_| rule.headers.is_known() && is_settled(index)) else { continue };
        if !rule.origins.known().any(|(_, entry)| refuses_range(&known, entry)) {
            continue;
        }
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

/// Whether a preflight that asks for `Range` is refused to an origin of an entry, by whatever rule.
fn refuses_range(rules: &[CorsRule], entry: &str) -> bool {
    let origin = match entry.strip_prefix('*') {
        Some(rest) => format!("https://player{rest}"),
        None => entry.replacen('*', "player", 1),
    };
    let request =
        CorsRequest { origin: Some(origin), method: "GET".to_owned(), preflight: Some(vec!["Range".to_owned()]) };
    cors_decide(rules, &request) == CorsDecision::Refuse
}
