//! Repository chores, run as `cargo xtask <chore>`. Reads the command line and turns the outcome into an exit code; the
//! chores live in their own modules, and what a chore checks in every test run lives there as a test.

#[cfg(test)]
mod arrows;
mod bench;
mod ci;
mod demo;
mod dependencies;
mod dist;
mod generated;
mod protos;
mod reference;
mod shell;
mod smt;
#[cfg(test)]
mod tidy;

use std::fmt::Display;
use std::path::Path;
use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask <chore>

  demo           build the provider and take examples/quickstart through its life with a real Terraform
  ci             format, lints, generated code, and every test
  tidy           the checks of the tree itself: format, module docs, links and paths in the pages, arrows between
                 crates, files without an owner, generated files, licences
  bench [PART]   measures everything in docs/benchmarks.md and writes it; or one part of it:
                 provider, policy, linter, service
  dist           release files in target/dist, and the proof that Terraform installs from them
                 [--target TRIPLE] [--profile PROFILE]
  seal           checksums of the files in target/dist, and a signature over them
                 [--key FINGERPRINT]
  gen [--check]  write the committed code and pages that are generated, or only compare them";

#[allow(clippy::print_stdout, clippy::print_stderr)] // a command-line tool talks to its user
fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match arguments.as_slice() {
        ["demo"] => demo::run(repository()).map_err(sentence),
        ["ci"] => ci::run(repository()).map_err(sentence),
        ["tidy"] => ci::tidy(repository()).map_err(sentence),
        ["bench"] => bench::run(repository(), None).map_err(sentence),
        ["bench", part] if bench::names().any(|name| name == *part) => {
            bench::run(repository(), Some(part)).map_err(sentence)
        }
        ["dist", wish @ ..] if dist::Wish::parse(wish).is_some() => {
            dist::run(repository(), &dist::Wish::parse(wish).unwrap_or_default()).map_err(sentence)
        }
        ["seal"] => dist::seal(repository(), None).map_err(sentence),
        ["seal", "--key", key] => dist::seal(repository(), Some(key)).map_err(sentence),
        ["gen"] => generated::write(repository()).map_err(sentence).map(|files| {
            for file in files {
                println!("wrote {file}");
            }
        }),
        ["gen", "--check"] => generated::check(repository()).map_err(sentence),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            eprintln!("error: {sentence}");
            ExitCode::FAILURE
        }
    }
}

fn sentence(error: impl Display) -> String {
    error.to_string()
}

/// Where the workspace lies; xtask never runs outside it.
fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."))
}
