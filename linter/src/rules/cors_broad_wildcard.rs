//! `cors-broad-wildcard`: a wildcard that takes in hosts of strangers.

use super::cors_document::CorsDocument;
use crate::finding::{Finding, Severity};
use crate::rule::{Check, Example, Family, Rule, Scope, Sink};
use crate::unit::{Document, DocumentKind};

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "cors-broad-wildcard",
    family: Family::Cors,
    severity: Severity::Warning,
    strict: Severity::Error,
    summary: "The wildcard of an origin takes in hosts that anybody can have",
    explanation: "A `*` stands for any characters, dots too. `https://*example.com` takes in `https://evil-example.com`; `https://example.*` takes \
                  in `https://example.evil.com`; `https://*.cloudfront.net` takes in everybody's distributions.\n\n\
                  Behind the wildcard leave a dot and a domain that is yours: `https://*.example.com`. Known as shared are top-level \
                  domains, second levels such as `co.uk`, and the suffixes of large hosts such as `github.io`; a suffix of a smaller host \
                  is not recognised.",
    bad: &[Example::new(
        "cors.json",
        r#"[
    {
        "AllowedOrigins": [
            «"https://*example.com"»,
            «"https://*.com"»,
            «"https://www.example.*"»,
            «"https://*.cloudfront.net"»,
            «"https://*.co.uk"»,
            «"https://*"»
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
        "AllowedOrigins": [
            "https://*.example.com",
            "https://player-*.example.co.uk",
            "https://*-preview.example.com",
            "https://example.com:*",
            "https://d111111abcdef8.cloudfront.net"
        ],
        "AllowedMethods": ["GET"],
        "AllowedHeaders": ["*"]
    }
]"#,
    )],
    check: Check::Document(DocumentKind::Cors, check),
};

/// Domains below which anybody can have a name, beyond those of the form of `co.uk`. From the private part of the public suffix list, what
/// a player page is likely to be hosted under.
const SHARED: &[&str] = &[
    "amazonaws.com",
    "amplifyapp.com",
    "appspot.com",
    "azureedge.net",
    "azurewebsites.net",
    "cloudfront.net",
    "firebaseapp.com",
    "fly.dev",
    "github.io",
    "gitlab.io",
    "herokuapp.com",
    "netlify.app",
    "ngrok.app",
    "ngrok.io",
    "onrender.com",
    "pages.dev",
    "run.app",
    "surge.sh",
    "vercel.app",
    "web.app",
    "workers.dev",
];

/// Top-level domains in which no stranger can have a name (RFC 6761, and ICANN for `internal`).
const UNREGISTERED: &[&str] = &["internal", "localhost", "test"];

/// Second levels under which countries register names.
const SECOND_LEVELS: &[&str] = &["ac", "co", "com", "edu", "go", "gov", "ne", "net", "or", "org"];

fn check(_: &Scope<'_>, document: &Document, sink: &mut Sink<'_>) {
    let cors = CorsDocument::read(document);
    for (span, origin) in cors.rules.iter().flat_map(|rule| rule.origins.known()) {
        if let Some(taken_in) = taken_in(origin) {
            sink.report(
                Finding::new(format!("`{origin}` takes in `{taken_in}`"), span)
                    .help("leave a dot and a domain of your own behind the wildcard, as in `https://*.example.com`"),
            );
        }
    }
}

/// An origin of a stranger that the entry takes in. Nothing for `*`, which is a matter of its own.
fn taken_in(origin: &str) -> Option<String> {
    let (before, after) = origin.split_once('*').filter(|_| origin != "*")?;
    let (scheme, head) = match before.split_once("://") {
        Some((scheme, head)) => (scheme, head),
        // The scheme is in the wildcard, and perhaps part of the host.
        None => match after.split_once("://") {
            Some(_) => return None,
            None => ("https", ""),
        },
    };
    // A port is one of the host before it.
    if head.contains(':') && !head.starts_with('[') {
        return None;
    }
    let after = after.split('/').next().unwrap_or_default();
    let (after, port) = after.split_once(':').map_or((after, ""), |(after, port)| (after, port));
    let strange = match after.split_once('.') {
        // A registered name may end in what stands behind the wildcard.
        Some((_, domain)) if is_shared(domain) => format!("{head}evil{after}"),
        Some(_) => return None,
        None if after.is_empty() => format!("{head}evil.example"),
        None if is_shared(after) => format!("{head}evil.{after}"),
        None => return None,
    };
    let port = if port.is_empty() { String::new() } else { format!(":{port}") };
    Some(format!("{scheme}://{strange}{port}"))
}

/// Whether anybody can have a name below a domain.
fn is_shared(domain: &str) -> bool {
    let domain = domain.to_ascii_lowercase();
    let labels: Vec<&str> = domain.split('.').collect();
    match labels.as_slice() {
        [top] => !UNREGISTERED.contains(top),
        [second, top] if top.len() == 2 && SECOND_LEVELS.contains(second) => true,
        _ => SHARED.iter().any(|shared| domain == *shared || domain.strip_suffix(shared).is_some_and(is_region_of)),
    }
}

/// `s3.eu-west-1.` before `amazonaws.com`: still nobody's.
fn is_region_of(rest: &str) -> bool {
    rest.strip_suffix('.')
        .is_some_and(|rest| rest.split('.').all(|label| label.starts_with("s3") || label.contains('-')))
}

#[cfg(test)]
mod tests {
    use super::taken_in;

    #[test]
    fn strangers_are_shown() {
        for (entry, expected) in [
            ("*", None),
            ("https://www.example.com", None),
            ("https://*.example.com", None),
            ("https://*.example.com:8443", None),
            ("https://example.com:*", None),
            ("http://localhost:*", None),
            ("*://www.example.com", None),
            ("https://*example.com", Some("https://evilexample.com")),
            ("https://app.*", Some("https://app.evil.example")),
            ("https://*com", Some("https://evil.com")),
            ("http://*.localhost:3000", None),
            ("http://*localhost", None),
            ("https://*.internal", None),
            ("https://*.com", Some("https://evil.com")),
            ("https://*.co.uk", Some("https://evil.co.uk")),
            ("https://*.example.co.uk", None),
            ("https://*", Some("https://evil.example")),
            ("https://app*", Some("https://appevil.example")),
            ("*.github.io", Some("https://evil.github.io")),
            ("https://*.s3.eu-west-1.amazonaws.com", Some("https://evil.s3.eu-west-1.amazonaws.com")),
            ("https://*.example.github.io", None),
        ] {
            assert_eq!(taken_in(entry).as_deref(), expected, "{entry}");
        }
    }
}
