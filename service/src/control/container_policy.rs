//! PutContainerPolicy, GetContainerPolicy, DeleteContainerPolicy.
//!
//! A container always has a policy: until one is put, and again once it is deleted, the default that gives its owner everything over
//! HTTPS. So Get never fails for want of one, and Delete means "back to the default".

use mediastore_policy::limits;
use mediastore_policy::mediastore::{self, ContainerScope};
use serde::{Deserialize, Serialize};

use crate::store::containers::Realm;
use crate::store::policies::Kind;

use super::input::Problems;
use super::resource;
use super::{Call, NOTHING, Output};
use crate::answer::json;
use crate::error::{ApiError, Code};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PutInput {
    container_name: Option<String>,
    policy: Option<String>,
}

pub(super) async fn put(call: Call) -> Output {
    let input: PutInput = call.input()?;
    let mut problems = Problems::default();
    let name = problems.container_name(input.container_name);
    let policy = match input.policy {
        None => problems.required("Policy", None),
        Some(policy) => {
            problems.limit("Policy", limits::CONTAINER_POLICY.check(&policy));
            policy
        }
    };
    problems.finish()?;
    judge(&call.realm, &name, &policy)?;
    resource::put_policy(call, name, Kind::Container, policy).await
}

/// Refuses what the real service refused, in the form of the one message of it that is on record.
fn judge(realm: &Realm, name: &str, policy: &str) -> Result<(), ApiError> {
    const START: &str = "Invalid Container Policy: ";
    let scope = ContainerScope { region: Some(&realm.region), account: Some(&realm.account), name: Some(name) };
    let refusals = mediastore::refusals(policy, &scope);
    if refusals.is_empty() {
        return Ok(());
    }
    let sentences: Vec<&str> =
        refusals.iter().map(|problem| problem.message.strip_prefix(START).unwrap_or(&problem.message)).collect();
    Err(ApiError::new(Code::Validation, format!("{START}{}", sentences.join("; "))))
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct GetOutput {
    policy: String,
}

pub(super) async fn get(call: Call) -> Output {
    let (name, policy) = resource::policy(&call, Kind::Container).await?;
    let policy = policy.unwrap_or_else(|| default(&call.realm, &name));
    json(&GetOutput { policy })
}

pub(super) async fn delete(call: Call) -> Output {
    resource::delete_policy(&call, Kind::Container).await?;
    NOTHING
}

/// The policy AWS gave every new container.
pub(crate) fn default(realm: &Realm, name: &str) -> String {
    let account = &realm.account;
    let arn = realm.arn(name);
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Sid":"MediaStoreFullAccess","Effect":"Allow","Action":["mediastore:*"],"Principal":{{"AWS":"arn:aws:iam::{account}:root"}},"Resource":"{arn}/*","Condition":{{"Bool":{{"aws:SecureTransport":"true"}}}}}}]}}"#
    )
}
