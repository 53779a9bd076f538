//! Decides requests from standard input: each line is an object of a `policy` and a `request`, each answer a line with the verdict
//! and the statements it rests on, or with the problems of a policy that is refused.
//!
//!     cargo run -p mediastore-policy --example decide < requests.jsonl

// A program's answers go to standard output.
#![allow(clippy::print_stdout)]

use std::io::{self, BufRead};

use mediastore_policy::decide::decide;
use mediastore_policy::parse;
use mediastore_policy::request::Request;
use serde::Deserialize;
use serde_json::{json, value::RawValue};

#[derive(Deserialize)]
struct Line<'a> {
    /// Kept as text, so that the reader of policies sees what was written.
    #[serde(borrow)]
    policy: &'a RawValue,
    request: Request,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    for line in io::stdin().lock().lines() {
        let line = line?;
        let Line { policy, request } = serde_json::from_str(&line)?;
        let answer = match parse::parse(policy.get()).into_result() {
            Ok(policy) => {
                let decision = decide([&policy], &request);
                let statements: Vec<usize> = decision.deciding().map(|reason| reason.statement).collect();
                json!({"decision": decision.verdict.as_str(), "statements": statements})
            }
            Err(problems) => {
                let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
                json!({"problems": problems})
            }
        };
        println!("{answer}");
    }
    Ok(())
}
