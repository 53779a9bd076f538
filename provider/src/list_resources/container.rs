//! `mediastore_container`: the containers that exist, for import in bulk.

use async_trait::async_trait;
use tf_plugin::context::Context;
use tf_plugin::diagnostic::Diagnostics;
use tf_plugin::list::{ListResource, Listed};
use tf_plugin::model;
use tf_plugin::schema::{Attribute, Schema};

use crate::client::Client;
use crate::containers::{list, name_identity};

/// The list resource type.
pub(super) struct Containers;

model! {
    /// The `config` block.
    pub struct Config {
        pub name_prefix: String,
    }
}

#[async_trait]
impl ListResource for Containers {
    type Config = Config;
    type Client = Client;

    fn name(&self) -> &'static str {
        "mediastore_container"
    }

    fn schema(&self) -> Schema {
        Schema::new("Finds the containers of the account and region, sorted by name.")
            .attribute(Attribute::string("name_prefix").describe("Only containers whose name begins so."))
    }

    async fn list(&self, cx: &Context<'_, Client>, config: Config, limit: usize) -> Result<Vec<Listed>, Diagnostics> {
        let found = list(cx, config.name_prefix.text()).await?;
        let listed = |container: aws_sdk_mediastore::types::Container| {
            let name = container.name.unwrap_or_default();
            let identity = name_identity(cx.client, "name", &name, container.arn.as_deref());
            Listed { display_name: name, identity }
        };
        Ok(found.into_iter().take(limit).map(listed).collect())
    }
}
