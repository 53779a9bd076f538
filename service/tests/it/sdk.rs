//! aws-sdk-mediastore over a socket: the client that the provider uses, and which parses answers its own way.

use aws_credential_types::Credentials;
use aws_sdk_mediastore::Client;
use aws_sdk_mediastore::config::retry::RetryConfig;
use aws_sdk_mediastore::config::{BehaviorVersion, Region};
use aws_sdk_mediastore::error::ProvideErrorMetadata;
use aws_sdk_mediastore::types::{
    ContainerLevelMetrics, ContainerStatus, CorsRule, MethodName, MetricPolicy, MetricPolicyRule, Tag,
};
use mediastore_service::{Config, DataEndpoint, Identities, Service, Store, run};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::process::{OWNER, keep_owner_key};

/// A client of the service at a URL.
pub(crate) fn client(url: &str, region: &str) -> Client {
    client_trying(url, region, 3)
}

/// The same, with that many tries per call.
pub(crate) fn client_trying(url: &str, region: &str, tries: u32) -> Client {
    let config = aws_sdk_mediastore::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .credentials_provider(Credentials::new(OWNER[0], OWNER[1], None, None, "test"))
        .region(Region::new(region.to_owned()))
        .endpoint_url(url)
        .retry_config(RetryConfig::standard().with_max_attempts(tries))
        .build();
    Client::from_conf(config)
}

/// Runs a test against `run` on a free port, and waits for its graceful end.
async fn with_server(test: impl AsyncFnOnce(&Client)) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    keep_owner_key(folder.path());
    let (identities, _) = Identities::owner_of_folder(folder.path(), &mediastore_service::Account::default()).unwrap();
    let config = Config { data_endpoint: DataEndpoint::local(address.port()), identities, ..Config::default() };
    let (stop, stopped) = oneshot::channel::<()>();
    let server = tokio::spawn(run(listener, Service::new(store, config), async {
        let _ = stopped.await;
    }));
    test(&client(&format!("http://{address}"), "us-west-2")).await;
    stop.send(()).unwrap();
    server.await.unwrap().unwrap();
}

const ARN: &str = "arn:aws:mediastore:us-west-2:000000000000:container/live";

#[tokio::test]
async fn all_operations_answer_as_the_sdk_expects() {
    with_server(async |client| {
        let tag = |key: &str, value: &str| Tag::builder().key(key).value(value).build().unwrap();
        let created = client.create_container().container_name("live").tags(tag("env", "test")).send().await.unwrap();
        let created = created.container.unwrap();
        assert_eq!(created.status, Some(ContainerStatus::Creating));
        assert_eq!(created.endpoint, None);
        assert_eq!(created.arn.as_deref(), Some(ARN));
        assert!(created.creation_time.unwrap().secs() > 1_700_000_000);

        let described = client.describe_container().container_name("live").send().await.unwrap().container.unwrap();
        assert_eq!(described.status, Some(ContainerStatus::Active));
        assert!(described.endpoint.unwrap().contains(".data.localhost:"));
        assert_eq!(described.access_logging_enabled, Some(false));

        let policy = format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Sid":"Read","Effect":"Allow","Principal":"*","Action":"mediastore:GetObject","Resource":"{ARN}/*","Condition":{{"Bool":{{"aws:SecureTransport":"true"}}}}}}]}}"#
        );
        client.put_container_policy().container_name("live").policy(&policy).send().await.unwrap();
        assert_eq!(client.get_container_policy().container_name("live").send().await.unwrap().policy, policy);
        client.delete_container_policy().container_name("live").send().await.unwrap();
        let default = client.get_container_policy().container_name("live").send().await.unwrap().policy;
        assert!(default.contains("MediaStoreFullAccess"));

        let rule = CorsRule::builder()
            .allowed_origins("*")
            .allowed_methods(MethodName::Get)
            .allowed_methods(MethodName::Head)
            .allowed_headers("*")
            .expose_headers("ETag")
            .max_age_seconds(3000)
            .build()
            .unwrap();
        client.put_cors_policy().container_name("live").cors_policy(rule.clone()).send().await.unwrap();
        assert_eq!(client.get_cors_policy().container_name("live").send().await.unwrap().cors_policy, [rule]);
        client.delete_cors_policy().container_name("live").send().await.unwrap();

        let lifecycle = r#"{"rules":[{"definition":{"path":[{"wildcard":"*"}],"days_since_create":[{"numeric":[">=",1]}]},"action":"EXPIRE"}]}"#;
        client.put_lifecycle_policy().container_name("live").lifecycle_policy(lifecycle).send().await.unwrap();
        let found = client.get_lifecycle_policy().container_name("live").send().await.unwrap().lifecycle_policy;
        assert_eq!(found, lifecycle);
        client.delete_lifecycle_policy().container_name("live").send().await.unwrap();

        let rule = MetricPolicyRule::builder().object_group("*.ts").object_group_name("segments").build().unwrap();
        let metrics = MetricPolicy::builder()
            .container_level_metrics(ContainerLevelMetrics::Enabled)
            .metric_policy_rules(rule)
            .build()
            .unwrap();
        client.put_metric_policy().container_name("live").metric_policy(metrics.clone()).send().await.unwrap();
        let found = client.get_metric_policy().container_name("live").send().await.unwrap().metric_policy;
        assert_eq!(found, Some(metrics));
        client.delete_metric_policy().container_name("live").send().await.unwrap();

        client.start_access_logging().container_name("live").send().await.unwrap();
        let described = client.describe_container().container_name("live").send().await.unwrap().container.unwrap();
        assert_eq!(described.access_logging_enabled, Some(true));
        client.stop_access_logging().container_name("live").send().await.unwrap();

        client.tag_resource().resource(ARN).tags(tag("team", "video")).send().await.unwrap();
        client.untag_resource().resource(ARN).tag_keys("env").send().await.unwrap();
        let tags = client.list_tags_for_resource().resource(ARN).send().await.unwrap().tags.unwrap();
        assert_eq!(tags, [tag("team", "video")]);

        for name in ["a", "b"] {
            client.create_container().container_name(name).send().await.unwrap();
        }
        let mut pages = client.list_containers().max_results(1).into_paginator().send();
        let mut names = Vec::new();
        while let Some(page) = pages.next().await {
            names.extend(page.unwrap().containers.into_iter().filter_map(|container| container.name));
        }
        assert_eq!(names, ["a", "b", "live"]);

        client.delete_container().container_name("live").send().await.unwrap();
        let gone = client.describe_container().container_name("live").send().await.unwrap_err();
        assert!(gone.into_service_error().is_container_not_found_exception());
    })
    .await;
}

#[tokio::test]
async fn errors_arrive_as_the_types_of_the_sdk() {
    with_server(async |client| {
        client.create_container().container_name("live").send().await.unwrap();
        let twice = client.create_container().container_name("live").send().await.unwrap_err().into_service_error();
        assert!(twice.is_container_in_use_exception());
        assert_eq!(twice.meta().message(), Some("container `live` already exists"));
        assert_eq!(twice.meta().extra("aws_request_id").map(str::len), Some(32));

        let none = client.get_cors_policy().container_name("live").send().await.unwrap_err().into_service_error();
        assert!(none.is_cors_policy_not_found_exception());
        let none = client.get_metric_policy().container_name("live").send().await.unwrap_err().into_service_error();
        assert!(none.is_policy_not_found_exception());
        let none = client.get_lifecycle_policy().container_name("live").send().await.unwrap_err().into_service_error();
        assert!(none.is_policy_not_found_exception());
        let none = client.delete_container().container_name("none").send().await.unwrap_err().into_service_error();
        assert!(none.is_container_not_found_exception());

        // Not modelled, so known by its code alone.
        let bad = client.create_container().container_name("bad name!").send().await.unwrap_err();
        assert_eq!(bad.code(), Some("ValidationException"));
        assert_eq!(bad.raw_response().unwrap().status().as_u16(), 400);
    })
    .await;
}

#[tokio::test]
async fn many_calls_at_once_are_all_answered() {
    with_server(async |client| {
        let mut calls = tokio::task::JoinSet::new();
        for index in 0..100 {
            let client = client.clone();
            calls.spawn(async move {
                client.create_container().container_name(format!("c{index}")).send().await.unwrap();
            });
        }
        calls.join_all().await;
        assert_eq!(client.list_containers().send().await.unwrap().containers().len(), 100);
    })
    .await;
}
