//! Objects with real Terraform: their life, their drift, secrets that leave no trace, actions, signed URLs, and what goes with a
//! container.

use e2e::Client;
use serde_json::json;
use xtask::terraform::Feature;

use crate::each_client;

const OBJECT: &str = r#"
provider "mediastore" {}

variable "text" { default = "one" }

resource "mediastore_container" "live" {
  name = "live"
}

resource "mediastore_object" "page" {
  container_name = mediastore_container.live.name
  path           = "pages/index.html"
  content        = var.text
}

resource "mediastore_object" "file" {
  container_name = mediastore_container.live.name
  path           = "files/a.ts"
  source         = "a.ts"
  cache_control  = "max-age=2"
}

data "mediastore_objects" "all" {
  container_name = mediastore_container.live.name
  depends_on     = [mediastore_object.page, mediastore_object.file]
}

output "paths" { value = data.mediastore_objects.all.paths }
"#;

#[test]
fn an_object_is_made_changed_imported_and_destroyed() {
    each_client(|client| {
        let workspace = client.workspace();
        workspace.main(OBJECT).write("a.ts", "segment");
        workspace.converges().says("3 added");
        assert_eq!(workspace.output("paths"), json!(["files/a.ts", "pages/index.html"]));
        let page = workspace.state("mediastore_object.page");
        assert_eq!((&page["content_type"], &page["size"]), (&json!("text/html"), &json!(3)));

        workspace.run(["apply", "-no-color", "-auto-approve", "-var=text=two!"]).succeeds().says("1 changed");
        workspace.write("a.ts", "another segment");
        workspace.run(["plan", "-no-color", "-var=text=two!"]).succeeds().says("0 to add, 1 to change, 0 to destroy");
        workspace.run(["apply", "-no-color", "-auto-approve", "-var=text=two!"]).succeeds().says("1 changed");
        assert_eq!(workspace.state("mediastore_object.file")["size"], json!(15));

        workspace.run(["state", "rm", "mediastore_object.page"]).succeeds();
        workspace
            .run(["import", "-no-color", "-var=text=two!", "mediastore_object.page", "live/pages/index.html"])
            .succeeds();
        workspace.run(["apply", "-no-color", "-auto-approve", "-var=text=two!"]).succeeds();
        let again = workspace.run(["plan", "-no-color", "-detailed-exitcode", "-var=text=two!"]);
        assert_eq!(again.code, 0, "{again}");
        workspace.destroy().says("3 destroyed");
    });
}

#[test]
fn a_source_that_is_too_large_or_missing_is_said_at_plan() {
    each_client(|client| {
        let workspace = client.workspace();
        workspace.main(OBJECT);
        workspace.plan().succeeds().says("The source is missing").says("`a.ts` does not exist yet");
        workspace.apply().fails().says("Unreadable source").says("source = \"a.ts\"");
        std::fs::File::create(workspace.path().join("a.ts")).unwrap().set_len(26_214_401).unwrap();
        workspace.plan().fails().says("The object is too large");
    });
}

/// Told apart from anything else.
const SECRET: &str = "a-secret-that-must-not-be-seen";

#[test]
fn write_only_content_leaves_no_trace() {
    each_client(write_only);
}

/// Puts content that is never stored; a client that would store it is refused.
pub(crate) fn write_only(client: &Client) {
    let mut workspace = client.workspace();
    // A client that cannot store nothing does not know ephemeral variables either.
    let can = client.terraform.supports(Feature::WriteOnly);
    let ephemeral = if can { "ephemeral = true" } else { "" };
    workspace.main(&format!(
        "variable \"secret\" {{\n  type = string\n  {ephemeral}\n}}\nresource \"mediastore_container\" \"live\" {{\n  name = \
         \"live\"\n}}\nresource \"mediastore_object\" \"key\" {{\n  container_name = mediastore_container.live.name\n  path = \
         \"key.txt\"\n  content_wo = var.secret\n  content_wo_version = 1\n}}\n"
    ));
    workspace.set("TF_VAR_secret", SECRET);
    if !can {
        workspace.plan().fails().says("Write-only arguments are not supported by this client");
        return;
    }
    workspace.set("TF_LOG", "TRACE");
    let plan = workspace.run(["plan", "-no-color", "-out=plan"]).succeeds();
    let shown = workspace.run(["show", "-json", "plan"]).succeeds();
    let applied = workspace.run(["apply", "-no-color", "plan"]).succeeds();
    workspace.plan_is_empty();
    for (place, text) in [
        ("plan", plan.to_string()),
        ("plan file", shown.to_string()),
        ("apply", applied.to_string()),
        ("state", workspace.state_file()),
    ] {
        assert!(!text.contains(SECRET), "the secret is in the {place}");
    }
    // It is in the container all the same.
    let stored = walk(&workspace.data_dir()).into_iter().any(|file| {
        std::fs::read(file).is_ok_and(|bytes| bytes.windows(SECRET.len()).any(|window| window == SECRET.as_bytes()))
    });
    assert!(stored);
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}

#[test]
fn a_container_with_objects_is_destroyed_only_by_force() {
    each_client(|client| {
        let workspace = client.workspace();
        let container =
            |force: &str| format!("resource \"mediastore_container\" \"live\" {{\n  name = \"live\"\n  {force}\n}}\n");
        let objects = "resource \"mediastore_object\" \"segment\" {\n  count = 12\n  container_name = mediastore_container.live.name\n  \
                       path = \"live/${count.index}.ts\"\n  content = \"x\"\n}\n";
        workspace.main(&format!("{}{objects}", container(""))).apply().succeeds();
        // Written by somebody else, as far as Terraform knows.
        workspace.main(&container(""));
        workspace.run(["state", "rm", "mediastore_object.segment"]).succeeds();
        workspace
            .run(["destroy", "-no-color", "-auto-approve"])
            .fails()
            .says("still holds objects")
            .says("force_destroy");
        workspace.main(&container("force_destroy = true")).apply().succeeds().says("1 changed");
        workspace.destroy().says("1 destroyed");
    });
}

#[test]
fn actions_put_and_purge() {
    each_client(actions);
}

/// Invokes actions, triggered and on request.
pub(crate) fn actions(client: &Client) {
    if !client.terraform.supports(Feature::Actions) {
        return;
    }
    let workspace = client.workspace();
    let list = "data \"mediastore_objects\" \"all\" {\n  container_name = mediastore_container.live.name\n}\n\
                output \"paths\" {\n  value = data.mediastore_objects.all.paths\n}\n";
    workspace.main(&format!(
        "resource \"mediastore_container\" \"live\" {{\n  name = \"live\"\n  lifecycle {{\n    action_trigger {{\n      events = \
         [after_create]\n      actions = [action.mediastore_put.slate]\n    }}\n  }}\n}}\n\
         action \"mediastore_put\" \"slate\" {{\n  config {{\n    container_name = \"live\"\n    path = \"live/index.m3u8\"\n    \
         content = \"#EXTM3U\"\n  }}\n}}\n\
         action \"mediastore_purge\" \"all\" {{\n  config {{\n    container_name = \"live\"\n  }}\n}}\n{list}"
    ));
    let applied = workspace.apply().succeeds();
    applied.says("`live/index.m3u8` is in `live`: 7 bytes, application/vnd.apple.mpegurl");
    workspace.apply().succeeds();
    assert_eq!(workspace.output("paths"), json!(["live/index.m3u8"]));
    let purged =
        workspace.run(["apply", "-no-color", "-auto-approve", "-invoke=action.mediastore_purge.all"]).succeeds();
    purged.says("1 objects of `live` deleted, all there were");
    workspace.apply().succeeds();
    assert_eq!(workspace.output("paths"), json!([]));
}
