//! Parts of a policy that never matter: without them it allows exactly the same.

use super::domain::Budget;
use super::question::{Answer, Study};
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
    let zone = super::TrustZone::default();
    let study = Study::new(service, &zone, now.map(|now| now.0), [vec![policy], Vec::new()], Budget::new(0));
    let rules = (0..policy.statements.len()).map(Some).collect();
    let mut autopsy = Autopsy { study, budget: Budget::new(BUDGET), rules, found: Vec::new() };
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

struct Autopsy<'p> {
    /// INVARIANT: the rules of the policy's statements come first, in their order.
    study: Study<'p>,
    budget: Budget,
    /// The rule of each statement when the parts found so far are taken away; nothing, if it was taken away itself.
    rules: Vec<Option<usize>>,
    found: Vec<Dead>,
}

impl Autopsy<'_> {
    /// Whether it is proven that these rules allow nothing that the others do not.
    fn nothing_beyond(&mut self, these: &[usize], others: &[usize]) -> bool {
        // Going through the statements is work too, and there are as many questions as parts.
        let size: usize = these.iter().chain(others).map(|rule| size(self.study.statement(*rule))).sum();
        if !self.budget.spend(size as u64 * READING) {
            return false;
        }
        self.study.budget = self.budget.portion(QUESTION);
        let answer = self.study.difference(these, others);
        self.budget.put_back(&self.study.budget);
        answer == Answer::No
    }

    /// The rules of the policy with another one, or none, for one of its statements.
    fn with(&self, index: usize, rule: Option<usize>) -> Vec<usize> {
        let rules = self.rules.iter().enumerate();
        rules.filter_map(|(other, own)| if other == index { rule } else { *own }).collect()
    }

    /// Whether the policy allows the same with these rules in place of its own. Taking a part away changes the answer
    /// in one direction only; `less` says that it can only allow less.
    fn is_same(&mut self, changed: &[usize], less: bool) -> bool {
        let own: Vec<usize> = self.rules.iter().copied().flatten().collect();
        if less { self.nothing_beyond(&own, changed) } else { self.nothing_beyond(changed, &own) }
    }

    /// Lists a statement if it is dead.
    fn statement(&mut self, index: usize, effect: Effect) -> bool {
        let others = self.with(index, None);
        if !self.is_same(&others, effect == Effect::Allow) {
            return false;
        }
        let (reason, by) = self.reason(index, effect);
        let span = self.study.statement(index).span;
        self.found.push(Dead { statement: index, part: DeadPart::Statement, span, reason, by });
        if reason == DeadReason::Covered {
            self.rules[index] = None;
        }
        true
    }

    /// Why a dead statement is dead.
    fn reason(&mut self, index: usize, effect: Effect) -> (DeadReason, Option<usize>) {
        let own = self.as_allow(index);
        if self.nothing_beyond(&[own], &[]) {
            return (DeadReason::NeverMatches, None);
        }
        let of = |wanted: Effect| -> Vec<(usize, usize)> {
            let others = self.rules.iter().enumerate().filter(|(other, _)| *other != index);
            let others = others.filter_map(|(other, rule)| Some((other, (*rule)?)));
            others.filter(|(_, rule)| self.study.statement(*rule).effect.value.known() == Some(wanted)).collect()
        };
        let (allows, denies) = (of(Effect::Allow), of(Effect::Deny));
        let rules = |of: &[(usize, usize)]| of.iter().map(|(_, rule)| *rule).collect::<Vec<_>>();
        if effect == Effect::Allow {
            if self.nothing_beyond(&[vec![own], rules(&denies)].concat(), &[]) {
                let by = denies.into_iter().find(|(_, deny)| self.nothing_beyond(&[own, *deny], &[]));
                return (DeadReason::Denied, by.map(|(other, _)| other));
            }
        } else if self.nothing_beyond(&rules(&allows), &[rules(&allows), vec![index]].concat()) {
            return (DeadReason::NothingToDeny, None);
        }
        let same = if effect == Effect::Allow { allows } else { denies };
        let by = same.into_iter().find(|(_, other)| {
            let other = self.as_allow(*other);
            self.nothing_beyond(&[own], &[other])
        });
        (DeadReason::Covered, by.map(|(other, _)| other))
    }

    /// Lists the dead conditions of a statement, and the dead values of its other conditions.
    fn conditions(&mut self, index: usize, effect: Effect) {
        let allows = effect == Effect::Allow;
        let mut statement = self.study.statement(index).clone();
        // From behind, so that what is taken away does not move what is still to be looked at.
        for at in (0..statement.conditions.len()).rev() {
            let mut without = statement.clone();
            let condition = without.conditions.remove(at);
            if self.part(index, DeadPart::Condition(at), condition.span, &mut statement, without, !allows) {
                continue;
            }
            for value in (0..condition.values.len()).rev() {
                let mut without = statement.clone();
                let values = &mut without.conditions[at].values;
                if values.len() < 2 {
                    break;
                }
                let span = values.remove(value).span;
                // Fewer values make a condition harder to satisfy, a negated one easier.
                let harder = !condition.operator.negated();
                let part = DeadPart::Value { condition: at, value };
                self.part(index, part, span, &mut statement, without, harder == allows);
            }
        }
    }

    /// Lists a part of a statement if the policy does the same without it, and takes it away if the statement does, too.
    fn part(
        &mut self,
        index: usize,
        part: DeadPart,
        span: Span,
        statement: &mut Statement,
        without: Statement,
        less: bool,
    ) -> bool {
        let old = self.rules[index].expect("a statement whose parts are looked at was not taken away");
        let size = self.study.size();
        let new = self.study.add(old, without.clone());
        let same = self.is_same(&self.with(index, Some(new)), less);
        let mut reason = DeadReason::DecidedElsewhere;
        if same {
            let fewer_by_new = less == (statement.effect.value.known() == Some(Effect::Allow));
            let (old, as_new) = (self.as_allow(old), self.as_allow(new));
            let (fewer, more) = if fewer_by_new { (as_new, old) } else { (old, as_new) };
            if self.nothing_beyond(&[more], &[fewer]) {
                reason = DeadReason::AlwaysHolds;
            }
            self.found.push(Dead { statement: index, part, span, reason, by: None });
        }
        if reason == DeadReason::AlwaysHolds {
            self.rules[index] = Some(new);
            *statement = without;
        } else {
            self.study.shrink(size);
        }
        same
    }

    /// The rule with the effect Allow, to ask what it matches.
    fn as_allow(&mut self, rule: usize) -> usize {
        let mut statement = self.study.statement(rule).clone();
        if statement.effect.value.known() == Some(Effect::Allow) {
            return rule;
        }
        statement.effect.value = Maybe::Known(Effect::Allow);
        self.study.add(rule, statement)
    }
}

/// The number of a statement's entries and values.
fn size(statement: &Statement) -> usize {
    let values: usize = statement.conditions.iter().map(|condition| condition.values.len() + 1).sum();
    let entries = statement.principals.entries.len() + statement.resources.entries.len();
    8 + entries + statement.actions.entries.len() * 4 + values
}
