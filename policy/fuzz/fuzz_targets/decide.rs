//! Any policy and any request, on two lines: deciding ends without a panic, the reasons bear the verdict out, and the normal form
//! of the policy decides the same.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mediastore_policy::decide::{Verdict, decide};
use mediastore_policy::request::Request;
use mediastore_policy::{meaning, parse};

fuzz_target!(|data: &[u8]| {
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
});
