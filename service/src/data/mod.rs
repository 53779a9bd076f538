//! The data plane: five operations of a REST protocol on the endpoint of one container.
//!
//! A request takes one way: its address names a container, its method and path an operation; the container, its policies and the object are
//! read from the store; `auth` says who asks and whether they may; the operation runs; the answer is written. Each operation is one file.
//! This file knows none of their headers.

mod address;
mod cors;
mod delete_object;
mod describe_object;
mod expiry;
mod get_object;
mod headers;
mod list_items;
mod live;
mod parsed;
mod put_object;
mod range;
mod reading;
mod sweep;

use std::borrow::Cow;
use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::header::{CONNECTION, EXPECT};
use http::request::Parts;
use http::{HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Empty};
use mediastore_policy::limits;

pub(crate) use self::address::Address;
pub use self::address::reachable_endpoint;
pub(crate) use self::cors::CorsPolicies;
pub(crate) use self::expiry::{Lifecycles, wild};
pub use self::headers::etag_of_file;
pub(crate) use self::live::LiveUploads;
pub(crate) use self::parsed::Parsed;
pub(crate) use self::sweep::{Sweeps, sweep};
use crate::answer::{self, REST_JSON};
use crate::auth::access::{self, Wish};
use crate::auth::{self, BodyIs, Check, Requester, Source};
use crate::control;
use crate::error::{ApiError, Code};
use crate::faults::{Effect, When};
use crate::service::{Body, BodyError, Dropped, Service};
use crate::store::StoreError;
use crate::store::containers::{self, Container, Realm};
use crate::store::objects::{self, Object};
use crate::store::policies::{self, Policies};
use crate::watch::{Arrival, Observed, Outcome};

/// Most bytes of a refused request that are read and thrown away, so that a client which sends all before it listens hears why.
const DISCARD: u64 = 64 * 1024 * 1024;

/// How long that may take.
const DISCARD_TIME: Duration = Duration::from_secs(5);

/// The body of a request, whatever it came from.
pub(crate) type Incoming = UnsyncBoxBody<Bytes, BodyError>;

/// What an operation gives back.
type Output = Result<Response<Body>, ApiError>;

/// One operation of the API.
pub(crate) struct Operation {
    /// Its name, which is also its action in a policy, after `mediastore:`.
    pub(crate) name: &'static str,
    method: Method,
    place: Place,
    run: fn(Call) -> Pin<Box<dyn Future<Output = Output> + Send>>,
}

/// What the path of a request has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// The container itself.
    Container,
    /// An object.
    Object,
}

/// Every operation of the API.
const OPERATIONS: &[Operation] = &[
    Operation {
        name: "PutObject",
        method: Method::PUT,
        place: Place::Object,
        run: |call| Box::pin(put_object::run(call)),
    },
    Operation {
        name: "GetObject",
        method: Method::GET,
        place: Place::Object,
        run: |call| Box::pin(get_object::run(call)),
    },
    Operation {
        name: "DescribeObject",
        method: Method::HEAD,
        place: Place::Object,
        run: |call| Box::pin(describe_object::run(call)),
    },
    Operation {
        name: "DeleteObject",
        method: Method::DELETE,
        place: Place::Object,
        run: |call| Box::pin(delete_object::run(call)),
    },
    Operation {
        name: "ListItems",
        method: Method::GET,
        place: Place::Container,
        run: |call| Box::pin(list_items::run(call)),
    },
];

/// One call of an operation: everything it may look at.
pub(crate) struct Call {
    pub(crate) service: Service,
    pub(crate) target: Target,
    /// Path of the object, decoded and checked, without a leading slash; empty for the container itself.
    pub(crate) path: String,
    pub(crate) head: Parts,
    pub(crate) body: Incoming,
    /// Milliseconds since 1970 when the call came.
    pub(crate) now: i64,
}

/// What the address of a request names, as one snapshot of the store has it.
pub(crate) struct Target {
    pub(crate) container: Container,
    pub(crate) realm: Realm,
    pub(crate) policies: Policies,
    /// The object at the call's path, if there is one.
    pub(crate) object: Option<Object>,
}

impl Target {
    /// The ARN of what a call is about, as policies name it.
    pub(crate) fn arn(&self, path: &str) -> String {
        format!("{}/{path}", self.realm.arn(&self.container.name))
    }
}

/// Answers a request to the endpoint of a container.
pub(crate) async fn handle(
    service: &Service,
    address: Address,
    request: Request<Incoming>,
) -> Result<Response<Body>, Dropped> {
    let request_id = answer::request_id();
    let begun = Instant::now();
    let now = service.config().clock.now();
    let (head, mut body) = request.into_parts();
    let is_head = head.method == Method::HEAD;
    let waits = head.headers.contains_key(EXPECT);
    let refuse = |error: &ApiError| {
        tracing::info!(request_id, %error, "refused");
        answer::named(refused(error, is_head), &request_id)
    };
    if head.method == Method::OPTIONS {
        let answered = resolve(service, &address, now).await;
        let answered = answered.and_then(|target| service.cors_policies().preflight(&target, &head));
        return Ok(answered.map_or_else(|error| refuse(&error), |response| answer::named(response, &request_id)));
    }
    let operation = match find(&head.method, &address.path) {
        Ok(operation) => operation,
        Err(error) => {
            discard(&mut body, waits).await;
            return Ok(refuse(&error));
        }
    };
    let fault = service.faults().next(operation.name);
    match &fault {
        Some(Effect::Drop(When::Before)) => return Err(Dropped),
        Some(Effect::Answer(fault)) => {
            discard(&mut body, waits).await;
            let response = answer::failure(fault.status, REST_JSON, &fault.code, &fault.message);
            return Ok(answer::named(without_body(response, is_head), &request_id));
        }
        Some(Effect::Delay(by)) => tokio::time::sleep(*by).await,
        Some(Effect::Drop(When::After)) | None => {}
    }
    let target = match resolve(service, &address, now).await {
        Ok(target) => target,
        Err(error) => {
            discard(&mut body, waits).await;
            return Ok(refuse(&error));
        }
    };
    // Refusals too tell a browser's script what they are.
    let cors = service.cors_policies().headers(&target, &head);
    let observed = observe(service, operation, &address, &head, &target, (&request_id, now, begun));
    if let Some(observed) = &observed {
        body = observed.count(body);
    }
    let expires_at = target.object.as_ref().and_then(|object| object.expires_at);
    let mut requester = None;
    let call = Call { service: service.clone(), target, path: address.path, head, body, now };
    let result = perform(operation, call, &mut requester).await;
    match &result {
        Ok(_) => tracing::debug!(operation = operation.name, request_id, "answered"),
        Err(error) => tracing::info!(operation = operation.name, request_id, %error, "refused"),
    }
    let error_code = result.as_ref().err().map(|error| error.code.wire().0);
    let mut response = result.unwrap_or_else(|error| refused(&error, is_head));
    response.headers_mut().extend(cors);
    let response = match observed {
        None => response,
        Some(observed) => observed.finish(response, Outcome { requester, error_code, expires_at }),
    };
    if fault == Some(Effect::Drop(When::After)) {
        return Err(Dropped);
    }
    Ok(answer::named(response, &request_id))
}

/// Watches a request for the logs and metrics of its container, if it has any.
fn observe(
    service: &Service,
    operation: &Operation,
    address: &Address,
    head: &Parts,
    target: &Target,
    (request_id, now, begun): (&str, i64, Instant),
) -> Option<Observed> {
    let arrival = Arrival {
        request_id,
        operation: operation.name,
        path: &address.path,
        container: &target.container,
        realm: &target.realm,
        metric_policy: target.policies.metric.as_deref(),
        source: Source::of(head, &service.config().trusted_proxies).address,
        now,
        begun,
    };
    Observed::begin(service, &arrival)
}

/// The answer to a request whose address cannot be read.
pub(crate) fn refuse(error: &ApiError, head: &Parts) -> Response<Body> {
    answer::named(refused(error, head.method == Method::HEAD), &answer::request_id())
}

/// The operation of a method at a path.
fn find(method: &Method, path: &str) -> Result<&'static Operation, ApiError> {
    let place = if path.is_empty() { Place::Container } else { Place::Object };
    OPERATIONS.iter().find(|operation| operation.method == *method && operation.place == place).ok_or_else(|| {
        let what = match place {
            Place::Container => "the container itself",
            Place::Object => "an object",
        };
        ApiError::new(Code::UnknownOperation, format!("no operation answers {method} of {what}"))
    })
}

/// Lets in who may, and runs the operation. Who asks is told as soon as it is proved.
async fn perform(operation: &'static Operation, mut call: Call, requester: &mut Option<String>) -> Output {
    let waits = call.head.headers.contains_key(EXPECT);
    match admit(operation, &mut call, requester).await {
        Ok(check) => call.body = check.over(std::mem::replace(&mut call.body, no_body())),
        Err(error) => {
            discard(&mut call.body, waits).await;
            return Err(error);
        }
    }
    (operation.run)(call).await
}

/// Who asks comes first: what there is, and what is wrong with a request, is not for everybody to know.
async fn admit(operation: &Operation, call: &mut Call, requester: &mut Option<String>) -> Result<Check, ApiError> {
    let identities = &call.service.config().identities;
    let (proved, body_check) =
        auth::authenticate(identities, call.now, &call.head, &mut call.body, BodyIs::AsSigned).await?;
    *requester = Some(proved.name());
    if operation.place == Place::Object {
        check(&call.path)?;
    }
    allow(operation, call, &proved)?;
    Ok(body_check)
}

/// Refuses what neither the caller's identity nor the container's policy allows.
fn allow(operation: &Operation, call: &Call, requester: &Requester) -> Result<(), ApiError> {
    let Call { service, target, path, head, now, .. } = call;
    let Realm { account, region } = &target.realm;
    let resource = match operation.place {
        Place::Object => target.arn(path),
        Place::Container => target.arn(&list_items::folder_asked(head.uri.query().unwrap_or_default())),
    };
    let action = format!("mediastore:{}", operation.name);
    let text = match &target.policies.container {
        Some(text) => Cow::Borrowed(text),
        None => Cow::Owned(control::default_container_policy(&target.realm, &target.container.name)),
    };
    let policy = service.container_policies().get(target.container.id, &text);
    let wish = Wish { action: &action, resource: &resource, account, region };
    let source = Source::of(head, &service.config().trusted_proxies);
    Ok(access::data(requester, source, head, *now, policy.as_ref().as_ref(), &wish)?)
}

/// Refuses what cannot be the path of an object.
fn check(path: &str) -> Result<(), ApiError> {
    let refused = |problem: String| Err(ApiError::validation(&[problem]));
    if let Err(violation) = limits::OBJECT_PATH.check(path) {
        return refused(format!("Path: {violation}"));
    }
    // The pattern of the API has room for them, but clients, proxies and caches each have their own idea of what they mean.
    if path.split('/').any(|name| name == "." || name == "..") {
        return refused(format!("Path: object path `{path}` must not have `.` or `..` for a name"));
    }
    Ok(())
}

/// Reads what an address names, all from one snapshot.
async fn resolve(service: &Service, address: &Address, now: i64) -> Result<Target, ApiError> {
    let Address { container, named, path } = address.clone();
    let config = service.config();
    let home = Realm { account: config.account.to_string(), region: config.region.to_string() };
    service
        .store()
        .look_up(move |db| {
            let mut found = containers::find_label(db, &container, now)?;
            if found.is_none() && named {
                found = containers::find(db, &home, &container, now)?.map(|found| (found, home));
            }
            let active = found.filter(|(found, _)| found.gone_at.is_none() && found.active_at <= now);
            let Some((container, realm)) = active else {
                return Err(ApiError::new(Code::EndpointNotFound, format!("no container is at `{container}`")));
            };
            let policies = policies::all(db, container.id)?;
            let object = if path.is_empty() { None } else { objects::find(db, container.id, &path, now)? };
            Ok(Target { container, realm, policies, object })
        })
        .await
}

/// The object of a call, unless a rule in days says that its time is up.
fn existing(call: &mut Call) -> Result<Object, ApiError> {
    let lifecycle = call.service.lifecycles().of(&call.target);
    let object = call.target.object.take();
    let there =
        object.filter(|object| !lifecycle.is_some_and(|lifecycle| expiry::is_over(&lifecycle, object, call.now)));
    there.ok_or_else(|| ApiError::object_not_found(&call.path))
}

/// Runs file work off the async workers.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    tokio::task::spawn_blocking(work).await.map_err(|_| StoreError::Closed)?
}

fn refused(error: &ApiError, is_head: bool) -> Response<Body> {
    let mut response = without_body(answer::refused(REST_JSON, error), is_head);
    // What is left of the request is not going to be read.
    if matches!(error.code, Code::RequestTimeout | Code::RequestTooLarge) {
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// An answer to HEAD says all in its headers.
fn without_body(response: Response<Body>, is_head: bool) -> Response<Body> {
    if !is_head {
        return response;
    }
    response.map(|_| nothing())
}

fn no_body() -> Incoming {
    Empty::new().map_err(|never| match never {}).boxed_unsync()
}

fn nothing() -> Body {
    Empty::new().map_err(|never| match never {}).boxed()
}

/// Reads a body that is not wanted. A client that waits to be asked for it is not asked.
async fn discard(body: &mut Incoming, waits: bool) {
    if waits {
        return;
    }
    let all = async {
        let mut left = DISCARD;
        while let Some(Ok(frame)) = body.frame().await {
            let length = frame.data_ref().map_or(0, Bytes::len) as u64;
            left = match left.checked_sub(length) {
                Some(left) => left,
                None => break,
            };
        }
    };
    // A client that takes longer hears it from a closed connection.
    let _ = tokio::time::timeout(DISCARD_TIME, all).await;
}

/// A JSON answer of an operation.
fn json<T: serde::Serialize>(value: &T) -> Output {
    Ok(answer::whole(StatusCode::OK, REST_JSON, answer::json(value)?))
}
