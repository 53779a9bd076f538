//! The binary `mediastore-lint`: arguments in, exit code out.

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    mediastore_lint::run(std::env::args_os()).into()
}
