//! From HCL text to the syntax tree, as HashiCorp's parser reads it.
//!
//! Own code rather than hcl-edit: Terraform accepts repeated object keys and line breaks inside `for` objects, which hcl-edit refuses;
//! its heredocs lose the place of every character and are unindented by another rule; and a file with one bad block is lost as a whole.
//! Here a syntax error costs one block. Depth and the length of operator chains have limits, so no input exhausts the stack.

use std::collections::HashSet;

use compact_str::CompactString;
use mediastore_policy::span::Span;

use super::number::Number;
use super::syntax::{
    Attribute, Binary, Block, Body, Call, Conditional, Expr, ExprKind, For, Item, Key, Name, Step, Template, Unary,
};
use super::template;

/// Brackets, blocks, templates and conditionals may be nested this deep. The deepest configuration seen has 14.
pub(super) const MAX_DEPTH: usize = 64;

/// Operators on any way through an expression. Each is a level of the tree, however flat it is written.
const MAX_OPERATORS: usize = 256;

/// What is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SyntaxError {
    pub(super) message: String,
    pub(super) span: Span,
}

pub(super) type Parse<T> = Result<T, SyntaxError>;

/// Reads a file. What could be read is returned with everything that could not. `base` is added to every place.
pub(super) fn file(text: &str, base: usize) -> (Body, Vec<SyntaxError>) {
    let mut parser = Parser::new(text, base);
    let mut body = Body::default();
    let mut errors = Vec::new();
    loop {
        if let Err(error) = parser.body(&mut body, None) {
            errors.push(error);
            if errors.len() < 20 && parser.skip_to_next_block() {
                continue;
            }
        }
        return (body, errors);
    }
}

/// Reads an expression that makes up the whole text.
pub(super) fn expression(text: &str, base: usize) -> Parse<Expr> {
    let mut parser = Parser::new(text, base);
    let expr = parser.whole(|parser| parser.expression())?;
    Ok(expr)
}

/// Reads text with sequences, as in a file for `templatefile`.
pub(super) fn template(text: &str, base: usize) -> Parse<Template> {
    let mut parser = Parser::new(text, base);
    template::bare(&mut parser)
}

/// A position in a text, and how deep and in what kind of brackets it is.
pub(super) struct Parser<'a> {
    text: &'a str,
    base: usize,
    pub(super) at: usize,
    depth: usize,
    /// Operators on the longest way through what was read last.
    operators: usize,
    /// Whether a line break is only white space here.
    newlines: bool,
}

impl<'a> Parser<'a> {
    fn new(text: &'a str, base: usize) -> Self {
        Self { text, base, at: 0, depth: 0, operators: 0, newlines: false }
    }

    fn whole<T>(&mut self, read: impl FnOnce(&mut Self) -> Parse<T>) -> Parse<T> {
        self.newlines = true;
        self.blank()?;
        let value = read(self)?;
        self.blank()?;
        match self.peek() {
            None => Ok(value),
            Some(_) => self.fail("the expression goes on after its end"),
        }
    }

    // Characters.

    pub(super) fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    pub(super) fn starts(&self, word: &str) -> bool {
        self.text.as_bytes()[self.at..].starts_with(word.as_bytes())
    }

    /// Passes this text, if it stands here.
    pub(super) fn eat(&mut self, word: &str) -> bool {
        let found = self.starts(word);
        if found {
            self.at += word.len();
        }
        found
    }

    pub(super) fn expect(&mut self, word: &str, what: &str) -> Parse<()> {
        if self.eat(word) { Ok(()) } else { self.fail(what) }
    }

    /// A place of the sources.
    pub(super) fn span(&self, start: usize) -> Span {
        Span::new(self.base + start, self.base + self.at)
    }

    /// The characters from an offset up to here.
    pub(super) fn since(&self, start: usize) -> &'a str {
        &self.text[start..self.at]
    }

    pub(super) fn fail<T>(&self, message: impl Into<String>) -> Parse<T> {
        let width = self.rest().chars().next().map_or(0, char::len_utf8);
        let start = self.base + self.at;
        Err(SyntaxError { message: message.into(), span: Span::new(start, start + width) })
    }

    /// Runs `read` one level deeper, line breaks counting as white space or not.
    pub(super) fn nested<T>(&mut self, newlines: bool, read: impl FnOnce(&mut Self) -> Parse<T>) -> Parse<T> {
        if self.depth >= MAX_DEPTH {
            return self.fail(format!("nested deeper than {MAX_DEPTH} levels"));
        }
        self.depth += 1;
        let outer = std::mem::replace(&mut self.newlines, newlines);
        let value = read(self);
        self.newlines = outer;
        self.depth -= 1;
        value
    }

    /// Passes white space and comments, and line breaks where they mean nothing.
    pub(super) fn blank(&mut self) -> Parse<()> {
        loop {
            match self.peek() {
                Some(b' ' | b'\t') => self.at += 1,
                Some(b'\n') if self.newlines => self.at += 1,
                Some(b'\r') if self.newlines || self.starts("\r\n") => self.at += 1,
                Some(b'#') => self.pass_line(),
                Some(b'/') if self.starts("//") => self.pass_line(),
                Some(b'/') if self.starts("/*") => match self.rest().find("*/") {
                    Some(end) => self.at += end + 2,
                    None => return self.fail("a comment is not closed"),
                },
                _ => return Ok(()),
            }
        }
    }

    /// Passes white space, comments and line breaks.
    fn blank_lines(&mut self) -> Parse<()> {
        let outer = std::mem::replace(&mut self.newlines, true);
        let passed = self.blank();
        self.newlines = outer;
        passed
    }

    /// Up to the line break, which is not passed.
    fn pass_line(&mut self) {
        self.at += self.rest().find('\n').unwrap_or(self.text.len() - self.at);
    }

    /// Passes a word.
    pub(super) fn word(&mut self) -> Option<(CompactString, Span)> {
        let start = self.at;
        let mut chars = self.rest().char_indices();
        let first = chars.next().filter(|(_, c)| c.is_alphabetic() || *c == '_')?;
        let end = chars.find(|(_, c)| !(c.is_alphanumeric() || *c == '_' || *c == '-')).map(|(at, _)| at);
        self.at += end.unwrap_or(self.text.len() - start).max(first.1.len_utf8());
        Some((self.since(start).into(), self.span(start)))
    }

    fn name(&mut self, what: &str) -> Parse<Name> {
        match self.word() {
            Some((text, span)) => Ok(Name { text, span }),
            None => self.fail(what),
        }
    }

    /// Whether this keyword stands here as a whole word.
    pub(super) fn keyword(&self, word: &str) -> bool {
        let boundary = |rest: &str| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_' || c == '-');
        self.starts(word) && boundary(&self.text[self.at + word.len()..])
    }

    // Structure.

    /// Reads attributes and blocks up to a closing brace, or up to the end of the file.
    fn body(&mut self, body: &mut Body, close: Option<u8>) -> Parse<()> {
        let mut names: HashSet<CompactString> = body.attributes.iter().map(|it| it.name.text.clone()).collect();
        loop {
            self.blank_lines()?;
            match self.peek() {
                None if close.is_none() => return Ok(()),
                None => return self.fail("a block is not closed"),
                byte if byte == close => return Ok(()),
                _ => {}
            }
            self.structure(body, &mut names)?;
            self.blank()?;
            match self.peek() {
                Some(b'\n') | None => {}
                byte if byte == close => {}
                Some(_) => return self.fail("expected a line break"),
            }
        }
    }

    fn structure(&mut self, body: &mut Body, names: &mut HashSet<CompactString>) -> Parse<()> {
        let start = self.at;
        let name = self.name("expected an attribute or a block")?;
        self.blank()?;
        if self.peek() == Some(b'=') && !self.starts("==") {
            self.at += 1;
            self.blank()?;
            if !names.insert(name.text.clone()) {
                let message = format!("the attribute `{}` is set twice", name.text);
                return Err(SyntaxError { message, span: name.span });
            }
            let value = self.expression()?;
            body.attributes.push(Attribute { name, value });
            return Ok(());
        }
        let mut labels = Vec::new();
        let mut header = name.span;
        loop {
            match self.peek() {
                Some(b'{') => break,
                Some(b'"') => {
                    let start = self.at;
                    let label = self.primary()?;
                    let Some(text) = label.literal() else {
                        self.at = start;
                        return self.fail("a label is plain text");
                    };
                    labels.push(Name { text: text.into(), span: label.span });
                }
                _ => labels.push(self.name("expected `=`, a label or `{`")?),
            }
            header = self.span(start);
            self.blank()?;
        }
        self.at += 1;
        let inside_start = self.at;
        let inner = self.nested(false, |parser| {
            let mut inner = Body::default();
            parser.body(&mut inner, Some(b'}'))?;
            Ok(inner)
        })?;
        let inside = self.span(inside_start);
        self.at += 1;
        body.blocks.push(Block { kind: name, labels, header, inside, body: inner });
        Ok(())
    }

    /// Passes everything up to the next line that begins with a letter in its first column, as a block of a file does.
    fn skip_to_next_block(&mut self) -> bool {
        loop {
            let Some(line) = self.rest().find('\n') else { return false };
            self.at += line + 1;
            let rest = self.rest();
            let header = rest.lines().next().unwrap_or_default().trim_end();
            if rest.starts_with(|c: char| c.is_alphabetic()) && (header.ends_with('{') || header.ends_with('}')) {
                return true;
            }
        }
    }

    // Expressions.

    pub(super) fn expression(&mut self) -> Parse<Expr> {
        let start = self.at;
        let condition = self.binary(0)?;
        let end = self.at;
        self.blank()?;
        if self.peek() != Some(b'?') {
            self.at = end;
            return Ok(condition);
        }
        self.at += 1;
        let newlines = self.newlines;
        let (then, otherwise) = self.nested(newlines, |parser| {
            parser.blank()?;
            let then = parser.expression()?;
            parser.blank()?;
            parser.expect(":", "expected `:` and what holds otherwise")?;
            parser.blank()?;
            Ok((then, parser.expression()?))
        })?;
        let kind = ExprKind::Conditional(Box::new(Conditional { condition, then, otherwise }));
        Ok(Expr { span: self.span(start), kind })
    }

    /// A chain of operators of at least this precedence.
    fn binary(&mut self, precedence: usize) -> Parse<Expr> {
        let start = self.at;
        let outer = std::mem::take(&mut self.operators);
        let mut left = self.unary()?;
        let mut chain = 0;
        loop {
            let end = self.at;
            self.blank()?;
            let Some((operator, length, level)) = self.operator().filter(|(_, _, level)| *level >= precedence) else {
                self.at = end;
                self.operators = outer.max(self.operators + chain);
                return Ok(left);
            };
            chain += 1;
            if self.operators + chain > MAX_OPERATORS {
                return self.fail(format!("more than {MAX_OPERATORS} operators in a row"));
            }
            self.at += length;
            self.blank()?;
            let right = self.binary(level + 1)?;
            left = Expr { span: self.span(start), kind: ExprKind::Binary(operator, Box::new((left, right))) };
        }
    }

    fn operator(&self) -> Option<(Binary, usize, usize)> {
        let rest = &self.text.as_bytes()[self.at..];
        let next = rest.get(1).copied();
        Some(match (rest.first()?, next) {
            (b'|', Some(b'|')) => (Binary::Or, 2, 0),
            (b'&', Some(b'&')) => (Binary::And, 2, 1),
            (b'=', Some(b'=')) => (Binary::Equal, 2, 2),
            (b'!', Some(b'=')) => (Binary::NotEqual, 2, 2),
            (b'>', Some(b'=')) => (Binary::GreaterOrEqual, 2, 3),
            (b'<', Some(b'=')) => (Binary::LessOrEqual, 2, 3),
            (b'>', _) => (Binary::Greater, 1, 3),
            (b'<', _) => (Binary::Less, 1, 3),
            (b'+', _) => (Binary::Add, 1, 4),
            (b'-', _) => (Binary::Subtract, 1, 4),
            (b'*', _) => (Binary::Multiply, 1, 5),
            (b'/', _) => (Binary::Divide, 1, 5),
            (b'%', _) => (Binary::Remainder, 1, 5),
            _ => return None,
        })
    }

    fn unary(&mut self) -> Parse<Expr> {
        let start = self.at;
        let operator = match self.peek() {
            Some(b'-') => Unary::Negate,
            Some(b'!') if !self.starts("!=") => Unary::Not,
            _ => return self.traversal(),
        };
        self.at += 1;
        let newlines = self.newlines;
        let operand = self.nested(newlines, |parser| {
            parser.blank()?;
            parser.unary()
        })?;
        Ok(Expr { span: self.span(start), kind: ExprKind::Unary(operator, Box::new(operand)) })
    }

    fn traversal(&mut self) -> Parse<Expr> {
        let start = self.at;
        let root = self.primary()?;
        let mut steps = Vec::new();
        self.steps(&mut steps, true)?;
        match steps.is_empty() {
            true => Ok(root),
            false => Ok(Expr { span: self.span(start), kind: ExprKind::Traversal(Box::new(root), steps) }),
        }
    }

    /// Reads steps; `index` says whether brackets belong to them, which they do not behind `.*`.
    fn steps(&mut self, steps: &mut Vec<Step>, index: bool) -> Parse<()> {
        loop {
            let end = self.at;
            self.blank()?;
            match self.peek() {
                Some(b'.') if !self.starts("...") => {
                    self.at += 1;
                    self.blank()?;
                    let start = self.at;
                    match self.peek() {
                        Some(b'*') => {
                            self.at += 1;
                            let newlines = self.newlines;
                            let inner = self.nested(newlines, |parser| {
                                let mut inner = Vec::new();
                                parser.steps(&mut inner, false)?;
                                Ok(inner)
                            })?;
                            steps.push(Step::Splat(inner));
                        }
                        Some(b'0'..=b'9') => {
                            let digits = self.rest().bytes().take_while(u8::is_ascii_digit).count();
                            self.at += digits;
                            let Some(number) = Number::parse(self.since(start)) else {
                                return self.fail("an index is too large");
                            };
                            steps.push(Step::Index(Expr { span: self.span(start), kind: ExprKind::Number(number) }));
                        }
                        _ => steps.push(Step::Attribute(self.name("expected the name of an attribute")?)),
                    }
                }
                Some(b'[') if index => {
                    self.at += 1;
                    let step = self.nested(true, |parser| {
                        parser.blank()?;
                        if parser.peek() == Some(b'*') {
                            parser.at += 1;
                            parser.blank()?;
                            parser.expect("]", "expected `]`")?;
                            return Ok(None);
                        }
                        let expr = parser.expression()?;
                        parser.blank()?;
                        parser.expect("]", "expected `]`")?;
                        Ok(Some(Step::Index(expr)))
                    })?;
                    match step {
                        Some(step) => steps.push(step),
                        None => {
                            let newlines = self.newlines;
                            let inner = self.nested(newlines, |parser| {
                                let mut inner = Vec::new();
                                parser.steps(&mut inner, true)?;
                                Ok(inner)
                            })?;
                            steps.push(Step::Splat(inner));
                        }
                    }
                }
                _ => {
                    self.at = end;
                    return Ok(());
                }
            }
        }
    }

    fn primary(&mut self) -> Parse<Expr> {
        let start = self.at;
        let kind = match self.peek() {
            Some(b'"') => {
                self.at += 1;
                ExprKind::Template(self.nested(false, template::quoted)?)
            }
            Some(b'<') if self.starts("<<") => ExprKind::Template(self.nested(false, template::heredoc)?),
            Some(b'0'..=b'9') => ExprKind::Number(self.number()?),
            Some(b'(') => {
                self.at += 1;
                let inner = self.nested(true, |parser| {
                    parser.blank()?;
                    let inner = parser.expression()?;
                    parser.blank()?;
                    parser.expect(")", "expected `)`")?;
                    Ok(inner)
                })?;
                ExprKind::Parentheses(Box::new(inner))
            }
            Some(b'[') => {
                self.at += 1;
                self.nested(true, Self::tuple)?
            }
            Some(b'{') => {
                self.at += 1;
                self.nested(true, Self::object)?
            }
            Some(_) => match self.word() {
                Some((word, span)) => self.word_or_call(word, span)?,
                None => return self.fail("expected a value"),
            },
            None => return self.fail("the file ends where a value is expected"),
        };
        Ok(Expr { span: self.span(start), kind })
    }

    fn number(&mut self) -> Parse<Number> {
        let start = self.at;
        let digits = |parser: &mut Self| {
            let count = parser.rest().bytes().take_while(u8::is_ascii_digit).count();
            parser.at += count;
            count
        };
        digits(self);
        let fraction = self.peek() == Some(b'.') && self.rest().as_bytes().get(1).is_some_and(u8::is_ascii_digit);
        if fraction {
            self.at += 1;
            digits(self);
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            self.at += usize::from(matches!(self.peek(), Some(b'+' | b'-')));
            if digits(self) == 0 {
                return self.fail("an exponent needs digits");
            }
        }
        match Number::parse(self.since(start)) {
            Some(number) => Ok(number),
            None => {
                self.at = start;
                self.fail("a number of more than 28 digits")
            }
        }
    }

    fn word_or_call(&mut self, word: CompactString, span: Span) -> Parse<ExprKind> {
        let end = self.at;
        let (mut name, mut span) = (word, span);
        while self.starts("::") {
            self.at += 2;
            let part = self.name("expected the name of a function")?;
            name = compact_str::format_compact!("{name}::{}", part.text);
            span = span.to(part.span);
        }
        if self.peek() != Some(b'(') {
            if name.contains("::") {
                return self.fail("expected `(`");
            }
            self.at = end;
            return Ok(match name.as_str() {
                "null" => ExprKind::Null,
                "true" => ExprKind::Bool(true),
                "false" => ExprKind::Bool(false),
                _ => ExprKind::Variable(name),
            });
        }
        self.at += 1;
        let (arguments, expand) = self.nested(true, |parser| {
            let mut arguments = Vec::new();
            loop {
                parser.blank()?;
                if parser.eat(")") {
                    return Ok((arguments, false));
                }
                arguments.push(parser.expression()?);
                parser.blank()?;
                if parser.eat("...") {
                    parser.blank()?;
                    parser.eat(",");
                    parser.blank()?;
                    parser.expect(")", "expected `)` behind `...`")?;
                    return Ok((arguments, true));
                }
                if !parser.eat(",") && parser.peek() != Some(b')') {
                    return parser.fail("expected a comma or `)`");
                }
            }
        })?;
        Ok(ExprKind::Call(Box::new(Call { name: Name { text: name, span }, arguments, expand })))
    }

    fn tuple(&mut self) -> Parse<ExprKind> {
        self.blank()?;
        if self.keyword("for") {
            return self.for_expression("]");
        }
        let mut items = Vec::new();
        loop {
            self.blank()?;
            if self.eat("]") {
                return Ok(ExprKind::Tuple(items));
            }
            items.push(self.expression()?);
            self.blank()?;
            if !self.eat(",") && self.peek() != Some(b']') {
                return self.fail("expected a comma or `]`");
            }
        }
    }

    fn object(&mut self) -> Parse<ExprKind> {
        self.blank()?;
        if self.keyword("for") {
            let start = self.at;
            self.at += 3;
            self.blank()?;
            let is_key = matches!(self.peek(), Some(b'=' | b':'));
            self.at = start;
            if !is_key {
                return self.for_expression("}");
            }
        }
        let mut items = Vec::new();
        loop {
            self.blank_lines()?;
            if self.eat("}") {
                return Ok(ExprKind::Object(items));
            }
            let key = self.key()?;
            self.newlines = false;
            self.blank()?;
            if !self.eat("=") && !self.eat(":") {
                return self.fail("expected `=` behind the key");
            }
            self.blank_lines()?;
            let value = self.expression()?;
            self.blank()?;
            items.push(Item { key, value });
            match self.peek() {
                Some(b',' | b'\n') => self.at += 1,
                Some(b'}') => {}
                _ => return self.fail("expected a comma, a line break or `}`"),
            }
        }
    }

    fn key(&mut self) -> Parse<Key> {
        let start = self.at;
        if let Some((text, span)) = self.word() {
            let end = self.at;
            self.blank()?;
            if matches!(self.peek(), Some(b'=' | b':')) && !self.starts("==") {
                self.at = end;
                return Ok(Key::Name(Name { text, span }));
            }
            self.at = start;
        }
        let expr = self.expression()?;
        Ok(match (&expr.kind, expr.literal()) {
            (ExprKind::Template(_), Some(text)) => Key::Name(Name { text: text.into(), span: expr.span }),
            _ => Key::Expr(expr),
        })
    }

    fn for_expression(&mut self, close: &str) -> Parse<ExprKind> {
        self.newlines = true;
        self.at += 3;
        self.blank()?;
        let (key, value) = self.for_names()?;
        let collection = self.expression()?;
        self.blank()?;
        self.expect(":", "expected `:`")?;
        self.blank()?;
        let first = self.expression()?;
        self.blank()?;
        let (item_key, item) = match close {
            "}" => {
                self.expect("=>", "expected `=>`")?;
                self.blank()?;
                (Some(first), self.expression()?)
            }
            _ => (None, first),
        };
        self.blank()?;
        let group = item_key.is_some() && self.eat("...");
        self.blank()?;
        let condition = match self.keyword("if") {
            true => {
                self.at += 2;
                self.blank()?;
                Some(self.expression()?)
            }
            false => None,
        };
        self.blank()?;
        self.expect(close, &format!("expected `{close}`"))?;
        Ok(ExprKind::For(Box::new(For { key, value, collection, item_key, item, condition, group })))
    }

    /// `value in` or `key, value in`.
    pub(super) fn for_names(&mut self) -> Parse<(Option<CompactString>, CompactString)> {
        let first = self.name("expected a name")?.text;
        self.blank()?;
        let names = match self.eat(",") {
            true => {
                self.blank()?;
                (Some(first), self.name("expected a name")?.text)
            }
            false => (None, first),
        };
        self.blank()?;
        if !self.keyword("in") {
            return self.fail("expected `in`");
        }
        self.at += 2;
        self.blank()?;
        Ok(names)
    }
}
