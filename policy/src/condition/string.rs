//! Text: equal, equal without case, or matching a pattern.

use std::borrow::Cow;

use crate::matching::{Case, Truth, pattern_matches, variable_value};
use crate::pattern::{Part, Pattern};
use crate::request::Context;

/// `StringEquals` and `StringLike`: they differ in what the pattern was read as.
pub(super) fn matches(pattern: &Pattern, value: &str, context: &Context) -> Truth {
    pattern_matches(pattern, value, Case::Sensitive, context)
}

/// `StringEqualsIgnoreCase`. A variable without a value equals nothing.
pub(super) fn equals_ignore_case(pattern: &Pattern, value: &str, context: &Context) -> Truth {
    let mut text = Cow::Borrowed("");
    for part in pattern.parts() {
        text += match part {
            Part::Literal(text) => text.as_str(),
            Part::Variable(variable) => match variable_value(variable, context) {
                Some(text) => text,
                None => return Truth::No,
            },
            // The operator has no wildcards; a hole may stand for any case of any text.
            Part::One | Part::Many | Part::Hole(_) => return Truth::Unknown,
        };
    }
    (lower_case(&text) == lower_case(value)).into()
}

/// Lower case of the characters up to U+FFFF, with the final sigma; characters above are left alone. This is no case
/// folding: sharp s and `ss` differ.
fn lower_case(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return match text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            true => Cow::Owned(text.to_ascii_lowercase()),
            false => Cow::Borrowed(text),
        };
    }
    let is_high = |c: char| u32::from(c) > 0xffff;
    let mut lower = String::with_capacity(text.len());
    for piece in text.split_inclusive(is_high) {
        let (low, high) = match piece.chars().next_back().filter(|c| is_high(*c)) {
            Some(c) => piece.split_at(piece.len() - c.len_utf8()),
            None => (piece, ""),
        };
        lower.push_str(&low.to_lowercase());
        lower.push_str(high);
    }
    Cow::Owned(lower)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_is_that_of_the_basic_plane() {
        for (a, b, expected) in [
            ("Secret", "sECRET", true),
            ("\u{c9}t\u{e9}", "\u{e9}T\u{c9}", true),
            ("\u{39f}\u{394}\u{39f}\u{3a3}", "\u{3bf}\u{3b4}\u{3bf}\u{3c2}", true), // final sigma
            ("\u{df}", "ss", false),
            ("\u{df}", "\u{1e9e}", true),
            ("s", "\u{17f}", false),
            ("k", "\u{212a}", true), // the Kelvin sign
            ("\u{10400}", "\u{10428}", false),
            ("A\u{10400}B", "a\u{10400}b", true),
        ] {
            let truth = equals_ignore_case(&Pattern::literal(a), b, &Context::new());
            assert_eq!(truth, expected.into(), "{a} and {b}");
        }
    }
}
