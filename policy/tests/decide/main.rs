//! Deciding requests, seen from outside: the case corpus, a second evaluator, and properties over generated input.
//!
//! One binary, because it links once.

// A test that cannot set up its input has failed; panicking says so best.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod cases; // tests/cases/*: what each operator and element does, with the basis of each claim
mod corpus; // inputs that fuzzing kept
mod generate; // policies and requests that meet often enough to be interesting
mod invariants; // what holds of any bytes; shared with the fuzz targets
mod properties; // what holds for all of them
mod slow; // the second evaluator: slow, short, from the JSON text, sharing no code with the crate
