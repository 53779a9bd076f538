//! Every limit of the API as a table: a value at the edge is taken, one past it is refused in a sentence that names the place.

use serde_json::{Value, json};

use crate::api::Api;

const ARN: &str = "arn:aws:mediastore:us-west-2:000000000000:container/live";

/// One row: what is tried, and what is said if it is refused.
struct Row(&'static str, Value, Option<&'static str>);

#[track_caller]
fn taken(operation: &'static str, input: Value) -> Row {
    Row(operation, input, None)
}

#[track_caller]
fn refused(operation: &'static str, input: Value, message: &'static str) -> Row {
    Row(operation, input, Some(message))
}

async fn check(rows: Vec<Row>) {
    let api = Api::new();
    api.container("live").await;
    for Row(operation, input, expected) in rows {
        let shown: String = input.to_string().chars().take(200).collect();
        let answer = api.call(operation, input).await;
        match (expected, answer) {
            (None, answer) => assert!(answer.is_ok(), "{operation} {shown}: {answer:?}"),
            (Some(expected), Err(found)) => {
                assert_eq!((found.code.as_str(), found.status), ("ValidationException", 400), "{operation} {shown}");
                assert_eq!(found.message, expected, "{operation} {shown}");
            }
            (Some(expected), Ok(answer)) => panic!("{operation} {shown} answered {answer}, not: {expected}"),
        }
    }
}

#[tokio::test]
async fn container_names() {
    let create = |name: &str| json!({"ContainerName": name});
    check(vec![
        taken("CreateContainer", create("x")),
        taken("CreateContainer", create(&"x".repeat(255))),
        taken("CreateContainer", create("With-Hyphen_and_9")),
        refused(
            "CreateContainer",
            create(&"x".repeat(256)),
            "1 validation error detected: ContainerName: container name has 256 characters and may have at most 255",
        ),
        refused("CreateContainer", create(""), "1 validation error detected: ContainerName: container name must not be empty"),
        refused(
            "CreateContainer",
            create("a.b"),
            "1 validation error detected: ContainerName: container name may hold only letters, digits, `_` and `-`, but character 2 is `.`",
        ),
        refused("CreateContainer", json!({}), "1 validation error detected: ContainerName is missing"),
        refused("DescribeContainer", json!({}), "1 validation error detected: ContainerName is missing"),
        refused("DeleteContainer", json!({"ContainerName": null}), "1 validation error detected: ContainerName is missing"),
    ])
    .await;
}

#[tokio::test]
async fn container_policies() {
    let put = |policy: &str| json!({"ContainerName": "live", "Policy": policy});
    let statement = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Sid":"s","Effect":"Allow","Principal":"*","Action":"mediastore:GetObject","Resource":"{ARN}/*"}}]}}"#
    );
    let padded = |length: usize| format!("{statement}{}", " ".repeat(length - statement.len()));
    check(vec![
        taken("PutContainerPolicy", put(&padded(8192))),
        refused(
            "PutContainerPolicy",
            put(&padded(8193)),
            "1 validation error detected: Policy: container policy has 8193 characters and may have at most 8192",
        ),
        refused("PutContainerPolicy", put(""), "1 validation error detected: Policy: container policy must not be empty"),
        refused(
            "PutContainerPolicy",
            put("{\"ü\":1}"),
            "1 validation error detected: Policy: container policy may hold only ASCII characters, but character 3 is `ü`",
        ),
        refused("PutContainerPolicy", json!({"ContainerName": "live"}), "1 validation error detected: Policy is missing"),
    ])
    .await;
}

#[tokio::test]
async fn cors_policies() {
    let put = |rules: Value| json!({"ContainerName": "live", "CorsPolicy": rules});
    let rule = |member: &str, value: Value| {
        let mut rule = json!({"AllowedOrigins": ["*"], "AllowedHeaders": ["*"]});
        rule[member] = value;
        json!({"ContainerName": "live", "CorsPolicy": [rule]})
    };
    let many = |item: Value, count: usize| Value::Array(vec![item; count]);
    let plain = json!({"AllowedOrigins": ["*"], "AllowedHeaders": []});
    // A policy of exactly 398,000 characters: its brackets and commas, and headers that fill the rest.
    let sized = |extra: usize| {
        let header = "h".repeat(8000);
        let mut rules: Vec<Value> = vec![json!({"AllowedOrigins": ["*"], "AllowedHeaders": vec![header; 49]})];
        rules.push(json!({"AllowedOrigins": ["*"], "AllowedHeaders": [""]}));
        let length = serde_json::to_string(&rules).unwrap().len();
        rules[1]["AllowedHeaders"][0] = json!("h".repeat(398_000 - length + extra));
        Value::Array(rules)
    };
    check(vec![
        taken("PutCorsPolicy", put(many(plain.clone(), 1))),
        taken("PutCorsPolicy", put(many(plain.clone(), 100))),
        refused(
            "PutCorsPolicy",
            put(many(plain.clone(), 101)),
            "1 validation error detected: CorsPolicy: 101 CORS rules given, at most 100 allowed",
        ),
        refused("PutCorsPolicy", put(json!([])), "1 validation error detected: CorsPolicy: 0 CORS rules given, at least 1 needed"),
        refused("PutCorsPolicy", json!({"ContainerName": "live"}), "1 validation error detected: CorsPolicy is missing"),
        refused(
            "PutCorsPolicy",
            put(json!([{}])),
            "2 validation errors detected: CorsPolicy[0].AllowedOrigins: 0 allowed origins given, at least 1 needed; \
             CorsPolicy[0].AllowedHeaders is missing",
        ),
        taken("PutCorsPolicy", rule("AllowedOrigins", many(json!("https://a.example"), 100))),
        refused(
            "PutCorsPolicy",
            rule("AllowedOrigins", many(json!("*"), 101)),
            "1 validation error detected: CorsPolicy[0].AllowedOrigins: 101 allowed origins given, at most 100 allowed",
        ),
        taken("PutCorsPolicy", rule("AllowedOrigins", json!(["é".repeat(2048)]))),
        refused(
            "PutCorsPolicy",
            rule("AllowedOrigins", json!(["a".repeat(2049)])),
            "1 validation error detected: CorsPolicy[0].AllowedOrigins[0]: CORS origin has 2049 characters and may have at most 2048",
        ),
        refused(
            "PutCorsPolicy",
            rule("AllowedOrigins", json!(["*", "http://*.*"])),
            "1 validation error detected: CorsPolicy[0].AllowedOrigins[1]: CORS origin `http://*.*` may hold only one `*`",
        ),
        taken("PutCorsPolicy", rule("AllowedMethods", json!(["PUT", "GET", "DELETE", "HEAD"]))),
        refused(
            "PutCorsPolicy",
            rule("AllowedMethods", json!([])),
            "1 validation error detected: CorsPolicy[0].AllowedMethods: 0 allowed methods given, at least 1 needed",
        ),
        refused(
            "PutCorsPolicy",
            rule("AllowedMethods", json!(["GET", "GET", "GET", "GET", "GET"])),
            "1 validation error detected: CorsPolicy[0].AllowedMethods: 5 allowed methods given, at most 4 allowed",
        ),
        refused(
            "PutCorsPolicy",
            rule("AllowedMethods", json!(["OPTIONS"])),
            "1 validation error detected: CorsPolicy[0].AllowedMethods[0]: CORS method `OPTIONS` must be one of `PUT`, `GET`, `DELETE`, `HEAD`",
        ),
        taken("PutCorsPolicy", rule("AllowedHeaders", many(json!("x"), 100))),
        refused(
            "PutCorsPolicy",
            rule("AllowedHeaders", many(json!("x"), 101)),
            "1 validation error detected: CorsPolicy[0].AllowedHeaders: 101 allowed headers given, at most 100 allowed",
        ),
        taken("PutCorsPolicy", rule("AllowedHeaders", json!(["x".repeat(8192)]))),
        refused(
            "PutCorsPolicy",
            rule("AllowedHeaders", json!(["x".repeat(8193)])),
            "1 validation error detected: CorsPolicy[0].AllowedHeaders[0]: allowed header has 8193 characters and may have at most 8192",
        ),
        refused(
            "PutCorsPolicy",
            rule("AllowedHeaders", json!([""])),
            "1 validation error detected: CorsPolicy[0].AllowedHeaders[0]: allowed header must not be empty",
        ),
        taken("PutCorsPolicy", rule("ExposeHeaders", json!([]))),
        refused(
            "PutCorsPolicy",
            rule("ExposeHeaders", many(json!("x"), 101)),
            "1 validation error detected: CorsPolicy[0].ExposeHeaders: 101 exposed headers given, at most 100 allowed",
        ),
        taken("PutCorsPolicy", rule("MaxAgeSeconds", json!(2_147_483_647))),
        refused(
            "PutCorsPolicy",
            rule("MaxAgeSeconds", json!(2_147_483_648_u32)),
            "1 validation error detected: CorsPolicy[0].MaxAgeSeconds: MaxAgeSeconds is 2147483648 and must be from 0 to 2147483647",
        ),
        refused(
            "PutCorsPolicy",
            rule("MaxAgeSeconds", json!(-1)),
            "1 validation error detected: CorsPolicy[0].MaxAgeSeconds: MaxAgeSeconds is -1 and must be from 0 to 2147483647",
        ),
        taken("PutCorsPolicy", put(sized(0))),
        refused(
            "PutCorsPolicy",
            put(sized(1)),
            "1 validation error detected: CorsPolicy: 398001 characters of CORS policy given, at most 398000 allowed",
        ),
    ])
    .await;
}

#[tokio::test]
async fn lifecycle_policies() {
    let put = |policy: &str| json!({"ContainerName": "live", "LifecyclePolicy": policy});
    let rule = |path: &str, age: &str, action: &str| {
        put(&format!(r#"{{"rules":[{{"definition":{{"path":[{path}],{age}}},"action":"{action}"}}]}}"#))
    };
    let days = r#""days_since_create":[{"numeric":[">=",30]}]"#;
    check(vec![
        taken("PutLifecyclePolicy", rule(r#"{"prefix":""}"#, days, "ARCHIVE")),
        refused("PutLifecyclePolicy", json!({"ContainerName": "live"}), "1 validation error detected: LifecyclePolicy is missing"),
        refused(
            "PutLifecyclePolicy",
            put(""),
            "1 validation error detected: LifecyclePolicy: lifecycle policy is not valid JSON: EOF while parsing a value at line 1 column 0",
        ),
        refused(
            "PutLifecyclePolicy",
            put(&" ".repeat(8193)),
            "1 validation error detected: LifecyclePolicy: lifecycle policy has 8193 characters and may have at most 8192",
        ),
        refused(
            "PutLifecyclePolicy",
            rule(r#"{"prefix":""}"#, r#""seconds_since_create":[{"numeric":[">",301]}]"#, "EXPIRE"),
            "2 validation errors detected: \
             LifecyclePolicy: `/rules/0/definition/seconds_since_create`: a rule in seconds takes wildcards, not prefixes; \
             LifecyclePolicy: `/rules/0/definition/seconds_since_create/0/numeric/1`: seconds_since_create is 301 and must be from 1 to 300",
        ),
    ])
    .await;
}

#[tokio::test]
async fn metric_policies() {
    let put = |policy: Value| json!({"ContainerName": "live", "MetricPolicy": policy});
    let rules = |rules: Value| put(json!({"ContainerLevelMetrics": "ENABLED", "MetricPolicyRules": rules}));
    let rule = |group: &str, name: &str| json!({"ObjectGroup": group, "ObjectGroupName": name});
    check(vec![
        taken("PutMetricPolicy", put(json!({"ContainerLevelMetrics": "DISABLED"}))),
        refused("PutMetricPolicy", json!({"ContainerName": "live"}), "1 validation error detected: MetricPolicy is missing"),
        refused(
            "PutMetricPolicy",
            put(json!({})),
            "1 validation error detected: MetricPolicy.ContainerLevelMetrics is missing",
        ),
        refused(
            "PutMetricPolicy",
            put(json!({"ContainerLevelMetrics": "on"})),
            "1 validation error detected: MetricPolicy.ContainerLevelMetrics: ContainerLevelMetrics `on` must be one of `ENABLED`, `DISABLED`",
        ),
        taken("PutMetricPolicy", rules(Value::Array(vec![rule("a", "a"); 300]))),
        refused(
            "PutMetricPolicy",
            rules(Value::Array(vec![rule("a", "a"); 301])),
            "1 validation error detected: MetricPolicy.MetricPolicyRules: 301 metric policy rules given, at most 300 allowed",
        ),
        refused(
            "PutMetricPolicy",
            rules(json!([])),
            "1 validation error detected: MetricPolicy.MetricPolicyRules: 0 metric policy rules given, at least 1 needed",
        ),
        refused(
            "PutMetricPolicy",
            rules(json!([{}])),
            "2 validation errors detected: MetricPolicy.MetricPolicyRules[0].ObjectGroup is missing; \
             MetricPolicy.MetricPolicyRules[0].ObjectGroupName is missing",
        ),
        taken("PutMetricPolicy", rules(json!([rule(&"g".repeat(900), &"n".repeat(30))]))),
        refused(
            "PutMetricPolicy",
            rules(json!([rule(&"g".repeat(901), &"n".repeat(31))])),
            "2 validation errors detected: \
             MetricPolicy.MetricPolicyRules[0].ObjectGroup: object group has 901 characters and may have at most 900; \
             MetricPolicy.MetricPolicyRules[0].ObjectGroupName: object group name has 31 characters and may have at most 30",
        ),
        refused(
            "PutMetricPolicy",
            rules(json!([rule("a//b", "a-b")])),
            "2 validation errors detected: \
             MetricPolicy.MetricPolicyRules[0].ObjectGroup: object group `a//b` must be a path of at most 10 folders with no empty name between two `/`; \
             MetricPolicy.MetricPolicyRules[0].ObjectGroupName: object group name may hold only letters, digits and `_`, but character 2 is `-`",
        ),
    ])
    .await;
}

#[tokio::test]
async fn tags() {
    let tag = |key: &str, value: &str| json!({"Resource": ARN, "Tags": [{"Key": key, "Value": value}]});
    let many = |first: usize, count: usize| -> Value {
        let tags: Vec<Value> = (first..first + count).map(|index| json!({"Key": format!("k{index}")})).collect();
        json!({"Resource": ARN, "Tags": tags})
    };
    check(vec![
        taken("TagResource", tag("k0", "")),
        taken("TagResource", tag("k0", &"é".repeat(256))),
        refused(
            "TagResource",
            tag("k", &"v".repeat(257)),
            "1 validation error detected: Tags[0]: tag value has 257 characters and may have at most 256",
        ),
        taken("TagResource", tag(&"k".repeat(128), "v")),
        taken("UntagResource", json!({"Resource": ARN, "TagKeys": ["k".repeat(128)]})),
        refused(
            "TagResource",
            tag(&"k".repeat(129), "v"),
            "1 validation error detected: Tags[0]: tag key has 129 characters and may have at most 128",
        ),
        refused("TagResource", tag("", "v"), "1 validation error detected: Tags[0]: tag key must not be empty"),
        refused(
            "TagResource",
            tag("a#", "v"),
            "1 validation error detected: Tags[0]: tag key may hold only letters, digits, spaces and `.` `:` `+` `=` `@` `_` `/` `-`, but character 2 is `#`",
        ),
        refused(
            "TagResource",
            tag("aws:x", "v"),
            "1 validation error detected: Tags[0]: tag key `aws:x` must not start with `aws:`, which is reserved",
        ),
        refused(
            "TagResource",
            json!({"Resource": ARN, "Tags": [{"Key": "a"}, {"Key": "a"}, {"Value": "b"}]}),
            "2 validation errors detected: Tags[1]: tag key `a` is given twice; Tags[2].Key is missing",
        ),
        refused("TagResource", json!({"Resource": ARN, "Tags": []}), "1 validation error detected: Tags: 0 tags given, at least 1 needed"),
        refused("TagResource", json!({}), "2 validation errors detected: Resource is missing; Tags is missing"),
        refused("UntagResource", json!({"Resource": ARN}), "1 validation error detected: TagKeys is missing"),
        refused(
            "UntagResource",
            json!({"Resource": ARN, "TagKeys": [""]}),
            "1 validation error detected: TagKeys[0]: tag key must not be empty",
        ),
        refused("ListTagsForResource", json!({}), "1 validation error detected: Resource is missing"),
        refused(
            "ListTagsForResource",
            json!({"Resource": "live"}),
            "1 validation error detected: Resource `live` is no container ARN of the form `arn:aws:mediastore:<region>:<account>:container/<name>`",
        ),
        taken("TagResource", many(0, 50)),
        refused(
            "TagResource",
            many(50, 1),
            "the container would be over its limit: 51 tags given, at most 50 allowed",
        ),
        taken("TagResource", many(0, 50)),
        refused(
            "TagResource",
            many(0, 201),
            "1 validation error detected: Tags: 201 tags given, at most 200 allowed",
        ),
    ])
    .await;
}

#[tokio::test]
async fn pages() {
    check(vec![
        taken("ListContainers", json!({"MaxResults": 1})),
        taken("ListContainers", json!({"MaxResults": 100})),
        refused(
            "ListContainers",
            json!({"MaxResults": 0}),
            "1 validation error detected: MaxResults: MaxResults is 0 and must be from 1 to 100",
        ),
        refused(
            "ListContainers",
            json!({"MaxResults": 101}),
            "1 validation error detected: MaxResults: MaxResults is 101 and must be from 1 to 100",
        ),
        refused(
            "ListContainers",
            json!({"NextToken": ""}),
            "2 validation errors detected: NextToken: NextToken must not be empty; NextToken is none that this service gave out",
        ),
    ])
    .await;
}

#[tokio::test]
async fn a_container_with_too_many_tags_is_not_created() {
    let api = Api::new();
    let tags: Vec<Value> = (0..51).map(|index| json!({"Key": format!("k{index}")})).collect();
    api.refused("CreateContainer", json!({"ContainerName": "live", "Tags": tags}), "ValidationException").await;
    api.refused("DescribeContainer", json!({"ContainerName": "live"}), "ContainerNotFoundException").await;
}
