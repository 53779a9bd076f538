//! `completions`: what a shell needs to complete our arguments.

use std::io::Write;

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use crate::{Failure, Outcome};

/// Print completions for a shell
///
/// For bash, for one: mediastore-lint completions bash > /etc/bash_completion.d/mediastore-lint
#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

impl Completions {
    pub(super) fn run(&self, mut out: &mut dyn Write) -> Result<Outcome, Failure> {
        let mut command = crate::Arguments::command();
        clap_complete::generate(self.shell, &mut command, "mediastore-lint", &mut out);
        Ok(Outcome::Clean)
    }
}
