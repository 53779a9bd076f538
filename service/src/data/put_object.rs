//! PutObject: a body comes in, is written and synced, and becomes an object with its commit.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, EXPECT};
use http::{HeaderMap, HeaderName};
use http_body::Body;
use http_body_util::BodyExt;
use mediastore_policy::limits;
use serde::Serialize;

use super::live::Writing;
use super::{Call, Incoming, Output, blocking, discard, expiry, headers, json};
use crate::content_type;
use crate::error::{ApiError, Code};
use crate::hex::hex32;
use crate::service::Service;
use crate::store::StoreError;
use crate::store::bodies::{Bodies, Sealed, Upload};
use crate::store::containers;
use crate::store::objects::{self, Object};
use crate::store::policies::{self, Kind};

/// Bytes to gather before they are written, which bounds what an upload holds in memory.
const GATHER: usize = 256 * 1024;

/// Pieces to gather at most: a client that sends single bytes must not make each of them cost as much as a piece.
const PIECES: usize = 256;

const STORAGE_CLASS: HeaderName = HeaderName::from_static("x-amz-storage-class");
const AVAILABILITY: HeaderName = HeaderName::from_static("x-amz-upload-availability");
const CONTENT_SHA256: HeaderName = HeaderName::from_static("x-amz-content-sha256");

/// What the headers say.
struct Input {
    content_type: String,
    cache_control: Option<String>,
    /// The object can be read from its first byte on.
    streaming: bool,
    /// The hash that the body has to have.
    sha256: Option<String>,
    /// Most bytes of the body.
    limit: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct PutOutput {
    #[serde(rename = "ContentSHA256")]
    content_sha256: String,
    #[serde(rename = "ETag")]
    etag: String,
    storage_class: &'static str,
}

pub(super) async fn run(call: Call) -> Output {
    let Call { service, target, path, head, mut body, now: started_at } = call;
    let container = target.container.id;
    let start = |input: &Input, upload: &Upload| {
        let shown = (input.content_type.clone(), input.cache_control.clone());
        input.streaming.then(|| Writing::start(service.live(), container, &path, upload.file(), shown, started_at))
    };
    let received = receive_in_time(&service, &head.headers, &mut body, start).await;
    let (input, sealed, live) = match received {
        Ok(received) => received,
        Err(error) => {
            // Of a body that broke or is late there comes no rest.
            if !matches!(error.code, Code::RequestTimeout | Code::Serialization) {
                discard(&mut body, head.headers.contains_key(EXPECT)).await;
            }
            return Err(error);
        }
    };
    let sha256 = sealed.sha256();
    if let Some(declared) = input.sha256
        && declared != sha256.to_string()
    {
        let message = format!("x-amz-content-sha256 is `{declared}`, but the SHA-256 of the body is `{sha256}`");
        return Err(ApiError::new(Code::ContentMismatch, message));
    }
    let now = service.config().clock.now();
    let mut object = Object {
        path,
        sha256,
        size: sealed.size(),
        content_type: input.content_type,
        cache_control: input.cache_control,
        modified_at: now,
        expires_at: None,
    };
    let label = target.container.label;
    let store = service.store().clone();
    store
        .write_with_body(sealed, move |db| {
            if !containers::is_active(db, container, now)? {
                let message = format!("the container at `{label}` was deleted during the upload");
                return Err(ApiError::new(Code::EndpointNotFound, message));
            }
            if let Some(text) = policies::find(db, container, Kind::Lifecycle)? {
                let lifecycle = service.lifecycles().get(container, &text);
                object.expires_at = expiry::transient_until(&lifecycle, &object.path, now);
            }
            Ok::<_, ApiError>(objects::put(db, container, &object)?)
        })
        .await?;
    if let Some(live) = live {
        live.finish();
    }
    json(&PutOutput { content_sha256: sha256.to_string(), etag: headers::etag(&sha256), storage_class: "TEMPORAL" })
}

impl Input {
    /// Reads the headers, and gathers every problem of them.
    fn read(headers: &HeaderMap) -> Result<Self, ApiError> {
        let mut problems = Vec::new();
        let mut text = |name: &HeaderName| {
            let value = headers.get(name)?;
            let text = value.to_str().ok().map(str::to_owned);
            if text.is_none() {
                problems.push(format!("{name} holds other characters than those of ASCII"));
            }
            text
        };
        let content_type = text(&CONTENT_TYPE).unwrap_or_else(|| content_type::DEFAULT.to_owned());
        let cache_control = text(&CACHE_CONTROL);
        let storage_class = text(&STORAGE_CLASS);
        let availability = text(&AVAILABILITY);
        // The header may also say that the body is not signed, or how.
        let sha256 = text(&CONTENT_SHA256).filter(|text| hex32(text).is_some());

        let mut limit = |name: &HeaderName, checked: Result<(), limits::Violation>| {
            problems.extend(checked.err().map(|violation| format!("{name}: {violation}")));
        };
        limit(&CONTENT_TYPE, limits::CONTENT_TYPE.check(&content_type));
        if let Some(class) = storage_class {
            limit(&STORAGE_CLASS, limits::STORAGE_CLASS.check(&class));
        }
        // The documentation has the words in small letters, the model in capital ones.
        let availability = availability.map(|availability| availability.to_ascii_uppercase());
        if let Some(availability) = &availability {
            limit(&AVAILABILITY, limits::UPLOAD_AVAILABILITY.check(availability));
        }
        if !problems.is_empty() {
            return Err(ApiError::validation(&problems));
        }
        let streaming = availability.as_deref() == Some("STREAMING");
        let limit = if streaming { limits::STREAMING_OBJECT_SIZE } else { limits::OBJECT_SIZE };
        Ok(Self { content_type, cache_control, streaming, sha256, limit })
    }
}

/// Receives the body, unless it takes too long.
async fn receive_in_time(
    service: &Service,
    headers: &HeaderMap,
    body: &mut Incoming,
    start: impl Fn(&Input, &Upload) -> Option<Writing>,
) -> Result<(Input, Sealed, Option<Writing>), ApiError> {
    let input = Input::read(headers)?;
    let declared = body.size_hint().exact();
    if declared.is_some_and(|declared| declared > input.limit) {
        return Err(too_large(input.limit));
    }
    let time = service.config().limits.upload_time;
    let received = receive(service.store().bodies(), body, &input, start);
    let (sealed, live) = tokio::time::timeout(time, received).await.map_err(|_| too_slow(time))??;
    Ok((input, sealed, live))
}

fn too_large(limit: u64) -> ApiError {
    ApiError::new(Code::RequestTooLarge, format!("the object has more than {limit} bytes"))
}

fn too_slow(time: Duration) -> ApiError {
    ApiError::new(Code::RequestTimeout, format!("the upload took longer than {} seconds", time.as_secs_f64()))
}

/// Writes the body to a file as it comes, and makes the file durable.
async fn receive(
    bodies: &Arc<Bodies>,
    body: &mut Incoming,
    input: &Input,
    start: impl Fn(&Input, &Upload) -> Option<Writing>,
) -> Result<(Sealed, Option<Writing>), ApiError> {
    let mut upload = None;
    let mut live = None;
    if input.streaming {
        // Readable before its first byte: whoever asks now waits for that, and is not told that there is nothing.
        let started = append(bodies, None, Vec::new()).await?;
        live = start(input, &started);
        upload = Some(started);
    }
    let mut gathered = Vec::new();
    let mut waiting = 0;
    let mut size = 0;
    loop {
        // What is gathered is not held back from those who read along, unless more is there already.
        let eager = live.is_some() && !gathered.is_empty();
        let frame = if eager { body.frame().now_or_never() } else { Some(body.frame().await) };
        match frame {
            Some(None) => break,
            Some(Some(Err(error))) => {
                return Err(ApiError::from(error));
            }
            Some(Some(Ok(frame))) => {
                // Trailers carry no bytes of the object.
                let Ok(data) = frame.into_data() else { continue };
                waiting += data.len();
                size += data.len() as u64;
                if size > input.limit {
                    return Err(too_large(input.limit));
                }
                gathered.push(data);
                if waiting < GATHER && gathered.len() < PIECES {
                    continue;
                }
            }
            None => {}
        }
        upload = Some(append(bodies, upload, std::mem::take(&mut gathered)).await?);
        waiting = 0;
        if let Some(live) = &live {
            live.written(size);
        }
    }
    let bodies = Arc::clone(bodies);
    let sealed = blocking(move || {
        let mut upload = upload.map_or_else(|| bodies.begin(), Ok)?;
        upload.append(&gathered)?;
        Ok(upload.seal()?)
    })
    .await?;
    if let Some(live) = &live {
        live.written(size);
    }
    Ok((sealed, live))
}

async fn append(bodies: &Arc<Bodies>, upload: Option<Upload>, chunks: Vec<Bytes>) -> Result<Upload, StoreError> {
    let bodies = Arc::clone(bodies);
    blocking(move || {
        let mut upload = upload.map_or_else(|| bodies.begin(), Ok)?;
        upload.append(&chunks)?;
        Ok(upload)
    })
    .await
}
