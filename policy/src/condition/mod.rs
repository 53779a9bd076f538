//! Conditions: an operator, a key, and the values of the policy that the key's values are compared with.
//!
//! The relation of one request value to one policy value lives in the file of its family; what several values, negation,
//! `IfExists`, the set qualifiers and an absent key make of it is in `evaluate`.

mod arn;
mod binary;
mod boolean;
pub mod date;
mod evaluate;
pub mod ip;
mod null;
pub mod numeric;
pub mod operator;
mod string;

use compact_str::CompactString;

use crate::arn::ArnPattern;
use crate::keys::{self, KeyRow};
use crate::pattern::{Pattern, VariableError};
use crate::span::Span;
use crate::text::Text;
use date::Instant;
use ip::Network;
use numeric::Decimal;
use operator::{Operator, Relation};

/// One key under one operator. Conditions of a statement are a conjunction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// Key and values in the document.
    pub span: Span,
    /// The operator.
    pub operator: Operator,
    /// Where the operator is named.
    pub operator_span: Span,
    /// The key.
    pub key: ConditionKey,
    /// Where the key is named.
    pub key_span: Span,
    /// The values, of which any may match (of a negated operator: none may).
    pub values: Vec<Operand>,
}

/// A condition key as a policy names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConditionKey {
    /// As written.
    pub text: Text,
    /// In (ASCII) lower case; nothing if the name has holes.
    lower: Option<CompactString>,
    /// What is known of the key.
    pub row: Option<&'static KeyRow>,
}

impl ConditionKey {
    /// The key of this name.
    #[must_use]
    pub fn new(text: Text) -> Self {
        let mut lower = text.as_known().map(CompactString::from);
        if let Some(lower) = &mut lower {
            lower.make_ascii_lowercase();
        }
        let row = lower.as_deref().and_then(keys::find);
        Self { text, lower, row }
    }

    /// The name in (ASCII) lower case, if it is wholly known.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.lower.as_deref()
    }

    /// Whether the key carries several values by its definition.
    #[must_use]
    pub fn multivalued(&self) -> bool {
        self.row.is_some_and(|row| row.multivalued)
    }
}

/// A value of a condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operand {
    /// The value in the document.
    pub span: Span,
    /// The value as text; numbers and booleans are their JSON text.
    pub text: Text,
    /// What the operator makes of it.
    pub value: OperandValue,
}

/// A value of a condition as its operator reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OperandValue {
    /// For the string family. Only the `Like` operators have wildcards in it; variables are possible in all of them.
    String(Pattern),
    /// For `Numeric...`.
    Number(Decimal),
    /// For `Date...`.
    Date(Instant),
    /// For `Bool`: whether the text is `true` in any case.
    Bool(bool),
    /// For `BinaryEquals`: base64 text.
    Binary(CompactString),
    /// For the address family.
    Ip(Network),
    /// For the ARN family, when the six fields are fixed before any variable is known.
    Arn(Box<ArnPattern>),
    /// For the ARN family, when a variable stands before the fifth colon: fields are split after substitution.
    ArnTemplate(Pattern),
    /// For `Null`: whether the key must be absent.
    Null(bool),
    /// Does not fit the operator. A problem was reported; where a service stores it all the same it has the meaning of
    /// the column "ill-typed policy value" in `docs/policy-semantics.md`.
    Malformed,
    /// A hole hides what the operator would make of the text.
    Unknown,
    /// The element as a whole is unknown: it stands for one or more values.
    UnknownValues,
}

/// Why a value does not fit its operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OperandError {
    /// For `Numeric...`.
    #[error("is not a decimal number")]
    NotANumber,
    /// For `Date...`.
    #[error("is neither a date (`2030-01-01T00:00:00Z`) nor epoch seconds")]
    NotADate,
    /// For `BinaryEquals`.
    #[error("is not base64 text")]
    NotBase64,
    /// For the address family.
    #[error("is neither an address nor a CIDR block")]
    NotANetwork,
    /// For the ARN family.
    #[error("is not an ARN of six fields")]
    NotAnArn,
    /// For the families that take policy variables.
    #[error(transparent)]
    Variable(#[from] VariableError),
}

impl OperandValue {
    /// Reads a value by the rules of an operator. `variables` says whether the policy's version has policy variables;
    /// nothing, if the version is unknown.
    ///
    /// # Errors
    ///
    /// The value does not fit the operator.
    pub fn read(relation: Relation, text: &Text, variables: Option<bool>) -> Result<Self, OperandError> {
        let pattern = |wildcards| Pattern::parse_unless_open(text, wildcards, variables);
        match relation {
            Relation::StringEquals | Relation::StringEqualsIgnoreCase => {
                return Ok(pattern(false)?.map_or(Self::Unknown, Self::String));
            }
            Relation::StringLike => return Ok(pattern(true)?.map_or(Self::Unknown, Self::String)),
            Relation::ArnLike => {
                let Some(pattern) = pattern(true)? else { return Ok(Self::Unknown) };
                return arn::read(pattern).ok_or(OperandError::NotAnArn);
            }
            _ => {}
        }
        let Some(text) = text.as_known() else { return Ok(Self::Unknown) };
        match relation {
            Relation::Numeric(_) => Decimal::parse(text).map(Self::Number).ok_or(OperandError::NotANumber),
            Relation::Date(_) => Instant::parse(text).map(Self::Date).ok_or(OperandError::NotADate),
            Relation::BinaryEquals if binary::is_base64(text) => Ok(Self::Binary(text.into())),
            Relation::BinaryEquals => Err(OperandError::NotBase64),
            Relation::IpAddress => Network::parse(text).map(Self::Ip).ok_or(OperandError::NotANetwork),
            Relation::Null => Ok(Self::Null(boolean::truth(text))),
            _ => Ok(Self::Bool(boolean::truth(text))),
        }
    }
}
