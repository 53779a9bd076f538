//! `schema`: the JSON Schema of the configuration.

use std::io::Write;

use clap::Args;

use crate::config::schema::schema;
use crate::{Failure, Outcome};

/// Print the JSON Schema of mediastore-lint.toml, for editors
///
/// An editor with a TOML language server completes and checks the file when its first line names the schema:
///   #:schema ./mediastore-lint.schema.json
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Schema {}

impl Schema {
    pub(super) fn run(&self, out: &mut dyn Write) -> Result<Outcome, Failure> {
        serde_json::to_writer_pretty(&mut *out, &schema())?;
        writeln!(out)?;
        Ok(Outcome::Clean)
    }
}
