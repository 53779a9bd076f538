//! What the operations do to a container that is ACTIVE.

use mediastore_service::{Clock, Config, Quotas};
use serde_json::{Value, json};

use crate::api::{Answer, Api};

const ARN: &str = "arn:aws:mediastore:us-west-2:000000000000:container/live";

fn name() -> Value {
    json!({"ContainerName": "live"})
}

#[tokio::test]
async fn a_container_is_created_described_listed_and_deleted() {
    let at = "2026-11-23T10:20:30.987Z".parse().unwrap();
    let api = Api::with(Config { clock: Clock::standing(at), ..Config::default() });
    let created = api.call("CreateContainer", json!({"ContainerName": "live"})).await.unwrap();
    assert_eq!(
        created,
        json!({"Container": {
            "Name": "live", "ARN": ARN, "CreationTime": 1_795_429_230, "Status": "CREATING", "AccessLoggingEnabled": false
        }})
    );
    let described = api.call("DescribeContainer", name()).await.unwrap();
    let endpoint = described["Container"]["Endpoint"].as_str().unwrap();
    let label = endpoint.strip_prefix("http://").and_then(|rest| rest.strip_suffix(".data.localhost:8474")).unwrap();
    assert_eq!(label.len(), 14);
    assert_eq!(
        described,
        json!({"Container": {
            "Name": "live", "ARN": ARN, "CreationTime": 1_795_429_230, "Status": "ACTIVE", "AccessLoggingEnabled": false,
            "Endpoint": endpoint
        }})
    );
    let listed = api.call("ListContainers", json!({})).await.unwrap();
    assert_eq!(listed, json!({"Containers": [described["Container"]]}));
    assert_eq!(api.call("DeleteContainer", name()).await, Ok(Value::Null));
    api.refused("DescribeContainer", name(), "ContainerNotFoundException").await;
    assert_eq!(api.call("ListContainers", json!({})).await, Ok(json!({"Containers": []})));
}

#[tokio::test]
async fn a_name_is_taken_once_per_account_and_region() {
    let api = Api::new();
    api.container("live").await;
    let refused = api.refused("CreateContainer", name(), "ContainerInUseException").await;
    assert_eq!(refused.message, "container `live` already exists");
    // Names are case sensitive.
    api.container("Live").await;
}

#[tokio::test]
async fn an_endpoint_stays_and_a_new_container_of_the_name_gets_another() {
    let api = Api::new();
    let endpoint = async || {
        let described = api.call("DescribeContainer", name()).await.unwrap();
        described["Container"]["Endpoint"].as_str().unwrap().to_owned()
    };
    api.container("live").await;
    let first = endpoint().await;
    api.call("StartAccessLogging", name()).await.unwrap();
    assert_eq!(endpoint().await, first);
    api.call("DeleteContainer", name()).await.unwrap();
    api.container("live").await;
    assert_ne!(endpoint().await, first);
}

#[tokio::test]
async fn nothing_of_a_deleted_container_is_inherited() {
    let api = Api::new();
    let input = json!({"ContainerName": "live", "Tags": [{"Key": "k", "Value": "v"}]});
    api.call("CreateContainer", input).await.unwrap();
    api.call("PutCorsPolicy", json!({"ContainerName": "live", "CorsPolicy": [cors_rule()]})).await.unwrap();
    api.call("StartAccessLogging", name()).await.unwrap();
    api.call("DeleteContainer", name()).await.unwrap();
    api.container("live").await;
    api.refused("GetCorsPolicy", name(), "CorsPolicyNotFoundException").await;
    assert_eq!(api.call("ListTagsForResource", json!({"Resource": ARN})).await, Ok(json!({"Tags": []})));
    let described = api.call("DescribeContainer", name()).await.unwrap();
    assert_eq!(described["Container"]["AccessLoggingEnabled"], false);
}

fn cors_rule() -> Value {
    json!({"AllowedOrigins": ["*"], "AllowedMethods": ["GET", "HEAD"], "AllowedHeaders": ["*"], "MaxAgeSeconds": 3000})
}

/// Put, get, replace, delete and get again of one kind of policy.
async fn policy(kind: &str, first: Value, second: Value, missing: &str) {
    let api = Api::new();
    let input = |policy: &Value| {
        let mut input = name();
        input[kind] = policy.clone();
        input
    };
    // `ContainerPolicy` is the one whose member and operations have different names.
    let operation = |verb: &str| format!("{verb}{kind}");
    api.refused(&operation("Put"), input(&first), "ContainerNotFoundException").await;
    api.container("live").await;
    api.refused(&operation("Get"), name(), missing).await;
    api.refused(&operation("Delete"), name(), missing).await;
    for policy in [first, second] {
        assert_eq!(api.call(&operation("Put"), input(&policy)).await, Ok(Value::Null));
        assert_eq!(api.call(&operation("Get"), name()).await, Ok(json!({kind: policy})));
    }
    assert_eq!(api.call(&operation("Delete"), name()).await, Ok(Value::Null));
    api.refused(&operation("Get"), name(), missing).await;
}

#[tokio::test]
async fn cors_policies_are_given_back_member_by_member() {
    let sparse = json!([{"AllowedOrigins": ["https://a.example"], "AllowedHeaders": []}]);
    let full = json!([
        cors_rule(),
        {"AllowedOrigins": ["http://*.example.com"], "AllowedMethods": ["PUT"], "AllowedHeaders": ["x-*"], "MaxAgeSeconds": 0,
         "ExposeHeaders": ["ETag"]}
    ]);
    policy("CorsPolicy", sparse, full, "CorsPolicyNotFoundException").await;
}

#[tokio::test]
async fn lifecycle_policies_are_given_back_to_the_letter() {
    let text = |seconds: u32| {
        json!(format!(
            "{{ \"rules\": [\n{{\"definition\": {{\"path\": [{{\"wildcard\": \"*.ts\"}}], \"seconds_since_create\": [{{\"numeric\": [\">\", {seconds}]}}]}}, \"action\":\"EXPIRE\"}}]}}"
        ))
    };
    policy("LifecyclePolicy", text(15), text(300), "PolicyNotFoundException").await;
}

#[tokio::test]
async fn metric_policies_are_given_back_member_by_member() {
    let level = json!({"ContainerLevelMetrics": "ENABLED"});
    let rules = json!({"ContainerLevelMetrics": "DISABLED", "MetricPolicyRules": [
        {"ObjectGroup": "baseball/*.m3u8", "ObjectGroupName": "playlists"}
    ]});
    policy("MetricPolicy", level, rules, "PolicyNotFoundException").await;
}

#[tokio::test]
async fn a_container_always_has_a_container_policy() {
    let api = Api::new();
    api.container("live").await;
    let text = |answer: Answer| -> String { answer.unwrap()["Policy"].as_str().unwrap().to_owned() };
    let default = text(api.call("GetContainerPolicy", name()).await);
    let parsed: Value = serde_json::from_str(&default).unwrap();
    assert_eq!(
        parsed,
        json!({"Version": "2012-10-17", "Statement": [{
            "Sid": "MediaStoreFullAccess", "Effect": "Allow", "Action": ["mediastore:*"],
            "Principal": {"AWS": "arn:aws:iam::000000000000:root"},
            "Resource": format!("{ARN}/*"),
            "Condition": {"Bool": {"aws:SecureTransport": "true"}}
        }]})
    );
    // The default is itself a policy that may be put.
    api.call("PutContainerPolicy", json!({"ContainerName": "live", "Policy": default})).await.unwrap();

    let own = format!(
        "{{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [{{\"Sid\": \"Read\", \"Effect\": \"Allow\", \"Principal\": \"*\", \
         \"Action\": \"mediastore:GetObject\", \"Resource\": \"{ARN}/*\"}}]\n}}"
    );
    api.call("PutContainerPolicy", json!({"ContainerName": "live", "Policy": own})).await.unwrap();
    assert_eq!(text(api.call("GetContainerPolicy", name()).await), own, "as it was put, white space included");
    for _ in 0..2 {
        assert_eq!(api.call("DeleteContainerPolicy", name()).await, Ok(Value::Null));
        assert_eq!(text(api.call("GetContainerPolicy", name()).await), default);
    }
}

#[tokio::test]
async fn access_logging_is_a_switch() {
    let api = Api::new();
    api.container("live").await;
    for (operation, on) in [
        ("StopAccessLogging", false),
        ("StartAccessLogging", true),
        ("StartAccessLogging", true),
        ("StopAccessLogging", false),
    ] {
        assert_eq!(api.call(operation, name()).await, Ok(Value::Null));
        let described = api.call("DescribeContainer", name()).await.unwrap();
        assert_eq!(described["Container"]["AccessLoggingEnabled"], on, "{operation}");
    }
}

#[tokio::test]
async fn tags_are_upserted_and_removed_by_key() {
    let api = Api::new();
    let tags = json!([{"Key": "b", "Value": "1"}, {"Key": "a"}]);
    api.call("CreateContainer", json!({"ContainerName": "live", "Tags": tags})).await.unwrap();
    let listed = async || api.call("ListTagsForResource", json!({"Resource": ARN})).await.unwrap();
    assert_eq!(listed().await, json!({"Tags": [{"Key": "a", "Value": ""}, {"Key": "b", "Value": "1"}]}));
    let tags = json!([{"Key": "b", "Value": "2"}, {"Key": "B", "Value": "big"}]);
    assert_eq!(api.call("TagResource", json!({"Resource": ARN, "Tags": tags})).await, Ok(Value::Null));
    let expected =
        json!({"Tags": [{"Key": "B", "Value": "big"}, {"Key": "a", "Value": ""}, {"Key": "b", "Value": "2"}]});
    assert_eq!(listed().await, expected);
    let keys = json!({"Resource": ARN, "TagKeys": ["a", "B", "never there"]});
    assert_eq!(api.call("UntagResource", keys).await, Ok(Value::Null));
    assert_eq!(listed().await, json!({"Tags": [{"Key": "b", "Value": "2"}]}));
}

#[tokio::test]
async fn every_operation_on_a_container_that_is_not_there_says_so() {
    let api = Api::new();
    let arn = json!(ARN);
    let lifecycle = r#"{"rules":[{"definition":{"path":[{"prefix":""}],"days_since_create":[{"numeric":[">",1]}]},"action":"EXPIRE"}]}"#;
    let policy = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":"*","Action":"mediastore:GetObject","Resource":"{ARN}/*"}}]}}"#
    );
    let cases = [
        ("DescribeContainer", name()),
        ("DeleteContainer", name()),
        ("PutContainerPolicy", json!({"ContainerName": "live", "Policy": policy})),
        ("GetContainerPolicy", name()),
        ("DeleteContainerPolicy", name()),
        ("PutCorsPolicy", json!({"ContainerName": "live", "CorsPolicy": [cors_rule()]})),
        ("GetCorsPolicy", name()),
        ("DeleteCorsPolicy", name()),
        ("PutLifecyclePolicy", json!({"ContainerName": "live", "LifecyclePolicy": lifecycle})),
        ("GetLifecyclePolicy", name()),
        ("DeleteLifecyclePolicy", name()),
        ("PutMetricPolicy", json!({"ContainerName": "live", "MetricPolicy": {"ContainerLevelMetrics": "ENABLED"}})),
        ("GetMetricPolicy", name()),
        ("DeleteMetricPolicy", name()),
        ("StartAccessLogging", name()),
        ("StopAccessLogging", name()),
        ("TagResource", json!({"Resource": arn, "Tags": [{"Key": "k"}]})),
        ("UntagResource", json!({"Resource": arn, "TagKeys": ["k"]})),
        ("ListTagsForResource", json!({"Resource": arn})),
    ];
    for (operation, input) in cases {
        let refused = api.refused(operation, input, "ContainerNotFoundException").await;
        assert_eq!(refused.status, 400, "{operation}");
        assert_eq!(refused.message, "container `live` does not exist", "{operation}");
    }
}

#[tokio::test]
async fn an_arn_of_another_account_or_region_is_not_ours() {
    let api = Api::new();
    api.container("live").await;
    for arn in [
        "arn:aws:mediastore:us-west-2:111111111111:container/live",
        "arn:aws:mediastore:eu-west-1:000000000000:container/live",
    ] {
        api.refused("ListTagsForResource", json!({"Resource": arn}), "ContainerNotFoundException").await;
    }
    for arn in ["live", "", "arn:aws:mediastore:us-west-2:000000000000:container/live/object", "arn:aws:s3:::live"] {
        api.refused("ListTagsForResource", json!({"Resource": arn}), "ValidationException").await;
    }
}

#[tokio::test]
async fn pages_follow_each_other_whatever_happens_between() {
    let api = Api::new();
    for name in ["c", "a", "e", "b", "d"] {
        api.container(name).await;
    }
    let page = async |input: Value| {
        let page = api.call("ListContainers", input).await.unwrap();
        let names: Vec<String> =
            page["Containers"].as_array().unwrap().iter().map(|c| c["Name"].as_str().unwrap().to_owned()).collect();
        (names.concat(), page.get("NextToken").cloned())
    };
    assert_eq!(page(json!({})).await, ("abcde".to_owned(), None), "all of them, and no token without MaxResults");
    assert_eq!(page(json!({"MaxResults": 5})).await, ("abcde".to_owned(), None), "no token when nothing remains");
    let (names, token) = page(json!({"MaxResults": 2})).await;
    assert_eq!(names, "ab");
    api.call("DeleteContainer", json!({"ContainerName": "b"})).await.unwrap();
    api.call("DeleteContainer", json!({"ContainerName": "c"})).await.unwrap();
    let (names, token) = page(json!({"MaxResults": 1, "NextToken": token})).await;
    assert_eq!(names, "d");
    assert_eq!(page(json!({"MaxResults": 1, "NextToken": token})).await, ("e".to_owned(), None));
    api.refused("ListContainers", json!({"NextToken": "bm90IG91cnM="}), "ValidationException").await;
}

#[tokio::test]
async fn quotas_hold_only_where_they_are_asked_for() {
    let without = Api::new();
    let quotas = Quotas { containers: Some(2), metric_rules: Some(1) };
    let with = Api::with(Config { quotas, ..Config::default() });
    for name in ["a", "b"] {
        without.container(name).await;
        with.container(name).await;
    }
    without.container("c").await;
    let refused = with.refused("CreateContainer", json!({"ContainerName": "c"}), "LimitExceededException").await;
    assert_eq!(
        (refused.status, refused.message.as_str()),
        (400, "the account has the 2 containers that its quota allows")
    );

    let rule = json!({"ObjectGroup": "a", "ObjectGroupName": "a"});
    let policy = json!({"ContainerLevelMetrics": "ENABLED", "MetricPolicyRules": [rule, rule]});
    let input = json!({"ContainerName": "a", "MetricPolicy": policy});
    without.call("PutMetricPolicy", input.clone()).await.unwrap();
    with.refused("PutMetricPolicy", input, "ValidationException").await;

    // A quota counts what is there.
    with.call("DeleteContainer", json!({"ContainerName": "a"})).await.unwrap();
    with.container("c").await;
}

#[tokio::test]
async fn container_policies_that_aws_refused_are_refused() {
    let api = Api::new();
    api.container("live").await;
    let statement = |statement: &str| json!({"ContainerName": "live", "Policy": format!("{{\"Version\":\"2012-10-17\",\"Statement\":[{statement}]}}")});
    let put = format!(r#""Effect":"Allow","Principal":"*","Action":"mediastore:PutObject","Resource":"{ARN}/*""#);
    let cases = [
        (
            // The one refusal of the real service that is on record, to the letter.
            statement(
                r#"{"Sid":"All","Effect":"Allow","Principal":"*","Action":"mediastore:GetObject","Resource":"*"}"#,
            ),
            format!("Invalid Container Policy: Resource in statement 'All' must be scoped to files inside {ARN}"),
        ),
        (
            statement(&format!(r#"{{"Sid":"Put",{put}}}"#)),
            "statement 'Put' allows mediastore:PutObject without requiring HTTPS".to_owned(),
        ),
        (json!({"ContainerName": "live", "Policy": "not json"}), "Invalid Container Policy: ".to_owned()),
        (json!({"ContainerName": "live", "Policy": "{}"}), "Invalid Container Policy: ".to_owned()),
    ];
    for (input, expected) in cases {
        let refused = api.refused("PutContainerPolicy", input, "ValidationException").await;
        assert_eq!(refused.status, 400);
        assert!(refused.message.contains(&expected), "{}", refused.message);
    }
    let over_https = format!(r#"{{"Sid":"Put",{put},"Condition":{{"Bool":{{"aws:SecureTransport":"true"}}}}}}"#);
    api.call("PutContainerPolicy", statement(&over_https)).await.unwrap();
}
