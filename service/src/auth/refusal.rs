//! Why a request is not who it says it is, or may not do what it wants: the codes of SigV4 services, in one table.
//!
//! Messages name what is wrong with the request. They never repeat a signature, a token or a secret.

use http::StatusCode;

/// The kinds of refusal. AWS documents the codes for its services in general; which of them MediaStore used is only known
/// for `InvalidSignatureException`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Not signed, where only signed requests are answered.
    MissingToken,
    /// The signature is not well-formed, or lacks a part.
    Incomplete,
    /// It is well-formed, and wrong: for another request, time, service or secret.
    Invalid,
    /// No such access key, or not with this session token.
    Unrecognized,
    /// Proved who it is, and may not.
    Denied,
    /// The body is not what the signature or its own framing says.
    Body,
    /// The body is larger than what is read before a signature can be checked.
    TooLarge,
}

impl Kind {
    /// The code on the wire, and the status.
    pub(crate) fn wire(self) -> (&'static str, StatusCode) {
        match self {
            Self::MissingToken => ("MissingAuthenticationTokenException", StatusCode::FORBIDDEN),
            Self::Incomplete => ("IncompleteSignatureException", StatusCode::BAD_REQUEST),
            Self::Invalid => ("InvalidSignatureException", StatusCode::FORBIDDEN),
            Self::Unrecognized => ("UnrecognizedClientException", StatusCode::FORBIDDEN),
            Self::Denied => ("AccessDeniedException", StatusCode::FORBIDDEN),
            Self::Body => ("ValidationException", StatusCode::BAD_REQUEST),
            Self::TooLarge => ("RequestEntityTooLargeException", StatusCode::PAYLOAD_TOO_LARGE),
        }
    }
}

/// A request that is refused before any operation sees it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {message}", kind.wire().0)]
pub(crate) struct Refusal {
    pub(crate) kind: Kind,
    pub(crate) message: String,
}

impl Refusal {
    pub(crate) fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }

    pub(super) fn incomplete(message: impl Into<String>) -> Self {
        Self::new(Kind::Incomplete, message)
    }

    pub(super) fn invalid(message: impl Into<String>) -> Self {
        Self::new(Kind::Invalid, message)
    }

    pub(super) fn body(message: impl Into<String>) -> Self {
        Self::new(Kind::Body, message)
    }

    /// The one message for a signature that does not fit, whatever of it is wrong.
    pub(super) fn mismatch() -> Self {
        Self::invalid(
            "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key \
             and signing method. Consult the service documentation for details",
        )
    }
}
