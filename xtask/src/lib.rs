//! What the chores share with the end-to-end tests: finding a Terraform to run, packing a release, and serving it.

pub mod archive;
pub mod mirror;
pub mod terraform;
