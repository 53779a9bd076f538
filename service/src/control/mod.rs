//! The control plane: 21 operations of AWS JSON 1.1, all of them `POST /` with the operation's name in `X-Amz-Target`.
//!
//! Each family of operations is one file that decodes, applies and encodes. This file reads the envelope, finds the operation in one
//! table, and writes the answer or the error. It knows no operation's members.

mod access_logging;
mod container_policy;
mod containers;
mod cors_policy;
mod input;
mod lifecycle_policy;
mod metric_policy;
mod resource;
mod tags;

pub(crate) use self::container_policy::default as default_container_policy;
pub(crate) use self::cors_policy::rules as cors_rules;

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderName, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::de::DeserializeOwned;

use crate::answer::{self, AWS_JSON};
use crate::auth::access::{self, Wish};
use crate::auth::{self, BodyIs, Source};
use crate::data::Incoming;
use crate::error::{ApiError, Code};
use crate::faults::{Effect, When};
use crate::service::{Body, Dropped, Service};
use crate::store::containers::Realm;
use crate::watch::Trail;

/// What precedes the operation's name in `X-Amz-Target`.
const TARGET_PREFIX: &str = "MediaStore_20170901.";

/// Most bytes of a request body. The largest legal one is a CORS policy of 398,000 characters, each written as a six-byte escape.
const BODY_SIZE: usize = 4 * 1024 * 1024;

/// How long a client may take to send a request body.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);

const TARGET: HeaderName = HeaderName::from_static("x-amz-target");

/// What an operation gives back: the JSON text of its output, or nothing.
type Output = Result<Bytes, ApiError>;

/// An operation in the table.
type Operation = fn(Call) -> Pin<Box<dyn Future<Output = Output> + Send>>;

/// Every operation of the API, by name.
const OPERATIONS: &[(&str, Operation)] = &[
    ("CreateContainer", |call| Box::pin(containers::create(call))),
    ("DescribeContainer", |call| Box::pin(containers::describe(call))),
    ("ListContainers", |call| Box::pin(containers::list(call))),
    ("DeleteContainer", |call| Box::pin(containers::delete(call))),
    ("PutContainerPolicy", |call| Box::pin(container_policy::put(call))),
    ("GetContainerPolicy", |call| Box::pin(container_policy::get(call))),
    ("DeleteContainerPolicy", |call| Box::pin(container_policy::delete(call))),
    ("PutCorsPolicy", |call| Box::pin(cors_policy::put(call))),
    ("GetCorsPolicy", |call| Box::pin(cors_policy::get(call))),
    ("DeleteCorsPolicy", |call| Box::pin(cors_policy::delete(call))),
    ("PutLifecyclePolicy", |call| Box::pin(lifecycle_policy::put(call))),
    ("GetLifecyclePolicy", |call| Box::pin(lifecycle_policy::get(call))),
    ("DeleteLifecyclePolicy", |call| Box::pin(lifecycle_policy::delete(call))),
    ("PutMetricPolicy", |call| Box::pin(metric_policy::put(call))),
    ("GetMetricPolicy", |call| Box::pin(metric_policy::get(call))),
    ("DeleteMetricPolicy", |call| Box::pin(metric_policy::delete(call))),
    ("StartAccessLogging", |call| Box::pin(access_logging::start(call))),
    ("StopAccessLogging", |call| Box::pin(access_logging::stop(call))),
    ("TagResource", |call| Box::pin(tags::tag(call))),
    ("UntagResource", |call| Box::pin(tags::untag(call))),
    ("ListTagsForResource", |call| Box::pin(tags::list(call))),
];

/// One call of an operation: everything it may look at.
struct Call {
    service: Service,
    /// The account and region whose containers the caller means.
    realm: Realm,
    /// Milliseconds since 1970, the same throughout the call.
    now: i64,
    body: Bytes,
}

impl Call {
    /// The operation's input. An empty body is an empty input.
    fn input<T: DeserializeOwned>(&self) -> Result<T, ApiError> {
        let body: &[u8] = if self.body.is_empty() { b"{}" } else { &self.body };
        serde_json::from_slice(body)
            .map_err(|error| ApiError::new(Code::Serialization, format!("the request body cannot be read: {error}")))
    }
}

/// The output of an operation that has none.
const NOTHING: Output = Ok(Bytes::new());

/// Answers a request to the control plane.
pub(crate) async fn handle(service: &Service, request: Request<Incoming>) -> Result<Response<Body>, Dropped> {
    let request_id = answer::request_id();
    let (name, operation) = match find(&request) {
        Ok(found) => found,
        Err(error) => {
            tracing::info!(request_id, %error, "refused");
            return Ok(respond(Err(error), &request_id));
        }
    };
    let fault = service.faults().next(name);
    match &fault {
        Some(Effect::Drop(When::Before)) => return Err(Dropped),
        Some(Effect::Answer(fault)) => {
            let response = answer::failure(fault.status, AWS_JSON, &fault.code, &fault.message);
            return Ok(answer::named(response, &request_id));
        }
        Some(Effect::Delay(by)) => tokio::time::sleep(*by).await,
        Some(Effect::Drop(When::After)) | None => {}
    }
    let (head, body) = request.into_parts();
    let now = service.config().clock.now();
    let source = Source::of(&head, &service.config().trusted_proxies);
    let mut trail = Trail::begin(&request_id, name, now, &head, source);
    let result = perform(service, (name, operation), (&head, body), now, &mut trail).await;
    if let Some(logs) = service.logs() {
        trail.end(logs, result.as_ref().err());
    }
    match &result {
        Ok(_) => tracing::debug!(operation = name, request_id, "done"),
        Err(error) => tracing::info!(operation = name, request_id, %error, "refused"),
    }
    if fault == Some(Effect::Drop(When::After)) {
        return Err(Dropped);
    }
    Ok(respond(result, &request_id))
}

fn find<B>(request: &Request<B>) -> Result<(&'static str, Operation), ApiError> {
    let unknown = |message: String| Err(ApiError::new(Code::UnknownOperation, message));
    if request.method() != Method::POST || request.uri().path() != "/" {
        return unknown(format!("no operation answers {} {}", request.method(), request.uri().path()));
    }
    let target = request.headers().get(TARGET).and_then(|target| target.to_str().ok());
    let Some(target) = target else {
        return unknown("the header X-Amz-Target is missing".to_owned());
    };
    let name = target.strip_prefix(TARGET_PREFIX);
    match OPERATIONS.iter().find(|(known, _)| Some(*known) == name) {
        Some(&found) => Ok(found),
        None => unknown(format!("X-Amz-Target `{target}` is no operation of this service")),
    }
}

async fn perform(
    service: &Service,
    (name, operation): (&str, Operation),
    (head, body): (&Parts, Incoming),
    now: i64,
    trail: &mut Trail,
) -> Output {
    let config = service.config();
    let mut body = Limited::new(body, BODY_SIZE).boxed_unsync();
    let (requester, check) = auth::authenticate(&config.identities, now, head, &mut body, BodyIs::Signed).await?;
    let region = requester.region.clone().unwrap_or_else(|| config.region.clone());
    trail.requested_by(&requester, region.as_str());
    let body = read(check.over(body)).await?;
    let realm = Realm { account: config.account.to_string(), region: region.to_string() };
    let (action, resource) = (format!("mediastore:{name}"), resource::named_in(&body, &realm));
    trail.about(&resource);
    let wish = Wish { action: &action, resource: &resource, account: &realm.account, region: &realm.region };
    access::control(&requester, &wish)?;
    operation(Call { service: service.clone(), realm, now, body }).await
}

async fn read(body: Incoming) -> Result<Bytes, ApiError> {
    let collected = tokio::time::timeout(BODY_TIMEOUT, body.collect());
    match collected.await {
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => {
            Err(ApiError::new(Code::RequestTooLarge, format!("the request body has more than {BODY_SIZE} bytes")))
        }
        Ok(Err(error)) => Err(ApiError::from(error)),
        Err(_) => {
            let seconds = BODY_TIMEOUT.as_secs();
            Err(ApiError::new(Code::Serialization, format!("the request body took longer than {seconds} seconds")))
        }
    }
}

fn respond(result: Output, request_id: &str) -> Response<Body> {
    let response = match result {
        Ok(body) => answer::whole(StatusCode::OK, AWS_JSON, body),
        Err(error) => answer::refused(AWS_JSON, &error),
    };
    answer::named(response, request_id)
}
