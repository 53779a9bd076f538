//! Documents in files of their own.

use std::path::Path;

use super::super::{document as read_file, read_text};
use super::gives;

#[test]
fn documents_are_recognised_by_what_is_in_them() {
    gives(
        "a/policy.json",
        "{\n  \"Statement\": [{\"Effect\": \"Allow\"}]\n}\n",
        r#"1:1 policy a/policy.json of nobody, Json: {Statement:[{Effect:"Allow"@2:28}]}"#,
    );
    gives(
        "x.json",
        r#"[{"AllowedOrigins": ["*"], "MaxAgeSeconds": 5}]"#,
        r#"1:1 cors x.json of nobody, Json: [{AllowedOrigins:["*"@1:22],MaxAgeSeconds:5@1:45}]"#,
    );
    gives(
        "x.json",
        r#"{"rules": [{"definition": {}, "action": "EXPIRE"}]}"#,
        r#"1:1 lifecycle x.json of nobody, Json: {rules:[{definition:{},action:"EXPIRE"@1:41}]}"#,
    );
    gives(
        "-",
        r#"{"ContainerLevelMetrics": "ENABLED"}"#,
        r#"1:1 metric - of nobody, Json: {ContainerLevelMetrics:"ENABLED"@1:27}"#,
    );
}

#[test]
fn what_the_cli_takes_and_gives_is_unwrapped() {
    gives(
        "x.json",
        r#"{"ContainerName": "live", "Policy": "{\"Statement\": [{\"Sid\": \"a\"}]}", "CorsPolicy": [{"AllowedMethods": []}]}"#,
        r#"
        1:37 policy x.json of the container "live"@1:19, as it is: {Statement:[{Sid:"a"@1:65}]}
        1:90 cors x.json of the container "live"@1:19, Json: [{AllowedMethods:[]}]
        "#,
    );
    gives(
        "x.json",
        r#"{"Policy": "{\"Statement\": }"}"#,
        r#"
        1:12 policy x.json of nobody, as it is: nothing
        1:29 problem: expected a value [json-syntax]
        "#,
    );
}

#[test]
fn what_is_almost_right_is_said() {
    gives(
        "x.json",
        "{\"Statement\": [],\n}",
        r#"
        1:1 policy x.json of nobody, Json: {Statement:[]}
        1:17 problem: a comma stands before `}` [json-syntax]
        "#,
    );
    gives(
        "x.json",
        r#"{"AllowedOrigins": []}"#,
        r#"
        1:1 cors x.json of nobody, Json: {AllowedOrigins:[]}
        1:1 problem: a CORS policy must be a list of rules, not an object [wrong-type]
        "#,
    );
    gives("x.json", r#"{"CORSRules": []}"#, "1:2 Broken: this is a CORS configuration of S3");
    gives("x.json", "{\n \"a\" 1}", "2:6 Broken: expected a colon after the key");
    gives("x.json", "{}", "Broken: `x.json` is nothing this linter knows");
    gives("notes.txt", "hello", "Broken: `notes.txt` is nothing this linter knows");
    gives("x.json", "", "1:1 Broken: the document ends where a value is expected");
}

/// Whether a file that was found on the way gives a unit.
fn is_ours(name: &str, text: &[u8]) -> bool {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(name);
    std::fs::write(&path, text).expect("a file");
    read_file(&path, false, &crate::unsaved::Unsaved::default()).is_some()
}

#[test]
fn what_is_found_on_the_way_has_to_be_ours() {
    let cases: &[(&str, &str, bool)] = &[
        ("package.json", r#"{"name": "mediastore-player", "scripts": {}}"#, false),
        ("package.json", r#"{"definition": {"rules": []}}"#, false),
        ("bucket.json", r#"{"Statement": [{"Principal": "*", "Action": "s3:GetObject"}]}"#, false),
        ("role.json", r#"{"Statement": [{"Action": "mediastore:*", "Resource": "*"}]}"#, false),
        ("policy.json", r#"{"Statement": [{"Principal": "*", "Action": "mediastore:GetObject"}]}"#, true),
        ("x.json", r#"{"Statement": {"Principal": "*", "Action": "mediastore:GetObject"}}"#, true),
        ("trust.json", r#"{"Statement": [{"Sid": "mediastore", "Principal": {}, "Action": "sts:AssumeRole"}]}"#, false),
        ("trust.json", r#"{"Statement": {"Sid": "mediastore", "Principal": {}, "Action": "sts:AssumeRole"}}"#, false),
        (
            "trust.json",
            r#"{"Statement": {"Sid": "mediastore", "Principal": {}, "Action": ["sts:AssumeRole", "sts:TagSession"]}}"#,
            false,
        ),
        ("x.json", r#"{"Statement": {"Principal": "*", "Action": ["sts:TagSession", "mediastore:GetObject"]}}"#, true),
        ("x.json", r#"{"Policy": "{\"Statement\": [{\"Principal\": \"*\", \"Action\": \"mediastore:*\"}]}"}"#, true),
        (
            "x.json",
            r#"{"Policy": "{\"Statement\": [{\"Principal\": \"*\", \"Action\": \"s3:*\"}]}", "mediastore": 1}"#,
            true,
        ),
        ("s3.json", r#"{"CORSRules": [{"AllowedOrigins": ["*"]}]}"#, false),
        ("rules.json", r#"[{"AllowedOrigins": ["*"]}]"#, true),
        ("tsconfig.json", "{\n // mediastore\n \"a\": 1}", false),
        ("x.json", "{\"Statement\": [{\"Action\": \"mediastore:GetObject\"", true),
        ("cors.json", "[{\"AllowedOrigins\": [\"*\"", true),
        ("tsconfig.json", "{\"definition\": ", false),
        ("deploy.yaml", "kind: Pod\n# mediastore: {\n", false),
        ("deploy.yaml", "a: [1, mediastore", false),
        ("stack.yaml", "Resources: {Q: {Type: AWS::SQS::Queue}} # mediastore", false),
        ("stack.yaml", "Resources: {C: {Type: AWS::MediaStore::Container}}", true),
        ("stack.yaml", "Resources: {C: {Type: AWS::MediaStore::Container}", true),
        ("state.json", r#"{"format_version":"1.0","terraform_version":"1.11.0","values":{"mediastore":1}}"#, false),
    ];
    for (name, text, expected) in cases {
        assert_eq!(is_ours(name, text.as_bytes()), *expected, "{name}: {text}");
    }
    assert!(!is_ours("latin.json", b"{\"a\": \"\xe9\"}"));
    assert!(is_ours("latin.json", b"{\"mediastore\": \"\xe9\"}"), "it cannot be told what it is");
}

#[test]
fn nesting_and_size_are_bounded() {
    let deep = format!("{{\"Statement\": {}", "[".repeat(100_000));
    gives("x.json", &deep, "1:78 Broken: the document is nested deeper than 64 levels");
    let many = format!("[{{\"AllowedOrigins\": [{}1]}}]", "1,".repeat(1_000_000));
    assert!(read_text(Path::new("x.json"), &many).faults[0].message.contains("more than 1000000 values"));
}
