//! Terraform provider for AWS Elemental MediaStore and compatible services.
//!
//! [`MediaStore`] is the provider: its block, its resources and its data sources. How a plan is made, how state is kept and how
//! Terraform is spoken to is `tf-plugin`'s; what a policy means is `mediastore-policy`'s; the embedded backend is
//! `mediastore-service`, which only `client` knows.

mod actions;
pub mod cli;
mod client;
mod config;
mod containers;
mod content;
mod data_sources;
mod ephemeral_resources;
mod functions;
mod guardrails;
mod install;
mod list_resources;
mod objects;
mod provider;
mod resources;
mod tags;

pub use self::client::Client;
pub use self::config::Config;
pub use self::provider::MediaStore;

/// The provider's address, as `required_providers` names it.
pub const SOURCE: &str = "mediastore/mediastore";
