//! The canonical request of AWS Signature Version 4: what both sides put together from one request and must agree on.
//!
//! MediaStore signs like most services and unlike S3: the path is normalised, and what is percent-encoded on the wire is
//! encoded once more.

use aws_lc_rs::digest;
use http::header::HOST;
use http::request::Parts;

use super::refusal::Refusal;
use crate::hex::hex;

/// The SHA-256 of bytes, in hexadecimal.
pub(super) fn sha256(bytes: &[u8]) -> String {
    hex(digest::digest(&digest::SHA256, bytes).as_ref())
}

/// The canonical request with a payload hash yet to be appended: it is the same whatever the body is.
///
/// # Errors
/// A signed header is not there.
pub(super) fn request(head: &Parts, signed_headers: &[String]) -> Result<Vec<u8>, Refusal> {
    let mut text = Vec::with_capacity(512);
    text.extend_from_slice(head.method.as_str().as_bytes());
    text.push(b'\n');
    text.extend_from_slice(path(head.uri.path()).as_bytes());
    text.push(b'\n');
    text.extend_from_slice(query(head.uri.query().unwrap_or_default()).as_bytes());
    text.push(b'\n');
    for name in signed_headers {
        let mut values = head.headers.get_all(name).iter().peekable();
        text.extend_from_slice(name.as_bytes());
        text.push(b':');
        if values.peek().is_none() {
            // In process, and in HTTP/2, the host is part of the request's target.
            let authority = head.uri.authority().filter(|_| *name == HOST.as_str());
            let authority = authority
                .ok_or_else(|| Refusal::incomplete(format!("the signed header `{name}` is not in the request")))?;
            text.extend_from_slice(authority.as_str().as_bytes());
        }
        for (index, value) in values.enumerate() {
            if index > 0 {
                text.push(b',');
            }
            trimmed(value.as_bytes(), &mut text);
        }
        text.push(b'\n');
    }
    text.push(b'\n');
    text.extend_from_slice(signed_headers.join(";").as_bytes());
    text.push(b'\n');
    Ok(text)
}

/// A header's value without white space at its ends, and one space for each run of them within.
fn trimmed(value: &[u8], text: &mut Vec<u8>) {
    let mut space = false;
    for byte in value.trim_ascii() {
        match byte {
            b' ' if space => {}
            byte => {
                space = *byte == b' ';
                text.push(*byte);
            }
        }
    }
}

/// The path without `.`, `..` and empty segments, encoded once more.
fn path(wire: &str) -> String {
    let mut segments: Vec<&str> = Vec::new();
    for segment in wire.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop();
            }
            segment => segments.push(segment),
        }
    }
    let mut path = String::with_capacity(wire.len() + 8);
    for segment in &segments {
        path.push('/');
        encode(segment.as_bytes(), &mut path);
    }
    // What a path ends with after its last name is a folder, by RFC 3986, section 5.2.4.
    if segments.is_empty() || ["/", "/.", "/.."].iter().any(|end| wire.ends_with(end)) {
        path.push('/');
    }
    path
}

/// The query's pairs but the signature, each encoded in the one canonical way, sorted.
fn query(wire: &str) -> String {
    let encoded = |text: &str| {
        let mut encoded = String::with_capacity(text.len());
        encode(&decode(text), &mut encoded);
        encoded
    };
    let mut pairs: Vec<(String, String)> = pairs(wire).map(|(name, value)| (encoded(name), encoded(value))).collect();
    pairs.retain(|(name, _)| name != "X-Amz-Signature");
    pairs.sort_unstable();
    let pairs: Vec<String> = pairs.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    pairs.join("&")
}

/// Names and values of a query, decoded.
pub(super) fn query_pairs(wire: &str) -> Vec<(String, String)> {
    let text = |text: &str| String::from_utf8_lossy(&decode(text)).into_owned();
    pairs(wire).map(|(name, value)| (text(name), text(value))).collect()
}

/// Names and values of a query as they are on the wire.
fn pairs(wire: &str) -> impl Iterator<Item = (&str, &str)> {
    wire.split('&').filter(|pair| !pair.is_empty()).map(|pair| pair.split_once('=').unwrap_or((pair, "")))
}

/// Undoes percent-encoding. A `%` that starts no escape stands for itself, as does a `+`.
fn decode(text: &str) -> Vec<u8> {
    percent_encoding::percent_decode_str(text).collect()
}

/// Everything but letters, digits and `-._~` as `%XX`.
fn encode(bytes: &[u8], text: &mut String) {
    const RESERVED: &percent_encoding::AsciiSet =
        &percent_encoding::NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
    text.extend(percent_encoding::percent_encode(bytes, RESERVED));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_normalised_and_encoded_once_more() {
        for (wire, canonical) in [
            ("/", "/"),
            ("", "/"),
            ("//", "/"),
            ("/./", "/"),
            ("/..", "/"),
            ("/a/../../b", "/b"),
            ("/a/./b//c", "/a/b/c"),
            ("//folder/file", "/folder/file"),
            ("/a/", "/a/"),
            ("/a/..", "/"),
            ("/a/b/../", "/a/"),
            ("/a/b/..", "/a/"),
            ("/a/.", "/a/"),
            ("/a/b..", "/a/b.."),
            ("/a%3Db", "/a%253Db"),
            ("/a=b:c", "/a%3Db%3Ac"),
            ("/A-z_0.9~", "/A-z_0.9~"),
        ] {
            assert_eq!(path(wire), canonical, "{wire}");
        }
    }

    #[test]
    fn queries_are_sorted_and_encoded_once() {
        for (wire, canonical) in [
            ("", ""),
            ("b=2&a=1", "a=1&b=2"),
            ("a=2&a=1", "a=1&a=2"),
            ("a", "a="),
            ("a=b=c", "a=b%3Dc"),
            ("Path=live%2Fday1&MaxResults=5", "MaxResults=5&Path=live%2Fday1"),
            ("Path=live/day1", "Path=live%2Fday1"),
            ("a=%7e%41", "a=~A"),
            ("a=1+2", "a=1%2B2"),
            ("a=%zz", "a=%25zz"),
            ("&&a=1&", "a=1"),
            ("X-Amz-Signature=00&X-Amz-Date=d", "X-Amz-Date=d"),
        ] {
            assert_eq!(query(wire), canonical, "{wire}");
        }
    }

    #[test]
    fn header_values_are_trimmed_and_joined() {
        let head = http::Request::put("http://host.example:81/a")
            .header("x-a", "  one   two ")
            .header("x-b", "1")
            .header("x-b", " 2")
            .body(())
            .unwrap()
            .into_parts()
            .0;
        let names = ["host", "x-a", "x-b"].map(str::to_owned);
        let text = String::from_utf8(request(&head, &names).unwrap()).unwrap();
        assert_eq!(text, "PUT\n/a\n\nhost:host.example:81\nx-a:one two\nx-b:1,2\n\nhost;x-a;x-b\n");
        assert!(request(&head, &["x-c".to_owned()]).is_err());
    }
}
