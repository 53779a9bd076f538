//! `lint(policy, accounts...)`: what the linter's rules say of a policy.

use mediastore_lint::finding::Finding;
use mediastore_lint::unit::Unit;
use tf_plugin::function::{Function, FunctionError, Parameter};
use tf_plugin::types::Type;
use tf_plugin::value::Value;

use super::text;
use crate::guardrails;

pub(super) fn function() -> Function {
    Function {
        name: "lint",
        summary: "Findings of the linter",
        description: "What the rules of `mediastore-lint` say of a policy, worst first: `rule`, `severity` (`error`, `warning` or \
                      `info`), `message`, `help` or null, `line` and `column` in the policy or null, and `witness`, a request \
                      that proves it as JSON, or null. Empty for a policy that nothing is wrong with. Severities are the \
                      documented ones; an organisation's own are for the provider block's `guardrails`.",
        parameters: vec![Parameter::new("policy", Type::String, "A container policy as JSON.")],
        variadic: Some(Parameter::new("accounts", Type::String, "Trusted account ids, twelve digits each.")),
        returns: Type::list(Type::object([
            ("rule", Type::String),
            ("severity", Type::String),
            ("message", Type::String),
            ("help", Type::String),
            ("line", Type::Number),
            ("column", Type::Number),
            ("witness", Type::String),
        ])),
        call,
    }
}

fn call(arguments: &[Value]) -> Result<Value, FunctionError> {
    let accounts: Vec<&str> = arguments.iter().skip(1).map(|account| account.as_str().unwrap_or_default()).collect();
    let (findings, unit) = guardrails::findings(text(arguments, 0), &accounts)
        .map_err(|(index, error)| FunctionError::argument(index + 1, error))?;
    Ok(Value::List(findings.iter().map(|finding| value(finding, &unit)).collect()))
}

fn value(finding: &Finding, unit: &Unit) -> Value {
    let place = unit.sources.locate(finding.span).map(|(source, local)| source.position(local.start));
    let number =
        |number: Option<usize>| number.and_then(|number| i64::try_from(number).ok()).map_or(Value::Null, Value::from);
    let optional = |text: Option<String>| text.map_or(Value::Null, Value::String);
    let witness = finding.witness.as_ref().and_then(|request| serde_json::to_string(request).ok());
    Value::object([
        ("rule", finding.rule.as_str().into()),
        ("severity", finding.severity.to_string().as_str().into()),
        ("message", finding.message.as_str().into()),
        ("help", optional(finding.help.clone())),
        ("line", number(place.map(|place| place.line))),
        ("column", number(place.map(|place| place.column))),
        ("witness", optional(witness)),
    ])
}
