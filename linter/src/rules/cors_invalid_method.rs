//! `cors-invalid-method`: a method that CORS rules do not take.

use mediastore_policy::limits::CORS_METHOD;

use super::cors_document::CorsDocument;
use crate::finding::{Finding, Severity};
use crate::fix::{self, Editor};
use crate::rule::{Check, Example, Family, Rule, Scope, Sink};
use crate::unit::{Document, DocumentKind};

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "cors-invalid-method",
    family: Family::Cors,
    severity: Severity::Error,
    strict: Severity::Error,
    summary: "A method that is not one of PUT, GET, DELETE and HEAD",
    explanation: "PutCorsPolicy refuses it. The four methods are written in capital letters, and there is no wildcard. `OPTIONS` is the preflight \
                  itself: the service answers it without being told. `POST` does not exist in the API.",
    bad: &[Example::new(
        "cors.json",
        r#"[
    {
        "AllowedOrigins": ["https://www.example.com"],
        "AllowedMethods": ["GET", «"head"», «"OPTIONS"», «"POST"», «"*"»],
        "AllowedHeaders": ["*"]
    }
]"#,
    )],
    good: &[Example::new(
        "cors.json",
        r#"[
    {
        "AllowedOrigins": ["https://www.example.com"],
        "AllowedMethods": ["GET", "HEAD", "PUT", "DELETE"],
        "AllowedHeaders": ["*"]
    }
]"#,
    )],
    check: Check::Document(DocumentKind::Cors, check),
};

fn check(scope: &Scope<'_>, document: &Document, sink: &mut Sink<'_>) {
    let cors = CorsDocument::read(document);
    for (span, method) in cors.rules.iter().flat_map(|rule| rule.methods.known()) {
        let Err(violation) = CORS_METHOD.check(method) else { continue };
        let upper = method.to_ascii_uppercase();
        let help = match upper.as_str() {
            "OPTIONS" => "remove it: preflights are answered without it".to_owned(),
            "*" => "list the methods".to_owned(),
            upper if CORS_METHOD.check(upper).is_ok() => format!("write `{upper}`"),
            _ => "remove it".to_owned(),
        };
        let fix = Editor::of(scope.unit, document).and_then(|editor| match upper.as_str() {
            "OPTIONS" => Some(fix::safe("remove the method", editor.remove_at(span)?)),
            upper if CORS_METHOD.check(upper).is_ok() => {
                Some(fix::safe(format!("write `{upper}`"), editor.write(span, upper)?))
            }
            _ => None,
        });
        sink.report(Finding::new(violation.to_string(), span).help(help).fix(fix));
    }
}
