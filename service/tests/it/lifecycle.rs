//! Lifecycle policies on objects, with a clock that moves when told.

use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use mediastore_service::{Clock, Config};
use serde_json::json;

use crate::api::Api;
use crate::endpoint::Endpoint;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

async fn standing() -> (Api, Clock, Endpoint) {
    let clock = Clock::standing(Timestamp::UNIX_EPOCH + Duration::from_secs(1_800_000_000));
    let api = Api::with(Config { clock: clock.clone(), ..Config::default() });
    let live = Endpoint::create(&api, "live").await;
    (api, clock, live)
}

/// A policy of rules, each of its paths, its age and its action.
async fn put_policy(api: &Api, rules: &[(&str, &str, &str)]) {
    let rules: Vec<String> = rules
        .iter()
        .map(|(path, age, action)| format!(r#"{{"definition":{{"path":[{path}],{age}}},"action":"{action}"}}"#))
        .collect();
    let policy = format!(r#"{{"rules":[{}]}}"#, rules.join(","));
    api.call("PutLifecyclePolicy", json!({"ContainerName": "live", "LifecyclePolicy": policy})).await.unwrap();
}

fn seconds(op: &str, value: u32) -> String {
    format!(r#""seconds_since_create":[{{"numeric":["{op}",{value}]}}]"#)
}

fn days(op: &str, value: u32) -> String {
    format!(r#""days_since_create":[{{"numeric":["{op}",{value}]}}]"#)
}

const SEGMENTS: &str = r#"{"wildcard":"hls/*.ts"}"#;
const ALL: &str = r#"{"prefix":""}"#;

#[tokio::test]
async fn transient_data_is_readable_unlisted_and_gone_in_time() {
    let (api, clock, live) = standing().await;
    live.put("/hls/before.ts", "").await;
    put_policy(&api, &[(SEGMENTS, &seconds(">", 15), "EXPIRE")]).await;
    for path in ["/hls/a.ts", "/hls/deep/b.ts", "/hls/main.m3u8", "/other/c.ts"] {
        live.put(path, path).await;
    }
    assert_eq!(live.list("").await, ["hls/", "other/"]);
    assert_eq!(live.list("hls").await, ["before.ts", "main.m3u8"], "neither the object nor its folder is listed");
    assert_eq!(live.list("hls/deep").await, [""; 0]);
    clock.advance(Duration::from_millis(15_999));
    assert_eq!(live.get("/hls/a.ts").await.body.as_ref(), b"/hls/a.ts");
    clock.advance(Duration::from_millis(1));
    for path in ["/hls/a.ts", "/hls/deep/b.ts"] {
        for method in ["GET", "HEAD", "DELETE"] {
            let gone = live.send(method, path, &[], b"").await;
            assert_eq!((gone.status, gone.code()), (404, "ObjectNotFoundException"), "{method} {path}");
        }
    }
    // Older than the policy, or not of its paths.
    for path in ["/hls/before.ts", "/hls/main.m3u8", "/other/c.ts"] {
        assert_eq!(live.get(path).await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn the_earliest_rule_counts_and_an_end_once_given_stays() {
    let (api, clock, live) = standing().await;
    let any = r#"{"wildcard":"*"}"#;
    put_policy(&api, &[(any, &seconds(">=", 60), "EXPIRE"), (SEGMENTS, &seconds(">=", 10), "EXPIRE")]).await;
    live.put("/hls/a.ts", "").await;
    live.put("/b", "").await;
    api.call("DeleteLifecyclePolicy", json!({"ContainerName": "live"})).await.unwrap();
    live.put("/c", "").await;
    clock.advance(Duration::from_secs(10));
    assert_eq!(live.get("/hls/a.ts").await.status, 404);
    assert_eq!(live.get("/b").await.status, 200);
    assert_eq!(live.list("").await, ["c"], "what was transient stays so");
    // Put again without a rule, it is an object like others.
    live.put("/b", "").await;
    clock.advance(Duration::from_secs(3600));
    assert_eq!(live.list("").await, ["b", "c"]);
}

#[tokio::test]
async fn a_rule_in_days_acts_on_what_is_there_while_it_is_in_force() {
    let (api, clock, live) = standing().await;
    live.put("/old/a", "").await;
    live.put("/new/a", "").await;
    clock.advance(DAY);
    live.put("/old/b", "").await;
    let rule = days(">=", 2);
    put_policy(&api, &[(r#"{"prefix":"old"}"#, &rule, "EXPIRE"), (ALL, &days(">=", 30), "ARCHIVE")]).await;
    clock.advance(DAY - Duration::from_millis(1));
    assert_eq!(live.list("old").await, ["a", "b"]);
    clock.advance(Duration::from_millis(1));
    assert_eq!(live.get("/old/a").await.code(), "ObjectNotFoundException");
    assert_eq!(live.list("old").await, ["b"]);
    // Replaced, it is a new object.
    live.put("/old/b", "again").await;
    clock.advance(DAY);
    assert_eq!(live.get("/old/b").await.status, 200);
    clock.advance(100 * DAY);
    assert_eq!(live.list("").await, ["new/"]);
    assert_eq!(live.get("/new/a").await.status, 200, "moving to infrequent access takes nothing away");
}

#[tokio::test]
async fn an_empty_container_can_be_deleted_though_nobody_has_swept() {
    let (api, clock, live) = standing().await;
    put_policy(&api, &[(r#"{"wildcard":"*"}"#, &seconds(">=", 10), "EXPIRE")]).await;
    live.put("/a", "").await;
    let name = || json!({"ContainerName": "live"});
    api.refused("DeleteContainer", name(), "ContainerInUseException").await;
    clock.advance(Duration::from_secs(10));
    api.call("DeleteContainer", name()).await.unwrap();
}

/// Files of bodies in a data folder.
fn bodies(folder: &Path) -> usize {
    let folders = std::fs::read_dir(folder.join("objects")).unwrap();
    folders.map(|folder| std::fs::read_dir(folder.unwrap().path()).unwrap().count()).sum()
}

#[tokio::test]
async fn the_sweep_gives_the_space_back() {
    let (api, clock, live) = standing().await;
    let policy = format!(
        r#"{{"rules":[{{"definition":{{"path":[{SEGMENTS}],{}}},"action":"EXPIRE"}},{{"definition":{{"path":[{ALL}],{}}},"action":"EXPIRE"}}]}}"#,
        seconds(">=", 10),
        days(">=", 1)
    );
    let input = json!({"ContainerName": "live", "LifecyclePolicy": policy});
    api.call("PutLifecyclePolicy", input).await.unwrap();
    let mut puts = tokio::task::JoinSet::new();
    for index in 0..1200 {
        let live = live.clone();
        puts.spawn(async move { live.put(&format!("/hls/{index}.ts"), format!("segment {}", index % 30)).await });
    }
    puts.join_all().await;
    live.put("/main", "playlist").await;
    live.put("/copy", "segment 7").await;
    assert_eq!(bodies(api.folder.path()), 31, "equal bodies share a file");
    assert_eq!(api.service.sweep().await, 0);
    clock.advance(Duration::from_secs(10));
    assert_eq!(api.service.sweep().await, 1200);
    assert_eq!(live.get("/copy").await.body.as_ref(), b"segment 7");
    clock.advance(DAY);
    assert_eq!(api.service.sweep().await, 2);
    let Api { folder, store, service, .. } = api;
    drop((live, service));
    store.close().await;
    assert_eq!(bodies(folder.path()), 0);
}
