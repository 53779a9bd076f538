//! Terraform plugin protocol 5 for providers written in Rust. It knows nothing of AWS or MediaStore.
//!
//! A provider implements [`provider::Provider`], its types implement [`resource::Resource`] and
//! [`data_source::DataSource`], and [`server::Server`] makes a gRPC service of it that [`serve`] brings to Terraform.

pub mod action;
pub mod context;
pub mod contract;
pub mod data_source;
pub mod diagnostic;
mod engine;
pub mod ephemeral;
mod from_proto;
pub mod function;
pub mod identity;
pub mod list;
pub mod logging;
pub mod model;
pub mod path;
pub mod plan;
pub mod provider;
pub mod resource;
pub mod schema;
pub mod serve;
pub mod server;
#[cfg(feature = "testing")]
pub mod testing;
pub mod timeouts;
mod to_proto;
pub mod types;
mod validate;
pub mod value;
