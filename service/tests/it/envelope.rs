//! The envelope: target, body, and the region of a signed request.

use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use serde_json::json;

use crate::api::{Answer, Api, request};

async fn code(api: &Api, request: Request<Full<Bytes>>) -> (u16, String) {
    match api.send(request).await.unwrap() {
        Ok(_) => (200, String::new()),
        Err(refused) => (refused.status, refused.code),
    }
}

fn with_body(api: &Api, body: impl Into<Bytes>) -> Request<Full<Bytes>> {
    let body = body.into();
    let (head, _) = request("ListContainers", &json!({})).into_parts();
    api.sign(Request::from_parts(head, Full::from(body.clone())), &body)
}

#[tokio::test]
async fn requests_that_are_none_get_their_error() {
    let api = Api::new();
    let target = |target: &'static str| {
        let mut request = request("ListContainers", &json!({}));
        request.headers_mut().insert("x-amz-target", http::HeaderValue::from_static(target));
        request
    };
    let at = |method: &str, uri: &str| {
        let mut request = request("ListContainers", &json!({}));
        *request.method_mut() = method.parse().unwrap();
        *request.uri_mut() = uri.parse().unwrap();
        request
    };
    let mut no_target = request("ListContainers", &json!({}));
    no_target.headers_mut().remove("x-amz-target");
    let unknown = (404, "UnknownOperationException");
    let serialization = (400, "SerializationException");
    let cases = [
        (no_target, unknown),
        (target("MediaStore_20170901.PutObject"), unknown),
        (target("MediaStore_20170901.listContainers"), unknown),
        (target("MediaStore_20170902.ListContainers"), unknown),
        (target("ListContainers"), unknown),
        (at("GET", "/"), unknown),
        (at("POST", "/live/a.ts"), unknown),
        (with_body(&api, ""), (200, "")),
        (with_body(&api, "{}"), (200, "")),
        (with_body(&api, "{\"MaxResults\":1,\"Unknown\":{}}"), (200, "")),
        (with_body(&api, "{"), serialization),
        (with_body(&api, "[]"), serialization),
        (with_body(&api, "null"), serialization),
        (with_body(&api, "{} {}"), serialization),
        (with_body(&api, "{\"MaxResults\":\"1\"}"), serialization),
        (with_body(&api, "{\"MaxResults\":1.5}"), serialization),
        (with_body(&api, "{\"MaxResults\":99999999999999999999}"), serialization),
        (with_body(&api, "{\"MaxResults\":1,\"MaxResults\":2}"), serialization),
        (with_body(&api, Bytes::from_static(b"{\"NextToken\":\"\xff\"}")), serialization),
        (with_body(&api, "[".repeat(200_000)), serialization),
        (with_body(&api, vec![b' '; 4 * 1024 * 1024 + 1]), (413, "RequestEntityTooLargeException")),
    ];
    for (index, (request, expected)) in cases.into_iter().enumerate() {
        let (status, code) = code(&api, request).await;
        assert_eq!((status, code.as_str()), expected, "case {index}");
    }
}

#[tokio::test]
async fn a_signed_request_names_its_region() {
    let mut api = Api::new();
    let arn = |answer: Answer| answer.unwrap()["Container"]["ARN"].as_str().unwrap().to_owned();
    let live = json!({"ContainerName": "live"});
    for region in ["us-west-2", "eu-west-1", "eu-north-1"] {
        let created = arn(api.in_region(region).call("CreateContainer", live.clone()).await);
        assert_eq!(created, format!("arn:aws:mediastore:{region}:000000000000:container/live"));
    }
    let refused =
        api.in_region("ap-southeast-2").refused("DescribeContainer", live, "ContainerNotFoundException").await;
    assert_eq!(refused.status, 400);
}

#[tokio::test]
async fn no_shape_of_an_input_is_our_fault() {
    const MEMBERS: &[&str] = &[
        "ContainerName",
        "Tags",
        "MaxResults",
        "NextToken",
        "Policy",
        "CorsPolicy",
        "LifecyclePolicy",
        "MetricPolicy",
        "Resource",
        "TagKeys",
    ];
    const OPERATIONS: &[&str] = &[
        "CreateContainer",
        "DescribeContainer",
        "ListContainers",
        "DeleteContainer",
        "PutContainerPolicy",
        "GetContainerPolicy",
        "PutCorsPolicy",
        "PutLifecyclePolicy",
        "PutMetricPolicy",
        "StartAccessLogging",
        "TagResource",
        "UntagResource",
        "ListTagsForResource",
    ];
    let deep = |levels: usize| serde_json::from_str(&format!("{}1{}", "[".repeat(levels), "]".repeat(levels))).unwrap();
    let values: Vec<serde_json::Value> = vec![
        json!(null),
        json!(true),
        json!(0),
        json!(-1),
        json!(1e300),
        json!(""),
        json!("live"),
        json!("\u{0}\u{1f600}"),
        json!([]),
        json!([null]),
        json!([[]]),
        json!([{}]),
        json!([""]),
        json!([{"Key": null, "Value": 1}]),
        json!([{"Key": "", "Value": ""}]),
        json!([{"AllowedOrigins": null, "AllowedHeaders": [null]}]),
        json!({}),
        json!({"ContainerLevelMetrics": null, "MetricPolicyRules": [{}]}),
        json!({"": {"": []}}),
        deep(100),
    ];
    let api = Api::new();
    for operation in OPERATIONS {
        for member in MEMBERS {
            for value in &values {
                let mut input = json!({"ContainerName": "live"});
                input[member] = value.clone();
                if let Err(refused) = api.call(operation, input.clone()).await {
                    assert!((400..500).contains(&refused.status), "{operation} {input}: {refused:?}");
                }
            }
        }
    }
}
