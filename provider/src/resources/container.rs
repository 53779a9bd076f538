//! `mediastore_container`: a container, its tags, and its endpoint.

use async_trait::async_trait;
use aws_sdk_mediastore::types::{Container as Described, ContainerStatus, Tag};
use mediastore_lint::values::ContainerValues;
use mediastore_policy::limits;
use serde_json::Value as Json;
use tf_plugin::context::Context;
use tf_plugin::diagnostic::{Diagnostic, Diagnostics, Failure};
use tf_plugin::identity::{IdentityAttribute, ImportId};
use tf_plugin::model;
use tf_plugin::model::{Attr, Model};
use tf_plugin::path::Path;
use tf_plugin::resource::{MovedState, Resource};
use tf_plugin::schema::{Attribute, Schema, sentence};
use tf_plugin::timeouts::{self, Timeouts};
use tf_plugin::value::Value;

use super::from_aws;
use crate::client::{CallError, Client, Kind, Pauses, call};
use crate::containers::{describe, identity_attributes, name_identity, tags_of, timestamp};
use crate::guardrails;
use crate::objects;
use crate::tags::{self, KnownTags, Tags};

/// A container that is not being created or deleted but "in use" holds objects, most likely; a short wait covers an
/// update by somebody else.
const BUSY_LOOKS: u32 = 4;

/// The resource type.
pub(super) struct Container;

model! {
    /// A container.
    pub struct ContainerModel {
        pub name: String,
        pub tags: Tags,
        pub tags_all: Tags,
        pub access_logging_enabled: bool,
        pub force_destroy: bool,
        pub arn: String,
        pub endpoint: String,
        pub creation_time: String,
        pub timeouts: Timeouts,
    }
}

#[async_trait]
impl Resource for Container {
    type Model = ContainerModel;
    type Client = Client;

    fn name(&self) -> &'static str {
        "mediastore_container"
    }

    fn schema(&self) -> Schema {
        Schema::new(
            "A MediaStore container: a namespace of objects with an endpoint of its own. Only an empty container can be \
             deleted, unless `force_destroy` is set.",
        )
        .attribute(
            Attribute::string("name")
                .required()
                .replaces()
                .describe(
                    "Name of the container, unique in account and region: 1 to 255 letters, digits, `_` and `-`. \
                     Changing it creates another container.",
                )
                .check_text(|name| limits::CONTAINER_NAME.check(name)),
        )
        .attribute(tags::tags_attribute())
        .attribute(tags::tags_all_attribute())
        .attribute(Attribute::bool("access_logging_enabled").default(false).describe(
            "Whether requests to the container's objects are logged. Default: `false`.",
        ))
        .attribute(Attribute::bool("force_destroy").default(false).describe(
            "Whether destroying the container deletes its objects first, for good. It takes effect once it is in state. \
             Default: `false`, and a container that holds objects is not destroyed.",
        ))
        .attribute(Attribute::string("arn").computed().keeps_prior().describe("ARN of the container."))
        .attribute(
            Attribute::string("endpoint")
                .computed()
                .keeps_prior()
                .describe("URL of the container's data plane; it stays the same for the container's life."),
        )
        .attribute(
            Attribute::string("creation_time")
                .computed()
                .keeps_prior()
                .describe("When the container was created, as RFC 3339 in UTC."),
        )
        .block(timeouts::block())
    }

    fn modify_plan(
        &self,
        client: Option<&Client>,
        prior: Option<&ContainerModel>,
        config: &ContainerModel,
        planned: &mut ContainerModel,
    ) -> Diagnostics {
        planned.tags_all = client.map_or(Attr::Unknown, |client| client.tags.all(&config.tags));
        if planned.arn.is_unknown() {
            // Known early, it lets the policies that are built from it be judged at plan.
            planned.arn = planned.name.known().and_then(|name| client?.arn(name)).map_or(Attr::Unknown, Attr::Known);
        }
        let count = planned.tags_all.known().map_or(0, Tags::len);
        match limits::TAGS_PER_CONTAINER.check(count) {
            Ok(()) => client.map_or_else(Diagnostics::none, |client| guarded(client, prior, planned)),
            Err(violation) => {
                let detail = format!("{} The provider's `default_tags` count too.", sentence(violation));
                Diagnostic::at(Path::attribute("tags"), "Too many tags", detail).into()
            }
        }
    }

    async fn create(
        &self,
        cx: &Context<'_, Client>,
        planned: ContainerModel,
    ) -> Result<ContainerModel, Failure<ContainerModel>> {
        let sdk = cx.client.sdk()?;
        let name = planned.name.text().to_owned();
        let tried = format!("create the container `{name}`");
        let carried = client_tags(cx.client, &planned);
        let sdk_tags = sdk_tags(&carried)?;
        let tags = Some(sdk_tags).filter(|tags| !tags.is_empty());
        let request = || sdk.create_container().container_name(&name).set_tags(tags.clone()).send();
        match call(cx, false, request).await {
            Ok(_) => {}
            // The answer to an earlier try was lost, and this try finds the container it made.
            Err(error) if error.kind == Kind::ContainerInUse && error.maybe_done => {}
            Err(error) => return Err(refused(cx.client, &error, &tried).into()),
        }
        // From here on the container exists: whatever goes wrong, it must stay in state.
        let planned_logging = planned.access_logging_enabled.clone();
        let mut made = ContainerModel { arn: Attr::Null, endpoint: Attr::Null, creation_time: Attr::Null, ..planned };
        let (tags, tags_all) = cx.client.tags.read(carried, &made.tags);
        (made.tags, made.tags_all) = (tags, tags_all);
        match until_active(cx, &name).await {
            Ok(container) => fill(&mut made, &container),
            Err(diagnostic) => return Err(Failure::with(made, diagnostic)),
        }
        if planned_logging == Attr::Known(true) {
            if let Err(diagnostic) = set_logging(cx, &name, true).await {
                return Err(Failure::with(made, diagnostic));
            }
            made.access_logging_enabled = true.into();
        }
        Ok(made)
    }

    async fn read(
        &self,
        cx: &Context<'_, Client>,
        mut state: ContainerModel,
    ) -> Result<Option<ContainerModel>, Diagnostics> {
        let name = state.name.text().to_owned();
        let tried = format!("read the container `{name}`");
        let container = match describe(cx, &name).await? {
            Ok(container) if container.status != Some(ContainerStatus::Deleting) => container,
            Ok(_) => return Ok(None),
            Err(error) if error.is_not_found() => return Ok(None),
            Err(error) => return Err(error.diagnostic(cx.client, &tried).into()),
        };
        fill(&mut state, &container);
        let remote = match tags_of(cx, state.arn.text()).await? {
            Ok(remote) => remote,
            Err(error) if error.is_not_found() => return Ok(None),
            Err(error) => return Err(error.diagnostic(cx.client, &tried).into()),
        };
        (state.tags, state.tags_all) = cx.client.tags.read(remote, &state.tags);
        Ok(Some(state))
    }

    async fn update(
        &self,
        cx: &Context<'_, Client>,
        state: ContainerModel,
        mut planned: ContainerModel,
    ) -> Result<ContainerModel, Failure<ContainerModel>> {
        let sdk = cx.client.sdk()?;
        let arn = state.arn.text();
        let tried = format!("change the tags of the container `{}`", state.name.text());
        let failed = |error: CallError| error.diagnostic(cx.client, &tried);
        let before = tags::known(&state.tags_all);
        let after = client_tags(cx.client, &planned);
        let changes = tags::changes(&before, &after);
        if !changes.remove.is_empty() {
            let request = || sdk.untag_resource().resource(arn).set_tag_keys(Some(changes.remove.clone())).send();
            call(cx, true, request).await.map_err(failed)?;
        }
        if !changes.set.is_empty() {
            let tags = sdk_tags(&changes.set)?;
            let request = || sdk.tag_resource().resource(arn).set_tags(Some(tags.clone())).send();
            if let Err(error) = call(cx, true, request).await {
                let kept = before.into_iter().filter(|(key, _)| !changes.remove.contains(key)).collect();
                let (tags, tags_all) = cx.client.tags.read(kept, &state.tags);
                return Err(Failure::with(ContainerModel { tags, tags_all, ..state }, failed(error)));
            }
        }
        planned.tags_all = cx.client.tags.read(after, &planned.tags).1;
        if planned.access_logging_enabled != state.access_logging_enabled {
            let wanted = planned.access_logging_enabled == Attr::Known(true);
            if let Err(diagnostic) = set_logging(cx, planned.name.text(), wanted).await {
                let access_logging_enabled = state.access_logging_enabled;
                return Err(Failure::with(ContainerModel { access_logging_enabled, ..planned }, diagnostic));
            }
        }
        Ok(planned)
    }

    async fn delete(&self, cx: &Context<'_, Client>, state: ContainerModel) -> Result<(), Failure<ContainerModel>> {
        let sdk = cx.client.sdk()?;
        let name = state.name.text();
        let tried = format!("delete the container `{name}`");
        let mut pauses = Pauses::default();
        let mut busy = 0;
        let force = state.force_destroy == Attr::Known(true);
        cx.client.forget_container(name);
        loop {
            match call(cx, false, || sdk.delete_container().container_name(name).send()).await {
                Ok(_) => break,
                Err(error) if error.is_not_found() => return Ok(()),
                Err(error) if error.kind == Kind::ContainerInUse => {
                    // One code for "being created or deleted", which passes, and "holds objects", which does not.
                    match describe(cx, name).await? {
                        Err(gone) if gone.is_not_found() => return Ok(()),
                        Ok(container) if container.status == Some(ContainerStatus::Deleting) => break,
                        Ok(container) if container.status == Some(ContainerStatus::Creating) => {}
                        // What is not listed is gone in seconds by itself, and what encoders go on writing is found again.
                        Ok(_) if force => {
                            objects::purge(cx, name, "", |_, _| ()).await?;
                        }
                        _ => busy += 1,
                    }
                    if busy > BUSY_LOOKS || pauses.pause(cx, None).await.is_err() {
                        let detail = "The container still holds objects, or somebody else is updating it. Only an empty \
                                      container can be deleted: delete its objects, or apply `force_destroy = true`, then \
                                      run Terraform again.";
                        return Err(Diagnostic::error(format!("Could not {tried}"), detail).into());
                    }
                }
                Err(error) => return Err(error.diagnostic(cx.client, &tried).into()),
            }
        }
        loop {
            match describe(cx, name).await? {
                Err(gone) if gone.is_not_found() => return Ok(()),
                Err(error) => return Err(error.diagnostic(cx.client, &tried).into()),
                Ok(_) => {}
            }
            if let Err(ended) = pauses.pause(cx, None).await {
                let detail = format!("The service is still deleting it. {} Run Terraform again.", ended.sentence());
                return Err(Diagnostic::error(format!("Could not {tried}"), detail).into());
            }
        }
    }

    async fn import(&self, _: &Context<'_, Client>, id: &ImportId<'_>) -> Result<ContainerModel, Diagnostics> {
        let name = id.text_or("name")?;
        limits::CONTAINER_NAME.check(name).map_err(|violation| {
            let detail = format!("A container is imported by its name. {}", sentence(violation));
            Diagnostics::from(Diagnostic::error("Invalid import identifier", detail))
        })?;
        Ok(ContainerModel { name: name.into(), ..ContainerModel::null() })
    }

    fn take_over(&self, source: &MovedState) -> Option<Result<Json, Diagnostics>> {
        from_aws(source, "aws_media_store_container", &["name", "arn", "endpoint", "tags", "tags_all"])
    }

    fn identity_attributes(&self) -> Vec<IdentityAttribute> {
        identity_attributes("name")
    }

    fn identity(&self, client: &Client, state: &ContainerModel) -> Value {
        name_identity(client, "name", state.name.text(), state.arn.known().map(String::as_str))
    }
}

/// What the guardrails say of the container.
fn guarded(client: &Client, prior: Option<&ContainerModel>, planned: &ContainerModel) -> Diagnostics {
    let judged = |model: &ContainerModel| {
        (model.name.clone(), model.tags_all.clone(), model.access_logging_enabled.clone(), model.force_destroy.clone())
    };
    let changed = prior.is_none_or(|prior| judged(prior) != judged(planned));
    let known = guardrails::container(client, planned.name.known().cloned());
    let values = ContainerValues {
        tags: planned.tags_all.known().map(|_| tags::known(&planned.tags_all)),
        access_logging: planned.access_logging_enabled.known().copied(),
        force_destroy: planned.force_destroy.known().copied(),
        ..known
    };
    client.guardrails.container(values, changed)
}

/// The tags to send. `tags_all` is unknown where the provider's default tags were unknown at plan; by now they are known.
fn client_tags(client: &Client, planned: &ContainerModel) -> KnownTags {
    tags::known(&client.tags.all(&planned.tags))
}

fn sdk_tags(tags: &KnownTags) -> Result<Vec<Tag>, Diagnostic> {
    let tags = tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build());
    tags.collect::<Result<_, _>>().map_err(|error| Diagnostic::error("Invalid tag", error.to_string()))
}

/// "In use" on a create means that the name is taken.
fn refused(client: &Client, error: &CallError, tried: &str) -> Diagnostic {
    if error.kind != Kind::ContainerInUse {
        return error.diagnostic(client, tried);
    }
    let detail = "A container of this name exists already. Import it with `terraform import` or an `import` block, or \
                  choose another name.";
    Diagnostic::at(Path::attribute("name"), format!("Could not {tried}"), detail)
}

async fn until_active(cx: &Context<'_, Client>, name: &str) -> Result<Described, Diagnostic> {
    let mut pauses = Pauses::default();
    loop {
        match describe(cx, name).await? {
            Ok(container) if container.status == Some(ContainerStatus::Active) => return Ok(container),
            Ok(container) if container.status == Some(ContainerStatus::Deleting) => {
                let detail = "The container was deleted by somebody else while it was being created.";
                return Err(Diagnostic::error("The container is being deleted", detail));
            }
            Ok(_) => {}
            Err(error) => {
                return Err(error.diagnostic(cx.client, &format!("wait for the container `{name}` to be active")));
            }
        }
        if let Err(ended) = pauses.pause(cx, None).await {
            let detail = format!(
                "The container `{name}` exists but is not active yet. {} It is kept in state as tainted.",
                ended.sentence()
            );
            return Err(Diagnostic::error("The container is not active", detail));
        }
    }
}

async fn set_logging(cx: &Context<'_, Client>, name: &str, wanted: bool) -> Result<(), Diagnostic> {
    let sdk = cx.client.sdk()?;
    let (done, verb) = if wanted {
        (call(cx, true, || sdk.start_access_logging().container_name(name).send()).await.map(drop), "start")
    } else {
        (call(cx, true, || sdk.stop_access_logging().container_name(name).send()).await.map(drop), "stop")
    };
    done.map_err(|error| error.diagnostic(cx.client, &format!("{verb} the access log of the container `{name}`")))
}

fn fill(model: &mut ContainerModel, container: &Described) {
    model.access_logging_enabled = container.access_logging_enabled.unwrap_or(false).into();
    model.arn = container.arn.clone().into();
    model.endpoint = container.endpoint.clone().into();
    model.creation_time = container.creation_time.as_ref().map(timestamp).into();
}
