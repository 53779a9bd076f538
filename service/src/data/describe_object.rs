//! DescribeObject: what GetObject says of an object, without the object.

use http::header::CONTENT_LENGTH;
use http::{HeaderValue, Response};

use super::{Call, Output, existing, headers, nothing};

pub(super) async fn run(mut call: Call) -> Output {
    let mut response = Response::new(nothing());
    // Of an upload on its way neither length nor ETag is known yet.
    if let Some(upload) = call.service.live().find(call.target.container.id, &call.path) {
        let cache_control = upload.cache_control.as_deref();
        headers::of_upload(&upload.content_type, cache_control, upload.started_at, response.headers_mut());
        return Ok(response);
    }
    let object = existing(&mut call)?;
    response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(object.size));
    headers::of_object(&object, response.headers_mut());
    Ok(response)
}
