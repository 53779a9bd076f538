//! One request in, one response out, wherever they come from: a socket, or the provider's own process.

use std::fmt;
use std::io;
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::BodyExt;
use http_body_util::combinators::BoxBody;

use crate::auth::access::ContainerPolicies;
use crate::config::Config;
use crate::control;
use crate::data::{self, Address, CorsPolicies, Lifecycles, LiveUploads, Sweeps};
use crate::faults::Faults;
use crate::store::Store;
use crate::watch::{Logs, Metrics};

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
    live: LiveUploads,
    lifecycles: Lifecycles,
    container_policies: ContainerPolicies,
    cors_policies: CorsPolicies,
    sweeps: Sweeps,
    metrics: Metrics,
    logs: Option<Logs>,
}

/// Without a sweep for so long, a request brings one about, in milliseconds. On a socket a timer is faster.
const SWEEP_WITH_REQUESTS: i64 = 60_000;

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
        Self::with(store, config, None)
    }

    /// A service that also keeps access logs and the audit trail in the data folder, in files that rotate at a size in bytes.
    ///
    /// # Errors
    /// The folder of the logs cannot be made, or their threads cannot be started.
    pub fn logging(store: Store, config: Config, size: u64) -> io::Result<Self> {
        let logs = Logs::open(store.folder(), size)?;
        Ok(Self::with(store, config, Some(logs)))
    }

    fn with(store: Store, config: Config, logs: Option<Logs>) -> Self {
        Self(Arc::new(Inner {
            store,
            config,
            live: LiveUploads::default(),
            lifecycles: Lifecycles::default(),
            container_policies: ContainerPolicies::default(),
            cors_policies: CorsPolicies::default(),
            sweeps: Sweeps::default(),
            metrics: Metrics::default(),
            logs,
        }))
    }

    /// Answers a request, on the data plane if its host or path is that of a container's endpoint, else on the control plane. Every failure
    /// is an answer too; must be called on a tokio runtime.
    ///
    /// # Errors
    /// [`Dropped`], only by a fault of the configuration: the caller closes the connection, or fails as if it had been closed.
    pub async fn handle<B>(&self, request: Request<B>) -> Result<Response<Body>, Dropped>
    where
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BodyError>,
    {
        if self.0.sweeps.due(self.config().clock.now(), SWEEP_WITH_REQUESTS) {
            self.sweep().await;
        }
        let (head, body) = request.into_parts();
        let body = body.map_err(Into::into).boxed_unsync();
        match Address::of(&head, &self.config().data_endpoint) {
            Ok(None) => control::handle(self, Request::from_parts(head, body)).await,
            Ok(Some(address)) => data::handle(self, address, Request::from_parts(head, body)).await,
            Err(error) => Ok(data::refuse(&error, &head)),
        }
    }

    /// Removes the objects that lifecycle policies have ended; tells how many. Readers do not see such objects in any case.
    ///
    /// [`run`](crate::run) does so all the time, and without a socket requests do it now and then.
    pub async fn sweep(&self) -> usize {
        let removed = data::sweep(self).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "expired objects could not be removed");
            0
        });
        if removed > 0 {
            tracing::debug!(removed, "expired objects removed");
        }
        removed
    }

    /// The metrics of containers that have a metric policy, in the text format of Prometheus.
    #[must_use]
    pub fn metrics_text(&self) -> String {
        self.0.metrics.text()
    }

    /// Waits until everything that was told to the logs is written.
    pub async fn flush_logs(&self) {
        let service = self.clone();
        // Without logs there is nothing to wait for, and a thread that is gone has nothing more to write.
        let _ = tokio::task::spawn_blocking(move || service.logs().map(Logs::flush)).await;
    }

    /// The script of faults of this service, to add to while it runs.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.0.config.faults
    }

    pub(crate) fn store(&self) -> &Store {
        &self.0.store
    }

    /// The uploads that can be read while they are being written.
    pub(crate) fn live(&self) -> &LiveUploads {
        &self.0.live
    }

    /// The lifecycle policies, parsed.
    pub(crate) fn lifecycles(&self) -> &Lifecycles {
        &self.0.lifecycles
    }

    pub(crate) fn sweeps(&self) -> &Sweeps {
        &self.0.sweeps
    }

    pub(crate) fn cors_policies(&self) -> &CorsPolicies {
        &self.0.cors_policies
    }

    pub(crate) fn metrics(&self) -> &Metrics {
        &self.0.metrics
    }

    pub(crate) fn logs(&self) -> Option<&Logs> {
        self.0.logs.as_ref()
    }

    pub(crate) fn config(&self) -> &Config {
        &self.0.config
    }

    /// The container policies, parsed.
    pub(crate) fn container_policies(&self) -> &ContainerPolicies {
        &self.0.container_policies
    }
}
