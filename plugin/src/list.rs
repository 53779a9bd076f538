//! List resources: finding objects that are not in state yet, for `terraform query`.
//!
//! A list resource yields identities. Where Terraform wants whole objects, the engine imports and reads them through the
//! managed resource of the same name, which must have an identity.

use async_trait::async_trait;

use crate::context::Context;
use crate::diagnostic::Diagnostics;
use crate::model::Model;
use crate::resource::read_model;
use crate::schema::Schema;
use crate::value::Value;

/// A list resource type.
#[async_trait]
pub trait ListResource: Send + Sync + 'static {
    /// The values of its `config` block.
    type Config: Model;
    /// What the provider's configuration makes.
    type Client: Send + Sync + 'static;

    /// The name of the managed resource type that it finds.
    fn name(&self) -> &'static str;

    /// The schema of its `config` block.
    fn schema(&self) -> Schema;

    /// Objects found, at most `limit`.
    async fn list(
        &self,
        cx: &Context<'_, Self::Client>,
        config: Self::Config,
        limit: usize,
    ) -> Result<Vec<Listed>, Diagnostics>;
}

/// An object that was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    /// What a person would call it.
    pub display_name: String,
    /// Its identity.
    pub identity: Value,
}

/// A list resource type as the engine stores it.
#[async_trait]
pub trait DynListResource<C>: Send + Sync {
    /// The type name.
    fn name(&self) -> &'static str;
    /// The schema, made once.
    fn schema(&self) -> &Schema;
    /// The fields of the model, for the test that compares them with the schema.
    fn fields(&self) -> &'static [&'static str];
    #[doc(hidden)]
    async fn list(&self, cx: &Context<'_, C>, config: Value, limit: usize) -> Result<Vec<Listed>, Diagnostics>;
}

/// The erased form of a list resource, for a provider's list.
pub fn list_resource<L: ListResource>(list: L) -> Box<dyn DynListResource<L::Client>> {
    let schema = list.schema();
    Box::new(Erased { list, schema })
}

struct Erased<L> {
    list: L,
    schema: Schema,
}

#[async_trait]
impl<L: ListResource> DynListResource<L::Client> for Erased<L> {
    fn name(&self) -> &'static str {
        self.list.name()
    }

    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn fields(&self) -> &'static [&'static str] {
        L::Config::FIELDS
    }

    async fn list(&self, cx: &Context<'_, L::Client>, config: Value, limit: usize) -> Result<Vec<Listed>, Diagnostics> {
        self.list.list(cx, read_model(config)?, limit).await
    }
}
