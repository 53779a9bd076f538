//! CREATING, ACTIVE, DELETING: which calls each allows, with a clock that moves when told.

use std::time::Duration;

use jiff::Timestamp;
use mediastore_service::{Clock, Config};
use serde_json::{Value, json};

use crate::api::Api;

const ARN: &str = "arn:aws:mediastore:us-west-2:000000000000:container/live";

fn slow() -> (Api, Clock) {
    let clock = Clock::standing(Timestamp::UNIX_EPOCH);
    let state_delay = Duration::from_secs(60);
    (Api::with(Config { state_delay, clock: clock.clone(), ..Config::default() }), clock)
}

async fn status(api: &Api) -> (String, bool) {
    let described = api.call("DescribeContainer", json!({"ContainerName": "live"})).await.unwrap();
    let container = &described["Container"];
    (container["Status"].as_str().unwrap().to_owned(), container.get("Endpoint").is_some())
}

#[tokio::test]
async fn a_container_becomes_active_and_goes_in_its_time() {
    let (api, clock) = slow();
    api.container("live").await;
    assert_eq!(status(&api).await, ("CREATING".to_owned(), false));
    clock.advance(Duration::from_millis(59_999));
    assert_eq!(status(&api).await, ("CREATING".to_owned(), false));
    clock.advance(Duration::from_millis(1));
    assert_eq!(status(&api).await, ("ACTIVE".to_owned(), true));
    api.call("DeleteContainer", json!({"ContainerName": "live"})).await.unwrap();
    assert_eq!(status(&api).await, ("DELETING".to_owned(), true));
    let listed = api.call("ListContainers", json!({})).await.unwrap();
    assert_eq!(listed["Containers"][0]["Status"], "DELETING");
    clock.advance(Duration::from_secs(60));
    api.refused("DescribeContainer", json!({"ContainerName": "live"}), "ContainerNotFoundException").await;
    assert_eq!(api.call("ListContainers", json!({})).await, Ok(json!({"Containers": []})));
    api.container("live").await;
    assert_eq!(status(&api).await, ("CREATING".to_owned(), false));
}

/// All operations that need the container, each with a legal input.
fn operations() -> Vec<(&'static str, Value)> {
    let name = json!({"ContainerName": "live"});
    let with = |member: &str, value: Value| {
        let mut input = name.clone();
        input[member] = value;
        input
    };
    let lifecycle = r#"{"rules":[{"definition":{"path":[{"prefix":""}],"days_since_create":[{"numeric":[">",1]}]},"action":"EXPIRE"}]}"#;
    let policy = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":"*","Action":"mediastore:GetObject","Resource":"{ARN}/*"}}]}}"#
    );
    vec![
        ("CreateContainer", name.clone()),
        ("DeleteContainer", name.clone()),
        ("PutContainerPolicy", with("Policy", json!(policy))),
        ("GetContainerPolicy", name.clone()),
        ("DeleteContainerPolicy", name.clone()),
        ("PutCorsPolicy", with("CorsPolicy", json!([{"AllowedOrigins": ["*"], "AllowedHeaders": []}]))),
        ("GetCorsPolicy", name.clone()),
        ("DeleteCorsPolicy", name.clone()),
        ("PutLifecyclePolicy", with("LifecyclePolicy", json!(lifecycle))),
        ("GetLifecyclePolicy", name.clone()),
        ("DeleteLifecyclePolicy", name.clone()),
        ("PutMetricPolicy", with("MetricPolicy", json!({"ContainerLevelMetrics": "ENABLED"}))),
        ("GetMetricPolicy", name.clone()),
        ("DeleteMetricPolicy", name.clone()),
        ("StartAccessLogging", name.clone()),
        ("StopAccessLogging", name.clone()),
        ("TagResource", json!({"Resource": ARN, "Tags": [{"Key": "k"}]})),
        ("UntagResource", json!({"Resource": ARN, "TagKeys": ["k"]})),
        ("ListTagsForResource", json!({"Resource": ARN})),
    ]
}

#[tokio::test]
async fn every_change_waits_for_active() {
    let (api, clock) = slow();
    api.container("live").await;
    for (operation, input) in operations() {
        let refused = api.refused(operation, input, "ContainerInUseException").await;
        assert_eq!(refused.status, 400, "{operation}");
    }
    clock.advance(Duration::from_secs(60));
    api.call("DeleteContainer", json!({"ContainerName": "live"})).await.unwrap();
    for (operation, input) in operations() {
        let refused = api.refused(operation, input, "ContainerInUseException").await;
        assert_eq!(refused.status, 400, "{operation}");
    }
}

#[tokio::test]
async fn a_deletion_that_was_begun_goes_on_in_another_configuration() {
    let clock = Clock::standing(Timestamp::UNIX_EPOCH);
    let config = Config { clock: clock.clone(), ..Config::default() };
    let quick = Api::with(config.clone());
    let slow = quick.sharing(Config { state_delay: Duration::from_secs(60), ..config });
    let works = async |api: &Api, operation: &str| api.call(operation, json!({"ContainerName": "live"})).await.is_ok();
    assert!(works(&quick, "CreateContainer").await);
    assert!(works(&slow, "DescribeContainer").await);
    assert!(works(&slow, "DeleteContainer").await);
    assert!(works(&quick, "DescribeContainer").await);
    clock.advance(Duration::from_secs(60));
    quick.refused("DescribeContainer", json!({"ContainerName": "live"}), "ContainerNotFoundException").await;
}
