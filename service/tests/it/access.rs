//! Who may do what to objects: by container policy, identity, and what is known of the request.

use std::net::IpAddr;

use aws_sigv4::http_request::SignableBody;
use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use mediastore_service::{Config, Connection, Identities, Service, Store};
use serde_json::{Value, json};

use crate::api;
use crate::endpoint::{self, Answer};
use crate::signer::Signer;

const KEYS: &str = r#"
[keys.ROOT]
secret_key = "s"
principal = "arn:aws:iam::000000000000:root"

[keys.BOB]
secret_key = "s"
principal = "arn:aws:iam::000000000000:user/bob"

[keys.READER]
secret_key = "s"
principal = "arn:aws:sts::111122223333:assumed-role/reader/session"
context = { "aws:PrincipalOrgID" = "o-example" }

[keys.CDN]
secret_key = "s"
principal = "cloudfront.amazonaws.com"
context = { "aws:SourceArn" = "arn:aws:cloudfront::000000000000:distribution/E1" }
"#;

const ARN: &str = "arn:aws:mediastore:us-west-2:000000000000:container/live";

struct World {
    service: Service,
    _folder: tempfile::TempDir,
}

/// Who asks, over what, from where; and a header.
#[derive(Clone, Copy)]
struct Way<'a> {
    key: Option<&'a str>,
    tls: bool,
    from: &'a str,
    header: Option<(&'a str, &'a str)>,
}

const ANYBODY: Way<'static> = Way { key: None, tls: true, from: "198.51.100.7", header: None };

fn by(key: &str) -> Way<'_> {
    Way { key: Some(key), ..ANYBODY }
}

impl World {
    /// A container with an object `a/b` and this policy.
    async fn new(policy: Option<&str>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("keys.toml");
        std::fs::write(&file, KEYS).unwrap();
        let identities = Identities::from_file(&file).unwrap();
        let trusted_proxies = vec!["10.0.0.0/8".parse().unwrap()];
        let config = Config { identities, trusted_proxies, ..Config::default() };
        let service = Service::new(Store::open(folder.path()).unwrap(), config);
        let world = Self { service, _folder: folder };
        let live = json!({"ContainerName": "live"});
        world.control("CreateContainer", &live).await;
        assert_eq!(world.ask("PUT", "/a/b", by("ROOT")).await.status, 200);
        if let Some(policy) = policy {
            world.control("PutContainerPolicy", &json!({"ContainerName": "live", "Policy": policy})).await;
        }
        world
    }

    async fn control(&self, operation: &str, input: &Value) {
        let mut request = api::request(operation, input);
        Signer::new("ROOT", "s", "us-west-2")
            .sign(&mut request, SignableBody::Bytes(&serde_json::to_vec(input).unwrap()));
        api::send(&self.service, request).await.unwrap().unwrap();
    }

    async fn ask(&self, method: &str, path: &str, way: Way<'_>) -> Answer {
        self.ask_for("us-west-2", method, path, way).await
    }

    async fn ask_for(&self, region: &str, method: &str, path: &str, way: Way<'_>) -> Answer {
        let mut request = Request::builder().method(method).uri(format!("http://localhost/data/live{path}"));
        if let Some((name, value)) = way.header {
            request = request.header(name, value);
        }
        let mut request = request.body(Full::from(Bytes::new())).unwrap();
        if let Some(key) = way.key {
            Signer::new(key, "s", region).sign(&mut request, SignableBody::Bytes(b""));
        }
        let peer: IpAddr = way.from.parse().unwrap();
        request.extensions_mut().insert(Connection { peer, tls: way.tls });
        endpoint::send(&self.service, request).await
    }

    async fn code(&self, method: &str, path: &str, way: Way<'_>) -> String {
        let answer = self.ask(method, path, way).await;
        if answer.status == 200 { "fine".to_owned() } else { answer.code().to_owned() }
    }
}

fn statement(rest: &str) -> String {
    format!(r#"{{"Version":"2012-10-17","Statement":[{{"Sid":"S","Resource":"{ARN}/*",{rest}}}]}}"#)
}

const DENIED: &str = "AccessDeniedException";

#[tokio::test]
async fn the_default_policy_lets_the_owners_account_in_over_tls() {
    let world = World::new(None).await;
    for (who, method, path, expected) in [
        (by("ROOT"), "GET", "/a/b", "fine"),
        (Way { tls: false, ..by("ROOT") }, "GET", "/a/b", "fine"),
        (by("BOB"), "GET", "/a/b", "fine"),
        (by("BOB"), "PUT", "/a/c", "fine"),
        (by("BOB"), "GET", "/", "fine"),
        (Way { tls: false, ..by("BOB") }, "GET", "/a/b", DENIED),
        (by("READER"), "GET", "/a/b", DENIED),
        (by("CDN"), "GET", "/a/b", DENIED),
        (ANYBODY, "GET", "/a/b", DENIED),
        (ANYBODY, "HEAD", "/a/b", DENIED),
        (ANYBODY, "PUT", "/a/b", DENIED),
        (ANYBODY, "GET", "/", DENIED),
        // Whether there is an object, and whether its name could be one, is not for everybody to know.
        (ANYBODY, "GET", "/none", DENIED),
        (ANYBODY, "DELETE", "/none", DENIED),
    ] {
        assert_eq!(world.code(method, path, who).await, expected, "{:?} tls {} {method} {path}", who.key, who.tls);
    }
    let refused = world.ask("GET", "/a/b", ANYBODY).await;
    assert_eq!(refused.status, 403);
    assert_eq!(
        refused.message(),
        format!(
            "User: anonymous is not authorized to perform: mediastore:GetObject on resource: {ARN}/a/b because no \
             resource-based policy allows the mediastore:GetObject action"
        )
    );
    let elsewhere = world.ask_for("eu-west-1", "GET", "/a/b", by("ROOT")).await;
    assert_eq!(elsewhere.code(), "InvalidSignatureException", "signed for another region than the container's");
}

#[tokio::test]
async fn policies_see_the_request_as_it_is() {
    let everybody = r#""Effect":"Allow","Principal":"*","Action":["mediastore:GetObject","mediastore:DescribeObject"]"#;
    let only = |condition: &str| statement(&format!(r#"{everybody},"Condition":{condition}"#));
    let header = |name, value| Way { header: Some((name, value)), ..ANYBODY };
    let plain = Way { tls: false, ..ANYBODY };
    let from = |from| Way { from, ..ANYBODY };
    let proxied = |value| Way { from: "10.1.2.3", tls: false, header: Some(("x-forwarded-for", value)), key: None };
    type Case<'a> = (String, &'a [(Way<'a>, bool)]);
    let cases: &[Case<'_>] = &[
        (statement(everybody), &[(ANYBODY, true), (plain, true), (by("READER"), true), (by("CDN"), true)]),
        (only(r#"{"Bool":{"aws:SecureTransport":"true"}}"#), &[(ANYBODY, true), (plain, false)]),
        (
            only(r#"{"IpAddress":{"aws:SourceIp":"198.51.100.0/24"}}"#),
            &[
                (ANYBODY, true),
                (from("::ffff:198.51.100.9"), true),
                (from("203.0.113.9"), false),
                (Way { from: "203.0.113.9", ..header("x-forwarded-for", "198.51.100.7") }, false),
                (proxied("198.51.100.7"), true),
                (proxied("198.51.100.7, 203.0.113.9"), false),
            ],
        ),
        (
            only(r#"{"StringEquals":{"aws:Referer":"secret"}}"#),
            &[(header("referer", "secret"), true), (header("referer", "Secret"), false), (ANYBODY, false)],
        ),
        (
            only(r#"{"StringLike":{"aws:UserAgent":"player/*"}}"#),
            &[(header("user-agent", "player/2"), true), (header("user-agent", "curl"), false), (ANYBODY, false)],
        ),
        (only(r#"{"DateGreaterThan":{"aws:CurrentTime":"2020-01-01T00:00:00Z"}}"#), &[(ANYBODY, true)]),
        (only(r#"{"NumericLessThan":{"aws:EpochTime":"1600000000"}}"#), &[(ANYBODY, false)]),
        (only(r#"{"StringEquals":{"aws:RequestedRegion":"us-west-2"}}"#), &[(ANYBODY, true)]),
        (only(r#"{"StringEquals":{"aws:PrincipalType":"Anonymous"}}"#), &[(ANYBODY, true), (by("BOB"), false)]),
        (
            only(r#"{"StringEquals":{"aws:PrincipalOrgID":"o-example"}}"#),
            &[(by("READER"), true), (by("BOB"), false), (ANYBODY, false)],
        ),
        (
            only(r#"{"ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::111122223333:role/reader"}}"#),
            &[(by("READER"), true), (by("BOB"), false)],
        ),
        (
            statement(
                r#""Effect":"Allow","Principal":{"Service":"cloudfront.amazonaws.com"},"Action":"mediastore:GetObject","Condition":{"StringEquals":{"AWS:SourceArn":"arn:aws:cloudfront::000000000000:distribution/E1"}}"#,
            ),
            &[(by("CDN"), true), (by("READER"), false), (ANYBODY, false)],
        ),
        (
            statement(
                r#""Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:role/reader"},"Action":"mediastore:Get*""#,
            ),
            &[(by("READER"), true), (by("BOB"), false), (by("ROOT"), true), (ANYBODY, false)],
        ),
        // An explicit deny binds the owner's root too.
        (
            statement(r#""Effect":"Deny","Principal":"*","Action":"mediastore:GetObject""#),
            &[(by("ROOT"), false), (by("BOB"), false)],
        ),
    ];
    for (policy, ways) in cases {
        let world = World::new(Some(policy)).await;
        for (way, allowed) in *ways {
            let found = world.code("GET", "/a/b", *way).await;
            let expected = if *allowed { "fine" } else { DENIED };
            assert_eq!(found, expected, "{policy}: {:?} tls {} from {} {:?}", way.key, way.tls, way.from, way.header);
        }
    }
}

#[tokio::test]
async fn each_operation_is_its_own_action() {
    for (action, method, path) in [
        ("GetObject", "GET", "/a/b"),
        ("DescribeObject", "HEAD", "/a/b"),
        ("PutObject", "PUT", "/a/c"),
        ("DeleteObject", "DELETE", "/a/b"),
        ("ListItems", "GET", "/?Path=a"),
    ] {
        let tls = r#","Condition":{"Bool":{"aws:SecureTransport":"true"}}"#;
        let policy = statement(&format!(r#""Effect":"Allow","Principal":"*","Action":"mediastore:{action}"{tls}"#));
        let world = World::new(Some(&policy)).await;
        for (other, method, path) in [
            ("GetObject", "GET", "/a/b"),
            ("DescribeObject", "HEAD", "/a/b"),
            ("PutObject", "PUT", "/a/c"),
            ("ListItems", "GET", "/?Path=a"),
        ] {
            let expected = if other == action { "fine" } else { DENIED };
            assert_eq!(world.code(method, path, ANYBODY).await, expected, "{other} by a policy for {action}");
        }
        assert_eq!(world.code(method, path, ANYBODY).await, "fine", "{action}");
    }
}

#[tokio::test]
async fn a_listing_is_about_its_folder() {
    let policy = format!(
        r#"{{"Statement":{{"Effect":"Allow","Principal":"*","Action":"mediastore:ListItems","Resource":"{ARN}/a/*"}}}}"#
    );
    let world = World::new(Some(&policy)).await;
    for (path, allowed) in [
        ("/?Path=a/", true),
        ("/?Path=/a/", true),
        ("/?Path=a/b", true),
        ("/?Path=a", false),
        ("/", false),
        ("/?Path=b/", false),
    ] {
        let expected = if allowed { "fine" } else { DENIED };
        assert_eq!(world.code("GET", path, ANYBODY).await, expected, "{path}");
    }
}

#[tokio::test]
async fn a_changed_policy_acts_with_the_next_request_also_by_another_process() {
    let world = World::new(None).await;
    assert_eq!(world.code("GET", "/a/b", ANYBODY).await, DENIED);
    // Two stores on one folder are to each other what two processes are.
    let identities = Identities::from_file(&world._folder.path().join("keys.toml")).unwrap();
    let config = Config { identities, ..Config::default() };
    let other = Service::new(Store::open(world._folder.path()).unwrap(), config);
    for allowed in [true, false, true] {
        let effect = if allowed { "Allow" } else { "Deny" };
        let policy = statement(&format!(r#""Effect":"{effect}","Principal":"*","Action":"mediastore:GetObject""#));
        let input = json!({"ContainerName": "live", "Policy": policy});
        let mut request = api::request("PutContainerPolicy", &input);
        Signer::new("ROOT", "s", "us-west-2")
            .sign(&mut request, SignableBody::Bytes(&serde_json::to_vec(&input).unwrap()));
        api::send(&other, request).await.unwrap().unwrap();
        assert_eq!(world.code("GET", "/a/b", ANYBODY).await == "fine", allowed);
    }
}
