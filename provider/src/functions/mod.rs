//! Provider functions, one file each: pure and offline, usable in `check`, `validation` and `precondition` blocks.
//! The list is the registry.

mod allows;
mod container_arn;
mod cors_allows;
mod exposure;
mod lint;
mod normalize_policy;
mod parse_arn;

use mediastore_policy::model::Policy;
use mediastore_policy::parse;
use tf_plugin::function::{Function, FunctionError};
use tf_plugin::value::Value;

/// Every function, in the order of the docs.
pub(crate) fn all() -> Vec<Function> {
    vec![
        allows::function(),
        container_arn::function(),
        cors_allows::function(),
        exposure::function(),
        lint::function(),
        normalize_policy::function(),
        parse_arn::function(),
    ]
}

/// The text of an argument whose parameter is a string.
fn text(arguments: &[Value], index: usize) -> &str {
    arguments.get(index).and_then(Value::as_str).unwrap_or_default()
}

/// The texts of a list, set or null.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::List(elements) | Value::Set(elements) => {
            elements.iter().filter_map(|element| element.as_str().map(str::to_owned)).collect()
        }
        _ => Vec::new(),
    }
}

/// A policy from an argument; its problems are the argument's error.
fn policy(arguments: &[Value], index: usize) -> Result<Policy, FunctionError> {
    parse::parse(text(arguments, index)).into_result().map_err(|problems| malformed(index, &problems))
}

/// An argument that is no policy.
fn malformed(index: usize, problems: &[impl ToString]) -> FunctionError {
    let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
    FunctionError::argument(index, format!("the policy is malformed: {}", problems.join("; ")))
}

/// An account id from an argument.
fn account(arguments: &[Value], index: usize) -> Result<&str, FunctionError> {
    let account = text(arguments, index);
    if account.len() != 12 || !account.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(FunctionError::argument(index, format!("`{account}` is not an account id of twelve digits")));
    }
    Ok(account)
}
