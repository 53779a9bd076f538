//! Values as JSON: the form of stored state (`RawState.json`) and of `DynamicValue.json`.
//!
//! JSON cannot carry unknowns. Attributes that the type does not know are dropped, and missing ones are null, because a
//! stored state may come from a schema with a few more or fewer attributes.

use serde_json::Value as Json;

use super::{CodecError, Value};
use crate::path::Path;
use crate::types::Type;

/// Reads a value of type `ty`.
pub fn from_json(ty: &Type, json: &Json) -> Result<Value, CodecError> {
    read(ty, json, &Path::root())
}

/// Writes a value; unknowns become null and dynamic values the pair `{"type","value"}`.
pub fn to_json(value: &Value) -> Json {
    match value {
        Value::Null | Value::Unknown => Json::Null,
        Value::Bool(value) => Json::Bool(*value),
        Value::Number(number) => {
            let text = number.to_string();
            text.parse::<serde_json::Number>().map_or_else(|_| Json::String(text), Json::Number)
        }
        Value::String(text) => Json::String(text.clone()),
        Value::List(elements) | Value::Set(elements) => elements.iter().map(to_json).collect(),
        Value::Map(fields) | Value::Object(fields) => {
            Json::Object(fields.iter().map(|(name, value)| (name.clone(), to_json(value))).collect())
        }
        Value::Dynamic(ty, value) => serde_json::json!({ "type": ty.to_json(), "value": to_json(value) }),
    }
}

fn read(ty: &Type, json: &Json, path: &Path) -> Result<Value, CodecError> {
    let mismatch = || CodecError::new(path, format!("{} does not fit the type {}", kind(json), ty.to_json()));
    if json.is_null() {
        return Ok(Value::Null);
    }
    match ty {
        Type::String => json.as_str().map(Value::from).ok_or_else(mismatch),
        Type::Bool => json.as_bool().map(Value::Bool).ok_or_else(mismatch),
        Type::Number => {
            let text = match json {
                Json::Number(number) => number.to_string(),
                Json::String(text) => text.clone(),
                _ => return Err(mismatch()),
            };
            text.parse().map(Value::Number).map_err(|_| mismatch())
        }
        Type::List(element) => {
            let elements = json.as_array().ok_or_else(mismatch)?.iter().enumerate();
            elements.map(|(i, json)| read(element, json, &path.index(i))).collect::<Result<_, _>>().map(Value::List)
        }
        Type::Set(element) => {
            let elements = json.as_array().ok_or_else(mismatch)?.iter();
            elements.map(|json| read(element, json, path)).collect::<Result<Vec<_>, _>>().map(Value::set)
        }
        Type::Tuple(types) => {
            let elements = json.as_array().filter(|elements| elements.len() == types.len()).ok_or_else(mismatch)?;
            let elements = types.iter().zip(elements).enumerate();
            elements.map(|(i, (ty, json))| read(ty, json, &path.index(i))).collect::<Result<_, _>>().map(Value::List)
        }
        Type::Map(element) => {
            let entries = json.as_object().ok_or_else(mismatch)?.iter();
            let entries = entries.map(|(key, json)| Ok((key.clone(), read(element, json, &path.key(key))?)));
            entries.collect::<Result<_, _>>().map(Value::Map)
        }
        Type::Object { attributes, .. } => {
            let fields = json.as_object().ok_or_else(mismatch)?;
            let fields = attributes.iter().map(|(name, ty)| {
                let json = fields.get(name).unwrap_or(&Json::Null);
                Ok((name.clone(), read(ty, json, &path.name(name))?))
            });
            fields.collect::<Result<_, _>>().map(Value::Object)
        }
        Type::Dynamic => {
            let pair = json.as_object().ok_or_else(mismatch)?;
            let ty = pair.get("type").ok_or_else(mismatch)?;
            let ty = Type::from_json(ty).map_err(|e| CodecError::new(path, e.to_string()))?;
            let value = read(&ty, pair.get("value").unwrap_or(&Json::Null), path)?;
            Ok(Value::Dynamic(Box::new(ty), Box::new(value)))
        }
    }
}

fn kind(json: &Json) -> &'static str {
    match json {
        Json::Null => "null",
        Json::Bool(_) => "a bool",
        Json::Number(_) => "a number",
        Json::String(_) => "a string",
        Json::Array(_) => "an array",
        Json::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn reads(ty: Type, json: &str, expected: Value) {
        assert_eq!(from_json(&ty, &serde_json::from_str(json).unwrap()), Ok(expected));
    }

    #[test]
    fn reads_stored_state() {
        let block = Type::object([("name", Type::String), ("ages", Type::set(Type::Number)), ("gone", Type::Bool)]);
        reads(
            block,
            r#"{"name":"a","ages":[2,1,2],"removed_attribute":true}"#,
            Value::object([("name", "a".into()), ("ages", Value::set([1.into(), 2.into()])), ("gone", Value::Null)]),
        );
        reads(
            Type::Number,
            "123456789012345678901234567890.5",
            Value::Number("123456789012345678901234567890.5".parse().unwrap()),
        );
        reads(
            Type::Dynamic,
            r#"{"type":"number","value":1}"#,
            Value::Dynamic(Box::new(Type::Number), Box::new(1.into())),
        );
        reads(Type::Tuple(vec![Type::String, Type::Bool]), r#"["a",true]"#, Value::List(vec!["a".into(), true.into()]));
    }

    #[test]
    fn what_does_not_fit_is_an_error_with_a_place() {
        let ty = Type::object([("rule", Type::list(Type::object([("age", Type::Number)])))]);
        let error = from_json(&ty, &serde_json::json!({"rule": [{"age": true}]})).unwrap_err();
        assert_eq!(error.to_string(), r#"rule[0].age: a bool does not fit the type "number""#);
    }

    #[test]
    fn written_json_reads_back() {
        let ty = Type::object([("n", Type::Number), ("l", Type::list(Type::Dynamic))]);
        let value = Value::object([
            ("n", Value::Number("0.1".parse().unwrap())),
            ("l", Value::List(vec![Value::Dynamic(Box::new(Type::String), Box::new("x".into()))])),
        ]);
        assert_eq!(from_json(&ty, &to_json(&value)), Ok(value));
    }
}
