//! Type constraints of variables, and conversion to them as Terraform converts.

use std::cmp::Ordering;
use std::sync::Arc;

use compact_str::CompactString;
use mediastore_policy::span::Span;
use mediastore_policy::text::{CharClass, Hole};

use super::evaluate::{Eval, Failure};
use super::number::Number;
use super::syntax::{Call, Expr, ExprKind, Key, Unary};
use super::value::{Data, Entry, Mapping, Sequence, Sort, Value};
use crate::words::Words;

/// A type constraint.
#[derive(Debug, Clone)]
pub(super) enum Type {
    Any,
    String,
    Number,
    Bool,
    List(Box<Type>),
    Set(Box<Type>),
    Map(Box<Type>),
    Object(Vec<Attribute>),
    Tuple(Vec<Type>),
}

/// An attribute of an object type.
#[derive(Debug, Clone)]
pub(super) struct Attribute {
    name: CompactString,
    kind: Type,
    /// Whether it may be left out, and what it is then.
    optional: Option<Value>,
}

/// Reads a type constraint.
pub(super) fn parse(expr: &Expr) -> Result<Type, Failure> {
    match &expr.kind {
        ExprKind::Variable(name) => match name.as_str() {
            "string" => Ok(Type::String),
            "number" => Ok(Type::Number),
            "bool" => Ok(Type::Bool),
            "any" => Ok(Type::Any),
            "list" => Ok(Type::List(Box::new(Type::Any))),
            "map" => Ok(Type::Map(Box::new(Type::Any))),
            "set" => Ok(Type::Set(Box::new(Type::Any))),
            other => Err(Failure::new(format!("`{other}` is no type"), expr.span)),
        },
        ExprKind::Call(call) => parse_call(call, expr.span),
        // In JSON, and before Terraform 0.12, a type is written as a string.
        ExprKind::Template(_) => {
            let text = expr.literal().unwrap_or_default();
            let inner = super::parse::expression(&text, 0).map_err(|error| Failure::new(error.message, expr.span))?;
            match inner.kind {
                ExprKind::Template(_) => Err(Failure::new("a type in quotes in quotes", expr.span)),
                _ => parse(&inner).map_err(|error| Failure { span: expr.span, ..error }),
            }
        }
        _ => Err(Failure::new("expected a type, such as `string` or `list(string)`", expr.span)),
    }
}

fn parse_call(call: &Call, span: Span) -> Result<Type, Failure> {
    let inner = || match call.arguments.as_slice() {
        [inner] => parse(inner).map(Box::new),
        _ => Err(Failure::new(format!("`{}` takes one type", call.name.text), span)),
    };
    match (call.name.text.as_str(), call.arguments.as_slice()) {
        ("list", _) => inner().map(Type::List),
        ("set", _) => inner().map(Type::Set),
        ("map", _) => inner().map(Type::Map),
        ("tuple", [Expr { kind: ExprKind::Tuple(items), .. }]) => {
            items.iter().map(parse).collect::<Result<_, _>>().map(Type::Tuple)
        }
        ("object", [Expr { kind: ExprKind::Object(items), .. }]) => {
            let mut attributes = Vec::with_capacity(items.len());
            for item in items {
                let Key::Name(name) = &item.key else {
                    return Err(Failure::new("the name of an attribute is a plain word", item.value.span));
                };
                let (kind, optional) = optional(&item.value)?;
                attributes.push(Attribute { name: name.text.clone(), kind, optional });
            }
            Ok(Type::Object(attributes))
        }
        (name, _) => Err(Failure::new(format!("`{name}(...)` is no type"), span)),
    }
}

/// A type, or `optional(type, default)`.
fn optional(expr: &Expr) -> Result<(Type, Option<Value>), Failure> {
    let ExprKind::Call(call) = &expr.kind else { return Ok((parse(expr)?, None)) };
    if call.name.text != "optional" {
        return Ok((parse(expr)?, None));
    }
    match call.arguments.as_slice() {
        [kind] => Ok((parse(kind)?, Some(Value::null(expr.span)))),
        [kind, default] => {
            let default = constant(default)
                .unwrap_or_else(|| Value::unknown(Hole::any("the default of an optional attribute"), default.span));
            Ok((parse(kind)?, Some(default)))
        }
        _ => Err(Failure::new("`optional` takes a type and perhaps a default", expr.span)),
    }
}

/// The value of an expression without references and functions.
fn constant(expr: &Expr) -> Option<Value> {
    let span = expr.span;
    Some(match &expr.kind {
        ExprKind::Null => Value::null(span),
        ExprKind::Bool(value) => Value::new(Data::Bool(*value), span),
        ExprKind::Number(number) => Value::new(Data::Number(*number), span),
        ExprKind::Template(_) => Value::text(expr.literal()?, span),
        ExprKind::Unary(Unary::Negate, inner) => match constant(inner)?.data {
            Data::Number(number) => Value::new(Data::Number(-number), span),
            _ => return None,
        },
        ExprKind::Parentheses(inner) => constant(inner)?,
        ExprKind::Tuple(items) => {
            Value::sequence(Sort::Tuple, items.iter().map(constant).collect::<Option<_>>()?, span)
        }
        ExprKind::Object(items) => {
            let entry = |item: &super::syntax::Item| match &item.key {
                Key::Name(name) => {
                    Some(Entry { key: name.text.clone(), key_span: name.span, value: constant(&item.value)? })
                }
                Key::Expr(_) => None,
            };
            Value::mapping(Mapping::from_entries(items.iter().map(entry).collect::<Option<_>>()?), span)
        }
        _ => return None,
    })
}

/// Converts a value, or says why it cannot be.
pub(super) fn convert(value: Value, kind: &Type) -> Eval {
    let span = value.span;
    let wrong = |expected: &str| Err(Failure::new(format!("{expected} is required here, not {}", value.kind()), span));
    match (&value.data, kind) {
        (Data::Null, _) | (_, Type::Any) => Ok(value),
        (Data::Unknown(hole), _) => Ok(unknown(hole, kind, span)),
        (Data::Open(_) | Data::Rest(_) | Data::Resource(_) | Data::Module(_), _) => Ok(value),
        (_, Type::String) => match value.to_words() {
            Some(_) if matches!(value.data, Data::Text(_) | Data::Encoded(_)) => Ok(value),
            Some(words) => Ok(Value::words(words, span)),
            None => wrong("a string"),
        },
        (Data::Number(_), Type::Number) | (Data::Bool(_), Type::Bool) => Ok(value),
        (_, Type::Number) => match value.to_words().map(|words| words.known()) {
            Some(Some(text)) => match Number::parse(text.trim()) {
                Some(number) => Ok(Value::new(Data::Number(number), span)),
                None => wrong("a number"),
            },
            Some(None) => {
                Ok(Value::unknown(super::value::hole_of(format_args!("tonumber({value})"), CharClass::Plain), span))
            }
            None => wrong("a number"),
        },
        (_, Type::Bool) => match value.to_words().map(|words| words.known()) {
            Some(Some(text)) => match text.as_str() {
                "true" | "1" => Ok(Value::new(Data::Bool(true), span)),
                "false" | "0" => Ok(Value::new(Data::Bool(false), span)),
                _ => wrong("a boolean"),
            },
            Some(None) => {
                Ok(Value::unknown(super::value::hole_of(format_args!("tobool({value})"), CharClass::Plain), span))
            }
            None => wrong("a boolean"),
        },
        (Data::Sequence(sequence), Type::List(inner)) => {
            let items = unified(each(sequence, inner)?, inner);
            Ok(sequence_like(sequence, Sort::List, items, span))
        }
        (Data::Sequence(sequence), Type::Set(inner)) => {
            let items = set_items(unified(each(sequence, inner)?, inner));
            Ok(sequence_like(sequence, Sort::Set, items, span))
        }
        (Data::Sequence(sequence), Type::Tuple(kinds)) if sequence.items.len() == kinds.len() => {
            let items = sequence.items.iter().zip(kinds).map(|(item, kind)| convert(item.clone(), kind));
            Ok(sequence_like(sequence, Sort::Tuple, items.collect::<Result<_, _>>()?, span))
        }
        (Data::Mapping(mapping), Type::Map(inner)) => {
            let mut converted = Mapping::clone(mapping);
            converted.map = true;
            for entry in &mut converted.entries {
                entry.value = convert(entry.value.clone(), inner)?;
            }
            if matches!(**inner, Type::Any) {
                let values = converted.entries.iter().map(|entry| entry.value.clone()).collect();
                for (entry, value) in converted.entries.iter_mut().zip(unified(values, inner)) {
                    entry.value = value;
                }
            }
            Ok(Value::mapping(converted, span))
        }
        (Data::Mapping(mapping), Type::Object(attributes)) => object(mapping, attributes, span),
        (_, Type::List(_)) => wrong("a list"),
        (_, Type::Set(_)) => wrong("a set"),
        (_, Type::Map(_)) => wrong("a map"),
        (_, Type::Object(_)) => wrong("an object"),
        (_, Type::Tuple(kinds)) => wrong(&format!("a tuple of {} values", kinds.len())),
    }
}

fn each(sequence: &Sequence, kind: &Type) -> Result<Vec<Value>, Failure> {
    sequence.items.iter().map(|item| convert(item.clone(), kind)).collect()
}

fn sequence_like(from: &Sequence, sort: Sort, items: Vec<Value>, span: Span) -> Value {
    Value::spelled_sequence(sort, items, from.spelled, span)
}

fn object(mapping: &Mapping, attributes: &[Attribute], span: Span) -> Eval {
    let mut entries = Vec::with_capacity(attributes.len());
    for Attribute { name, kind, optional } in attributes {
        let entry = mapping.entries.iter().find(|entry| entry.key == *name);
        let given = entry.filter(|entry| optional.is_none() || !entry.value.is_null());
        let (key_span, value) = match (given, optional) {
            (Some(entry), _) => (entry.key_span, convert(entry.value.clone(), kind)?),
            (None, Some(default)) => (span, convert(default.clone(), kind)?),
            (None, None) => return Err(Failure::new(format!("the attribute `{name}` is required"), span)),
        };
        entries.push(Entry { key: name.clone(), key_span, value });
    }
    let spelled = mapping.spelled;
    Ok(Value::mapping(Mapping { spelled, ..Mapping::from_entries(entries) }, span))
}

/// What is known of an unknown value of a type: the attributes of an object, the characters of a number.
fn unknown(hole: &Hole, kind: &Type, span: Span) -> Value {
    match kind {
        Type::Number | Type::Bool => Value::unknown(Hole::of(hole.name.clone(), CharClass::Plain), span),
        Type::Object(attributes) => {
            let entry = |attribute: &Attribute| {
                let inner = Hole::any(format!("{}.{}", hole.name, attribute.name));
                let value = unknown(&inner, &attribute.kind, span);
                Entry { key: attribute.name.clone(), key_span: span, value }
            };
            Value::mapping(Mapping::from_entries(attributes.iter().map(entry).collect()), span)
        }
        // A text, whatever it says: it is no list, and has no attributes.
        Type::String => Value::words(Words::hole(Arc::new(hole.clone()), span), span),
        _ => Value::unknown(hole.clone(), span),
    }
}

/// Items of one collection have one type: where there are strings, numbers and booleans become strings.
fn unified(items: Vec<Value>, kind: &Type) -> Vec<Value> {
    if matches!(kind, Type::Any) { unify(items) } else { items }
}

/// Items of one type, as far as primitive values go.
pub(super) fn unify(items: Vec<Value>) -> Vec<Value> {
    let is_text = |item: &Value| matches!(item.data, Data::Text(_) | Data::Encoded(_));
    let is_number = |item: &Value| matches!(item.data, Data::Number(_));
    let is_bool = |item: &Value| matches!(item.data, Data::Bool(_));
    let mixed = items.iter().any(is_text) && items.iter().any(|item| is_number(item) || is_bool(item))
        || items.iter().any(is_number) && items.iter().any(is_bool);
    if !mixed {
        return items;
    }
    let text = |item: Value| match item.data {
        Data::Number(_) | Data::Bool(_) => match item.to_words() {
            Some(words) => Value::words(words, item.span),
            None => item,
        },
        _ => item,
    };
    items.into_iter().map(text).collect()
}

/// The items of a set: each once, in Terraform's order, unknown ones last.
pub(super) fn set_items(mut items: Vec<Value>) -> Vec<Value> {
    items.sort_by(order);
    items.dedup_by(|b, a| a.is_known() && b.is_known() && order(a, b) == Ordering::Equal);
    items
}

/// The order of a set's elements: by text, by number, and otherwise by a serial form.
fn order(a: &Value, b: &Value) -> Ordering {
    match (&a.data, &b.data) {
        (Data::Number(a), Data::Number(b)) => a.cmp(b),
        (Data::Bool(a), Data::Bool(b)) => a.cmp(b),
        _ => (!a.is_known(), serial(a)).cmp(&(!b.is_known(), serial(b))),
    }
}

fn serial(value: &Value) -> String {
    match &value.data {
        Data::Text(_) | Data::Encoded(_) => value.to_known_text().unwrap_or_else(|| value.to_string()),
        Data::Sequence(sequence) => sequence.items.iter().map(|item| format!("{:?};", serial(item))).collect(),
        Data::Mapping(mapping) => mapping.entries.iter().map(|entry| format!("{:?};", serial(&entry.value))).collect(),
        _ => value.to_string(),
    }
}
