//! Replays `tests/corpus/exposure`: inputs that the fuzz target kept because they reach something of their own.

use std::path::Path;

use super::invariants;

#[test]
fn what_the_fuzzer_kept_of_exposing_holds() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/exposure");
    let mut count = 0;
    for entry in std::fs::read_dir(&folder).unwrap() {
        invariants::of_exposing(&std::fs::read(entry.unwrap().path()).unwrap());
        count += 1;
    }
    assert!(count >= 40, "only {count} inputs in {}", folder.display());
}
