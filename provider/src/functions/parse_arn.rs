//! `parse_arn(arn)`: the parts of a container's or object's ARN.

use mediastore_policy::arn;
use tf_plugin::function::{Function, FunctionError, Parameter};
use tf_plugin::types::Type;
use tf_plugin::value::Value;

use super::text;

/// The parts, in the order of the ARN; all of them text.
const PARTS: [&str; 5] = ["partition", "region", "account", "container", "path"];

pub(super) fn function() -> Function {
    Function {
        name: "parse_arn",
        summary: "Parts of an ARN",
        description: "Splits the ARN of a container, or of something inside it, into `partition`, `region`, `account`, \
                      `container` and `path`. `path` is empty for the container itself.",
        parameters: vec![Parameter::new("arn", Type::String, "An ARN with `container/` in its last field.")],
        variadic: None,
        returns: Type::object(PARTS.map(|part| (part, Type::String))),
        call,
    }
}

fn call(arguments: &[Value]) -> Result<Value, FunctionError> {
    let given = text(arguments, 0);
    let wrong = || {
        let form = "arn:aws:mediastore:<region>:<account>:container/<name>";
        FunctionError::argument(0, format!("`{given}` is not the ARN of a container; it has the form `{form}`"))
    };
    let Some(["arn", partition, "mediastore", region, account, resource]) = arn::split(given) else {
        return Err(wrong());
    };
    let inside = resource.strip_prefix("container/").ok_or_else(wrong)?;
    let (container, path) = inside.split_once('/').unwrap_or((inside, ""));
    let parts = PARTS.into_iter().zip([partition, region, account, container, path]);
    Ok(Value::object(parts.map(|(name, part)| (name, Value::from(part)))))
}
