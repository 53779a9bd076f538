//! `lsp`: the linter in an editor.

use std::path::PathBuf;

use clap::Args;

use super::Clock;
use crate::config::{AccountId, Profile};
use crate::inputs;
use crate::lint::Given;
use crate::lsp::{self, End};
use crate::{Failure, Outcome};

/// Serve an editor: findings while you type, what a rule means, and fixes
///
/// This is a language server on standard input and output, for Terraform and OpenTofu source, policies in JSON and CloudFormation
/// templates. Editors start it themselves; examples/editors/ has configurations of Neovim and VS Code.
///
/// What is judged, and how, is what `check` says of the same files; what is not saved yet counts as if it were.
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Lsp {
    /// The configuration file, instead of the nearest mediastore-lint.toml above each input
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Which severities the rules have [default: default, or what the configuration says]
    #[arg(long, value_enum, value_name = "PROFILE")]
    profile: Option<Profile>,
    /// An account of the trust zone, twelve digits; may be repeated
    #[arg(long, value_name = "ID")]
    account: Vec<AccountId>,
    /// Pass over what this pattern matches, as in .gitignore; may be repeated
    #[arg(long, value_name = "PATTERN")]
    exclude: Vec<String>,
    /// Values of Terraform's variables, as with `terraform plan -var-file`; may be repeated
    #[arg(long, value_name = "FILE")]
    var_file: Vec<PathBuf>,
    #[command(flatten)]
    clock: Clock,
    /// What is done anyway; some editors insist on saying so
    #[arg(long, hide = true)]
    stdio: bool,
}

impl Lsp {
    pub(super) fn run(&self) -> Result<Outcome, Failure> {
        let options = lsp::Options {
            config: self.config.clone(),
            given: Given {
                profile: self.profile,
                accounts: self.account.clone(),
                now: self.clock.instant(),
                ..Given::default()
            },
            inputs: inputs::Options {
                exclude: self.exclude.clone(),
                var_files: self.var_file.clone(),
                ..inputs::Options::default()
            },
        };
        match lsp::serve(options)? {
            End::Asked => Ok(Outcome::Clean),
            // The protocol's own code for a client that leaves without `shutdown`.
            End::Unasked => Ok(Outcome::Findings),
        }
    }
}
