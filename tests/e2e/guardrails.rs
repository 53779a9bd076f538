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

/// Rules of each family that look at a container, what they are configured by, and a container that breaks each.
const OF_CONTAINERS: &str = r#"
[rules]
name-pattern = "error"
name-environment-mismatch = "error"
name-not-portable = "error"
tag-missing = "error"
tag-value = "error"
tag-case-clash = "error"
access-logging-off = "error"
force-destroy-in-production = "error"

[naming]
template = "{org}-{env}"

[naming.parts]
org = ["acme"]
env = ["dev", "prod"]

[tags.required.Owner]

[tags.required.Stage]
values = ["dev", "prod"]
"#;

const BREAKS_THEM: &str = r#"
resource "mediastore_container" "live" {
  name          = "player_prod"
  force_destroy = true
  tags = {
    owner = "video"
    Stage = "production"
  }
}
"#;

#[test]
fn naming_tags_and_hygiene_are_refused_in_the_linters_words() {
    each_client(|client| {
        let workspace = client.workspace();
        let provider = "provider \"mediastore\" {\n  guardrails {\n  }\n}\n";
        workspace.write("mediastore-lint.toml", OF_CONTAINERS).main(&format!("{provider}{BREAKS_THEM}"));
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_e2e-lint"))
            .args(["check", "--format", "json", "main.tf"])
            .current_dir(workspace.path())
            .output()
            .unwrap();
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let findings = report["findings"].as_array().unwrap();
        let mut refused = workspace.plan().fails();
        let mut families = std::collections::BTreeSet::new();
        for finding in findings.iter().filter(|finding| finding["severity"] == "error") {
            let (rule, message) = (finding["rule"].as_str().unwrap(), finding["message"].as_str().unwrap());
            refused = refused.says(&format!("Error: {rule}: {message}"));
            families.insert(rule);
        }
        for rule in ["name-pattern", "tag-missing", "tag-value", "access-logging-off", "force-destroy-in-production"] {
            assert!(families.contains(rule), "{rule} is not found by the linter: {report:#}");
        }
        refused.says("on main.tf line").says("in resource \"mediastore_container\" \"live\"");
        workspace.apply().fails();
        assert_eq!(workspace.addresses(), [""; 0]);
        let fixed = "resource \"mediastore_container\" \"live\" {\n  name = \"acme-prod\"\n  access_logging_enabled = true\n  \
                     tags = {\n    Owner = \"video\"\n    Stage = \"prod\"\n  }\n}\n";
        workspace.main(&format!("{provider}{fixed}")).converges();
    });
}
