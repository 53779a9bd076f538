//! Commands run for the user to see: printed before they run, their output passed through.

#![allow(clippy::print_stdout)] // showing what happens is this module's purpose

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use cargo_metadata::{Message, MetadataCommand};

/// Why a chore did not come to its end.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// A command ended otherwise than it should.
    #[error("`{command}` {outcome}")]
    Command {
        /// The command line, as shown.
        command: String,
        /// Such as `ended with exit status: 1`.
        outcome: String,
    },
    /// A file or folder could not be used.
    #[error("cannot use `{}`: {error}", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// A program that a chore needs is not to be had.
    #[error("a program is missing: {0}")]
    Unavailable(#[from] xtask::pypi::Unavailable),
    /// The workspace's description could not be read.
    #[error(transparent)]
    Metadata(#[from] cargo_metadata::Error),
    /// The code of the protocol could not be made.
    #[error(transparent)]
    Protocol(#[from] crate::protos::Error),
    /// A generated file is not what it should be.
    #[error("`{0}` is stale, run `cargo xtask gen`")]
    Stale(String),
    /// A generated page is of something that is gone.
    #[error("`{0}` describes nothing that there is; delete it")]
    Orphan(String),
    /// No release files.
    #[error(transparent)]
    Archive(#[from] xtask::archive::Error),
    /// No server for the release files.
    #[error(transparent)]
    Mirror(#[from] xtask::mirror::Error),
    /// A program did not do what it was started for.
    #[error("{0}")]
    Unexpected(String),
}

impl Failure {
    /// For `map_err`, where a file is used.
    pub(crate) fn file(path: &Path) -> impl FnOnce(std::io::Error) -> Failure {
        let path = path.to_owned();
        move |error| Failure::File { path, error }
    }
}

/// Shows a command as `shown`, runs it, and expects an exit code.
pub(crate) fn run(shown: &str, command: &mut Command, expected: i32) -> Result<(), Failure> {
    say(&format!("$ {shown}"));
    let failed = |outcome: String| Failure::Command { command: shown.to_owned(), outcome };
    let status = command.stdin(Stdio::null()).status().map_err(|error| failed(format!("did not start: {error}")))?;
    if status.code() == Some(expected) { Ok(()) } else { Err(failed(format!("ended with {status}"))) }
}

/// Runs cargo in the repository and shows it.
pub(crate) fn cargo(repository: &Path, arguments: &[&str]) -> Result<(), Failure> {
    let mut command = Command::new(env!("CARGO"));
    run(&format!("cargo {}", arguments.join(" ")), command.current_dir(repository).args(arguments), 0)
}

/// Builds and gives the executables made, by name.
pub(crate) fn build(repository: &Path, arguments: &[&str]) -> Result<Vec<(String, PathBuf)>, Failure> {
    let shown = format!("cargo build {}", arguments.join(" "));
    say(&format!("$ {shown}"));
    let failed = |outcome: String| Failure::Command { command: shown.clone(), outcome };
    let mut command = Command::new(env!("CARGO"));
    command.current_dir(repository).args(["build", "--message-format=json-render-diagnostics"]).args(arguments);
    let output =
        command.stderr(Stdio::inherit()).output().map_err(|error| failed(format!("did not start: {error}")))?;
    if !output.status.success() {
        return Err(failed(format!("ended with {}", output.status)));
    }
    let messages = Message::parse_stream(output.stdout.as_slice()).filter_map(Result::ok);
    let executables = messages.filter_map(|message| match message {
        Message::CompilerArtifact(artifact) => {
            artifact.executable.map(|path| (artifact.target.name, path.into_std_path_buf()))
        }
        _ => None,
    });
    Ok(executables.collect())
}

/// The executable of that name among those built.
pub(crate) fn executable<'a>(built: &'a [(String, PathBuf)], name: &str) -> Result<&'a Path, Failure> {
    let found = built.iter().find(|(built, _)| built == name).map(|(_, path)| path.as_path());
    found.ok_or_else(|| Failure::Unexpected(format!("cargo built no `{name}`")))
}

/// Where cargo builds.
pub(crate) fn target_directory(repository: &Path) -> Result<PathBuf, Failure> {
    let metadata = MetadataCommand::new().current_dir(repository).no_deps().exec()?;
    Ok(metadata.target_directory.into_std_path_buf())
}

/// Prints a line before whatever is printed next by others.
pub(crate) fn say(line: &str) {
    println!("{line}");
    // A closed standard output is no reason to stop the work.
    let _ = std::io::stdout().flush();
}

/// An empty folder, whatever was there before.
pub(crate) fn empty_folder(path: &Path) -> Result<(), Failure> {
    if path.exists() {
        std::fs::remove_dir_all(path).map_err(Failure::file(path))?;
    }
    std::fs::create_dir_all(path).map_err(Failure::file(path))
}

/// Writes a file.
pub(crate) fn write(path: &Path, text: &str) -> Result<(), Failure> {
    std::fs::write(path, text).map_err(Failure::file(path))
}
