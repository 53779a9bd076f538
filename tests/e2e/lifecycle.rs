//! The whole life of the resources: made, changed, replaced, imported, destroyed; and a second plan that is empty.

use serde_json::json;

use crate::each_client;

/// One of each resource type, on a container whose name, tag and origin are variables.
const WHOLE: &str = r#"
variable "name" { default = "live-1" }
variable "purpose" { default = "live" }
variable "origin" { default = "https://player.example.com" }

provider "mediastore" {}

resource "mediastore_container" "live" {
  name = var.name
  tags = { purpose = var.purpose }
}

resource "mediastore_container_policy" "live" {
  container_name = mediastore_container.live.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = var.purpose
      Effect    = "Allow"
      Principal = "*"
      Action    = "mediastore:GetObject"
      Resource  = "${mediastore_container.live.arn}/*"
    }]
  })
}

resource "mediastore_cors_policy" "live" {
  container_name = mediastore_container.live.name
  rule {
    allowed_origins = [var.origin]
    allowed_methods = ["GET", "HEAD"]
    allowed_headers = ["*"]
    max_age_seconds = 3000
  }
  rule {
    allowed_origins = ["*"]
    allowed_methods = ["GET"]
  }
}

output "arn" { value = mediastore_container.live.arn }
"#;

#[test]
fn a_whole_life() {
    each_client(|client| {
        let workspace = e2e::Workspace::new(client);
        workspace.main(WHOLE);
        workspace.init().says("Installed mediastore/mediastore v");
        workspace.validate().succeeds().says("The configuration is valid");

        let planned = workspace.run(["plan", "-no-color", "-out=plan"]).succeeds();
        assert!(planned.words().contains("Plan: 3 to add, 0 to change, 0 to destroy"), "{planned}");
        let changes = workspace.show_json(Some("plan"));
        let container = &changes["resource_changes"][0];
        assert_eq!(container["change"]["actions"], json!(["create"]));
        assert_eq!(container["change"]["after"]["tags_all"], json!({ "purpose": "live" }));
        let arn = "arn:aws:mediastore:us-west-2:000000000000:container/live-1";
        assert_eq!(container["change"]["after"]["arn"], json!(arn), "name, account and region say it");
        assert_eq!(container["change"]["after_unknown"]["endpoint"], json!(true));
        workspace.run(["apply", "-no-color", "plan"]).succeeds().says("3 added, 0 changed, 0 destroyed");
        workspace.plan_is_empty();
        assert_eq!(workspace.output("arn"), json!(arn));
        let before = workspace.state("mediastore_container.live");
        assert!(before["endpoint"].as_str().unwrap().starts_with("http://"), "{before}");
        assert!(before["creation_time"].as_str().unwrap().ends_with('Z'), "{before}");

        // In place: the container keeps everything that is its own.
        let purpose = ["apply", "-no-color", "-auto-approve", "-var=purpose=vod", "-var=origin=https://*.example.com"];
        workspace.run(purpose).succeeds().says("0 added, 3 changed, 0 destroyed");
        let after = workspace.state("mediastore_container.live");
        assert_eq!(after["tags"], json!({ "purpose": "vod" }));
        for kept in ["arn", "endpoint", "creation_time"] {
            assert_eq!(after[kept], before[kept]);
        }

        // A new name is a new container, and its policies follow.
        let renamed = workspace.run(["apply", "-no-color", "-auto-approve", "-var=name=live-2"]);
        renamed.succeeds().says("# forces replacement").says("3 added, 0 changed, 3 destroyed");
        assert_ne!(workspace.state("mediastore_container.live")["endpoint"], before["endpoint"]);
        let service = client.mediastored(&workspace.data_dir(), &[]);
        assert_eq!(service.container_names(), ["live-2"]);

        workspace.destroy().says("3 destroyed");
        assert_eq!(service.container_names(), [""; 0]);
        // Destroying nothing is no error.
        workspace.destroy();
    });
}

#[test]
fn what_others_made_is_imported_by_command() {
    each_client(|client| {
        let workspace = client.workspace();
        workspace.main(WHOLE).apply().succeeds();
        std::fs::remove_file(workspace.path().join("terraform.tfstate")).unwrap();
        for kind in ["container", "container_policy", "cors_policy"] {
            let address = format!("mediastore_{kind}.live");
            workspace.import(&address, "live-1").succeeds().says("Import successful");
        }
        workspace.plan_is_empty();

        workspace.run(["state", "rm", "mediastore_container.live"]).succeeds();
        workspace
            .import("mediastore_container.live", "no-such")
            .fails()
            .says("Cannot import non-existent remote object");
        workspace.import("mediastore_container.live", "not a name").fails().says("A container is imported by its name");
        assert_eq!(workspace.addresses(), ["mediastore_container_policy.live", "mediastore_cors_policy.live"]);
    });
}

#[test]
fn what_others_made_is_imported_by_block() {
    each_client(|client| {
        let workspace = client.workspace();
        workspace.main(WHOLE).apply().succeeds();
        std::fs::remove_file(workspace.path().join("terraform.tfstate")).unwrap();
        let block = |kind| format!("import {{\n  to = mediastore_{kind}.live\n  id = \"live-1\"\n}}\n");
        workspace.write("import.tf", &["container", "container_policy", "cors_policy"].map(block).concat());
        workspace.converges().says("3 imported, 0 added, 0 changed, 0 destroyed");
        workspace.destroy();
    });
}

#[test]
fn terraform_writes_the_configuration_of_what_is_imported() {
    each_client(|client| {
        let workspace = client.workspace();
        workspace.main(WHOLE).apply().succeeds();
        std::fs::remove_file(workspace.path().join("terraform.tfstate")).unwrap();
        let block = |kind| format!("import {{\n  to = mediastore_{kind}.found\n  id = \"live-1\"\n}}\n");
        workspace.main(&["container", "container_policy", "cors_policy"].map(block).concat());
        workspace.run(["plan", "-no-color", "-generate-config-out=generated.tf"]).succeeds().says("3 to import");
        workspace.converges().says("3 imported, 0 added, 0 changed, 0 destroyed");
    });
}

#[test]
fn a_name_that_is_taken_is_reported_at_the_name_and_can_be_imported() {
    each_client(|client| {
        let workspace = client.workspace();
        workspace.main(WHOLE).apply().succeeds();
        std::fs::remove_file(workspace.path().join("terraform.tfstate")).unwrap();
        let refused = workspace.apply().fails();
        refused.says("A container of this name exists already").says("name = var.name");
        assert_eq!(workspace.addresses(), [""; 0]);
        workspace.import("mediastore_container.live", "live-1").succeeds();
        workspace.converges();
    });
}

#[test]
fn the_users_spelling_of_a_policy_is_kept_and_another_spelling_is_no_change() {
    const SPELLINGS: [&str; 2] = [
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"mediastore:GetObject","Resource":"arn:aws:mediastore:us-west-2:000000000000:container/vod/*"}}"#,
        r#"
    {
      "Statement": [{
        "Principal": "*", "Effect": "Allow",
        "Resource": ["arn:aws:mediastore:us-west-2:000000000000:container/vod/*"],
        "Action":   ["mediastore:GetObject"]
      }],
      "Version": "2012-10-17"
    }"#,
    ];
    each_client(|client| {
        let workspace = client.workspace();
        let spelled = |policy: &str| {
            let text = format!(
                "resource \"mediastore_container\" \"vod\" {{\n  name = \"vod\"\n}}\n\
                 resource \"mediastore_container_policy\" \"vod\" {{\n  container_name = mediastore_container.vod.name\n  \
                 policy = <<-EOT\n{policy}\nEOT\n}}\n"
            );
            workspace.main(&text);
        };
        spelled(SPELLINGS[0]);
        workspace.converges();
        assert_eq!(workspace.state("mediastore_container_policy.vod")["policy"], json!(format!("{}\n", SPELLINGS[0])));
        spelled(SPELLINGS[1]);
        workspace.plan_is_empty();

        // Somebody puts the same policy in other words: no drift either.
        let service = client.mediastored(&workspace.data_dir(), &[]);
        service.call("PutContainerPolicy", &json!({ "ContainerName": "vod", "Policy": SPELLINGS[1] }));
        workspace.plan_is_empty();
    });
}
