//! Every example is a real configuration: it validates, applies, plans empty and is destroyed; and everything that the
//! provider has, has one, written as `terraform fmt` writes it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use e2e::Workspace;
use e2e::workspace::copy_tree;
use xtask::terraform::Feature;

use crate::{BUILT, each_client};

fn examples() -> PathBuf {
    Path::new(BUILT.tests).parent().unwrap().join("examples")
}

/// Every folder with a configuration, as a path below `examples/`.
fn configurations() -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![examples()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()) {
            let name = entry.file_name().unwrap().to_string_lossy().into_owned();
            if entry.is_dir() && !name.starts_with('.') {
                folders.push(entry);
            } else if name == "main.tf" {
                found.push(folder.strip_prefix(examples()).unwrap().to_string_lossy().into_owned());
            }
        }
    }
    found.sort();
    found
}

/// What a client must be able to do for an example.
fn needs(example: &str) -> Option<Feature> {
    match example.split('/').next()? {
        "functions" => Some(Feature::Functions),
        "ephemeral-resources" => Some(Feature::WriteOnly),
        "list-resources" => Some(Feature::Query),
        "actions" => Some(Feature::Actions),
        _ => None,
    }
}

#[test]
fn every_example_applies_and_a_second_plan_is_empty() {
    let configurations = configurations();
    assert!(configurations.contains(&"quickstart".to_owned()), "{configurations:?}");
    each_client(|client| {
        let can = |example: &&String| needs(example).is_none_or(|feature| client.terraform.supports(feature));
        for example in configurations.iter().filter(can) {
            let workspace = Workspace::new(client);
            workspace.remove("versions.tf");
            // Only what is committed: somebody may have run the example where it lies.
            let from = examples().join(example);
            for entry in std::fs::read_dir(&from).unwrap().map(|entry| entry.unwrap().path()) {
                if entry
                    .extension()
                    .is_some_and(|extension| extension == "tf" || extension == "hcl" || extension == "toml")
                {
                    std::fs::copy(&entry, workspace.path().join(entry.file_name().unwrap())).unwrap();
                } else if entry.is_dir() && !entry.file_name().unwrap().to_string_lossy().starts_with('.') {
                    copy_tree(&entry, &workspace.path().join(entry.file_name().unwrap()));
                }
            }
            workspace.run(["fmt", "-check", "-diff", "-recursive"]).succeeds();
            workspace.init();
            workspace.validate().succeeds().says("The configuration is valid").is_silent_on("Warning");
            workspace.converges();
            if example.starts_with("list-resources/") {
                workspace.run(["query", "-no-color"]).succeeds().says("name=acme-live");
            }
            workspace.destroy();
        }
    });
}

#[test]
fn everything_the_provider_has_has_an_example() {
    each_client(|client| {
        let workspace = client.workspace();
        // The schema is only asked for where the configuration uses the provider.
        workspace.main("provider \"mediastore\" {}\n");
        let shown = workspace.run(["providers", "schema", "-json"]).succeeds();
        let schemas: serde_json::Value = serde_json::from_str(&shown.stdout).unwrap();
        let provider = &schemas["provider_schemas"]["registry.terraform.io/mediastore/mediastore"];
        let examples: BTreeSet<String> = configurations().into_iter().collect();
        for (schemas, folder) in [
            ("resource_schemas", "resources"),
            ("data_source_schemas", "data-sources"),
            ("functions", "functions"),
            ("ephemeral_resource_schemas", "ephemeral-resources"),
            ("list_resource_schemas", "list-resources"),
            ("action_schemas", "actions"),
        ] {
            // A client that does not know a kind does not show it either.
            for name in provider[schemas].as_object().into_iter().flat_map(|types| types.keys()) {
                let example = format!("{folder}/{name}");
                assert!(examples.contains(&example), "`examples/{example}/main.tf` is missing");
            }
        }
    });
}
