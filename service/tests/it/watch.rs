//! What is told of requests: the access log, the audit trail, metrics; and that none of them holds a secret.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;

use mediastore_service::LOG_FOLDER;
use rustix::process::Signal;
use serde_json::Value;

use crate::process::{Mediastored, OWNER};
use crate::sdk;
use crate::sdk_data::over_a_socket;

fn records(data_dir: &Path, name: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(data_dir.join(LOG_FOLDER).join(name)).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Everything in the logs of a folder, as text.
fn everything(data_dir: &Path) -> String {
    let files = std::fs::read_dir(data_dir.join(LOG_FOLDER)).unwrap();
    files.map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap()).collect()
}

#[tokio::test]
async fn logs_tell_who_did_what_and_no_secrets() {
    let folder = tempfile::tempdir().unwrap();
    let server = Mediastored::serve(folder.path(), &[]);
    let control = sdk::client(&server.url, "us-west-2");
    control.create_container().container_name("quiet").send().await.unwrap();
    control.create_container().container_name("live").send().await.unwrap();
    control.start_access_logging().container_name("live").send().await.unwrap();
    control.describe_container().container_name("none").send().await.unwrap_err();
    let wrong = aws_credential_types::Credentials::new("NOBODY", "nobodys-secret", None, None, "test");
    let stranger = control.config().to_builder().credentials_provider(wrong).build();
    aws_sdk_mediastore::Client::from_conf(stranger).list_containers().send().await.unwrap_err();

    let live = over_a_socket(&format!("{}/data/live", server.url));
    let body = aws_sdk_mediastoredata::primitives::ByteStream::from_static(b"0123456789");
    live.put_object().path("a/b.ts").body(body).send().await.unwrap();
    live.get_object().path("a/b.ts").range("bytes=0-3").send().await.unwrap().body.collect().await.unwrap();
    live.get_object().path("a/none.ts").send().await.unwrap_err();
    over_a_socket(&format!("{}/data/quiet", server.url)).list_items().send().await.unwrap();
    // A presigned URL carries its signature in the query.
    let mut presigned = http::Request::get(format!("{}/data/live/a/b.ts", server.url)).body(()).unwrap();
    let signer = crate::signer::Signer::new(OWNER[0], OWNER[1], "us-west-2");
    let signer = crate::signer::Signer { expires: Some(std::time::Duration::from_secs(60)), ..signer };
    let signature = signer.sign(&mut presigned, aws_sigv4::http_request::SignableBody::Bytes(b""));
    for (url, status) in [(presigned.uri().to_string(), "200"), (format!("{}/data/live/a/b.ts", server.url), "403")] {
        let answer = got(&url);
        assert_eq!(answer.split(' ').nth(1), Some(status), "{answer}");
    }

    server.signal(Signal::TERM);
    assert!(server.wait().success());
    let access = records(folder.path(), "access.jsonl");
    let shown: Vec<_> = access
        .iter()
        .map(|record| {
            let text = |name: &str| record[name].as_str().unwrap_or("-").to_owned();
            let number = |name: &str| record[name].as_u64().unwrap();
            (
                text("Operation"),
                text("Path"),
                text("Requester"),
                number("HTTPStatus"),
                text("ErrorCode"),
                number("BytesReceived"),
                number("BytesSent"),
            )
        })
        .collect();
    let root = "arn:aws:iam::000000000000:root";
    let expected = [
        ("PutObject", "/a/b.ts", root, 200, "-", 10),
        ("GetObject", "/a/b.ts", root, 206, "-", 0),
        ("GetObject", "/a/none.ts", root, 404, "ObjectNotFoundException", 0),
        ("GetObject", "/a/b.ts", root, 200, "-", 0),
        ("GetObject", "/a/b.ts", "anonymous", 403, "AccessDeniedException", 0),
    ];
    assert_eq!(shown.len(), expected.len(), "{shown:?}");
    for (found, (operation, path, requester, status, error, received)) in shown.iter().zip(expected) {
        let head = (found.0.as_str(), found.1.as_str(), found.2.as_str(), found.3, found.4.as_str(), found.5);
        assert_eq!(head, (operation, path, requester, status, error, received));
    }
    assert_eq!([shown[1].6, shown[3].6], [4, 10]);
    assert_eq!(access[0]["ContainerName"], "live");
    assert_eq!(access[0]["AWSAccountId"], "000000000000");
    assert_eq!(access[0]["Source"], "127.0.0.1");
    assert_eq!(access[0]["ExpiresAt"], Value::Null);

    let audit = records(folder.path(), "audit.jsonl");
    let shown: Vec<_> = audit
        .iter()
        .map(|record| (record["Operation"].as_str().unwrap(), record["HTTPStatus"].as_u64().unwrap()))
        .collect();
    assert_eq!(
        shown,
        [
            ("CreateContainer", 200),
            ("CreateContainer", 200),
            ("StartAccessLogging", 200),
            ("DescribeContainer", 400),
            ("ListContainers", 403)
        ]
    );
    assert_eq!(audit[0]["Requester"], root);
    assert_eq!(audit[0]["AccessKey"], OWNER[0]);
    assert_eq!(audit[0]["Resource"], "arn:aws:mediastore:us-west-2:000000000000:container/quiet");
    assert_eq!(audit[3]["ErrorCode"], "ContainerNotFoundException");
    assert_eq!(
        (&audit[4]["Requester"], &audit[4]["ErrorCode"]),
        (&Value::Null, &Value::from("UnrecognizedClientException"))
    );

    let text = everything(folder.path());
    for secret in [OWNER[1], "nobodys-secret", &signature, "Signature", "AWS4-HMAC"] {
        assert!(!text.contains(secret), "`{secret}` is in the logs:\n{text}");
    }
}

/// The answer to a GET without a signature in its headers, as text.
fn got(url: &str) -> String {
    let (address, path) = url.strip_prefix("http://").and_then(|rest| rest.split_once('/')).unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET /{path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[tokio::test]
async fn metrics_are_shown_where_they_are_asked_for() {
    use aws_sdk_mediastore::types::{ContainerLevelMetrics, MetricPolicy, MetricPolicyRule};
    let folder = tempfile::tempdir().unwrap();
    let mut server = Mediastored::serve(folder.path(), &["--metrics", "127.0.0.1:0"]);
    let metrics = server.said_after("metrics at ");
    let control = sdk::client(&server.url, "us-west-2");
    for name in ["live", "quiet"] {
        control.create_container().container_name(name).send().await.unwrap();
    }
    let rule = MetricPolicyRule::builder().object_group("*.ts").object_group_name("segments").build().unwrap();
    let policy = MetricPolicy::builder()
        .container_level_metrics(ContainerLevelMetrics::Enabled)
        .metric_policy_rules(rule)
        .build()
        .unwrap();
    control.put_metric_policy().container_name("live").metric_policy(policy).send().await.unwrap();
    for name in ["live", "quiet"] {
        let data = over_a_socket(&format!("{}/data/{name}", server.url));
        data.get_object().path("a.ts").send().await.unwrap_err();
        data.get_object().path("a.m3u8").send().await.unwrap_err();
    }
    let text = got(&metrics);
    assert!(text.starts_with("HTTP/1.1 200 OK"), "{text}");
    for line in [
        r#"mediastore_4xx_errors_total{container="live",region="us-west-2",request_type="Get"} 2"#,
        r#"mediastore_group_requests_total{container="live",region="us-west-2",object_group="segments",request_type="Get"} 1"#,
    ] {
        assert!(text.contains(line), "no {line} in\n{text}");
    }
    assert!(!text.contains("quiet"), "{text}");
}
