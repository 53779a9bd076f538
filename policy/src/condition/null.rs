//! Presence. The operator looks at whether the key is there, not at its values; an empty value is a value.

use super::operator::SetQualifier;
use super::{Operand, OperandValue};
use crate::matching::Truth;

/// Whether the presence of a key satisfies one of the operands. `ForAllValues` makes the condition always true,
/// `ForAnyValue` always false.
pub(super) fn holds(set: Option<SetQualifier>, operands: &[Operand], present: bool) -> Truth {
    match set {
        Some(SetQualifier::ForAllValues) => Truth::Yes,
        Some(SetQualifier::ForAnyValue) => Truth::No,
        None => Truth::any(operands.iter().map(|operand| match operand.value {
            OperandValue::Null(absent) => (absent != present).into(),
            _ => Truth::Unknown,
        })),
    }
}
