//! CORS decisions and their analysis, as tables.

// A test may panic: that is how it fails.
#![allow(clippy::unwrap_used, clippy::panic)]

use mediastore_policy::cors::{
    CorsDecision, CorsReach, CorsRequest, CorsRule, UnmatchableReason, analyse, cors_decide, grants_for,
};
use proptest::prelude::*;

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

/// Origins, methods and headers as words.
fn rule(origins: &str, methods: &str, headers: &str) -> CorsRule {
    CorsRule {
        allowed_origins: words(origins),
        allowed_methods: words(methods),
        allowed_headers: words(headers),
        ..CorsRule::default()
    }
}

fn request(origin: &str, method: &str, headers: Option<&str>) -> CorsRequest {
    CorsRequest { origin: Some(origin.to_owned()), method: method.to_owned(), preflight: headers.map(words) }
}

#[track_caller]
fn decides(rules: &[CorsRule], request: &CorsRequest, expected: Option<usize>) {
    let rule = match cors_decide(rules, request) {
        CorsDecision::Grant(grant) => Some(grant.rule),
        CorsDecision::Refuse => None,
        CorsDecision::NotCrossOrigin => panic!("an origin was sent"),
    };
    assert_eq!(rule, expected, "{request:?}");
}

#[test]
fn the_first_rule_that_fits_decides() {
    let rules = [
        rule("http://www.example.com", "GET", ""),
        rule("https://*.example.com", "GET HEAD", "Range X-Amz-*"),
        rule("*", "GET", "*"),
    ];
    for (origin, method, headers, expected) in [
        ("http://www.example.com", "GET", None, Some(0)),
        ("http://www.example.com:80", "GET", None, Some(2)),
        ("https://www.example.com", "GET", None, Some(1)),
        ("https://example.com", "HEAD", None, None),
        ("https://a.b.example.com", "HEAD", None, Some(1)),
        ("HTTPS://a.example.com", "HEAD", None, None),
        ("http://www.example.com", "GET", Some("range"), Some(2)),
        ("https://a.example.com", "GET", Some("rAnGe x-amz-date"), Some(1)),
        ("https://a.example.com", "GET", Some("range x-other"), Some(2)),
        ("https://a.example.com", "HEAD", Some("x-other"), None),
        ("https://a.example.com", "PUT", None, None),
        ("null", "GET", None, Some(2)),
        ("https://a.example.com", "get", None, None),
    ] {
        decides(&rules, &request(origin, method, headers), expected);
    }
    assert_eq!(
        cors_decide(&rules, &CorsRequest { method: "GET".into(), ..CorsRequest::default() }),
        CorsDecision::NotCrossOrigin
    );
}

#[test]
fn a_grant_says_the_response_headers() {
    let mut named = rule("https://a.example https://b.example", "GET PUT", "content-type");
    named.expose_headers = words("ETag");
    named.max_age_seconds = Some(3000);
    let rules = [named, rule("*", "GET", "*")];
    let CorsDecision::Grant(grant) = cors_decide(&rules, &request("https://b.example", "PUT", Some("Content-Type")))
    else {
        panic!("refused");
    };
    assert_eq!((grant.allow_origin.as_str(), grant.allow_credentials), ("https://b.example", true));
    assert_eq!(grant.allow_methods, ["GET", "PUT"]);
    assert_eq!(grant.allow_headers, ["Content-Type"]);
    assert_eq!((grant.expose_headers.as_slice(), grant.max_age_seconds), (&["ETag".to_owned()][..], Some(3000)));
    let CorsDecision::Grant(grant) = cors_decide(&rules, &request("https://c.example", "GET", None)) else {
        panic!("refused");
    };
    assert_eq!((grant.rule, grant.allow_origin.as_str(), grant.allow_credentials), (1, "*", false));
}

#[track_caller]
fn shadowed(rules: &[CorsRule], expected: &[usize]) {
    let found: Vec<usize> = analyse(rules)
        .rules
        .iter()
        .enumerate()
        .filter(|(_, reach)| matches!(reach, CorsReach::Shadowed { .. }))
        .map(|(index, _)| index)
        .collect();
    assert_eq!(found, expected, "{rules:?}");
}

#[test]
fn a_rule_is_shadowed_only_if_nothing_is_left_for_it() {
    shadowed(&[rule("*", "GET", "*"), rule("https://a.example", "GET", "range")], &[1]);
    shadowed(&[rule("https://a.example", "GET", "*"), rule("*", "GET", "*")], &[]);
    shadowed(&[rule("*", "GET", ""), rule("https://a.example", "GET", "range")], &[]);
    shadowed(&[rule("*", "GET", "range"), rule("https://a.example", "GET", "Range")], &[1]);
    shadowed(&[rule("*", "GET", ""), rule("*", "PUT", ""), rule("https://a.example", "GET PUT", "")], &[2]);
    shadowed(&[rule("*", "GET", ""), rule("https://a.example", "GET PUT", "")], &[]);
    shadowed(
        &[rule("http://*", "GET", "*"), rule("https://*", "GET", "*"), rule("http*://a.example", "GET", "*")],
        &[],
    );
    shadowed(
        &[rule("http://*", "GET", "*"), rule("https://*", "GET", "*"), rule("https://a.example", "GET", "*")],
        &[2],
    );
    shadowed(
        &[
            rule("*.example", "GET", "*"),
            rule("https://*.a.example", "GET", "*"),
            rule("https://a.example.org", "GET", "*"),
        ],
        &[1],
    );
    // Two rules together: each misses by a header, and one preflight asks for both.
    shadowed(&[rule("*", "GET", "a"), rule("*", "GET", "b"), rule("https://x.example", "GET", "a b")], &[]);
    // One is missed by its header, the other by nothing.
    shadowed(
        &[rule("*", "GET", "a"), rule("https://x.*", "GET", "a b"), rule("https://x.example", "GET", "a b")],
        &[2],
    );
}

#[track_caller]
fn unmatchable(origin: &str, reason: UnmatchableReason, instead: Option<&str>) {
    let policy =
        [CorsRule { allowed_origins: vec![origin.to_owned()], allowed_methods: words("GET"), ..CorsRule::default() }];
    let found = analyse(&policy).unmatchable;
    assert_eq!(
        found.iter().map(|found| (found.reason, found.instead.as_deref())).collect::<Vec<_>>(),
        [(reason, instead)],
        "{origin}"
    );
    assert_eq!(analyse(&policy).rules, [CorsReach::Unmatchable], "{origin}");
}

#[test]
fn origins_no_browser_sends_are_found_and_explained() {
    use UnmatchableReason::{DefaultPort, NoScheme, NotAnOrigin, Path, UpperCase};
    unmatchable("https://example.com/", Path, Some("https://example.com"));
    unmatchable("https://*.example.com/player/*", Path, Some("https://*.example.com"));
    unmatchable("example.com", NoScheme, Some("https://example.com"));
    unmatchable("https://Example.com", UpperCase, Some("https://example.com"));
    unmatchable("https://example.com:443", DefaultPort, Some("https://example.com"));
    unmatchable("http://*:80", DefaultPort, Some("http://*"));
    unmatchable("https://exam ple.com", NotAnOrigin, None);
    for fine in [
        "*",
        "https://*",
        "http://example.com:8080",
        "https://*.example.com",
        "null",
        "http://[::1]:3000",
        "*.example.com",
        "capacitor://localhost",
        "http://a:443",
    ] {
        assert_eq!(analyse(&[rule(fine, "GET", "")]).unmatchable, [], "{fine}");
    }
}

#[test]
fn grants_per_origin_name_the_deciding_rule() {
    let rules = [rule("https://a.example", "PUT GET", ""), rule("*", "GET HEAD", "")];
    assert_eq!(
        grants_for(&rules, "https://a.example"),
        [("PUT".to_owned(), 0), ("GET".to_owned(), 0), ("HEAD".to_owned(), 1)]
    );
    assert_eq!(grants_for(&rules, "https://b.example"), [("GET".to_owned(), 1), ("HEAD".to_owned(), 1)]);
}

fn arbitrary_rule() -> impl Strategy<Value = CorsRule> {
    let some = |words: &'static [&'static str], least: usize| {
        prop::sample::subsequence(words, least..=2).prop_map(|words| words.join(" "))
    };
    (
        some(&["*", "https://a.b", "https://*.b", "https://a.*", "http://a.b"], 1),
        some(&["GET", "PUT"], 1),
        some(&["*", "x-a", "x-*", "Y"], 0),
    )
        .prop_map(|(origins, methods, headers)| rule(&origins, &methods, &headers))
}

proptest! {
    // forall rules, requests: a rule that decides a request is reported as deciding, and a witness is decided by its rule.
    #[test]
    fn reach_agrees_with_deciding(rules in prop::collection::vec(arbitrary_rule(), 1..5)) {
        let analysis = analyse(&rules);
        for (index, reach) in analysis.rules.iter().enumerate() {
            if let CorsReach::Decides(request) = reach {
                let decision = cors_decide(&rules, request);
                prop_assert!(matches!(decision, CorsDecision::Grant(grant) if grant.rule == index));
            }
            prop_assert_ne!(reach, &CorsReach::Undecided);
        }
        for origin in ["https://a.b", "https://c.b", "https://a.c", "http://a.b", "http://z"] {
            for method in ["GET", "PUT"] {
                for headers in [None, Some(""), Some("x-a"), Some("x-b"), Some("y"), Some("x-a y"), Some("z")] {
                    if let CorsDecision::Grant(grant) = cors_decide(&rules, &request(origin, method, headers)) {
                        prop_assert!(matches!(analysis.rules[grant.rule], CorsReach::Decides(_)), "rule {}", grant.rule);
                    }
                }
            }
        }
    }
}
