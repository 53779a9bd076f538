//! What one condition (or one other part of a statement) asks of one key, as an exact set of values.
//!
//! A need can be negated, because a Deny statement is escaped by failing one of its parts. What several needs on one key
//! leave over is [`super::slot`]'s.

use std::sync::Arc;

use super::domain::addresses::Addresses;
use super::domain::intervals::{Intervals, Ordinate};
use super::domain::language::{Class, Pattern};
use super::zone::addresses_of;
use crate::arn::ArnPattern;
use crate::condition::date::Instant;
use crate::condition::ip::parse_address;
use crate::condition::numeric::Decimal;
use crate::condition::operator::{Relation, SetQualifier};
use crate::condition::{Condition, OperandValue};
use crate::pattern::{self, Part};

/// What is asked of a key: of its absence, and of its values.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Need {
    /// Whether a request without the key satisfies it.
    pub(crate) absent: bool,
    pub(crate) quantifier: Quantifier,
    pub(crate) atom: Atom,
}

/// How the atom is applied to a key that has several values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Quantifier {
    /// Every value satisfies the atom.
    Every,
    /// Some value satisfies the atom.
    Some,
}

/// A set of single values, given as texts of a request.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Atom {
    /// Every value, or none.
    Constant(bool),
    /// The texts that match one of the patterns, or (`outside`) those that match none.
    Text { patterns: Arc<[Pattern]>, outside: bool },
    /// The same among well-formed ARNs; any other text is in if `other`.
    Arn { patterns: Arc<[Pattern]>, outside: bool, other: bool },
    /// Addresses; text that is no address is in if `other`.
    Addresses { set: Addresses, other: bool },
    /// Numbers; text that is no number is in if `other`.
    Numbers { set: Intervals<Decimal>, other: bool },
    /// Instants in milliseconds; text that is no instant is in if `other`.
    Dates { set: Intervals<i64>, other: bool },
    /// The outcome of a comparison with a policy variable, which may come out either way. Equal names stand for equal outcomes.
    Opaque { name: Arc<str>, holds: bool },
    /// Not expressed here. Left open in the search, so that "no request" stays a proof, and settled by replaying the witness.
    Open,
}

impl Need {
    /// A need that every value satisfies but absence does not, or the other way round.
    pub(crate) fn presence(present: bool) -> Self {
        Self { absent: !present, quantifier: Quantifier::Every, atom: Atom::Constant(present) }
    }

    pub(crate) fn constant(value: bool) -> Self {
        Self { absent: value, quantifier: Quantifier::Every, atom: Atom::Constant(value) }
    }

    /// Nothing known.
    pub(crate) fn open() -> Self {
        Self { absent: true, quantifier: Quantifier::Every, atom: Atom::Open }
    }

    /// A comparison that may come out either way, of a slot that always has a value.
    pub(crate) fn opaque(name: String, holds: bool) -> Self {
        Self { absent: false, quantifier: Quantifier::Every, atom: Atom::Opaque { name: name.into(), holds } }
    }

    pub(crate) fn is_open(&self) -> bool {
        self.atom == Atom::Open
    }

    pub(crate) fn is_opaque(&self) -> bool {
        matches!(self.atom, Atom::Opaque { .. })
    }

    /// What the key must be like for this need to hold, where the need itself cannot be expressed: policy variables taken
    /// for any text at all.
    pub(crate) fn around_variables(condition: &Condition) -> Option<Self> {
        if condition.operator.negated() {
            return None;
        }
        let need = Self::of_condition(condition, &|_| Substitution::Anything);
        (!need.is_open()).then_some(need)
    }

    /// The address, if there is one, is none of these.
    pub(crate) fn outside(addresses: &Addresses) -> Self {
        let atom = Atom::Addresses { set: addresses.complement(), other: false };
        Self { absent: true, quantifier: Quantifier::Every, atom }
    }

    /// The value, if there is one, is one of `patterns`.
    pub(crate) fn text(patterns: impl Into<Arc<[Pattern]>>, absent: bool) -> Self {
        Self { absent, quantifier: Quantifier::Every, atom: Atom::Text { patterns: patterns.into(), outside: false } }
    }

    /// The value, if there is one, is none of `patterns`.
    pub(crate) fn text_outside(patterns: impl Into<Arc<[Pattern]>>, absent: bool) -> Self {
        Self { absent, quantifier: Quantifier::Every, atom: Atom::Text { patterns: patterns.into(), outside: true } }
    }

    pub(crate) fn negated(&self) -> Self {
        let quantifier = match self.quantifier {
            Quantifier::Every => Quantifier::Some,
            Quantifier::Some => Quantifier::Every,
        };
        Self { absent: !self.absent, quantifier, atom: self.atom.complement() }
    }

    /// The truth of a need that does not depend on the key at all.
    pub(crate) fn as_constant(&self) -> Option<bool> {
        match self.atom {
            Atom::Constant(value) if value == self.absent => Some(value),
            _ => None,
        }
    }

    pub(crate) fn admits(&self, values: Option<&[String]>) -> bool {
        match (values, self.quantifier) {
            (None, _) => self.absent,
            (Some(values), Quantifier::Every) => values.iter().all(|value| self.atom.admits(value)),
            (Some(values), Quantifier::Some) => values.iter().any(|value| self.atom.admits(value)),
        }
    }

    /// What a condition asks of its key. `substitute` gives the values that policy variables are pinned to.
    pub(crate) fn of_condition(condition: &Condition, substitute: &dyn Fn(&pattern::Variable) -> Substitution) -> Self {
        let operator = condition.operator;
        if operator.relation() == Relation::Null {
            return Self::of_null(condition);
        }
        let absent = match operator.set {
            Some(SetQualifier::ForAllValues) => true,
            Some(SetQualifier::ForAnyValue) => false,
            None => operator.if_exists || operator.negated(),
        };
        let quantifier = match operator.set {
            Some(SetQualifier::ForAnyValue) => Quantifier::Some,
            _ => Quantifier::Every,
        };
        if condition.key.multivalued() && operator.set.is_none() {
            // A key of several values without a set operator fails whenever it is there, whatever the operator.
            return Self { absent, quantifier, atom: Atom::Constant(false) };
        }
        Self { absent, quantifier, atom: Atom::of_condition(condition, substitute) }
    }

    fn of_null(condition: &Condition) -> Self {
        match condition.operator.set {
            Some(SetQualifier::ForAllValues) => return Self::constant(true),
            Some(SetQualifier::ForAnyValue) => return Self::constant(false),
            None => {}
        }
        let mut need = Self { absent: false, quantifier: Quantifier::Every, atom: Atom::Constant(false) };
        for operand in &condition.values {
            match operand.value {
                OperandValue::Null(true) => need.absent = true,
                OperandValue::Null(false) => need.atom = Atom::Constant(true),
                _ => return Self::open(),
            }
        }
        need
    }
}

/// What stands in for a policy variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Substitution {
    /// This text.
    Text(String),
    /// Any text at all.
    Anything,
    /// Nothing: whatever holds the variable matches nothing.
    Nothing,
    /// Not known, left open.
    Open,
}

impl Atom {
    pub(crate) fn complement(&self) -> Self {
        match self {
            Self::Constant(value) => Self::Constant(!value),
            Self::Text { patterns, outside } => Self::Text { patterns: Arc::clone(patterns), outside: !outside },
            Self::Arn { patterns, outside, other } => {
                Self::Arn { patterns: Arc::clone(patterns), outside: !outside, other: !other }
            }
            Self::Addresses { set, other } => Self::Addresses { set: set.complement(), other: !other },
            Self::Numbers { set, other } => Self::Numbers { set: set.complement(), other: !other },
            Self::Dates { set, other } => Self::Dates { set: set.complement(), other: !other },
            Self::Opaque { name, holds } => Self::Opaque { name: Arc::clone(name), holds: !holds },
            Self::Open => Self::Open,
        }
    }

    /// About how much there is to compare a text with, for the budget.
    pub(crate) fn size(&self) -> usize {
        match self {
            Self::Text { patterns, .. } | Self::Arn { patterns, .. } => {
                patterns.iter().map(|pattern| pattern.items().len()).sum()
            }
            _ => 1,
        }
    }

    pub(crate) fn admits(&self, text: &str) -> bool {
        match self {
            Self::Constant(value) => *value,
            Self::Open | Self::Opaque { .. } => true,
            Self::Text { patterns, outside } => patterns.iter().any(|pattern| pattern.matches(text)) != *outside,
            Self::Arn { patterns, outside, other } => match crate::arn::split(text) {
                Some(_) => patterns.iter().any(|pattern| pattern.matches(text)) != *outside,
                None => *other,
            },
            Self::Addresses { set, other } => parse_address(text).map_or(*other, |address| set.contains(address)),
            Self::Numbers { set, other } => Decimal::parse(text).map_or(*other, |number| set.contains(&number)),
            Self::Dates { set, other } => Instant::parse(text).map_or(*other, |instant| set.contains(&instant.0)),
        }
    }

    /// The outcome of comparing a key with these values, whatever it is.
    fn opaque(condition: &Condition) -> Self {
        let relation = condition.operator.relation();
        let values: Vec<String> = condition.values.iter().map(|operand| operand.text.to_string()).collect();
        let key = condition.key.name().unwrap_or_default();
        let negated = condition.operator.negated();
        match relation {
            // What is no ARN satisfies neither sign, so these are no opposites.
            Relation::ArnLike => {
                Self::Opaque { name: format!("{relation:?} {negated} {key} {values:?}").into(), holds: true }
            }
            _ => Self::Opaque { name: format!("{relation:?} {key} {values:?}").into(), holds: !negated },
        }
    }

    fn of_condition(condition: &Condition, substitute: &dyn Fn(&pattern::Variable) -> Substitution) -> Self {
        let relation = condition.operator.relation();
        let negated = condition.operator.negated();
        let mut patterns = Vec::new();
        let mut addresses = Addresses::default();
        let mut numbers = Intervals::none();
        let mut dates = Intervals::none();
        let mut truths = [false; 2];
        for operand in &condition.values {
            match (&operand.value, relation) {
                (OperandValue::String(own), Relation::StringEqualsIgnoreCase) => {
                    match text_pattern(own, true, substitute) {
                        Ok(pattern) => patterns.extend(pattern),
                        Err(Open) => return Self::opaque(condition),
                    }
                }
                (OperandValue::String(own), _) => match text_pattern(own, false, substitute) {
                    Ok(pattern) => patterns.extend(pattern),
                    Err(Open) => return Self::opaque(condition),
                },
                (OperandValue::Number(number), Relation::Numeric(order)) => {
                    numbers = numbers.union(&Intervals::compared(number.clone(), |ordering| order.admits(ordering)));
                }
                (OperandValue::Date(instant), Relation::Date(order)) => {
                    dates = dates.union(&Intervals::compared(instant.0, |ordering| order.admits(ordering)));
                }
                (OperandValue::Bool(value), _) => truths[usize::from(*value)] = true,
                (OperandValue::Binary(text), _) => patterns.push(Pattern::literal(text)),
                (OperandValue::Ip(network), _) => addresses = addresses.union(&addresses_of(*network)),
                (OperandValue::Arn(own), _) => match arn_pattern(own, substitute) {
                    Ok(pattern) => patterns.extend(pattern),
                    Err(Open) => return Self::opaque(condition),
                },
                (OperandValue::Malformed, Relation::ArnLike) => return Self::Open,
                (OperandValue::Malformed, _) => {}
                _ => return Self::Open,
            }
        }
        let positive = match relation {
            Relation::Numeric(_) => Self::Numbers { set: numbers, other: false },
            Relation::Date(_) => Self::Dates { set: dates, other: false },
            Relation::IpAddress if negated => return Self::Addresses { set: addresses.complement(), other: false },
            Relation::IpAddress => Self::Addresses { set: addresses, other: false },
            // Everything that is not `true` in some spelling is false.
            Relation::Bool => match truths {
                [same, other] if same == other => Self::Constant(same),
                [outside, _] => Self::Text { patterns: Pattern::ignoring_case("true").into_iter().collect(), outside },
            },
            Relation::ArnLike => return Self::Arn { patterns: patterns.into(), outside: negated, other: false },
            _ => Self::Text { patterns: patterns.into(), outside: false },
        };
        if negated { positive.complement() } else { positive }
    }
}

/// A pattern cannot be expressed: something in it is unknown.
pub(crate) struct Open;

/// The strings a policy's pattern matches; `None` if it matches nothing because a variable has no value.
pub(crate) fn text_pattern(
    own: &pattern::Pattern,
    ignoring_case: bool,
    substitute: &dyn Fn(&pattern::Variable) -> Substitution,
) -> Result<Option<Pattern>, Open> {
    extend(Pattern::new(), own, &Class::ANY, ignoring_case, substitute)
}

/// The texts an ARN pattern matches, its first five fields without reaching across a colon.
pub(crate) fn arn_pattern(
    own: &ArnPattern,
    substitute: &dyn Fn(&pattern::Variable) -> Substitution,
) -> Result<Option<Pattern>, Open> {
    let mut pattern = Pattern::new();
    for (index, field) in own.fields.iter().enumerate() {
        let last = index + 1 == own.fields.len();
        let class = if last { Class::ANY } else { Class::except(COLON) };
        pattern = match extend(pattern, field, &class, false, substitute)? {
            Some(pattern) if last => pattern,
            Some(pattern) => pattern.then_text(":"),
            None => return Ok(None),
        };
    }
    Ok(Some(pattern))
}

/// The unit that separates the fields of an ARN.
pub(crate) const COLON: &[u16] = &[b':' as u16];

/// The texts a row of fields of an ARN pattern matches, wildcards confined to a field.
fn extend(
    mut pattern: Pattern,
    own: &pattern::Pattern,
    wildcard: &Class,
    ignoring_case: bool,
    substitute: &dyn Fn(&pattern::Variable) -> Substitution,
) -> Result<Option<Pattern>, Open> {
    let text = |pattern: Pattern, text: &str| match ignoring_case {
        true => Ok(pattern.then(&Pattern::ignoring_case(text).ok_or(Open)?)),
        false => Ok(pattern.then_text(text)),
    };
    for part in own.parts() {
        pattern = match part {
            Part::Literal(literal) => text(pattern, literal)?,
            Part::One => pattern.then_one(wildcard.clone()),
            Part::Many => pattern.then_many(wildcard.clone()),
            Part::Hole(_) => return Err(Open),
            Part::Variable(variable) => match substitute(variable) {
                Substitution::Text(value) => text(pattern, &value)?,
                Substitution::Anything => pattern.then_many(Class::ANY),
                Substitution::Nothing => return Ok(None),
                Substitution::Open => return Err(Open),
            },
        };
    }
    Ok(Some(pattern))
}

/// The patterns of texts that are no ARNs: fewer than five colons, or a first field that is not `arn`.
pub(crate) fn malformed_arns() -> Vec<Pattern> {
    let field = |pattern: Pattern| pattern.then_many(Class::except(COLON));
    let mut short = field(Pattern::new());
    let mut patterns = vec![short.clone()];
    for _ in 0..4 {
        short = field(short.then_text(":"));
        patterns.push(short.clone());
    }
    let unit = |letter: u8| Class::Unit(u16::from(letter));
    // A first field that is not `arn`: shorter, longer, or different at one of its letters.
    patterns.extend([
        Pattern::literal(":").then_many(Class::ANY),
        Pattern::literal("a:").then_many(Class::ANY),
        Pattern::literal("ar:").then_many(Class::ANY),
        Pattern::literal("arn").then_one(Class::except(COLON)).then_many(Class::ANY),
        Pattern::new().then_one(Class::except(&[b':' as u16, b'a' as u16])).then_many(Class::ANY),
        Pattern::new().then_one(unit(b'a')).then_one(Class::except(&[b':' as u16, b'r' as u16])).then_many(Class::ANY),
        Pattern::literal("ar").then_one(Class::except(&[b':' as u16, b'n' as u16])).then_many(Class::ANY),
    ]);
    patterns
}

impl Ordinate for Decimal {
    fn between(low: &Self, high: &Self) -> Option<Self> {
        Some(Decimal::between(low, high))
    }

    fn below(&self) -> Option<Self> {
        outwards("-").find(|candidate| candidate < self)
    }

    fn above(&self) -> Option<Self> {
        outwards("").find(|candidate| candidate > self)
    }

    fn ordinary() -> Self {
        Decimal::parse("1").expect("a digit is a number")
    }
}

/// Numbers of one sign, ever larger, up to the largest that can be written.
fn outwards(sign: &str) -> impl Iterator<Item = Decimal> + use<> {
    let sign = sign.to_owned();
    ["0", "1", "10", "100", "1000", "1e6", "1e12", "1e40", "1e400", "1e6000", "1e100000", "1e20000000", "1e999999999"]
        .into_iter()
        .filter_map(move |size| Decimal::parse(&format!("{sign}{size}")))
}
