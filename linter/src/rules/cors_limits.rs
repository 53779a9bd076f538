//! `cors-limits`: a CORS policy that the API refuses.

use mediastore_policy::limits::{
    CORS_ALLOWED_HEADER, CORS_ALLOWED_HEADERS, CORS_ALLOWED_METHODS, CORS_ALLOWED_ORIGINS, CORS_EXPOSE_HEADER,
    CORS_EXPOSE_HEADERS, CORS_MAX_AGE_SECONDS, CORS_ORIGIN, CORS_POLICY_SIZE, CORS_RULES, Count, Violation,
};
use mediastore_policy::span::Span;

use super::cors_document::{CorsDocument, CorsEntry, List};
use crate::finding::{Finding, Severity};
use crate::rule::{Check, Example, Family, Rule, Scope, Sink};
use crate::unit::{Document, DocumentKind};

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "cors-limits",
    family: Family::Cors,
    severity: Severity::Error,
    strict: Severity::Error,
    summary: "A CORS policy that the API refuses: its shape, or a limit it breaks",
    explanation: "PutCorsPolicy takes a list of 1 to 100 rules, 398,000 characters in all. A rule has 1 to 100 `AllowedOrigins` and up to 100 \
                  `AllowedHeaders`, which must be there even if empty, each entry with at most one `*`; 1 to 4 `AllowedMethods`; up \
                  to 100 `ExposeHeaders`; and at most one `MaxAgeSeconds`.\n\n\
                  The list stands alone: the `CORSRules` that S3 puts around it do not exist here.",
    bad: &[
        Example::new(
            "cors.json",
            r#"[
    {
        "AllowedOrigins": [«"https://*.*.example.com"»],
        "AllowedMethods": ["GET"],
        "AllowedHeaders": ["*"],
        "MaxAgeSeconds": «-1»,
        «"AllowCredentials"»: true
    },
    «{
        "AllowedOrigins": «[]»,
        "AllowedMethods": ["GET"]
    }»
]"#,
        ),
        Example::new("cors.json", "«[]»"),
    ],
    good: &[Example::new(
        "cors.json",
        r#"[
    {
        "AllowedOrigins": ["https://*.example.com"],
        "AllowedMethods": ["GET"],
        "AllowedHeaders": [],
        "MaxAgeSeconds": 3000
    }
]"#,
    )],
    check: Check::Document(DocumentKind::Cors, check),
};

fn check(_: &Scope<'_>, document: &Document, sink: &mut Sink<'_>) {
    for problem in &document.problems {
        let help = problem.help.as_deref().unwrap_or("a CORS policy is a list of rules in JSON");
        sink.report(Finding::new(problem.message.as_str(), problem.span).help(help));
    }
    let cors = CorsDocument::read(document);
    for (span, message, help) in &cors.faults {
        // The input may have said so already.
        if !document.problems.iter().any(|problem| problem.span == *span) {
            sink.report(Finding::new(message.as_str(), *span).help(help.as_str()));
        }
    }
    if let Some(list) = cors.list {
        report(CORS_RULES.check(cors.rules.len()), list, sink);
        let size = document.body.as_ref().map_or(0, |body| body.to_string().chars().count());
        report(CORS_POLICY_SIZE.check(size), list, sink);
    }
    cors.rules.iter().for_each(|rule| check_rule(rule, sink));
}

fn check_rule(rule: &CorsEntry, sink: &mut Sink<'_>) {
    for (name, list, count) in [
        ("AllowedOrigins", &rule.origins, CORS_ALLOWED_ORIGINS),
        ("AllowedMethods", &rule.methods, CORS_ALLOWED_METHODS),
        ("AllowedHeaders", &rule.headers, CORS_ALLOWED_HEADERS),
    ] {
        match list.span {
            Some(span) => check_count(list, count, span, sink),
            None => {
                sink.report(Finding::new(format!("the rule has no `{name}`"), rule.span).help(format!("add `{name}`")))
            }
        }
    }
    if let Some(span) = rule.expose.span {
        check_count(&rule.expose, CORS_EXPOSE_HEADERS, span, sink);
    }
    rule.origins.known().for_each(|(span, text)| report(CORS_ORIGIN.check(text), span, sink));
    rule.headers.known().for_each(|(span, text)| report(CORS_ALLOWED_HEADER.check(text), span, sink));
    rule.expose.known().for_each(|(span, text)| report(CORS_EXPOSE_HEADER.check(text), span, sink));
    if let Some((span, seconds)) = &rule.max_age {
        match seconds.parse() {
            Ok(number) => report(CORS_MAX_AGE_SECONDS.check(number), *span, sink),
            Err(_) => sink.report(
                Finding::new(format!("MaxAgeSeconds is {seconds} and must be a whole number"), *span)
                    .help("write whole seconds"),
            ),
        }
    }
}

/// What is unknown may be no entry or many, so only too many are certain.
fn check_count(list: &List, count: Count, span: Span, sink: &mut Sink<'_>) {
    if !list.open || list.items.len() > count.max {
        report(count.check(list.items.len()), span, sink);
    }
}

fn report(result: Result<(), Violation>, span: Span, sink: &mut Sink<'_>) {
    if let Err(violation) = result {
        let help = match violation {
            Violation::TooFew { .. } | Violation::TooShort { .. } => "add what is missing, or remove the whole",
            Violation::TooMany { .. } | Violation::TooLong { .. } => "join entries by a wildcard, or leave some out",
            _ => "keep within the limit",
        };
        sink.report(Finding::new(violation.to_string(), span).help(help));
    }
}
