//! How a run ends: the exit codes, and the errors that stop it.

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use crate::config::ConfigError;
use crate::fix::ChangeError;
use crate::rego::RegoError;

/// The end of a run; each has its exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// 0: everything was read, and nothing is at or over the threshold.
    Clean,
    /// 1: something is at or over the threshold.
    Findings,
    /// 2: wrong arguments or configuration.
    Usage,
    /// 3: input that could not be read or understood. Wins over findings, since they are not all there is.
    Unreadable,
}

impl Outcome {
    /// The exit code.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Clean => 0,
            Self::Findings => 1,
            Self::Usage => 2,
            Self::Unreadable => 3,
        }
    }
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        Self::from(outcome.code())
    }
}

/// What stops a run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// The configuration.
    #[error(transparent)]
    Config(ConfigError),
    /// A rule of the organisation.
    #[error(transparent)]
    Rego(#[from] RegoError),
    /// A fix that could not be written.
    #[error(transparent)]
    Fix(#[from] ChangeError),
    /// An argument whose form is right but whose value is not.
    #[error("{0}")]
    Argument(String),
    /// An input file.
    #[error("cannot read `{}`: {reason}", path.display())]
    Input {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The output.
    #[error("cannot write the result: {0}")]
    Output(#[from] io::Error),
    /// The result has no JSON form; a fault of this program.
    #[error("cannot print the result: {0}")]
    Print(#[from] serde_json::Error),
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::Config(error.with_every_fault())
    }
}

impl Failure {
    /// The outcome of a run that this stopped.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        match self {
            Self::Config(_) | Self::Rego(_) | Self::Fix(_) | Self::Argument(_) => Outcome::Usage,
            Self::Input { .. } => Outcome::Unreadable,
            // Whoever reads our output has enough of it, as `head` does.
            Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => Outcome::Clean,
            Self::Output(_) | Self::Print(_) => Outcome::Usage,
        }
    }
}
