//! Uploads on their way: read along, cut off, too slow, too large.

use std::time::Duration;

use aws_sigv4::http_request::SignableBody;
use bytes::Bytes;
use futures_util::stream;
use http::{Request, Response};
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use mediastore_service::{Body, Config, Limits};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::api::Api;
use crate::endpoint::Endpoint;

type Piece = Result<Bytes, std::io::Error>;

/// An upload whose bytes come when a test sends them; the end is the end of the sender.
struct Upload {
    send: mpsc::Sender<Piece>,
    answer: JoinHandle<Response<Body>>,
}

fn upload(live: &Endpoint, path: &str, availability: &str) -> Upload {
    let (send, receive) = mpsc::channel::<Piece>(1);
    let pieces = stream::unfold(receive, |mut receive| async move {
        let piece = receive.recv().await?;
        Some((piece.map(Frame::data), receive))
    });
    let request = Request::put(format!("{}{path}", live.url))
        .header("x-amz-upload-availability", availability)
        .header("content-type", "video/mp4")
        .body(StreamBody::new(pieces))
        .unwrap();
    let request = live.owner.sign(request, SignableBody::UnsignedPayload);
    let service = live.service.clone();
    let answer = tokio::spawn(async move { service.handle(request).await.unwrap() });
    Upload { send, answer }
}

impl Upload {
    async fn send(&self, bytes: &'static [u8]) {
        self.send.send(Ok(Bytes::from_static(bytes))).await.unwrap();
    }

    /// Ends the body; gives the answer's status.
    async fn end(self) -> u16 {
        drop(self.send);
        self.answer.await.unwrap().status().as_u16()
    }
}

async fn ask(live: &Endpoint, request: http::request::Builder) -> Response<Body> {
    let request = live.owner.sign(request.body(http_body_util::Empty::new()).unwrap(), SignableBody::empty());
    live.service.handle(request).await.unwrap()
}

/// Asks for an object until an upload of it can be read: until then the path is unknown.
async fn follow(live: &Endpoint, path: &str) -> Response<Body> {
    loop {
        let response = ask(live, Request::get(format!("{}{path}", live.url))).await;
        if response.status() == 200 {
            return response;
        }
        tokio::task::yield_now().await;
    }
}

/// The next bytes of an answer; nothing at its end.
async fn next(body: &mut Body) -> Result<Option<Bytes>, std::io::Error> {
    match body.frame().await {
        None => Ok(None),
        Some(frame) => Ok(frame?.into_data().ok()),
    }
}

#[tokio::test]
async fn a_reader_gets_bytes_while_the_writer_still_sends() {
    let api = Api::new();
    let live = Endpoint::create(&api, "live").await;
    let upload = upload(&live, "/cmaf/1.m4s", "STREAMING");
    // The reader is there before the first byte.
    let response = follow(&live, "/cmaf/1.m4s").await;
    assert_eq!(response.headers().get("content-type").unwrap(), "video/mp4");
    assert!(!response.headers().contains_key("content-length") && !response.headers().contains_key("etag"));
    let mut early = response.into_body();
    upload.send(b"one ").await;
    assert_eq!(next(&mut early).await.unwrap().unwrap(), "one ");
    let range = Request::get(format!("{}/cmaf/1.m4s", live.url)).header("range", "bytes=1-2");
    let late = ask(&live, range).await;
    assert_eq!(late.status(), 200, "a range of what is not whole is not followed");
    let mut late = late.into_body();
    assert_eq!(next(&mut late).await.unwrap().unwrap(), "one ");
    upload.send(b"two").await;
    for body in [&mut early, &mut late] {
        assert_eq!(next(body).await.unwrap().unwrap(), "two");
    }
    let described = live.send("HEAD", "/cmaf/1.m4s", &[], b"").await;
    assert_eq!((described.status, described.header("content-length")), (200, None));
    assert_eq!(live.list("").await, [""; 0], "what is not whole is not listed");

    assert_eq!(upload.end().await, 200);
    for body in [&mut early, &mut late] {
        assert_eq!(next(body).await.unwrap(), None);
    }
    let got = live.get("/cmaf/1.m4s").await;
    assert_eq!((got.body.as_ref(), got.header("content-length")), (b"one two".as_slice(), Some("7")));
    assert!(got.header("etag").is_some());
    assert_eq!(live.list("cmaf").await, ["1.m4s"]);
}

#[tokio::test]
async fn without_streaming_an_upload_is_invisible_until_it_is_whole() {
    let api = Api::new();
    let live = Endpoint::create(&api, "live").await;
    live.put("/a", "before").await;
    let upload = upload(&live, "/a", "STANDARD");
    upload.send(b"after").await;
    // Two sends have gone through the channel of one only once the service has taken the first.
    upload.send(b"wards").await;
    assert_eq!(live.get("/a").await.body.as_ref(), b"before");
    assert_eq!(upload.end().await, 200);
    assert_eq!(live.get("/a").await.body.as_ref(), b"afterwards");
}

#[tokio::test]
async fn an_upload_that_fails_fails_its_readers_and_leaves_what_was_there() {
    for abort in [false, true] {
        let api = Api::new();
        let live = Endpoint::create(&api, "live").await;
        let upload = upload(&live, "/new", "STREAMING");
        let mut reader = follow(&live, "/new").await.into_body();
        upload.send(b"half").await;
        assert_eq!(next(&mut reader).await.unwrap().unwrap(), "half");
        if abort {
            // As when the connection of the writer closes: its call is dropped.
            upload.answer.abort();
            assert!(upload.answer.await.unwrap_err().is_cancelled());
        } else {
            let broken = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
            upload.send.send(Err(broken)).await.unwrap();
            assert_eq!(upload.answer.await.unwrap().status(), 400);
        }
        let error = next(&mut reader).await.unwrap_err();
        assert_eq!(error.to_string(), "the upload that was being read failed");
        let gone = live.get("/new").await;
        assert_eq!((gone.status, gone.code()), (404, "ObjectNotFoundException"));
    }
}

#[tokio::test]
async fn the_later_of_two_uploads_is_the_one_that_is_read() {
    let api = Api::new();
    let live = Endpoint::create(&api, "live").await;
    let first = upload(&live, "/a", "STREAMING");
    let mut reader_of_first = follow(&live, "/a").await.into_body();
    first.send(b"first").await;
    assert_eq!(next(&mut reader_of_first).await.unwrap().unwrap(), "first");
    let second = upload(&live, "/a", "STREAMING");
    second.send(b"second").await;
    second.send(b"!").await;
    let mut reader_of_second = follow(&live, "/a").await.into_body();
    assert!(next(&mut reader_of_second).await.unwrap().unwrap().starts_with(b"second"));
    // The end of the first does not end what is read of the second.
    assert_eq!(first.end().await, 200);
    assert_eq!(next(&mut reader_of_first).await.unwrap(), None);
    assert_eq!(second.end().await, 200);
    assert_eq!(live.get("/a").await.body.as_ref(), b"second!");
}

#[tokio::test]
async fn an_upload_past_its_limit_is_cut_off() {
    static MEGABYTE: [u8; 1024 * 1024] = [7; 1024 * 1024];
    let api = Api::new();
    let live = Endpoint::create(&api, "live").await;
    for (availability, megabytes) in [("STREAMING", 10), ("STANDARD", 25)] {
        let upload = upload(&live, "/a", availability);
        for _ in 0..megabytes {
            upload.send(&MEGABYTE).await;
        }
        upload.send(b"!").await;
        assert_eq!(upload.end().await, 413, "{availability}");
        assert_eq!(live.get("/a").await.status, 404);
    }
}

#[tokio::test(start_paused = true)]
async fn an_upload_that_takes_too_long_is_cut_off() {
    let limits = Limits { upload_time: Duration::from_secs(600), ..Limits::default() };
    for (config, seconds) in [(Config::default(), 30), (Config { limits, ..Config::default() }, 600)] {
        let api = Api::with(config);
        let live = Endpoint::create(&api, "live").await;
        let upload = upload(&live, "/a", "STREAMING");
        upload.send(b"some").await;
        let before = tokio::time::Instant::now();
        let answer = upload.answer.await.unwrap();
        assert_eq!(answer.status(), 408);
        assert_eq!(answer.headers().get("x-amzn-errortype").unwrap(), "RequestTimeoutException");
        assert_eq!(answer.headers().get("connection").unwrap(), "close");
        assert_eq!(before.elapsed().as_secs(), seconds);
        assert_eq!(live.get("/a").await.status, 404);
    }
}

#[tokio::test]
async fn a_container_that_goes_during_an_upload_gets_no_object() {
    let api = Api::new();
    let live = Endpoint::create(&api, "live").await;
    let upload = upload(&live, "/a", "STANDARD");
    upload.send(b"some").await;
    upload.send(b"thing").await;
    api.call("DeleteContainer", serde_json::json!({"ContainerName": "live"})).await.unwrap();
    let again = Endpoint::create(&api, "live").await;
    assert_eq!(upload.end().await, 404);
    assert_eq!(again.list("").await, [""; 0]);
}
