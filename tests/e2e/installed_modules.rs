//! Modules from elsewhere, as real Terraforms install them: the linter reads them where `init` puts them, and tells where they are not.

use std::fs;

use e2e::workspace::Workspace;
use mediastore_lint::hcl::{self, Disk, Options};

use crate::each_client;

const ORIGIN: &str = r#"
terraform {
  required_providers {
    mediastore = { source = "mediastore/mediastore" }
  }
}
variable "name" {}
module "inner" {
  source = "./modules/inner"
  name   = "${var.name}-inner"
}
resource "mediastore_container" "this" {
  name = var.name
}
output "arn" {
  value = mediastore_container.this.arn
}
"#;

const INNER: &str = r#"
terraform {
  required_providers {
    mediastore = { source = "mediastore/mediastore" }
  }
}
variable "name" {}
resource "mediastore_container" "this" {
  name = var.name
}
"#;

/// A repository of a module, two calls of it, one of them through a local module.
fn lay_out(workspace: &Workspace<'_>) {
    let repository = workspace.path().join("../repository");
    fs::create_dir_all(repository.join("origin/modules/inner")).unwrap();
    fs::write(repository.join("origin/main.tf"), ORIGIN).unwrap();
    fs::write(repository.join("origin/modules/inner/main.tf"), INNER).unwrap();
    let commit =
        "cd ../repository && git init -q && git add . && git -c user.name=t -c user.email=t@example.com commit -qm m";
    workspace.shell(commit).succeeds();
    let source = format!("git::file://{}//origin", fs::canonicalize(&repository).unwrap().display());
    let call = |name: &str| format!("module \"origin\" {{\n  source = \"{source}\"\n  name   = {name}\n}}\n");
    fs::create_dir_all(workspace.path().join("local")).unwrap();
    workspace.write("local/main.tf", &(call("\"through\"") + "output \"arn\" {\n  value = module.origin.arn\n}\n"));
    workspace.main(&(call("\"direct\"") + "module \"local\" {\n  source = \"./local\"\n}\n"));
}

/// The containers' addresses, and what could not be read.
fn read(workspace: &Workspace<'_>) -> (Vec<String>, Vec<String>) {
    let unit = hcl::read_module(&Disk::around(&workspace.path()), &workspace.path(), &Options::default()).unit;
    let mut containers: Vec<String> =
        unit.containers.iter().map(|it| format!("{} {}", it.origin.address, it.name)).collect();
    containers.sort();
    (containers, unit.faults.iter().map(|fault| fault.message.clone()).collect())
}

#[test]
fn what_init_installs_is_read_as_terraform_reads_it() {
    each_client(|client| {
        let workspace = client.workspace();
        lay_out(&workspace);
        let (containers, faults) = read(&workspace);
        assert!(containers.is_empty(), "{containers:?}");
        assert_eq!(faults.len(), 1, "{faults:?}");
        assert!(faults[0].contains("`origin`") && faults[0].contains("not here"), "{faults:?}");

        workspace.run(["get", "-no-color"]).succeeds();
        workspace.run(["plan", "-no-color", "-out=plan"]).succeeds();
        let plan = workspace.show_json(Some("plan"));
        let mut planned: Vec<String> = plan["resource_changes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|change| format!("{} {}", change["address"].as_str().unwrap(), change["change"]["after"]["name"]))
            .collect();
        planned.sort();
        assert_eq!(planned.len(), 4, "{planned:?}");
        assert_eq!(read(&workspace), (planned, Vec::new()));

        // Another source than what is installed: Terraform refuses it, and it is not taken for the old one.
        let text = fs::read_to_string(workspace.path().join("main.tf")).unwrap();
        workspace.main(&text.replacen("//origin", "//origin/modules/inner", 1));
        workspace.plan().fails().says("Module source has changed");
        let (containers, faults) = read(&workspace);
        assert_eq!(containers.len(), 2, "{containers:?}");
        assert_eq!(faults.len(), 1, "{faults:?}");
        assert!(faults[0].contains("but what is installed is from"), "{faults:?}");
    });
}
