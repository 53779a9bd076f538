//! CreateContainer, DescribeContainer, ListContainers, DeleteContainer.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use mediastore_policy::limits;
use serde::{Deserialize, Serialize};

use crate::config::{DataEndpoint, milliseconds};
use crate::store::containers::{self, Container, NewContainer, Realm};
use crate::store::objects;

use super::input::Problems;
use super::resource::{self, ContainerOnly, Status};
use super::tags::{self, Tag};
use super::{Call, NOTHING, Output};
use crate::answer::json;
use crate::error::{ApiError, Code};

/// A container as the API shows it.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Shown {
    name: String,
    #[serde(rename = "ARN")]
    arn: String,
    /// Absent while CREATING, then the same for the container's life.
    #[serde(skip_serializing_if = "Option::is_none")]
    endpoint: Option<String>,
    /// Whole seconds since 1970.
    creation_time: i64,
    status: &'static str,
    access_logging_enabled: bool,
}

impl Shown {
    fn new(container: Container, status: Status, realm: &Realm, endpoint: &DataEndpoint) -> Self {
        Self {
            arn: realm.arn(&container.name),
            endpoint: (status != Status::Creating).then(|| endpoint.of(&container.label)),
            creation_time: container.created_at.div_euclid(1000),
            status: status.name(),
            access_logging_enabled: container.access_logging,
            name: container.name,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct OneContainer {
    container: Shown,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct CreateInput {
    container_name: Option<String>,
    tags: Option<Vec<Tag>>,
}

pub(super) async fn create(call: Call) -> Output {
    let input: CreateInput = call.input()?;
    let mut problems = Problems::default();
    let name = problems.container_name(input.container_name);
    let tags = input.tags.map(|tags| tags::checked(tags, &mut problems)).unwrap_or_default();
    problems.finish()?;

    let Call { service, realm, now, .. } = call;
    let config = service.config();
    let quota = config.quotas.containers;
    let active_at = now.saturating_add(milliseconds(config.state_delay));
    let label = label()?;
    let container = service
        .store()
        .write({
            let realm = realm.clone();
            move |db| {
                containers::sweep(db, now)?;
                if containers::find(db, &realm, &name, now)?.is_some() {
                    let message = format!("container `{name}` already exists");
                    return Err(ApiError::new(Code::ContainerInUse, message));
                }
                if let Some(quota) = quota
                    && containers::count(db, &realm, now)? >= quota
                {
                    let message = format!("the account has the {quota} containers that its quota allows");
                    return Err(ApiError::new(Code::LimitExceeded, message));
                }
                let new = NewContainer { name: &name, label: &label, created_at: now, active_at };
                let id = containers::insert(db, &realm, &new)?;
                tags::put(db, id, &tags)?;
                Ok(Container { id, name, label, created_at: now, active_at, gone_at: None, access_logging: false })
            }
        })
        .await?;
    // Always CREATING and without an endpoint, as AWS answers, even where the next call finds it ACTIVE.
    let container = Shown::new(container, Status::Creating, &realm, &config.data_endpoint);
    json(&OneContainer { container })
}

/// The first part of a container's data host: 14 small letters and digits, by chance.
fn label() -> Result<String, ApiError> {
    const SIGNS: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";
    let mut label = String::with_capacity(14);
    while label.len() < 14 {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes)
            .map_err(|error| ApiError::new(Code::InternalServerError, format!("no randomness: {error}")))?;
        // Bytes past the last multiple of 36 are thrown away, or the first signs would come up more often.
        let signs = bytes.iter().filter(|&&byte| byte < 252).map(|&byte| char::from(SIGNS[usize::from(byte) % 36]));
        label.extend(signs.take(14 - label.len()));
    }
    Ok(label)
}

pub(super) async fn describe(call: Call) -> Output {
    let name = call.input::<ContainerOnly>()?.checked()?;
    let Call { service, realm, now, .. } = call;
    let container = service
        .store()
        .look_up({
            let realm = realm.clone();
            move |db| resource::existing(db, &realm, &name, now)
        })
        .await?;
    let status = Status::of(&container, now);
    let container = Shown::new(container, status, &realm, &service.config().data_endpoint);
    json(&OneContainer { container })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ListInput {
    max_results: Option<i64>,
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ListOutput {
    containers: Vec<Shown>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

pub(super) async fn list(call: Call) -> Output {
    let input: ListInput = call.input()?;
    let mut problems = Problems::default();
    if let Some(max) = input.max_results {
        problems.limit("MaxResults", limits::LIST_CONTAINERS_MAX_RESULTS.check(max));
    }
    let after = input.next_token.and_then(|token| {
        problems.limit("NextToken", limits::PAGINATION_TOKEN.check(&token));
        let after = name_in_token(&token);
        if after.is_none() {
            problems.note("NextToken is none that this service gave out");
        }
        after
    });
    problems.finish()?;
    let max = input.max_results.and_then(|max| usize::try_from(max).ok());

    let Call { service, realm, now, .. } = call;
    let mut found = service
        .store()
        .read({
            let realm = realm.clone();
            // One more than asked for tells whether there are more.
            let limit = max.map(|max| max + 1);
            move |db| Ok::<_, ApiError>(containers::list(db, &realm, after.as_deref(), limit, now)?)
        })
        .await?;
    let more = max.is_some_and(|max| found.len() > max);
    found.truncate(max.unwrap_or(usize::MAX));
    let next_token = found.last().filter(|_| more).map(|last| token_for(&last.name));
    let endpoint = &service.config().data_endpoint;
    let containers = found
        .into_iter()
        .map(|container| {
            let status = Status::of(&container, now);
            Shown::new(container, status, &realm, endpoint)
        })
        .collect();
    json(&ListOutput { containers, next_token })
}

/// A token is the last name shown, so a page goes on rightly whatever was created or deleted between two calls.
fn token_for(last: &str) -> String {
    STANDARD.encode(format!("after:{last}"))
}

fn name_in_token(token: &str) -> Option<String> {
    let text = String::from_utf8(STANDARD.decode(token).ok()?).ok()?;
    let name = text.strip_prefix("after:")?;
    limits::CONTAINER_NAME.check(name).ok()?;
    Some(name.to_owned())
}

pub(super) async fn delete(call: Call) -> Output {
    let name = call.input::<ContainerOnly>()?.checked()?;
    let Call { service, realm, now, .. } = call;
    let gone_at = now.saturating_add(milliseconds(service.config().state_delay));
    service
        .store()
        .write(move |db| {
            let container = resource::active(db, &realm, &name, now)?;
            if objects::any(db, container.id, now)? {
                let message = format!("container `{name}` holds objects; delete them first");
                return Err(ApiError::new(Code::ContainerInUse, message));
            }
            containers::let_go(db, container.id, gone_at)?;
            Ok::<_, ApiError>(containers::sweep(db, now)?)
        })
        .await?;
    NOTHING
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_fourteen_small_letters_and_digits_and_differ() {
        let labels: Vec<String> = (0..100).map(|_| label().unwrap()).collect();
        for label in &labels {
            assert_eq!(label.len(), 14, "{label}");
            assert!(label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()), "{label}");
        }
        let different: std::collections::HashSet<_> = labels.iter().collect();
        assert_eq!(different.len(), 100);
    }

    #[test]
    fn tokens_round_trip_within_their_limits() {
        for name in ["a".to_owned(), "x".repeat(255), "A-b_9".to_owned()] {
            let token = token_for(&name);
            assert_eq!(limits::PAGINATION_TOKEN.check(&token), Ok(()));
            assert_eq!(name_in_token(&token), Some(name));
        }
        for token in ["", "AAAA", "after", "YWZ0ZXI6", "YWZ0ZXI6YSBi", "!"] {
            assert_eq!(name_in_token(token), None, "{token}");
        }
    }
}
