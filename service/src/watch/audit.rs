//! The trail of control calls: who called what, on what, and how it ended.

use std::net::IpAddr;

use http::StatusCode;
use http::header::USER_AGENT;
use http::request::Parts;
use jiff::Timestamp;
use serde::Serialize;

use super::Logs;
use crate::auth::{Requester, Source};
use crate::error::ApiError;

/// A control call under way.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Trail {
    time: String,
    #[serde(rename = "RequestID")]
    request_id: String,
    operation: String,
    /// The ARN of the caller, `anonymous` for unsigned calls, null where a signature proved nothing.
    requester: Option<String>,
    access_key: Option<String>,
    source: Option<IpAddr>,
    user_agent: Option<String>,
    /// The region the call was signed for.
    region: Option<String>,
    /// The ARN of the container, or `*`.
    resource: Option<String>,
    #[serde(rename = "HTTPStatus")]
    http_status: u16,
    error_code: Option<&'static str>,
    error_message: Option<String>,
}

impl Trail {
    pub(crate) fn begin(request_id: &str, operation: &str, now: i64, head: &Parts, source: Source) -> Self {
        let user_agent =
            head.headers.get(USER_AGENT).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
        Self {
            time: Timestamp::from_millisecond(now).unwrap_or_default().to_string(),
            request_id: request_id.to_owned(),
            operation: operation.to_owned(),
            source: source.address,
            user_agent,
            ..Self::default()
        }
    }

    /// Who calls turned out.
    pub(crate) fn requested_by(&mut self, requester: &Requester, region: &str) {
        self.requester = Some(requester.name());
        self.access_key = requester.identity.as_ref().map(|identity| identity.access_key.clone());
        self.region = Some(region.to_owned());
    }

    /// What the call is about turned out.
    pub(crate) fn about(&mut self, resource: &str) {
        self.resource = Some(resource.to_owned());
    }

    /// The call ended.
    pub(crate) fn end(mut self, logs: &Logs, error: Option<&ApiError>) {
        let wire = error.map(|error| error.code.wire());
        self.http_status = wire.map_or(StatusCode::OK, |(_, status)| status).as_u16();
        self.error_code = wire.map(|(code, _)| code);
        self.error_message = error.map(|error| error.message.clone());
        logs.audit.tell(&self);
    }
}
