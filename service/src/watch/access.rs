//! One request to an object or a folder, watched from its first byte to the last byte of its answer.

use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Instant;

use bytes::Bytes;
use http::Response;
use http_body::{Frame, SizeHint};
use http_body_util::BodyExt;
use jiff::Timestamp;
use serde::Serialize;

use super::metrics::{Policy, Sample};
use crate::data::Incoming;
use crate::service::{Body, Service};
use crate::store::containers::{Container, Realm};

/// A record of the access log. The names are those of MediaStore's; times are milliseconds.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Record {
    path: String,
    requester: Option<String>,
    #[serde(rename = "AWSAccountId")]
    account: String,
    #[serde(rename = "RequestID")]
    request_id: String,
    container_name: String,
    total_time: u64,
    bytes_received: u64,
    bytes_sent: u64,
    received_time: String,
    operation: &'static str,
    error_code: Option<&'static str>,
    source: Option<IpAddr>,
    #[serde(rename = "HTTPStatus")]
    http_status: u16,
    turn_around_time: u64,
    expires_at: Option<String>,
}

/// A request that a log or a metric wants to know of.
pub(crate) struct Observed {
    service: Service,
    record: Record,
    begun: Instant,
    received: Arc<AtomicU64>,
    logs: bool,
    /// If the container has a metric policy.
    metrics: Option<Metered>,
}

struct Metered {
    region: String,
    policy: Arc<Policy>,
}

/// What is known of a request when its answer begins.
pub(crate) struct Outcome {
    pub(crate) requester: Option<String>,
    pub(crate) error_code: Option<&'static str>,
    /// When the object ends, in milliseconds since 1970.
    pub(crate) expires_at: Option<i64>,
}

/// What of a request is known when it comes.
pub(crate) struct Arrival<'a> {
    pub(crate) request_id: &'a str,
    pub(crate) operation: &'static str,
    pub(crate) path: &'a str,
    pub(crate) container: &'a Container,
    pub(crate) realm: &'a Realm,
    pub(crate) metric_policy: Option<&'a str>,
    pub(crate) source: Option<IpAddr>,
    pub(crate) now: i64,
    pub(crate) begun: Instant,
}

impl Observed {
    /// Begins to watch a request, if the container logs access or has metrics.
    pub(crate) fn begin(service: &Service, arrival: &Arrival<'_>) -> Option<Self> {
        let logs = arrival.container.access_logging && service.logs().is_some();
        let metrics = arrival.metric_policy.map(|text| Metered {
            region: arrival.realm.region.clone(),
            policy: service.metrics().policy(arrival.container.id, text),
        });
        if !logs && metrics.is_none() {
            return None;
        }
        let record = Record {
            path: format!("/{}", arrival.path),
            requester: None,
            account: arrival.realm.account.clone(),
            request_id: arrival.request_id.to_owned(),
            container_name: arrival.container.name.clone(),
            total_time: 0,
            bytes_received: 0,
            bytes_sent: 0,
            received_time: time(arrival.now),
            operation: arrival.operation,
            error_code: None,
            source: arrival.source,
            http_status: 0,
            turn_around_time: 0,
            expires_at: None,
        };
        let received = Arc::default();
        Some(Self { service: service.clone(), record, begun: arrival.begun, received, logs, metrics })
    }

    /// The body of the request, counted.
    pub(crate) fn count(&self, body: Incoming) -> Incoming {
        let received = Arc::clone(&self.received);
        body.map_frame(move |frame| {
            let length = frame.data_ref().map_or(0, Bytes::len);
            received.fetch_add(u64::try_from(length).unwrap_or(u64::MAX), Ordering::Relaxed);
            frame
        })
        .boxed_unsync()
    }

    /// The answer, watched to its end.
    pub(crate) fn finish(mut self, response: Response<Body>, outcome: Outcome) -> Response<Body> {
        self.record.requester = outcome.requester;
        self.record.error_code = outcome.error_code;
        self.record.expires_at = outcome.expires_at.map(time);
        self.record.http_status = response.status().as_u16();
        self.record.turn_around_time = milliseconds(self.begun);
        response.map(|body| Watched { body, observed: self }.boxed())
    }
}

fn milliseconds(begun: Instant) -> u64 {
    u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX)
}

fn time(milliseconds: i64) -> String {
    Timestamp::from_millisecond(milliseconds).unwrap_or_default().to_string()
}

/// The body of an answer. It is told of when it is gone, whether all of it was sent or the client went away.
struct Watched {
    body: Body,
    observed: Observed,
}

impl http_body::Body for Watched {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        match &frame {
            Some(Ok(frame)) => {
                let length = frame.data_ref().map_or(0, Bytes::len);
                self.observed.record.bytes_sent += u64::try_from(length).unwrap_or(u64::MAX);
            }
            // As with MediaStore, an answer that broke off has an error beside its status of 200.
            Some(Err(_)) => self.observed.record.error_code = Some("InternalServerError"),
            None => {}
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        let Observed { service, record, begun, received, logs, metrics } = &mut self.observed;
        record.bytes_received = received.load(Ordering::Relaxed);
        record.total_time = milliseconds(*begun);
        if let Some(Metered { region, policy }) = metrics {
            let sample = Sample {
                container: &record.container_name,
                region,
                operation: record.operation,
                path: record.path.trim_start_matches('/'),
                status: record.http_status,
                received: record.bytes_received,
                sent: record.bytes_sent,
                total: record.total_time,
                turnaround: record.turn_around_time,
            };
            service.metrics().tell(policy, &sample);
        }
        if let Some(logs) = service.logs().filter(|_| *logs) {
            logs.access.tell(record);
        }
    }
}
