//! What the user reads when something is wrong: a summary, what to do about it, and where.

use crate::path::Path;

/// Whether the operation failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The operation failed.
    Error,
    /// The operation goes on.
    Warning,
}

/// One message for the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Error or warning.
    pub severity: Severity,
    /// One line: what is wrong.
    pub summary: String,
    /// What it means and what to do; may have several lines.
    pub detail: String,
    /// The attribute at fault, from the root of the resource.
    pub path: Option<Path>,
}

impl Diagnostic {
    /// An error.
    pub fn error(summary: impl Into<String>, detail: impl Into<String>) -> Diagnostic {
        Diagnostic { severity: Severity::Error, summary: summary.into(), detail: detail.into(), path: None }
    }

    /// A warning.
    pub fn warning(summary: impl Into<String>, detail: impl Into<String>) -> Diagnostic {
        Diagnostic { severity: Severity::Warning, ..Diagnostic::error(summary, detail) }
    }

    /// An error at an attribute.
    pub fn at(path: Path, summary: impl Into<String>, detail: impl Into<String>) -> Diagnostic {
        Diagnostic { path: Some(path), ..Diagnostic::error(summary, detail) }
    }

    /// An error that is the provider's fault, said so that a user knows whom to tell.
    pub(crate) fn bug(what: impl AsRef<str>) -> Diagnostic {
        Diagnostic::error(
            "Bug in the provider",
            format!(
                "{}\n\nThis is a mistake in the provider, not in your configuration; please report it.",
                what.as_ref()
            ),
        )
    }
}

/// A list of messages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    /// No message.
    pub fn none() -> Diagnostics {
        Diagnostics::default()
    }

    /// Adds a message.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.0.push(diagnostic);
    }

    /// True if any message is an error.
    pub fn has_errors(&self) -> bool {
        self.0.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// True if there is no message at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The messages in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.0.iter()
    }
}

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Diagnostics {
        Diagnostics(vec![diagnostic])
    }
}

impl FromIterator<Diagnostic> for Diagnostics {
    fn from_iter<I: IntoIterator<Item = Diagnostic>>(diagnostics: I) -> Diagnostics {
        Diagnostics(diagnostics.into_iter().collect())
    }
}

impl Extend<Diagnostic> for Diagnostics {
    fn extend<I: IntoIterator<Item = Diagnostic>>(&mut self, diagnostics: I) {
        self.0.extend(diagnostics);
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// A failed operation and, where the remote object exists by now, what is known of it.
///
/// The engine saves that model: after a failed create the object is kept in state as tainted, and nothing is orphaned.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure<M> {
    /// What went wrong.
    pub diagnostics: Diagnostics,
    /// The remote object as far as it was made or changed.
    pub model: Option<M>,
}

impl<M> Failure<M> {
    /// A failure after the remote object was made or changed.
    pub fn with(model: M, diagnostics: impl Into<Diagnostics>) -> Failure<M> {
        Failure { diagnostics: diagnostics.into(), model: Some(model) }
    }
}

impl<M> From<Diagnostic> for Failure<M> {
    fn from(diagnostic: Diagnostic) -> Failure<M> {
        Failure { diagnostics: diagnostic.into(), model: None }
    }
}

impl<M> From<Diagnostics> for Failure<M> {
    fn from(diagnostics: Diagnostics) -> Failure<M> {
        Failure { diagnostics, model: None }
    }
}
