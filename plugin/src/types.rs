//! Type constraints as Terraform writes them in schemas: `"string"`, `["list","string"]`, `["object",{..}]`.
//!
//! This module knows the shapes and their JSON form. Values live in [`crate::value`].

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

/// A type constraint.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Type {
    /// UTF-8 text.
    String,
    /// A decimal number of any size.
    Number,
    /// `true` or `false`.
    Bool,
    /// Any type: each value carries its own.
    Dynamic,
    /// An ordered sequence of one element type.
    List(Box<Type>),
    /// An unordered collection without duplicates.
    Set(Box<Type>),
    /// Text keys, one element type.
    Map(Box<Type>),
    /// Named attributes, each with its own type.
    Object {
        /// All attributes by name.
        attributes: BTreeMap<String, Type>,
        /// Names that may be left out when a value is written; they arrive as null.
        optional: BTreeSet<String>,
    },
    /// A fixed number of elements, each with its own type.
    Tuple(Vec<Type>),
}

/// Why a type constraint could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a type constraint")]
pub struct TypeError(String);

impl Type {
    /// A list of `element`.
    pub fn list(element: Type) -> Type {
        Type::List(Box::new(element))
    }

    /// A set of `element`.
    pub fn set(element: Type) -> Type {
        Type::Set(Box::new(element))
    }

    /// A map from text to `element`.
    pub fn map(element: Type) -> Type {
        Type::Map(Box::new(element))
    }

    /// An object with exactly these attributes.
    pub fn object<N: Into<String>>(attributes: impl IntoIterator<Item = (N, Type)>) -> Type {
        Type::Object {
            attributes: attributes.into_iter().map(|(name, ty)| (name.into(), ty)).collect(),
            optional: BTreeSet::new(),
        }
    }

    /// An object type some of whose attributes may be left out; any other type is unchanged.
    #[must_use]
    pub fn with_optional(self, names: &[&str]) -> Type {
        match self {
            Type::Object { attributes, .. } => {
                Type::Object { attributes, optional: names.iter().map(|name| (*name).to_owned()).collect() }
            }
            other => other,
        }
    }

    /// The JSON form, as it stands in a schema.
    pub fn to_json(&self) -> Json {
        match self {
            Type::String => "string".into(),
            Type::Number => "number".into(),
            Type::Bool => "bool".into(),
            Type::Dynamic => "dynamic".into(),
            Type::List(element) => Json::Array(vec!["list".into(), element.to_json()]),
            Type::Set(element) => Json::Array(vec!["set".into(), element.to_json()]),
            Type::Map(element) => Json::Array(vec!["map".into(), element.to_json()]),
            Type::Object { attributes, optional } => {
                let fields = attributes.iter().map(|(name, ty)| (name.clone(), ty.to_json())).collect();
                let mut parts = vec!["object".into(), Json::Object(fields)];
                if !optional.is_empty() {
                    parts.push(optional.iter().map(String::as_str).collect());
                }
                Json::Array(parts)
            }
            Type::Tuple(elements) => Json::Array(vec!["tuple".into(), elements.iter().map(Type::to_json).collect()]),
        }
    }

    /// The bytes that `Schema.Attribute.type` carries.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.to_json().to_string().into_bytes()
    }

    /// Reads the bytes of a type constraint.
    pub fn from_bytes(bytes: &[u8]) -> Result<Type, TypeError> {
        let unreadable = || TypeError(String::from_utf8_lossy(bytes).into_owned());
        let json: Json = serde_json::from_slice(bytes).map_err(|_| unreadable())?;
        Type::from_json(&json)
    }

    /// Reads the JSON form.
    pub fn from_json(json: &Json) -> Result<Type, TypeError> {
        let bad = || TypeError(json.to_string());
        if let Some(name) = json.as_str() {
            return match name {
                "string" => Ok(Type::String),
                "number" => Ok(Type::Number),
                "bool" => Ok(Type::Bool),
                "dynamic" => Ok(Type::Dynamic),
                _ => Err(bad()),
            };
        }
        match json.as_array().map(Vec::as_slice) {
            Some([kind, element]) if kind == "list" => Ok(Type::list(Type::from_json(element)?)),
            Some([kind, element]) if kind == "set" => Ok(Type::set(Type::from_json(element)?)),
            Some([kind, element]) if kind == "map" => Ok(Type::map(Type::from_json(element)?)),
            Some([kind, Json::Array(elements)]) if kind == "tuple" => {
                Ok(Type::Tuple(elements.iter().map(Type::from_json).collect::<Result<_, _>>()?))
            }
            Some([kind, Json::Object(fields), rest @ ..]) if kind == "object" && rest.len() <= 1 => {
                let attributes = fields
                    .iter()
                    .map(|(name, ty)| Ok((name.clone(), Type::from_json(ty)?)))
                    .collect::<Result<BTreeMap<_, _>, TypeError>>()?;
                let optional = match rest.first() {
                    None => BTreeSet::new(),
                    Some(names) => names
                        .as_array()
                        .ok_or_else(bad)?
                        .iter()
                        .map(|name| name.as_str().filter(|n| attributes.contains_key(*n)).map(str::to_owned))
                        .collect::<Option<_>>()
                        .ok_or_else(bad)?,
                };
                Ok(Type::Object { attributes, optional })
            }
            _ => Err(bad()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_form_round_trips() {
        for text in [
            r#""string""#,
            r#""number""#,
            r#""bool""#,
            r#""dynamic""#,
            r#"["list","string"]"#,
            r#"["set",["map","number"]]"#,
            r#"["object",{"a":"string","b":["list","bool"]}]"#,
            r#"["object",{"a":"string","b":"bool"},["b"]]"#,
            r#"["tuple",["string","number"]]"#,
        ] {
            let ty = Type::from_bytes(text.as_bytes()).unwrap();
            assert_eq!(String::from_utf8(ty.to_bytes()).unwrap(), text);
        }
    }

    #[test]
    fn what_is_not_a_type_is_refused() {
        for text in ["", "1", r#""text""#, r#"["list"]"#, r#"["object",{"a":"string"},["b"]]"#, r#"["tuple","string"]"#]
        {
            assert!(Type::from_bytes(text.as_bytes()).is_err(), "{text}");
        }
    }
}
