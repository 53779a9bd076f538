//! The provider's binary as the tests start it: what `provider/src/main.rs` is.

use std::process::ExitCode;

fn main() -> ExitCode {
    terraform_provider_mediastore::cli::main()
}
