//! `mediastored check`.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use indicatif::HumanBytes;

use super::{progress, with_causes};

/// Arguments of `check`.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Exit code 0: nothing is lost. 1: something is, or the folder cannot be read; standard error names it.

The folder may be in use; nothing of it is changed without --remove-unused. An object that is damaged mends when it is put again.")]
pub(super) struct Check {
    /// The data folder.
    #[arg(long, env = "MEDIASTORED_DATA_DIR", default_value = ".mediastore", value_name = "FOLDER")]
    data_dir: PathBuf,

    /// Remove files of bodies that no object refers to.
    #[arg(long)]
    remove_unused: bool,
}

impl Check {
    /// Checks and tells. The error is the sentence to print.
    pub(super) fn run(self) -> Result<(), String> {
        let bar = progress::bytes("checking");
        let report = crate::check(&self.data_dir, self.remove_unused, &mut |done, all| {
            bar.set_length(all);
            bar.set_position(done);
        });
        bar.finish_and_clear();
        let report = report.map_err(|error| with_causes(&error))?;
        let mut problems = io::stderr().lock();
        for problem in &report.database {
            let _ = writeln!(problems, "database: {problem}");
        }
        for damaged in &report.damaged {
            let _ = writeln!(problems, "{}/{}: the body {}", damaged.container, damaged.path, damaged.problem);
        }
        let unused = match (report.unused, report.removed) {
            (0, _) => "no unused files".to_owned(),
            (unused, removed) if removed > 0 => format!("{unused} unused files, {removed} removed"),
            (unused, _) => format!("{unused} unused files (--remove-unused removes them)"),
        };
        let _ = writeln!(
            io::stdout(),
            "{} objects, {} bodies, {}; {unused}",
            report.objects,
            report.bodies,
            HumanBytes(report.bytes)
        );
        if report.is_sound() {
            return Ok(());
        }
        let (database, damaged) = (report.database.len(), report.damaged.len());
        Err(format!("{damaged} objects are damaged, and the database has {database} problems"))
    }
}
