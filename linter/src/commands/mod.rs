//! The commands, one file each.

pub(crate) mod check;
mod compare;
mod completions;
mod explain;
mod exposure;
pub(crate) mod in_charge;
mod init;
mod lsp;
mod man;
mod report;
mod rules;
mod schema;
mod simulate;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use clap::{Args, Subcommand, ValueEnum};
use mediastore_policy::condition::date::Instant;
use mediastore_policy::request::Request;

use crate::config::{AccountId, Profile};
use crate::lint::Given;
use crate::{Failure, Outcome, inputs};

/// A command with its arguments.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Check(check::Check),
    Exposure(exposure::Exposure),
    Simulate(simulate::Simulate),
    Compare(compare::Compare),
    Report(report::Report),
    Lsp(lsp::Lsp),
    Explain(explain::Explain),
    Rules(rules::Rules),
    Init(init::Init),
    Schema(schema::Schema),
    Completions(completions::Completions),
    Man(man::Man),
}

impl Command {
    pub(crate) fn run(&self, out: &mut dyn Write) -> Result<Outcome, Failure> {
        match self {
            Self::Check(command) => command.run(out),
            Self::Exposure(command) => command.run(out),
            Self::Simulate(command) => command.run(out),
            Self::Compare(command) => command.run(out),
            Self::Report(command) => command.run(out),
            Self::Lsp(command) => command.run(),
            Self::Explain(command) => command.run(out),
            Self::Rules(command) => command.run(out),
            Self::Init(command) => command.run(out),
            Self::Schema(command) => command.run(out),
            Self::Completions(command) => command.run(out),
            Self::Man(command) => command.run(out),
        }
    }
}

/// How results are printed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    #[default]
    Human,
    /// One JSON object per result and line; members are only ever added.
    Json,
}

/// How inputs are found, read and judged: the same for all commands that judge them by every rule.
#[derive(Debug, Clone, Args)]
struct Judging {
    /// The configuration file, instead of the nearest mediastore-lint.toml above each input
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Which severities the rules have [default: default, or what the configuration says]
    #[arg(long, value_enum, value_name = "PROFILE")]
    profile: Option<Profile>,
    /// An account of the trust zone, twelve digits; may be repeated
    #[arg(long, value_name = "ID")]
    account: Vec<AccountId>,
    /// A file with values of Terraform's variables, as `-var-file` of Terraform; may be repeated
    #[arg(long, value_name = "FILE")]
    var_file: Vec<PathBuf>,
    /// Pass over what this pattern matches, as in .gitignore; may be repeated
    #[arg(long, value_name = "PATTERN")]
    exclude: Vec<String>,
    #[command(flatten)]
    clock: Clock,
}

impl Judging {
    fn given(&self) -> Given {
        Given { profile: self.profile, accounts: self.account.clone(), now: self.clock.instant(), ..Given::default() }
    }

    fn inputs(&self) -> inputs::Options {
        inputs::Options {
            exclude: self.exclude.clone(),
            var_files: self.var_file.clone(),
            data_directory: std::env::var_os("TF_DATA_DIR").filter(|path| !path.is_empty()).map(PathBuf::from),
            ..inputs::Options::default()
        }
    }
}

/// The time from which requests are considered.
#[derive(Debug, Clone, Args)]
struct Clock {
    /// Consider requests made at this time or later, instead of from now on: a date such as `2026-01-31T00:00:00Z`, epoch
    /// seconds, or `ever` for any time at all
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    now: Option<Time>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Time {
    Ever,
    At(Instant),
}

fn parse_time(text: &str) -> Result<Time, String> {
    match text {
        "ever" => Ok(Time::Ever),
        text => Instant::parse(text).map(Time::At).ok_or_else(|| "expected a date, epoch seconds or `ever`".to_owned()),
    }
}

impl Clock {
    fn instant(&self) -> Option<Instant> {
        match self.now {
            Some(Time::Ever) => None,
            Some(Time::At(instant)) => Some(instant),
            None => {
                let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                Some(Instant(i64::try_from(since.as_millis()).unwrap_or(i64::MAX)))
            }
        }
    }
}

fn unwritable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::Argument(format!("cannot write `{}`: {error}", path.display()))
}

/// A request as indented lines.
fn print_request(out: &mut dyn Write, request: &Request) -> std::io::Result<()> {
    writeln!(out, "    principal  {}", request.principal)?;
    writeln!(out, "    action     {}", request.action)?;
    writeln!(out, "    resource   {}", request.resource)?;
    for (key, values) in request.context.iter() {
        writeln!(out, "    {key} = {}", values.join(", "))?;
    }
    Ok(())
}
