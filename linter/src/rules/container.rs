//! What rules read from a container: its name, its tags, its environment, what may be attached to it.

use mediastore_policy::json::{Node, Value};
use mediastore_policy::span::Span;
use mediastore_policy::text::{Text, TextRef};

use crate::config::Config;
use crate::unit::{Container, Dialect, DocumentKind, Owner, Unit};

/// A tag of a container.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tag<'a> {
    pub(super) key: &'a Text,
    pub(super) value: &'a Node,
    /// The place of the key, or of the container where the key has none.
    pub(super) span: Span,
}

/// The name, as far as it is known; nothing if not a character of it is.
pub(super) fn name(container: &Container) -> Option<&Text> {
    text(&container.name)
}

/// The text of a node that is one.
pub(super) fn text(node: &Node) -> Option<&Text> {
    match &node.value {
        Value::String(text) => Some(text),
        _ => None,
    }
}

/// The place of the name, or of the container where the name has none.
pub(super) fn name_span(container: &Container) -> Span {
    place(container, container.name.span)
}

/// A place, or that of the container where it is none.
pub(super) fn place(container: &Container, span: Span) -> Span {
    if span == Span::default() { container.origin.span } else { span }
}

/// The tags, as far as they are known.
pub(super) fn tags(container: &Container) -> impl Iterator<Item = Tag<'_>> {
    let members = match &container.tags.value {
        Value::Object(members) => members.as_slice(),
        _ => &[],
    };
    members.iter().map(|member| Tag { key: &member.key, value: &member.node, span: place(container, member.key_span) })
}

/// Whether there may be tags beyond [`tags`].
pub(super) fn may_have_more_tags(container: &Container) -> bool {
    !matches!(container.tags.value, Value::Object(_)) || tags(container).any(|tag| tag.key.as_known().is_none())
}

/// A known value.
pub(super) fn known<'a>(tag: &Tag<'a>) -> Option<(&'a str, &'a str)> {
    Some((tag.key.as_known()?, text(tag.value)?.as_known()?))
}

/// The environment that a tag names, and the tag.
pub(super) fn tagged_environment<'a>(container: &'a Container, config: &'a Config) -> Option<(&'a str, Tag<'a>)> {
    tags(container).find_map(|tag| {
        let (key, value) = known(&tag)?;
        let environment = config.environments.is_about(key).then(|| config.environments.named(value))??;
        Some((environment, tag))
    })
}

/// The words of a name that name an environment, with the environment.
pub(super) fn named_environments<'a>(name: &Text, config: &'a Config) -> Vec<(String, &'a str)> {
    // A word that touches an unknown part is not known to be one.
    let whole: String = name
        .parts()
        .map(|part| match part {
            TextRef::Known(known) => known.to_owned(),
            TextRef::Hole(_) => "\0".to_owned(),
        })
        .collect();
    let part =
        config.naming.scheme.as_ref().and_then(|scheme| {
            ["env", "environment", "stage"].iter().find_map(|part| scheme.part(part, name.as_known()?))
        });
    let words: Vec<&str> = part.map_or_else(|| whole.split(['-', '_']).collect(), |part| vec![part]);
    words.into_iter().filter_map(|word| Some((word.to_owned(), config.environments.named(word)?))).collect()
}

/// Whether a document of a kind is attached to a container, or may be: its container may not be known.
pub(super) fn may_have(unit: &Unit, index: usize, kind: DocumentKind) -> bool {
    let own = name(&unit.containers[index]);
    unit.documents.iter().filter(|document| document.kind == kind).any(|document| match &document.owner {
        Owner::Here(owner) => *owner == index,
        Owner::Elsewhere(other) => own.zip(text(other)).is_none_or(|(own, other)| !own.differs(other)),
        Owner::Unknown => true,
    })
}

/// The type of the resource, in the user's words.
pub(super) fn type_name(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Mediastore => "mediastore_container",
        Dialect::HashicorpAws => "aws_media_store_container",
        Dialect::CloudFormation => "AWS::MediaStore::Container",
        Dialect::Raw => "container",
    }
}
