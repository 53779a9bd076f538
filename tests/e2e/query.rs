//! `terraform query`: what is there and not in state, and the configuration that Terraform writes for it.

use e2e::Client;
use serde_json::json;
use xtask::terraform::Feature;

use crate::{acceptance, each_client};

#[test]
fn what_is_found_is_imported_with_generated_configuration() {
    each_client(query);
}

/// Finds, writes configuration, imports.
pub(crate) fn query(client: &Client) {
    if !client.terraform.supports(Feature::Query) {
        return;
    }
    let workspace = client.workspace();
    workspace.main(
        "provider \"mediastore\" {}\n\
         resource \"mediastore_container\" \"made\" {\n  for_each = toset([\"live-a\", \"live-b\", \"vod\"])\n  \
         name = each.key\n  tags = { name = each.key }\n}\n",
    );
    workspace.apply().succeeds();
    std::fs::remove_file(workspace.path().join("terraform.tfstate")).unwrap();
    workspace.main("provider \"mediastore\" {}\n").write(
        "find.tfquery.hcl",
        "list \"mediastore_container\" \"live\" {\n  provider = mediastore\n  config {\n    name_prefix = \"live-\"\n  }\n}\n",
    );
    let found = workspace.run(["query", "-no-color"]).succeeds();
    let found = found.says("name=live-a").says("name=live-b").is_silent_on("name=vod");
    assert_eq!(found.stdout.matches("list.mediastore_container.live").count(), 2, "{found}");

    workspace.run(["query", "-no-color", "-generate-config-out=generated.tf"]).succeeds();
    workspace.remove("find.tfquery.hcl");
    workspace.converges().says("2 imported, 0 added, 0 changed, 0 destroyed");
    workspace.destroy().says("2 destroyed");
}

#[test]
fn everything_of_two_containers_is_found_and_imported() {
    each_client(|client| {
        if !client.terraform.supports(Feature::Query) {
            return;
        }
        let workspace = client.workspace();
        let all = acceptance::ALL.replace("default = 1", "default = 2");
        workspace.main(&all).apply().succeeds().says("12 added");
        std::fs::remove_file(workspace.path().join("terraform.tfstate")).unwrap();
        let of_containers = ["container", "container_policy", "cors_policy", "lifecycle_policy", "metric_policy"];
        let mut lists: String = of_containers
            .map(|kind| format!("list \"mediastore_{kind}\" \"all\" {{\n  provider = mediastore\n}}\n"))
            .concat();
        for name in ["c-0", "c-1"] {
            lists += &format!(
                "list \"mediastore_object\" \"{name}\" {{\n  provider = mediastore\n  config {{\n    container_name = \
                 \"{name}\"\n  }}\n}}\n"
            );
        }
        workspace.main("provider \"mediastore\" {}\n").write("find.tfquery.hcl", &lists);
        let found = workspace.run(["query", "-no-color"]).succeeds();
        for kind in of_containers {
            let list = format!("list.mediastore_{kind}.all ");
            assert_eq!(found.stdout.matches(&list).count(), 2, "{kind}: {found}");
        }
        let found = found.says("path=a/0.txt").says("path=a/1.txt");
        assert_eq!(found.stdout.matches("list.mediastore_object.").count(), 2, "{found}");

        workspace.run(["query", "-no-color", "-generate-config-out=generated.tf"]).succeeds();
        workspace.remove("find.tfquery.hcl");
        workspace.converges().says("12 imported, 0 added, 0 changed, 0 destroyed");
        // What was generated is a configuration like any other: what others take away is put back by it.
        let service = client.mediastored(&workspace.data_dir(), &[]);
        service.call("DeleteCorsPolicy", &json!({ "ContainerName": "c-1" }));
        service.call("DeleteLifecyclePolicy", &json!({ "ContainerName": "c-1" }));
        service.call("DeleteMetricPolicy", &json!({ "ContainerName": "c-1" }));
        drop(service);
        workspace.converges().says("3 added, 0 changed, 0 destroyed");
    });
}

#[test]
fn an_object_is_imported_by_its_identity() {
    each_client(import_by_identity);
}

/// Imports by identity.
pub(crate) fn import_by_identity(client: &Client) {
    if !client.terraform.supports(Feature::Identity) {
        return;
    }
    let workspace = client.workspace();
    let container = "resource \"mediastore_container\" \"live\" {\n  name = \"live\"\n}\n";
    workspace.main(container).apply().succeeds();
    std::fs::remove_file(workspace.path().join("terraform.tfstate")).unwrap();
    workspace.main(&format!(
        "{container}import {{\n  to = mediastore_container.live\n  identity = {{\n    name = \"live\"\n  }}\n}}\n"
    ));
    workspace.converges().says("1 imported, 0 added, 0 changed, 0 destroyed");
}
