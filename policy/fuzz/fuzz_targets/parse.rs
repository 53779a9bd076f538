//! Any text is read without a panic, every problem lies in the text, and what reads as a policy prints as one that means the same.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mediastore_policy::mediastore::{ContainerScope, refusals};
use mediastore_policy::{meaning, parse};

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let parsed = parse::parse(&*text);
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
});
