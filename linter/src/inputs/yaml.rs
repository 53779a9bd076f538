//! YAML as the tree that JSON gives: for templates, so with CloudFormation's short tags spelled out (`!Ref x` is `{"Ref": "x"}`).
//!
//! Built from events on a stack of its own, with bounds on depth and on the number of values, so that neither deep nesting nor aliases
//! of aliases hurt. What a template means is `cloudformation`'s.

use std::collections::{BTreeMap, HashMap, HashSet};

use mediastore_policy::json::{Limits, Member, Node, Value};
use mediastore_policy::span::Span;
use mediastore_policy::text::Text;
use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, StrInput, Tag};

use super::spelling::Style;

/// A document, and how its scalars are written.
#[derive(Debug)]
pub(crate) struct Yaml {
    /// The tree; of several documents in one text the first.
    pub(crate) root: Node,
    /// The styles of the scalars that are not plain, by the offset of their place.
    pub(super) styles: HashMap<usize, Style>,
}

/// Why a text is no YAML, and where.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct YamlError {
    pub(crate) message: String,
    pub(super) span: Span,
}

/// Reads the first document of a text. Places are offsets into the text.
pub(crate) fn parse(text: &str, limits: Limits) -> Result<Yaml, YamlError> {
    if text.len() > limits.bytes {
        let message = format!("the document has {} bytes, more than the {} that are read", text.len(), limits.bytes);
        return Err(YamlError { message, span: Span::default() });
    }
    let mut reader = Reader {
        text,
        offsets: Offsets::of(text),
        limits,
        values: 0,
        anchors: BTreeMap::new(),
        stack: Vec::new(),
        styles: HashMap::new(),
    };
    let mut events: Parser<'_, StrInput<'_>> = Parser::new_from_str(text);
    while let Some(event) = events.next_event() {
        let (event, span) = event.map_err(|error| reader.scan_error(&error))?;
        let span = Span::new(reader.offsets.byte(span.start.index()), reader.offsets.byte(span.end.index()));
        if let Some(root) = reader.event(event, span)? {
            return Ok(Yaml { root, styles: reader.styles });
        }
    }
    Ok(Yaml { root: Node::new(Value::Null), styles: reader.styles })
}

/// From the parser's count of characters to bytes. Text without other characters than ASCII needs no table.
struct Offsets(Option<Vec<usize>>, usize);

impl Offsets {
    fn of(text: &str) -> Self {
        let table = (!text.is_ascii()).then(|| text.char_indices().map(|(at, _)| at).collect());
        Self(table, text.len())
    }

    fn byte(&self, index: usize) -> usize {
        match &self.0 {
            None => index.min(self.1),
            Some(table) => table.get(index).copied().unwrap_or(self.1),
        }
    }
}

/// A list or an object that is not yet closed.
struct Open {
    start: usize,
    anchor: usize,
    tag: Option<(String, Span)>,
    what: Collection,
}

enum Collection {
    List(Vec<Node>),
    /// The members, and the key that waits for its value.
    Object(Vec<Member>, Option<Node>),
}

struct Reader<'a> {
    text: &'a str,
    offsets: Offsets,
    limits: Limits,
    values: usize,
    anchors: BTreeMap<usize, (Node, Measure)>,
    stack: Vec<Open>,
    styles: HashMap<usize, Style>,
}

impl Reader<'_> {
    /// Takes an event; the root, once it is whole.
    fn event(&mut self, event: Event<'_>, span: Span) -> Result<Option<Node>, YamlError> {
        match event {
            Event::Scalar(value, style, anchor, tag) => {
                self.count(1, span)?;
                let (tag, rest) = self.properties(tag.as_deref(), span);
                let node = self.scalar(&value, style, tag.is_some(), rest);
                self.finish(tagged(tag, node), anchor)
            }
            Event::Alias(anchor) => {
                let Some((node, measure)) = self.anchors.get(&anchor) else {
                    return Err(YamlError { message: "an alias stands inside its own anchor".to_owned(), span });
                };
                let (node, measure) = (node.clone(), *measure);
                self.count(measure.values, span)?;
                self.check_depth(measure.depth, span)?;
                self.finish(node, 0)
            }
            Event::SequenceStart(anchor, tag) => self.open(anchor, tag.as_deref(), span, Collection::List(Vec::new())),
            Event::MappingStart(anchor, tag) => {
                self.open(anchor, tag.as_deref(), span, Collection::Object(Vec::new(), None))
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(Open { start, anchor, tag, what }) = self.stack.pop() else { return Ok(None) };
                let value = match what {
                    Collection::List(items) => Value::Array(items),
                    Collection::Object(members, _) => Value::Object(members),
                };
                // The end of a block is where the next thing starts; what lies between is not part of it.
                let is_flow = self.text[start..].starts_with(['{', '[']);
                let end = if is_flow { span.start + 1 } else { last_end(&value).unwrap_or(start) };
                let value = match value {
                    Value::Object(members) => Value::Object(merged(members)),
                    list => list,
                };
                self.finish(tagged(tag, Node { span: Span::new(start, end.max(start)), value }), anchor)
            }
            _ => Ok(None),
        }
    }

    fn open(
        &mut self,
        anchor: usize,
        tag: Option<&Tag>,
        span: Span,
        what: Collection,
    ) -> Result<Option<Node>, YamlError> {
        self.count(1, span)?;
        self.check_depth(1, span)?;
        let (tag, rest) = self.properties(tag, span);
        // Properties may stand on a line of their own, before the collection they belong to.
        self.stack.push(Open { start: rest.start, anchor, tag, what });
        Ok(None)
    }

    fn finish(&mut self, node: Node, anchor: usize) -> Result<Option<Node>, YamlError> {
        if anchor > 0 {
            self.anchors.insert(anchor, (node.clone(), Measure::of(&node)));
        }
        match self.stack.last_mut().map(|open| &mut open.what) {
            None => return Ok(Some(node)),
            Some(Collection::List(items)) => items.push(node),
            Some(Collection::Object(members, waiting)) => match waiting.take() {
                None => *waiting = Some(node),
                Some(key) => {
                    let text = match key.value {
                        Value::String(text) => text,
                        _ => Text::known(self.text.get(key.span.start..key.span.end).unwrap_or_default()),
                    };
                    members.push(Member { key_span: key.span, key: text, node });
                }
            },
        }
        Ok(None)
    }

    fn count(&mut self, more: usize, span: Span) -> Result<(), YamlError> {
        self.values = self.values.saturating_add(more);
        if self.values <= self.limits.values {
            return Ok(());
        }
        let message = format!("the document has more than {} values, aliases written out", self.limits.values);
        Err(YamlError { message, span })
    }

    fn check_depth(&self, more: usize, span: Span) -> Result<(), YamlError> {
        if self.stack.len() + more <= self.limits.depth {
            return Ok(());
        }
        let message = format!("the document is nested deeper than {} levels", self.limits.depth);
        Err(YamlError { message, span })
    }

    /// Parts the tag and the anchor from the value. A tag of YAML itself (`!!str`) says nothing that matters here.
    fn properties(&self, tag: Option<&Tag>, span: Span) -> (Option<(String, Span)>, Span) {
        let mut start = span.start;
        let mut tag_span = Span::new(start, start);
        loop {
            let rest = self.text.get(start..span.end).unwrap_or_default();
            if !rest.starts_with(['!', '&']) {
                break;
            }
            let length = rest.find(char::is_whitespace).unwrap_or(rest.len());
            if rest.starts_with('!') {
                tag_span = Span::new(start, start + length);
            }
            start += length;
            start += self.text[start..span.end].len() - self.text[start..span.end].trim_start().len();
        }
        let name = tag.filter(|tag| tag.handle == "!").map(|tag| (tag.suffix.clone(), tag_span));
        (name, Span::new(start, span.end))
    }

    fn scalar(&mut self, value: &str, style: ScalarStyle, is_tagged: bool, rest: Span) -> Node {
        let source = self.text.get(rest.start..rest.end).unwrap_or_default();
        let trimmed = Span::new(rest.start, rest.start + source.trim_end().len());
        let (span, style) = match style {
            ScalarStyle::Plain => (trimmed, None),
            ScalarStyle::SingleQuoted => (quoted(rest, source, '\''), Some(Style::SingleQuoted)),
            ScalarStyle::DoubleQuoted => (quoted(rest, source, '"'), Some(Style::Escaped)),
            ScalarStyle::Literal | ScalarStyle::Folded => {
                // With properties before it the place begins at the header, otherwise at the text.
                let header = match source.starts_with(['|', '>']) && is_tagged {
                    true => source.find('\n').map_or(source.len(), |at| at + 1),
                    false => 0,
                };
                let blank = source[header..].len() - source[header..].trim_start().len();
                let start = rest.start + header + blank;
                let line = self.text[..start].rfind('\n').map_or(0, |at| at + 1);
                let end = rest.start + source.trim_end().len();
                (Span::new(start, end.max(start)), Some(Style::Block(self.text[line..start].chars().count())))
            }
        };
        let is_plain = style.is_none();
        if let Some(style) = style {
            self.styles.insert(span.start, style);
        }
        let value = match value {
            _ if !is_plain || is_tagged => Value::String(Text::known(value)),
            "" | "~" | "null" | "Null" | "NULL" => Value::Null,
            "true" | "True" | "TRUE" => Value::Bool(true),
            "false" | "False" | "FALSE" => Value::Bool(false),
            number if is_number(number) => Value::Number(number.into()),
            text => Value::String(Text::known(text)),
        };
        Node { span, value }
    }

    fn scan_error(&self, error: &ScanError) -> YamlError {
        let at = self.offsets.byte(error.marker().index());
        YamlError { message: error.info().to_owned(), span: Span::new(at, at) }
    }
}

/// The place of a scalar in quotes, without what the parser counts to it behind the closing one.
fn quoted(rest: Span, source: &str, quote: char) -> Span {
    let mut chars = source.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' if quote == '"' => _ = chars.next(),
            _ if c == quote && quote == '\'' && chars.peek().is_some_and(|(_, next)| *next == quote) => {
                _ = chars.next();
            }
            _ if c == quote => return Span::new(rest.start, rest.start + at + 1),
            _ => {}
        }
    }
    rest
}

/// A number as JSON writes it; other spellings stay text, as templates want it.
fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    digits.starts_with(|c: char| c.is_ascii_digit()) && serde_json::from_str::<serde_json::Number>(text).is_ok()
}

/// Where the last thing in a collection ends. An alias has the place of what it stands for, but its key is here.
fn last_end(value: &Value) -> Option<usize> {
    match value {
        Value::Array(items) => items.iter().map(|item| item.span.end).max(),
        Value::Object(members) => members.iter().map(|member| member.node.span.end.max(member.key_span.end)).max(),
        _ => None,
    }
}

/// `!Ref x` as `{"Ref": x}`, and `!Sub x` as `{"Fn::Sub": x}`.
fn tagged(tag: Option<(String, Span)>, mut node: Node) -> Node {
    let Some((name, key_span)) = tag else { return node };
    let key = match name.as_str() {
        "Ref" | "Condition" => name,
        _ => format!("Fn::{name}"),
    };
    // `!GetAtt a.b` is a list in its long form.
    if key == "Fn::GetAtt"
        && let Value::String(text) = &node.value
        && let Some((resource, attribute)) = text.as_known().and_then(|text| text.split_once('.'))
    {
        let part = |text: &str| Node { span: node.span, value: Value::String(Text::known(text)) };
        node = Node { span: node.span, value: Value::Array(vec![part(resource), part(attribute)]) };
    }
    let span = key_span.to(node.span);
    Node { span, value: Value::Object(vec![Member { key_span, key: Text::known(key), node }]) }
}

/// The members with those of merge keys (`<<`) put in, which never replace what is written out.
fn merged(members: Vec<Member>) -> Vec<Member> {
    if !members.iter().any(|member| member.key.as_known() == Some("<<")) {
        return members;
    }
    let (merges, mut own): (Vec<_>, Vec<_>) =
        members.into_iter().partition(|member| member.key.as_known() == Some("<<"));
    let mut taken: HashSet<Text> = own.iter().map(|member| member.key.clone()).collect();
    for merge in merges {
        let sources = match merge.node.value {
            Value::Array(items) => items,
            _ => vec![merge.node],
        };
        for source in sources {
            let Value::Object(inherited) = source.value else { continue };
            for member in inherited {
                if taken.insert(member.key.clone()) {
                    own.push(member);
                }
            }
        }
    }
    own
}

/// How large a tree is, for what an alias costs.
#[derive(Clone, Copy)]
struct Measure {
    values: usize,
    depth: usize,
}

impl Measure {
    fn of(node: &Node) -> Self {
        let children: Vec<Self> = match &node.value {
            Value::Array(items) => items.iter().map(Self::of).collect(),
            Value::Object(members) => members.iter().map(|member| Self::of(&member.node)).collect(),
            _ => return Self { values: 1, depth: 0 },
        };
        Self {
            values: 1 + children.iter().map(|child| child.values).sum::<usize>(),
            depth: 1 + children.iter().map(|child| child.depth).max().unwrap_or(0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits { bytes: 1 << 16, depth: 16, values: 1000 };

    #[test]
    fn yaml_reads_as_json_does() {
        let cases = [
            ("a: 1\nb: [x, 'y', \"z\"]\n", r#"{"a":1,"b":["x","y","z"]}"#),
            (
                "a: 2012-10-17\nb: yes\nc: true\nd:\ne: 0777\nf: 1.5\n",
                r#"{"a":"2012-10-17","b":"yes","c":true,"d":null,"e":"0777","f":1.5}"#,
            ),
            (
                "a: !Ref x\nb: !GetAtt r.b.c\nc: !Sub ['${x}', {x: !Ref y}]\n",
                r#"{"a":{"Ref":"x"},"b":{"Fn::GetAtt":["r","b.c"]},"c":{"Fn::Sub":["${x}",{"x":{"Ref":"y"}}]}}"#,
            ),
            (
                "a: &x {k: 1, l: 2}\nb:\n  <<: *x\n  k: 3\nc: *x\n",
                r#"{"a":{"k":1,"l":2},"b":{"k":3,"l":2},"c":{"k":1,"l":2}}"#,
            ),
            ("a: |\n  x\n   y\nb: >-\n  x\n  y\n", r#"{"a":"x\n y\n","b":"x y"}"#),
            ("a: !!str 1\n1: x\n", r#"{"a":1,"1":"x"}"#),
            ("", "null"),
            ("a: 1\n---\nb: 2\n", r#"{"a":1}"#),
        ];
        for (text, expected) in cases {
            assert_eq!(parse(text, LIMITS).expect("YAML").root.to_string(), expected, "{text}");
        }
    }

    #[test]
    fn places_are_those_of_the_values() {
        let text = "# \u{e9}\na:\n  b: !Sub |\n    x: ${y}\n\n  # c\nd: &q\n  e: 'f' # 'g'\ng: >\n  h\n";
        let yaml = parse(text, LIMITS).expect("YAML");
        let mut found = Vec::new();
        fn collect<'a>(node: &Node, text: &'a str, found: &mut Vec<&'a str>) {
            found.push(node.span.of(text).expect("a place"));
            if let Value::Object(members) = &node.value {
                members.iter().for_each(|member| collect(&member.node, text, found));
            }
        }
        collect(&yaml.root, text, &mut found);
        assert_eq!(found[1..], ["b: !Sub |\n    x: ${y}", "!Sub |\n    x: ${y}", "x: ${y}", "e: 'f'", "'f'", "h"]);
    }

    #[test]
    fn deep_nesting_and_bombs_are_errors() {
        let deep = "[".repeat(40) + &"]".repeat(40);
        let bomb: String = (1..12).fold("a0: &a0 [x,x]\n".to_owned(), |text, level| {
            let before = level - 1;
            text + &format!("a{level}: &a{level} [*a{before},*a{before},*a{before},*a{before}]\n")
        });
        let cases = [
            (deep.as_str(), "the document is nested deeper than 16 levels"),
            (bomb.as_str(), "the document has more than 1000 values, aliases written out"),
            ("a: &a [*a]", "an alias stands inside its own anchor"),
            ("a: [1", "while parsing a flow sequence, expected ',' or ']'"),
        ];
        for (text, expected) in cases {
            assert_eq!(parse(text, LIMITS).expect_err("an error").message, expected);
        }
    }
}
