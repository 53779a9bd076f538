//! Everything that holds for all rules of the registry.

// A test may panic: that is how it fails.
#![allow(clippy::unwrap_used, clippy::panic)]

mod examples;
mod hard;
mod refusals;
mod registry;

use std::path::Path;

use mediastore_lint::config::Config;
use mediastore_lint::finding::Finding;
use mediastore_lint::unit::{DocumentKind, Unit};
use mediastore_lint::values::{Values, unit_of};
use mediastore_lint::{rule, rules};
use mediastore_policy::condition::date::Instant;

/// The unit of a text, by the ending of its name.
fn read(file: &str, text: &str) -> Unit {
    let kind = match Path::new(file).file_stem().unwrap().to_str().unwrap() {
        "policy" => DocumentKind::Policy,
        "cors" => DocumentKind::Cors,
        "lifecycle" => DocumentKind::Lifecycle,
        "metrics" => DocumentKind::Metric,
        other => panic!("no reader for `{other}`"),
    };
    unit_of(&Values { documents: vec![(kind, text.to_owned())], ..Values::default() })
}

/// What all rules say of a unit under a configuration. Requests are made in 2026 or later.
fn judge(unit: &Unit, config: &Config) -> Vec<Finding> {
    rule::judge(unit, rules::ALL, config, Some(NOW), |rule| Some(rule.severity))
}

/// 2026-01-01.
const NOW: Instant = Instant(1_767_225_600_000);
