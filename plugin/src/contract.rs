//! Terraform's lifecycle contract, as Terraform itself will check it.
//!
//! The engine asks before it answers, so that a mistake of the provider is reported as one; the test harness asserts the
//! same on every call. Written from the rules in OpenTofu's `docs/resource-instance-change-lifecycle.md`.

use crate::path::Path;
use crate::schema::{Attribute, Block, Nesting};
use crate::value::Value;

/// What is wrong with a planned state, in words. Empty for a legal plan.
pub fn plan_problems(block: &Block, prior: &Value, config: &Value, planned: &Value) -> Vec<String> {
    let mut problems = Vec::new();
    check_planned(block, prior, config, planned, &Path::root(), &mut problems);
    problems
}

/// What is wrong with the state after apply, in words. Empty for a legal answer.
pub fn apply_problems(planned: &Value, applied: &Value) -> Vec<String> {
    let mut problems = Vec::new();
    if !applied.is_wholly_known() {
        problems.push("the state after apply holds unknown values".to_owned());
    }
    check_applied(planned, applied, &Path::root(), &mut problems);
    problems
}

fn check_planned(
    block: &Block,
    prior: &Value,
    config: &Value,
    planned: &Value,
    path: &Path,
    problems: &mut Vec<String>,
) {
    match (config, planned) {
        (Value::Null, Value::Null) | (Value::Unknown, Value::Unknown) => return,
        (Value::Object(_), Value::Object(_)) => {}
        _ => return problems.push(format!("{}the block is planned otherwise than it is configured", path.prefix())),
    }
    for attribute in &block.attributes {
        let name = &attribute.name;
        let (prior, config, planned) = (prior.attribute(name), config.attribute(name), planned.attribute(name));
        if let Some(problem) = attribute_problem(attribute, prior, config, planned) {
            problems.push(format!("{}: {problem}", path.name(name)));
        }
    }
    for nested in &block.blocks {
        let path = path.name(&nested.name);
        let (prior, config, planned) =
            (prior.attribute(&nested.name), config.attribute(&nested.name), planned.attribute(&nested.name));
        match (nested.nesting, config, planned) {
            (Nesting::Single, ..) => check_planned(&nested.block, prior, config, planned, &path, problems),
            (Nesting::List, Value::List(configured), Value::List(elements)) if configured.len() == elements.len() => {
                for (i, (config, planned)) in configured.iter().zip(elements).enumerate() {
                    check_planned(&nested.block, prior.element(i), config, planned, &path.index(i), problems);
                }
            }
            (Nesting::Set, Value::Set(configured), Value::Set(elements)) if configured.len() == elements.len() => {}
            (_, Value::Unknown, Value::Unknown) => {}
            _ => problems.push(format!("{path}: the number of planned blocks differs from the configured one")),
        }
    }
}

fn attribute_problem(attribute: &Attribute, prior: &Value, config: &Value, planned: &Value) -> Option<&'static str> {
    let computed = attribute.mode.is_computed();
    if attribute.write_only {
        return (!planned.is_null()).then_some("a write-only value is planned");
    }
    if config.is_null() {
        return (!computed && !planned.is_null()).then_some("a value is planned for a non-computed attribute");
    }
    (planned != config && planned != prior).then_some("the plan is neither the configured value nor the prior one")
}

fn check_applied(planned: &Value, applied: &Value, path: &Path, problems: &mut Vec<String>) {
    match (planned, applied) {
        (Value::Unknown, _) => {}
        (Value::Object(planned), Value::Object(applied)) => {
            for (name, planned) in planned {
                check_applied(planned, applied.get(name).unwrap_or(&Value::Null), &path.name(name), problems);
            }
        }
        (Value::Map(planned), Value::Map(applied)) if planned.keys().eq(applied.keys()) => {
            for (key, planned) in planned {
                check_applied(planned, &applied[key], &path.key(key), problems);
            }
        }
        (Value::List(planned), Value::List(applied)) if planned.len() == applied.len() => {
            for (i, (planned, applied)) in planned.iter().zip(applied).enumerate() {
                check_applied(planned, applied, &path.index(i), problems);
            }
        }
        (Value::Set(elements), Value::Set(after)) if !planned.is_wholly_known() && after.len() <= elements.len() => {}
        (planned, applied) if planned == applied => {}
        _ => problems.push(format!("{}the value after apply differs from the planned one", path.prefix())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{NestedBlock, Schema};

    fn block() -> Block {
        Schema::new("")
            .attribute(Attribute::string("name").required())
            .attribute(Attribute::string("arn").computed())
            .attribute(Attribute::string("note"))
            .attribute(Attribute::string("secret").write_only())
            .block(NestedBlock::list("rule", Block::new("").attribute(Attribute::string("id"))))
            .block
    }

    fn state(name: &str, arn: Value, note: Value, secret: Value, rules: usize) -> Value {
        let rule = Value::object([("id", Value::from("r"))]);
        Value::object([
            ("name", name.into()),
            ("arn", arn),
            ("note", note),
            ("secret", secret),
            ("rule", Value::List(vec![rule; rules])),
        ])
    }

    #[test]
    fn plans_that_terraform_accepts() {
        let config = state("a", Value::Null, "x".into(), "s".into(), 1);
        let prior = state("b", "arn:b".into(), "y".into(), Value::Null, 0);
        for planned in [
            state("a", Value::Unknown, "x".into(), Value::Null, 1),
            state("a", "arn:b".into(), "y".into(), Value::Null, 1),
        ] {
            assert_eq!(plan_problems(&block(), &prior, &config, &planned), Vec::<String>::new());
        }
    }

    #[test]
    fn plans_that_terraform_refuses() {
        let config = state("a", Value::Null, Value::Null, "s".into(), 1);
        let planned = state("c", Value::Unknown, "x".into(), "s".into(), 2);
        assert_eq!(
            plan_problems(&block(), &Value::Null, &config, &planned),
            [
                "name: the plan is neither the configured value nor the prior one",
                "note: a value is planned for a non-computed attribute",
                "secret: a write-only value is planned",
                "rule: the number of planned blocks differs from the configured one",
            ]
        );
        assert_eq!(
            plan_problems(&block(), &Value::Null, &config, &Value::Null),
            ["the block is planned otherwise than it is configured"]
        );
    }

    #[test]
    fn states_that_terraform_refuses_after_apply() {
        let planned = state("a", Value::Unknown, "x".into(), Value::Null, 1);
        let good = state("a", "arn:a".into(), "x".into(), Value::Null, 1);
        assert_eq!(apply_problems(&planned, &good), Vec::<String>::new());
        let bad = state("b", Value::Unknown, "x".into(), Value::Null, 0);
        assert_eq!(
            apply_problems(&planned, &bad),
            [
                "the state after apply holds unknown values",
                "name: the value after apply differs from the planned one",
                "rule: the value after apply differs from the planned one",
            ]
        );
        assert_eq!(apply_problems(&planned, &Value::Null), ["the value after apply differs from the planned one"]);
    }
}
