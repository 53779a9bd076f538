//! CloudFormation templates, written by hand or by `cdk synth`: `AWS::MediaStore::Container` with everything attached to it.
//!
//! Parameters have their defaults, or are unknown. A document that depends on a condition is judged each way that some parameters make
//! it go; for names and tags the defaults decide. Nested stacks, macros and `Fn::ForEach` are not worked out, and a fault says so.

mod evaluate;
mod parameters;

use std::collections::{BTreeSet, HashMap};
use std::path::Path;
use std::sync::Arc;

use mediastore_policy::json::{Member, Node, Value};
use mediastore_policy::span::Span;
use mediastore_policy::text::{Hole, Text};

use self::evaluate::{Evaluated, Evaluator, Parameters, object_member};
use self::parameters::{Parameter, World, worlds};
use super::document::{self, known, value, wrong_type};
use super::spelling::Style;
use super::{sniff, yaml};
use crate::source::{Syntax, move_tree, moved};
use crate::unit::{Container, Dialect, Document, DocumentKind, Fault, FaultKind, Origin, Owner, Stranger, Unit};
use crate::words::Words;

/// The type of a container.
const CONTAINER: &str = "AWS::MediaStore::Container";

/// The service's prefix of types.
const TYPES: &str = "AWS::MediaStore::";

/// A template, read but not worked out.
struct Template<'a> {
    source: &'a str,
    base: usize,
    syntax: Syntax,
    /// How YAML's scalars are written, by their offsets in `source`.
    styles: HashMap<usize, Style>,
    parameters: Parameters,
    conditions: Option<&'a Node>,
    mappings: Option<&'a Node>,
    resources: &'a [Member],
}

impl<'a> Template<'a> {
    fn resource(&self, name: &str) -> Option<&'a Node> {
        self.resources.iter().find(|member| member.key.as_known() == Some(name)).map(|member| &member.node)
    }
}

/// The type of a resource.
fn type_of(resource: &Node) -> Option<&str> {
    document::text(resource, "Type")
}

/// Whether a tree is a template.
pub(super) fn is_template(root: &Node) -> bool {
    let has_type = |member: &Member| type_of(&member.node).is_some();
    root.member("AWSTemplateFormatVersion").is_some()
        || matches!(object_member(root, "Resources").map(|node| &node.value), Some(Value::Object(members)) if members.iter().any(has_type))
}

/// Reads a template in JSON. None if it was found on the way and has nothing of MediaStore.
pub(super) fn read_json(path: &Path, text: &str, root: Node, is_named: bool) -> Option<Unit> {
    read(path, text, root, Syntax::Json, HashMap::new(), is_named)
}

/// Reads a template in YAML. None if it was found on the way and is none, or has nothing of MediaStore.
pub(super) fn read_yaml(path: &Path, text: &str, is_named: bool) -> Option<Unit> {
    match yaml::parse(text, sniff::LIMITS) {
        Ok(yaml) if is_template(&yaml.root) => read(path, text, yaml.root, Syntax::Yaml, yaml.styles, is_named),
        Ok(_) => is_named.then(|| super::not_understood(path)),
        Err(error) => (is_named || text.contains(TYPES)).then(|| {
            let mut unit = Unit::default();
            let base = unit.sources.add(path, Syntax::Yaml, text);
            unit.faults.push(Fault {
                kind: FaultKind::Broken,
                message: error.message,
                span: moved(error.span, base),
                help: None,
            });
            unit
        }),
    }
}

fn read(
    path: &Path,
    text: &str,
    mut root: Node,
    syntax: Syntax,
    styles: HashMap<usize, Style>,
    is_named: bool,
) -> Option<Unit> {
    let mut unit = Unit::default();
    let base = unit.sources.add(path, syntax, text);
    move_tree(&mut root, base);
    let resources = match object_member(&root, "Resources").map(|node| &node.value) {
        Some(Value::Object(members)) => members.as_slice(),
        _ => &[],
    };
    let parameters = match object_member(&root, "Parameters").map(|node| &node.value) {
        Some(Value::Object(members)) => members
            .iter()
            .filter_map(|member| {
                Some((member.key.as_known()?.to_owned(), Parameter::read(member.key.as_known()?, &member.node)))
            })
            .collect(),
        _ => Parameters::new(),
    };
    let template = Template {
        source: text,
        base,
        syntax,
        styles,
        parameters,
        conditions: object_member(&root, "Conditions"),
        mappings: object_member(&root, "Mappings"),
        resources,
    };
    let mut found = false;
    for member in resources {
        found |= resource(&mut unit, &template, member);
    }
    (found || is_named).then_some(unit)
}

/// Takes a resource; whether it is MediaStore's.
fn resource(unit: &mut Unit, template: &Template<'_>, declared: &Member) -> bool {
    let Some(name) = declared.key.as_known() else { return false };
    let Some(type_node) = value(&declared.node, "Type") else {
        return name.starts_with("Fn::ForEach") && for_each(unit, template, declared);
    };
    let Some(type_name) = known(type_node).filter(|name| name.starts_with(TYPES)) else { return false };
    let properties = object_member(&declared.node, "Properties");
    let origin = Origin {
        dialect: Dialect::CloudFormation,
        address: name.to_owned(),
        span: declared.key_span,
        body: properties.map_or(declared.node.span, |properties| properties.span),
    };
    if type_name == CONTAINER {
        container(unit, template, origin, properties, &declared.node);
    } else {
        unit.strangers.push(Stranger { origin, type_name: type_name.to_owned(), span: type_node.span });
    }
    true
}

/// A loop over resources is not worked out; if it makes containers, that is said.
fn for_each(unit: &mut Unit, template: &Template<'_>, declared: &Member) -> bool {
    let span = declared.node.span;
    let local = span.start.wrapping_sub(template.base)..span.end.wrapping_sub(template.base);
    let makes_containers = template.source.get(local).is_some_and(|text| text.contains(TYPES));
    if makes_containers {
        unit.faults.push(Fault {
            kind: FaultKind::NotEvaluated,
            message: "`Fn::ForEach` is not worked out, so its containers are not judged".to_owned(),
            span: declared.key_span,
            help: Some(
                "judge the processed template: `aws cloudformation get-template --template-stage Processed`".to_owned(),
            ),
        });
    }
    makes_containers
}

fn container(unit: &mut Unit, template: &Template<'_>, origin: Origin, properties: Option<&Node>, declared: &Node) {
    let written = properties.cloned();
    let nowhere = Node { span: origin.span, value: Value::Object(Vec::new()) };
    let properties = properties.unwrap_or(&nowhere);
    let (defaults, _) = worlds(declared, template.conditions, &template.parameters);
    // Only what has a default is decided outside of documents.
    let defaults: World = defaults.into_iter().next().unwrap_or_default();
    let defaults = defaults.into_iter().filter(|(name, _)| has_default(template, name)).collect();
    let evaluator = Evaluator::new(template, &defaults);
    let property = |name: &str| value(properties, name).and_then(|node| evaluator.tree(node));
    unit.containers.push(Container {
        name: property("ContainerName").map_or(Node { span: origin.span, value: Value::Null }, named),
        region: None,
        account: None,
        tags: tags(property("Tags"), properties.span),
        access_logging: property("AccessLoggingEnabled").map(|node| said_in_text(node, boolean)),
        force_destroy: None,
        written,
        origin: origin.clone(),
    });
    unit.faults.append(&mut evaluator.faults.borrow_mut());
    let owner = Owner::Here(unit.containers.len() - 1);
    for (name, kind) in [
        ("Policy", DocumentKind::Policy),
        ("CorsPolicy", DocumentKind::Cors),
        ("LifecyclePolicy", DocumentKind::Lifecycle),
        ("MetricPolicy", DocumentKind::Metric),
    ] {
        if let Some(node) = value(properties, name) {
            documents(unit, template, kind, &origin, &owner, name, node);
        }
    }
}

fn has_default(template: &Template<'_>, parameter: &str) -> bool {
    template.parameters.get(parameter).is_some_and(|parameter| parameter.default.is_some())
}

/// The list of `Key` and `Value` as an object. An item that is not known may be any tag.
fn tags(list: Option<Node>, span: Span) -> Node {
    let Some(list) = list else { return Node { span, value: Value::Object(Vec::new()) } };
    let Value::Array(items) = list.value else { return list };
    let members = items.into_iter().filter_map(|item| {
        if let Value::Unknown(hole) = &item.value {
            return Some(Member { key_span: item.span, key: Text::hole(Hole::clone(hole)), node: item });
        }
        let (key, node) = (value(&item, "Key")?, value(&item, "Value")?);
        let (key, node) = (named(key.clone()), named(node.clone()));
        let text = match &key.value {
            Value::String(text) => text.clone(),
            Value::Unknown(hole) => Text::hole(Hole::clone(hole)),
            _ => return None,
        };
        Some(Member { key_span: key.span, key: text, node })
    });
    Node { span: list.span, value: Value::Object(members.collect()) }
}

/// A text that may be written as a number or a boolean: `Value: 2026`.
fn named(mut node: Node) -> Node {
    document::as_text(&mut node);
    node
}

/// A value that may be written as a text, as those of parameters always are.
fn said_in_text(mut node: Node, read: impl Fn(&str) -> Option<Value>) -> Node {
    if let Some(value) = known(&node).and_then(read) {
        node.value = value;
    }
    node
}

fn boolean(text: &str) -> Option<Value> {
    text.to_ascii_lowercase().parse().ok().map(Value::Bool)
}

fn number(text: &str) -> Option<Value> {
    text.parse::<i64>().is_ok().then(|| Value::Number(text.into()))
}

/// CORS rules with their numbers as numbers.
fn with_numbers(mut rules: Node) -> Node {
    let Value::Array(items) = &mut rules.value else { return rules };
    for item in items {
        let Value::Object(members) = &mut item.value else { continue };
        for member in members.iter_mut().filter(|member| member.key.as_known() == Some("MaxAgeSeconds")) {
            member.node = said_in_text(member.node.clone(), number);
        }
    }
    rules
}

/// The documents that a property can be, one for each way its conditions can go.
fn documents(
    unit: &mut Unit,
    template: &Template<'_>,
    kind: DocumentKind,
    origin: &Origin,
    owner: &Owner,
    name: &str,
    node: &Node,
) {
    let (worlds, is_cut) = worlds(node, template.conditions, &template.parameters);
    if is_cut {
        unit.faults.push(Fault {
            kind: FaultKind::NotEvaluated,
            message: format!(
                "`{name}` of `{}` depends on too many parameters; not every combination is judged",
                origin.address
            ),
            span: node.span,
            help: None,
        });
    }
    let mut seen = BTreeSet::new();
    for world in &worlds {
        let evaluator = Evaluator::new(template, world);
        let document = document(template, kind, origin, owner, name, node, evaluator.evaluate(node));
        for fault in evaluator.faults.take() {
            if !unit.faults.iter().any(|other| other.message == fault.message) {
                unit.faults.push(fault);
            }
        }
        let Some(document) = document else { continue };
        let key = (document.body.as_ref().map(Node::to_string), document.body.as_ref().map(|body| body.span));
        if !seen.insert(key) {
            continue;
        }
        if let Some(Node { value: Value::Unknown(hole), .. }) = &document.body {
            unit.faults.push(Fault {
                kind: FaultKind::NotEvaluated,
                message: format!(
                    "`{name}` of `{}` cannot be judged: it is known only when the stack is made",
                    origin.address
                ),
                span: document.span,
                help: Some(format!("it comes from `{}`", hole.name)),
            });
        }
        unit.documents.push(document);
    }
}

fn document(
    template: &Template<'_>,
    kind: DocumentKind,
    origin: &Origin,
    owner: &Owner,
    name: &str,
    node: &Node,
    value: Evaluated,
) -> Option<Document> {
    let (origin, owner) = (origin.clone(), owner.clone());
    let is_text = matches!(kind, DocumentKind::Policy | DocumentKind::Lifecycle);
    Some(match value {
        Evaluated::Absent => return None,
        Evaluated::Json(tree) => document::of_tree(kind, origin, owner, tree, Some(template.syntax)),
        Evaluated::Text(text) if is_text => match text.text().as_hole() {
            Some(hole) => document::unknown(kind, origin, owner, Arc::clone(hole), node.span),
            None => document::of_text(kind, origin, owner, &text, text.place(), editable(template, node, &text)),
        },
        Evaluated::Text(text) => {
            let body = Node { span: node.span, value: Value::String(text.text()) };
            document::of_tree(kind, origin, owner, body, None)
        }
        Evaluated::Tree(Node { value: Value::Unknown(hole), span }) => {
            document::unknown(kind, origin, owner, hole, span)
        }
        Evaluated::Tree(tree) => {
            let tree = if kind == DocumentKind::Cors { with_numbers(tree) } else { tree };
            let problem = is_text.then(|| {
                wrong_type(&format!("`{name}`"), "a string of JSON", &tree)
                    .help("write it as a block (`|`), or put `Fn::ToJsonString` before it")
            });
            let mut document = document::of_tree(kind, origin, owner, tree, Some(template.syntax));
            document.problems.extend(problem);
            document
        }
    })
}

/// Whether JSON may be written into a text of JSON: if it stands in one scalar of YAML, character by character but for references and
/// blank space.
fn editable(template: &Template<'_>, node: &Node, text: &Words) -> Option<Syntax> {
    let scalar = match &node.value {
        Value::String(_) => node,
        _ => match value(node, "Fn::Sub") {
            Some(scalar @ Node { value: Value::String(_), .. }) => scalar,
            _ => return None,
        },
    };
    let style = template.styles.get(&scalar.span.start.wrapping_sub(template.base));
    let is_written_out = matches!(style, Some(Style::Block(_) | Style::SingleQuoted));
    let is_as_written = text.pieces().iter().all(|piece| {
        let local = piece.span.start.wrapping_sub(template.base)..piece.span.end.wrapping_sub(template.base);
        let stands_for = template.source.get(local);
        piece.verbatim || stands_for.is_some_and(|text| text.starts_with("${") || text.trim().is_empty())
    });
    (template.syntax == Syntax::Yaml && is_written_out && is_as_written).then_some(Syntax::Json)
}
