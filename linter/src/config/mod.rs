//! The configuration file, `mediastore-lint.toml`: its types, and where it is found.
//!
//! The types are the one description: the schema that editors use, the reference in the docs and the faults that a wrong file is told
//! about ([`schema`]) are made from them. What a setting means for a finding is said by [`crate::levels`] and by the rules.

pub mod classification;
pub mod environments;
pub mod naming;
pub mod schema;
pub mod tags;
mod trust;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use globset::{GlobBuilder, GlobMatcher};
use schemars::JsonSchema;
use serde::Deserialize;

pub use classification::Classification;
pub use environments::Environments;
pub use naming::Naming;
pub use schema::ConfigFault;
pub use tags::Tags;
pub use trust::{AccountId, Cidr, DistributionArn, OrganizationId, Trust};

use crate::finding::Severity;
use crate::rules;

/// The name of the file that is looked for.
pub const FILE_NAME: &str = "mediastore-lint.toml";

/// Configuration of `mediastore-lint`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Which severities the rules have before `rules` changes some.
    pub profile: Profile,
    /// The severity from which findings make `check` exit with 1. Default: `error`.
    pub fail_on: Option<FailOn>,
    /// A file of findings that are known and not reported, relative to this file. Written by `check --write-baseline`.
    pub baseline: Option<PathBuf>,
    /// Whom and what the owner counts as their own.
    pub trust: Trust,
    /// The severity of single rules, by name: `off`, `info`, `warning` or `error`.
    #[schemars(schema_with = "schema::rules")]
    pub rules: BTreeMap<RuleName, Level>,
    /// How containers are named.
    pub naming: Naming,
    /// Which tags containers carry.
    pub tags: Tags,
    /// Which tags say that content is confidential.
    pub classification: Classification,
    /// What environments are called, in names and in tags.
    pub environments: Environments,
    /// Rules of the organisation, in Rego.
    pub rego: Rego,
    /// Other settings for some paths. Of several that match, the last wins.
    #[serde(rename = "override")]
    pub overrides: Vec<Override>,
}

/// A set of severities.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    /// Every rule as it is documented.
    #[default]
    Default,
    /// For content that nobody outside may see: public reading is an error, and what cannot be decided counts.
    Strict,
    /// Errors only: what is a warning by default is told as information, and information is not told.
    Relaxed,
}

/// The severity from which findings fail a run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum FailOn {
    /// Every finding fails it.
    Info,
    /// Warnings and errors do.
    Warning,
    /// Errors do.
    #[default]
    Error,
    /// None does; input that cannot be read still does.
    Never,
}

impl FailOn {
    /// Whether a finding of this severity fails a run.
    #[must_use]
    pub fn is_reached_by(self, severity: Severity) -> bool {
        match self {
            Self::Info => true,
            Self::Warning => severity >= Severity::Warning,
            Self::Error => severity >= Severity::Error,
            Self::Never => false,
        }
    }
}

/// A severity, or silence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Not reported.
    Off,
    /// Worth knowing.
    Info,
    /// Probably not meant.
    Warning,
    /// Refused by the service, or exposes what should not be exposed.
    Error,
}

impl Level {
    /// The severity, unless it is off.
    #[must_use]
    pub fn severity(self) -> Option<Severity> {
        match self {
            Self::Off => None,
            Self::Info => Some(Severity::Info),
            Self::Warning => Some(Severity::Warning),
            Self::Error => Some(Severity::Error),
        }
    }
}

/// The name of a rule that exists, or of one of the organisation, `rego:` and what it calls itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(try_from = "String")]
pub struct RuleName(String);

/// What the names of the organisation's rules begin with.
pub const REGO_PREFIX: &str = "rego:";

impl RuleName {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for RuleName {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        if name.starts_with(REGO_PREFIX) || rules::named(&name).is_some() {
            return Ok(Self(name));
        }
        let nearest = nearest(&name, rules::ALL.iter().map(|rule| rule.name));
        Err(match nearest {
            Some(nearest) => format!("there is no rule `{name}`; did you mean `{nearest}`?"),
            None => format!("there is no rule `{name}`; `mediastore-lint rules` lists them"),
        })
    }
}

impl std::str::FromStr for RuleName {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        Self::try_from(name.to_owned())
    }
}

/// Settings for the files of some paths.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Override {
    /// Globs of paths, relative to the folder of this file: `examples/**`, `**/*_test.tf`.
    pub paths: Vec<PathGlob>,
    /// Another profile.
    #[serde(default)]
    pub profile: Option<Profile>,
    /// Other severities.
    #[serde(default)]
    #[schemars(schema_with = "schema::rules")]
    pub rules: BTreeMap<RuleName, Level>,
}

/// A glob: `*` stays within a folder, `**` crosses folders, `{a,b}` and `[a-z]` as in a shell.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(with = "String", inline)]
pub struct PathGlob(GlobMatcher);

impl PathGlob {
    /// Whether a path, relative to the configuration's folder, is meant.
    #[must_use]
    pub fn matches(&self, path: &Path) -> bool {
        self.0.is_match(path)
    }
}

impl PartialEq for PathGlob {
    fn eq(&self, other: &Self) -> bool {
        self.0.glob() == other.0.glob()
    }
}

impl Eq for PathGlob {}

impl TryFrom<String> for PathGlob {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        GlobBuilder::new(&text)
            .literal_separator(true)
            .build()
            .map(|glob| Self(glob.compile_matcher()))
            .map_err(|error| format!("`{text}` is not a glob: {}", error.kind()))
    }
}

/// Where the organisation's own rules are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Rego {
    /// Rego files, relative to the folder of this file.
    pub files: Vec<PathBuf>,
}

/// Why a configuration could not be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// A file could not be read.
    #[error("cannot read the configuration `{}`: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not what it should be.
    #[error("{}", schema::render(path, faults))]
    Faults {
        /// The file.
        path: PathBuf,
        /// What is wrong with it, at least one thing.
        faults: Vec<ConfigFault>,
        /// What was read.
        text: String,
    },
    /// A file that the configuration names is of no use: Rego, a baseline.
    #[error("{}", message)]
    Referenced {
        /// What is wrong, the file's name in it.
        message: String,
    },
}

impl ConfigError {
    /// The same with everything that is wrong with the file.
    #[must_use]
    pub fn with_every_fault(self) -> Self {
        match self {
            Self::Faults { path, text, .. } => Self::Faults { path, faults: schema::faults(&text), text },
            other => other,
        }
    }
}

impl Config {
    /// Reads a configuration file.
    ///
    /// # Errors
    ///
    /// The file cannot be read, is not TOML, or has unknown or ill-formed members, of which the first is named:
    /// [`ConfigError::with_every_fault`] names all.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let text =
            std::fs::read_to_string(path).map_err(|source| ConfigError::Read { path: path.to_owned(), source })?;
        let text =
            text.strip_prefix('\u{feff}').map_or(Cow::Borrowed(text.as_str()), |rest| Cow::Owned(rest.to_owned()));
        Self::parse(&text).map_err(|fault| ConfigError::Faults {
            path: path.to_owned(),
            faults: vec![fault],
            text: text.into_owned(),
        })
    }

    /// Reads a configuration.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong with it; [`schema::faults`] finds all.
    pub fn parse(text: &str) -> Result<Self, ConfigFault> {
        schema::read(text)
    }

    /// The configuration file that is in charge of a folder: the nearest one upwards.
    #[must_use]
    pub fn find(folder: &Path) -> Option<PathBuf> {
        // A relative folder has no parents to look in.
        let folder = std::path::absolute(folder).ok()?;
        folder.ancestors().map(|folder| folder.join(FILE_NAME)).find(|file| file.is_file())
    }
}

/// The candidate that a mistyped name was most likely meant to be.
#[must_use]
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let score = |candidate: &str| strsim::jaro_winkler(&name.to_lowercase(), &candidate.to_lowercase());
    candidates
        .into_iter()
        .map(|candidate| (score(candidate), candidate))
        .filter(|(score, _)| *score > 0.8)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overrides_are_of_paths() {
        let glob = |text: &str| PathGlob::try_from(text.to_owned()).expect("a glob");
        for (pattern, path, expected) in [
            ("examples/**", "examples/a/b.tf", true),
            ("examples/*", "examples/a/b.tf", false),
            ("**/*.json", "a.json", true),
            ("*.{tf,tofu}", "main.tofu", true),
            ("live", "live/main.tf", false),
        ] {
            assert_eq!(glob(pattern).matches(Path::new(path)), expected, "{pattern} {path}");
        }
        assert!(PathGlob::try_from("a{".to_owned()).is_err());
    }

    #[test]
    fn the_nearest_file_upwards_is_found() {
        let folder = tempfile::tempdir().expect("a folder");
        let deep = folder.path().join("a/b");
        std::fs::create_dir_all(&deep).expect("folders");
        assert_eq!(Config::find(&deep), None);
        for place in [folder.path(), &folder.path().join("a")] {
            std::fs::write(place.join(FILE_NAME), "").expect("a file");
            assert_eq!(Config::find(&deep), Some(place.join(FILE_NAME)));
        }
    }

    #[test]
    fn the_nearest_name_is_near() {
        assert_eq!(nearest("publik-write", ["public-write", "name-invalid"]), Some("public-write"));
        assert_eq!(nearest("zebra", ["public-write", "name-invalid"]), None);
    }
}
