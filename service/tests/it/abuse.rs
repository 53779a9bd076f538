//! Clients that are slow, idle, many, malformed or out to trick: what each of them gets, and that nobody else suffers.

use std::time::Duration;

use aws_sigv4::http_request::SignableBody;
use http::Request;
use rustix::process::{Resource, Rlimit, Signal, getrlimit, setrlimit};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::process::{Mediastored, OWNER};
use crate::signer::Signer;
use crate::{sdk, sdk_data};

/// How long anything may take here before the test has failed.
const PATIENCE: Duration = Duration::from_secs(30);

/// A server with the container `live`, whose objects everybody may read.
struct Scene {
    server: Mediastored,
    _folder: TempDir,
}

async fn scene(arguments: &[&str]) -> Scene {
    let folder = tempfile::tempdir().unwrap();
    let server = Mediastored::serve(folder.path(), arguments);
    let control = sdk::client(&server.url, "us-west-2");
    control.create_container().container_name("live").send().await.unwrap();
    let policy = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"mediastore:GetObject",
        "Resource":"arn:aws:mediastore:us-west-2:000000000000:container/live/*"}]}"#;
    control.put_container_policy().container_name("live").policy(policy).send().await.unwrap();
    Scene { server, _folder: folder }
}

impl Scene {
    async fn put(&self, path: &str, body: Vec<u8>) {
        let data = sdk_data::over_a_socket(&format!("{}/data/live", self.server.url));
        data.put_object().path(path).body(body.into()).send().await.unwrap();
    }

    fn address(&self) -> &str {
        self.server.url.strip_prefix("http://").unwrap()
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address()).await.unwrap()
    }

    /// Sends bytes; gives all that comes back until the server closes.
    async fn exchange(&self, bytes: impl AsRef<[u8]>) -> String {
        let mut stream = self.connect().await;
        // The server may answer and close before all is written.
        let _ = stream.write_all(bytes.as_ref()).await;
        all(&mut stream).await
    }

    async fn get(&self, path: &str) -> String {
        self.exchange(format!("GET /data/live/{path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")).await
    }

    /// The head of an upload that the owner has signed.
    fn upload(&self, path: &str, more: &str) -> String {
        let address = self.address();
        let uri = format!("http://{address}/data/live/{path}");
        let mut request = Request::put(uri).body(()).unwrap();
        let mut signer = Signer::new(OWNER[0], OWNER[1], "us-west-2");
        signer.sends_hash = true;
        signer.sign(&mut request, SignableBody::UnsignedPayload);
        let mut head = format!("PUT /data/live/{path} HTTP/1.1\r\nHost: {address}\r\n{more}");
        for (name, value) in request.headers() {
            head.push_str(&format!("{name}: {}\r\n", value.to_str().unwrap()));
        }
        head + "\r\n"
    }
}

/// All that comes until the server closes.
async fn all(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let read = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut bytes)).await;
    // A connection that is reset is closed too.
    let _ = read.expect("the server closes the connection");
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The statuses of all answers in what came.
fn statuses(text: &str) -> Vec<&str> {
    text.split("HTTP/1.1 ").skip(1).filter_map(|answer| answer.get(..3)).collect()
}

#[tokio::test]
async fn a_client_that_sends_nothing_or_not_enough_is_let_go() {
    // One place: whoever is served after them proves that they are gone.
    let scene = scene(&["--max-connections", "1", "--head-time", "200ms"]).await;
    scene.put("a", b"body".to_vec()).await;
    for start in ["", "GET /data/live/a HT", "GET /data/live/a HTTP/1.1\r\nHost: x\r\nX-Slow: "] {
        let mut slow = scene.connect().await;
        slow.write_all(start.as_bytes()).await.unwrap();
        assert!(scene.get("a").await.ends_with("\r\n\r\nbody"), "{start:?}");
        let said = all(&mut slow).await;
        assert!(matches!(statuses(&said).as_slice(), [] | ["408"]), "{said}");
    }
    // One that was served and then keeps its connection for nothing.
    let mut idle = scene.connect().await;
    idle.write_all(b"GET /data/live/a HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    assert!(scene.get("a").await.ends_with("\r\n\r\nbody"));
    assert_eq!(statuses(&all(&mut idle).await), ["200"]);
}

#[tokio::test]
async fn a_client_that_stops_reading_is_let_go() {
    let scene = scene(&["--max-connections", "1", "--stall-time", "200ms"]).await;
    scene.put("large", vec![7; 20_000_000]).await;
    scene.put("a", b"body".to_vec()).await;
    let mut stalled = scene.connect().await;
    stalled.write_all(b"GET /data/live/large HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    assert!(scene.get("a").await.ends_with("\r\n\r\nbody"));
    drop(stalled);
}

#[tokio::test]
async fn an_upload_that_does_not_come_is_cut_off() {
    let scene = scene(&["--upload-time", "200ms"]).await;
    for more in ["Content-Length: 100\r\n", "Transfer-Encoding: chunked\r\n"] {
        let mut slow = scene.connect().await;
        slow.write_all(scene.upload("slow", more).as_bytes()).await.unwrap();
        let said = all(&mut slow).await;
        assert_eq!(statuses(&said), ["408"], "{more} {said}");
        assert!(said.contains("connection: close"), "{more} {said}");
    }
    assert_eq!(statuses(&scene.get("slow").await), ["404"]);
}

#[tokio::test]
async fn a_thousand_idle_and_five_hundred_busy_clients_cost_a_bounded_amount() {
    let limit = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum }).unwrap();
    let scene = scene(&[]).await;
    scene.put("segment", vec![7; 4_000_000]).await;
    scene.put("a", b"body".to_vec()).await;
    let before = scene.server.resident_kilobytes();
    let mut idle = Vec::new();
    for _ in 0..1000 {
        idle.push(scene.connect().await);
    }
    let mut busy = Vec::new();
    for _ in 0..500 {
        let mut stream = scene.connect().await;
        stream.write_all(b"GET /data/live/segment HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
        // It has begun to be served, and goes on as slowly as this client reads: not at all.
        stream.read_exact(&mut [0; 1000]).await.unwrap();
        busy.push(stream);
    }
    // Somebody else is served all the same.
    assert!(scene.get("a").await.ends_with("\r\n\r\nbody"));
    let kilobytes = scene.server.resident_kilobytes() - before;
    assert!(kilobytes < 400_000, "{kilobytes} kB for 1,500 clients");
    drop(idle);
    for mut stream in busy {
        let mut rest = 4_000_000_usize;
        let mut buffer = vec![0; 64 * 1024];
        // The head is part of the first bytes, so a little less than the body is left.
        while rest > 1000 {
            let read = stream.read(&mut buffer).await.unwrap();
            assert!(read > 0, "{rest} bytes are missing");
            rest = rest.saturating_sub(read);
        }
    }
}

#[tokio::test]
async fn malformed_requests_are_refused_and_the_connection_closed() {
    let scene = scene(&[]).await;
    let long = "a".repeat(300_000);
    let many: String = (0..200).map(|index| format!("X-{index}: y\r\n")).collect();
    let cases = [
        ("GET /\r\n\r\n".to_owned(), "400"),
        ("GET  / HTTP/1.1\r\nHost: x\r\n\r\n".to_owned(), "400"),
        ("GET / HTTP/1.1\r\nHost x\r\n\r\n".to_owned(), "400"),
        ("GET / HTTP/1.1\r\nHost : x\r\n\r\n".to_owned(), "400"),
        ("GET / HTTP/1.1\r\nHost: x\r\n folded: y\r\n\r\n".to_owned(), "400"),
        ("GET / HTTP/1.1\r\nHost: x\r\nA: b\0c\r\n\r\n".to_owned(), "400"),
        ("GET /\u{7f} HTTP/1.1\r\nHost: x\r\n\r\n".to_owned(), "400"),
        ("GET / HTTP/3.7\r\nHost: x\r\n\r\n".to_owned(), "400"),
        (format!("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", "a".repeat(100_000)), "414"),
        (format!("GET / HTTP/1.1\r\nHost: x\r\nX: {long}\r\n\r\n"), "431"),
        (format!("GET / HTTP/1.1\r\nHost: x\r\n{many}\r\n"), "431"),
        ("PUT /data/live/a HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n".to_owned(), "400"),
        ("PUT /data/live/a HTTP/1.1\r\nHost: x\r\nContent-Length: +1\r\n\r\nx".to_owned(), "400"),
        ("PUT /data/live/a HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n".to_owned(), "400"),
    ];
    for (bytes, expected) in cases {
        let said = scene.exchange(&bytes).await;
        assert_eq!(statuses(&said), [expected], "{bytes:.80}: {said:.300}");
    }
}

/// What a proxy in front might read otherwise than the service: each has to be refused, or read as RFC 9112 says, so that the request hidden
/// in it is never answered as one of its own.
#[tokio::test]
async fn no_request_is_smuggled() {
    let scene = scene(&[]).await;
    scene.put("secret", b"the secret".to_vec()).await;
    let hidden = "GET /data/live/secret HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    let length = hidden.len();
    let cases = [
        ("two lengths", format!("Content-Length: 0\r\nContent-Length: {length}\r\n\r\n{hidden}")),
        ("a list of lengths", format!("Content-Length: 0, {length}\r\n\r\n{hidden}")),
        ("a coding that is none", format!("Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n{hidden}")),
        ("chunked and then another", format!("Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n{hidden}")),
        ("a chunk size that overflows", format!("Transfer-Encoding: chunked\r\n\r\n10000000000000000\r\n{hidden}")),
        ("a chunk size that is none", format!("Transfer-Encoding: chunked\r\n\r\n0x0\r\n\r\n{hidden}")),
        (
            "a header with a space",
            format!("Transfer-Encoding : chunked\r\nContent-Length: {length}\r\n\r\n0\r\n\r\n{hidden}"),
        ),
        ("a lone CR", format!("X: y\rTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{hidden}")),
        ("a body of the hidden request", format!("Content-Length: {length}\r\n\r\n{hidden}")),
        ("an old version with a coding", format!("Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n{hidden}")),
    ];
    for (case, rest) in cases {
        let version = if case.contains("old version") { "1.0" } else { "1.1" };
        let said =
            scene.exchange(format!("PUT /data/live/x HTTP/{version}\r\nHost: x\r\nConnection: close\r\n{rest}")).await;
        assert!(!said.contains("the secret"), "{case}: {said}");
        assert!(statuses(&said).len() <= 1, "{case}: {said}");
    }
    // Both a coding and a length: the coding counts, the length is nowhere believed, and the connection is closed, as RFC 9112 asks of a server.
    let both = format!(
        "GET /data/live/none HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{hidden}",
        length + 5
    );
    let said = scene.exchange(both).await;
    assert_eq!(statuses(&said), ["404"], "{said}");
    assert!(said.contains("connection: close"), "{said}");
}

#[tokio::test]
async fn no_path_leads_out_of_a_container() {
    let scene = scene(&[]).await;
    scene.put("a", b"body".to_vec()).await;
    for path in [
        "/data/live/../mediastore.db",
        "/data/live/..%2f..%2fmediastore.db",
        "/data/live/%2e%2e/%2e%2e/etc/passwd",
        "/data/live/....//....//etc/passwd",
        "/data/../mediastore.db",
        "/data/..%2fmediastore.db",
        "/data/%2e%2e/mediastore.db",
        "/mediastore.db",
        "/credentials",
        "/data/live/a%00.ts",
        "/data/live\\..\\credentials",
        "http://x/../../etc/passwd",
        "*",
    ] {
        let said = scene.exchange(format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")).await;
        let refused = matches!(statuses(&said).as_slice(), ["400" | "403" | "404"]);
        assert!(refused && !said.contains("SQLite") && !said.contains("root:"), "{path}: {said}");
    }
    assert!(scene.get("a").await.ends_with("\r\n\r\nbody"));
}

/// As ffmpeg does it: the whole object, and then it is gone.
#[tokio::test]
async fn an_upload_counts_though_nobody_waits_for_the_answer() {
    let scene = scene(&[]).await;
    for (path, framing, body) in [
        ("whole", "Content-Length: 5\r\n", "whole"),
        ("chunks", "Transfer-Encoding: chunked\r\n", "6\r\nchunks\r\n0\r\n\r\n"),
    ] {
        let mut encoder = scene.connect().await;
        encoder.write_all(format!("{}{body}", scene.upload(path, framing)).as_bytes()).await.unwrap();
        drop(encoder);
        let arrived = async {
            while !scene.get(path).await.ends_with(&format!("\r\n\r\n{path}")) {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(PATIENCE, arrived).await.expect(path);
    }
    // Half an object is none.
    let mut encoder = scene.connect().await;
    encoder
        .write_all(format!("{}6\r\nhalf", scene.upload("half", "Transfer-Encoding: chunked\r\n")).as_bytes())
        .await
        .unwrap();
    let said = {
        encoder.shutdown().await.unwrap();
        all(&mut encoder).await
    };
    assert!(matches!(statuses(&said).as_slice(), [] | ["400"]), "{said}");
    assert_eq!(statuses(&scene.get("half").await), ["404"]);
}

/// An upload and a download that are under way when the end is asked for come to theirs.
#[tokio::test]
async fn transfers_in_flight_finish_before_the_end() {
    let scene = scene(&[]).await;
    scene.put("large", vec![7; 20_000_000]).await;
    let mut idle = scene.connect().await;
    let mut upload = scene.connect().await;
    let head = scene.upload("late", "Content-Length: 10\r\nExpect: 100-continue\r\n");
    upload.write_all(head.as_bytes()).await.unwrap();
    let mut go_on = [0; 25];
    upload.read_exact(&mut go_on).await.unwrap();
    assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");
    let mut download = scene.connect().await;
    download.write_all(b"GET /data/live/large HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    download.read_exact(&mut [0; 100]).await.unwrap();

    scene.server.signal(Signal::TERM);
    assert_eq!(all(&mut idle).await, "");
    upload.write_all(b"0123456789").await.unwrap();
    assert_eq!(statuses(&all(&mut upload).await), ["200"]);
    assert!(all(&mut download).await.len() >= 20_000_000);
    let Scene { server, _folder: folder } = scene;
    assert!(server.wait().success());
    let server = Mediastored::serve(folder.path(), &[]);
    let data = sdk_data::over_a_socket(&format!("{}/data/live", server.url));
    let got = data.get_object().path("late").send().await.unwrap();
    assert_eq!(got.body.collect().await.unwrap().into_bytes().as_ref(), b"0123456789");
}
