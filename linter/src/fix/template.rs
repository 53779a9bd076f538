//! Changes of a container's tags in templates of CloudFormation, where they are a list of `Key` and `Value`.
//!
//! Only what is written at the container itself is changed: not what an alias or a merge key of YAML brings from elsewhere, and not a
//! list that functions put together, in which the tag may be already.

use mediastore_policy::json::{Member, Node, Value};
use mediastore_policy::span::Span;
use mediastore_policy::text::Text;

use super::editor::Editor;
use crate::finding::Edit;
use crate::unit::{Container, Unit};

/// Gives a container a tag: behind those it has, or in a list of its own.
pub(super) fn add_tag(unit: &Unit, container: &Container, key: &str, value: &str) -> Option<Vec<Edit>> {
    let properties = properties(container)?;
    let tag = Node::new(Value::Object(vec![member("Key", Node::string(key)), member("Value", Node::string(value))]));
    match tags(properties) {
        Some(list) => editor(unit, list)?.push(spelled_out(list)?, &tag),
        None => editor(unit, properties)?.insert(properties, "Tags", &Node::new(Value::Array(vec![tag]))),
    }
}

/// Writes another key where a tag's own stands.
pub(super) fn rename_tag(unit: &Unit, container: &Container, key_span: Span, key: &str) -> Option<Vec<Edit>> {
    let list = spelled_out(tags(properties(container)?)?)?;
    editor(unit, list)?.write(key_span, key)
}

fn editor<'a>(unit: &'a Unit, node: &'a Node) -> Option<Editor<'a>> {
    let (source, _) = unit.sources.locate(node.span)?;
    Some(Editor::of_node(unit, source.syntax, node))
}

/// The properties, if all of them stand behind the resource's name, one behind the other, and no macro makes more of them.
fn properties(container: &Container) -> Option<&Node> {
    let written = container.written.as_ref()?;
    let Value::Object(members) = &written.value else { return None };
    let mut passed = container.origin.span.end.max(written.span.start);
    let in_order = members.iter().all(|member| {
        let follows = passed <= member.key_span.start && member.key_span.end <= member.node.span.start;
        passed = member.node.span.end;
        // A value that is left out has no place to write behind.
        follows && member.node.span.start < member.node.span.end
    });
    let is_plain = members.iter().all(|member| member.key.as_known().is_some_and(|key| !key.starts_with("Fn::")));
    (container.origin.span.end <= written.span.start && in_order && is_plain).then_some(written)
}

fn tags(properties: &Node) -> Option<&Node> {
    let Value::Object(members) = &properties.value else { return None };
    members.iter().find(|member| member.key.as_known() == Some("Tags")).map(|member| &member.node)
}

/// The list, if every tag in it stands there with its key.
fn spelled_out(list: &Node) -> Option<&Node> {
    let Value::Array(items) = &list.value else { return None };
    let mut passed = list.span.start;
    let all = items.iter().all(|item| {
        let follows = passed <= item.span.start;
        passed = item.span.end;
        let Value::Object(members) = &item.value else { return false };
        let has_key = members
            .iter()
            .any(|member| member.key.as_known() == Some("Key") && matches!(member.node.value, Value::String(_)));
        follows && has_key
    });
    all.then_some(list)
}

fn member(key: &str, node: Node) -> Member {
    Member { key_span: Span::default(), key: Text::known(key), node }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::fix::tests::after;
    use crate::inputs::read_text;

    /// A template around lines of properties.
    fn yaml(properties: &str) -> String {
        format!("Resources:\n  Live:\n    Type: AWS::MediaStore::Container\n    Properties:\n{properties}")
    }

    fn json(properties: &str) -> String {
        format!(
            r#"{{"Resources": {{"Live": {{"Type": "AWS::MediaStore::Container", "Properties": {{{properties}}}}}}}}}"#
        )
    }

    /// Gives the first container a tag. Nothing else in what is read may change by it.
    #[track_caller]
    fn with_tag(path: &str, text: &str) -> Option<String> {
        let changed = after(path, text, |unit| add_tag(unit, &unit.containers[0], "Owner", "video"))?;
        let (before, after) = (read_text(Path::new(path), text), read_text(Path::new(path), &changed));
        let documents = |unit: &Unit| unit.documents.iter().map(|it| it.text.clone()).collect::<Vec<_>>();
        assert_eq!((after.faults.len(), documents(&after)), (before.faults.len(), documents(&before)), "{changed}");
        let tags = |unit: &Unit| unit.containers[0].tags.to_string();
        let with = match tags(&before).as_str() {
            "{}" => r#"{"Owner":"video"}"#.to_owned(),
            tags => format!(r#"{},"Owner":"video"}}"#, &tags[..tags.len() - 1]),
        };
        assert_eq!(tags(&after), with, "{changed}");
        Some(changed)
    }

    #[test]
    fn tags_are_added_as_their_neighbours_stand() {
        let cases = [
            (
                "      ContainerName: live # its name\n",
                "      ContainerName: live # its name\n      Tags:\n        - Key: Owner\n          Value: video\n",
            ),
            (
                "      ContainerName: live\n      Policy: |\n        {}\n\n# the end\n",
                "      ContainerName: live\n      Policy: |\n        {}\n      Tags:\n        - Key: Owner\n          Value: video\n\n# the end\n",
            ),
            (
                "      ContainerName: live\n      CorsPolicy: [\n        {}\n        ]",
                "      ContainerName: live\n      CorsPolicy: [\n        {}\n        ]\n      Tags:\n        - Key: Owner\n          Value: video",
            ),
            (
                "      Tags:\n      # who\n      - Key: team\n        Value: !Ref Team # which\n      ContainerName: live\n",
                "      Tags:\n      # who\n      - Key: team\n        Value: !Ref Team # which\n      - Key: Owner\n        Value: video\n      ContainerName: live\n",
            ),
            (
                "      Tags:\r\n        -   Value: a\r\n            Key: 'team'\r\n",
                "      Tags:\r\n        -   Value: a\r\n            Key: 'team'\r\n        -   Key: Owner\r\n            Value: video\r\n",
            ),
            (
                "      Tags:\n        - {Key: team, Value: a}\n",
                "      Tags:\n        - {Key: team, Value: a}\n        - {Key: \"Owner\", Value: \"video\"}\n",
            ),
            (
                "      Tags: [{Key: team, Value: a}] # all\n",
                "      Tags: [{Key: team, Value: a}, {Key: \"Owner\", Value: \"video\"}] # all\n",
            ),
            ("      Tags: []\n", "      Tags: [{\"Key\": \"Owner\", \"Value\": \"video\"}]\n"),
            (
                "      {ContainerName: live}\n",
                "      {ContainerName: live, Tags: [{Key: \"Owner\", Value: \"video\"}]}\n",
            ),
        ];
        for (before, after) in cases {
            assert_eq!(with_tag("t.yaml", &yaml(before)), Some(yaml(after)), "{before}");
        }
        let cases = [
            (r#""ContainerName": "live""#, r#""ContainerName": "live", "Tags": [{"Key": "Owner", "Value": "video"}]"#),
            (
                "\n  \"ContainerName\": \"live\"\n",
                "\n  \"ContainerName\": \"live\",\n  \"Tags\": [{\"Key\": \"Owner\", \"Value\": \"video\"}]\n",
            ),
            (
                "\n  \"Tags\": [\n    {\"Key\": \"team\", \"Value\": {\"Ref\": \"Team\"}}\n  ]\n",
                "\n  \"Tags\": [\n    {\"Key\": \"team\", \"Value\": {\"Ref\": \"Team\"}},\n    {\"Key\": \"Owner\", \"Value\": \"video\"}\n  ]\n",
            ),
            (
                r#""Tags":[{"Key":"team","Value":"a"}]"#,
                r#""Tags":[{"Key":"team","Value":"a"}, {"Key":"Owner","Value":"video"}]"#,
            ),
        ];
        for (before, after) in cases {
            assert_eq!(with_tag("t.json", &json(before)), Some(json(after)), "{before}");
        }
    }

    #[test]
    fn what_is_not_spelled_out_stays() {
        for properties in [
            "      Tags: !If [IsLive, [], !Ref AWS::NoValue]\n",
            "      Tags: !Ref Tags\n",
            "      Tags:\n        - !If [IsLive, {Key: Owner, Value: a}, !Ref AWS::NoValue]\n",
            "      Tags:\n        - Key: !Ref Key\n          Value: a\n",
            "      Tags:\n",
            "      Policy:\n",
            "      Fn::Transform: {Name: AWS::Include, Parameters: {Location: l}}\n      ContainerName: live\n",
        ] {
            assert_eq!(with_tag("t.yaml", &yaml(properties)), None, "{properties}");
        }
        let whole = |text: &str| {
            format!(
                "Common: &tags\n  - {{Key: team, Value: a}}\nShared: &all\n  ContainerName: live\n  Tags: *tags\n{text}"
            )
        };
        for properties in ["Properties: *all", "Properties:\n      <<: *all", "Properties:\n      Tags: *tags"] {
            let text = whole(&yaml("").replace("Properties:", properties));
            assert_eq!(with_tag("t.yaml", &text), None, "{text}");
        }
    }

    #[test]
    fn a_key_is_written_anew_where_it_stands() {
        let renamed = |path: &str, text: &str| {
            after(path, text, |unit| {
                let Value::Object(tags) = &unit.containers[0].tags.value else { return None };
                rename_tag(unit, &unit.containers[0], tags[0].key_span, "Owner")
            })
        };
        for (before, expected) in [
            ("      Tags:\n        - Value: a\n          Key: owner # who\n", true),
            ("      Tags: [{'Key': 'owner', 'Value': a}]\n", true),
            ("      Tags: [{Key: !Sub owner, Value: a}]\n", false),
        ] {
            let after = expected.then(|| yaml(&before.replace("owner", "Owner")));
            assert_eq!(renamed("t.yaml", &yaml(before)), after, "{before}");
        }
        let before = json(r#""Tags": [{"Key": "owner", "Value": "a"}]"#);
        assert_eq!(renamed("t.json", &before), Some(before.replace("owner", "Owner")));
    }
}
