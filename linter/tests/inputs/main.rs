//! Inputs from outside: a corpus of real shapes, whole and damaged.

// A test may panic: that is how it fails.
#![allow(clippy::unwrap_used, clippy::panic)]

mod invariants;

use std::fs;
use std::path::{Path, PathBuf};

use mediastore_lint::inputs::read_text;

fn corpus() -> Vec<(PathBuf, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/inputs/corpus");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.into_iter().map(|path| (path.clone(), fs::read(path).unwrap())).collect()
}

fn replay(path: &Path, data: &[u8]) {
    match path.extension().unwrap().to_str() {
        Some("yaml") => invariants::of_yaml(data),
        _ => invariants::of_json(data),
    }
}

/// Each file of the corpus is of a known kind; what it holds is said here, so that a reader that stops understanding it is noticed.
#[test]
fn the_corpus_is_understood() {
    let counts: Vec<_> = corpus()
        .into_iter()
        .map(|(path, data)| {
            replay(&path, &data);
            let unit = read_text(&path, std::str::from_utf8(&data).unwrap());
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, unit.containers.len(), unit.documents.len(), unit.faults.len())
        })
        .collect();
    let expected = [
        ("cdk.template.json", 1, 4, 0),
        ("conditions.yaml", 1, 3, 0),
        ("first-plan.json", 2, 3, 1),
        ("handmade.yaml", 1, 4, 0),
        ("policy.json", 0, 1, 0),
        ("raw-state.json", 2, 2, 0),
        ("shown-state.json", 1, 2, 0),
        ("trailing-comma.json", 0, 1, 0),
    ];
    assert_eq!(counts, expected.map(|(name, a, b, c)| (name.to_owned(), a, b, c)));
}

/// Cut off anywhere, or with one byte replaced, it is still read to the end without a panic.
#[test]
fn damaged_input_is_read_to_the_end() {
    for (path, data) in corpus() {
        // A step that is prime to the lines' lengths hits all kinds of places, and keeps this test short.
        for cut in (0..data.len()).step_by(61) {
            replay(&path, &data[..cut]);
        }
        for (round, at) in (0..data.len()).step_by(67).enumerate() {
            let mut damaged = data.clone();
            damaged[at] = b"\"{}[]:,\\\n '|>!&*$0\xff"[round % 19];
            replay(&path, &damaged);
        }
    }
}
