//! Keys whose value is part of a longer text: what is asked of them, as what it asks of the text.

use std::sync::Arc;

use super::domain::intervals::Intervals;
use super::domain::language::Pattern;
use super::frame::{Frame, SLASH, Who};
use super::need::{Atom, Need, Quantifier};
use crate::condition::numeric::Decimal;
use crate::condition::operator::Relation;
use crate::condition::{Condition, OperandValue};

/// How a key's value stands in the text of its slot.
#[derive(Debug, Clone)]
pub(crate) enum Lift {
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

impl Lift {
    pub(crate) fn apply(&self, need: Need) -> Need {
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
                let lifted = |patterns: &[Pattern]| -> Arc<[Pattern]> {
                    patterns.iter().map(|own| before.clone().then(&own.clone().confined(barred)).then(after)).collect()
                };
                let atom = match &need.atom {
                    Atom::Constant(value) => Atom::Constant(*value),
                    Atom::Text { patterns, outside } => Atom::Text { patterns: lifted(patterns), outside: *outside },
                    // The keys that are lifted are well-formed ARNs or none at all.
                    Atom::Arn { patterns, outside, other } => match before.items().is_empty() {
                        true => Atom::Text { patterns: lifted(patterns), outside: *outside },
                        false => Atom::Constant(*other),
                    },
                    _ => Atom::Open,
                };
                Need { absent: need.absent, quantifier: need.quantifier, atom }
            }
        }
    }

    /// The key's value in the text of its slot.
    pub(crate) fn read(&self, key: &str, text: &str, frame: &Frame) -> String {
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
pub(crate) fn epoch_need(condition: &Condition) -> Need {
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
