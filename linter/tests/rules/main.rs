//! Everything that holds for all rules of the registry.

// A test may panic: that is how it fails.
#![allow(clippy::unwrap_used, clippy::panic)]

mod causes;
mod everything;
mod examples;
mod fixes;
mod hard;
mod refusals;
mod registry;

use std::path::Path;

use mediastore_lint::config::Config;
use mediastore_lint::example;
use mediastore_lint::finding::Finding;
use mediastore_lint::lint::{Given, Settings};
use mediastore_lint::unit::Unit;
use mediastore_policy::condition::date::Instant;

/// The unit of a text, by the name of its file.
fn read(file: &str, text: &str) -> Unit {
    example::read(Path::new(file), text)
}

/// What all rules say of a unit under a configuration. Requests are made in 2026 or later.
fn judge(unit: &Unit, config: &Config) -> Vec<Finding> {
    let given = Given { now: Some(NOW), ..Given::default() };
    Settings::new(config.clone(), Path::new("."), given).unwrap().lint(unit).unwrap()
}

/// 2026-01-01.
const NOW: Instant = Instant(1_767_225_600_000);
