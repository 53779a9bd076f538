//! See `invariants::of_settings`.

#![no_main]

#[path = "../../tests/inputs/invariants.rs"]
mod invariants;

libfuzzer_sys::fuzz_target!(|data: &[u8]| invariants::of_settings(data));
