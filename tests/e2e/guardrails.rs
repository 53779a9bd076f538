//! Guardrails: what the organisation forbids cannot be applied, and the message says why, where, and by which request.

use crate::each_client;
use e2e::Client;

const CONFIGURATION: &str = r#"
provider "mediastore" {
  guardrails {
    config = "mediastore-lint.toml"
  }
}

variable "action" { default = "mediastore:PutObject" }

resource "terraform_data" "late" {
  input = var.action
}

resource "mediastore_container" "live" {
  name = "live"
}

resource "mediastore_container_policy" "live" {
  container_name = mediastore_container.live.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = ACTION
      Resource  = "${mediastore_container.live.arn}/*"
      Condition = { Bool = { "aws:SecureTransport" = "true" } }
    }]
  })
}
"#;

const RULES: &str = "[rules]\npublic-write = \"error\"\n";

#[test]
fn a_policy_that_lets_outsiders_write_cannot_be_applied() {
    each_client(guardrails);
}

/// Refuses, allows, refuses again.
pub(crate) fn guardrails(client: &Client) {
    let workspace = client.workspace();
    workspace.write("mediastore-lint.toml", RULES);
    workspace.main(&CONFIGURATION.replace("ACTION", "var.action"));
    let refused = workspace.plan().fails();
    let refused = refused.says("Error: public-write: anybody can upload and overwrite objects");
    let refused = refused.says("on main.tf line").says("in resource \"mediastore_container_policy\" \"live\"");
    let refused =
        refused.says("A request that gets through:").says("principal = *").says("action = mediastore:PutObject");
    refused.says("mediastore-lint explain public-write");
    workspace.apply().fails();
    assert_eq!(workspace.addresses(), [""; 0], "nothing at all is applied");

    // What is allowed goes through, and can be changed back to nothing worse.
    workspace.run(["apply", "-no-color", "-auto-approve", "-var=action=mediastore:GetObject"]).succeeds();
    workspace.apply().fails().says("public-write");

    // What was there before the rules is warned about, and does not stand in the way of other changes, nor of its own end.
    workspace.write("mediastore-lint.toml", "[rules]\npublic-write = \"off\"\n").apply().succeeds();
    workspace.write("mediastore-lint.toml", RULES);
    workspace.plan().succeeds().says("Warning: public-write").says("No changes");
    workspace.destroy();
}

#[test]
fn what_is_known_only_at_apply_is_judged_then() {
    each_client(|client| {
        let workspace = client.workspace();
        workspace.write("mediastore-lint.toml", RULES);
        workspace.main(&CONFIGURATION.replace("ACTION", "terraform_data.late.output"));
        workspace.plan().succeeds().is_silent_on("public-write");
        workspace.apply().fails().says("Error: public-write: anybody can upload and overwrite objects");
        let applied = workspace.addresses();
        assert!(!applied.contains(&"mediastore_container_policy.live".to_owned()), "{applied:?}");
    });
}

#[test]
fn the_block_decides_what_fails_and_a_broken_configuration_is_said_where_it_is_named() {
    each_client(|client| {
        let workspace = client.workspace();
        workspace.write("mediastore-lint.toml", RULES);
        let never =
            CONFIGURATION.replace("ACTION", "var.action").replace("toml\"\n", "toml\"\n    fail_on = \"never\"\n");
        workspace.main(&never).plan().succeeds().says("Warning: public-write");
        workspace.write("mediastore-lint.toml", "[rules]\npublic-wriet = \"error\"\n");
        workspace.plan().fails().says("Unusable guardrails").says("public-wriet").says("mediastore-lint.toml");
        workspace.remove("mediastore-lint.toml").plan().fails().says("Cannot read the configuration");
    });
}
