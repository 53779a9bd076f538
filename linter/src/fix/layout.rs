//! The small grammar that HCL, JSON and YAML's flow style share: items between brackets, commas, blank space and comments.
//!
//! Works on the text of one source with offsets into it. Which items there are is known from the value; this finds what lies between.

use mediastore_policy::span::Span;

use super::spell::Language;

/// A text and its language.
#[derive(Clone, Copy)]
pub(super) struct Layout<'a> {
    pub(super) text: &'a str,
    pub(super) language: Language,
}

impl<'a> Layout<'a> {
    /// Passes over blank space, line breaks and comments. None at the end of the text.
    pub(super) fn skip_blank(self, mut at: usize) -> Option<usize> {
        loop {
            let rest = self.text.get(at..)?;
            let blank = rest.len() - rest.trim_start().len();
            at += blank;
            let rest = &rest[blank..];
            at += match self.comment(rest) {
                Some(length) => length,
                None if rest.is_empty() => return None,
                None => return Some(at),
            };
        }
    }

    /// The length of a comment that begins here.
    fn comment(self, rest: &str) -> Option<usize> {
        let line = || rest.find('\n').unwrap_or(rest.len());
        match self.language {
            Language::Hcl if rest.starts_with("/*") => Some(rest.find("*/").map_or(rest.len(), |end| end + 2)),
            Language::Hcl if rest.starts_with('#') || rest.starts_with("//") => Some(line()),
            Language::Yaml if rest.starts_with('#') => Some(line()),
            _ => None,
        }
    }

    /// The comma that follows, behind blank space and comments.
    pub(super) fn comma(self, at: usize) -> Option<usize> {
        self.skip_blank(at).filter(|at| self.text[*at..].starts_with(','))
    }

    /// Whether only blank space, comments and at most one comma lie in a range.
    pub(super) fn is_empty(self, range: Span) -> bool {
        let mut at = range.start;
        let mut commas = 0;
        loop {
            match self.skip_blank(at) {
                Some(next) if next < range.end && self.text[next..].starts_with(',') => {
                    commas += 1;
                    at = next + 1;
                }
                Some(next) => return next >= range.end && commas < 2,
                None => return commas < 2,
            }
        }
    }

    /// Whether a range holds no comment besides blank space and commas.
    pub(super) fn is_bare(self, range: Span) -> bool {
        range.of(self.text).is_some_and(|text| text.chars().all(|c| c.is_whitespace() || c == ','))
    }

    /// The start of the line.
    pub(super) fn line_start(self, at: usize) -> usize {
        self.text[..at].rfind('\n').map_or(0, |newline| newline + 1)
    }

    /// The end of the line, without its break.
    pub(super) fn line_end(self, at: usize) -> usize {
        let end = self.text[at..].find('\n').map_or(self.text.len(), |length| at + length);
        if self.text[..end].ends_with('\r') && end > at { end - 1 } else { end }
    }

    /// The white space a line begins with, if nothing else stands before this place.
    pub(super) fn indentation(self, at: usize) -> Option<&'a str> {
        let before = &self.text[self.line_start(at)..at];
        before.chars().all(char::is_whitespace).then_some(before)
    }

    /// The whole lines of a range with their breaks, if nothing but white space stands before it and nothing but a comment behind.
    pub(super) fn lines(self, range: Span) -> Option<Span> {
        self.indentation(range.start)?;
        let end = self.line_end(range.end);
        let rest = self.text[range.end..end].trim_start();
        let is_rest_empty = rest.is_empty() || self.comment(rest).is_some_and(|length| length == rest.len());
        let next_line = self.text[end..].find('\n').map_or(self.text.len(), |length| end + length + 1);
        is_rest_empty.then(|| Span::new(self.line_start(range.start), next_line))
    }
}
