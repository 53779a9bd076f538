//! States as releases stored them: each plans empty after its upgrade.
//!
//! `tests/states/` holds, for each resource type, a state of schema version 0 in its oldest shape, and the configuration that made it. What
//! is there is never changed: a state that was once stored lies on somebody's disk.

use std::path::Path;

use serde_json::Value as Json;
use tf_plugin::provider::Provider;
use tf_plugin::schema::Schema;
use tf_plugin::value::json::from_json;

use super::*;

fn fixture(type_name: &str) -> (Json, Json) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/states/{type_name}.json"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut fixture: Json = serde_json::from_str(&text).unwrap();
    (fixture["config"].take(), fixture["state"].take())
}

/// A configuration from JSON that leaves things out.
fn configuration(schema: &Schema, config: &Json) -> Value {
    let Value::Object(mut fields) = from_json(&schema.ty(), config).unwrap() else { panic!("an object") };
    // Absent blocks are the harness's to fill in.
    fields.retain(|_, value| !value.is_null());
    Value::Object(fields)
}

#[tokio::test]
async fn every_state_of_version_0_plans_empty() {
    let (_folder, mut terraform) = embedded().await;
    for resource in MediaStore.resources() {
        let (name, schema) = (resource.name(), resource.schema());
        let (config, state) = fixture(name);
        let upgraded = terraform.upgrade(name, 0, &state).await.unwrap();
        let planned = terraform.plan(name, &upgraded, configuration(schema, &config)).await.unwrap();
        assert_eq!(planned.state, upgraded, "{name}");
        assert_eq!(planned.requires_replace, [""; 0], "{name}");
        let messages = terraform.upgrade(name, schema.version + 1, &state).await.unwrap_err();
        assert_eq!(the_error(&messages).summary, "Unknown state version", "{name}");
    }
}

#[tokio::test]
async fn a_state_with_what_was_taken_away_since_is_read_without_it() {
    let (_folder, mut terraform) = embedded().await;
    let (_, mut state) = fixture(CONTAINER);
    state["once_there"] = "x".into();
    let upgraded = terraform.upgrade(CONTAINER, 0, &state).await.unwrap();
    assert_eq!(upgraded.attribute("name"), &"live".into());
}
