//! `cors-plaintext-origin`: pages loaded over plain HTTP may read answers.

use mediastore_policy::cors::analyse;
use mediastore_policy::span::Span;
use mediastore_policy::text::{Text, TextRef};

use super::cors_document::CorsDocument;
use crate::finding::{Finding, Severity};
use crate::rule::{Check, Example, Family, Rule, Scope, Sink};
use crate::unit::{Document, DocumentKind};

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "cors-plaintext-origin",
    family: Family::Cors,
    severity: Severity::Warning,
    strict: Severity::Error,
    summary: "Pages loaded over plain HTTP may read answers",
    explanation: "Anybody on the way can change a page that comes over plain HTTP, and its scripts then speak in the name of that origin: to \
                  list it is to trust every network between your viewers and the page.\n\n\
                  Write `https://`. The loopback host, `http://localhost:3000`, is not reported: nothing is on the way to it. An entry \
                  whose wildcard takes in the scheme, such as `*.example.com`, allows both.",
    bad: &[Example::new(
        "cors.json",
        r#"[
    {
        "AllowedOrigins": ["https://www.example.com", «"http://www.example.com"», «"*.example.com"», «"*://play.example.com"»],
        "AllowedMethods": ["GET"],
        "AllowedHeaders": ["*"]
    }
]"#,
    )],
    good: &[Example::new(
        "cors.json",
        r#"[
    {
        "AllowedOrigins": ["https://www.example.com", "http://localhost:3000", "http://127.0.0.1:*", "http://www.example.com/", "*.localhost", "*s://www.example.com"],
        "AllowedMethods": ["GET"],
        "AllowedHeaders": ["*"]
    }
]"#,
    )],
    check: Check::Document(DocumentKind::Cors, check),
};

const PLAIN: &str = "http://";

fn check(_: &Scope<'_>, document: &Document, sink: &mut Sink<'_>) {
    let cors = CorsDocument::read(document);
    // `cors-unmatchable-origin` reports what lets nobody in.
    let unmatchable = analyse(&cors.known()).unmatchable;
    let is_sent = |span: Span| {
        !unmatchable.iter().any(|it| {
            cors.rules[it.rule].origins.known().nth(it.origin).is_some_and(|(unmatchable, _)| unmatchable == span)
        })
    };
    for (span, origin) in cors.rules.iter().flat_map(|rule| &rule.origins.items) {
        if lets_plain_in(origin) && is_sent(*span) {
            let message = format!("`{origin}` lets pages in that come over plain HTTP");
            let help = match origin.as_known().and_then(|origin| origin.split_once("://")) {
                Some((_, host)) => format!("write `https://{host}`"),
                None => "write `https://` before it".to_owned(),
            };
            sink.report(Finding::new(message, *span).help(help));
        }
    }
}

/// What follows `http://`, or a wildcard that takes it in.
fn host_behind_wildcard(entry: &str) -> Option<&str> {
    let (before, after) = entry.split_once('*').filter(|(before, _)| PLAIN.starts_with(before))?;
    match after.split_once("://") {
        // The wildcard ends within the scheme.
        Some((tail, host)) => ("http".ends_with(tail) && before.len() + tail.len() <= "http".len()).then_some(host),
        None => Some(after),
    }
}

/// Whether the entry takes in an origin `http://` of another host than the loopback one, whatever its unknown parts are.
fn lets_plain_in(origin: &Text) -> bool {
    // `*` is a matter of its own.
    if origin.as_known() == Some("*") {
        return false;
    }
    let Some(TextRef::Known(start)) = origin.parts().next() else { return false };
    let Some(host) = start.strip_prefix(PLAIN).or_else(|| host_behind_wildcard(start)) else { return false };
    let is_whole = origin.as_known().is_some();
    let name = host.split([':', '/']).next().unwrap_or_default();
    let loopback =
        name == "localhost" || name.ends_with(".localhost") || name.starts_with("127.") || host.starts_with("[::1]");
    // What follows may yet make it the loopback host.
    let may_become = !is_whole && (name.is_empty() || "localhost".starts_with(name) || !host.contains(['.', ':']));
    !loopback && !may_become
}
