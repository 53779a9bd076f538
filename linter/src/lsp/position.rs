//! Positions as editors count them: lines from 0, columns in units of UTF-16, or in bytes where the editor knows how.

use gen_lsp_types::{Position, PositionEncodingKind, Range};
use line_index::{LineCol, LineIndex, TextSize, WideEncoding, WideLineCol};
use mediastore_policy::span::Span;

/// In what the columns of a session are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Utf8,
    Utf16,
}

impl Encoding {
    /// The better one of those that the editor offers. Every editor knows UTF-16.
    pub(super) fn negotiate(offered: &[PositionEncodingKind]) -> Self {
        if offered.contains(&PositionEncodingKind::UTF8) { Self::Utf8 } else { Self::Utf16 }
    }

    pub(super) fn kind(self) -> PositionEncodingKind {
        match self {
            Self::Utf8 => PositionEncodingKind::UTF8,
            Self::Utf16 => PositionEncodingKind::UTF16,
        }
    }
}

/// A text whose positions are asked for.
#[derive(Debug)]
pub(super) struct Lines<'t> {
    text: &'t str,
    index: LineIndex,
    encoding: Encoding,
}

impl<'t> Lines<'t> {
    pub(super) fn of(text: &'t str, encoding: Encoding) -> Self {
        Self { text, index: LineIndex::new(text), encoding }
    }

    /// Where an offset is. One past the end is at the end.
    pub(super) fn position(&self, offset: usize) -> Position {
        let offset = self.text.floor_char_boundary(offset);
        let found = u32::try_from(offset).ok().and_then(|offset| self.index.try_line_col(TextSize::new(offset)));
        let Some(LineCol { line, col }) = found else { return Position::new(0, 0) };
        match self.encoding {
            Encoding::Utf8 => Position::new(line, col),
            Encoding::Utf16 => {
                let wide = self.index.to_wide(WideEncoding::Utf16, LineCol { line, col });
                wide.map_or(Position::new(line, col), |wide| Position::new(wide.line, wide.col))
            }
        }
    }

    pub(super) fn range(&self, span: Span) -> Range {
        Range::new(self.position(span.start), self.position(span.end))
    }

    /// The offset of a position. As the protocol has it, a column behind the end of a line is the end of the line; a line behind the
    /// last is the end of the text.
    pub(super) fn offset(&self, position: Position) -> usize {
        let Some(line) = self.index.line(position.line) else { return self.text.len() };
        let (start, end) = (usize::from(line.start()), usize::from(line.end()));
        let line = self.text.get(start..end).unwrap_or_default().trim_end_matches(['\r', '\n']);
        let column = match self.encoding {
            Encoding::Utf8 => Some(position.character),
            Encoding::Utf16 => {
                let wide = WideLineCol { line: position.line, col: position.character };
                // Behind the end of the line this would count on into the next one.
                let width = WideEncoding::Utf16.measure(line);
                let fits = usize::try_from(position.character).is_ok_and(|column| column <= width);
                fits.then(|| self.index.to_utf8(WideEncoding::Utf16, wide)).flatten().map(|found| found.col)
            }
        };
        let column = column.and_then(|column| usize::try_from(column).ok()).unwrap_or(line.len());
        start + line.floor_char_boundary(column.min(line.len()))
    }

    /// A range as offsets, the smaller first.
    pub(super) fn span(&self, range: Range) -> Span {
        let (a, b) = (self.offset(range.start), self.offset(range.end));
        Span::new(a.min(b), a.max(b))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_counted_as_the_editor_does() {
        // One, two, three and four bytes; one, one, one and two units of UTF-16.
        let text = "aä€😀b\r\nx\n";
        for (offset, utf8, utf16) in [
            (0, (0, 0), (0, 0)),
            (1, (0, 1), (0, 1)),
            (3, (0, 3), (0, 2)),
            (6, (0, 6), (0, 3)),
            (10, (0, 10), (0, 5)),
            (11, (0, 11), (0, 6)),
            (13, (1, 0), (1, 0)),
            (15, (2, 0), (2, 0)),
        ] {
            for (encoding, (line, character)) in [(Encoding::Utf8, utf8), (Encoding::Utf16, utf16)] {
                let lines = Lines::of(text, encoding);
                let position = Position::new(line, character);
                assert_eq!(
                    (lines.position(offset), lines.offset(position)),
                    (position, offset),
                    "{encoding:?} {offset}"
                );
            }
        }
    }

    #[test]
    fn what_lies_outside_is_moved_inside() {
        let text = "😀b\r\nx";
        for encoding in [Encoding::Utf8, Encoding::Utf16] {
            let lines = Lines::of(text, encoding);
            assert_eq!(lines.offset(Position::new(0, 99)), 5, "the end of the line");
            assert_eq!(lines.offset(Position::new(9, 0)), 8, "the end of the text");
            assert!(text.is_char_boundary(lines.offset(Position::new(0, 1))), "not within a character");
            assert_eq!(lines.position(99), Position::new(1, 1));
            assert_eq!(
                lines.span(Range::new(Position::new(1, 0), Position::new(0, 0))),
                Span::new(0, 7),
                "turned round"
            );
        }
    }
}
