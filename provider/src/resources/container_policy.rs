//! `mediastore_container_policy`: who may do what with a container's objects.
//!
//! The service attaches a default policy to every container, so the resource manages something that always exists: creating it
//! overwrites, deleting it resets.

use async_trait::async_trait;
use mediastore_lint::unit::DocumentKind;
use mediastore_policy::mediastore::{self, ContainerScope};
use serde_json::Value as Json;
use tf_plugin::context::Context;
use tf_plugin::diagnostic::{Diagnostic, Diagnostics, Failure};
use tf_plugin::identity::{IdentityAttribute, ImportId};
use tf_plugin::model;
use tf_plugin::model::Model;
use tf_plugin::path::Path;
use tf_plugin::resource::{MovedState, Resource};
use tf_plugin::schema::{Attribute, Schema, sentence};
use tf_plugin::timeouts::{self, Timeouts};
use tf_plugin::value::Value;

use super::{container_name, from_aws, import_by_container_name};
use crate::client::{Client, call, found};
use crate::containers::{identity_attributes, name_identity};
use crate::guardrails::Document;

/// The resource type.
pub(super) struct ContainerPolicy;

model! {
    /// A container policy.
    pub struct ContainerPolicyModel {
        pub container_name: String,
        pub policy: String,
        pub timeouts: Timeouts,
    }
}

#[async_trait]
impl Resource for ContainerPolicy {
    type Model = ContainerPolicyModel;
    type Client = Client;

    fn name(&self) -> &'static str {
        "mediastore_container_policy"
    }

    fn schema(&self) -> Schema {
        Schema::new(
            "The access policy of a container. A container has exactly one: creating this resource replaces the default \
             policy, deleting it brings the default back.",
        )
        .attribute(container_name())
        .attribute(
            Attribute::string("policy")
                .required()
                .same(same_policy)
                .describe(
                    "The policy as JSON, up to 8,192 ASCII characters. Every `Resource` lies inside the container, and a \
                     statement that allows `mediastore:PutObject` requires HTTPS. Two spellings of one meaning are no \
                     change.",
                ),
        )
        .block(timeouts::block())
    }

    fn validate(&self, config: &ContainerPolicyModel) -> Diagnostics {
        let scope =
            ContainerScope { region: None, account: None, name: config.container_name.known().map(String::as_str) };
        refusals(config, &scope)
    }

    fn modify_plan(
        &self,
        client: Option<&Client>,
        prior: Option<&ContainerPolicyModel>,
        config: &ContainerPolicyModel,
        planned: &mut ContainerPolicyModel,
    ) -> Diagnostics {
        let Some(client) = client else { return Diagnostics::none() };
        let container = config.container_name.known().map(String::as_str);
        let refused = refusals(config, &client.scope(container));
        let Some(text) = config.policy.known().filter(|_| !refused.has_errors()) else { return refused };
        let (kind, path) = (DocumentKind::Policy, |_| Path::attribute("policy"));
        let changed = prior.is_none_or(|prior| prior.policy != planned.policy);
        client.guardrails.document(client, &Document { kind, text, container, changed, path: &path })
    }

    async fn create(
        &self,
        cx: &Context<'_, Client>,
        planned: ContainerPolicyModel,
    ) -> Result<ContainerPolicyModel, Failure<ContainerPolicyModel>> {
        put(cx, &planned).await?;
        Ok(planned)
    }

    async fn read(
        &self,
        cx: &Context<'_, Client>,
        mut state: ContainerPolicyModel,
    ) -> Result<Option<ContainerPolicyModel>, Diagnostics> {
        let sdk = cx.client.sdk()?;
        let name = state.container_name.text();
        let got = found(call(cx, true, || sdk.get_container_policy().container_name(name).send()).await)
            .map_err(|error| error.diagnostic(cx.client, &format!("read the policy of the container `{name}`")))?;
        let Some(output) = got else { return Ok(None) };
        state.policy = output.policy.into();
        Ok(Some(state))
    }

    async fn update(
        &self,
        cx: &Context<'_, Client>,
        state: ContainerPolicyModel,
        planned: ContainerPolicyModel,
    ) -> Result<ContainerPolicyModel, Failure<ContainerPolicyModel>> {
        if planned.policy != state.policy {
            put(cx, &planned).await?;
        }
        Ok(planned)
    }

    async fn delete(
        &self,
        cx: &Context<'_, Client>,
        state: ContainerPolicyModel,
    ) -> Result<(), Failure<ContainerPolicyModel>> {
        let sdk = cx.client.sdk()?;
        let name = state.container_name.text();
        let deleted = found(call(cx, true, || sdk.delete_container_policy().container_name(name).send()).await);
        let tried = format!("delete the policy of the container `{name}`");
        deleted.map(drop).map_err(|error| error.diagnostic(cx.client, &tried).into())
    }

    async fn import(&self, _: &Context<'_, Client>, id: &ImportId<'_>) -> Result<ContainerPolicyModel, Diagnostics> {
        let container_name = import_by_container_name(id)?;
        Ok(ContainerPolicyModel { container_name, ..ContainerPolicyModel::null() })
    }

    fn take_over(&self, source: &MovedState) -> Option<Result<Json, Diagnostics>> {
        from_aws(source, "aws_media_store_container_policy", &["container_name", "policy"])
    }

    fn identity_attributes(&self) -> Vec<IdentityAttribute> {
        identity_attributes("container_name")
    }

    fn identity(&self, client: &Client, state: &ContainerPolicyModel) -> Value {
        name_identity(client, "container_name", state.container_name.text(), None)
    }
}

fn same_policy(a: &Value, b: &Value) -> bool {
    matches!((a.as_str(), b.as_str()), (Some(a), Some(b)) if mediastore_policy::meaning::same_meaning(a, b))
}

/// What the service would refuse, said at plan.
fn refusals(config: &ContainerPolicyModel, scope: &ContainerScope<'_>) -> Diagnostics {
    let Some(text) = config.policy.known() else { return Diagnostics::none() };
    let problems = mediastore::refusals(text, scope);
    let diagnostic = |problem: mediastore_policy::problem::Problem| {
        let (line, column) = place(text, problem.span.start);
        let help = problem.help.map(|help| format!("\n\n{}", sentence(help))).unwrap_or_default();
        let detail = format!("Line {line}, column {column} of the policy: {}{help}", sentence(problem.message));
        Diagnostic::at(Path::attribute("policy"), "The service would refuse this policy", detail)
    };
    problems.into_iter().map(diagnostic).collect()
}

/// Line and column, from 1, of a byte in a text.
fn place(text: &str, at: usize) -> (usize, usize) {
    let before = &text.as_bytes()[..at.min(text.len())];
    let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
    let line_start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1);
    (line, before.len() - line_start + 1)
}

async fn put(cx: &Context<'_, Client>, planned: &ContainerPolicyModel) -> Result<(), Diagnostic> {
    let sdk = cx.client.sdk()?;
    let (name, policy) = (planned.container_name.text(), planned.policy.text());
    let put = call(cx, true, || sdk.put_container_policy().container_name(name).policy(policy).send()).await;
    put.map(drop).map_err(|error| error.diagnostic(cx.client, &format!("put the policy of the container `{name}`")))
}
