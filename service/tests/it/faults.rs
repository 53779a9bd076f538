//! Faults on demand: what a client sees, and what happened in truth.

use std::time::Duration;

use http::StatusCode;
use mediastore_service::{Dropped, Fault, When};
use serde_json::json;

use crate::api::{Api, Refused};

fn input() -> serde_json::Value {
    json!({"ContainerName": "live"})
}

#[tokio::test]
async fn an_error_answer_is_shown_and_nothing_is_done() {
    let api = Api::new();
    let faults = api.service.faults();
    faults.push(Fault::answer("CreateContainer", 1, "ThrottlingException", StatusCode::BAD_REQUEST));
    faults.push(Fault::answer("CreateContainer", 1, "InternalServerError", StatusCode::SERVICE_UNAVAILABLE));
    let refused = |status, code: &str| {
        Err(Refused { status, code: code.to_owned(), message: "a fault was asked for".to_owned() })
    };
    assert_eq!(api.call("CreateContainer", input()).await, refused(400, "ThrottlingException"));
    // Another operation is not touched.
    assert_eq!(api.call("ListContainers", json!({})).await, Ok(json!({"Containers": []})));
    assert_eq!(api.call("CreateContainer", input()).await, refused(503, "InternalServerError"));
    assert!(api.call("CreateContainer", input()).await.is_ok());
    assert_eq!(faults.pending(), 0);
}

#[tokio::test]
async fn a_dropped_connection_is_before_or_after_the_effect() {
    let api = Api::new();
    api.service.faults().push(Fault::drop("CreateContainer", When::Before));
    assert_eq!(api.send(api.signed("CreateContainer", &input())).await, Err(Dropped));
    api.refused("DescribeContainer", input(), "ContainerNotFoundException").await;
    api.service.faults().push(Fault::drop("CreateContainer", When::After));
    assert_eq!(api.send(api.signed("CreateContainer", &input())).await, Err(Dropped));
    assert!(api.call("DescribeContainer", input()).await.is_ok());
}

#[tokio::test]
async fn a_fault_can_wait_for_its_turn() {
    let api = Api::new();
    api.service.faults().push(Fault::answer("CreateContainer", 1, "Oops", StatusCode::BAD_GATEWAY).after(1));
    api.container("first").await;
    let refused = api.refused("CreateContainer", input(), "Oops").await;
    assert_eq!(refused.status, 502);
    api.container("live").await;
}

#[tokio::test(start_paused = true)]
async fn a_delay_is_as_long_as_asked() {
    let api = Api::new();
    api.service.faults().push(Fault::delay("ListContainers", Duration::from_secs(3600)));
    // The paused clock jumps to the end of whatever is waited for.
    let before = tokio::time::Instant::now();
    assert!(api.call("ListContainers", json!({})).await.is_ok());
    assert!(before.elapsed() >= Duration::from_secs(3600));
}
