//! aws-sdk-mediastoredata, the client that the provider uses for objects: over a socket, below a path prefix, and in process.

use aws_credential_types::Credentials;
use aws_sdk_mediastoredata::Client;
use aws_sdk_mediastoredata::config::retry::RetryConfig;
use aws_sdk_mediastoredata::config::{BehaviorVersion, HttpClient, Region};
use aws_sdk_mediastoredata::error::ProvideErrorMetadata;
use aws_sdk_mediastoredata::primitives::ByteStream;
use aws_sdk_mediastoredata::types::{ItemType, StorageClass, UploadAvailability};
use aws_smithy_http_client::Connector;
use aws_smithy_http_client::proxy::ProxyConfig;
use mediastore_service::InProcess;

use crate::api::Api;
use crate::endpoint::Endpoint;
use crate::process::{Mediastored, OWNER};
use crate::sdk;

fn client(http: impl HttpClient + 'static, endpoint: &str) -> Client {
    client_of(OWNER, http, endpoint)
}

fn client_of([access_key, secret_key]: [&str; 2], http: impl HttpClient + 'static, endpoint: &str) -> Client {
    let config = aws_sdk_mediastoredata::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(http)
        .credentials_provider(Credentials::new(access_key, secret_key, None, None, "test"))
        .region(Region::new("us-west-2"))
        .endpoint_url(endpoint)
        .retry_config(RetryConfig::disabled())
        .build();
    Client::from_conf(config)
}

/// A client of an endpoint that is reached over a socket.
pub(crate) fn over_a_socket(endpoint: &str) -> Client {
    client(aws_smithy_http_client::Builder::new().build_http(), endpoint)
}

/// The same for an endpoint's own host, wherever names below `localhost` are not known: with the server for a proxy, which is asked for the
/// whole URL.
fn by_host(endpoint: &str, server: &str) -> Client {
    let server = server.to_owned();
    let http = aws_smithy_http_client::Builder::new().build_with_connector_fn(move |_, _| {
        Connector::builder().proxy_config(ProxyConfig::http(server.as_str()).unwrap()).build_http()
    });
    client(http, endpoint)
}

/// Everything the SDK can do, on an empty container.
async fn all_operations(client: &Client) {
    let put = client
        .put_object()
        .path("hls/main.m3u8")
        .content_type("application/vnd.apple.mpegurl")
        .cache_control("max-age=2")
        .storage_class(StorageClass::Temporal)
        .body(ByteStream::from_static(b"#EXTM3U"))
        .send()
        .await
        .unwrap();
    let etag = put.e_tag.unwrap();
    assert_eq!(put.content_sha256.unwrap().len(), 64);
    assert_eq!(put.storage_class, Some(StorageClass::Temporal));

    let got = client.get_object().path("hls/main.m3u8").send().await.unwrap();
    assert_eq!(got.status_code, 200);
    assert_eq!(got.content_type.as_deref(), Some("application/vnd.apple.mpegurl"));
    assert_eq!(got.cache_control.as_deref(), Some("max-age=2"));
    assert_eq!((got.content_length, got.e_tag.as_ref()), (Some(7), Some(&etag)));
    assert!(got.last_modified.unwrap().secs() > 1_700_000_000);
    assert_eq!(got.body.collect().await.unwrap().into_bytes().as_ref(), b"#EXTM3U");

    let part = client.get_object().path("hls/main.m3u8").range("bytes=1-3").send().await.unwrap();
    assert_eq!((part.status_code, part.content_range.as_deref()), (206, Some("bytes 1-3/7")));
    assert_eq!(part.body.collect().await.unwrap().into_bytes().as_ref(), b"EXT");

    let described = client.describe_object().path("/hls/main.m3u8").send().await.unwrap();
    assert_eq!((described.content_length, described.e_tag.as_ref()), (Some(7), Some(&etag)));
    assert_eq!(described.content_type.as_deref(), Some("application/vnd.apple.mpegurl"));

    // The SDK sends `PUT //a/…`, and `=` and `:` encoded.
    let body: Vec<u8> = vec![1; 1_000_000];
    let streaming = client.put_object().path("/a/b=1:2.ts").upload_availability(UploadAvailability::Streaming);
    streaming.body(body.clone().into()).send().await.unwrap();
    let got = client.get_object().path("a/b=1:2.ts").send().await.unwrap();
    assert_eq!(got.content_type.as_deref(), Some("application/octet-stream"));
    assert_eq!(got.body.collect().await.unwrap().into_bytes(), body);

    let items = client.list_items().send().await.unwrap().items.unwrap();
    let names: Vec<_> =
        items.iter().map(|item| (item.name.as_deref().unwrap(), item.r#type.clone().unwrap())).collect();
    assert_eq!(names, [("a", ItemType::Folder), ("hls", ItemType::Folder)]);
    let items = client.list_items().path("hls").send().await.unwrap().items.unwrap();
    let [item] = items.as_slice() else { panic!("{items:?}") };
    assert_eq!((item.name.as_deref(), item.r#type.as_ref()), (Some("main.m3u8"), Some(&ItemType::Object)));
    assert_eq!((item.content_length, item.e_tag.as_ref()), (Some(7), Some(&etag)));
    assert_eq!(item.content_type.as_deref(), Some("application/vnd.apple.mpegurl"));
    let mut pages = client.list_items().max_results(1).into_paginator().send();
    let mut found = Vec::new();
    while let Some(page) = pages.next().await {
        found.extend(page.unwrap().items.unwrap().into_iter().filter_map(|item| item.name));
    }
    assert_eq!(found, ["a", "hls"]);

    client.delete_object().path("hls/main.m3u8").send().await.unwrap();
    client.delete_object().path("a/b=1:2.ts").send().await.unwrap();

    let gone = client.describe_object().path("hls/main.m3u8").send().await.unwrap_err();
    assert!(gone.into_service_error().is_object_not_found_exception());
    let gone = client.get_object().path("hls/main.m3u8").send().await.unwrap_err();
    assert!(gone.into_service_error().is_object_not_found_exception());
    let gone = client.delete_object().path("hls/main.m3u8").send().await.unwrap_err();
    assert!(gone.into_service_error().is_object_not_found_exception());
    client.put_object().path("short").body(ByteStream::from_static(b"x")).send().await.unwrap();
    let range = client.get_object().path("short").range("bytes=5-").send().await.unwrap_err();
    assert!(range.into_service_error().is_requested_range_not_satisfiable_exception());
    client.delete_object().path("short").send().await.unwrap();
    let refused = client.put_object().path("..").body(ByteStream::from_static(b"x")).send().await.unwrap_err();
    assert_eq!(refused.code(), Some("ValidationException"));
}

async fn created_on(server: &Mediastored) -> String {
    let control = sdk::client(&server.url, "us-west-2");
    control.create_container().container_name("live").send().await.unwrap();
    let described = control.describe_container().container_name("live").send().await.unwrap();
    described.container.unwrap().endpoint.unwrap()
}

#[tokio::test]
async fn the_sdk_gets_what_it_expects_over_a_socket() {
    let folder = tempfile::tempdir().unwrap();
    let server = Mediastored::serve(folder.path(), &[]);
    let endpoint = created_on(&server).await;
    all_operations(&by_host(&endpoint, &server.url)).await;
    all_operations(&over_a_socket(&format!("{}/data/live", server.url))).await;
    let nobody = over_a_socket(&format!("{}/data/none", server.url));
    let refused = nobody.list_items().send().await.unwrap_err();
    assert!(refused.into_service_error().is_container_not_found_exception());
    let refused = nobody.describe_object().path("a").send().await.unwrap_err();
    assert!(refused.into_service_error().is_container_not_found_exception());
}

#[tokio::test]
async fn the_sdk_gets_what_it_expects_without_a_socket() {
    let api = Api::new();
    let endpoint = Endpoint::create(&api, "live").await.url;
    assert!(endpoint.ends_with(".data.localhost:8474"), "{endpoint}");
    let key = &api.owner.key;
    let owner = [key.access_key.as_str(), key.secret_key()];
    all_operations(&client_of(owner, InProcess::new(api.service.clone()), &endpoint)).await;
}
