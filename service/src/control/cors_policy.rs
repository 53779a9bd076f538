//! PutCorsPolicy, GetCorsPolicy, DeleteCorsPolicy.
//!
//! The policy is kept and given back member by member: what was left out stays out.

use mediastore_policy::cors::CorsRule;
use mediastore_policy::limits;
use serde::{Deserialize, Serialize};

use crate::store::policies::Kind;

use super::input::Problems;
use super::resource;
use super::{Call, Output};
use crate::answer::json;
use crate::error::{ApiError, Code};

const WHAT: &str = "CORS policy";

/// A rule as it came, before it is known to be one.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Rule {
    #[serde(skip_serializing_if = "Option::is_none")]
    allowed_origins: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    allowed_methods: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    allowed_headers: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_age_seconds: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expose_headers: Option<Vec<String>>,
}

/// The rules of a stored text. A text that is no policy cannot have been put by this build, and allows nothing.
pub(crate) fn rules(text: &str) -> Vec<CorsRule> {
    let stored: Vec<Rule> = serde_json::from_str(text).unwrap_or_default();
    let rules = stored.into_iter().map(|rule| CorsRule {
        allowed_origins: rule.allowed_origins.unwrap_or_default(),
        allowed_methods: rule.allowed_methods.unwrap_or_default(),
        allowed_headers: rule.allowed_headers.unwrap_or_default(),
        expose_headers: rule.expose_headers.unwrap_or_default(),
        max_age_seconds: rule.max_age_seconds.and_then(|seconds| u32::try_from(seconds).ok()),
    });
    rules.collect()
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PutInput {
    container_name: Option<String>,
    cors_policy: Option<Vec<Rule>>,
}

pub(super) async fn put(call: Call) -> Output {
    let input: PutInput = call.input()?;
    let mut problems = Problems::default();
    let name = problems.container_name(input.container_name);
    let rules = match input.cors_policy {
        None => problems.required("CorsPolicy", None),
        Some(rules) => {
            problems.limit("CorsPolicy", limits::CORS_RULES.check(rules.len()));
            rules
        }
    };
    for (index, rule) in rules.iter().enumerate() {
        check(&format!("CorsPolicy[{index}]"), rule, &mut problems);
    }
    let text = written(&rules)?;
    problems.limit("CorsPolicy", limits::CORS_POLICY_SIZE.check(text.chars().count()));
    problems.finish()?;
    resource::put_policy(call, name, Kind::Cors, text).await
}

fn check(place: &str, rule: &Rule, problems: &mut Problems) {
    let mut list = |member: &str,
                    list: Option<&[String]>,
                    count: limits::Count,
                    check: fn(&str) -> Result<(), limits::Violation>| {
        let list = list.unwrap_or_default();
        problems.limit(&format!("{place}.{member}"), count.check(list.len()));
        for (index, item) in list.iter().enumerate() {
            problems.limit(&format!("{place}.{member}[{index}]"), check(item));
        }
    };
    // Origins are required: leaving them out is as wrong as an empty list, and in the same words.
    list("AllowedOrigins", rule.allowed_origins.as_deref(), limits::CORS_ALLOWED_ORIGINS, |origin| {
        limits::CORS_ORIGIN.check(origin)
    });
    if let Some(methods) = &rule.allowed_methods {
        list("AllowedMethods", Some(methods), limits::CORS_ALLOWED_METHODS, |method| limits::CORS_METHOD.check(method));
    }
    list("AllowedHeaders", rule.allowed_headers.as_deref(), limits::CORS_ALLOWED_HEADERS, |header| {
        limits::CORS_ALLOWED_HEADER.check(header)
    });
    list("ExposeHeaders", rule.expose_headers.as_deref(), limits::CORS_EXPOSE_HEADERS, |header| {
        limits::CORS_EXPOSE_HEADER.check(header)
    });
    if rule.allowed_headers.is_none() {
        problems.note(format!("{place}.AllowedHeaders is missing"));
    }
    if let Some(seconds) = rule.max_age_seconds {
        problems.limit(&format!("{place}.MaxAgeSeconds"), limits::CORS_MAX_AGE_SECONDS.check(seconds));
    }
}

/// The policy as JSON text without white space, which is what its size is counted on.
fn written(rules: &[Rule]) -> Result<String, ApiError> {
    serde_json::to_string(rules).map_err(|error| ApiError::new(Code::InternalServerError, error.to_string()))
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct GetOutput {
    cors_policy: Vec<Rule>,
}

pub(super) async fn get(call: Call) -> Output {
    let (name, text) = resource::policy(&call, Kind::Cors).await?;
    let text = text.ok_or_else(|| resource::missing(Code::CorsPolicyNotFound, WHAT, &name))?;
    let cors_policy = serde_json::from_str(&text).map_err(|error| {
        ApiError::new(Code::InternalServerError, format!("the stored {WHAT} cannot be read: {error}"))
    })?;
    json(&GetOutput { cors_policy })
}

pub(super) async fn delete(call: Call) -> Output {
    resource::deleted(Code::CorsPolicyNotFound, WHAT, resource::delete_policy(&call, Kind::Cors).await?)
}
