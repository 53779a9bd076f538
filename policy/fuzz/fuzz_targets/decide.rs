//! See `invariants::of_deciding`.

#![no_main]

#[path = "../../tests/decide/invariants.rs"]
mod invariants;

libfuzzer_sys::fuzz_target!(|data: &[u8]| invariants::of_deciding(data));
