//! Documents out of what an input holds: a text in a text, a tree, or nothing that is known.

use std::sync::Arc;

use mediastore_policy::json::{Limits, Node, Value};
use mediastore_policy::problem::{Code, Problem};
use mediastore_policy::span::Span;
use mediastore_policy::text::{Hole, Text};

use super::spelling::{self, Style};
use crate::source::Syntax;
use crate::unit::{Document, DocumentKind, Origin, Owner};
use crate::words::Words;

/// A document given as a tree, which is edited where it stands.
pub(super) fn of_tree(
    kind: DocumentKind,
    origin: Origin,
    owner: Owner,
    body: Node,
    editable: Option<Syntax>,
) -> Document {
    let text = is_known(&body).then(|| body.to_string());
    Document { kind, origin, owner, span: body.span, problems: Vec::new(), text, body: Some(body), editable }
}

/// A document given as a text of JSON.
pub(super) fn of_text(
    kind: DocumentKind,
    origin: Origin,
    owner: Owner,
    words: &Words,
    span: Span,
    editable: Option<Syntax>,
) -> Document {
    let (body, problems, _) = words.json(Limits::default());
    Document { kind, origin, owner, body, problems, span, text: words.known(), editable }
}

/// A document of which nothing is known.
pub(super) fn unknown(kind: DocumentKind, origin: Origin, owner: Owner, hole: Arc<Hole>, span: Span) -> Document {
    let body = Some(Node { span, value: Value::Unknown(hole) });
    Document { kind, origin, owner, body, problems: Vec::new(), span, text: None, editable: None }
}

/// A document given as a value of JSON: the text of it in a string, or the document itself. `source` is the text of the input, which
/// starts at `base`.
pub(super) fn of_json(
    kind: DocumentKind,
    origin: Origin,
    owner: Owner,
    value: &Node,
    (source, base): (&str, usize),
    editable: Option<Syntax>,
) -> Document {
    match &value.value {
        Value::String(text) => match text.as_known() {
            Some(text) => of_text(kind, origin, owner, &spelled(value.span, text, source, base), value.span, None),
            None => of_tree(kind, origin, owner, value.clone(), None),
        },
        Value::Unknown(hole) => unknown(kind, origin, owner, Arc::clone(hole), value.span),
        _ => of_tree(kind, origin, owner, value.clone(), editable),
    }
}

/// The spelling of a string of JSON.
fn spelled(span: Span, text: &str, source: &str, base: usize) -> Words {
    let inner = source.get((span.start + 1).wrapping_sub(base)..(span.end.wrapping_sub(1)).wrapping_sub(base));
    spelling::spelled(text, inner.unwrap_or_default(), span.start + 1, span, Style::Escaped)
}

/// Whether nothing in a tree is unknown.
pub(crate) fn is_known(node: &Node) -> bool {
    match &node.value {
        Value::String(text) => text.as_known().is_some(),
        Value::Array(items) => items.iter().all(is_known),
        Value::Object(members) => {
            members.iter().all(|member| member.key.as_known().is_some() && is_known(&member.node))
        }
        Value::Unknown(_) => false,
        Value::Null | Value::Bool(_) | Value::Number(_) => true,
    }
}

/// Makes the text of a number or a boolean that Terraform and CloudFormation make where text belongs.
pub(crate) fn as_text(node: &mut Node) {
    if matches!(node.value, Value::Number(_) | Value::Bool(_)) {
        node.value = Value::String(Text::known(node.to_string()));
    }
}

/// The value of a member of an object; `null` counts as absent.
pub(super) fn value<'a>(node: &'a Node, name: &str) -> Option<&'a Node> {
    node.member(name).map(|member| &member.node).filter(|node| node.value != Value::Null)
}

/// The text of a member of an object, if it is known.
pub(super) fn text<'a>(node: &'a Node, name: &str) -> Option<&'a str> {
    known(value(node, name)?)
}

/// A value's text, if it is one and known.
pub(super) fn known(node: &Node) -> Option<&str> {
    match &node.value {
        Value::String(text) => text.as_known(),
        _ => None,
    }
}

/// That a value has another type than the API wants.
pub(super) fn wrong_type(what: &str, expected: &str, node: &Node) -> Problem {
    Problem::new(Code::WrongType, node.span, format!("{what} must be {expected}, not {}", node.kind()))
}
