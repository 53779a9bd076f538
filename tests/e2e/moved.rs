//! `moved` from hashicorp/aws: a state that it wrote is taken over, without a call to AWS and without a change.

use e2e::Client;
use std::fs;

use serde_json::json;
use xtask::terraform::Feature;

use crate::each_client;

/// Our resources where those of hashicorp/aws were.
const AFTER: &str = r#"
provider "mediastore" {}

resource "mediastore_container" "live" {
  name = "live_1"
  tags = { Name = "live" }
}

resource "mediastore_container_policy" "live" {
  container_name = mediastore_container.live.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Read"
      Effect    = "Allow"
      Principal = "*"
      Action    = "mediastore:GetObject"
      Resource  = "${mediastore_container.live.arn}/*"
    }]
  })
}
"#;

const MOVES: &str = r#"
moved {
  from = aws_media_store_container.live
  to   = mediastore_container.live
}

moved {
  from = aws_media_store_container_policy.live
  to   = mediastore_container_policy.live
}
"#;

/// A state as hashicorp/aws writes it, from 3.x without and from 6.x with a `region` and identity-less, of containers with these
/// attributes.
fn written_by_aws(container: &serde_json::Value, policy: &str, with_region: bool) -> serde_json::Value {
    let resource = |kind: &str, mut attributes: serde_json::Value, private: &str| {
        if with_region {
            attributes["region"] = json!("us-west-2");
        }
        json!({
            "mode": "managed", "type": kind, "name": "live",
            "provider": "provider[\"registry.terraform.io/hashicorp/aws\"]",
            "instances": [{
                "schema_version": 0, "attributes": attributes, "sensitive_attributes": [], "private": private,
                "dependencies": [],
            }],
        })
    };
    let name = &container["name"];
    let tags = json!({ "Name": "live" });
    json!({
        "version": 4, "terraform_version": "1.9.8", "serial": 7, "lineage": "0a1b2c3d-0000-4000-8000-000000000000",
        "outputs": {}, "check_results": null,
        "resources": [
            resource("aws_media_store_container", json!({
                "id": name, "name": name, "arn": container["arn"], "endpoint": container["endpoint"],
                "tags": tags, "tags_all": tags,
            }), "bnVsbA=="),
            resource("aws_media_store_container_policy", json!({
                "id": name, "container_name": name, "policy": policy,
            }), "bnVsbA=="),
        ],
    })
}

#[test]
fn a_state_of_the_aws_provider_moves_without_a_change() {
    each_client(moves);
}

/// Takes over a state.
pub(crate) fn moves(client: &Client) {
    if !client.terraform.supports(Feature::Moves) {
        return;
    }
    for with_region in [false, true] {
        let workspace = client.workspace();
        // The same objects on our service, as they were on AWS; then a state that only knows the old types.
        workspace.main(AFTER).apply().succeeds();
        let container = workspace.state("mediastore_container.live");
        let policy = workspace.state("mediastore_container_policy.live")["policy"].as_str().unwrap().to_owned();
        let state = written_by_aws(&container, &policy, with_region).to_string();
        fs::write(workspace.path().join("terraform.tfstate"), state).unwrap();
        workspace.main(&format!("{AFTER}{MOVES}"));
        workspace.stand_in_for("hashicorp/aws", "6.0.0");
        workspace.init();

        let plan = workspace.plan().succeeds();
        let plan = plan.says("aws_media_store_container.live").says("has moved to mediastore_container.live");
        plan.says("Plan: 0 to add, 0 to change, 0 to destroy");
        workspace.converges();
        assert_eq!(workspace.addresses(), ["mediastore_container.live", "mediastore_container_policy.live"]);
        let moved = workspace.state("mediastore_container.live");
        for kept in ["arn", "endpoint", "tags", "tags_all", "creation_time"] {
            assert_eq!(moved[kept], container[kept], "{kept}");
        }
        // Nothing of hashicorp/aws is left: the moves may go, and its provider with them.
        assert!(!workspace.state_file().contains("hashicorp/aws"));
        workspace.main(AFTER).plan_is_empty();
        workspace.destroy();
    }
}
