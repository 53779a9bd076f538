//! `allows(policy, request)`: the decision of a policy on one request.

use mediastore_policy::decide::{Verdict, decide};
use mediastore_policy::request::{Caller, Context, Request};
use tf_plugin::function::{Function, FunctionError, Parameter};
use tf_plugin::types::Type;
use tf_plugin::value::Value;

use super::{policy, texts};

pub(super) fn function() -> Function {
    let request = Type::object([
        ("principal", Type::String),
        ("action", Type::String),
        ("resource", Type::String),
        ("context", Type::map(Type::list(Type::String))),
    ])
    .with_optional(&["context"]);
    Function {
        name: "allows",
        summary: "Whether a policy allows a request",
        description: "Decides one request: `principal` (`*` for an unsigned request, an ARN, or a service), `action`, \
                      `resource` and the condition keys in `context`, each with its values. The same decision as \
                      `mediastore-lint simulate` and the service.",
        parameters: vec![
            Parameter::new("policy", Type::String, "A container policy as JSON."),
            Parameter::new("request", request, "The request; `context` may be left out."),
        ],
        variadic: None,
        returns: Type::Bool,
        call,
    }
}

fn call(arguments: &[Value]) -> Result<Value, FunctionError> {
    let policy = policy(arguments, 0)?;
    let given = arguments.get(1).unwrap_or(&Value::Null);
    let part = |name: &str| {
        let missing = || FunctionError::argument(1, format!("the request needs a `{name}`"));
        given.attribute(name).as_str().map(str::to_owned).ok_or_else(missing)
    };
    let principal = Caller::parse(&part("principal")?);
    let principal = principal.map_err(|error| FunctionError::argument(1, error.to_string()))?;
    let mut context = Context::new();
    if let Value::Map(keys) = given.attribute("context") {
        for (key, values) in keys {
            context.set(key.clone(), texts(values));
        }
    }
    let request = Request { principal, action: part("action")?, resource: part("resource")?, context };
    Ok((decide([&policy], &request).verdict == Verdict::Allow).into())
}
