//! DeleteObject: the object is gone with the commit, its folder with its last object, its bytes a moment later.

use bytes::Bytes;
use http::StatusCode;

use super::{Call, Output, existing};
use crate::answer::{self, REST_JSON};
use crate::error::ApiError;
use crate::store::{containers, objects};

pub(super) async fn run(mut call: Call) -> Output {
    existing(&mut call)?;
    let Call { service, target, path, now, .. } = call;
    let container = target.container.id;
    service
        .store()
        .write(move |db| {
            // Somebody else may have been faster.
            if containers::is_active(db, container, now)? && objects::remove(db, container, &path)? {
                return Ok(());
            }
            Err(ApiError::object_not_found(&path))
        })
        .await?;
    Ok(answer::whole(StatusCode::OK, REST_JSON, Bytes::new()))
}
