//! The trust zone: whom and what the owner of a container counts as their own.

use std::collections::BTreeSet;

use super::domain::addresses::Addresses;
use crate::arn;
use crate::condition::ip::{Network, parse_address};
use crate::condition::operator::Relation;
use crate::condition::{Condition, OperandValue};
use crate::model::{Policy, Statement};
use crate::pattern::{Part, Pattern};
use crate::principal::PrincipalKind;
use crate::resource::ResourceKind;

/// What is trusted. A request is trusted if one of its attributes is: a principal of a trusted account from anywhere, or
/// anybody from a trusted network.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustZone {
    /// Account ids, twelve digits each; the container's own among them.
    pub accounts: Vec<String>,
    /// Names of holes that stand for accounts of the zone: which account it is, is unknown, but it is the owner's.
    pub account_holes: Vec<String>,
    /// Organization ids (`o-...`).
    pub organizations: Vec<String>,
    /// Networks that requests of the owner's people and machines come from.
    pub networks: Vec<Network>,
    /// VPC ids.
    pub vpcs: Vec<String>,
    /// VPC endpoint ids.
    pub endpoints: Vec<String>,
    /// ARNs of distributions and other resources on whose behalf a service may come, whatever their account.
    pub sources: Vec<String>,
    /// Services trusted on anybody's behalf, by name.
    pub services: Vec<String>,
}

impl TrustZone {
    /// The zone of one account.
    #[must_use]
    pub fn of_account(account: impl Into<String>) -> Self {
        Self { accounts: vec![account.into()], ..Self::default() }
    }

    pub(crate) fn addresses(&self) -> Addresses {
        self.networks.iter().fold(Addresses::default(), |all, network| all.union(&addresses_of(*network)))
    }

    /// The account that owns the container these policies are attached to, as far as their resources say: the one account
    /// that all of them name. Nothing, if they name none or several.
    #[must_use]
    pub fn owner(policies: &[Policy]) -> Option<String> {
        let mut owner: Option<&str> = None;
        for entry in
            policies.iter().flat_map(|policy| &policy.statements).flat_map(|statement| &statement.resources.entries)
        {
            let ResourceKind::Arn(arn) = &entry.kind else { continue };
            let Some(account) = arn.account().as_literal().filter(|account| is_account(account)) else { continue };
            match owner {
                None => owner = Some(account),
                Some(known) if known == account => {}
                Some(_) => return None,
            }
        }
        owner.map(str::to_owned)
    }
}

/// The addresses of a network.
pub(crate) fn addresses_of(network: Network) -> Addresses {
    match network {
        Network::V4 { address, prefix } => Addresses::network(std::net::Ipv4Addr::from(address).into(), prefix),
        Network::V6 { address, prefix } => Addresses::network(std::net::Ipv6Addr::from(address).into(), prefix),
        Network::Empty => Addresses::default(),
    }
}

pub(crate) fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Everything that policies name: an outsider whom they do not know is none of these.
#[derive(Debug, Clone, Default)]
pub(crate) struct Written {
    pub(crate) accounts: BTreeSet<String>,
    pub(crate) organizations: BTreeSet<String>,
    /// VPC and endpoint ids.
    pub(crate) networks: BTreeSet<String>,
    /// Unique ids of users and roles.
    pub(crate) identities: BTreeSet<String>,
    /// ARNs of sources of service requests that hold no account.
    pub(crate) sources: BTreeSet<String>,
    /// Addresses in written networks too narrow to be anybody's.
    pub(crate) addresses: Addresses,
    /// Fixed values of headers: the key in lower case, the value, and whether its case counts.
    pub(crate) secrets: Vec<(&'static str, String, bool)>,
    /// Partitions named in ARNs.
    pub(crate) partitions: BTreeSet<String>,
    /// Names of services.
    pub(crate) services: BTreeSet<String>,
}

/// The organization of the resource's owner where the zone names none. Nobody else is in it.
pub(crate) const OWNERS_ORGANIZATION: &str = "o-owner00000";

/// The headers that any client can write and that people use as passwords.
pub(crate) const SECRET_HEADERS: [&str; 2] = ["aws:referer", "aws:useragent"];

impl Written {
    pub(crate) fn of(policies: &[&Policy]) -> Self {
        let mut written = Self::default();
        for statement in policies.iter().flat_map(|policy| &policy.statements) {
            written.read_statement(statement);
        }
        written
    }

    fn read_statement(&mut self, statement: &Statement) {
        for entry in &statement.principals.entries {
            match &entry.kind {
                PrincipalKind::Account { account, partition } => {
                    account.as_known().map(|account| self.accounts.insert(account.to_owned()));
                    partition
                        .as_ref()
                        .and_then(|text| text.as_known())
                        .map(|text| self.partitions.insert(text.to_owned()));
                }
                PrincipalKind::Identity(identity) => {
                    identity.account.as_known().map(|account| self.accounts.insert(account.to_owned()));
                    identity.partition.as_known().map(|text| self.partitions.insert(text.to_owned()));
                }
                PrincipalKind::UniqueId(id) => {
                    id.as_known().map(|id| self.identities.insert(id.to_owned()));
                }
                PrincipalKind::Service(name) => {
                    name.as_known().map(|name| self.services.insert(name.to_owned()));
                }
                _ => {}
            }
        }
        for entry in &statement.resources.entries {
            if let ResourceKind::Arn(arn) = &entry.kind
                && let Some(partition) = arn.partition().as_literal()
            {
                self.partitions.insert(partition.to_owned());
            }
        }
        for condition in &statement.conditions {
            self.read_condition(condition);
        }
    }

    fn read_condition(&mut self, condition: &Condition) {
        let key = condition.key.name().unwrap_or_default();
        let mut addresses = Addresses::default();
        for operand in &condition.values {
            match &operand.value {
                OperandValue::String(pattern) => {
                    let fixed = fixed_text(pattern);
                    let literal = fixed.as_deref();
                    if let (Some(header), Some(text)) =
                        (SECRET_HEADERS.into_iter().find(|header| *header == key), literal)
                    {
                        let exact = condition.operator.relation() != Relation::StringEqualsIgnoreCase;
                        self.secrets.push((header, text.to_owned(), exact));
                    }
                    if let Some(address) = literal.filter(|_| key == "aws:sourceip").and_then(parse_address) {
                        addresses =
                            addresses.union(&Addresses::network(address, if address.is_ipv4() { 32 } else { 128 }));
                    }
                    // A pattern such as `arn:aws:iam::111122223333:role/*` names the account although it is no literal.
                    let name = literal.map_or_else(|| pattern.to_string(), str::to_owned);
                    self.read_name(&name, literal.is_some());
                    if condition.operator.relation() == Relation::StringEqualsIgnoreCase {
                        // Ids are given out in small letters.
                        self.read_name(&name.to_lowercase(), literal.is_some());
                    }
                }
                OperandValue::Binary(text) => {
                    if let Some(header) = SECRET_HEADERS.into_iter().find(|header| *header == key) {
                        self.secrets.push((header, text.to_string(), true));
                    }
                }
                OperandValue::Arn(pattern) => {
                    let fields = pattern.fields.iter().map(ToString::to_string).collect::<Vec<_>>().join(":");
                    let literal = pattern.fields.iter().all(|field| field.as_literal().is_some());
                    self.read_name(&fields, literal);
                }
                OperandValue::Ip(network) => addresses = addresses.union(&addresses_of(*network)),
                _ => {}
            }
        }
        if !addresses.is_empty() {
            self.addresses = self.addresses.union(&addresses.narrow_part());
        }
    }

    fn read_name(&mut self, text: &str, literal: bool) {
        if is_account(text) {
            self.accounts.insert(text.to_owned());
        } else if let Some([_, partition, _, _, account, _]) = arn::split(text) {
            if is_account(account) {
                self.accounts.insert(account.to_owned());
            } else if literal {
                self.sources.insert(text.to_owned());
            }
            if !partition.contains(['*', '?']) {
                self.partitions.insert(partition.to_owned());
            }
        } else if text.starts_with("o-") {
            let id = text.split('/').next().unwrap_or(text);
            if literal || (id.len() < text.len() && !id.contains(['*', '?'])) {
                self.organizations.insert(id.to_owned());
            }
        } else if literal && (text.starts_with("vpc-") || text.starts_with("vpce-")) {
            self.networks.insert(text.to_owned());
        } else if let Some(id) = text.split(':').next().filter(|id| is_unique_id(id)) {
            self.identities.insert(id.to_owned());
        } else if literal && text.ends_with(".amazonaws.com") {
            self.services.insert(text.to_owned());
        }
    }
}

/// The text that a pattern stands for, where policy variables stand for their defaults.
fn fixed_text(pattern: &Pattern) -> Option<String> {
    let text = |part: &Part| match part {
        Part::Literal(text) => Some(text.to_string()),
        Part::Variable(variable) => variable.default.as_ref().map(ToString::to_string),
        Part::One | Part::Many | Part::Hole(_) => None,
    };
    pattern.parts().iter().map(text).collect()
}

/// The id of a user or role, which nobody else ever gets.
fn is_unique_id(text: &str) -> bool {
    (text.starts_with("AIDA") || text.starts_with("AROA"))
        && text.len() >= 16
        && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}
