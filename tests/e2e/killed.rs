//! Processes that die in the middle: the provider, Terraform, and both on Ctrl-C. Nothing is orphaned, neither a
//! container nor a process, and the next apply converges.

use e2e::process::eventually;
use e2e::{Mediastored, Workspace};
use rustix::process::Signal;
use serde_json::json;

use crate::each_client;

const CONFIGURATION: &str = r#"
resource "mediastore_container" "live" {
  count = 3
  name  = "live-${count.index}"
}
"#;

/// A service whose next three looks at a container take a while, so that an apply can be caught between a container's
/// creation and its end.
fn slow(workspace: &Workspace<'_>, start: impl Fn(&[&str]) -> Mediastored) -> Mediastored {
    let script = json!([{ "operation": "DescribeContainer", "times": 3, "delay_ms": 8_000 }]);
    workspace.write("faults.json", &script.to_string());
    let service = start(&["--faults", workspace.path().join("faults.json").to_str().unwrap()]);
    workspace.main(&format!("{}{CONFIGURATION}", service.provider_block()));
    service
}

fn until_made(service: &Mediastored) {
    eventually("three containers are made", || (service.container_names().len() == 3).then_some(()));
}

#[test]
fn a_provider_killed_in_the_middle_is_reported_and_the_next_apply_converges() {
    each_client(|client| {
        let workspace = client.workspace();
        let service = slow(&workspace, |arguments| client.mediastored(&workspace.data_dir(), arguments));
        let apply = workspace.start(["apply", "-no-color", "-auto-approve"]);
        until_made(&service);
        apply.descendants().named("terraform-provi").kill();
        // The words are Terraform's own, and depend on the moment.
        apply.wait().fails().says("Error: ");
        assert_eq!(workspace.addresses(), [""; 0], "Terraform cannot know what a killed provider has made");

        // Three containers exist that no state knows. They are named, and importing them is all it takes.
        let refused = workspace.apply().fails();
        assert_eq!(refused.words().matches("A container of this name exists already").count(), 3, "{refused}");
        for index in 0..3 {
            let address = format!("mediastore_container.live[{index}]");
            workspace.import(&address, &format!("live-{index}")).succeeds();
        }
        workspace.converges();
        workspace.destroy();
        assert_eq!(service.container_names(), [""; 0]);
    });
}

#[test]
fn a_killed_terraform_leaves_no_provider_behind() {
    each_client(|client| {
        let workspace = client.workspace();
        let service = slow(&workspace, |arguments| client.mediastored(&workspace.data_dir(), arguments));
        let apply = workspace.start(["apply", "-no-color", "-auto-approve"]);
        until_made(&service);
        let providers = apply.descendants().named("terraform-provi");
        assert!(!providers.is_empty(), "no provider is running");
        apply.signal(Signal::KILL);
        assert_eq!(apply.wait().code, -9);
        eventually("the provider is gone", || providers.alive().is_empty().then_some(()));
    });
}

#[test]
fn an_interrupted_apply_keeps_what_it_made_and_the_next_one_converges() {
    each_client(|client| {
        let workspace = client.workspace();
        let service = slow(&workspace, |arguments| client.mediastored(&workspace.data_dir(), arguments));
        let apply = workspace.start(["apply", "-no-color", "-auto-approve"]);
        until_made(&service);
        apply.signal(Signal::INT);
        let interrupted = apply.wait();
        assert_ne!(interrupted.code, -2, "Terraform ends by itself: {interrupted}");
        let all: Vec<String> = (0..3).map(|index| format!("mediastore_container.live[{index}]")).collect();
        assert_eq!(workspace.addresses(), all, "{interrupted}");
        workspace.converges();
        assert_eq!(service.container_names().len(), 3);
        workspace.destroy();
    });
}

#[test]
fn a_provider_killed_while_it_changes_or_deletes_needs_nothing_but_the_next_apply() {
    const CHANGED: &str = r#"
variable "origin" { default = "https://a.example.com" }

resource "mediastore_container" "live" {
  name = "live"
  tags = { origin = var.origin }
}

resource "mediastore_cors_policy" "live" {
  container_name = mediastore_container.live.name
  rule {
    allowed_origins = [var.origin]
    allowed_methods = ["GET"]
  }
}
"#;
    each_client(|client| {
        let workspace = client.workspace();
        // The second CORS policy takes long to arrive, and a container takes long to go.
        let late = json!([{ "operation": "PutCorsPolicy", "skip": 1, "delay_ms": 8_000 }]);
        workspace.write("faults.json", &late.to_string());
        let faults = workspace.path().join("faults.json");
        let arguments = ["--state-delay", "3s", "--faults", faults.to_str().unwrap()];
        let service = client.mediastored(&workspace.data_dir(), &arguments);
        workspace.main(&format!("{}{CHANGED}", service.provider_block())).converges();
        let name = json!({ "ContainerName": "live" });
        let change = "-var=origin=https://b.example.com";
        let apply = workspace.start(["apply", "-no-color", "-auto-approve", change]);
        eventually("the tags are changed", || {
            (service.tags("live") == json!({ "origin": "https://b.example.com" })).then_some(())
        });
        apply.descendants().named("terraform-provi").kill();
        apply.wait().fails().says("Error: ");
        assert_eq!(workspace.addresses(), ["mediastore_container.live", "mediastore_cors_policy.live"]);
        workspace.run(["apply", "-no-color", "-auto-approve", change]).succeeds();
        let cors = service.call("GetCorsPolicy", &name);
        assert_eq!(cors["CorsPolicy"][0]["AllowedOrigins"], json!(["https://b.example.com"]));

        let destroy = workspace.start(["destroy", "-no-color", "-auto-approve"]);
        eventually("the container is being deleted", || {
            let (_, answer) = service.try_call("DescribeContainer", &name);
            (answer["Container"]["Status"] == "DELETING").then_some(())
        });
        destroy.descendants().named("terraform-provi").kill();
        destroy.wait().fails();
        assert_eq!(workspace.addresses(), ["mediastore_container.live"]);
        workspace.destroy();
        eventually("the container is gone", || service.container_names().is_empty().then_some(()));
    });
}
