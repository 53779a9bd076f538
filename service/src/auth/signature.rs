//! Whether a signature is right: the key derived from the secret, the string to sign, and a comparison in constant time.

use std::time::Duration;

use aws_lc_rs::hmac;

use super::canonical::sha256;
use super::credentials::Secret;
use super::presented::{ALGORITHM, Presented, basic};
use super::refusal::Refusal;
use crate::config::milliseconds;
use crate::hex::hex;

/// How far the clocks of signer and service may differ. It is also how long a captured request can be sent again: a signature
/// holds for its time and no longer, and within it AWS's clients send the same signed request again after a lost connection.
pub(super) const SKEW: Duration = Duration::from_secs(15 * 60);

/// The key of one day, region and service, with which a request and its chunks are signed.
#[derive(Clone)]
pub(super) struct SigningKey {
    key: hmac::Key,
    amz_date: String,
    scope: String,
}

impl SigningKey {
    pub(super) fn new(secret: &Secret, presented: &Presented) -> Self {
        let scope = presented.scope();
        let first = hmac::Key::new(hmac::HMAC_SHA256, format!("AWS4{}", secret.expose()).as_bytes());
        let key = scope
            .split('/')
            .fold(first, |key, part| hmac::Key::new(hmac::HMAC_SHA256, hmac::sign(&key, part.as_bytes()).as_ref()));
        Self { key, amz_date: presented.amz_date.clone(), scope }
    }

    /// Whether a signature fits a request whose body has that hash.
    pub(super) fn fits(&self, canonical_request: &[u8], payload_hash: &str, signature: &[u8; 32]) -> bool {
        let whole = [canonical_request, payload_hash.as_bytes()].concat();
        let text = format!("{ALGORITHM}\n{}\n{}\n{}", self.amz_date, self.scope, sha256(&whole));
        self.verify(text.as_bytes(), signature)
    }

    /// Whether a signature fits a chunk of a body, given the signature before it.
    pub(super) fn fits_chunk(&self, before: &[u8; 32], chunk: &[u8], signature: &[u8; 32]) -> bool {
        self.verify(self.link("PAYLOAD", before, &[&sha256(b""), &sha256(chunk)]).as_bytes(), signature)
    }

    /// Whether a signature fits the trailing headers of a body, given the signature of its last chunk.
    pub(super) fn fits_trailer(&self, before: &[u8; 32], trailer: &[u8], signature: &[u8; 32]) -> bool {
        self.verify(self.link("TRAILER", before, &[&sha256(trailer)]).as_bytes(), signature)
    }

    fn link(&self, what: &str, before: &[u8; 32], hashes: &[&str]) -> String {
        let (date, scope, before) = (&self.amz_date, &self.scope, hex(before));
        format!("{ALGORITHM}-{what}\n{date}\n{scope}\n{before}\n{}", hashes.join("\n"))
    }

    /// In constant time, by the library.
    fn verify(&self, text: &[u8], signature: &[u8; 32]) -> bool {
        hmac::verify(&self.key, text, signature).is_ok()
    }
}

/// Whether a signature holds at a time, in milliseconds since 1970.
pub(super) fn in_time(presented: &Presented, now: i64) -> Result<(), Refusal> {
    let skew = milliseconds(SKEW);
    let signed = &presented.amz_date;
    let life = presented.expires.map_or(skew, |seconds| i64::from(seconds) * 1000);
    if now > presented.signed_at.saturating_add(life) {
        let earliest = basic(now.saturating_sub(life));
        return Err(Refusal::invalid(format!("Signature expired: {signed} is now earlier than {earliest}")));
    }
    if now < presented.signed_at.saturating_sub(skew) {
        let latest = basic(now.saturating_add(skew));
        return Err(Refusal::invalid(format!("Signature not yet current: {signed} is still later than {latest}")));
    }
    Ok(())
}
