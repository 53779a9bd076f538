//! `exposure(policy, accounts...)`: what outsiders can do by a policy, and a request that proves it.

use mediastore_policy::analyse::{self, TrustZone};
use mediastore_policy::mediastore;
use mediastore_policy::request::Request;
use tf_plugin::function::{Function, FunctionError, Parameter};
use tf_plugin::types::Type;
use tf_plugin::value::Value;

use super::{account, policy};

pub(super) fn function() -> Function {
    Function {
        name: "exposure",
        summary: "Who outside can do what",
        description: "Decides, over all requests, what a policy lets outsiders do. `class` is `public`, `guarded` (only with a \
                      secret header), `external` (only outsiders whom the policy names), `trusted`, `none`, or `undecided`, which is \
                      not proven safe; `actions` has the class of each action; `witness` is an allowed request as JSON, or \
                      null. Outsiders are all accounts but the ones given; without any, all but the one that the policy's \
                      resources name. The same answer as `mediastore-lint exposure`.",
        parameters: vec![Parameter::new("policy", Type::String, "A container policy as JSON.")],
        variadic: Some(Parameter::new("accounts", Type::String, "Trusted account ids, twelve digits each.")),
        returns: Type::object([
            ("class", Type::String),
            ("actions", Type::map(Type::String)),
            ("witness", Type::String),
        ]),
        call,
    }
}

fn call(arguments: &[Value]) -> Result<Value, FunctionError> {
    let policies = [policy(arguments, 0)?];
    let mut zone = TrustZone::default();
    for index in 1..arguments.len() {
        zone.accounts.push(account(arguments, index)?.to_owned());
    }
    if zone.accounts.is_empty() {
        zone.accounts.extend(TrustZone::owner(&policies));
    }
    let exposure = analyse::exposure(&policies, &zone, &mediastore::MODEL, None);
    let actions = exposure.actions.iter().map(|action| (action.action.clone(), Value::from(action.class.as_str())));
    let witness = exposure.witness().map_or(Value::Null, |request| Value::String(json(request)));
    Ok(Value::object([
        ("class", exposure.class.as_str().into()),
        ("actions", Value::map(actions)),
        ("witness", witness),
    ]))
}

fn json(request: &Request) -> String {
    serde_json::to_string(request).expect("a request is text, lists and maps with text keys")
}
