//! `mediastore_lifecycle_policy`: the lifecycle policy of a container that something else manages.

use async_trait::async_trait;
use tf_plugin::context::Context;
use tf_plugin::data_source::DataSource;
use tf_plugin::diagnostic::Diagnostics;
use tf_plugin::model;
use tf_plugin::schema::{Attribute, Schema};

use crate::client::{Client, call};
use crate::containers::name_attribute;

/// The data source type.
pub(super) struct LifecyclePolicy;

model! {
    /// A lifecycle policy.
    pub struct LifecyclePolicyModel {
        pub container_name: String,
        pub policy: String,
    }
}

#[async_trait]
impl DataSource for LifecyclePolicy {
    type Model = LifecyclePolicyModel;
    type Client = Client;

    fn name(&self) -> &'static str {
        "mediastore_lifecycle_policy"
    }

    fn schema(&self) -> Schema {
        Schema::new("Reads the lifecycle policy of a container. A container without one is an error.")
            .attribute(name_attribute("container_name"))
            .attribute(Attribute::string("policy").computed().describe("The policy as JSON, as the service has it."))
    }

    async fn read(
        &self,
        cx: &Context<'_, Client>,
        config: LifecyclePolicyModel,
    ) -> Result<LifecyclePolicyModel, Diagnostics> {
        let sdk = cx.client.sdk()?;
        let name = config.container_name.text();
        let got = call(cx, true, || sdk.get_lifecycle_policy().container_name(name).send()).await;
        let tried = format!("read the lifecycle policy of the container `{name}`");
        let got = got.map_err(|error| error.diagnostic(cx.client, &tried))?;
        Ok(LifecyclePolicyModel { policy: got.lifecycle_policy.into(), ..config })
    }
}
