//! The parts that Terraform's JSON formats share: modules of resources with values, what of them is unknown or sensitive, and a copy of
//! the text that holds nothing but what is ours.
//!
//! Only resources of MediaStore are read, each where it stands: a plan may have a hundred megabytes.

use std::borrow::Cow;
use std::sync::Arc;

use mediastore_policy::json::{self, Limits, Member, Node, Value};
use mediastore_policy::span::Span;
use mediastore_policy::text::{CharClass, Hole, Text};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::terraform::type_of;
use crate::source::move_tree;
use crate::unit::{Fault, FaultKind};

/// Bounds of one resource.
const LIMITS: Limits = Limits { bytes: 4 << 20, depth: 64, values: 200_000 };

/// The `values` of a state, or the `planned_values` of a plan.
#[derive(Debug, Deserialize)]
pub(super) struct Values<'a> {
    #[serde(borrow)]
    root_module: Option<Module<'a>>,
}

#[derive(Debug, Deserialize)]
struct Module<'a> {
    #[serde(default)]
    address: String,
    #[serde(borrow, default)]
    resources: Vec<&'a RawValue>,
    #[serde(borrow, default)]
    child_modules: Vec<Module<'a>>,
}

/// What a resource's type and mode are, before more of it is read.
#[derive(Debug, Deserialize)]
struct Head<'a> {
    #[serde(borrow)]
    address: Option<Cow<'a, str>>,
    #[serde(borrow)]
    mode: Option<Cow<'a, str>>,
    #[serde(borrow)]
    r#type: Cow<'a, str>,
    #[serde(borrow)]
    values: Option<&'a RawValue>,
    sensitive_values: Option<serde_json::Value>,
}

/// A resource of ours as it was found.
pub(super) struct Instance {
    pub(super) address: String,
    /// The address of its module, empty for the root.
    pub(super) module: String,
    pub(super) type_name: String,
    /// The attributes, at their places.
    pub(super) attributes: Node,
}

/// Collects resources from a text, and what may be shown of it.
pub(super) struct Collector<'a> {
    text: &'a str,
    base: usize,
    pub(super) instances: Vec<Instance>,
    pub(super) faults: Vec<Fault>,
    shown: Vec<Span>,
    hidden: Vec<Span>,
}

impl<'a> Collector<'a> {
    pub(super) fn new(text: &'a str, base: usize) -> Self {
        Self { text, base, instances: Vec::new(), faults: Vec::new(), shown: Vec::new(), hidden: Vec::new() }
    }

    /// Takes the resources of a module tree. Its depth is bounded by the reader of JSON.
    pub(super) fn values(&mut self, values: &Values<'a>) {
        if let Some(root) = &values.root_module {
            self.module(root);
        }
    }

    fn module(&mut self, module: &Module<'a>) {
        for resource in &module.resources {
            let Ok(head) = serde_json::from_str::<Head<'a>>(resource.get()) else {
                let span = self.span(resource.get());
                self.broken("a resource without a type".to_owned(), span);
                continue;
            };
            let is_ours = head.mode.as_deref() != Some("data") && type_of(&head.r#type).is_some();
            let (Some(values), Some(address), true) = (head.values, head.address, is_ours) else { continue };
            let whole = self.span(resource.get());
            let sensitive = head.sensitive_values.unwrap_or_default();
            self.instance(
                address.into_owned(),
                module.address.clone(),
                head.r#type.into_owned(),
                values,
                whole,
                |attributes| {
                    let mut secrets = Vec::new();
                    put_holes(attributes, &sensitive, "a sensitive value", &mut secrets);
                    secrets
                },
            );
        }
        module.child_modules.iter().for_each(|child| self.module(child));
    }

    /// Takes one resource. `hide` puts holes where values are secret, and says where those were.
    pub(super) fn instance(
        &mut self,
        address: String,
        module: String,
        type_name: String,
        values: &'a RawValue,
        whole: Span,
        hide: impl FnOnce(&mut Node) -> Vec<Span>,
    ) {
        let place = self.span(values.get());
        let (node, _) = json::parse(values.get(), LIMITS);
        let Some(mut attributes) = node else {
            self.broken(format!("`{address}` is too large or too deeply nested"), place);
            return;
        };
        move_tree(&mut attributes, place.start);
        self.shown.push(whole);
        self.hidden.extend(hide(&mut attributes));
        self.instances.push(Instance { address, module, type_name, attributes });
    }

    fn broken(&mut self, message: String, span: Span) {
        self.faults.push(Fault { kind: FaultKind::Broken, message, span, help: None });
    }

    /// The place of a part of the text.
    pub(super) fn span(&self, part: &str) -> Span {
        let start = self.base + (part.as_ptr() as usize - self.text.as_ptr() as usize);
        Span::new(start, start + part.len())
    }

    /// The text as far as it may be shown: resources of ours without their secrets, everything else blank. Every place stays where it is.
    pub(super) fn shown(&self) -> String {
        let mut bytes: Vec<u8> = self.text.bytes().map(|byte| if byte == b'\n' { byte } else { b' ' }).collect();
        let local = |span: &Span| span.start - self.base..span.end - self.base;
        for range in self.shown.iter().map(local) {
            bytes[range.clone()].copy_from_slice(&self.text.as_bytes()[range]);
        }
        for range in self.hidden.iter().map(local) {
            bytes[range].fill(b'*');
        }
        // Ranges are those of JSON values, so no character was cut in half.
        String::from_utf8(bytes).unwrap_or_default()
    }
}

/// Where text is no JSON.
pub(super) fn syntax_fault(text: &str, base: usize, error: &serde_json::Error) -> Fault {
    let line_start = match error.line().checked_sub(2) {
        None => 0,
        Some(nth) => text.match_indices('\n').nth(nth).map_or(text.len(), |(at, _)| at + 1),
    };
    let mut at = (line_start + error.column().saturating_sub(1)).min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    // The place is in the span; the library repeats it.
    let message = error.to_string();
    let message = message.split(" at line ").next().unwrap_or_default().to_owned();
    Fault {
        kind: FaultKind::Broken,
        message,
        span: Span::new(base + at, base + at),
        help: Some("print it anew with `terraform show -json`".to_owned()),
    }
}

/// Puts a hole wherever `marks` says `true`, and notes what stood there. `marks` has the shape of the value, as in `after_unknown` and
/// `sensitive_values`.
pub(super) fn put_holes(node: &mut Node, marks: &serde_json::Value, name: &str, replaced: &mut Vec<Span>) {
    match (&mut node.value, marks) {
        (_, serde_json::Value::Bool(true)) => {
            replaced.push(node.span);
            node.value = Value::Unknown(Arc::new(Hole::any(name)));
        }
        (Value::Object(members), serde_json::Value::Object(marks)) => {
            for (key, mark) in marks {
                match members.iter_mut().find(|member| member.key.as_known() == Some(key)) {
                    Some(member) => put_holes(&mut member.node, mark, &format!("{name}.{key}"), replaced),
                    // What is unknown is left out of the values.
                    None if *mark == serde_json::Value::Bool(true) => {
                        let value = hole(&format!("{name}.{key}"), key);
                        let node = Node { span: node.span, value };
                        members.push(Member { key_span: node.span, key: Text::known(key.as_str()), node });
                    }
                    None => {}
                }
            }
        }
        (Value::Array(items), serde_json::Value::Array(marks)) => {
            for (index, (item, mark)) in items.iter_mut().zip(marks).enumerate() {
                put_holes(item, mark, &format!("{name}[{index}]"), replaced);
            }
        }
        _ => {}
    }
}

/// What is known of an attribute whose value is not.
fn hole(name: &str, attribute: &str) -> Value {
    match attribute {
        "name" | "container_name" => Value::String(Text::hole(Hole::of(name, CharClass::Name))),
        "region" => Value::String(Text::hole(Hole::region(name))),
        _ => Value::Unknown(Arc::new(Hole::any(name))),
    }
}
