//! From messages to plain values.

use tf_proto::tfplugin5::DynamicValue;

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::types::Type;
use crate::value::{CodecError, Value, json, msgpack};

/// The value of a message field. Absent or empty is null.
pub(crate) fn value(field: Option<DynamicValue>, ty: &Type) -> Result<Value, Diagnostics> {
    let unreadable = |error: CodecError| unreadable(&error.to_string());
    match field {
        Some(value) if !value.msgpack.is_empty() => msgpack::decode(ty, &value.msgpack).map_err(unreadable),
        Some(value) if !value.json.is_empty() => json::from_json(ty, &self::json(&value.json)?).map_err(unreadable),
        _ => Ok(Value::Null),
    }
}

/// JSON text, such as stored state.
pub(crate) fn json(bytes: &[u8]) -> Result<serde_json::Value, Diagnostics> {
    serde_json::from_slice(bytes).map_err(|error| unreadable(&format!("not JSON: {error}")))
}

fn unreadable(why: &str) -> Diagnostics {
    let detail = format!("A value from Terraform does not fit the provider's schema: {why}.");
    Diagnostic::error("Unreadable value", detail).into()
}
