//! One request in, one response out, wherever they come from: a socket, or the provider's own process.

use std::fmt;
use std::io;
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::combinators::BoxBody;

use crate::config::Config;
use crate::control;
use crate::faults::Faults;
use crate::store::Store;

/// The body of a response. Control answers are whole; a body that streams fits the same type.
pub type Body = BoxBody<Bytes, io::Error>;

/// What a request's body may fail with.
pub(crate) type BodyError = Box<dyn std::error::Error + Send + Sync>;

/// The service: a store and its settings. Clones are the same service.
#[derive(Debug, Clone)]
pub struct Service(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    store: Store,
    config: Config,
}

/// The connection is to be closed without an answer: the fault layer was told so. Nothing else leads here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dropped;

impl fmt::Display for Dropped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the connection was dropped by the fault layer")
    }
}

impl std::error::Error for Dropped {}

impl Service {
    /// A service on a store.
    #[must_use]
    pub fn new(store: Store, config: Config) -> Self {
        Self(Arc::new(Inner { store, config }))
    }

    /// Answers a request. Every failure is an answer too; must be called on a tokio runtime.
    ///
    /// # Errors
    /// [`Dropped`], only by a fault of the configuration: the caller closes the connection, or fails as if it had been closed.
    pub async fn handle<B>(&self, request: Request<B>) -> Result<Response<Body>, Dropped>
    where
        B: http_body::Body<Data = Bytes> + Send,
        B::Error: Into<BodyError>,
    {
        control::handle(self, request).await
    }

    /// The script of faults of this service, to add to while it runs.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.0.config.faults
    }

    pub(crate) fn store(&self) -> &Store {
        &self.0.store
    }

    pub(crate) fn config(&self) -> &Config {
        &self.0.config
    }
}
