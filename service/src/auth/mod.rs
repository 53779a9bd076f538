//! Who asks, and whether they may.
//!
//! [`authenticate`] turns a request into a [`Requester`] and a check of its body, made while it is read: AWS Signature Version 4 in
//! the Authorization header or in the query. [`access`] then decides by identity and container policy, with
//! `mediastore_policy::decide`. What an operation does is none of this module's business.

pub(crate) mod access;
mod canonical;
mod chunked;
mod credentials;
mod payload;
mod presented;
mod refusal;
mod signature;
mod source;

use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::request::Parts;
use http_body_util::{BodyExt, LengthLimitError};
use mediastore_policy::limits;

pub(crate) use credentials::Identity;
pub use credentials::{CredentialsError, Identities, OWNER_KEY_FILE, OwnerKey};
pub(crate) use payload::Check;
pub(crate) use refusal::{Kind, Refusal};
pub use source::Connection;
pub(crate) use source::Source;

use crate::config::Region;
use crate::data::Incoming;
use crate::hex::hex32;
use chunked::{Announced, Checksum, Decoder, Signed};
use presented::Presented;
use signature::SigningKey;

/// The header with the hash of the body, or with what stands for it.
const CONTENT_SHA256: &str = "x-amz-content-sha256";

/// Who sent a request, as far as it is proved.
#[derive(Debug, Clone)]
pub(crate) struct Requester {
    /// The identity whose secret signed; none if the request is not signed.
    pub(crate) identity: Option<Arc<Identity>>,
    /// The region that the signature is for.
    pub(crate) region: Option<Region>,
}

impl Requester {
    /// The principal, as logs name it.
    pub(crate) fn name(&self) -> String {
        self.identity.as_ref().map_or_else(|| "anonymous".to_owned(), |identity| identity.caller.to_string())
    }
}

/// Whether a signature has to cover the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BodyIs {
    /// It does: what a control call does is all in its body.
    Signed,
    /// A signer may leave it out, as AWS's own clients do when they upload objects. Whoever reads the body compares a hash that is
    /// declared.
    AsSigned,
}

/// Checks the signature of a request, and gives the check that its body has to go through while it is read. Nothing is read here
/// but a body whose hash is not declared.
///
/// # Errors
/// The signature is malformed, wrong, too old, or of nobody known. A request without one is no error: nobody is proved.
pub(crate) async fn authenticate(
    identities: &Identities,
    now: i64,
    head: &Parts,
    body: &mut Incoming,
    body_is: BodyIs,
) -> Result<(Requester, Check), Refusal> {
    let Some(presented) = presented::presented(head)? else {
        let check = framing(head, &declared(head, &[])?, None, body_is)?;
        return Ok((Requester { identity: None, region: None }, check));
    };
    let identity = identities
        .find(&presented.access_key)
        .filter(|identity| identity.has_token(presented.session_token.as_deref()))
        .ok_or_else(|| Refusal::new(Kind::Unrecognized, "The security token included in the request is invalid"))?;
    signature::in_time(&presented, now)?;
    every_amz_header_is_signed(head, &presented)?;
    let request = canonical::request(head, &presented.signed_headers)?;
    let key = SigningKey::new(&identity.secret, &presented);
    let fits = |hash: &str| key.fits(&request, hash, &presented.signature);
    let query = canonical::query_pairs(head.uri.query().unwrap_or_default());
    let declared = declared(head, if presented.expires.is_some() { &query } else { &[] })?;
    let uncovered = matches!(declared, Declared::Unsigned | Declared::UnsignedChunks);
    if uncovered && body_is == BodyIs::Signed {
        return Err(Refusal::invalid("a call of the control plane must sign its body"));
    }
    let check = if let Some(text) = declared.text() {
        if !fits(text) {
            return Err(Refusal::mismatch());
        }
        let signed = Signed { key: key.clone(), before: presented.signature };
        framing(head, &declared, Some(signed), body_is)?
    } else if presented.expires.is_some() && body_is == BodyIs::AsSigned && fits(UNSIGNED) {
        // A presigned URL says nowhere what its signer put for a body that does not exist yet.
        Check::Nothing
    } else {
        let bytes = read(body).await?;
        if !fits(&canonical::sha256(&bytes)) {
            return Err(Refusal::mismatch());
        }
        Check::Read(bytes)
    };
    let requester = Requester { identity: Some(identity), region: Some(presented.region) };
    Ok((requester, check))
}

/// What a request says of its body in place of, or as, its hash.
enum Declared {
    Nothing,
    Unsigned,
    UnsignedChunks,
    SignedChunks { trailer: bool },
    Hash(String),
}

const UNSIGNED: &str = "UNSIGNED-PAYLOAD";
const UNSIGNED_CHUNKS: &str = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";
const SIGNED_CHUNKS: &str = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
const SIGNED_CHUNKS_TRAILER: &str = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER";

impl Declared {
    /// What the canonical request has in the place of the body's hash.
    fn text(&self) -> Option<&str> {
        match self {
            Self::Nothing => None,
            Self::Unsigned => Some(UNSIGNED),
            Self::UnsignedChunks => Some(UNSIGNED_CHUNKS),
            Self::SignedChunks { trailer: false } => Some(SIGNED_CHUNKS),
            Self::SignedChunks { trailer: true } => Some(SIGNED_CHUNKS_TRAILER),
            Self::Hash(hash) => Some(hash),
        }
    }
}

fn declared(head: &Parts, query: &[(String, String)]) -> Result<Declared, Refusal> {
    let wrong = || {
        Refusal::incomplete(format!(
            "{CONTENT_SHA256} is neither a SHA-256 in small hexadecimal digits nor {UNSIGNED}, {UNSIGNED_CHUNKS}, \
             {SIGNED_CHUNKS} or {SIGNED_CHUNKS_TRAILER}"
        ))
    };
    let in_query = query
        .iter()
        .filter(|(name, _)| name.eq_ignore_ascii_case(CONTENT_SHA256))
        .map(|(_, value)| Some(value.as_str()));
    let in_header = head.headers.get_all(CONTENT_SHA256).iter().map(|value| value.to_str().ok());
    let mut found = in_header.chain(in_query);
    match (found.next(), found.next()) {
        (None, _) => Ok(Declared::Nothing),
        (Some(Some(UNSIGNED)), None) => Ok(Declared::Unsigned),
        (Some(Some(UNSIGNED_CHUNKS)), None) => Ok(Declared::UnsignedChunks),
        (Some(Some(SIGNED_CHUNKS)), None) => Ok(Declared::SignedChunks { trailer: false }),
        (Some(Some(SIGNED_CHUNKS_TRAILER)), None) => Ok(Declared::SignedChunks { trailer: true }),
        (Some(Some(hash)), None) if hex32(hash).is_some() => Ok(Declared::Hash(hash.to_owned())),
        _ => Err(wrong()),
    }
}

/// How a body is to be checked that says of itself what it is.
fn framing(head: &Parts, declared: &Declared, signed: Option<Signed>, body_is: BodyIs) -> Result<Check, Refusal> {
    let (trailer, signed) = match (declared, signed) {
        (Declared::Nothing | Declared::Unsigned, _) => return Ok(Check::Nothing),
        // An upload makes the hash of its object anyway, and checks it.
        (Declared::Hash(_), _) if body_is == BodyIs::AsSigned => return Ok(Check::Nothing),
        (Declared::Hash(hash), _) => return Ok(Check::hash(hash)),
        (Declared::UnsignedChunks, _) => (true, None),
        (Declared::SignedChunks { trailer }, Some(signed)) => (*trailer, Some(signed)),
        (Declared::SignedChunks { .. }, None) => {
            return Err(Refusal::incomplete("a body of signed chunks needs a request that is signed"));
        }
    };
    let header = |name: &str| head.headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let length = header("x-amz-decoded-content-length").and_then(|length| length.parse().ok());
    let length =
        length.ok_or_else(|| Refusal::body("a body in chunks needs the header X-Amz-Decoded-Content-Length"))?;
    let trailer = match header("x-amz-trailer").filter(|_| trailer) {
        Some(name) => Some(Checksum::named(&name.to_ascii_lowercase())?),
        None if trailer => return Err(Refusal::body("a body with a trailer needs the header X-Amz-Trailer")),
        None => None,
    };
    let decoder = Box::new(Decoder::new(Announced { length, trailer }, signed));
    Ok(Check::Chunks { decoder, ended: false })
}

/// A header of AWS that is not signed could have been added by anybody on the way.
fn every_amz_header_is_signed(head: &Parts, presented: &Presented) -> Result<(), Refusal> {
    let signed = |name: &str| presented.signed_headers.iter().any(|signed| signed == name);
    let stray =
        head.headers.keys().map(http::HeaderName::as_str).find(|name| name.starts_with("x-amz-") && !signed(name));
    match stray {
        None => Ok(()),
        Some(name) => Err(Refusal::invalid(format!("'{name}' must be a 'SignedHeader' in the AWS Authorization"))),
    }
}

/// Reads a body whose signature depends on all of it: no more than the largest object, in no more than the time of an upload.
async fn read(body: &mut Incoming) -> Result<Bytes, Refusal> {
    let too_large =
        || Refusal::new(Kind::TooLarge, "the request body is too large to be read before its signature is checked");
    let all = async {
        let mut bytes = BytesMut::new();
        while let Some(frame) = body.frame().await {
            match frame {
                Ok(frame) => bytes.extend_from_slice(frame.data_ref().map_or(&[], |data| data)),
                Err(error) if error.is::<LengthLimitError>() => return Err(too_large()),
                Err(error) => return Err(Refusal::body(format!("the request body ended early: {error}"))),
            }
            if bytes.len() as u64 > limits::OBJECT_SIZE {
                return Err(too_large());
            }
        }
        Ok(bytes.freeze())
    };
    let seconds = limits::UPLOAD_SECONDS;
    let too_slow = |_| Refusal::body(format!("the request body took longer than {seconds} seconds"));
    tokio::time::timeout(Duration::from_secs(seconds), all).await.map_err(too_slow)?
}

#[cfg(test)]
mod tests;
