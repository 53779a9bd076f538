//! Replays `tests/corpus`: inputs that the fuzz targets kept because they reach something of their own.

use std::path::Path;

use crate::invariants;

#[track_caller]
fn replay(folder: &str, check: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus").join(folder);
    let mut count = 0;
    for entry in std::fs::read_dir(&folder).unwrap() {
        check(&std::fs::read(entry.unwrap().path()).unwrap());
        count += 1;
    }
    assert!(count >= 40, "only {count} inputs in {}", folder.display());
}

#[test]
fn what_the_fuzzer_kept_of_parsing_holds() {
    replay("parse", invariants::of_parsing);
}

#[test]
fn what_the_fuzzer_kept_of_deciding_holds() {
    replay("decide", invariants::of_deciding);
}
