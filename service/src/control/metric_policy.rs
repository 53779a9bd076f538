//! PutMetricPolicy, GetMetricPolicy, DeleteMetricPolicy.

use mediastore_policy::limits;
use serde::{Deserialize, Serialize};

use crate::store::policies::Kind;

use super::input::Problems;
use super::resource;
use super::{Call, Output};
use crate::answer::json;
use crate::error::{ApiError, Code};

const WHAT: &str = "metric policy";

/// A policy as it came, before it is known to be one.
#[derive(Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Policy {
    container_level_metrics: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    metric_policy_rules: Option<Vec<Rule>>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Rule {
    object_group: Option<String>,
    object_group_name: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PutInput {
    container_name: Option<String>,
    metric_policy: Option<Policy>,
}

pub(super) async fn put(call: Call) -> Output {
    let input: PutInput = call.input()?;
    let mut problems = Problems::default();
    let name = problems.container_name(input.container_name);
    match &input.metric_policy {
        None => problems.note("MetricPolicy is missing"),
        Some(policy) => check(policy, call.service.config().quotas.metric_rules, &mut problems),
    }
    problems.finish()?;
    let text = serde_json::to_string(&input.metric_policy)
        .map_err(|error| ApiError::new(Code::InternalServerError, error.to_string()))?;
    resource::put_policy(call, name, Kind::Metric, text).await
}

fn check(policy: &Policy, quota: Option<usize>, problems: &mut Problems) {
    match &policy.container_level_metrics {
        None => problems.note("MetricPolicy.ContainerLevelMetrics is missing"),
        Some(level) => problems.limit("MetricPolicy.ContainerLevelMetrics", limits::METRIC_LEVEL.check(level)),
    }
    let Some(rules) = &policy.metric_policy_rules else {
        return;
    };
    let place = "MetricPolicy.MetricPolicyRules";
    problems.limit(place, limits::METRIC_RULES.check(rules.len()));
    if let Some(quota) = quota
        && rules.len() > quota
    {
        problems.note(format!("{place}: {} rules given, at most {quota} allowed by the account's quota", rules.len()));
    }
    for (index, rule) in rules.iter().enumerate() {
        match &rule.object_group {
            None => problems.note(format!("{place}[{index}].ObjectGroup is missing")),
            Some(group) => {
                problems.limit(&format!("{place}[{index}].ObjectGroup"), limits::METRIC_OBJECT_GROUP.check(group));
            }
        }
        match &rule.object_group_name {
            None => problems.note(format!("{place}[{index}].ObjectGroupName is missing")),
            Some(name) => {
                let place = format!("{place}[{index}].ObjectGroupName");
                problems.limit(&place, limits::METRIC_OBJECT_GROUP_NAME.check(name));
            }
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct GetOutput {
    metric_policy: Policy,
}

pub(super) async fn get(call: Call) -> Output {
    let (name, text) = resource::policy(&call, Kind::Metric).await?;
    let text = text.ok_or_else(|| resource::missing(Code::PolicyNotFound, WHAT, &name))?;
    let metric_policy = serde_json::from_str(&text).map_err(|error| {
        ApiError::new(Code::InternalServerError, format!("the stored {WHAT} cannot be read: {error}"))
    })?;
    json(&GetOutput { metric_policy })
}

pub(super) async fn delete(call: Call) -> Output {
    resource::deleted(Code::PolicyNotFound, WHAT, resource::delete_policy(&call, Kind::Metric).await?)
}
