//! Bytes of a file as the body of an answer, a piece at a time and only as fast as the client takes them.

use std::cell::RefCell;
use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::stream;
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};

use crate::service::Body;

/// Bytes of one piece: small enough that many slow clients cost little, and no smaller, since half of it costs a third of the throughput.
const PIECE: u64 = 512 * 1024;

/// A range of a file.
pub(super) fn body(file: File, range: Range<u64>) -> Body {
    let pieces = stream::try_unfold((Arc::new(file), range), |(file, range)| async move {
        if range.is_empty() {
            return Ok::<_, io::Error>(None);
        }
        let piece = piece(&file, &range).await?;
        let rest = range.start + piece.len() as u64..range.end;
        Ok(Some((Frame::data(piece), (file, rest))))
    });
    StreamBody::new(pieces).boxed()
}

/// The beginning of a range that is not empty, at most one piece.
pub(super) async fn piece(file: &Arc<File>, range: &Range<u64>) -> io::Result<Bytes> {
    // What the system has in memory is copied right here: to hand it to another thread would cost more than the copying.
    if let Some(piece) = in_memory(file, range) {
        return Ok(piece);
    }
    let (file, range) = (Arc::clone(file), range.clone());
    tokio::task::spawn_blocking(move || read(&file, &range)).await.map_err(io::Error::other)?
}

/// Like [`piece`], but blocks.
fn read(file: &File, range: &Range<u64>) -> io::Result<Bytes> {
    let mut buffer = Buffer::of(range);
    loop {
        match file.read_at(&mut buffer.0, range.start) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(length) => return Ok(buffer.filled(length)),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// Like [`piece`], but only if the system can give it without waiting for a disk.
#[cfg(target_os = "linux")]
fn in_memory(file: &File, range: &Range<u64>) -> Option<Bytes> {
    use rustix::io::{ReadWriteFlags, preadv2};

    let mut buffer = Buffer::of(range);
    let slice = &mut [io::IoSliceMut::new(&mut buffer.0)];
    match preadv2(file, slice, range.start, ReadWriteFlags::NOWAIT) {
        Ok(length) if length > 0 => Some(buffer.filled(length)),
        // Not in memory, or a system that cannot tell: the slow way finds out, and reports what is wrong.
        _ => None,
    }
}

#[cfg(not(target_os = "linux"))]
fn in_memory(_: &File, _: &Range<u64>) -> Option<Bytes> {
    None
}

/// Memory for a piece. It comes back when the piece is sent, and a thread takes the same again: that is in the processor's cache, and
/// nobody has to ask the system for it or to clear it.
struct Buffer(Vec<u8>);

thread_local! {
    static SPARE: RefCell<Vec<Vec<u8>>> = const { RefCell::new(Vec::new()) };
}

/// Buffers that a thread keeps.
const MOST_SPARE: usize = 4;

impl Buffer {
    fn of(range: &Range<u64>) -> Self {
        let length = usize::try_from((range.end - range.start).min(PIECE)).unwrap_or(0);
        let mut spare = SPARE.with_borrow_mut(Vec::pop).unwrap_or_default();
        spare.resize(length, 0);
        Self(spare)
    }

    /// The first bytes, which a piece of the file fills.
    fn filled(mut self, length: usize) -> Bytes {
        self.0.truncate(length);
        Bytes::from_owner(self)
    }
}

impl AsRef<[u8]> for Buffer {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        let buffer = std::mem::take(&mut self.0);
        // Nothing is kept by a thread that ends.
        let _ = SPARE.try_with(|spare| {
            let mut spare = spare.borrow_mut();
            if spare.len() < MOST_SPARE {
                spare.push(buffer);
            }
        });
    }
}
