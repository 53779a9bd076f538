//! The plan engine: from prior state, proposed state and configuration to the planned state. Pure.
//!
//! One order for every resource: write-only values vanish, defaults fill in, spellings that mean the same keep the prior
//! one; then, only if something changed, what is computed and not configured becomes unknown unless it keeps its prior
//! value; last, the paths whose change replaces the object. What a resource knows beyond its schema is its own hook,
//! which runs after this.
//!
//! Terraform has already merged prior computed values into the proposed state.

use std::collections::BTreeMap;

use crate::path::Path;
use crate::schema::{Attribute, Block, Nesting, OnChange};
use crate::value::Value;

/// The planned state of an object that exists after apply. `prior` is null for a create.
pub fn plan(block: &Block, prior: &Value, proposed: &Value, config: &Value) -> Value {
    let settled = walk(block, prior, proposed, config, &settle);
    if &settled == prior {
        return settled;
    }
    walk(block, prior, &settled, config, &mark_unknown)
}

/// Paths whose planned value differs from the prior one and cannot change in place. Empty for a create.
pub fn requires_replace(block: &Block, prior: &Value, planned: &Value) -> Vec<Path> {
    let mut paths = Vec::new();
    if !prior.is_null() && !planned.is_null() {
        find_replaced(block, prior, planned, &Path::root(), &mut paths);
    }
    paths
}

/// After a read, an apply or an upgrade: values that mean the same as before keep their prior spelling, write-only values are
/// null, and what has a default has it, also where the object was imported or stored before the attribute was there.
pub fn keep_spelling(block: &Block, prior: &Value, read: &Value) -> Value {
    walk(block, prior, read, &Value::Null, &|attribute, prior, read, _| {
        if attribute.write_only {
            return Value::Null;
        }
        match attribute.same {
            Some(same) if is_plain(prior) && is_plain(read) && same(prior, read) => prior.clone(),
            _ if read.is_null() => attribute.default.clone().unwrap_or(Value::Null),
            _ => read.clone(),
        }
    })
}

/// What an operation works with: the planned state, with the write-only values that only the configuration has.
pub fn with_write_only(block: &Block, planned: &Value, config: &Value) -> Value {
    walk(block, &Value::Null, planned, config, &|attribute, _, planned, config| {
        if attribute.write_only { config.clone() } else { planned.clone() }
    })
}

/// What becomes of one attribute: `(attribute, prior, planned so far, config) -> planned`.
type Rule<'a> = &'a dyn Fn(&Attribute, &Value, &Value, &Value) -> Value;

fn settle(attribute: &Attribute, prior: &Value, planned: &Value, config: &Value) -> Value {
    if attribute.write_only {
        return Value::Null;
    }
    if config.is_null() {
        return attribute.default.clone().unwrap_or_else(|| planned.clone());
    }
    match attribute.same {
        Some(same) if is_plain(prior) && is_plain(config) && same(prior, config) => prior.clone(),
        _ => planned.clone(),
    }
}

fn mark_unknown(attribute: &Attribute, prior: &Value, planned: &Value, config: &Value) -> Value {
    let computed = attribute.mode.is_computed();
    if !computed || !config.is_null() || attribute.default.is_some() {
        return planned.clone();
    }
    if attribute.keeps_prior && !prior.is_null() { prior.clone() } else { Value::Unknown }
}

fn is_plain(value: &Value) -> bool {
    !value.is_null() && value.is_wholly_known()
}

/// Applies `rule` to every attribute of a planned block, with the prior and configured values of the same place.
fn walk(block: &Block, prior: &Value, planned: &Value, config: &Value, rule: Rule<'_>) -> Value {
    let Value::Object(fields) = planned else {
        return planned.clone(); // an absent or wholly unknown block
    };
    let mut fields: BTreeMap<String, Value> = fields.clone();
    for attribute in &block.attributes {
        let name = &attribute.name;
        let value = rule(attribute, prior.attribute(name), planned.attribute(name), config.attribute(name));
        fields.insert(name.clone(), value);
    }
    for nested in &block.blocks {
        let (name, inner) = (&nested.name, &nested.block);
        let (prior, config) = (prior.attribute(name), config.attribute(name));
        let value = match (nested.nesting, planned.attribute(name)) {
            (Nesting::Single, planned) => walk(inner, prior, planned, config, rule),
            (Nesting::List, Value::List(elements)) => {
                let each = elements.iter().enumerate();
                Value::List(each.map(|(i, e)| walk(inner, prior.element(i), e, config.element(i), rule)).collect())
            }
            // An imported or older state may lack a block type; everywhere else an absent collection is an empty one.
            (Nesting::List, Value::Null) => Value::List(Vec::new()),
            (Nesting::Set, Value::Null) => Value::Set(Vec::new()),
            // Nothing inside a set block is computed (the schema's check), so its elements are as configured.
            (Nesting::Set | Nesting::List, planned) => planned.clone(),
        };
        fields.insert(name.clone(), value);
    }
    Value::Object(fields)
}

fn find_replaced(block: &Block, prior: &Value, planned: &Value, path: &Path, paths: &mut Vec<Path>) {
    for attribute in &block.attributes {
        let changed = prior.attribute(&attribute.name) != planned.attribute(&attribute.name);
        if attribute.on_change == OnChange::Replace && changed {
            paths.push(path.name(&attribute.name));
        }
    }
    for nested in &block.blocks {
        let path = path.name(&nested.name);
        let (prior, planned) = (prior.attribute(&nested.name), planned.attribute(&nested.name));
        match (nested.nesting, planned) {
            (Nesting::Single, Value::Object(_)) => find_replaced(&nested.block, prior, planned, &path, paths),
            (Nesting::List, Value::List(elements)) => {
                for (i, planned) in elements.iter().enumerate() {
                    find_replaced(&nested.block, prior.element(i), planned, &path.index(i), paths);
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{NestedBlock, Schema};

    fn schema() -> Schema {
        let same = |a: &Value, b: &Value| {
            a.as_str().map(str::to_lowercase).is_some()
                && a.as_str().map(str::to_lowercase) == b.as_str().map(str::to_lowercase)
        };
        Schema::new("")
            .attribute(Attribute::string("name").required().replaces())
            .attribute(Attribute::string("text").same(same))
            .attribute(Attribute::bool("enabled").default(false))
            .attribute(Attribute::string("arn").computed().keeps_prior())
            .attribute(Attribute::string("etag").computed())
            .attribute(Attribute::string("zone").optional_computed().keeps_prior())
            .attribute(Attribute::string("secret").write_only())
            .block(NestedBlock::list(
                "rule",
                Block::new("")
                    .attribute(Attribute::string("prefix").replaces())
                    .attribute(Attribute::string("id").computed().keeps_prior()),
            ))
    }

    fn object(fields: &[(&str, Value)]) -> Value {
        let names = ["name", "text", "enabled", "arn", "etag", "zone", "secret"];
        let mut all: BTreeMap<String, Value> = names.iter().map(|n| ((*n).to_owned(), Value::Null)).collect();
        all.insert("rule".into(), Value::List(vec![]));
        all.extend(fields.iter().map(|(n, v)| ((*n).to_owned(), v.clone())));
        Value::Object(all)
    }

    fn prior() -> Value {
        object(&[
            ("name", "a".into()),
            ("text", "Hello".into()),
            ("enabled", false.into()),
            ("arn", "arn:a".into()),
            ("etag", "1".into()),
            ("zone", "z".into()),
        ])
    }

    /// What Terraform proposes: the configuration, and prior values where it sets none and the attribute is computed.
    fn proposed(prior: &Value, config: &Value) -> Value {
        let mut fields = BTreeMap::new();
        for attribute in schema().block.attributes {
            let (old, new) = (prior.attribute(&attribute.name), config.attribute(&attribute.name));
            let computed = attribute.mode.is_computed();
            let value = if computed && new.is_null() { old } else { new };
            fields.insert(attribute.name, value.clone());
        }
        fields.insert("rule".into(), config.attribute("rule").clone());
        Value::Object(fields)
    }

    #[track_caller]
    fn plans(prior: &Value, config: Value, expected: Value) {
        let schema = schema();
        let planned = plan(&schema.block, prior, &proposed(prior, &config), &config);
        assert_eq!(planned, expected);
    }

    #[test]
    fn create_fills_defaults_and_leaves_computed_unknown() {
        plans(
            &Value::Null,
            object(&[("name", "a".into()), ("secret", "s".into())]),
            object(&[
                ("name", "a".into()),
                ("enabled", false.into()),
                ("arn", Value::Unknown),
                ("etag", Value::Unknown),
                ("zone", Value::Unknown),
            ]),
        );
    }

    #[test]
    fn nothing_changed_is_exactly_the_prior_state() {
        plans(&prior(), object(&[("name", "a".into()), ("text", "Hello".into())]), prior());
    }

    #[test]
    fn another_spelling_of_the_same_is_no_change() {
        plans(&prior(), object(&[("name", "a".into()), ("text", "HELLO".into()), ("secret", "s".into())]), prior());
    }

    #[test]
    fn a_change_makes_computed_unknown_but_keeps_what_is_stable() {
        plans(
            &prior(),
            object(&[("name", "a".into()), ("text", "Bye".into())]),
            object(&[
                ("name", "a".into()),
                ("text", "Bye".into()),
                ("enabled", false.into()),
                ("arn", "arn:a".into()),
                ("etag", Value::Unknown),
                ("zone", "z".into()),
            ]),
        );
    }

    #[test]
    fn unknown_configuration_stays_unknown() {
        let config = object(&[("name", "a".into()), ("text", Value::Unknown), ("zone", Value::Unknown)]);
        let schema = schema();
        let planned = plan(&schema.block, &prior(), &proposed(&prior(), &config), &config);
        assert_eq!(planned.attribute("text"), &Value::Unknown);
        assert_eq!(planned.attribute("zone"), &Value::Unknown);
        assert_eq!(planned.attribute("arn"), &"arn:a".into());
    }

    #[test]
    fn blocks_are_planned_by_position_and_may_be_unknown() {
        let rule = |prefix: &str, id: Value| Value::object([("prefix", prefix.into()), ("id", id)]);
        let config = object(&[("name", "a".into()), ("rule", Value::List(vec![rule("x", Value::Null)]))]);
        let schema = schema();
        let planned = plan(&schema.block, &Value::Null, &proposed(&Value::Null, &config), &config);
        assert_eq!(planned.attribute("rule"), &Value::List(vec![rule("x", Value::Unknown)]));

        let config = object(&[("name", "a".into()), ("rule", Value::Unknown)]);
        let planned = plan(&schema.block, &Value::Null, &proposed(&Value::Null, &config), &config);
        assert_eq!(planned.attribute("rule"), &Value::Unknown);
    }

    #[test]
    fn only_changed_paths_replace() {
        let rule = |prefix: &str| Value::object([("prefix", prefix.into()), ("id", Value::Null)]);
        let before = object(&[("name", "a".into()), ("rule", Value::List(vec![rule("x"), rule("y")]))]);
        let after = object(&[("name", "a".into()), ("rule", Value::List(vec![rule("x"), rule("z")]))]);
        let block = schema().block;
        let replaced = |before: &Value, after: &Value| -> Vec<String> {
            requires_replace(&block, before, after).iter().map(Path::to_string).collect()
        };
        assert_eq!(replaced(&before, &after), ["rule[1].prefix"]);
        assert_eq!(replaced(&before, &object(&[("name", Value::Unknown)])), ["name"]);
        assert!(replaced(&Value::Null, &after).is_empty());
        assert!(replaced(&before, &Value::Null).is_empty());
    }

    #[test]
    fn a_read_keeps_the_spelling_and_drops_write_only() {
        let read = object(&[("name", "a".into()), ("text", "HELLO".into()), ("secret", "s".into())]);
        let kept = keep_spelling(&schema().block, &prior(), &read);
        assert_eq!(kept, object(&[("name", "a".into()), ("text", "Hello".into()), ("enabled", false.into())]));
        let drifted = object(&[("name", "a".into()), ("text", "other".into()), ("enabled", true.into())]);
        assert_eq!(keep_spelling(&schema().block, &prior(), &drifted), drifted);
    }
}
