//! `normalize_policy(policy)`: one spelling for all policies of one structure.

use mediastore_policy::meaning;
use tf_plugin::function::{Function, FunctionError, Parameter};
use tf_plugin::types::Type;
use tf_plugin::value::Value;

use super::{malformed, text};

pub(super) fn function() -> Function {
    Function {
        name: "normalize_policy",
        summary: "Canonical text of a policy",
        description: "Writes a policy in one spelling: two policies that differ only in white space, order of members, \
                      single or list forms and the like become the same text.",
        parameters: vec![Parameter::new("policy", Type::String, "A policy as JSON.")],
        variadic: None,
        returns: Type::String,
        call,
    }
}

fn call(arguments: &[Value]) -> Result<Value, FunctionError> {
    meaning::normalize(text(arguments, 0)).map(Value::String).map_err(|problems| malformed(0, &problems))
}
