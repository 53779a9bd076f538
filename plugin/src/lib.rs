//! Terraform plugin protocol 5 for providers written in Rust. It knows nothing of AWS or MediaStore.

pub mod path;
pub mod types;
pub mod value;
