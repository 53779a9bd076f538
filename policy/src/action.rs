//! What a statement allows or denies to do: the entries of `Action` and `NotAction`.

use crate::pattern::Pattern;
use crate::span::Span;
use crate::text::Text;

/// One entry of an `Action` or `NotAction` element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActionPattern {
    /// The entry in the document.
    pub span: Span,
    /// The entry as written.
    pub text: Text,
    /// What it means.
    pub kind: ActionKind,
}

/// What an action entry means. Actions compare without (ASCII) case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ActionKind {
    /// `*`: every action of every service.
    All,
    /// `service:Name`, each with wildcards possible in the model (the grammar refuses them in the service).
    Named {
        /// What stands before the colon.
        service: Pattern,
        /// What stands behind it.
        name: Pattern,
    },
    /// One entry of which nothing is known.
    Unknown,
    /// The element as a whole is unknown: it stands for one or more entries.
    UnknownEntries,
    /// Refused by the grammar (a problem was reported); matches nothing.
    Malformed,
}
