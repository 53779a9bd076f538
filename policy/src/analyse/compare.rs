//! Comparison: what one set of policies allows that another does not.

use super::domain::Budget;
use super::question::{Answer, Doubt, Study};
use crate::condition::date::Instant;
use crate::model::Policy;
use crate::request::Request;
use crate::service::ServiceModel;

/// Work for one direction of a comparison.
const BUDGET: u64 = 6_000_000;

/// How two sets of policies relate, over all well-formed requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Relation {
    /// They allow the same.
    Equal,
    /// The new one allows less.
    Narrower,
    /// The new one allows more.
    Wider,
    /// Each allows something that the other does not.
    Incomparable,
    /// Not settled; what was found is there all the same.
    Undecided,
}

impl Relation {
    /// The name that reports print.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Equal => "equal",
            Self::Narrower => "narrower",
            Self::Wider => "wider",
            Self::Incomparable => "incomparable",
            Self::Undecided => "undecided",
        }
    }
}

impl std::fmt::Display for Relation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The outcome of a comparison.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// How the new policies relate to the old.
    pub relation: Relation,
    /// A request that only the new ones allow. [`crate::decide::decide`] has said so.
    pub gained: Option<Request>,
    /// A request that only the old ones allow.
    pub lost: Option<Request>,
    /// Why the relation is undecided.
    pub doubt: Option<Doubt>,
}

/// Compares policies that apply together with others that would take their place. Requests are made at `now` or later, if
/// that is given.
#[must_use]
pub fn compare(old: &[Policy], new: &[Policy], service: &'static ServiceModel, now: Option<Instant>) -> Comparison {
    let (old, new): (Vec<&Policy>, Vec<&Policy>) = (old.iter().collect(), new.iter().collect());
    let zone = super::TrustZone::default();
    let mut study = Study::new(service, &zone, now.map(|now| now.0), [new, old], Budget::new(BUDGET));
    let gained = study.tell_apart();
    study.turn(Budget::new(BUDGET));
    let lost = study.tell_apart();
    let relation = match (&gained, &lost) {
        (Answer::Yes(_), Answer::Yes(_)) => Relation::Incomparable,
        (Answer::Open(_), _) | (_, Answer::Open(_)) => Relation::Undecided,
        (Answer::Yes(_), Answer::No) => Relation::Wider,
        (Answer::No, Answer::Yes(_)) => Relation::Narrower,
        (Answer::No, Answer::No) => Relation::Equal,
    };
    let doubt = [&gained, &lost].into_iter().filter_map(|answer| match answer {
        Answer::Open(doubt) => Some(*doubt),
        _ => None,
    });
    Comparison { relation, doubt: doubt.max(), gained: gained.into_request(), lost: lost.into_request() }
}
