//! How an endpoint is reached, and as whom: what a server sees of the provider block.

use std::fs;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use super::*;

const ROLE: &str = "arn:aws:iam::111122223333:role/media";

/// A server that keeps every request it got.
struct Recorder {
    address: SocketAddr,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Recorder {
    async fn start(tls: Option<TlsAcceptor>, answer: impl Fn(&str) -> String + Send + Sync + 'static) -> Recorder {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let recorder = Recorder { address: listener.local_addr().unwrap(), seen: Arc::default() };
        let seen = Arc::clone(&recorder.seen);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                match &tls {
                    None => serve(stream, &seen, &answer).await,
                    Some(tls) => {
                        // A client that does not trust us hangs up in the handshake.
                        if let Ok(stream) = tls.accept(stream).await {
                            serve(stream, &seen, &answer).await;
                        }
                    }
                }
            }
        });
        recorder
    }

    /// A MediaStore with one container and no tags.
    async fn mediastore(tls: Option<TlsAcceptor>) -> Recorder {
        let arn = "arn:aws:mediastore:us-west-2:111122223333:container/live";
        let body = format!(r#"{{"Container":{{"Name":"live","Status":"ACTIVE","ARN":"{arn}"}},"Tags":[]}}"#);
        Recorder::start(tls, move |_| http("application/x-amz-json-1.1", &body)).await
    }

    /// An STS that gives everybody the same credentials.
    async fn sts() -> Recorder {
        Recorder::start(None, |request| {
            let action = request.split("Action=").nth(1).and_then(|rest| rest.split('&').next()).unwrap();
            let given = "<AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>role-secret</SecretAccessKey>\
                         <SessionToken>role-token</SessionToken><Expiration>2100-01-01T00:00:00Z</Expiration>";
            let result = format!("<{action}Result><Credentials>{given}</Credentials></{action}Result>");
            http("text/xml", &format!("<{action}Response>{result}</{action}Response>"))
        })
        .await
    }

    fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    fn first(&self) -> String {
        self.seen.lock().unwrap().first().expect("nobody called").clone()
    }
}

async fn serve(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    seen: &Mutex<Vec<String>>,
    answer: &impl Fn(&str) -> String,
) {
    let mut request = Vec::new();
    let complete = |request: &[u8]| {
        let text = String::from_utf8_lossy(request).into_owned();
        let (head, body) = text.split_once("\r\n\r\n")?;
        let length =
            head.to_ascii_lowercase().split("content-length: ").nth(1)?.lines().next()?.parse::<usize>().ok()?;
        (body.len() >= length).then_some(text)
    };
    let request = loop {
        if let Some(text) = complete(&request) {
            break text;
        }
        let mut part = [0; 4096];
        match stream.read(&mut part).await {
            Ok(0) | Err(_) => return,
            Ok(read) => request.extend_from_slice(&part[..read]),
        }
    };
    let answer = answer(&request);
    seen.lock().unwrap().push(request);
    // A client that went away early is its own business.
    let _ = stream.write_all(answer.as_bytes()).await;
    let _ = stream.shutdown().await;
}

fn http(content_type: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
}

/// The provider block of [`endpoint`] with more in it.
fn endpoint_with(url: &str, more: &[(&str, Value)]) -> Value {
    let Value::Object(mut fields) = endpoint(url) else { panic!("an object") };
    fields.extend(more.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
    Value::Object(fields)
}

/// Reads the container, and gives the first request that the server saw.
async fn request_seen(server: &Recorder, config: Value) -> String {
    let mut terraform = configured(config).await;
    terraform.read_data_source(CONTAINER, container("live")).await.unwrap();
    server.first()
}

#[tokio::test]
async fn a_call_is_signed_with_the_blocks_keys_and_says_who_calls() {
    let server = Recorder::mediastore(None).await;
    let more = [("token", "session".into()), ("user_agent", "team-video/1 (nightly)".into())];
    let seen = request_seen(&server, endpoint_with(&server.url(), &more)).await;
    for part in [
        "Credential=AKIAEXAMPLE/",
        "/us-west-2/mediastore/aws4_request",
        "x-amz-security-token: session",
        concat!(
            " terraform-provider-mediastore/",
            env!("CARGO_PKG_VERSION"),
            " Terraform/1.11.4 team-video/1 (nightly)\r\n"
        ),
    ] {
        assert!(seen.contains(part), "no {part:?} in {seen}");
    }
}

#[tokio::test]
async fn a_role_is_assumed_with_the_blocks_keys() {
    let (server, sts) = (Recorder::mediastore(None).await, Recorder::sts().await);
    let role = object(&[
        ("role_arn", ROLE.into()),
        ("external_id", "shared".into()),
        ("policy", "{}".into()),
        ("duration", "15m".into()),
    ]);
    let more = [("sts_endpoint", sts.url().as_str().into()), ("assume_role", role)];
    let seen = request_seen(&server, endpoint_with(&server.url(), &more)).await;
    assert!(seen.contains("Credential=ASIAROLE/") && seen.contains("x-amz-security-token: role-token"), "{seen}");
    let asked = sts.first();
    for part in [
        "Credential=AKIAEXAMPLE/",
        "Action=AssumeRole&",
        "RoleArn=arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2Fmedia",
        "RoleSessionName=terraform-provider-mediastore",
        "ExternalId=shared",
        "DurationSeconds=900",
        "Policy=%7B%7D",
    ] {
        assert!(asked.contains(part), "no {part:?} in {asked}");
    }
}

#[tokio::test]
async fn a_token_is_exchanged_for_a_role_and_that_for_another() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    fs::write(&file, "the-token\n").unwrap();
    let file = Value::from(file.to_str().unwrap());
    for token in [("web_identity_token", "the-token".into()), ("web_identity_token_file", file)] {
        let (server, sts) = (Recorder::mediastore(None).await, Recorder::sts().await);
        let web = object(&[("role_arn", ROLE.into()), ("session_name", "job-7".into()), token]);
        let more = [
            ("sts_endpoint", sts.url().as_str().into()),
            ("assume_role_with_web_identity", web),
            ("assume_role", object(&[("role_arn", ROLE.into())])),
        ];
        let seen = request_seen(&server, endpoint_with(&server.url(), &more)).await;
        assert!(seen.contains("Credential=ASIAROLE/"), "{seen}");
        let asked = sts.seen.lock().unwrap().clone();
        let [web, role] = asked.as_slice() else { panic!("two questions: {asked:?}") };
        for part in ["Action=AssumeRoleWithWebIdentity&", "WebIdentityToken=the-token", "RoleSessionName=job-7"] {
            assert!(web.contains(part), "no {part:?} in {web}");
        }
        assert!(!web.contains("the-token%0A"), "the file's last line break is no part of the token: {web}");
        assert!(!web.to_lowercase().contains("authorization:"), "a token needs no signature: {web}");
        assert!(role.contains("Action=AssumeRole&") && role.contains("Credential=ASIAROLE/"), "{role}");
    }
}

#[tokio::test]
async fn a_refused_role_is_an_error_that_tells_no_secret() {
    let server = Recorder::mediastore(None).await;
    let sts =
        Recorder::start(None, |_| "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".into())
            .await;
    let web = object(&[("role_arn", ROLE.into()), ("web_identity_token", "hidden-token".into())]);
    let more = [("sts_endpoint", sts.url().as_str().into()), ("assume_role_with_web_identity", web)];
    let mut terraform = configured(endpoint_with(&server.url(), &more)).await;
    let messages = terraform.read_data_source(CONTAINER, container("live")).await.unwrap_err();
    let text = format!("{messages:?}");
    assert!(text.contains("credentials") && !text.contains("hidden"), "{text}");
}

#[tokio::test]
async fn only_the_bundles_certificates_are_trusted() {
    let key = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let private = PrivateKeyDer::try_from(key.signing_key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![key.cert.der().clone()], private)
        .unwrap();
    let server = Recorder::mediastore(Some(TlsAcceptor::from(Arc::new(config)))).await;
    let url = format!("https://{}", server.address);
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        Value::from(path.to_str().unwrap())
    };
    let seen = request_seen(&server, endpoint_with(&url, &[("ca_bundle", file("ca.pem", &key.cert.pem()))])).await;
    assert!(seen.contains("DescribeContainer"), "{seen}");

    let other = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap().cert.pem();
    let more = [("ca_bundle", file("other.pem", &other)), ("max_retries", 0.into())];
    let mut terraform = configured(endpoint_with(&url, &more)).await;
    let messages = terraform.read_data_source(CONTAINER, container("live")).await.unwrap_err();
    assert!(the_error(&messages).detail.contains("invalid peer certificate"), "{messages:?}");

    let broken = other.replace("MII", "AAA");
    for (bundle, words) in [
        ("/nowhere/ca.pem".into(), "cannot be read"),
        (file("text", "no certificate"), "holds no PEM certificate"),
        (file("broken", &broken), "cannot be used"),
    ] {
        let mut terraform = Harness::new(MediaStore).await;
        let messages = terraform.configure(endpoint_with(&url, &[("ca_bundle", bundle)])).await.unwrap_err();
        let error = the_error(&messages);
        assert!(error.path == "ca_bundle" && error.detail.contains(words), "{error:?}");
    }
}

#[tokio::test]
async fn a_silent_server_is_given_up_after_the_blocks_time() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let more = [("request_timeout", "100ms".into()), ("connect_timeout", "100ms".into()), ("max_retries", 0.into())];
    let mut terraform = configured(endpoint_with(&url, &more)).await;
    let messages = terraform.read_data_source(CONTAINER, container("live")).await.unwrap_err();
    assert!(the_error(&messages).detail.contains("no answer in time"), "{messages:?}");
}
