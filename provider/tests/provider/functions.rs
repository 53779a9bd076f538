//! Provider functions: results, and the argument that is named when there is none.

use super::*;
use tf_plugin::function::FunctionError;

/// A harness whose provider is not configured: functions need nothing.
async fn unconfigured() -> Harness {
    Harness::new(MediaStore).await
}

async fn call(terraform: &mut Harness, name: &str, arguments: &[Value]) -> Result<Value, FunctionError> {
    terraform.call_function(name, arguments).await
}

#[tokio::test]
async fn arns_are_built_and_taken_apart() {
    let mut terraform = unconfigured().await;
    let arn = "arn:aws:mediastore:us-west-2:111122223333:container/live-1";
    let built =
        call(&mut terraform, "container_arn", &["us-west-2".into(), "111122223333".into(), "live-1".into()]).await;
    assert_eq!(built, Ok(arn.into()));
    for (arguments, wrong) in [
        (["us west", "111122223333", "live"], 0),
        (["us-west-2", "1111", "live"], 1),
        (["us-west-2", "111122223333", "li/ve"], 2),
    ] {
        let error = call(&mut terraform, "container_arn", &arguments.map(Value::from)).await.unwrap_err();
        assert_eq!(error.argument, Some(wrong), "{error:?}");
    }

    let path = format!("{arn}/hls/a.m3u8");
    for (arn, path) in [(arn, ""), (path.as_str(), "hls/a.m3u8")] {
        let parts = call(&mut terraform, "parse_arn", &[arn.into()]).await.unwrap();
        let part = |name: &str| parts.attribute(name).as_str().unwrap().to_owned();
        let found = ["partition", "region", "account", "container", "path"].map(part);
        assert_eq!(found, ["aws", "us-west-2", "111122223333", "live-1", path]);
    }
    for wrong in ["", "arn:aws:s3:::bucket", "arn:aws:mediastore:us-west-2:111122223333:live"] {
        let error = call(&mut terraform, "parse_arn", &[wrong.into()]).await.unwrap_err();
        assert!(error.argument == Some(0) && error.text.contains("container/<name>"), "{error:?}");
    }
}

#[tokio::test]
async fn policies_have_one_canonical_text() {
    let mut terraform = unconfigured().await;
    let written = public_read("live");
    let respelled = written.replace(char::is_whitespace, "").replace("\"*\",\"Action\"", "{\"AWS\":\"*\"},\"Action\"");
    let first = call(&mut terraform, "normalize_policy", &[written.as_str().into()]).await.unwrap();
    let second = call(&mut terraform, "normalize_policy", &[respelled.as_str().into()]).await.unwrap();
    assert_eq!(first, second);
    let error = call(&mut terraform, "normalize_policy", &["{".into()]).await.unwrap_err();
    assert_eq!(error.argument, Some(0));
}

#[tokio::test]
async fn exposure_comes_with_a_witness_that_is_allowed() {
    let mut terraform = unconfigured().await;
    let policy = public_read("live");
    let exposure = call(&mut terraform, "exposure", &[policy.as_str().into()]).await.unwrap();
    assert_eq!(exposure.attribute("class"), &"public".into());
    let Value::Map(actions) = exposure.attribute("actions") else { panic!("a map") };
    assert_eq!(actions["mediastore:GetObject"], "public".into());
    assert_eq!(actions["mediastore:PutObject"], "none".into());

    let witness: serde_json::Value = serde_json::from_str(exposure.attribute("witness").as_str().unwrap()).unwrap();
    let context = witness["context"].as_object().unwrap().iter().map(|(key, values)| {
        let values = values.as_array().unwrap().iter().map(|value| Value::from(value.as_str().unwrap()));
        (key.clone(), Value::List(values.collect()))
    });
    let text = |name: &str| Value::from(witness[name].as_str().unwrap());
    let request = |action: Value| {
        let parts = [("principal", text("principal")), ("action", action), ("resource", text("resource"))];
        let Value::Object(mut fields) = object(&parts) else { panic!("an object") };
        fields.insert("context".to_owned(), Value::map(context.clone()));
        Value::Object(fields)
    };
    let allowed = call(&mut terraform, "allows", &[policy.as_str().into(), request(text("action"))]).await;
    assert_eq!(allowed, Ok(true.into()));
    let denied = request("mediastore:DeleteObject".into());
    assert_eq!(call(&mut terraform, "allows", &[policy.as_str().into(), denied]).await, Ok(false.into()));

    let owner_only = policy.replace("\"Principal\":\"*\"", "\"Principal\":{\"AWS\":\"000000000000\"}");
    for (accounts, class) in
        [(vec![], "trusted"), (vec!["000000000000"], "trusted"), (vec!["111122223333"], "external")]
    {
        let mut arguments = vec![Value::from(owner_only.as_str())];
        arguments.extend(accounts.into_iter().map(Value::from));
        let exposure = call(&mut terraform, "exposure", &arguments).await.unwrap();
        assert_eq!(exposure.attribute("class"), &class.into(), "{arguments:?}");
    }
    let error = call(&mut terraform, "exposure", &[policy.as_str().into(), "1234".into()]).await.unwrap_err();
    assert_eq!(error.argument, Some(1));
}

#[tokio::test]
async fn cors_rules_decide_by_the_first_match() {
    let mut terraform = unconfigured().await;
    let list = |texts: &[&str]| Value::List(texts.iter().map(|text| Value::from(*text)).collect());
    let rule = |origin: &str, methods: &[&str], headers: Value| {
        object(&[
            ("allowed_origins", list(&[origin])),
            ("allowed_methods", list(methods)),
            ("allowed_headers", headers),
        ])
    };
    let rules = Value::List(vec![
        rule("https://a.example", &["GET"], Value::Null),
        rule("https://*.example", &["GET", "PUT"], list(&["range"])),
    ]);
    for (arguments, expected) in [
        (vec!["https://a.example", "GET"], true),
        (vec!["https://a.example", "PUT"], true),
        (vec!["https://b.example", "GET", "Range"], true),
        (vec!["https://b.example", "GET", "Range", "x-other"], false),
        (vec!["http://a.example", "GET"], false),
        (vec!["https://a.example:8443", "GET"], false),
    ] {
        let mut all = vec![rules.clone()];
        all.extend(arguments.iter().map(|text| Value::from(*text)));
        assert_eq!(call(&mut terraform, "cors_allows", &all).await, Ok(expected.into()), "{arguments:?}");
    }
}
