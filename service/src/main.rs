//! The binary `mediastored`.

use std::process::ExitCode;

fn main() -> ExitCode {
    mediastore_service::cli::main()
}
