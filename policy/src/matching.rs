//! Comparing patterns with the text of a request.
//!
//! `?` is one UTF-16 code unit and `*` any number of them (`docs/policy-semantics.md`, "Actions and resources"), so a character above U+FFFF needs two `?`.
//! Text without such characters is compared byte by byte.

use std::ops::Not;

use smallvec::SmallVec;

use crate::arn::{self, ArnPattern};
use crate::keys;
use crate::pattern::{Part, Pattern, Variable};
use crate::request::Context;
use crate::text::{CharClass, Text, TextRef};

/// Three-valued truth: with holes in a policy an answer may depend on what fills them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Truth {
    Yes,
    No,
    Unknown,
}

impl Truth {
    /// `Yes` if one is; else `Unknown` if one is.
    pub(crate) fn any(items: impl IntoIterator<Item = Self>) -> Self {
        let mut any = Self::No;
        for item in items {
            match item {
                Self::Yes => return Self::Yes,
                Self::Unknown => any = Self::Unknown,
                Self::No => {}
            }
        }
        any
    }

    /// `No` if one is; else `Unknown` if one is.
    pub(crate) fn all(items: impl IntoIterator<Item = Self>) -> Self {
        !Self::any(items.into_iter().map(Not::not))
    }
}

impl From<bool> for Truth {
    fn from(value: bool) -> Self {
        if value { Self::Yes } else { Self::No }
    }
}

impl Not for Truth {
    type Output = Self;

    fn not(self) -> Self {
        match self {
            Self::Yes => Self::No,
            Self::No => Self::Yes,
            Self::Unknown => Self::Unknown,
        }
    }
}

/// Whether letters compare by case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Case {
    Sensitive,
    /// ASCII letters of either case are equal.
    Ignore,
}

/// Whether `value` matches `pattern` in a request with this context. A variable without a value matches nothing.
pub(crate) fn pattern_matches(pattern: &Pattern, value: &str, case: Case, context: &Context) -> Truth {
    match pattern.parts() {
        [Part::Many] => return Truth::Yes,
        [Part::Literal(text)] => return same(text, value, case).into(),
        _ => {}
    }
    let mut pieces: SmallVec<[Piece<'_>; 8]> = SmallVec::new();
    let mut has_hole = false;
    for part in pattern.parts() {
        pieces.push(match part {
            Part::Literal(text) => Piece::Text(text),
            Part::One => Piece::One,
            Part::Many => Piece::Many,
            Part::Variable(variable) => match variable_value(variable, context) {
                Some(text) => Piece::Text(text),
                None => return Truth::No,
            },
            Part::Hole(hole) => {
                has_hole = true;
                Piece::Hole(hole.class, hole.length)
            }
        });
    }
    match has_hole {
        true if may_match(&pieces, value, case) => Truth::Unknown,
        true => Truth::No,
        false => glob(&pieces, value, case).into(),
    }
}

/// Whether `value` is `text`.
pub(crate) fn text_is(text: &Text, value: &str) -> Truth {
    if let Some(known) = text.as_known() {
        return (known == value).into();
    }
    let pieces: Vec<Piece<'_>> = text
        .parts()
        .map(|part| match part {
            TextRef::Known(text) => Piece::Text(text),
            TextRef::Hole(hole) => Piece::Hole(hole.class, hole.length),
        })
        .collect();
    if may_match(&pieces, value, Case::Sensitive) { Truth::Unknown } else { Truth::No }
}

/// Whether the fields of an ARN match, each on its own.
pub(crate) fn arn_matches(pattern: &ArnPattern, value: &[&str; arn::FIELDS], context: &Context) -> Truth {
    let fields = pattern.fields.iter().zip(value);
    // The last field first: it is the one that differs most often.
    Truth::all(fields.rev().map(|(field, text)| pattern_matches(field, text, Case::Sensitive, context)))
}

/// What a policy variable stands for in a request, if it has a value. A key of several values has none, and then not even
/// the default is used (`docs/policy-semantics.md`, "Policy variables"); an empty value counts as none.
pub(crate) fn variable_value<'a>(variable: &'a Variable, context: &'a Context) -> Option<&'a str> {
    if keys::find(&variable.key).is_some_and(|row| row.multivalued) {
        return None;
    }
    match context.values(&variable.key) {
        Some([value]) if !value.is_empty() => Some(value),
        Some([_, _, ..]) => None,
        _ => variable.default.as_deref(),
    }
}

#[derive(Clone, Copy)]
enum Piece<'a> {
    Text(&'a str),
    One,
    Many,
    Hole(CharClass, Option<usize>),
}

fn same(a: &str, b: &str, case: Case) -> bool {
    match case {
        Case::Sensitive => a == b,
        Case::Ignore => a.eq_ignore_ascii_case(b),
    }
}

/// Exact matching, for pieces without holes.
fn glob(pieces: &[Piece<'_>], value: &str, case: Case) -> bool {
    if value.is_ascii() {
        // A byte is a code unit here, and text that is not ASCII cannot occur in the value.
        let at = |text: &str, at: usize| {
            let found = value.as_bytes().get(at..at + text.len());
            found.is_some_and(|found| same_bytes(found, text.as_bytes(), case))
        };
        return walk(pieces, value.len(), str::len, at);
    }
    let units: Vec<u16> = value.encode_utf16().collect();
    let length = |text: &str| text.encode_utf16().count();
    let at = |text: &str, at: usize| {
        let mut rest = units[at..].iter().copied();
        text.encode_utf16().all(|unit| rest.next().is_some_and(|other| same_units(unit, other, case)))
    };
    walk(pieces, units.len(), length, at)
}

fn same_bytes(a: &[u8], b: &[u8], case: Case) -> bool {
    match case {
        Case::Sensitive => a == b,
        Case::Ignore => a.eq_ignore_ascii_case(b),
    }
}

fn same_units(a: u16, b: u16, case: Case) -> bool {
    let lower = |unit: u16| u8::try_from(unit).map_or(unit, |byte| u16::from(byte.to_ascii_lowercase()));
    a == b || (case == Case::Ignore && lower(a) == lower(b))
}

/// Walks the pieces over a value of `end` units; on a mismatch the last `*` takes one unit more. Going back further than
/// the last `*` never helps, so the work is at most the product of the lengths.
fn walk(pieces: &[Piece<'_>], end: usize, length: impl Fn(&str) -> usize, found: impl Fn(&str, usize) -> bool) -> bool {
    let (mut piece, mut at) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    loop {
        match pieces.get(piece) {
            None if at == end => return true,
            Some(Piece::Many) => {
                piece += 1;
                if piece == pieces.len() {
                    return true;
                }
                retry = Some((piece, at));
                continue;
            }
            Some(Piece::One) if at < end => {
                (piece, at) = (piece + 1, at + 1);
                continue;
            }
            Some(Piece::Text(text)) if at <= end && found(text, at) => {
                (piece, at) = (piece + 1, at + length(text));
                continue;
            }
            _ => {}
        }
        match retry {
            Some((after, start)) if start < end => {
                (piece, at) = (after, start + 1);
                retry = Some((after, start + 1));
            }
            _ => return false,
        }
    }
}

/// Whether some content of the holes makes the pieces match. Each hole is looked at alone, also one that occurs twice.
fn may_match(pieces: &[Piece<'_>], value: &str, case: Case) -> bool {
    let units: Vec<u16> = value.encode_utf16().collect();
    let end = units.len();
    let in_class = |class: CharClass, unit: u16| match char::from_u32(u32::from(unit)) {
        Some(c) => class.contains(c),
        None => matches!(class, CharClass::Any | CharClass::Plain), // half of a character above U+FFFF
    };
    // Where the value can be after each piece.
    let mut here = vec![false; end + 1];
    here[0] = true;
    for piece in pieces {
        let text: Vec<u16> = match piece {
            Piece::Text(text) => text.encode_utf16().collect(),
            _ => Vec::new(),
        };
        let mut next = vec![false; end + 1];
        for at in (0..=end).filter(|&at| here[at]) {
            match *piece {
                Piece::Text(_) => {
                    let found = units.get(at..at + text.len());
                    if found.is_some_and(|found| found.iter().zip(&text).all(|(a, b)| same_units(*a, *b, case))) {
                        next[at + text.len()] = true;
                    }
                }
                Piece::One if at < end => next[at + 1] = true,
                Piece::One => {}
                Piece::Many | Piece::Hole(CharClass::Any, None) => {
                    next[at..].fill(true);
                    break;
                }
                Piece::Hole(class, length) => {
                    let run = units[at..].iter().take_while(|unit| in_class(class, **unit)).count();
                    match length {
                        Some(length) if length <= run => next[at + length] = true,
                        Some(_) => {}
                        None => next[at..=at + run].fill(true),
                    }
                }
            }
        }
        here = next;
    }
    here[end]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::Syntax;
    use crate::text::{Hole, TextPart};

    #[track_caller]
    fn check(pattern: &str, value: &str, expected: bool) {
        let pattern = Pattern::parse(&pattern.into(), Syntax::WILDCARDS).expect("a pattern");
        let truth = pattern_matches(&pattern, value, Case::Sensitive, &Context::new());
        assert_eq!(truth, expected.into(), "`{pattern}` and `{value}`");
    }

    #[test]
    fn wildcards_match() {
        for (pattern, value, expected) in [
            ("", "", true),
            ("", "a", false),
            ("*", "", true),
            ("**", "abc", true),
            ("?", "", false),
            ("?", "a", true),
            ("a*c", "ac", true),
            ("a*c", "abcbc", true),
            ("a*c", "abcb", false),
            ("*a*b", "xaxaxb", true),
            ("*ab", "aab", true),
            ("a?c*", "abc", true),
            ("*?", "", false),
            ("?*?", "ab", true),
            ("[a-c]", "b", false),
            ("a\\*", "a\\x", true),
            ("?", "\u{e9}", true),
            ("?", "\u{10400}", false),
            ("??", "\u{10400}", true),
            ("*?", "\u{10400}", true),
            ("a??b", "a\u{10400}b", true),
            ("\u{e9}*", "\u{e9}t\u{e9}", true),
            ("*\u{e9}", "et", false),
            ("a\n*", "a\nb", true),
            ("*a*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false),
        ] {
            check(pattern, value, expected);
        }
    }

    #[test]
    fn case_is_ignored_where_asked() {
        let pattern = Pattern::parse(&"Get*Ct".into(), Syntax::WILDCARDS).expect("a pattern");
        assert_eq!(pattern_matches(&pattern, "getOBJECT", Case::Ignore, &Context::new()), Truth::Yes);
        assert_eq!(pattern_matches(&pattern, "getOBJECT", Case::Sensitive, &Context::new()), Truth::No);
        // Only ASCII letters have a case here: the Kelvin sign is no `k`.
        assert_eq!(pattern_matches(&Pattern::literal("k"), "\u{212a}", Case::Ignore, &Context::new()), Truth::No);
    }

    #[test]
    fn a_hole_makes_the_answer_depend_unless_its_class_rules_it_out() {
        let text = Text::from_parts([
            TextPart::Known("a:".into()),
            TextPart::Hole(Hole::account("id").into()),
            TextPart::Known(":*".into()),
        ]);
        let pattern = Pattern::parse(&text, Syntax::WILDCARDS).expect("a pattern");
        for (value, expected) in [
            ("a:111122223333:x", Truth::Unknown),
            ("a:11112222333x:x", Truth::No),
            ("a:11112222333:x", Truth::No),
            ("b:111122223333:", Truth::No),
        ] {
            assert_eq!(pattern_matches(&pattern, value, Case::Sensitive, &Context::new()), expected, "{value}");
        }
    }
}
