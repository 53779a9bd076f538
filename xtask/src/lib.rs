//! What the chores share with the end-to-end tests: programs from PyPI, finding a Terraform to run, packing a release, and serving it.

pub mod archive;
pub mod mirror;
pub mod pypi;
pub mod terraform;
