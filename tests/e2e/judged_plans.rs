//! The linter as a gate between a real plan and its apply: by a pipe, and by the script that users copy.

use std::path::Path;

use e2e::Client;
use e2e::workspace::Workspace;

use crate::{BUILT, each_client};

/// A policy that lets these principals write, with a value that only apply knows beside it.
const CONFIGURATION: &str = r#"
variable "principal" {}

resource "terraform_data" "late" {
  input = "late"
}

resource "mediastore_container" "live" {
  name = "live"
  tags = { Late = terraform_data.late.id }
}

resource "mediastore_container_policy" "live" {
  container_name = mediastore_container.live.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Upload"
      Effect    = "Allow"
      Principal = { AWS = var.principal }
      Action    = ["mediastore:PutObject", "mediastore:DescribeObject"]
      Resource  = "${mediastore_container.live.arn}/*"
      Condition = { Bool = { "aws:SecureTransport" = "true" } }
    }]
  })
}
"#;

const ANYBODY: &str = "*";
const OWNER: &str = "arn:aws:iam::000000000000:role/encoder";

/// A workspace in which the principals are these, and `terraform` and `mediastore-lint` are on the path.
fn workspace<'c>(client: &'c Client, principal: &str) -> Workspace<'c> {
    let mut workspace = client.workspace();
    workspace.main(CONFIGURATION);
    workspace.set("TF_VAR_principal", principal).put_on_path("mediastore-lint", BUILT.linter);
    workspace
}

#[test]
fn a_plan_is_judged_through_a_pipe() {
    let pipe = "terraform plan -input=false -out=p >log && terraform show -json p | mediastore-lint --allow no-cors-for-players -";
    each_client(|client| {
        let refused = workspace(client, ANYBODY).shell(pipe).fails();
        let refused = refused.says("error[public-write]: anybody can upload and overwrite objects");
        refused.says("mediastore_container_policy.live").says("proof: curl");

        let passed = workspace(client, OWNER).shell(pipe).succeeds();
        passed.says("1 container and 1 document in 1 file").is_silent_on("error[");
    });
}

#[test]
fn the_script_applies_only_what_was_judged() {
    let script = Path::new(BUILT.tests).parent().unwrap().join("examples/ci/plan-gate.sh");
    let script = script.to_str().unwrap();
    each_client(|client| {
        let guarded = workspace(client, ANYBODY);
        guarded.shell(script).fails().says("public-write").is_silent_on("Apply complete");
        assert_eq!(guarded.addresses(), [""; 0], "nothing at all is applied");

        let open = workspace(client, OWNER);
        open.shell(script).succeeds().says("Apply complete! Resources: 3 added");
        open.plan_is_empty();
        open.destroy();
    });
}
