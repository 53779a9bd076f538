//! The provider: its own configuration, and the lists of what it offers.

use async_trait::async_trait;

use crate::action::DynAction;
use crate::data_source::DynDataSource;
use crate::diagnostic::Diagnostics;
use crate::ephemeral::DynEphemeralResource;
use crate::function::Function;
use crate::list::DynListResource;
use crate::model::Model;
use crate::resource::DynResource;
use crate::schema::Schema;

/// A provider.
#[async_trait]
pub trait Provider: Send + Sync + 'static {
    /// The values of its provider block.
    type Config: Model;
    /// What resources and data sources work with.
    type Client: Send + Sync + 'static;

    /// The schema of the provider block.
    fn schema(&self) -> Schema;

    /// Every managed resource type.
    fn resources(&self) -> Vec<Box<dyn DynResource<Self::Client>>>;

    /// Every data source type.
    fn data_sources(&self) -> Vec<Box<dyn DynDataSource<Self::Client>>>;

    /// Every function.
    fn functions(&self) -> Vec<Function> {
        Vec::new()
    }

    /// Every ephemeral resource type.
    fn ephemeral_resources(&self) -> Vec<Box<dyn DynEphemeralResource<Self::Client>>> {
        Vec::new()
    }

    /// Every list resource type.
    fn list_resources(&self) -> Vec<Box<dyn DynListResource<Self::Client>>> {
        Vec::new()
    }

    /// Every action type.
    fn actions(&self) -> Vec<Box<dyn DynAction<Self::Client>>> {
        Vec::new()
    }

    /// Rules across attributes. Any part may be unknown; offline.
    fn validate(&self, _config: &Self::Config) -> Diagnostics {
        Diagnostics::none()
    }

    /// Makes the client. Values may be unknown during a plan: that must not fail; a client that cannot work without them
    /// says so when it is first used.
    async fn configure(&self, config: Self::Config, terraform_version: &str) -> Result<Self::Client, Diagnostics>;
}
