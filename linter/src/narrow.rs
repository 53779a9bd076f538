//! What is known of unknown text from where else it stands: a hole in a container's name holds nothing but the characters of names.

use std::sync::Arc;

use mediastore_policy::json::{Member, Node, Value};
use mediastore_policy::text::{CharClass, Hole, Text, TextPart, TextRef};

/// The document of a container of this name. A container of another name could not be created.
pub(crate) fn by_name(body: &Node, name: &Text) -> Node {
    let names: Vec<&str> = name.holes().map(|hole| hole.name.as_str()).collect();
    if names.is_empty() { body.clone() } else { node(body, &names) }
}

/// The document with its unknown regions filled by one, if it makes no difference which: they stand in resources only, where they can be
/// none but the container's, and nothing else in the document names a region. Nothing, if there is nothing to fill or it may matter.
pub(crate) fn with_region(body: &Node, region: &str) -> Option<Node> {
    let mut seen = Regions::default();
    seen.collect(body, false);
    (seen.in_resources && !seen.elsewhere)
        .then(|| body.fill(&|hole| (hole.class == CharClass::Region).then(|| region.to_owned())))
}

/// Where a document speaks of regions.
#[derive(Default)]
struct Regions {
    in_resources: bool,
    elsewhere: bool,
}

impl Regions {
    fn collect(&mut self, node: &Node, is_resource: bool) {
        match &node.value {
            Value::String(text) => self.text(text, is_resource),
            Value::Array(items) => items.iter().for_each(|item| self.collect(item, is_resource)),
            Value::Object(members) => {
                for member in members {
                    self.text(&member.key, false);
                    self.collect(&member.node, matches!(member.key.as_known(), Some("Resource" | "NotResource")));
                }
            }
            _ => {}
        }
    }

    fn text(&mut self, text: &Text, is_resource: bool) {
        for part in text.parts() {
            match part {
                TextRef::Hole(hole) if hole.class == CharClass::Region && is_resource => self.in_resources = true,
                TextRef::Hole(hole) => self.elsewhere |= hole.class == CharClass::Region,
                // `eu-west-1`, or a key such as `aws:RequestedRegion`.
                TextRef::Known(known) => {
                    let names_region = |word: &str| {
                        word.split('-').count() >= 3
                            && word.starts_with(|c: char| c.is_ascii_lowercase())
                            && word.ends_with(|c: char| c.is_ascii_digit())
                    };
                    self.elsewhere |= known.to_ascii_lowercase().contains("region")
                        || known.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').any(names_region);
                }
            }
        }
    }
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

#[cfg(test)]
mod tests {
    use mediastore_policy::json::{Limits, Template, parse};
    use mediastore_policy::span::Span;

    use super::*;

    #[test]
    fn a_region_is_filled_where_it_makes_no_difference() {
        let resource = r#""Resource": "arn:aws:mediastore:<region>:111122223333:container/live/*""#;
        for (rest, expected) in [
            ("", true),
            (r#", "Principal": {"AWS": "arn:aws:iam::111122223333:role/a-b-c"}"#, true),
            (r#", "Condition": {"StringEquals": {"aws:RequestedRegion": "x"}}"#, false),
            (r#", "Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:x:eu-west-1:1:y"}}"#, false),
            (r#", "Condition": {"StringEquals": {"aws:SourceArn": "<region>"}}"#, false),
        ] {
            let text = format!(r#"{{"Version": "2012-10-17", {resource}{rest}}}"#);
            let holes: Vec<_> = text
                .match_indices("<region>")
                .map(|(at, found)| (Span::new(at, at + found.len()), Arc::new(Hole::region("region"))))
                .collect();
            let (node, problems) = parse(Template { text: &text, holes: &holes }, Limits::default());
            assert_eq!(problems, [], "{text}");
            let filled = with_region(&node.expect("a document"), "us-east-1");
            assert_eq!(filled.map(|node| node.to_string().contains("us-east-1")), expected.then_some(true), "{text}");
        }
    }
}
