//! Answers on the wire, as both planes write them: whole bodies, errors, and the name of a request.

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderName, HeaderValue, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use serde::Serialize;

use crate::error::{ApiError, Code};
use crate::service::Body;

/// Names the error of an answer; the only place for it in an answer to HEAD.
pub(crate) const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");

const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");

/// The protocol of a plane, which differs in the type of its texts.
pub(crate) const AWS_JSON: HeaderValue = HeaderValue::from_static("application/x-amz-json-1.1");
/// See [`AWS_JSON`].
pub(crate) const REST_JSON: HeaderValue = HeaderValue::from_static("application/json");

/// An answer with a whole body.
pub(crate) fn whole(status: StatusCode, content_type: HeaderValue, body: Bytes) -> Response<Body> {
    let length = body.len();
    let mut response = Response::new(Full::new(body).map_err(|never| match never {}).boxed());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, content_type);
    headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
    response
}

/// The JSON text of an output.
pub(crate) fn json<T: Serialize>(output: &T) -> Result<Bytes, ApiError> {
    match serde_json::to_vec(output) {
        Ok(text) => Ok(text.into()),
        Err(error) => {
            tracing::error!(%error, "an answer cannot be written");
            Err(ApiError::new(Code::InternalServerError, "the answer cannot be written"))
        }
    }
}

/// The answer that tells an error.
pub(crate) fn refused(content_type: HeaderValue, error: &ApiError) -> Response<Body> {
    let (code, status) = error.code.wire();
    failure(status, content_type, code, &error.message)
}

/// The same for any code, which a fault may make up.
pub(crate) fn failure(status: StatusCode, content_type: HeaderValue, code: &str, message: &str) -> Response<Body> {
    #[derive(Serialize)]
    struct Error<'a> {
        #[serde(rename = "__type")]
        code: &'a str,
        #[serde(rename = "Message")]
        message: &'a str,
    }

    let body = serde_json::to_vec(&Error { code, message }).unwrap_or_default();
    let mut response = whole(status, content_type, body.into());
    if let Ok(code) = HeaderValue::from_str(code) {
        response.headers_mut().insert(ERROR_TYPE, code);
    }
    response
}

/// Signs an answer with the name of its request.
pub(crate) fn named(mut response: Response<Body>, request_id: &str) -> Response<Body> {
    if let Ok(request_id) = HeaderValue::from_str(request_id) {
        response.headers_mut().insert(REQUEST_ID, request_id);
    }
    response
}

/// A name for one request in logs and answers; its only use is to be told apart from others.
pub(crate) fn request_id() -> String {
    let mut bytes = [0; 16];
    // Without randomness the answer matters more than its name.
    let _ = getrandom::fill(&mut bytes);
    format!("{:032x}", u128::from_be_bytes(bytes))
}
