//! One free choice of a request: the value of a key (or of several keys that depend on one text), and what the needs of a
//! policy leave of it.

use std::rc::Rc;
use std::sync::Arc;

use super::domain::addresses::Addresses;
use super::domain::intervals::{Intervals, Ordinate};
use super::domain::language::Pattern;
use super::domain::product::Query;
use super::domain::{Budget, Found};
use super::need::{Atom, Need, Quantifier, malformed_arns};
use crate::condition::date::Instant;
use crate::condition::numeric::Decimal;

/// The value of a slot: nothing, or the values of the key.
pub(crate) type Value = Option<Vec<String>>;

/// What a slot can hold at all.
#[derive(Debug, Clone)]
pub(crate) struct Slot {
    pub(crate) kind: Kind,
    /// Several values are possible.
    many: bool,
    may_lack: bool,
    pub(crate) may_have: bool,
    /// Values to try first. INVARIANT: the slot can hold each of them.
    hints: Vec<String>,
    /// The most units of a text, where there is a limit.
    pub(crate) longest: Option<usize>,
}

/// The type of a slot's values.
#[derive(Debug, Clone)]
pub(crate) enum Kind {
    /// Text that matches one of these.
    Text(Rc<[Pattern]>),
    /// `true` or `false`.
    Bool,
    Address,
    Number,
    /// Milliseconds, in steps of so many.
    Date {
        step: i64,
        preferred: i64,
    },
}

impl Slot {
    pub(crate) fn new(kind: Kind) -> Self {
        Self { kind, many: false, may_lack: false, may_have: true, hints: Vec::new(), longest: None }
    }

    pub(crate) fn absent() -> Self {
        Self { may_lack: true, may_have: false, ..Self::new(Kind::Bool) }
    }

    pub(crate) fn optional(mut self) -> Self {
        self.may_lack = true;
        self
    }

    pub(crate) fn several(mut self, possible: bool) -> Self {
        self.many = possible;
        self
    }

    /// Tries `text` first, if the slot can hold it.
    pub(crate) fn hint(mut self, text: impl Into<String>) -> Self {
        let text = text.into();
        if self.admits(&text) {
            self.hints.push(text);
        }
        self
    }

    /// A value that satisfies all needs; absence first, since a witness should say no more than it must.
    pub(crate) fn solve(&self, needs: &[&Need], budget: &mut Budget) -> Found<Value> {
        if self.may_lack && needs.iter().all(|need| need.admits(None)) {
            return Found::Member(None);
        }
        if !self.may_have {
            return Found::Empty;
        }
        let every: Vec<&Atom> = needs
            .iter()
            .filter(|need| need.quantifier == Quantifier::Every || !self.many)
            .map(|need| &need.atom)
            .collect();
        let some: Vec<&Atom> = needs
            .iter()
            .filter(|need| need.quantifier == Quantifier::Some && self.many)
            .map(|need| &need.atom)
            .collect();
        if some.is_empty() {
            return match self.solve_one(&every, budget) {
                Found::Member(text) => Found::Member(Some(vec![text])),
                Found::Empty => Found::Empty,
                Found::Unknown => Found::Unknown,
            };
        }
        // Each "some value" may have a value of its own, as long as all values keep what is asked of every value.
        let mut values: Vec<String> = Vec::new();
        for atom in some {
            if values.iter().any(|value| atom.admits(value)) {
                continue;
            }
            let mut atoms = every.clone();
            atoms.push(atom);
            match self.solve_one(&atoms, budget) {
                Found::Member(text) => values.push(text),
                Found::Empty => return Found::Empty,
                Found::Unknown => return Found::Unknown,
            }
        }
        Found::Member(Some(values))
    }

    fn solve_one(&self, atoms: &[&Atom], budget: &mut Budget) -> Found<String> {
        if atoms.iter().any(|atom| **atom == Atom::Constant(false)) || contradict(atoms) {
            return Found::Empty;
        }
        if !budget.spend(1 + atoms.len() as u64) {
            return Found::Unknown;
        }
        let wanted = |text: &str| atoms.iter().all(|atom| atom.admits(text));
        let admitted = |text: &str| self.admits(text) && wanted(text);
        if let Kind::Bool = self.kind {
            let value = ["true", "false"].into_iter().find(|text| admitted(text));
            return value.map_or(Found::Empty, |text| Found::Member(text.to_owned()));
        }
        let cost: usize = atoms.iter().map(|atom| atom.size()).sum();
        for hint in &self.hints {
            if !budget.spend(1 + cost as u64 / 8) {
                return Found::Unknown;
            }
            if wanted(hint) {
                return Found::Member(hint.clone());
            }
        }
        // A list of texts is gone through where other families than texts are asked for too.
        let is_text = |atom: &Atom| matches!(atom, Atom::Text { .. } | Atom::Arn { .. });
        let mixed = !matches!(self.kind, Kind::Text(_)) || !atoms.iter().all(|atom| is_text(atom));
        if let Some(patterns) = atoms.iter().find_map(|atom| finite(atom)).filter(|_| mixed) {
            let cost: usize = patterns.iter().map(|pattern| pattern.items().len()).sum();
            if !budget.spend((cost * atoms.len()) as u64) {
                return Found::Unknown;
            }
            let member = patterns.iter().filter_map(Pattern::as_literal).find(|text| admitted(text));
            return member.map_or(Found::Empty, Found::Member);
        }
        // One search per family of operators. If there is only one family, its answer is exact; if several meet on one
        // key, each can refute, and its finds are tried against the others.
        let mut families = Vec::new();
        if matches!(self.kind, Kind::Text(_)) || atoms.iter().any(|atom| is_text(atom)) {
            families.push(self.find_text(atoms, budget));
        }
        if matches!(self.kind, Kind::Address) || atoms.iter().any(|atom| matches!(atom, Atom::Addresses { .. })) {
            families.push(self.find_address(atoms));
        }
        if matches!(self.kind, Kind::Number) || atoms.iter().any(|atom| matches!(atom, Atom::Numbers { .. })) {
            families.push(self.find_number(atoms));
        }
        if matches!(self.kind, Kind::Date { .. }) || atoms.iter().any(|atom| matches!(atom, Atom::Dates { .. })) {
            families.push(self.find_date(atoms));
        }
        if families.contains(&Found::Empty) {
            return Found::Empty;
        }
        let member = families.into_iter().find(|found| matches!(found, Found::Member(text) if admitted(text)));
        member.unwrap_or(Found::Unknown)
    }

    /// Whether the slot can hold this text.
    fn admits(&self, text: &str) -> bool {
        if self.longest.is_some_and(|longest| text.len() > longest && text.encode_utf16().count() > longest) {
            return false;
        }
        match &self.kind {
            Kind::Text(universe) => universe.iter().any(|pattern| pattern.matches(text)),
            Kind::Bool => text == "true" || text == "false",
            Kind::Address => crate::condition::ip::parse_address(text).is_some(),
            Kind::Number => Decimal::parse(text).is_some(),
            Kind::Date { .. } => Instant::parse(text).is_some(),
        }
    }

    fn find_text(&self, atoms: &[&Atom], budget: &mut Budget) -> Found<String> {
        let malformed =
            if atoms.iter().any(|atom| matches!(atom, Atom::Arn { .. })) { malformed_arns() } else { Vec::new() };
        let mut query = Query::new().no_longer_than(self.longest);
        if let Kind::Text(universe) = &self.kind {
            query = query.within(universe);
        }
        let mut unions: Vec<Vec<Pattern>> = Vec::new();
        for atom in atoms {
            // An ARN operator that also admits what is no ARN is a union, which must outlive the query.
            if let Atom::Arn { patterns, outside: false, other: true } = atom {
                unions.push(patterns.iter().chain(&malformed).cloned().collect());
            }
        }
        for atom in atoms {
            query = match atom {
                Atom::Text { patterns, outside: false } => query.within(patterns),
                Atom::Text { patterns, outside: true } => query.without(patterns),
                Atom::Arn { patterns, outside: false, other: false } => query.within(patterns),
                Atom::Arn { patterns, outside: true, other: false } => query.without(patterns).without(&malformed),
                // Outside the patterns, or no ARN: what is no ARN matches none of them anyway.
                Atom::Arn { patterns, outside: true, other: true } => query.without(patterns),
                _ => query,
            };
        }
        for union in &unions {
            query = query.within(union);
        }
        query.find(budget)
    }

    fn find_address(&self, atoms: &[&Atom]) -> Found<String> {
        let mut all = Addresses::all();
        let mut other = !matches!(self.kind, Kind::Address);
        for atom in atoms {
            if let Atom::Addresses { set, other: too } = atom {
                all = all.intersection(set);
                other &= too;
            }
        }
        match all.sample() {
            Some(address) => Found::Member(address.to_string()),
            None if other => Found::Unknown,
            None => Found::Empty,
        }
    }

    fn find_number(&self, atoms: &[&Atom]) -> Found<String> {
        let mut all = Intervals::<Decimal>::all();
        let mut other = !matches!(self.kind, Kind::Number);
        for atom in atoms {
            if let Atom::Numbers { set, other: too } = atom {
                all = all.intersection(set);
                other &= too;
            }
        }
        match all.sample() {
            Some(number) => Found::Member(number.to_string()),
            None if other => Found::Unknown,
            None => Found::Empty,
        }
    }

    fn find_date(&self, atoms: &[&Atom]) -> Found<String> {
        let mut all = Intervals::<i64>::all();
        let mut other = true;
        let (mut step, mut preferred) = (1, i64::ordinary());
        if let Kind::Date { step: own, preferred: usual } = self.kind {
            (other, step, preferred) = (false, own, usual);
        }
        for atom in atoms {
            if let Atom::Dates { set, other: too } = atom {
                all = all.intersection(set);
                other &= too;
            }
        }
        // What has no date in four digits of a year cannot be sent.
        let writable = Intervals::compared(MIN_DATE, |ordering| ordering.is_ge())
            .intersection(&Intervals::compared(MAX_DATE, |ordering| ordering.is_lt()));
        match all.intersection(&writable).sample_multiple(step, preferred) {
            Some(instant) => Found::Member(Instant(instant).to_string()),
            None if other => Found::Unknown,
            None => Found::Empty,
        }
    }
}

/// The texts that an atom admits, if they are a list.
fn finite(atom: &Atom) -> Option<&[Pattern]> {
    match atom {
        Atom::Text { patterns, outside: false } if patterns.iter().all(Pattern::is_literal) => Some(patterns),
        _ => None,
    }
}

/// Whether one comparison must come out both ways.
fn contradict(atoms: &[&Atom]) -> bool {
    let texts = |wanted: bool| {
        atoms.iter().filter_map(move |atom| match atom {
            Atom::Text { patterns, outside } if *outside == wanted => Some(patterns),
            _ => None,
        })
    };
    if texts(true).any(|outside| texts(false).any(|inside| Arc::ptr_eq(inside, outside))) {
        return true;
    }
    let opaque = |holds: bool| {
        atoms.iter().filter_map(move |atom| match atom {
            Atom::Opaque { name, holds: own } if *own == holds => Some(name),
            _ => None,
        })
    };
    opaque(true).any(|name| opaque(false).any(|other| name == other))
}

/// 0001-01-01 and 9999-12-31 in milliseconds.
const MIN_DATE: i64 = -62_135_596_800_000;
const MAX_DATE: i64 = 253_402_214_400_000;
