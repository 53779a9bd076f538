//! One kind of well-formed request: who calls, over what network, with what credentials. A world fixes everything that
//! hangs together (an ARN and its account, address or VPC, session and token) and leaves the rest as free slots.
//!
//! The axioms W1 to W12 of `iam-semantics` section 12.2 are built in here, so that every witness respects them. Keys that
//! follow from a longer text (the account from the principal's ARN) are not slots of their own: what is asked of them is
//! lifted to what it asks of the text.

use std::cell::OnceCell;
use std::rc::Rc;

use compact_str::CompactString;

use super::domain::addresses::Addresses;
use super::domain::intervals::Intervals;
use super::domain::language::{Class, Pattern};
use super::need::{Atom, COLON, Need, Quantifier, Substitution};
use super::slot::{Kind, Slot, Value};
use super::surface::ResourceShape;
use crate::condition::Condition;
use crate::condition::OperandValue;
use crate::condition::numeric::Decimal;
use crate::condition::operator::Relation;
use crate::keys::{self, KeyKind};
use crate::pattern::Variable;
use crate::principal::IdentityKind;
use crate::request::{Caller, Context, Request};

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
    pub(crate) resources: Rc<OnceCell<Rc<[Pattern]>>>,
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

/// A frame with its slots.
pub(crate) struct World {
    pub(crate) frame: Frame,
    pub(crate) slots: Vec<Slot>,
    keys: Vec<(CompactString, Place)>,
}

/// Where the value of a key is found.
#[derive(Debug, Clone)]
enum Place {
    Fixed(Value),
    Slot(usize, Lift),
}

/// How a key's value stands in the text of its slot.
#[derive(Debug, Clone)]
enum Lift {
    /// It is the text.
    Plain,
    /// It stands between these, and never holds one of `barred`.
    Between { before: Pattern, after: Pattern, barred: &'static [u16] },
    /// It is two texts with a colon between them, which stand behind `before` with `bridge` between them.
    Joined { before: Pattern, bridge: &'static str },
    /// It is the instant in seconds.
    Epoch,
    /// It depends on the text in a way that is not expressed.
    Tangled,
}

/// One part of a statement: a need of a slot, or a truth that this world settles.
#[derive(Debug, Clone)]
pub(crate) enum Literal {
    Settled(bool),
    Need(usize, Rc<Need>),
}

pub(crate) const PRINCIPAL: usize = 0;
pub(crate) const RESOURCE: usize = 1;
const CLOCK: usize = 2;

/// Separates the parts of a principal's text; no ARN or id holds it.
const NUL: &[u16] = &[0];
const SLASH_OR_NUL: &[u16] = &[0, b'/' as u16];
const COLON_OR_NUL: &[u16] = &[0, b':' as u16];
const SLASH: &[u16] = &[b'/' as u16];

const DIGITS: Class = Class::Ranges(&[(b'0' as u16, b'9' as u16)]);
/// `[A-Za-z0-9+=,.@_-]`, the characters of IAM names.
const NAME: Class = Class::Ranges(&[
    (b'+' as u16, b'.' as u16),
    (b'0' as u16, b'9' as u16),
    (b'=' as u16, b'=' as u16),
    (b'@' as u16, b'Z' as u16),
    (b'_' as u16, b'_' as u16),
    (b'a' as u16, b'z' as u16),
]);
/// The same with `/`, which separates the parts of a path.
const PATH: Class = Class::Ranges(&[
    (b'+' as u16, b'9' as u16),
    (b'=' as u16, b'=' as u16),
    (b'@' as u16, b'Z' as u16),
    (b'_' as u16, b'_' as u16),
    (b'a' as u16, b'z' as u16),
]);
const UPPER: Class = Class::Ranges(&[(b'0' as u16, b'9' as u16), (b'A' as u16, b'Z' as u16)]);
/// Letters, digits and what else ids and host names have.
const WORD: Class = Class::Ranges(&[
    (b'-' as u16, b'.' as u16),
    (b'0' as u16, b'9' as u16),
    (b'A' as u16, b'Z' as u16),
    (b'_' as u16, b'_' as u16),
    (b'a' as u16, b'z' as u16),
]);
/// What names of real resources hold: no wildcards, which people write into `StringEquals` by mistake.
const NO_WILDCARD: Class = Class::except(&[b'*' as u16, b'?' as u16]);
/// The characters of ids that AWS gives out.
const ID: Class = Class::Ranges(&[(b'0' as u16, b'9' as u16), (b'a' as u16, b'z' as u16)]);
const ORG_PATH: Class =
    Class::Ranges(&[(b'-' as u16, b'-' as u16), (b'/' as u16, b'9' as u16), (b'a' as u16, b'z' as u16)]);

fn some(class: Class) -> Pattern {
    Pattern::new().then_one(class.clone()).then_many(class)
}

fn account() -> Pattern {
    Pattern::new().then_times(&DIGITS, 12)
}

impl World {
    pub(crate) fn new(frame: Frame) -> Self {
        let principal = principal_slot(&frame);
        let mut resource = Slot::new(Kind::Text(frame.universe())).hint(frame.shape.typical(&frame.partition));
        resource.hints.extend(frame.hints.resources.iter().cloned());
        let clock = Slot::new(Kind::Date { step: 1000, preferred: frame.now.map_or(USUAL_TIME, whole_second) });
        Self { frame, slots: vec![principal, resource, clock], keys: Vec::new() }
    }

    /// What holds of every request of this world.
    pub(crate) fn axioms(&mut self) -> Vec<Literal> {
        let mut axioms = Vec::new();
        if let Some(now) = self.frame.now {
            let set = Intervals::compared(now, |ordering| ordering.is_ge());
            let need = Need { absent: true, quantifier: Quantifier::Every, atom: Atom::Dates { set, other: false } };
            axioms.push(Literal::Need(CLOCK, Rc::new(need)));
        }
        if self.frame.network == Network::Internet {
            axioms.push(self.require("aws:sourceip", Need::outside(&private_addresses())));
        }
        axioms
    }

    /// What a condition asks, as needs of slots. Two, if it holds a policy variable: what is certain whatever its value is, and
    /// the outcome of the comparison.
    pub(crate) fn condition(
        &mut self,
        condition: &Condition,
        substitute: &dyn Fn(&Variable) -> Substitution,
    ) -> Vec<Literal> {
        let Some(key) = condition.key.name() else {
            return vec![self.open()];
        };
        let key = CompactString::from(key);
        let place = self.place(&key);
        let need = match &place {
            // Numbers of seconds and instants are the same thing for `aws:EpochTime`.
            Place::Slot(_, Lift::Epoch) if matches!(condition.operator.relation(), Relation::Numeric(_)) => {
                epoch_need(condition)
            }
            _ => Need::of_condition(condition, substitute),
        };
        let around = if need.is_opaque() { Need::around_variables(condition) } else { None };
        around.into_iter().chain([need]).map(|need| self.lift(&place, need)).collect()
    }

    /// What somebody else asks of a key.
    pub(crate) fn require(&mut self, key: &str, need: Need) -> Literal {
        let place = self.place(&CompactString::from(key));
        self.lift(&place, need)
    }

    /// Something that is not expressed: left open, so that refutations stay proofs.
    pub(crate) fn open(&mut self) -> Literal {
        Literal::Need(PRINCIPAL, Rc::new(Need::open()))
    }

    /// The value of a key that is settled in this world.
    pub(crate) fn fixed(&mut self, key: &str) -> Option<Value> {
        match self.place(&CompactString::from(key)) {
            Place::Fixed(value) => Some(value),
            Place::Slot(slot, _) if !self.slots[slot].may_have => Some(None),
            Place::Slot(..) => None,
        }
    }

    fn lift(&self, place: &Place, need: Need) -> Literal {
        match place {
            Place::Fixed(Some(_)) if need.is_open() => Literal::Need(PRINCIPAL, Rc::new(need)),
            // Of the clock because it is always there, as the key is.
            Place::Fixed(Some(_)) if need.is_opaque() => Literal::Need(CLOCK, Rc::new(need)),
            Place::Fixed(value) => Literal::Settled(need.admits(value.as_deref())),
            Place::Slot(slot, lift) => {
                let need = lift.apply(need);
                match need.as_constant() {
                    Some(value) => Literal::Settled(value),
                    None if !self.slots[*slot].may_have => Literal::Settled(need.absent),
                    None => Literal::Need(*slot, Rc::new(need)),
                }
            }
        }
    }

    fn place(&mut self, key: &CompactString) -> Place {
        if let Some((_, place)) = self.keys.iter().find(|(known, _)| known == key) {
            return place.clone();
        }
        let place = self.define(key);
        self.keys.push((key.clone(), place.clone()));
        place
    }

    fn slot(&mut self, slot: Slot) -> Place {
        self.slots.push(slot);
        Place::Slot(self.slots.len() - 1, Lift::Plain)
    }

    /// A key whose text is part of the text of another key's slot.
    fn part_of(&mut self, owner: &str, before: Pattern, after: Pattern, barred: &'static [u16]) -> Place {
        match self.place(&CompactString::from(owner)) {
            Place::Slot(slot, Lift::Plain) => Place::Slot(slot, Lift::Between { before, after, barred }),
            other => other,
        }
    }

    #[expect(clippy::too_many_lines, reason = "one row per key: the table of who carries what")]
    fn define(&mut self, key: &CompactString) -> Place {
        let nothing = Place::Fixed(None);
        let fixed = |text: &str| Place::Fixed(Some(vec![text.to_owned()]));
        let text = || Slot::new(Kind::Text(Rc::new([Pattern::anything()])));
        let frame = self.frame.clone();
        let signed = matches!(frame.who, Who::Root | Who::User | Who::Role | Who::FederatedUser);
        let service = frame.who == Who::Service;
        let vpc = frame.network == Network::Vpc;
        let rest = || Pattern::new().then_many(Class::ANY);
        match key.as_str() {
            // The principal.
            "aws:principalarn" if signed => Place::Slot(PRINCIPAL, frame.arn_lift()),
            "aws:principalaccount" if signed => Place::Slot(PRINCIPAL, frame.account_lift()),
            "aws:principalaccount" if frame.who == Who::Anonymous => fixed("anonymous"),
            "aws:principaltype" => match frame.who {
                Who::Anonymous => fixed("Anonymous"),
                Who::Root => fixed("Account"),
                Who::User => fixed("User"),
                Who::Role => fixed("AssumedRole"),
                Who::FederatedUser => fixed("FederatedUser"),
                Who::Service | Who::Named(_) => nothing,
            },
            "aws:userid" => match frame.who {
                Who::Anonymous => fixed("anonymous"),
                Who::Root => Place::Slot(PRINCIPAL, frame.account_lift()),
                Who::User | Who::Role if frame.details => {
                    let before = Pattern::new().then_many(Class::except(NUL)).then_text("\0");
                    Place::Slot(PRINCIPAL, Lift::Between { before, after: Pattern::new(), barred: NUL })
                }
                Who::FederatedUser => {
                    let before = Pattern::literal(&format!("arn:{}:sts::", frame.partition));
                    Place::Slot(PRINCIPAL, Lift::Joined { before, bridge: ":federated-user/" })
                }
                Who::User | Who::Role => Place::Slot(PRINCIPAL, Lift::Tangled),
                Who::Service | Who::Named(_) => nothing,
            },
            "aws:username" if frame.who == Who::User => {
                let before =
                    Pattern::literal(&format!("arn:{}:iam::", frame.partition)).then(&account()).then_text(":user/");
                let before = before.then_maybe(&Pattern::new().then_many(Class::except(NUL)).then_text("/"));
                Place::Slot(PRINCIPAL, Lift::Between { before, after: frame.tail(), barred: SLASH_OR_NUL })
            }
            "aws:principalorgpaths" if signed => self
                .slot(Slot::new(frame.organization_paths()).optional().hint("o-outsider00/r-root/ou-root-unit0000/")),
            "aws:principalorgid" if signed => self.part_of(
                "aws:principalorgpaths",
                Pattern::new(),
                Pattern::literal("/").then_many(Class::ANY),
                SLASH,
            ),
            "aws:principalisawsservice" => match frame.who {
                Who::Service => fixed("true"),
                _ if signed => fixed("false"),
                _ => nothing,
            },
            "aws:principalservicename" | "aws:principalservicenameslist" if service => {
                Place::Slot(PRINCIPAL, Lift::Plain)
            }
            "aws:viaawsservice" => fixed(if frame.forwarded { "true" } else { "false" }),
            "aws:calledvia" | "aws:calledviafirst" | "aws:calledvialast" if frame.forwarded => {
                // One service in between is enough to be forwarded; then it is the first and the last.
                if key != "aws:calledvia" {
                    return self.part_of("aws:calledvia", Pattern::new(), Pattern::new(), NUL);
                }
                let universe = some(WORD).then_text(".amazonaws.com");
                self.slot(Slot::new(Kind::Text(Rc::new([universe]))).hint("athena.amazonaws.com"))
            }
            "aws:tokenissuetime" if signed && frame.credentials != Credentials::LongTerm => {
                self.slot(Slot::new(Kind::Date { step: 1000, preferred: frame.now.map_or(USUAL_TIME, whole_second) }))
            }
            "aws:multifactorauthpresent" if signed => match frame.credentials {
                Credentials::LongTerm => nothing,
                Credentials::Temporary => fixed("false"),
                Credentials::TemporaryWithMfa => fixed("true"),
            },
            "aws:multifactorauthage" if signed && frame.credentials == Credentials::TemporaryWithMfa => {
                self.slot(Slot::new(Kind::Number).hint("60"))
            }
            "aws:assumedroot" if frame.who == Who::Root => self.slot(Slot::new(Kind::Bool).optional()),
            "aws:sourceidentity" | "aws:rolesessionname" if frame.who == Who::Role => {
                self.slot(Slot::new(Kind::Text(Rc::new([some(NAME)]))).optional())
            }
            "aws:federatedprovider" if frame.who == Who::Role => self.slot(text().optional()),
            "aws:signinsessionarn" if signed => self.slot(arn_slot().optional()),
            "aws:ec2instancesourcevpc" if frame.who == Who::Role => self.slot(Slot::new(frame.ids("vpc-")).optional()),
            "aws:ec2instancesourceprivateipv4" if frame.who == Who::Role => {
                self.slot(Slot::new(Kind::Address).optional())
            }
            // The network.
            "aws:sourceip" if frame.network == Network::Internet => {
                self.slot(Slot::new(Kind::Address).hint("198.18.7.23"))
            }
            "aws:vpcsourceip" if vpc => self.slot(Slot::new(Kind::Address).hint("10.20.30.40")),
            "aws:sourcevpc" if vpc => self.slot(Slot::new(frame.ids("vpc-")).hint("vpc-0123456789abcdef0")),
            "aws:sourcevpce" if vpc => self.slot(Slot::new(frame.ids("vpce-")).hint("vpce-0123456789abcdef0")),
            "aws:sourcevpcarn" if vpc => self.slot(arn_slot().optional()),
            "aws:vpceaccount" if vpc => {
                self.slot(Slot::new(Kind::Text(Rc::new([account()]))).optional().hint(OUTSIDE_ACCOUNT))
            }
            "aws:vpceorgpaths" if vpc => self.slot(Slot::new(frame.organization_paths()).optional()),
            "aws:vpceorgid" if vpc => {
                self.part_of("aws:vpceorgpaths", Pattern::new(), Pattern::literal("/").then(&rest()), SLASH)
            }
            // A service and whom it acts for.
            "aws:sourcearn" if service => match frame.source {
                Source::Account => nothing,
                Source::Resource | Source::ResourceOnly => {
                    let fields = Pattern::literal(&format!("arn:{}:", frame.partition))
                        .then(&some(WORD))
                        .then_text(":")
                        .then_many(WORD)
                        .then_text(":");
                    let universe = fields.then(&account()).then_text(":").then(&some(NO_WILDCARD));
                    let hint = format!("arn:{}:cloudfront::{OUTSIDE_ACCOUNT}:distribution/EOUTSIDER", frame.partition);
                    self.slot(Slot::new(Kind::Text(Rc::new([universe]))).hint(hint))
                }
                Source::Bucket => {
                    let fields = Pattern::literal(&format!("arn:{}:", frame.partition))
                        .then(&some(WORD))
                        .then_text(":")
                        .then_many(WORD)
                        .then_text("::");
                    self.slot(
                        Slot::new(Kind::Text(Rc::new([fields.then(&some(NO_WILDCARD))])))
                            .hint(format!("arn:{}:s3:::outsiders-bucket", frame.partition)),
                    )
                }
            },
            "aws:sourceaccount" | "aws:sourceowner" if service => match (frame.source, key.as_str()) {
                (Source::Resource, _) => {
                    let field = || Pattern::new().then_many(Class::except(COLON)).then_text(":");
                    let before = Pattern::literal("arn:").then(&field()).then(&field()).then(&field());
                    self.part_of("aws:sourcearn", before, Pattern::literal(":").then(&rest()), COLON)
                }
                (Source::ResourceOnly, _) => nothing,
                (Source::Account | Source::Bucket, "aws:sourceaccount") => {
                    self.slot(Slot::new(Kind::Text(Rc::new([account()]))).optional().hint(OUTSIDE_ACCOUNT))
                }
                (Source::Account | Source::Bucket, _) => self.place(&CompactString::from("aws:sourceaccount")),
            },
            "aws:sourceorgpaths" if service => self.slot(Slot::new(frame.organization_paths()).optional()),
            "aws:sourceorgid" if service => {
                self.part_of("aws:sourceorgpaths", Pattern::new(), Pattern::literal("/").then(&rest()), SLASH)
            }
            "aws:chatbotsourcearn" if frame.who == Who::Role => self.slot(arn_slot().optional()),
            // The resource and its owner.
            "aws:requestedregion" => match frame.shape.region_lift(&frame.partition) {
                Some((before, after)) => Place::Slot(RESOURCE, Lift::Between { before, after, barred: COLON }),
                None => self.slot(Slot::new(Kind::Text(Rc::new([some(WORD)]))).hint("us-east-1")),
            },
            "aws:resourceaccount" | "s3:resourceaccount" => match frame.shape.account_lift(&frame.partition) {
                Some((before, after)) => Place::Slot(RESOURCE, Lift::Between { before, after, barred: COLON }),
                None if key == "s3:resourceaccount" => self.place(&CompactString::from("aws:resourceaccount")),
                None => self.slot(Slot::new(Kind::Text(Rc::new([account()]))).hint("111122223333")),
            },
            "aws:resourceorgpaths" => self.slot(Slot::new(frame.owners_paths()).optional()),
            "aws:resourceorgid" => {
                self.part_of("aws:resourceorgpaths", Pattern::new(), Pattern::literal("/").then(&rest()), SLASH)
            }
            // Time, TLS and headers.
            "aws:currenttime" => Place::Slot(CLOCK, Lift::Plain),
            "aws:epochtime" => Place::Slot(CLOCK, Lift::Epoch),
            "aws:securetransport" => self.slot(Slot::new(Kind::Bool)),
            "aws:useragent" => self.slot(text().hint("curl/8.5.0")),
            "aws:referer" => self.slot(text().optional().hint("https://outsider.example/")),
            other => {
                let Some(row) = keys::find(other).filter(|_| frame.shape.carries(other)) else {
                    return nothing;
                };
                match other {
                    _ if other.starts_with("aws:principaltag/") && signed => self.slot(text().optional().hint("x")),
                    _ if other.starts_with("aws:requesttag/") || other.starts_with("aws:resourcetag/") => {
                        self.slot(text().optional().hint("x"))
                    }
                    "aws:tagkeys" => self.slot(Slot { many: true, ..text().optional().hint("x") }),
                    _ if other.starts_with("aws:") => nothing,
                    _ => {
                        let kind = match row.kind {
                            KeyKind::String => Kind::Text(Rc::new([Pattern::anything()])),
                            KeyKind::Arn => return self.slot(arn_slot().optional()),
                            KeyKind::Number => Kind::Number,
                            KeyKind::Date => Kind::Date { step: 1000, preferred: USUAL_TIME },
                            KeyKind::Bool => Kind::Bool,
                            KeyKind::Ip => Kind::Address,
                        };
                        self.slot(Slot { many: row.multivalued, ..Slot::new(kind).optional() })
                    }
                }
            }
        }
    }

    /// The request that these values of the slots make, with every key that a request of this world always has.
    pub(crate) fn request(&mut self, action: &str, values: &[Value]) -> Request {
        for key in [
            "aws:securetransport",
            "aws:useragent",
            "aws:requestedregion",
            "aws:resourceaccount",
            "aws:currenttime",
            "aws:epochtime",
            "aws:viaawsservice",
        ] {
            self.place(&CompactString::from(key));
        }
        let by_frame: &[&str] = match self.frame.who {
            Who::Anonymous => &["aws:principalaccount", "aws:principaltype", "aws:userid"],
            Who::Service => &[
                "aws:principalisawsservice",
                "aws:principalservicename",
                "aws:principalservicenameslist",
                "aws:sourcearn",
                "aws:sourceaccount",
            ],
            Who::Named(_) => &[],
            _ => &[
                "aws:principalarn",
                "aws:principalaccount",
                "aws:principaltype",
                "aws:principalisawsservice",
                "aws:userid",
                "aws:username",
                "aws:tokenissuetime",
                "aws:multifactorauthpresent",
                "aws:calledvia",
                "aws:calledviafirst",
                "aws:calledvialast",
            ],
        };
        let by_network: &[&str] = match self.frame.network {
            Network::Internet => &["aws:sourceip"],
            Network::Vpc => &["aws:sourcevpc", "aws:sourcevpce", "aws:vpcsourceip"],
            Network::Internal => &[],
        };
        for key in by_frame.iter().chain(by_network) {
            self.place(&CompactString::from(*key));
        }
        let mut budget = super::domain::Budget::new(100_000);
        let value = |slot: usize, world: &Self, budget: &mut super::domain::Budget| match values.get(slot) {
            Some(value) => value.clone(),
            None => match world.slots[slot].solve(&[], budget) {
                super::domain::Found::Member(value) => value,
                _ => None,
            },
        };
        // An outsider that a service acts for is shown even where nothing asks for them.
        let all: Vec<Value> = (0..self.slots.len()).map(|slot| value(slot, self, &mut budget)).collect();
        let mut context = Context::new();
        for (key, place) in &self.keys {
            let values = match place {
                Place::Fixed(value) => value.clone(),
                Place::Slot(slot, lift) => all[*slot]
                    .as_ref()
                    .map(|values| values.iter().map(|text| lift.read(key, text, &self.frame)).collect()),
            };
            if let Some(values) = values {
                context.set(documented(key), values);
            }
        }
        let principal =
            all[PRINCIPAL].as_ref().and_then(|values| values.first()).map(String::as_str).unwrap_or_default();
        let resource = all[RESOURCE].as_ref().and_then(|values| values.first()).cloned().unwrap_or_default();
        Request { principal: self.frame.caller(principal), action: action.to_owned(), resource, context }
    }
}

/// The key's name as its documentation spells it.
fn documented(key: &str) -> String {
    match keys::find(key) {
        Some(row) if row.name.ends_with('/') => format!("{}{}", row.name, &key[row.name.len()..]),
        Some(row) => row.name.to_owned(),
        None => key.to_owned(),
    }
}

/// An account of somebody else, for witnesses.
pub(crate) const OUTSIDE_ACCOUNT: &str = "999988887777";

/// 2026-01-01, for witnesses of policies that do not care.
const USUAL_TIME: i64 = 1_767_225_600_000;

fn whole_second(milliseconds: i64) -> i64 {
    milliseconds.div_euclid(1000).saturating_mul(1000).saturating_add(if milliseconds % 1000 == 0 { 0 } else { 1000 })
}

fn paths_below(organization: Pattern) -> Pattern {
    organization.then_text("/r-").then_many(ORG_PATH).then_text("/")
}

fn arn_slot() -> Slot {
    let field = || Pattern::new().then_many(WORD).then_text(":");
    let universe =
        Pattern::literal("arn:").then(&field()).then(&field()).then(&field()).then(&field()).then_many(NO_WILDCARD);
    Slot::new(Kind::Text(Rc::new([universe])))
}

fn principal_slot(frame: &Frame) -> Slot {
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
    let mut slot = Slot::new(Kind::Text(Rc::new([universe.then(&tail)]))).hint(hint.clone() + example);
    if frame.who != Who::Service {
        slot.hints.extend(frame.hints.accounts.iter().map(|account| hint.replace(OUTSIDE_ACCOUNT, account) + example));
    }
    slot.hints.extend(frame.hints.principals.iter().map(|name| name.clone() + example));
    slot
}

impl Frame {
    fn universe(&self) -> Rc<[Pattern]> {
        Rc::clone(self.resources.get_or_init(|| self.shape.universe(&self.partition).into()))
    }

    /// The ids with a prefix: those AWS gives out, and those written in the policies.
    fn ids(&self, prefix: &str) -> Kind {
        Kind::Text(self.id_patterns(prefix).collect())
    }

    /// The paths of principals within organizations.
    fn organization_paths(&self) -> Kind {
        Kind::Text(self.id_patterns("o-").map(paths_below).collect())
    }

    /// The paths of the resource's owner within an organization.
    fn owners_paths(&self) -> Kind {
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
    fn tail(&self) -> Pattern {
        if self.has_tail() { Pattern::literal("\0").then_many(Class::ANY) } else { Pattern::new() }
    }

    fn arn_lift(&self) -> Lift {
        match self.has_tail() {
            true => Lift::Between { before: Pattern::new(), after: self.tail(), barred: NUL },
            false => Lift::Plain,
        }
    }

    fn account_lift(&self) -> Lift {
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

    fn caller(&self, principal: &str) -> Caller {
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

impl Lift {
    fn apply(&self, need: Need) -> Need {
        match self {
            Lift::Plain | Lift::Epoch => need,
            _ if need.is_opaque() => need,
            Lift::Tangled => match need.atom {
                Atom::Constant(_) => need,
                _ => Need { atom: Atom::Open, ..need },
            },
            Lift::Joined { before, bridge } => match &need.atom {
                Atom::Text { patterns, outside } => {
                    let patterns: Vec<Pattern> =
                        patterns.iter().flat_map(|own| own.split_at_colon(before, bridge)).collect();
                    Need { atom: Atom::Text { patterns: patterns.into(), outside: *outside }, ..need }
                }
                Atom::Constant(_) => need,
                _ => Need { atom: Atom::Open, ..need },
            },
            Lift::Between { before, after, barred } => {
                let lifted = |patterns: &[Pattern]| -> Rc<[Pattern]> {
                    patterns.iter().map(|own| before.clone().then(&own.clone().confined(barred)).then(after)).collect()
                };
                let atom = match &need.atom {
                    Atom::Constant(value) => Atom::Constant(*value),
                    Atom::Text { patterns, outside } => {
                        Atom::Text { patterns: lifted(patterns).to_vec().into(), outside: *outside }
                    }
                    // The keys that are lifted are well-formed ARNs or none at all.
                    Atom::Arn { patterns, outside, other } => match before.items().is_empty() {
                        true => Atom::Text { patterns: lifted(patterns).to_vec().into(), outside: *outside },
                        false => Atom::Constant(*other),
                    },
                    _ => Atom::Open,
                };
                Need { absent: need.absent, quantifier: need.quantifier, atom }
            }
        }
    }

    /// The key's value in the text of its slot.
    fn read(&self, key: &str, text: &str, frame: &Frame) -> String {
        let arn = || text.split('\0').next().unwrap_or(text);
        let field = |index: usize| arn().splitn(6, ':').nth(index).unwrap_or_default().to_owned();
        match (self, key) {
            (Lift::Epoch, _) => crate::condition::date::Instant::parse(text)
                .map_or_else(String::new, |instant| instant.0.div_euclid(1000).to_string()),
            (_, "aws:principalarn") => arn().to_owned(),
            (_, "aws:principalaccount" | "aws:resourceaccount" | "s3:resourceaccount") if text.starts_with("arn:") => {
                field(4)
            }
            (Lift::Between { .. }, "aws:sourceaccount" | "aws:sourceowner") => field(4),
            (_, "aws:requestedregion") if text.starts_with("arn:") => field(3),
            (_, "aws:username") => arn().rsplit('/').next().unwrap_or_default().to_owned(),
            (_, "aws:userid") => match (&frame.who, text.split_once('\0')) {
                (_, Some((_, id))) => id.to_owned(),
                (Who::Root, _) => field(4),
                (Who::User, _) => "AIDAOUTSIDER00000000".to_owned(),
                (Who::Role, _) => "AROAOUTSIDER00000000:session".to_owned(),
                _ => format!("{}:{}", field(4), arn().rsplit('/').next().unwrap_or_default()),
            },
            (Lift::Between { barred, .. }, _) if *barred == SLASH => text.split('/').next().unwrap_or(text).to_owned(),
            _ => text.to_owned(),
        }
    }
}

/// A numeric condition on the clock, in milliseconds.
fn epoch_need(condition: &Condition) -> Need {
    let mut set = Intervals::none();
    for operand in &condition.values {
        let (OperandValue::Number(number), Relation::Numeric(order)) = (&operand.value, condition.operator.relation())
        else {
            return Need::open();
        };
        // Between two seconds there is no clock; half way stands for the fraction.
        let (second, exact) = floor(number);
        let at = second.saturating_mul(1000).saturating_add(if exact { 0 } else { 500 });
        set = set.union(&Intervals::compared(at, |ordering| order.admits(ordering)));
    }
    let atom = Atom::Dates { set, other: false };
    let atom = if condition.operator.negated() { atom.complement() } else { atom };
    Need { absent: condition.operator.if_exists || condition.operator.negated(), quantifier: Quantifier::Every, atom }
}

/// The largest whole number not above, and whether it is the number itself. Clamped far outside the calendar.
fn floor(number: &Decimal) -> (i64, bool) {
    let bound = 1_i64 << 40;
    let decimal = |value: i64| Decimal::parse(&value.to_string());
    let (mut low, mut high) = (-bound, bound);
    while low < high {
        let middle = low + (high - low + 1) / 2;
        if decimal(middle).is_some_and(|middle| middle <= *number) { low = middle } else { high = middle - 1 }
    }
    (low, decimal(low).is_some_and(|low| low == *number))
}

/// The addresses that no request over the internet comes from (W6).
fn private_addresses() -> Addresses {
    let v4 = |a: u8, b: u8, prefix: u8| Addresses::network(std::net::Ipv4Addr::new(a, b, 0, 0).into(), prefix);
    let v6 = Addresses::network(std::net::Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0).into(), 7);
    v4(10, 0, 8).union(&v4(172, 16, 12)).union(&v4(192, 168, 16)).union(&v6)
}
