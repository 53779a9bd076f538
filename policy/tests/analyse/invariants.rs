//! What must hold of the analysis of any text at all. The fuzz target under `policy/fuzz` includes this file, and the tests replay
//! some of what the fuzzer found worth keeping.

use mediastore_policy::analyse::{Doubt, Relation, TrustZone, compare, dead, exposure};
use mediastore_policy::decide::{Verdict, decide};
use mediastore_policy::{mediastore, parse};

/// Any policy is judged without a panic and without contradiction, what is shown as allowed is a request of the service that is
/// allowed, and no policy differs from itself.
pub(crate) fn of_exposing(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let Some(policy) = parse::parse(&*text).policy else { return };
    let zone = TrustZone::of_account("111122223333");
    let found = exposure(std::slice::from_ref(&policy), &zone, &mediastore::MODEL, None);
    for action in &found.actions {
        assert_ne!(action.doubt, Some(Doubt::Inconsistent), "{}", action.action);
        if let Some(request) = &action.witness {
            assert_eq!(request.action, action.action);
            assert!(mediastore::MODEL.is_request(&request.action, &request.resource));
            assert_eq!(decide([&policy], request).verdict, Verdict::Allow);
        }
    }
    let same = compare(std::slice::from_ref(&policy), std::slice::from_ref(&policy), &mediastore::MODEL, None);
    assert!(matches!(same.relation, Relation::Equal | Relation::Undecided), "{}", same.relation);
    if policy.statements.len() < 4 {
        let _ = dead(&policy, &mediastore::MODEL, None);
    }
}
