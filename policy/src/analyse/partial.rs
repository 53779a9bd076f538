//! Exposure of documents with unknown parts: one verdict if it is the same for every value, otherwise an example each way.
//!
//! A hole matters only through how its value relates to the other texts of the document and to the trust zone: it is equal
//! to one of them, or to none; as a pattern it matches everything, or hardly anything. The values tried here are one for
//! each such relation, and for a hole that stands for a whole element the most and the least it can say.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::exposure::{Exposure, ExposureClass, known};
use super::frame::OUTSIDE_ACCOUNT;
use super::zone::{TrustZone, Written};
use crate::condition::date::Instant;
use crate::condition::operator::{Family, Operator};
use crate::json::{Member, Node, Value};
use crate::model::{Policy, Statement};
use crate::parse::parse_node;
use crate::print::to_node;
use crate::service::ServiceModel;
use crate::text::{CharClass, Hole, Text, TextPart, TextRef};

/// How many assignments of values to holes are tried at most.
const MOST_ASSIGNMENTS: usize = 64;

/// An account of the zone, where nobody says which they are.
const OWN_ACCOUNT: &str = "123456789012";

/// A hole on whose value the exposure depends, and two values that show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dependence {
    /// The hole's name.
    pub hole: String,
    /// Values (as text, or as JSON for a whole element), each with the exposure it leads to; the worst first.
    pub values: [(String, ExposureClass); 2],
}

pub(crate) fn exposure(
    policies: &[Policy],
    zone: &TrustZone,
    service: &'static ServiceModel,
    now: Option<Instant>,
) -> Exposure {
    if policies.iter().all(is_known) {
        return known(&policies.iter().collect::<Vec<_>>(), zone, service, now);
    }
    let documents: Vec<Node> = policies.iter().map(to_node).collect();
    let mut holes =
        Holes { found: BTreeMap::new(), zone, written: Written::of(&policies.iter().collect::<Vec<_>>()), service };
    for document in &documents {
        holes.visit(document, Place::Document);
    }
    if holes.found.is_empty() {
        return known(&policies.iter().collect::<Vec<_>>(), zone, service, now);
    }
    let holes: Vec<(String, Vec<Filling>)> = holes.found.into_iter().collect();
    let mut outcomes: Vec<(Vec<usize>, Exposure)> = Vec::new();
    for choice in assignments(&holes) {
        let value = |hole: &Hole| {
            holes.iter().zip(&choice).find(|((name, _), _)| *name == hole.name).map(|((_, values), at)| &values[*at])
        };
        let filled: Option<Vec<Policy>> =
            documents.iter().map(|document| parse_node(fill(document, &value)?).into_result().ok()).collect();
        // A value that makes the document invalid is one the service would refuse.
        if let Some(filled) = filled {
            let owned = |(name, values): (&String, &Filling)| match values {
                Filling::Text(account) if zone.account_holes.contains(name) => Some(account.clone()),
                _ => None,
            };
            let values = holes.iter().zip(&choice).map(|((name, values), at)| (name, &values[*at]));
            let own: Vec<String> = values.filter_map(owned).collect();
            let exposure = if own.is_empty() {
                known(&filled.iter().collect::<Vec<_>>(), zone, service, now)
            } else {
                let accounts = zone.accounts.iter().cloned().chain(own).collect();
                let zone = TrustZone { accounts, ..zone.clone() };
                known(&filled.iter().collect::<Vec<_>>(), &zone, service, now)
            };
            outcomes.push((choice, exposure));
        }
    }
    merge(&holes, outcomes, service)
}

/// Whether nothing in a policy that has influence is unknown.
fn is_known(policy: &Policy) -> bool {
    let known = |text: &Text| text.as_known().is_some();
    let statement = |statement: &Statement| {
        statement.effect.value.known().is_some()
            && statement.unknown_conditions.is_empty()
            && statement.principals.entries.iter().all(|entry| known(&entry.text))
            && statement.actions.entries.iter().all(|entry| known(&entry.text))
            && statement.resources.entries.iter().all(|entry| known(&entry.text))
            && statement.conditions.iter().all(|condition| {
                condition.key.name().is_some() && condition.values.iter().all(|operand| known(&operand.text))
            })
    };
    policy.unknown_statements.is_empty()
        && policy.version.as_ref().is_none_or(|version| version.value.known().is_some())
        && policy.statements.iter().all(statement)
}

/// Assignments as indices into the values of each hole: all of them if they are few, otherwise those that differ from the
/// first in one hole.
fn assignments(holes: &[(String, Vec<Filling>)]) -> Vec<Vec<usize>> {
    let all: usize =
        holes.iter().map(|(_, values)| values.len()).try_fold(1usize, usize::checked_mul).unwrap_or(usize::MAX);
    if all <= MOST_ASSIGNMENTS {
        return (0..all)
            .map(|mut number| {
                holes
                    .iter()
                    .map(|(_, values)| {
                        let at = number % values.len();
                        number /= values.len();
                        at
                    })
                    .collect()
            })
            .collect();
    }
    let first = vec![0; holes.len()];
    let mut some = vec![first.clone()];
    for (hole, (_, values)) in holes.iter().enumerate() {
        for at in 1..values.len() {
            let mut other = first.clone();
            other[hole] = at;
            some.push(other);
        }
    }
    // The most that all holes together can say, and the least.
    some.push(holes.iter().map(|(_, values)| values.len() - 1).collect());
    some.truncate(MOST_ASSIGNMENTS);
    some
}

fn merge(
    holes: &[(String, Vec<Filling>)],
    outcomes: Vec<(Vec<usize>, Exposure)>,
    service: &'static ServiceModel,
) -> Exposure {
    let Some((_, first)) = outcomes.first() else {
        // No value that was tried makes a valid document.
        return known(&[], &TrustZone::default(), service, None).undecided();
    };
    let mut merged = first.clone();
    for (index, action) in merged.actions.iter_mut().enumerate() {
        let seen = |(choice, other): &(Vec<usize>, Exposure)| (choice.clone(), other.actions[index].class);
        let seen: Vec<_> = outcomes.iter().map(seen).collect();
        if seen.iter().any(|(_, class)| *class != action.class) {
            action.class = ExposureClass::Depends;
            action.witness = None;
            action.dependence = dependence(holes, &seen);
        }
    }
    let seen: Vec<_> = outcomes.into_iter().map(|(choice, other)| (choice, other.class)).collect();
    merged.class =
        if seen.iter().all(|(_, class)| *class == merged.class) { merged.class } else { ExposureClass::Depends };
    if merged.class == ExposureClass::Depends {
        merged.dependence = dependence(holes, &seen);
    } else if merged.witness().is_none() && merged.class < ExposureClass::None {
        // The same class through different actions: which action it is depends.
        merged.class = ExposureClass::Depends;
        merged.dependence = None;
    }
    merged
}

/// The worst assignment, and another one that is less exposed and differs from it in as few holes as possible: in one, or
/// else the first hole that differs is named.
fn dependence(holes: &[(String, Vec<Filling>)], seen: &[(Vec<usize>, ExposureClass)]) -> Option<Dependence> {
    let differing = |a: &[usize], b: &[usize]| a.iter().zip(b).filter(|(a, b)| a != b).count();
    let worst = seen.iter().map(|(_, class)| *class).min_by_key(|class| class.rank())?;
    let (worse, others): (Vec<_>, Vec<_>) = seen.iter().partition(|(_, class)| *class == worst);
    let pairs = worse.into_iter().flat_map(|a| others.iter().map(move |b| (a, *b)));
    let (worse, better) = pairs.min_by_key(|(a, b)| differing(&a.0, &b.0))?;
    let hole = worse.0.iter().zip(&better.0).position(|(a, b)| a != b)?;
    let value = |(choice, class): &(Vec<usize>, ExposureClass)| (holes[hole].1[choice[hole]].to_string(), *class);
    Some(Dependence { hole: holes[hole].0.clone(), values: [value(worse), value(better)] })
}

/// What a hole is filled with.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Filling {
    Text(String),
    /// Only where a whole value is unknown.
    Node(Node),
    /// Left out of its list or object.
    Nothing,
}

impl std::fmt::Display for Filling {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Node(node) => node.fmt(f),
            Self::Nothing => f.write_str("nothing"),
        }
    }
}

/// The document with its holes filled. Nothing, if the hole is the document and is left out.
fn fill<'v>(node: &Node, value: &dyn Fn(&Hole) -> Option<&'v Filling>) -> Option<Node> {
    let filled = match &node.value {
        Value::Unknown(hole) => match value(hole) {
            Some(Filling::Text(text)) => Value::String(Text::known(text.as_str())),
            Some(Filling::Node(node)) => return Some(node.clone()),
            Some(Filling::Nothing) => return None,
            None => node.value.clone(),
        },
        Value::String(text) => Value::String(fill_text(text, value)),
        Value::Array(items) => Value::Array(items.iter().filter_map(|item| fill(item, value)).collect()),
        Value::Object(members) => Value::Object(
            members
                .iter()
                .filter_map(|member| {
                    Some(Member {
                        key_span: member.key_span,
                        key: fill_text(&member.key, value),
                        node: fill(&member.node, value)?,
                    })
                })
                .collect(),
        ),
        Value::Null | Value::Bool(_) | Value::Number(_) => node.value.clone(),
    };
    Some(Node { span: node.span, value: filled })
}

fn fill_text<'v>(text: &Text, value: &dyn Fn(&Hole) -> Option<&'v Filling>) -> Text {
    text.fill(&|hole| match value(hole) {
        Some(Filling::Text(text)) => Some(text.clone()),
        Some(Filling::Nothing) => Some(String::new()),
        Some(Filling::Node(_)) | None => None,
    })
}

/// Where in a document a value stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Document,
    Statement,
    Element(Element),
    Conditions,
    /// The keys under an operator.
    Keys(Option<Family>),
    /// The values of a key.
    Values(Option<Family>),
    /// Without influence.
    Idle,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Element {
    Version,
    Effect,
    Principal,
    AwsPrincipal,
    ServicePrincipal,
    OtherPrincipal,
    Action,
    Resource,
}

/// The holes found so far, with the values to try.
struct Holes<'a> {
    found: BTreeMap<String, Vec<Filling>>,
    zone: &'a TrustZone,
    written: Written,
    service: &'static ServiceModel,
}

impl Holes<'_> {
    fn visit(&mut self, node: &Node, place: Place) {
        match &node.value {
            Value::Unknown(hole) => self.add(hole, self.whole(place)),
            Value::String(text) => self.visit_text(text, place),
            Value::Array(items) => {
                let place = if place == Place::Document { Place::Statement } else { place };
                items.iter().for_each(|item| self.visit(item, place));
            }
            Value::Object(members) => {
                members.iter().for_each(|member| self.visit(&member.node, within(place, &member.key)))
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn visit_text(&mut self, text: &Text, place: Place) {
        let alone = text.as_hole().is_some();
        let parts: Vec<TextPart> = text
            .parts()
            .map(|part| match part {
                TextRef::Known(text) => TextPart::Known(text.into()),
                TextRef::Hole(hole) => TextPart::Hole(Arc::clone(hole)),
            })
            .collect();
        for part in parts {
            if let TextPart::Hole(hole) = part {
                let values = self.texts(&hole, place, alone);
                self.add(&hole, values);
            }
        }
    }

    fn add(&mut self, hole: &Hole, values: Vec<Filling>) {
        let known = self.found.entry(hole.name.clone()).or_default();
        for value in values {
            let fits = match &value {
                Filling::Text(text) => hole.admits(text),
                Filling::Node(_) | Filling::Nothing => true,
            };
            if fits && !known.contains(&value) {
                known.push(value);
            }
        }
        if known.is_empty() {
            // A class and a length that none of our values fits: any text of the class.
            let letter = ('!'..='~').find(|c| hole.class.contains(*c)).unwrap_or('x');
            known.push(Filling::Text(letter.to_string().repeat(hole.length.unwrap_or(1))));
        }
    }

    /// Values of a hole inside a string, or in place of one.
    fn texts(&self, hole: &Hole, place: Place, alone: bool) -> Vec<Filling> {
        let mut values: Vec<String> = Vec::new();
        let own = self.zone.accounts.iter().cloned();
        let other = if self.zone.account_holes.contains(&hole.name) { OWN_ACCOUNT } else { OUTSIDE_ACCOUNT };
        let accounts = own.chain(self.written.accounts.iter().take(3).cloned()).chain([other.to_owned()]);
        match hole.class {
            CharClass::Digits => values.extend(accounts.chain(["1".to_owned()])),
            CharClass::Region => values.extend(["us-east-1", "eu-west-1", "aws"].map(str::to_owned)),
            CharClass::Name | CharClass::Bucket | CharClass::Segment => {
                values.extend(["movies", "live"].map(str::to_owned))
            }
            CharClass::Plain | CharClass::Any => {
                values.push("x".to_owned());
                values.extend(self.texts_at(place, alone));
            }
        }
        values.into_iter().map(Filling::Text).collect()
    }

    fn texts_at(&self, place: Place, alone: bool) -> Vec<String> {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let principals = || {
            let accounts = self.zone.accounts.iter().cloned().chain([OUTSIDE_ACCOUNT.to_owned()]);
            accounts.map(|account| format!("arn:aws:iam::{account}:root")).chain(["*".to_owned()]).collect::<Vec<_>>()
        };
        let prefix = self.service.prefix;
        match place {
            Place::Element(Element::Version) => words(&["2012-10-17", "2008-10-17"]),
            Place::Element(Element::Effect) => words(&["Allow", "Deny"]),
            Place::Element(Element::Principal) if alone => words(&["*"]),
            Place::Element(Element::AwsPrincipal) if alone => principals(),
            Place::Element(Element::ServicePrincipal) => words(&["cloudfront.amazonaws.com"]),
            Place::Element(Element::Action) if alone => {
                let all = self.service.actions.iter().map(|row| format!("{prefix}:{}", row.name));
                all.take(4).chain([format!("{prefix}:*"), format!("{prefix}:Nothing")]).collect()
            }
            Place::Element(Element::Resource) if alone => {
                vec![format!("arn:aws:{prefix}:us-east-1:{OUTSIDE_ACCOUNT}:nothing/x"), "*".to_owned()]
            }
            Place::Element(_) => words(&["*"]),
            Place::Values(family) => match family {
                Some(Family::Bool | Family::Null) => words(&["true", "false"]),
                Some(Family::Ip) => words(&["203.0.113.0/24", "0.0.0.0/0", "::/0"]),
                Some(Family::Numeric) => words(&["0", "1e30", "-1e30"]),
                Some(Family::Date) => words(&["2000-01-01T00:00:00Z", "9000-01-01T00:00:00Z"]),
                Some(Family::Arn) => {
                    let accounts = self.zone.accounts.iter().cloned().chain([OUTSIDE_ACCOUNT.to_owned()]);
                    let arns = accounts.flat_map(|account| {
                        [
                            format!("arn:aws:iam::{account}:role/x"),
                            format!("arn:aws:cloudfront::{account}:distribution/X"),
                        ]
                    });
                    arns.chain(["arn:*:*:*:*:*".to_owned()]).collect()
                }
                _ => {
                    let zone = self.zone;
                    let own = zone
                        .accounts
                        .iter()
                        .chain(&zone.organizations)
                        .chain(&zone.vpcs)
                        .chain(&zone.endpoints)
                        .chain(&zone.sources);
                    own.cloned().chain([OUTSIDE_ACCOUNT.to_owned(), "*".to_owned()]).collect()
                }
            },
            Place::Document | Place::Statement | Place::Conditions | Place::Keys(_) | Place::Idle => Vec::new(),
        }
    }

    /// Values of a hole that stands for a whole JSON value: the least it can say, and the most.
    fn whole(&self, place: Place) -> Vec<Filling> {
        let object = |members: Vec<(&str, Node)>| {
            let member = |(key, node): (&str, Node)| Member {
                key_span: crate::span::Span::default(),
                key: Text::from(key),
                node,
            };
            Node::new(Value::Object(members.into_iter().map(member).collect()))
        };
        let aws = |text: String| object(vec![("AWS", Node::string(text))]);
        let texts = |alone_at: Place| self.texts_at(alone_at, true).into_iter().map(Filling::Text).collect::<Vec<_>>();
        match place {
            Place::Document | Place::Statement => {
                let statement = |effect: &str| {
                    let all = |name: &'static str| (name, Node::string("*"));
                    object(vec![("Effect", Node::string(effect)), all("Principal"), all("Action"), all("Resource")])
                };
                let wrap = |statement: Node| match place {
                    Place::Document => object(vec![("Version", Node::string("2012-10-17")), ("Statement", statement)]),
                    _ => statement,
                };
                vec![Filling::Nothing, Filling::Node(wrap(statement("Deny"))), Filling::Node(wrap(statement("Allow")))]
            }
            Place::Element(Element::Principal) => {
                let accounts = self.zone.accounts.iter().cloned().chain([OUTSIDE_ACCOUNT.to_owned()]);
                accounts.map(|account| Filling::Node(aws(account))).chain([Filling::Text("*".to_owned())]).collect()
            }
            Place::Conditions => {
                let never = object(vec![("Null", object(vec![("aws:SecureTransport", Node::string("true"))]))]);
                vec![Filling::Node(never), Filling::Nothing]
            }
            Place::Keys(_) => vec![Filling::Nothing],
            Place::Values(Some(Family::String) | None) => {
                let mut values = vec![Filling::Text("x".to_owned())];
                values.extend(texts(place));
                values
            }
            Place::Idle => vec![Filling::Text("x".to_owned())],
            place => texts(place),
        }
    }
}

/// The place of a member's value.
fn within(place: Place, key: &Text) -> Place {
    let key = key.as_known().unwrap_or_default();
    match (place, key) {
        (Place::Document, "Statement") => Place::Statement,
        (Place::Document, "Version") => Place::Element(Element::Version),
        (Place::Statement, "Effect") => Place::Element(Element::Effect),
        (Place::Statement, "Principal" | "NotPrincipal") => Place::Element(Element::Principal),
        (Place::Statement, "Action" | "NotAction") => Place::Element(Element::Action),
        (Place::Statement, "Resource" | "NotResource") => Place::Element(Element::Resource),
        (Place::Statement, "Condition") => Place::Conditions,
        (Place::Element(Element::Principal), "AWS") => Place::Element(Element::AwsPrincipal),
        (Place::Element(Element::Principal), "Service") => Place::Element(Element::ServicePrincipal),
        (Place::Element(Element::Principal), _) => Place::Element(Element::OtherPrincipal),
        (Place::Conditions, operator) => Place::Keys(Operator::parse(operator).map(Operator::family)),
        (Place::Keys(family), _) => Place::Values(family),
        _ => Place::Idle,
    }
}
