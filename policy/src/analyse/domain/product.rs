//! Finds a string that lies in several languages and outside several others, or proves that there is none.
//!
//! The patterns run side by side as one bit-parallel automaton, determinised only where the search goes. The search is
//! best first (nearest to acceptance), so a member is found quickly; a proof of emptiness visits every reachable state.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashSet};

use super::language::{Class, Item, Pattern, friendly_units, is_surrogate};
use super::{Budget, Found};

/// What the string must and must not match. Each language is a union of patterns.
#[derive(Debug, Default)]
pub(crate) struct Query<'a> {
    within: Vec<&'a [Pattern]>,
    without: Vec<&'a [Pattern]>,
    /// The most units that the string may have.
    longest: Option<usize>,
}

impl<'a> Query<'a> {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Requires one of `patterns`.
    pub(crate) fn within(mut self, patterns: &'a [Pattern]) -> Self {
        self.within.push(patterns);
        self
    }

    /// Forbids all of `patterns`.
    pub(crate) fn without(mut self, patterns: &'a [Pattern]) -> Self {
        if !patterns.is_empty() {
            self.without.push(patterns);
        }
        self
    }

    /// Forbids strings of more units.
    pub(crate) fn no_longer_than(mut self, longest: Option<usize>) -> Self {
        self.longest = longest;
        self
    }

    pub(crate) fn admits(&self, text: &str) -> bool {
        self.within.iter().all(|language| language.iter().any(|pattern| pattern.matches(text)))
            && !self.without.iter().any(|language| language.iter().any(|pattern| pattern.matches(text)))
            && self.longest.is_none_or(|longest| text.len() <= longest || text.encode_utf16().count() <= longest)
    }

    /// Finds a member. Guesses and comparisons of pairs come first, because most questions are answered by a literal, by
    /// filling a wildcard, or by two patterns that exclude each other.
    pub(crate) fn find(&self, budget: &mut Budget) -> Found<String> {
        let size: usize = self.patterns().map(|pattern| pattern.items().len() + 1).sum();
        if !budget.spend(size as u64 + 1) {
            return Found::Unknown;
        }
        if let Some(finite) = self.within.iter().find(|language| language.iter().all(Pattern::is_literal)) {
            return self.find_among(finite, budget);
        }
        if let Some(collage) = self.collage().filter(|text| self.admits(text)) {
            return Found::Member(collage);
        }
        let Some(narrowed) = self.narrowed(budget) else { return Found::Unknown };
        if narrowed.iter().any(Vec::is_empty) {
            return Found::Empty;
        }
        // The last language is the most telling one (the first is what the key can hold at all); of two fillings one tells
        // a gap, the other a shape.
        let telling = narrowed.last().and_then(|language| language.first());
        for filling in ["", "x"] {
            let guess = telling.map_or_else(|| filling.to_owned(), |pattern| pattern.example(filling));
            if self.admits(&guess) {
                return Found::Member(guess);
            }
        }
        let without: Vec<&Pattern> = self.without.iter().flat_map(|language| language.iter()).collect();
        split(narrowed, &without, budget)
    }

    /// What the first pattern of each language asks for, one after the other: often enough a member of all of them, where each
    /// asks only that something occurs.
    fn collage(&self) -> Option<String> {
        let parts: Vec<[Pattern; 3]> =
            self.within.iter().filter_map(|language| language.first()?.around_gaps()).collect();
        let longest = |index: usize| parts.iter().map(|parts| &parts[index]).max_by_key(|part| part.items().len());
        let middle: String = parts.iter().map(|[_, middle, _]| middle.example("")).collect();
        Some(longest(0)?.example("") + &middle + &longest(2)?.example(""))
    }

    /// Finds a member among literals. Literals that are forbidden are looked up, not compared one by one.
    fn find_among(&self, finite: &[Pattern], budget: &mut Budget) -> Found<String> {
        let (literals, patterns): (Vec<&Pattern>, Vec<&Pattern>) =
            self.without.iter().flat_map(|language| language.iter()).partition(|pattern| pattern.is_literal());
        let forbidden: HashSet<&Pattern> = literals.into_iter().collect();
        let others: usize = self.within.iter().map(|language| language.len()).sum();
        for candidate in finite.iter().filter(|candidate| !forbidden.contains(candidate)) {
            if !budget.spend((candidate.items().len() * (patterns.len() + 1) + others) as u64) {
                return Found::Unknown;
            }
            if let Some(text) = candidate.as_literal()
                && self.within.iter().all(|language| language.iter().any(|pattern| pattern.matches(&text)))
                && !patterns.iter().any(|pattern| pattern.matches(&text))
            {
                return Found::Member(text);
            }
        }
        Found::Empty
    }

    fn patterns(&self) -> impl Iterator<Item = &Pattern> {
        self.within.iter().chain(&self.without).flat_map(|language| language.iter())
    }

    /// The languages to be in, less the patterns that cannot matter: those that exclude all of another language, and those
    /// that lie in a forbidden pattern. Nothing, if the budget is spent.
    fn narrowed(&self, budget: &mut Budget) -> Option<Vec<Vec<&'a Pattern>>> {
        let fits = |pattern: &&Pattern| self.longest.is_none_or(|longest| pattern.min_length() <= longest);
        let mut narrowed: Vec<Vec<&Pattern>> =
            self.within.iter().map(|language| language.iter().filter(fits).collect()).collect();
        for index in 0..narrowed.len() {
            let mut kept = Vec::with_capacity(narrowed[index].len());
            for pattern in std::mem::take(&mut narrowed[index]) {
                let rivals =
                    narrowed.iter().flatten().copied().chain(self.without.iter().flat_map(|language| *language));
                let size: usize = rivals.map(|rival| rival.items().len() / 16 + 1).sum();
                if !budget.spend((pattern.items().len() * (size + 1)) as u64) {
                    return None;
                }
                let forbidden =
                    || self.without.iter().any(|language| language.iter().any(|other| pattern.is_within(other)));
                let mut others = narrowed.iter().enumerate().filter(|(other, _)| *other != index);
                if others.all(|(_, language)| language.iter().any(|other| pattern.meets(other))) && !forbidden() {
                    kept.push(pattern);
                }
            }
            narrowed[index] = kept;
        }
        Some(narrowed)
    }
}

/// Searches the longest union one pattern at a time: many small automata are less than one that runs all patterns at once.
fn split(mut within: Vec<Vec<&Pattern>>, without: &[&Pattern], budget: &mut Budget) -> Found<String> {
    if within.iter().any(Vec::is_empty) {
        return Found::Empty;
    }
    let Some(longest) =
        (0..within.len()).filter(|index| within[*index].len() > 1).max_by_key(|index| within[*index].len())
    else {
        return Machine::new(&within, without, budget).map_or(Found::Unknown, |machine| machine.search(budget));
    };
    let mut unknown = false;
    for pattern in std::mem::take(&mut within[longest]) {
        let meets = |language: &Vec<&Pattern>| language.is_empty() || language.iter().any(|other| pattern.meets(other));
        if !within.iter().all(meets) {
            continue;
        }
        within[longest] = vec![pattern];
        match split(within.clone(), without, budget) {
            Found::Empty => {}
            Found::Unknown if budget.is_exhausted() => return Found::Unknown,
            Found::Unknown => unknown = true,
            member @ Found::Member(_) => return member,
        }
        within[longest].clear();
    }
    if unknown { Found::Unknown } else { Found::Empty }
}

/// All patterns of a query as one automaton over words of bits: bit `i` of a pattern says "its items before `i` are done".
struct Machine {
    words: usize,
    within: Vec<Group>,
    without: Vec<Group>,
    /// For each class of units: a unit to show for it and what it lets through.
    symbols: Vec<Symbol>,
    start: Box<[u64]>,
    /// Positions that may be left without consuming anything, one bit further.
    free: Box<[u64]>,
    /// Jumps of `MaySkip`: from one bit to another, in rising order.
    jumps: Vec<(usize, usize)>,
    /// For each repetition of any unit: its bit, and the earlier bits of its pattern, which it makes superfluous.
    absorbing: Vec<(usize, Box<[u64]>)>,
    /// Items still to consume from each bit to acceptance.
    distance: Vec<u32>,
}

struct Group {
    bits: Box<[u64]>,
    accept: Box<[u64]>,
    /// Bits from which every continuation is accepted.
    forever: Box<[u64]>,
    range: std::ops::Range<usize>,
}

struct Symbol {
    unit: u16,
    one: Box<[u64]>,
    many: Box<[u64]>,
}

struct Node {
    state: Box<[u64]>,
    parent: usize,
    unit: u16,
    length: u32,
}

impl Machine {
    /// Nothing, if the budget is spent.
    fn new(within: &[Vec<&Pattern>], without: &[&Pattern], budget: &mut Budget) -> Option<Self> {
        let forbidden: Vec<Vec<&Pattern>> = without.iter().map(|pattern| vec![*pattern]).collect();
        let patterns: Vec<&Pattern> = within.iter().chain(&forbidden).flatten().copied().collect();
        let bits: usize = patterns.iter().map(|pattern| pattern.items().len() + 1).sum();
        let words = bits.div_ceil(64).max(1);
        let blank = || vec![0u64; words].into_boxed_slice();
        let mut machine = Machine {
            words,
            within: Vec::new(),
            without: Vec::new(),
            symbols: Vec::new(),
            start: blank(),
            free: blank(),
            jumps: Vec::new(),
            absorbing: Vec::new(),
            distance: vec![0; bits],
        };
        let mut first = 0;
        for (language, wanted) in
            within.iter().map(|language| (language, true)).chain(forbidden.iter().map(|language| (language, false)))
        {
            let begin = first;
            let mut group = Group { bits: blank(), accept: blank(), forever: blank(), range: 0..0 };
            for pattern in language {
                let end = first + pattern.items().len();
                set(&mut machine.start, first);
                set(&mut group.accept, end);
                for (offset, item) in pattern.items().iter().enumerate() {
                    let bit = first + offset;
                    match item {
                        Item::One(_) => {}
                        Item::Many(class) => {
                            set(&mut machine.free, bit);
                            if class.is_any() {
                                let mut earlier = blank();
                                (first..bit).for_each(|lower| set(&mut earlier, lower));
                                machine.absorbing.push((bit, earlier));
                                if bit + 1 == end {
                                    set(&mut group.forever, bit);
                                }
                            }
                        }
                        Item::MaySkip(count) => {
                            set(&mut machine.free, bit);
                            machine.jumps.push((bit, bit + 1 + count));
                        }
                    }
                }
                for (offset, item) in pattern.items().iter().enumerate().rev() {
                    let bit = first + offset;
                    machine.distance[bit] = match item {
                        Item::One(_) => machine.distance[bit + 1] + 1,
                        Item::Many(_) => machine.distance[bit + 1],
                        Item::MaySkip(count) => machine.distance[bit + 1].min(machine.distance[bit + 1 + count]),
                    };
                }
                first = end + 1;
            }
            (begin..first).for_each(|bit| set(&mut group.bits, bit));
            group.range = begin..first;
            if wanted { machine.within.push(group) } else { machine.without.push(group) }
        }
        machine.absorbing.reverse();
        machine.symbols = symbols(&patterns, words, budget)?;
        let mut start = machine.start.clone();
        machine.close(&mut start);
        machine.start = start;
        Some(machine)
    }

    /// Adds every bit that is reached without consuming, then drops the bits that a later repetition of any unit makes
    /// superfluous: whatever they accept, it accepts too (INVARIANT: no jump leads past such a repetition).
    fn close(&self, state: &mut [u64]) {
        loop {
            let mut carry = 0;
            for (word, free) in state.iter_mut().zip(self.free.iter()) {
                *word |= carry;
                loop {
                    let step = *word | ((*word & free) << 1);
                    if step == *word {
                        break;
                    }
                    *word = step;
                }
                carry = (*word & free) >> 63;
            }
            let mut jumped = false;
            for &(from, to) in &self.jumps {
                if has(state, from) && !has(state, to) {
                    set(state, to);
                    jumped = true;
                }
            }
            if !jumped {
                break;
            }
        }
        for (bit, earlier) in &self.absorbing {
            if has(state, *bit) {
                state.iter_mut().zip(earlier.iter()).for_each(|(word, mask)| *word &= !mask);
            }
        }
    }

    fn step(&self, state: &[u64], symbol: &Symbol) -> Box<[u64]> {
        let mut next = vec![0u64; self.words].into_boxed_slice();
        let mut carry = 0;
        for (index, word) in next.iter_mut().enumerate() {
            let moved = state[index] & symbol.one[index];
            *word = (moved << 1) | carry | (state[index] & symbol.many[index]);
            carry = moved >> 63;
        }
        self.close(&mut next);
        next
    }

    /// No continuation of this state can be a member.
    fn is_dead(&self, state: &[u64]) -> bool {
        self.within.iter().any(|group| !meets(state, &group.bits))
            || self.without.iter().any(|group| meets(state, &group.forever))
    }

    fn accepts(&self, state: &[u64]) -> bool {
        self.within.iter().all(|group| meets(state, &group.accept))
            && !self.without.iter().any(|group| meets(state, &group.accept))
    }

    /// How many units at least, summed over the languages; what makes the search go straight to a member.
    fn remaining(&self, state: &[u64]) -> u32 {
        self.within
            .iter()
            .map(|group| {
                group.range.clone().filter(|bit| has(state, *bit)).map(|bit| self.distance[bit]).min().unwrap_or(0)
            })
            .sum()
    }

    fn search(&self, budget: &mut Budget) -> Found<String> {
        let cost = (self.words * (16 + self.jumps.len() + self.absorbing.len()) / 4 + 16) as u64;
        let mut nodes = vec![Node { state: self.start.clone(), parent: 0, unit: 0, length: 0 }];
        let mut seen: HashSet<(Box<[u64]>, bool)> = HashSet::new();
        let mut queue = BinaryHeap::new();
        if self.is_dead(&self.start) {
            return Found::Empty;
        }
        seen.insert((self.start.clone(), false));
        queue.push(Reverse((self.remaining(&self.start), 0u32, 0usize)));
        while let Some(Reverse((_, _, index))) = queue.pop() {
            // Half a surrogate pair is no text: it must be completed, and never begun by its second half.
            let open = (0xD800..=0xDBFF).contains(&nodes[index].unit);
            if !open && self.accepts(&nodes[index].state) {
                return Found::Member(spell(&nodes, index));
            }
            for symbol in &self.symbols {
                if (0xDC00..=0xDFFF).contains(&symbol.unit) != open {
                    continue;
                }
                if !budget.spend(cost) {
                    return Found::Unknown;
                }
                let state = self.step(&nodes[index].state, symbol);
                let opens = (0xD800..=0xDBFF).contains(&symbol.unit);
                if self.is_dead(&state) || !seen.insert((state.clone(), opens)) {
                    continue;
                }
                let length = nodes[index].length + 1;
                queue.push(Reverse((self.remaining(&state), length, nodes.len())));
                nodes.push(Node { state, parent: index, unit: symbol.unit, length });
            }
        }
        Found::Empty
    }
}

fn spell(nodes: &[Node], mut index: usize) -> String {
    let mut units = Vec::with_capacity(nodes[index].length as usize);
    while index != 0 {
        units.push(nodes[index].unit);
        index = nodes[index].parent;
    }
    units.reverse();
    String::from_utf16_lossy(&units)
}

/// Which positions a unit leaves, and where it stays.
type Masks = (Box<[u64]>, Box<[u64]>);

/// One unit for each set of units that no item tells apart.
fn symbols(patterns: &[&Pattern], words: usize, budget: &mut Budget) -> Option<Vec<Symbol>> {
    let mut cuts: Vec<u16> = vec![0];
    for pattern in patterns {
        for item in pattern.items() {
            if let Item::One(class) | Item::Many(class) = item {
                class.boundaries(|cut| cuts.push(cut));
            }
        }
    }
    cuts.sort_unstable();
    cuts.dedup();
    let mut symbols: Vec<Symbol> = Vec::new();
    let mut known: HashSet<(Masks, u8)> = HashSet::new();
    // Pleasant units go first, so that they stand for the class that they share with others.
    let friendly = friendly_units().filter(|unit| cuts.binary_search(unit).is_err());
    let exact = cuts.iter().copied().filter(|unit| !is_surrogate(*unit) || spelled(patterns, *unit));
    if !budget.spend((words * (cuts.len() + 64)) as u64) {
        return None;
    }
    // A cut may open a stretch that begins inside the surrogates; the first plain unit after them stands for it.
    for unit in friendly.chain(exact).chain([0xE000]) {
        let mut one = vec![0u64; words].into_boxed_slice();
        let mut many = one.clone();
        let mut bit = 0;
        for pattern in patterns {
            for item in pattern.items() {
                match item {
                    Item::One(class) if class.contains(unit) => set(&mut one, bit),
                    Item::Many(class) if class.contains(unit) => set(&mut many, bit),
                    _ => {}
                }
                bit += 1;
            }
            bit += 1;
        }
        let half = match unit {
            0xD800..=0xDBFF => 1,
            0xDC00..=0xDFFF => 2,
            _ => 0,
        };
        if known.insert(((one.clone(), many.clone()), half)) {
            symbols.push(Symbol { unit, one, many });
        }
    }
    Some(symbols)
}

fn spelled(patterns: &[&Pattern], unit: u16) -> bool {
    patterns
        .iter()
        .flat_map(|pattern| pattern.items())
        .any(|item| matches!(item, Item::One(Class::Unit(own)) if *own == unit))
}

fn set(words: &mut [u64], bit: usize) {
    words[bit / 64] |= 1 << (bit % 64);
}

fn has(words: &[u64], bit: usize) -> bool {
    words[bit / 64] >> (bit % 64) & 1 == 1
}

fn meets(left: &[u64], right: &[u64]) -> bool {
    left.iter().zip(right).any(|(left, right)| left & right != 0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LETTERS: &[(u16, u16)] = &[(b'a' as u16, b'b' as u16)];

    fn wildcard(text: &str) -> Pattern {
        text.chars().fold(Pattern::new(), |pattern, letter| match letter {
            '*' => pattern.then_many(Class::ANY),
            '?' => pattern.then_one(Class::ANY),
            letter => pattern.then_text(&letter.to_string()),
        })
    }

    fn language(texts: &[&str]) -> Vec<Pattern> {
        texts.iter().map(|text| wildcard(text)).collect()
    }

    #[track_caller]
    fn check(within: &[&[&str]], without: &[&str], expected: bool) {
        let within: Vec<Vec<Pattern>> = within.iter().map(|texts| language(texts)).collect();
        let without = language(without);
        let mut query = Query::new().without(&without);
        for language in &within {
            query = query.within(language);
        }
        match query.find(&mut Budget::new(10_000_000)) {
            Found::Member(text) => {
                assert!(query.admits(&text), "{text:?} is no member");
                assert!(expected, "{text:?} should not exist");
            }
            Found::Empty => assert!(!expected, "a member exists"),
            Found::Unknown => panic!("budget"),
        }
    }

    #[test]
    fn intersections_and_differences_are_exact() {
        check(&[&["a*"], &["*b"]], &[], true);
        check(&[&["a*"], &["b*"]], &[], false);
        check(&[&["a*", "b*"], &["*c"]], &["a*"], true);
        check(&[&["a*"]], &["*"], false);
        check(&[&["a*"]], &["a", "a?*"], false);
        check(&[&["a*"]], &["a", "a??*"], true);
        check(&[&["?*"]], &["a*", "b*"], true);
        check(&[&["*a*"], &["*b*"], &["*c*"]], &["*abc*"], true);
        check(&[], &["*a*"], true);
        check(&[], &["", "?*"], false);
        check(&[&[]], &[], false);
        check(&[&["live/*"]], &["live/?*", "live/"], false);
    }

    #[test]
    fn many_overlapping_patterns_find_a_member_at_once() {
        let patterns: Vec<Vec<Pattern>> = (0..40).map(|number| language(&[&format!("*k{number:02}*")])).collect();
        let query = patterns.iter().fold(Query::new(), |query, pattern| query.within(pattern));
        assert!(matches!(query.find(&mut Budget::new(20_000_000)), Found::Member(_)));
    }

    #[test]
    fn a_budget_ends_the_search() {
        let patterns: Vec<Vec<Pattern>> =
            (0..20).map(|number| language(&[&format!("*{}?{}*", number % 7, number % 5)])).collect();
        let without = language(&["*0*"]);
        let query = patterns.iter().fold(Query::new().without(&without), |query, pattern| query.within(pattern));
        assert_eq!(query.find(&mut Budget::new(1000)), Found::Unknown);
    }

    #[test]
    fn surrogates_stay_in_pairs() {
        check(&[&["??"], &["\u{10400}"]], &[], true);
        check(&[&["?"], &["\u{10400}"]], &[], false);
        check(&[&["*"]], &["?*", ""], false);
    }

    /// All strings over `a`, `b` and one letter no pattern knows, up to five units.
    fn universe() -> Vec<String> {
        let mut all = vec![String::new()];
        let mut layer = all.clone();
        for _ in 0..5 {
            layer = layer.iter().flat_map(|text| ['a', 'b', 'z'].map(|letter| format!("{text}{letter}"))).collect();
            all.extend(layer.iter().cloned());
        }
        all
    }

    fn arbitrary_pattern() -> impl Strategy<Value = Pattern> {
        let item = prop_oneof![
            3 => Just(Item::One(Class::Unit(u16::from(b'a')))),
            3 => Just(Item::One(Class::Unit(u16::from(b'b')))),
            1 => Just(Item::One(Class::ANY)),
            3 => Just(Item::Many(Class::ANY)),
            1 => Just(Item::Many(Class::Ranges(LETTERS))),
            1 => Just(Item::One(Class::except(&[b'a' as u16]))),
        ];
        prop::collection::vec(item, 0..4).prop_map(|items| {
            items.into_iter().fold(Pattern::new(), |pattern, item| match item {
                Item::Many(class) => pattern.then_many(class),
                Item::One(class) => pattern.then_one(class),
                Item::MaySkip(_) => pattern,
            })
        })
    }

    fn arbitrary_languages() -> impl Strategy<Value = Vec<Vec<Pattern>>> {
        prop::collection::vec(prop::collection::vec(arbitrary_pattern(), 1..3), 0..3)
    }

    proptest! {
        // forall within, without: find answers as a search through all short strings does; a longer member may exist
        // only if it is itself a member.
        #[test]
        fn agrees_with_brute_force(within in arbitrary_languages(), without in arbitrary_languages()) {
            let query = within.iter().fold(Query::new(), |query, language| query.within(language));
            let query = without.iter().fold(query, |query, language| query.without(language));
            let brute = universe().into_iter().any(|text| query.admits(&text));
            match query.find(&mut Budget::new(50_000_000)) {
                Found::Member(text) => prop_assert!(query.admits(&text)),
                Found::Empty => prop_assert!(!brute),
                Found::Unknown => prop_assert!(false, "budget"),
            }
        }
    }
}
