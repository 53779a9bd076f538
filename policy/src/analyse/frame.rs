//! What distinguishes one kind of request from another, and the texts of its principal: who calls, over what network, with
//! what credentials, on whose behalf.

use std::cell::OnceCell;
use std::rc::Rc;

use super::domain::language::{Class, Pattern};
use super::lift::Lift;
use super::need::COLON;
use super::slot::{Kind, Slot};
use super::surface::ResourceShape;
use crate::principal::IdentityKind;
use crate::request::Caller;

/// Who calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Who {
    Anonymous,
    Root,
    User,
    Role,
    FederatedUser,
    Service,
    /// A caller that only its name describes: an origin access identity, an account by its canonical id.
    Named(Caller),
}

/// Where the request comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Network {
    Internet,
    Vpc,
    /// Inside AWS: no address is shown.
    Internal,
}

/// What the caller signs with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Credentials {
    LongTerm,
    Temporary,
    TemporaryWithMfa,
}

/// What a service says of the one it acts for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// Perhaps an account, no resource.
    Account,
    /// A resource whose ARN names its account, which is given too.
    Resource,
    /// The same without the account.
    ResourceOnly,
    /// A resource whose ARN has no account (a bucket), and perhaps an account.
    Bucket,
}

/// What distinguishes one world from another.
#[derive(Debug, Clone)]
pub(crate) struct Frame {
    pub(crate) who: Who,
    pub(crate) network: Network,
    pub(crate) credentials: Credentials,
    pub(crate) source: Source,
    /// A service passes the caller's request on.
    pub(crate) forwarded: bool,
    pub(crate) partition: String,
    pub(crate) shape: ResourceShape,
    /// Whether sessions and unique ids are told apart; they make the principal's text longer.
    pub(crate) details: bool,
    /// Milliseconds since the epoch before which no request is made.
    pub(crate) now: Option<i64>,
    /// What to try first.
    pub(crate) hints: Rc<Hints>,
    /// The ARNs of the shape, made when first needed; many frames share them.
    pub(crate) resources: Rc<OnceCell<Slot>>,
}

/// Values that the policies suggest. Trying them spares most searches.
#[derive(Debug, Default)]
pub(crate) struct Hints {
    /// Ids of organizations, VPCs and endpoints as written. They count as possible even if no real id looks like that.
    pub(crate) ids: Vec<String>,
    /// Organizations that the owner of the resource may be in.
    pub(crate) owners: Vec<String>,
    pub(crate) accounts: Vec<String>,
    /// Names of roles, users and services, as a principal's ARN or name.
    pub(crate) principals: Vec<String>,
    pub(crate) resources: Vec<String>,
}

/// Separates the parts of a principal's text; no ARN or id holds it.
pub(crate) const NUL: &[u16] = &[0];
pub(crate) const SLASH_OR_NUL: &[u16] = &[0, b'/' as u16];
pub(crate) const COLON_OR_NUL: &[u16] = &[0, b':' as u16];
pub(crate) const SLASH: &[u16] = &[b'/' as u16];

pub(crate) const DIGITS: Class = Class::Ranges(&[(b'0' as u16, b'9' as u16)]);
/// `[A-Za-z0-9+=,.@_-]`, the characters of IAM names.
pub(crate) const NAME: Class = Class::Ranges(&[
    (b'+' as u16, b'.' as u16),
    (b'0' as u16, b'9' as u16),
    (b'=' as u16, b'=' as u16),
    (b'@' as u16, b'Z' as u16),
    (b'_' as u16, b'_' as u16),
    (b'a' as u16, b'z' as u16),
]);
/// The same with `/`, which separates the parts of a path.
pub(crate) const PATH: Class = Class::Ranges(&[
    (b'+' as u16, b'9' as u16),
    (b'=' as u16, b'=' as u16),
    (b'@' as u16, b'Z' as u16),
    (b'_' as u16, b'_' as u16),
    (b'a' as u16, b'z' as u16),
]);
pub(crate) const UPPER: Class = Class::Ranges(&[(b'0' as u16, b'9' as u16), (b'A' as u16, b'Z' as u16)]);
/// Letters, digits and what else ids and host names have.
pub(crate) const WORD: Class = Class::Ranges(&[
    (b'-' as u16, b'.' as u16),
    (b'0' as u16, b'9' as u16),
    (b'A' as u16, b'Z' as u16),
    (b'_' as u16, b'_' as u16),
    (b'a' as u16, b'z' as u16),
]);
/// What names of real resources hold: no wildcards, which people write into `StringEquals` by mistake.
pub(crate) const NO_WILDCARD: Class = Class::except(&[b'*' as u16, b'?' as u16]);
/// The characters of ids that AWS gives out.
pub(crate) const ID: Class = Class::Ranges(&[(b'0' as u16, b'9' as u16), (b'a' as u16, b'z' as u16)]);
pub(crate) const ORG_PATH: Class =
    Class::Ranges(&[(b'-' as u16, b'-' as u16), (b'/' as u16, b'9' as u16), (b'a' as u16, b'z' as u16)]);

pub(crate) fn some(class: Class) -> Pattern {
    Pattern::new().then_one(class.clone()).then_many(class)
}

pub(crate) fn account() -> Pattern {
    Pattern::new().then_times(&DIGITS, 12)
}

/// An account of somebody else, for witnesses.
pub(crate) const OUTSIDE_ACCOUNT: &str = "999988887777";

pub(crate) fn paths_below(organization: Pattern) -> Pattern {
    organization.then_text("/r-").then_many(ORG_PATH).then_text("/")
}

pub(crate) fn arn_slot() -> Slot {
    let field = || Pattern::new().then_many(WORD).then_text(":");
    let universe =
        Pattern::literal("arn:").then(&field()).then(&field()).then(&field()).then(&field()).then_many(NO_WILDCARD);
    Slot::new(Kind::Text(Rc::new([universe])))
}

pub(crate) fn principal_slot(frame: &Frame) -> Slot {
    let partition = &frame.partition;
    let iam = || Pattern::literal(&format!("arn:{partition}:iam::")).then(&account());
    let (universe, hint) = match &frame.who {
        Who::Anonymous | Who::Named(_) => return Slot::absent(),
        Who::Root => (iam().then_text(":root"), format!("arn:{partition}:iam::{OUTSIDE_ACCOUNT}:root")),
        Who::User => (
            iam().then_text(":user/").then_many(PATH).then_one(NAME),
            format!("arn:{partition}:iam::{OUTSIDE_ACCOUNT}:user/outsider"),
        ),
        Who::Role => (
            iam().then_text(":role/").then_many(PATH).then_one(NAME),
            format!("arn:{partition}:iam::{OUTSIDE_ACCOUNT}:role/outsider"),
        ),
        Who::FederatedUser => {
            let universe = Pattern::literal(&format!("arn:{partition}:sts::"))
                .then(&account())
                .then_text(":federated-user/")
                .then(&some(NAME));
            (universe, format!("arn:{partition}:sts::{OUTSIDE_ACCOUNT}:federated-user/outsider"))
        }
        Who::Service => (some(WORD), "cloudfront.amazonaws.com".to_owned()),
    };
    let (tail, example) = match (frame.details, &frame.who) {
        (true, Who::User) => (Pattern::literal("\0AIDA").then(&some(UPPER)), "\0AIDAOUTSIDER00000000"),
        (true, Who::Role) => (
            Pattern::literal("\0AROA").then(&some(UPPER)).then_text(":").then(&some(NAME)),
            "\0AROAOUTSIDER00000000:session",
        ),
        _ => (Pattern::new(), ""),
    };
    let accounts = frame.hints.accounts.iter().filter(|_| frame.who != Who::Service);
    let hints = accounts.map(|account| hint.replace(OUTSIDE_ACCOUNT, account));
    let hints = hints.chain(frame.hints.principals.iter().cloned());
    let slot = Slot::new(Kind::Text(Rc::new([universe.then(&tail)]))).hint(hint.clone() + example);
    hints.fold(slot, |slot, hint| slot.hint(hint + example))
}

impl Frame {
    pub(crate) fn resource_slot(&self) -> &Slot {
        self.resources.get_or_init(|| {
            let mut slot = Slot::new(Kind::Text(self.shape.universe(&self.partition)));
            slot.longest = Some(self.shape.longest(&self.partition));
            let slot = slot.hint(self.shape.typical(&self.partition));
            self.hints.resources.iter().fold(slot, |slot, hint| slot.hint(hint))
        })
    }

    /// The ids with a prefix: those AWS gives out, and those written in the policies.
    pub(crate) fn ids(&self, prefix: &str) -> Kind {
        Kind::Text(self.id_patterns(prefix).collect())
    }

    /// The paths of principals within organizations.
    pub(crate) fn organization_paths(&self) -> Kind {
        Kind::Text(self.id_patterns("o-").map(paths_below).collect())
    }

    /// The paths of the resource's owner within an organization.
    pub(crate) fn owners_paths(&self) -> Kind {
        Kind::Text(self.hints.owners.iter().map(|id| paths_below(Pattern::literal(id))).collect())
    }

    fn id_patterns(&self, prefix: &str) -> impl Iterator<Item = Pattern> {
        let written = self.hints.ids.iter().filter(move |id| id.starts_with(prefix)).map(|id| Pattern::literal(id));
        std::iter::once(Pattern::literal(prefix).then(&some(ID))).chain(written)
    }

    fn has_tail(&self) -> bool {
        self.details && matches!(self.who, Who::User | Who::Role)
    }

    /// What follows the ARN in the principal's text.
    pub(crate) fn tail(&self) -> Pattern {
        if self.has_tail() { Pattern::literal("\0").then_many(Class::ANY) } else { Pattern::new() }
    }

    pub(crate) fn arn_lift(&self) -> Lift {
        match self.has_tail() {
            true => Lift::Between { before: Pattern::new(), after: self.tail(), barred: NUL },
            false => Lift::Plain,
        }
    }

    pub(crate) fn account_lift(&self) -> Lift {
        let service = if self.who == Who::FederatedUser { "sts" } else { "iam" };
        let before = Pattern::literal(&format!("arn:{}:{service}::", self.partition));
        Lift::Between { before, after: Pattern::literal(":").then_many(Class::ANY), barred: COLON }
    }

    /// The principal's texts of one account.
    pub(crate) fn of_account(&self, own: &str) -> Pattern {
        let service = if self.who == Who::FederatedUser { "sts" } else { "iam" };
        Pattern::literal(&format!("arn:{}:{service}::{own}:", self.partition)).then_many(Class::ANY)
    }

    /// The principal's texts of one identity, if this kind of caller can be it. With no details a session is its role,
    /// which is only right because details are on wherever a session is named.
    pub(crate) fn of_identity(&self, kind: IdentityKind, own: &str, name: &str) -> Option<Pattern> {
        let arn = |service: &str| format!("arn:{}:{service}::{own}:", self.partition);
        match (&self.who, kind) {
            (Who::User, IdentityKind::User) => {
                Some(Pattern::literal(&(arn("iam") + "user/" + name)).then(&self.tail()))
            }
            (Who::Role, IdentityKind::Role) => {
                Some(Pattern::literal(&(arn("iam") + "role/" + name)).then(&self.tail()))
            }
            (Who::FederatedUser, IdentityKind::FederatedUser) => {
                Some(Pattern::literal(&(arn("sts") + "federated-user/" + name)))
            }
            (Who::Role, IdentityKind::Session) => {
                let (role, session) = name.split_once('/')?;
                let path = Pattern::new().then_many(Class::except(NUL)).then_text("/");
                let role = Pattern::literal(&(arn("iam") + "role/")).then_maybe(&path).then_text(role);
                Some(role.then_text("\0").then_many(Class::except(COLON_OR_NUL)).then_text(":").then_text(session))
            }
            _ => None,
        }
    }

    /// The principal's texts that carry a unique id.
    pub(crate) fn of_unique_id(&self, id: &str) -> Option<Pattern> {
        let before = Pattern::new().then_many(Class::except(NUL)).then_text("\0").then_text(id);
        match self.who {
            Who::User => Some(before),
            Who::Role => Some(before.then_text(":").then_many(Class::ANY)),
            _ => None,
        }
    }

    pub(crate) fn caller(&self, principal: &str) -> Caller {
        match &self.who {
            Who::Anonymous => Caller::Anonymous,
            Who::Named(caller) => caller.clone(),
            Who::Service => Caller::Service(principal.to_owned()),
            _ => {
                let (arn, tail) = principal.split_once('\0').unwrap_or((principal, ""));
                let session = tail.split_once(':').map(|(_, session)| session);
                match (Caller::parse(arn), session) {
                    (Ok(Caller::Identity { kind: IdentityKind::Role, partition, account, name }), Some(session)) => {
                        let role = name.rsplit('/').next().unwrap_or(&name);
                        Caller::Identity {
                            kind: IdentityKind::Session,
                            partition,
                            account,
                            name: format!("{role}/{session}"),
                        }
                    }
                    (Ok(caller), _) => caller,
                    // The universe of every kind of caller holds ARNs of callers only.
                    (Err(_), _) => Caller::Anonymous,
                }
            }
        }
    }
}
