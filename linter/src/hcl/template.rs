//! Templates: quoted strings, heredocs and whole files, with their `${...}` and `%{...}` sequences.
//!
//! HashiCorp's parser works on a flat list of tokens, of which literal text of several lines makes one for each line. Strip markers and the
//! unindenting of `<<-` look at those tokens, so the same list is made here first, and the tree from it.

use compact_str::CompactString;
use mediastore_policy::span::Span;
use mediastore_policy::text::TextPart;

use super::parse::{MAX_DEPTH, Parse, Parser, SyntaxError};
use super::syntax::{Expr, ForPart, IfPart, Part, Template};
use crate::words::Piece;

/// A token, and whether it strips the white space before and behind it.
struct Token {
    kind: TokenKind,
    strip_before: bool,
    strip_behind: bool,
    span: Span,
}

enum TokenKind {
    /// Literal text, in pieces of which each is verbatim or an escape.
    Literal(Vec<Piece>),
    Interpolation(Expr),
    If(Expr),
    Else,
    EndIf,
    For(Option<CompactString>, CompactString, Expr),
    EndFor,
}

/// Reads a quoted string behind its opening quote.
pub(super) fn quoted(parser: &mut Parser<'_>) -> Parse<Template> {
    let mut tokens = Vec::new();
    let mut literal = Literal::new(parser);
    loop {
        if parser.starts("$${") || parser.starts("%%{") {
            literal.escape(parser, 3, |text| text[1..].into());
            continue;
        }
        match parser.peek() {
            Some(b'"') => {
                literal.end(parser, &mut tokens);
                parser.at += 1;
                return tree(tokens);
            }
            Some(b'\\') => {
                let (length, c) = escape(parser)?;
                literal.escape(parser, length, |_| CompactString::from(c.encode_utf8(&mut [0; 4]) as &str));
            }
            Some(b'$' | b'%') if parser.rest().as_bytes().get(1) == Some(&b'{') => {
                literal.end(parser, &mut tokens);
                tokens.push(sequence(parser)?);
                literal = Literal::new(parser);
            }
            Some(b'\n') | None => {
                return parser.fail("a string is not closed on its line; use a heredoc for several lines");
            }
            Some(_) => parser.at += 1,
        }
    }
}

/// Reads a heredoc from its `<<`.
pub(super) fn heredoc(parser: &mut Parser<'_>) -> Parse<Template> {
    let start = parser.at;
    parser.at += 2;
    let indented = parser.eat("-");
    let Some((marker, _)) = parser.word() else { return parser.fail("expected the marker of a heredoc") };
    while matches!(parser.peek(), Some(b' ' | b'\t' | b'\r')) {
        parser.at += 1;
    }
    parser.expect("\n", "expected a line break behind the marker")?;
    let mut tokens = Vec::new();
    let mut line_start = true;
    let mut literal = Literal::new(parser);
    loop {
        if line_start {
            line_start = false;
            let rest = parser.rest();
            let line = &rest[..rest.find('\n').unwrap_or(rest.len())];
            if line.trim() == marker {
                parser.at += line.trim_end().len();
                if indented {
                    unindent(&mut tokens);
                }
                return tree(tokens);
            }
        }
        if parser.starts("$${") || parser.starts("%%{") {
            literal.escape(parser, 3, |text| text[1..].into());
            continue;
        }
        match parser.peek() {
            Some(b'\n') => {
                parser.at += 1;
                literal.end(parser, &mut tokens);
                literal = Literal::new(parser);
                line_start = true;
            }
            Some(b'$' | b'%') if parser.rest().as_bytes().get(1) == Some(&b'{') => {
                literal.end(parser, &mut tokens);
                tokens.push(sequence(parser)?);
                literal = Literal::new(parser);
            }
            Some(_) => parser.at += 1,
            None => {
                let message = format!("the heredoc is not closed by a line `{marker}`");
                return Err(SyntaxError { message, span: parser.span(start) });
            }
        }
    }
}

/// Reads text up to its end.
pub(super) fn bare(parser: &mut Parser<'_>) -> Parse<Template> {
    let mut tokens = Vec::new();
    let mut literal = Literal::new(parser);
    loop {
        if parser.starts("$${") || parser.starts("%%{") {
            literal.escape(parser, 3, |text| text[1..].into());
            continue;
        }
        match parser.peek() {
            None => {
                literal.end(parser, &mut tokens);
                return tree(tokens);
            }
            Some(b'\n') => {
                parser.at += 1;
                literal.end(parser, &mut tokens);
                literal = Literal::new(parser);
            }
            Some(b'$' | b'%') if parser.rest().as_bytes().get(1) == Some(&b'{') => {
                literal.end(parser, &mut tokens);
                tokens.push(sequence(parser)?);
                literal = Literal::new(parser);
            }
            Some(_) => parser.at += 1,
        }
    }
}

/// Literal text being read.
struct Literal {
    start: usize,
    pieces: Vec<Piece>,
}

impl Literal {
    fn new(parser: &Parser<'_>) -> Self {
        Self { start: parser.at, pieces: Vec::new() }
    }

    /// Ends the verbatim piece that reaches up to here.
    fn cut(&mut self, parser: &Parser<'_>) {
        if parser.at > self.start {
            self.pieces.push(Piece::verbatim(parser.since(self.start), parser.span(self.start)));
        }
    }

    /// Passes an escape of this many bytes.
    fn escape(&mut self, parser: &mut Parser<'_>, length: usize, text: impl FnOnce(&str) -> CompactString) {
        self.cut(parser);
        let start = parser.at;
        parser.at += length;
        self.pieces.push(Piece::made(text(parser.since(start)), parser.span(start)));
        self.start = parser.at;
    }

    fn end(&mut self, parser: &Parser<'_>, tokens: &mut Vec<Token>) {
        self.cut(parser);
        let pieces = std::mem::take(&mut self.pieces);
        if let Some(last) = pieces.last() {
            let span = pieces[0].span.to(last.span);
            let kind = TokenKind::Literal(pieces);
            tokens.push(Token { kind, strip_before: false, strip_behind: false, span });
        }
    }
}

/// The character of a backslash escape, and the bytes it takes.
fn escape(parser: &Parser<'_>) -> Parse<(usize, char)> {
    let rest = parser.rest();
    let hex = |digits: usize| {
        let text = rest.get(2..2 + digits).filter(|text| text.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
        let c = char::from_u32(u32::from_str_radix(text, 16).ok()?)?;
        Some((2 + digits, c))
    };
    let found = match rest.as_bytes().get(1) {
        Some(b'n') => Some((2, '\n')),
        Some(b'r') => Some((2, '\r')),
        Some(b't') => Some((2, '\t')),
        Some(b'"') => Some((2, '"')),
        Some(b'\\') => Some((2, '\\')),
        Some(b'u') => hex(4),
        Some(b'U') => hex(8),
        _ => None,
    };
    match found {
        Some(found) => Ok(found),
        None => parser.fail("an escape that HCL does not have; write `\\\\` for a backslash"),
    }
}

/// Reads a sequence from its `${` or `%{`.
fn sequence(parser: &mut Parser<'_>) -> Parse<Token> {
    let start = parser.at;
    let directive = parser.peek() == Some(b'%');
    parser.at += 2;
    let strip_before = parser.eat("~");
    let (kind, strip_behind) = parser.nested(true, |parser| {
        parser.blank()?;
        let kind = if directive { directive_kind(parser)? } else { TokenKind::Interpolation(parser.expression()?) };
        parser.blank()?;
        let strip_behind = parser.eat("~");
        parser.expect("}", "expected `}`")?;
        Ok((kind, strip_behind))
    })?;
    Ok(Token { kind, strip_before, strip_behind, span: parser.span(start) })
}

fn directive_kind(parser: &mut Parser<'_>) -> Parse<TokenKind> {
    for (word, kind) in [("else", TokenKind::Else), ("endif", TokenKind::EndIf), ("endfor", TokenKind::EndFor)] {
        if parser.keyword(word) {
            parser.at += word.len();
            return Ok(kind);
        }
    }
    if parser.keyword("if") {
        parser.at += 2;
        parser.blank()?;
        return Ok(TokenKind::If(parser.expression()?));
    }
    if parser.keyword("for") {
        parser.at += 3;
        parser.blank()?;
        let (key, value) = parser.for_names()?;
        return Ok(TokenKind::For(key, value, parser.expression()?));
    }
    parser.fail("expected `if`, `else`, `endif`, `for` or `endfor`")
}

/// Removes the white space that strip markers ask for: of the neighbouring token only, which is the rest of a line.
fn strip(tokens: &mut [Token]) {
    for at in 0..tokens.len() {
        if tokens[at].strip_before
            && at > 0
            && let TokenKind::Literal(pieces) = &mut tokens[at - 1].kind
        {
            trim_end(pieces);
        }
        if tokens[at].strip_behind
            && let Some(Token { kind: TokenKind::Literal(pieces), .. }) = tokens.get_mut(at + 1)
        {
            trim_start(pieces);
        }
    }
}

fn trim_end(pieces: &mut Vec<Piece>) {
    while let Some(Piece { part: TextPart::Known(text), span, verbatim }) = pieces.last_mut() {
        let kept = text.trim_end().len();
        if kept > 0 {
            if *verbatim {
                span.end -= text.len() - kept;
            }
            text.truncate(kept);
            return;
        }
        pieces.pop();
    }
}

fn trim_start(pieces: &mut Vec<Piece>) {
    while let Some(piece) = pieces.first_mut() {
        let Some(text) = piece.known() else { return };
        let cut = text.len() - text.trim_start().len();
        if cut < text.len() {
            cut_start(piece, cut);
            return;
        }
        pieces.remove(0);
    }
}

fn cut_start(piece: &mut Piece, bytes: usize) {
    if let TextPart::Known(text) = &mut piece.part {
        *text = CompactString::from(&text[bytes..]);
        if piece.verbatim {
            piece.span.start += bytes;
        }
    }
}

/// Removes the smallest indentation of any line that is not blank.
fn unindent(tokens: &mut [Token]) {
    strip(tokens);
    for token in tokens.iter_mut() {
        (token.strip_before, token.strip_behind) = (false, false);
    }
    let text = |pieces: &[Piece]| pieces.iter().filter_map(Piece::known).collect::<String>();
    let mut smallest = usize::MAX;
    let mut line_starts = Vec::new();
    let mut line_start = true;
    for (at, token) in tokens.iter().enumerate() {
        let literal = match &token.kind {
            TokenKind::Literal(pieces) => Some(text(pieces)),
            _ => None,
        };
        if std::mem::take(&mut line_start) {
            let spaces = match &literal {
                Some(text) if text.trim_start().is_empty() && text.ends_with('\n') => usize::MAX,
                Some(text) => {
                    line_starts.push(at);
                    text.chars().take_while(|c| c.is_whitespace()).count()
                }
                None => 0,
            };
            smallest = smallest.min(spaces);
        }
        line_start = literal.is_some_and(|text| text.ends_with('\n'));
    }
    for at in line_starts {
        if let TokenKind::Literal(pieces) = &mut tokens[at].kind
            && let Some(first) = pieces.first_mut()
        {
            let bytes = first.known().map_or(0, |text| text.chars().take(smallest).map(char::len_utf8).sum());
            cut_start(first, bytes);
        }
    }
}

/// The tree of a list of tokens.
fn tree(mut tokens: Vec<Token>) -> Parse<Template> {
    strip(&mut tokens);
    let mut tokens = tokens.into_iter();
    let (template, end) = parts(&mut tokens, 0)?;
    match end {
        None => Ok(template),
        Some((_, span)) => Err(SyntaxError { message: "this directive has no beginning".to_owned(), span }),
    }
}

/// What ended a list of parts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Else,
    If,
    For,
}

fn parts(tokens: &mut std::vec::IntoIter<Token>, depth: usize) -> Parse<(Template, Option<(End, Span)>)> {
    let mut template = Template::default();
    while let Some(Token { kind, span, .. }) = tokens.next() {
        let inner = |tokens: &mut std::vec::IntoIter<Token>| match depth < MAX_DEPTH {
            true => parts(tokens, depth + 1),
            false => Err(SyntaxError { message: format!("nested deeper than {MAX_DEPTH} levels"), span }),
        };
        let open = || SyntaxError { message: "this directive is not closed".to_owned(), span };
        match kind {
            TokenKind::Literal(pieces) => pieces.into_iter().for_each(|piece| push(&mut template.parts, piece)),
            TokenKind::Interpolation(expr) => template.parts.push(Part::Interpolation(expr)),
            TokenKind::Else => return Ok((template, Some((End::Else, span)))),
            TokenKind::EndIf => return Ok((template, Some((End::If, span)))),
            TokenKind::EndFor => return Ok((template, Some((End::For, span)))),
            TokenKind::If(condition) => {
                let (then, mut end) = inner(tokens)?;
                let mut otherwise = Template::default();
                if end.is_some_and(|(end, _)| end == End::Else) {
                    (otherwise, end) = inner(tokens)?;
                }
                if end.is_none_or(|(end, _)| end != End::If) {
                    return Err(open());
                }
                template.parts.push(Part::If(Box::new(IfPart { condition, then, otherwise })));
            }
            TokenKind::For(key, value, collection) => {
                let (body, end) = inner(tokens)?;
                if end.is_none_or(|(end, _)| end != End::For) {
                    return Err(open());
                }
                template.parts.push(Part::For(Box::new(ForPart { key, value, collection, body })));
            }
        }
    }
    Ok((template, None))
}

/// Adds literal text, joined to what stands directly before it in the source.
fn push(parts: &mut Vec<Part>, piece: Piece) {
    if let (Some(Part::Literal(last)), Some(text)) = (parts.last_mut(), piece.known())
        && last.verbatim
        && piece.verbatim
        && last.span.end == piece.span.start
        && let TextPart::Known(before) = &mut last.part
    {
        before.push_str(text);
        last.span = last.span.to(piece.span);
        return;
    }
    parts.push(Part::Literal(piece));
}
