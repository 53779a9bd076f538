//! PutLifecyclePolicy, GetLifecyclePolicy, DeleteLifecyclePolicy. The text is given back as it was put.

use mediastore_policy::lifecycle;
use serde::{Deserialize, Serialize};

use crate::store::policies::Kind;

use super::input::Problems;
use super::resource;
use super::{Call, Output};
use crate::answer::json;
use crate::error::Code;

const WHAT: &str = "lifecycle policy";

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PutInput {
    container_name: Option<String>,
    lifecycle_policy: Option<String>,
}

pub(super) async fn put(call: Call) -> Output {
    let input: PutInput = call.input()?;
    let mut problems = Problems::default();
    let name = problems.container_name(input.container_name);
    let policy = problems.required("LifecyclePolicy", input.lifecycle_policy.map(Some));
    if let Some(policy) = &policy
        && let Err(found) = lifecycle::parse(policy)
    {
        for problem in found {
            problems.note(format!("LifecyclePolicy: {problem}"));
        }
    }
    problems.finish()?;
    resource::put_policy(call, name, Kind::Lifecycle, policy.unwrap_or_default()).await
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct GetOutput {
    lifecycle_policy: String,
}

pub(super) async fn get(call: Call) -> Output {
    let (name, text) = resource::policy(&call, Kind::Lifecycle).await?;
    let lifecycle_policy = text.ok_or_else(|| resource::missing(Code::PolicyNotFound, WHAT, &name))?;
    json(&GetOutput { lifecycle_policy })
}

pub(super) async fn delete(call: Call) -> Output {
    resource::deleted(Code::PolicyNotFound, WHAT, resource::delete_policy(&call, Kind::Lifecycle).await?)
}
