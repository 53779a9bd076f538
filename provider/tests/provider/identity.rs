//! Identity, lists for `terraform query`, and states taken over from the AWS provider.

use super::*;

fn identity(key: &str, name: &str, account: Value) -> Value {
    object(&[(key, name.into()), ("region", "us-west-2".into()), ("account", account)])
}

#[tokio::test]
async fn every_object_has_an_identity_to_import_it_by() {
    let (_folder, mut terraform) = embedded().await;
    let objects = [
        (CONTAINER, "name", container("live")),
        (POLICY, "container_name", policy("live", &public_read("live"))),
        (CORS, "container_name", cors("live", &[rule(&["*"])])),
    ];
    for (type_name, key, config) in objects {
        let state = terraform.apply(type_name, &Value::Null, config).await.unwrap();
        let expected = identity(key, "live", "000000000000".into());
        assert_eq!(terraform.identity(type_name, &state).await, expected, "{type_name}");
        assert_eq!(terraform.import_by_identity(type_name, &expected).await.unwrap(), state, "{type_name}");
    }
}

#[tokio::test]
async fn an_endpoint_that_does_not_tell_the_account_leaves_it_null() {
    let server = Server::start(Config::default()).await;
    let mut terraform = server.provider().await;
    terraform.apply(CONTAINER, &Value::Null, container("live")).await.unwrap();
    let state = terraform.apply(CORS, &Value::Null, cors("live", &[rule(&["*"])])).await.unwrap();
    assert_eq!(terraform.identity(CORS, &state).await, identity("container_name", "live", Value::Null));
}

#[tokio::test]
async fn containers_are_listed_with_or_without_their_state() {
    let (_folder, mut terraform) = embedded().await;
    let mut states = Vec::new();
    for name in ["vod-b", "vod-a", "live"] {
        states.push(terraform.apply(CONTAINER, &Value::Null, container(name)).await.unwrap());
    }
    let vod = || object(&[("name_prefix", "vod-".into())]);
    let found = terraform.list(CONTAINER, vod(), 100, true).await.unwrap();
    let names: Vec<&str> = found.iter().map(|(listed, _)| listed.display_name.as_str()).collect();
    assert_eq!(names, ["vod-a", "vod-b"]);
    assert_eq!(found[0].0.identity, identity("name", "vod-a", "000000000000".into()));
    assert_eq!(found[0].1.as_ref(), Some(&states[1]));
    assert_eq!(terraform.list(CONTAINER, object(&[]), 2, false).await.unwrap().len(), 2);
}

#[tokio::test]
async fn policies_are_listed_where_a_container_has_one() {
    let server = Server::start(Config::default()).await;
    for (account, (_folder, mut terraform)) in [
        ("000000000000".into(), embedded().await),
        (Value::Null, (tempfile::tempdir().unwrap(), server.provider().await)),
    ] {
        for name in ["vod-b", "vod-a", "live"] {
            terraform.apply(CONTAINER, &Value::Null, container(name)).await.unwrap();
        }
        for (index, (type_name, ..)) in data_sources::policies("live").into_iter().enumerate() {
            // The service gives every container a policy of its own at first.
            let mut expected = if type_name == POLICY { vec!["live", "vod-a", "vod-b"] } else { vec![] };
            assert_eq!(terraform.list(type_name, object(&[]), 9, false).await.unwrap().len(), expected.len());
            let mut states = Vec::new();
            for name in ["vod-b", "live"] {
                let config = data_sources::policies(name).swap_remove(index).1;
                states.push(terraform.apply(type_name, &Value::Null, config).await.unwrap());
            }
            if type_name != POLICY {
                expected = vec!["live", "vod-b"];
            }
            let found = terraform.list(type_name, object(&[]), 9, true).await.unwrap();
            let names: Vec<&str> = found.iter().map(|(listed, _)| listed.display_name.as_str()).collect();
            assert_eq!(names, expected, "{type_name}");
            assert_eq!(found[0].0.identity, identity("container_name", "live", account.clone()), "{type_name}");
            assert_eq!(found[0].1.as_ref(), Some(&states[1]), "{type_name}");
            assert_eq!(terraform.list(type_name, object(&[]), 1, false).await.unwrap().len(), 1, "{type_name}");
            let vod = object(&[("name_prefix", "vod-".into())]);
            assert_eq!(
                terraform.list(type_name, vod, 9, false).await.unwrap().len(),
                expected.len() - 1,
                "{type_name}"
            );
        }
    }
}

/// States as hashicorp/aws 6 stores them.
#[tokio::test]
async fn states_of_the_aws_provider_are_taken_over() {
    let (_folder, mut terraform) = embedded().await;
    let container = serde_json::json!({
        "id": "live", "name": "live", "region": "us-west-2", "tags": {"Name": "live"}, "tags_all": {"Name": "live"},
        "arn": "arn:aws:mediastore:us-west-2:111122223333:container/live",
        "endpoint": "https://aaabbbcccdddee.data.mediastore.us-west-2.amazonaws.com",
    });
    let policy = serde_json::json!({"id": "live", "container_name": "live", "policy": "{}", "region": "us-west-2"});
    for registry in ["registry.terraform.io", "registry.opentofu.org"] {
        let aws = format!("{registry}/hashicorp/aws");
        let moved = terraform.take_over(CONTAINER, &aws, "aws_media_store_container", &container).await.unwrap();
        assert_eq!((moved.attribute("name"), moved.attribute("tags")), (&"live".into(), &tags(&[("Name", "live")])));
        let moved = terraform.take_over(POLICY, &aws, "aws_media_store_container_policy", &policy).await.unwrap();
        assert_eq!(moved.attribute("policy"), &"{}".into());
    }
    for (target, provider, source) in [
        (CONTAINER, "registry.terraform.io/hashicorp/google", "aws_media_store_container"),
        (CONTAINER, "registry.terraform.io/hashicorp/aws", "aws_s3_bucket"),
        (CORS, "registry.terraform.io/hashicorp/aws", "aws_media_store_container_policy"),
    ] {
        let messages = terraform.take_over(target, provider, source, &container).await.unwrap_err();
        assert_eq!(the_error(&messages).summary, "Move is not supported");
    }
}
