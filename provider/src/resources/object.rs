//! `mediastore_object`: a file in a container.
//!
//! What is stored is judged by its SHA-256: of the content at plan, of what the service holds when its ETag has changed. Content
//! that is never stored by Terraform (`content_wo`) has no hash in state either; there the ETag alone tells that somebody else wrote.

use async_trait::async_trait;
use bytes::Bytes;
use mediastore_policy::limits;
use tf_plugin::context::Context;
use tf_plugin::diagnostic::{Diagnostic, Diagnostics, Failure};
use tf_plugin::identity::{IdentityAttribute, ImportId};
use tf_plugin::model;
use tf_plugin::model::{Attr, Model};
use tf_plugin::path::Path;
use tf_plugin::resource::Resource;
use tf_plugin::schema::{Attribute, Schema, sentence};
use tf_plugin::timeouts::{self, Timeouts};
use tf_plugin::value::Value;

use super::container_name;
use crate::client::{CallError, Client, content_type_of, found};
use crate::content::{self, Found, Given, sha256};
use crate::objects::{self, Put};

/// The resource type.
pub(super) struct Object;

model! {
    /// An object.
    pub struct ObjectModel {
        pub container_name: String,
        pub path: String,
        pub source: String,
        pub content: String,
        pub content_base64: String,
        pub content_wo: String,
        pub content_wo_version: i64,
        pub content_type: String,
        pub cache_control: String,
        pub storage_class: String,
        pub content_sha256: String,
        pub etag: String,
        pub size: i64,
        pub arn: String,
        pub timeouts: Timeouts,
    }
}

impl ObjectModel {
    fn given(&self) -> Given<'_> {
        Given { source: &self.source, content: &self.content, content_base64: &self.content_base64 }
    }
}

#[async_trait]
impl Resource for Object {
    type Model = ObjectModel;
    type Client = Client;

    fn name(&self) -> &'static str {
        "mediastore_object"
    }

    fn schema(&self) -> Schema {
        let [source, text, base64] = content::attributes();
        Schema::new(
            "An object: a file in a container, up to 25 MB. Its content comes from `source`, `content`, `content_base64` or \
             `content_wo`; without any of them, an object that exists is managed without its content.",
        )
        .attribute(container_name())
        .attribute(path_attribute().replaces())
        .attribute(source)
        .attribute(text)
        .attribute(base64)
        .attribute(Attribute::string("content_wo").write_only().describe(
            "The bytes as text that is neither stored in state nor shown in plans. It is put again when \
             `content_wo_version` changes. Needs Terraform 1.11 or OpenTofu 1.11.",
        ))
        .attribute(
            Attribute::number("content_wo_version").describe("A number to raise when `content_wo` has changed."),
        )
        .attribute(
            Attribute::string("content_type")
                .optional_computed()
                .describe(
                    "Type of the content. Default: by the extension of `path`, such as `application/vnd.apple.mpegurl` for \
                     `.m3u8`; `application/octet-stream` where that tells nothing.",
                )
                .check_text(|text| limits::CONTENT_TYPE.check(text)),
        )
        .attribute(cache_control())
        .attribute(storage_class())
        .attribute(
            Attribute::string("content_sha256")
                .computed()
                .describe("SHA-256 of the content in hexadecimal; null for `content_wo`."),
        )
        .attribute(Attribute::string("etag").computed().describe("The service's own mark of this content."))
        .attribute(Attribute::number("size").computed().describe("Bytes of the content."))
        .attribute(Attribute::string("arn").computed().keeps_prior().describe("ARN of the object, as policies name it."))
        .block(timeouts::block())
    }

    fn validate(&self, config: &ObjectModel) -> Diagnostics {
        let mut set = config.given().set();
        if !config.content_wo.is_null() {
            set.push("content_wo");
        }
        let mut diagnostics = content::one_at_most(&set);
        if !config.content_wo.is_null() && config.content_wo_version.is_null() {
            diagnostics.push(Diagnostic::at(
                Path::attribute("content_wo_version"),
                "Missing content_wo_version",
                "Nobody can see that `content_wo` has changed: set `content_wo_version`, and raise it with every change.",
            ));
        }
        diagnostics
    }

    fn modify_plan(
        &self,
        client: Option<&Client>,
        prior: Option<&ObjectModel>,
        config: &ObjectModel,
        planned: &mut ObjectModel,
    ) -> Diagnostics {
        let (found, warning) = match config.given().at_plan() {
            Ok(found) => found,
            Err(error) => return error.into(),
        };
        if planned.arn.is_unknown() {
            planned.arn = arn(client, planned).map_or(Attr::Unknown, Attr::Known);
        }
        let as_it_is = matches!(found, Found::None) && config.content_wo.is_null();
        if config.content_type.is_null() {
            planned.content_type = match (&planned.path, prior) {
                (_, Some(prior)) if as_it_is => prior.content_type.clone(),
                (Attr::Known(path), _) => content_type_of(path).into(),
                _ => Attr::Unknown,
            };
        }
        planned.content_sha256 = match (&found, prior) {
            (Found::Bytes(bytes), _) => sha256(bytes).into(),
            (Found::Unknown, _) => Attr::Unknown,
            (Found::None, _) if !as_it_is => Attr::Null,
            (Found::None, Some(prior)) => prior.content_sha256.clone(),
            (Found::None, None) => {
                let detail = "Set `source`, `content`, `content_base64` or `content_wo`; only an object that is imported may \
                              be without.";
                return Diagnostic::error("No content", detail).into();
            }
        };
        (planned.etag, planned.size) = match prior {
            Some(prior) if !is_put(prior, planned) => (prior.etag.clone(), prior.size.clone()),
            _ => (Attr::Unknown, Attr::Unknown),
        };
        if let Found::Bytes(bytes) = &found {
            planned.size = i64::try_from(bytes.len()).ok().into();
        }
        warning.into_iter().collect()
    }

    async fn create(
        &self,
        cx: &Context<'_, Client>,
        planned: ObjectModel,
    ) -> Result<ObjectModel, Failure<ObjectModel>> {
        Ok(put(cx, planned).await?)
    }

    async fn read(&self, cx: &Context<'_, Client>, mut state: ObjectModel) -> Result<Option<ObjectModel>, Diagnostics> {
        let (container, path) = (state.container_name.text().to_owned(), state.path.text().to_owned());
        let tried = format!("read the object `{path}` of the container `{container}`");
        let failed = |error: CallError| error.diagnostic(cx.client, &tried);
        let head = found(objects::head(cx, &container, &path).await?).map_err(failed)?;
        let Some(head) = head else { return Ok(None) };
        let etag = Attr::from(head.e_tag);
        if etag != state.etag {
            if !state.etag.is_null() && state.content_sha256.is_null() {
                // Written by somebody else over content that we must not know: the version of the configuration is gone.
                state.content_wo_version = Attr::Null;
            } else {
                let content = found(objects::content(cx, &container, &path).await?).map_err(failed)?;
                let Some(bytes) = content else { return Ok(None) };
                state.content_sha256 = sha256(&bytes).into();
            }
            state.etag = etag;
        }
        state.arn = objects::arn(cx, &container, &path).await?.into();
        state.size = head.content_length.into();
        state.content_type = head.content_type.into();
        state.cache_control = head.cache_control.filter(|text| !text.is_empty()).into();
        Ok(Some(state))
    }

    async fn update(
        &self,
        cx: &Context<'_, Client>,
        state: ObjectModel,
        planned: ObjectModel,
    ) -> Result<ObjectModel, Failure<ObjectModel>> {
        if !is_put(&state, &planned) {
            let planned = with_arn(cx, planned).await?;
            return Ok(ObjectModel { content_wo: Attr::Null, ..planned });
        }
        Ok(put(cx, planned).await?)
    }

    async fn delete(&self, cx: &Context<'_, Client>, state: ObjectModel) -> Result<(), Failure<ObjectModel>> {
        Ok(objects::delete(cx, state.container_name.text(), state.path.text()).await?)
    }

    async fn import(&self, _: &Context<'_, Client>, id: &ImportId<'_>) -> Result<ObjectModel, Diagnostics> {
        let (container, path) = match id {
            ImportId::Text(text) => text.split_once('/').unwrap_or((text, "")),
            ImportId::Identity(_) => (id.text_or("container_name")?, id.text_or("path")?),
        };
        let checked = limits::CONTAINER_NAME.check(container).and_then(|()| limits::OBJECT_PATH.check(path));
        checked.map_err(|violation| {
            let detail = format!("An object is imported as `container/path`. {}", sentence(violation));
            Diagnostics::from(Diagnostic::error("Invalid import identifier", detail))
        })?;
        Ok(ObjectModel { container_name: container.into(), path: path.into(), ..ObjectModel::null() })
    }

    fn identity_attributes(&self) -> Vec<IdentityAttribute> {
        let attribute = |name, required, description| IdentityAttribute { name, required, description };
        vec![
            attribute("container_name", true, "Name of the container."),
            attribute("path", true, "Path of the object."),
            attribute("region", false, "Region of the container."),
            attribute("account", false, "Account that owns the container; unknown to some endpoints."),
        ]
    }

    fn identity(&self, client: &Client, state: &ObjectModel) -> Value {
        identity(client, state.container_name.text(), state.path.text())
    }
}

/// The identity of an object.
pub(crate) fn identity(client: &Client, container: &str, path: &str) -> Value {
    let scope = client.scope(Some(container));
    let text = |text: Option<&str>| text.map_or(Value::Null, Value::from);
    Value::object([
        ("container_name", container.into()),
        ("path", path.into()),
        ("region", text(scope.region)),
        ("account", text(scope.account)),
    ])
}

/// The attribute that names an object.
pub(crate) fn path_attribute() -> Attribute {
    Attribute::string("path")
        .required()
        .describe("Path of the object in the container, without a leading `/`, below at most ten folders.")
        .check_text(|path| limits::OBJECT_PATH.check(path))
}

/// The attribute for the header of the same name.
pub(crate) fn cache_control() -> Attribute {
    Attribute::string("cache_control")
        .describe("`Cache-Control` with which the object is served, such as `max-age=2`.")
        .check_text(|text| match http::HeaderValue::from_str(text) {
            Ok(value) if !text.is_empty() && value.to_str().is_ok() => Ok(()),
            _ => Err("a header is made of visible ASCII characters and blanks"),
        })
}

/// The attribute for the storage class, of which the API has one.
fn storage_class() -> Attribute {
    Attribute::string("storage_class")
        .default("TEMPORAL")
        .describe("Storage class: `TEMPORAL` is the only one there is, and the default.")
        .check_text(|text| limits::STORAGE_CLASS.check(text))
}

fn arn(client: Option<&Client>, model: &ObjectModel) -> Option<String> {
    let container = client?.arn(model.container_name.known()?)?;
    Some(format!("{container}/{}", model.path.known()?))
}

/// Whether the object has to be written to become as planned.
fn is_put(state: &ObjectModel, planned: &ObjectModel) -> bool {
    (&planned.content_sha256, &planned.content_wo_version) != (&state.content_sha256, &state.content_wo_version)
        || (&planned.content_type, &planned.cache_control) != (&state.content_type, &state.cache_control)
        || planned.storage_class != state.storage_class
}

async fn put(cx: &Context<'_, Client>, mut planned: ObjectModel) -> Result<ObjectModel, Diagnostics> {
    let (container, path) = (planned.container_name.text().to_owned(), planned.path.text().to_owned());
    let secret = planned.content_wo.known().cloned();
    let bytes = match (planned.given().bytes()?, &secret) {
        (Found::Bytes(bytes), _) => bytes,
        (_, Some(text)) => Bytes::from(text.clone()),
        // Only what is said about the content changes: the content itself is read and written back.
        _ => {
            let stored = objects::content(cx, &container, &path).await?;
            let tried = format!("read the object `{path}` of the container `{container}`");
            stored.map_err(|error| error.diagnostic(cx.client, &tried))?
        }
    };
    content::check_size("content_wo", bytes.len() as u64)?;
    let content_type = planned.content_type.known().cloned().unwrap_or_else(|| content_type_of(&path).to_owned());
    let request = Put {
        bytes: bytes.clone(),
        content_type: &content_type,
        cache_control: planned.cache_control.known().map(String::as_str),
        storage_class: planned.storage_class.text(),
    };
    let done = objects::put(cx, &container, &path, &request).await?;
    planned.etag = done.e_tag.into();
    planned.size = i64::try_from(bytes.len()).ok().into();
    planned.content_sha256 = if secret.is_some() { Attr::Null } else { sha256(&bytes).into() };
    let planned = ObjectModel { content_wo: Attr::Null, content_type: content_type.into(), ..planned };
    Ok(with_arn(cx, planned).await?)
}

/// The object with its ARN, if the plan could not know it.
async fn with_arn(cx: &Context<'_, Client>, mut model: ObjectModel) -> Result<ObjectModel, Diagnostic> {
    if model.arn.is_unknown() {
        model.arn = objects::arn(cx, model.container_name.text(), model.path.text()).await?.into();
    }
    Ok(model)
}
