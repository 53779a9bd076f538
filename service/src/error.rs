//! The error codes of both planes as a table, and the one error type their operations return.

use http::StatusCode;

use crate::auth::{Kind, Refusal};
use crate::service::BodyError;
use crate::store::StoreError;

/// The codes. Those of the API model come first; the rest are what such services answer, as far as anyone has seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Code {
    ContainerInUse,
    /// The control plane's: a name that no container has.
    ContainerNotFound,
    /// The data plane's, which answers with another status: an endpoint that no container has.
    EndpointNotFound,
    PolicyNotFound,
    CorsPolicyNotFound,
    LimitExceeded,
    ObjectNotFound,
    RangeNotSatisfiable,
    InternalServerError,
    Validation,
    Serialization,
    UnknownOperation,
    ContentMismatch,
    RequestTimeout,
    RequestTooLarge,
    /// Not who it says it is, or may not.
    Refused(Kind),
}

impl Code {
    /// The name on the wire and the status: the whole of what a code means to HTTP.
    pub(crate) fn wire(self) -> (&'static str, StatusCode) {
        match self {
            Self::ContainerInUse => ("ContainerInUseException", StatusCode::BAD_REQUEST),
            Self::ContainerNotFound => ("ContainerNotFoundException", StatusCode::BAD_REQUEST),
            Self::EndpointNotFound => ("ContainerNotFoundException", StatusCode::NOT_FOUND),
            Self::PolicyNotFound => ("PolicyNotFoundException", StatusCode::BAD_REQUEST),
            Self::CorsPolicyNotFound => ("CorsPolicyNotFoundException", StatusCode::BAD_REQUEST),
            Self::LimitExceeded => ("LimitExceededException", StatusCode::BAD_REQUEST),
            Self::ObjectNotFound => ("ObjectNotFoundException", StatusCode::NOT_FOUND),
            Self::RangeNotSatisfiable => ("RequestedRangeNotSatisfiableException", StatusCode::RANGE_NOT_SATISFIABLE),
            Self::InternalServerError => ("InternalServerError", StatusCode::INTERNAL_SERVER_ERROR),
            Self::Validation => ("ValidationException", StatusCode::BAD_REQUEST),
            Self::Serialization => ("SerializationException", StatusCode::BAD_REQUEST),
            Self::UnknownOperation => ("UnknownOperationException", StatusCode::NOT_FOUND),
            Self::ContentMismatch => ("XAmzContentSHA256Mismatch", StatusCode::BAD_REQUEST),
            Self::RequestTimeout => ("RequestTimeoutException", StatusCode::REQUEST_TIMEOUT),
            Self::RequestTooLarge => ("RequestEntityTooLargeException", StatusCode::PAYLOAD_TOO_LARGE),
            Self::Refused(kind) => kind.wire(),
        }
    }
}

/// A refused or failed call: what the caller is told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {message}", code.wire().0)]
pub(crate) struct ApiError {
    pub(crate) code: Code,
    pub(crate) message: String,
}

impl ApiError {
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    /// What is wrong with an input: all of it, so that a caller mends a request once.
    pub(crate) fn validation(problems: &[String]) -> Self {
        let count = problems.len();
        let errors = if count == 1 { "error" } else { "errors" };
        Self::new(Code::Validation, format!("{count} validation {errors} detected: {}", problems.join("; ")))
    }

    pub(crate) fn container_not_found(name: &str) -> Self {
        Self::new(Code::ContainerNotFound, format!("container `{name}` does not exist"))
    }

    pub(crate) fn object_not_found(path: &str) -> Self {
        Self::new(Code::ObjectNotFound, format!("object `{path}` does not exist"))
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        Self::new(Code::Refused(refusal.kind), refusal.message)
    }
}

impl From<BodyError> for ApiError {
    /// The body of a request failed while it was read: a check of its signature, or the connection.
    fn from(error: BodyError) -> Self {
        match error.downcast::<Refusal>() {
            Ok(refusal) => Self::from(*refusal),
            Err(error) => Self::new(Code::Serialization, format!("the request body ended early: {error}")),
        }
    }
}

impl From<StoreError> for ApiError {
    /// The modelled "temporarily unavailable": clients try again, which is right for a lock and harmless for the rest.
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "the store failed");
        Self::new(Code::InternalServerError, error.to_string())
    }
}
