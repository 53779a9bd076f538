//! The command line of the provider's binary: started by Terraform it serves, started by hand it explains itself.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use tf_plugin::serve::{self, Options};
use tf_plugin::server::Server;

use crate::{MediaStore, SOURCE, install};

/// Terraform provider for AWS Elemental MediaStore and compatible services.
///
/// Terraform and OpenTofu start this program themselves. By hand it can place itself where `terraform init` finds it, or
/// wait for a debugger. AWS ended MediaStore on 2025-11-13; by default the provider works on an embedded service that
/// keeps its data in `.mediastore/` beside the configuration.
#[derive(Debug, Parser)]
#[command(version, arg_required_else_help = false)]
struct Arguments {
    /// Serve without being started by Terraform, and print the TF_REATTACH_PROVIDERS line to use it.
    #[arg(long)]
    debug: bool,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Place this binary in the local mirror that `terraform init` searches by itself.
    ///
    /// After it, `source = "mediastore/mediastore"` in a configuration needs no registry and no further set-up.
    Install(install::Arguments),
}

/// Parses the arguments and runs.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match arguments.command {
        Some(Command::Install(arguments)) => install::run(&arguments),
        None => {
            let crates = ["terraform_provider_mediastore", "tf_plugin", "mediastore_service"];
            let options = Options {
                debug: arguments.debug,
                log_crates: crates.into_iter().map(str::to_owned).collect(),
                ..Options::new(SOURCE)
            };
            serve::run(options, |lifecycle| Server::new(MediaStore, lifecycle))
        }
    }
}
