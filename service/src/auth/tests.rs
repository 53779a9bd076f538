//! Signatures as the AWS SDK's own signer makes them, whole and tampered with.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::SignableBody;
use aws_sigv4::sign::v4::{SigningParams, sign_chunk, sign_trailer};
use aws_smithy_runtime_api::http::Headers;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::Request;
use http_body_util::{Full, StreamBody};
use hyper::body::Frame;

use super::*;
use crate::service::BodyError;
use signer::Signer;

#[path = "../../tests/it/signer.rs"]
mod signer;

const SECRET: &str = "wJalr/secret+of=the/tests";
const REGION: &str = "us-west-2";

struct World {
    identities: Identities,
    _folder: tempfile::TempDir,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.toml");
        let text = format!(
            "[keys.OWNER]\nsecret_key = \"{SECRET}\"\nprincipal = \"arn:aws:iam::000000000000:root\"\n\
             [keys.GUEST]\nsecret_key = \"{SECRET}\"\nprincipal = \"arn:aws:sts::111122223333:assumed-role/r/s\"\nsession_token = \"token\"\n"
        );
        std::fs::write(&path, text).unwrap();
        Self { identities: Identities::from_file(&path).unwrap(), _folder: folder }
    }

    /// Authenticates a request and reads its body: the principal and the bytes, or the code of the refusal.
    async fn ask(
        &self,
        request: Request<Full<Bytes>>,
        body_is: BodyIs,
    ) -> Result<(String, Bytes), (&'static str, String)> {
        let now = milliseconds_of(SystemTime::now());
        let (head, body) = request.into_parts();
        let wire = |refusal: Refusal| (refusal.kind.wire().0, refusal.message);
        let mut body = body.map_err(|never| match never {}).boxed_unsync();
        let (requester, check) = authenticate(&self.identities, now, &head, &mut body, body_is).await.map_err(wire)?;
        let bytes =
            check.over(body).collect().await.map_err(|error| wire(*error.downcast::<Refusal>().unwrap()))?.to_bytes();
        Ok((requester.identity.map_or("*".to_owned(), |identity| identity.caller.to_string()), bytes))
    }

    async fn code(&self, request: Request<Full<Bytes>>) -> &'static str {
        self.ask(request, BodyIs::AsSigned).await.map_or_else(|refused| refused.0, |_| "fine")
    }
}

fn milliseconds_of(time: SystemTime) -> i64 {
    i64::try_from(time.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_millis()).unwrap()
}

fn owner() -> Signer {
    Signer::new("OWNER", SECRET, REGION)
}

fn put(body: &[u8]) -> Request<Full<Bytes>> {
    let uri = "http://x.data.localhost:8474/live%3Da/./b//1.ts?b=2&a=1%2F2";
    Request::put(uri).header("content-type", "video/mp2t").body(Full::from(body.to_vec())).unwrap()
}

const ROOT: &str = "arn:aws:iam::000000000000:root";

#[tokio::test]
async fn every_form_of_a_right_signature_is_taken() {
    let world = World::new();
    let with_hash = Signer { sends_hash: true, ..owner() };
    let presigned = Signer { expires: Some(Duration::from_secs(60)), ..owner() };
    let cases = [
        ("hash not sent", owner(), SignableBody::Bytes(b"body")),
        ("hash sent", with_hash.clone(), SignableBody::Bytes(b"body")),
        ("unsigned", with_hash.clone(), SignableBody::UnsignedPayload),
        ("presigned, unsigned", presigned.clone(), SignableBody::UnsignedPayload),
        ("presigned, hash", presigned, SignableBody::Bytes(b"body")),
        (
            "early",
            Signer { time: SystemTime::now() + Duration::from_secs(890), ..owner() },
            SignableBody::Bytes(b"body"),
        ),
        (
            "late",
            Signer { time: SystemTime::now() - Duration::from_secs(890), ..owner() },
            SignableBody::Bytes(b"body"),
        ),
    ];
    for (case, signer, body) in cases {
        let mut request = put(b"body");
        signer.sign(&mut request, body);
        assert_eq!(world.ask(request, BodyIs::AsSigned).await, Ok((ROOT.to_owned(), Bytes::from("body"))), "{case}");
    }
    let mut request = put(b"body");
    Signer { access_key: "GUEST".to_owned(), token: Some("token".to_owned()), ..owner() }
        .sign(&mut request, SignableBody::Bytes(b"body"));
    assert_eq!(world.ask(request, BodyIs::AsSigned).await.unwrap().0, "arn:aws:sts::111122223333:assumed-role/r/s");
    assert_eq!(world.ask(put(b"body"), BodyIs::AsSigned).await, Ok(("*".to_owned(), Bytes::from("body"))));
}

#[tokio::test]
async fn whatever_is_changed_after_signing_is_found() {
    let world = World::new();
    let signed = |signer: &Signer| {
        let mut request = put(b"body");
        signer.sign(&mut request, SignableBody::Bytes(b"body"));
        request
    };
    type Change = (&'static str, fn(&mut Request<Full<Bytes>>));
    let changes: [Change; 9] = [
        ("method", |request| *request.method_mut() = http::Method::POST),
        ("path", |request| {
            *request.uri_mut() = "http://x.data.localhost:8474/live%3Da/b/2.ts?b=2&a=1%2F2".parse().unwrap()
        }),
        ("query", |request| {
            *request.uri_mut() = "http://x.data.localhost:8474/live%3Da/b/1.ts?b=2&a=1".parse().unwrap()
        }),
        ("host", |request| {
            *request.uri_mut() = "http://y.data.localhost:8474/live%3Da/b/1.ts?b=2&a=1%2F2".parse().unwrap()
        }),
        ("header", |request| drop(request.headers_mut().insert("content-type", "text/html".parse().unwrap()))),
        ("added value", |request| assert!(request.headers_mut().append("content-type", "text/html".parse().unwrap()))),
        ("added header", |request| {
            drop(request.headers_mut().insert("x-amz-upload-availability", "STREAMING".parse().unwrap()))
        }),
        ("body", |request| *request.body_mut() = Full::from("bodY")),
        ("longer body", |request| *request.body_mut() = Full::from("body ")),
    ];
    for signer in [owner(), Signer { sends_hash: true, ..owner() }] {
        for (what, change) in &changes {
            let mut request = signed(&signer);
            change(&mut request);
            let code = world.ask(request, BodyIs::Signed).await.map_or_else(|refused| refused.0, |_| "fine");
            let expected = match (*what, signer.sends_hash) {
                // Known only once the body was read.
                ("body" | "longer body", true) => "ValidationException",
                _ => "InvalidSignatureException",
            };
            assert_eq!(code, expected, "{what}");
        }
    }
    // What is the same by the rules of the canonical form stays right.
    let mut request = signed(&owner());
    *request.uri_mut() = "http://x.data.localhost:8474/live%3Da/c/../b/1.ts?a=1/2&b=2".parse().unwrap();
    assert_eq!(world.code(request).await, "fine");
}

#[tokio::test]
async fn wrong_secrets_times_and_tokens_are_refused() {
    let world = World::new();
    let ago = |seconds| SystemTime::now() - Duration::from_secs(seconds);
    let ahead = SystemTime::now() + Duration::from_secs(910);
    let minute = Some(Duration::from_secs(60));
    let token = |token: &str| Some(token.to_owned());
    let guest = || Signer { access_key: "GUEST".to_owned(), ..owner() };
    let cases = [
        ("wrong secret", Signer { secret_key: "other".to_owned(), ..owner() }, "InvalidSignatureException"),
        ("no such key", Signer { access_key: "NOBODY".to_owned(), ..owner() }, "UnrecognizedClientException"),
        ("expired", Signer { time: ago(910), ..owner() }, "InvalidSignatureException"),
        ("of the future", Signer { time: ahead, ..owner() }, "InvalidSignatureException"),
        ("presigned and over", Signer { time: ago(62), expires: minute, ..owner() }, "InvalidSignatureException"),
        ("presigned for later", Signer { time: ahead, expires: minute, ..owner() }, "InvalidSignatureException"),
        (
            "presigned for 7 days, old",
            Signer { time: ago(6 * 86_400), expires: Some(Duration::from_secs(604_800)), ..owner() },
            "fine",
        ),
        ("of another service", Signer { service: "s3", ..owner() }, "InvalidSignatureException"),
        ("no token", guest(), "UnrecognizedClientException"),
        ("wrong token", Signer { token: token("tokem"), ..guest() }, "UnrecognizedClientException"),
        ("token too many", Signer { token: token("token"), ..owner() }, "UnrecognizedClientException"),
    ];
    for (case, signer, expected) in cases {
        let mut request = put(b"body");
        signer.sign(&mut request, SignableBody::Bytes(b"body"));
        assert_eq!(world.code(request).await, expected, "{case}");
    }
}

#[tokio::test]
async fn a_control_call_signs_its_body() {
    let world = World::new();
    for (body, expected) in [(SignableBody::Bytes(b"body"), true), (SignableBody::UnsignedPayload, false)] {
        for expires in [None, Some(Duration::from_secs(60))] {
            let mut request = put(b"body");
            Signer { sends_hash: true, expires, ..owner() }.sign(&mut request, body.clone());
            assert_eq!(world.ask(request, BodyIs::Signed).await.is_ok(), expected, "{body:?} {expires:?}");
        }
    }
}

/// A body in chunks, signed by the SDK's own functions.
struct Chunked {
    head: Request<Full<Bytes>>,
    frames: Vec<Bytes>,
}

fn chunked(chunks: &[&[u8]], declared: &str, trailer: Option<(&str, String)>) -> Chunked {
    let signer = owner();
    let length: usize = chunks.iter().map(|chunk| chunk.len()).sum();
    let mut head = put(b"");
    head.headers_mut().insert("x-amz-decoded-content-length", length.into());
    if let Some((name, _)) = &trailer {
        head.headers_mut().insert("x-amz-trailer", name.parse().unwrap());
    }
    // The signer writes what stands for the hash by itself.
    let body = SignableBody::Precomputed(declared.to_owned());
    let mut before = Signer { sends_hash: true, ..signer.clone() }.sign(&mut head, body);
    let identity = Credentials::new(&signer.access_key, &signer.secret_key, None, None, "test").into();
    let params = SigningParams::builder()
        .identity(&identity)
        .region(&signer.region)
        .name(signer.service)
        .time(signer.time)
        .settings(())
        .build()
        .unwrap();
    let signed = declared.starts_with(SIGNED_CHUNKS);
    let mut frames = Vec::new();
    for chunk in chunks.iter().copied().chain([&b""[..]]) {
        let mut frame = format!("{:x}", chunk.len()).into_bytes();
        if signed {
            before = sign_chunk(&Bytes::copy_from_slice(chunk), &before, &params).unwrap().into_parts().1;
            frame.extend_from_slice(format!(";chunk-signature={before}").as_bytes());
        }
        frame.extend_from_slice(b"\r\n");
        frame.extend_from_slice(chunk);
        if !chunk.is_empty() {
            frame.extend_from_slice(b"\r\n");
        }
        frames.push(Bytes::from(frame));
    }
    if let Some((name, value)) = trailer {
        let mut text = format!("{name}:{value}\r\n");
        if signed {
            let mut headers = Headers::new();
            headers.insert(name.to_owned(), value);
            let signature = sign_trailer(&headers, &before, &params).unwrap().into_parts().1;
            text.push_str(&format!("x-amz-trailer-signature:{signature}\r\n"));
        }
        frames.push(Bytes::from(text));
    }
    frames.push(Bytes::from("\r\n"));
    Chunked { head, frames }
}

impl Chunked {
    fn bytes(&self) -> Bytes {
        self.frames.concat().into()
    }

    /// Sends the framed bytes in pieces of a size.
    async fn sent(&self, world: &World, bytes: Bytes, piece: usize) -> Result<Bytes, &'static str> {
        let now = milliseconds_of(SystemTime::now());
        let head = self.head.clone().into_parts().0;
        let pieces: Vec<Result<Frame<Bytes>, BodyError>> =
            bytes.chunks(piece).map(|piece| Ok(Frame::data(Bytes::copy_from_slice(piece)))).collect();
        let mut body = StreamBody::new(futures_util::stream::iter(pieces)).boxed_unsync();
        let code = |refusal: &Refusal| refusal.kind.wire().0;
        let asked = authenticate(&world.identities, now, &head, &mut body, BodyIs::AsSigned).await;
        let (_, check) = asked.map_err(|refusal| code(&refusal))?;
        let collected = check.over(body).collect().await.map_err(|error| code(error.downcast_ref().unwrap()))?;
        Ok(collected.to_bytes())
    }
}

fn crc32(bytes: &[u8]) -> String {
    STANDARD.encode(crc32fast::hash(bytes).to_be_bytes())
}

fn forms() -> Vec<(&'static str, Chunked)> {
    let chunks: [&[u8]; 3] = [b"first chunk, ", b"second", b"!"];
    let whole = chunks.concat();
    let sha256 = STANDARD.encode(digest_of(&whole));
    vec![
        (SIGNED_CHUNKS, chunked(&chunks, SIGNED_CHUNKS, None)),
        (SIGNED_CHUNKS_TRAILER, chunked(&chunks, SIGNED_CHUNKS_TRAILER, Some(("x-amz-checksum-crc32", crc32(&whole))))),
        (UNSIGNED_CHUNKS, chunked(&chunks, UNSIGNED_CHUNKS, Some(("x-amz-checksum-sha256", sha256)))),
    ]
}

fn digest_of(bytes: &[u8]) -> Vec<u8> {
    aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes).as_ref().to_vec()
}

#[tokio::test]
async fn chunks_are_decoded_however_they_arrive() {
    let world = World::new();
    for (form, chunked) in forms() {
        for piece in [1, 2, 3, 7, 64, 100_000] {
            let found = chunked.sent(&world, chunked.bytes(), piece).await;
            assert_eq!(found, Ok(Bytes::from("first chunk, second!")), "{form} in pieces of {piece}");
        }
    }
    let nothing = chunked(&[], SIGNED_CHUNKS, None);
    assert_eq!(nothing.sent(&world, nothing.bytes(), 5).await, Ok(Bytes::new()));
}

/// Every byte of the framed body matters: whichever is changed, left out or doubled, the body is refused.
#[tokio::test]
async fn a_change_to_any_byte_of_a_chunked_body_is_found() {
    let world = World::new();
    for (form, chunked) in forms() {
        let whole = chunked.bytes();
        for at in 0..whole.len() {
            let mut changed = whole.to_vec();
            changed[at] ^= 1;
            let mut shorter = whole.to_vec();
            shorter.remove(at);
            let mut longer = whole.to_vec();
            longer.insert(at, whole[at]);
            let cut = whole[..at].to_vec();
            for (what, bytes) in [("changed", changed), ("left out", shorter), ("doubled", longer), ("cut", cut)] {
                let refused = chunked.sent(&world, Bytes::from(bytes.clone()), 11).await;
                // The letter case of a trailing header's name, and zeros before a size, mean nothing.
                let same = refused == Ok(Bytes::from("first chunk, second!"));
                let harmless = what == "doubled" && whole[at] == b'0';
                assert!(!same || harmless, "{form}: byte {at} {what} is taken: {}", String::from_utf8_lossy(&bytes));
            }
        }
    }
}

#[tokio::test]
async fn framing_that_lies_is_refused() {
    let world = World::new();
    let header = |chunked: &mut Chunked, name: &'static str, value: Option<&str>| {
        chunked.head.headers_mut().remove(name);
        if let Some(value) = value {
            chunked.head.headers_mut().insert(name, value.parse().unwrap());
        }
    };
    // These headers are signed, so the lie is told to a request that is signed after it: here, one that is not signed at all.
    let anonymous = |declared: &'static str| {
        let (_, mut chunked) = forms().pop().unwrap();
        header(&mut chunked, "authorization", None);
        header(&mut chunked, "x-amz-content-sha256", Some(declared));
        chunked
    };
    let mut cases = Vec::new();
    for (name, value, expected) in [
        ("x-amz-decoded-content-length", None, "ValidationException"),
        ("x-amz-decoded-content-length", Some("-1"), "ValidationException"),
        ("x-amz-decoded-content-length", Some("19"), "ValidationException"),
        ("x-amz-decoded-content-length", Some("21"), "ValidationException"),
        ("x-amz-trailer", None, "ValidationException"),
        ("x-amz-trailer", Some("x-amz-checksum-crc32"), "ValidationException"),
        ("x-amz-trailer", Some("x-amz-checksum-crc64nvme"), "ValidationException"),
        ("x-amz-content-sha256", Some(SIGNED_CHUNKS), "IncompleteSignatureException"),
        ("x-amz-content-sha256", Some("STREAMING"), "IncompleteSignatureException"),
        ("x-amz-content-sha256", Some("0123"), "IncompleteSignatureException"),
    ] {
        let mut chunked = anonymous(UNSIGNED_CHUNKS);
        header(&mut chunked, name, value);
        cases.push((chunked, expected));
    }
    for (chunked, expected) in cases {
        let found = chunked.sent(&world, chunked.bytes(), 9).await;
        assert_eq!(found, Err(expected), "{:?}", chunked.head.headers());
    }
    let fine = anonymous(UNSIGNED_CHUNKS);
    assert!(fine.sent(&world, fine.bytes(), 9).await.is_ok());
}
