//! What the chores share with the end-to-end tests: finding a Terraform to run.

pub mod terraform;
