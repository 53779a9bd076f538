//! The provider's binary. Terraform starts it without arguments; people start it with some.

use std::process::ExitCode;

fn main() -> ExitCode {
    terraform_provider_mediastore::cli::main()
}
