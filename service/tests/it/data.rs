//! The five operations on objects: what they do, what they say, what they refuse.

use http::Request;
use http_body_util::Full;
use mediastore_service::{Clock, Config};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::api::Api;
use crate::endpoint::{self, Endpoint, names};

async fn live() -> (Api, Endpoint) {
    let api = Api::new();
    let endpoint = Endpoint::create(&api, "live").await;
    (api, endpoint)
}

fn sha256(body: &[u8]) -> String {
    Sha256::digest(body).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test]
async fn an_object_is_put_read_described_and_deleted() {
    let clock = Clock::standing("2026-11-23T10:20:30.987Z".parse().unwrap());
    let api = Api::with(Config { clock, ..Config::default() });
    let live = Endpoint::create(&api, "live").await;
    let headers = [("content-type", "video/MP2T"), ("cache-control", "max-age=6, x=\"y\"")];
    let put = live.send("PUT", "/hls/720p/a.ts", &headers, b"segment").await;
    assert_eq!((put.status, put.header("content-type")), (200, Some("application/json")));
    let output = put.json();
    let etag = output["ETag"].as_str().unwrap();
    assert_eq!(output, json!({"ContentSHA256": sha256(b"segment"), "ETag": etag, "StorageClass": "TEMPORAL"}));
    assert!(etag.len() == 64 && etag != sha256(b"segment"));

    let got = live.get("/hls/720p/a.ts").await;
    assert_eq!((got.status, got.body.as_ref()), (200, b"segment".as_slice()));
    let described = live.send("HEAD", "/hls/720p/a.ts", &[], b"").await;
    assert_eq!(described.status, 200);
    for answer in [&got, &described] {
        assert_eq!(answer.header("content-length"), Some("7"));
        assert_eq!(answer.header("content-type"), Some("video/MP2T"));
        assert_eq!(answer.header("cache-control"), Some("max-age=6, x=\"y\""));
        assert_eq!(answer.header("etag"), Some(etag));
        assert_eq!(answer.header("last-modified"), Some("Mon, 23 Nov 2026 10:20:30 GMT"));
    }

    let listed = live.get("/?Path=hls/720p").await.json();
    let item = json!({
        "Name": "a.ts", "Type": "OBJECT", "ETag": etag, "LastModified": 1_795_429_230.987,
        "ContentType": "video/MP2T", "ContentLength": 7
    });
    assert_eq!(listed, json!({"Items": [item]}));

    let deleted = live.delete("/hls/720p/a.ts").await;
    assert_eq!((deleted.status, deleted.body.len()), (200, 0));
    assert_eq!(live.list("").await, [""; 0], "folders go with their last object");
    for method in ["GET", "HEAD", "DELETE"] {
        let gone = live.send(method, "/hls/720p/a.ts", &[], b"").await;
        assert_eq!((gone.status, gone.code()), (404, "ObjectNotFoundException"), "{method}");
    }
}

#[tokio::test]
async fn what_was_not_said_is_not_made_up() {
    let (_api, live) = live().await;
    live.put("/a", "").await;
    let got = live.get("/a").await;
    assert_eq!((got.status, got.body.len()), (200, 0));
    assert_eq!(got.header("content-type"), Some("application/octet-stream"));
    assert_eq!(got.header("cache-control"), None);
    assert_eq!(got.header("content-length"), Some("0"));
}

#[tokio::test]
async fn putting_again_replaces_all_of_an_object() {
    let (_api, live) = live().await;
    let first = live.send("PUT", "/a", &[("cache-control", "no-store")], b"one").await.json();
    let same = live.put("/b", "one").await.json();
    assert_eq!(first["ETag"], same["ETag"], "the same bytes have the same ETag");
    let second = live.put("/a", "two").await.json();
    assert_ne!(first["ETag"], second["ETag"]);
    let got = live.get("/a").await;
    assert_eq!((got.body.as_ref(), got.header("cache-control")), (b"two".as_slice(), None));
    assert_eq!(live.get("/b").await.body.as_ref(), b"one", "a body that two objects share stays for the other");
}

#[tokio::test]
async fn objects_of_the_same_bytes_are_replaced_and_deleted_one_after_the_other() {
    let (_api, live) = live().await;
    for path in ["/a", "/b", "/c", "/d"] {
        live.put(path, "same").await;
    }
    // All within the moment before their common body is looked at.
    for path in ["/a", "/b"] {
        assert_eq!(live.put(path, "new").await.status, 200, "{path}");
    }
    for path in ["/c", "/d"] {
        assert_eq!(live.delete(path).await.status, 200, "{path}");
    }
    live.put("/d", "same").await;
    for (path, body) in [("/a", "new"), ("/b", "new"), ("/d", "same")] {
        assert_eq!(live.get(path).await.body.as_ref(), body.as_bytes(), "{path}");
    }
}

#[tokio::test]
async fn paths_are_decoded_and_held_to_their_form() {
    let (_api, live) = live().await;
    for (put, get) in [
        ("//folder/file", "/folder/file"),
        ("/a%3Db%3Ac", "/a=b:c"),
        ("/%7Euser/-_.~", "/~user/-_.~"),
        ("/a%2Fb", "/a/b"),
        ("/1/2/3/4/5/6/7/8/9/10/file", "/1/2/3/4/5/6/7/8/9/10/file"),
        ("/...", "/..."),
    ] {
        assert_eq!(live.put(put, put).await.status, 200, "{put}");
        assert_eq!(live.get(get).await.body.as_ref(), put.as_bytes(), "{get}");
    }
    let long = format!("/{}", "x".repeat(900));
    assert_eq!(live.put(&long, "").await.status, 200);
    let too_long = format!("/{}", "x".repeat(901));
    for path in [
        "/a//b",
        "/a/",
        "/a%20b",
        "/a+b",
        "/%C3%A4",
        "/%ff",
        "/%00",
        "/a%0D%0Ab",
        "/1/2/3/4/5/6/7/8/9/10/11/file",
        "/..",
        "/../../etc/passwd",
        "/a/../b",
        "/a/./b",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/..%2f..%2fetc",
        "/a%5Cb",
        too_long.as_str(),
    ] {
        for method in ["PUT", "GET", "HEAD", "DELETE"] {
            let refused = live.send(method, path, &[], b"").await;
            assert_eq!((refused.status, refused.code()), (400, "ValidationException"), "{method} {path}");
        }
    }
}

#[tokio::test]
async fn headers_of_a_put_are_held_to_their_limits() {
    let (_api, live) = live().await;
    type Case = (&'static [(&'static str, &'static str)], Option<&'static str>);
    let cases: &[Case] = &[
        (&[("x-amz-storage-class", "TEMPORAL")], None),
        (&[("x-amz-upload-availability", "STANDARD")], None),
        (&[("x-amz-upload-availability", "standard")], None),
        (&[("x-amz-upload-availability", "STREAMING")], None),
        (&[("content-type", "application/vnd.apple.mpegurl")], None),
        (
            &[("content-type", "text/plain; charset=utf-8")],
            Some(
                "1 validation error detected: content-type: content type may hold only letters, digits, `_`, `-`, `/`, `.` and `+`, \
                 but character 11 is `;`",
            ),
        ),
        (
            &[("x-amz-storage-class", "STANDARD"), ("x-amz-upload-availability", "SOON")],
            Some(
                "2 validation errors detected: x-amz-storage-class: storage class `STANDARD` must be one of `TEMPORAL`; \
                 x-amz-upload-availability: upload availability `SOON` must be one of `STANDARD`, `STREAMING`",
            ),
        ),
        (
            &[("cache-control", "\u{e4}")],
            Some("1 validation error detected: cache-control holds other characters than those of ASCII"),
        ),
    ];
    for (headers, expected) in cases {
        let answer = live.send("PUT", "/a", headers, b"x").await;
        let expected_status = if expected.is_some() { 400 } else { 200 };
        assert_eq!(answer.status, expected_status, "{headers:?}: {answer:?}");
        if let Some(expected) = expected {
            assert_eq!(answer.message(), *expected);
        }
    }
}

#[tokio::test]
async fn a_body_that_is_not_the_signed_one_is_not_kept() {
    let (_api, live) = live().await;
    let header = |value: String| [("x-amz-content-sha256".to_owned(), value)];
    for (value, expected) in [(sha256(b"body"), 200), ("UNSIGNED-PAYLOAD".to_owned(), 200), (sha256(b"another"), 400)] {
        let headers = header(value);
        let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let path = format!("/{expected}");
        let put = live.send("PUT", &path, &headers, b"body").await;
        assert_eq!(put.status, expected);
        assert_eq!(live.get(&path).await.status == 200, expected == 200);
    }
}

#[tokio::test]
async fn sizes_are_held_to_the_byte() {
    let (_api, live) = live().await;
    let body = vec![7; 25 * 1024 * 1024 + 1];
    let streaming = [("x-amz-upload-availability", "STREAMING")];
    for (headers, limit) in [(&[][..], 25 * 1024 * 1024), (&streaming[..], 10 * 1024 * 1024)] {
        assert_eq!(live.send("PUT", "/full", headers, &body[..limit]).await.status, 200);
        assert_eq!(live.get("/full").await.body.len(), limit);
        let refused = live.send("PUT", "/over", headers, &body[..=limit]).await;
        assert_eq!((refused.status, refused.code()), (413, "RequestEntityTooLargeException"));
        assert_eq!(refused.message(), format!("the object has more than {limit} bytes"));
        assert_eq!(live.get("/over").await.status, 404);
    }
}

#[tokio::test]
async fn ranges_are_one_part_of_a_body() {
    let (_api, live) = live().await;
    live.put("/a", "0123456789").await;
    let etag = live.get("/a").await.header("etag").unwrap().to_owned();
    let date = live.get("/a").await.header("last-modified").unwrap().to_owned();
    let range = async |headers: &[(&str, &str)]| {
        let got = live.send("GET", "/a", headers, b"").await;
        (got.status, got.header("content-range").map(str::to_owned), String::from_utf8_lossy(&got.body).into_owned())
    };
    let part = |shown: &str, body: &str| (206, Some(format!("bytes {shown}/10")), body.to_owned());
    let whole = || (200, None, "0123456789".to_owned());
    for (header, expected) in [
        ("bytes=0-0", part("0-0", "0")),
        ("bytes=2-5", part("2-5", "2345")),
        ("bytes=7-", part("7-9", "789")),
        ("bytes=-3", part("7-9", "789")),
        ("bytes=0-100", part("0-9", "0123456789")),
        ("bytes=5-2", whole()),
        ("bytes=0-1,4-5", whole()),
        ("chunks=1-2", whole()),
    ] {
        assert_eq!(range(&[("range", header)]).await, expected, "{header}");
    }
    for (version, expected) in [
        (etag.as_str(), part("2-5", "2345")),
        (&format!("\"{etag}\""), part("2-5", "2345")),
        (date.as_str(), part("2-5", "2345")),
        ("another", whole()),
    ] {
        assert_eq!(range(&[("range", "bytes=2-5"), ("if-range", version)]).await, expected, "{version}");
    }
    let refused = live.send("GET", "/a", &[("range", "bytes=10-")], b"").await;
    assert_eq!((refused.status, refused.code()), (416, "RequestedRangeNotSatisfiableException"));
    assert_eq!(refused.header("content-range"), Some("bytes */10"));
}

#[tokio::test]
async fn conditions_are_passed_over_as_aws_did() {
    let (_api, live) = live().await;
    live.put("/a", "x").await;
    let got = live.get("/a").await;
    let (etag, date) = (got.header("etag").unwrap(), got.header("last-modified").unwrap());
    for header in [("if-none-match", etag), ("if-none-match", "*"), ("if-modified-since", date), ("if-match", "none")] {
        assert_eq!(live.send("GET", "/a", &[header], b"").await.status, 200, "{header:?}");
    }
    assert_eq!(live.send("PUT", "/a", &[("if-none-match", "*")], b"y").await.status, 200);
}

#[tokio::test]
async fn a_large_body_comes_back_whole_and_in_parts() {
    let (_api, live) = live().await;
    let body: Vec<u8> = (0..3_000_000_u32).map(|n| (n % 251) as u8).collect();
    let put = live.put("/large", &body).await.json();
    assert_eq!(put["ContentSHA256"], sha256(&body));
    assert_eq!(live.get("/large").await.body, body);
    let part = live.send("GET", "/large", &[("range", "bytes=262143-2500000")], b"").await;
    assert_eq!(part.body, &body[262_143..=2_500_000]);
}

#[tokio::test]
async fn a_listing_is_one_folder() {
    let (_api, live) = live().await;
    for path in ["/b", "/a/x", "/a/y/z", "/a.txt", "/a-1/q", "/c/d/e", "/zz"] {
        live.put(path, "").await;
    }
    for (folder, expected) in [
        ("", &["a-1/", "a.txt", "a/", "b", "c/", "zz"][..]),
        ("/", &["a-1/", "a.txt", "a/", "b", "c/", "zz"]),
        ("a", &["x", "y/"]),
        ("/a/", &["x", "y/"]),
        ("a/y", &["z"]),
        ("c", &["d/"]),
        ("b", &[]),
        ("none", &[]),
        ("a%2Fy", &["z"]),
    ] {
        assert_eq!(live.list(folder).await, expected, "{folder:?}");
    }
    assert_eq!(names(&live.get("/").await.json()).len(), 6, "no path is the container");
    let folder = live.get("/?Path=c").await.json();
    assert_eq!(folder, json!({"Items": [{"Name": "d", "Type": "FOLDER"}]}));
}

async fn pages(live: &Endpoint, folder: &str, size: usize) -> Vec<Vec<String>> {
    let mut pages = Vec::new();
    let mut token = String::new();
    loop {
        let page = live.get(&format!("/?Path={folder}&MaxResults={size}&NextToken={token}")).await;
        assert_eq!(page.status, 200, "{page:?}");
        let page = page.json();
        pages.push(names(&page));
        match &page["NextToken"] {
            Value::Null => return pages,
            next => token = next.as_str().unwrap().to_owned(),
        }
    }
}

#[tokio::test]
async fn a_listing_comes_in_pages() {
    let (_api, live) = live().await;
    for path in ["/a/1", "/a/2", "/b", "/c/1", "/d", "/f/g/1", "/f/g/2", "/f/h"] {
        live.put(path, "").await;
    }
    let all = ["a/", "b", "c/", "d", "f/"];
    for size in 1..=6 {
        let expected: Vec<Vec<String>> =
            all.chunks(size).map(|page| page.iter().map(|name| (*name).to_owned()).collect()).collect();
        assert_eq!(pages(&live, "", size).await, expected, "{size} a page");
    }
    assert_eq!(pages(&live, "f", 1).await, [["g/"], ["h"]]);
}

#[tokio::test]
async fn a_page_goes_on_after_what_changed() {
    let (_api, live) = live().await;
    for path in ["/a/1", "/b", "/d"] {
        live.put(path, "").await;
    }
    let first = live.get("/?MaxResults=1").await.json();
    assert_eq!(names(&first), ["a/"]);
    live.delete("/a/1").await;
    live.put("/a/2", "").await;
    live.put("/c", "").await;
    let token = first["NextToken"].as_str().unwrap();
    let rest = live.get(&format!("/?NextToken={token}")).await.json();
    assert_eq!(names(&rest), ["b", "c", "d"]);
}

#[tokio::test]
async fn listings_that_make_no_sense_are_refused() {
    let clock = Clock::standing("2026-11-23T10:00:00Z".parse().unwrap());
    let api = Api::with(Config { clock: clock.clone(), ..Config::default() });
    let live = Endpoint::create(&api, "live").await;
    for path in ["/a", "/b", "/c/d", "/c/e"] {
        live.put(path, "").await;
    }
    let token = async |query: &str| live.get(query).await.json()["NextToken"].as_str().unwrap().to_owned();
    let root = token("/?MaxResults=1").await;
    let folder = token("/?Path=c&MaxResults=1").await;
    let refused = async |query: &str| {
        let refused = live.get(query).await;
        assert_eq!((refused.status, refused.code()), (400, "ValidationException"), "{query}");
        refused.message()
    };
    for query in ["/?MaxResults=0", "/?MaxResults=1001", "/?MaxResults=x", "/?Path=a//b", "/?Path=a%20b"] {
        refused(query).await;
    }
    assert!(refused("/?NextToken=AAAA").await.ends_with("NextToken is none that this service gave out"));
    assert!(refused(&format!("/?Path=c&NextToken={root}")).await.ends_with("NextToken belongs to another folder"));
    assert_eq!(live.get(&format!("/?Path=c&NextToken={folder}")).await.status, 200);
    clock.advance(std::time::Duration::from_secs(15 * 60));
    let expired = refused(&format!("/?Path=c&NextToken={folder}")).await;
    assert!(expired.ends_with("NextToken has expired; it is good for 15 minutes"), "{expired}");
}

#[tokio::test]
async fn a_container_answers_on_its_host_and_below_a_prefix() {
    let (api, live) = live().await;
    let other = Endpoint::create(&api, "other").await;
    let everybody = format!(
        r#"{{"Statement":{{"Effect":"Allow","Principal":"*","Action":["mediastore:GetObject","mediastore:ListItems"],"Resource":"{}/*"}}}}"#,
        "arn:aws:mediastore:us-west-2:000000000000:container/live"
    );
    api.call("PutContainerPolicy", json!({"ContainerName": "live", "Policy": everybody})).await.unwrap();
    live.put("/a/b", "live").await;
    other.put("/a/b", "other").await;
    let get = async |host: &str, path: &str| {
        let request = Request::get(path).header("host", host).body(Full::default()).unwrap();
        endpoint::send(&api.service, request).await
    };
    let host = live.url.strip_prefix("http://").unwrap();
    let label = live.label();
    for (host, path) in [
        (host, "/a/b".to_owned()),
        (&host.to_uppercase(), "//a/b".to_owned()),
        ("127.0.0.1:8474", format!("/data/{label}/a/b")),
        ("127.0.0.1:8474", format!("/data/{label}//a/b")),
        ("localhost", "/data/live/a/b".to_owned()),
    ] {
        assert_eq!(get(host, &path).await.body.as_ref(), b"live", "{host} {path}");
    }
    assert_eq!(names(&get("localhost", "/data/live").await.json()), ["a/"]);
    assert_eq!(names(&get("localhost", "/data/live/?Path=a").await.json()), ["b"]);
    assert_eq!(get("localhost", "/data/live/?Path=%ff").await.code(), "ValidationException");
    for (host, path) in [
        ("aaaaaaaaaaaaaa.data.localhost:8474", "/a/b"),
        ("live.data.localhost:8474", "/a/b"),
        ("localhost", "/data/none/a/b"),
        ("localhost", "/data/Live/a/b"),
    ] {
        let refused = get(host, path).await;
        assert_eq!((refused.status, refused.code()), (404, "ContainerNotFoundException"), "{host} {path}");
    }
}

#[tokio::test]
async fn methods_without_an_operation_are_refused() {
    let (_api, live) = live().await;
    for (method, path) in
        [("POST", "/a"), ("PATCH", "/a"), ("PUT", "/"), ("DELETE", "/"), ("HEAD", "/"), ("TRACE", "/a")]
    {
        let refused = live.send(method, path, &[], b"").await;
        assert_eq!((refused.status, refused.code()), (404, "UnknownOperationException"), "{method} {path}");
    }
}

#[tokio::test]
async fn a_container_with_objects_is_not_deleted() {
    let (api, live) = live().await;
    let name = || json!({"ContainerName": "live"});
    live.put("/a/b", "x").await;
    let refused = api.refused("DeleteContainer", name(), "ContainerInUseException").await;
    assert_eq!((refused.status, refused.message.as_str()), (400, "container `live` holds objects; delete them first"));
    assert_eq!(live.get("/a/b").await.status, 200);
    live.delete("/a/b").await;
    api.call("DeleteContainer", name()).await.unwrap();
    let gone = live.get("/a/b").await;
    assert_eq!((gone.status, gone.code()), (404, "ContainerNotFoundException"));
    let again = Endpoint::create(&api, "live").await;
    assert_eq!(again.get("/a/b").await.code(), "ObjectNotFoundException");
}
