//! `mediastore_containers`: every container of the account and region.

use async_trait::async_trait;
use aws_sdk_mediastore::types::Container;
use tf_plugin::context::Context;
use tf_plugin::data_source::DataSource;
use tf_plugin::diagnostic::Diagnostics;
use tf_plugin::model;
use tf_plugin::model::Attr;
use tf_plugin::schema::{Attribute, Schema};
use tf_plugin::types::Type;

use crate::client::Client;
use crate::containers::{list, timestamp};

/// The data source type.
pub(super) struct Containers;

model! {
    /// The list.
    pub struct ContainersModel {
        pub name_prefix: String,
        pub names: Vec<String>,
        pub containers: Vec<ListedModel>,
    }
}

model! {
    /// One container of the list.
    pub struct ListedModel {
        pub name: String,
        pub arn: String,
        pub endpoint: String,
        pub status: String,
        pub creation_time: String,
        pub access_logging_enabled: bool,
    }
}

#[async_trait]
impl DataSource for Containers {
    type Model = ContainersModel;
    type Client = Client;

    fn name(&self) -> &'static str {
        "mediastore_containers"
    }

    fn schema(&self) -> Schema {
        let listed = Type::object([
            ("name", Type::String),
            ("arn", Type::String),
            ("endpoint", Type::String),
            ("status", Type::String),
            ("creation_time", Type::String),
            ("access_logging_enabled", Type::Bool),
        ]);
        Schema::new("Lists the containers of the account and region, sorted by name.")
            .attribute(Attribute::string("name_prefix").describe("Only containers whose name begins so."))
            .attribute(
                Attribute::new("names", Type::list(Type::String)).computed().describe("Names of the containers found."),
            )
            .attribute(Attribute::new("containers", Type::list(listed)).computed().describe(
                "The containers found, each with `name`, `arn`, `endpoint` (null until it is active), `status`, \
                 `creation_time` and `access_logging_enabled`.",
            ))
    }

    async fn read(&self, cx: &Context<'_, Client>, config: ContainersModel) -> Result<ContainersModel, Diagnostics> {
        let found = list(cx, config.name_prefix.text()).await?;
        let found: Vec<ListedModel> = found.into_iter().map(listed).collect();
        let names = found.iter().map(|container| container.name.text().to_owned()).collect::<Vec<_>>();
        Ok(ContainersModel { names: names.into(), containers: Attr::Known(found), ..config })
    }
}

fn listed(container: Container) -> ListedModel {
    ListedModel {
        name: container.name.into(),
        arn: container.arn.into(),
        endpoint: container.endpoint.into(),
        status: container.status.map(|status| status.as_str().to_owned()).into(),
        creation_time: container.creation_time.as_ref().map(timestamp).into(),
        access_logging_enabled: container.access_logging_enabled.unwrap_or(false).into(),
    }
}
