//! Parts of a policy that never matter: without them it allows exactly the same.

use super::compare::difference;
use super::domain::Budget;
use super::question::Answer;
use crate::condition::date::Instant;
use crate::model::{Effect, Maybe, Policy, Statement};
use crate::service::ServiceModel;
use crate::span::Span;

/// Work for all parts of one policy together. What is left when it is spent is not listed.
const BUDGET: u64 = 6_000_000;
/// Work for one question, so that a hard one leaves something for the others.
const QUESTION: u64 = 1_000_000;
/// Work for each entry of a statement in a question.
const READING: u64 = 200;

/// A part without effect.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Dead {
    /// The index of the statement.
    pub statement: usize,
    /// What of it.
    pub part: DeadPart,
    /// Its place.
    pub span: Span,
    /// Why it has no effect.
    pub reason: DeadReason,
    /// The index of the other statement that alone is the reason; nothing if there is none, or if several are together.
    pub by: Option<usize>,
}

/// What is without effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DeadPart {
    /// The statement.
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

/// Why a part is without effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DeadReason {
    /// A statement that no request matches: its parts exclude one another, or name what the service does not have.
    NeverMatches,
    /// An Allow whose requests are all denied.
    Denied,
    /// A Deny of what nothing allows.
    NothingToDeny,
    /// A statement whose requests other statements of its effect decide already.
    Covered,
    /// A condition that holds for every request that the rest of its statement matches, or a value that changes nothing
    /// about what its statement matches.
    AlwaysHolds,
    /// A condition or value that matters only for requests that other statements decide anyway.
    DecidedElsewhere,
}

/// Finds the statements, conditions and condition values of one policy that never matter. What is not proven is not listed,
/// and nothing inside a dead part is. Of parts that make each other superfluous all but the first are listed, so that those
/// with the reasons [`Covered`](DeadReason::Covered) and [`AlwaysHolds`](DeadReason::AlwaysHolds) can be left out together.
/// Requests are made at `now` or later, if that is given.
///
/// ```
/// use mediastore_policy::analyse::{DeadPart, DeadReason, dead};
/// use mediastore_policy::{mediastore, parse};
///
/// let text = r#"{"Version": "2012-10-17", "Statement": [
///     {"Effect": "Allow", "Principal": "*", "Action": "mediastore:Get*", "Resource": "*"},
///     {"Effect": "Deny", "Principal": "*", "Action": "mediastore:PutObject", "Resource": "*"}
/// ]}"#;
/// let policy = parse::parse(text).into_result().expect("no problems");
/// let found = dead(&policy, &mediastore::MODEL, None);
/// assert_eq!(found[0].part, DeadPart::Statement);
/// assert_eq!(found[0].reason, DeadReason::NothingToDeny);
/// assert!(found[0].span.of(text).is_some_and(|statement| statement.contains("PutObject")));
/// ```
#[must_use]
pub fn dead(policy: &Policy, service: &'static ServiceModel, now: Option<Instant>) -> Vec<Dead> {
    if !policy.unknown_statements.is_empty() {
        return Vec::new();
    }
    let mut autopsy = Autopsy { service, now, budget: Budget::new(BUDGET), policy: policy.clone(), found: Vec::new() };
    // The last first: of two statements that say the same, the later one is the superfluous one.
    for index in (0..policy.statements.len()).rev() {
        let Some(effect) = policy.statements[index].effect.value.known() else { continue };
        if !autopsy.statement(index, effect) {
            autopsy.conditions(index, effect);
        }
    }
    autopsy.found.sort_unstable();
    autopsy.found
}

struct Autopsy {
    service: &'static ServiceModel,
    now: Option<Instant>,
    budget: Budget,
    /// What is left when the parts found so far are taken away; a statement taken away stands here without entries, so that
    /// indices stay what they are.
    policy: Policy,
    found: Vec<Dead>,
}

impl Autopsy {
    /// Whether it is proven that these statements allow nothing that the others do not.
    fn nothing_beyond(&mut self, these: &[&Statement], others: &[&Statement]) -> bool {
        let policy = |statements: &[&Statement]| Policy {
            statements: statements.iter().copied().cloned().collect(),
            unknown_statements: Vec::new(),
            ..self.policy.clone()
        };
        // Reading the statements is work too, and there are as many questions as parts.
        let size: usize = these.iter().chain(others).map(|statement| size(statement)).sum();
        if !self.budget.spend(size as u64 * READING) {
            return false;
        }
        let (these, others) = (policy(these), policy(others));
        let mut budget = self.budget.portion(QUESTION);
        let answer = difference(&[&these], &[&others], self.service, self.now, &mut budget);
        self.budget.put_back(&budget);
        answer == Answer::No
    }

    fn others(&self, index: usize) -> Vec<Statement> {
        let mut statements = self.policy.statements.clone();
        statements.remove(index);
        statements
    }

    /// Whether the policy allows the same with these statements in place of its own. Taking a part away changes the answer
    /// in one direction only; `less` says that it can only allow less.
    fn is_same(&mut self, changed: &[Statement], less: bool) -> bool {
        let own = self.policy.statements.clone();
        let (own, changed): (Vec<&Statement>, Vec<&Statement>) = (own.iter().collect(), changed.iter().collect());
        if less { self.nothing_beyond(&own, &changed) } else { self.nothing_beyond(&changed, &own) }
    }

    /// Lists a statement if it is dead.
    fn statement(&mut self, index: usize, effect: Effect) -> bool {
        let others = self.others(index);
        if !self.is_same(&others, effect == Effect::Allow) {
            return false;
        }
        let statement = self.policy.statements[index].clone();
        let (reason, by) = self.reason(index, &statement, effect);
        self.found.push(Dead { statement: index, part: DeadPart::Statement, span: statement.span, reason, by });
        if reason == DeadReason::Covered {
            self.policy.statements[index] = without_entries(statement);
        }
        true
    }

    /// Why a dead statement is dead.
    fn reason(&mut self, index: usize, statement: &Statement, effect: Effect) -> (DeadReason, Option<usize>) {
        let own = as_allow(statement);
        if self.nothing_beyond(&[&own], &[]) {
            return (DeadReason::NeverMatches, None);
        }
        let statements = self.policy.statements.clone();
        let of = |wanted: Effect| {
            let others = statements.iter().enumerate().filter(move |(other, _)| *other != index);
            others.filter(move |(_, other)| other.effect.value.known() == Some(wanted))
        };
        let denies: Vec<&Statement> = of(Effect::Deny).map(|(_, deny)| deny).collect();
        if effect == Effect::Allow {
            let denied = [vec![&own], denies].concat();
            if self.nothing_beyond(&denied, &[]) {
                let by = of(Effect::Deny).find(|(_, deny)| self.nothing_beyond(&[&own, deny], &[]));
                return (DeadReason::Denied, by.map(|(other, _)| other));
            }
        } else {
            let allows: Vec<&Statement> = of(Effect::Allow).map(|(_, allow)| allow).collect();
            let denied = [allows.clone(), vec![statement]].concat();
            if self.nothing_beyond(&allows, &denied) {
                return (DeadReason::NothingToDeny, None);
            }
        }
        let by = of(effect).find(|(_, other)| self.nothing_beyond(&[&own], &[&as_allow(other)]));
        (DeadReason::Covered, by.map(|(other, _)| other))
    }

    /// Lists the dead conditions of a statement, and the dead values of its other conditions.
    fn conditions(&mut self, index: usize, effect: Effect) {
        let allows = effect == Effect::Allow;
        // From behind, so that what is taken away does not move what is still to be looked at.
        for at in (0..self.policy.statements[index].conditions.len()).rev() {
            let condition = self.policy.statements[index].conditions[at].clone();
            let mut without = self.policy.statements[index].clone();
            without.conditions.remove(at);
            if self.part(index, DeadPart::Condition(at), condition.span, without, !allows) || condition.values.len() < 2
            {
                continue;
            }
            for value in (0..condition.values.len()).rev() {
                let mut without = self.policy.statements[index].clone();
                let values = &mut without.conditions[at].values;
                if values.len() < 2 {
                    break;
                }
                let span = values.remove(value).span;
                // Fewer values make a condition harder to satisfy, a negated one easier.
                let harder = !condition.operator.negated();
                self.part(index, DeadPart::Value { condition: at, value }, span, without, harder == allows);
            }
        }
    }

    /// Lists a part of a statement if the statement does the same without it.
    fn part(&mut self, index: usize, part: DeadPart, span: Span, without: Statement, less: bool) -> bool {
        let mut changed = self.policy.statements.clone();
        changed[index] = without;
        if !self.is_same(&changed, less) {
            return false;
        }
        let (old, new) = (as_allow(&self.policy.statements[index]), as_allow(&changed[index]));
        let (fewer, more) =
            if less == (self.effect(index) == Some(Effect::Allow)) { (&new, &old) } else { (&old, &new) };
        let reason = match self.nothing_beyond(&[more], &[fewer]) {
            true => DeadReason::AlwaysHolds,
            false => DeadReason::DecidedElsewhere,
        };
        self.found.push(Dead { statement: index, part, span, reason, by: None });
        if reason == DeadReason::AlwaysHolds {
            self.policy.statements = changed;
        }
        true
    }

    fn effect(&self, index: usize) -> Option<Effect> {
        self.policy.statements[index].effect.value.known()
    }
}

/// The same statement with the effect Allow, to ask what it matches.
fn as_allow(statement: &Statement) -> Statement {
    let mut statement = statement.clone();
    statement.effect.value = Maybe::Known(Effect::Allow);
    statement
}

/// The number of a statement's entries and values.
fn size(statement: &Statement) -> usize {
    let values: usize = statement.conditions.iter().map(|condition| condition.values.len() + 1).sum();
    let entries = statement.principals.entries.len() + statement.resources.entries.len();
    8 + entries + statement.actions.entries.len() * 4 + values
}

/// A statement that matches nothing.
fn without_entries(mut statement: Statement) -> Statement {
    statement.actions.negated = false;
    statement.actions.entries.clear();
    statement
}
