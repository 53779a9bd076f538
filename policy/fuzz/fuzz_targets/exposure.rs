//! See `invariants::of_exposing`.

#![no_main]

#[path = "../../tests/analyse/invariants.rs"]
mod invariants;

libfuzzer_sys::fuzz_target!(|data: &[u8]| invariants::of_exposing(data));
