//! Guardrails: each resource is judged by itself, findings lie at the attribute, and what is unknown waits.

use super::*;

/// A provider with these rules of the linter.
async fn guarded(rules: &str, fail_on: Option<&str>) -> (TempDir, Harness) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("mediastore-lint.toml");
    std::fs::write(&file, rules).unwrap();
    let block =
        object(&[("config", file.to_str().unwrap().into()), ("fail_on", fail_on.map_or(Value::Null, Value::from))]);
    let harness = configured(object(&[("data_dir", path(&folder)), ("guardrails", block)])).await;
    (folder, harness)
}

/// A policy that lets everybody write over HTTPS.
fn public_write() -> String {
    public_read("live").replace("mediastore:GetObject", "mediastore:PutObject")
}

#[tokio::test]
async fn an_exposed_policy_is_refused_with_a_request_that_proves_it() {
    let (_folder, mut terraform) = guarded("", None).await;
    let refused = terraform.plan(POLICY, &Value::Null, policy("live", &public_write())).await.unwrap_err();
    let error = refused.iter().find(|message| message.summary.starts_with("public-write")).unwrap();
    assert_eq!(error.summary, "public-write: anybody can upload and overwrite objects");
    assert_eq!(error.path, "policy");
    for part in ["Line 1, column", "principal = *", "action = mediastore:PutObject", "resource = arn:aws:mediastore:"] {
        assert!(error.detail.contains(part), "no {part:?} in {}", error.detail);
    }
    let allowed = terraform.plan(POLICY, &Value::Null, policy("live", &public_read("live"))).await.unwrap();
    assert_eq!(allowed.messages, [], "what is only worth knowing is not told");
}

#[tokio::test]
async fn what_fails_is_the_organisations_choice() {
    for (rules, fail_on, expected) in [
        ("", Some("never"), Some(false)),
        ("[rules]\npublic-write = \"off\"\n", None, None),
        ("[rules]\npublic-write = \"warning\"\n", None, Some(false)),
        ("[rules]\npublic-write = \"warning\"\n", Some("warning"), Some(true)),
        ("fail_on = \"warning\"\n[rules]\npublic-write = \"warning\"\n", None, Some(true)),
    ] {
        let (_folder, mut terraform) = guarded(rules, fail_on).await;
        let planned = terraform.plan(POLICY, &Value::Null, policy("live", &public_write())).await;
        let messages = planned.map_or_else(|messages| messages, |planned| planned.messages);
        let found = messages.iter().find(|message| message.summary.starts_with("public-write"));
        assert_eq!(found.map(|message| message.is_error), expected, "{rules} {fail_on:?}: {messages:?}");
    }
}

#[tokio::test]
async fn what_is_in_place_and_stays_is_warned_about() {
    let (_folder, mut terraform) = guarded("", None).await;
    let state = policy("live", &public_write());
    let Value::Object(mut fields) = state.clone() else { panic!("an object") };
    fields.insert("timeouts".to_owned(), Value::Null);
    let planned = terraform.plan(POLICY, &Value::Object(fields), state).await.unwrap();
    let found = planned.messages.iter().find(|message| message.summary.starts_with("public-write"));
    assert!(found.is_some_and(|message| !message.is_error), "{:?}", planned.messages);
}

#[tokio::test]
async fn an_unknown_policy_is_judged_once_it_is_known() {
    let (_folder, mut terraform) = guarded("", None).await;
    terraform.apply(CONTAINER, &Value::Null, container("live")).await.unwrap();
    let unknown = object(&[("container_name", "live".into()), ("policy", Value::Unknown)]);
    let known = policy("live", &public_write());
    assert!(terraform.plan(POLICY, &Value::Null, unknown.clone()).await.is_ok());
    let refused = terraform.apply_when_known(POLICY, &Value::Null, unknown, known).await.unwrap_err();
    assert!(refused.messages.iter().any(|message| message.summary.starts_with("public-write")), "{refused:?}");
    assert!(refused.state.is_null());
}

#[tokio::test]
async fn a_rule_of_a_block_is_named_by_its_index() {
    let (_folder, mut terraform) = guarded("[rules]\ncors-any-origin = \"error\"\n", None).await;
    let rules = [rule(&["https://a.example.com"]), rule(&["*"])];
    let refused = terraform.plan(CORS, &Value::Null, cors("live", &rules)).await.unwrap_err();
    let error = refused.iter().find(|message| message.summary.starts_with("cors-any-origin:")).unwrap();
    assert_eq!(error.path, "rule[1]", "{refused:?}");
}

#[tokio::test]
async fn without_the_block_nothing_is_judged_and_an_unknown_block_waits() {
    let (_folder, mut terraform) = embedded().await;
    assert_eq!(terraform.plan(POLICY, &Value::Null, policy("live", &public_write())).await.unwrap().messages, []);
    let mut terraform = configured(object(&[("guardrails", Value::Unknown)])).await;
    assert_eq!(terraform.plan(POLICY, &Value::Null, policy("live", &public_write())).await.unwrap().messages, []);
}

#[tokio::test]
async fn rules_that_cannot_be_read_are_said_where_they_are_named() {
    for (config, words) in [("/nowhere/mediastore-lint.toml", "cannot read the configuration")] {
        let block = object(&[("config", config.into()), ("fail_on", Value::Null)]);
        let mut terraform = Harness::new(MediaStore).await;
        let messages = terraform.configure(object(&[("guardrails", block)])).await.unwrap_err();
        let error = the_error(&messages);
        assert!(error.path == "guardrails.config" && error.detail.to_lowercase().contains(words), "{error:?}");
    }
}

#[tokio::test]
async fn the_function_finds_what_the_guardrails_find() {
    let mut terraform = Harness::new(MediaStore).await;
    let policy = public_write();
    let found = terraform.call_function("lint", &[policy.as_str().into()]).await.unwrap();
    let Value::List(findings) = found else { panic!("a list") };
    let write = findings.iter().find(|finding| finding.attribute("rule") == &"public-write".into()).unwrap();
    assert_eq!(write.attribute("severity"), &"error".into());
    assert_eq!(write.attribute("message"), &"anybody can upload and overwrite objects".into());
    assert_eq!(write.attribute("line"), &1.into());
    let witness = write.attribute("witness").as_str().unwrap();
    assert!(witness.contains(r#""action":"mediastore:PutObject""#), "{witness}");
    assert_eq!(findings[0].attribute("severity"), &"error".into(), "worst first");
    let error = terraform.call_function("lint", &[policy.as_str().into(), "1234".into()]).await.unwrap_err();
    assert_eq!(error.argument, Some(1));
    let broken = terraform.call_function("lint", &["{".into()]).await.unwrap();
    let Value::List(findings) = broken else { panic!("a list") };
    assert_eq!(findings[0].attribute("rule"), &"malformed-policy".into(), "a policy that does not parse is a finding");
}
