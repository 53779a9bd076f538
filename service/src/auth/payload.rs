//! The body of a request under its signature: checked against a declared hash, decoded from signed or unsigned chunks, or
//! passed on as it is. What fails a check ends the body with an error, so nothing that reads a body to its end can miss it.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use aws_lc_rs::digest;
use bytes::{Buf, Bytes};
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt;

use super::chunked::Decoder;
use super::refusal::Refusal;
use crate::data::Incoming;
use crate::hex::hex;
use crate::service::BodyError;

/// The body of a request whose head has been checked. Its error is a [`Refusal`] in a box where a check failed.
struct Payload {
    body: Incoming,
    check: Check,
}

/// What is checked of a body.
#[allow(private_interfaces, reason = "outside, a check is only put over a body")]
pub(crate) enum Check {
    /// Nothing: the request is anonymous, or says that its body is not signed.
    Nothing,
    /// Its SHA-256, declared in a signed header.
    Hash { expected: String, running: digest::Context },
    /// It was read and checked already.
    Read(Bytes),
    /// Chunk by chunk.
    Chunks { decoder: Box<Decoder>, ended: bool },
    /// It is over, well or not; nothing more comes.
    Ended,
}

impl Check {
    pub(super) fn hash(expected: &str) -> Self {
        Self::Hash { expected: expected.to_owned(), running: digest::Context::new(&digest::SHA256) }
    }

    /// The body with this check of it.
    pub(crate) fn over(self, body: Incoming) -> Incoming {
        match self {
            Self::Nothing => body,
            check => Payload { body, check }.boxed_unsync(),
        }
    }
}

impl Body for Payload {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let frame = ready!(self.poll_checked(cx));
        if let Some(Err(_)) = frame {
            self.check = Check::Ended;
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        match &self.check {
            Check::Nothing => self.body.is_end_stream(),
            Check::Read(bytes) => bytes.is_empty(),
            Check::Ended => true,
            // The check at the end is still to come.
            Check::Hash { .. } | Check::Chunks { .. } => false,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.check {
            Check::Nothing | Check::Hash { .. } => self.body.size_hint(),
            Check::Read(bytes) => SizeHint::with_exact(u64::try_from(bytes.len()).unwrap_or(u64::MAX)),
            Check::Chunks { decoder, .. } => SizeHint::with_exact(decoder.left()),
            Check::Ended => SizeHint::with_exact(0),
        }
    }
}

impl Payload {
    fn poll_checked(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        loop {
            match &mut self.check {
                Check::Ended => return Poll::Ready(None),
                Check::Nothing => {
                    return Pin::new(&mut self.body).poll_frame(cx);
                }
                Check::Read(bytes) => {
                    let bytes = std::mem::take(bytes);
                    return Poll::Ready((!bytes.is_empty()).then(|| Ok(Frame::data(bytes))));
                }
                Check::Hash { expected, running } => {
                    let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
                    match frame {
                        Some(Ok(frame)) => {
                            if let Some(bytes) = frame.data_ref() {
                                running.update(bytes);
                            }
                            return Poll::Ready(Some(Ok(frame)));
                        }
                        Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                        None => {
                            let right = hex(running.clone().finish().as_ref()) == *expected;
                            self.check = Check::Ended;
                            let wrong = || Refusal::body("the body does not have the hash of its X-Amz-Content-Sha256");
                            return Poll::Ready((!right).then(|| Err(wrong().into())));
                        }
                    }
                }
                Check::Chunks { decoder, ended } => {
                    if let Some(bytes) = decoder.next()? {
                        return Poll::Ready(Some(Ok(Frame::data(bytes))));
                    }
                    if *ended {
                        let finished = decoder.finish();
                        self.check = Check::Ended;
                        return Poll::Ready(finished.err().map(|refusal| Err(refusal.into())));
                    }
                    match ready!(Pin::new(&mut self.body).poll_frame(cx)) {
                        Some(Ok(frame)) => {
                            if let Ok(mut bytes) = frame.into_data() {
                                while bytes.has_remaining() {
                                    let part = bytes.chunk().len();
                                    decoder.push(bytes.chunk());
                                    bytes.advance(part);
                                }
                            }
                        }
                        Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                        None => *ended = true,
                    }
                }
            }
        }
    }
}
