//! boto3 as a second, foreign client of both planes. It comes from PyPI into a venv that stays for the next run.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::{Mediastored, OWNER, run};

/// The release whose API models the reference was taken from.
const REQUIREMENT: &str = "boto3==1.44.5";

fn step(what: &str, command: &mut Command) -> String {
    let program = command.get_program().to_owned();
    // Output kept, so that a failure shows what the tool itself said.
    let available = Command::new(&program).arg("--version").output();
    assert!(available.is_ok(), "{what}: `{}` is needed and cannot be run", program.display());
    let (code, output, errors) = run(command);
    assert_eq!(code, 0, "{what} failed:\n{output}{errors}");
    output
}

/// A Python that has boto3.
fn python() -> PathBuf {
    let venv = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("venv-{REQUIREMENT}"));
    let python = venv.join("bin/python");
    let done = venv.join("installed");
    // Every test runs in a process of its own, and the first of them installs for all.
    let lock = File::create(venv.with_extension("lock")).unwrap();
    lock.lock().unwrap();
    if !done.exists() {
        step(
            "making a Python environment (this test needs python3 with venv)",
            Command::new("python3").args(["-m", "venv", "--clear"]).arg(&venv),
        );
        let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", REQUIREMENT];
        step("installing boto3 (this test needs PyPI once)", Command::new(&python).args(pip));
        std::fs::write(done, REQUIREMENT).unwrap();
    }
    python
}

/// Runs a script against a server of its own; gives what it printed.
fn script(name: &str) -> String {
    let python = python();
    let folder = tempfile::tempdir().unwrap();
    let server = Mediastored::serve(folder.path(), &[]);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(name);
    step(name, Command::new(python).arg(script).arg(&server.url).args(OWNER))
}

#[test]
fn boto3_gets_the_answers_it_expects() {
    assert_eq!(script("boto3_control.py"), "21 operations\n");
}

#[test]
fn boto3_gets_the_objects_it_expects() {
    assert_eq!(script("boto3_data.py"), "5 operations\n");
}
