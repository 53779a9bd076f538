//! `mediastore_container_policy`: the policy of a container that something else manages.

use async_trait::async_trait;
use tf_plugin::context::Context;
use tf_plugin::data_source::DataSource;
use tf_plugin::diagnostic::Diagnostics;
use tf_plugin::model;
use tf_plugin::schema::{Attribute, Schema};

use crate::client::{Client, call};
use crate::containers::name_attribute;

/// The data source type.
pub(super) struct ContainerPolicy;

model! {
    /// A container policy.
    pub struct ContainerPolicyModel {
        pub container_name: String,
        pub policy: String,
    }
}

#[async_trait]
impl DataSource for ContainerPolicy {
    type Model = ContainerPolicyModel;
    type Client = Client;

    fn name(&self) -> &'static str {
        "mediastore_container_policy"
    }

    fn schema(&self) -> Schema {
        Schema::new(
            "Reads the access policy of a container: its default policy where nobody has put another one. The function \
             `exposure` says what it lets in.",
        )
        .attribute(name_attribute("container_name"))
        .attribute(Attribute::string("policy").computed().describe("The policy as JSON, as the service has it."))
    }

    async fn read(
        &self,
        cx: &Context<'_, Client>,
        config: ContainerPolicyModel,
    ) -> Result<ContainerPolicyModel, Diagnostics> {
        let sdk = cx.client.sdk()?;
        let name = config.container_name.text();
        let got = call(cx, true, || sdk.get_container_policy().container_name(name).send()).await;
        let tried = format!("read the policy of the container `{name}`");
        let got = got.map_err(|error| error.diagnostic(cx.client, &tried))?;
        Ok(ContainerPolicyModel { policy: got.policy.into(), ..config })
    }
}
