//! A service that speaks the AWS Elemental MediaStore API.
//!
//! [`Store`] keeps what was acknowledged in a data folder, [`Service`] answers requests from it, and [`run`] does so on a socket. The
//! Terraform provider calls [`Service::handle`] in its own process, without one. The binary `mediastored` is [`cli`].
//!
//! It does not verify signatures yet: it believes the region a request names and takes every caller for the owner of its one account.

mod answer;
pub mod cli;
mod config;
mod control;
mod data;
mod error;
mod faults;
mod server;
mod service;
mod store;

pub use config::{Account, Clock, Config, DataEndpoint, InvalidSetting, Limits, Quotas, Region};
pub use faults::{Answer, Effect, Fault, Faults, When};
pub use server::{DRAIN, run};
pub use service::{Body, Dropped, Service};
pub use store::{DATABASE_FILE, Damaged, OpenError, Report, Store, StoreError, check};
