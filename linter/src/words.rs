//! Text whose every part remembers where it was written.
//!
//! A policy may be a heredoc with a local in the middle, or an escaped string of a plan. Reading it as JSON gives offsets into the finished
//! text; the pieces turn those back into places of the sources. This module knows no language.

use std::cell::Cell;
use std::fmt;
use std::sync::Arc;

use compact_str::CompactString;
use mediastore_policy::json::{self, Limits, Node, Template};
use mediastore_policy::problem::Problem;
use mediastore_policy::span::Span;
use mediastore_policy::text::{Hole, Text, TextPart};

use crate::source::place_tree;

/// A part of a text.
#[derive(Debug, Clone)]
pub(crate) struct Piece {
    pub(crate) part: TextPart,
    /// Where it was written.
    pub(crate) span: Span,
    /// Whether what is written there is the part itself, byte for byte: then a place inside the part is a place inside the span.
    pub(crate) verbatim: bool,
}

impl Piece {
    /// Known characters as they stand in the source.
    pub(crate) fn verbatim(text: impl Into<CompactString>, span: Span) -> Self {
        Self { part: TextPart::Known(text.into()), span, verbatim: true }
    }

    /// Known characters that were made from what is written there.
    pub(crate) fn made(text: impl Into<CompactString>, span: Span) -> Self {
        Self { part: TextPart::Known(text.into()), span, verbatim: false }
    }

    /// An unknown part.
    pub(crate) fn hole(hole: Arc<Hole>, span: Span) -> Self {
        Self { part: TextPart::Hole(hole), span, verbatim: false }
    }

    /// The characters, if they are known.
    pub(crate) fn known(&self) -> Option<&str> {
        match &self.part {
            TextPart::Known(text) => Some(text),
            TextPart::Hole(_) => None,
        }
    }

    /// A part of a known piece; none if there is nothing in it, since nothing has no place.
    fn part(&self, from: usize, to: usize) -> Option<Self> {
        let text = self.known()?.get(from..to).filter(|text| !text.is_empty())?;
        Some(match self.verbatim {
            true => Self::verbatim(text, Span::new(self.span.start + from, self.span.start + to)),
            false => Self::made(text, self.span),
        })
    }
}

/// A string, perhaps partly unknown.
#[derive(Debug, Clone, Default)]
pub(crate) struct Words {
    pieces: Vec<Piece>,
    /// Bytes of the known parts.
    length: usize,
}

impl Words {
    /// Known text made at one place.
    pub(crate) fn made(text: impl Into<CompactString>, span: Span) -> Self {
        [Piece::made(text, span)].into_iter().collect()
    }

    /// One hole.
    pub(crate) fn hole(hole: Arc<Hole>, span: Span) -> Self {
        [Piece::hole(hole, span)].into_iter().collect()
    }

    /// The pieces in order.
    pub(crate) fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// What it costs to handle this text, in units of work.
    pub(crate) fn cost(&self) -> usize {
        self.length / 64 + self.pieces.len() / 4
    }

    /// Adds a piece; what follows its neighbour in the source, as it stands there, is joined to it.
    pub(crate) fn push(&mut self, piece: Piece) {
        self.length += piece.known().map_or(0, str::len);
        if let (Some(last), TextPart::Known(text)) = (self.pieces.last_mut(), &piece.part) {
            if text.is_empty() {
                return;
            }
            if let TextPart::Known(before) = &mut last.part
                && last.verbatim
                && piece.verbatim
                && last.span.end == piece.span.start
            {
                before.push_str(text);
                last.span = last.span.to(piece.span);
                return;
            }
        }
        self.pieces.push(piece);
    }

    /// Adds all pieces of another text.
    pub(crate) fn append(&mut self, other: &Self) {
        other.pieces.iter().cloned().for_each(|piece| self.push(piece));
    }

    /// The whole text, if it has no holes.
    pub(crate) fn known(&self) -> Option<String> {
        self.pieces.iter().map(Piece::known).collect()
    }

    /// Bytes of the known parts.
    pub(crate) fn len(&self) -> usize {
        self.length
    }

    /// The place of the whole: from where the first piece begins to where the last one ends.
    pub(crate) fn place(&self) -> Span {
        match (self.pieces.first(), self.pieces.last()) {
            (Some(first), Some(last)) => {
                let (start, end) = (first.span.start, last.span.end);
                Span::new(start.min(end), end.max(start))
            }
            _ => Span::default(),
        }
    }

    /// The parts between ascending offsets into the known text, one more than there are offsets.
    pub(crate) fn cut(&self, offsets: &[usize]) -> Vec<Self> {
        let mut offsets = offsets.iter().copied().peekable();
        let mut parts = Vec::new();
        let mut part = Self::default();
        let mut passed = 0;
        for piece in &self.pieces {
            let Some(text) = piece.known() else {
                part.push(piece.clone());
                continue;
            };
            let mut from = 0;
            while let Some(to) = offsets.next_if(|offset| offset - passed <= text.len()).map(|offset| offset - passed) {
                part.extend(piece.part(from, to));
                parts.push(std::mem::take(&mut part));
                from = to;
            }
            part.extend(piece.part(from, text.len()));
            passed += text.len();
        }
        parts.push(part);
        parts.extend(offsets.map(|_| Self::default()));
        parts
    }

    /// The text without places.
    pub(crate) fn text(&self) -> Text {
        Text::from_parts(self.pieces.iter().map(|piece| piece.part.clone()))
    }

    /// The same text with every known piece changed by `known` and every hole by `hole`. Right only for changes that look at one
    /// character at a time.
    pub(crate) fn map(&self, known: impl Fn(&str) -> String, hole: impl Fn(&Arc<Hole>) -> Arc<Hole>) -> Self {
        let pieces = self.pieces.iter().map(|piece| match &piece.part {
            TextPart::Known(text) => Piece::made(known(text), piece.span),
            TextPart::Hole(it) => Piece::hole(hole(it), piece.span),
        });
        pieces.collect()
    }

    /// The parts between separators, of which the last of `most` is all the rest. Nothing if an unknown part may hold a separator that counts.
    pub(crate) fn split(&self, separator: &str, most: usize) -> Option<Vec<Self>> {
        let mut parts = vec![Self::default()];
        for piece in &self.runs() {
            let left = most - parts.len();
            let last = parts.last_mut().expect("one at least");
            match &piece.part {
                _ if left == 0 => last.push(piece.clone()),
                TextPart::Hole(hole) if separator.chars().any(|c| hole.class.contains(c)) => return None,
                TextPart::Hole(_) => last.push(piece.clone()),
                TextPart::Known(text) => {
                    let mut pieces = text.splitn(left + 1, separator).map(|part| Piece::made(part, piece.span));
                    last.push(pieces.next().expect("one at least"));
                    parts.extend(pieces.map(|piece| [piece].into_iter().collect()));
                }
            }
        }
        Some(parts)
    }

    /// The pieces with known neighbours made one, since a text to look for may lie in several of them. A run stands where it begins.
    fn runs(&self) -> Vec<Piece> {
        let mut runs: Vec<Piece> = Vec::with_capacity(self.pieces.len());
        for piece in &self.pieces {
            match (runs.last_mut(), &piece.part) {
                (Some(Piece { part: TextPart::Known(before), verbatim, .. }), TextPart::Known(text)) => {
                    before.push_str(text);
                    *verbatim = false;
                }
                _ => runs.push(piece.clone()),
            }
        }
        runs
    }

    /// Reads the text as JSON. Places are those of the sources. The last answer says whether all its values stand in the sources
    /// as they are, so that an edit of the sources is an edit of the document.
    pub(crate) fn json(&self, limits: Limits) -> (Option<Node>, Vec<Problem>, bool) {
        let mut text = String::with_capacity(self.len());
        let mut starts = Vec::with_capacity(self.pieces.len());
        let mut holes = Vec::new();
        for piece in &self.pieces {
            starts.push(text.len());
            match &piece.part {
                TextPart::Known(known) => text.push_str(known),
                TextPart::Hole(hole) => {
                    holes.push((Span::new(text.len(), text.len() + 1), Arc::clone(hole)));
                    text.push('_');
                }
            }
        }
        let (mut node, mut problems) = json::parse(Template { text: &text, holes: &holes }, limits);
        let places = Places { pieces: &self.pieces, starts: &starts, spelled: Cell::new(true) };
        for problem in &mut problems {
            problem.span = places.span(problem.span);
        }
        places.spelled.set(true);
        if let Some(node) = &mut node {
            place_tree(node, &|span| places.span(span));
        }
        (node, problems, places.spelled.get())
    }
}

/// Known characters as they are, holes as `${name}`.
impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.pieces.iter().try_for_each(|piece| match &piece.part {
            TextPart::Known(text) => f.write_str(text),
            TextPart::Hole(hole) => write!(f, "${{{}}}", hole.name),
        })
    }
}

impl Extend<Piece> for Words {
    fn extend<T: IntoIterator<Item = Piece>>(&mut self, pieces: T) {
        pieces.into_iter().for_each(|piece| self.push(piece));
    }
}

impl FromIterator<Piece> for Words {
    fn from_iter<T: IntoIterator<Item = Piece>>(pieces: T) -> Self {
        let mut words = Self::default();
        words.extend(pieces);
        words
    }
}

/// From offsets into the finished text to places of the sources.
struct Places<'a> {
    pieces: &'a [Piece],
    /// Where each piece starts in the finished text.
    starts: &'a [usize],
    /// Whether every place so far begins and ends where it is spelled out.
    spelled: Cell<bool>,
}

impl Places<'_> {
    fn span(&self, span: Span) -> Span {
        let Some((first, start)) = self.find(span.start) else { return Span::default() };
        let (last, end) = match span.end > span.start {
            true => self.find(span.end - 1).unwrap_or((first, start)),
            false => (first, start),
        };
        let spelled = |piece: &Piece| piece.verbatim || piece.known().is_none();
        if !spelled(first) || !spelled(last) {
            self.spelled.set(false);
        }
        let from = if first.verbatim { first.span.start + start } else { first.span.start };
        let to = match (last.verbatim, span.end > span.start) {
            (true, true) => last.span.start + end + 1,
            (true, false) => last.span.start + end,
            (false, _) => last.span.end,
        };
        // Pieces from elsewhere may stand between two of one text, never the other way round; what is torn apart is shown by its start.
        if from <= to && last.span.start >= first.span.start { Span::new(from, to) } else { first.span }
    }

    /// The piece that holds an offset, and the offset inside it. The end of the text belongs to the last piece.
    fn find(&self, offset: usize) -> Option<(&Piece, usize)> {
        let after = self.starts.partition_point(|start| *start <= offset);
        let index = after.checked_sub(1)?;
        Some((&self.pieces[index], offset - self.starts[index]))
    }
}

#[cfg(test)]
mod tests {
    use mediastore_policy::json::Value;

    use super::*;

    #[test]
    fn places_of_json_are_those_of_the_pieces() {
        let hole = Arc::new(Hole::any("h"));
        // Written at 100: `{"a": "x`, then a hole written at 108..112, then `", "b": ` at 112, then a value made at 500..510, then `}` at 125.
        let words: Words = [
            Piece::verbatim("{\"a\": \"x", Span::new(100, 108)),
            Piece::hole(hole, Span::new(108, 112)),
            Piece::verbatim("\", \"b\": ", Span::new(112, 120)),
            Piece::made("[1]", Span::new(500, 510)),
            Piece::verbatim("}", Span::new(125, 126)),
        ]
        .into_iter()
        .collect();
        let (node, problems, spelled) = words.json(Limits::default());
        let node = node.expect("a tree");
        assert_eq!((problems.len(), spelled), (0, false));
        assert_eq!(node.to_string(), r#"{"a":"x${h}","b":[1]}"#);
        assert_eq!(node.span, Span::new(100, 126));
        let Value::Object(members) = node.value else { panic!("an object") };
        assert_eq!(members[0].key_span, Span::new(101, 104));
        assert_eq!(members[0].node.span, Span::new(106, 113));
        assert_eq!(members[1].node.span, Span::new(500, 510));
    }

    #[test]
    fn a_problem_at_the_end_has_a_place() {
        let words: Words = [Piece::verbatim("[1", Span::new(10, 12))].into_iter().collect();
        let (_, problems, _) = words.json(Limits::default());
        assert_eq!(problems.iter().map(|problem| problem.span).collect::<Vec<_>>(), [Span::new(12, 12)]);
        let (_, problems, _) = Words::default().json(Limits::default());
        assert_eq!(problems.len(), 1);
    }

    #[test]
    fn a_cut_text_keeps_its_places() {
        let words: Words = [
            Piece::verbatim("ab:", Span::new(10, 13)),
            Piece::hole(Arc::new(Hole::any("x")), Span::new(20, 24)),
            Piece::verbatim("cd", Span::new(30, 32)),
            Piece::made("ef", Span::new(40, 44)),
        ]
        .into_iter()
        .collect();
        for (offsets, expected) in [
            (&[1, 4][..], "a 10..11|b:${x}c 11..31|def 31..44"),
            (&[0, 6, 7], "|ab:${x}cde 10..44|f 40..44|"),
            (&[], "ab:${x}cdef 10..44"),
        ] {
            let part = |part: &Words| match part.pieces() {
                [] => String::new(),
                _ => format!("{part} {}..{}", part.place().start, part.place().end),
            };
            let parts: Vec<String> = words.cut(offsets).iter().map(part).collect();
            assert_eq!(parts.join("|"), expected);
        }
    }
}
