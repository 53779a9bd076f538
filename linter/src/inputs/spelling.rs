//! How the text of a scalar is spelled in its source: through escapes and YAML's indentation.
//!
//! A policy is a text inside a text. This module finds the way back from one to the other, so that a statement of a policy in an
//! escaped string of a plan still has a line and a column. It reads neither JSON nor YAML itself.

use mediastore_policy::span::Span;
use mediastore_policy::text::TextPart;

use crate::words::{Piece, Words};

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

/// The text of a scalar whose characters are `source`, found at `at`; `place` is the whole scalar's, quotes included. Where the spelling
/// cannot be followed, every character has the place of the whole.
pub(super) fn spelled(text: &str, source: &str, at: usize, place: Span, style: Style) -> Words {
    let mut aligner = Aligner { source, at: 0, base: at, style, pieces: Vec::new() };
    match aligner.align(text) {
        Some(()) if !text.is_empty() => aligner.pieces.into_iter().collect(),
        _ => Words::made(text, place),
    }
}

/// Walks a text and its spelling side by side.
struct Aligner<'a> {
    source: &'a str,
    at: usize,
    base: usize,
    style: Style,
    pieces: Vec<Piece>,
}

impl Aligner<'_> {
    fn align(&mut self, text: &str) -> Option<()> {
        text.chars().try_for_each(|wanted| self.step(wanted))
    }

    /// Finds the spelling of one character.
    fn step(&mut self, wanted: char) -> Option<()> {
        loop {
            let rest = &self.source[self.at..];
            let Some(found) = rest.chars().next() else {
                // The end of a block's last line is not part of its place.
                return wanted.is_whitespace().then(|| self.whole(wanted, 0));
            };
            if self.style == Style::Escaped && found == '\\' {
                match unescape(rest)? {
                    (None, length) => {
                        self.at += length;
                        self.skip_indentation();
                    }
                    (Some(escaped), length) => {
                        return (escaped == wanted).then(|| self.whole(wanted, length));
                    }
                }
                continue;
            }
            if self.style == Style::SingleQuoted && rest.starts_with("''") {
                return (wanted == '\'').then(|| self.whole(wanted, 2));
            }
            if found == wanted {
                self.exact(found);
                if found == '\n' {
                    self.skip_indentation();
                }
                return Some(());
            }
            if found == '\n' && wanted == ' ' {
                self.whole(wanted, 1);
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

    /// The next character is written as it is.
    fn exact(&mut self, found: char) {
        let place = Span::new(self.base + self.at, self.base + self.at + found.len_utf8());
        match self.pieces.last_mut() {
            Some(Piece { part: TextPart::Known(text), span, verbatim: true }) if span.end == place.start => {
                text.push(found);
                span.end = place.end;
            }
            _ => self.pieces.push(Piece::verbatim(found.encode_utf8(&mut [0; 4]) as &str, place)),
        }
        self.at += found.len_utf8();
    }

    /// The next character is written as something else, of this many bytes.
    fn whole(&mut self, wanted: char, length: usize) {
        let start = self.base + self.at;
        self.pieces.push(Piece::made(wanted.encode_utf8(&mut [0; 4]) as &str, Span::new(start, start + length)));
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

    /// Where a part of the text of a scalar is spelled.
    #[track_caller]
    fn spelling<'a>(text: &str, source: &'a str, style: Style, part: &str) -> &'a str {
        let words = spelled(text, source, 0, Span::new(0, source.len()), style);
        let at = text.find(part).expect("the part occurs");
        words.cut(&[at, at + part.len()])[1].place().of(source).expect("a place in the source")
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
}
