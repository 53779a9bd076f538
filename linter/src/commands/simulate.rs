//! `simulate`: what policies say about one request.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use mediastore_policy::decide::decide;
use mediastore_policy::model::{Effect, Policy};
use mediastore_policy::request::Request;
use serde::Serialize;

use super::Format;
use crate::policy_file;
use crate::{Failure, Outcome};

/// Decide one request by a policy, and name the statements that decide it
///
/// The request is JSON, of the shape that `exposure` and `compare` print as witness:
///
///   {"principal": "*", "action": "mediastore:GetObject",
///    "resource": "arn:aws:mediastore:eu-west-1:111122223333:container/movies/a.ts",
///    "context": {"aws:SecureTransport": ["true"], "aws:SourceIp": ["198.51.100.7"]}}
///
/// `principal` is `*` for a request without a signature, the ARN of an identity, or the name of a service. Keys that the
/// context does not list are absent; nothing is made up.
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Simulate {
    /// A policy document; may be repeated, the policies then apply together
    #[arg(long, required = true, value_name = "FILE")]
    policy: Vec<PathBuf>,
    /// The request; `-` is standard input
    #[arg(long, value_name = "FILE")]
    request: PathBuf,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// The line of a decision. Members are only ever added.
#[derive(Debug, Serialize)]
struct Line<'a> {
    decision: &'static str,
    statements: Vec<Deciding<'a>>,
}

/// A statement that decided.
#[derive(Debug, Serialize)]
struct Deciding<'a> {
    file: String,
    /// From 0, in the order of the document.
    index: usize,
    sid: Option<&'a str>,
    effect: &'static str,
}

impl Simulate {
    pub(super) fn run(&self, out: &mut dyn Write) -> Result<Outcome, Failure> {
        let policies =
            self.policy.iter().map(|file| policy_file::required(file)).collect::<Result<Vec<Policy>, _>>()?;
        let text = policy_file::read(&self.request)?;
        let request: Request = serde_json::from_str(&text).map_err(|error| Failure::Input {
            path: self.request.clone(),
            reason: format!("not a request: {error}"),
        })?;
        let decision = decide(&policies, &request);
        let statements: Vec<Deciding<'_>> =
            decision.deciding().map(|reason| self.deciding(&policies, reason.policy, reason.statement)).collect();
        match self.format {
            Format::Json => {
                serde_json::to_writer(&mut *out, &Line { decision: decision.verdict.as_str(), statements })?;
                writeln!(out)?;
            }
            Format::Human => {
                writeln!(out, "{}", decision.verdict.as_str())?;
                for statement in &statements {
                    let sid = statement.sid.map(|sid| format!(" `{sid}`")).unwrap_or_default();
                    writeln!(
                        out,
                        "  by statement {}{sid} of {}, which says {}",
                        statement.index + 1,
                        statement.file,
                        statement.effect
                    )?;
                }
                if statements.is_empty() {
                    writeln!(out, "  no statement speaks of this request")?;
                }
            }
        }
        Ok(Outcome::Clean)
    }

    fn deciding<'a>(&self, policies: &'a [Policy], policy: usize, index: usize) -> Deciding<'a> {
        let statement = &policies[policy].statements[index];
        Deciding {
            file: self.policy[policy].display().to_string(),
            index,
            sid: statement.sid.as_ref().and_then(|sid| sid.value.as_known()),
            effect: statement.effect.value.known().map_or("unknown", Effect::as_str),
        }
    }
}
