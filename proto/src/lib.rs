//! Messages and services of the Terraform plugin protocol 5.10, of go-plugin and of gRPC health checks.
//! Made from `proto/protos/` by `cargo xtask gen` and committed, so that nobody who builds needs a generator;
//! nothing else lives here. Facts about the fields are comments in the `.proto` files.

// Generated code carries the comments of the protocol files, and not every field has one.
#[allow(missing_docs, unreachable_pub, clippy::all)]
#[rustfmt::skip]
pub mod tfplugin5;

// As above.
#[allow(missing_docs, unreachable_pub, clippy::all)]
#[rustfmt::skip]
pub mod plugin;

// As above.
#[allow(missing_docs, unreachable_pub, clippy::all)]
#[rustfmt::skip]
pub mod health;
