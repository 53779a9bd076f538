//! Who a statement speaks of: the entries of `Principal` and `NotPrincipal`.

use std::sync::Arc;

use crate::arn;
use crate::span::Span;
use crate::text::{Hole, Text};

/// One entry of a `Principal` or `NotPrincipal` element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrincipalEntry {
    /// The entry in the document.
    pub span: Span,
    /// The member it stands under.
    pub member: PrincipalMember,
    /// The entry as written.
    pub text: Text,
    /// What it means.
    pub kind: PrincipalKind,
}

/// The member of the principal object an entry stands under.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PrincipalMember {
    /// None: the element is the string `"*"`, or unknown as a whole.
    Whole,
    /// `AWS`.
    Aws,
    /// `Service`.
    Service,
    /// `Federated`.
    Federated,
    /// `CanonicalUser`.
    CanonicalUser,
}

impl PrincipalMember {
    /// The members of a principal object.
    pub const NAMED: [Self; 4] = [Self::Aws, Self::Service, Self::Federated, Self::CanonicalUser];

    /// The member's name in the document; empty for none.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Whole => "",
            Self::Aws => "AWS",
            Self::Service => "Service",
            Self::Federated => "Federated",
            Self::CanonicalUser => "CanonicalUser",
        }
    }
}

/// What an entry means.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PrincipalKind {
    /// Everybody, signed or not: `"*"` and `{"AWS": "*"}`.
    Everyone,
    /// Every principal of an account: its id, or the ARN of its root.
    Account {
        /// The partition; nothing for a bare id, which means the partition `aws`.
        partition: Option<Text>,
        /// Twelve digits.
        account: Text,
    },
    /// One identity, by ARN.
    Identity(Identity),
    /// What is left of an identity that was deleted: it matches only a principal that carries this unique id.
    UniqueId(Text),
    /// An AWS service, by name.
    Service(Text),
    /// A provider of web or SAML identities.
    Federated(Text),
    /// An account by the id S3 shows to others.
    CanonicalUser(Text),
    /// Not known: the text could be any of the above.
    Unknown,
    /// The element as a whole is not known: it stands for any number of entries.
    UnknownEntries(Arc<Hole>),
    /// Refused by the grammar (a problem was reported); matches nobody.
    Malformed,
}

/// An identity named by an ARN.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity {
    /// What it is.
    pub kind: IdentityKind,
    /// `aws`, `aws-cn`, ...
    pub partition: Text,
    /// Twelve digits, or `cloudfront` for an origin access identity.
    pub account: Text,
    /// What follows the kind in the ARN: path and name, or `role/session` for a session.
    pub name: Text,
}

/// What an ARN names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IdentityKind {
    /// `arn:P:iam::A:user/...`
    User,
    /// `arn:P:iam::A:role/...`: every session of the role.
    Role,
    /// `arn:P:sts::A:assumed-role/ROLE/SESSION`: one session.
    Session,
    /// `arn:P:sts::A:federated-user/NAME`
    FederatedUser,
}

impl IdentityKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::User, Self::Role, Self::Session, Self::FederatedUser];

    /// The service in the ARN.
    #[must_use]
    pub fn service(self) -> &'static str {
        match self {
            Self::User | Self::Role => "iam",
            Self::Session | Self::FederatedUser => "sts",
        }
    }

    /// How the resource field begins.
    #[must_use]
    pub fn prefix(self) -> &'static str {
        match self {
            Self::User => "user/",
            Self::Role => "role/",
            Self::Session => "assumed-role/",
            Self::FederatedUser => "federated-user/",
        }
    }
}

/// What the ARN of a principal names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PrincipalArn {
    Root { partition: Text, account: Text },
    Identity(Identity),
}

/// Reads the ARN of an account's root or of an identity. Nothing, if it is neither.
pub(crate) fn parse_arn(text: &Text) -> Option<PrincipalArn> {
    let [_, partition, service, region, account, resource] = arn::split_text(text)?;
    let service = service.as_known()?;
    if region.as_known() != Some("") {
        return None;
    }
    if service == "iam" && resource.as_known() == Some("root") {
        return Some(PrincipalArn::Root { partition, account });
    }
    IdentityKind::ALL.iter().filter(|kind| kind.service() == service).find_map(|&kind| {
        let name = resource.strip_prefix(kind.prefix())?;
        let complete = match (kind, name.as_known()) {
            (IdentityKind::Session, Some(name)) => {
                name.split_once('/').is_some_and(|(role, session)| !role.is_empty() && !session.is_empty())
            }
            (_, Some(name)) => !name.is_empty(),
            (_, None) => true,
        };
        complete.then(|| {
            PrincipalArn::Identity(Identity { kind, partition: partition.clone(), account: account.clone(), name })
        })
    })
}
