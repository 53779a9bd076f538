//! What most operations need: a container that is there and in a state that allows them, its ARN, and the plain
//! put, get and delete of one of its policies.

use bytes::Bytes;
use rusqlite::Connection;
use serde::Deserialize;

use crate::store::containers::{self, Container, Realm};
use crate::store::policies::{self, Kind};

use super::input::Problems;
use super::{Call, NOTHING, Output};
use crate::error::{ApiError, Code};

/// The state of a container, which is a matter of its times and the clock: nothing has to run for it to change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    Creating,
    Active,
    Deleting,
}

impl Status {
    pub(super) fn of(container: &Container, now: i64) -> Self {
        if container.gone_at.is_some() {
            Self::Deleting
        } else if now < container.active_at {
            Self::Creating
        } else {
            Self::Active
        }
    }

    /// The name on the wire.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Creating => "CREATING",
            Self::Active => "ACTIVE",
            Self::Deleting => "DELETING",
        }
    }
}

/// The ARN of what a call names in its input, as refusals and logs say it: a container, or `*`.
pub(super) fn named_in(body: &[u8], realm: &Realm) -> String {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Named {
        container_name: Option<String>,
        resource: Option<String>,
    }

    let named = serde_json::from_slice(body).unwrap_or(Named { container_name: None, resource: None });
    match named {
        Named { container_name: Some(name), .. } => realm.arn(&name),
        Named { resource: Some(resource), .. } => resource,
        Named { .. } => "*".to_owned(),
    }
}

/// The container, in whatever state.
pub(super) fn existing(db: &Connection, realm: &Realm, name: &str, now: i64) -> Result<Container, ApiError> {
    containers::find(db, realm, name, now)?.ok_or_else(|| ApiError::container_not_found(name))
}

/// The container, if it is ACTIVE; every operation but Describe and List asks for that.
pub(super) fn active(db: &Connection, realm: &Realm, name: &str, now: i64) -> Result<Container, ApiError> {
    let container = existing(db, realm, name, now)?;
    match Status::of(&container, now) {
        Status::Active => Ok(container),
        status => {
            let message = format!("container `{name}` is {}; try again once it is not", status.name());
            Err(ApiError::new(Code::ContainerInUse, message))
        }
    }
}

/// The input of the many operations that take only a container.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ContainerOnly {
    pub(super) container_name: Option<String>,
}

impl ContainerOnly {
    pub(super) fn checked(self) -> Result<String, ApiError> {
        let mut problems = Problems::default();
        let name = problems.container_name(self.container_name);
        problems.finish()?;
        Ok(name)
    }
}

/// Puts a policy that has been checked.
pub(super) async fn put_policy(call: Call, name: String, kind: Kind, text: String) -> Output {
    let Call { service, realm, now, .. } = call;
    service
        .store()
        .write(move |db| {
            let container = active(db, &realm, &name, now)?;
            Ok::<_, ApiError>(policies::put(db, container.id, kind, &text)?)
        })
        .await?;
    NOTHING
}

/// The text of a policy, or `None` where there is none, with the name of its container.
pub(super) async fn policy(call: &Call, kind: Kind) -> Result<(String, Option<String>), ApiError> {
    let name = call.input::<ContainerOnly>()?.checked()?;
    let (realm, now) = (call.realm.clone(), call.now);
    call.service
        .store()
        .look_up(move |db| {
            let container = active(db, &realm, &name, now)?;
            let text = policies::find(db, container.id, kind)?;
            Ok((name, text))
        })
        .await
}

/// Deletes a policy; tells its container's name and whether there was one.
pub(super) async fn delete_policy(call: &Call, kind: Kind) -> Result<(String, bool), ApiError> {
    let name = call.input::<ContainerOnly>()?.checked()?;
    let (realm, now) = (call.realm.clone(), call.now);
    call.service
        .store()
        .write(move |db| {
            let container = active(db, &realm, &name, now)?;
            let removed = policies::remove(db, container.id, kind)?;
            Ok((name, removed))
        })
        .await
}

/// The answer to a delete of a policy that has to be there.
pub(super) fn deleted(code: Code, what: &str, (name, removed): (String, bool)) -> Output {
    if removed { Ok(Bytes::new()) } else { Err(missing(code, what, &name)) }
}

/// There is no such policy.
pub(super) fn missing(code: Code, what: &str, container: &str) -> ApiError {
    ApiError::new(code, format!("container `{container}` has no {what}"))
}
