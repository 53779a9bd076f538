//! Data sources of policies: the same as the resource that put them, and an error where there is none.

use super::*;

/// Each policy: the configuration of its resource for a container, and the attributes that the data source of the same name shares.
pub(crate) fn policies(container: &str) -> Vec<(&'static str, Value, &'static [&'static str])> {
    let lifecycle = r#"{"rules":[{"definition":{"path":[{"prefix":"a/"}],"days_since_create":[{"numeric":[">=",5]}]},"action":"EXPIRE"}]}"#;
    let group = object(&[("object_group", "live/*".into()), ("object_group_name", "live".into())]);
    let metric = object(&[
        ("container_name", container.into()),
        ("container_level_metrics", "ENABLED".into()),
        ("rule", Value::List(vec![group])),
    ]);
    vec![
        (POLICY, policy(container, &public_read(container)), &["policy"]),
        (CORS, cors(container, &[rule(&["https://a.example"])]), &[]),
        (LIFECYCLE, policy(container, lifecycle), &["policy"]),
        (METRIC, metric, &["container_level_metrics"]),
    ]
}

#[tokio::test]
async fn a_policy_is_read_as_it_was_put() {
    let (_folder, mut terraform) = embedded().await;
    terraform.apply(CONTAINER, &Value::Null, container("live")).await.unwrap();
    let by_name = || object(&[("container_name", "live".into())]);
    for (type_name, config, shared) in policies("live") {
        if type_name != POLICY {
            let messages = terraform.read_data_source(type_name, by_name()).await.unwrap_err();
            assert!(the_error(&messages).detail.contains("no such policy"), "{type_name}: {messages:?}");
        }
        let put = terraform.apply(type_name, &Value::Null, config).await.unwrap();
        let read = terraform.read_data_source(type_name, by_name()).await.unwrap();
        for name in shared {
            assert_eq!(read.attribute(name), put.attribute(name), "{type_name}");
        }
    }
    let rules = |read: &Value| match read.attribute("rules") {
        Value::List(rules) => rules.clone(),
        other => panic!("{other:?}"),
    };
    let cors = rules(&terraform.read_data_source(CORS, by_name()).await.unwrap());
    let list = |texts: &[&str]| Value::List(texts.iter().map(|text| Value::from(*text)).collect());
    assert_eq!(cors[0].attribute("allowed_origins"), &list(&["https://a.example"]));
    let metric = rules(&terraform.read_data_source(METRIC, by_name()).await.unwrap());
    assert_eq!(metric[0].attribute("object_group_name"), &"live".into());
}

#[tokio::test]
async fn a_container_that_is_not_there_is_named() {
    let (_folder, mut terraform) = embedded().await;
    for (type_name, ..) in policies("live") {
        let messages =
            terraform.read_data_source(type_name, object(&[("container_name", "absent".into())])).await.unwrap_err();
        let error = the_error(&messages);
        assert!(
            error.summary.contains("`absent`") && error.detail.contains("does not exist"),
            "{type_name}: {error:?}"
        );
    }
}
