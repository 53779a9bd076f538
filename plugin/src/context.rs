//! What a resource or data source gets beside its values: the client, the time left, and a place for warnings.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use crate::diagnostic::{Diagnostic, Diagnostics};

/// The surroundings of one call.
#[derive(Debug)]
pub struct Context<'a, C> {
    /// What [`Provider::configure`](crate::provider::Provider::configure) made.
    pub client: &'a C,
    deadline: Instant,
    stop: &'a CancellationToken,
    warnings: Mutex<Diagnostics>,
}

impl<'a, C> Context<'a, C> {
    pub(crate) fn new(client: &'a C, time: Duration, stop: &'a CancellationToken) -> Context<'a, C> {
        let now = Instant::now();
        // A timeout of centuries is no timeout; a day is longer than any call and still fits the clock.
        let deadline = now.checked_add(time).unwrap_or(now + Duration::from_secs(24 * 60 * 60));
        Context { client, deadline, stop, warnings: Mutex::default() }
    }

    /// When the operation's `timeouts` run out.
    pub fn deadline(&self) -> Instant {
        self.deadline
    }

    /// The time left; zero once it has run out.
    pub fn remaining(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }

    /// Cancelled when the user interrupts Terraform: finish or stop early, and report what was done.
    pub fn stop(&self) -> &CancellationToken {
        self.stop
    }

    /// A message that does not fail the operation.
    pub fn warn(&self, diagnostic: Diagnostic) {
        self.warnings.lock().unwrap_or_else(PoisonError::into_inner).push(diagnostic);
    }

    pub(crate) fn into_warnings(self) -> Diagnostics {
        self.warnings.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}
