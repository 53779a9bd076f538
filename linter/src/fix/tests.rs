//! Tables of texts before and after a change, in every language.

use std::path::Path;

use mediastore_policy::json::{Limits, Node, Value, parse};

use super::policy::PolicyEditor;
use super::{Editor, apply, diff};
use crate::finding::{Edit, Finding, Safety};
use crate::inputs::read_text;
use crate::located::{Located, locate};
use crate::source::Sources;
use crate::unit::Unit;

/// A change of a policy, by name.
fn change(name: &str, unit: &Unit) -> Option<Vec<Edit>> {
    let document = &unit.documents[0];
    let body = document.body.as_ref().expect("a body");
    let policy = PolicyEditor::of(unit, document)?;
    let editor = Editor::of(unit, document)?;
    let member = |node: &'_ Node, name: &str| match &node.value {
        Value::Object(members) => members.iter().find(|member| member.key.as_known() == Some(name)).cloned(),
        _ => None,
    };
    let statement = |index: usize| match &member(body, "Statement").expect("statements").node.value {
        Value::Array(items) => items[index].clone(),
        _ => member(body, "Statement").expect("a statement").node,
    };
    let condition = |operator: &str, key: &str| {
        let conditions = member(&statement(0), "Condition").expect("conditions").node;
        member(&member(&conditions, operator).expect("the operator").node, key).expect("the key").key_span
    };
    match name.split_once(' ').unwrap_or((name, "")) {
        ("https", _) => policy.require_https(statement(0).span),
        ("version", _) => policy.set_version("2012-10-17"),
        ("remove-statement", index) => policy.remove_statement(statement(index.parse().expect("an index")).span),
        ("remove-condition", path) => {
            let (operator, key) = path.split_once(' ').expect("operator and key");
            policy.remove_condition(condition(operator, key))
        }
        ("oac", _) => policy.sign_by_cdn(
            statement(0).span,
            condition("StringEquals", "aws:Referer"),
            "arn:aws:cloudfront::111122223333:distribution/E1",
        ),
        ("action", text) => editor.write(member(&statement(0), "Action").expect("an action").node.span, text),
        ("remove-action", index) => match &member(&statement(0), "Action").expect("actions").node.value {
            Value::Array(items) => editor.remove_at(items[index.parse::<usize>().expect("an index")].span),
            _ => None,
        },
        ("push-action", text) => {
            editor.push(&member(&statement(0), "Action").expect("actions").node, &Node::string(text))
        }
        _ => panic!("no change `{name}`"),
    }
}

/// The text after a change of a policy, `None` if there is none to be made.
fn changed(path: &str, text: &str, name: &str) -> Option<String> {
    after(path, text, |unit| change(name, unit))
}

/// The text after a change of its unit, `None` if there is none to be made.
pub(super) fn after(path: &str, text: &str, change: impl FnOnce(&Unit) -> Option<Vec<Edit>>) -> Option<String> {
    let unit = read_text(Path::new(path), text);
    let edits = change(&unit)?;
    let located = located(&unit.sources, vec![edits]);
    let applied = apply(&located, Safety::Unsafe);
    assert_eq!((applied.fixed, applied.postponed), (1, 0));
    Some(applied.changes.into_iter().next().expect("a change").after)
}

fn located(sources: &Sources, fixes: Vec<Vec<Edit>>) -> Vec<Located> {
    let finding = |edits: Vec<Edit>| Finding::new("", edits[0].span).fix(Some(super::risky("", edits)));
    locate(sources, fixes.into_iter().map(finding).collect(), Path::to_path_buf)
}

#[track_caller]
fn becomes(path: &str, name: &str, cases: &[(&str, &str)]) {
    for (before, after) in cases {
        assert_eq!(changed(path, before, name).as_deref(), Some(*after), "{name}\n{before}");
    }
}

#[track_caller]
fn stays(path: &str, name: &str, cases: &[&str]) {
    for text in cases {
        assert_eq!(changed(path, text, name), None, "{name}\n{text}");
    }
}

#[test]
fn members_are_put_into_json_as_their_neighbours_stand() {
    becomes(
        "policy.json",
        "https",
        &[
            (
                r#"{"Statement": [{"Effect": "Allow"}]}"#,
                r#"{"Statement": [{"Effect": "Allow", "Condition": {"Bool": {"aws:SecureTransport": "true"}}}]}"#,
            ),
            (
                r#"{"Statement":[{"Effect":"Allow"}]}"#,
                r#"{"Statement":[{"Effect":"Allow", "Condition":{"Bool":{"aws:SecureTransport":"true"}}}]}"#,
            ),
            (
                "{\"Statement\": {\n    \"Effect\": \"Allow\"\n  }}",
                "{\"Statement\": {\n    \"Effect\": \"Allow\",\n    \"Condition\": {\"Bool\": {\"aws:SecureTransport\": \"true\"}}\n  }}",
            ),
            (
                "{\"Statement\": [{\n\t\"Effect\": \"Allow\"}]}",
                "{\"Statement\": [{\n\t\"Effect\": \"Allow\",\n\t\"Condition\": {\"Bool\": {\"aws:SecureTransport\": \"true\"}}}]}",
            ),
            (
                "{\r\n \"Statement\": [{\r\n  \"Effect\": \"Allow\"\r\n }]\r\n}",
                "{\r\n \"Statement\": [{\r\n  \"Effect\": \"Allow\",\r\n  \"Condition\": {\"Bool\": {\"aws:SecureTransport\": \"true\"}}\r\n }]\r\n}",
            ),
            (
                r#"{"Statement": [{"Condition": {"IpAddress": {"aws:SourceIp": "192.0.2.1"}}}]}"#,
                r#"{"Statement": [{"Condition": {"IpAddress": {"aws:SourceIp": "192.0.2.1"}, "Bool": {"aws:SecureTransport": "true"}}}]}"#,
            ),
            (
                r#"{"Statement": [{"Condition": {"bool": {"aws:ViaAWSService": "true"}}}]}"#,
                r#"{"Statement": [{"Condition": {"bool": {"aws:ViaAWSService": "true", "aws:SecureTransport": "true"}}}]}"#,
            ),
            (
                r#"{"Statement": [{"Condition": {}}]}"#,
                r#"{"Statement": [{"Condition": {"Bool": {"aws:SecureTransport": "true"}}}]}"#,
            ),
            (
                r#"{"Statement": [{"Condition": {"Bool": {"AWS:SecureTransport": ["true", "false"]}}}]}"#,
                r#"{"Statement": [{"Condition": {"Bool": {"AWS:SecureTransport": "true"}}}]}"#,
            ),
        ],
    );
    stays("policy.json", "https", &[r#"{"Statement": [{"Condition": {"Bool": {"aws:SecureTransport": "false"}}}]}"#]);
    becomes(
        "policy.json",
        "version",
        &[
            (r#"{"Version": "2008-10-17", "Statement": []}"#, r#"{"Version": "2012-10-17", "Statement": []}"#),
            ("{\n  \"Statement\": []\n}", "{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": []\n}"),
        ],
    );
}

#[test]
fn what_is_taken_out_takes_its_comma_with_it() {
    becomes(
        "policy.json",
        "remove-statement 1",
        &[
            (
                r#"{"Statement": [{"Sid": "a"}, {"Sid": "b"}, {"Sid": "c"}]}"#,
                r#"{"Statement": [{"Sid": "a"}, {"Sid": "c"}]}"#,
            ),
            (r#"{"Statement": [{"Sid": "a"}, {"Sid": "b"}]}"#, r#"{"Statement": [{"Sid": "a"}]}"#),
            (
                "{\"Statement\": [\n  {\"Sid\": \"a\"},\n  {\n    \"Sid\": \"b\"\n  }\n]}",
                "{\"Statement\": [\n  {\"Sid\": \"a\"}\n]}",
            ),
            (
                "{\"Statement\": [{\n  \"Sid\": \"a\"\n}, {\n  \"Sid\": \"b\"\n}, {\n  \"Sid\": \"c\"\n}]}",
                "{\"Statement\": [{\n  \"Sid\": \"a\"\n}, {\n  \"Sid\": \"c\"\n}]}",
            ),
        ],
    );
    becomes(
        "policy.json",
        "remove-statement 0",
        &[
            (
                "{\"Statement\": [\n  {\"Sid\": \"a\"},\n  {\"Sid\": \"b\"}\n]}",
                "{\"Statement\": [\n  {\"Sid\": \"b\"}\n]}",
            ),
            (r#"{"Statement": [{"Sid": "a"}, {"Sid": "b"}]}"#, r#"{"Statement": [{"Sid": "b"}]}"#),
        ],
    );
    stays("policy.json", "remove-statement 0", &[r#"{"Statement": [{"Sid": "a"}]}"#, r#"{"Statement": {"Sid": "a"}}"#]);
    becomes(
        "policy.json",
        "remove-condition Bool k",
        &[
            (
                r#"{"Statement": [{"Condition": {"Bool": {"k": "a", "l": "b"}}}]}"#,
                r#"{"Statement": [{"Condition": {"Bool": {"l": "b"}}}]}"#,
            ),
            (
                r#"{"Statement": [{"Condition": {"Bool": {"k": "a"}, "Null": {"l": "b"}}}]}"#,
                r#"{"Statement": [{"Condition": {"Null": {"l": "b"}}}]}"#,
            ),
            (r#"{"Statement": [{"Sid": "a", "Condition": {"Bool": {"k": "a"}}}]}"#, r#"{"Statement": [{"Sid": "a"}]}"#),
            (
                "{\"Statement\": [{\n  \"Condition\": {\n    \"Bool\": {\"k\": 1}\n  },\n  \"Sid\": \"a\"\n}]}",
                "{\"Statement\": [{\n  \"Sid\": \"a\"\n}]}",
            ),
        ],
    );
    becomes(
        "policy.json",
        "remove-action 1",
        &[(r#"{"Statement": [{"Action": ["a", "b" ]}]}"#, r#"{"Statement": [{"Action": ["a" ]}]}"#)],
    );
}

#[test]
fn strings_are_written_where_they_are_spelled_out() {
    becomes(
        "policy.json",
        "action \"x\\${y}",
        &[(r#"{"Statement": [{"Action": "a"}]}"#, r#"{"Statement": [{"Action": "\"x\\${y}"}]}"#)],
    );
    stays("policy.json", "action b", &[r#"{"Statement": [{"Action": "\u0061"}]}"#]);
    becomes(
        "policy.json",
        "oac",
        &[(
            r#"{"Statement": [{"Principal": "*", "Condition": {"StringEquals": {"aws:Referer": ["secret"]}}}]}"#,
            r#"{"Statement": [{"Principal": {"Service": "cloudfront.amazonaws.com"}, "Condition": {"StringEquals": {"aws:SourceArn": "arn:aws:cloudfront::111122223333:distribution/E1"}}}]}"#,
        )],
    );
    becomes(
        "policy.json",
        "push-action c",
        &[
            (r#"{"Statement": [{"Action": ["a"]}]}"#, r#"{"Statement": [{"Action": ["a", "c"]}]}"#),
            (r#"{"Statement": [{"Action": []}]}"#, r#"{"Statement": [{"Action": ["c"]}]}"#),
            (
                "{\"Statement\": [{\"Action\": [\n  \"a\",\n  \"b\"\n]}]}",
                "{\"Statement\": [{\"Action\": [\n  \"a\",\n  \"b\",\n  \"c\"\n]}]}",
            ),
        ],
    );
}

/// A template whose container has this policy.
fn template(policy: &str) -> String {
    format!(
        "Resources:\n  C:\n    Type: AWS::MediaStore::Container\n    Properties:\n      Policy: {policy}\n      ContainerName: a # the name\n"
    )
}

#[test]
fn json_in_yaml_keeps_its_indentation() {
    let block = "!Sub |\n        {\n          \"Statement\": [{\n            \"Resource\": \"${AWS::Region}\"\n          }]\n        }";
    let after = "!Sub |\n        {\n          \"Statement\": [{\n            \"Resource\": \"${AWS::Region}\",\n            \"Condition\": {\"Bool\": {\"aws:SecureTransport\": \"true\"}}\n          }]\n        }";
    becomes("t.yaml", "https", &[(&template(block), &template(after))]);
    let quoted = "'{\"Statement\": [{\"Action\": \"a\"}]}'";
    becomes("t.yaml", "action b", &[(&template(quoted), &template("'{\"Statement\": [{\"Action\": \"b\"}]}'"))]);
    stays("t.yaml", "action it's", &[&template(quoted)]);
    stays("t.yaml", "action ${x}", &[&template(quoted)]);
    stays("t.yaml", "action b", &[&template("\"{\\\"Statement\\\": [{\\\"Action\\\": \\\"a\\\"}]}\"")]);
}

#[test]
fn yaml_is_edited_line_by_line() {
    let tree = |statement: &str| {
        template(&format!("!ToJsonString\n        Version: '2008-10-17' # old\n        Statement:\n{statement}"))
    };
    becomes(
        "t.yaml",
        "https",
        &[
            (
                &tree("          - Effect: Allow\n            Action: a # why"),
                &tree(
                    "          - Effect: Allow\n            Action: a # why\n            Condition: {Bool: {\"aws:SecureTransport\": \"true\"}}",
                ),
            ),
            (
                &tree("          - {Effect: Allow}"),
                &tree("          - {Effect: Allow, Condition: {Bool: {\"aws:SecureTransport\": \"true\"}}}"),
            ),
        ],
    );
    becomes(
        "t.yaml",
        "version",
        &[(&tree("          - Sid: a"), &tree("          - Sid: a").replace("2008-10-17", "2012-10-17"))],
    );
    becomes(
        "t.yaml",
        "remove-statement 1",
        &[(
            &tree("          - Sid: a\n          - Sid: b # gone\n            Effect: Deny"),
            &tree("          - Sid: a"),
        )],
    );
    becomes(
        "t.yaml",
        "action mediastore:GetObject",
        &[
            (&tree("          - Action: a"), &tree("          - Action: mediastore:GetObject")),
            (&tree("          - Action: 'a'"), &tree("          - Action: 'mediastore:GetObject'")),
            (&tree("          - Action: \"a\""), &tree("          - Action: \"mediastore:GetObject\"")),
        ],
    );
    becomes(
        "t.yaml",
        "push-action b",
        &[(
            &tree("          - Action:\n              - a # first"),
            &tree("          - Action:\n              - a # first\n              - \"b\""),
        )],
    );
}

#[test]
fn fixes_that_touch_wait_for_the_next_run() {
    let text = r#"{"Statement": [{"Action": ["a", "b"]}]}"#;
    let unit = read_text(Path::new("policy.json"), text);
    let base = unit.sources.iter().next().expect("a text").span().start;
    let edit = |start: usize, end: usize, text: &str| Edit {
        span: mediastore_policy::span::Span::new(base + start, base + end),
        text: text.to_owned(),
    };
    let cases = [
        (vec![vec![edit(27, 30, "x")], vec![edit(27, 30, "x")]], 2, 0, r#"{"Statement": [{"Action": [x, "b"]}]}"#),
        (vec![vec![edit(27, 30, "x")], vec![edit(27, 30, "y")]], 1, 1, r#"{"Statement": [{"Action": [x, "b"]}]}"#),
        (vec![vec![edit(27, 30, "x")], vec![edit(30, 30, "y")]], 1, 1, r#"{"Statement": [{"Action": [x, "b"]}]}"#),
        (vec![vec![edit(27, 30, "x")], vec![edit(32, 35, "y")]], 2, 0, r#"{"Statement": [{"Action": [x, y]}]}"#),
        (
            vec![vec![edit(27, 30, "x")], vec![edit(32, 35, "y"), edit(27, 30, "x")]],
            1,
            1,
            r#"{"Statement": [{"Action": [x, "b"]}]}"#,
        ),
    ];
    for (fixes, fixed, postponed, after) in cases {
        let applied = apply(&located(&unit.sources, fixes), Safety::Unsafe);
        assert_eq!((applied.fixed, applied.postponed, applied.changes[0].after.as_str()), (fixed, postponed, after));
    }
    let unsafe_only = apply(&located(&unit.sources, vec![vec![edit(27, 30, "x")]]), Safety::Safe);
    assert_eq!(unsafe_only, super::Applied::default());
}

#[test]
fn a_diff_is_what_patch_takes() {
    let text = "{\"Statement\": [{\n  \"Effect\": \"Allow\"\n}]}\n";
    let unit = read_text(Path::new("a/policy.json"), text);
    let edits = change("https", &unit).expect("a change");
    let applied = apply(&located(&unit.sources, vec![edits]), Safety::Unsafe);
    assert_eq!(
        diff(&applied.changes[0]),
        "--- a/a/policy.json\n+++ b/a/policy.json\n@@ -1,3 +1,4 @@\n {\"Statement\": [{\n-  \"Effect\": \"Allow\"\n+  \"Effect\": \"Allow\",\n+  \"Condition\": {\"Bool\": {\"aws:SecureTransport\": \"true\"}}\n }]}\n"
    );
}

#[test]
fn files_are_written_whole_or_not_at_all() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("policy.json");
    std::fs::write(&path, "\u{feff}{}").expect("a file");
    let mut change = super::Change { path: path.clone(), before: "{}".into(), after: "{\"a\": 1}".to_owned() };
    super::write(&change).expect("written");
    assert_eq!(std::fs::read_to_string(&path).expect("the file"), "\u{feff}{\"a\": 1}");
    assert_eq!(
        super::write(&change).expect_err("it changed").to_string(),
        format!("`{}` changed while it was judged; run again", path.display())
    );
    change.path = "-".into();
    assert_eq!(super::write(&change).expect_err("no file").to_string(), "standard input cannot be fixed; use `--diff`");
}

/// An edit may be made in any tree that can be read, without breaking it.
#[test]
fn what_was_changed_reads_again() {
    let texts = [
        r#"{"Version":"2008-10-17","Statement":[{"Sid":"a","Action":["x","y"],"Condition":{"Bool":{"k":"v"}}},{"Sid":"b"}]}"#,
        "{\n  \"Version\": \"2008-10-17\",\n  \"Statement\": [\n    {\"Sid\": \"a\", \"Action\": [\"x\",\n \"y\"], \"Condition\": {\n\"Bool\": {\"k\": \"v\"}}},\n    {\"Sid\": \"b\"}]\n}",
        "{ \"Version\" : \"2008-10-17\" , \"Statement\" : [ { \"Sid\" : \"a\" , \"Action\" : [ \"x\" , \"y\" ] , \"Condition\" : { \"Bool\" : { \"k\" : \"v\" } } } , { \"Sid\" : \"b\" } ] }",
    ];
    let changes = [
        "https",
        "version",
        "remove-statement 0",
        "remove-statement 1",
        "remove-condition Bool k",
        "remove-action 0",
        "remove-action 1",
        "push-action z",
    ];
    for text in texts {
        for name in changes {
            let after = changed("policy.json", text, name).unwrap_or_else(|| panic!("{name}\n{text}"));
            let (node, problems) = parse(after.as_str(), Limits::default());
            assert_eq!(problems, [], "{name}\n{after}");
            assert_ne!(node, None);
            assert_ne!(after, text);
        }
    }
}

/// Terraform source with this policy.
fn source(policy: &str) -> String {
    format!(
        "resource \"mediastore_container_policy\" \"p\" {{\n  container_name = \"c\" # whose\n  policy = {policy}\n}}\nvariable \"arn\" {{}}\n"
    )
}

#[track_caller]
fn source_becomes(name: &str, cases: &[(&str, &str)]) {
    for (before, after) in cases {
        assert_eq!(changed("main.tf", &source(before), name), Some(source(after)), "{name}\n{before}");
    }
}

#[test]
fn expressions_of_terraform_are_laid_out_as_its_formatter_does() {
    source_becomes(
        "https",
        &[
            (
                "jsonencode({\n    Statement = [{\n      Effect    = \"Allow\" # why\n      Principal = \"*\" // who\n    }]\n  })",
                "jsonencode({\n    Statement = [{\n      Effect    = \"Allow\" # why\n      Principal = \"*\" // who\n      Condition = { Bool = { \"aws:SecureTransport\" = \"true\" } }\n    }]\n  })",
            ),
            (
                "jsonencode({ Statement = [{ Effect = \"Allow\" }] })",
                "jsonencode({ Statement = [{ Effect = \"Allow\", Condition = { Bool = { \"aws:SecureTransport\" = \"true\" } } }] })",
            ),
            (
                "jsonencode({ \"Statement\" : [{ \"Effect\" : \"Allow\" }] })",
                "jsonencode({ \"Statement\" : [{ \"Effect\" : \"Allow\", \"Condition\": { \"Bool\": { \"aws:SecureTransport\": \"true\" } } }] })",
            ),
            (
                "jsonencode({\n    Statement = [{\n      Action = [\n        \"a\",\n      ],\n      Effect = \"Allow\", /* last */\n    }]\n  })",
                "jsonencode({\n    Statement = [{\n      Action = [\n        \"a\",\n      ],\n      Effect = \"Allow\", /* last */\n      Condition = { Bool = { \"aws:SecureTransport\" = \"true\" } },\n    }]\n  })",
            ),
            (
                "<<-EOF\n    {\n      \"Statement\": {\n        \"Effect\": \"Allow\",\n        \"Resource\": \"${var.arn}/*\"\n      }\n    }\n  EOF",
                "<<-EOF\n    {\n      \"Statement\": {\n        \"Effect\": \"Allow\",\n        \"Resource\": \"${var.arn}/*\",\n        \"Condition\": {\"Bool\": {\"aws:SecureTransport\": \"true\"}}\n      }\n    }\n  EOF",
            ),
        ],
    );
    source_becomes(
        "version",
        &[
            (
                "jsonencode({\n    # All of it.\n    Statement = [\n    ]\n  })",
                "jsonencode({\n    Version = \"2012-10-17\"\n    # All of it.\n    Statement = [\n    ]\n  })",
            ),
            ("jsonencode({ Statement = [] })", "jsonencode({ Version = \"2012-10-17\", Statement = [] })"),
            (
                "jsonencode({\n    Statement = [],\n    Id = \"x\"\n  })",
                "jsonencode({\n    Version   = \"2012-10-17\",\n    Statement = [],\n    Id = \"x\"\n  })",
            ),
        ],
    );
    source_becomes(
        "remove-statement 1",
        &[
            (
                "jsonencode({ Statement = [\n    { Sid = \"a\" }, # first\n    { Sid = \"b\" }, # second\n  ] })",
                "jsonencode({ Statement = [\n    { Sid = \"a\" }, # first\n  ] })",
            ),
            (
                "jsonencode({ Statement = [{ Sid = \"a\" }, { Sid = \"b\" }] })",
                "jsonencode({ Statement = [{ Sid = \"a\" }] })",
            ),
        ],
    );
    source_becomes(
        "action ${x}",
        &[("jsonencode({ Statement = [{ Action = \"a\" }] })", "jsonencode({ Statement = [{ Action = \"$${x}\" }] })")],
    );
    // What is put together elsewhere is not edited here.
    for policy in [
        "jsonencode({ Statement = [{ Action = lower(\"A\") }] })",
        "jsonencode(merge({ Statement = [{ Action = \"a${1}\" }] }, {}))",
    ] {
        assert_eq!(changed("main.tf", &source(policy), "action b"), None, "{policy}");
    }
}
