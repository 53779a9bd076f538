//! Whether a condition holds for a request: several values, negation, `IfExists`, set qualifiers and absent keys
//! (`docs/policy-semantics.md`, "Conditions"). The relation of one value to another is its family's.

use super::arn::{self as arn_family, Faulty};
use super::date::Instant;
use super::numeric::Decimal;
use super::operator::{Family, Relation, SetQualifier};
use super::{Condition, Operand, OperandValue, boolean, ip, null, string};
use crate::arn;
use crate::matching::{Truth, arn_matches};
use crate::model::Effect;
use crate::request::Context;

impl Condition {
    /// Whether the condition holds in a statement of this effect (nothing: unknown).
    pub(crate) fn holds(&self, context: &Context, effect: Option<Effect>) -> Truth {
        let Some(key) = self.key.name() else { return Truth::Unknown };
        let values = context.values(key);
        if self.operator.family() == Family::Null {
            return null::holds(self.operator.set, &self.values, values.is_some());
        }
        let satisfied = match (values, self.operator.set) {
            (None, Some(SetQualifier::ForAllValues)) => Ok(Truth::Yes),
            (None, Some(SetQualifier::ForAnyValue)) => Ok(Truth::No),
            (None, None) => Ok((self.operator.if_exists || self.operator.negated()).into()),
            (Some(values), Some(SetQualifier::ForAllValues)) => self.all_satisfy(values, context),
            (Some(values), Some(SetQualifier::ForAnyValue)) => self.any_satisfies(values, context),
            (Some([value]), None) if !self.key.multivalued() => self.satisfied_by(value, context),
            // Several values need a set qualifier: without one nothing is comparable.
            (Some(_), None) => Ok(Truth::No),
        };
        satisfied.unwrap_or_else(|Faulty| match effect {
            Some(effect) => (effect == Effect::Deny).into(),
            None => Truth::Unknown,
        })
    }

    fn all_satisfy(&self, values: &[String], context: &Context) -> Result<Truth, Faulty> {
        let mut all = Truth::Yes;
        for value in values {
            match self.satisfied_by(value, context)? {
                Truth::No => return Ok(Truth::No),
                Truth::Unknown => all = Truth::Unknown,
                Truth::Yes => {}
            }
        }
        Ok(all)
    }

    fn any_satisfies(&self, values: &[String], context: &Context) -> Result<Truth, Faulty> {
        let mut any = Truth::No;
        for value in values {
            match self.satisfied_by(value, context)? {
                Truth::Yes => return Ok(Truth::Yes),
                Truth::Unknown => any = Truth::Unknown,
                Truth::No => {}
            }
        }
        Ok(any)
    }

    /// Whether one value of the request is in the relation to some value of the policy, or for a negated operator to none.
    fn satisfied_by(&self, value: &str, context: &Context) -> Result<Truth, Faulty> {
        let related = match self.operator.relation() {
            Relation::StringEquals | Relation::StringLike => self.some(|operand| match operand {
                OperandValue::String(pattern) => string::matches(pattern, value, context),
                _ => Truth::Unknown,
            }),
            Relation::StringEqualsIgnoreCase => self.some(|operand| match operand {
                OperandValue::String(pattern) => string::equals_ignore_case(pattern, value, context),
                _ => Truth::Unknown,
            }),
            Relation::Numeric(order) => {
                let number = Decimal::parse(value);
                self.some(|operand| match (operand, &number) {
                    (OperandValue::Number(operand), Some(number)) => order.admits(number.cmp(operand)).into(),
                    (_, None) => Truth::No,
                    _ => Truth::Unknown,
                })
            }
            Relation::Date(order) => {
                let instant = Instant::parse(value);
                self.some(|operand| match (operand, instant) {
                    (OperandValue::Date(operand), Some(instant)) => order.admits(instant.cmp(operand)).into(),
                    (_, None) => Truth::No,
                    _ => Truth::Unknown,
                })
            }
            Relation::Bool => self.some(|operand| match operand {
                OperandValue::Bool(operand) => (boolean::truth(value) == *operand).into(),
                _ => Truth::Unknown,
            }),
            Relation::BinaryEquals => self.some(|operand| match operand {
                OperandValue::Binary(operand) => (operand == value).into(),
                _ => Truth::Unknown,
            }),
            // No address, and no ARN, satisfies neither the operator nor its negation.
            Relation::IpAddress => {
                let Some(address) = ip::parse_address(value) else { return Ok(Truth::No) };
                self.some(|operand| match operand {
                    OperandValue::Ip(network) => network.contains(address).into(),
                    _ => Truth::Unknown,
                })
            }
            Relation::ArnLike => {
                let Some(fields) = arn::split(value) else { return Ok(Truth::No) };
                self.some_arn(&fields, context)?
            }
            Relation::Null => Truth::Unknown, // decided by presence, before any value is looked at
        };
        Ok(if self.operator.negated() { !related } else { related })
    }

    fn some(&self, related: impl Fn(&OperandValue) -> Truth) -> Truth {
        Truth::any(self.values.iter().map(|Operand { value, .. }| match value {
            OperandValue::Malformed => Truth::No,
            value => related(value),
        }))
    }

    /// The values are tried in order, and a match ends the comparison before a faulty value is met.
    fn some_arn(&self, fields: &[&str; arn::FIELDS], context: &Context) -> Result<Truth, Faulty> {
        let mut any = Truth::No;
        for operand in &self.values {
            let related = match &operand.value {
                OperandValue::Arn(pattern) => arn_matches(pattern, fields, context),
                OperandValue::ArnTemplate(pattern) => arn_family::template_matches(pattern, fields, context)?,
                OperandValue::Malformed => return Err(Faulty),
                _ => Truth::Unknown,
            };
            match related {
                Truth::Yes => return Ok(Truth::Yes),
                Truth::Unknown => any = Truth::Unknown,
                Truth::No => {}
            }
        }
        Ok(any)
    }
}
