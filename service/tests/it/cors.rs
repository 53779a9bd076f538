//! CORS on answers and preflights, as browsers see it. What is decided is `mediastore_policy::cors`; here it is headers.

use serde_json::{Value, json};

use crate::api::Api;
use crate::endpoint::{Answer, Endpoint};

async fn with(rules: Value) -> (Api, Endpoint) {
    let api = Api::new();
    let live = Endpoint::create(&api, "live").await;
    live.put("/a", "bytes").await;
    api.call("PutCorsPolicy", json!({"ContainerName": "live", "CorsPolicy": rules})).await.unwrap();
    (api, live)
}

/// The CORS headers of an answer, in the order of the names below.
fn cors(answer: &Answer) -> [Option<&str>; 6] {
    ["origin", "credentials", "methods", "headers", "max-age", "expose"].map(|name| match name {
        "max-age" => answer.header("access-control-max-age"),
        "expose" => answer.header("access-control-expose-headers"),
        name => answer.header(&format!("access-control-allow-{name}")),
    })
}

fn rules() -> Value {
    json!([
        {"AllowedOrigins": ["https://player.example.com", "http://*.example.org"], "AllowedMethods": ["GET", "HEAD"],
         "AllowedHeaders": ["Range", "x-custom-*"], "ExposeHeaders": ["ETag", "Content-Length"], "MaxAgeSeconds": 3000},
        {"AllowedOrigins": ["*"], "AllowedMethods": ["GET"], "AllowedHeaders": []},
    ])
}

const NONE: [Option<&str>; 6] = [None; 6];
const VARY: Option<&str> = Some("Origin, Access-Control-Request-Headers, Access-Control-Request-Method");

#[tokio::test]
async fn answers_say_who_may_read_them() {
    let (_api, live) = with(rules()).await;
    let player = "https://player.example.com";
    let named = [Some(player), Some("true"), Some("GET, HEAD"), None, Some("3000"), Some("ETag, Content-Length")];
    let any = [Some("*"), None, Some("GET"), None, None, None];
    for (method, origin, expected) in [
        ("GET", Some(player), named),
        ("HEAD", Some(player), named),
        ("GET", Some("https://other.example.com"), any),
        ("GET", Some("https://player.example.com:443"), any),
        ("HEAD", Some("https://other.example.com"), NONE),
        ("PUT", Some(player), NONE),
        ("GET", None, NONE),
    ] {
        let origin: Vec<_> = origin.map(|origin| ("origin", origin)).into_iter().collect();
        let answer = live.send(method, "/a", &origin, b"bytes").await;
        assert_eq!((answer.status, cors(&answer)), (200, expected), "{method} {origin:?}");
        assert_eq!(answer.header("vary"), VARY, "caches keep answers to different origins apart");
    }
    // A script may read why it was refused.
    let gone = live.send("GET", "/none", &[("origin", player)], b"").await;
    assert_eq!((gone.status, cors(&gone)), (404, named));
}

#[tokio::test]
async fn preflights_are_decided_rule_by_rule() {
    let (api, live) = with(rules()).await;
    let org = "http://a.example.org";
    let preflight = async |origin: &str, method: &str, names: Option<&str>| {
        let mut headers = vec![("origin", origin), ("access-control-request-method", method)];
        headers.extend(names.map(|names| ("access-control-request-headers", names)));
        live.unsigned("OPTIONS", "/any/path", &headers).await
    };
    let granted =
        |headers| [Some(org), Some("true"), Some("GET, HEAD"), headers, Some("3000"), Some("ETag, Content-Length")];
    for (origin, method, names, expected) in [
        (org, "GET", None, Some(granted(None))),
        (org, "HEAD", Some("range, X-Custom-A"), Some(granted(Some("range, X-Custom-A")))),
        (org, "GET", Some("range,authorization"), None),
        (org, "PUT", None, None),
        ("https://a.example.org", "GET", None, Some([Some("*"), None, Some("GET"), None, None, None])),
        ("https://a.example.org", "GET", Some("range"), None),
        ("https://a.example.org", "HEAD", None, None),
    ] {
        let answer = preflight(origin, method, names).await;
        match expected {
            Some(expected) => {
                assert_eq!((answer.status, cors(&answer)), (200, expected), "{origin} {method} {names:?}");
                assert!(answer.body.is_empty());
                assert_eq!(answer.header("vary"), VARY);
            }
            None => {
                let found = (answer.status, answer.code(), cors(&answer));
                assert_eq!(found, (403, "AccessDeniedException", NONE), "{origin} {method} {names:?}");
            }
        }
    }
    assert_eq!(live.unsigned("OPTIONS", "/a", &[("origin", org)]).await.code(), "ValidationException");
    assert_eq!(live.unsigned("OPTIONS", "/a", &[]).await.code(), "ValidationException");

    // Without a policy nothing is allowed, and answers do not vary.
    api.call("DeleteCorsPolicy", json!({"ContainerName": "live"})).await.unwrap();
    assert_eq!(preflight(org, "GET", None).await.status, 403);
    let answer = live.send("GET", "/a", &[("origin", org)], b"").await;
    assert_eq!((cors(&answer), answer.header("vary")), (NONE, None));
}
