//! Encodings. JSON is kept as the value it is the text of, so that the places of a document survive `jsonencode`.

use std::rc::Rc;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use mediastore_policy::json::{self, Limits, Node};
use mediastore_policy::span::Span;
use mediastore_policy::text::{CharClass, TextRef};

use super::super::evaluate::{Eval, Failure, LONGEST_TEXT};
use super::super::number::Number;
use super::super::value::{Data, Encoded, Entry, Layout, Mapping, Sort, Value, hole_of};
use super::{Answer, Arguments, Function, function, yaml};
use crate::inputs::yaml as reader;
use crate::words::{Piece, Words};

pub(super) const FUNCTIONS: &[Function] = &[
    function("base64decode", 1, 1, base64decode),
    function("base64encode", 1, 1, |a| known(a, |text| STANDARD.encode(text))).class(CharClass::Plain),
    function("csvdecode", 1, 1, csvdecode),
    function("jsondecode", 1, 1, jsondecode),
    function("jsonencode", 1, 1, jsonencode),
    function("textdecodebase64", 2, 2, |_| Ok(None)),
    function("textencodebase64", 2, 2, |_| Ok(None)).class(CharClass::Plain),
    function("urldecode", 1, 1, urldecode),
    function("urlencode", 1, 1, |a| known(a, urlencode)),
    function("yamldecode", 1, 1, yamldecode),
    function("yamlencode", 1, 1, yaml::yamlencode),
];

/// No document that Terraform decodes is nested deeper.
const LIMITS: Limits = Limits { bytes: LONGEST_TEXT, depth: 64, values: 100_000 };

fn known(arguments: &Arguments<'_, '_>, change: fn(&str) -> String) -> Answer {
    match arguments.text(0)? {
        Some(text) => arguments.make_text(change(&text)),
        None => Ok(None),
    }
}

fn base64decode(arguments: &Arguments<'_, '_>) -> Answer {
    let Some(text) = arguments.text(0)? else { return Ok(None) };
    match STANDARD.decode(&text).ok().and_then(|bytes| String::from_utf8(bytes).ok()) {
        Some(text) => arguments.make_text(text),
        None => arguments.fail("no text in Base64"),
    }
}

/// As in the query of a URL.
fn urlencode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => encoded.push(char::from(byte)),
            b' ' => encoded.push('+'),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

/// As in the query of a URL; of OpenTofu only.
fn urldecode(arguments: &Arguments<'_, '_>) -> Answer {
    let Some(text) = arguments.text(0)? else { return Ok(None) };
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut digit = || rest.next().and_then(|digit| char::from(digit).to_digit(16));
                match (digit(), digit()) {
                    (Some(high), Some(low)) => u8::try_from(high * 16 + low).unwrap_or_default(),
                    _ => return arguments.fail(format!("`{text}` has a `%` without two digits")),
                }
            }
            other => other,
        });
    }
    match String::from_utf8(bytes) {
        Ok(text) => arguments.make_text(text),
        // What Go makes of bytes that are no text is no policy either.
        Err(_) => Ok(None),
    }
}

fn jsonencode(arguments: &Arguments<'_, '_>) -> Answer {
    let value = arguments.value(0).clone();
    let encoded = Encoded { value, layout: Layout::Compact };
    Ok(Some(Value::new(Data::Encoded(Rc::new(encoded)), arguments.span)))
}

fn jsondecode(arguments: &Arguments<'_, '_>) -> Answer {
    arguments.words(0)?;
    decode(arguments.value(0)).map(Some)
}

/// The value of a JSON text.
pub(in super::super) fn decode(text: &Value) -> Eval {
    if let Data::Encoded(encoded) = &text.data {
        return Ok(plain(&encoded.value));
    }
    let unknown = || Ok(Value::unknown(hole_of(format_args!("jsondecode({text})"), CharClass::Any), text.span));
    if text.is_unknown() {
        return unknown();
    }
    let words = text.to_words().unwrap_or_default();
    let (node, problems, _) = words.json(LIMITS);
    match (node, problems.first()) {
        (Some(node), None) => Ok(value_of(&node)),
        // What is unknown may be what makes it JSON.
        _ if words.known().is_none() => unknown(),
        (_, Some(problem)) => Err(Failure::new(problem.message.clone(), problem.span)),
        (None, None) => Err(Failure::new("this is no JSON", text.span)),
    }
}

/// A value as it comes back from JSON: only tuples and objects.
fn plain(value: &Value) -> Value {
    let data = match &value.data {
        Data::Sequence(sequence) => {
            let items = sequence.items.iter().map(plain).collect();
            return Value::spelled_sequence(Sort::Tuple, items, sequence.spelled, value.span);
        }
        Data::Mapping(mapping) => {
            let entry = |entry: &Entry| Entry { value: plain(&entry.value), ..entry.clone() };
            let entries = mapping.entries.iter().map(entry).collect();
            let open = mapping.open.clone();
            let mapping = Mapping { open, spelled: mapping.spelled, ..Mapping::from_entries(entries) };
            return Value::mapping(mapping, value.span);
        }
        other => other.clone(),
    };
    Value::new(data, value.span)
}

/// A node of JSON as a value.
fn value_of(node: &Node) -> Value {
    let span = node.span;
    let data = match &node.value {
        json::Value::Null => Data::Null,
        json::Value::Bool(value) => Data::Bool(*value),
        json::Value::Number(text) => match Number::parse(text) {
            Some(number) => Data::Number(number),
            None => return Value::unknown(hole_of(format_args!("the number {text}"), CharClass::Plain), span),
        },
        json::Value::String(text) => {
            let piece = |part: TextRef<'_>| match part {
                TextRef::Known(text) => Piece::made(text, span),
                TextRef::Hole(hole) => Piece::hole(Arc::clone(hole), span),
            };
            let words: Words = text.parts().map(piece).collect();
            if words.pieces().is_empty() {
                return Value::text("", span);
            }
            return Value::words(words, span);
        }
        json::Value::Array(items) => return Value::sequence(Sort::Tuple, items.iter().map(value_of).collect(), span),
        json::Value::Object(members) => {
            let mut entries = Vec::with_capacity(members.len());
            let mut open = Vec::new();
            for member in members {
                let value = value_of(&member.node);
                match member.key.as_known() {
                    Some(key) => entries.push(Entry { key: key.into(), key_span: member.key_span, value }),
                    None => {
                        let key = Node { span: member.key_span, value: json::Value::String(member.key.clone()) };
                        open.push((value_of(&key), value));
                    }
                }
            }
            return Value::mapping(Mapping { open, ..Mapping::from_entries(entries) }, span);
        }
        json::Value::Unknown(hole) => Data::Unknown(Arc::clone(hole)),
    };
    Value::new(data, span)
}

fn yamldecode(arguments: &Arguments<'_, '_>) -> Answer {
    let words = arguments.words(0)?;
    let Some(text) = words.known() else { return Ok(None) };
    // Places inside of the text are known where it stands in one piece, as in a file.
    let base = match words.pieces() {
        [Piece { verbatim: true, span, .. }] => Some(span.start),
        _ => None,
    };
    match reader::parse(&text, LIMITS) {
        Ok(mut yaml) => {
            move_to(&mut yaml.root, base, arguments.span);
            Ok(Some(value_of(&yaml.root)))
        }
        Err(error) => arguments.fail(format!("the YAML cannot be read: {}", error.message)),
    }
}

/// Moves the places of a tree to where its text stands, or all to one place.
fn move_to(node: &mut Node, base: Option<usize>, place: Span) {
    let moved = |span: Span| base.map_or(place, |base| Span::new(span.start + base, span.end + base));
    node.span = moved(node.span);
    match &mut node.value {
        json::Value::Array(items) => items.iter_mut().for_each(|item| move_to(item, base, place)),
        json::Value::Object(members) => {
            for member in members {
                member.key_span = moved(member.key_span);
                move_to(&mut member.node, base, place);
            }
        }
        _ => {}
    }
}

/// Rows of text as objects named by the first row.
fn csvdecode(arguments: &Arguments<'_, '_>) -> Answer {
    let Some(text) = arguments.text(0)? else { return Ok(None) };
    let mut rows = csv_rows(&text).into_iter();
    let Some(header) = rows.next() else { return arguments.make_sequence(Sort::List, Vec::new()) };
    let mut items = Vec::new();
    for row in rows {
        if row.len() != header.len() {
            return arguments.fail(format!("a row has {} fields, the first has {}", row.len(), header.len()));
        }
        let entry = |(key, text): (&String, String)| Entry {
            key: key.as_str().into(),
            key_span: arguments.span,
            value: Value::text(text, arguments.span),
        };
        let entries = header.iter().zip(row).map(entry).collect();
        items.push(Value::mapping(Mapping::from_entries(entries), arguments.span));
    }
    arguments.make_sequence(Sort::List, items)
}

fn csv_rows(text: &str) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    let (mut row, mut field, mut quoted) = (Vec::new(), String::new(), false);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, quoted) {
            ('"', true) if chars.peek() == Some(&'"') => {
                chars.next();
                field.push('"');
            }
            ('"', _) => quoted = !quoted,
            (',', false) => row.push(std::mem::take(&mut field)),
            ('\r', false) => {}
            ('\n', false) => {
                row.push(std::mem::take(&mut field));
                rows.push(std::mem::take(&mut row));
            }
            (c, _) => field.push(c),
        }
    }
    if !field.is_empty() || !row.is_empty() {
        row.push(field);
        rows.push(row);
    }
    rows.retain(|row| row.len() > 1 || !row[0].is_empty());
    rows
}
