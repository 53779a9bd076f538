//! Uploads that can be read while they are being written: `x-amz-upload-availability: STREAMING`.
//!
//! A reader gets what has been written so far and then each further piece as it comes. If the upload fails, so does the reader's answer.
//! Only the process that receives an upload knows of it before its end.

use std::collections::HashMap;
use std::fs::File;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::stream;
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use tokio::sync::watch;

use super::reading;
use crate::service::Body;

/// A container's id and the path of an object.
type Key = (i64, String);

/// The uploads of this process that can be read. Clones are the same.
#[derive(Debug, Clone, Default)]
pub(crate) struct LiveUploads(Arc<Mutex<HashMap<Key, Arc<Live>>>>);

/// One such upload.
#[derive(Debug)]
pub(super) struct Live {
    pub(super) content_type: String,
    pub(super) cache_control: Option<String>,
    /// Milliseconds since 1970.
    pub(super) started_at: i64,
    file: Arc<File>,
    progress: watch::Sender<Progress>,
}

#[derive(Debug, Clone, Copy)]
struct Progress {
    written: u64,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    Whole,
    Broken,
}

impl LiveUploads {
    fn held(&self) -> MutexGuard<'_, HashMap<Key, Arc<Live>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The upload that is being written to a path.
    pub(super) fn find(&self, container: i64, path: &str) -> Option<Arc<Live>> {
        let held = self.held();
        if held.is_empty() {
            return None;
        }
        held.get(&(container, path.to_owned())).cloned()
    }
}

/// The writing side. Dropped before [`Writing::finish`], it fails whoever reads along.
pub(super) struct Writing {
    uploads: LiveUploads,
    key: Key,
    live: Arc<Live>,
}

impl Writing {
    /// Makes an upload readable; a later one to the same path takes its place.
    pub(super) fn start(
        uploads: &LiveUploads,
        container: i64,
        path: &str,
        file: Arc<File>,
        (content_type, cache_control): (String, Option<String>),
        started_at: i64,
    ) -> Self {
        let (progress, _) = watch::channel(Progress { written: 0, state: State::Open });
        let live = Arc::new(Live { content_type, cache_control, started_at, file, progress });
        let key = (container, path.to_owned());
        uploads.held().insert(key.clone(), Arc::clone(&live));
        Self { uploads: uploads.clone(), key, live }
    }

    /// More bytes are in the file, so many in all.
    pub(super) fn written(&self, written: u64) {
        self.live.progress.send_modify(|progress| progress.written = written);
    }

    /// All bytes are in the file, and the object is recorded.
    pub(super) fn finish(self) {
        self.live.progress.send_modify(|progress| progress.state = State::Whole);
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        self.live.progress.send_if_modified(|progress| {
            let broken = progress.state == State::Open;
            if broken {
                progress.state = State::Broken;
            }
            broken
        });
        let mut held = self.uploads.held();
        if held.get(&self.key).is_some_and(|live| Arc::ptr_eq(live, &self.live)) {
            held.remove(&self.key);
        }
    }
}

/// The bytes of an upload from its beginning to its end, whenever that comes.
pub(super) fn body(live: &Arc<Live>) -> Body {
    let state = (live.progress.subscribe(), Arc::clone(&live.file), 0);
    let pieces = stream::try_unfold(state, |(mut progress, file, at)| async move {
        loop {
            let Progress { written, state } = *progress.borrow_and_update();
            if at < written {
                let piece = reading::piece(&file, &(at..written)).await?;
                let next = at + piece.len() as u64;
                return Ok(Some((Frame::data(piece), (progress, file, next))));
            }
            match state {
                State::Whole => return Ok(None),
                State::Broken => return Err(broken()),
                State::Open => progress.changed().await.map_err(|_| broken())?,
            }
        }
    });
    StreamBody::new(pieces).boxed()
}

fn broken() -> io::Error {
    io::Error::new(io::ErrorKind::ConnectionAborted, "the upload that was being read failed")
}
