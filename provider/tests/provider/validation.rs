//! What the API would refuse is refused at plan, with the attribute's path.

use super::*;

#[track_caller]
fn refusal(outcome: Result<Vec<Message>, Vec<Message>>) -> Vec<(String, String)> {
    let messages = outcome.expect_err("the configuration is refused");
    messages.into_iter().map(|message| (message.path, message.detail)).collect()
}

#[tokio::test]
async fn names_and_tags() {
    let (_folder, mut terraform) = embedded().await;
    let long = "x".repeat(256);
    let fifty_one = Value::map((0..51).map(|i| (format!("k{i}"), Value::from("v"))));
    let cases: Vec<(Value, &str, &str)> = vec![
        (container(""), "name", "must not be empty"),
        (container(&long), "name", "at most 255"),
        (container("live.dev"), "name", "`.`"),
        (container("live/dev"), "name", "`/`"),
        (container("café"), "name", "`é`"),
        (object(&[("name", "a".into()), ("tags", tags(&[("aws:x", "y")]))]), r#"tags["aws:x"]"#, "reserved"),
        (object(&[("name", "a".into()), ("tags", tags(&[("a{", "y")]))]), r#"tags["a{"]"#, "`{`"),
        (object(&[("name", "a".into()), ("tags", tags(&[("a", &long.repeat(2))]))]), r#"tags["a"]"#, "256"),
        (object(&[("name", "a".into()), ("tags", fifty_one)]), "tags", "50"),
    ];
    for (config, path, words) in cases {
        let found = refusal(terraform.validate(CONTAINER, config).await);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].0, path);
        assert!(found[0].1.contains(words), "{path}: {}", found[0].1);
    }
}

#[tokio::test]
async fn policies() {
    let (_folder, mut terraform) = embedded().await;
    let good = public_read("live");
    let cases: &[(String, &str)] = &[
        (String::new(), "empty"),
        ("{".to_owned(), "Line 1, column 2"),
        ("[]".to_owned(), "object"),
        (format!("{good}{}", " ".repeat(8192)), "8192"),
        (good.replace("PublicRead", "PublicR\u{e9}ad"), "ASCII"),
        (good.replace("container/live/*", "container/other/*"), "must be scoped to files inside"),
        (
            good.replace("arn:aws:mediastore:us-west-2:000000000000:container/live/*", "*"),
            "must be scoped to files inside",
        ),
        (
            good.replace("\"mediastore:GetObject\"", "\"mediastore:PutObject\"").replace("\"true\"", "\"false\""),
            "SecureTransport",
        ),
        (good.replace("\"Effect\":\"Allow\"", "\"Effect\":\"allow\""), "Effect"),
        (good.replace("\"Bool\"", "\"Boolean\""), "Boolean"),
    ];
    for (text, words) in cases {
        let found = refusal(terraform.validate(POLICY, policy("live", text)).await);
        assert!(found.iter().all(|(path, _)| path == "policy"), "{found:?}");
        assert!(found.iter().any(|(_, detail)| detail.contains(words)), "{words}: {found:?}");
    }
    assert!(terraform.validate(POLICY, policy("live", &good)).await.is_ok());
    assert!(
        terraform
            .validate(POLICY, object(&[("container_name", Value::Unknown), ("policy", good.as_str().into())]))
            .await
            .is_ok()
    );
    assert!(
        terraform
            .validate(POLICY, object(&[("container_name", "live".into()), ("policy", Value::Unknown)]))
            .await
            .is_ok()
    );

    let elsewhere = good.replace("us-west-2", "eu-west-1");
    assert!(
        terraform.validate(POLICY, policy("live", &elsewhere)).await.is_ok(),
        "the region is not known to validate"
    );
    let messages = terraform.plan(POLICY, &Value::Null, policy("live", &elsewhere)).await.unwrap_err();
    assert!(the_error(&messages).detail.contains("must be scoped to files inside"), "it is to plan");
}

#[tokio::test]
async fn cors_limits() {
    let (_folder, mut terraform) = embedded().await;
    let with = |name: &str, value: Value| {
        let Value::Object(mut fields) = rule(&["https://a.example"]) else { panic!("an object") };
        fields.insert(name.to_owned(), value);
        cors("live", &[Value::Object(fields)])
    };
    let many = |n: usize| Value::set((0..n).map(|i| Value::from(format!("x-{i}").as_str())));
    let cases: Vec<(Value, &str, &str)> = vec![
        (with("allowed_origins", strings(&[])), "rule[0].allowed_origins", "at least 1"),
        (with("allowed_origins", many(101)), "rule[0].allowed_origins", "at most 100"),
        (with("allowed_origins", strings(&["https://*.a.*"])), "rule[0].allowed_origins", "`*`"),
        (with("allowed_methods", strings(&[])), "rule[0].allowed_methods", "at least 1"),
        (with("allowed_methods", strings(&["OPTIONS"])), "rule[0].allowed_methods", "OPTIONS"),
        (with("allowed_headers", strings(&["x-*-*"])), "rule[0].allowed_headers", "`*`"),
        (with("expose_headers", many(101)), "rule[0].expose_headers", "100"),
        (with("max_age_seconds", (-1).into()), "rule[0].max_age_seconds", "0 to 2147483647"),
        (with("max_age_seconds", Value::Number("1.5".parse().unwrap())), "rule[0].max_age_seconds", "whole number"),
    ];
    for (config, path, words) in cases {
        let found = refusal(terraform.validate(CORS, config).await);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].0, path);
        assert!(found[0].1.contains(words), "{path}: {}", found[0].1);
    }
    let huge: Vec<Value> =
        (0..90).map(|i| format!("https://{}{i:03}.example", "x".repeat(1990)).as_str().into()).collect();
    let rules = vec![object(&[("allowed_origins", Value::set(huge)), ("allowed_methods", strings(&["GET"]))]); 3];
    let found = refusal(terraform.validate(CORS, cors("live", &rules)).await);
    assert!(found[0].1.contains("398000"), "{found:?}");
    for unknown in ["allowed_origins", "allowed_methods", "allowed_headers", "expose_headers", "max_age_seconds"] {
        assert!(terraform.validate(CORS, with(unknown, Value::Unknown)).await.is_ok(), "{unknown}");
    }
    let unknown_rules = object(&[("container_name", Value::Unknown), ("rule", Value::Unknown)]);
    assert!(terraform.validate(CORS, unknown_rules).await.is_ok());
    let origins = Value::set([Value::Unknown, Value::Unknown, "https://a.example".into()]);
    assert!(terraform.plan(CORS, &Value::Null, with("allowed_origins", origins)).await.is_ok());
}

#[tokio::test]
async fn lifecycle_policies() {
    let (_folder, mut terraform) = embedded().await;
    let text = |text: &str| object(&[("container_name", "live".into()), ("policy", text.into())]);
    let rules = |rules: &[Value]| object(&[("container_name", "live".into()), ("rule", Value::List(rules.to_vec()))]);
    let good = object(&[("prefixes", strings(&["a/"])), ("days_since_create", 3.into())]);
    let long = object(&[("wildcards", strings(&["*"])), ("seconds_since_create", 301.into())]);
    let mixed =
        object(&[("prefixes", strings(&["a"])), ("wildcards", strings(&["b"])), ("days_since_create", 3.into())]);
    let both = object(&[
        ("container_name", "live".into()),
        ("policy", "{}".into()),
        ("rule", Value::List(vec![good.clone()])),
    ]);
    let cases: Vec<(Value, &str, &str)> = vec![
        (object(&[("container_name", "live".into())]), "", "`rule` blocks"),
        (both, "policy", "not both"),
        (text("{"), "policy", "not valid JSON"),
        (text(r#"{"rules":[{"ExpirationInDays":1}]}"#), "policy", "ExpirationInDays"),
        (rules(&[good.clone(), long]), "rule[1]", "300"),
        (rules(&[mixed]), "rule[0]", ""),
        (rules(&[object(&[("prefixes", strings(&["a"]))])]), "rule[0]", "days_since_create"),
    ];
    for (config, path, words) in cases {
        let found = refusal(terraform.validate(LIFECYCLE, config).await);
        assert_eq!(found[0].0, path, "{found:?}");
        assert!(found.iter().any(|(_, detail)| detail.contains(words)), "{words}: {found:?}");
    }
    for unknown in ["policy", "rule"] {
        let config = object(&[("container_name", Value::Unknown), (unknown, Value::Unknown)]);
        assert!(terraform.validate(LIFECYCLE, config).await.is_ok(), "{unknown}");
    }
}

#[tokio::test]
async fn metric_policies() {
    let (_folder, mut terraform) = embedded().await;
    let with = |level: &str, group: &str, name: &str| {
        let rule = object(&[("object_group", group.into()), ("object_group_name", name.into())]);
        object(&[
            ("container_name", "live".into()),
            ("container_level_metrics", level.into()),
            ("rule", Value::List(vec![rule])),
        ])
    };
    for (config, path) in [
        (with("on", "a", "b"), "container_level_metrics"),
        (with("ENABLED", "a//b", "b"), "rule[0].object_group"),
        (with("ENABLED", "a", "b-c"), "rule[0].object_group_name"),
        (with("ENABLED", "a", &"b".repeat(31)), "rule[0].object_group_name"),
    ] {
        let found = refusal(terraform.validate(METRIC, config).await);
        assert_eq!((found.len(), found[0].0.as_str()), (1, path), "{found:?}");
    }
}

#[tokio::test]
async fn an_unknown_in_any_place_is_no_fault() {
    let (_folder, mut terraform) = embedded().await;
    terraform.survives_unknowns().await;
}

#[tokio::test]
async fn import_identifiers() {
    let (_folder, mut terraform) = embedded().await;
    for type_name in [CONTAINER, POLICY, CORS, LIFECYCLE, METRIC] {
        let messages = terraform.import(type_name, "arn:aws:mediastore:x").await.unwrap_err();
        assert_eq!(the_error(&messages).summary, "Invalid import identifier");
    }
}
