//! MediaStore's resources of a configuration as containers and documents.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use mediastore_policy::json::{Limits, Member, Node, Value as Json};
use mediastore_policy::span::Span;
use mediastore_policy::text::{CharClass, Text};

use super::attributes::with_scope;
use super::blocks::Made;
use super::evaluate::{Failure, Run, Scope};
use super::functions;
use super::installed::Absent;
use super::module::{Call, Directory, Mode, Resource, Target};
use super::syntax::BodyView;
use super::types::{self, Type};
use super::value::{Data, Declared, Handle, InstanceKey, Layout, Mapping, Value, hole_of};
use crate::inputs::terraform::{self as shapes, Type as Kind};
use crate::source::{Sources, Syntax};
use crate::unit::{Container, Dialect, Document, DocumentKind, Origin, Owner, Stranger, Unit};

/// Data sources of our provider; hashicorp's has none for MediaStore.
const DATA_SOURCES: &[&str] = &[
    "mediastore_container",
    "mediastore_container_policy",
    "mediastore_containers",
    "mediastore_cors_policy",
    "mediastore_lifecycle_policy",
    "mediastore_metric_policy",
    "mediastore_object",
    "mediastore_objects",
    "mediastore_policy_document",
];

/// What a type is, if it has to do with MediaStore.
fn kind_of(resource: &Resource) -> Option<Kind> {
    let name = resource.type_name.text.as_str();
    Some(match (resource.mode, shapes::type_of(name)?) {
        (Mode::Resource, kind) => kind,
        (Mode::Data, _) if DATA_SOURCES.contains(&name) => Kind::Other,
        (Mode::Ephemeral, _) if name == "mediastore_signed_request" => Kind::Other,
        _ => Kind::Stranger,
    })
}

/// Everything of MediaStore's in all modules.
pub(super) fn collect(run: &Run<'_>, unit: &mut Unit) {
    let relevant = relevant(run);
    let mut absent: Vec<(&Call, &Absent)> = Vec::new();
    let mut documents = Vec::new();
    let mut containers = HashMap::new();
    let mut waiting = vec![0];
    let mut at = 0;
    while let Some(module) = waiting.get(at).copied() {
        at += 1;
        let directory = &run.tree.directories[run.instance(module).directory];
        for (index, resource) in directory.resources.iter().enumerate() {
            let declared = Declared::Resource(index);
            if let Some(word) = mentions_ours(run, resource)
                && !run.keys(module, declared).is_empty()
            {
                let address = run.address(&Handle { module, declared, key: InstanceKey::None });
                let message = format!("`{address}` has `{word}` in it, which is not judged here");
                let help = "use a resource of MediaStore's own, or keep the template in a file, which is judged";
                run.fault(&Failure::new(message, resource.block.header), Some(help));
            }
            let Some(kind) = kind_of(resource).filter(|kind| *kind != Kind::Other) else { continue };
            for key in run.keys(module, declared) {
                let handle = Rc::new(Handle { module, declared, key });
                match kind {
                    Kind::Container(dialect) => {
                        containers.insert(Handle::clone(&handle), unit.containers.len());
                        unit.containers.push(container(run, &handle, resource, dialect));
                    }
                    Kind::Document(dialect, kind) => documents.push((handle, resource, dialect, kind)),
                    Kind::Stranger => {
                        let origin = origin(run, &handle, resource, Dialect::HashicorpAws);
                        let (type_name, span) = (resource.type_name.text.to_string(), resource.type_name.span);
                        unit.strangers.push(Stranger { origin, type_name, span });
                        break; // One of several instances says it all.
                    }
                    Kind::Other => {}
                }
            }
        }
        for (index, call) in directory.calls.iter().enumerate() {
            let declared = Declared::Call(index);
            match &call.target {
                Target::Local(directory) if relevant[*directory] => {}
                Target::Elsewhere(why) => {
                    // What is called no time at all makes nothing.
                    let is_new = !absent.iter().any(|(known, _)| std::ptr::eq(*known, call));
                    if is_new && !run.keys(module, declared).is_empty() {
                        absent.push((call, why));
                    }
                    continue;
                }
                Target::Local(_) | Target::Missing => continue,
            }
            for key in run.keys(module, declared) {
                match run.instance_of(&Handle { module, declared, key }, call.block.header) {
                    Ok(instance) => waiting.push(instance),
                    Err(failure) => {
                        run.fault(&failure, None);
                        break;
                    }
                }
            }
        }
    }
    // A document may stand before its container, and in another module.
    for (handle, resource, dialect, kind) in documents {
        if let Some(document) = document(run, &handle, resource, dialect, kind) {
            let owner = owner(run, &handle, &containers, &unit.containers);
            unit.documents.push(Document { owner, ..document });
        }
    }
    report_absent(run, &absent, unit);
}

/// Directories with something in them, or in what they call, that may have to do with MediaStore.
fn relevant(run: &Run<'_>) -> Vec<bool> {
    let directories = &run.tree.directories;
    let own = |directory: &Directory| {
        let is_ours = |resource: &Resource| kind_of(resource).is_some() || mentions_ours(run, resource).is_some();
        directory.resources.iter().any(is_ours)
            || directory.calls.iter().any(|call| matches!(call.target, Target::Elsewhere(_)))
    };
    let mut relevant: Vec<bool> = directories.iter().map(own).collect();
    loop {
        let mut changed = false;
        for (index, directory) in directories.iter().enumerate() {
            let calls_one = |call: &Call| matches!(call.target, Target::Local(called) if relevant[called]);
            if !relevant[index] && directory.calls.iter().any(calls_one) {
                (relevant[index], changed) = (true, true);
            }
        }
        if !changed {
            return relevant;
        }
    }
}

/// What another resource says of MediaStore in its text: a template inside of `aws_cloudformation_stack`, a command of `local-exec`.
fn mentions_ours(run: &Run<'_>, resource: &Resource) -> Option<&'static str> {
    if kind_of(resource).is_some() || resource.mode != Mode::Resource {
        return None;
    }
    let sources = run.sources.borrow();
    let text = sources.text(resource.block.inside)?;
    ["AWS::MediaStore::", "aws mediastore "].into_iter().find(|word| text.contains(word))
}

/// Modules from elsewhere that are not here. What they make cannot be known from their names, so none is passed over: a container may come
/// from any of them. Each call is a fault of its own where MediaStore comes up. In a configuration where it does not they are one fault
/// together: it is most likely no concern of ours, and a repository of hundreds of those must not drown the rest.
fn report_absent(run: &Run<'_>, absent: &[(&Call, &Absent)], unit: &Unit) {
    let is_ours = !(unit.containers.is_empty() && unit.documents.is_empty() && unit.strangers.is_empty());
    match absent {
        [(call, why), others @ ..] if !is_ours && !others.is_empty() => {
            let names: Vec<String> = absent.iter().map(|(call, _)| format!("`{}`", call.name.text)).collect();
            let (shown, rest) = names.split_at(names.len().min(5));
            let more = if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) };
            let message = format!("the modules {}{more} come from elsewhere and are not here", shown.join(", "));
            run.fault(&Failure::new(message, call.block.header), Some(why.help));
        }
        _ => {
            for (call, Absent { why, help }) in absent {
                let message = format!("the module `{}` {why}", call.name.text);
                run.fault(&Failure::new(message, call.block.header), Some(help));
            }
        }
    }
}

fn origin(run: &Run<'_>, handle: &Handle, resource: &Resource, dialect: Dialect) -> Origin {
    Origin { dialect, address: run.address(handle), span: resource.block.header, body: resource.block.inside }
}

fn container(run: &Run<'_>, handle: &Rc<Handle>, resource: &Resource, dialect: Dialect) -> Container {
    let header = resource.block.header;
    let origin = origin(run, handle, resource, dialect);
    let provider = run.provider(handle);
    let attribute = |name: &str| {
        let hole = format!("{}.{name}", origin.address);
        let value = run.configured(handle, name).transpose()?;
        Some(run.or_hole(value, hole))
    };
    let known = |value: Option<Value>| value.and_then(|value| value.to_known_text());
    Container {
        name: attribute("name").map_or(Node { span: header, value: Json::Null }, |name| as_text(name).node()),
        region: known(attribute("region")).or_else(|| run.region(&provider)),
        account: run.account(&provider),
        tags: tags(run, attribute("tags"), run.default_tags(&provider), header),
        access_logging: attribute("access_logging_enabled").map(|value| as_type(value, &Type::Bool).node()),
        force_destroy: attribute("force_destroy").map(|value| as_type(value, &Type::Bool).node()),
        written: None,
        origin,
    }
}

/// The text that Terraform makes of a number or a boolean.
fn as_text(value: Value) -> Value {
    match value.data {
        Data::Number(_) | Data::Bool(_) => Value::words(value.to_words().unwrap_or_default(), value.span),
        _ => value,
    }
}

/// A value as Terraform converts it for an attribute of this type. What it would refuse stays, for rules to say so.
fn as_type(value: Value, kind: &Type) -> Value {
    types::convert(value.clone(), kind).unwrap_or(value)
}

/// A container's own tags and the provider's, of which its own win.
fn tags(run: &Run<'_>, own: Option<Value>, default: Option<Value>, header: Span) -> Node {
    let empty = || Value::mapping(Mapping::default(), header);
    let value = match (default, own) {
        (None, own) => own.unwrap_or_else(empty),
        (Some(default), None) => default,
        (Some(default), Some(own)) => {
            let span = own.span;
            let merged = functions::call(run, "merge", vec![default, own], span);
            run.or_hole(merged, "tags")
        }
    };
    let mut node = value.node();
    if let Json::Object(members) = &mut node.value {
        members.retain(|member| member.node.value != Json::Null);
        // Numbers and booleans become text in a map of strings.
        members.iter_mut().for_each(|member| shapes::as_text(&mut member.node));
    }
    node
}

fn owner(run: &Run<'_>, handle: &Handle, index: &HashMap<Handle, usize>, containers: &[Container]) -> Owner {
    let name = match run.configured(handle, "container_name") {
        Ok(Some(name)) => name,
        Ok(None) => return Owner::Unknown,
        Err(failure) => {
            run.fault(&failure, None);
            return Owner::Unknown;
        }
    };
    if let Some(named) = &name.names {
        let exact = index.get(&**named);
        // An instance that may exist is represented by the one that was assumed.
        let is_one = |it: &Handle| (it.module, it.declared) == (named.module, named.declared);
        let any = || index.iter().filter(|(it, _)| is_one(it)).map(|(_, at)| at).min();
        if let Some(at) = exact.or_else(any) {
            return Owner::Here(*at);
        }
    }
    let node = as_text(name).node();
    let provider = run.provider(handle);
    let region = run.region(&provider);
    let same = |container: &&Container| {
        let regions_differ = region.is_some() && container.region.is_some() && region != container.region;
        container.name.value == node.value && !regions_differ
    };
    match containers.iter().position(|container| same(&container)) {
        Some(at) => Owner::Here(at),
        None => Owner::Elsewhere(Box::new(node)),
    }
}

fn document(
    run: &Run<'_>,
    handle: &Rc<Handle>,
    resource: &Resource,
    dialect: Dialect,
    kind: DocumentKind,
) -> Option<Document> {
    let origin = origin(run, handle, resource, dialect);
    let view = BodyView::Body(&resource.block.body);
    let written = match kind {
        DocumentKind::Policy | DocumentKind::Lifecycle => {
            let value = run.configured(handle, "policy").transpose();
            value.map(|value| run.or_hole(value, format!("{}.policy", origin.address)))
        }
        DocumentKind::Cors | DocumentKind::Metric => None,
    };
    if let Some(value) = written {
        return Some(written_document(run, &value, kind, origin));
    }
    if kind == DocumentKind::Policy {
        let message = format!("`{}` has no policy", origin.address);
        run.fault(&Failure::new(message, origin.span), Some("set `policy`"));
        return None;
    }
    let attributes = with_scope(run, handle, |scope| attributes(run, view, scope, origin.span));
    let body = match attributes {
        Ok(attributes) => match kind {
            DocumentKind::Cors => shapes::cors(&attributes),
            DocumentKind::Lifecycle => shapes::lifecycle(&attributes),
            DocumentKind::Metric | DocumentKind::Policy => shapes::metric(&attributes),
        },
        Err(failure) => {
            run.fault(&failure, None);
            let hole = Arc::new(hole_of(&origin.address, CharClass::Any));
            Node { span: failure.span, value: Json::Unknown(hole) }
        }
    };
    let body = settled(body, &run.sources.borrow(), origin.span);
    let text = shapes::is_known(&body).then(|| body.to_string());
    Some(Document {
        kind,
        owner: Owner::Unknown,
        body: Some(body),
        problems: Vec::new(),
        span: resource.block.inside,
        text,
        editable: Some(Syntax::Hcl),
        origin,
    })
}

/// Attributes of resources that are documents in blocks, and of their rules.
const ATTRIBUTES: &[&str] = &[
    "container_level_metrics",
    "allowed_origins",
    "allowed_methods",
    "allowed_headers",
    "expose_headers",
    "max_age_seconds",
    "prefixes",
    "wildcards",
    "seconds_since_create",
    "days_since_create",
    "operator",
    "action",
    "object_group",
    "object_group_name",
];

/// Those of them that are numbers.
const NUMBERS: &[&str] = &["max_age_seconds", "seconds_since_create", "days_since_create"];

/// The attributes and `rule` blocks of a body, as a plan has them.
fn attributes(run: &Run<'_>, body: BodyView<'_>, scope: Scope<'_>, span: Span) -> Result<Node, Failure> {
    let own = |body: BodyView<'_>, scope: Scope<'_>| {
        let mut members = Vec::new();
        for name in ATTRIBUTES {
            if let Some((value, key_span)) = run.argument(body, name, scope)? {
                let value = if NUMBERS.contains(name) { as_type(value, &Type::Number) } else { value };
                members.push(Member { key_span, key: Text::known(*name), node: value.node() });
            }
        }
        Ok(members)
    };
    let mut members = own(body, scope)?;
    let mut rules = Vec::new();
    let mut visit = |made: Made<'_, '_>| {
        rules.push(match made {
            Made::Block(body, span, scope) => Node { span, value: Json::Object(own(body, scope)?) },
            Made::Unknown(hole, span) => Node { span, value: Json::Unknown(hole) },
        });
        Ok(())
    };
    run.blocks(body, "rule", scope, &mut visit)?;
    members.push(Member { key_span: span, key: Text::known("rule"), node: Node { span, value: Json::Array(rules) } });
    Ok(Node { span, value: Json::Object(members) })
}

/// The document with every place that lies in no text, or across two, at the place of the whole.
fn settled(mut node: Node, sources: &Sources, whole: Span) -> Node {
    fn settle(node: &mut Node, sources: &Sources, whole: Span) {
        let place = |span: &mut Span| {
            if sources.locate(*span).is_none() {
                *span = whole;
            }
        };
        place(&mut node.span);
        match &mut node.value {
            Json::Array(items) => items.iter_mut().for_each(|item| settle(item, sources, whole)),
            Json::Object(members) => {
                for Member { key_span, node, .. } in members {
                    place(key_span);
                    settle(node, sources, whole);
                }
            }
            _ => {}
        }
    }
    settle(&mut node, sources, whole);
    node
}

/// A document written as a text.
fn written_document(run: &Run<'_>, value: &Value, kind: DocumentKind, origin: Origin) -> Document {
    let span = value.span;
    let mut document = Document {
        kind,
        origin,
        owner: Owner::Unknown,
        body: None,
        problems: Vec::new(),
        span,
        text: value.to_known_text(),
        editable: None,
    };
    match &value.data {
        Data::Encoded(encoded) => {
            document.body = Some(encoded.value.node());
            // Blocks of a data source are not spelled as the document is.
            let spelled = encoded.layout == Layout::Compact && encoded.value.is_spelled();
            document.editable = spelled.then_some(Syntax::Hcl);
        }
        Data::Text(words) => {
            let (body, problems, spelled) = words.json(Limits::default());
            let known = document.text.is_some();
            let looks_like_json = words
                .pieces()
                .iter()
                .find_map(|piece| piece.known())
                .is_some_and(|text| text.trim_start().starts_with(['{', '[']));
            match (body, known || looks_like_json) {
                (None, false) => document.body = Some(unknown_node(value)),
                (body, _) => {
                    document.body = body;
                    document.problems = problems;
                    document.editable = spelled.then_some(Syntax::Json);
                }
            }
        }
        Data::Mapping(_) | Data::Sequence(_) => {
            let message = format!("the policy of `{}` is {}, not its JSON", document.origin.address, value.kind());
            run.fault(&Failure::new(message, span), Some("wrap it in `jsonencode(...)`"));
            document.body = Some(value.node());
            document.text = None;
        }
        _ => document.body = Some(unknown_node(value)),
    }
    document.body = document.body.map(|body| settled(body, &run.sources.borrow(), span));
    document
}

fn unknown_node(value: &Value) -> Node {
    let hole = match &value.data {
        Data::Unknown(hole) => Arc::clone(hole),
        _ => Arc::new(hole_of(value, CharClass::Any)),
    };
    Node { span: value.span, value: Json::Unknown(hole) }
}
