//! Data sources: a typed trait to write them, and its erased form that the engine stores.

use async_trait::async_trait;

use crate::context::Context;
use crate::diagnostic::Diagnostics;
use crate::model::{Field, Model};
use crate::resource::read_model;
use crate::schema::Schema;
use crate::value::Value;

/// A data source type.
#[async_trait]
pub trait DataSource: Send + Sync + 'static {
    /// Its values.
    type Model: Model;
    /// What the provider's configuration makes.
    type Client: Send + Sync + 'static;

    /// The type name, with the provider's name in front.
    fn name(&self) -> &'static str;

    /// Its schema.
    fn schema(&self) -> Schema;

    /// Reads it. The configuration is wholly known; what is not found is an error, for a data source cannot be "gone".
    async fn read(&self, cx: &Context<'_, Self::Client>, config: Self::Model) -> Result<Self::Model, Diagnostics>;

    /// Rules across attributes. Any part may be unknown; offline.
    fn validate(&self, _config: &Self::Model) -> Diagnostics {
        Diagnostics::none()
    }
}

/// A data source type as the engine stores it.
#[async_trait]
pub trait DynDataSource<C>: Send + Sync {
    /// The type name.
    fn name(&self) -> &'static str;
    /// The schema, made once.
    fn schema(&self) -> &Schema;
    /// The fields of the model, for the test that compares them with the schema.
    fn fields(&self) -> &'static [&'static str];
    #[doc(hidden)]
    fn validate(&self, config: &Value) -> Diagnostics;
    #[doc(hidden)]
    async fn read(&self, cx: &Context<'_, C>, config: Value) -> Result<Value, Diagnostics>;
}

/// The erased form of a data source, for a provider's list.
pub fn data_source<D: DataSource>(source: D) -> Box<dyn DynDataSource<D::Client>> {
    let schema = source.schema();
    Box::new(Erased { source, schema })
}

struct Erased<D> {
    source: D,
    schema: Schema,
}

#[async_trait]
impl<D: DataSource> DynDataSource<D::Client> for Erased<D> {
    fn name(&self) -> &'static str {
        self.source.name()
    }

    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn fields(&self) -> &'static [&'static str] {
        D::Model::FIELDS
    }

    fn validate(&self, config: &Value) -> Diagnostics {
        match read_model(config.clone()) {
            Ok(config) => self.source.validate(&config),
            Err(diagnostics) => diagnostics,
        }
    }

    async fn read(&self, cx: &Context<'_, D::Client>, config: Value) -> Result<Value, Diagnostics> {
        Ok(self.source.read(cx, read_model(config)?).await?.into_value())
    }
}
