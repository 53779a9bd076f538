//! A container policy with the answers that rules ask of it: what is wrong with it, and which statement lets whom do what.
//!
//! Each answer is found once, when first asked for, and comes from `mediastore_policy`. What a rule makes of it is not decided here.

use std::cell::OnceCell;
use std::sync::LazyLock;

use mediastore_policy::analyse::{self, ActionExposure, Dead, Exposure, ExposureClass, TrustZone};
use mediastore_policy::condition::Condition;
use mediastore_policy::condition::date::Instant;
use mediastore_policy::decide::{self, Outcome};
use mediastore_policy::json::{Node, Value};
use mediastore_policy::mediastore::{self, ContainerScope};
use mediastore_policy::model::{Effect, Policy, Statement};
use mediastore_policy::parse::{self, Parsed};
use mediastore_policy::pattern::Part;
use mediastore_policy::principal::PrincipalMember;
use mediastore_policy::problem::{Code, Problem};
use mediastore_policy::request::{Caller, Request};
use mediastore_policy::resource::ResourceKind;
use mediastore_policy::span::Span;
use mediastore_policy::text::{CharClass, Hole, Text};

use crate::unit::{Container, Document, Owner};
use crate::{dead, narrow, policy_text};

/// Statements are told apart by judging each on its own; beyond this many the one that lets the witness in is named.
const MOST_SEPARATED: usize = 32;

/// A container policy, read once for all rules.
#[derive(Debug)]
pub struct JudgedPolicy<'a> {
    /// The document it was read from.
    pub document: &'a Document,
    /// Its container, if it is in the unit.
    pub container: Option<&'a Container>,
    /// The document, with what its container's name says of unknown parts.
    pub body: Option<Node>,
    /// The policy as far as it could be read.
    pub policy: Option<Policy>,
    /// Everything for which text, grammar or service refuse it: what `mediastore_policy::mediastore::refusals` says of its text,
    /// and of a text that is only partly known what holds for all values.
    pub problems: Vec<Problem>,
    name: Option<Text>,
    zone: TrustZone,
    now: Option<Instant>,
    filled: OnceCell<Option<Policy>>,
    exposure: OnceCell<Option<Exposure>>,
    grants: OnceCell<Vec<Grant>>,
    dead: OnceCell<Vec<Dead>>,
}

/// What a statement lets outsiders do, as far as no Deny takes it back.
#[derive(Debug, Clone)]
pub struct Grant {
    /// The index of the statement; nothing if no single one could be made out.
    pub statement: Option<usize>,
    /// The place of the statement, or of the whole document.
    pub span: Span,
    /// Requests that people and programs make themselves.
    pub direct: Vec<ActionExposure>,
    /// Those of them that come over plain HTTP. Looked into only where strangers are let in, empty otherwise.
    pub plaintext: Vec<ActionExposure>,
    /// Requests of all kinds, those of AWS services for a customer among them.
    pub all: Vec<ActionExposure>,
}

impl<'a> JudgedPolicy<'a> {
    /// Reads the policy of a document.
    #[must_use]
    pub fn new(
        document: &'a Document,
        container: Option<&'a Container>,
        zone: &TrustZone,
        now: Option<Instant>,
    ) -> Self {
        let mut problems = document.problems.clone();
        let name = container_name(document, container).map(narrow::name);
        let body = document.body.as_ref().map(|body| match &name {
            Some(name) => narrow::by_name(body, name),
            None => body.clone(),
        });
        let Parsed { policy, problems: found } = match &body {
            Some(node) => parse::parse_node(node.clone()),
            None => Parsed { policy: None, problems: Vec::new() },
        };
        problems.extend(found);
        problems.extend(policy_text::problems(document));
        let mut judged = Self {
            document,
            container,
            name,
            body,
            policy,
            problems,
            zone: zone.clone(),
            now,
            filled: OnceCell::new(),
            exposure: OnceCell::new(),
            grants: OnceCell::new(),
            dead: OnceCell::new(),
        };
        if let Some(policy) = &judged.policy {
            let scope = judged.scope();
            let refused: Vec<Problem> =
                mediastore::MODEL.rules.iter().flat_map(|rule| rule(&mediastore::MODEL, policy, &scope)).collect();
            judged.problems.extend(refused);
        }
        judged.problems.sort_by_key(|problem| (problem.span.start, problem.span.end));
        judged.complete_zone();
        judged
    }

    /// The container's own account belongs to the zone, also where it is only a hole. If nobody says which it is, it is the one that
    /// the policy's resources name.
    fn complete_zone(&mut self) {
        let own = self.container.and_then(|container| container.account.clone());
        if let Some(own) = own.filter(|own| !self.zone.accounts.contains(own)) {
            self.zone.accounts.push(own);
        }
        let Some(policy) = &self.policy else { return };
        if self.zone.accounts.is_empty() {
            self.zone.accounts.extend(TrustZone::owner(std::slice::from_ref(policy)));
        }
        let resources = policy.statements.iter().flat_map(|statement| &statement.resources.entries);
        let of_resources = resources.filter_map(|entry| match &entry.kind {
            ResourceKind::Arn(arn) => match arn.account().parts() {
                [Part::Hole(hole)] => Some(hole),
                _ => None,
            },
            _ => None,
        });
        let principals = policy.statements.iter().flat_map(|statement| &statement.principals.entries);
        let values = policy.statements.iter().flat_map(|it| &it.conditions).flat_map(|condition| &condition.values);
        let texts = principals.map(|entry| &entry.text).chain(values.map(|operand| &operand.text));
        let of_whoever_applies = texts.flat_map(Text::holes).filter(|hole| is_of_whoever_applies(hole));
        let mut own: Vec<String> = of_resources.chain(of_whoever_applies).map(|hole| hole.name.clone()).collect();
        own.sort_unstable();
        own.dedup();
        self.zone.account_holes = own;
    }

    /// The container it is attached to, as far as it is known.
    #[must_use]
    pub fn scope(&self) -> ContainerScope<'_> {
        ContainerScope {
            region: self.container.and_then(|container| container.region.as_deref()),
            account: self.container.and_then(|container| container.account.as_deref()),
            name: self.container_name().and_then(Text::as_known),
        }
    }

    /// The name of its container, perhaps partly known.
    #[must_use]
    pub fn container_name(&self) -> Option<&Text> {
        self.name.as_ref()
    }

    /// The problems of these kinds.
    pub fn problems_of(&self, codes: &'static [Code]) -> impl Iterator<Item = &Problem> {
        self.problems.iter().filter(|problem| codes.contains(&problem.code))
    }

    /// The policy, if nothing is wrong with it that leaves its meaning in doubt. A policy that the service refuses for another reason
    /// still says what its author wants.
    #[must_use]
    pub fn sound(&self) -> Option<&Policy> {
        let clear = |problem: &Problem| {
            matches!(
                problem.code,
                Code::DuplicateSid | Code::Size | Code::NotAscii | Code::UnscopedResource | Code::PutWithoutTls
            )
        };
        self.policy.as_ref().filter(|_| self.problems.iter().all(clear))
    }

    /// The policy as it is analysed: each unknown part less is half the work or less.
    fn analysed(&self) -> Option<&Policy> {
        let filled = || {
            let region = self.scope().region.unwrap_or("us-east-1").to_owned();
            let body = narrow::with_region(self.body.as_ref()?, &region)?;
            parse::parse_node(body).into_result().ok()
        };
        let policy = self.sound()?;
        Some(self.filled.get_or_init(filled).as_ref().unwrap_or(policy))
    }

    /// Who outside the trust zone can do what; nothing for a policy whose meaning is in doubt.
    pub fn exposure(&self) -> Option<&Exposure> {
        self.exposure.get_or_init(|| self.analysed().map(|policy| self.expose(policy, &[]))).as_ref()
    }

    /// What each statement lets outsiders do. Empty if nobody outside the zone is let in.
    pub fn grants(&self) -> &[Grant] {
        self.grants.get_or_init(|| match (self.analysed(), self.exposure()) {
            (Some(policy), Some(whole)) if whole.actions.iter().any(lets_out) => self.separate(policy, whole),
            _ => Vec::new(),
        })
    }

    /// The parts of the policy that never matter, whatever its unknown parts are.
    pub fn dead(&self) -> &[Dead] {
        self.dead.get_or_init(|| match (self.sound(), &self.body) {
            (Some(policy), Some(body)) => dead::dead(policy, body, self.now),
            _ => Vec::new(),
        })
    }

    /// Whom the owner counts as their own.
    #[must_use]
    pub fn zone(&self) -> &TrustZone {
        &self.zone
    }

    /// Requests are made at this time or later; any time, if nothing.
    #[must_use]
    pub fn now(&self) -> Option<Instant> {
        self.now
    }

    fn expose(&self, policy: &Policy, denies: &[&Policy]) -> Exposure {
        if denies.is_empty() {
            return analyse::exposure(std::slice::from_ref(policy), &self.zone, &mediastore::MODEL, self.now);
        }
        let policies: Vec<Policy> = std::iter::once(policy).chain(denies.iter().copied()).cloned().collect();
        analyse::exposure(&policies, &self.zone, &mediastore::MODEL, self.now)
    }

    fn separate(&self, policy: &Policy, whole: &Exposure) -> Vec<Grant> {
        let together = self.ways(policy, whole.actions.clone());
        let allows: Vec<usize> = (0..policy.statements.len())
            .filter(|index| policy.statements[*index].effect.value.known() == Some(Effect::Allow))
            .collect();
        let clear = policy.unknown_statements.is_empty()
            && policy.statements.iter().all(|statement| statement.effect.value.known().is_some());
        let mut grants: Vec<Grant> = if clear && allows.len() <= MOST_SEPARATED {
            let own = |index: &usize| {
                Some(self.grant(policy, Some(*index), self.ways_of(policy, *index, &allows, &together)?))
            };
            allows.iter().filter_map(own).collect()
        } else {
            vec![self.grant(policy, None, together.clone())]
        };
        // Nothing of the whole may get lost, such as what could not be settled for a statement on its own.
        let shows = |grant: &Grant, action: &ActionExposure| {
            grant.all.iter().any(|own| own.action == action.action && own.class <= action.class)
        };
        let lost: Vec<&str> = together
            .all
            .iter()
            .filter(|action| lets_out(action) && !grants.iter().any(|grant| shows(grant, action)))
            .map(|action| action.action.as_str())
            .collect();
        if !lost.is_empty() {
            let rest = together.clone().of_actions(|action| lost.contains(&action));
            grants.push(self.grant(policy, None, rest));
        }
        grants.retain(|grant| grant.all.iter().any(lets_out));
        grants
    }

    /// What one of the Allows lets outsiders do; nothing if they can do nothing by it. What no other Allow speaks of is what the whole
    /// policy lets them do, and needs no answer of its own.
    fn ways_of(&self, policy: &Policy, only: usize, allows: &[usize], together: &Ways) -> Option<Ways> {
        let speaks = |index: usize, action: &str| policy.statements[index].may_speak_of(action);
        let closed = |action: &ActionExposure| matches!(action.class, ExposureClass::Trusted | ExposureClass::None);
        let mut open = together.all.iter().filter(|action| !closed(action) && speaks(only, &action.action)).peekable();
        open.peek()?;
        let alone =
            |action: &ActionExposure| !allows.iter().any(|other| *other != only && speaks(*other, &action.action));
        if open.all(alone) {
            return Some(together.clone().of_actions(|action| speaks(only, action)));
        }
        let policy = with_only(policy, only);
        let all = self.expose(&policy, &[]).actions;
        Some(self.ways(&policy, all))
    }

    /// Looks closer at what outsiders can do by a policy.
    fn ways(&self, policy: &Policy, all: Vec<ActionExposure>) -> Ways {
        let names_service =
            |statement: &Statement| statement.principals.entries.iter().any(|it| it.member == PrincipalMember::Service);
        let by_service = |action: &ActionExposure| {
            action.witness.as_ref().is_some_and(|witness| matches!(witness.principal, Caller::Service(_)))
        };
        let mut denies: Vec<&Policy> = Vec::new();
        let direct = if policy.statements.iter().any(names_service) || all.iter().any(by_service) {
            denies.push(&DENY_SERVICES);
            self.expose(policy, &denies).actions
        } else {
            all.clone()
        };
        let to_strangers =
            |action: &ActionExposure| matches!(action.class, ExposureClass::Public | ExposureClass::Guarded);
        let opens =
            |statement: &Statement| statement.effect.value.known() != Some(Effect::Deny) && !statement.needs_tls();
        let in_the_clear = |action: &ActionExposure| {
            policy.statements.iter().any(|statement| opens(statement) && statement.may_speak_of(&action.action))
                || !policy.unknown_statements.is_empty()
        };
        let plaintext = if direct.iter().any(|action| to_strangers(action) && in_the_clear(action)) {
            denies.push(&DENY_HTTPS);
            self.expose(policy, &denies).actions
        } else {
            Vec::new()
        };
        Ways { direct, plaintext, all }
    }

    fn grant(&self, policy: &Policy, statement: Option<usize>, ways: Ways) -> Grant {
        let Ways { direct, plaintext, all } = ways;
        let statement = statement.or_else(|| {
            let witness = all.iter().filter(|action| lets_out(action)).find_map(|action| action.witness.as_ref())?;
            letting_in(policy, witness)
        });
        let span = statement.map_or(self.document.span, |index| policy.statements[index].span);
        Grant { statement, span, direct, plaintext, all }
    }
}

/// What outsiders can do, by the kinds of requests that [`Grant`] tells apart.
#[derive(Clone)]
struct Ways {
    direct: Vec<ActionExposure>,
    plaintext: Vec<ActionExposure>,
    all: Vec<ActionExposure>,
}

impl Ways {
    fn of_actions(mut self, wanted: impl Fn(&str) -> bool) -> Self {
        for list in [&mut self.direct, &mut self.plaintext, &mut self.all] {
            list.retain(|action| wanted(&action.action));
        }
        self
    }
}

impl Grant {
    /// Whether a place lies inside that of the grant.
    #[must_use]
    pub fn holds(&self, span: Span) -> bool {
        self.span.start <= span.start && span.end <= self.span.end
    }

    /// The exposure of the first of these actions that has the class, by requests people and programs make themselves.
    #[must_use]
    pub fn direct(&self, class: ExposureClass, actions: &[&str]) -> Option<&ActionExposure> {
        find(&self.direct, class, actions)
    }

    /// The same for requests over plain HTTP.
    #[must_use]
    pub fn plaintext(&self, class: ExposureClass, actions: &[&str]) -> Option<&ActionExposure> {
        find(&self.plaintext, class, actions)
    }
}

fn find<'e>(exposures: &'e [ActionExposure], class: ExposureClass, actions: &[&str]) -> Option<&'e ActionExposure> {
    actions.iter().find_map(|name| exposures.iter().find(|own| own.action == *name && own.class == class))
}

/// Whether a hole is the account in which the configuration is applied, which is the owner's: the caller's identity of a provider, or the
/// pseudo parameter of a template.
fn is_of_whoever_applies(hole: &Hole) -> bool {
    let names = ["data.aws_caller_identity.", "provider."];
    let is_account = hole.class == CharClass::Digits && hole.length == Some(12);
    is_account && (names.iter().any(|name| hole.name.starts_with(name)) || hole.name == "AWS::AccountId")
}

fn container_name<'a>(document: &'a Document, container: Option<&'a Container>) -> Option<&'a Text> {
    let node: &Node = match (&document.owner, container) {
        (_, Some(container)) => &container.name,
        (Owner::Elsewhere(name), None) => name,
        _ => return None,
    };
    match &node.value {
        Value::String(text) => Some(text),
        _ => None,
    }
}

/// Whether an outsider is let in.
fn lets_out(action: &ActionExposure) -> bool {
    matches!(action.class, ExposureClass::Public | ExposureClass::Guarded | ExposureClass::External)
}

/// The first statement that lets a request in. In a partly known policy it may depend on what is unknown.
fn letting_in(policy: &Policy, request: &Request) -> Option<usize> {
    let decision = decide::decide([policy], request);
    let lets = |reason: &&decide::Reason| {
        reason.effect == Some(Effect::Allow) && !matches!(reason.outcome, Outcome::Misses(_))
    };
    decision.reasons.iter().find(lets).map(|reason| reason.statement)
}

/// The policy with one Allow only. The others never hold, but what they name stays known to the analysis.
fn with_only(policy: &Policy, only: usize) -> Policy {
    let mut policy = policy.clone();
    for (index, statement) in policy.statements.iter_mut().enumerate() {
        if index != only && statement.effect.value.known() == Some(Effect::Allow) {
            statement.conditions.push(NEVER.clone());
        }
    }
    policy
}

/// A Deny of everything under a condition.
fn deny_if(condition: &str) -> Policy {
    let text = format!(
        r#"{{"Version": "2012-10-17", "Statement": {{"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*",
            "Condition": {condition}}}}}"#
    );
    parse::parse(text.as_str()).into_result().expect("a policy of our own has no problems")
}

static DENY_HTTPS: LazyLock<Policy> = LazyLock::new(|| deny_if(r#"{"Bool": {"aws:SecureTransport": "true"}}"#));
static DENY_SERVICES: LazyLock<Policy> =
    LazyLock::new(|| deny_if(r#"{"Bool": {"aws:PrincipalIsAWSService": "true"}}"#));
/// Every request says whether it came over TLS.
static NEVER: LazyLock<Condition> = LazyLock::new(|| {
    let mut policy = deny_if(r#"{"Null": {"aws:SecureTransport": "true"}}"#);
    policy.statements.remove(0).conditions.remove(0)
});
