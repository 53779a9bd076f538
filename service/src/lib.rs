//! A service that speaks the AWS Elemental MediaStore API.
//!
//! [`Store`] keeps what was acknowledged in a data folder, [`Service`] answers requests from it, and [`run`] does so on a socket. The
//! Terraform provider calls [`Service::handle`] in its own process, without one. The binary `mediastored` is [`cli`].
//!
//! Requests are signed with AWS Signature Version 4 by somebody of [`Identities`]; what they may do is decided by identity and by the
//! policy of the container.

mod answer;
mod auth;
pub mod cli;
mod config;
mod connector;
mod content_type;
mod control;
mod data;
mod error;
mod faults;
mod hex;
mod server;
mod service;
mod store;
mod tls;
mod watch;

pub use auth::{Connection, CredentialsError, Identities, OWNER_KEY_FILE, OwnerKey};
pub use config::{Account, Clock, Config, DataEndpoint, InvalidSetting, Limits, Quotas, Region};
pub use connector::InProcess;
pub use content_type::content_type_of;
pub use data::{etag_of_file, reachable_endpoint};
pub use faults::{Answer, Effect, Fault, Faults, When};
pub use server::{run, serve_metrics};
pub use service::{Body, Dropped, Service};
pub use store::{DATABASE_FILE, Damaged, OpenError, Report, Store, StoreError, check};
pub use tls::{Tls, TlsError};
pub use watch::LOG_FOLDER;
