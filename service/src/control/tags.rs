//! TagResource, UntagResource, ListTagsForResource, and the tags of CreateContainer.

use std::collections::HashSet;

use mediastore_policy::limits;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use crate::store::tags;

use super::input::Problems;
use super::resource;
use super::{Call, NOTHING, Output};
use crate::answer::json;
use crate::error::{ApiError, Code};

/// A tag on the wire.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Tag {
    key: Option<String>,
    value: Option<String>,
}

/// Keys and values of a list of tags; a value that was left out is empty.
pub(super) fn checked(tags: Vec<Tag>, problems: &mut Problems) -> Vec<(String, String)> {
    problems.limit("Tags", limits::TAGS_PER_REQUEST.check(tags.len()));
    let mut keys = HashSet::new();
    let mut checked = Vec::with_capacity(tags.len());
    for (index, tag) in tags.into_iter().enumerate() {
        let place = format!("Tags[{index}]");
        let Some(key) = tag.key else {
            problems.note(format!("{place}.Key is missing"));
            continue;
        };
        let value = tag.value.unwrap_or_default();
        problems.limit(&place, limits::TAG_KEY.check(&key));
        problems.limit(&place, limits::TAG_VALUE.check(&value));
        if !keys.insert(key.clone()) {
            problems.note(format!("{place}: tag key `{key}` is given twice"));
        }
        checked.push((key, value));
    }
    checked
}

/// Puts tags on a container, unless it would then have more than it may.
pub(super) fn put(db: &Connection, container: i64, tags: &[(String, String)]) -> Result<(), ApiError> {
    for (key, value) in tags {
        tags::put(db, container, key, value)?;
    }
    limits::TAGS_PER_CONTAINER.check(tags::count(db, container)?).map_err(|violation| {
        ApiError::new(Code::Validation, format!("the container would be over its limit: {violation}"))
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct TagInput {
    resource: Option<String>,
    tags: Option<Vec<Tag>>,
}

pub(super) async fn tag(call: Call) -> Output {
    let input: TagInput = call.input()?;
    let mut problems = Problems::default();
    let name = container_of(&call, input.resource, &mut problems);
    let tags = problems.required("Tags", input.tags.map(Some)).map(|tags| checked(tags, &mut problems));
    problems.finish()?;

    let (name, tags) = (name?, tags.unwrap_or_default());
    let Call { service, realm, now, .. } = call;
    service
        .store()
        .write(move |db| {
            let container = resource::active(db, &realm, &name, now)?;
            put(db, container.id, &tags)
        })
        .await?;
    NOTHING
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct UntagInput {
    resource: Option<String>,
    tag_keys: Option<Vec<String>>,
}

pub(super) async fn untag(call: Call) -> Output {
    let input: UntagInput = call.input()?;
    let mut problems = Problems::default();
    let name = container_of(&call, input.resource, &mut problems);
    let keys = problems.required("TagKeys", input.tag_keys);
    for (index, key) in keys.iter().enumerate() {
        problems.limit(&format!("TagKeys[{index}]"), limits::TAG_KEY.text.check(key));
    }
    problems.finish()?;

    let name = name?;
    let Call { service, realm, now, .. } = call;
    service
        .store()
        .write(move |db| {
            let container = resource::active(db, &realm, &name, now)?;
            for key in &keys {
                tags::remove(db, container.id, key)?;
            }
            Ok::<_, ApiError>(())
        })
        .await?;
    NOTHING
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ListInput {
    resource: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ListOutput {
    tags: Vec<Tag>,
}

pub(super) async fn list(call: Call) -> Output {
    let input: ListInput = call.input()?;
    let mut problems = Problems::default();
    let name = container_of(&call, input.resource, &mut problems);
    problems.finish()?;

    let name = name?;
    let Call { service, realm, now, .. } = call;
    let tags = service
        .store()
        .look_up(move |db| {
            let container = resource::active(db, &realm, &name, now)?;
            Ok::<_, ApiError>(tags::list(db, container.id)?)
        })
        .await?;
    let tags = tags.into_iter().map(|(key, value)| Tag { key: Some(key), value: Some(value) }).collect();
    json(&ListOutput { tags })
}

/// The name in a container's ARN. A text that is no such ARN is noted as a problem; the ARN of another account or region is a
/// container that this caller does not have, which is told after the other problems.
fn container_of(call: &Call, resource: Option<String>, problems: &mut Problems) -> Result<String, ApiError> {
    let Some(arn) = resource else {
        return Ok(problems.required("Resource", None));
    };
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let name = match parts.as_slice() {
        ["arn", "aws", "mediastore", _, _, resource] => resource.strip_prefix("container/"),
        _ => None,
    };
    let Some(name) = name.filter(|name| limits::CONTAINER_NAME.check(name).is_ok()) else {
        let form = "arn:aws:mediastore:<region>:<account>:container/<name>";
        problems.note(format!("Resource `{arn}` is no container ARN of the form `{form}`"));
        return Ok(String::new());
    };
    if arn == call.realm.arn(name) { Ok(name.to_owned()) } else { Err(ApiError::container_not_found(&arn)) }
}
