//! One unit from rules to findings: severities, rules, the organisation's rules, suppression, in this order and nowhere else.
//!
//! Commands and other programs lint with [`Settings`]; reading inputs and printing are not done here.

use std::path::{Path, PathBuf};

use mediastore_policy::condition::date::Instant;

use crate::baseline::Baseline;
use crate::config::{AccountId, Config, ConfigError, FailOn, Level, Profile, RuleName};
use crate::finding::Finding;
use crate::judged::JudgedPolicy;
use crate::levels::Levels;
use crate::located::{self, Located};
use crate::rego::{Organisation, RegoError};
use crate::unit::Unit;
use crate::{rule, rules, suppress};

/// Everything that decides what is found: a configuration, the files it names, and what the command line says.
#[derive(Debug, Clone)]
pub struct Settings {
    config: Config,
    folder: PathBuf,
    given: Given,
    organisation: Option<Organisation>,
    baseline: Option<Baseline>,
}

/// What the command line says; it wins over the configuration.
#[derive(Debug, Clone, Default)]
pub struct Given {
    /// Another profile.
    pub profile: Option<Profile>,
    /// Another severity from which findings fail the run.
    pub fail_on: Option<FailOn>,
    /// Severities of single rules.
    pub levels: Vec<(RuleName, Level)>,
    /// Further accounts of the trust zone.
    pub accounts: Vec<AccountId>,
    /// Requests are made at this time or later; any time, if nothing.
    pub now: Option<Instant>,
}

impl Settings {
    /// Settings of a configuration whose paths are relative to a folder. Reads the files that it names.
    ///
    /// # Errors
    ///
    /// Such a file cannot be read or used.
    pub fn new(mut config: Config, folder: &Path, given: Given) -> Result<Self, ConfigError> {
        let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
        let organisation = match config.rego.files.as_slice() {
            [] => None,
            files => Some(Organisation::read(&folder, files)?),
        };
        let baseline = config.baseline.as_ref().map(|path| Baseline::read(&folder.join(path))).transpose()?;
        config.trust.accounts.extend(given.accounts.iter().cloned());
        Ok(Self { config, folder, given, organisation, baseline })
    }

    /// The settings for a folder: of the configuration in charge of it, or the defaults.
    ///
    /// # Errors
    ///
    /// As [`Config::read`] and [`Settings::new`].
    pub fn of_folder(folder: &Path, given: Given) -> Result<Self, ConfigError> {
        match Config::find(folder) {
            Some(file) => Self::of_file(&file, given),
            None => Self::new(Config::default(), folder, given),
        }
    }

    /// The settings of a configuration file.
    ///
    /// # Errors
    ///
    /// As [`Config::read`] and [`Settings::new`].
    pub fn of_file(file: &Path, given: Given) -> Result<Self, ConfigError> {
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        Self::new(Config::read(file)?, folder, given)
    }

    /// The configuration, with the accounts of the command line in its trust zone.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Requests are made at this time or later; any time, if nothing.
    #[must_use]
    pub fn now(&self) -> Option<Instant> {
        self.given.now
    }

    /// The folder that paths are relative to.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The known findings.
    #[must_use]
    pub fn baseline(&self) -> Option<&Baseline> {
        self.baseline.as_ref()
    }

    /// The severities.
    #[must_use]
    pub fn levels(&self) -> Levels<'_> {
        Levels::new(&self.config, self.given.profile, &self.given.levels)
    }

    /// What is to be said of a unit, suppression applied, the baseline not.
    ///
    /// # Errors
    ///
    /// A rule of the organisation could not be evaluated.
    pub fn lint(&self, unit: &Unit) -> Result<Vec<Finding>, RegoError> {
        self.lint_with(unit, &self.policies(unit))
    }

    /// The policies of a unit as these settings judge them.
    #[must_use]
    pub fn policies<'u>(&self, unit: &'u Unit) -> Vec<JudgedPolicy<'u>> {
        rule::policies(unit, &self.config, self.given.now)
    }

    fn lint_with(&self, unit: &Unit, policies: &[JudgedPolicy<'_>]) -> Result<Vec<Finding>, RegoError> {
        let levels = self.levels();
        let mut findings =
            rule::judge(unit, policies, rules::ALL, &self.config, self.given.now, |rule| levels.to_run(rule));
        if let Some(organisation) = &self.organisation {
            findings.extend(organisation.judge(unit, &self.config, self.given.now)?);
        }
        let path = |finding: &Finding| {
            unit.sources
                .locate(finding.span)
                .or_else(|| unit.sources.iter().next().map(|it| (it, finding.span)))
                .map(|(source, _)| self.relative(&source.path))
                .unwrap_or_default()
        };
        let here = |mut finding: Finding| {
            finding.severity = levels.at(&finding.rule, finding.severity, &path(&finding))?;
            Some(finding)
        };
        let findings = findings.into_iter().filter_map(here).collect();
        let was_run = |rule: &str| rules::named(rule).is_none_or(|rule| levels.to_run(rule).is_some());
        let of_comments = |mut finding: Finding| {
            let Some(usual) = [suppress::UNUSED, suppress::WITHOUT_REASON]
                .contains(&finding.rule.as_str())
                .then(|| rules::named(&finding.rule))
                .flatten()
            else {
                return Some(finding);
            };
            finding.severity = levels.to_run(usual)?;
            here(finding)
        };
        Ok(suppress::apply(unit, findings, was_run).into_iter().filter_map(of_comments).collect())
    }

    /// The same with places and fingerprints.
    ///
    /// # Errors
    ///
    /// As [`Settings::lint`].
    pub fn lint_located(&self, unit: &Unit) -> Result<Vec<Located>, RegoError> {
        self.lint_located_with(unit, &self.policies(unit))
    }

    /// The same for whoever wants to know more of the [`policies`](Self::policies), which are then judged once.
    ///
    /// # Errors
    ///
    /// As [`Settings::lint`].
    pub fn lint_located_with(&self, unit: &Unit, policies: &[JudgedPolicy<'_>]) -> Result<Vec<Located>, RegoError> {
        let mut all = located::locate(&unit.sources, self.lint_with(unit, policies)?, |path| self.relative(path));
        let fail_on = self.given.fail_on.or(self.config.fail_on).unwrap_or_default();
        all.iter_mut().for_each(|it| it.fails = fail_on.is_reached_by(it.finding.severity));
        Ok(all)
    }

    /// A path as the configuration and fingerprints know it: relative to the configuration's folder where it lies within.
    fn relative(&self, path: &Path) -> PathBuf {
        let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        absolute.strip_prefix(&self.folder).map_or_else(|_| path.to_owned(), Path::to_path_buf)
    }
}
