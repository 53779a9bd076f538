//! The question that all analyses come down to: is there a request, of callers of some kind, that one set of policies
//! allows and another does not? The answer carries the request, and [`decide`] has confirmed it.

use std::rc::Rc;

use super::domain::language::Pattern;
use super::domain::{Budget, Found};
use super::need::{Need, Substitution, arn_pattern, text_pattern};
use super::search::{Conjunction, Problem};
use super::slot::Value;
use super::surface::ResourceShape;
use super::world::{Credentials, Frame, Hints, Literal, Network, PRINCIPAL, RESOURCE, Source, Who, World};
use super::zone::{SECRET_HEADERS, TrustZone, Written, is_account};
use crate::condition::OperandValue;
use crate::decide::{Verdict, decide, includes_action};
use crate::matching::Truth;
use crate::model::{Effect, Policy, Statement};
use crate::pattern::Variable;
use crate::principal::{PrincipalEntry, PrincipalKind};
use crate::request::{Caller, Request};
use crate::resource::ResourceKind;
use crate::service::{ResourceType, ServiceModel};

/// Why a question stayed open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Doubt {
    /// The bound on work was reached.
    Work,
    /// The policy couples keys in a way that the analysis does not follow: a policy variable, or operators of several
    /// families on one key.
    Coupling,
    /// Too much of the document is unknown.
    Unknown,
    /// The analysis found a request, but deciding that request gives another answer. A fault of this crate.
    Inconsistent,
}

impl std::fmt::Display for Doubt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Work => "the bound on work was reached",
            Self::Coupling => "the policy couples keys in a way that is not followed",
            Self::Unknown => "too much of the document is unknown",
            Self::Inconsistent => "the analysis contradicts itself, which is a fault of this program",
        })
    }
}

/// The answer to a question.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Answer {
    /// There is such a request, and `decide` agrees.
    Yes(Box<Request>),
    No,
    Open(Doubt),
}

impl Answer {
    pub(crate) fn into_request(self) -> Option<Request> {
        match self {
            Self::Yes(request) => Some(*request),
            Self::No | Self::Open(_) => None,
        }
    }
}

/// What the request must be like, besides what the policies make of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Aim {
    /// Any well-formed request.
    Anything,
    /// Somebody outside the zone.
    Outsider,
    /// Somebody outside the zone of whom the policies know nothing.
    Stranger,
    /// The same, who also does not know the fixed header values.
    StrangerWithoutSecrets,
}

/// Two sides of policies: requests are sought that the first allows and the second does not. The second may be empty.
pub(crate) struct Study<'p> {
    pub(crate) service: &'static ServiceModel,
    zone: TrustZone,
    rules: Vec<Rule<'p>>,
    sides: [Vec<&'p Policy>; 2],
    written: Written,
    frames: Vec<Frame>,
    /// One for each frame, made when first needed.
    worlds: Vec<Option<Prepared>>,
    /// For a resource type, a partition and a rule: whether the rule speaks of any such resource.
    resources: Vec<((&'static ResourceType, String, usize), bool)>,
    pub(crate) budget: Budget,
}

struct Rule<'p> {
    statement: &'p Statement,
    side: usize,
    /// For every action of the service, whether the statement speaks of it.
    actions: Vec<Truth>,
}

/// Which groups of keys the policies speak of; what they do not speak of needs no worlds of its own.
#[derive(Debug, Clone, Copy, Default)]
struct Mentions {
    network: bool,
    credentials: bool,
    forwarding: bool,
    source_arn: bool,
    source_account: bool,
    identity: bool,
    details: bool,
}

/// A world with the statements compiled for it, as far as they were needed.
struct Prepared {
    world: World,
    /// What policy variables are pinned to.
    pins: Vec<(String, Option<String>)>,
    always: Conjunction,
    rules: Vec<Option<Option<Rc<Compiled>>>>,
    aims: [Option<Option<Rc<Conjunction>>>; 4],
}

/// A statement in a world; a statement that can match no request there has none.
struct Compiled {
    needs: Conjunction,
    /// Some part of the statement is left open.
    open: bool,
    /// The keys of policy variables that are not pinned.
    variables: Vec<String>,
}

/// The rules of one attempt, by index.
struct Goal<'a> {
    /// These match.
    hold: &'a [usize],
    /// These do not.
    broken: &'a [usize],
}

/// How many values of a policy variable are tried one by one.
const MOST_VALUES: usize = 6;

/// What a caller of [`Study::ask`] adds to a world.
pub(crate) type Extra<'a> = &'a dyn Fn(&mut World) -> Vec<Literal>;

impl<'p> Study<'p> {
    pub(crate) fn new(
        service: &'static ServiceModel,
        zone: &TrustZone,
        now: Option<i64>,
        sides: [Vec<&'p Policy>; 2],
        budget: Budget,
    ) -> Self {
        let mentions = Mentions::of(sides.iter().flatten().copied());
        Self::with(service, zone, now, sides, mentions, Vec::new(), budget)
    }

    /// A study that tells callers of this kind from others, whatever the policies do.
    pub(crate) fn for_caller(
        service: &'static ServiceModel,
        zone: &TrustZone,
        now: Option<i64>,
        policies: Vec<&'p Policy>,
        caller: &Caller,
        budget: Budget,
    ) -> Self {
        let mut mentions = Mentions::of(policies.iter().copied());
        mentions.identity = true;
        mentions.details |= matches!(caller, Caller::Identity { kind: crate::principal::IdentityKind::Session, .. });
        let by_name =
            matches!(caller, Caller::CanonicalUser(_)) || caller.account().is_some_and(|account| !is_account(account));
        let named = if by_name { vec![caller.clone()] } else { Vec::new() };
        Self::with(service, zone, now, [policies, Vec::new()], mentions, named, budget)
    }

    fn with(
        service: &'static ServiceModel,
        zone: &TrustZone,
        now: Option<i64>,
        sides: [Vec<&'p Policy>; 2],
        mentions: Mentions,
        mut named: Vec<Caller>,
        budget: Budget,
    ) -> Self {
        let mut rules = Vec::new();
        let names: Vec<String> = service.actions.iter().map(|row| full_name(service, row.name)).collect();
        for (side, policies) in sides.iter().enumerate() {
            for statement in policies.iter().flat_map(|policy| &policy.statements) {
                let actions = names.iter().map(|name| includes_action(&statement.actions, name)).collect();
                rules.push(Rule { statement, side, actions });
            }
        }
        let all: Vec<&Policy> = sides.iter().flatten().copied().collect();
        let written = Written::of(&all);
        for caller in named_callers(&all) {
            if !named.contains(&caller) {
                named.push(caller);
            }
        }
        let hints = Rc::new(hints(&all, zone, &written));
        let frames = frames(service, named, &written, mentions, now, &hints);
        let worlds = frames.iter().map(|_| None).collect();
        Self { service, zone: zone.clone(), rules, sides, written, frames, worlds, resources: Vec::new(), budget }
    }

    /// Actions that no statement and no resource type tells apart, by their indices. Actions without a resource are left out.
    pub(crate) fn action_groups(&self) -> Vec<Vec<usize>> {
        let mut groups: Vec<Vec<usize>> = Vec::new();
        for (index, row) in self.service.actions.iter().enumerate().filter(|(_, row)| !row.resource_types.is_empty()) {
            let same = |group: &Vec<usize>| {
                let other = group[0];
                self.service.actions[other].resource_types == row.resource_types
                    && self.rules.iter().all(|rule| rule.actions[other] == rule.actions[index])
            };
            match groups.iter_mut().find(|group| same(group)) {
                Some(group) => group.push(index),
                None => groups.push(vec![index]),
            }
        }
        groups
    }

    /// A request for this action that the first side allows and the second does not.
    pub(crate) fn ask(
        &mut self,
        action: usize,
        aim: Aim,
        only: Option<&dyn Fn(&Frame) -> bool>,
        extra: Extra<'_>,
    ) -> Answer {
        let allows = self.matching(action, 0, Effect::Allow);
        let denies = self.matching(action, 0, Effect::Deny);
        let others_allow = self.matching(action, 1, Effect::Allow);
        let others_deny = self.matching(action, 1, Effect::Deny);
        if allows.is_empty() {
            return Answer::No;
        }
        let types = self.service.actions[action].resource_types;
        let mut doubt = None;
        for frame in 0..self.frames.len() {
            let own = &self.frames[frame];
            let nobody =
                |allow: &usize| matches!(principals(self.rules[*allow].statement, own), Literal::Settled(false));
            if !types.contains(&own.shape.of.name)
                || only.is_some_and(|only| !only(own))
                || allows.iter().all(nobody)
                || !self.may_be(frame, aim)
            {
                continue;
            }
            for &allow in &allows {
                if !self.has_resource(frame, allow) || self.compiled(frame, allow).is_none() {
                    continue;
                }
                // Not allowed by the other side: none of its Allows matches, or one of its Denies does.
                for other in std::iter::once(None).chain(others_deny.iter().copied().map(Some)) {
                    let hold: Vec<usize> = std::iter::once(allow).chain(other).collect();
                    let missed = if other.is_none() { others_allow.as_slice() } else { &[] };
                    let broken: Vec<usize> = denies.iter().chain(missed).copied().collect();
                    match self.attempt(frame, action, aim, &Goal { hold: &hold, broken: &broken }, extra) {
                        Answer::Yes(request) => return Answer::Yes(request),
                        Answer::No => {}
                        Answer::Open(reason) => doubt = doubt.max(Some(reason)),
                    }
                    if self.budget.is_exhausted() {
                        return Answer::Open(doubt.max(Some(Doubt::Work)).unwrap_or(Doubt::Work));
                    }
                }
            }
        }
        doubt.map_or(Answer::No, Answer::Open)
    }

    fn matching(&self, action: usize, side: usize, effect: Effect) -> Vec<usize> {
        let speaks = |rule: &Rule<'_>| {
            rule.side == side
                && rule.actions[action] != Truth::No
                && rule.statement.effect.value.known().is_none_or(|own| own == effect)
        };
        self.rules.iter().enumerate().filter(|(_, rule)| speaks(rule)).map(|(index, _)| index).collect()
    }

    fn attempt(&mut self, frame: usize, action: usize, aim: Aim, goal: &Goal<'_>, extra: Extra<'_>) -> Answer {
        let mut prepared = self.take(frame);
        let answer = self.attempt_in(&mut prepared, action, aim, goal, extra);
        self.worlds[frame] = Some(prepared);
        answer
    }

    fn attempt_in(
        &mut self,
        prepared: &mut Prepared,
        action: usize,
        aim: Aim,
        goal: &Goal<'_>,
        extra: Extra<'_>,
    ) -> Answer {
        let mut open = false;
        for &rule in goal.hold.iter().chain(goal.broken) {
            open |= self.compile(prepared, rule).is_some_and(|compiled| compiled.open);
        }
        let guess = match self.solve(prepared, action, aim, goal, extra, true) {
            Found::Empty => return Answer::No,
            Found::Unknown => return Answer::Open(self.doubt()),
            Found::Member(request) if self.confirms(&request) => return Answer::Yes(Box::new(request)),
            Found::Member(_) if !open => return Answer::Open(Doubt::Inconsistent),
            Found::Member(request) => request,
        };
        // Something was left open, and the guess was wrong about it. Try without relying on it, then with the policy
        // variables pinned to values, which makes their statements exact.
        let mut variables: Vec<String> = Vec::new();
        for &rule in goal.hold.iter().chain(goal.broken) {
            variables.extend(self.compile(prepared, rule).into_iter().flat_map(|compiled| compiled.variables.clone()));
        }
        variables.sort_unstable();
        variables.dedup();
        if let [key] = variables.as_slice() {
            return self.enumerate(prepared, action, aim, goal, extra, key, guess);
        }
        for pins in self.candidates(&variables, &guess) {
            if let Some(request) = self.solve_pinned(prepared, action, aim, goal, extra, pins).0 {
                return Answer::Yes(Box::new(request));
            }
            if self.budget.is_exhausted() {
                return Answer::Open(Doubt::Work);
            }
        }
        Answer::Open(Doubt::Coupling)
    }

    /// With one policy variable: tries its possible values one after the other. If they come to an end, so does the question.
    #[expect(clippy::too_many_arguments, reason = "the parts of one question")]
    fn enumerate(
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
    fn solve_pinned(
        &mut self,
        prepared: &mut Prepared,
        action: usize,
        aim: Aim,
        goal: &Goal<'_>,
        extra: Extra<'_>,
        pins: Vec<(String, Option<String>)>,
    ) -> (Option<Request>, bool) {
        let mut pinned;
        let chosen = if pins.is_empty() {
            &mut *prepared
        } else {
            pinned = Prepared::new(prepared.world.frame.clone(), pins, self.rules.len());
            &mut pinned
        };
        let found = self.solve(chosen, action, aim, goal, extra, false);
        let open = goal
            .hold
            .iter()
            .chain(goal.broken)
            .any(|rule| self.compile(chosen, *rule).is_some_and(|compiled| compiled.open));
        match found {
            Found::Member(request) if self.confirms(&request) => (Some(request), true),
            Found::Empty => (None, !open),
            Found::Member(_) | Found::Unknown => (None, false),
        }
    }

    /// Values to pin variables to: none, those of the guess, an arbitrary one, those the policies mention, and absence.
    fn candidates(&self, variables: &[String], guess: &Request) -> Vec<Vec<(String, Option<String>)>> {
        let from_guess = |key: &String| (key.clone(), guess.context.single(key).map(str::to_owned));
        let all = |value: Option<&str>| variables.iter().map(|key| (key.clone(), value.map(str::to_owned))).collect();
        let mut candidates: Vec<Vec<(String, Option<String>)>> = vec![Vec::new()];
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

    fn doubt(&self) -> Doubt {
        if self.budget.is_exhausted() { Doubt::Work } else { Doubt::Coupling }
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
        conditions.flat_map(|condition| &condition.values).filter_map(|operand| literal(&operand.value)).collect()
    }

    /// INVARIANT: every request that leaves this module as a witness went through here.
    fn confirms(&self, request: &Request) -> bool {
        let allowed = |side: usize| decide(self.sides[side].iter().copied(), request).verdict == Verdict::Allow;
        self.service.is_request(&request.action, &request.resource) && allowed(0) && !allowed(1)
    }

    /// The same request for another action of its group, confirmed.
    pub(crate) fn for_action(&self, request: &Request, action: usize) -> Option<Request> {
        let request = Request { action: full_name(self.service, self.service.actions[action].name), ..request.clone() };
        self.confirms(&request).then_some(request)
    }

    /// Solves in one world. `lenient` takes a statement with an open part for broken where it must be; otherwise the open
    /// part counts as true.
    fn solve(
        &mut self,
        prepared: &mut Prepared,
        action: usize,
        aim: Aim,
        goal: &Goal<'_>,
        extra: Extra<'_>,
        lenient: bool,
    ) -> Found<Request> {
        let mut compiled: Vec<Rc<Compiled>> = Vec::with_capacity(goal.hold.len() + goal.broken.len());
        for &rule in goal.hold {
            let Some(statement) = self.compile(prepared, rule) else { return Found::Empty };
            compiled.push(statement);
        }
        for &rule in goal.broken {
            let unsure = self.rules[rule].actions[action] == Truth::Unknown;
            if let Some(statement) = self.compile(prepared, rule)
                && !(lenient && (statement.open || unsure))
            {
                compiled.push(statement);
            }
        }
        let Some(aimed) = self.aim(prepared, aim) else { return Found::Empty };
        let mut added = Conjunction::new();
        for literal in extra(&mut prepared.world) {
            match literal {
                Literal::Settled(false) => return Found::Empty,
                Literal::Settled(true) => {}
                Literal::Need(slot, need) => added.push((slot, need)),
            }
        }
        let (hold, broken) = compiled.split_at(goal.hold.len());
        let problem = Problem {
            slots: &prepared.world.slots,
            hold: hold
                .iter()
                .map(|statement| &statement.needs)
                .chain([&prepared.always, aimed.as_ref(), &added])
                .collect(),
            broken: broken.iter().map(|statement| &statement.needs).collect(),
        };
        let name = full_name(self.service, self.service.actions[action].name);
        match problem.solve(&mut self.budget) {
            Found::Member(values) => Found::Member(prepared.world.request(&name, &values)),
            Found::Empty => Found::Empty,
            Found::Unknown => Found::Unknown,
        }
    }

    fn take(&mut self, frame: usize) -> Prepared {
        match self.worlds[frame].take() {
            Some(prepared) => prepared,
            None => Prepared::new(self.frames[frame].clone(), Vec::new(), self.rules.len()),
        }
    }

    fn compiled(&mut self, frame: usize, rule: usize) -> Option<Rc<Compiled>> {
        let mut prepared = self.take(frame);
        let compiled = self.compile(&mut prepared, rule);
        self.worlds[frame] = Some(prepared);
        compiled
    }

    /// Whether a statement speaks of any resource of the frame's type. Most do of one type only, so this spares all other
    /// questions about the rest; it is settled once for all frames of the type.
    fn has_resource(&mut self, frame: usize, rule: usize) -> bool {
        let own = &self.frames[frame];
        let known = self.resources.iter().find(|((name, partition, other), _)| {
            *other == rule && std::ptr::eq(*name, own.shape.of) && *partition == own.partition
        });
        if let Some((_, answer)) = known {
            return *answer;
        }
        let (of, partition) = (own.shape.of, own.partition.clone());
        let slot = World::new(own.clone()).slots.swap_remove(RESOURCE);
        let answer = match resources(self.rules[rule].statement, &|_| Substitution::Open) {
            Literal::Settled(value) => value,
            Literal::Need(_, need) => need.is_open() || slot.solve(&[&need], &mut self.budget) != Found::Empty,
        };
        self.resources.push(((of, partition, rule), answer));
        answer
    }

    fn may_be(&mut self, frame: usize, aim: Aim) -> bool {
        let mut prepared = self.take(frame);
        let possible = self.aim(&mut prepared, aim).is_some();
        self.worlds[frame] = Some(prepared);
        possible
    }

    fn compile(&self, prepared: &mut Prepared, rule: usize) -> Option<Rc<Compiled>> {
        if let Some(compiled) = &prepared.rules[rule] {
            return compiled.clone();
        }
        let compiled = compile(self.rules[rule].statement, &mut prepared.world, &prepared.pins).map(Rc::new);
        prepared.rules[rule] = Some(compiled.clone());
        compiled
    }

    /// The needs of an aim in a world; nothing if nobody there fits it.
    fn aim(&self, prepared: &mut Prepared, aim: Aim) -> Option<Rc<Conjunction>> {
        if let Some(known) = &prepared.aims[aim as usize] {
            return known.clone();
        }
        let mut needs = Conjunction::new();
        let mut possible = true;
        for literal in self.aim_literals(&mut prepared.world, aim) {
            match literal {
                Literal::Settled(value) => possible &= value,
                Literal::Need(slot, need) => needs.push((slot, need)),
            }
        }
        let needs = possible.then(|| Rc::new(needs));
        prepared.aims[aim as usize] = Some(needs.clone());
        needs
    }

    fn aim_literals(&self, world: &mut World, aim: Aim) -> Vec<Literal> {
        let mut literals = Vec::new();
        if aim == Aim::Anything {
            return literals;
        }
        let stranger = aim != Aim::Outsider;
        // Ids are given out in one spelling only; a condition that ignores case must not make another one of it.
        let none_of = |world: &mut World, key: &str, names: Vec<&String>| {
            let patterns: Vec<Pattern> = names
                .into_iter()
                .map(|name| Pattern::ignoring_case(name).unwrap_or_else(|| Pattern::literal(name)))
                .collect();
            world.require(key, Need::text_outside(patterns, true))
        };
        let zone = &self.zone;
        let written = &self.written;
        let accounts = || zone.accounts.iter().chain(written.accounts.iter().filter(|_| stranger)).collect::<Vec<_>>();
        let organizations =
            || zone.organizations.iter().chain(written.organizations.iter().filter(|_| stranger)).collect::<Vec<_>>();
        match world.frame.who.clone() {
            Who::Anonymous => {}
            // Whoever is known by name only is somebody in particular.
            Who::Named(_) => literals.push(Literal::Settled(!stranger)),
            Who::Service => {
                let names = zone.services.iter().map(|name| Pattern::literal(name)).collect::<Vec<_>>();
                literals.push(Literal::Need(PRINCIPAL, Rc::new(Need::text_outside(names, false))));
                literals.push(none_of(world, "aws:sourceaccount", accounts()));
                literals.push(none_of(world, "aws:sourceorgid", organizations()));
                let field = || {
                    Pattern::new().then_many(super::domain::language::Class::except(super::need::COLON)).then_text(":")
                };
                let of_account = |account: &String| {
                    Pattern::literal("arn:")
                        .then(&field())
                        .then(&field())
                        .then(&field())
                        .then_text(account)
                        .then_text(":")
                        .then(&Pattern::anything())
                };
                let sources = zone
                    .sources
                    .iter()
                    .chain(written.sources.iter().filter(|_| stranger))
                    .map(|arn| Pattern::literal(arn));
                let patterns: Vec<Pattern> = accounts().into_iter().map(of_account).chain(sources).collect();
                literals.push(world.require("aws:sourcearn", Need::text_outside(patterns, true)));
            }
            Who::Root | Who::User | Who::Role | Who::FederatedUser => {
                let mut patterns: Vec<Pattern> =
                    accounts().into_iter().map(|account| world.frame.of_account(account)).collect();
                if stranger {
                    patterns.extend(written.identities.iter().filter_map(|id| world.frame.of_unique_id(id)));
                }
                literals.push(Literal::Need(PRINCIPAL, Rc::new(Need::text_outside(patterns, false))));
                literals.push(none_of(world, "aws:principalorgid", organizations()));
            }
        }
        match world.frame.network {
            Network::Internet => {
                let mut barred = zone.addresses();
                if stranger {
                    barred = barred.union(&written.addresses);
                }
                literals.push(world.require("aws:sourceip", Need::outside(&barred)));
            }
            Network::Vpc => {
                let networks = |own: &[String]| {
                    own.iter().chain(written.networks.iter().filter(|_| stranger)).cloned().collect::<Vec<_>>()
                };
                literals.push(none_of(world, "aws:sourcevpc", networks(&zone.vpcs).iter().collect()));
                literals.push(none_of(world, "aws:sourcevpce", networks(&zone.endpoints).iter().collect()));
                literals.push(none_of(world, "aws:vpceaccount", accounts()));
                literals.push(none_of(world, "aws:vpceorgid", organizations()));
            }
            Network::Internal => {}
        }
        if aim == Aim::StrangerWithoutSecrets {
            for header in SECRET_HEADERS {
                let fixed = written.secrets.iter().filter(|(key, _, _)| *key == header);
                let patterns: Vec<Pattern> = fixed
                    .map(|(_, text, exact)| match exact {
                        true => Pattern::literal(text),
                        false => Pattern::ignoring_case(text).unwrap_or_else(|| Pattern::literal(text)),
                    })
                    .collect();
                if !patterns.is_empty() {
                    literals.push(world.require(header, Need::text_outside(patterns, true)));
                }
            }
        }
        literals
    }
}

impl Prepared {
    fn new(frame: Frame, pins: Vec<(String, Option<String>)>, rules: usize) -> Self {
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
        Self { world, pins, always, rules: (0..rules).map(|_| None).collect(), aims: [None, None, None, None] }
    }
}

pub(crate) fn full_name(service: &ServiceModel, action: &str) -> String {
    format!("{}:{action}", service.prefix)
}

/// What a statement asks in a world, its action part aside. Nothing, if it matches no request there.
fn compile(statement: &Statement, world: &mut World, pins: &[(String, Option<String>)]) -> Option<Compiled> {
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
    let mut parts = vec![principals(statement, &world.frame), resources(statement, &substitute)];
    for condition in &statement.conditions {
        parts.push(world.condition(condition, &substitute));
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
    let variables = variables.into_iter().filter(|(_, value)| value.is_none()).map(|(key, _)| key).collect();
    Some(Compiled { needs, open, variables })
}

fn statement_variables(statement: &Statement) -> impl Iterator<Item = &Variable> {
    let in_resources = statement.resources.entries.iter().filter_map(|entry| match &entry.kind {
        ResourceKind::Arn(arn) => Some(arn.fields.iter().flat_map(crate::pattern::Pattern::variables)),
        _ => None,
    });
    let in_conditions = statement.conditions.iter().flat_map(|condition| &condition.values).map(|operand| {
        let patterns: &[crate::pattern::Pattern] = match &operand.value {
            OperandValue::String(pattern) | OperandValue::ArnTemplate(pattern) => std::slice::from_ref(pattern),
            OperandValue::Arn(arn) => &arn.fields,
            _ => &[],
        };
        patterns.iter().flat_map(crate::pattern::Pattern::variables)
    });
    in_resources.flatten().chain(in_conditions.flatten())
}

/// As `matching::variable_value`, for values that may be open.
fn substitution(variable: &Variable, values: &[(String, Option<Value>)]) -> Substitution {
    if crate::keys::find(&variable.key).is_some_and(|row| row.multivalued) {
        return Substitution::Nothing;
    }
    match values.iter().find(|(key, _)| *key == *variable.key).and_then(|(_, value)| value.as_ref()) {
        None => Substitution::Open,
        Some(Some(texts)) if texts.first().is_some_and(|text| !text.is_empty()) => Substitution::Text(texts[0].clone()),
        Some(_) => variable.default.as_ref().map_or(Substitution::Nothing, |text| Substitution::Text(text.to_string())),
    }
}

fn principals(statement: &Statement, frame: &Frame) -> Literal {
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

fn resources(statement: &Statement, substitute: &dyn Fn(&Variable) -> Substitution) -> Literal {
    let clause = &statement.resources;
    let mut patterns = Vec::new();
    let mut open = false;
    for entry in &clause.entries {
        match &entry.kind {
            ResourceKind::All => return Literal::Settled(!clause.negated),
            ResourceKind::Arn(arn) => match arn_pattern(arn, substitute) {
                Ok(pattern) => patterns.extend(pattern),
                Err(_) => open = true,
            },
            ResourceKind::Unknown | ResourceKind::UnknownEntries => open = true,
            ResourceKind::Malformed => {}
        }
    }
    match (open, patterns.is_empty(), clause.negated) {
        (true, _, _) => Literal::Need(RESOURCE, Rc::new(Need::open())),
        (false, true, negated) => Literal::Settled(negated),
        (false, false, false) => Literal::Need(RESOURCE, Rc::new(Need::text(patterns, false))),
        (false, false, true) => Literal::Need(RESOURCE, Rc::new(Need::text_outside(patterns, false))),
    }
}

impl Mentions {
    fn of<'p>(policies: impl Iterator<Item = &'p Policy>) -> Self {
        let mut mentions = Self::default();
        for statement in policies.flat_map(|policy| &policy.statements) {
            let variables = statement_variables(statement).map(|variable| variable.key.as_str());
            let keys = statement.conditions.iter().filter_map(|condition| condition.key.name());
            for key in keys.chain(variables) {
                match key {
                    "aws:sourceip" | "aws:vpcsourceip" => mentions.network = true,
                    _ if key.starts_with("aws:sourcevpc") || key.starts_with("aws:vpce") => mentions.network = true,
                    "aws:tokenissuetime" | "aws:multifactorauthpresent" | "aws:multifactorauthage" => {
                        mentions.credentials = true;
                        mentions.identity = true;
                    }
                    "aws:viaawsservice" | "aws:calledvia" | "aws:calledviafirst" | "aws:calledvialast" => {
                        mentions.forwarding = true
                    }
                    "aws:sourcearn" => mentions.source_arn = true,
                    "aws:sourceaccount" | "aws:sourceowner" => mentions.source_account = true,
                    "aws:userid" => {
                        mentions.details = true;
                        mentions.identity = true;
                    }
                    "aws:principalarn"
                    | "aws:principaltype"
                    | "aws:username"
                    | "aws:assumedroot"
                    | "aws:sourceidentity"
                    | "aws:federatedprovider"
                    | "aws:rolesessionname"
                    | "aws:chatbotsourcearn" => mentions.identity = true,
                    _ if key.starts_with("aws:ec2instance") => mentions.identity = true,
                    _ => {}
                }
            }
            for entry in &statement.principals.entries {
                match &entry.kind {
                    PrincipalKind::Identity(identity) => {
                        mentions.identity = true;
                        mentions.details |= identity.kind == crate::principal::IdentityKind::Session;
                    }
                    PrincipalKind::UniqueId(_) => {
                        mentions.identity = true;
                        mentions.details = true;
                    }
                    _ => {}
                }
            }
        }
        mentions
    }
}

/// All kinds of requests that the policies tell apart, the simplest first.
fn frames(
    service: &'static ServiceModel,
    named: Vec<Caller>,
    written: &Written,
    mentions: Mentions,
    now: Option<i64>,
    hints: &Rc<Hints>,
) -> Vec<Frame> {
    let mut callers = vec![Who::Anonymous, Who::User];
    if mentions.identity {
        callers.extend([Who::Role, Who::Root, Who::FederatedUser]);
    }
    callers.push(Who::Service);
    callers.extend(named.into_iter().map(Who::Named));
    let sources: &[Source] = match (mentions.source_arn, mentions.source_account) {
        (false, _) => &[Source::Account],
        (true, false) => &[Source::Resource, Source::Account, Source::Bucket],
        (true, true) => &[Source::Resource, Source::ResourceOnly, Source::Account, Source::Bucket],
    };
    let partitions: Vec<&str> = match written.partitions.is_empty() {
        true => vec!["aws"],
        false => written.partitions.iter().map(String::as_str).collect(),
    };
    let mut frames = Vec::new();
    for of in service.resource_types {
        for partition in &partitions {
            let resources = Rc::default();
            for who in &callers {
                let signed = matches!(who, Who::Root | Who::User | Who::Role | Who::FederatedUser);
                let networks: &[Network] = match who {
                    Who::Service => &[Network::Internal],
                    _ if mentions.network => &[Network::Internet, Network::Vpc],
                    _ => &[Network::Internet],
                };
                let credentials: &[Credentials] = match who {
                    Who::User if mentions.credentials => {
                        &[Credentials::LongTerm, Credentials::Temporary, Credentials::TemporaryWithMfa]
                    }
                    Who::Role if mentions.credentials => &[Credentials::Temporary, Credentials::TemporaryWithMfa],
                    Who::Role | Who::FederatedUser => &[Credentials::Temporary],
                    _ => &[Credentials::LongTerm],
                };
                for network in networks {
                    for credentials in credentials {
                        for source in if *who == Who::Service { sources } else { &[Source::Account] } {
                            for forwarded in if signed && mentions.forwarding { &[false, true][..] } else { &[false] } {
                                frames.push(Frame {
                                    who: who.clone(),
                                    network: *network,
                                    credentials: *credentials,
                                    source: *source,
                                    forwarded: *forwarded,
                                    partition: (*partition).to_owned(),
                                    shape: ResourceShape { service, of },
                                    details: mentions.details,
                                    now,
                                    hints: Rc::clone(hints),
                                    resources: Rc::clone(&resources),
                                });
                            }
                        }
                    }
                }
            }
        }
    }
    frames
}

/// What the policies suggest to try.
fn hints(policies: &[&Policy], zone: &TrustZone, written: &Written) -> Hints {
    let mut hints = Hints {
        accounts: zone.accounts.iter().chain(&written.accounts).take(8).cloned().collect(),
        ids: zone
            .organizations
            .iter()
            .chain(&zone.vpcs)
            .chain(&zone.endpoints)
            .chain(&written.organizations)
            .chain(&written.networks)
            .cloned()
            .collect(),
        ..Hints::default()
    };
    let nothing = |_: &Variable| Substitution::Text("x".to_owned());
    let add = |list: &mut Vec<String>, text: String| {
        if list.len() < 8 && !list.contains(&text) {
            list.push(text);
        }
    };
    for statement in policies.iter().flat_map(|policy| &policy.statements) {
        for entry in &statement.principals.entries {
            if let (PrincipalKind::Identity(_) | PrincipalKind::Service(_), Some(text)) =
                (&entry.kind, entry.text.as_known())
            {
                add(&mut hints.principals, text.to_owned());
            }
        }
        for entry in &statement.resources.entries {
            let ResourceKind::Arn(arn) = &entry.kind else { continue };
            let usual =
                |pattern: &crate::pattern::Pattern, usual: &str| pattern.as_literal().unwrap_or(usual).to_owned();
            if let Ok(Some(resource)) = text_pattern(arn.resource(), false, &nothing) {
                let service = usual(arn.service(), "mediastore");
                let fields = [
                    usual(arn.partition(), "aws"),
                    service,
                    usual(arn.region(), "us-east-1"),
                    usual(arn.account(), "111122223333"),
                ];
                add(&mut hints.resources, format!("arn:{}:{}", fields.join(":"), resource.example("x")));
            }
        }
    }
    hints
}

/// Callers that only a principal entry describes.
fn named_callers(policies: &[&Policy]) -> Vec<Caller> {
    let mut callers = Vec::new();
    for entry in
        policies.iter().flat_map(|policy| &policy.statements).flat_map(|statement| &statement.principals.entries)
    {
        let caller = match &entry.kind {
            PrincipalKind::CanonicalUser(id) => id.as_known().map(|id| Caller::CanonicalUser(id.to_owned())),
            PrincipalKind::Identity(identity) => {
                match (identity.partition.as_known(), identity.account.as_known(), identity.name.as_known()) {
                    (Some(partition), Some(account), Some(name)) if !is_account(account) => Some(Caller::Identity {
                        kind: identity.kind,
                        partition: partition.to_owned(),
                        account: account.to_owned(),
                        name: name.to_owned(),
                    }),
                    _ => None,
                }
            }
            _ => None,
        };
        callers.extend(caller.filter(|caller| !callers.contains(caller)));
    }
    callers
}
