//! CORS rules: which script of which origin may read an answer.
//!
//! [`cors_decide`] answers one request the way the service does: the first rule that fits origin, method and (in a
//! preflight) every requested header decides. [`analyse`] answers for all requests. Neither knows the limits of the API
//! (how many rules, how long): see [`crate::limits`].

mod analyse;

pub use analyse::{CorsAnalysis, CorsReach, Unmatchable, UnmatchableReason, analyse, grants_for};

use crate::analyse::domain::language::{Class, Pattern};

/// One rule of a CORS policy, in the words of the API.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CorsRule {
    /// Origins as text, `scheme://host[:port]`, with at most one `*` each.
    pub allowed_origins: Vec<String>,
    /// Methods in upper case.
    pub allowed_methods: Vec<String>,
    /// Header names a preflight may ask for, with at most one `*` each.
    pub allowed_headers: Vec<String>,
    /// Response headers a script may read.
    pub expose_headers: Vec<String>,
    /// How long a browser may keep the answer to a preflight, in seconds.
    pub max_age_seconds: Option<u32>,
}

/// What CORS looks at in a request.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CorsRequest {
    /// The `Origin` header, if sent.
    pub origin: Option<String>,
    /// The method; in a preflight the one in `Access-Control-Request-Method`.
    pub method: String,
    /// In a preflight, the names in `Access-Control-Request-Headers`; `None` in an actual request.
    pub preflight: Option<Vec<String>>,
}

/// The answer to one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CorsDecision {
    /// No `Origin` header: nothing to decide, and no CORS headers in the response.
    NotCrossOrigin,
    /// No rule fits: a preflight is refused, an actual request is answered without CORS headers.
    Refuse,
    /// The first rule that fits, and the response headers that follow from it.
    Grant(CorsGrant),
}

/// The response headers of a granted request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CorsGrant {
    /// The index of the rule that decided.
    pub rule: usize,
    /// `Access-Control-Allow-Origin`: `*` if the rule's entry is `*`, otherwise the request's origin.
    pub allow_origin: String,
    /// `Access-Control-Allow-Credentials`: true exactly when the origin was named.
    pub allow_credentials: bool,
    /// `Access-Control-Allow-Methods`.
    pub allow_methods: Vec<String>,
    /// `Access-Control-Allow-Headers`: what the preflight asked for; empty in an actual request.
    pub allow_headers: Vec<String>,
    /// `Access-Control-Expose-Headers`.
    pub expose_headers: Vec<String>,
    /// `Access-Control-Max-Age`, in seconds.
    pub max_age_seconds: Option<u32>,
}

/// Decides one request: the first rule that fits, else refusal.
#[must_use]
pub fn cors_decide(rules: &[CorsRule], request: &CorsRequest) -> CorsDecision {
    let Some(origin) = &request.origin else {
        return CorsDecision::NotCrossOrigin;
    };
    let headers = request.preflight.as_deref().unwrap_or_default();
    let fitting = rules.iter().enumerate().find_map(|(index, rule)| {
        let fits = rule.allowed_methods.contains(&request.method)
            && rule.allowed_origins.iter().any(|entry| fits(entry, origin, str::eq))
            && headers.iter().all(|header| rule.admits_header(header));
        fits.then_some((index, rule))
    });
    let Some((index, rule)) = fitting else {
        return CorsDecision::Refuse;
    };
    let any = rule.allowed_origins.iter().any(|entry| entry == "*");
    CorsDecision::Grant(CorsGrant {
        rule: index,
        allow_origin: if any { "*".to_owned() } else { origin.clone() },
        allow_credentials: !any,
        allow_methods: rule.allowed_methods.clone(),
        allow_headers: headers.to_vec(),
        expose_headers: rule.expose_headers.clone(),
        max_age_seconds: rule.max_age_seconds,
    })
}

impl CorsRule {
    fn admits_header(&self, header: &str) -> bool {
        self.allowed_headers.iter().any(|entry| fits(entry, header, str::eq_ignore_ascii_case))
    }
}

/// Whether `text` is `entry`, whose first `*` stands for any run of characters. (The API refuses a second one; it would be
/// an ordinary character.)
fn fits(entry: &str, text: &str, same: impl Fn(&str, &str) -> bool) -> bool {
    let Some((before, after)) = entry.split_once('*') else {
        return same(entry, text);
    };
    let Some(rest) = text.len().checked_sub(after.len()).filter(|rest| *rest >= before.len()) else {
        return false;
    };
    let head = text.get(..before.len()).is_some_and(|head| same(head, before));
    head && text.get(rest..).is_some_and(|tail| same(tail, after))
}

/// Origins compare as text, case and all.
fn origin_pattern(entry: &str) -> Pattern {
    language(entry, Pattern::literal)
}

/// Header names compare without case.
fn header_pattern(entry: &str) -> Pattern {
    // A header name is ASCII; an entry with other letters matches none, in whatever spelling.
    language(entry, |text| Pattern::ignoring_case(text).unwrap_or_else(|| Pattern::literal(text)))
}

fn language(entry: &str, text: impl Fn(&str) -> Pattern) -> Pattern {
    match entry.split_once('*') {
        None => text(entry),
        Some((before, after)) => text(before).then_many(Class::ANY).then(&text(after)),
    }
}
