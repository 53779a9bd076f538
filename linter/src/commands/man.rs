//! `man`: the manual pages.

use std::io::Write;
use std::path::PathBuf;

use clap::{Args, CommandFactory};

use crate::{Failure, Outcome};

/// Print the manual page, or write the pages of all commands to a directory
///
/// Examples:
///   mediastore-lint man | man -l -
///   mediastore-lint man --directory /usr/local/share/man/man1
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Man {
    /// A directory for one page per command
    #[arg(long, value_name = "DIR")]
    directory: Option<PathBuf>,
}

impl Man {
    pub(super) fn run(&self, out: &mut dyn Write) -> Result<Outcome, Failure> {
        let command = crate::Arguments::command();
        match &self.directory {
            None => clap_mangen::Man::new(command).render(&mut &mut *out)?,
            Some(directory) => clap_mangen::generate_to(command, directory)
                .map_err(|error| Failure::Argument(format!("cannot write to `{}`: {error}", directory.display())))?,
        }
        Ok(Outcome::Clean)
    }
}
