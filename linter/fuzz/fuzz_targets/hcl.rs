//! See `invariants::of_configuration`.

#![no_main]

#[path = "../../tests/hcl/invariants.rs"]
mod invariants;

libfuzzer_sys::fuzz_target!(|data: &[u8]| invariants::of_configuration(data));
