//! Changes of resources: a tag that is missing, a type that does not exist.
//!
//! How Terraform's source writes them is known here; tags of a template are `template`'s.

use mediastore_policy::json::{Node, Value};
use mediastore_policy::span::Span;

use super::editor::Editor;
use super::spell::{Language, Style};
use super::template;
use crate::finding::Edit;
use crate::source::{Source, Syntax};
use crate::unit::{Container, Unit};

/// Gives a container a tag: in its own if they are spelled out, in new ones if it has none.
pub(crate) fn add_tag(unit: &Unit, container: &Container, key: &str, value: &str) -> Option<Vec<Edit>> {
    if container.written.is_some() {
        return template::add_tag(unit, container, key, value);
    }
    let (source, body) = source_of(unit, container.origin.body)?;
    let own = own_tags(container);
    if let Some(own) = &own {
        let editor = Editor::of_node(unit, Syntax::Hcl, own);
        return editor.insert(own, key, &Node::string(value));
    }
    let inside = body.of(&source.text)?;
    let is_tags =
        |line: &str| line.trim_start().strip_prefix("tags").is_some_and(|rest| rest.trim_start().starts_with('='));
    if inside.lines().any(is_tags) || !inside.contains('\n') {
        return None;
    }
    let last = inside.trim_end();
    let first_line = inside.lines().find(|line| !line.trim().is_empty())?;
    let indentation = &first_line[..first_line.len() - first_line.trim_start().len()];
    let at = source.span().start + body.start + last.len();
    let tag = Style::usual(Language::Hcl).member(key, &Node::string(value))?;
    let text = format!("\n\n{indentation}tags = {{\n{indentation}  {tag}\n{indentation}}}");
    Some(vec![Edit { span: Span::new(at, at), text }])
}

/// Writes another key where a tag's own stands.
pub(crate) fn rename_tag(unit: &Unit, container: &Container, key_span: Span, key: &str) -> Option<Vec<Edit>> {
    if container.written.is_some() {
        return template::rename_tag(unit, container, key_span, key);
    }
    source_of(unit, container.origin.body)?;
    let own = own_tags(container)?;
    Editor::of_node(unit, Syntax::Hcl, &own).write_key(key_span, key)
}

/// Writes another type wherever one is named in the unit's source, references to its resources among it.
pub(crate) fn rename_type(unit: &Unit, declared: Span, from: &str, to: &str) -> Option<Vec<Edit>> {
    source_of(unit, declared)?;
    let mut edits = Vec::new();
    for source in unit.sources.iter().filter(|source| source.syntax == Syntax::Hcl) {
        let base = source.span().start;
        for (at, _) in source.text.match_indices(from) {
            let end = at + from.len();
            let belongs = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
            // Behind a dot it is a data source's type, or an attribute.
            let is_whole = !source.text[..at].ends_with(|c: char| belongs(c) || c == '.')
                && !source.text[end..].starts_with(belongs);
            if is_whole {
                edits.push(Edit { span: Span::new(base + at, base + end), text: to.to_owned() });
            }
        }
    }
    Some(edits)
}

/// The source of a place, if it is Terraform's, and the place in it.
fn source_of(unit: &Unit, span: Span) -> Option<(&Source, Span)> {
    unit.sources.locate(span).filter(|(source, _)| source.syntax == Syntax::Hcl)
}

/// The tags that are written at the container itself, without the provider's.
fn own_tags(container: &Container) -> Option<Node> {
    let body = container.origin.body;
    let inside = |outer: Span, span: Span| outer.start <= span.start && span.end <= outer.end;
    let Value::Object(members) = &container.tags.value else { return None };
    let span = container.tags.span;
    if span == Span::default() || !inside(body, span) {
        return None;
    }
    let own = members.iter().filter(|member| inside(span, member.key_span)).cloned().collect();
    Some(Node { span, value: Value::Object(own) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fix::tests::after;

    #[test]
    fn tags_are_added_where_they_are_written() {
        let container = |inside: &str| format!("resource \"mediastore_container\" \"c\" {{\n{inside}}}\n");
        let cases = [
            (
                "  name = \"c\" # its name\n",
                Some("  name = \"c\" # its name\n\n  tags = {\n    Owner = \"a$${\"\n  }\n"),
            ),
            (
                "  tags = {\n    team_a = \"a\" # who\n  }\n",
                Some("  tags = {\n    team_a = \"a\" # who\n    Owner  = \"a$${\"\n  }\n"),
            ),
            ("  tags = { team = \"a\" }\n", Some("  tags = { team = \"a\", Owner = \"a$${\" }\n")),
            ("  tags = {}\n", Some("  tags = { Owner = \"a$${\" }\n")),
            ("  tags = merge({ a = \"b\" }, {})\n", None),
        ];
        for (inside, expected) in cases {
            let changed =
                after("main.tf", &container(inside), |unit| add_tag(unit, &unit.containers[0], "Owner", "a${"));
            assert_eq!(changed, expected.map(container), "{inside}");
        }
    }

    #[test]
    fn a_type_is_renamed_with_its_references() {
        let text = "resource \"aws_mediastore_container\" \"c\" {\n  name = \"c\"\n}\noutput \"o\" {\n  value = \"${aws_mediastore_container.c.arn}/x\" # aws_mediastore_container_policy\n}\n";
        let changed = after("main.tf", text, |unit| {
            rename_type(unit, unit.strangers[0].span, "aws_mediastore_container", "mediastore_container")
        });
        let expected = "resource \"mediastore_container\" \"c\" {\n  name = \"c\"\n}\noutput \"o\" {\n  value = \"${mediastore_container.c.arn}/x\" # aws_mediastore_container_policy\n}\n";
        assert_eq!(changed.as_deref(), Some(expected));
    }
}
