//! Clients from PyPI, each in an environment of its own that stays for the next run.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::run;

/// Runs a step that has to succeed; gives its output. A failure shows what the tool itself said.
pub(crate) fn step(what: &str, command: &mut Command) -> String {
    let program = command.get_program().to_owned();
    let available = Command::new(&program).arg("--version").output();
    assert!(available.is_ok(), "{what}: `{}` is needed and cannot be run", program.display());
    let (code, output, errors) = run(command);
    assert_eq!(code, 0, "{what} failed:\n{output}{errors}");
    output
}

/// The programs of an environment in which a requirement, such as `boto3==1.44.5`, is installed.
pub(crate) fn programs_of(requirement: &str) -> PathBuf {
    let venv = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("venv-{requirement}"));
    let programs = venv.join("bin");
    let done = venv.join("installed");
    // Every test runs in a process of its own, and the first of them installs for all.
    let lock = File::create(venv.with_extension("lock")).unwrap();
    lock.lock().unwrap();
    if !done.exists() {
        step(
            "making a Python environment (this test needs python3 with venv)",
            Command::new("python3").args(["-m", "venv", "--clear"]).arg(&venv),
        );
        let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", requirement];
        step("installing from PyPI (this test needs it once)", Command::new(programs.join("python")).args(pip));
        std::fs::write(done, requirement).unwrap();
    }
    programs
}
