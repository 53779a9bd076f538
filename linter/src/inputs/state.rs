//! State: what `terraform show -json` prints of it, and the file as it is stored (version 4). What is there is judged as it is.

use std::borrow::Cow;
use std::path::Path;

use mediastore_policy::json::{Node, Value};
use mediastore_policy::span::Span;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::plan::{blank, with_text};
use super::terraform::{self, Resource, type_of};
use super::values::{Collector, Values, put_holes, syntax_fault};
use crate::source::Syntax;
use crate::unit::{Fault, FaultKind, Unit};

#[derive(Deserialize)]
struct State<'a> {
    #[serde(borrow)]
    values: Option<Values<'a>>,
}

#[derive(Deserialize)]
struct RawState<'a> {
    version: u64,
    #[serde(borrow, default)]
    resources: Vec<RawResource<'a>>,
}

#[derive(Deserialize)]
struct RawResource<'a> {
    #[serde(default)]
    module: String,
    #[serde(borrow)]
    mode: Cow<'a, str>,
    #[serde(borrow)]
    r#type: Cow<'a, str>,
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(borrow, default)]
    instances: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct RawInstance<'a> {
    index_key: Option<serde_json::Value>,
    #[serde(borrow)]
    attributes: Option<&'a RawValue>,
    #[serde(default)]
    sensitive_attributes: Vec<serde_json::Value>,
}

/// Reads the state that `terraform show -json` prints.
pub(super) fn read(path: &Path, text: &str) -> Unit {
    read_with(path, text, |collector| {
        let state: State<'_> = serde_json::from_str(text)?;
        if let Some(values) = &state.values {
            collector.values(values);
        }
        Ok(())
    })
}

/// Reads state as it is stored.
pub(super) fn read_raw(path: &Path, text: &str) -> Unit {
    read_with(path, text, |collector| {
        let state: RawState<'_> = serde_json::from_str(text)?;
        if state.version != 4 {
            collector.faults.push(Fault {
                kind: FaultKind::Broken,
                message: format!("the state has version {}, and only version 4 is read", state.version),
                span: Span::default(),
                help: Some("Terraform 0.12 and later write version 4".to_owned()),
            });
            return Ok(());
        }
        for resource in state.resources.iter().filter(|resource| resource.mode == "managed") {
            if type_of(&resource.r#type).is_some() {
                instances(resource, collector)?;
            }
        }
        Ok(())
    })
}

fn read_with<'a>(
    path: &Path,
    text: &'a str,
    collect: impl FnOnce(&mut Collector<'a>) -> Result<(), serde_json::Error>,
) -> Unit {
    let mut unit = Unit::default();
    let base = unit.sources.add(path, Syntax::Json, "");
    let mut collector = Collector::new(text, base);
    if let Err(error) = collect(&mut collector) {
        unit.faults.push(syntax_fault(text, base, &error));
        return with_text(unit, path, &blank(text));
    }
    let shown = collector.shown();
    let resource = |instance: super::values::Instance| Resource {
        type_name: instance.type_name,
        address: instance.address,
        attributes: instance.attributes,
        region: None,
        refers_to: None,
        source: (text, base),
    };
    let resources: Vec<_> = collector.instances.drain(..).map(resource).collect();
    unit.faults.append(&mut collector.faults);
    terraform::add(&mut unit, &resources);
    with_text(unit, path, &shown)
}

fn instances<'a>(resource: &RawResource<'a>, collector: &mut Collector<'a>) -> Result<(), serde_json::Error> {
    let dot = if resource.module.is_empty() { "" } else { "." };
    for raw in &resource.instances {
        let instance: RawInstance<'a> = serde_json::from_str(raw.get())?;
        let Some(attributes) = instance.attributes else { continue };
        let index = instance.index_key.map(|key| format!("[{key}]")).unwrap_or_default();
        let address = format!("{}{dot}{}.{}{index}", resource.module, resource.r#type, resource.name);
        let whole = collector.span(raw.get());
        let type_name = resource.r#type.clone().into_owned();
        collector.instance(address, resource.module.clone(), type_name, attributes, whole, |node| {
            let mut secrets = Vec::new();
            for path in instance.sensitive_attributes.iter().filter_map(serde_json::Value::as_array) {
                hide(node, path, &mut secrets);
            }
            secrets
        });
    }
    Ok(())
}

/// Puts a hole where a path of steps such as `{"type": "get_attr", "value": "policy"}` leads. If it leads into a set or to what is not
/// there, the last thing that is there is hidden whole, which cannot show too much.
fn hide(node: &mut Node, path: &[serde_json::Value], secrets: &mut Vec<Span>) {
    if let Some((step, rest)) = path.split_first()
        && let Some(next) = child(node, step)
    {
        return hide(next, rest, secrets);
    }
    put_holes(node, &serde_json::Value::Bool(true), "a sensitive value", secrets);
}

fn child<'a>(node: &'a mut Node, step: &serde_json::Value) -> Option<&'a mut Node> {
    // The value of an index is wrapped together with its type.
    let key = step.get("value")?;
    match (&mut node.value, key.get("value").unwrap_or(key)) {
        (Value::Object(members), serde_json::Value::String(key)) => {
            members.iter_mut().find(|member| member.key.as_known() == Some(key)).map(|member| &mut member.node)
        }
        (Value::Array(items), serde_json::Value::Number(index)) => {
            items.get_mut(usize::try_from(index.as_u64()?).ok()?)
        }
        _ => None,
    }
}
