//! `exposure`: who outside the trust zone can do what.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use mediastore_policy::analyse::{self, Dependence, ExposureClass, TrustZone};
use mediastore_policy::mediastore;
use mediastore_policy::model::Policy;
use mediastore_policy::request::Request;
use serde::{Serialize, Serializer};

use super::{Clock, Format, print_request};
use crate::config::{AccountId, Config};
use crate::policy_file::{self, Complaint};
use crate::{Failure, Outcome};

/// Say who outside the trust zone can do what by a policy, and show a request that proves it
///
/// Classes, worst first:
///   public     some outsider of whom the policy knows nothing is let in, without a secret
///   guarded    such an outsider is let in only with a fixed value of aws:Referer or aws:UserAgent
///   external   only outsiders whom the policy names are let in: an account, a role, a network
///   trusted    only the trust zone is let in
///   none       nobody is let in
///   undecided  not settled within the bound on work; treat it as not proven safe
///   depends    different for different values of what is unknown
///
/// The trust zone is the accounts of `--account` and what `[trust]` in the configuration lists. If these
/// name no account, it is the one that the policy's own resources name.
///
/// Examples:
///   mediastore-lint exposure policy.json
///   mediastore-lint exposure --account 111122223333 --fail-on guarded policies/*.json
///   mediastore-lint exposure --format json - < policy.json
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Exposure {
    /// Policy documents; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// An account of the trust zone, twelve digits; may be repeated
    #[arg(long, value_name = "ID")]
    account: Vec<AccountId>,
    /// The configuration file with the trust zone
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(flatten)]
    clock: Clock,
    /// Exit with 1 if a policy is this exposed or worse; what is undecided or depends counts as worse
    #[arg(long, value_enum, value_name = "CLASS")]
    fail_on: Option<Threshold>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Threshold {
    Public,
    Guarded,
    External,
    Trusted,
}

impl Threshold {
    fn is_reached_by(self, class: ExposureClass) -> bool {
        let limit = match self {
            Self::Public => ExposureClass::Public,
            Self::Guarded => ExposureClass::Guarded,
            Self::External => ExposureClass::External,
            Self::Trusted => ExposureClass::Trusted,
        };
        matches!(class, ExposureClass::Undecided | ExposureClass::Depends) || class <= limit
    }
}

/// The line of one file. Members are only ever added.
#[derive(Debug, Serialize)]
struct Line<'a> {
    file: String,
    valid: bool,
    problems: &'a [Complaint],
    #[serde(serialize_with = "class_name")]
    exposure: ExposureClass,
    actions: BTreeMap<&'a str, &'static str>,
    witness: Option<&'a Request>,
    #[serde(skip_serializing_if = "Option::is_none")]
    depends: Option<Depends<'a>>,
}

/// A part of the document that the answer depends on.
#[derive(Debug, Serialize)]
struct Depends<'a> {
    on: &'a str,
    values: Vec<(&'a str, &'static str)>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
fn class_name<S: Serializer>(class: &ExposureClass, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(class.as_str())
}

impl Exposure {
    pub(super) fn run(&self, out: &mut dyn Write) -> Result<Outcome, Failure> {
        let config = self.config.as_deref().map(Config::read).transpose()?.unwrap_or_default();
        let zone = config.trust.zone(&self.account);
        let mut outcome = Outcome::Clean;
        for file in &self.files {
            outcome = outcome.max(match policy_file::policy(file) {
                Ok(policy) => self.judge(out, file, &policy, &zone)?,
                Err(complaints) => {
                    self.complain(out, file, &complaints)?;
                    Outcome::Unreadable
                }
            });
        }
        Ok(outcome)
    }

    fn judge(&self, out: &mut dyn Write, file: &Path, policy: &Policy, zone: &TrustZone) -> Result<Outcome, Failure> {
        let policies = std::slice::from_ref(policy);
        let mut zone = zone.clone();
        if zone.accounts.is_empty() {
            zone.accounts.extend(TrustZone::owner(policies));
        }
        let exposure = analyse::exposure(policies, &zone, &mediastore::MODEL, self.clock.instant());
        match self.format {
            Format::Json => {
                let line = Line {
                    file: file.display().to_string(),
                    valid: true,
                    problems: &[],
                    exposure: exposure.class,
                    actions: exposure
                        .actions
                        .iter()
                        .map(|action| (action.action.as_str(), action.class.as_str()))
                        .collect(),
                    witness: exposure.witness(),
                    depends: exposure.dependence.as_ref().map(Depends::of),
                };
                serde_json::to_writer(&mut *out, &line)?;
                writeln!(out)?;
            }
            Format::Human => print_human(out, file, &exposure)?,
        }
        let reached = self.fail_on.is_some_and(|threshold| threshold.is_reached_by(exposure.class));
        Ok(if reached { Outcome::Findings } else { Outcome::Clean })
    }

    fn complain(&self, out: &mut dyn Write, file: &Path, complaints: &[Complaint]) -> Result<(), Failure> {
        match self.format {
            Format::Json => {
                let line = Line {
                    file: file.display().to_string(),
                    valid: false,
                    problems: complaints,
                    exposure: ExposureClass::Undecided,
                    actions: BTreeMap::new(),
                    witness: None,
                    depends: None,
                };
                serde_json::to_writer(&mut *out, &line)?;
                writeln!(out)?;
            }
            Format::Human => {
                writeln!(out, "{}: not a policy", file.display())?;
                for complaint in complaints {
                    writeln!(out, "  {complaint}")?;
                    if let Some(help) = &complaint.help {
                        writeln!(out, "    help: {help}")?;
                    }
                }
            }
        }
        Ok(())
    }
}

impl<'a> Depends<'a> {
    fn of(dependence: &'a Dependence) -> Self {
        let values = dependence.values.iter().map(|(value, class)| (value.as_str(), class.as_str())).collect();
        Self { on: &dependence.hole, values }
    }
}

fn print_human(out: &mut dyn Write, file: &Path, exposure: &analyse::Exposure) -> std::io::Result<()> {
    writeln!(out, "{}: {}", file.display(), exposure.class)?;
    let mut by_class: BTreeMap<ExposureClass, Vec<&str>> = BTreeMap::new();
    for action in &exposure.actions {
        by_class.entry(action.class).or_default().push(&action.action);
    }
    for (class, actions) in by_class.iter().filter(|(class, _)| **class != ExposureClass::None) {
        writeln!(out, "  {class}: {}", actions.join(", "))?;
    }
    if let Some(doubt) = exposure.actions.iter().find_map(|action| action.doubt) {
        writeln!(out, "  undecided because {doubt}")?;
    }
    if let Some(dependence) = &exposure.dependence {
        for (value, class) in &dependence.values {
            writeln!(out, "  {class} if `{}` is `{value}`", dependence.hole)?;
        }
    }
    if let Some(request) = exposure.witness() {
        writeln!(out, "  allowed, for one:")?;
        print_request(out, request)?;
    }
    Ok(())
}
