//! What statements ask in a world: their parts as needs of its slots.

use std::rc::Rc;

use super::domain::language::Pattern;
use super::frame::{Frame, Who};
use super::need::{Need, Substitution, arn_pattern};
use super::search::Conjunction;
use super::slot::Value;
use super::variables::{statement_variables, substitution};
use super::world::{Literal, PRINCIPAL, RESOURCE, World};
use crate::model::Statement;
use crate::pattern::Variable;
use crate::principal::{PrincipalEntry, PrincipalKind};
use crate::request::Caller;
use crate::resource::ResourceKind;

/// A world with the statements compiled for it, as far as they were needed.
pub(crate) struct Prepared {
    pub(crate) world: World,
    /// What policy variables are pinned to.
    pub(crate) pins: Pins,
    pub(crate) always: Conjunction,
    pub(crate) rules: Vec<Option<Option<Rc<Compiled>>>>,
    pub(crate) aims: [Option<Option<Rc<Conjunction>>>; 4],
}

/// Keys of policy variables with the values that they are taken to have; nothing for absence.
pub(crate) type Pins = Vec<(String, Option<String>)>;

/// A statement in a world; a statement that can match no request there has none.
pub(crate) struct Compiled {
    pub(crate) needs: Conjunction,
    /// The same without the comparisons that may come out either way.
    pub(crate) certain: Conjunction,
    /// Some part of the statement is in neither.
    pub(crate) open: bool,
    /// The keys of policy variables that are not pinned.
    pub(crate) variables: Vec<String>,
}

impl Compiled {
    /// Whether the needs say exactly what the statement asks.
    pub(crate) fn is_exact(&self) -> bool {
        !self.open && self.needs.len() == self.certain.len()
    }
}

impl Prepared {
    pub(crate) fn new(frame: Rc<Frame>, pins: Pins) -> Self {
        let mut world = World::new(frame);
        let mut always = Conjunction::new();
        let mut literals = world.axioms();
        for (key, value) in &pins {
            let need = match value {
                Some(text) => Need::text([Pattern::literal(text)], false),
                None => Need::presence(false),
            };
            literals.push(world.require(key, need));
        }
        for literal in literals {
            match literal {
                Literal::Need(slot, need) => always.push((slot, need)),
                Literal::Settled(true) => {}
                // A pin that this world cannot have: nothing satisfies it.
                Literal::Settled(false) => always.push((RESOURCE, Rc::new(Need::constant(false)))),
            }
        }
        Self { world, pins, always, rules: Vec::new(), aims: [None, None, None, None] }
    }
}

/// What a statement asks in a world, its action part aside. Nothing, if it matches no request there.
pub(crate) fn compile(statement: &Statement, world: &mut World, pins: &Pins) -> Option<Compiled> {
    let mut variables: Vec<(String, Option<Value>)> = Vec::new();
    for variable in statement_variables(statement) {
        if variables.iter().any(|(key, _)| *key == *variable.key) {
            continue;
        }
        let pinned =
            pins.iter().find(|(key, _)| *key == *variable.key).map(|(_, value)| value.clone().map(|text| vec![text]));
        let value = pinned.or_else(|| world.fixed(&variable.key));
        variables.push((variable.key.to_string(), value));
    }
    let substitute = |variable: &Variable| substitution(variable, &variables);
    let mut parts = vec![principals(statement, &world.frame)];
    parts.extend(resources(statement, &substitute));
    for condition in &statement.conditions {
        parts.extend(world.condition(condition, &substitute));
    }
    let mut open = !statement.unknown_conditions.is_empty() || statement.effect.value.known().is_none();
    let mut needs = Conjunction::new();
    for part in parts {
        match part {
            Literal::Settled(true) => {}
            Literal::Settled(false) => return None,
            Literal::Need(_, need) if need.is_open() => open = true,
            Literal::Need(slot, need) => needs.push((slot, need)),
        }
    }
    let certain = needs.iter().filter(|(_, need)| !need.is_opaque()).cloned().collect();
    let variables = variables.into_iter().filter(|(_, value)| value.is_none()).map(|(key, _)| key).collect();
    Some(Compiled { needs, certain, open, variables })
}

pub(crate) fn principals(statement: &Statement, frame: &Frame) -> Literal {
    let clause = &statement.principals;
    let mut patterns = Vec::new();
    let mut open = false;
    for entry in &clause.entries {
        match principal(entry, frame) {
            Reach::All => return Literal::Settled(!clause.negated),
            Reach::Open => open = true,
            Reach::Some(pattern) => patterns.push(pattern),
            Reach::Nobody => {}
        }
    }
    match (open, patterns.is_empty(), clause.negated) {
        (true, _, _) => Literal::Need(PRINCIPAL, Rc::new(Need::open())),
        (false, true, negated) => Literal::Settled(negated),
        (false, false, false) => Literal::Need(PRINCIPAL, Rc::new(Need::text(patterns, false))),
        (false, false, true) => Literal::Need(PRINCIPAL, Rc::new(Need::text_outside(patterns, true))),
    }
}

/// Which of a world's callers an entry means.
enum Reach {
    All,
    Nobody,
    Some(Pattern),
    Open,
}

fn principal(entry: &PrincipalEntry, frame: &Frame) -> Reach {
    let signed = matches!(frame.who, Who::Root | Who::User | Who::Role | Who::FederatedUser);
    let same = |own: Option<&str>, other: &str| match own {
        Some(own) if own == other => Reach::All,
        Some(_) => Reach::Nobody,
        None => Reach::Open,
    };
    match (&entry.kind, &frame.who) {
        (PrincipalKind::Everyone, _) => Reach::All,
        (PrincipalKind::Unknown | PrincipalKind::UnknownEntries(_), _) => Reach::Open,
        (PrincipalKind::Account { partition, account }, _) if signed => {
            let partition = partition.as_ref().map(|text| text.as_known());
            match (partition, account.as_known()) {
                (Some(None), _) | (_, None) => Reach::Open,
                (Some(Some(partition)), _) if partition != frame.partition => Reach::Nobody,
                (_, Some(account)) => Reach::Some(frame.of_account(account)),
            }
        }
        (PrincipalKind::Identity(identity), _) if signed => {
            match (identity.partition.as_known(), identity.account.as_known(), identity.name.as_known()) {
                (Some(partition), Some(account), Some(name)) => {
                    let pattern = (partition == frame.partition)
                        .then(|| frame.of_identity(identity.kind, account, name))
                        .flatten();
                    pattern.map_or(Reach::Nobody, Reach::Some)
                }
                _ => Reach::Open,
            }
        }
        (PrincipalKind::Identity(identity), Who::Named(Caller::Identity { kind, partition, account, name })) => {
            let parts = [(&identity.partition, partition), (&identity.account, account), (&identity.name, name)];
            match parts
                .iter()
                .map(|(own, other)| same(own.as_known(), other))
                .max_by_key(|truth| matches!(truth, Reach::Nobody))
            {
                Some(truth) if identity.kind == *kind => truth,
                _ => Reach::Nobody,
            }
        }
        (PrincipalKind::Account { account, .. }, Who::Named(Caller::Identity { account: other, .. })) => {
            same(account.as_known(), other)
        }
        (PrincipalKind::CanonicalUser(name), Who::Named(Caller::CanonicalUser(other))) => same(name.as_known(), other),
        (PrincipalKind::UniqueId(id), Who::User | Who::Role) => match id.as_known() {
            Some(id) => frame.of_unique_id(id).map_or(Reach::Nobody, Reach::Some),
            None => Reach::Open,
        },
        (PrincipalKind::Service(name), Who::Service) => {
            name.as_known().map_or(Reach::Open, |name| Reach::Some(Pattern::literal(name)))
        }
        _ => Reach::Nobody,
    }
}

pub(crate) fn resources(statement: &Statement, substitute: &dyn Fn(&Variable) -> Substitution) -> Vec<Literal> {
    let clause = &statement.resources;
    let (mut patterns, mut around) = (Vec::new(), Vec::new());
    let (mut variables, mut open) = (false, false);
    for entry in &clause.entries {
        match &entry.kind {
            ResourceKind::All => return vec![Literal::Settled(!clause.negated)],
            ResourceKind::Arn(arn) => {
                match (arn_pattern(arn, substitute), arn_pattern(arn, &|_| Substitution::Anything)) {
                    (Ok(pattern), _) => patterns.extend(pattern),
                    (Err(_), Ok(pattern)) => {
                        variables = true;
                        around.extend(pattern);
                    }
                    (Err(_), Err(_)) => open = true,
                }
            }
            ResourceKind::Unknown | ResourceKind::UnknownEntries => open = true,
            ResourceKind::Malformed => {}
        }
    }
    let need = |need: Need| Literal::Need(RESOURCE, Rc::new(need));
    if open {
        return vec![need(Need::open())];
    }
    if variables {
        let texts: Vec<String> = clause.entries.iter().map(|entry| entry.text.to_string()).collect();
        let outcome = need(Need::opaque(format!("resource {texts:?}"), !clause.negated));
        patterns.extend(around);
        return if clause.negated { vec![outcome] } else { vec![need(Need::text(patterns, false)), outcome] };
    }
    vec![match (patterns.is_empty(), clause.negated) {
        (true, negated) => Literal::Settled(negated),
        (false, false) => need(Need::text(patterns, false)),
        (false, true) => need(Need::text_outside(patterns, false)),
    }]
}
