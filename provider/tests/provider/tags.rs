//! `tags`, `default_tags`, `ignore_tags` and what becomes of unknown values among them.

use super::*;

async fn with_defaults(folder: &TempDir, default: Value) -> Harness {
    let ignored = object(&[("keys", strings(&["owner"])), ("key_prefixes", strings(&["cost:"]))]);
    configured(object(&[
        ("data_dir", path(folder)),
        ("default_tags", object(&[("tags", default)])),
        ("ignore_tags", ignored),
    ]))
    .await
}

fn tagged(own: Value) -> Value {
    object(&[("name", "live".into()), ("tags", own)])
}

#[tokio::test]
async fn default_tags_join_and_leave() {
    let folder = tempfile::tempdir().unwrap();
    let mut first = with_defaults(&folder, tags(&[("env", "dev"), ("team", "video")])).await;
    let own = tags(&[("env", "prod"), ("team", "video"), ("a", "1")]);
    let state = first.apply(CONTAINER, &Value::Null, tagged(own.clone())).await.unwrap();
    assert_eq!(state.attribute("tags_all"), &own, "identical and overriding pairs are both legal");
    let state = first.apply(CONTAINER, &state, tagged(tags(&[("a", "1")]))).await.unwrap();
    assert_eq!(state.attribute("tags_all"), &tags(&[("a", "1"), ("env", "dev"), ("team", "video")]));

    let mut second = with_defaults(&folder, tags(&[("env", "dev")])).await;
    let state = second.apply(CONTAINER, &state, tagged(tags(&[("a", "1")]))).await.unwrap();
    assert_eq!(
        state.attribute("tags_all"),
        &tags(&[("a", "1"), ("env", "dev")]),
        "a default tag taken back is removed"
    );
    let state = second.apply(CONTAINER, &state, tagged(tags(&[]))).await.unwrap();
    let state = second.apply(CONTAINER, &state, container("live")).await.unwrap();
    assert_eq!((state.attribute("tags"), state.attribute("tags_all")), (&Value::Null, &tags(&[("env", "dev")])));
}

#[tokio::test]
async fn ignored_tags_of_others_stay_untouched() {
    let folder = tempfile::tempdir().unwrap();
    let mut ours = with_defaults(&folder, Value::Null).await;
    let state = ours.apply(CONTAINER, &Value::Null, tagged(tags(&[("a", "1")]))).await.unwrap();
    let mut theirs = configured(object(&[("data_dir", path(&folder))])).await;
    let governed = tags(&[("a", "1"), ("owner", "finance"), ("cost:center", "7")]);
    theirs.apply(CONTAINER, &state, tagged(governed.clone())).await.unwrap();

    assert_eq!(ours.read(CONTAINER, &state).await.unwrap(), state, "ignored tags are no drift");
    let state = ours.apply(CONTAINER, &state, tagged(tags(&[("a", "2")]))).await.unwrap();
    assert_eq!(state.attribute("tags_all"), &tags(&[("a", "2")]));
    let seen = theirs.read_data_source(CONTAINER, container("live")).await.unwrap();
    assert_eq!(seen.attribute("tags"), &tags(&[("a", "2"), ("owner", "finance"), ("cost:center", "7")]));
}

#[tokio::test]
async fn unknown_tags_plan_and_apply() {
    let folder = tempfile::tempdir().unwrap();
    let mut terraform = with_defaults(&folder, tags(&[("env", "dev")])).await;
    let partly = Value::map([("a", Value::Unknown), ("b", "2".into()), ("c", Value::Null)]);
    let known = Value::map([("a", "1".into()), ("b", "2".into()), ("c", Value::Null)]);
    let mut state = Value::Null;
    for (at_plan, at_apply) in [
        (partly.clone(), known.clone()),
        (Value::Unknown, known.clone()),
        (partly.clone(), Value::map([("a", "x".into()), ("b", "2".into()), ("c", Value::Null)])),
        (Value::Unknown, Value::Null),
        (Value::map([("env", Value::Unknown)]), tags(&[("env", "dev")])),
    ] {
        let plan = terraform.plan(CONTAINER, &state, tagged(at_plan.clone())).await.unwrap();
        assert!(plan.state.attribute("tags_all").is_unknown());
        state = terraform.apply_when_known(CONTAINER, &state, tagged(at_plan), tagged(at_apply)).await.unwrap();
    }
    assert_eq!(state.attribute("tags_all"), &tags(&[("env", "dev")]));
}

#[tokio::test]
async fn unknown_default_tags_plan() {
    let folder = tempfile::tempdir().unwrap();
    for default in [Value::Unknown, Value::map([("env", Value::Unknown)])] {
        let mut terraform = with_defaults(&folder, default).await;
        let plan = terraform.plan(CONTAINER, &Value::Null, tagged(tags(&[("a", "1")]))).await.unwrap();
        assert!(plan.state.attribute("tags_all").is_unknown());
    }
}

#[tokio::test]
async fn default_tags_count_towards_the_limit() {
    let folder = tempfile::tempdir().unwrap();
    let many = |prefix: &str, n: usize| Value::map((0..n).map(|i| (format!("{prefix}{i}"), Value::from("v"))));
    let mut terraform = with_defaults(&folder, many("d", 20)).await;
    assert!(terraform.plan(CONTAINER, &Value::Null, tagged(many("t", 30))).await.is_ok());
    let messages = terraform.plan(CONTAINER, &Value::Null, tagged(many("t", 31))).await.unwrap_err();
    assert_eq!((the_error(&messages).summary.as_str(), the_error(&messages).path.as_str()), ("Too many tags", "tags"));
}
