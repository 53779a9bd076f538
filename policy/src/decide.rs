//! What policies say about one request.

use crate::model::Effect;

/// The answer for one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The answer.
    pub verdict: Verdict,
    /// What each statement of each policy made of the request, in the order of the documents.
    pub reasons: Vec<Reason>,
}

/// The possible answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Some statement allows the request and none denies it.
    Allow,
    /// Some statement denies the request.
    ExplicitDeny,
    /// No statement allows or denies the request.
    ImplicitDeny,
    /// It depends on parts of a policy that are unknown. Never the answer for wholly known policies.
    Depends,
}

impl Verdict {
    /// The name that reports print.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::ExplicitDeny => "explicit-deny",
            Self::ImplicitDeny => "implicit-deny",
            Self::Depends => "depends",
        }
    }
}

/// What one statement made of the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reason {
    /// The index of the policy.
    pub policy: usize,
    /// The index of the statement within its policy.
    pub statement: usize,
    /// The statement's effect, if known.
    pub effect: Option<Effect>,
    /// Whether the statement matched, and if not, why.
    pub outcome: Outcome,
}

/// Whether a statement matches a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// It does.
    Matches,
    /// It does not: this part is the first that fails.
    Misses(Part),
    /// It may: nothing fails, and this part is the first that depends on something unknown.
    Depends(Part),
}

/// A part of a statement that can fail to match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// `Principal` or `NotPrincipal`.
    Principal,
    /// `Action` or `NotAction`.
    Action,
    /// `Resource` or `NotResource`.
    Resource,
    /// The condition of this index.
    Condition(usize),
    /// An unknown part of the condition block, or the effect.
    Unknown,
}
