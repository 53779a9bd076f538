//! What a statement applies to: the entries of `Resource` and `NotResource`.

use crate::arn::ArnPattern;
use crate::span::Span;
use crate::text::Text;

/// One entry of a `Resource` or `NotResource` element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourcePattern {
    /// The entry in the document.
    pub span: Span,
    /// The entry as written.
    pub text: Text,
    /// What it means.
    pub kind: ResourceKind,
}

/// What a resource entry means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ResourceKind {
    /// `*`: everything the policy is attached to.
    All,
    /// An ARN with wildcards; variables stand in the last field only.
    Arn(Box<ArnPattern>),
    /// One entry of which too much is unknown to find its fields.
    Unknown,
    /// The element as a whole is unknown: it stands for one or more entries.
    UnknownEntries,
    /// Refused by the grammar (a problem was reported); matches nothing.
    Malformed,
}

impl ResourceKind {
    /// Whether the entry may match more than its text shows.
    pub(crate) fn is_open(&self) -> bool {
        !matches!(self, Self::Arn(pattern) if pattern.resource().holes().next().is_none())
    }
}
