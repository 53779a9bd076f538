//! Which worlds a question needs: every kind of request that the policies, the zone or the caller asked about tell apart.

use std::rc::Rc;

use super::frame::{Credentials, Frame, Hints, Network, Source, Who};
use super::need::{Substitution, text_pattern};
use super::surface::ResourceShape;
use super::variables::statement_variables;
use super::zone::OWNERS_ORGANIZATION;
use super::zone::{TrustZone, Written, is_account};
use crate::model::Policy;
use crate::pattern::Variable;
use crate::principal::{IdentityKind, PrincipalKind};
use crate::request::Caller;
use crate::resource::ResourceKind;
use crate::service::ServiceModel;

/// Which groups of keys the policies speak of; what they do not speak of needs no worlds of its own.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Mentions {
    network: bool,
    credentials: bool,
    forwarding: bool,
    source_arn: bool,
    source_account: bool,
    pub(crate) identity: bool,
    pub(crate) details: bool,
}

impl Mentions {
    pub(crate) fn of<'p>(policies: impl Iterator<Item = &'p Policy>) -> Self {
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
                        mentions.details |= identity.kind == IdentityKind::Session;
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
pub(crate) fn frames(
    service: &'static ServiceModel,
    named: Vec<Caller>,
    written: &Written,
    mentions: Mentions,
    now: Option<i64>,
    hints: &Rc<Hints>,
) -> Vec<Rc<Frame>> {
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
    let known = service.partitions.iter().copied();
    let mut partitions: Vec<&str> = known.filter(|own| written.partitions.contains(*own)).collect();
    if partitions.is_empty() {
        partitions.extend(service.partitions.first());
    }
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
                                frames.push(Rc::new(Frame {
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
                                }));
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
pub(crate) fn hints(policies: &[&Policy], zone: &TrustZone, written: &Written) -> Hints {
    let exists = |id: &&String| !id.contains(['*', '?']);
    let written_ids = written.organizations.iter().chain(&written.networks).filter(exists);
    let owners: Vec<String> = match zone.organizations.is_empty() {
        true => written.organizations.iter().filter(exists).cloned().chain([OWNERS_ORGANIZATION.to_owned()]).collect(),
        false => zone.organizations.clone(),
    };
    let mut hints = Hints {
        accounts: zone.accounts.iter().chain(&written.accounts).take(8).cloned().collect(),
        ids: zone.organizations.iter().chain(&zone.vpcs).chain(&zone.endpoints).chain(written_ids).cloned().collect(),
        owners,
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
pub(crate) fn named_callers(policies: &[&Policy]) -> Vec<Caller> {
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
