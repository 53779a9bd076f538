//! Text as a policy means it: literal characters, wildcards, policy variables and holes.
//!
//! A [`Pattern`] is the only form in which later stages see the strings of a policy. What reads the source text is
//! [`Pattern::parse`]; what compares it with a request is the crate's own `matching`.

use std::fmt;
use std::sync::Arc;

use compact_str::CompactString;
use smallvec::SmallVec;

use crate::text::{Hole, Text, TextRef};

/// A sequence of parts that describes a set of strings.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pattern {
    /// INVARIANT: literals are not empty and not adjacent, and no two `Many` are adjacent.
    parts: SmallVec<[Part; 2]>,
}

/// A part of a [`Pattern`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// Exactly these characters.
    Literal(CompactString),
    /// `?`: exactly one UTF-16 code unit.
    One,
    /// `*`: any number of code units, also none.
    Many,
    /// A policy variable: the value of a context key of the request, taken literally.
    Variable(Box<Variable>),
    /// An unknown part of the document. If its class [is literal](crate::text::CharClass::is_literal) it stands for some
    /// fixed literal text, otherwise for an unknown pattern.
    Hole(Arc<Hole>),
}

/// A policy variable, `${key}` or `${key, 'default'}`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Variable {
    /// The context key in (ASCII) lower case.
    pub key: CompactString,
    /// What stands in when the request has no (or an empty) value for the key.
    pub default: Option<CompactString>,
}

impl Pattern {
    /// The pattern that only `text` matches.
    #[must_use]
    pub fn literal(text: &str) -> Self {
        let mut pattern = Self::default();
        pattern.push_literal(text);
        pattern
    }

    /// The parts, in order.
    #[must_use]
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// The one string that matches, if the pattern has neither wildcards, variables nor holes.
    #[must_use]
    pub fn as_literal(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [] => Some(""),
            [Part::Literal(text)] => Some(text),
            _ => None,
        }
    }

    /// Whether every string matches: the pattern is `*`.
    #[must_use]
    pub fn is_any(&self) -> bool {
        matches!(self.parts.as_slice(), [Part::Many])
    }

    /// Whether a `*` or `?` occurs.
    #[must_use]
    pub fn has_wildcard(&self) -> bool {
        self.parts.iter().any(|part| matches!(part, Part::One | Part::Many))
    }

    /// The policy variables, in order.
    pub fn variables(&self) -> impl Iterator<Item = &Variable> {
        self.parts.iter().filter_map(|part| match part {
            Part::Variable(variable) => Some(variable.as_ref()),
            _ => None,
        })
    }

    /// The holes, in order.
    pub fn holes(&self) -> impl Iterator<Item = &Arc<Hole>> {
        self.parts.iter().filter_map(|part| match part {
            Part::Hole(hole) => Some(hole),
            _ => None,
        })
    }

    /// Adds literal characters at the end.
    pub fn push_literal(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        match self.parts.last_mut() {
            Some(Part::Literal(before)) => before.push_str(text),
            _ => self.parts.push(Part::Literal(text.into())),
        }
    }

    /// Adds a part at the end.
    pub fn push(&mut self, part: Part) {
        match part {
            Part::Literal(text) => self.push_literal(&text),
            Part::Many if self.parts.last() == Some(&Part::Many) => {}
            part => self.parts.push(part),
        }
    }

    /// Reads `text` by the rules of `syntax`.
    ///
    /// # Errors
    ///
    /// A variable that is not closed, is nested or has no name.
    pub fn parse(text: &Text, syntax: Syntax) -> Result<Self, VariableError> {
        let mut pattern = Self::default();
        for part in text.parts() {
            match part {
                TextRef::Known(known) => pattern.read(known, syntax)?,
                TextRef::Hole(hole) => pattern.push(Part::Hole(Arc::clone(hole))),
            }
        }
        Ok(pattern)
    }

    /// Reads `text` where policy variables are possible if `variables` says so, or if that is unknown. Nothing, if the unknown
    /// parts leave open what is a variable and what is not.
    ///
    /// # Errors
    ///
    /// As [`Pattern::parse`], for text that is wholly known.
    pub(crate) fn parse_unless_open(
        text: &Text,
        wildcards: bool,
        variables: Option<bool>,
    ) -> Result<Option<Self>, VariableError> {
        let may_have_variables = || text.parts().filter_map(TextRef::known).any(|known| known.contains("${"));
        let variables = match variables {
            Some(variables) => variables,
            None if may_have_variables() => return Ok(None),
            None => false,
        };
        match Self::parse(text, Syntax { wildcards, variables }) {
            Ok(pattern) => Ok(Some(pattern)),
            // The end of the variable may be in a hole.
            Err(_) if text.as_known().is_none() => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn read(&mut self, mut text: &str, syntax: Syntax) -> Result<(), VariableError> {
        while let Some(at) = text.bytes().position(|byte| syntax.is_special(byte)) {
            self.push_literal(&text[..at]);
            let (special, rest) = text[at..].split_at(1);
            text = match special {
                "*" => {
                    self.push(Part::Many);
                    rest
                }
                "?" => {
                    self.push(Part::One);
                    rest
                }
                _ => match rest.strip_prefix('{') {
                    Some(body) => self.read_variable(body)?,
                    None => {
                        self.push_literal(special);
                        rest
                    }
                },
            };
        }
        self.push_literal(text);
        Ok(())
    }

    /// Reads what follows `${` and returns what follows its `}`.
    fn read_variable<'t>(&mut self, text: &'t str) -> Result<&'t str, VariableError> {
        // A brace inside the quoted default does not close the variable.
        let end = Variable::end(text).ok_or(VariableError::Unterminated)?;
        let (body, rest) = (&text[..end], &text[end + 1..]);
        match body {
            "*" | "?" | "$" => self.push_literal(body),
            _ => self.push(Part::Variable(Box::new(Variable::parse(body)?))),
        }
        Ok(rest)
    }
}

impl Variable {
    fn end(text: &str) -> Option<usize> {
        let mut quoted = false;
        text.char_indices().find_map(|(at, c)| {
            quoted ^= c == '\'';
            (c == '}' && !quoted).then_some(at)
        })
    }

    fn parse(body: &str) -> Result<Self, VariableError> {
        let (key, default) = match body.split_once(',') {
            Some((key, default)) => (key, Some(default.trim())),
            None => (body, None),
        };
        let key = key.trim();
        if key.contains("${") || default.is_some_and(|text| text.contains("${")) {
            return Err(VariableError::Nested);
        }
        if key.is_empty() || key.contains(['*', '?', '$', '{', '}', '\'']) {
            return Err(VariableError::BadName);
        }
        let default = match default {
            Some(text) => Some(
                text.strip_prefix('\'')
                    .and_then(|text| text.strip_suffix('\''))
                    .filter(|text| !text.contains('\''))
                    .ok_or(VariableError::BadDefault)?
                    .into(),
            ),
            None => None,
        };
        Ok(Self { key: key.to_ascii_lowercase().into(), default })
    }
}

/// Which characters of a text are special.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Syntax {
    /// `*` and `?` are wildcards.
    pub wildcards: bool,
    /// `${...}` is a policy variable, or a literal `*`, `?` or `$`. True only under version 2012-10-17.
    pub variables: bool,
}

impl Syntax {
    /// No special characters at all.
    pub const LITERAL: Self = Self { wildcards: false, variables: false };
    /// Wildcards only.
    pub const WILDCARDS: Self = Self { wildcards: true, variables: false };

    fn is_special(self, byte: u8) -> bool {
        match byte {
            b'*' | b'?' => self.wildcards,
            b'$' => self.variables,
            _ => false,
        }
    }
}

/// Why a policy variable could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VariableError {
    /// No `}`.
    #[error("a policy variable is not closed with `}}`")]
    Unterminated,
    /// A `${` inside another.
    #[error("a policy variable stands inside another")]
    Nested,
    /// Nothing, or characters that no key has, between the braces.
    #[error("a policy variable does not name a condition key")]
    BadName,
    /// A default that is not in single quotes.
    #[error("the default of a policy variable is not in single quotes")]
    BadDefault,
}

/// The pattern as a policy of version 2012-10-17 would spell it; holes as `<name>`.
impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.parts.iter().try_for_each(|part| match part {
            Part::Literal(text) => f.write_str(text),
            Part::One => f.write_str("?"),
            Part::Many => f.write_str("*"),
            Part::Variable(variable) => match &variable.default {
                Some(default) => write!(f, "${{{}, '{default}'}}", variable.key),
                None => write!(f, "${{{}}}", variable.key),
            },
            Part::Hole(hole) => write!(f, "<{}>", hole.name),
        })
    }
}
