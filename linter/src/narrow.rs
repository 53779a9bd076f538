//! What is known of unknown text from where else it stands: a hole in a container's name holds nothing but the characters of names.

use std::sync::Arc;

use mediastore_policy::json::{Member, Node, Value};
use mediastore_policy::text::{CharClass, Hole, Text, TextPart, TextRef};

/// The document of a container of this name. A container of another name could not be created.
pub(crate) fn by_name(body: &Node, name: &Text) -> Node {
    let names: Vec<&str> = name.holes().map(|hole| hole.name.as_str()).collect();
    if names.is_empty() { body.clone() } else { node(body, &names) }
}

/// The same of the name itself.
pub(crate) fn name(name: &Text) -> Text {
    let names: Vec<&str> = name.holes().map(|hole| hole.name.as_str()).collect();
    text(name, &names)
}

fn needs_narrowing(hole: &Hole) -> bool {
    matches!(hole.class, CharClass::Any | CharClass::Plain | CharClass::Segment)
}

fn node(of: &Node, names: &[&str]) -> Node {
    let value = match &of.value {
        Value::String(string) => Value::String(text(string, names)),
        Value::Array(items) => Value::Array(items.iter().map(|item| node(item, names)).collect()),
        Value::Object(members) => Value::Object(
            members
                .iter()
                .map(|member| Member {
                    key_span: member.key_span,
                    key: text(&member.key, names),
                    node: node(&member.node, names),
                })
                .collect(),
        ),
        value => value.clone(),
    };
    Node { span: of.span, value }
}

fn text(of: &Text, names: &[&str]) -> Text {
    if of.as_known().is_some() {
        return of.clone();
    }
    Text::from_parts(of.parts().map(|part| match part {
        TextRef::Known(known) => TextPart::Known(known.into()),
        TextRef::Hole(hole) if needs_narrowing(hole) && names.contains(&hole.name.as_str()) => {
            TextPart::Hole(Arc::new(Hole { class: CharClass::Name, ..Hole::clone(hole) }))
        }
        TextRef::Hole(hole) => TextPart::Hole(Arc::clone(hole)),
    }))
}
