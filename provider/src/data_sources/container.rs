//! `mediastore_container`: a container that something else manages.

use async_trait::async_trait;
use tf_plugin::context::Context;
use tf_plugin::data_source::DataSource;
use tf_plugin::diagnostic::Diagnostics;
use tf_plugin::model;
use tf_plugin::schema::{Attribute, Schema};
use tf_plugin::types::Type;

use crate::client::Client;
use crate::containers::{describe, name_attribute, tags_of, timestamp};
use crate::tags::Tags;

/// The data source type.
pub(super) struct Container;

model! {
    /// A container.
    pub struct ContainerModel {
        pub name: String,
        pub arn: String,
        pub endpoint: String,
        pub status: String,
        pub creation_time: String,
        pub access_logging_enabled: bool,
        pub tags: Tags,
    }
}

#[async_trait]
impl DataSource for Container {
    type Model = ContainerModel;
    type Client = Client;

    fn name(&self) -> &'static str {
        "mediastore_container"
    }

    fn schema(&self) -> Schema {
        Schema::new("Reads a container by its name.")
            .attribute(name_attribute("name"))
            .attribute(Attribute::string("arn").computed().describe("ARN of the container."))
            .attribute(
                Attribute::string("endpoint")
                    .computed()
                    .describe("URL of the container's data plane; null until the container is active."),
            )
            .attribute(Attribute::string("status").computed().describe("`CREATING`, `ACTIVE` or `DELETING`."))
            .attribute(
                Attribute::string("creation_time")
                    .computed()
                    .describe("When the container was created, as RFC 3339 in UTC."),
            )
            .attribute(
                Attribute::bool("access_logging_enabled")
                    .computed()
                    .describe("Whether requests to objects are logged."),
            )
            .attribute(
                Attribute::new("tags", Type::map(Type::String))
                    .computed()
                    .describe("Tags of the container, without those that the provider ignores."),
            )
    }

    async fn read(&self, cx: &Context<'_, Client>, config: ContainerModel) -> Result<ContainerModel, Diagnostics> {
        let name = config.name.text();
        let failed = |error: crate::client::CallError| {
            Diagnostics::from(error.diagnostic(cx.client, &format!("read the container `{name}`")))
        };
        let container = describe(cx, name).await?.map_err(failed)?;
        let tags = tags_of(cx, container.arn.as_deref().unwrap_or_default()).await?.map_err(failed)?;
        // Every tag is shown, also one that the provider block sets on managed containers.
        let (_, tags) = cx.client.tags.read(tags, &tf_plugin::model::Attr::Null);
        Ok(ContainerModel {
            arn: container.arn.into(),
            endpoint: container.endpoint.into(),
            status: container.status.map(|status| status.as_str().to_owned()).into(),
            creation_time: container.creation_time.as_ref().map(timestamp).into(),
            access_logging_enabled: container.access_logging_enabled.unwrap_or(false).into(),
            tags,
            ..config
        })
    }
}
