//! Languages of strings: what a wildcard pattern, a case-insensitive literal or the shape of an ARN can match.
//!
//! A string is a sequence of UTF-16 code units, because that is the unit AWS's `?` counts. A pattern is a row of items;
//! a language is a union of patterns. Intersection and complement are not built here: `product` searches them lazily.

use std::borrow::Cow;
use std::fmt;

/// A set of UTF-16 code units.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) enum Class {
    /// Exactly this unit.
    Unit(u16),
    /// One of a few units, sorted: the spellings of a letter when case does not count.
    OneOf(Cow<'static, [u16]>),
    /// Every unit but these, sorted. Empty means any unit at all.
    Except(Cow<'static, [u16]>),
    /// Inclusive ranges, sorted and disjoint: the alphabet of a name.
    Ranges(&'static [(u16, u16)]),
}

impl Class {
    pub(crate) const ANY: Class = Class::except(&[]);

    pub(crate) const fn except(units: &'static [u16]) -> Self {
        Class::Except(Cow::Borrowed(units))
    }

    pub(crate) fn contains(&self, unit: u16) -> bool {
        match self {
            Class::Unit(own) => *own == unit,
            Class::OneOf(units) => units.contains(&unit),
            Class::Except(units) => !units.contains(&unit),
            Class::Ranges(ranges) => ranges.iter().any(|&(low, high)| (low..=high).contains(&unit)),
        }
    }

    pub(crate) fn is_any(&self) -> bool {
        matches!(self, Class::Except(units) if units.is_empty())
    }

    /// Whether some unit is in both.
    fn meets(&self, other: &Self) -> bool {
        match (self, other) {
            (Class::Unit(unit), class) | (class, Class::Unit(unit)) => class.contains(*unit),
            (Class::OneOf(units), class) | (class, Class::OneOf(units)) => {
                units.iter().any(|unit| class.contains(*unit))
            }
            // No list of exceptions is as long as the alphabet.
            (Class::Except(_), Class::Except(_)) => true,
            (Class::Ranges(ranges), Class::Except(barred)) | (Class::Except(barred), Class::Ranges(ranges)) => {
                ranges.iter().any(|&(low, high)| (low..=high).any(|unit| !barred.contains(&unit)))
            }
            (Class::Ranges(ranges), Class::Ranges(others)) => {
                ranges.iter().any(|&(low, high)| others.iter().any(|&(a, b)| low <= b && a <= high))
            }
        }
    }

    /// Whether every unit of this class is in the other.
    fn is_within(&self, other: &Self) -> bool {
        match (self, other) {
            (_, Class::Except(barred)) => !barred.iter().any(|unit| self.contains(*unit)),
            (Class::Unit(unit), _) => other.contains(*unit),
            (Class::OneOf(units), _) => units.iter().all(|unit| other.contains(*unit)),
            (Class::Ranges(ranges), Class::Ranges(others)) => {
                ranges.iter().all(|&(low, high)| others.iter().any(|&(a, b)| a <= low && high <= b))
            }
            _ => false,
        }
    }

    /// Calls `cut` with every unit at which membership may change.
    pub(crate) fn boundaries(&self, mut cut: impl FnMut(u16)) {
        let mut around = |low: u16, high: u16| {
            cut(low);
            if let Some(next) = high.checked_add(1) {
                cut(next);
            }
        };
        match self {
            Class::Unit(unit) => around(*unit, *unit),
            Class::OneOf(units) => units.iter().for_each(|&unit| around(unit, unit)),
            Class::Except(units) => units.iter().for_each(|&unit| around(unit, unit)),
            Class::Ranges(ranges) => ranges.iter().for_each(|&(low, high)| around(low, high)),
        }
    }

    /// All units whose lower case is that of `letter`, which is how AWS ignores case. Letters outside the basic plane
    /// are left alone, as AWS leaves them.
    fn ignoring_case(letter: char) -> Option<Class> {
        match letter {
            // The Kelvin sign is a `k` too.
            'k' | 'K' => {}
            'a'..='z' | 'A'..='Z' => return Some(Class::OneOf(Cow::Borrowed(&BOTH_CASES[(letter as usize & 31) - 1]))),
            '\0'..='\x7f' => return Some(Class::Unit(letter as u16)),
            _ => {}
        }
        let unit = u16::try_from(u32::from(letter)).ok()?;
        let lower = lower_unit(letter);
        let plain = char::from_u32(lower).unwrap_or(letter);
        let mut spellings: Vec<u16> = [letter, plain]
            .into_iter()
            .chain(plain.to_uppercase())
            .filter(|spelling| lower_unit(*spelling) == lower)
            .filter_map(|spelling| u16::try_from(u32::from(spelling)).ok())
            .collect();
        // The three letters whose lower case is an ASCII or Latin-1 letter although no upper-casing leads to them.
        for (sign, plain) in [('\u{212A}', 'k'), ('\u{212B}', '\u{e5}'), ('\u{2126}', '\u{3c9}')] {
            if lower == u32::from(plain) {
                spellings.push(u16::try_from(u32::from(sign)).unwrap_or(unit));
            }
        }
        spellings.push(unit);
        spellings.sort_unstable();
        spellings.dedup();
        Some(match spellings.as_slice() {
            [only] => Class::Unit(*only),
            _ => Class::OneOf(spellings.into()),
        })
    }
}

/// Each letter of ASCII as a capital and small.
static BOTH_CASES: [[u16; 2]; 26] = {
    let mut pairs = [[0; 2]; 26];
    let mut letter = 0u16;
    while letter < 26 {
        pairs[letter as usize] = [b'A' as u16 + letter, b'a' as u16 + letter];
        letter += 1;
    }
    pairs
};

fn lower_unit(letter: char) -> u32 {
    let mut lower = letter.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(only), None) => u32::from(only),
        _ => u32::from(letter),
    }
}

impl fmt::Debug for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Class::Unit(unit) => write!(f, "{}", char::from_u32(u32::from(*unit)).unwrap_or('\u{fffd}')),
            Class::OneOf(units) => write!(f, "[{}]", String::from_utf16_lossy(units)),
            Class::Except(units) if units.is_empty() => f.write_str("."),
            Class::Except(units) => write!(f, "[^{}]", String::from_utf16_lossy(units)),
            Class::Ranges(ranges) => {
                f.write_str("[")?;
                for &(low, high) in *ranges {
                    write!(f, "{}", String::from_utf16_lossy(&[low, u16::from(b'-'), high]))?;
                }
                f.write_str("]")
            }
        }
    }
}

/// One step of a pattern.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) enum Item {
    /// Exactly one unit of the class.
    One(Class),
    /// Any number of units of the class, also none.
    Many(Class),
    /// Nothing, with leave to jump over the next so many items.
    MaySkip(usize),
}

impl fmt::Debug for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Item::One(class) => write!(f, "{class:?}"),
            Item::Many(class) => write!(f, "{class:?}*"),
            Item::MaySkip(count) => write!(f, "<{count}"),
        }
    }
}

/// A row of items; a string matches when the row consumes all of it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub(crate) struct Pattern {
    items: Vec<Item>,
}

impl Pattern {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// The pattern that matches `text` and nothing else.
    pub(crate) fn literal(text: &str) -> Self {
        Self::new().then_text(text)
    }

    /// The pattern that matches `text` in every spelling that differs only by case. `None` when the text holds a letter
    /// whose lower case depends on its neighbours or is longer than the letter, which no row of items can say.
    pub(crate) fn ignoring_case(text: &str) -> Option<Self> {
        let mut pattern = Self { items: Vec::with_capacity(text.len()) };
        for letter in text.chars() {
            if matches!(letter, '\u{3a3}' | '\u{3c3}' | '\u{3c2}' | '\u{130}') || letter == '\u{307}' {
                return None;
            }
            pattern = match Class::ignoring_case(letter) {
                Some(class) => pattern.then_one(class),
                None => pattern.then_text(letter.encode_utf8(&mut [0; 4])),
            };
        }
        Some(pattern)
    }

    /// The pattern that matches everything.
    pub(crate) fn anything() -> Self {
        Self::new().then_many(Class::ANY)
    }

    pub(crate) fn then_text(mut self, text: &str) -> Self {
        // Texts are ASCII nearly always; the iterator's own guess is a third of that, and growing in steps shows.
        self.items.reserve(text.len());
        self.items.extend(text.encode_utf16().map(|unit| Item::One(Class::Unit(unit))));
        self
    }

    pub(crate) fn then_one(mut self, class: Class) -> Self {
        self.items.push(Item::One(class));
        self
    }

    /// Appends "any number of `class`"; twice the same in a row is once.
    pub(crate) fn then_many(mut self, class: Class) -> Self {
        let repeated = Item::Many(class);
        if self.items.last() != Some(&repeated) {
            self.items.push(repeated);
        }
        self
    }

    /// Appends `count` units of `class`.
    pub(crate) fn then_times(mut self, class: &Class, count: usize) -> Self {
        self.items.extend(std::iter::repeat_n(Item::One(class.clone()), count));
        self
    }

    pub(crate) fn then(mut self, other: &Pattern) -> Self {
        self.items.reserve(other.items.len());
        for item in &other.items {
            self = match item {
                Item::Many(class) => self.then_many(class.clone()),
                item => {
                    self.items.push(item.clone());
                    self
                }
            };
        }
        self
    }

    /// Appends `other`, or nothing.
    pub(crate) fn then_maybe(mut self, other: &Pattern) -> Self {
        self.items.push(Item::MaySkip(other.items.len()));
        self.items.extend(other.items.iter().cloned());
        self
    }

    /// The same pattern where no wildcard reaches one of `units`, which are sorted.
    pub(crate) fn confined(mut self, units: &'static [u16]) -> Self {
        for item in &mut self.items {
            if let Item::One(Class::Except(barred)) | Item::Many(Class::Except(barred)) = item {
                let mut both: Vec<u16> = barred.iter().chain(units).copied().collect();
                both.sort_unstable();
                both.dedup();
                *barred = both.into();
            }
        }
        self
    }

    /// The patterns of texts `before` a `bridge` b, for the texts a:b of this pattern in which neither a nor b has a colon.
    pub(crate) fn split_at_colon(&self, before: &Pattern, bridge: &str) -> Vec<Pattern> {
        const COLON: &[u16] = &[b':' as u16];
        let part = |items: &[Item]| Pattern { items: items.to_vec() }.confined(COLON);
        let mut split = Vec::new();
        for (at, item) in self.items.iter().enumerate() {
            let (Item::One(class) | Item::Many(class)) = item else { continue };
            if class.contains(u16::from(b':')) {
                // A repetition may go on, on both sides of the colon.
                let repeated = usize::from(matches!(item, Item::Many(_)));
                let (left, right) = (&self.items[..at + repeated], &self.items[at + 1 - repeated..]);
                split.push(before.clone().then(&part(left)).then_text(bridge).then(&part(right)));
            }
        }
        split
    }

    pub(crate) fn items(&self) -> &[Item] {
        &self.items
    }

    /// The fewest units of a string that matches.
    pub(crate) fn min_length(&self) -> usize {
        let mut fewest = vec![0; self.items.len() + 1];
        for (at, item) in self.items.iter().enumerate().rev() {
            fewest[at] = match item {
                Item::One(_) => fewest[at + 1] + 1,
                Item::Many(_) => fewest[at + 1],
                Item::MaySkip(count) => fewest[at + 1].min(fewest[at + 1 + count]),
            };
        }
        fewest[0]
    }

    /// What stands before the first repetition of anything, between the first and the last, and behind the last. Nothing, if
    /// there is none, or if parts may be left out.
    pub(crate) fn around_gaps(&self) -> Option<[Pattern; 3]> {
        let is_gap = |item: &Item| matches!(item, Item::Many(class) if class.is_any());
        if self.items.iter().any(|item| matches!(item, Item::MaySkip(_))) {
            return None;
        }
        let (first, last) = (self.items.iter().position(is_gap)?, self.items.iter().rposition(is_gap)?);
        let part = |items: &[Item]| Pattern { items: items.to_vec() };
        Some([part(&self.items[..first]), part(&self.items[first..last]), part(&self.items[last..])])
    }

    pub(crate) fn is_literal(&self) -> bool {
        self.items.iter().all(|item| matches!(item, Item::One(Class::Unit(_))))
    }

    /// Whether some string matches both. Exact, but for one thing: it may take half a surrogate pair for a string.
    pub(crate) fn meets(&self, other: &Self) -> bool {
        let Some((own, theirs)) = self.past_single_items(other, Class::meets) else { return false };
        let columns = theirs.len() + 1;
        let mut seen = vec![0u64; ((own.len() + 1) * columns).div_ceil(64)];
        let mut open = vec![(0, 0)];
        while let Some((row, column)) = open.pop() {
            let bit = row * columns + column;
            if seen[bit / 64] >> (bit % 64) & 1 == 1 {
                continue;
            }
            seen[bit / 64] |= 1 << (bit % 64);
            if row == own.len() && column == theirs.len() {
                return true;
            }
            let (mine, other) = (own.get(row), theirs.get(column));
            // What is left without consuming anything.
            match mine {
                Some(Item::MaySkip(count)) => open.extend([(row + 1 + count, column), (row + 1, column)]),
                Some(Item::Many(_)) => open.push((row + 1, column)),
                _ => {}
            }
            match other {
                Some(Item::MaySkip(count)) => open.extend([(row, column + 1 + count), (row, column + 1)]),
                Some(Item::Many(_)) => open.push((row, column + 1)),
                _ => {}
            }
            match (mine, other) {
                (Some(Item::One(a)), Some(Item::One(b))) if a.meets(b) => open.push((row + 1, column + 1)),
                (Some(Item::One(a)), Some(Item::Many(b))) if a.meets(b) => open.push((row + 1, column)),
                (Some(Item::Many(a)), Some(Item::One(b))) if a.meets(b) => open.push((row, column + 1)),
                _ => {}
            }
        }
        false
    }

    /// Whether every string that matches this matches the other, as far as the items show it: `true` is certain.
    pub(crate) fn is_within(&self, other: &Self) -> bool {
        let Some((items, others)) = self.past_single_items(other, Class::is_within) else { return false };
        let mut reached = vec![false; others.len() + 1];
        let mut next = reached.clone();
        reached[0] = true;
        for item in items {
            close(others, &mut reached);
            next.fill(false);
            let mut any = false;
            for (position, covering) in others.iter().enumerate().filter(|(position, _)| reached[*position]) {
                let to = match (item, covering) {
                    (Item::One(own), Item::One(class)) if own.is_within(class) => position + 1,
                    (Item::One(own) | Item::Many(own), Item::Many(class)) if own.is_within(class) => position,
                    _ => continue,
                };
                next[to] = true;
                any = true;
            }
            if !any {
                return false;
            }
            std::mem::swap(&mut reached, &mut next);
        }
        close(others, &mut reached);
        reached[others.len()]
    }

    /// What follows the single units with which both begin; nothing if `fits` is not true of a pair of these. Patterns are
    /// told apart by what they begin with more often than not.
    fn past_single_items<'a>(
        &'a self,
        other: &'a Self,
        fits: impl Fn(&Class, &Class) -> bool,
    ) -> Option<(&'a [Item], &'a [Item])> {
        let mut at = 0;
        while let (Some(Item::One(own)), Some(Item::One(theirs))) = (self.items.get(at), other.items.get(at)) {
            if !fits(own, theirs) {
                return None;
            }
            at += 1;
        }
        Some((&self.items[at..], &other.items[at..]))
    }

    /// The one string this pattern matches, if it is only one.
    pub(crate) fn as_literal(&self) -> Option<String> {
        let units: Option<Vec<u16>> = self
            .items
            .iter()
            .map(|item| match item {
                Item::One(Class::Unit(unit)) => Some(*unit),
                _ => None,
            })
            .collect();
        String::from_utf16(&units?).ok()
    }

    /// One string the pattern matches, putting `filling` where it repeats; for guessing, so it may miss.
    pub(crate) fn example(&self, filling: &str) -> String {
        let mut units: Vec<u16> = Vec::with_capacity(self.items.len());
        let mut skip = 0;
        for item in &self.items {
            if skip > 0 {
                skip -= 1;
                continue;
            }
            match item {
                Item::One(class) => units.push(friendly_unit(class)),
                Item::Many(class) => units.extend(filling.encode_utf16().filter(|unit| class.contains(*unit))),
                Item::MaySkip(count) => skip = *count,
            }
        }
        String::from_utf16_lossy(&units)
    }

    pub(crate) fn matches(&self, text: &str) -> bool {
        let mut units = text.encode_utf16();
        // Most patterns are literals: no simulation for them.
        let mut literal = 0;
        for item in &self.items {
            let Item::One(class) = item else { break };
            literal += 1;
            match units.next() {
                Some(unit) if class.contains(unit) => {}
                _ => return false,
            }
        }
        let rest = &self.items[literal..];
        match rest {
            [] => units.next().is_none(),
            [Item::Many(class)] if class.is_any() => true,
            [Item::Many(class)] => units.all(|unit| class.contains(unit)),
            _ => simulate(rest, units),
        }
    }
}

/// Runs the row as a nondeterministic automaton whose state is the list of positions reached.
fn simulate(items: &[Item], units: impl Iterator<Item = u16>) -> bool {
    let mut reached = Reached { items, marks: vec![0; items.len() + 1], round: 1, positions: Vec::new() };
    let mut before = Vec::new();
    reached.add(0);
    for unit in units {
        std::mem::swap(&mut before, &mut reached.positions);
        reached.positions.clear();
        reached.round += 1;
        for &position in &before {
            match items.get(position) {
                Some(Item::One(class)) if class.contains(unit) => reached.add(position + 1),
                Some(Item::Many(class)) if class.contains(unit) => reached.add(position),
                _ => {}
            }
        }
        if reached.positions.is_empty() {
            return false;
        }
    }
    reached.positions.contains(&items.len())
}

/// Positions of a row, each once, with those that follow without consuming anything.
struct Reached<'a> {
    items: &'a [Item],
    /// The round in which a position was last added.
    marks: Vec<u32>,
    round: u32,
    positions: Vec<usize>,
}

impl Reached<'_> {
    fn add(&mut self, mut position: usize) {
        // A jump is the only branch, and jumps do not nest: recursion is one deep at a time.
        while self.marks[position] != self.round {
            self.marks[position] = self.round;
            self.positions.push(position);
            match self.items.get(position) {
                Some(Item::Many(_)) => position += 1,
                Some(Item::MaySkip(count)) => {
                    self.add(position + 1);
                    position += 1 + count;
                }
                _ => return,
            }
        }
    }
}

fn close(items: &[Item], reached: &mut [bool]) {
    for (position, item) in items.iter().enumerate() {
        if !reached[position] {
            continue;
        }
        match item {
            Item::One(_) => {}
            Item::Many(_) => reached[position + 1] = true,
            Item::MaySkip(count) => {
                reached[position + 1] = true;
                reached[position + 1 + count] = true;
            }
        }
    }
}

/// A unit of the class that reads well in a witness.
pub(crate) fn friendly_unit(class: &Class) -> u16 {
    match class {
        Class::Unit(unit) => *unit,
        Class::OneOf(units) => units.first().copied().unwrap_or(0),
        Class::Except(_) | Class::Ranges(_) => friendly_units()
            .find(|unit| class.contains(*unit))
            .unwrap_or_else(|| (0..=u16::MAX).find(|unit| class.contains(*unit) && !is_surrogate(*unit)).unwrap_or(0)),
    }
}

/// Units in the order in which a witness should prefer them.
pub(crate) fn friendly_units() -> impl Iterator<Item = u16> {
    (b'a'..=b'z').chain(b'0'..=b'9').chain(b'A'..=b'Z').chain(*b"-_./:~ ").chain(b'!'..=b'~').map(u16::from)
}

pub(crate) fn is_surrogate(unit: u16) -> bool {
    (0xD800..=0xDFFF).contains(&unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wildcard(text: &str) -> Pattern {
        text.chars().fold(Pattern::new(), |pattern, letter| match letter {
            '*' => pattern.then_many(Class::ANY),
            '?' => pattern.then_one(Class::ANY),
            letter => pattern.then_text(&letter.to_string()),
        })
    }

    #[track_caller]
    fn check(pattern: &Pattern, text: &str, expected: bool) {
        assert_eq!(pattern.matches(text), expected, "{pattern:?} on {text:?}");
    }

    #[test]
    fn wildcards_match_any_run_and_any_one() {
        for (pattern, text, expected) in [
            ("", "", true),
            ("", "a", false),
            ("*", "", true),
            ("a*c", "abc", true),
            ("a*c", "ac", true),
            ("a*c", "acb", false),
            ("*a*b*", "xaxbx", true),
            ("*a*b*", "xbxax", false),
            ("a?c", "ac", false),
            ("a?c", "abc", true),
            ("a?c*", "abcabc", true),
            ("*abab", "ababab", true),
        ] {
            check(&wildcard(pattern), text, expected);
        }
    }

    #[test]
    fn a_question_mark_is_one_code_unit() {
        check(&wildcard("?"), "\u{10400}", false);
        check(&wildcard("??"), "\u{10400}", true);
        check(&wildcard("?"), "\u{e9}", true);
    }

    #[test]
    fn ignoring_case_follows_lower_case_not_folding() {
        for (text, value, expected) in [
            ("Key", "kEY", true),
            ("k", "\u{212A}", true),
            ("@[`{9", "@[`{9", true),
            ("@[", "`{", false),
            ("azAZ", "AZaz", true),
            ("a", "b", false),
            ("\u{212A}", "K", true),
            ("s", "\u{17f}", false),
            ("\u{df}", "SS", false),
            ("\u{c4}", "\u{e4}", true),
            ("\u{10400}", "\u{10428}", false),
        ] {
            check(&Pattern::ignoring_case(text).unwrap(), value, expected);
        }
        assert_eq!(Pattern::ignoring_case("\u{3a3}"), None);
    }

    #[test]
    fn skips_and_alphabets_describe_shapes() {
        const LETTERS: &[(u16, u16)] = &[(b'a' as u16, b'z' as u16)];
        let segment = Pattern::new().then_one(Class::Ranges(LETTERS)).then_many(Class::Ranges(LETTERS));
        let path = Pattern::new().then_maybe(&segment.clone().then_text("/")).then(&segment);
        for (text, expected) in
            [("a", true), ("a/b", true), ("abc/def", true), ("/a", false), ("a/", false), ("a/b/c", false)]
        {
            check(&path, text, expected);
        }
    }

    #[test]
    fn pairs_of_patterns_are_told_apart() {
        for (a, b, meets, within) in [
            ("a*", "*b", true, false),
            ("a*", "b*", false, false),
            ("ab*", "a*", true, true),
            ("a*", "ab*", true, false),
            ("*", "*", true, true),
            ("a*b", "*", true, true),
            ("a?c", "a*", true, true),
            ("a?c", "ab?", true, false),
            ("a*c*e", "a*e", true, true),
            ("abc", "abc", true, true),
            ("abc", "abd", false, false),
            ("abc", "ab", false, false),
            ("", "*", true, true),
            ("", "?", false, false),
            ("*a*", "*b*", true, false),
        ] {
            let (a, b) = (wildcard(a), wildcard(b));
            assert_eq!((a.meets(&b), b.meets(&a), a.is_within(&b)), (meets, meets, within), "{a:?} {b:?}");
        }
        const LETTERS: Class = Class::Ranges(&[(b'a' as u16, b'z' as u16)]);
        let segment = Pattern::new().then_one(LETTERS).then_many(LETTERS);
        let folder = segment.clone().then_text("/");
        let path = Pattern::new().then_maybe(&folder).then_maybe(&folder).then(&segment);
        for (other, meets) in
            [("a/*", true), ("a/b/*", true), ("a/b/c/*", false), ("*/", false), ("*1*", false), ("*/*/*", true)]
        {
            let other = wildcard(other);
            assert_eq!((path.meets(&other), other.meets(&path)), (meets, meets), "{other:?}");
        }
    }

    #[test]
    fn a_text_with_a_colon_is_taken_apart() {
        for (own, joined, expected) in [
            ("*:n", "<1-n", true),
            ("*:n", "<1-m", false),
            ("1*n", "<1-n", true),
            ("1*n", "<12-mn", true),
            ("1?n", "<1-n", true),
            ("1?n", "<1-", false),
            ("1n", "<1-n", false),
            ("*", "<-", true),
        ] {
            let found =
                wildcard(own).split_at_colon(&Pattern::literal("<"), "-").iter().any(|pattern| pattern.matches(joined));
            assert_eq!(found, expected, "{own} {joined}");
        }
    }

    #[test]
    fn a_literal_is_recognised() {
        assert_eq!(wildcard("abc").as_literal().as_deref(), Some("abc"));
        assert_eq!(wildcard("a*").as_literal(), None);
        assert_eq!(wildcard("a?b*").example("zz"), "aabzz");
    }
}
