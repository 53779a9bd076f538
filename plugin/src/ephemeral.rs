//! Ephemeral resources: values that live for one run and are never stored. Ours need neither renewal nor closing.

use async_trait::async_trait;

use crate::context::Context;
use crate::diagnostic::Diagnostics;
use crate::model::{Field, Model};
use crate::resource::read_model;
use crate::schema::Schema;
use crate::value::Value;

/// An ephemeral resource type.
#[async_trait]
pub trait EphemeralResource: Send + Sync + 'static {
    /// Its values.
    type Model: Model;
    /// What the provider's configuration makes.
    type Client: Send + Sync + 'static;

    /// The type name, with the provider's name in front.
    fn name(&self) -> &'static str;

    /// Its schema.
    fn schema(&self) -> Schema;

    /// Makes the values. The configuration is wholly known; what it sets is kept.
    async fn open(&self, cx: &Context<'_, Self::Client>, config: Self::Model) -> Result<Self::Model, Diagnostics>;
}

/// An ephemeral resource type as the engine stores it.
#[async_trait]
pub trait DynEphemeralResource<C>: Send + Sync {
    /// The type name.
    fn name(&self) -> &'static str;
    /// The schema, made once.
    fn schema(&self) -> &Schema;
    /// The fields of the model, for the test that compares them with the schema.
    fn fields(&self) -> &'static [&'static str];
    #[doc(hidden)]
    async fn open(&self, cx: &Context<'_, C>, config: Value) -> Result<Value, Diagnostics>;
}

/// The erased form of an ephemeral resource, for a provider's list.
pub fn ephemeral_resource<E: EphemeralResource>(ephemeral: E) -> Box<dyn DynEphemeralResource<E::Client>> {
    let schema = ephemeral.schema();
    Box::new(Erased { ephemeral, schema })
}

struct Erased<E> {
    ephemeral: E,
    schema: Schema,
}

#[async_trait]
impl<E: EphemeralResource> DynEphemeralResource<E::Client> for Erased<E> {
    fn name(&self) -> &'static str {
        self.ephemeral.name()
    }

    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn fields(&self) -> &'static [&'static str] {
        E::Model::FIELDS
    }

    async fn open(&self, cx: &Context<'_, E::Client>, config: Value) -> Result<Value, Diagnostics> {
        Ok(self.ephemeral.open(cx, read_model(config)?).await?.into_value())
    }
}
