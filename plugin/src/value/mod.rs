//! Terraform values: what travels in a `DynamicValue`, decoded.
//!
//! A value does not name its type; the schema does, so the codecs ([`msgpack`], [`json`]) take a [`Type`] both ways.
//! Refinements of unknown values ("not null", "starts with") are accepted and dropped: the protocol allows it.

pub mod json;
pub mod msgpack;
mod number;

use std::collections::BTreeMap;

pub use number::{Number, NumberError};

use crate::path::Path;
use crate::types::Type;

/// A value, known or not.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    /// No value.
    Null,
    /// Not known until apply.
    Unknown,
    /// A boolean.
    Bool(bool),
    /// A number.
    Number(Number),
    /// Text.
    String(String),
    /// A list; also the form of a tuple.
    List(Vec<Value>),
    /// A set, built by [`Value::set`]: sorted and without duplicates, so equality ignores order.
    Set(Vec<Value>),
    /// A map.
    Map(BTreeMap<String, Value>),
    /// An object or a block.
    Object(BTreeMap<String, Value>),
    /// A value of a `dynamic` attribute together with its type.
    Dynamic(Box<Type>, Box<Value>),
}

/// A value that does not fit its type, or bytes that are no value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{message}", .path.prefix())]
pub struct CodecError {
    /// Where in the value.
    pub path: Path,
    /// What is wrong there.
    pub message: String,
}

impl CodecError {
    fn new(path: &Path, message: impl Into<String>) -> CodecError {
        CodecError { path: path.clone(), message: message.into() }
    }
}

impl Value {
    /// Text.
    pub fn string(text: impl Into<String>) -> Value {
        Value::String(text.into())
    }

    /// A set: sorted, duplicates dropped. Two unknowns may turn out different, so they are no duplicates.
    pub fn set(elements: impl IntoIterator<Item = Value>) -> Value {
        let mut elements: Vec<Value> = elements.into_iter().collect();
        elements.sort();
        elements.dedup_by(|a, b| a == b && a.is_wholly_known());
        Value::Set(elements)
    }

    /// An object from name and value pairs.
    pub fn object<N: Into<String>>(fields: impl IntoIterator<Item = (N, Value)>) -> Value {
        Value::Object(fields.into_iter().map(|(name, value)| (name.into(), value)).collect())
    }

    /// A map from key and value pairs.
    pub fn map<N: Into<String>>(entries: impl IntoIterator<Item = (N, Value)>) -> Value {
        Value::Map(entries.into_iter().map(|(key, value)| (key.into(), value)).collect())
    }

    /// True for null.
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// True for a value that is unknown as a whole.
    pub fn is_unknown(&self) -> bool {
        matches!(self, Value::Unknown)
    }

    /// True if nothing inside is unknown.
    pub fn is_wholly_known(&self) -> bool {
        match self {
            Value::Unknown => false,
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => true,
            Value::List(elements) | Value::Set(elements) => elements.iter().all(Value::is_wholly_known),
            Value::Map(fields) | Value::Object(fields) => fields.values().all(Value::is_wholly_known),
            Value::Dynamic(_, inner) => inner.is_wholly_known(),
        }
    }

    /// The text of a known string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// An attribute of an object; null where there is none.
    pub fn attribute(&self, name: &str) -> &Value {
        match self {
            Value::Object(fields) => fields.get(name).unwrap_or(&Value::Null),
            _ => &Value::Null,
        }
    }

    /// An element of a list; null where there is none.
    pub fn element(&self, index: usize) -> &Value {
        match self {
            Value::List(elements) => elements.get(index).unwrap_or(&Value::Null),
            _ => &Value::Null,
        }
    }

    /// The same value with every unknown turned into null, for a state that must be wholly known.
    pub fn unknown_to_null(self) -> Value {
        let each = |elements: Vec<Value>| elements.into_iter().map(Value::unknown_to_null);
        let fields = |fields: BTreeMap<String, Value>| {
            fields.into_iter().map(|(name, value)| (name, value.unknown_to_null())).collect()
        };
        match self {
            Value::Unknown => Value::Null,
            Value::List(elements) => Value::List(each(elements).collect()),
            Value::Set(elements) => Value::set(each(elements)),
            Value::Map(entries) => Value::Map(fields(entries)),
            Value::Object(attributes) => Value::Object(fields(attributes)),
            Value::Dynamic(ty, inner) => Value::Dynamic(ty, Box::new(inner.unknown_to_null())),
            known => known,
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::String(text.to_owned())
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Value {
        Value::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Value {
        Value::Number(value.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_ignore_order_and_duplicates() {
        let set = |names: &[&str]| Value::set(names.iter().map(|n| Value::from(*n)));
        assert_eq!(set(&["b", "a", "b"]), set(&["a", "b"]));
        assert_ne!(set(&["a"]), set(&["a", "b"]));
        assert_eq!(Value::set([Value::Unknown, Value::Unknown]), Value::Set(vec![Value::Unknown; 2]));
    }

    #[test]
    fn unknown_anywhere_is_seen_and_replaced() {
        let value = Value::object([("tags", Value::map([("a", Value::Unknown)])), ("name", "x".into())]);
        assert!(!value.is_wholly_known());
        let known = value.unknown_to_null();
        assert!(known.is_wholly_known());
        assert_eq!(known.attribute("tags"), &Value::map([("a", Value::Null)]));
    }
}
