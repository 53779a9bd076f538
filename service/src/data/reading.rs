//! Bytes of a file as the body of an answer, a piece at a time and only as fast as the client takes them.

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

/// Bytes of one piece: large enough that its costs are those of copying, small enough that many slow clients cost little.
const PIECE: u64 = 256 * 1024;

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
    let mut buffer = buffer(range);
    loop {
        match file.read_at(&mut buffer, range.start) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(length) => return Ok(filled(buffer, length)),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// Like [`piece`], but only if the system can give it without waiting for a disk.
#[cfg(target_os = "linux")]
fn in_memory(file: &File, range: &Range<u64>) -> Option<Bytes> {
    use rustix::io::{ReadWriteFlags, preadv2};

    let mut buffer = buffer(range);
    let slice = &mut [io::IoSliceMut::new(&mut buffer)];
    match preadv2(file, slice, range.start, ReadWriteFlags::NOWAIT) {
        Ok(length) if length > 0 => Some(filled(buffer, length)),
        // Not in memory, or a system that cannot tell: the slow way finds out, and reports what is wrong.
        _ => None,
    }
}

#[cfg(not(target_os = "linux"))]
fn in_memory(_: &File, _: &Range<u64>) -> Option<Bytes> {
    None
}

fn buffer(range: &Range<u64>) -> Vec<u8> {
    let length = (range.end - range.start).min(PIECE);
    vec![0; usize::try_from(length).unwrap_or(0)]
}

fn filled(mut buffer: Vec<u8>, length: usize) -> Bytes {
    buffer.truncate(length);
    buffer.into()
}
