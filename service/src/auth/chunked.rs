//! The `aws-chunked` framing of a body: chunks that name their size, each signed with the signature before it, or unsigned
//! with a checksum in a trailer. Decodes as bytes arrive; of a signed chunk nothing is given out before its signature fits.
//!
//! Knows nothing of HTTP's own chunked transfer coding, which lies below it.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::{Buf, Bytes, BytesMut};

use super::refusal::Refusal;
use super::signature::SigningKey;
use crate::hex::hex32;

/// Longest line of the framing: a size and a signature, or a trailing header.
const LINE: usize = 1024;

/// Largest signed chunk, which has to be held until its signature is checked. SDKs send 64 KiB to 1 MiB.
const SIGNED_CHUNK: u64 = 16 * 1024 * 1024;

/// Most trailing headers.
const TRAILERS: usize = 8;

/// What is signed of the chunks.
pub(super) struct Signed {
    pub(super) key: SigningKey,
    /// The signature before the next chunk: first the request's own.
    pub(super) before: [u8; 32],
}

/// What a body announces of itself in the request's headers.
pub(super) struct Announced {
    /// `x-amz-decoded-content-length`.
    pub(super) length: u64,
    /// The name in `x-amz-trailer`, if there is to be a trailer.
    pub(super) trailer: Option<Checksum>,
}

/// The checksums of a trailer that this service can check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Checksum {
    Crc32,
    Sha1,
    Sha256,
}

impl Checksum {
    const ALL: [Self; 3] = [Self::Crc32, Self::Sha1, Self::Sha256];

    /// The name of its header.
    pub(super) fn header(self) -> &'static str {
        match self {
            Self::Crc32 => "x-amz-checksum-crc32",
            Self::Sha1 => "x-amz-checksum-sha1",
            Self::Sha256 => "x-amz-checksum-sha256",
        }
    }

    pub(super) fn named(header: &str) -> Result<Self, Refusal> {
        Self::ALL.into_iter().find(|checksum| checksum.header() == header).ok_or_else(|| {
            let known = Self::ALL.map(Self::header).join(", ");
            Refusal::body(format!("the trailer `{header}` cannot be checked; these can: {known}"))
        })
    }
}

/// A checksum under way.
enum Running {
    Crc32(crc32fast::Hasher),
    Digest(digest::Context),
}

impl Running {
    fn new(checksum: Checksum) -> Self {
        match checksum {
            Checksum::Crc32 => Self::Crc32(crc32fast::Hasher::new()),
            Checksum::Sha1 => Self::Digest(digest::Context::new(&digest::SHA1_FOR_LEGACY_USE_ONLY)),
            Checksum::Sha256 => Self::Digest(digest::Context::new(&digest::SHA256)),
        }
    }

    fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Crc32(crc) => crc.update(bytes),
            Self::Digest(digest) => digest.update(bytes),
        }
    }

    fn finish(self) -> String {
        match self {
            Self::Crc32(crc) => STANDARD.encode(crc.finalize().to_be_bytes()),
            Self::Digest(digest) => STANDARD.encode(digest.finish()),
        }
    }
}

/// Takes framed bytes and gives out the body's own.
pub(super) struct Decoder {
    signed: Option<Signed>,
    announced: Announced,
    running: Option<Running>,
    buffer: BytesMut,
    state: State,
    given: u64,
}

enum State {
    /// Before the line of a chunk.
    Head,
    /// Within a chunk: what is left of it, and its signature if it is a signed one.
    Data {
        left: u64,
        signature: Option<[u8; 32]>,
    },
    /// After a chunk, before the end of its line.
    End,
    /// After the last chunk: the trailing headers so far, as they are signed.
    Trailer {
        headers: Vec<(String, String)>,
    },
    Done,
}

impl Decoder {
    pub(super) fn new(announced: Announced, signed: Option<Signed>) -> Self {
        let running = announced.trailer.map(Running::new);
        Self { signed, announced, running, buffer: BytesMut::new(), state: State::Head, given: 0 }
    }

    /// How many bytes of the body are still to come.
    pub(super) fn left(&self) -> u64 {
        self.announced.length.saturating_sub(self.given)
    }

    /// Takes framed bytes.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// The next bytes of the body, or `None` if more framed bytes are needed first.
    pub(super) fn next(&mut self) -> Result<Option<Bytes>, Refusal> {
        loop {
            match &mut self.state {
                State::Head => {
                    let Some(line) = self.line()? else { return Ok(None) };
                    self.state = self.head(&line)?;
                }
                State::Data { left: 0, .. } => self.state = State::End,
                State::Data { left, signature } => {
                    let (left, signature) = (*left, *signature);
                    let there = u64::try_from(self.buffer.len()).unwrap_or(u64::MAX);
                    let bytes = match signature {
                        None if there == 0 => return Ok(None),
                        None => self.take(there.min(left)),
                        Some(_) if there < left => return Ok(None),
                        Some(signature) => {
                            let bytes = self.take(left);
                            self.check(&bytes, signature)?;
                            bytes
                        }
                    };
                    let taken = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
                    self.state = State::Data { left: left - taken, signature: None };
                    self.given += taken;
                    if let Some(running) = &mut self.running {
                        running.update(&bytes);
                    }
                    return Ok(Some(bytes));
                }
                State::End => {
                    match self.line()? {
                        None => return Ok(None),
                        Some(line) if line.is_empty() => self.state = State::Head,
                        Some(_) => return Err(Refusal::body("a chunk of the body is longer than it says")),
                    };
                }
                State::Trailer { .. } => {
                    let Some(line) = self.line()? else { return Ok(None) };
                    if line.is_empty() {
                        self.finish_trailer()?;
                        self.state = State::Done;
                    } else if let State::Trailer { headers } = &mut self.state {
                        let (name, value) =
                            line.split_once(':').ok_or_else(|| Refusal::body("a trailing header has no `:`"))?;
                        headers.push((name.to_ascii_lowercase(), value.trim_matches(' ').to_owned()));
                        if headers.len() > TRAILERS {
                            return Err(Refusal::body("the body has too many trailing headers"));
                        }
                    }
                }
                State::Done if self.buffer.is_empty() => return Ok(None),
                State::Done => return Err(Refusal::body("the body goes on after its last chunk")),
            }
        }
    }

    /// Must be asked once all framed bytes were taken.
    pub(super) fn finish(&self) -> Result<(), Refusal> {
        match self.state {
            State::Done => Ok(()),
            _ => Err(Refusal::body("the body ended before its last chunk")),
        }
    }

    fn take(&mut self, count: u64) -> Bytes {
        // Never more than the buffer holds, so it fits.
        self.buffer.split_to(usize::try_from(count).unwrap_or(usize::MAX)).freeze()
    }

    /// A whole line without its end, if it is there.
    fn line(&mut self) -> Result<Option<String>, Refusal> {
        let within = &self.buffer[..self.buffer.len().min(LINE)];
        let Some(end) = within.windows(2).position(|pair| pair == b"\r\n") else {
            if self.buffer.len() >= LINE {
                return Err(Refusal::body("the framing of the body has a line that is too long"));
            }
            return Ok(None);
        };
        let line = self.buffer.split_to(end);
        self.buffer.advance(2);
        let line =
            String::from_utf8(line.to_vec()).map_err(|_| Refusal::body("the framing of the body is not text"))?;
        Ok(Some(line))
    }

    fn head(&mut self, line: &str) -> Result<State, Refusal> {
        let (size, extension) = line.split_once(';').map_or((line, None), |(size, rest)| (size, Some(rest)));
        let digits = (1..=8).contains(&size.len()) && size.bytes().all(|byte| byte.is_ascii_hexdigit());
        let size = u64::from_str_radix(size, 16)
            .ok()
            .filter(|_| digits)
            .ok_or_else(|| Refusal::body("a chunk of the body does not begin with its size in hexadecimal"))?;
        if size > self.left() {
            return Err(Refusal::body("the body is longer than its X-Amz-Decoded-Content-Length"));
        }
        let signature = match (&self.signed, extension) {
            (None, None) => None,
            (None, Some(_)) => return Err(Refusal::body("a chunk of an unsigned body has an extension")),
            (Some(_), extension) => {
                let signature =
                    extension.and_then(|extension| extension.strip_prefix("chunk-signature=")).and_then(hex32);
                Some(signature.ok_or_else(|| Refusal::body("a chunk of a signed body has no chunk-signature"))?)
            }
        };
        if signature.is_some() && size > SIGNED_CHUNK {
            return Err(Refusal::body(format!("a signed chunk has more than {SIGNED_CHUNK} bytes")));
        }
        if size > 0 {
            return Ok(State::Data { left: size, signature });
        }
        if self.left() > 0 {
            return Err(Refusal::body("the body is shorter than its X-Amz-Decoded-Content-Length"));
        }
        if let Some(signature) = signature {
            self.check(b"", signature)?;
        }
        Ok(State::Trailer { headers: Vec::new() })
    }

    /// Checks a chunk's signature, which the next one then builds on.
    fn check(&mut self, chunk: &[u8], signature: [u8; 32]) -> Result<(), Refusal> {
        match &mut self.signed {
            Some(signed) if signed.key.fits_chunk(&signed.before, chunk, &signature) => {
                signed.before = signature;
                Ok(())
            }
            _ => Err(Refusal::mismatch()),
        }
    }

    fn finish_trailer(&mut self) -> Result<(), Refusal> {
        let State::Trailer { headers } = &mut self.state else { return Ok(()) };
        let mut headers = std::mem::take(headers);
        if let Some(signed) = self.signed.as_ref().filter(|_| self.announced.trailer.is_some()) {
            let last = headers.pop().filter(|(name, _)| name == "x-amz-trailer-signature");
            let signature = last
                .and_then(|(_, value)| hex32(&value))
                .ok_or_else(|| Refusal::body("the body does not end with an x-amz-trailer-signature"))?;
            let text: String = headers.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
            if !signed.key.fits_trailer(&signed.before, text.as_bytes(), &signature) {
                return Err(Refusal::mismatch());
            }
        }
        match (self.announced.trailer.zip(self.running.take()), headers.as_slice()) {
            (None, []) => Ok(()),
            (Some((checksum, running)), [(name, value)]) if name == checksum.header() => {
                match verify_slices_are_equal(running.finish().as_bytes(), value.as_bytes()) {
                    Ok(()) => Ok(()),
                    Err(_) => Err(Refusal::body(format!("the body does not have the checksum of its {name}"))),
                }
            }
            _ => Err(Refusal::body("the trailing headers are not those that X-Amz-Trailer announced")),
        }
    }
}
