//! Everything that holds for all rules of the registry.

// A test may panic: that is how it fails.
#![allow(clippy::unwrap_used, clippy::panic)]

mod examples;
mod fixes;
mod hard;
mod refusals;
mod registry;

use std::path::Path;

use mediastore_lint::config::Config;
use mediastore_lint::finding::Finding;
use mediastore_lint::hcl::{self, Memory};
use mediastore_lint::inputs;
use mediastore_lint::lint::{Given, Settings};
use mediastore_lint::unit::{DocumentKind, Unit};
use mediastore_lint::values::{Values, unit_of};
use mediastore_policy::condition::date::Instant;

/// The unit of a text, by its name.
fn read(file: &str, text: &str) -> Unit {
    let path = Path::new(file);
    if path.extension().is_some_and(|ending| ending == "tf") {
        let files: Memory = [(path, text), (Path::new("policy.json"), POLICY)].into_iter().collect();
        return hcl::read_module(&files, Path::new(""), &hcl::Options::default()).unit;
    }
    let kind = match path.file_stem().unwrap().to_str().unwrap() {
        "policy" => DocumentKind::Policy,
        "cors" => DocumentKind::Cors,
        "lifecycle" => DocumentKind::Lifecycle,
        "metrics" => DocumentKind::Metric,
        _ => return inputs::read_text(path, text),
    };
    unit_of(&Values { documents: vec![(kind, text.to_owned())], ..Values::default() })
}

/// What `file("policy.json")` reads in an example.
const POLICY: &str = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "mediastore:*",
    "Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/*",
    "Condition": {"Bool": {"aws:SecureTransport": "true"}}}}"#;

/// What all rules say of a unit under a configuration. Requests are made in 2026 or later.
fn judge(unit: &Unit, config: &Config) -> Vec<Finding> {
    let given = Given { now: Some(NOW), ..Given::default() };
    Settings::new(config.clone(), Path::new("."), given).unwrap().lint(unit).unwrap()
}

/// 2026-01-01.
const NOW: Instant = Instant(1_767_225_600_000);
