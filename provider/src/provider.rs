//! The provider: what it offers, and the client that a provider block makes.

use async_trait::async_trait;
use tf_plugin::action::DynAction;
use tf_plugin::data_source::DynDataSource;
use tf_plugin::diagnostic::Diagnostics;
use tf_plugin::ephemeral::DynEphemeralResource;
use tf_plugin::function::Function;
use tf_plugin::list::DynListResource;
use tf_plugin::provider::Provider;
use tf_plugin::resource::DynResource;
use tf_plugin::schema::Schema;

use crate::client::Client;
use crate::config::{self, Backend, Config};
use crate::{actions, data_sources, ephemeral_resources, functions, list_resources, resources};

/// The MediaStore provider.
#[derive(Debug, Default)]
pub struct MediaStore;

#[async_trait]
impl Provider for MediaStore {
    type Config = Config;
    type Client = Client;

    fn schema(&self) -> Schema {
        config::schema()
    }

    fn resources(&self) -> Vec<Box<dyn DynResource<Client>>> {
        resources::all()
    }

    fn data_sources(&self) -> Vec<Box<dyn DynDataSource<Client>>> {
        data_sources::all()
    }

    fn functions(&self) -> Vec<Function> {
        functions::all()
    }

    fn ephemeral_resources(&self) -> Vec<Box<dyn DynEphemeralResource<Client>>> {
        ephemeral_resources::all()
    }

    fn list_resources(&self) -> Vec<Box<dyn DynListResource<Client>>> {
        list_resources::all()
    }

    fn actions(&self) -> Vec<Box<dyn DynAction<Client>>> {
        actions::all()
    }

    fn validate(&self, config: &Config) -> Diagnostics {
        config::validate(config)
    }

    async fn configure(&self, config: Config, terraform_version: &str) -> Result<Client, Diagnostics> {
        let (tags, max_retries, guardrails) = (config.tag_rules(), config.retries(), config.guardrails()?);
        let client = match config.backend(terraform_version)? {
            Backend::Unknown => Client::unknown(tags),
            Backend::Embedded { data_dir, region } => Client::embedded(data_dir, &region, max_retries, tags).await?,
            Backend::Endpoint(settings) => Client::endpoint(*settings, max_retries, tags).await?,
        };
        Ok(client.guarded(guardrails))
    }
}
