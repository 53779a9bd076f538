//! `tags`, `tags_all`, `default_tags` and `ignore_tags`, also with values that are not known until apply.

use serde_json::json;

use crate::each_client;

#[test]
fn default_tags_are_merged_overridden_and_removed() {
    each_client(|client| {
        let workspace = client.workspace();
        let configuration = |default: &str, own: &str| {
            format!(
                "provider \"mediastore\" {{\n  default_tags {{\n    tags = {default}\n  }}\n}}\n\
                 resource \"mediastore_container\" \"live\" {{\n  name = \"live\"\n  {own}\n}}\n"
            )
        };
        let cases = [
            (r#"{ env = "dev", team = "video" }"#, "", json!(null), json!({ "env": "dev", "team": "video" })),
            (
                r#"{ env = "dev", team = "video" }"#,
                r#"tags = { team = "audio", a = "1" }"#,
                json!({ "team": "audio", "a": "1" }),
                json!({ "env": "dev", "team": "audio", "a": "1" }),
            ),
            // The same tag twice is one tag.
            (r#"{ env = "dev" }"#, r#"tags = { env = "dev" }"#, json!({ "env": "dev" }), json!({ "env": "dev" })),
            (r#"{ env = "prod" }"#, "tags = {}", json!({}), json!({ "env": "prod" })),
            (r#"{ env = "prod" }"#, "tags = { env = null }", json!({ "env": null }), json!({})),
            ("{}", "", json!(null), json!({})),
            ("null", r#"tags = { empty = "" }"#, json!({ "empty": "" }), json!({ "empty": "" })),
        ];
        workspace.main(&configuration(cases[0].0, cases[0].1)).apply().succeeds();
        let service = client.mediastored(&workspace.data_dir(), &[]);
        for (default, own, tags, all) in cases {
            workspace.main(&configuration(default, own)).converges();
            let state = workspace.state("mediastore_container.live");
            assert_eq!((&state["tags"], &state["tags_all"]), (&tags, &all), "default {default}, {own}");
            assert_eq!(service.tags("live"), all, "default {default}, {own}");
        }
    });
}

#[test]
fn tags_that_are_unknown_until_apply() {
    // A terraform_data's output is unknown while it is planned for creation or change.
    const CONFIGURATION: &str = r#"
variable "release" { default = "1" }

resource "terraform_data" "release" {
  input = var.release
}

provider "mediastore" {
  default_tags {
    tags = { release = terraform_data.release.output }
  }
}

resource "mediastore_container" "value" {
  name = "value"
  tags = { build = terraform_data.release.output, fixed = "yes" }
}

resource "mediastore_container" "map" {
  name = "map"
  tags = { for key in ["a", "b"] : key => terraform_data.release.output }
}

resource "mediastore_container" "none" {
  name = "none"
}
"#;
    each_client(|client| {
        let workspace = client.workspace();
        workspace.main(CONFIGURATION).converges();
        for release in ["1", "2"] {
            let variable = format!("-var=release={release}");
            workspace.run(["apply", "-no-color", "-auto-approve", &variable]).succeeds();
            let plan = workspace.run(["plan", "-no-color", "-detailed-exitcode", &variable]);
            assert_eq!(plan.code, 0, "{plan}");
            let all = |name: &str| workspace.state(&format!("mediastore_container.{name}"))["tags_all"].take();
            assert_eq!(all("value"), json!({ "build": release, "fixed": "yes", "release": release }));
            assert_eq!(all("map"), json!({ "a": release, "b": release, "release": release }));
            assert_eq!(all("none"), json!({ "release": release }));
        }
        workspace.destroy();
    });
}

#[test]
fn ignored_tags_are_neither_drift_nor_removed() {
    const CONFIGURATION: &str = r#"
provider "mediastore" {
  default_tags {
    tags = { team = "video" }
  }
  ignore_tags {
    keys         = ["owner"]
    key_prefixes = ["cost:"]
  }
}

resource "mediastore_container" "live" {
  name = "live"
  tags = { purpose = "live" }
}
"#;
    each_client(|client| {
        let workspace = client.workspace();
        workspace.main(CONFIGURATION).apply().succeeds();
        let service = client.mediastored(&workspace.data_dir(), &[]);
        let tags = [("owner", "finance"), ("cost:centre", "42"), ("purpose", "other")];
        let tags = tags.map(|(key, value)| json!({ "Key": key, "Value": value }));
        service.call("TagResource", &json!({ "Resource": service.arn("live"), "Tags": tags }));
        workspace
            .plan()
            .succeeds()
            .says("Plan: 0 to add, 1 to change, 0 to destroy")
            .is_silent_on("finance")
            .is_silent_on("cost:centre");
        workspace.converges();
        let expected = json!({ "owner": "finance", "cost:centre": "42", "purpose": "live", "team": "video" });
        assert_eq!(service.tags("live"), expected);
        let all = workspace.state("mediastore_container.live")["tags_all"].take();
        assert_eq!(all, json!({ "purpose": "live", "team": "video" }));
    });
}
