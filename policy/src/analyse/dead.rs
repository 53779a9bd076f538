//! Parts of a policy that never matter: without them it allows exactly the same.

use super::compare::difference;
use super::question::Answer;
use crate::condition::date::Instant;
use crate::model::{Effect, Policy};
use crate::service::ServiceModel;
use crate::span::Span;

/// A part without effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Dead {
    /// The index of the statement.
    pub statement: usize,
    /// What of it.
    pub part: DeadPart,
    /// Its place.
    pub span: Span,
}

/// What is without effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DeadPart {
    /// The statement: it matches no request, or others decide every request it matches.
    Statement,
    /// The condition of this index: it always holds where it matters.
    Condition(usize),
    /// One of several values of a condition.
    Value {
        /// The index of the condition.
        condition: usize,
        /// The index of the value.
        value: usize,
    },
}

/// Finds the statements, conditions and condition values of one policy that never matter. What is not proven is not listed,
/// and nothing inside a dead part is. Requests are made at `now` or later, if that is given.
#[must_use]
pub fn dead(policy: &Policy, service: &'static ServiceModel, now: Option<Instant>) -> Vec<Dead> {
    let mut found = Vec::new();
    if !policy.unknown_statements.is_empty() {
        return found;
    }
    let same = |other: &Policy, narrower: bool| {
        // Removing a part can change the answer in one direction only, which one depends on the part.
        let (these, others) = if narrower { (policy, other) } else { (other, policy) };
        difference(&[these], &[others], service, now) == Answer::No
    };
    for (index, statement) in policy.statements.iter().enumerate() {
        let Some(effect) = statement.effect.value.known() else { continue };
        let allows = effect == Effect::Allow;
        let mut without = policy.clone();
        without.statements.remove(index);
        if same(&without, allows) {
            found.push(Dead { statement: index, part: DeadPart::Statement, span: statement.span });
            continue;
        }
        for (at, condition) in statement.conditions.iter().enumerate() {
            let mut without = policy.clone();
            without.statements[index].conditions.remove(at);
            if same(&without, !allows) {
                found.push(Dead { statement: index, part: DeadPart::Condition(at), span: condition.span });
                continue;
            }
            if condition.values.len() < 2 {
                continue;
            }
            for (value, operand) in condition.values.iter().enumerate() {
                let mut without = policy.clone();
                without.statements[index].conditions[at].values.remove(value);
                // Fewer values make a condition harder to satisfy, a negated one easier.
                let harder = !condition.operator.negated();
                if same(&without, harder == allows) {
                    let part = DeadPart::Value { condition: at, value };
                    found.push(Dead { statement: index, part, span: operand.span });
                }
            }
        }
    }
    found
}
