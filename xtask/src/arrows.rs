//! Which crate may depend on which, held against `cargo metadata`. What is not in the table is not allowed.

use std::collections::BTreeMap;

use cargo_metadata::{DependencyKind, MetadataCommand};

/// Each crate and what it may depend on. Its own tests may use the same; nothing depends on the end-to-end tests.
const ARROWS: [(&str, &[&str]); 8] = [
    ("tf-proto", &[]),
    ("tf-plugin", &["tf-proto"]),
    ("mediastore-policy", &[]),
    ("mediastore-service", &["mediastore-policy"]),
    ("terraform-provider-mediastore", &["tf-plugin", "mediastore-policy", "mediastore-lint", "mediastore-service"]),
    ("mediastore-lint", &["mediastore-policy"]),
    (
        "e2e",
        &[
            "tf-proto",
            "tf-plugin",
            "mediastore-policy",
            "mediastore-service",
            "terraform-provider-mediastore",
            "mediastore-lint",
            "xtask",
        ],
    ),
    ("xtask", &["terraform-provider-mediastore", "mediastore-lint", "tf-plugin", "mediastore-policy"]),
];

/// Crates of others that would bring I/O or an executor into the policy engine.
const NOT_IN_POLICY: [&str; 5] = ["tokio", "hyper", "async-trait", "futures-core", "rusqlite"];

#[test]
fn crates_depend_only_along_the_arrows() {
    let metadata = MetadataCommand::new().current_dir(crate::repository()).no_deps().exec().unwrap();
    let allowed = BTreeMap::from(ARROWS);
    let names: Vec<&str> = metadata.packages.iter().map(|package| package.name.as_str()).collect();
    let mut known: Vec<&str> = allowed.keys().copied().collect();
    let mut found = names.clone();
    known.sort_unstable();
    found.sort_unstable();
    assert_eq!(found, known, "the table and the workspace do not have the same crates");
    for package in &metadata.packages {
        for dependency in &package.dependencies {
            let name = package.name.as_str();
            let on = dependency.name.as_str();
            if names.contains(&on) && on != name {
                assert!(allowed[name].contains(&on), "`{name}` may not depend on `{on}`");
                // The test harness is for tests; in a program it would be dead weight.
                let testing = dependency.features.iter().any(|feature| feature == "testing");
                assert!(!testing || dependency.kind == DependencyKind::Development, "`{name}` ships the test harness");
            }
            if name == "mediastore-policy" && dependency.kind == DependencyKind::Normal {
                assert!(!NOT_IN_POLICY.contains(&on), "`{name}` is free of I/O and async, so not on `{on}`");
            }
        }
    }
}

#[test]
fn only_the_client_of_the_provider_knows_the_service() {
    let provider = crate::repository().join("provider/src");
    for file in crate::tidy::files(&provider, "rs") {
        let inside = file.strip_prefix(&provider).unwrap();
        let text = std::fs::read_to_string(&file).unwrap();
        // A crate's name with its underscore is code; logging names it as text.
        let uses =
            text.lines().any(|line| line.contains("mediastore_service::") && !line.trim_start().starts_with("//"));
        assert!(!uses || inside.starts_with("client"), "{} uses the service", inside.display());
    }
}
