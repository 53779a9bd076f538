//! What is told of requests while they are served: metrics, access logs, and the trail of control calls.
//!
//! | what | of which requests | where |
//! | --- | --- | --- |
//! | metrics | to objects, as the container's metric policy says | [`Metrics::text`], behind `--metrics` |
//! | access log | to objects of containers that log access | `logs/access.jsonl` in the data folder |
//! | audit trail | control calls | `logs/audit.jsonl` in the data folder |
//!
//! None of them holds a secret, a session token or a signature: of a query only what the operation reads is told. All of it is best
//! effort, behind the answers, and never holds one up.

mod access;
mod audit;
mod journal;
mod metrics;

use std::io;
use std::path::Path;

pub(crate) use access::{Arrival, Observed, Outcome};
pub(crate) use audit::Trail;
use journal::Journal;
pub(crate) use metrics::Metrics;

/// The folder of the logs in a data folder.
pub const LOG_FOLDER: &str = "logs";

/// Where logs go. A service without them writes none.
#[derive(Debug)]
pub(crate) struct Logs {
    access: Journal,
    audit: Journal,
}

impl Logs {
    /// Opens the logs of a data folder.
    ///
    /// # Errors
    /// Their folder cannot be made, or their threads cannot be started.
    pub(crate) fn open(data_dir: &Path, size: u64) -> io::Result<Self> {
        let folder = data_dir.join(LOG_FOLDER);
        std::fs::create_dir_all(&folder)?;
        Ok(Self { access: Journal::start(&folder, "access", size)?, audit: Journal::start(&folder, "audit", size)? })
    }

    /// Waits until everything told so far is written. Blocks.
    pub(crate) fn flush(&self) {
        self.access.flush();
        self.audit.flush();
    }
}
