//! Findings: what a rule says, where, how bad it is, which request proves it, and how it may be mended.
//!
//! How findings look is `report`'s; whether one is suppressed is decided in one place, after the rules.

use std::fmt;

use mediastore_policy::request::Request;
use mediastore_policy::span::Span;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How much a finding matters. The order is the order of severity.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema, clap::ValueEnum,
)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; the ordinary case in many places.
    Info,
    /// Probably not meant.
    Warning,
    /// Refused by the service, or exposes what should not be exposed.
    Error,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

/// One thing a rule says.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The rule's name.
    pub rule: String,
    /// How much it matters, after configuration.
    pub severity: Severity,
    /// One sentence, without a full stop, that quotes the user's words in backticks.
    pub message: String,
    /// What is underlined.
    pub span: Span,
    /// Further places, each with its word.
    pub labels: Vec<Label>,
    /// The remedy.
    pub help: Option<String>,
    /// The resource it is about, as in [`Origin::address`](crate::unit::Origin::address).
    pub address: String,
    /// A request that proves it.
    pub witness: Option<Request>,
    /// A change that mends it.
    pub fix: Option<Fix>,
}

/// A further place of a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// What it has to do with the finding, in a few words.
    pub text: String,
}

/// A change of the sources that mends a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What it does, in the imperative: "require HTTPS".
    pub title: String,
    /// Whether it may be applied unasked.
    pub safety: Safety,
    /// Replacements, without overlap.
    pub edits: Vec<Edit>,
}

/// Whether a fix keeps what its author meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Safety {
    /// Nobody who meant well can miss what it takes away.
    Safe,
    /// It may refuse requests that somebody counts on.
    Unsafe,
}

/// New text for a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// The place; empty for an insertion.
    pub span: Span,
    /// What stands there afterwards.
    pub text: String,
}

impl Finding {
    /// A finding with neither help, witness nor fix.
    #[must_use]
    pub fn new(message: impl Into<String>, span: Span) -> Self {
        Self {
            rule: String::new(),
            severity: Severity::Info,
            message: message.into(),
            span,
            labels: Vec::new(),
            help: None,
            address: String::new(),
            witness: None,
            fix: None,
        }
    }

    /// The same finding with a remedy.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same finding with a further place.
    #[must_use]
    pub fn label(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { span, text: text.into() });
        self
    }

    /// The same finding with the request that proves it, if there is one.
    #[must_use]
    pub fn witness(mut self, witness: impl Into<Option<Request>>) -> Self {
        self.witness = witness.into();
        self
    }

    /// The same finding with a change that mends it.
    #[must_use]
    pub fn fix(mut self, fix: Option<Fix>) -> Self {
        self.fix = fix;
        self
    }
}
