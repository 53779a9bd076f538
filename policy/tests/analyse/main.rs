//! The analysis, from outside: hand-written cases, properties over generated policies, and the bound on work.

// A test may panic: that is how it fails.
#![allow(clippy::unwrap_used, clippy::panic)]

mod adversarial; // policies made to be hard
mod bound; // adversarial policies stay within the bound
mod cases; // tests/cases/exposure: one file per kind of difficulty
mod corpus; // tests/corpus/exposure, what the fuzzer kept
mod invariants; // what holds of any text at all
mod properties; // agreement with trying every request of a small world
mod questions; // compare, reach, dead parts, unknown parts

use mediastore_policy::model::Policy;
use mediastore_policy::parse;

/// A policy of these statements, in which members left out have their usual value and members that are null are left out.
#[track_caller]
fn policy_of(version: &str, statements: &[&str]) -> Policy {
    let statements: Vec<serde_json::Value> = statements
        .iter()
        .map(|text| {
            let mut made: serde_json::Map<String, serde_json::Value> = serde_json::from_str(text).unwrap();
            for (member, usual) in [
                ("Effect", "Allow"),
                ("Principal", "*"),
                ("Action", "mediastore:GetObject"),
                ("Resource", "arn:aws:mediastore:us-east-1:111122223333:container/movies/*"),
            ] {
                made.entry(member).or_insert_with(|| usual.into());
            }
            made.retain(|_, value| !value.is_null());
            made.into()
        })
        .collect();
    let text = serde_json::json!({"Version": version, "Statement": statements}).to_string();
    parse::parse(text.as_str()).into_result().unwrap_or_else(|problems| panic!("{problems:?} in {text}"))
}
