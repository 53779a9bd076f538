//! One kind of well-formed request, with its free choices. A world fixes everything that hangs together (an ARN and its
//! account, address or VPC, session and token) and leaves the rest as free slots.
//!
//! What makes a request well-formed is listed in `docs/policy-semantics.md` under "Requests there can be" and built in here,
//! so that every witness respects it. Keys that follow from a longer text (the account from the principal's ARN) are not
//! slots of their own: what is asked of them is lifted to what it asks of the text.

use std::rc::Rc;
use std::sync::LazyLock;

use compact_str::CompactString;

use super::domain::addresses::Addresses;
use super::domain::intervals::Intervals;
use super::domain::language::{Class, Pattern};
use super::frame::{
    Credentials, Frame, NAME, NO_WILDCARD, NUL, Network, OUTSIDE_ACCOUNT, SLASH, SLASH_OR_NUL, Source, WORD, Who,
    account, arn_slot, principal_slot, some,
};
use super::lift::{Lift, epoch_need};
use super::need::{Atom, COLON, Need, Quantifier, Substitution};
use super::slot::{Kind, Slot, Value};
use crate::condition::Condition;
use crate::condition::operator::Relation;
use crate::keys::{self, KeyKind};
use crate::pattern::Variable;
use crate::request::{Context, Request};

/// A frame with its slots.
pub(crate) struct World {
    pub(crate) frame: Rc<Frame>,
    pub(crate) slots: Vec<Slot>,
    keys: Vec<(CompactString, Place)>,
}

/// Where the value of a key is found.
#[derive(Debug, Clone)]
enum Place {
    Fixed(Value),
    Slot(usize, Lift),
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

impl World {
    pub(crate) fn new(frame: Rc<Frame>) -> Self {
        let principal = principal_slot(&frame);
        let resource = frame.resource_slot().clone();
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
            axioms.push(self.require("aws:sourceip", PUBLIC_ADDRESSES.clone()));
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

    /// Settles where the value of a key is found, if that is still open.
    fn ensure(&mut self, key: &CompactString) {
        if !self.keys.iter().any(|(known, _)| known == key) {
            let place = self.define(key);
            self.keys.push((key.clone(), place));
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
        let frame = Rc::clone(&self.frame);
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
                    "aws:tagkeys" => self.slot(text().optional().hint("x").several(true)),
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
                        self.slot(Slot::new(kind).optional().several(row.multivalued))
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
            self.ensure(&CompactString::from(key));
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
            self.ensure(&CompactString::from(*key));
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

/// 2026-01-01, for witnesses of policies that do not care.
const USUAL_TIME: i64 = 1_767_225_600_000;

fn whole_second(milliseconds: i64) -> i64 {
    milliseconds.div_euclid(1000).saturating_mul(1000).saturating_add(if milliseconds % 1000 == 0 { 0 } else { 1000 })
}

/// The addresses that requests over the internet come from, which are not private (W6).
static PUBLIC_ADDRESSES: LazyLock<Need> = LazyLock::new(|| {
    let v4 = |a: u8, b: u8, prefix: u8| Addresses::network(std::net::Ipv4Addr::new(a, b, 0, 0).into(), prefix);
    let v6 = Addresses::network(std::net::Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0).into(), 7);
    Need::outside(&v4(10, 0, 8).union(&v4(172, 16, 12)).union(&v4(192, 168, 16)).union(&v6))
});
