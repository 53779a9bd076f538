//! What a CORS policy means for all requests: rules that never decide, origins no browser sends, grants per origin.

use super::{CorsDecision, CorsRequest, CorsRule, cors_decide, header_pattern, origin_pattern};
use crate::analyse::domain::language::{Class, Pattern};
use crate::analyse::domain::product::Query;
use crate::analyse::domain::{Budget, Found};

/// Work for one policy; 100 rules of 100 origins stay far below it.
const BUDGET: u64 = 20_000_000;

const LOWER: &[(u16, u16)] = &[(b'a' as u16, b'z' as u16)];
const SCHEME: &[(u16, u16)] =
    &[(b'+' as u16, b'+' as u16), (b'-' as u16, b'.' as u16), (b'0' as u16, b'9' as u16), (b'a' as u16, b'z' as u16)];
const HOST: &[(u16, u16)] =
    &[(b'-' as u16, b'.' as u16), (b'0' as u16, b'9' as u16), (b'_' as u16, b'_' as u16), (b'a' as u16, b'z' as u16)];
const ADDRESS: &[(u16, u16)] = &[(b'.' as u16, b'.' as u16), (b'0' as u16, b':' as u16), (b'a' as u16, b'f' as u16)];
const NONZERO: &[(u16, u16)] = &[(b'1' as u16, b'9' as u16)];
const DIGIT: &[(u16, u16)] = &[(b'0' as u16, b'9' as u16)];
/// The characters of a header name (RFC 9110, `token`), lower case only, since case does not count.
const TOKEN: &[(u16, u16)] = &[
    (b'!' as u16, b'!' as u16),
    (b'#' as u16, b'\'' as u16),
    (b'*' as u16, b'+' as u16),
    (b'-' as u16, b'.' as u16),
    (b'0' as u16, b'9' as u16),
    (b'^' as u16, b'z' as u16),
    (b'|' as u16, b'|' as u16),
    (b'~' as u16, b'~' as u16),
];

/// The findings of [`analyse`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CorsAnalysis {
    /// For each rule, whether it ever decides a request.
    pub rules: Vec<CorsReach>,
    /// Origins that no browser sends.
    pub unmatchable: Vec<Unmatchable>,
}

/// Whether a rule is ever the one that decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CorsReach {
    /// It decides this request, for one; [`cors_decide`] confirms it.
    Decides(CorsRequest),
    /// It fits requests, but an earlier rule decides each of them: one of these.
    Shadowed {
        /// The earlier rules that share a method with it.
        by: Vec<usize>,
    },
    /// It fits no request at all: no method, or no origin a browser sends.
    Unmatchable,
    /// Not settled within the bound on work.
    Undecided,
}

/// An entry of `AllowedOrigins` that no browser sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmatchable {
    /// The index of the rule.
    pub rule: usize,
    /// The index in its `AllowedOrigins`.
    pub origin: usize,
    /// Why.
    pub reason: UnmatchableReason,
    /// What was probably meant, if that would match.
    pub instead: Option<String>,
}

/// Why an origin never matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnmatchableReason {
    /// A path, or only a slash, follows the host.
    Path,
    /// `scheme://` is missing.
    NoScheme,
    /// Scheme and host are sent in lower case.
    UpperCase,
    /// Browsers leave out `:80` after `http` and `:443` after `https`.
    DefaultPort,
    /// Not the text of an origin for another reason.
    NotAnOrigin,
}

/// Analyses a whole policy.
#[must_use]
pub fn analyse(rules: &[CorsRule]) -> CorsAnalysis {
    let mut budget = Budget::new(BUDGET);
    let shapes = Shapes::new();
    let compiled: Vec<Compiled> = rules.iter().map(Compiled::new).collect();
    let reach = (0..rules.len()).map(|index| reach(rules, &compiled, index, &shapes, &mut budget)).collect();
    let mut unmatchable = Vec::new();
    for (rule, own) in rules.iter().enumerate() {
        for (origin, entry) in own.allowed_origins.iter().enumerate() {
            if shapes.never_sent(entry, &mut budget) {
                let (reason, instead) = explain(entry, &shapes, &mut budget);
                unmatchable.push(Unmatchable { rule, origin, reason, instead });
            }
        }
    }
    CorsAnalysis { rules: reach, unmatchable }
}

/// What scripts of one origin may do: for each method, the rule that decides a request without special headers, or in
/// other words the effective grant. Methods are in the order of the policy.
#[must_use]
pub fn grants_for(rules: &[CorsRule], origin: &str) -> Vec<(String, usize)> {
    let mut grants: Vec<(String, usize)> = Vec::new();
    for method in rules.iter().flat_map(|rule| &rule.allowed_methods) {
        let request = CorsRequest { origin: Some(origin.to_owned()), method: method.clone(), preflight: None };
        if let CorsDecision::Grant(grant) = cors_decide(rules, &request)
            && !grants.iter().any(|(known, _)| known == method)
        {
            grants.push((method.clone(), grant.rule));
        }
    }
    grants
}

struct Compiled {
    origins: Vec<Pattern>,
    headers: Vec<Pattern>,
}

impl Compiled {
    fn new(rule: &CorsRule) -> Self {
        Self {
            origins: rule.allowed_origins.iter().map(|entry| origin_pattern(entry)).collect(),
            headers: rule.allowed_headers.iter().map(|entry| header_pattern(entry)).collect(),
        }
    }
}

/// What browsers send.
struct Shapes {
    origin: Vec<Pattern>,
    default_port: Vec<Pattern>,
    header: Vec<Pattern>,
}

impl Shapes {
    fn new() -> Self {
        let scheme = || Pattern::new().then_one(Class::Ranges(LOWER)).then_many(Class::Ranges(SCHEME)).then_text("://");
        let host = Pattern::new().then_one(Class::Ranges(HOST)).then_many(Class::Ranges(HOST));
        let address =
            Pattern::literal("[").then_one(Class::Ranges(ADDRESS)).then_many(Class::Ranges(ADDRESS)).then_text("]");
        let digit = Pattern::new().then_one(Class::Ranges(DIGIT));
        let port = Pattern::literal(":")
            .then_one(Class::Ranges(NONZERO))
            .then_maybe(&digit)
            .then_maybe(&digit)
            .then_maybe(&digit)
            .then_maybe(&digit);
        let default = |scheme: &str, port: &str| Pattern::literal(scheme).then_many(Class::ANY).then_text(port);
        Self {
            origin: vec![
                scheme().then(&host).then_maybe(&port),
                scheme().then(&address).then_maybe(&port),
                Pattern::literal("null"),
            ],
            default_port: vec![default("http://", ":80"), default("https://", ":443")],
            header: vec![Pattern::new().then_one(Class::Ranges(TOKEN)).then_many(Class::Ranges(TOKEN))],
        }
    }

    fn never_sent(&self, entry: &str, budget: &mut Budget) -> bool {
        let pattern = [origin_pattern(entry)];
        Query::new().within(&pattern).within(&self.origin).without(&self.default_port).find(budget) == Found::Empty
    }
}

/// A later rule decides a request that every earlier rule misses by method, by origin or, in a preflight, by one of its
/// headers. One preflight can ask for many headers, so each earlier rule that some header of ours misses is missed at once.
fn reach(rules: &[CorsRule], compiled: &[Compiled], index: usize, shapes: &Shapes, budget: &mut Budget) -> CorsReach {
    let (rule, own) = (&rules[index], &compiled[index]);
    let mut undecided = false;
    let mut fits = false;
    for method in &rule.allowed_methods {
        let rivals: Vec<usize> =
            (0..index).filter(|earlier| rules[*earlier].allowed_methods.contains(method)).collect();
        let mut headers = Vec::new();
        let mut by_origin = Vec::new();
        for &rival in &rivals {
            match Query::new()
                .within(&own.headers)
                .within(&shapes.header)
                .without(&compiled[rival].headers)
                .find(budget)
            {
                Found::Member(header) => headers.push(header),
                Found::Empty => by_origin.push(rival),
                Found::Unknown => {
                    undecided = true;
                    by_origin.push(rival);
                }
            }
        }
        let origin = Query::new().within(&own.origins).within(&shapes.origin).without(&shapes.default_port);
        match by_origin.iter().fold(origin, |query, rival| query.without(&compiled[*rival].origins)).find(budget) {
            Found::Member(origin) => {
                headers.sort_unstable();
                headers.dedup();
                let preflight = (!headers.is_empty()).then_some(headers);
                let request = CorsRequest { origin: Some(origin), method: method.clone(), preflight };
                match cors_decide(rules, &request) {
                    CorsDecision::Grant(grant) if grant.rule == index => return CorsReach::Decides(request),
                    _ => undecided = true,
                }
            }
            Found::Empty => {
                let any =
                    Query::new().within(&own.origins).within(&shapes.origin).without(&shapes.default_port).find(budget);
                fits |= any != Found::Empty;
            }
            Found::Unknown => undecided = true,
        }
    }
    match (undecided, fits) {
        (true, _) => CorsReach::Undecided,
        (false, false) => CorsReach::Unmatchable,
        (false, true) => {
            let shares = |earlier: &usize| {
                rules[*earlier].allowed_methods.iter().any(|method| rule.allowed_methods.contains(method))
            };
            CorsReach::Shadowed { by: (0..index).filter(shares).collect() }
        }
    }
}

/// The first repair that makes the entry one a browser sends names the reason.
fn explain(entry: &str, shapes: &Shapes, budget: &mut Budget) -> (UnmatchableReason, Option<String>) {
    let (scheme, rest) = entry.split_once("://").unwrap_or(("", entry));
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let reason = if scheme.is_empty() {
        UnmatchableReason::NoScheme
    } else if host.len() < rest.len() {
        UnmatchableReason::Path
    } else if entry.chars().any(char::is_uppercase) {
        UnmatchableReason::UpperCase
    } else if host.ends_with(":80") || host.ends_with(":443") {
        UnmatchableReason::DefaultPort
    } else {
        UnmatchableReason::NotAnOrigin
    };
    let scheme = if scheme.is_empty() { "https".to_owned() } else { scheme.to_lowercase() };
    let host = host.to_lowercase();
    let host = match scheme.as_str() {
        "http" => host.strip_suffix(":80").unwrap_or(&host),
        "https" => host.strip_suffix(":443").unwrap_or(&host),
        _ => &host,
    };
    let repaired = format!("{scheme}://{host}");
    let instead = (repaired != entry && !shapes.never_sent(&repaired, budget)).then_some(repaired);
    (reason, instead)
}
