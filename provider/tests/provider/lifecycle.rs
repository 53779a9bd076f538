//! Create, change, import, replace, drift and destroy of every type.

use super::*;

#[tokio::test]
async fn a_container_from_create_to_destroy() {
    let (_folder, mut terraform) = embedded().await;
    let state = terraform.apply(CONTAINER, &Value::Null, container("live-dev_1")).await.unwrap();
    assert_eq!(
        state.attribute("arn"),
        &"arn:aws:mediastore:us-west-2:000000000000:container/live-dev_1".into(),
        "names with hyphens are legal"
    );
    let endpoint = state.attribute("endpoint").as_str().unwrap();
    assert!(endpoint.starts_with("http://") && endpoint.ends_with(".data.localhost:8474"), "{endpoint}");
    assert!(state.attribute("creation_time").as_str().unwrap().ends_with('Z'));
    assert_eq!((state.attribute("tags"), state.attribute("tags_all")), (&Value::Null, &tags(&[])));

    let tagged = object(&[("name", "live-dev_1".into()), ("tags", tags(&[("a", "1"), ("b", "2")]))]);
    let state = terraform.apply(CONTAINER, &state, tagged).await.unwrap();
    assert_eq!(terraform.import(CONTAINER, "live-dev_1").await.unwrap(), state);

    let renamed = terraform.apply(CONTAINER, &state, container("other")).await.unwrap();
    assert_eq!(terraform.read(CONTAINER, &state).await.unwrap(), Value::Null, "renaming replaces");
    terraform.destroy(CONTAINER, &renamed).await.unwrap();
    terraform.destroy(CONTAINER, &renamed).await.unwrap();
    assert!(terraform.import(CONTAINER, "other").await.unwrap().is_null());
}

#[tokio::test]
async fn the_arn_is_known_at_plan_where_the_account_is() {
    let (_folder, mut terraform) = embedded().await;
    let plan = terraform.plan(CONTAINER, &Value::Null, container("live")).await.unwrap();
    assert_eq!(
        plan.state.attribute("arn"),
        &"arn:aws:mediastore:us-west-2:000000000000:container/live".into(),
        "so that policies built from it are judged at plan"
    );
    let server = Server::start(Config::default()).await;
    let mut elsewhere = server.provider().await;
    let plan = elsewhere.plan(CONTAINER, &Value::Null, container("live")).await.unwrap();
    assert!(plan.state.attribute("arn").is_unknown());
}

#[tokio::test]
async fn a_name_that_is_taken_is_not_adopted() {
    let (_folder, mut terraform) = embedded().await;
    terraform.apply(CONTAINER, &Value::Null, container("live")).await.unwrap();
    let (error, state) = failed(terraform.apply(CONTAINER, &Value::Null, container("live")).await);
    assert_eq!((error.summary.as_str(), error.path.as_str()), ("Could not create the container `live`", "name"));
    assert!(error.detail.contains("terraform import"), "{}", error.detail);
    assert!(state.is_null());
}

#[tokio::test]
async fn a_policy_keeps_the_users_spelling() {
    let (_folder, mut terraform) = embedded().await;
    terraform.apply(CONTAINER, &Value::Null, container("live")).await.unwrap();
    let written = public_read("live");
    let state = terraform.apply(POLICY, &Value::Null, policy("live", &written)).await.unwrap();
    assert_eq!(state.attribute("policy").as_str(), Some(written.as_str()));

    let respelled = written.replace(char::is_whitespace, "").replace("\"*\",\"Action\"", "{\"AWS\":\"*\"},\"Action\"");
    let plan = terraform.plan(POLICY, &state, policy("live", &respelled)).await.unwrap();
    assert_eq!(plan.state, state, "another spelling of the same policy is no change");

    let wider = written.replace("\"mediastore:DescribeObject\"", "\"mediastore:ListItems\"");
    let state = terraform.apply(POLICY, &state, policy("live", &wider)).await.unwrap();
    let imported = terraform.import(POLICY, "live").await.unwrap();
    assert_eq!(imported.attribute("policy").as_str(), Some(wider.as_str()));
    terraform.destroy(POLICY, &state).await.unwrap();
    let restored = terraform.import(POLICY, "live").await.unwrap();
    let default = restored.attribute("policy").as_str().unwrap_or_default();
    assert!(default.contains("MediaStoreFullAccess"), "deleting brings the default policy back: {default}");
}

#[tokio::test]
async fn a_cors_policy_tells_null_from_empty() {
    let (_folder, mut terraform) = embedded().await;
    terraform.apply(CONTAINER, &Value::Null, container("live")).await.unwrap();
    let full = object(&[
        ("allowed_origins", strings(&["https://b.example", "https://a.example"])),
        ("allowed_methods", strings(&["PUT", "GET", "DELETE", "HEAD"])),
        ("allowed_headers", strings(&["*"])),
        ("expose_headers", strings(&["Date", "ETag"])),
        ("max_age_seconds", 3000.into()),
    ]);
    let empty = object(&[
        ("allowed_origins", strings(&["*"])),
        ("allowed_methods", strings(&["GET"])),
        ("allowed_headers", strings(&[])),
        ("expose_headers", strings(&[])),
        ("max_age_seconds", 0.into()),
    ]);
    let config = cors("live", &[full.clone(), rule(&["https://c.example"]), empty]);
    let state = terraform.apply(CORS, &Value::Null, config).await.unwrap();
    let state = terraform.apply(CORS, &state, cors("live", &[full.clone(), rule(&["*"])])).await.unwrap();
    assert_eq!(terraform.import(CORS, "live").await.unwrap(), state);
    terraform.destroy(CORS, &state).await.unwrap();
    assert!(terraform.read(CORS, &state).await.unwrap().is_null());
    terraform.destroy(CORS, &state).await.unwrap();
}

#[tokio::test]
async fn a_lifecycle_policy_is_json_or_blocks() {
    let (_folder, mut terraform) = embedded().await;
    terraform.apply(CONTAINER, &Value::Null, container("live")).await.unwrap();
    let blocks = |rules: Vec<Value>| object(&[("container_name", "live".into()), ("rule", Value::List(rules))]);
    let seconds = object(&[("wildcards", strings(&["live/*.ts"])), ("seconds_since_create", 60.into())]);
    let archive =
        object(&[("prefixes", strings(&["vod/"])), ("days_since_create", 30.into()), ("action", "ARCHIVE".into())]);
    let state = terraform.apply(LIFECYCLE, &Value::Null, blocks(vec![seconds.clone(), archive])).await.unwrap();
    let made: serde_json::Value = serde_json::from_str(state.attribute("policy").as_str().unwrap()).unwrap();
    let expected = serde_json::json!({"rules": [
        {"definition": {"path": [{"wildcard": "live/*.ts"}], "seconds_since_create": [{"numeric": [">=", 60]}]},
         "action": "EXPIRE"},
        {"definition": {"path": [{"prefix": "vod/"}], "days_since_create": [{"numeric": [">=", 30]}]},
         "action": "ARCHIVE"},
    ]});
    assert_eq!(made, expected);

    let state = terraform.apply(LIFECYCLE, &state, blocks(vec![seconds])).await.unwrap();
    let written = serde_json::to_string_pretty(&expected).unwrap();
    let text = |text: &str| object(&[("container_name", "live".into()), ("policy", text.into())]);
    let state = terraform.apply(LIFECYCLE, &state, text(&written)).await.unwrap();
    assert_eq!(terraform.import(LIFECYCLE, "live").await.unwrap(), state);
    let respelled = terraform.plan(LIFECYCLE, &state, text(&expected.to_string())).await.unwrap();
    assert_eq!(respelled.state, state, "another spelling is no change");
    terraform.destroy(LIFECYCLE, &state).await.unwrap();
    assert!(terraform.read(LIFECYCLE, &state).await.unwrap().is_null());
}

#[tokio::test]
async fn a_lifecycle_policy_with_unknown_parts() {
    let (folder, mut terraform) = embedded().await;
    terraform.apply(CONTAINER, &Value::Null, container("live")).await.unwrap();
    let rule = |prefix: Value, days: Value| object(&[("prefixes", Value::set([prefix])), ("days_since_create", days)]);
    let blocks = |rule: Value| object(&[("container_name", "live".into()), ("rule", Value::List(vec![rule]))]);
    let known = blocks(rule("a/".into(), 3.into()));
    let mut state = Value::Null;
    for at_plan in [blocks(rule(Value::Unknown, 3.into())), blocks(rule("a/".into(), Value::Unknown))] {
        let plan = terraform.plan(LIFECYCLE, &state, at_plan.clone()).await.unwrap();
        assert!(plan.state.attribute("policy").is_unknown());
        state = terraform.apply_when_known(LIFECYCLE, &state, at_plan, known.clone()).await.unwrap();
    }
    let mut other = configured(object(&[("data_dir", path(&folder))])).await;
    let theirs = other.import(LIFECYCLE, "live").await.unwrap();
    other.apply(LIFECYCLE, &theirs, blocks(rule("b/".into(), 3.into()))).await.unwrap();
    let drifted = terraform.read(LIFECYCLE, &state).await.unwrap();
    assert_ne!(drifted, state, "drift shows in the text");
    assert_eq!(terraform.apply(LIFECYCLE, &drifted, known).await.unwrap(), state);
}

#[tokio::test]
async fn a_metric_policy_from_create_to_destroy() {
    let (_folder, mut terraform) = embedded().await;
    terraform.apply(CONTAINER, &Value::Null, container("live")).await.unwrap();
    let rule = |group: &str, name: &str| object(&[("object_group", group.into()), ("object_group_name", name.into())]);
    let config = |level: &str, rules: Vec<Value>| {
        let fields = [("container_name", "live".into()), ("container_level_metrics", level.into())];
        let Value::Object(mut fields) = object(&fields) else { panic!("an object") };
        fields.insert("rule".to_owned(), Value::List(rules));
        Value::Object(fields)
    };
    let two = vec![rule("live/*.m3u8", "manifests"), rule("live/*.ts", "segments")];
    let state = terraform.apply(METRIC, &Value::Null, config("ENABLED", two)).await.unwrap();
    assert_eq!(terraform.import(METRIC, "live").await.unwrap(), state);
    let state = terraform.apply(METRIC, &state, config("DISABLED", vec![rule("vod", "vod")])).await.unwrap();
    let state = terraform.apply(METRIC, &state, config("ENABLED", vec![])).await.unwrap();
    terraform.destroy(METRIC, &state).await.unwrap();
    assert!(terraform.read(METRIC, &state).await.unwrap().is_null());
}

#[tokio::test]
async fn access_logging_is_switched_on_and_off() {
    let (_folder, mut terraform) = embedded().await;
    let logging = |on: bool| object(&[("name", "live".into()), ("access_logging_enabled", on.into())]);
    let state = terraform.apply(CONTAINER, &Value::Null, logging(true)).await.unwrap();
    let seen = terraform.read_data_source(CONTAINER, container("live")).await.unwrap();
    assert_eq!(seen.attribute("access_logging_enabled"), &true.into());
    let state = terraform.apply(CONTAINER, &state, logging(false)).await.unwrap();
    let state = terraform.apply(CONTAINER, &state, logging(true)).await.unwrap();
    let state = terraform.apply(CONTAINER, &state, container("live")).await.unwrap();
    assert_eq!(state.attribute("access_logging_enabled"), &false.into(), "off is the default");
}

#[tokio::test]
async fn policies_go_with_their_container() {
    let (_folder, mut terraform) = embedded().await;
    let live = terraform.apply(CONTAINER, &Value::Null, container("live")).await.unwrap();
    let policy = terraform.apply(POLICY, &Value::Null, policy("live", &public_read("live"))).await.unwrap();
    let cors = terraform.apply(CORS, &Value::Null, cors("live", &[rule(&["*"])])).await.unwrap();
    terraform.destroy(CONTAINER, &live).await.unwrap();
    for (type_name, state) in [(POLICY, policy), (CORS, cors)] {
        assert!(terraform.read(type_name, &state).await.unwrap().is_null(), "{type_name}");
        terraform.destroy(type_name, &state).await.unwrap();
    }
}

#[tokio::test]
async fn a_policy_of_no_container_says_so() {
    let (_folder, mut terraform) = embedded().await;
    for (type_name, config) in
        [(POLICY, policy("absent", &public_read("absent"))), (CORS, cors("absent", &[rule(&["*"])]))]
    {
        let (error, state) = failed(terraform.apply(type_name, &Value::Null, config).await);
        assert!(error.detail.contains("The container does not exist"), "{}", error.detail);
        assert!(state.is_null());
    }
}

#[tokio::test]
async fn drift_is_seen_and_put_right() {
    let (folder, mut terraform) = embedded().await;
    let config = || object(&[("name", "live".into()), ("tags", tags(&[("a", "1")]))]);
    let state = terraform.apply(CONTAINER, &Value::Null, config()).await.unwrap();
    // Somebody else, in another process, with the same data folder.
    let mut other = configured(object(&[("data_dir", path(&folder))])).await;
    let theirs = object(&[("name", "live".into()), ("tags", tags(&[("a", "2"), ("b", "3")]))]);
    other.apply(CONTAINER, &state, theirs).await.unwrap();

    let drifted = terraform.read(CONTAINER, &state).await.unwrap();
    assert_eq!(drifted.attribute("tags"), &tags(&[("a", "2"), ("b", "3")]));
    let mended = terraform.apply(CONTAINER, &drifted, config()).await.unwrap();
    assert_eq!(mended.attribute("tags_all"), &tags(&[("a", "1")]));
    other.destroy(CONTAINER, &mended).await.unwrap();
    assert!(terraform.read(CONTAINER, &mended).await.unwrap().is_null());
}

#[tokio::test]
async fn timeouts_alone_are_a_change_without_calls() {
    let (_folder, mut terraform) = embedded().await;
    let state = terraform.apply(CONTAINER, &Value::Null, container("live")).await.unwrap();
    let timeouts = object(&[("create", "1m".into()), ("delete", "90s".into())]);
    let config = object(&[("name", "live".into()), ("timeouts", complete_timeouts(timeouts))]);
    let state = terraform.apply(CONTAINER, &state, config).await.unwrap();
    assert_eq!(state.attribute("timeouts").attribute("delete"), &"90s".into());
}

fn complete_timeouts(timeouts: Value) -> Value {
    let Value::Object(mut fields) = timeouts else { panic!("an object") };
    for name in ["create", "read", "update", "delete"] {
        fields.entry(name.to_owned()).or_insert(Value::Null);
    }
    Value::Object(fields)
}

#[tokio::test]
async fn data_sources_read_one_and_all() {
    let (_folder, mut terraform) = embedded().await;
    for name in ["vod-b", "live", "vod-a"] {
        let config = object(&[("name", name.into()), ("tags", tags(&[("n", name)]))]);
        terraform.apply(CONTAINER, &Value::Null, config).await.unwrap();
    }
    let one = terraform.read_data_source(CONTAINER, container("live")).await.unwrap();
    assert_eq!(one.attribute("status"), &"ACTIVE".into());
    assert_eq!(one.attribute("access_logging_enabled"), &false.into());
    assert_eq!(one.attribute("tags"), &tags(&[("n", "live")]));

    let names = |list: &Value| list.attribute("names").clone();
    let list = |names: &[&str]| Value::List(names.iter().map(|name| Value::from(*name)).collect());
    let all = terraform.read_data_source("mediastore_containers", object(&[])).await.unwrap();
    assert_eq!(names(&all), list(&["live", "vod-a", "vod-b"]));
    let vod = object(&[("name_prefix", "vod-".into())]);
    let some = terraform.read_data_source("mediastore_containers", vod).await.unwrap();
    assert_eq!(names(&some), list(&["vod-a", "vod-b"]));

    let messages = terraform.read_data_source(CONTAINER, container("absent")).await.unwrap_err();
    assert_eq!(the_error(&messages).summary, "Could not read the container `absent`");
}

#[tokio::test]
async fn more_containers_than_a_page() {
    let (_folder, mut terraform) = embedded().await;
    for i in 0..120 {
        terraform.apply(CONTAINER, &Value::Null, container(&format!("c{i:03}"))).await.unwrap();
    }
    let all = terraform.read_data_source("mediastore_containers", object(&[])).await.unwrap();
    let Value::List(names) = all.attribute("names") else { panic!("a list") };
    assert_eq!((names.len(), &names[119]), (120, &"c119".into()));
}

#[tokio::test]
async fn a_policy_document_is_merged_by_sid_and_the_same_every_time() {
    let (_folder, mut terraform) = embedded().await;
    let texts = |texts: &[&str]| Value::List(texts.iter().map(|text| Value::from(*text)).collect());
    let everybody = object(&[("type", "*".into()), ("identifiers", strings(&["*"]))]);
    let secure =
        object(&[("test", "Bool".into()), ("variable", "aws:SecureTransport".into()), ("values", texts(&["true"]))]);
    let statement = object(&[
        ("sid", "Read".into()),
        ("actions", strings(&["mediastore:GetObject", "mediastore:DescribeObject"])),
        ("resources", strings(&["arn:aws:mediastore:us-west-2:000000000000:container/live/*"])),
        ("principals", Value::List(vec![everybody])),
        ("condition", Value::List(vec![secure])),
    ]);
    let resource = "arn:aws:mediastore:us-west-2:000000000000:container/live/*";
    let one = |sid: &str, action: &str| {
        format!(
            r#"{{"Statement":{{"Sid":"{sid}","Effect":"Allow","Principal":{{"AWS":"111122223333"}},"Action":"{action}","Resource":"{resource}"}}}}"#
        )
    };
    let sources = [one("Read", "mediastore:ListItems"), one("List", "mediastore:ListItems")];
    let config = |overrides: &[&str]| {
        object(&[
            ("source_policy_documents", texts(&[&sources[0], &sources[1]])),
            ("override_policy_documents", texts(overrides)),
            ("statement", Value::List(vec![statement.clone()])),
        ])
    };
    let document = terraform.read_data_source("mediastore_policy_document", config(&[])).await.unwrap();
    let made: serde_json::Value = serde_json::from_str(document.attribute("json").as_str().unwrap()).unwrap();
    let read = serde_json::json!({
        "Sid": "Read", "Effect": "Allow", "Principal": "*", "Resource": [resource],
        "Action": ["mediastore:DescribeObject", "mediastore:GetObject"],
        "Condition": {"Bool": {"aws:SecureTransport": ["true"]}},
    });
    let list: serde_json::Value = serde_json::from_str(&sources[1]).unwrap();
    assert_eq!(made, serde_json::json!({"Version": "2012-10-17", "Statement": [read, list["Statement"]]}));
    assert_eq!(terraform.read_data_source("mediastore_policy_document", config(&[])).await.unwrap(), document);

    let deleted = one("Read", "mediastore:DeleteObject");
    let document = terraform.read_data_source("mediastore_policy_document", config(&[&deleted])).await.unwrap();
    let made: serde_json::Value = serde_json::from_str(document.attribute("json").as_str().unwrap()).unwrap();
    assert_eq!(made["Statement"][0]["Action"], "mediastore:DeleteObject");

    for (wrong, words) in [("{", "Not JSON"), ("{}", "no `Statement`")] {
        let messages = terraform.read_data_source("mediastore_policy_document", config(&[wrong])).await.unwrap_err();
        assert_eq!(the_error(&messages).path, "override_policy_documents[0]");
        assert!(the_error(&messages).detail.contains(words), "{messages:?}");
    }
    let malformed = sources[0].replace("Allow", "Permit");
    let messages = terraform.read_data_source("mediastore_policy_document", config(&[&malformed])).await.unwrap_err();
    assert!(the_error(&messages).detail.contains("Permit"), "{messages:?}");
}
