//! `mediastore_object`: an object that something else manages.

use async_trait::async_trait;
use tf_plugin::context::Context;
use tf_plugin::data_source::DataSource;
use tf_plugin::diagnostic::{Diagnostic, Diagnostics};
use tf_plugin::model;
use tf_plugin::model::Attr;
use tf_plugin::path::Path;
use tf_plugin::schema::{Attribute, Schema};

use crate::client::{CallError, Client};
use crate::containers::name_attribute;
use crate::containers::timestamp;
use crate::content::sha256;
use crate::objects;
use crate::resources::object::path_attribute;

/// The data source type.
pub(super) struct Object;

model! {
    /// An object.
    pub struct ObjectModel {
        pub container_name: String,
        pub path: String,
        pub with_content: bool,
        pub content_type: String,
        pub cache_control: String,
        pub size: i64,
        pub etag: String,
        pub last_modified: String,
        pub content: String,
        pub content_sha256: String,
    }
}

#[async_trait]
impl DataSource for Object {
    type Model = ObjectModel;
    type Client = Client;

    fn name(&self) -> &'static str {
        "mediastore_object"
    }

    fn schema(&self) -> Schema {
        let text = |name: &str, prose: &str| Attribute::string(name).computed().describe(prose);
        Schema::new("Reads what the service knows of an object, and its content where that is asked for.")
            .attribute(name_attribute("container_name"))
            .attribute(path_attribute())
            .attribute(
                Attribute::bool("with_content").describe(
                    "Reads the content too, which then is in state. It has to be UTF-8 text. Default: `false`.",
                ),
            )
            .attribute(text("content_type", "Type of the content."))
            .attribute(text("cache_control", "`Cache-Control` with which the object is served; null without one."))
            .attribute(Attribute::number("size").computed().describe("Bytes of the content."))
            .attribute(text("etag", "The service's own mark of this content."))
            .attribute(text("last_modified", "When the object was last written, as RFC 3339 in UTC."))
            .attribute(text("content", "The content; null unless `with_content` is true."))
            .attribute(text(
                "content_sha256",
                "SHA-256 of the content in hexadecimal; null unless `with_content` is true.",
            ))
    }

    async fn read(&self, cx: &Context<'_, Client>, config: ObjectModel) -> Result<ObjectModel, Diagnostics> {
        let (container, path) = (config.container_name.text(), config.path.text());
        let failed = |error: CallError| {
            error.diagnostic(cx.client, &format!("read the object `{path}` of the container `{container}`"))
        };
        let found = objects::head(cx, container, path).await?.map_err(failed)?;
        let (content, content_sha256) = if config.with_content == Attr::Known(true) {
            let bytes = objects::content(cx, container, path).await?.map_err(failed)?;
            let text = std::str::from_utf8(&bytes).map_err(|error| {
                let detail = format!("`{path}` is not UTF-8 text ({error}); leave `with_content` out.");
                Diagnostic::at(Path::attribute("with_content"), "The content is no text", detail)
            })?;
            (text.to_owned().into(), sha256(&bytes).into())
        } else {
            (Attr::Null, Attr::Null)
        };
        Ok(ObjectModel {
            content_type: found.content_type.into(),
            cache_control: found.cache_control.filter(|text| !text.is_empty()).into(),
            size: found.content_length.into(),
            etag: found.e_tag.into(),
            last_modified: found.last_modified.as_ref().map(timestamp).into(),
            content,
            content_sha256,
            ..config
        })
    }
}
