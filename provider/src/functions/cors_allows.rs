//! `cors_allows(rules, origin, method, headers...)`: whether a web page may make a request.

use mediastore_policy::cors::{CorsDecision, CorsRequest, CorsRule, cors_decide};
use tf_plugin::function::{Function, FunctionError, Parameter};
use tf_plugin::types::Type;
use tf_plugin::value::Value;

use super::{text, texts};

pub(super) fn function() -> Function {
    let list = || Type::list(Type::String);
    let rule = Type::object([("allowed_origins", list()), ("allowed_methods", list()), ("allowed_headers", list())])
        .with_optional(&["allowed_headers"]);
    Function {
        name: "cors_allows",
        summary: "Whether CORS rules allow a page's request",
        description: "Decides by the first rule that matches, as the service does. With `headers`, the request is a preflight \
                      for them.",
        parameters: vec![
            Parameter::new(
                "rules",
                Type::list(rule),
                "Rules in order, each with `allowed_origins`, `allowed_methods` and perhaps `allowed_headers`.",
            ),
            Parameter::new("origin", Type::String, "Origin of the page, such as `https://player.example.com`."),
            Parameter::new("method", Type::String, "Method of the request."),
        ],
        variadic: Some(Parameter::new("headers", Type::String, "Request headers that a preflight asks for.")),
        returns: Type::Bool,
        call,
    }
}

fn call(arguments: &[Value]) -> Result<Value, FunctionError> {
    let Some(Value::List(rules)) = arguments.first() else {
        return Err(FunctionError::argument(0, "the rules are a list"));
    };
    let rule = |rule: &Value| CorsRule {
        allowed_origins: texts(rule.attribute("allowed_origins")),
        allowed_methods: texts(rule.attribute("allowed_methods")),
        allowed_headers: texts(rule.attribute("allowed_headers")),
        ..CorsRule::default()
    };
    let rules: Vec<CorsRule> = rules.iter().map(rule).collect();
    let headers: Vec<String> =
        arguments.iter().skip(3).filter_map(|header| header.as_str().map(str::to_owned)).collect();
    let request = CorsRequest {
        origin: Some(text(arguments, 1).to_owned()),
        method: text(arguments, 2).to_owned(),
        preflight: Some(headers).filter(|headers| !headers.is_empty()),
    };
    Ok(matches!(cors_decide(&rules, &request), CorsDecision::Grant(_)).into())
}
