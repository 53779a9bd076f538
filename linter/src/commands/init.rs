//! `init`: a configuration to start from.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::PathBuf;

use clap::Args;

use crate::config::FILE_NAME;
use crate::{Failure, Outcome};

/// What is written: every setting with a word on it, those that need a decision commented out.
const TEMPLATE: &str = include_str!("init.toml");

/// Write a commented mediastore-lint.toml to start from
#[derive(Debug, Args)]
pub(crate) struct Init {
    /// The directory it is for
    #[arg(default_value = ".", value_name = "DIR")]
    directory: PathBuf,
    /// Print it instead of writing it
    #[arg(long)]
    stdout: bool,
}

impl Init {
    pub(super) fn run(&self, out: &mut dyn Write) -> Result<Outcome, Failure> {
        if self.stdout {
            out.write_all(TEMPLATE.as_bytes())?;
            return Ok(Outcome::Clean);
        }
        let path = self.directory.join(FILE_NAME);
        let written = OpenOptions::new().write(true).create_new(true).open(&path);
        let written = written.and_then(|mut file| file.write_all(TEMPLATE.as_bytes()));
        written.map_err(|error| {
            let path = path.display();
            Failure::Argument(match error.kind() {
                ErrorKind::AlreadyExists => format!("`{path}` exists; remove it first, or look at `init --stdout`"),
                _ => format!("cannot write `{path}`: {error}"),
            })
        })?;
        writeln!(out, "wrote {}", path.display())?;
        Ok(Outcome::Clean)
    }
}

#[cfg(test)]
mod tests {
    use crate::config::{Config, Profile};

    #[test]
    fn what_is_written_is_a_configuration() {
        let config = Config::parse(super::TEMPLATE).expect("a configuration");
        assert_eq!(config, Config { profile: Profile::Default, ..config.clone() });
        assert_eq!(config, Config { fail_on: config.fail_on, ..Config::default() }, "it changes no default");
    }

    #[test]
    fn so_is_what_is_commented_out() {
        let setting = |line: &str| match line.strip_prefix("# ") {
            Some(rest) if rest.starts_with(['[', '"']) || rest.contains(" = ") && !rest.contains(". ") => {
                rest.to_owned()
            }
            _ => line.to_owned(),
        };
        let all: Vec<_> = super::TEMPLATE.lines().map(setting).collect();
        // Files that it names are not read here.
        let config = Config::parse(&all.join("\n")).unwrap_or_else(|fault| panic!("{fault:#?}"));
        assert!(config.naming.scheme.is_some() && !config.tags.required.is_empty());
        assert!(!config.overrides.is_empty() && !config.rego.files.is_empty() && config.baseline.is_some());
    }
}
