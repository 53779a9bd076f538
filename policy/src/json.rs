//! Strict JSON with the place of every value, and with holes.
//!
//! Own code rather than a library, because three things are needed at once that none offers: every duplicate key is seen,
//! depth and size have limits that are named problems, and parts of the text may be unknown. Reading stops at the first
//! syntax error, except that a trailing comma (which some published example policies have) is reported and passed over.
//!
//! A document can also be built as a tree of [`Node`]s by whoever evaluated an expression such as `jsonencode(...)`.

use std::fmt::{self, Write};
use std::sync::Arc;

use compact_str::CompactString;

use crate::problem::{Code, Problem};
use crate::span::Span;
use crate::text::{Hole, Text, TextPart, TextRef};

/// A JSON value and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// The value's place, quotes and brackets included.
    pub span: Span,
    /// The value.
    pub value: Value,
}

/// A JSON value, perhaps partly unknown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number, as written.
    Number(CompactString),
    /// A string, escapes resolved.
    String(Text),
    /// A list.
    Array(Vec<Node>),
    /// An object; duplicates are kept.
    Object(Vec<Member>),
    /// A value of which not even the type is known.
    Unknown(Arc<Hole>),
}

/// A member of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The key's place.
    pub key_span: Span,
    /// The key.
    pub key: Text,
    /// The value.
    pub node: Node,
}

impl Node {
    /// A value without a place.
    #[must_use]
    pub fn new(value: Value) -> Self {
        Self { span: Span::default(), value }
    }

    /// A string without a place.
    #[must_use]
    pub fn string(text: impl Into<Text>) -> Self {
        Self::new(Value::String(text.into()))
    }

    /// What kind of value this is, for messages.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self.value {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::String(_) => "a string",
            Value::Array(_) => "a list",
            Value::Object(_) => "an object",
            Value::Unknown(_) => "an unknown value",
        }
    }

    /// The first member of this name, if this is an object.
    #[must_use]
    pub fn member(&self, name: &str) -> Option<&Member> {
        match &self.value {
            Value::Object(members) => members.iter().find(|member| member.key.as_known() == Some(name)),
            _ => None,
        }
    }

    /// What is in it, if this is a list; nothing otherwise.
    #[must_use]
    pub fn items(&self) -> &[Node] {
        match &self.value {
            Value::Array(items) => items,
            _ => &[],
        }
    }

    /// The same tree with every hole that `value` knows replaced by its value, taken as text.
    #[must_use]
    pub fn fill(&self, value: &dyn Fn(&Hole) -> Option<String>) -> Self {
        let filled = match &self.value {
            Value::String(text) => Value::String(text.fill(value)),
            Value::Array(items) => Value::Array(items.iter().map(|item| item.fill(value)).collect()),
            Value::Object(members) => Value::Object(
                members
                    .iter()
                    .map(|member| Member {
                        key_span: member.key_span,
                        key: member.key.fill(value),
                        node: member.node.fill(value),
                    })
                    .collect(),
            ),
            Value::Unknown(hole) => value(hole).map_or_else(|| self.value.clone(), |text| Value::String(text.into())),
            Value::Null | Value::Bool(_) | Value::Number(_) => self.value.clone(),
        };
        Self { span: self.span, value: filled }
    }
}

/// Compact JSON; holes as `${name}`.
impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.value {
            Value::Null => f.write_str("null"),
            Value::Bool(value) => write!(f, "{value}"),
            Value::Number(text) => f.write_str(text),
            Value::String(text) => write_string(f, text),
            Value::Array(items) => {
                f.write_char('[')?;
                for (i, item) in items.iter().enumerate() {
                    f.write_str(if i > 0 { "," } else { "" })?;
                    item.fmt(f)?;
                }
                f.write_char(']')
            }
            Value::Object(members) => {
                f.write_char('{')?;
                for (i, member) in members.iter().enumerate() {
                    f.write_str(if i > 0 { "," } else { "" })?;
                    write_string(f, &member.key)?;
                    f.write_char(':')?;
                    member.node.fmt(f)?;
                }
                f.write_char('}')
            }
            Value::Unknown(hole) => write!(f, "${{{}}}", hole.name),
        }
    }
}

fn write_string(f: &mut fmt::Formatter<'_>, text: &Text) -> fmt::Result {
    f.write_char('"')?;
    for part in text.parts() {
        match part {
            TextRef::Known(known) => write_escaped(f, known)?,
            TextRef::Hole(hole) => write!(f, "${{{}}}", hole.name)?,
        }
    }
    f.write_char('"')
}

fn write_escaped(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c == '"' || c == '\\' || c.is_control()) {
        f.write_str(&rest[..at])?;
        let mut chars = rest[at..].chars();
        match chars.next() {
            Some('"') => f.write_str("\\\"")?,
            Some('\\') => f.write_str("\\\\")?,
            Some('\n') => f.write_str("\\n")?,
            Some(c) => write!(f, "\\u{:04x}", u32::from(c))?,
            None => {}
        }
        rest = chars.as_str();
    }
    f.write_str(rest)
}

/// How large a document may be. Larger ones are refused before any work is spent on them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of text.
    pub bytes: usize,
    /// Nesting of lists and objects.
    pub depth: usize,
    /// Values, keys not counted.
    pub values: usize,
}

impl Default for Limits {
    /// Far above what any service accepts (the largest known limit is 20 KB), far below what hurts. No policy is nested
    /// deeper than seven.
    fn default() -> Self {
        Self { bytes: 1 << 20, depth: 32, values: 100_000 }
    }
}

/// Text of which some ranges are unknown.
#[derive(Clone, Copy, Debug)]
pub struct Template<'a> {
    /// The text. What stands inside a hole's range is not read.
    pub text: &'a str,
    /// The holes by place, in ascending order and without overlap, at character boundaries.
    pub holes: &'a [(Span, Arc<Hole>)],
}

impl<'a> From<&'a str> for Template<'a> {
    fn from(text: &'a str) -> Self {
        Self { text, holes: &[] }
    }
}

/// Reads a document. Without a tree there is at least one problem; with one there may be some all the same.
#[must_use]
pub fn parse<'a>(source: impl Into<Template<'a>>, limits: Limits) -> (Option<Node>, Vec<Problem>) {
    let Template { text, holes } = source.into();
    let whole = Span::new(0, text.len());
    if text.len() > limits.bytes {
        let message = format!("the document has {} bytes, more than the {} that are read", text.len(), limits.bytes);
        return (None, vec![Problem::new(Code::Size, whole, message)]);
    }
    if let Some(span) = misplaced(text, holes) {
        let message = "an unknown part is out of order or does not lie in the text";
        return (None, vec![Problem::new(Code::Syntax, span, message)]);
    }
    let mut parser = Parser { text, holes, at: 0, depth: 0, values: 0, limits, problems: Vec::new() };
    let node = parser.document();
    (node.ok(), parser.problems)
}

/// Reading has stopped; the reason is among the problems.
struct Stop;

type Parse<T> = Result<T, Stop>;

struct Parser<'a> {
    text: &'a str,
    /// Those not yet passed.
    holes: &'a [(Span, Arc<Hole>)],
    at: usize,
    depth: usize,
    values: usize,
    limits: Limits,
    problems: Vec<Problem>,
}

impl Parser<'_> {
    fn document(&mut self) -> Parse<Node> {
        let node = self.value()?;
        self.blank();
        match self.peek() {
            None if self.hole().is_none() => Ok(node),
            _ => self.fail("the document goes on after its end"),
        }
    }

    fn value(&mut self) -> Parse<Node> {
        self.blank();
        self.values += 1;
        if self.values > self.limits.values {
            return self.stop(Code::Count, format!("the document has more than {} values", self.limits.values));
        }
        if let Some((span, hole)) = self.hole() {
            self.pass_hole(span);
            return Ok(Node { span, value: Value::Unknown(hole) });
        }
        let start = self.at;
        let value = match self.peek() {
            Some(b'"') => Value::String(self.string()?),
            Some(b'{') => self.nested(Self::object)?,
            Some(b'[') => self.nested(Self::array)?,
            Some(b'-' | b'0'..=b'9') => Value::Number(self.number()?),
            Some(b't') => self.word("true", Value::Bool(true))?,
            Some(b'f') => self.word("false", Value::Bool(false))?,
            Some(b'n') => self.word("null", Value::Null)?,
            Some(_) => return self.fail("expected a value"),
            None => return self.fail("the document ends where a value is expected"),
        };
        Ok(Node { span: Span::new(start, self.at), value })
    }

    fn nested(&mut self, read: fn(&mut Self) -> Parse<Value>) -> Parse<Value> {
        self.depth += 1;
        if self.depth > self.limits.depth {
            return self.stop(Code::Depth, format!("the document is nested deeper than {} levels", self.limits.depth));
        }
        self.at += 1;
        let value = read(self);
        self.depth -= 1;
        value
    }

    fn array(&mut self) -> Parse<Value> {
        let mut items = Vec::new();
        self.list(b']', |parser| {
            items.push(parser.value()?);
            Ok(())
        })?;
        Ok(Value::Array(items))
    }

    fn object(&mut self) -> Parse<Value> {
        let mut members = Vec::new();
        self.list(b'}', |parser| {
            members.push(parser.member()?);
            Ok(())
        })?;
        self.duplicates(&members);
        Ok(Value::Object(members))
    }

    fn member(&mut self) -> Parse<Member> {
        let start = self.at;
        let key = match self.hole() {
            Some((span, hole)) => {
                self.pass_hole(span);
                Text::from_parts([TextPart::Hole(hole)])
            }
            None if self.peek() == Some(b'"') => self.string()?,
            None => return self.fail("expected a key in double quotes"),
        };
        let key_span = Span::new(start, self.at);
        self.blank();
        if self.hole().is_some() || self.peek() != Some(b':') {
            return self.fail("expected a colon after the key");
        }
        self.at += 1;
        Ok(Member { key_span, key, node: self.value()? })
    }

    /// Reads items separated by commas up to `close`.
    fn list(&mut self, close: u8, mut item: impl FnMut(&mut Self) -> Parse<()>) -> Parse<()> {
        self.blank();
        if self.hole().is_none() && self.peek() == Some(close) {
            self.at += 1;
            return Ok(());
        }
        loop {
            item(self)?;
            self.blank();
            let comma = self.at;
            match self.peek().filter(|_| self.hole().is_none()) {
                Some(b',') => self.at += 1,
                Some(byte) if byte == close => {
                    self.at += 1;
                    return Ok(());
                }
                _ => return self.fail(&format!("expected a comma or `{}`", char::from(close))),
            }
            self.blank();
            if self.hole().is_none() && self.peek() == Some(close) {
                let span = Span::new(comma, comma + 1);
                let message = format!("a comma stands before `{}`", char::from(close));
                self.problems.push(Problem::new(Code::Syntax, span, message).help("remove the comma"));
                self.at += 1;
                return Ok(());
            }
        }
    }

    fn duplicates(&mut self, members: &[Member]) {
        self.problems.extend(repeated(members).into_iter().map(|member| {
            let message = format!("the key `{}` occurs twice in one object", member.key);
            Problem::new(Code::DuplicateKey, member.key_span, message).help("merge the two members into one")
        }));
    }

    fn string(&mut self) -> Parse<Text> {
        self.at += 1;
        let mut known = CompactString::default();
        let mut parts: Vec<TextPart> = Vec::new();
        loop {
            let bytes = &self.text.as_bytes()[self.at..self.next_hole()];
            let plain =
                bytes.iter().position(|&byte| byte == b'"' || byte == b'\\' || byte < 0x20).unwrap_or(bytes.len());
            known.push_str(&self.text[self.at..self.at + plain]);
            self.at += plain;
            if let Some((span, hole)) = self.hole() {
                self.pass_hole(span);
                parts.push(TextPart::Known(std::mem::take(&mut known)));
                parts.push(TextPart::Hole(hole));
                continue;
            }
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    break;
                }
                Some(b'\\') => known.push(self.escape()?),
                Some(_) => return self.fail("a control character stands in a string; escape it"),
                None => return self.fail("a string is not closed"),
            }
        }
        if parts.is_empty() {
            return Ok(Text::known(known));
        }
        parts.push(TextPart::Known(known));
        Ok(Text::from_parts(parts))
    }

    fn escape(&mut self) -> Parse<char> {
        let escaped = self.text.as_bytes().get(self.at + 1).copied();
        let plain = match escaped {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode_escape(),
            _ => return self.fail("an escape that JSON does not have"),
        };
        self.at += 2;
        Ok(plain)
    }

    fn unicode_escape(&mut self) -> Parse<char> {
        let Some(high) = self.code_unit(self.at) else { return self.fail("`\\u` needs four hexadecimal digits") };
        let low = self.code_unit(self.at + 6);
        let pair = [high, low.unwrap_or_default()];
        let decoded = char::decode_utf16(pair).next().and_then(Result::ok);
        match decoded {
            Some(c) => {
                self.at += 6 * c.len_utf16();
                Ok(c)
            }
            None => self.fail("half of a surrogate pair is no character"),
        }
    }

    /// The value of `\uXXXX` at an offset.
    fn code_unit(&self, at: usize) -> Option<u16> {
        let digits = self.text.get(at..at + 6)?.strip_prefix("\\u")?;
        digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| u16::from_str_radix(digits, 16).ok())?
    }

    fn number(&mut self) -> Parse<CompactString> {
        let start = self.at;
        self.at += usize::from(self.peek() == Some(b'-'));
        match self.peek() {
            Some(b'0') => self.at += 1,
            Some(b'1'..=b'9') => self.digits()?,
            _ => return self.fail("a number needs a digit"),
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            self.at += usize::from(matches!(self.peek(), Some(b'+' | b'-')));
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'0'..=b'9')) {
            return self.fail("a number has a leading zero");
        }
        Ok(self.text[start..self.at].into())
    }

    fn digits(&mut self) -> Parse<()> {
        let count = self.text.as_bytes()[self.at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        if count == 0 {
            return self.fail("a number needs a digit");
        }
        self.at += count;
        Ok(())
    }

    fn word(&mut self, word: &str, value: Value) -> Parse<Value> {
        if !self.text[self.at..].starts_with(word) {
            return self.fail("expected a value");
        }
        self.at += word.len();
        Ok(value)
    }

    fn blank(&mut self) {
        let end = self.next_hole();
        while self.at < end && matches!(self.text.as_bytes()[self.at], b' ' | b'\t' | b'\n' | b'\r') {
            self.at += 1;
        }
    }

    /// The byte to read next, unless the text ends.
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// The hole that begins here.
    fn hole(&self) -> Option<(Span, Arc<Hole>)> {
        self.holes.first().filter(|(span, _)| span.start <= self.at).map(|(span, hole)| (*span, Arc::clone(hole)))
    }

    fn next_hole(&self) -> usize {
        self.holes.first().map_or(self.text.len(), |(span, _)| span.start.clamp(self.at, self.text.len()))
    }

    fn pass_hole(&mut self, span: Span) {
        self.at = span.end.clamp(self.at, self.text.len());
        self.holes = &self.holes[1..];
    }

    fn fail<T>(&mut self, message: &str) -> Parse<T> {
        self.stop(Code::Syntax, message.to_owned())
    }

    fn stop<T>(&mut self, code: Code, message: String) -> Parse<T> {
        let width = self.text.get(self.at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        self.problems.push(Problem::new(code, Span::new(self.at, self.at + width), message));
        Err(Stop)
    }
}

/// The first hole that breaks the promises of [`Template::holes`], cut to the text.
fn misplaced(text: &str, holes: &[(Span, Arc<Hole>)]) -> Option<Span> {
    let mut passed = 0;
    let broken = holes.iter().map(|(span, _)| *span).find(|span| {
        let fits = passed <= span.start && span.of(text).is_some();
        passed = span.end;
        !fits
    })?;
    let inside = |at: usize| (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let (start, end) = (inside(broken.start), inside(broken.end));
    Some(Span::new(start.min(end), end.max(start)))
}

/// The members whose key has occurred before. Objects of a policy are small, so comparing pairs is cheapest; sorting bounds
/// the work on others.
fn repeated(members: &[Member]) -> Vec<&Member> {
    if members.len() <= 16 {
        let occurred = |at: usize| members[..at].iter().any(|other| other.key == members[at].key);
        return (1..members.len()).filter(|at| occurred(*at)).map(|at| &members[at]).collect();
    }
    let mut sorted: Vec<&Member> = members.iter().collect();
    sorted.sort_by(|a, b| a.key.cmp(&b.key)); // stable: of equal keys the first in the document stays first
    sorted.windows(2).filter(|pair| pair[0].key == pair[1].key).map(|pair| pair[1]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn printed(text: &str) -> String {
        let (node, problems) = parse(text, Limits::default());
        assert_eq!(problems, [], "{text}");
        node.expect("a tree").to_string()
    }

    #[track_caller]
    fn first_problem(text: &str) -> (Code, String, usize) {
        let (_, problems) = parse(text, Limits::default());
        let problem = problems.first().expect("a problem").clone();
        (problem.code, problem.message, problem.span.start)
    }

    #[test]
    fn values_read_and_print_compactly() {
        for (text, expected) in [
            (" { \"a\" : [ 1 , -2.5e+3 , true , false , null ] } ", r#"{"a":[1,-2.5e+3,true,false,null]}"#),
            (r#""\u0041\n\t\"\\\/\ud801\udc00""#, "\"A\\n\\u0009\\\"\\\\/\u{10400}\""),
            ("{}", "{}"),
            ("[]", "[]"),
            ("0", "0"),
        ] {
            assert_eq!(printed(text), expected);
        }
    }

    #[test]
    fn syntax_errors_say_where() {
        for (text, message, at) in [
            ("", "the document ends where a value is expected", 0),
            ("{\"a\" 1}", "expected a colon after the key", 5),
            ("[1 2]", "expected a comma or `]`", 3),
            ("[1] x", "the document goes on after its end", 4),
            ("{a:1}", "expected a key in double quotes", 1),
            ("\"a", "a string is not closed", 2),
            ("\"a\nb\"", "a control character stands in a string; escape it", 2),
            (r#""\x""#, "an escape that JSON does not have", 1),
            (r#""\u12g4""#, "`\\u` needs four hexadecimal digits", 1),
            (r#""\ud801""#, "half of a surrogate pair is no character", 1),
            (r#""\udc00\ud801""#, "half of a surrogate pair is no character", 1),
            ("01", "a number has a leading zero", 1),
            ("-", "a number needs a digit", 1),
            ("1.", "a number needs a digit", 2),
            ("tru", "expected a value", 0),
            ("\u{feff}{}", "expected a value", 0),
            ("'a'", "expected a value", 0),
        ] {
            assert_eq!(first_problem(text), (Code::Syntax, message.to_owned(), at), "{text}");
        }
    }

    #[test]
    fn a_trailing_comma_is_reported_and_passed_over() {
        let (node, problems) = parse("{\"a\": [1,],}", Limits::default());
        assert_eq!(node.map(|node| node.to_string()).as_deref(), Some(r#"{"a":[1]}"#));
        assert_eq!(
            problems.iter().map(|problem| (problem.code, problem.span)).collect::<Vec<_>>(),
            [(Code::Syntax, Span::new(8, 9)), (Code::Syntax, Span::new(10, 11)),]
        );
    }

    #[test]
    fn duplicate_keys_are_reported_in_small_and_large_objects() {
        let many: String = (0..40).map(|i| format!("\"k{i}\":0,")).collect();
        for text in ["{\"a\":1,\"b\":2,\"\\u0061\":3}".to_owned(), format!("{{{many}\"k7\":1}}")] {
            let (_, problems) = parse(text.as_str(), Limits::default());
            assert_eq!(problems.iter().map(|problem| problem.code).collect::<Vec<_>>(), [Code::DuplicateKey], "{text}");
        }
    }

    #[test]
    fn limits_are_problems() {
        let limits = Limits { bytes: 20, depth: 2, values: 4 };
        for (text, code) in
            [("[[[1]]]", Code::Depth), ("[1,2,3,4,5]", Code::Count), ("\"aaaaaaaaaaaaaaaaaaaaaaaaa\"", Code::Size)]
        {
            let (node, problems) = parse(text, limits);
            assert!(node.is_none());
            assert_eq!(problems.iter().map(|problem| problem.code).collect::<Vec<_>>(), [code], "{text}");
        }
    }

    #[test]
    fn holes_stand_for_text_values_and_keys() {
        let hole = |name: &str| Arc::new(Hole::any(name));
        let text = r#"{"a": "x-?-y", "b": ?, ?: 1, "c": ["?"]}"#;
        let holes: Vec<_> = text
            .match_indices('?')
            .zip(["p", "q", "r", "s"])
            .map(|((at, _), name)| (Span::new(at, at + 1), hole(name)))
            .collect();
        let (node, problems) = parse(Template { text, holes: &holes }, Limits::default());
        assert_eq!(problems, []);
        assert_eq!(node.expect("a tree").to_string(), r#"{"a":"x-${p}-y","b":${q},"${r}":1,"c":["${s}"]}"#);
    }

    #[test]
    fn a_hole_that_does_not_fit_the_text_is_a_problem() {
        let text = "[\"\u{e9}\", 1]"; // the letter takes two bytes
        for spans in
            [vec![(3, 4)], vec![(2, 3)], vec![(8, 99)], vec![(2, 4), (1, 2)], vec![(2, 4), (3, 5)], vec![(4, 2)]]
        {
            let holes: Vec<_> =
                spans.iter().map(|&(start, end)| (Span::new(start, end), Arc::new(Hole::any("h")))).collect();
            let (node, problems) = parse(Template { text, holes: &holes }, Limits::default());
            assert!(node.is_none(), "{spans:?}");
            assert_eq!(problems.len(), 1, "{spans:?}");
            assert!(problems[0].span.of(text).is_some(), "{spans:?}");
        }
    }

    #[test]
    fn a_hole_in_the_wrong_place_is_a_syntax_error() {
        for text in ["[1 ?]", "{\"a\"? 1}", "? ?", "{\"a\": 1 ?}"] {
            let holes: Vec<_> =
                text.match_indices('?').map(|(at, _)| (Span::new(at, at + 1), Arc::new(Hole::any("h")))).collect();
            let (node, problems) = parse(Template { text, holes: &holes }, Limits::default());
            assert!(node.is_none(), "{text}");
            assert_eq!(problems.len(), 1, "{text}");
        }
    }
}
