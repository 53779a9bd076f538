//! A service that fails, throttles, hangs up or takes its time: state stays right, and the next apply converges.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::*;

#[tokio::test]
async fn storms_are_ridden_out() {
    let server = Server::start(Config::default()).await;
    let mut terraform = server.provider().await;
    server.fail(
        r#"[{"times": 2, "answer": {"code": "InternalServerError", "status": 500}},
            {"times": 1, "answer": {"code": "ThrottlingException", "status": 400}},
            {"operation": "DescribeContainer", "times": 2, "answer": {"code": "Slow", "status": 503}},
            {"operation": "PutContainerPolicy", "times": 2, "answer": {"code": "ContainerInUseException", "status": 400}},
            {"operation": "PutCorsPolicy", "drop": "before"}]"#,
    );
    terraform.apply(CONTAINER, &Value::Null, container("live")).await.unwrap();
    terraform.apply(POLICY, &Value::Null, policy("live", &public_read("live"))).await.unwrap();
    terraform.apply(CORS, &Value::Null, cors("live", &[rule(&["*"])])).await.unwrap();
    assert_eq!(server.faults.pending(), 0, "every fault was met");
}

#[tokio::test]
async fn a_create_whose_answer_was_lost_finds_its_container() {
    let server = Server::start(Config::default()).await;
    let mut terraform = server.provider().await;
    server.fail(r#"[{"operation": "CreateContainer", "drop": "after"}]"#);
    let state = terraform.apply(CONTAINER, &Value::Null, container("live")).await.unwrap();
    terraform.destroy(CONTAINER, &state).await.unwrap();
}

#[tokio::test]
async fn a_container_that_never_gets_active_is_kept_as_tainted() {
    let server = Server::start(Config { state_delay: Duration::from_secs(3600), ..Config::default() }).await;
    let mut terraform = server.provider().await;
    let timeouts =
        [("create", "200ms".into()), ("read", Value::Null), ("update", Value::Null), ("delete", "200ms".into())];
    let config = object(&[("name", "slow".into()), ("timeouts", object(&timeouts))]);
    let (error, state) = failed(terraform.apply(CONTAINER, &Value::Null, config).await);
    assert_eq!(error.summary, "The container is not active");
    assert_eq!((state.attribute("name"), state.attribute("endpoint")), (&"slow".into(), &Value::Null));
    let kept = terraform.destroy(CONTAINER, &state).await.unwrap_err();
    assert_eq!(kept.state, state, "a delete that is refused keeps the state");
}

#[tokio::test]
async fn slow_states_are_waited_for() {
    let server = Server::start(Config { state_delay: Duration::from_millis(300), ..Config::default() }).await;
    let mut terraform = server.provider().await;
    let state = terraform.apply(CONTAINER, &Value::Null, container("slow")).await.unwrap();
    terraform.destroy(CONTAINER, &state).await.unwrap();
    assert!(terraform.import(CONTAINER, "slow").await.unwrap().is_null());
}

#[tokio::test]
async fn only_not_found_removes_from_state() {
    let server = Server::start(Config::default()).await;
    let mut terraform = server.provider().await;
    let live = terraform.apply(CONTAINER, &Value::Null, container("live")).await.unwrap();
    let cors = terraform.apply(CORS, &Value::Null, cors("live", &[rule(&["*"])])).await.unwrap();
    let policy = terraform.apply(POLICY, &Value::Null, policy("live", &public_read("live"))).await.unwrap();
    for (code, status) in [
        ("AccessDeniedException", 403),
        ("ResourceNotFoundException", 404),
        ("ValidationException", 400),
        ("InternalServerError", 500),
        ("ThrottlingException", 400),
    ] {
        for (type_name, operation, state) in [
            (CONTAINER, "DescribeContainer", &live),
            (POLICY, "GetContainerPolicy", &policy),
            (CORS, "GetCorsPolicy", &cors),
        ] {
            let times = if status == 500 || code.starts_with("Throttling") { 4 } else { 1 };
            server.fail(&format!(
                r#"[{{"operation": "{operation}", "times": {times}, "answer": {{"code": "{code}", "status": {status}}}}}]"#
            ));
            let messages = terraform.read(type_name, state).await.unwrap_err();
            assert!(the_error(&messages).detail.contains(code), "{messages:?}");
            assert_eq!(server.faults.pending(), 0, "{code} on {operation}: as many tries as granted");
        }
    }
}

#[tokio::test]
async fn a_failed_update_keeps_what_is_there() {
    let server = Server::start(Config::default()).await;
    let mut terraform = server.provider().await;
    let tagged = |entries: &[(&str, &str)]| object(&[("name", "live".into()), ("tags", tags(entries))]);
    let state = terraform.apply(CONTAINER, &Value::Null, tagged(&[("a", "1"), ("b", "2")])).await.unwrap();
    server.fail(r#"[{"operation": "TagResource", "answer": {"code": "AccessDeniedException", "status": 403}}]"#);
    let (error, state) = failed(terraform.apply(CONTAINER, &state, tagged(&[("a", "x")])).await);
    assert!(error.detail.contains("AccessDeniedException"), "{}", error.detail);
    assert_eq!(state.attribute("tags_all"), &tags(&[("a", "1")]), "`b` was removed, `a` was not changed");
    assert_eq!(terraform.read(CONTAINER, &state).await.unwrap(), state);
    terraform.apply(CONTAINER, &state, tagged(&[("a", "x")])).await.unwrap();
}

#[tokio::test]
async fn a_quota_is_not_retried() {
    let quotas = mediastore_service::Quotas { containers: Some(1), metric_rules: None };
    let server = Server::start(Config { quotas, ..Config::default() }).await;
    let mut terraform = server.provider().await;
    terraform.apply(CONTAINER, &Value::Null, container("one")).await.unwrap();
    let (error, state) = failed(terraform.apply(CONTAINER, &Value::Null, container("two")).await);
    assert!(error.detail.contains("LimitExceededException") && !error.detail.contains("tries"), "{}", error.detail);
    assert!(state.is_null());
}

#[tokio::test]
async fn nobody_there() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let mut terraform = configured(endpoint(&url)).await;
    let (error, state) = failed(terraform.apply(CONTAINER, &Value::Null, container("live")).await);
    assert!(error.detail.starts_with(&format!("{url} does not answer")), "{}", error.detail);
    assert!(error.detail.contains("2025-11-13") && !error.detail.contains("hidden-secret"), "{}", error.detail);
    assert!(state.is_null());
}

/// A server that is no MediaStore: it sends the same bytes to everybody.
async fn raw_server(answer: &'static str) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            tokio::spawn(async move {
                let mut request = [0; 4096];
                let _ = stream.read(&mut request).await;
                let _ = stream.write_all(answer.as_bytes()).await;
            });
        }
    });
    url
}

#[tokio::test]
async fn foreign_answers_are_errors_with_words() {
    for (answer, words) in [
        ("", "does not answer"),
        ("SSH-2.0-OpenSSH_9.2\r\n", "does not answer"),
        ("HTTP/1.1 200 OK\r\ncontent-length: 14\r\nconnection: close\r\n\r\n<html>hi</html", "HTTP status 200"),
        ("HTTP/1.1 404 Not Found\r\ncontent-length: 9\r\nconnection: close\r\n\r\nnot here!", "HTTP status 404"),
        ("HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\nconnection: close\r\n\r\n", "HTTP status 502"),
        ("HTTP/1.1 302 Found\r\nlocation: /x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n", "HTTP status 302"),
    ] {
        let url = raw_server(answer).await;
        let mut terraform = configured(endpoint(&url)).await;
        let messages = terraform.read_data_source(CONTAINER, container("live")).await.unwrap_err();
        assert!(the_error(&messages).detail.contains(words), "{answer:?}: {}", the_error(&messages).detail);
    }
}
