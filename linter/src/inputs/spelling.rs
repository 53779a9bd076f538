//! Text and where each piece of it is spelled in a source: through escapes, YAML's indentation, and the parts of an `Fn::Sub`.
//!
//! A policy is a text inside a text. This module keeps the way back from one to the other, so that a statement of a policy in an
//! escaped string of a plan still has a line and a column. It reads neither JSON nor YAML itself.

use std::sync::Arc;

use mediastore_policy::json::{self, Limits, Node, Template};
use mediastore_policy::problem::Problem;
use mediastore_policy::span::Span;
use mediastore_policy::text::{Hole, Text, TextPart};

use crate::source::place_tree;

/// How a scalar is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// JSON's string, or YAML's in double quotes.
    Escaped,
    /// YAML in single quotes.
    SingleQuoted,
    /// YAML without quotes.
    Plain,
    /// YAML's `|` and `>`: the text as it is, behind an indentation of this many characters.
    Block(usize),
}

/// A text that knows where it is spelled, and what of it is unknown.
#[derive(Debug, Clone, Default)]
pub(super) struct Spelled {
    /// The text; a hole is one `?`.
    text: String,
    /// By offset in the text, without gaps.
    runs: Vec<Run>,
    holes: Vec<(Span, Arc<Hole>)>,
}

/// A piece of the text.
#[derive(Debug, Clone, Copy)]
struct Run {
    /// Where in the text it starts.
    at: usize,
    place: Place,
}

#[derive(Debug, Clone, Copy)]
enum Place {
    /// Written character by character from this offset on.
    Exact(usize),
    /// Stands for what is written here: an escape, a reference.
    Whole(Span),
}

impl Spelled {
    /// Text that stands for something else at a place.
    pub(super) fn standing_for(text: impl Into<String>, place: Span) -> Self {
        let text = text.into();
        let runs = if text.is_empty() { Vec::new() } else { vec![Run { at: 0, place: Place::Whole(place) }] };
        Self { text, runs, holes: Vec::new() }
    }

    /// Unknown text at a place.
    pub(super) fn unknown(hole: Arc<Hole>, place: Span) -> Self {
        let mut spelled = Self::standing_for("?", place);
        spelled.holes.push((Span::new(0, 1), hole));
        spelled
    }

    /// The text of a scalar whose characters are `source`, found at `at`; `place` is the whole scalar's, quotes included. Where the
    /// spelling cannot be followed, every character has the place of the whole.
    pub(super) fn scalar(text: &str, source: &str, at: usize, place: Span, style: Style) -> Self {
        let mut aligner = Aligner { source, at: 0, base: at, style, runs: Vec::new() };
        match aligner.align(text) {
            Some(()) => Self { text: text.to_owned(), runs: aligner.runs, holes: Vec::new() },
            None => Self::standing_for(text, place),
        }
    }

    /// The text, with one `?` for each hole.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The text, if all of it is known.
    pub(super) fn known(&self) -> Option<&str> {
        self.holes.is_empty().then_some(&self.text)
    }

    /// The text and its holes, without places.
    pub(super) fn to_text(&self) -> Text {
        if self.holes.is_empty() {
            return Text::known(self.text.as_str());
        }
        let mut parts = Vec::new();
        let mut passed = 0;
        for (span, hole) in &self.holes {
            parts.push(TextPart::Known(self.text[passed..span.start].into()));
            parts.push(TextPart::Hole(Arc::clone(hole)));
            passed = span.end;
        }
        parts.push(TextPart::Known(self.text[passed..].into()));
        Text::from_parts(parts)
    }

    /// Puts another text behind this one.
    pub(super) fn push(&mut self, other: &Self) {
        let by = self.text.len();
        self.text.push_str(&other.text);
        self.runs.extend(other.runs.iter().map(|run| Run { at: run.at + by, place: run.place }));
        self.holes.extend(
            other.holes.iter().map(|(span, hole)| (Span::new(span.start + by, span.end + by), Arc::clone(hole))),
        );
    }

    /// A part of the text; a hole on the border is not split, being one character.
    pub(super) fn slice(&self, start: usize, end: usize) -> Self {
        let mut runs = Vec::new();
        for (index, run) in self.runs.iter().enumerate() {
            let run_end = self.runs.get(index + 1).map_or(self.text.len(), |next| next.at);
            if run_end <= start || run.at >= end {
                continue;
            }
            let skipped = start.saturating_sub(run.at);
            let place = match run.place {
                Place::Exact(at) => Place::Exact(at + skipped),
                whole @ Place::Whole(_) => whole,
            };
            runs.push(Run { at: run.at.max(start) - start, place });
        }
        let holes = self.holes.iter().filter(|(span, _)| start <= span.start && span.end <= end);
        let holes = holes.map(|(span, hole)| (Span::new(span.start - start, span.end - start), Arc::clone(hole)));
        Self { text: self.text[start..end].to_owned(), runs, holes: holes.collect() }
    }

    /// The place in the source of a range of the text.
    pub(super) fn place(&self, span: Span) -> Span {
        let start = self.run(span.start).map_or(0, |run| match run.place {
            Place::Exact(at) => at + span.start - run.at,
            Place::Whole(whole) => whole.start,
        });
        if span.end <= span.start {
            return Span::new(start, start);
        }
        let end = self.run(span.end - 1).map_or(start, |run| match run.place {
            Place::Exact(at) => at + span.end - run.at,
            Place::Whole(whole) => whole.end,
        });
        Span::new(start.min(end), end.max(start))
    }

    /// The run of a character; behind the end, the last.
    fn run(&self, at: usize) -> Option<&Run> {
        let after = self.runs.partition_point(|run| run.at <= at);
        self.runs.get(after.saturating_sub(1))
    }

    /// Whether the text is spelled where its places say, but for what stands in holes and references, so that new text may be written
    /// between its characters.
    pub(super) fn is_verbatim(&self, source: &str, base: usize) -> bool {
        self.runs.iter().all(|run| match run.place {
            Place::Exact(_) => true,
            Place::Whole(span) => {
                let (start, end) = (span.start.wrapping_sub(base), span.end.wrapping_sub(base));
                source.get(start..end).is_some_and(|text| text.starts_with("${") || text.trim().is_empty())
            }
        })
    }

    /// Reads the text as JSON; places of the tree and of the problems are those of the source.
    pub(super) fn parse(&self, limits: Limits) -> (Option<Node>, Vec<Problem>) {
        let (node, problems) = json::parse(Template { text: &self.text, holes: &self.holes }, limits);
        let placed = |mut problem: Problem| {
            problem.span = self.place(problem.span);
            problem
        };
        (
            node.map(|mut node| {
                place_tree(&mut node, &|span| self.place(span));
                node
            }),
            problems.into_iter().map(placed).collect(),
        )
    }
}

/// Walks a text and its spelling side by side.
struct Aligner<'a> {
    source: &'a str,
    at: usize,
    base: usize,
    style: Style,
    runs: Vec<Run>,
}

impl Aligner<'_> {
    fn align(&mut self, text: &str) -> Option<()> {
        for (offset, wanted) in text.char_indices() {
            self.step(offset, wanted)?;
        }
        Some(())
    }

    /// Finds the spelling of one character.
    fn step(&mut self, offset: usize, wanted: char) -> Option<()> {
        loop {
            let rest = &self.source[self.at..];
            let Some(found) = rest.chars().next() else {
                // The end of a block's last line is not part of its place.
                return wanted.is_whitespace().then(|| self.whole(offset, 0));
            };
            if self.style == Style::Escaped && found == '\\' {
                match unescape(rest)? {
                    (None, length) => {
                        self.at += length;
                        self.skip_indentation();
                    }
                    (Some(escaped), length) => {
                        return (escaped == wanted).then(|| self.whole(offset, length));
                    }
                }
                continue;
            }
            if self.style == Style::SingleQuoted && rest.starts_with("''") {
                return (wanted == '\'').then(|| self.whole(offset, 2));
            }
            if found == wanted {
                self.exact(offset, found.len_utf8());
                if found == '\n' {
                    self.skip_indentation();
                }
                return Some(());
            }
            if found == '\n' && wanted == ' ' {
                self.whole(offset, 1);
                self.skip_indentation();
                return Some(());
            }
            if !found.is_whitespace() {
                return None;
            }
            self.at += found.len_utf8();
            if found == '\n' {
                self.skip_indentation();
            }
        }
    }

    fn skip_indentation(&mut self) {
        let most = if let Style::Block(indentation) = self.style { indentation } else { usize::MAX };
        self.at += self.source[self.at..].bytes().take(most).take_while(|byte| *byte == b' ').count();
    }

    fn exact(&mut self, offset: usize, length: usize) {
        let place = self.base + self.at;
        let continues = self.runs.last().is_some_and(|run| match run.place {
            Place::Exact(at) => at + (offset - run.at) == place,
            Place::Whole(_) => false,
        });
        if !continues {
            self.runs.push(Run { at: offset, place: Place::Exact(place) });
        }
        self.at += length;
    }

    fn whole(&mut self, offset: usize, length: usize) {
        let start = self.base + self.at;
        self.runs.push(Run { at: offset, place: Place::Whole(Span::new(start, start + length)) });
        self.at += length;
    }
}

/// The character that an escape stands for, none for an escaped end of line, and the escape's length. JSON's and YAML's escapes.
fn unescape(source: &str) -> Option<(Option<char>, usize)> {
    let kind = source[1..].chars().next()?;
    let digits = |count: usize| {
        let text = source.get(2..2 + count)?;
        text.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| u32::from_str_radix(text, 16).ok())?
    };
    let plain = |c: char| Some((Some(c), 1 + kind.len_utf8()));
    match kind {
        'n' => plain('\n'),
        't' => plain('\t'),
        'r' => plain('\r'),
        'b' => plain('\u{8}'),
        'f' => plain('\u{c}'),
        '0' => plain('\0'),
        'a' => plain('\u{7}'),
        'v' => plain('\u{b}'),
        'e' => plain('\u{1b}'),
        'N' => plain('\u{85}'),
        '_' => plain('\u{a0}'),
        'L' => plain('\u{2028}'),
        'P' => plain('\u{2029}'),
        '\n' => Some((None, 2)),
        'x' => Some((Some(char::from_u32(digits(2)?)?), 4)),
        'U' => Some((Some(char::from_u32(digits(8)?)?), 10)),
        'u' => {
            let high = digits(4)?;
            if let Some(c) = char::from_u32(high) {
                return Some((Some(c), 6));
            }
            let low = source.get(6..12)?.strip_prefix("\\u")?;
            let low = u16::from_str_radix(low, 16).ok()?;
            let c = char::decode_utf16([u16::try_from(high).ok()?, low]).next()?.ok()?;
            Some((Some(c), 12))
        }
        other => plain(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The spelling of each occurrence of `part` in the text of a scalar.
    #[track_caller]
    fn spelling<'a>(text: &str, source: &'a str, style: Style, part: &str) -> &'a str {
        let spelled = Spelled::scalar(text, source, 0, Span::new(0, source.len()), style);
        let at = text.find(part).expect("the part occurs");
        spelled.place(Span::new(at, at + part.len())).of(source).expect("a place in the source")
    }

    #[test]
    fn pieces_of_a_scalar_are_found_where_they_are_spelled() {
        let cases = [
            (r#"{"a": 1}"#, r#"{\"a\": 1}"#, Style::Escaped, r#""a""#, r#"\"a\""#),
            ("a\u{e9}\u{10400}b", r"a\u00e9\ud801\udc00b", Style::Escaped, "\u{10400}b", r"\ud801\udc00b"),
            ("a b", "a\\\n   \\ b", Style::Escaped, "b", "b"),
            ("it's so", "it''s so", Style::SingleQuoted, "'s", "''s"),
            ("one two", "one\n    two", Style::Plain, "two", "two"),
            (
                "{\n  \"k\": 1\n}\n",
                "{\n        \"k\": 1\n      }\n",
                Style::Block(6),
                "\"k\": 1\n}",
                "\"k\": 1\n      }",
            ),
            ("one two\nthree", "one\n  two\n\n  three", Style::Block(2), "three", "three"),
            ("one two", "quite another", Style::Plain, "two", "quite another"),
        ];
        for (text, source, style, part, expected) in cases {
            assert_eq!(spelling(text, source, style, part), expected, "{source}");
        }
    }

    #[test]
    fn a_slice_keeps_its_places() {
        let mut spelled = Spelled::scalar("ab:", "ab:", 10, Span::new(9, 14), Style::Plain);
        spelled.push(&Spelled::unknown(Arc::new(Hole::any("x")), Span::new(20, 24)));
        spelled.push(&Spelled::scalar("cd", "cd", 30, Span::new(30, 32), Style::Plain));
        let slice = spelled.slice(1, 5);
        assert_eq!(slice.to_text().to_string(), "b:<x>c");
        assert_eq!(slice.place(Span::new(0, 1)), Span::new(11, 12));
        assert_eq!(slice.place(Span::new(2, 3)), Span::new(20, 24));
        assert_eq!(slice.place(Span::new(1, 4)), Span::new(12, 31));
    }
}
