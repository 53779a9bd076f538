//! Actions: something done on request or after a change, outside the life of any resource.

use async_trait::async_trait;
use tokio::sync::mpsc::UnboundedSender;

use crate::context::Context;
use crate::diagnostic::Diagnostics;
use crate::model::Model;
use crate::resource::read_model;
use crate::schema::Schema;
use crate::value::Value;

/// An action type.
#[async_trait]
pub trait Action: Send + Sync + 'static {
    /// Its values.
    type Model: Model;
    /// What the provider's configuration makes.
    type Client: Send + Sync + 'static;

    /// The type name, with the provider's name in front.
    fn name(&self) -> &'static str;

    /// Its schema.
    fn schema(&self) -> Schema;

    /// Does it, and says how far it is.
    async fn invoke(
        &self,
        cx: &Context<'_, Self::Client>,
        config: Self::Model,
        progress: &Progress,
    ) -> Result<(), Diagnostics>;
}

/// Where an action says how far it is; Terraform prints each message.
#[derive(Clone, Debug)]
pub struct Progress(pub(crate) UnboundedSender<String>);

impl Progress {
    /// One line for the user.
    pub fn say(&self, message: impl Into<String>) {
        // Nobody listens once the client is gone; the action goes on all the same.
        let _ = self.0.send(message.into());
    }
}

/// An action type as the engine stores it.
#[async_trait]
pub trait DynAction<C>: Send + Sync {
    /// The type name.
    fn name(&self) -> &'static str;
    /// The schema, made once.
    fn schema(&self) -> &Schema;
    /// The fields of the model, for the test that compares them with the schema.
    fn fields(&self) -> &'static [&'static str];
    #[doc(hidden)]
    async fn invoke(&self, cx: &Context<'_, C>, config: Value, progress: &Progress) -> Result<(), Diagnostics>;
}

/// The erased form of an action, for a provider's list.
pub fn action<A: Action>(action: A) -> Box<dyn DynAction<A::Client>> {
    let schema = action.schema();
    Box::new(Erased { action, schema })
}

struct Erased<A> {
    action: A,
    schema: Schema,
}

#[async_trait]
impl<A: Action> DynAction<A::Client> for Erased<A> {
    fn name(&self) -> &'static str {
        self.action.name()
    }

    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn fields(&self) -> &'static [&'static str] {
        A::Model::FIELDS
    }

    async fn invoke(&self, cx: &Context<'_, A::Client>, config: Value, progress: &Progress) -> Result<(), Diagnostics> {
        self.action.invoke(cx, read_model(config)?, progress).await
    }
}
