//! The client of most tests. It calls the service in process, as the provider does.

use aws_sigv4::http_request::SignableBody;
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::{BodyExt, Full};
use mediastore_service::{Clock, Config, Dropped, Identities, OwnerKey, Service, Store};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::signer::Signer;

/// A service on a folder of its own, and the key of its owner.
pub(crate) struct Api {
    pub(crate) service: Service,
    pub(crate) owner: Owner,
    pub(crate) store: Store,
    pub(crate) folder: Arc<TempDir>,
}

/// An answer: the output, or the error's status, code and message.
pub(crate) type Answer = Result<Value, Refused>;

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Refused {
    pub(crate) status: u16,
    pub(crate) code: String,
    pub(crate) message: String,
}

impl Api {
    pub(crate) fn new() -> Self {
        Self::with(Config::default())
    }

    pub(crate) fn with(config: Config) -> Self {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        let store = Store::open(folder.path()).unwrap();
        Self::on(folder, store, config)
    }

    /// Another service on the same store.
    pub(crate) fn sharing(&self, config: Config) -> Self {
        Self::on(Arc::clone(&self.folder), self.store.clone(), config)
    }

    fn on(folder: Arc<TempDir>, store: Store, config: Config) -> Self {
        let (identities, key) = Identities::owner(&config.account).unwrap();
        let owner = Owner { key, region: config.region.to_string(), clock: config.clock.clone() };
        let service = Service::new(store.clone(), Config { identities, ..config });
        Self { service, owner, store, folder }
    }

    /// Calls an operation.
    pub(crate) async fn call(&self, operation: &str, input: Value) -> Answer {
        self.send(self.owner.signed(operation, &input)).await.unwrap()
    }

    /// A signed call of an operation, to be tampered with.
    pub(crate) fn signed(&self, operation: &str, input: &Value) -> Request<Full<Bytes>> {
        self.owner.signed(operation, input)
    }

    /// Signs a request as the owner.
    pub(crate) fn sign(&self, request: Request<Full<Bytes>>, body: &[u8]) -> Request<Full<Bytes>> {
        self.owner.sign(request, SignableBody::Bytes(body))
    }

    /// The same service, with calls for another region.
    pub(crate) fn in_region(&mut self, region: &str) -> &Self {
        region.clone_into(&mut self.owner.region);
        self
    }

    /// Calls an operation that has to be refused with that code.
    #[track_caller]
    pub(crate) fn refused(&self, operation: &str, input: Value, code: &str) -> impl Future<Output = Refused> {
        let place = std::panic::Location::caller();
        let request = self.owner.signed(operation, &input);
        let (service, operation, code) = (self.service.clone(), operation.to_owned(), code.to_owned());
        async move {
            match send(&service, request).await.unwrap() {
                Err(refused) if refused.code == code => refused,
                other => panic!("{place}: {operation} {input} answered {other:?}, not {code}"),
            }
        }
    }

    /// Creates a container that is ACTIVE at once.
    pub(crate) async fn container(&self, name: &str) {
        self.call("CreateContainer", json!({"ContainerName": name})).await.unwrap();
    }

    pub(crate) async fn send(&self, request: Request<Full<Bytes>>) -> Result<Answer, Dropped> {
        send(&self.service, request).await
    }
}

/// Signs by the clock of the service.
#[derive(Clone)]
pub(crate) struct Owner {
    pub(crate) key: OwnerKey,
    region: String,
    clock: Clock,
}

impl Owner {
    fn signed(&self, operation: &str, input: &Value) -> Request<Full<Bytes>> {
        self.sign(request(operation, input), SignableBody::Bytes(&serde_json::to_vec(input).unwrap()))
    }

    pub(crate) fn sign<B>(&self, mut request: Request<B>, body: SignableBody<'_>) -> Request<B> {
        let signer = Signer::new(&self.key.access_key, self.key.secret_key(), &self.region);
        let time = self.clock.time().into();
        let sends_hash = matches!(body, SignableBody::UnsignedPayload);
        Signer { time, sends_hash, ..signer }.sign(&mut request, body);
        request
    }
}

/// A request as the SDKs send it, unsigned.
pub(crate) fn request(operation: &str, input: &Value) -> Request<Full<Bytes>> {
    Request::post("http://localhost/")
        .header("content-type", "application/x-amz-json-1.1")
        .header("x-amz-target", format!("MediaStore_20170901.{operation}"))
        .body(Full::from(serde_json::to_vec(input).unwrap()))
        .unwrap()
}

/// Sends a request and checks what every answer must have, so that no single test needs to.
pub(crate) async fn send(service: &Service, request: Request<Full<Bytes>>) -> Result<Answer, Dropped> {
    let response = service.handle(request).await?;
    let (head, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let header = |name: &str| head.headers.get(name).map(|value| value.to_str().unwrap().to_owned());
    assert_eq!(header("content-type").as_deref(), Some("application/x-amz-json-1.1"));
    assert_eq!(header("content-length"), Some(body.len().to_string()));
    assert_eq!(header("x-amzn-requestid").map(|id| id.len()), Some(32));
    if head.status == StatusCode::OK {
        assert_eq!(header("x-amzn-errortype"), None);
        return Ok(Ok(if body.is_empty() { Value::Null } else { serde_json::from_slice(&body).unwrap() }));
    }
    let error: Value = serde_json::from_slice(&body).unwrap();
    let text = |member: &str| error[member].as_str().unwrap().to_owned();
    let (code, message) = (text("__type"), text("Message"));
    assert_eq!(error.as_object().unwrap().len(), 2, "{error}");
    assert_eq!(header("x-amzn-errortype"), Some(code.clone()));
    assert!(!message.is_empty() && !message.ends_with('.'), "{message}");
    Ok(Err(Refused { status: head.status.as_u16(), code, message }))
}
