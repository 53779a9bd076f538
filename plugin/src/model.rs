//! Rust types for the values of a resource: known, null and unknown are three states of one type.
//!
//! [`model!`](crate::model) declares a struct whose fields are the attributes and blocks of a schema, and makes the
//! conversions both ways. A test compares the field names with the schema.

use std::collections::BTreeMap;

use crate::path::Path;
use crate::value::{Number, Value};

/// An attribute's value in one of its three states.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Attr<T> {
    /// A value.
    Known(T),
    /// No value.
    #[default]
    Null,
    /// Not known until apply.
    Unknown,
}

impl<T> Attr<T> {
    /// The value, if it is known.
    pub fn known(&self) -> Option<&T> {
        match self {
            Attr::Known(value) => Some(value),
            Attr::Null | Attr::Unknown => None,
        }
    }

    /// The value, if it is known, by move.
    pub fn into_known(self) -> Option<T> {
        match self {
            Attr::Known(value) => Some(value),
            Attr::Null | Attr::Unknown => None,
        }
    }

    /// True for null.
    pub fn is_null(&self) -> bool {
        matches!(self, Attr::Null)
    }

    /// True for unknown.
    pub fn is_unknown(&self) -> bool {
        matches!(self, Attr::Unknown)
    }
}

impl Attr<String> {
    /// The text, or `""` where there is none.
    pub fn text(&self) -> &str {
        self.known().map_or("", String::as_str)
    }
}

impl<T> From<T> for Attr<T> {
    fn from(value: T) -> Attr<T> {
        Attr::Known(value)
    }
}

impl From<&str> for Attr<String> {
    fn from(value: &str) -> Attr<String> {
        Attr::Known(value.to_owned())
    }
}

impl<T> From<Option<T>> for Attr<T> {
    fn from(value: Option<T>) -> Attr<T> {
        value.map_or(Attr::Null, Attr::Known)
    }
}

/// A value that does not fit its Rust type: model and schema disagree.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {found} does not fit {wanted}")]
pub struct ModelError {
    /// Where.
    pub path: Path,
    /// The Rust type.
    pub wanted: &'static str,
    /// The value.
    pub found: String,
}

impl ModelError {
    /// The error for `value` at `path`.
    pub fn new(path: &Path, wanted: &'static str, value: &Value) -> ModelError {
        ModelError { path: path.clone(), wanted, found: format!("{value:?}") }
    }
}

/// A Rust type that stands for a Terraform value.
pub trait Field: Sized {
    /// Reads the value.
    fn from_value(value: Value, path: &Path) -> Result<Self, ModelError>;
    /// Writes the value.
    fn into_value(self) -> Value;
}

/// A struct that stands for a block; made by [`model!`](crate::model).
pub trait Model: Field + Clone + Send + Sync + 'static {
    /// Attribute and block names, one for each field.
    const FIELDS: &'static [&'static str];
    /// Every attribute null: the start of an import.
    fn null() -> Self;
}

impl<T: Field> Field for Attr<T> {
    fn from_value(value: Value, path: &Path) -> Result<Self, ModelError> {
        match value {
            Value::Null => Ok(Attr::Null),
            Value::Unknown => Ok(Attr::Unknown),
            known => T::from_value(known, path).map(Attr::Known),
        }
    }

    fn into_value(self) -> Value {
        match self {
            Attr::Known(value) => value.into_value(),
            Attr::Null => Value::Null,
            Attr::Unknown => Value::Unknown,
        }
    }
}

macro_rules! leaf {
    ($type:ty, $value:ident, $read:expr, $write:expr) => {
        impl Field for $type {
            fn from_value($value: Value, path: &Path) -> Result<Self, ModelError> {
                let read: Option<$type> = $read;
                read.ok_or_else(|| ModelError::new(path, stringify!($type), &$value))
            }

            fn into_value(self) -> Value {
                let write: fn($type) -> Value = $write;
                write(self)
            }
        }
    };
}

leaf!(String, value, value.as_str().map(str::to_owned), Value::String);
leaf!(bool, value, if let Value::Bool(b) = &value { Some(*b) } else { None }, Value::Bool);
leaf!(Number, value, if let Value::Number(n) = &value { Some(n.clone()) } else { None }, Value::Number);
leaf!(i64, value, if let Value::Number(n) = &value { n.to_i64() } else { None }, |n| Value::Number(n.into()));

impl<T: Field> Field for Vec<T> {
    fn from_value(value: Value, path: &Path) -> Result<Self, ModelError> {
        match value {
            Value::List(elements) => {
                elements.into_iter().enumerate().map(|(i, element)| T::from_value(element, &path.index(i))).collect()
            }
            other => Err(ModelError::new(path, "a list", &other)),
        }
    }

    fn into_value(self) -> Value {
        Value::List(self.into_iter().map(T::into_value).collect())
    }
}

/// A set of values. It keeps what it is given, for two unknown elements may turn out different.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Set<T>(pub Vec<T>);

impl<T> FromIterator<T> for Set<T> {
    fn from_iter<I: IntoIterator<Item = T>>(elements: I) -> Set<T> {
        Set(elements.into_iter().collect())
    }
}

impl<T: Field> Field for Set<T> {
    fn from_value(value: Value, path: &Path) -> Result<Self, ModelError> {
        match value {
            Value::Set(elements) => elements.into_iter().map(|element| T::from_value(element, path)).collect(),
            other => Err(ModelError::new(path, "a set", &other)),
        }
    }

    fn into_value(self) -> Value {
        Value::set(self.0.into_iter().map(T::into_value))
    }
}

impl<T: Field> Field for BTreeMap<String, T> {
    fn from_value(value: Value, path: &Path) -> Result<Self, ModelError> {
        match value {
            Value::Map(entries) => entries
                .into_iter()
                .map(|(key, value)| {
                    let value = T::from_value(value, &path.key(&key))?;
                    Ok((key, value))
                })
                .collect(),
            other => Err(ModelError::new(path, "a map", &other)),
        }
    }

    fn into_value(self) -> Value {
        Value::Map(self.into_iter().map(|(key, value)| (key, value.into_value())).collect())
    }
}

/// The name of a field without the mark that lets it be a Rust keyword, such as `r#type`.
#[doc(hidden)]
pub const fn field_name(name: &'static str) -> &'static str {
    match name.as_bytes() {
        [b'r', b'#', ..] => name.split_at(2).1,
        _ => name,
    }
}

/// Declares the struct of a block. Every field is an [`Attr`]:
///
/// ```
/// use tf_plugin::model;
///
/// model! {
///     /// A shelf of books.
///     pub struct Shelf {
///         /// Where it stands.
///         pub room: String,
///         /// Titles.
///         pub books: Vec<String>,
///     }
/// }
/// let shelf = Shelf { room: "hall".into(), ..tf_plugin::model::Model::null() };
/// assert!(shelf.books.is_null());
/// ```
#[macro_export]
macro_rules! model {
    (
        $(#[$meta:meta])*
        $visibility:vis struct $name:ident {
            $($(#[$field_meta:meta])* $field_visibility:vis $field:ident: $type:ty,)*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq)]
        $visibility struct $name {
            $($(#[$field_meta])* $field_visibility $field: $crate::model::Attr<$type>,)*
        }

        impl $crate::model::Field for $name {
            fn from_value(
                value: $crate::value::Value,
                path: &$crate::path::Path,
            ) -> Result<Self, $crate::model::ModelError> {
                let $crate::value::Value::Object(mut fields) = value else {
                    return Err($crate::model::ModelError::new(path, "a block", &value));
                };
                let mut take = |name: &str| fields.remove(name).unwrap_or($crate::value::Value::Null);
                Ok($name {
                    $($field: $crate::model::Field::from_value(
                        take($crate::model::field_name(stringify!($field))),
                        &path.name($crate::model::field_name(stringify!($field))),
                    )?,)*
                })
            }

            fn into_value(self) -> $crate::value::Value {
                $crate::value::Value::object([
                    $((
                        $crate::model::field_name(stringify!($field)),
                        $crate::model::Field::into_value(self.$field),
                    ),)*
                ])
            }
        }

        impl $crate::model::Model for $name {
            const FIELDS: &'static [&'static str] = &[$($crate::model::field_name(stringify!($field))),*];

            fn null() -> Self {
                $name { $($field: $crate::model::Attr::Null,)* }
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    model! {
        struct Rule {
            age: i64,
            r#type: String,
        }
    }

    model! {
        struct Resource {
            name: String,
            tags: BTreeMap<String, Attr<String>>,
            zones: Set<Attr<String>>,
            rule: Vec<Rule>,
        }
    }

    #[test]
    fn three_states_survive_the_round_trip() {
        let value = Value::object([
            ("name", Value::Unknown),
            ("tags", Value::map([("a", Value::Unknown), ("b", "x".into()), ("c", Value::Null)])),
            ("zones", Value::set(["a".into(), Value::Unknown, Value::Unknown])),
            ("rule", Value::List(vec![Value::object([("age", 3.into()), ("type", "keyword".into())])])),
        ]);
        let resource = Resource::from_value(value.clone(), &Path::root()).unwrap();
        assert!(resource.name.is_unknown());
        assert_eq!(resource.tags.known().unwrap()["b"], "x".into());
        assert_eq!(resource.rule.known().unwrap()[0].age, Attr::Known(3));
        assert_eq!(resource.into_value(), value);
        assert_eq!(Resource::FIELDS, ["name", "tags", "zones", "rule"]);
    }

    #[test]
    fn a_value_of_another_type_names_its_place() {
        let value = Value::object([("rule", Value::List(vec![Value::object([("age", "x".into())])]))]);
        let error = Resource::from_value(value, &Path::root()).unwrap_err();
        assert_eq!(error.to_string(), r#"rule[0].age: String("x") does not fit i64"#);
    }
}
