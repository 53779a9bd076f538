//! boto3 as a second, foreign client of both planes.

use std::path::Path;
use std::process::Command;

use crate::process::{Mediastored, OWNER};
use crate::python;

/// The release whose API models the reference was taken from.
const REQUIREMENT: &str = "boto3==1.44.5";

/// Runs a script against a server of its own; gives what it printed.
fn script(name: &str) -> String {
    let python = python::programs_of(REQUIREMENT).join("python");
    let folder = tempfile::tempdir().unwrap();
    let server = Mediastored::serve(folder.path(), &[]);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(name);
    python::step(name, Command::new(python).arg(script).arg(&server.url).args(OWNER))
}

#[test]
fn boto3_gets_the_answers_it_expects() {
    assert_eq!(script("boto3_control.py"), "21 operations\n");
}

#[test]
fn boto3_gets_the_objects_it_expects() {
    assert_eq!(script("boto3_data.py"), "5 operations\n");
}
