//! `mediastore_objects`: the objects of a container.

use async_trait::async_trait;
use tf_plugin::context::Context;
use tf_plugin::data_source::DataSource;
use tf_plugin::diagnostic::Diagnostics;
use tf_plugin::model;
use tf_plugin::model::Attr;
use tf_plugin::schema::{Attribute, Schema};
use tf_plugin::types::Type;

use crate::client::Client;
use crate::containers::name_attribute;
use crate::containers::timestamp;
use crate::objects::{self, Listed};

/// The data source type.
pub(super) struct Objects;

model! {
    /// The list.
    pub struct ObjectsModel {
        pub container_name: String,
        pub path_prefix: String,
        pub paths: Vec<String>,
        pub objects: Vec<ListedModel>,
    }
}

model! {
    /// One object of the list.
    pub struct ListedModel {
        pub path: String,
        pub content_type: String,
        pub size: i64,
        pub etag: String,
        pub last_modified: String,
    }
}

#[async_trait]
impl DataSource for Objects {
    type Model = ObjectsModel;
    type Client = Client;

    fn name(&self) -> &'static str {
        "mediastore_objects"
    }

    fn schema(&self) -> Schema {
        let listed = Type::object([
            ("path", Type::String),
            ("content_type", Type::String),
            ("size", Type::Number),
            ("etag", Type::String),
            ("last_modified", Type::String),
        ]);
        Schema::new(
            "Lists the objects of a container with all its folders, sorted by path. Objects that a lifecycle policy lets live \
             for seconds are not listed by the service.",
        )
        .attribute(name_attribute("container_name"))
        .attribute(Attribute::string("path_prefix").describe("Only objects whose path begins so."))
        .attribute(Attribute::new("paths", Type::list(Type::String)).computed().describe("Paths of the objects found."))
        .attribute(Attribute::new("objects", Type::list(listed)).computed().describe(
            "The objects found, each with `path`, `content_type`, `size`, `etag` and `last_modified`.",
        ))
    }

    async fn read(&self, cx: &Context<'_, Client>, config: ObjectsModel) -> Result<ObjectsModel, Diagnostics> {
        let found = objects::list(cx, config.container_name.text(), config.path_prefix.text(), usize::MAX).await?;
        let found: Vec<ListedModel> = found.into_iter().map(listed).collect();
        let paths = found.iter().map(|object| object.path.text().to_owned()).collect::<Vec<_>>();
        Ok(ObjectsModel { paths: paths.into(), objects: Attr::Known(found), ..config })
    }
}

fn listed(object: Listed) -> ListedModel {
    ListedModel {
        path: object.path.into(),
        content_type: object.item.content_type.into(),
        size: object.item.content_length.into(),
        etag: object.item.e_tag.into(),
        last_modified: object.item.last_modified.as_ref().map(timestamp).into(),
    }
}
