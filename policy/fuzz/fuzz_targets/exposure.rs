//! Exposure of any text that is a policy: no panic, the bound holds, and what is shown as allowed is allowed.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mediastore_policy::analyse::{TrustZone, dead, exposure};
use mediastore_policy::decide::{Verdict, decide};
use mediastore_policy::{mediastore, parse};

fuzz_target!(|text: &str| {
    let Some(policy) = parse::parse(text).policy else { return };
    let zone = TrustZone::of_account("111122223333");
    let found = exposure(std::slice::from_ref(&policy), &zone, &mediastore::MODEL, None);
    for action in &found.actions {
        if let Some(request) = &action.witness {
            assert_eq!(decide([&policy], request).verdict, Verdict::Allow);
        }
    }
    if policy.statements.len() < 4 {
        let _ = dead(&policy, &mediastore::MODEL, None);
    }
});
