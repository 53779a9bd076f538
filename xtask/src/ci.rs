//! `cargo xtask ci`: everything that must hold before a change is shared, in the order in which it fails fastest. It
//! prints each step and how long it took, and stops at the first that fails. `cargo xtask tidy` is the part of it that looks at the tree only.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::generated;
use crate::shell::{self, Failure, say};
use crate::smt;

/// The whole workspace, with the one feature that only tests use: the same everywhere, so that nothing is built twice.
const WORKSPACE: [&str; 3] = ["--workspace", "--features", "tf-plugin/testing"];

/// Runs every step.
pub(crate) fn run(repository: &Path) -> Result<(), Failure> {
    let cargo = |before: &[&str], after: &[&str]| shell::cargo(repository, &[before, &WORKSPACE, after].concat());
    let mut times: Vec<(&str, Duration)> = Vec::new();
    let mut step = |name: &'static str, run: &dyn Fn() -> Result<(), Failure>| {
        say(&format!("\n=== {name}"));
        let begun = Instant::now();
        let outcome = run();
        times.push((name, begun.elapsed()));
        outcome
    };
    step("format", &|| shell::cargo(repository, &["fmt", "--all", "--check"]))?;
    step("generated files", &|| generated::check(repository))?;
    step("clippy", &|| cargo(&["clippy"], &["--all-targets", "--", "-D", "warnings"]))?;
    if has_nextest() {
        step("tests, end to end too", &|| cargo(&["nextest", "run"], &["--no-fail-fast"]))?;
        step("documentation tests", &|| cargo(&["test"], &["--doc"]))?;
    } else {
        step("tests, end to end too", &|| cargo(&["test"], &["--no-fail-fast"]))?;
    }
    step("policy engine beside an SMT solver", &|| smt::run(repository))?;
    say("\n=== All well.");
    for (name, time) in times {
        say(&format!("{:>7.1} s  {name}", time.as_secs_f64()));
    }
    Ok(())
}

/// Runs only what the tests of this crate hold of the tree.
pub(crate) fn tidy(repository: &Path) -> Result<(), Failure> {
    shell::cargo(repository, &["fmt", "--all", "--check"])?;
    shell::cargo(repository, &[&["test"][..], &WORKSPACE, &["--bin", "xtask"]].concat())
}

fn has_nextest() -> bool {
    let mut command = Command::new(env!("CARGO"));
    command.args(["nextest", "--version"]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}
