//! Objects: made, changed, drifted, imported, listed, purged; and containers that are destroyed with theirs.

use super::*;

const OBJECT: &str = "mediastore_object";

fn config(more: &[(&str, Value)]) -> Value {
    let mut fields = vec![("container_name", Value::from("live")), ("path", "hls/index.m3u8".into())];
    fields.extend(more.iter().cloned());
    object(&fields)
}

/// A provider with the container `live`.
async fn with_container() -> (TempDir, Harness) {
    let (folder, mut terraform) = embedded().await;
    terraform.apply(CONTAINER, &Value::Null, container("live")).await.unwrap();
    (folder, terraform)
}

async fn stored(terraform: &mut Harness, path: &str) -> Value {
    let config = object(&[("container_name", "live".into()), ("path", path.into()), ("with_content", true.into())]);
    terraform.read_data_source(OBJECT, config).await.unwrap()
}

#[tokio::test]
async fn an_object_lives_and_its_type_goes_by_its_path() {
    let (folder, mut terraform) = with_container().await;
    let state = terraform.apply(OBJECT, &Value::Null, config(&[("content", "#EXTM3U".into())])).await.unwrap();
    for (name, expected) in [
        ("content_type", Value::from("application/vnd.apple.mpegurl")),
        ("content_sha256", "00691126fdad8bc78e8720731ae14addc22e3517d920000fd9979395c86c7bdb".into()),
        ("size", 7.into()),
        ("storage_class", "TEMPORAL".into()),
        ("cache_control", Value::Null),
        ("arn", "arn:aws:mediastore:us-west-2:000000000000:container/live/hls/index.m3u8".into()),
    ] {
        assert_eq!(state.attribute(name), &expected, "{name}");
    }
    let seen = stored(&mut terraform, "hls/index.m3u8").await;
    for same in ["content_type", "content_sha256", "etag", "size"] {
        assert_eq!(seen.attribute(same), state.attribute(same), "{same}");
    }
    assert_eq!(seen.attribute("content"), &"#EXTM3U".into());

    // From text to a file, with a header; in place.
    let file = folder.path().join("next.m3u8");
    std::fs::write(&file, "#EXTM3U\n#next").unwrap();
    let by_file = || config(&[("source", file.to_str().unwrap().into()), ("cache_control", "max-age=2".into())]);
    let state = terraform.apply(OBJECT, &state, by_file()).await.unwrap();
    let seen = stored(&mut terraform, "hls/index.m3u8").await;
    assert_eq!(seen.attribute("content"), &"#EXTM3U\n#next".into());
    assert_eq!(seen.attribute("cache_control"), &"max-age=2".into());

    // The same configuration with other bytes in the file is a change.
    std::fs::write(&file, "#EXTM3U\n#last").unwrap();
    let planned = terraform.plan(OBJECT, &state, by_file()).await.unwrap();
    assert_ne!(planned.state.attribute("content_sha256"), state.attribute("content_sha256"));
    assert_eq!(planned.state.attribute("etag"), &Value::Unknown);
    assert!(planned.requires_replace.is_empty());
    let state = terraform.apply(OBJECT, &state, by_file()).await.unwrap();
    assert_eq!(stored(&mut terraform, "hls/index.m3u8").await.attribute("content"), &"#EXTM3U\n#last".into());

    // Another path is another object.
    let moved =
        object(&[("container_name", "live".into()), ("path", "b.bin".into()), ("content_base64", "AAEC".into())]);
    let planned = terraform.plan(OBJECT, &state, moved.clone()).await.unwrap();
    assert_eq!(planned.requires_replace, ["path"]);
    let state = terraform.apply(OBJECT, &state, moved).await.unwrap();
    assert_eq!(state.attribute("content_type"), &"application/octet-stream".into());
    terraform.destroy(OBJECT, &state).await.unwrap();
    assert!(terraform.read(OBJECT, &state).await.unwrap().is_null());
    terraform.destroy(OBJECT, &state).await.unwrap();
}

#[tokio::test]
async fn what_somebody_else_wrote_is_seen_by_its_hash_and_put_right() {
    let (folder, mut terraform) = with_container().await;
    let state = terraform.apply(OBJECT, &Value::Null, config(&[("content", "ours".into())])).await.unwrap();
    let mut other = configured(object(&[("data_dir", path(&folder))])).await;
    let theirs = config(&[("content", "theirs".into()), ("content_type", "text/plain".into())]);
    let written = other.apply(OBJECT, &state, theirs).await.unwrap();

    let drifted = terraform.read(OBJECT, &state).await.unwrap();
    for seen in ["content_sha256", "etag", "size", "content_type"] {
        assert_eq!(drifted.attribute(seen), written.attribute(seen), "{seen}");
    }
    let mended = terraform.apply(OBJECT, &drifted, config(&[("content", "ours".into())])).await.unwrap();
    assert_eq!(mended.attribute("etag"), state.attribute("etag"), "the same bytes have the same mark");
    other.destroy(OBJECT, &mended).await.unwrap();
    assert!(terraform.read(OBJECT, &mended).await.unwrap().is_null());
}

#[tokio::test]
async fn write_only_content_is_in_no_state_and_goes_by_its_version() {
    let (folder, mut terraform) = with_container().await;
    let secret =
        |text: &str, version: i64| config(&[("content_wo", text.into()), ("content_wo_version", version.into())]);
    let state = terraform.apply(OBJECT, &Value::Null, secret("hidden-1", 1)).await.unwrap();
    assert!(!format!("{state:?}").contains("hidden"), "{state:?}");
    assert_eq!(state.attribute("content_sha256"), &Value::Null, "a hash of a short secret gives it away");
    assert_eq!(stored(&mut terraform, "hls/index.m3u8").await.attribute("content"), &"hidden-1".into());

    // Other content without another version is not seen, as it cannot be.
    let same = terraform.plan(OBJECT, &state, secret("hidden-2", 1)).await.unwrap();
    assert_eq!(same.state, state);
    let state = terraform.apply(OBJECT, &state, secret("hidden-2", 2)).await.unwrap();
    assert_eq!(stored(&mut terraform, "hls/index.m3u8").await.attribute("content"), &"hidden-2".into());

    let mut other = configured(object(&[("data_dir", path(&folder))])).await;
    other.apply(OBJECT, &state, config(&[("content", "theirs".into())])).await.unwrap();
    let drifted = terraform.read(OBJECT, &state).await.unwrap();
    assert_eq!(drifted.attribute("content_wo_version"), &Value::Null);
    terraform.apply(OBJECT, &drifted, secret("hidden-2", 2)).await.unwrap();
    assert_eq!(stored(&mut terraform, "hls/index.m3u8").await.attribute("content"), &"hidden-2".into());
}

#[tokio::test]
async fn an_object_is_imported_with_and_without_its_content() {
    let (_folder, mut terraform) = with_container().await;
    let state = terraform.apply(OBJECT, &Value::Null, config(&[("content", "#EXTM3U".into())])).await.unwrap();
    let imported = terraform.import(OBJECT, "live/hls/index.m3u8").await.unwrap();
    assert_eq!(imported.attribute("content_sha256"), state.attribute("content_sha256"));
    let identity = terraform.identity(OBJECT, &state).await;
    assert_eq!(terraform.import_by_identity(OBJECT, &identity).await.unwrap(), imported);

    // Managed without content, only what is said about it changes.
    assert_eq!(terraform.plan(OBJECT, &imported, config(&[])).await.unwrap().state, imported);
    let cached = terraform.apply(OBJECT, &imported, config(&[("cache_control", "no-store".into())])).await.unwrap();
    assert_eq!(cached.attribute("content_sha256"), state.attribute("content_sha256"));
    let seen = stored(&mut terraform, "hls/index.m3u8").await;
    assert_eq!((seen.attribute("content"), seen.attribute("cache_control")), (&"#EXTM3U".into(), &"no-store".into()));
    // The content that is there already is not put again.
    let with = config(&[("content", "#EXTM3U".into()), ("cache_control", "no-store".into())]);
    let planned = terraform.plan(OBJECT, &cached, with).await.unwrap();
    assert_eq!(planned.state.attribute("etag"), cached.attribute("etag"));

    for wrong in ["live", "live/", "/a", "live//a", "li ve/a"] {
        let messages = terraform.import(OBJECT, wrong).await.unwrap_err();
        assert!(the_error(&messages).detail.contains("`container/path`"), "{wrong}: {messages:?}");
    }
}

#[tokio::test]
async fn what_cannot_be_put_is_refused_at_plan() {
    let (folder, mut terraform) = with_container().await;
    let large = folder.path().join("large");
    std::fs::File::create(&large).unwrap().set_len(26_214_401).unwrap();
    let large = Value::from(large.to_str().unwrap());
    for (fields, path, words) in [
        (vec![], "", "only an object that is imported"),
        (vec![("content", Value::from("a")), ("source", "b".into())], "content", "given twice"),
        (vec![("content", "a".into()), ("content_wo", "b".into())], "content_wo", "given twice"),
        (vec![("content_wo", "b".into())], "content_wo_version", "raise it with every change"),
        (vec![("content_base64", "!".into())], "content_base64", "ot base64"),
        (vec![("source", large)], "source", "at most 26214400 bytes"),
        (vec![("content", "a".into()), ("path", "/a".into())], "path", "no empty name"),
        (vec![("content", "a".into()), ("content_type", "a;b".into())], "content_type", "Content type"),
        (vec![("content", "a".into()), ("cache_control", "a\nb".into())], "cache_control", "visible ASCII"),
        (vec![("content", "a".into()), ("storage_class", "GLACIER".into())], "storage_class", "TEMPORAL"),
    ] {
        let mut all = vec![("container_name", Value::from("live")), ("path", "a".into())];
        all.retain(|(name, _)| fields.iter().all(|(given, _)| given != name));
        all.extend(fields);
        let messages = terraform.plan(OBJECT, &Value::Null, object(&all)).await.unwrap_err();
        assert!(
            messages.iter().any(|m| m.is_error && m.path == path && m.detail.contains(words)),
            "{path}: {messages:?}"
        );
    }
}

#[tokio::test]
async fn content_that_is_made_during_apply_is_unknown_at_plan() {
    let (folder, mut terraform) = with_container().await;
    let unknown = config(&[("content", Value::Unknown)]);
    let planned = terraform.plan(OBJECT, &Value::Null, unknown.clone()).await.unwrap();
    assert_eq!(planned.state.attribute("content_sha256"), &Value::Unknown);
    let known = config(&[("content", "later".into())]);
    terraform.apply_when_known(OBJECT, &Value::Null, unknown, known).await.unwrap();

    let file = folder.path().join("later");
    let by_file = config(&[("source", file.to_str().unwrap().into())]);
    let planned = terraform.plan(OBJECT, &Value::Null, by_file).await.unwrap();
    assert_eq!(planned.state.attribute("content_sha256"), &Value::Unknown);
    let [warning] = planned.messages.as_slice() else { panic!("{:?}", planned.messages) };
    assert!(
        !warning.is_error && warning.path == "source" && warning.detail.contains("does not exist yet"),
        "{warning:?}"
    );
}

#[tokio::test]
async fn objects_are_listed_with_their_folders_and_by_prefix() {
    let (_folder, mut terraform) = with_container().await;
    for path in ["b.ts", "a/x/1.ts", "a/2.ts", "ab/3.ts"] {
        let config = object(&[("container_name", "live".into()), ("path", path.into()), ("content", path.into())]);
        terraform.apply(OBJECT, &Value::Null, config).await.unwrap();
    }
    for (prefix, expected) in [
        ("", vec!["a/2.ts", "a/x/1.ts", "ab/3.ts", "b.ts"]),
        ("a", vec!["a/2.ts", "a/x/1.ts", "ab/3.ts"]),
        ("a/", vec!["a/2.ts", "a/x/1.ts"]),
        ("a/x/1", vec!["a/x/1.ts"]),
        ("a/x/1.ts/", vec![]),
        ("none/", vec![]),
    ] {
        let of = || object(&[("container_name", "live".into()), ("path_prefix", prefix.into())]);
        let found = terraform.read_data_source("mediastore_objects", of()).await.unwrap();
        let paths = Value::List(expected.iter().map(|path| Value::from(*path)).collect());
        assert_eq!(found.attribute("paths"), &paths, "{prefix}");
        let listed = terraform.list(OBJECT, of(), 100, true).await.unwrap();
        let names: Vec<&str> = listed.iter().map(|(listed, _)| &listed.display_name["live/".len()..]).collect();
        assert_eq!(names, expected);
    }
}

#[tokio::test]
async fn a_container_is_destroyed_with_its_objects_only_if_that_is_asked_for() {
    let (_folder, mut terraform) = embedded().await;
    let forced = |force: bool| object(&[("name", "live".into()), ("force_destroy", force.into())]);
    let state = terraform.apply(CONTAINER, &Value::Null, forced(false)).await.unwrap();
    for index in 0..25 {
        let path = format!("a/{index}.ts");
        let config =
            object(&[("container_name", "live".into()), ("path", path.as_str().into()), ("content", "x".into())]);
        terraform.apply(OBJECT, &Value::Null, config).await.unwrap();
    }
    let refused = terraform.destroy(CONTAINER, &state).await.unwrap_err();
    assert!(the_error(&refused.messages).detail.contains("`force_destroy = true`"), "{refused:?}");
    assert_eq!(refused.state, state);
    let state = terraform.apply(CONTAINER, &state, forced(true)).await.unwrap();
    terraform.destroy(CONTAINER, &state).await.unwrap();

    // A container of the same name is another one, with another endpoint.
    terraform.apply(CONTAINER, &Value::Null, forced(true)).await.unwrap();
    let object = terraform.apply(OBJECT, &Value::Null, config(&[("content", "x".into())])).await.unwrap();
    assert_eq!(terraform.read(OBJECT, &object).await.unwrap(), object);
}

#[tokio::test]
async fn actions_put_and_purge_and_tell_what_they_did() {
    let (_folder, mut terraform) = with_container().await;
    let put =
        |path: &str| object(&[("container_name", "live".into()), ("path", path.into()), ("content", "slate".into())]);
    for path in ["a/1.ts", "a/2.ts", "b.ts"] {
        let (said, ended) = terraform.invoke("mediastore_put", put(path)).await;
        assert_eq!(ended, Ok(vec![]));
        assert_eq!(said, [format!("`{path}` is in `live`: 5 bytes, video/mp2t")]);
    }
    let purge = |prefix: Value| object(&[("container_name", "live".into()), ("path_prefix", prefix)]);
    let (said, ended) = terraform.invoke("mediastore_purge", purge("a/".into())).await;
    assert_eq!(ended, Ok(vec![]));
    assert_eq!(said.last().unwrap(), "2 objects of `live` deleted, all there were");
    let all =
        terraform.read_data_source("mediastore_objects", object(&[("container_name", "live".into())])).await.unwrap();
    assert_eq!(all.attribute("paths"), &Value::List(vec!["b.ts".into()]));
    terraform.invoke("mediastore_purge", purge(Value::Null)).await.1.unwrap();
    terraform.invoke("mediastore_purge", purge(Value::Null)).await.1.unwrap();

    let nothing = object(&[("container_name", "live".into()), ("path", "a".into())]);
    let (_, ended) = terraform.invoke("mediastore_put", nothing).await;
    assert_eq!(the_error(&ended.unwrap_err()).summary, "No content");
    let absent = object(&[("container_name", "absent".into())]);
    let (_, ended) = terraform.invoke("mediastore_purge", absent).await;
    assert!(the_error(&ended.unwrap_err()).detail.contains("The container does not exist"));
}

#[tokio::test]
async fn a_signed_request_names_the_object_and_when_it_ends() {
    let (_folder, mut terraform) = with_container().await;
    let of = |more: &[(&str, Value)]| {
        let mut fields = vec![("container_name", Value::from("live")), ("path", "a/b=1.ts".into())];
        fields.extend(more.iter().cloned());
        object(&fields)
    };
    let open = terraform.open("mediastore_signed_request", of(&[("valid_for", "15m".into())])).await.unwrap();
    let url = open.attribute("url").as_str().unwrap().to_owned();
    for part in [
        ".data.localhost:8474/a/b%3D1.ts?",
        "X-Amz-Expires=900",
        "X-Amz-Signature=",
        "us-west-2%2Fmediastore%2Faws4_request",
    ] {
        assert!(url.contains(part), "no {part:?} in {url}");
    }
    assert!(open.attribute("expires_at").as_str().unwrap().ends_with('Z'));
    for (name, wrong) in [("method", "POST"), ("valid_for", "200h"), ("valid_for", "0s"), ("path", "/a")] {
        let mut fields = vec![("container_name", Value::from("live")), ("path", "a".into())];
        fields.retain(|(given, _)| *given != name);
        fields.push((name, wrong.into()));
        let messages = terraform.open("mediastore_signed_request", object(&fields)).await.unwrap_err();
        assert_eq!(the_error(&messages).path, name);
    }
}
