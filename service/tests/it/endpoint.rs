//! A client of one container's endpoint. It calls the service in process, and checks what every answer must have.

use aws_sigv4::http_request::SignableBody;
use bytes::Bytes;
use http::{HeaderMap, Method, Request};
use http_body_util::{BodyExt, Full};
use mediastore_service::Service;
use serde_json::{Value, json};

use crate::api::{Api, Owner};

/// The endpoint of a container.
#[derive(Clone)]
pub(crate) struct Endpoint {
    pub(crate) service: Service,
    pub(crate) owner: Owner,
    /// Such as `http://abcdefghijklmn.data.localhost:8474`.
    pub(crate) url: String,
}

/// An answer, read to its end.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    /// A header's text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// The code of an error, or nothing of a success.
    pub(crate) fn code(&self) -> &str {
        self.header("x-amzn-errortype").unwrap_or_default()
    }

    /// The message of an error.
    pub(crate) fn message(&self) -> String {
        self.json()["Message"].as_str().unwrap().to_owned()
    }
}

impl Endpoint {
    /// Creates a container and takes its endpoint.
    pub(crate) async fn create(api: &Api, name: &str) -> Self {
        api.container(name).await;
        Self::of(api, name).await
    }

    pub(crate) async fn of(api: &Api, name: &str) -> Self {
        let described = api.call("DescribeContainer", json!({"ContainerName": name})).await.unwrap();
        let url = described["Container"]["Endpoint"].as_str().unwrap().to_owned();
        Self { service: api.service.clone(), owner: api.owner.clone(), url }
    }

    pub(crate) fn label(&self) -> &str {
        self.url.strip_prefix("http://").and_then(|host| host.split('.').next()).unwrap()
    }

    /// A request of the owner to a path on this endpoint; `path` begins with a slash.
    pub(crate) fn request(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Request<Full<Bytes>> {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.url));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Full::from(body.to_vec())).unwrap();
        // What a header declares the body to be is what the owner signs; without one, uploads are signed as the SDKs do it.
        let declared = headers.iter().find(|(name, _)| *name == "x-amz-content-sha256");
        let body = match declared {
            Some((_, text)) => SignableBody::Precomputed((*text).to_owned()),
            None if method == "PUT" => SignableBody::UnsignedPayload,
            None => SignableBody::Bytes(body),
        };
        self.owner.sign(request, body)
    }

    pub(crate) async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        send(&self.service, self.request(method, path, headers, body)).await
    }

    /// Sends a request that nobody signed.
    pub(crate) async fn unsigned(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.url));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        send(&self.service, request.body(Full::default()).unwrap()).await
    }

    pub(crate) async fn put(&self, path: &str, body: impl AsRef<[u8]>) -> Answer {
        self.send("PUT", path, &[], body.as_ref()).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], b"").await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.send("DELETE", path, &[], b"").await
    }

    /// Names and types of a folder's entries, folders with a slash.
    pub(crate) async fn list(&self, folder: &str) -> Vec<String> {
        let answer = self.get(&format!("/?Path={folder}")).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        names(&answer.json())
    }
}

/// The entries of a listing, folders with a slash.
pub(crate) fn names(listing: &Value) -> Vec<String> {
    let items = listing["Items"].as_array().unwrap().iter();
    items
        .map(|item| {
            let slash = match item["Type"].as_str().unwrap() {
                "FOLDER" => "/",
                "OBJECT" => "",
                other => panic!("an item of type {other}"),
            };
            format!("{}{slash}", item["Name"].as_str().unwrap())
        })
        .collect()
}

/// Sends a request, reads the answer, and checks its manners.
pub(crate) async fn send(service: &Service, request: Request<Full<Bytes>>) -> Answer {
    let method = request.method().clone();
    let (head, body) = service.handle(request).await.unwrap().into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let answer = Answer { status: head.status.as_u16(), headers: head.headers, body };
    assert_eq!(answer.header("x-amzn-requestid").map(str::len), Some(32), "{answer:?}");
    if method == Method::HEAD {
        assert!(answer.body.is_empty(), "{answer:?}");
    } else if let Some(length) = answer.header("content-length") {
        assert_eq!(length, answer.body.len().to_string());
    }
    if answer.status >= 400 {
        assert!(!answer.code().is_empty(), "{answer:?}");
        assert_eq!(answer.header("content-type"), Some("application/json"));
        if method != Method::HEAD {
            assert_eq!(answer.json()["__type"], answer.code());
            assert!(!answer.message().is_empty() && !answer.message().ends_with('.'), "{answer:?}");
        }
    }
    answer
}
