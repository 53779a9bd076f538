//! Resource names, compared field by field. `ArnEquals` is `ArnLike`.

use super::OperandValue;
use crate::arn::{self, ArnPattern};
use crate::matching::{Truth, arn_matches, variable_value};
use crate::pattern::{Part, Pattern};
use crate::request::Context;

/// The pattern turned out to be no ARN once its variables had values: the condition as a whole then never lets an Allow match
/// and always lets a Deny match (`docs/policy-semantics.md`, "Conditions").
#[derive(Debug)]
pub(super) struct Faulty;

/// What the operator makes of a pattern, or nothing if it is no ARN.
pub(super) fn read(pattern: Pattern) -> Option<OperandValue> {
    if let Some(fields) = ArnPattern::split(&pattern) {
        return (fields.fields[0].as_literal() == Some("arn")).then(|| OperandValue::Arn(Box::new(fields)));
    }
    if pattern.holes().any(|hole| !hole.class.is_literal()) {
        return Some(OperandValue::Unknown);
    }
    // Substitution may still bring the colons that are missing.
    let has_variable = pattern.variables().next().is_some();
    has_variable.then_some(OperandValue::ArnTemplate(pattern))
}

/// Whether a well-formed ARN matches a pattern whose fields show only after substitution. A variable without a value
/// matches nothing.
pub(super) fn template_matches(
    pattern: &Pattern,
    value: &[&str; arn::FIELDS],
    context: &Context,
) -> Result<Truth, Faulty> {
    let mut substituted = Pattern::default();
    for part in pattern.parts() {
        match part {
            Part::Variable(variable) => match variable_value(variable, context) {
                Some(text) => substituted.push_literal(text),
                None => return Ok(Truth::No),
            },
            part => substituted.push(part.clone()),
        }
    }
    match ArnPattern::split(&substituted) {
        Some(fields) if fields.fields[0].as_literal() == Some("arn") => Ok(arn_matches(&fields, value, context)),
        _ => Err(Faulty),
    }
}
