//! Regular languages, and whether a partly known text belongs to one whatever its unknown parts turn out to be.
//!
//! The pattern becomes a deterministic automaton. A known character moves each state to the next; an unknown part moves the set of states
//! to everything its characters can reach. If no state at the end accepts, no value fits; if all do, every value fits. Parts of the same
//! name are taken as independent, so `Depends` may be said where a closer look would settle it, never the other way round.

use std::collections::BTreeSet;
use std::fmt;

use mediastore_policy::limits;
use mediastore_policy::text::{Hole, Text, TextRef};
use regex_automata::dfa::{Automaton, StartError, dense};
use regex_automata::util::primitives::StateID;
use regex_automata::util::start;
use regex_automata::{Anchored, MatchKind};

/// Bytes an automaton may take. Names are short; what needs more than this was not written for names.
const SIZE_LIMIT: usize = 1 << 20;

/// A set of texts.
#[derive(Clone)]
pub struct Language {
    pattern: String,
    automaton: dense::DFA<Vec<u32>>,
}

/// How a partly known text relates to a language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Membership {
    /// Every value belongs to it.
    Always,
    /// No value does.
    Never,
    /// Some may, some may not.
    Depends,
}

impl Language {
    /// The texts that a regular expression matches as a whole.
    ///
    /// # Errors
    ///
    /// Why the expression is of no use.
    pub fn new(pattern: &str) -> Result<Self, String> {
        let automaton = dense::Builder::new()
            .configure(
                dense::Config::new()
                    .start_kind(regex_automata::dfa::StartKind::Anchored)
                    .match_kind(MatchKind::All)
                    .dfa_size_limit(Some(SIZE_LIMIT))
                    .determinize_size_limit(Some(4 * SIZE_LIMIT)),
            )
            .build(&format!(r"(?:{pattern})\z"))
            .map_err(|error| reason(&error))?;
        Ok(Self { pattern: pattern.to_owned(), automaton })
    }

    /// The pattern, as it was given.
    #[must_use]
    pub fn pattern(&self) -> &str {
        &self.pattern
    }

    /// Whether a wholly known text belongs to it.
    #[must_use]
    pub fn contains(&self, text: &str) -> bool {
        self.membership(&Text::known(text), |_| true) == Membership::Always
    }

    /// Whether a text belongs to it, when unknown parts consist of characters that `possible` admits.
    #[must_use]
    pub fn membership(&self, text: &Text, possible: fn(char) -> bool) -> Membership {
        let Ok(start) = self.start() else { return Membership::Depends };
        let mut states = BTreeSet::from([start]);
        for part in text.parts() {
            states = match part {
                TextRef::Known(known) => known.bytes().fold(states, |states, byte| self.step(&states, &[byte])),
                TextRef::Hole(hole) => self.through(states, hole, possible),
            };
        }
        let accepting =
            states.iter().filter(|&&state| self.automaton.is_match_state(self.automaton.next_eoi_state(state))).count();
        match accepting {
            0 => Membership::Never,
            all if all == states.len() => Membership::Always,
            _ => Membership::Depends,
        }
    }

    fn start(&self) -> Result<StateID, StartError> {
        self.automaton.start_state(&start::Config::new().anchored(Anchored::Yes))
    }

    fn step(&self, states: &BTreeSet<StateID>, bytes: &[u8]) -> BTreeSet<StateID> {
        states.iter().flat_map(|&state| bytes.iter().map(move |&byte| self.automaton.next_state(state, byte))).collect()
    }

    /// The states behind an unknown part.
    fn through(&self, states: BTreeSet<StateID>, hole: &Hole, possible: fn(char) -> bool) -> BTreeSet<StateID> {
        let bytes: Vec<u8> = (0..=u8::MAX)
            .filter(|&byte| !byte.is_ascii() || (hole.class.contains(char::from(byte)) && possible(char::from(byte))))
            // A character beyond ASCII is several bytes, in any order here: too many texts, so no wrong `Never`.
            .filter(|byte| byte.is_ascii() || (hole.class.contains('\u{e9}') && possible('\u{e9}')))
            .collect();
        if let Some(length) = hole.length.filter(|_| bytes.iter().all(u8::is_ascii)) {
            return (0..length).fold(states, |states, _| self.step(&states, &bytes));
        }
        let mut reached = states.clone();
        let mut fresh = states;
        while !fresh.is_empty() {
            fresh = self.step(&fresh, &bytes).difference(&reached).copied().collect();
            reached.extend(&fresh);
        }
        reached
    }
}

/// What `regex-automata` says, in one line.
fn reason(error: &dense::BuildError) -> String {
    let mut deepest: &dyn std::error::Error = error;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    let text = deepest.to_string();
    let last = text.lines().rfind(|line| !line.trim().is_empty()).unwrap_or("not a regular expression");
    last.trim_start_matches("error: ").trim().to_owned()
}

/// Whether a character can be part of a container's name.
#[must_use]
pub fn of_a_name(character: char) -> bool {
    (limits::CONTAINER_NAME.allowed)(character)
}

/// A text as a pattern that matches it alone.
#[must_use]
pub fn quote(text: &str) -> String {
    let special = |character: char| r"\.+*?()|[]{}^$#&-~".contains(character);
    text.chars().flat_map(|character| special(character).then_some('\\').into_iter().chain([character])).collect()
}

impl PartialEq for Language {
    fn eq(&self, other: &Self) -> bool {
        self.pattern == other.pattern
    }
}

impl Eq for Language {}

impl fmt::Debug for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Language({:?})", self.pattern)
    }
}

#[cfg(test)]
mod tests {
    use mediastore_policy::text::TextPart;
    use std::sync::Arc;

    use super::*;

    /// `live-<>` is `live-` and something unknown; `<account>` twelve unknown digits.
    fn text(spelled: &str) -> Text {
        let part = |(index, piece): (usize, &str)| match (index % 2, piece) {
            (0, known) => TextPart::Known(known.into()),
            (_, "account") => TextPart::Hole(Arc::new(Hole::account("account"))),
            (_, name) => TextPart::Hole(Arc::new(Hole::any(name))),
        };
        Text::from_parts(spelled.split(['<', '>']).enumerate().map(part))
    }

    #[test]
    fn what_holds_for_all_values_is_said() {
        use Membership::{Always, Depends, Never};
        for (pattern, spelled, expected) in [
            ("[a-z]+-[a-z]+", "acme-live", Always),
            ("[a-z]+-[a-z]+", "acme_live", Never),
            ("[a-z]+-[a-z]+", "acme-live\n", Never),
            ("[a-z]+-[a-z]+", "<x>-live", Depends),
            ("[a-z]+-[a-z]+", "<x>_live", Never),
            ("[a-z]+-[a-z]+", "<x>", Depends),
            ("[a-z]+-(dev|prod)", "<x>-live", Never),
            ("[a-z]+-(dev|prod)", "acme-<x>", Depends),
            (".*", "<x>", Always),
            ("a|ab", "ab", Always),
            ("[0-9]{12}", "<account>", Always),
            ("[0-9]{11}", "<account>", Never),
            ("a[0-9]{12}", "a<account>", Always),
            ("", "", Always),
            ("", "a", Never),
        ] {
            let language = Language::new(pattern).expect("a pattern");
            assert_eq!(language.membership(&text(spelled), of_a_name), expected, "{pattern} {spelled}");
        }
    }

    #[test]
    fn a_pattern_of_no_use_is_refused() {
        for (pattern, expected) in [("a(", "unclosed group"), ("a{1000}{1000}", "size"), (r"(?=a)", "look-around")] {
            let reason = Language::new(pattern).expect_err(pattern);
            assert!(reason.contains(expected), "{pattern}: {reason}");
        }
    }

    #[test]
    fn quoted_text_matches_itself_alone() {
        for text in ["a.b", "a-b_c", "{x}", r"\d", "a+[b]#&~"] {
            let language = Language::new(&quote(text)).expect("a pattern");
            assert!(language.contains(text), "{text}");
            assert!(!language.contains("axb"), "{text}");
        }
    }
}
