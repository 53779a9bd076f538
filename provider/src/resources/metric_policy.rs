//! `mediastore_metric_policy`: which metrics the service keeps of a container.

use async_trait::async_trait;
use aws_sdk_mediastore::error::BuildError;
use aws_sdk_mediastore::types::{ContainerLevelMetrics, MetricPolicy as SdkPolicy, MetricPolicyRule};
use mediastore_lint::source::Position;
use mediastore_lint::unit::DocumentKind;
use mediastore_policy::limits;
use serde_json::{Value as Json, json};
use tf_plugin::context::Context;
use tf_plugin::diagnostic::{Diagnostic, Diagnostics, Failure};
use tf_plugin::identity::{IdentityAttribute, ImportId};
use tf_plugin::model;
use tf_plugin::model::{Attr, Model};
use tf_plugin::path::Path;
use tf_plugin::resource::Resource;
use tf_plugin::schema::{Attribute, Block, NestedBlock, Schema};
use tf_plugin::timeouts::{self, Timeouts};
use tf_plugin::value::Value;

use super::{container_name, import_by_container_name, known_rules, lines};
use crate::client::{Client, call, found};
use crate::containers::{identity_attributes, name_identity};
use crate::guardrails::Document;

/// The resource type.
pub(super) struct MetricPolicy;

model! {
    /// A metric policy.
    pub struct MetricPolicyModel {
        pub container_name: String,
        pub container_level_metrics: String,
        pub rule: Vec<RuleModel>,
        pub timeouts: Timeouts,
    }
}

model! {
    /// A rule of a metric policy.
    pub struct RuleModel {
        pub object_group: String,
        pub object_group_name: String,
    }
}

#[async_trait]
impl Resource for MetricPolicy {
    type Model = MetricPolicyModel;
    type Client = Client;

    fn name(&self) -> &'static str {
        "mediastore_metric_policy"
    }

    fn schema(&self) -> Schema {
        let rules = u32::try_from(limits::METRIC_RULES.max).expect("three hundred fits");
        let rule = Block::new("A group of objects with metrics of its own.")
            .attribute(
                Attribute::string("object_group")
                    .required()
                    .describe("Path or pattern with `*`, such as `live/*.m3u8`.")
                    .check_text(|group| limits::METRIC_OBJECT_GROUP.check(group)),
            )
            .attribute(
                Attribute::string("object_group_name")
                    .required()
                    .describe("Name of the group in the metrics: letters, digits and `_`, up to 30.")
                    .check_text(|name| limits::METRIC_OBJECT_GROUP_NAME.check(name)),
            );
        Schema::new("The metric policy of a container. Without one, no metrics are kept.")
            .attribute(container_name())
            .attribute(
                Attribute::string("container_level_metrics")
                    .required()
                    .describe("Metrics of the whole container: `ENABLED` or `DISABLED`.")
                    .check_text(|level| limits::METRIC_LEVEL.check(level)),
            )
            .block(NestedBlock::list("rule", rule).count(0, rules))
            .block(timeouts::block())
    }

    fn modify_plan(
        &self,
        client: Option<&Client>,
        prior: Option<&MetricPolicyModel>,
        config: &MetricPolicyModel,
        planned: &mut MetricPolicyModel,
    ) -> Diagnostics {
        let rules = known_rules(&config.rule, to_json);
        let (Some(client), Some(rules), Some(level)) = (client, rules, config.container_level_metrics.known()) else {
            return Diagnostics::none();
        };
        let container = config.container_name.known().map(String::as_str);
        // The level stands on the first line, so that a rule's line tells which it is.
        let text = format!("{{\"ContainerLevelMetrics\": {}, \"MetricPolicyRules\": {}}}", json!(level), lines(&rules));
        let path = |at: Position| match at.line.checked_sub(2) {
            Some(index) if index < rules.len() => Path::attribute("rule").index(index),
            _ => Path::attribute("container_level_metrics"),
        };
        let (kind, text) = (DocumentKind::Metric, text.as_str());
        let parts = |model: &MetricPolicyModel| (model.container_level_metrics.clone(), model.rule.clone());
        let changed = prior.is_none_or(|prior| parts(prior) != parts(planned));
        client.guardrails.document(client, &Document { kind, text, container, changed, path: &path })
    }

    async fn create(
        &self,
        cx: &Context<'_, Client>,
        planned: MetricPolicyModel,
    ) -> Result<MetricPolicyModel, Failure<MetricPolicyModel>> {
        put(cx, &planned).await?;
        Ok(planned)
    }

    async fn read(
        &self,
        cx: &Context<'_, Client>,
        mut state: MetricPolicyModel,
    ) -> Result<Option<MetricPolicyModel>, Diagnostics> {
        let sdk = cx.client.sdk()?;
        let name = state.container_name.text();
        let got =
            found(call(cx, true, || sdk.get_metric_policy().container_name(name).send()).await).map_err(|error| {
                error.diagnostic(cx.client, &format!("read the metric policy of the container `{name}`"))
            })?;
        let Some(output) = got else { return Ok(None) };
        let policy = output.metric_policy;
        let level = policy.as_ref().map(|policy| policy.container_level_metrics().as_str().to_owned());
        let rules = policy.as_ref().map(SdkPolicy::metric_policy_rules).unwrap_or_default();
        state.container_level_metrics = level.into();
        state.rule = Attr::Known(rules.iter().map(from_sdk).collect());
        Ok(Some(state))
    }

    async fn update(
        &self,
        cx: &Context<'_, Client>,
        state: MetricPolicyModel,
        planned: MetricPolicyModel,
    ) -> Result<MetricPolicyModel, Failure<MetricPolicyModel>> {
        if (&planned.container_level_metrics, &planned.rule) != (&state.container_level_metrics, &state.rule) {
            put(cx, &planned).await?;
        }
        Ok(planned)
    }

    async fn delete(
        &self,
        cx: &Context<'_, Client>,
        state: MetricPolicyModel,
    ) -> Result<(), Failure<MetricPolicyModel>> {
        let sdk = cx.client.sdk()?;
        let name = state.container_name.text();
        let deleted = found(call(cx, true, || sdk.delete_metric_policy().container_name(name).send()).await);
        let tried = format!("delete the metric policy of the container `{name}`");
        deleted.map(drop).map_err(|error| error.diagnostic(cx.client, &tried).into())
    }

    async fn import(&self, _: &Context<'_, Client>, id: &ImportId<'_>) -> Result<MetricPolicyModel, Diagnostics> {
        let container_name = import_by_container_name(id)?;
        Ok(MetricPolicyModel { container_name, ..MetricPolicyModel::null() })
    }

    fn identity_attributes(&self) -> Vec<IdentityAttribute> {
        identity_attributes("container_name")
    }

    fn identity(&self, client: &Client, state: &MetricPolicyModel) -> Value {
        name_identity(client, "container_name", state.container_name.text(), None)
    }
}

async fn put(cx: &Context<'_, Client>, planned: &MetricPolicyModel) -> Result<(), Diagnostic> {
    let sdk = cx.client.sdk()?;
    let name = planned.container_name.text();
    let policy = to_sdk(planned).map_err(|error| Diagnostic::error("Invalid metric policy", error.to_string()))?;
    let put =
        call(cx, true, || sdk.put_metric_policy().container_name(name).metric_policy(policy.clone()).send()).await;
    put.map(drop)
        .map_err(|error| error.diagnostic(cx.client, &format!("put the metric policy of the container `{name}`")))
}

fn to_sdk(model: &MetricPolicyModel) -> Result<SdkPolicy, BuildError> {
    let rule = |rule: &RuleModel| {
        MetricPolicyRule::builder()
            .object_group(rule.object_group.text())
            .object_group_name(rule.object_group_name.text())
            .build()
    };
    let rules = model.rule.known().map(Vec::as_slice).unwrap_or_default();
    let rules = rules.iter().map(rule).collect::<Result<Vec<_>, _>>()?;
    SdkPolicy::builder()
        .container_level_metrics(ContainerLevelMetrics::from(model.container_level_metrics.text()))
        // The API takes no list rather than an empty one.
        .set_metric_policy_rules(Some(rules).filter(|rules| !rules.is_empty()))
        .build()
}

/// A rule as the service has it.
pub(crate) fn from_sdk(rule: &MetricPolicyRule) -> RuleModel {
    RuleModel {
        object_group: rule.object_group().to_owned().into(),
        object_group_name: rule.object_group_name().to_owned().into(),
    }
}

/// A rule in the API's form; `None` while a part is unknown.
fn to_json(rule: &RuleModel) -> Option<Json> {
    if rule.object_group.is_unknown() || rule.object_group_name.is_unknown() {
        return None;
    }
    Some(json!({ "ObjectGroup": rule.object_group.text(), "ObjectGroupName": rule.object_group_name.text() }))
}
