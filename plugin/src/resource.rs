//! Managed resources: a typed trait to write them, and its erased form that the engine stores.

use async_trait::async_trait;
use serde_json::Value as Json;

use crate::context::Context;
use crate::diagnostic::{Diagnostic, Diagnostics, Failure};
use crate::identity::{IdentityAttribute, ImportId};
use crate::model::{Field, Model, ModelError};
use crate::path::Path;
use crate::schema::Schema;
use crate::value::Value;

/// A managed resource type. Five methods are its own; the rest have defaults.
///
/// Plan behaviour, timeouts, tainted states and drift of spelling are the engine's: a method holds only what is special
/// to the resource. Deleting what is gone succeeds; reading what is gone returns `None`, and only for a definite "not found".
#[async_trait]
pub trait Resource: Send + Sync + 'static {
    /// Its values.
    type Model: Model;
    /// What the provider's configuration makes.
    type Client: Send + Sync + 'static;

    /// The type name, with the provider's name in front.
    fn name(&self) -> &'static str;

    /// Its schema.
    fn schema(&self) -> Schema;

    /// Makes the object. `planned` holds unknown for what only the service can tell, and write-only values as configured.
    async fn create(
        &self,
        cx: &Context<'_, Self::Client>,
        planned: Self::Model,
    ) -> Result<Self::Model, Failure<Self::Model>>;

    /// What is really there; `None` if the object is gone.
    async fn read(
        &self,
        cx: &Context<'_, Self::Client>,
        state: Self::Model,
    ) -> Result<Option<Self::Model>, Diagnostics>;

    /// Changes the object in place.
    async fn update(
        &self,
        cx: &Context<'_, Self::Client>,
        state: Self::Model,
        planned: Self::Model,
    ) -> Result<Self::Model, Failure<Self::Model>>;

    /// Removes the object.
    async fn delete(&self, cx: &Context<'_, Self::Client>, state: Self::Model) -> Result<(), Failure<Self::Model>>;

    /// Rules across attributes. Any part may be unknown; offline.
    fn validate(&self, _config: &Self::Model) -> Diagnostics {
        Diagnostics::none()
    }

    /// The last word on a plan: computed values that follow from others. `client` is absent until the provider is
    /// configured. Only computed attributes may be set, and always to the same for the same input.
    fn modify_plan(
        &self,
        _client: Option<&Self::Client>,
        _prior: Option<&Self::Model>,
        _config: &Self::Model,
        _planned: &mut Self::Model,
    ) -> Diagnostics {
        Diagnostics::none()
    }

    /// The sparse state that a read can complete, from what the user gave to name the object.
    async fn import(&self, _cx: &Context<'_, Self::Client>, _id: &ImportId<'_>) -> Result<Self::Model, Diagnostics> {
        let detail = format!("`{}` has no identifier to import it by.", self.name());
        Err(Diagnostic::error("Import is not supported", detail).into())
    }

    /// The attributes of its identity; empty if it has none.
    fn identity_attributes(&self) -> Vec<IdentityAttribute> {
        Vec::new()
    }

    /// The identity of an object: an object of the identity's attributes, null while it cannot be told. It must never
    /// change in an object's life.
    fn identity(&self, _client: &Self::Client, _state: &Self::Model) -> Value {
        Value::Null
    }

    /// The state of another resource type, perhaps another provider's, as this type stores it. `None` if it is not one that can
    /// be taken over. Offline and unconfigured.
    fn take_over(&self, _source: &MovedState) -> Option<Result<Json, Diagnostics>> {
        None
    }

    /// A state stored by schema version `from`, in JSON, as the current version stores it.
    fn upgrade(&self, from: i64, _state: Json) -> Result<Json, Diagnostics> {
        let detail = format!("No release of this provider stored `{}` with schema version {from}.", self.name());
        Err(Diagnostic::error("Unknown state version", detail).into())
    }
}

/// A state that a `moved` block hands to another type.
#[derive(Clone, Debug)]
pub struct MovedState {
    /// The provider that wrote it: host, namespace and type, such as `registry.terraform.io/hashicorp/aws`.
    pub provider: String,
    /// Its resource type.
    pub type_name: String,
    /// Its schema version.
    pub version: i64,
    /// The stored attributes.
    pub state: Json,
}

/// A resource type as the engine stores it.
#[async_trait]
pub trait DynResource<C>: Send + Sync {
    /// The type name.
    fn name(&self) -> &'static str;
    /// The schema, made once.
    fn schema(&self) -> &Schema;
    /// The fields of the model, for the test that compares them with the schema.
    fn fields(&self) -> &'static [&'static str];
    #[doc(hidden)]
    fn validate(&self, config: &Value) -> Diagnostics;
    #[doc(hidden)]
    fn modify_plan(
        &self,
        client: Option<&C>,
        prior: &Value,
        config: &Value,
        planned: Value,
    ) -> Result<(Value, Diagnostics), Diagnostics>;
    #[doc(hidden)]
    async fn create(&self, cx: &Context<'_, C>, planned: Value) -> Result<Value, Failure<Value>>;
    #[doc(hidden)]
    async fn read(&self, cx: &Context<'_, C>, state: Value) -> Result<Option<Value>, Diagnostics>;
    #[doc(hidden)]
    async fn update(&self, cx: &Context<'_, C>, state: Value, planned: Value) -> Result<Value, Failure<Value>>;
    #[doc(hidden)]
    async fn delete(&self, cx: &Context<'_, C>, state: Value) -> Result<(), Failure<Value>>;
    #[doc(hidden)]
    async fn import(&self, cx: &Context<'_, C>, id: &ImportId<'_>) -> Result<Value, Diagnostics>;
    /// The attributes of the identity.
    fn identity_attributes(&self) -> &[IdentityAttribute];
    #[doc(hidden)]
    fn identity(&self, client: &C, state: &Value) -> Result<Value, Diagnostics>;
    #[doc(hidden)]
    fn take_over(&self, source: &MovedState) -> Option<Result<Json, Diagnostics>>;
    #[doc(hidden)]
    fn upgrade(&self, from: i64, state: Json) -> Result<Json, Diagnostics>;
}

/// The erased form of a resource, for a provider's list.
pub fn resource<R: Resource>(resource: R) -> Box<dyn DynResource<R::Client>> {
    let (schema, identity_attributes) = (resource.schema(), resource.identity_attributes());
    Box::new(Erased { resource, schema, identity_attributes })
}

struct Erased<R> {
    resource: R,
    schema: Schema,
    identity_attributes: Vec<IdentityAttribute>,
}

pub(crate) fn read_model<M: Model>(value: Value) -> Result<M, Diagnostics> {
    M::from_value(value, &Path::root()).map_err(|error: ModelError| Diagnostic::bug(error.to_string()).into())
}

fn outcome<M: Model>(result: Result<M, Failure<M>>) -> Result<Value, Failure<Value>> {
    result.map(M::into_value).map_err(erase_failure)
}

fn erase_failure<M: Model>(failure: Failure<M>) -> Failure<Value> {
    Failure { diagnostics: failure.diagnostics, model: failure.model.map(M::into_value) }
}

#[async_trait]
impl<R: Resource> DynResource<R::Client> for Erased<R> {
    fn name(&self) -> &'static str {
        self.resource.name()
    }

    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn fields(&self) -> &'static [&'static str] {
        R::Model::FIELDS
    }

    fn validate(&self, config: &Value) -> Diagnostics {
        match read_model(config.clone()) {
            Ok(config) => self.resource.validate(&config),
            Err(diagnostics) => diagnostics,
        }
    }

    fn modify_plan(
        &self,
        client: Option<&R::Client>,
        prior: &Value,
        config: &Value,
        planned: Value,
    ) -> Result<(Value, Diagnostics), Diagnostics> {
        let prior = if prior.is_null() { None } else { Some(read_model(prior.clone())?) };
        let mut planned = read_model(planned)?;
        let config = read_model(config.clone())?;
        let diagnostics = self.resource.modify_plan(client, prior.as_ref(), &config, &mut planned);
        Ok((planned.into_value(), diagnostics))
    }

    async fn create(&self, cx: &Context<'_, R::Client>, planned: Value) -> Result<Value, Failure<Value>> {
        outcome(self.resource.create(cx, read_model(planned)?).await)
    }

    async fn read(&self, cx: &Context<'_, R::Client>, state: Value) -> Result<Option<Value>, Diagnostics> {
        Ok(self.resource.read(cx, read_model(state)?).await?.map(R::Model::into_value))
    }

    async fn update(&self, cx: &Context<'_, R::Client>, state: Value, planned: Value) -> Result<Value, Failure<Value>> {
        outcome(self.resource.update(cx, read_model(state)?, read_model(planned)?).await)
    }

    async fn delete(&self, cx: &Context<'_, R::Client>, state: Value) -> Result<(), Failure<Value>> {
        self.resource.delete(cx, read_model(state)?).await.map_err(erase_failure)
    }

    async fn import(&self, cx: &Context<'_, R::Client>, id: &ImportId<'_>) -> Result<Value, Diagnostics> {
        Ok(self.resource.import(cx, id).await?.into_value())
    }

    fn identity_attributes(&self) -> &[IdentityAttribute] {
        &self.identity_attributes
    }

    fn identity(&self, client: &R::Client, state: &Value) -> Result<Value, Diagnostics> {
        Ok(self.resource.identity(client, &read_model(state.clone())?))
    }

    fn take_over(&self, source: &MovedState) -> Option<Result<Json, Diagnostics>> {
        self.resource.take_over(source)
    }

    fn upgrade(&self, from: i64, state: Json) -> Result<Json, Diagnostics> {
        self.resource.upgrade(from, state)
    }
}
