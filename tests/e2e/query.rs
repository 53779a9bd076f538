//! `terraform query`: what is there and not in state, and the configuration that Terraform writes for it.

use e2e::Client;
use xtask::terraform::Feature;

use crate::each_client;

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
