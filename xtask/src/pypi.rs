//! Programs from PyPI, for chores and end-to-end tests: each requirement in a Python environment of its own, installed once.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// Why there is no such program.
#[derive(Debug, thiserror::Error)]
pub enum Unavailable {
    /// A folder or file could not be written.
    #[error("cannot write `{}`: {error}", .path.display())]
    Unwritable {
        /// What was written.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// A step of the installation failed.
    #[error("`{command}` failed: {output}")]
    Step {
        /// The command line.
        command: String,
        /// What it said, or why it did not start.
        output: String,
    },
}

impl Unavailable {
    /// For `map_err`, where something is written.
    pub(crate) fn unwritable(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |error| Self::Unwritable { path, error }
    }
}

/// The folder of the programs that a requirement (`z3-solver==5.4.1.0`) brings, Python among them, in an environment below `folder`. It is
/// made unless it is there already; processes that ask at the same time wait for the one that makes it.
///
/// # Errors
/// No Python with `venv`, no package index in reach, or a folder that cannot be written.
pub fn installed(folder: &Path, requirement: &str) -> Result<PathBuf, Unavailable> {
    let environment = folder.join(requirement.replace("==", "-"));
    let programs = environment.join("bin");
    fs::create_dir_all(folder).map_err(Unavailable::unwritable(folder))?;
    let lock = folder.join(format!("{requirement}.lock"));
    let _lock =
        File::create(&lock).and_then(|file| file.lock().map(|()| file)).map_err(Unavailable::unwritable(&lock))?;
    let ready = environment.join("ready");
    if !ready.exists() {
        run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&environment))?;
        let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", requirement];
        run(Command::new(programs.join("python")).args(pip))?;
        fs::write(&ready, "").map_err(Unavailable::unwritable(&ready))?;
    }
    Ok(programs)
}

/// Runs a command to its end; whatever is not success is an error with its words.
pub(crate) fn run(command: &mut Command) -> Result<Output, Unavailable> {
    let output = match command.stdin(Stdio::null()).output() {
        Ok(output) if output.status.success() => return Ok(output),
        Ok(output) if output.stderr.is_empty() => String::from_utf8_lossy(&output.stdout).trim().to_owned(),
        Ok(output) => String::from_utf8_lossy(&output.stderr).trim().to_owned(),
        Err(error) => error.to_string(),
    };
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let command = words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ");
    Err(Unavailable::Step { command, output })
}
