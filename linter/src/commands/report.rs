//! `report`: who can do what in all containers, on one page.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use rayon::iter::ParallelIterator;

use super::in_charge::InCharge;
use super::{Judging, unwritable};
use crate::inputs;
use crate::judged::JudgedPolicy;
use crate::located::Located;
use crate::overview::{Overview, page};
use crate::unit::Unit;
use crate::{Failure, Outcome};

/// Show who can do what in all containers: an access matrix, CORS grants, names, tags and findings
///
/// The page is one file that needs no network: search, filters, light and dark, and the request that proves each cell. The JSON is
/// the same data. Without `--html` and `--json`, the JSON goes to standard output.
///
/// Unlike `check`, findings do not fail the run: it exits with 0, or with 3 if some input could not be read.
///
/// Examples:
///   mediastore-lint report --html access.html infra/
///   terraform show -json plan.out | mediastore-lint report --html access.html -
///   mediastore-lint report . | jq '.subjects[] | select(.exposure == "public") | .name'
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Report {
    /// Files and directories; `-` is standard input. Without any, the current directory
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Write the page to this file
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Write the data to this file
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    #[command(flatten)]
    judging: Judging,
}

impl Report {
    pub(super) fn run(&self, out: &mut dyn Write) -> Result<Outcome, Failure> {
        let in_charge = InCharge::new(self.judging.config.clone(), self.judging.given())?;
        let paths = if self.paths.is_empty() { &[PathBuf::from(".")][..] } else { &self.paths };
        let inputs = inputs::find(paths, &self.judging.inputs());
        let judged: Vec<Result<Overview, Failure>> = inputs
            .units()
            .map(|unit| {
                let settings = in_charge.of(&unit)?;
                let policies = settings.policies(&unit);
                Ok(overview(&unit, &settings.lint_located_with(&unit, &policies)?, &policies))
            })
            .collect();
        let mut whole = Overview::new(about(paths));
        for part in judged {
            whole.append(part?);
        }
        if let Some(path) = &self.html {
            write(path, &page(&whole)?)?;
        }
        match &self.json {
            Some(path) => write(path, &serde_json::to_string(&whole)?)?,
            None if self.html.is_none() => {
                serde_json::to_writer(&mut *out, &whole)?;
                writeln!(out)?;
            }
            None => {}
        }
        Ok(if whole.unreadable > 0 { Outcome::Unreadable } else { Outcome::Clean })
    }
}

fn overview(unit: &Unit, found: &[Located], policies: &[JudgedPolicy<'_>]) -> Overview {
    let mut overview = Overview::new(String::new());
    overview.unreadable = unit.broken();
    overview.add(unit, found, policies);
    overview
}

/// What was looked at, with what, and when.
fn about(paths: &[PathBuf]) -> String {
    let paths: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
    let time = jiff::Timestamp::now().strftime("%Y-%m-%d %H:%M UTC");
    format!("{} · mediastore-lint {} · {time}", paths.join(", "), env!("CARGO_PKG_VERSION"))
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    fs::write(path, text).map_err(|error| unwritable(path, &error))
}
