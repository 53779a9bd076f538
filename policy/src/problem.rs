//! What is wrong with a document, where, and what to do about it.
//!
//! Every problem has a [`Code`]: a stable name that reports, suppressions and tests refer to. Codes of other documents
//! than policies (CORS, lifecycle) are rows of the same table.

use std::fmt;

use crate::span::Span;

/// One thing that is wrong with a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Its stable name.
    pub code: Code,
    /// One sentence, without a full stop, that quotes the user's words in backticks.
    pub message: String,
    /// The text at fault.
    pub span: Span,
    /// What to write instead, where that is known.
    pub help: Option<String>,
}

impl Problem {
    /// A problem without advice.
    #[must_use]
    pub fn new(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), span, help: None }
    }

    /// The same problem with advice.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} [{}]", self.message, self.code)
    }
}

impl std::error::Error for Problem {}

/// Declares [`Code`] from rows of `Variant = "name"`, so that a code is added in one place.
macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)+) => {
        /// The stable names of problems.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Code {
            $($(#[$doc])* $variant,)+
        }

        impl Code {
            /// Every code.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The name that reports print.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }
        }
    };
}

codes! {
    // The text.
    /// Longer than the limit, or empty where the service wants at least one character.
    Size = "document-size",
    /// Nested deeper than the limit.
    Depth = "document-depth",
    /// More values than the limit.
    Count = "document-count",
    /// Not JSON.
    Syntax = "json-syntax",
    /// A member name that occurs twice in one object.
    DuplicateKey = "duplicate-key",
    /// A character that the service does not take.
    NotAscii = "not-ascii",

    // The grammar.
    /// A value of a type that cannot stand there.
    WrongType = "wrong-type",
    /// A member that the grammar does not know.
    UnknownElement = "unknown-element",
    /// A member that must be there and is not.
    MissingElement = "missing-element",
    /// Both members of a pair of which one must be chosen (`Action` and `NotAction`).
    ConflictingElements = "conflicting-elements",
    /// A list that must not be empty.
    EmptyList = "empty-list",
    /// A `Version` that does not exist.
    BadVersion = "bad-version",
    /// An `Effect` that is neither `Allow` nor `Deny`.
    BadEffect = "bad-effect",
    /// The same `Sid` in two statements.
    DuplicateSid = "duplicate-sid",

    // The parts of a statement.
    /// A principal that does not have one of the forms allowed.
    BadPrincipal = "bad-principal",
    /// An account id that is not twelve digits.
    BadAccountId = "bad-account-id",
    /// An action that is neither `*` nor `service:Name`.
    BadAction = "bad-action",
    /// A resource that is neither `*` nor an ARN of six fields.
    BadArn = "bad-arn",
    /// A condition operator that does not exist.
    UnknownOperator = "unknown-operator",
    /// A condition key without a service prefix, or empty.
    BadConditionKey = "bad-condition-key",
    /// A value that does not fit its operator (`NumericEquals` with a word).
    BadOperand = "bad-operand",
    /// A policy variable that is not closed, nested, or stands where none may stand.
    BadVariable = "bad-variable",

    // What MediaStore adds.
    /// A resource outside the container the policy is attached to.
    UnscopedResource = "unscoped-resource",
    /// A statement that allows PutObject over plain HTTP.
    PutWithoutTls = "put-without-tls",

    // What S3 adds.
    /// No action of a statement applies to any of its resources.
    InapplicableAction = "inapplicable-action",
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::Code;

    #[test]
    fn code_names_are_unique() {
        let mut names: Vec<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Code::ALL.len());
    }
}
