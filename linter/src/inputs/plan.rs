//! Plans, as `terraform show -json` prints them: what will be there after apply, with holes for what only apply can tell.
//!
//! What a plan deletes is not in its planned values and so not judged. Which values are secret is respected: they are neither read nor shown.

use std::collections::HashMap;
use std::path::Path;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::terraform::{self, Resource, Type, type_of};
use super::values::{Collector, Values, put_holes, syntax_fault};
use crate::source::Syntax;
use crate::unit::Unit;

#[derive(Deserialize)]
struct Plan<'a> {
    #[serde(borrow)]
    planned_values: Option<Values<'a>>,
    #[serde(borrow, default)]
    resource_changes: Vec<&'a RawValue>,
    #[serde(default)]
    configuration: Configuration,
}

#[derive(Deserialize)]
struct ChangedResource {
    address: String,
    r#type: String,
    change: Option<Change>,
}

#[derive(Deserialize)]
struct Change {
    #[serde(default)]
    after_unknown: serde_json::Value,
}

#[derive(Default, Deserialize)]
struct Configuration {
    #[serde(default)]
    provider_config: HashMap<String, Provider>,
    #[serde(default)]
    root_module: Module,
}

#[derive(Deserialize)]
struct Provider {
    #[serde(default)]
    expressions: ProviderExpressions,
}

#[derive(Default, Deserialize)]
struct ProviderExpressions {
    region: Option<Expression>,
}

#[derive(Default, Deserialize)]
struct Module {
    #[serde(default)]
    resources: Vec<Configured>,
    #[serde(default)]
    module_calls: HashMap<String, Call>,
}

#[derive(Deserialize)]
struct Call {
    #[serde(default)]
    module: Module,
}

#[derive(Deserialize)]
struct Configured {
    #[serde(default)]
    address: String,
    #[serde(default)]
    r#type: String,
    #[serde(default)]
    provider_config_key: String,
    #[serde(default)]
    expressions: serde_json::Map<String, serde_json::Value>,
}

#[derive(Deserialize)]
struct Expression {
    constant_value: Option<serde_json::Value>,
}

/// What the configuration says of a resource.
struct Written {
    provider: String,
    /// What `container_name` refers to.
    references: Vec<String>,
}

/// Reads a plan.
pub(super) fn read(path: &Path, text: &str) -> Unit {
    let mut unit = Unit::default();
    // The first text of a unit has a fixed base, and what is shown of this one is known only when it is read.
    let base = unit.sources.add(path, Syntax::Json, "");
    let plan = match serde_json::from_str::<Plan<'_>>(text) {
        Ok(plan) => plan,
        Err(error) => {
            unit.faults.push(syntax_fault(text, base, &error));
            return with_text(unit, path, &blank(text));
        }
    };
    let mut collector = Collector::new(text, base);
    if let Some(values) = &plan.planned_values {
        collector.values(values);
    }
    let unknown = unknown_values(&plan.resource_changes);
    let mut written = HashMap::new();
    collect(&plan.configuration.root_module, "", &mut written);
    let shown = collector.shown();
    let resources: Vec<Resource<'_>> = collector
        .instances
        .drain(..)
        .map(|instance| {
            let mut attributes = instance.attributes;
            if let Some(marks) = unknown.get(&instance.address) {
                put_holes(&mut attributes, marks, &instance.address, &mut Vec::new());
            }
            let written = written.get(&without_indexes(&instance.address));
            let region = written.and_then(|written| plan.configuration.region(&written.provider));
            let refers_to = written.and_then(|written| container_of(&written.references)).map(|container| {
                let dot = if instance.module.is_empty() { "" } else { "." };
                format!("{}{dot}{container}", instance.module)
            });
            Resource {
                type_name: instance.type_name,
                address: instance.address,
                attributes,
                region,
                refers_to,
                source: (text, base),
            }
        })
        .collect();
    unit.faults.append(&mut collector.faults);
    terraform::add(&mut unit, &resources);
    with_text(unit, path, &shown)
}

/// The unit with the text that its places lie in.
pub(super) fn with_text(mut unit: Unit, path: &Path, text: &str) -> Unit {
    unit.sources = crate::source::Sources::default();
    unit.sources.add(path, Syntax::Json, text);
    unit
}

/// A text of the same places that shows nothing.
pub(super) fn blank(text: &str) -> String {
    text.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }).collect()
}

/// What is unknown until apply, by address.
fn unknown_values(changes: &[&RawValue]) -> HashMap<String, serde_json::Value> {
    let ours = changes.iter().filter_map(|change| {
        let changed: ChangedResource = serde_json::from_str(change.get()).ok()?;
        type_of(&changed.r#type)?;
        Some((changed.address, changed.change?.after_unknown))
    });
    ours.collect()
}

/// Notes what is written of our resources, by their addresses without indexes.
fn collect(module: &Module, prefix: &str, written: &mut HashMap<String, Written>) {
    for resource in &module.resources {
        if type_of(&resource.r#type).is_none() {
            continue;
        }
        let references = resource.expressions.get("container_name").and_then(|expression| expression.get("references"));
        let references = references.and_then(serde_json::Value::as_array).into_iter().flatten();
        let written_here = Written {
            provider: resource.provider_config_key.clone(),
            references: references.filter_map(|reference| reference.as_str().map(str::to_owned)).collect(),
        };
        written.insert(format!("{prefix}{}", resource.address), written_here);
    }
    for (name, call) in &module.module_calls {
        collect(&call.module, &format!("{prefix}module.{name}."), written);
    }
}

impl Configuration {
    fn region(&self, provider: &str) -> Option<String> {
        let region = self.provider_config.get(provider)?.expressions.region.as_ref()?;
        region.constant_value.as_ref()?.as_str().map(str::to_owned)
    }
}

/// The container among references, which Terraform lists from the longest to the shortest: `type.name[0].name`, `type.name[0]`, `type.name`.
fn container_of(references: &[String]) -> Option<&str> {
    let is_container = |reference: &&String| {
        let mut parts = reference.splitn(2, '.');
        let type_name = parts.next().unwrap_or_default();
        let rest = parts.next().unwrap_or_default();
        let behind_index = rest.rsplit(']').next().unwrap_or_default();
        matches!(type_of(type_name), Some(Type::Container(_))) && !behind_index.contains('.')
    };
    references.iter().find(is_container).map(String::as_str)
}

/// An address without the indexes of its parts.
fn without_indexes(address: &str) -> String {
    let mut kept = String::with_capacity(address.len());
    let mut in_index = false;
    let mut in_quotes = false;
    let mut escaped = false;
    for c in address.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' if in_quotes => escaped = true,
            '"' if in_index => in_quotes = !in_quotes,
            '[' if !in_quotes => in_index = true,
            ']' if !in_quotes => in_index = false,
            c if !in_index => kept.push(c),
            _ => {}
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indexes_are_taken_out_of_addresses() {
        for (address, expected) in
            [("module.m[\"a.b]\"].x.y[0]", "module.m.x.y"), ("x.y[\"q\\\"]\"]", "x.y"), ("x.y", "x.y")]
        {
            assert_eq!(without_indexes(address), expected);
        }
    }

    #[test]
    fn the_container_is_found_among_references() {
        let cases: &[(&[&str], Option<&str>)] = &[
            (&["mediastore_container.live.name", "mediastore_container.live"], Some("mediastore_container.live")),
            (
                &[
                    "aws_media_store_container.a[0].name",
                    "aws_media_store_container.a[0]",
                    "aws_media_store_container.a",
                ],
                Some("aws_media_store_container.a[0]"),
            ),
            (&["each.key", "mediastore_container.live"], Some("mediastore_container.live")),
            (&["var.name", "local.x"], None),
        ];
        for (references, expected) in cases {
            let references: Vec<String> = references.iter().map(|&reference| reference.to_owned()).collect();
            assert_eq!(container_of(&references), *expected, "{references:?}");
        }
    }
}
