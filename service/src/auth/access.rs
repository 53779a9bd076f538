//! Whether a requester may do what it asks, and what a refusal says.
//!
//! | who | control plane | objects |
//! | --- | --- | --- |
//! | root of the owner's account, or an identity of it marked `admin` | everything | everything that the container policy does not deny |
//! | other identities of the owner's account | nothing | what the container policy allows |
//! | other accounts, services, anonymous | nothing | what the container policy allows |
//!
//! The owner's administrators are allowed by identity, as an administrator's identity policy would have it, and bound by an
//! explicit deny. The account of a stranger is taken to allow its identities everything, so only the container policy counts.

use std::sync::Arc;

use http::header::{REFERER, USER_AGENT};
use http::request::Parts;
use jiff::Timestamp;
use mediastore_policy::decide::{Verdict, decide};
use mediastore_policy::model::Policy;
use mediastore_policy::parse;
use mediastore_policy::request::{Caller, Context, Request};

use super::refusal::{Kind, Refusal};
use super::{Requester, Source};
use crate::data::Parsed;

/// The container policies of a service's containers.
#[derive(Debug, Default)]
pub(crate) struct ContainerPolicies(Parsed<Option<Policy>>);

impl ContainerPolicies {
    /// What a container's text means. A text that is no policy cannot have been put by this build, and allows nothing.
    pub(crate) fn get(&self, container: i64, text: &str) -> Arc<Option<Policy>> {
        self.0.get(container, text, |text| match parse::parse(text).into_result() {
            Ok(policy) => Some(policy),
            Err(problems) => {
                tracing::error!(container, ?problems, "a stored container policy cannot be read, and allows nothing");
                None
            }
        })
    }
}

/// What a requester wants.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wish<'a> {
    /// Such as `mediastore:GetObject`.
    pub(crate) action: &'a str,
    /// The ARN of the object, folder or container.
    pub(crate) resource: &'a str,
    /// The account and region of the container.
    pub(crate) account: &'a str,
    pub(crate) region: &'a str,
}

/// Whether a call of the control plane may be made.
///
/// # Errors
/// It is not signed, or not by an administrator of the owner's account.
pub(crate) fn control(requester: &Requester, wish: &Wish<'_>) -> Result<(), Refusal> {
    if requester.identity.is_none() {
        return Err(Refusal::new(Kind::MissingToken, "Missing Authentication Token"));
    }
    if administers(requester, wish) {
        return Ok(());
    }
    Err(denied(requester, wish, &format!("because no identity-based policy allows the {} action", wish.action)))
}

/// Whether an operation on objects may be done, by the container's policy; `None` is a policy that cannot be read.
///
/// # Errors
/// The policy denies it, or nothing allows it; or the request is signed for another region than the container's.
pub(crate) fn data(
    requester: &Requester,
    source: Source,
    head: &Parts,
    now: i64,
    policy: Option<&Policy>,
    wish: &Wish<'_>,
) -> Result<(), Refusal> {
    if let Some(region) = requester.region.as_ref().filter(|region| region.as_str() != wish.region) {
        let message = format!("Credential should be scoped to a valid region, '{}' and not '{region}'", wish.region);
        return Err(Refusal::invalid(message));
    }
    let request = Request {
        principal: requester.identity.as_ref().map_or(Caller::Anonymous, |identity| identity.caller.clone()),
        action: wish.action.to_owned(),
        resource: wish.resource.to_owned(),
        context: context(requester, source, head, now, wish),
    };
    match decide(policy, &request).verdict {
        Verdict::Allow => Ok(()),
        Verdict::ExplicitDeny => Err(denied(requester, wish, "with an explicit deny in a resource-based policy")),
        _ if administers(requester, wish) => Ok(()),
        Verdict::ImplicitDeny | Verdict::Depends => {
            Err(denied(requester, wish, &format!("because no resource-based policy allows the {} action", wish.action)))
        }
    }
}

/// Whether identity alone allows everything in the account that owns the resource.
fn administers(requester: &Requester, wish: &Wish<'_>) -> bool {
    requester
        .identity
        .as_ref()
        .is_some_and(|identity| identity.admin && identity.caller.account() == Some(wish.account))
}

fn denied(requester: &Requester, wish: &Wish<'_>, why: &str) -> Refusal {
    let user = requester.name();
    let (action, resource) = (wish.action, wish.resource);
    Refusal::new(
        Kind::Denied,
        format!("User: {user} is not authorized to perform: {action} on resource: {resource} {why}"),
    )
}

/// The condition keys of a request that nobody signed.
fn anonymous() -> Context {
    let mut context = Caller::Anonymous.implied_context();
    context.set("aws:userid", ["anonymous"]);
    context
}

/// The condition keys that a request determines.
fn context(requester: &Requester, source: Source, head: &Parts, now: i64, wish: &Wish<'_>) -> Context {
    let identity = requester.identity.as_deref();
    let mut context = identity.map_or_else(anonymous, |identity| identity.context.clone());
    context.set("aws:SecureTransport", [source.secure.to_string()]);
    // A service acts from within AWS and shows no address.
    let is_service = identity.is_some_and(|identity| matches!(identity.caller, Caller::Service(_)));
    if let Some(address) = source.address.filter(|_| !is_service) {
        context.set("aws:SourceIp", [address.to_string()]);
    }
    // Bytes that are no text become text that no policy names.
    let header = |name| head.headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()));
    if let Some(referer) = header(REFERER) {
        context.set("aws:Referer", [referer]);
    }
    // This key is always there, says AWS, whether or not a client sends the header.
    context.set("aws:UserAgent", [header(USER_AGENT).unwrap_or_default()]);
    let time = Timestamp::from_millisecond(now).unwrap_or_default();
    context.set("aws:CurrentTime", [time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()]);
    context.set("aws:EpochTime", [time.as_second().to_string()]);
    context.set("aws:RequestedRegion", [wish.region]);
    context.set("aws:ResourceAccount", [wish.account]);
    context
}
