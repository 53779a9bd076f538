//! `mediastore_object`: the objects of a container, for import in bulk.

use async_trait::async_trait;
use tf_plugin::context::Context;
use tf_plugin::diagnostic::Diagnostics;
use tf_plugin::list::{ListResource, Listed};
use tf_plugin::model;
use tf_plugin::schema::{Attribute, Schema};

use crate::client::Client;
use crate::containers::name_attribute;
use crate::objects;
use crate::resources::object::identity;

/// The list resource type.
pub(super) struct Objects;

model! {
    /// The `config` block.
    pub struct Config {
        pub container_name: String,
        pub path_prefix: String,
    }
}

#[async_trait]
impl ListResource for Objects {
    type Config = Config;
    type Client = Client;

    fn name(&self) -> &'static str {
        "mediastore_object"
    }

    fn schema(&self) -> Schema {
        Schema::new("Finds the objects of a container with all its folders, sorted by path.")
            .attribute(name_attribute("container_name"))
            .attribute(Attribute::string("path_prefix").describe("Only objects whose path begins so."))
    }

    async fn list(&self, cx: &Context<'_, Client>, config: Config, limit: usize) -> Result<Vec<Listed>, Diagnostics> {
        let container = config.container_name.text();
        let found = objects::list(cx, container, config.path_prefix.text(), limit).await?;
        let listed = |object: objects::Listed| {
            let identity = identity(cx.client, container, &object.path);
            Listed { display_name: format!("{container}/{}", object.path), identity }
        };
        Ok(found.into_iter().map(listed).collect())
    }
}
