//! What must hold of any bytes at all. The fuzz targets under `policy/fuzz` include this file, and the tests replay some of what
//! the fuzzer found worth keeping.

use mediastore_policy::decide::{Verdict, decide};
use mediastore_policy::mediastore::{ContainerScope, refusals};
use mediastore_policy::request::Request;
use mediastore_policy::{meaning, parse};

/// Any text is read without a panic, every problem lies in the text, and what reads as a policy prints as one that means the same.
#[allow(dead_code, reason = "each fuzz target uses one of the two")]
pub(crate) fn of_parsing(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let parsed = parse::parse(&*text);
    assert!(parsed.policy.is_some() || !parsed.problems.is_empty(), "nothing and no reason");
    for problem in &parsed.problems {
        assert!(problem.span.of(&text).is_some(), "a problem outside the text");
    }
    let _ = refusals(&text, &ContainerScope { region: None, account: Some("111122223333"), name: Some("movies") });
    if let Ok(policy) = parsed.into_result() {
        let printed = policy.to_string();
        let again = parse::parse(printed.as_str()).into_result().expect("what is printed reads back");
        assert_eq!(printed, again.to_string());
        assert!(meaning::same_meaning(&text, &printed));
    }
}

/// Any policy and any request, on two lines: deciding ends without a panic, the reasons bear the verdict out, and the normal form
/// of the policy decides the same.
#[allow(dead_code, reason = "each fuzz target uses one of the two")]
pub(crate) fn of_deciding(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let Some((policy_text, request_text)) = text.split_once('\n') else { return };
    let Ok(request) = serde_json::from_str::<Request>(request_text) else { return };
    let Some(policy) = parse::parse(policy_text).policy else { return };
    let decision = decide([&policy], &request);
    assert_eq!(decision.reasons.len(), policy.statements.len());
    assert_ne!(decision.verdict, Verdict::Depends, "nothing is unknown in a text");
    assert_eq!(decision.deciding().next().is_none(), decision.verdict == Verdict::ImplicitDeny);
    if let Ok(normal) = meaning::normalize(policy_text) {
        let other = parse::parse(normal.as_str()).into_result().expect("a normal form is a policy");
        assert_eq!(decide([&other], &request).verdict, decision.verdict);
    }
}
