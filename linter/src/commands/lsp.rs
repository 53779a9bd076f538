//! `lsp`: the linter in an editor.

use clap::Args;

use super::Judging;
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
    #[command(flatten)]
    judging: Judging,
    /// What is done anyway; some editors insist on saying so
    #[arg(long, hide = true)]
    stdio: bool,
}

impl Lsp {
    pub(super) fn run(&self) -> Result<Outcome, Failure> {
        let judging = &self.judging;
        let options = lsp::Options { config: judging.config.clone(), given: judging.given(), inputs: judging.inputs() };
        match lsp::serve(options)? {
            End::Asked => Ok(Outcome::Clean),
            // The protocol's own code for a client that leaves without `shutdown`.
            End::Unasked => Ok(Outcome::Findings),
        }
    }
}
