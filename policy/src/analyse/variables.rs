//! Policy variables: they couple keys that are otherwise independent. Their values are tried one by one, and if these come to
//! an end, so does the question.

use super::compile::{Pins, Prepared};
use super::domain::Found;
use super::domain::language::Pattern;
use super::need::{Need, Substitution};
use super::question::{Aim, Answer, Extra, Goal, Study};
use super::slot::Value;
use super::world::World;
use crate::condition::OperandValue;
use crate::model::Statement;
use crate::pattern::{self, Variable};
use crate::request::Request;
use crate::resource::ResourceKind;

/// How many values of a policy variable are tried one by one.
const MOST_VALUES: usize = 6;

impl Study<'_> {
    /// With one policy variable: tries its possible values one after the other. If they come to an end, so does the question.
    #[expect(clippy::too_many_arguments, reason = "the parts of one question")]
    pub(super) fn enumerate(
        &mut self,
        prepared: &mut Prepared,
        action: usize,
        aim: Aim,
        goal: &Goal<'_>,
        extra: Extra<'_>,
        key: &String,
        mut guess: Request,
    ) -> Answer {
        let mut tried: Vec<Option<String>> = Vec::new();
        let mut proven = true;
        while tried.len() < MOST_VALUES {
            let value = guess.context.single(key).map(str::to_owned);
            let (found, exact) =
                self.solve_pinned(prepared, action, aim, goal, extra, vec![(key.clone(), value.clone())]);
            if let Some(request) = found {
                return Answer::Yes(Box::new(request));
            }
            proven &= exact;
            tried.push(value);
            let others = |world: &mut World| {
                let mut literals = extra(world);
                let texts = tried.iter().flatten().map(|text| Pattern::literal(text)).collect::<Vec<_>>();
                let absent = !tried.contains(&None);
                literals.push(world.require(key, Need::text_outside(texts, absent)));
                literals
            };
            guess = match self.solve(prepared, action, aim, goal, &others, true) {
                Found::Empty if proven => return Answer::No,
                Found::Member(request) => request,
                Found::Empty | Found::Unknown => break,
            };
        }
        for pins in self.candidates(std::slice::from_ref(key), &guess) {
            if let Some(request) = self.solve_pinned(prepared, action, aim, goal, extra, pins).0 {
                return Answer::Yes(Box::new(request));
            }
        }
        Answer::Open(self.doubt())
    }

    /// Solves with policy variables pinned, without relying on what is open. Also says whether finding nothing is a proof
    /// that there is nothing with these pins.
    pub(super) fn solve_pinned(
        &mut self,
        prepared: &mut Prepared,
        action: usize,
        aim: Aim,
        goal: &Goal<'_>,
        extra: Extra<'_>,
        pins: Pins,
    ) -> (Option<Request>, bool) {
        let mut pinned;
        let chosen = if pins.is_empty() {
            &mut *prepared
        } else {
            pinned = Prepared::new(prepared.world.frame.clone(), pins);
            &mut pinned
        };
        let found = self.solve(chosen, action, aim, goal, extra, false);
        let open = goal
            .hold
            .iter()
            .chain(goal.broken)
            .any(|rule| self.compile(chosen, *rule).is_some_and(|compiled| !compiled.is_exact()));
        match found {
            Found::Member(request) if self.confirms(&request) => (Some(request), true),
            Found::Empty => (None, !open),
            Found::Member(_) | Found::Unknown => (None, false),
        }
    }

    /// Values to pin variables to: none, those of the guess, an arbitrary one, those the policies mention, and absence.
    pub(super) fn candidates(&self, variables: &[String], guess: &Request) -> Vec<Pins> {
        let from_guess = |key: &String| (key.clone(), guess.context.single(key).map(str::to_owned));
        let all = |value: Option<&str>| variables.iter().map(|key| (key.clone(), value.map(str::to_owned))).collect();
        let mut candidates: Vec<Pins> = vec![Vec::new()];
        if variables.is_empty() {
            return candidates;
        }
        candidates.push(variables.iter().map(from_guess).collect());
        candidates.push(all(Some("x")));
        for key in variables {
            for text in self.literals_of(key).into_iter().take(4) {
                let pin =
                    |other: &String| if other == key { (key.clone(), Some(text.clone())) } else { from_guess(other) };
                candidates.push(variables.iter().map(pin).collect());
            }
        }
        candidates.push(all(None));
        candidates
    }

    /// Values of a key that the policies compare with, for guesses.
    fn literals_of(&self, key: &str) -> Vec<String> {
        let conditions = self
            .rules
            .iter()
            .flat_map(|rule| &rule.statement.conditions)
            .filter(|condition| condition.key.name() == Some(key));
        let literal = |value: &OperandValue| match value {
            OperandValue::String(pattern) => pattern.as_literal().map(str::to_owned),
            _ => None,
        };
        let mut literals: Vec<String> = Vec::new();
        for text in conditions.flat_map(|condition| &condition.values).filter_map(|operand| literal(&operand.value)) {
            if !literals.contains(&text) {
                literals.push(text);
            }
        }
        literals
    }
}

/// The policy variables in a statement.
pub(crate) fn statement_variables(statement: &Statement) -> impl Iterator<Item = &Variable> {
    let in_resources = statement.resources.entries.iter().filter_map(|entry| match &entry.kind {
        ResourceKind::Arn(arn) => Some(arn.fields.iter().flat_map(pattern::Pattern::variables)),
        _ => None,
    });
    let in_conditions = statement.conditions.iter().flat_map(|condition| &condition.values).map(|operand| {
        let patterns: &[pattern::Pattern] = match &operand.value {
            OperandValue::String(pattern) | OperandValue::ArnTemplate(pattern) => std::slice::from_ref(pattern),
            OperandValue::Arn(arn) => &arn.fields,
            _ => &[],
        };
        patterns.iter().flat_map(pattern::Pattern::variables)
    });
    in_resources.flatten().chain(in_conditions.flatten())
}

/// As `matching::variable_value`, for values that may be open.
pub(crate) fn substitution(variable: &Variable, values: &[(String, Option<Value>)]) -> Substitution {
    if crate::keys::find(&variable.key).is_some_and(|row| row.multivalued) {
        return Substitution::Nothing;
    }
    match values.iter().find(|(key, _)| *key == *variable.key).and_then(|(_, value)| value.as_ref()) {
        None => Substitution::Open,
        Some(Some(texts)) if texts.first().is_some_and(|text| !text.is_empty()) => Substitution::Text(texts[0].clone()),
        Some(_) => variable.default.as_ref().map_or(Substitution::Nothing, |text| Substitution::Text(text.to_string())),
    }
}
