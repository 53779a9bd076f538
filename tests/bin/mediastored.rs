//! The service's binary as the tests start it: what `service/src/main.rs` is.

use std::process::ExitCode;

fn main() -> ExitCode {
    mediastore_service::cli::main()
}
