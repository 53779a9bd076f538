//! The bound on work. It counts steps, not time, so these answers are the same on every machine.

use mediastore_policy::analyse::{TrustZone, exposure};
use mediastore_policy::{mediastore, parse};

use super::adversarial;

#[test]
fn hard_policies_are_answered_within_the_bound() {
    for (name, text, expected) in adversarial::policies() {
        assert!(text.len() <= 8192, "{name} has {} characters", text.len());
        let policy =
            parse::parse(text.as_str()).into_result().unwrap_or_else(|problems| panic!("{name}: {problems:?}"));
        let found = exposure(&[policy], &TrustZone::of_account("111122223333"), &mediastore::MODEL, None);
        assert_eq!(found.class.as_str(), expected, "{name}");
    }
}
