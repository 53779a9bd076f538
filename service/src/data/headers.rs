//! The headers of an object: what GetObject and DescribeObject say about it.

use std::io;
use std::path::Path;

use http::header::{ACCEPT_RANGES, CACHE_CONTROL, CONTENT_TYPE, ETAG, LAST_MODIFIED};
use http::{HeaderMap, HeaderValue};
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::store::bodies::{self, Hash};
use crate::store::objects::Object;

/// What distinguishes the ETag of a body from its SHA-256: in every sample on record the two differ, so no client may take one for the other.
const ETAG_SALT: &[u8] = b"mediastore etag ";

/// The ETag of a body: 64 hexadecimal digits without quotes, the same for the same bytes.
pub(super) fn etag(sha256: &Hash) -> String {
    let digest = Sha256::new().chain_update(ETAG_SALT).chain_update(sha256.0).finalize();
    Hash(digest.into()).to_string()
}

/// The ETag that an object of a file's bytes has, so that a client can tell whether it is there already. Blocks.
///
/// # Errors
/// When the file cannot be read.
pub fn etag_of_file(file: &Path) -> io::Result<String> {
    Ok(etag(&bodies::hash(file)?))
}

/// A time as HTTP writes it, which knows only whole seconds.
pub(super) fn http_date(milliseconds: i64) -> String {
    let time = Timestamp::from_millisecond(milliseconds).unwrap_or_default();
    time.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// Puts on an answer what is known of an object besides its length.
pub(super) fn of_object(object: &Object, headers: &mut HeaderMap) {
    of_upload(&object.content_type, object.cache_control.as_deref(), object.modified_at, headers);
    headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    if let Ok(etag) = HeaderValue::try_from(etag(&object.sha256)) {
        headers.insert(ETAG, etag);
    }
}

/// Puts on an answer what is known of an object whose bytes are still to come.
pub(super) fn of_upload(content_type: &str, cache_control: Option<&str>, modified_at: i64, headers: &mut HeaderMap) {
    // Both texts were header values when they were put.
    if let Ok(content_type) = HeaderValue::from_str(content_type) {
        headers.insert(CONTENT_TYPE, content_type);
    }
    if let Some(Ok(cache_control)) = cache_control.map(HeaderValue::from_str) {
        headers.insert(CACHE_CONTROL, cache_control);
    }
    if let Ok(date) = HeaderValue::try_from(http_date(modified_at)) {
        headers.insert(LAST_MODIFIED, date);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_etag_is_of_the_bytes_and_is_not_their_sha256() {
        let sha256 = Hash([7; 32]);
        assert_eq!(etag(&sha256), etag(&sha256));
        assert_ne!(etag(&sha256), sha256.to_string());
        assert_ne!(etag(&sha256), etag(&Hash([8; 32])));
        assert!(etag(&sha256).len() == 64 && etag(&sha256).bytes().all(|b| b.is_ascii_hexdigit()));
    }

    #[test]
    fn dates_are_those_of_http() {
        assert_eq!(http_date(784_111_777_999), "Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(http_date(0), "Thu, 01 Jan 1970 00:00:00 GMT");
    }
}
