//! Values of the evaluator: Terraform's, partly unknown, each with the place where it was written.

use std::fmt;
use std::rc::Rc;
use std::sync::Arc;

use compact_str::CompactString;
use mediastore_policy::json::{self, Member, Node};
use mediastore_policy::span::Span;
use mediastore_policy::text::{CharClass, Hole, Text, TextPart};

use super::number::Number;
use crate::words::{Piece, Words};

/// A value and where it was written.
#[derive(Debug, Clone)]
pub(super) struct Value {
    pub(super) span: Span,
    pub(super) data: Data,
    /// The resource whose name this is.
    pub(super) names: Option<Rc<Handle>>,
}

/// What a value is.
#[derive(Debug, Clone)]
pub(super) enum Data {
    Null,
    Bool(bool),
    Number(Number),
    Text(Rc<Words>),
    /// A string that is the JSON of a value. The value is kept, so that its places survive.
    Encoded(Rc<Encoded>),
    Sequence(Rc<Sequence>),
    Mapping(Rc<Mapping>),
    /// An instance of a resource or a data source; its attributes are evaluated when asked for.
    Resource(Rc<Handle>),
    /// An instance of a module, likewise.
    Module(usize),
    /// A resource or module whose `count` or `for_each` is unknown: any key leads to an instance.
    Open(Rc<Handle>),
    Unknown(Arc<Hole>),
    /// In a sequence only: an unknown number of unknown values.
    Rest(Arc<Hole>),
}

/// A value in its JSON form.
#[derive(Debug)]
pub(super) struct Encoded {
    pub(super) value: Value,
    pub(super) layout: Layout,
}

/// How JSON is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// On one line, with `<`, `>` and `&` escaped, as `jsonencode` does.
    Compact,
    /// On one line, as it is.
    Plain,
    /// Indented by two spaces, as `aws_iam_policy_document` does.
    Indented,
    /// In an unknown order, so that only the value is known and nothing of the text.
    Unknown,
}

/// Which collection a sequence is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    Tuple,
    List,
    Set,
}

/// Values in order.
#[derive(Debug, Clone)]
pub(super) struct Sequence {
    pub(super) sort: Sort,
    pub(super) items: Vec<Value>,
    /// Whether it was spelled out in the source, so that an edit there is an edit of the value.
    pub(super) spelled: bool,
    depth: usize,
    size: usize,
}

/// Values by name.
#[derive(Debug, Clone, Default)]
pub(super) struct Mapping {
    /// Whether all values have one type.
    pub(super) map: bool,
    /// Each key once.
    pub(super) entries: Vec<Entry>,
    /// Whether the entries are in the order of their keys.
    pub(super) sorted: bool,
    /// Members whose keys are partly unknown.
    pub(super) open: Vec<(Value, Value)>,
    /// Keys set more than once, which Terraform takes without a word: the last wins.
    pub(super) repeated: Vec<(CompactString, Span)>,
    pub(super) spelled: bool,
    /// Both are set when it becomes a value.
    pub(super) depth: usize,
    pub(super) size: usize,
}

/// A member of a mapping.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) key: CompactString,
    pub(super) key_span: Span,
    pub(super) value: Value,
}

/// An instance of a resource, data source or module call.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Handle {
    /// The module instance that declares it.
    pub(super) module: usize,
    /// What is declared.
    pub(super) declared: Declared,
    pub(super) key: InstanceKey,
}

/// A declaration by its number in the directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Declared {
    Resource(usize),
    Call(usize),
}

/// Which instance.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum InstanceKey {
    /// The only one.
    None,
    /// Of `count`.
    Index(usize),
    /// Of `for_each`.
    Name(CompactString),
    /// Of a `count` or `for_each` that is not known.
    Open,
}

impl fmt::Display for InstanceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => Ok(()),
            Self::Index(index) => write!(f, "[{index}]"),
            Self::Name(name) => write!(f, "[{name:?}]"),
            Self::Open => f.write_str("[each.key]"),
        }
    }
}

impl Value {
    pub(super) fn new(data: Data, span: Span) -> Self {
        Self { span, data, names: None }
    }

    pub(super) fn text(text: impl Into<CompactString>, span: Span) -> Self {
        Self::new(Data::Text(Rc::new(Words::made(text, span))), span)
    }

    pub(super) fn words(words: Words, span: Span) -> Self {
        Self::new(Data::Text(Rc::new(words)), span)
    }

    pub(super) fn unknown(hole: Hole, span: Span) -> Self {
        Self::new(Data::Unknown(Arc::new(hole)), span)
    }

    pub(super) fn sequence(sort: Sort, items: Vec<Value>, span: Span) -> Self {
        Self::spelled_sequence(sort, items, false, span)
    }

    /// A sequence that may be spelled out in the source.
    pub(super) fn spelled_sequence(sort: Sort, items: Vec<Value>, spelled: bool, span: Span) -> Self {
        let depth = items.iter().map(Self::depth).max().unwrap_or(0) + 1;
        let size = items.iter().fold(1, |size: usize, item| size.saturating_add(item.size()));
        Self::new(Data::Sequence(Rc::new(Sequence { sort, items, spelled, depth, size })), span)
    }

    pub(super) fn mapping(mut mapping: Mapping, span: Span) -> Self {
        let values =
            || mapping.entries.iter().map(|entry| &entry.value).chain(mapping.open.iter().map(|(_, value)| value));
        let depth = values().map(Self::depth).max().unwrap_or(0) + 1;
        let size = values().fold(1, |size: usize, value| size.saturating_add(value.size()));
        (mapping.depth, mapping.size) = (depth, size);
        Self::new(Data::Mapping(Rc::new(mapping)), span)
    }

    pub(super) fn null(span: Span) -> Self {
        Self::new(Data::Null, span)
    }

    /// Lists and objects inside one another.
    pub(super) fn depth(&self) -> usize {
        match &self.data {
            Data::Sequence(sequence) => sequence.depth,
            Data::Mapping(mapping) => mapping.depth,
            Data::Encoded(encoded) => encoded.value.depth(),
            _ => 0,
        }
    }

    /// How much it is if everything in it is written out. Parts are shared, so that it may be far more than was ever made.
    pub(super) fn size(&self) -> usize {
        match &self.data {
            Data::Sequence(sequence) => sequence.size,
            Data::Mapping(mapping) => mapping.size,
            // Each level of text in text can double the backslashes.
            Data::Encoded(encoded) => encoded.value.size().saturating_mul(2),
            Data::Text(words) => 1 + words.cost(),
            _ => 1,
        }
    }

    /// The same value, written elsewhere.
    pub(super) fn at(mut self, span: Span) -> Self {
        self.span = span;
        self
    }

    /// The same value; one of which nothing is known is shown here, where it is used.
    pub(super) fn used_at(self, span: Span) -> Self {
        let hole = match &self.data {
            Data::Unknown(_) | Data::Open(_) => return self.at(span),
            Data::Text(words) => match words.pieces() {
                [Piece { part: TextPart::Hole(hole), .. }] => Arc::clone(hole),
                _ => return self,
            },
            _ => return self,
        };
        Self { data: Data::Text(Rc::new(Words::hole(hole, span))), span, names: self.names }
    }

    pub(super) fn is_null(&self) -> bool {
        matches!(self.data, Data::Null)
    }

    /// Whether not even the shape is known.
    pub(super) fn is_unknown(&self) -> bool {
        matches!(self.data, Data::Unknown(_) | Data::Rest(_) | Data::Open(_))
    }

    /// Whether nothing in it is unknown.
    pub(super) fn is_known(&self) -> bool {
        match &self.data {
            Data::Null | Data::Bool(_) | Data::Number(_) => true,
            Data::Text(words) => words.pieces().iter().all(|piece| piece.known().is_some()),
            Data::Encoded(encoded) => encoded.value.is_known(),
            Data::Sequence(sequence) => sequence.items.iter().all(Self::is_known),
            Data::Mapping(mapping) => {
                mapping.open.is_empty() && mapping.entries.iter().all(|entry| entry.value.is_known())
            }
            Data::Resource(_) | Data::Module(_) | Data::Open(_) | Data::Unknown(_) | Data::Rest(_) => false,
        }
    }

    /// What kind of value this is, for messages.
    pub(super) fn kind(&self) -> &'static str {
        match &self.data {
            Data::Null => "null",
            Data::Bool(_) => "a boolean",
            Data::Number(_) => "a number",
            Data::Text(_) | Data::Encoded(_) => "a string",
            Data::Sequence(sequence) => match sequence.sort {
                Sort::Tuple => "a tuple",
                Sort::List => "a list",
                Sort::Set => "a set",
            },
            Data::Mapping(mapping) => match mapping.map {
                true => "a map",
                false => "an object",
            },
            Data::Resource(_) | Data::Module(_) => "an object",
            Data::Open(_) | Data::Unknown(_) | Data::Rest(_) => "an unknown value",
        }
    }

    /// As a string, as Terraform converts primitive values. Nothing for what is no primitive value.
    pub(super) fn to_words(&self) -> Option<Words> {
        match &self.data {
            Data::Text(words) => Some(Words::clone(words)),
            Data::Encoded(encoded) => Some(encode(&encoded.value, encoded.layout)),
            Data::Bool(value) => Some(Words::made(if *value { "true" } else { "false" }, self.span)),
            Data::Number(number) => Some(Words::made(compact_str::format_compact!("{number}"), self.span)),
            Data::Unknown(hole) => Some(Words::hole(Arc::clone(hole), self.span)),
            _ => None,
        }
    }

    /// The known text of a primitive value.
    pub(super) fn to_known_text(&self) -> Option<String> {
        self.to_words().and_then(|words| words.known())
    }

    /// The value as a node of a document.
    pub(super) fn node(&self) -> Node {
        let value = match &self.data {
            Data::Null => json::Value::Null,
            Data::Bool(value) => json::Value::Bool(*value),
            Data::Number(number) => json::Value::Number(compact_str::format_compact!("{number}")),
            Data::Text(words) => json::Value::String(words.text()),
            Data::Encoded(_) => json::Value::String(self.to_words().unwrap_or_default().text()),
            Data::Sequence(sequence) => array(&sequence.items),
            Data::Mapping(mapping) => {
                let member = |key: Text, key_span: Span, node: Node| Member { key_span, key, node };
                let known = mapping.entries.iter();
                let known = known.map(|it| member(Text::known(it.key.clone()), it.key_span, it.value.node()));
                let open = mapping.open.iter().map(|(key, value)| {
                    let text = key.to_words().unwrap_or_default().text();
                    member(text, key.span, value.node())
                });
                json::Value::Object(known.chain(open).collect())
            }
            Data::Unknown(hole) | Data::Rest(hole) => json::Value::Unknown(Arc::clone(hole)),
            Data::Resource(_) | Data::Module(_) | Data::Open(_) => {
                json::Value::Unknown(Arc::new(Hole::any(self.to_string())))
            }
        };
        Node { span: self.span, value }
    }

    /// Whether every object and list in it was spelled out in the source.
    pub(super) fn is_spelled(&self) -> bool {
        match &self.data {
            Data::Sequence(sequence) => sequence.spelled && sequence.items.iter().all(Self::is_spelled),
            Data::Mapping(mapping) => mapping.spelled && mapping.entries.iter().all(|entry| entry.value.is_spelled()),
            _ => true,
        }
    }
}

/// A list of a document. Where an unknown number of values is in it, so is the whole, except that whole statements and rules can be unknown
/// one by one.
fn array(items: &[Value]) -> json::Value {
    let rest = items.iter().find_map(|item| match &item.data {
        Data::Rest(hole) => Some(hole),
        _ => None,
    });
    let objects = items.iter().all(|item| matches!(item.data, Data::Mapping(_) | Data::Rest(_) | Data::Unknown(_)));
    match rest {
        Some(hole) if !objects => json::Value::Unknown(Arc::clone(hole)),
        _ => json::Value::Array(items.iter().map(Value::node).collect()),
    }
}

/// Short text for names of holes: known values as they would be written, unknown ones by name.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.data {
            Data::Null => f.write_str("null"),
            Data::Bool(value) => write!(f, "{value}"),
            Data::Number(number) => write!(f, "{number}"),
            Data::Text(words) => match words.pieces() {
                [Piece { part: TextPart::Hole(hole), .. }] => f.write_str(&hole.name),
                _ => write!(f, "\"{words}\""),
            },
            Data::Encoded(encoded) => write!(f, "jsonencode({})", encoded.value),
            Data::Sequence(sequence) => {
                f.write_str("[")?;
                for (at, item) in sequence.items.iter().enumerate() {
                    write!(f, "{}{item}", if at > 0 { ", " } else { "" })?;
                }
                f.write_str("]")
            }
            Data::Mapping(mapping) => {
                f.write_str("{")?;
                for (at, entry) in mapping.entries.iter().enumerate() {
                    write!(f, "{}{} = {}", if at > 0 { ", " } else { "" }, entry.key, entry.value)?;
                }
                f.write_str("}")
            }
            Data::Resource(handle) | Data::Open(handle) => {
                write!(f, "{}#{:?}{}", handle.module, handle.declared, handle.key)
            }
            Data::Module(instance) => write!(f, "module#{instance}"),
            Data::Unknown(hole) | Data::Rest(hole) => f.write_str(&hole.name),
        }
    }
}

impl Mapping {
    /// From members in any order; of equal keys the last wins.
    pub(super) fn from_entries(mut entries: Vec<Entry>) -> Self {
        entries.sort_by(|a, b| a.key.cmp(&b.key)); // stable: the last written is the last of its equals
        let mut kept: Vec<Entry> = Vec::with_capacity(entries.len());
        let mut repeated = Vec::new();
        for entry in entries {
            match kept.last_mut().filter(|last| last.key == entry.key) {
                Some(last) => {
                    repeated.push((entry.key.clone(), entry.key_span));
                    *last = entry;
                }
                None => kept.push(entry),
            }
        }
        Self { entries: kept, sorted: true, repeated, ..Self::default() }
    }

    /// The value of a key.
    pub(super) fn get(&self, key: &str) -> Option<&Value> {
        let at = match self.sorted {
            true => self.entries.binary_search_by(|entry| entry.key.as_str().cmp(key)).ok()?,
            false => self.entries.iter().position(|entry| entry.key == key)?,
        };
        Some(&self.entries[at].value)
    }

    /// Whether a key that is not known may turn out to be this one, and its value the one that counts.
    pub(super) fn may_be_repeated(&self, key: &str) -> bool {
        let key = Text::known(key);
        self.open.iter().any(|(open, _)| open.to_words().is_none_or(|words| !words.text().differs(&key)))
    }
}

impl Sequence {
    /// Whether an unknown number of values is in it.
    pub(super) fn is_open(&self) -> bool {
        self.items.iter().any(|item| matches!(item.data, Data::Rest(_)))
    }
}

/// A value as JSON text, every part at the place of the value it was made from.
pub(super) fn encode(value: &Value, layout: Layout) -> Words {
    if layout == Layout::Unknown {
        return Words::hole(Arc::new(hole_of(format_args!("the text of {value}"), CharClass::Any)), value.span);
    }
    let mut encoder = Encoder { words: Words::default(), layout };
    encoder.value(value, 0);
    encoder.words
}

struct Encoder {
    words: Words,
    layout: Layout,
}

impl Encoder {
    fn push(&mut self, text: &str, span: Span) {
        self.words.push(Piece::made(text, span));
    }

    fn line(&mut self, depth: usize, span: Span) {
        if self.layout == Layout::Indented {
            self.push(&format!("\n{}", "  ".repeat(depth)), span);
        }
    }

    fn value(&mut self, value: &Value, depth: usize) {
        let span = value.span;
        match &value.data {
            Data::Null => self.push("null", span),
            Data::Bool(value) => self.push(if *value { "true" } else { "false" }, span),
            Data::Number(number) => self.push(&number.to_string(), span),
            Data::Text(_) | Data::Encoded(_) => self.string(&value.to_words().unwrap_or_default(), span),
            Data::Sequence(sequence) => {
                self.push("[", span);
                for (at, item) in sequence.items.iter().enumerate() {
                    if at > 0 {
                        self.push(",", item.span);
                    }
                    self.line(depth + 1, item.span);
                    self.value(item, depth + 1);
                }
                if !sequence.items.is_empty() {
                    self.line(depth, span);
                }
                self.push("]", span);
            }
            Data::Mapping(mapping) => {
                let colon = if self.layout == Layout::Indented { ": " } else { ":" };
                self.push("{", span);
                for (at, entry) in mapping.entries.iter().enumerate() {
                    if at > 0 {
                        self.push(",", entry.key_span);
                    }
                    self.line(depth + 1, entry.key_span);
                    self.string(&Words::made(entry.key.clone(), entry.key_span), entry.key_span);
                    self.push(colon, entry.key_span);
                    self.value(&entry.value, depth + 1);
                }
                for (at, (key, value)) in mapping.open.iter().enumerate() {
                    if at > 0 || !mapping.entries.is_empty() {
                        self.push(",", key.span);
                    }
                    self.line(depth + 1, key.span);
                    self.string(&key.to_words().unwrap_or_default(), key.span);
                    self.push(colon, key.span);
                    self.value(value, depth + 1);
                }
                if !mapping.entries.is_empty() || !mapping.open.is_empty() {
                    self.line(depth, span);
                }
                self.push("}", span);
            }
            Data::Unknown(hole) | Data::Rest(hole) => self.words.push(Piece::hole(Arc::clone(hole), span)),
            Data::Resource(_) | Data::Module(_) | Data::Open(_) => {
                self.words.push(Piece::hole(Arc::new(Hole::any(value.to_string())), span));
            }
        }
    }

    fn string(&mut self, words: &Words, span: Span) {
        self.push("\"", span);
        for piece in words.pieces() {
            match &piece.part {
                TextPart::Known(text) => self.push(&self.escaped(text), piece.span),
                TextPart::Hole(hole) => self.words.push(Piece::hole(Arc::clone(hole), piece.span)),
            }
        }
        self.push("\"", span);
    }

    fn escaped(&self, text: &str) -> String {
        let mut escaped = String::with_capacity(text.len());
        for c in text.chars() {
            match c {
                '"' => escaped.push_str("\\\""),
                '\\' => escaped.push_str("\\\\"),
                '\n' => escaped.push_str("\\n"),
                '\r' => escaped.push_str("\\r"),
                '\t' => escaped.push_str("\\t"),
                '<' | '>' | '&' | '\u{2028}' | '\u{2029}' if self.layout == Layout::Compact => {
                    escaped.push_str(&format!("\\u{:04x}", u32::from(c)));
                }
                c if u32::from(c) < 0x20 => escaped.push_str(&format!("\\u{:04x}", u32::from(c))),
                c => escaped.push(c),
            }
        }
        escaped
    }
}

/// A hole for the result of something done to values, named so that the same done to the same has the same name.
pub(super) fn hole_of(name: impl fmt::Display, class: CharClass) -> Hole {
    let mut name = name.to_string();
    if name.len() > 200 {
        // Names are for people, but must stay different for different values.
        let cut = (0..=160).rev().find(|at| name.is_char_boundary(*at)).unwrap_or(0);
        let mark = mark_of(&name);
        name.truncate(cut);
        name.push_str(&format!("… #{mark:016x}"));
    }
    Hole { name, class, length: None }
}

/// A number that is the same for the same text.
fn mark_of(text: &str) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}
