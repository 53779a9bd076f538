//! The policy engine beside an SMT solver: installs z3 from PyPI, and has `policy/smt/cross_check.py` compare answers over the
//! written cases and over a small set of generated policies. What is compared, and how, is the script's.

use std::path::{Path, PathBuf};
use std::process::Command;

use xtask::pypi;

use crate::shell::{self, Failure, say};

/// The solver, fixed so that an answer today is an answer tomorrow.
pub(crate) const SOLVER: &str = "z3-solver==5.4.1.0";

/// Policies drawn in CI; a thorough run takes thousands.
const DRAWN: &str = "60";

/// Compares, and fails at the first disagreement.
pub(crate) fn run(repository: &Path) -> Result<(), Failure> {
    let built =
        shell::build(repository, &["--workspace", "--features", "tf-plugin/testing", "--bin", "mediastore-lint"])?;
    let linter = shell::executable(&built, "mediastore-lint")?;
    let python = solver(&shell::target_directory(repository)?)?;
    let cases = ["--cases", "policy/tests/cases/exposure"];
    let drawn = ["--count", DRAWN, "--seed", "1"];
    for arguments in [&cases[..], &drawn[..]] {
        let shown = format!("python policy/smt/cross_check.py --bin mediastore-lint {}", arguments.join(" "));
        let mut command = Command::new(&python);
        command.current_dir(repository).arg("policy/smt/cross_check.py").arg("--bin").arg(linter).args(arguments);
        shell::run(&shown, &mut command, 0)?;
    }
    Ok(())
}

/// A Python that has the solver.
pub(crate) fn solver(target: &Path) -> Result<PathBuf, Failure> {
    say(&format!("$ pip install {SOLVER}"));
    Ok(pypi::installed(&target.join("smt"), SOLVER)?.join("python"))
}
