//! `mediastore_put`: writes an object without managing it afterwards.

use async_trait::async_trait;
use mediastore_policy::limits;
use tf_plugin::action::{Action, Progress};
use tf_plugin::context::Context;
use tf_plugin::diagnostic::{Diagnostic, Diagnostics};
use tf_plugin::model;
use tf_plugin::schema::{Attribute, Schema};

use crate::client::{Client, content_type_of};
use crate::containers::name_attribute;
use crate::content::{self, Found, Given};
use crate::objects::{self, Put};
use crate::resources::object::{cache_control, path_attribute};

/// The action type.
pub(super) struct PutObject;

model! {
    /// What to put.
    pub struct PutModel {
        pub container_name: String,
        pub path: String,
        pub source: String,
        pub content: String,
        pub content_base64: String,
        pub content_type: String,
        pub cache_control: String,
    }
}

#[async_trait]
impl Action for PutObject {
    type Model = PutModel;
    type Client = Client;

    fn name(&self) -> &'static str {
        "mediastore_put"
    }

    fn schema(&self) -> Schema {
        let [source, text, base64] = content::attributes();
        Schema::new(
            "Writes an object, over what is there. Terraform does not manage it: a slate that an encoder overwrites later, or a \
             test picture after a deployment.",
        )
        .attribute(name_attribute("container_name"))
        .attribute(path_attribute())
        .attribute(source)
        .attribute(text)
        .attribute(base64)
        .attribute(
            Attribute::string("content_type")
                .describe("Type of the content. Default: by the extension of `path`.")
                .check_text(|text| limits::CONTENT_TYPE.check(text)),
        )
        .attribute(cache_control())
    }

    async fn invoke(&self, cx: &Context<'_, Client>, config: PutModel, progress: &Progress) -> Result<(), Diagnostics> {
        let (container, path) = (config.container_name.text(), config.path.text());
        let given = Given { source: &config.source, content: &config.content, content_base64: &config.content_base64 };
        let twice = content::one_at_most(&given.set());
        if twice.has_errors() {
            return Err(twice);
        }
        let Found::Bytes(bytes) = given.bytes()? else {
            return Err(Diagnostic::error("No content", "Set `source`, `content` or `content_base64`.").into());
        };
        let size = bytes.len();
        let content_type = config.content_type.known().map_or_else(|| content_type_of(path), String::as_str);
        let cache_control = config.cache_control.known().map(String::as_str);
        let put = Put { bytes, content_type, cache_control, storage_class: "TEMPORAL" };
        objects::put(cx, container, path, &put).await?;
        progress.say(format!("`{path}` is in `{container}`: {size} bytes, {content_type}"));
        Ok(())
    }
}
