//! Terraform plugin protocol 5 for providers written in Rust. It knows nothing of AWS or MediaStore.
