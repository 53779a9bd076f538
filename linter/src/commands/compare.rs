//! `compare`: what a new policy allows that an old one does not, and the other way round.

use std::io::Write;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use mediastore_policy::analyse::{self, Comparison, Relation};
use mediastore_policy::mediastore;
use mediastore_policy::request::Request;
use serde::Serialize;

use super::{Clock, Format, print_request};
use crate::policy_file;
use crate::{Failure, Outcome};

/// Say whether a new policy allows more, less or the same as an old one, and show a request for each difference
///
/// Relations of NEW to OLD: equal, narrower, wider, incomparable; undecided where the bound on work was reached. The comparison
/// is over all requests there can be, not over texts: two very different documents may be equal.
///
/// Example:
///   git show HEAD:policy.json | mediastore-lint compare --fail-on wider - policy.json
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Compare {
    /// The old and the new document; `-` is standard input. Further pairs may follow, each gets its line
    #[arg(required = true, num_args = 2.., value_names = ["OLD", "NEW"])]
    files: Vec<PathBuf>,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    clock: Clock,
    /// Exit with 1 if anything is gained (`wider`) or anything differs (`any`); undecided always counts
    #[arg(long, value_enum, value_name = "CHANGE")]
    fail_on: Option<Change>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Change {
    Wider,
    Any,
}

/// The line of a comparison. Members are only ever added.
#[derive(Debug, Serialize)]
struct Line<'a> {
    relation: &'static str,
    gained: Option<&'a Request>,
    lost: Option<&'a Request>,
}

impl Compare {
    pub(super) fn run(&self, out: &mut dyn Write) -> Result<Outcome, Failure> {
        if !self.files.len().is_multiple_of(2) {
            return Err(Failure::Argument("the documents to compare must come in pairs, old before new".to_owned()));
        }
        let mut outcome = Outcome::Clean;
        for pair in self.files.chunks_exact(2) {
            let (old, new) = (policy_file::required(&pair[0])?, policy_file::required(&pair[1])?);
            let comparison = analyse::compare(&[old], &[new], &mediastore::MODEL, self.clock.instant());
            self.print(out, &comparison)?;
            if self.fail_on.is_some_and(|change| change.is_made_by(comparison.relation)) {
                outcome = Outcome::Findings;
            }
        }
        Ok(outcome)
    }

    fn print(&self, out: &mut dyn Write, comparison: &Comparison) -> Result<(), Failure> {
        let (gained, lost) = (comparison.gained.as_ref(), comparison.lost.as_ref());
        match self.format {
            Format::Json => {
                serde_json::to_writer(&mut *out, &Line { relation: comparison.relation.as_str(), gained, lost })?;
                writeln!(out)?;
            }
            Format::Human => {
                writeln!(out, "{}", comparison.relation)?;
                if let Some(doubt) = comparison.doubt {
                    writeln!(out, "  undecided because {doubt}")?;
                }
                for (title, request) in [("newly allowed, for one:", gained), ("no longer allowed, for one:", lost)] {
                    if let Some(request) = request {
                        writeln!(out, "  {title}")?;
                        print_request(out, request)?;
                    }
                }
            }
        }
        Ok(())
    }
}

impl Change {
    fn is_made_by(self, relation: Relation) -> bool {
        match relation {
            Relation::Equal => false,
            Relation::Narrower => self == Self::Any,
            Relation::Wider | Relation::Incomparable | Relation::Undecided => true,
        }
    }
}
