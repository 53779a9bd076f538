//! GetObject: an object, or one range of it; or an upload that is still on its way.

use std::fs::File;
use std::io;
use std::ops::Range;

use http::header::{CONTENT_LENGTH, CONTENT_RANGE, IF_RANGE, RANGE};
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};

use super::range::{self, Asked};
use super::{Call, Output, existing, headers, live, reading};
use crate::answer::{self, REST_JSON};
use crate::error::{ApiError, Code};
use crate::service::{Body, Service};
use crate::store::StoreError;
use crate::store::objects::{self, Object};

/// How often an object may be replaced between the look at its record and the opening of its body.
const TRIES: usize = 5;

pub(super) async fn run(mut call: Call) -> Output {
    // A range of what is not whole yet is not followed, as the API's model says.
    if let Some(upload) = call.service.live().find(call.target.container.id, &call.path) {
        let mut response = Response::new(live::body(&upload));
        let cache_control = upload.cache_control.as_deref();
        headers::of_upload(&upload.content_type, cache_control, upload.started_at, response.headers_mut());
        return Ok(response);
    }
    let mut object = existing(&mut call)?;
    for _ in 0..TRIES {
        let range = match asked(&call.head.headers, &object) {
            Asked::Whole => None,
            Asked::Part(range) => Some(range),
            Asked::Unsatisfiable => return Ok(unsatisfiable(&object)),
        };
        let bytes = range.clone().unwrap_or(0..object.size);
        if let Some(file) = open(&call.service, &object)? {
            return Ok(found(&object, range, reading::body(file, bytes)));
        }
        // Replaced or deleted since its record was read; otherwise its body is lost.
        let again = look_again(&call.service, call.target.container.id, &call.path, call.now).await?;
        if again.sha256 == object.sha256 {
            break;
        }
        object = again;
    }
    tracing::error!(container = call.target.container.name, path = object.path, sha256 = %object.sha256, "no body");
    Err(StoreError::DamagedBody.into())
}

/// Opens the body; `None` if there is no such file. The system has the names of bodies in memory, or reads one block of the disk: to hand that
/// to another thread would cost more than it saves.
fn open(service: &Service, object: &Object) -> Result<Option<File>, StoreError> {
    let file = match service.store().bodies().open(&object.sha256) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let length = file.metadata()?.len();
    if length != object.size {
        tracing::error!(sha256 = %object.sha256, length, size = object.size, "a body has another length than its record");
        return Err(StoreError::DamagedBody);
    }
    Ok(Some(file))
}

async fn look_again(service: &Service, container: i64, path: &str, now: i64) -> Result<Object, ApiError> {
    let looked_for = path.to_owned();
    let found =
        service.store().look_up(move |db| Ok::<_, ApiError>(objects::find(db, container, &looked_for, now)?)).await?;
    found.ok_or_else(|| ApiError::object_not_found(path))
}

/// What is asked for. A range of another version than the one there is would not fit what the client has: it gets the whole.
fn asked(headers: &HeaderMap, object: &Object) -> Asked {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(version) = text(IF_RANGE)
        && version.trim_matches('"') != headers::etag(&object.sha256)
        && version != headers::http_date(object.modified_at)
    {
        return Asked::Whole;
    }
    range::asked(text(RANGE), object.size)
}

fn found(object: &Object, range: Option<Range<u64>>, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    let length = range.as_ref().map_or(object.size, |range| range.end - range.start);
    if let Some(range) = range {
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
        let shown = format!("bytes {}-{}/{}", range.start, range.end - 1, object.size);
        if let Ok(shown) = HeaderValue::try_from(shown) {
            response.headers_mut().insert(CONTENT_RANGE, shown);
        }
    }
    response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(length));
    headers::of_object(object, response.headers_mut());
    response
}

/// A refusal that tells the size, so that the client can ask better.
fn unsatisfiable(object: &Object) -> Response<Body> {
    let message = format!("object `{}` has {} bytes, and none of the range", object.path, object.size);
    let mut response = answer::refused(REST_JSON, &ApiError::new(Code::RangeNotSatisfiable, message));
    if let Ok(shown) = HeaderValue::try_from(format!("bytes */{}", object.size)) {
        response.headers_mut().insert(CONTENT_RANGE, shown);
    }
    response
}
