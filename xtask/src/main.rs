//! Repository chores: `cargo xtask gen` writes the committed generated code, `cargo xtask gen --check` only compares.
//! Reads the command line and turns the outcome into an exit code; the chores live in their own modules.

mod protos;

use std::path::Path;
use std::process::ExitCode;

const USAGE: &str = "usage: cargo xtask gen [--check]";

#[allow(clippy::print_stdout, clippy::print_stderr)] // a command-line tool talks to its user
fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match arguments.as_slice() {
        ["gen"] => protos::write(repository()).map(|files| {
            for file in files {
                println!("wrote {file}");
            }
        }),
        ["gen", "--check"] => protos::check(repository()),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Where the workspace lies; xtask never runs outside it.
fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."))
}
