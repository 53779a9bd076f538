//! The part of a source that is shown with a finding: the lines of its places and their neighbours, those that are too long cut around what
//! is marked. A policy, or a whole plan, may stand on one line.

use mediastore_policy::span::Span;
use miette::{MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

use crate::source::Source;

/// The longest line that is shown whole, in bytes.
const LONGEST: usize = 160;

/// What is shown of a longer one: before what is marked, at most of it, and behind it.
const BEFORE: usize = 40;
const MARKED: usize = 80;
const BEHIND: usize = 40;

/// What stands for what is cut away.
const CUT: &str = "...";

/// A short text that stands for a source.
#[derive(Debug)]
pub(super) struct Excerpt {
    name: String,
    text: String,
    /// The number of its first line, from 0.
    first_line: usize,
    /// The marked places, in this text, each with its column in the source, from 0.
    marks: Vec<(Span, usize)>,
    cut: bool,
}

impl Excerpt {
    /// Of the places in a source that are to be marked, the most important first.
    pub(super) fn new(source: &Source, places: &[Span]) -> Self {
        let whole = &*source.text;
        let first = places.iter().map(|place| place.start).min().unwrap_or_default();
        let last = places.iter().map(|place| place.end).max().unwrap_or_default();
        let (from, to) = lines(whole, first, last, 1, 1);
        let mut text = String::new();
        // Which part of the source each line shows, and where it begins in the text.
        let mut shown: Vec<(usize, Span)> = Vec::new();
        let (mut at, mut cut) = (from, false);
        for line in whole[from..to].split_inclusive('\n') {
            let content = line.trim_end_matches(['\n', '\r']);
            let part = part(whole, Span::new(at, at + content.len()), places);
            text.push_str(if part.start > at { CUT } else { "" });
            shown.push((text.len(), part));
            cut |= part.end - part.start < content.len();
            text.push_str(&whole[part.start..part.end]);
            text.push_str(if part.end < at + content.len() { CUT } else { "" });
            text.push_str(&line[content.len()..]);
            at += line.len();
        }
        let moved = |offset: usize| {
            let line = shown.iter().rev().find(|(_, part)| part.start <= offset || part.start == from);
            line.or(shown.first()).map_or(0, |(base, part)| base + offset.clamp(part.start, part.end) - part.start)
        };
        let mark = |place: &Span| {
            let column = whole[..place.start].rfind('\n').map_or(0, |at| at + 1);
            (Span::new(moved(place.start), moved(place.end)), whole[column..place.start].chars().count())
        };
        let marks = places.iter().map(mark).collect();
        let first_line = whole[..from].matches('\n').count();
        Self { name: source.path.display().to_string(), text, first_line, marks, cut }
    }

    /// Whether a line is not shown whole, so that what stands before a mark does not tell where it is.
    pub(super) fn is_cut(&self) -> bool {
        self.cut
    }

    /// The places, in the order in which they were given.
    pub(super) fn marks(&self) -> impl Iterator<Item = SourceSpan> {
        self.marks.iter().map(|(mark, _)| (mark.start, mark.end - mark.start).into())
    }
}

/// The lines from one offset to another, with some before and after.
fn lines(text: &str, start: usize, end: usize, before: usize, after: usize) -> (usize, usize) {
    let mut from = text[..start].rfind('\n').map_or(0, |at| at + 1);
    for _ in 0..before {
        from = text[..from.saturating_sub(1)].rfind('\n').map_or(0, |at| at + 1);
    }
    let mut to = end;
    for _ in 0..=after {
        to = text[to..].find('\n').map_or(text.len(), |at| to + at + 1);
    }
    (from, to)
}

/// What of a line is shown.
fn part(text: &str, line: Span, places: &[Span]) -> Span {
    if line.end - line.start <= LONGEST {
        return line;
    }
    let on_it = |place: &&Span| place.start <= line.end && line.start <= place.end;
    let mark = places.iter().find(on_it).map_or(Span::new(line.start, line.start), |place| {
        Span::new(place.start.max(line.start), place.end.min(line.end))
    });
    let mut start = mark.start.saturating_sub(BEFORE).max(line.start);
    let mut end = (mark.end.min(mark.start + MARKED) + BEHIND).min(line.end);
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    while !text.is_char_boundary(end) {
        end += 1;
    }
    Span::new(start, end)
}

impl SourceCode for Excerpt {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let (start, end) = (span.offset(), span.offset() + span.len());
        if !self.text.is_char_boundary(start) || !self.text.is_char_boundary(end) {
            return Err(MietteError::OutOfBounds);
        }
        let (from, to) = lines(&self.text, start, end, before, after);
        let line = self.first_line + self.text[..from].matches('\n').count();
        let count = self.text[from..to].matches('\n').count();
        let known = self.marks.iter().find(|(mark, _)| mark.start == start && from < start);
        let column = known.map_or(0, |(_, column)| *column);
        let contents = MietteSpanContents::new_named(
            self.name.clone(),
            &self.text.as_bytes()[from..to],
            (from, to - from).into(),
            line,
            column,
            line + count,
        );
        Ok(Box::new(contents))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Sources, Syntax};

    /// The text shown for these places, marked between `«` and `»`, and the line and column of the first.
    fn shown(text: &str, places: &[Span]) -> (String, usize, usize) {
        let mut sources = Sources::default();
        sources.add("p.json", Syntax::Json, text);
        let excerpt = Excerpt::new(sources.iter().next().expect("a text"), places);
        let first = excerpt.marks().next().expect("a place");
        let contents = excerpt.read_span(&first, 0, 0).expect("in it");
        let mut marked = excerpt.text.clone();
        let mut offsets: Vec<_> =
            excerpt.marks.iter().flat_map(|(mark, _)| [(mark.start, '«'), (mark.end, '»')]).collect();
        offsets.sort_unstable();
        offsets.iter().rev().for_each(|(at, c)| marked.insert(*at, *c));
        (marked, contents.line(), contents.column())
    }

    #[test]
    fn a_long_line_is_cut_around_what_is_marked() {
        let place = |text: &str, part: &str| {
            let start = text.find(part).expect("in it");
            Span::new(start, start + part.len())
        };
        let long = format!("{{\n{}MARK{}\n}}\nfar away\n", "é".repeat(500), "b".repeat(500));
        let (marked, line, column) = shown(&long, &[place(&long, "MARK")]);
        assert_eq!(marked, format!("{{\n...{}«MARK»{}...\n}}\n", "é".repeat(20), "b".repeat(40)));
        assert_eq!((line, column), (1, 500));
        // Much that is marked is cut itself; what is marked as well is shown where it can be.
        let all = place(&long, &format!("MARK{}", "b".repeat(500)));
        let (marked, ..) = shown(&long, &[all, place(&long, "MARK")]);
        assert!(marked.contains(&format!("««MARK»{}»...\n", "b".repeat(116))), "{marked}");
        // Neighbours are cut at their beginning, and short texts stay as they are.
        let long = format!("{}\nx = 1\n{}\n", "a".repeat(300), "b".repeat(300));
        let (marked, ..) = shown(&long, &[place(&long, "x")]);
        assert_eq!(marked, format!("{}...\n«x» = 1\n{}...\n", "a".repeat(40), "b".repeat(40)));
        assert_eq!(shown("a\nb c\nd\ne\n", &[Span::new(4, 5)]), ("a\nb «c»\nd\n".to_owned(), 1, 2));
        assert_eq!(shown("abc", &[Span::new(3, 3)]).0, "abc«»");
        assert_eq!(shown("", &[Span::new(0, 0)]).0, "«»");
    }
}
