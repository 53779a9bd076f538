//! `rules`: what is looked for.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;

use super::Format;
use crate::config::{Config, Profile};
use crate::levels::Levels;
use crate::{Failure, Outcome, rules};

/// List the rules, each with its severity
///
/// Severities are those of the configuration in charge of the current directory, before settings for paths.
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Rules {
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// The configuration file
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The severities of this profile
    #[arg(long, value_enum)]
    profile: Option<Profile>,
}

/// A rule. Members are only ever added.
#[derive(Serialize)]
struct Line {
    name: &'static str,
    family: String,
    /// `off` for a rule that is not looked for.
    severity: String,
    default: String,
    strict: String,
    summary: &'static str,
}

impl Rules {
    pub(super) fn run(&self, out: &mut dyn Write) -> Result<Outcome, Failure> {
        let file = self.config.clone().or_else(|| Config::find(Path::new(".")));
        let config = file.as_deref().map(Config::read).transpose()?.unwrap_or_default();
        let levels = Levels::new(&config, self.profile, &[]);
        let lines: Vec<Line> = rules::ALL
            .iter()
            .map(|rule| Line {
                name: rule.name,
                family: rule.family.title().to_lowercase(),
                severity: levels.anywhere(rule).map_or_else(|| "off".to_owned(), |severity| severity.to_string()),
                default: rule.severity.to_string(),
                strict: rule.strict.to_string(),
                summary: rule.summary,
            })
            .collect();
        if self.format == Format::Json {
            serde_json::to_writer_pretty(&mut *out, &lines)?;
            writeln!(out)?;
            return Ok(Outcome::Clean);
        }
        let width = lines.iter().map(|line| line.name.len()).max().unwrap_or_default();
        for (index, family) in lines.chunk_by(|a, b| a.family == b.family).enumerate() {
            if index > 0 {
                writeln!(out)?;
            }
            writeln!(out, "{}", family[0].family)?;
            for line in family {
                writeln!(out, "  {:width$}  {:7}  {}", line.name, line.severity, line.summary)?;
            }
        }
        Ok(Outcome::Clean)
    }
}
