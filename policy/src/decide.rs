//! What policies say about one request.
//!
//! A statement matches a request if its principal, action and resource parts match and every condition holds; the order of
//! statements, and of policies, has no influence (`docs/policy-semantics.md`, "Deciding"). This decides by resource policies
//! alone, not by what the caller's own account says.

use crate::action::{ActionKind, ActionPattern};
use crate::arn;
use crate::condition::Condition;
use crate::condition::operator::Family;
use crate::matching::{Case, Truth, arn_matches, pattern_matches, text_is};
use crate::model::{Clause, Effect, Policy, Statement};
use crate::principal::{Identity, IdentityKind, PrincipalEntry, PrincipalKind};
use crate::request::{Caller, Context, Request};
use crate::resource::{ResourceKind, ResourcePattern};

/// Decides a request by all `policies` together: an explicit deny, else an allow, else the default deny.
#[must_use]
pub fn decide<'p>(policies: impl IntoIterator<Item = &'p Policy>, request: &Request) -> Decision {
    let mut reasons = Vec::new();
    let mut tally = Tally::default();
    for (policy, document) in policies.into_iter().enumerate() {
        for (statement, rule) in document.statements.iter().enumerate() {
            let outcome = rule.outcome(request);
            tally.count(rule, outcome);
            reasons.push(Reason { policy, statement, effect: rule.effect.value.known(), outcome });
        }
        if !document.unknown_statements.is_empty() {
            tally.count_unknown();
        }
    }
    Decision { verdict: tally.verdict(), reasons }
}

/// Whether statements that apply together allow a request, whatever is unknown of them.
pub(crate) fn allows<'s>(statements: impl IntoIterator<Item = &'s Statement>, request: &Request) -> bool {
    let mut tally = Tally::default();
    for statement in statements {
        tally.count(statement, statement.outcome(request));
    }
    tally.verdict() == Verdict::Allow
}

/// Whether something denied, and whether something allowed.
struct Tally {
    denied: Truth,
    allowed: Truth,
}

impl Default for Tally {
    fn default() -> Self {
        Self { denied: Truth::No, allowed: Truth::No }
    }
}

impl Tally {
    fn count(&mut self, statement: &Statement, outcome: Outcome) {
        let matches = outcome.truth();
        match statement.effect.value.known() {
            Some(Effect::Deny) => self.denied = Truth::any([self.denied, matches]),
            Some(Effect::Allow) => self.allowed = Truth::any([self.allowed, matches]),
            None if matches == Truth::No => {}
            None => self.count_unknown(),
        }
    }

    /// A statement of which nothing is known may do either.
    fn count_unknown(&mut self) {
        self.denied = Truth::any([self.denied, Truth::Unknown]);
        self.allowed = Truth::any([self.allowed, Truth::Unknown]);
    }

    fn verdict(&self) -> Verdict {
        match (self.denied, self.allowed) {
            (Truth::Yes, _) => Verdict::ExplicitDeny,
            (Truth::Unknown, _) | (Truth::No, Truth::Unknown) => Verdict::Depends,
            (Truth::No, Truth::Yes) => Verdict::Allow,
            (Truth::No, Truth::No) => Verdict::ImplicitDeny,
        }
    }
}

/// The answer for one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The answer.
    pub verdict: Verdict,
    /// What each statement of each policy made of the request, in the order of the documents.
    pub reasons: Vec<Reason>,
}

impl Decision {
    /// The statements the verdict rests on: those that deny, or else those that allow. None for a default deny.
    pub fn deciding(&self) -> impl Iterator<Item = &Reason> {
        let effect = match self.verdict {
            Verdict::Allow => Some(Effect::Allow),
            Verdict::ExplicitDeny => Some(Effect::Deny),
            Verdict::ImplicitDeny | Verdict::Depends => None,
        };
        self.reasons
            .iter()
            .filter(move |reason| effect.is_some() && reason.effect == effect && reason.outcome == Outcome::Matches)
    }
}

/// The possible answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Some statement allows the request and none denies it.
    Allow,
    /// Some statement denies the request.
    ExplicitDeny,
    /// No statement allows or denies the request.
    ImplicitDeny,
    /// It depends on parts of a policy that are unknown. Never the answer for wholly known policies.
    Depends,
}

impl Verdict {
    /// The name that reports print.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::ExplicitDeny => "explicit-deny",
            Self::ImplicitDeny => "implicit-deny",
            Self::Depends => "depends",
        }
    }
}

/// What one statement made of the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reason {
    /// The index of the policy.
    pub policy: usize,
    /// The index of the statement within its policy.
    pub statement: usize,
    /// The statement's effect, if known.
    pub effect: Option<Effect>,
    /// Whether the statement matched, and if not, why.
    pub outcome: Outcome,
}

/// Whether a statement matches a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// It does.
    Matches,
    /// It does not: this part is the first that fails.
    Misses(Part),
    /// It may: nothing fails, and this part is the first that depends on something unknown.
    Depends(Part),
}

impl Outcome {
    fn truth(self) -> Truth {
        match self {
            Self::Matches => Truth::Yes,
            Self::Misses(_) => Truth::No,
            Self::Depends(_) => Truth::Unknown,
        }
    }
}

/// A part of a statement that can fail to match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// `Principal` or `NotPrincipal`.
    Principal,
    /// `Action` or `NotAction`.
    Action,
    /// `Resource` or `NotResource`.
    Resource,
    /// The condition of this index.
    Condition(usize),
    /// An unknown part of the condition block, or the effect.
    Unknown,
}

impl Statement {
    /// Whether it speaks of an action, `service:Name`; also where what is unknown of it may.
    #[must_use]
    pub fn may_speak_of(&self, action: &str) -> bool {
        includes_action(&self.actions, action) != Truth::No
    }

    /// Whether a condition on `aws:SecureTransport` keeps out every request over plain HTTP, whatever else it says.
    ///
    /// ```
    /// use mediastore_policy::parse;
    ///
    /// let needs_tls = |condition: &str| {
    ///     let text = format!(
    ///         r#"{{"Version": "2012-10-17", "Statement": {{"Effect": "Allow", "Principal": "*", "Action": "mediastore:GetObject",
    ///             "Resource": "*", "Condition": {condition}}}}}"#
    ///     );
    ///     let policy = parse::parse(text.as_str()).into_result().expect("no problems");
    ///     policy.statements[0].needs_tls()
    /// };
    /// assert!(needs_tls(r#"{"Bool": {"aws:SecureTransport": "true"}}"#));
    /// assert!(needs_tls(r#"{"BoolIfExists": {"AWS:securetransport": ["true"]}}"#));
    /// assert!(!needs_tls(r#"{"Bool": {"aws:SecureTransport": ["true", "false"]}}"#));
    /// assert!(!needs_tls(r#"{"Bool": {"aws:SecureTransport": "false"}}"#));
    /// assert!(!needs_tls(r#"{"Bool": {"aws:MultiFactorAuthPresent": "true"}}"#));
    /// // Its value may be a variable that is "false".
    /// assert!(!needs_tls(r#"{"StringEquals": {"aws:SecureTransport": "${aws:Referer}"}}"#));
    /// ```
    #[must_use]
    pub fn needs_tls(&self) -> bool {
        self.over_plain_http(|condition| condition.operator.family() == Family::Bool) == Truth::No
    }

    /// What its conditions on `aws:SecureTransport` make of a request over plain HTTP that has no other keys. Those on truth
    /// values make the same of every other, too: they have no variables.
    pub(crate) fn over_plain_http(&self, which: impl Fn(&Condition) -> bool) -> Truth {
        let mut plain = Context::new();
        plain.set("aws:SecureTransport", ["false"]);
        let of_key = self.conditions.iter().filter(|condition| condition.key.name() == Some("aws:securetransport"));
        Truth::all(of_key.filter(|it| which(it)).map(|condition| condition.holds(&plain, self.effect.value.known())))
    }

    /// Whether the statement matches a request.
    #[must_use]
    pub fn outcome(&self, request: &Request) -> Outcome {
        let resource = arn::split(&request.resource);
        let head = [
            (Part::Action, clause(&self.actions, |entry| entry.matches(&request.action))),
            (Part::Resource, clause(&self.resources, |entry| entry.matches(resource.as_ref(), request))),
            (Part::Principal, clause(&self.principals, |entry| entry.matches(request))),
        ];
        let conditions =
            self.conditions.iter().enumerate().map(|(i, condition)| {
                (Part::Condition(i), condition.holds(&request.context, self.effect.value.known()))
            });
        let unknown = (!self.unknown_conditions.is_empty()).then_some((Part::Unknown, Truth::Unknown));
        let mut depends = None;
        for (part, truth) in head.into_iter().chain(conditions).chain(unknown) {
            match truth {
                Truth::Yes => {}
                Truth::No => return Outcome::Misses(part),
                Truth::Unknown => depends = depends.or(Some(part)),
            }
        }
        depends.map_or(Outcome::Matches, Outcome::Depends)
    }
}

/// Whether a statement speaks of an action.
pub(crate) fn includes_action(actions: &Clause<ActionPattern>, action: &str) -> Truth {
    clause(actions, |entry| entry.matches(action))
}

/// Some entry matches, or for a `Not...` element none does.
fn clause<T>(clause: &Clause<T>, matches: impl Fn(&T) -> Truth) -> Truth {
    let any = Truth::any(clause.entries.iter().map(matches));
    if clause.negated { !any } else { any }
}

impl ActionPattern {
    /// Whether it takes in an action, `service:Name`; also where what is unknown of it may.
    ///
    /// ```
    /// use mediastore_policy::parse;
    ///
    /// let text = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": "*", "Action": "mediastore:get?bject",
    ///     "Resource": "*"}}"#;
    /// let policy = parse::parse(text).into_result().expect("a policy");
    /// let entry = &policy.statements[0].actions.entries[0];
    /// assert!(entry.may_take_in("mediastore:GetObject") && !entry.may_take_in("mediastore:PutObject"));
    /// ```
    #[must_use]
    pub fn may_take_in(&self, action: &str) -> bool {
        self.matches(action) != Truth::No
    }

    fn matches(&self, action: &str) -> Truth {
        match &self.kind {
            ActionKind::All => Truth::Yes,
            ActionKind::Named { service, name } => match action.split_once(':') {
                Some((action_service, action_name)) => {
                    // No action has a context of its own: patterns of actions have no variables.
                    let none = Context::new();
                    Truth::all([
                        pattern_matches(service, action_service, Case::Ignore, &none),
                        pattern_matches(name, action_name, Case::Ignore, &none),
                    ])
                }
                None => Truth::No,
            },
            ActionKind::Unknown | ActionKind::UnknownEntries => Truth::Unknown,
            ActionKind::Malformed => Truth::No,
        }
    }
}

impl ResourcePattern {
    fn matches(&self, resource: Option<&[&str; arn::FIELDS]>, request: &Request) -> Truth {
        match (&self.kind, resource) {
            (ResourceKind::All, _) => Truth::Yes,
            (ResourceKind::Arn(pattern), Some(fields)) => arn_matches(pattern, fields, &request.context),
            (ResourceKind::Unknown | ResourceKind::UnknownEntries, _) => Truth::Unknown,
            (ResourceKind::Malformed, _) | (ResourceKind::Arn(_), None) => Truth::No,
        }
    }
}

impl PrincipalEntry {
    fn matches(&self, request: &Request) -> Truth {
        let caller = &request.principal;
        match (&self.kind, caller) {
            (PrincipalKind::Everyone, _) => Truth::Yes,
            (PrincipalKind::Unknown | PrincipalKind::UnknownEntries(_), _) => Truth::Unknown,
            (
                PrincipalKind::Account { partition, account },
                Caller::Root { partition: of, account: id } | Caller::Identity { partition: of, account: id, .. },
            ) => {
                let partition = partition.as_ref().map_or((of == "aws").into(), |partition| text_is(partition, of));
                Truth::all([text_is(account, id), partition])
            }
            (PrincipalKind::Identity(identity), Caller::Identity { .. }) => identity.matches(request),
            (PrincipalKind::UniqueId(id), _) => carries_id(id.as_known().unwrap_or_default(), request).into(),
            (PrincipalKind::Service(name), Caller::Service(caller))
            | (PrincipalKind::Federated(name), Caller::Federated(caller))
            | (PrincipalKind::CanonicalUser(name), Caller::CanonicalUser(caller)) => text_is(name, caller),
            _ => Truth::No,
        }
    }
}

impl Identity {
    fn matches(&self, request: &Request) -> Truth {
        let Caller::Identity { kind, partition, account, name } = &request.principal else { return Truth::No };
        let name = match (self.kind, kind) {
            (IdentityKind::Role, IdentityKind::Session) => self.is_role_of(name, request),
            (of, kind) if of == *kind => text_is(&self.name, name),
            _ => Truth::No,
        };
        Truth::all([name, text_is(&self.account, account), text_is(&self.partition, partition)])
    }

    /// Whether a session is one of this role. The path of a role is not part of its sessions' names: where the request tells
    /// the role's ARN, path and all must be equal, otherwise the role is taken to have no path.
    fn is_role_of(&self, session: &str, request: &Request) -> Truth {
        let role = session.split_once('/').map_or(session, |(role, _)| role);
        match request.context.single("aws:PrincipalArn").and_then(arn::split) {
            Some([_, _, "iam", "", _, resource]) => match resource.strip_prefix(IdentityKind::Role.prefix()) {
                Some(name) if name.rsplit('/').next() == Some(role) => text_is(&self.name, name),
                _ => Truth::No,
            },
            _ => text_is(&self.name, role),
        }
    }
}

/// Whether the caller carries a unique id: a user its own, a session that of its role before the colon.
fn carries_id(id: &str, request: &Request) -> bool {
    request.context.single("aws:userid").is_some_and(|carried| carried.split(':').next() == Some(id))
}
