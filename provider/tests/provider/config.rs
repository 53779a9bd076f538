//! The provider block: what it refuses, and what it may leave unknown.

use super::*;

const ROLE: (&str, &str) = ("role_arn", "arn:aws:iam::111122223333:role/media");

/// An `assume_role` block with these attributes, and others that are as they should be.
fn assume_role(given: &[(&str, Value)]) -> Value {
    block(&["session_name", "external_id", "policy", "duration"], given)
}

fn web_identity(given: &[(&str, Value)]) -> Value {
    block(&["session_name", "policy", "duration", "web_identity_token", "web_identity_token_file"], given)
}

fn block(names: &[&str], given: &[(&str, Value)]) -> Value {
    let mut fields: Vec<(&str, Value)> = names.iter().map(|name| (*name, Value::Null)).collect();
    fields.push((ROLE.0, ROLE.1.into()));
    fields.extend(given.iter().cloned());
    object(&fields)
}

#[tokio::test]
async fn contradictions_are_named() {
    let cases = [
        (vec![("access_key", Value::from("AKIA"))], "secret_key", "set together"),
        (vec![("endpoint", "http://127.0.0.1:1".into()), ("data_dir", "x".into())], "data_dir", "set one of them"),
        (vec![("endpoint", "localhost:8474".into())], "endpoint", "with scheme and host"),
        (vec![("max_retries", (-1).into())], "max_retries", "0 to 1000"),
        (vec![("region", "us west".into())], "region", "us-west-2"),
        (vec![("request_timeout", "10".into())], "request_timeout", "with units"),
        (vec![("user_agent", "a\nb".into())], "user_agent", "visible ASCII"),
        (vec![("assume_role", assume_role(&[("role_arn", "media".into())]))], "assume_role.role_arn", ":role/<name>"),
        (vec![("assume_role", assume_role(&[("duration", "1m".into())]))], "assume_role.duration", "`15m` to `12h`"),
        (vec![("assume_role_with_web_identity", web_identity(&[]))], "assume_role_with_web_identity", "not both"),
        (
            vec![("default_tags", object(&[("tags", tags(&[("aws:a", "b")]))]))],
            r#"default_tags.tags["aws:a"]"#,
            "reserved",
        ),
    ];
    for (fields, path, words) in cases {
        let mut terraform = Harness::new(MediaStore).await;
        let messages = terraform.configure(object(&fields)).await.unwrap_err();
        let error = the_error(&messages);
        assert_eq!(error.path, path);
        assert!(error.detail.contains(words), "{}", error.detail);
    }
}

#[tokio::test]
async fn an_aws_endpoint_is_warned_about() {
    let mut terraform = Harness::new(MediaStore).await;
    let messages = terraform.configure(endpoint("https://mediastore.us-west-2.amazonaws.com")).await.unwrap();
    assert!(!messages[0].is_error && messages[0].detail.contains("2025-11-13"), "{messages:?}");
}

#[tokio::test]
async fn unknown_settings_plan_but_do_not_call() {
    for unknown in [
        "endpoint",
        "data_dir",
        "region",
        "secret_key",
        "max_retries",
        "ca_bundle",
        "request_timeout",
        "assume_role",
        "assume_role_with_web_identity",
    ] {
        let mut config = vec![(unknown, Value::Unknown)];
        if unknown == "secret_key" {
            config.push(("access_key", "AKIA".into()));
        }
        let mut terraform = configured(object(&config)).await;
        assert!(terraform.plan(CONTAINER, &Value::Null, container("live")).await.is_ok(), "{unknown}");
        let messages = terraform.read_data_source(CONTAINER, container("live")).await.unwrap_err();
        assert_eq!(the_error(&messages).summary, "The provider is not configured yet");
    }
}

#[tokio::test]
async fn an_unusable_data_folder_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "not a folder").unwrap();
    for (data_dir, why) in [(file.clone(), "is a file; name a folder."), (file.join("below"), ": Not a directory")] {
        let data_dir = data_dir.to_str().unwrap();
        let mut terraform = Harness::new(MediaStore).await;
        let messages = terraform.configure(object(&[("data_dir", data_dir.into())])).await.unwrap_err();
        let error = the_error(&messages);
        assert_eq!((error.path.as_str(), error.summary.as_str()), ("data_dir", "Unusable data folder"));
        assert!(error.detail.contains(data_dir) && error.detail.contains(why), "{}", error.detail);
    }
}
