//! `container_arn(region, account, name)`: the ARN of a container.

use mediastore_policy::limits;
use tf_plugin::function::{Function, FunctionError, Parameter};
use tf_plugin::types::Type;
use tf_plugin::value::Value;

use super::{account, text};

pub(super) fn function() -> Function {
    Function {
        name: "container_arn",
        summary: "ARN of a container",
        description: "Builds the ARN of a container from its region, its account and its name, which are checked.",
        parameters: vec![
            Parameter::new("region", Type::String, "Region, such as `us-west-2`."),
            Parameter::new("account", Type::String, "Account id: twelve digits."),
            Parameter::new("name", Type::String, "Name of the container."),
        ],
        variadic: None,
        returns: Type::String,
        call,
    }
}

fn call(arguments: &[Value]) -> Result<Value, FunctionError> {
    let (region, name) = (text(arguments, 0), text(arguments, 2));
    let legal = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if region.is_empty() || !region.bytes().all(legal) {
        return Err(FunctionError::argument(0, format!("`{region}` is not a region such as `us-west-2`")));
    }
    let account = account(arguments, 1)?;
    limits::CONTAINER_NAME.check(name).map_err(|violation| FunctionError::argument(2, violation.to_string()))?;
    Ok(format!("arn:aws:mediastore:{region}:{account}:container/{name}").as_str().into())
}
