//! The linter's binary as the tests start it: what `linter/src/main.rs` is.

use std::process::ExitCode;

fn main() -> ExitCode {
    mediastore_lint::run(std::env::args_os()).into()
}
