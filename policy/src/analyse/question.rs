//! The question that all analyses come down to: is there a request, of callers of some kind, that one set of policies
//! allows and another does not? The answer carries the request, and [`decide`] has confirmed it.

use std::borrow::Cow;
use std::rc::Rc;

pub(crate) use super::aim::Aim;
use super::compile::{Compiled, Prepared, compile, principals, resources};
use super::domain::{Budget, Found};
use super::frame::Frame;
use super::frames::{Mentions, frames, hints, named_callers};
use super::need::Substitution;
use super::search::{Conjunction, Problem};
use super::world::{Literal, World};
use super::zone::{TrustZone, Written, is_account};
use crate::condition::OperandValue;
use crate::decide::{allows, includes_action};
use crate::matching::Truth;
use crate::model::{Effect, Policy, Statement};
use crate::principal::IdentityKind;
use crate::request::{Caller, Request};
use crate::service::{ResourceType, ServiceModel};

/// Why a question stayed open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Doubt {
    /// The bound on work was reached.
    Work,
    /// The policy couples keys in a way that the analysis does not follow: policy variables, operators of several
    /// families on one key, resources about as long as there can be.
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

/// Two sides of statements: requests are sought that the first allows and the second does not. The second may be empty.
pub(crate) struct Study<'p> {
    pub(crate) service: &'static ServiceModel,
    zone: TrustZone,
    pub(super) rules: Vec<Rule<'p>>,
    sides: [Side; 2],
    groups: Rc<[Vec<usize>]>,
    written: Written,
    frames: Vec<Rc<Frame>>,
    /// One for each frame, made when first needed.
    worlds: Vec<Option<Prepared>>,
    /// For a resource type, a partition and a rule: whether the rule speaks of any such resource.
    resources: Vec<((&'static ResourceType, String, usize), bool)>,
    pub(crate) budget: Budget,
}

/// Statements that apply together.
struct Side {
    /// The indices of their rules.
    rules: Vec<usize>,
    /// There are others of which nothing is known.
    unknown: bool,
}

pub(super) struct Rule<'p> {
    pub(super) statement: Cow<'p, Statement>,
    /// The rule that speaks of the same resources and is one of the policies' own.
    like: usize,
    /// What it says, in words that are the same for another that says the same. Only where two sides are compared.
    wording: Option<String>,
    /// For every action of the service, whether the statement speaks of it.
    actions: Vec<Truth>,
}

/// The rules of one attempt, by index.
pub(super) struct Goal<'a> {
    /// These match.
    pub(super) hold: &'a [usize],
    /// These do not.
    pub(super) broken: &'a [usize],
}

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
        mentions.details |= matches!(caller, Caller::Identity { kind: IdentityKind::Session, .. });
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
        let all: Vec<&Policy> = sides.iter().flatten().copied().collect();
        let names: Vec<String> = service.actions.iter().map(|row| full_name(service, row.name)).collect();
        let rule = |(like, statement): (usize, &'p Statement)| Rule {
            statement: Cow::Borrowed(statement),
            like,
            wording: if sides[1].is_empty() { None } else { wording(statement) },
            actions: names.iter().map(|name| includes_action(&statement.actions, name)).collect(),
        };
        let rules: Vec<Rule<'p>> = all.iter().flat_map(|policy| &policy.statements).enumerate().map(rule).collect();
        let mut indices = 0..rules.len();
        let sides = sides.each_ref().map(|policies| Side {
            rules: indices.by_ref().take(policies.iter().map(|policy| policy.statements.len()).sum()).collect(),
            unknown: policies.iter().any(|policy| !policy.unknown_statements.is_empty()),
        });
        let written = Written::of(&all);
        for caller in named_callers(&all) {
            if !named.contains(&caller) {
                named.push(caller);
            }
        }
        let hints = Rc::new(hints(&all, zone, &written));
        let frames = frames(service, named, &written, mentions, now, &hints);
        let worlds = frames.iter().map(|_| None).collect();
        let groups = action_groups(service, &rules).into();
        let (zone, resources) = (zone.clone(), Vec::new());
        Self { service, zone, rules, sides, groups, written, frames, worlds, resources, budget }
    }

    /// Actions that no statement and no resource type tells apart, by their indices. Actions without a resource are left out.
    pub(crate) fn action_groups(&self) -> Rc<[Vec<usize>]> {
        Rc::clone(&self.groups)
    }

    /// The statement of a rule.
    pub(crate) fn statement(&self, rule: usize) -> &Statement {
        &self.rules[rule].statement
    }

    /// A rule more, on neither side yet. Its statement is one of those there are, perhaps without some of its conditions and
    /// their values or with another effect: the kinds of requests that there are to tell apart stay the same.
    pub(crate) fn add(&mut self, of: usize, statement: Statement) -> usize {
        let (like, actions) = (self.rules[of].like, self.rules[of].actions.clone());
        self.rules.push(Rule { statement: Cow::Owned(statement), like, wording: None, actions });
        self.rules.len() - 1
    }

    /// How many rules there are.
    pub(crate) fn size(&self) -> usize {
        self.rules.len()
    }

    /// Drops the rules that were added since there were so many.
    pub(crate) fn shrink(&mut self, size: usize) {
        self.rules.truncate(size);
        for prepared in self.worlds.iter_mut().flatten() {
            prepared.rules.truncate(size);
        }
    }

    /// A request that these rules allow together and others do not.
    pub(crate) fn difference(&mut self, these: &[usize], others: &[usize]) -> Answer {
        let side = |rules: &[usize]| Side { rules: rules.to_vec(), unknown: false };
        self.sides = [side(these), side(others)];
        self.tell_apart()
    }

    /// Asks from now on what the second side allows and the first does not, with so much work.
    pub(crate) fn turn(&mut self, budget: Budget) {
        self.sides.reverse();
        self.budget = budget;
    }

    /// A request that the first side allows and the second does not.
    pub(crate) fn tell_apart(&mut self) -> Answer {
        let mut open = None;
        for group in self.action_groups().iter() {
            match self.ask(group[0], Aim::Anything, None, &|_| Vec::new()) {
                Answer::No => {}
                Answer::Open(doubt) => open = open.max(Some(doubt)),
                yes @ Answer::Yes(_) => return yes,
            }
        }
        open.map_or(Answer::No, Answer::Open)
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
        // What both sides say in the same words does not tell them apart.
        let twin = |rule: usize, others: &[usize]| {
            let own = &self.rules[rule].wording;
            let same = |other: &usize| *other == rule || (own.is_some() && self.rules[*other].wording == *own);
            others.iter().any(same)
        };
        let shared: Vec<bool> = allows.iter().map(|allow| twin(*allow, &others_allow)).collect();
        let others_deny: Vec<usize> = others_deny.into_iter().filter(|deny| !twin(*deny, &denies)).collect();
        let types = self.service.actions[action].resource_types;
        let mut doubt = None;
        for frame in 0..self.frames.len() {
            let own = &self.frames[frame];
            let nobody =
                |allow: &usize| matches!(principals(&self.rules[*allow].statement, own), Literal::Settled(false));
            if !types.contains(&own.shape.of.name)
                || only.is_some_and(|only| !only(own))
                || allows.iter().all(nobody)
                || !self.may_be(frame, aim)
            {
                continue;
            }
            for (&allow, shared) in allows.iter().zip(&shared) {
                if *shared && others_deny.is_empty() {
                    continue;
                }
                if !self.has_resource(frame, allow) || self.compiled(frame, allow).is_none() {
                    continue;
                }
                // Not allowed by the other side: none of its Allows matches, or one of its Denies does.
                let unallowed = if *shared { None } else { Some(None) };
                for other in unallowed.into_iter().chain(others_deny.iter().copied().map(Some)) {
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
        let speaks = |index: &usize| {
            let rule = &self.rules[*index];
            rule.actions[action] != Truth::No && rule.statement.effect.value.known().is_none_or(|own| own == effect)
        };
        self.sides[side].rules.iter().copied().filter(speaks).collect()
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
            open |= self.compile(prepared, rule).is_some_and(|compiled| !compiled.is_exact());
        }
        let guess = match self.solve(prepared, action, aim, goal, extra, true) {
            Found::Empty => return Answer::No,
            Found::Unknown => return Answer::Open(self.doubt()),
            Found::Member(request) if self.confirms(&request) => return Answer::Yes(Box::new(request)),
            Found::Member(request) if !self.service.is_request(&request.action, &request.resource) => {
                return Answer::Open(Doubt::Coupling);
            }
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

    pub(super) fn doubt(&self) -> Doubt {
        if self.budget.is_exhausted() { Doubt::Work } else { Doubt::Coupling }
    }

    /// INVARIANT: every request that leaves this module as a witness went through here.
    pub(super) fn confirms(&self, request: &Request) -> bool {
        let allowed = |side: &Side| {
            !side.unknown && allows(side.rules.iter().map(|rule| self.rules[*rule].statement.as_ref()), request)
        };
        self.service.is_request(&request.action, &request.resource)
            && allowed(&self.sides[0])
            && !allowed(&self.sides[1])
    }

    /// The same request for another action of its group, confirmed.
    pub(crate) fn for_action(&self, request: &Request, action: usize) -> Option<Request> {
        let request = Request { action: full_name(self.service, self.service.actions[action].name), ..request.clone() };
        self.confirms(&request).then_some(request)
    }

    /// Solves in one world. `lenient` takes a statement with an open part for broken where it must be, and lets a comparison
    /// with a variable come out as it should; otherwise these parts count as true.
    pub(super) fn solve(
        &mut self,
        prepared: &mut Prepared,
        action: usize,
        aim: Aim,
        goal: &Goal<'_>,
        extra: Extra<'_>,
        lenient: bool,
    ) -> Found<Request> {
        let mut hold: Vec<Rc<Compiled>> = Vec::with_capacity(goal.hold.len());
        for &rule in goal.hold {
            let Some(statement) = self.compile(prepared, rule) else { return Found::Empty };
            hold.push(statement);
        }
        let mut broken: Vec<Rc<Compiled>> = Vec::with_capacity(goal.broken.len());
        for &rule in goal.broken {
            let unsure = self.rules[rule].actions[action] == Truth::Unknown;
            if let Some(statement) = self.compile(prepared, rule)
                && !(lenient && (statement.open || unsure))
            {
                broken.push(statement);
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
        let needs = hold.iter().map(|statement| &statement.needs);
        let problem = Problem {
            slots: &prepared.world.slots,
            hold: needs.chain([&prepared.always, aimed.as_ref(), &added]).collect(),
            broken: broken
                .iter()
                .map(|statement| if lenient { &statement.needs } else { &statement.certain })
                .collect(),
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
            None => Prepared::new(Rc::clone(&self.frames[frame]), Vec::new()),
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
        let rule = self.rules[rule].like;
        let own = &self.frames[frame];
        let known = self.resources.iter().find(|((name, partition, other), _)| {
            *other == rule && std::ptr::eq(*name, own.shape.of) && *partition == own.partition
        });
        if let Some((_, answer)) = known {
            return *answer;
        }
        let (of, partition) = (own.shape.of, own.partition.clone());
        let own = Rc::clone(own);
        let mut needs = Vec::new();
        let mut answer = true;
        for literal in resources(&self.rules[rule].statement, &|_| Substitution::Open) {
            match literal {
                Literal::Settled(value) => answer &= value,
                Literal::Need(_, need) => needs.push(need),
            }
        }
        let needs: Vec<_> = needs.iter().map(Rc::as_ref).filter(|need| !need.is_open()).collect();
        answer &= own.resource_slot().solve(&needs, &mut self.budget) != Found::Empty;
        self.resources.push(((of, partition, rule), answer));
        answer
    }

    fn may_be(&mut self, frame: usize, aim: Aim) -> bool {
        let mut prepared = self.take(frame);
        let possible = self.aim(&mut prepared, aim).is_some();
        self.worlds[frame] = Some(prepared);
        possible
    }

    pub(super) fn compile(&self, prepared: &mut Prepared, rule: usize) -> Option<Rc<Compiled>> {
        if let Some(Some(compiled)) = prepared.rules.get(rule) {
            return compiled.clone();
        }
        // Rules may have been added since.
        prepared.rules.resize(self.rules.len(), None);
        let compiled = compile(&self.rules[rule].statement, &mut prepared.world, &prepared.pins).map(Rc::new);
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
        for literal in aim.literals(&mut prepared.world, &self.zone, &self.written) {
            match literal {
                Literal::Settled(value) => possible &= value,
                Literal::Need(slot, need) => needs.push((slot, need)),
            }
        }
        let needs = possible.then(|| Rc::new(needs));
        prepared.aims[aim as usize] = Some(needs.clone());
        needs
    }
}

pub(crate) fn full_name(service: &ServiceModel, action: &str) -> String {
    format!("{}:{action}", service.prefix)
}

fn action_groups(service: &ServiceModel, rules: &[Rule<'_>]) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for (index, row) in service.actions.iter().enumerate().filter(|(_, row)| !row.resource_types.is_empty()) {
        let same = |group: &Vec<usize>| {
            let other = group[0];
            service.actions[other].resource_types == row.resource_types
                && rules.iter().all(|rule| rule.actions[other] == rule.actions[index])
        };
        match groups.iter_mut().find(|group| same(group)) {
            Some(group) => group.push(index),
            None => groups.push(vec![index]),
        }
    }
    groups
}

/// A statement in words, without what has no influence; nothing if part of it is unknown.
fn wording(statement: &Statement) -> Option<String> {
    use std::fmt::Write;

    let effect = statement.effect.value.known().filter(|_| statement.unknown_conditions.is_empty())?;
    let mut words = effect.as_str().to_owned();
    let mut known = true;
    let mut say = |part: std::fmt::Arguments<'_>| known &= words.write_fmt(part).is_ok();
    say(format_args!("{}", statement.principals.negated));
    for entry in &statement.principals.entries {
        say(format_args!("{:?}", entry.kind));
    }
    say(format_args!("{}", statement.actions.negated));
    for entry in &statement.actions.entries {
        say(format_args!("{:?}", entry.kind));
    }
    say(format_args!("{}", statement.resources.negated));
    for entry in &statement.resources.entries {
        say(format_args!("{:?}", entry.kind));
    }
    for condition in &statement.conditions {
        say(format_args!("{} {:?}", condition.operator, condition.key.name()?));
        for operand in &condition.values {
            let has_text = operand.text.as_known().is_some();
            let is_read = !matches!(operand.value, OperandValue::Malformed);
            (has_text && is_read).then(|| say(format_args!("{:?}", operand.value)))?;
        }
    }
    let texts = statement.principals.entries.iter().map(|entry| &entry.text);
    let texts = texts.chain(statement.actions.entries.iter().map(|entry| &entry.text));
    let mut texts = texts.chain(statement.resources.entries.iter().map(|entry| &entry.text));
    (known && texts.all(|text| text.as_known().is_some())).then_some(words)
}
