//! `mediastore-lint`: judges MediaStore policies before apply.
//!
//! The judging itself is [`mediastore_policy`]'s; here are the command line, the configuration and the reports. Each command
//! is one file under `commands`, and [`Outcome`] is the one way to an exit code.

pub mod baseline;
pub mod commands;
pub mod config;
mod dead;
pub mod example;
pub mod finding;
pub mod fix;
pub mod hcl;
pub mod inputs;
pub mod judged;
pub mod language;
pub mod levels;
pub mod lint;
pub mod located;
mod lsp;
mod narrow;
mod outcome;
mod overview;
pub mod pages;
mod policy_file;
mod policy_text;
pub mod rego;
pub mod report;
pub mod rule;
pub mod rules;
pub mod source;
pub mod suppress;
pub mod unit;
pub mod unsaved;
pub mod values;
mod words;

use std::ffi::OsString;
use std::io::{self, Write};

use clap::Parser;

pub use outcome::{Failure, Outcome};

/// Decide, before apply, what MediaStore policies really allow.
///
/// Nothing is guessed from patterns: an answer such as `public` comes with a request that the policy allows, and an answer
/// such as `trusted` is a proof that no outsider's request is allowed.
///
/// Exit codes: 0 clean; 1 a result at or over the threshold of `--fail-on`; 2 wrong usage or configuration; 3 input that could
/// not be read or understood. Input that cannot be read is never clean.
#[derive(Debug, Parser)]
#[command(
    name = "mediastore-lint",
    version,
    max_term_width = 100,
    args_conflicts_with_subcommands = true,
    arg_required_else_help = true
)]
struct Arguments {
    #[command(subcommand)]
    command: Option<commands::Command>,
    // Without a command's name, `check` is meant.
    #[command(flatten)]
    check: commands::check::Check,
}

/// Runs the program with these arguments, the program's name first.
pub fn run(arguments: impl IntoIterator<Item = impl Into<OsString> + Clone>) -> Outcome {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are no errors; a closed pipe is nobody's fault.
            let _ = error.print();
            return if error.use_stderr() { Outcome::Usage } else { Outcome::Clean };
        }
    };
    // Not locked for good: the language server has a thread that writes.
    let mut out = io::BufWriter::new(io::stdout());
    let result = match &arguments.command {
        Some(command) => command.run(&mut out),
        None => arguments.check.run(&mut out),
    };
    let result = result.and_then(|outcome| match out.flush() {
        Ok(()) => Ok(outcome),
        Err(error) => Err(Failure::from(error)),
    });
    match result {
        Ok(outcome) => outcome,
        Err(failure) => {
            let outcome = failure.outcome();
            if outcome != Outcome::Clean {
                let _ = writeln!(io::stderr().lock(), "error: {failure}");
            }
            outcome
        }
    }
}
