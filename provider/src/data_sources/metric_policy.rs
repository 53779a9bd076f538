//! `mediastore_metric_policy`: the metric policy of a container that something else manages.

use async_trait::async_trait;
use tf_plugin::context::Context;
use tf_plugin::data_source::DataSource;
use tf_plugin::diagnostic::Diagnostics;
use tf_plugin::model;
use tf_plugin::model::Attr;
use tf_plugin::schema::{Attribute, Schema};
use tf_plugin::types::Type;

use crate::client::{Client, call};
use crate::containers::name_attribute;
use crate::resources::metric_policy::{RuleModel, from_sdk};

/// The data source type.
pub(super) struct MetricPolicy;

model! {
    /// A metric policy.
    pub struct MetricPolicyModel {
        pub container_name: String,
        pub container_level_metrics: String,
        pub rules: Vec<RuleModel>,
    }
}

#[async_trait]
impl DataSource for MetricPolicy {
    type Model = MetricPolicyModel;
    type Client = Client;

    fn name(&self) -> &'static str {
        "mediastore_metric_policy"
    }

    fn schema(&self) -> Schema {
        let rule = Type::object([("object_group", Type::String), ("object_group_name", Type::String)]);
        Schema::new("Reads the metric policy of a container. A container without one is an error.")
            .attribute(name_attribute("container_name"))
            .attribute(
                Attribute::string("container_level_metrics")
                    .computed()
                    .describe("Metrics of the whole container: `ENABLED` or `DISABLED`."),
            )
            .attribute(Attribute::new("rules", Type::list(rule)).computed().describe(
                "Groups of objects with metrics of their own, each with `object_group` and `object_group_name`.",
            ))
    }

    async fn read(
        &self,
        cx: &Context<'_, Client>,
        config: MetricPolicyModel,
    ) -> Result<MetricPolicyModel, Diagnostics> {
        let sdk = cx.client.sdk()?;
        let name = config.container_name.text();
        let got = call(cx, true, || sdk.get_metric_policy().container_name(name).send()).await;
        let tried = format!("read the metric policy of the container `{name}`");
        let got = got.map_err(|error| error.diagnostic(cx.client, &tried))?;
        let policy = got.metric_policy;
        let level = policy.as_ref().map(|policy| policy.container_level_metrics().as_str().to_owned());
        let rules = policy.iter().flat_map(|policy| policy.metric_policy_rules()).map(from_sdk);
        Ok(MetricPolicyModel { container_level_metrics: level.into(), rules: Attr::Known(rules.collect()), ..config })
    }
}
