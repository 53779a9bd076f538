//! Reach: whether one principal can do something, under any circumstances they or time can bring about.

use std::rc::Rc;

use super::domain::Budget;
use super::domain::language::Pattern;
use super::frame::{Frame, Who};
use super::need::Need;
use super::question::{Aim, Answer, Doubt, Study};
use super::world::{Literal, PRINCIPAL, RESOURCE, World};
use crate::condition::date::Instant;
use crate::model::Policy;
use crate::principal::IdentityKind;
use crate::request::{Caller, Request};
use crate::service::ServiceModel;

/// Work for one question.
const BUDGET: u64 = 6_000_000;

/// Who wants to do what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReachQuestion {
    /// The principal. A role stands for any session of it.
    pub principal: Caller,
    /// The action, `service:Name`; nothing for any action.
    pub action: Option<String>,
    /// The ARN of the resource; nothing for any resource.
    pub resource: Option<String>,
}

/// The answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Reach {
    /// They can: with this request, for one, which [`crate::decide::decide`] has allowed.
    Can(Box<Request>),
    /// They cannot, whatever else the request says.
    Cannot,
    /// Not settled.
    Undecided(Doubt),
}

/// Whether a principal can do something by policies that apply together. Requests are made at `now` or later, if that is
/// given. As everywhere in this crate, what the principal's own account allows is not considered.
#[must_use]
pub fn reach(
    policies: &[Policy],
    question: &ReachQuestion,
    service: &'static ServiceModel,
    now: Option<Instant>,
) -> Reach {
    let zone = super::TrustZone::default();
    let policies: Vec<&Policy> = policies.iter().collect();
    let mut study =
        Study::for_caller(service, &zone, now.map(|now| now.0), policies, &question.principal, Budget::new(BUDGET));
    let only = |frame: &Frame| is_kind(frame, &question.principal);
    let extra = |world: &mut World| {
        let mut literals = Vec::new();
        if let Some(pattern) = principal(&world.frame, &question.principal) {
            literals.push(Literal::Need(PRINCIPAL, Rc::new(Need::text([pattern], false))));
        }
        if let Some(resource) = &question.resource {
            literals.push(Literal::Need(RESOURCE, Rc::new(Need::text([Pattern::literal(resource)], false))));
        }
        literals
    };
    let mut open = None;
    for group in study.action_groups().iter() {
        let asked = group.iter().copied().find(|index| match &question.action {
            Some(action) => {
                super::question::full_name(service, service.actions[*index].name).eq_ignore_ascii_case(action)
            }
            None => true,
        });
        let Some(action) = asked else { continue };
        match study.ask(action, Aim::Anything, Some(&only), &extra) {
            Answer::Yes(request) => return Reach::Can(request),
            Answer::No => {}
            Answer::Open(doubt) => open = open.max(Some(doubt)),
        }
    }
    open.map_or(Reach::Cannot, Reach::Undecided)
}

/// Whether the callers of a frame are of the principal's kind.
fn is_kind(frame: &Frame, principal: &Caller) -> bool {
    match (&frame.who, principal) {
        (Who::Named(own), _) => own == principal,
        (Who::Anonymous, Caller::Anonymous) | (Who::Service, Caller::Service(_)) => true,
        (Who::Root, Caller::Root { partition, .. }) => frame.partition == *partition,
        (who, Caller::Identity { kind, partition, .. }) => {
            let same = matches!(
                (who, kind),
                (Who::User, IdentityKind::User)
                    | (Who::Role, IdentityKind::Role | IdentityKind::Session)
                    | (Who::FederatedUser, IdentityKind::FederatedUser)
            );
            same && frame.partition == *partition
        }
        _ => false,
    }
}

/// The texts of the principal in a frame of its kind.
fn principal(frame: &Frame, principal: &Caller) -> Option<Pattern> {
    match principal {
        Caller::Service(name) => Some(Pattern::literal(name)),
        Caller::Root { account, partition } => Some(Pattern::literal(&format!("arn:{partition}:iam::{account}:root"))),
        Caller::Identity { kind, account, name, .. } => frame.of_identity(*kind, account, name),
        Caller::Anonymous | Caller::Federated(_) | Caller::CanonicalUser(_) => None,
    }
}
