//! Partly known text: what is known of a string before everything in it is known.
//!
//! A document read from a file is wholly known. One found in Terraform or CloudFormation source may hold parts whose
//! value exists only after apply. Such a part is a [`Hole`]; the text around it is known, and so are the characters the
//! hole can consist of. This module does not interpret wildcards or policy variables: see [`crate::pattern`].

use std::fmt;
use std::sync::Arc;

use compact_str::CompactString;

/// The characters a hole (or a part of an ARN) may consist of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CharClass {
    /// Anything, also wildcards and `${`: the hole may change how the text is read.
    Any,
    /// `[0-9]`, as in an account id.
    Digits,
    /// `[a-z0-9-]`, as in a region or a partition.
    Region,
    /// `[A-Za-z0-9_-]`, as in a container name.
    Name,
    /// `[a-z0-9.-]`, as in a bucket name.
    Bucket,
    /// `[A-Za-z0-9_.~=:-]`, as in one segment of an object's path.
    Segment,
    /// Any character but `*`, `?`, `$`, `{`, `}` and `:`: it cannot change how the text around it is read.
    Plain,
}

impl CharClass {
    /// Whether `c` belongs to the class.
    #[must_use]
    pub fn contains(self, c: char) -> bool {
        match self {
            Self::Any => true,
            Self::Digits => c.is_ascii_digit(),
            Self::Region => c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-',
            Self::Name => c.is_ascii_alphanumeric() || c == '_' || c == '-',
            Self::Bucket => c.is_ascii_lowercase() || c.is_ascii_digit() || c == '.' || c == '-',
            Self::Segment => c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '~' | '-' | '=' | ':'),
            Self::Plain => !matches!(c, '*' | '?' | '$' | '{' | '}' | ':'),
        }
    }

    /// Whether text of this class is always literal: no wildcard, no variable, no ARN separator can come out of it.
    #[must_use]
    pub fn is_literal(self) -> bool {
        self != Self::Any
    }
}

/// An unknown piece of text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hole {
    /// What the value is called where it comes from (`aws_media_store_container.movies.arn`). Two holes of the same
    /// name have the same value.
    pub name: String,
    /// The characters it can consist of.
    pub class: CharClass,
    /// Its length in characters, if that is fixed.
    pub length: Option<usize>,
}

impl Hole {
    /// A hole of which nothing is known but its name.
    #[must_use]
    pub fn any(name: impl Into<String>) -> Self {
        Self { name: name.into(), class: CharClass::Any, length: None }
    }

    /// A hole of text from `class`, of any length.
    #[must_use]
    pub fn of(name: impl Into<String>, class: CharClass) -> Self {
        Self { name: name.into(), class, length: None }
    }

    /// An unknown account id: twelve digits.
    #[must_use]
    pub fn account(name: impl Into<String>) -> Self {
        Self { name: name.into(), class: CharClass::Digits, length: Some(12) }
    }

    /// An unknown region.
    #[must_use]
    pub fn region(name: impl Into<String>) -> Self {
        Self::of(name, CharClass::Region)
    }

    /// Whether `value` is a possible value of this hole.
    #[must_use]
    pub fn admits(&self, value: &str) -> bool {
        value.chars().all(|c| self.class.contains(c)) && self.length.is_none_or(|n| value.chars().count() == n)
    }
}

/// A piece of a [`Text`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TextPart {
    /// Known characters.
    Known(CompactString),
    /// Unknown characters.
    Hole(Arc<Hole>),
}

/// A string that may have holes. Wholly known text is by far the commonest and costs no more than a string.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text(Repr);

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Repr {
    Known(CompactString),
    /// INVARIANT: at least one hole; known parts are not empty and not adjacent.
    Partial(Vec<TextPart>),
}

impl Text {
    /// Text of which everything is known.
    #[must_use]
    pub fn known(text: impl Into<CompactString>) -> Self {
        Self(Repr::Known(text.into()))
    }

    /// Text of which nothing is known but what the hole says.
    #[must_use]
    pub fn hole(hole: Hole) -> Self {
        Self(Repr::Partial(vec![TextPart::Hole(Arc::new(hole))]))
    }

    /// Text made of parts; neighbouring known parts are joined.
    #[must_use]
    pub fn from_parts(parts: impl IntoIterator<Item = TextPart>) -> Self {
        let mut joined: Vec<TextPart> = Vec::new();
        for part in parts {
            match (joined.last_mut(), part) {
                (_, TextPart::Known(text)) if text.is_empty() => {}
                (Some(TextPart::Known(before)), TextPart::Known(text)) => before.push_str(&text),
                (_, part) => joined.push(part),
            }
        }
        match joined.as_mut_slice() {
            [] => Self::known(""),
            [TextPart::Known(text)] => Self(Repr::Known(std::mem::take(text))),
            _ => Self(Repr::Partial(joined)),
        }
    }

    /// The whole text, if it has no holes.
    #[must_use]
    pub fn as_known(&self) -> Option<&str> {
        match &self.0 {
            Repr::Known(text) => Some(text),
            Repr::Partial(_) => None,
        }
    }

    /// The hole, if the text is one hole and nothing else.
    #[must_use]
    pub fn as_hole(&self) -> Option<&Arc<Hole>> {
        match &self.0 {
            Repr::Partial(parts) => match parts.as_slice() {
                [TextPart::Hole(hole)] => Some(hole),
                _ => None,
            },
            Repr::Known(_) => None,
        }
    }

    /// The parts in order; empty for the empty text.
    pub fn parts(&self) -> impl Iterator<Item = TextRef<'_>> + Clone {
        let (known, partial) = match &self.0 {
            Repr::Known(text) => ((!text.is_empty()).then_some(text), &[][..]),
            Repr::Partial(parts) => (None, parts.as_slice()),
        };
        known.map(|text| TextRef::Known(text)).into_iter().chain(partial.iter().map(|part| match part {
            TextPart::Known(text) => TextRef::Known(text),
            TextPart::Hole(hole) => TextRef::Hole(hole),
        }))
    }

    /// The names and shapes of the holes, in order of appearance.
    pub fn holes(&self) -> impl Iterator<Item = &Arc<Hole>> {
        self.parts().filter_map(|part| match part {
            TextRef::Hole(hole) => Some(hole),
            TextRef::Known(_) => None,
        })
    }

    /// What follows `prefix`, if the text begins with it in known characters.
    #[must_use]
    pub fn strip_prefix(&self, prefix: &str) -> Option<Self> {
        match &self.0 {
            Repr::Known(text) => text.strip_prefix(prefix).map(Self::known),
            Repr::Partial(parts) => match parts.split_first() {
                Some((TextPart::Known(text), rest)) => {
                    let head = TextPart::Known(text.strip_prefix(prefix)?.into());
                    Some(Self::from_parts(std::iter::once(head).chain(rest.iter().cloned())))
                }
                _ => None,
            },
        }
    }

    /// What stands before and behind the first known `separator`.
    #[must_use]
    pub fn split_once(&self, separator: char) -> Option<(Self, Self)> {
        match &self.0 {
            Repr::Known(text) => text.split_once(separator).map(|(a, b)| (Self::known(a), Self::known(b))),
            Repr::Partial(parts) => parts.iter().enumerate().find_map(|(i, part)| match part {
                TextPart::Known(text) => text.split_once(separator).map(|(a, b)| {
                    let known = |text: &str| std::iter::once(TextPart::Known(text.into()));
                    (
                        Self::from_parts(parts[..i].iter().cloned().chain(known(a))),
                        Self::from_parts(known(b).chain(parts[i + 1..].iter().cloned())),
                    )
                }),
                TextPart::Hole(_) => None,
            }),
        }
    }

    /// Whether two texts are different whatever their holes hold. That they are the same for some values is not proven.
    #[must_use]
    pub fn differs(&self, other: &Self) -> bool {
        if let (Some(a), Some(b)) = (self.as_known(), other.as_known()) {
            return a != b;
        }
        let clash = |a: &str, b: &str| a.chars().zip(b.chars()).any(|(a, b)| a != b);
        let clash_behind = |a: &str, b: &str| a.chars().rev().zip(b.chars().rev()).any(|(a, b)| a != b);
        let ends = |text: &Self| {
            let parts: Vec<TextRef<'_>> = text.parts().collect();
            let known = |part: Option<&TextRef<'_>>| part.and_then(|part| part.known()).unwrap_or_default().to_owned();
            (known(parts.first()), known(parts.last()))
        };
        let ((a_start, a_end), (b_start, b_end)) = (ends(self), ends(other));
        clash(&a_start, &b_start) || clash_behind(&a_end, &b_end) || !self.fits(other) || !other.fits(self)
    }

    /// Whether this text can become the other one, as far as the shape of the holes says, if that one is known.
    fn fits(&self, known: &Self) -> bool {
        let Some(known) = known.as_known() else { return true };
        if let Some(hole) = self.as_hole() {
            return hole.admits(known);
        }
        let length = |part| match part {
            TextRef::Known(text) => text.chars().count(),
            TextRef::Hole(hole) => hole.length.unwrap_or(0),
        };
        self.parts().map(length).sum::<usize>() <= known.chars().count()
    }

    /// The same text with every hole that `value` knows replaced by its value.
    #[must_use]
    pub fn fill(&self, value: &dyn Fn(&Hole) -> Option<String>) -> Self {
        match &self.0 {
            Repr::Known(_) => self.clone(),
            Repr::Partial(parts) => Self::from_parts(parts.iter().map(|part| match part {
                TextPart::Hole(hole) => match value(hole) {
                    Some(text) => TextPart::Known(text.into()),
                    None => part.clone(),
                },
                TextPart::Known(_) => part.clone(),
            })),
        }
    }
}

/// A borrowed piece of a [`Text`].
#[derive(Clone, Copy, Debug)]
pub enum TextRef<'a> {
    /// Known characters, never empty.
    Known(&'a str),
    /// Unknown characters.
    Hole(&'a Arc<Hole>),
}

impl<'a> TextRef<'a> {
    /// The characters, if they are known.
    #[must_use]
    pub fn known(self) -> Option<&'a str> {
        match self {
            Self::Known(text) => Some(text),
            Self::Hole(_) => None,
        }
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self::known(text)
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self::known(text)
    }
}

/// Known characters as they are, holes as `<name>`. For messages; a document is printed by [`crate::print`].
impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.parts().try_for_each(|part| match part {
            TextRef::Known(text) => f.write_str(text),
            TextRef::Hole(hole) => write!(f, "<{}>", hole.name),
        })
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `<x>` is a hole of a name's characters, `<12>` an account.
    fn text(written: &str) -> Text {
        let parts = written.split(['<', '>']).enumerate().map(|(index, piece)| match (index % 2, piece) {
            (0, piece) => TextPart::Known(piece.into()),
            (_, "12") => TextPart::Hole(Arc::new(Hole::account("12"))),
            (_, name) => TextPart::Hole(Arc::new(Hole::of(name, CharClass::Name))),
        });
        Text::from_parts(parts)
    }

    #[test]
    fn texts_differ_only_if_they_do_for_all_values() {
        for (a, b, expected) in [
            ("live", "live", false),
            ("live", "vod", true),
            ("<x>-live", "app-live", false),
            ("<x>-live", "app-vod", true),
            ("app-<x>", "<y>-live", false),
            ("app-<x>", "web-<y>", true),
            ("a-<x>-very-long-name", "a-name", true),
            ("<12>", "111122223333", false),
            ("<12>", "11112222333", true),
            ("<x>", "<y>", false),
        ] {
            assert_eq!(text(a).differs(&text(b)), expected, "{a} {b}");
            assert_eq!(text(b).differs(&text(a)), expected, "{b} {a}");
        }
    }
}
