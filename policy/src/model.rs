//! The model of a policy: what its text means, with the place of every part.
//!
//! Reading is [`crate::parse`], printing [`crate::print`], deciding [`crate::decide`]. Once built, nothing looks at the
//! strings of the document again except to quote them.

use std::sync::Arc;

use crate::action::ActionPattern;
use crate::condition::Condition;
use crate::principal::PrincipalEntry;
use crate::resource::ResourcePattern;
use crate::span::Span;
use crate::text::{Hole, Text};

/// A policy document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// The whole document.
    pub span: Span,
    /// The language version, if stated.
    pub version: Option<Spanned<Maybe<Version>>>,
    /// The document's name, without influence on decisions.
    pub id: Option<Spanned<Text>>,
    /// The statements in the order of the document, which has no influence on decisions.
    pub statements: Vec<Statement>,
    /// Unknown parts of the statement list: each stands for any number of further statements.
    pub unknown_statements: Vec<Spanned<Arc<Hole>>>,
}

/// The language version of a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Version {
    /// `2008-10-17`, also the meaning of no version: no policy variables.
    V2008,
    /// `2012-10-17`.
    V2012,
}

impl Version {
    /// The version as a document states it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::V2008 => "2008-10-17",
            Self::V2012 => "2012-10-17",
        }
    }
}

/// A rule that allows or denies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// The statement in the document.
    pub span: Span,
    /// Its name, without influence on decisions.
    pub sid: Option<Spanned<Text>>,
    /// What it does to the requests it matches.
    pub effect: Spanned<Maybe<Effect>>,
    /// `Principal` or `NotPrincipal`.
    pub principals: Clause<PrincipalEntry>,
    /// `Action` or `NotAction`.
    pub actions: Clause<ActionPattern>,
    /// `Resource` or `NotResource`.
    pub resources: Clause<ResourcePattern>,
    /// All of these must hold.
    pub conditions: Vec<Condition>,
    /// Unknown parts of the condition block: each stands for any number of further conditions.
    pub unknown_conditions: Vec<Spanned<Arc<Hole>>>,
}

/// What a statement does to the requests it matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effect {
    /// Allows them, unless another statement denies them.
    Allow,
    /// Denies them, whatever other statements say.
    Deny,
}

impl Effect {
    /// The effect as a document states it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "Allow",
            Self::Deny => "Deny",
        }
    }
}

/// A list of entries that a request must match, or must not match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clause<T> {
    /// The element in the document.
    pub span: Span,
    /// Whether the element is the `Not...` one of its pair: the complement of the entries' union.
    pub negated: bool,
    /// The entries. A clause that the document lacks (a problem was reported) is not negated and has none: it matches
    /// nothing.
    pub entries: Vec<T>,
}

/// A value with its place in the document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The place.
    pub span: Span,
    /// The value.
    pub value: T,
}

/// A value that may be unknown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Maybe<T> {
    /// It is this.
    Known(T),
    /// It is whatever the text turns out to be.
    Unknown(Text),
}

impl<T: Copy> Maybe<T> {
    /// The value, if it is known.
    #[must_use]
    pub fn known(&self) -> Option<T> {
        match self {
            Self::Known(value) => Some(*value),
            Self::Unknown(_) => None,
        }
    }
}
