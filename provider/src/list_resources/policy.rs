//! The policies of containers, for import in bulk: `mediastore_container_policy`, `mediastore_cors_policy`,
//! `mediastore_lifecycle_policy` and `mediastore_metric_policy`.
//!
//! The API lists containers only, so each container is asked whether it has the policy. What a policy says is read by its resource.

use async_trait::async_trait;
use futures_util::{StreamExt, stream};
use tf_plugin::context::Context;
use tf_plugin::diagnostic::{Diagnostic, Diagnostics};
use tf_plugin::list::{ListResource, Listed};
use tf_plugin::model;
use tf_plugin::schema::{Attribute, Schema};

use crate::client::{Client, call};
use crate::containers::{list, name_identity};

/// Containers asked at the same time.
const QUESTIONS: usize = 8;

/// One of the four list resource types.
#[derive(Clone, Copy)]
pub(super) enum Policies {
    Container,
    Cors,
    Lifecycle,
    Metric,
}

model! {
    /// The `config` block.
    pub struct Config {
        pub name_prefix: String,
    }
}

#[async_trait]
impl ListResource for Policies {
    type Config = Config;
    type Client = Client;

    fn name(&self) -> &'static str {
        match self {
            Policies::Container => "mediastore_container_policy",
            Policies::Cors => "mediastore_cors_policy",
            Policies::Lifecycle => "mediastore_lifecycle_policy",
            Policies::Metric => "mediastore_metric_policy",
        }
    }

    fn schema(&self) -> Schema {
        let what = self.plural();
        Schema::new(format!("Finds the {what} of the account and region, sorted by the names of their containers."))
            .attribute(Attribute::string("name_prefix").describe("Only those of containers whose name begins so."))
    }

    async fn list(&self, cx: &Context<'_, Client>, config: Config, limit: usize) -> Result<Vec<Listed>, Diagnostics> {
        let containers = list(cx, config.name_prefix.text()).await?;
        let asked = containers.into_iter().map(|container| async move {
            let name = container.name.unwrap_or_default();
            let there = self.is_there(cx, &name).await?;
            Ok::<_, Diagnostic>(there.then(|| {
                let identity = name_identity(cx.client, "container_name", &name, None);
                Listed { display_name: name, identity }
            }))
        });
        let mut asked = stream::iter(asked).buffered(QUESTIONS);
        let mut found = Vec::new();
        while found.len() < limit
            && let Some(answer) = asked.next().await
        {
            found.extend(answer?);
        }
        Ok(found)
    }
}

impl Policies {
    fn plural(self) -> &'static str {
        match self {
            Policies::Container => "container policies",
            Policies::Cors => "CORS policies",
            Policies::Lifecycle => "lifecycle policies",
            Policies::Metric => "metric policies",
        }
    }

    /// Whether a container has the policy. A container that went away meanwhile has none.
    async fn is_there(self, cx: &Context<'_, Client>, name: &str) -> Result<bool, Diagnostic> {
        let sdk = cx.client.sdk()?;
        let got = match self {
            Policies::Container => {
                call(cx, true, || sdk.get_container_policy().container_name(name).send()).await.map(drop)
            }
            Policies::Cors => call(cx, true, || sdk.get_cors_policy().container_name(name).send()).await.map(drop),
            Policies::Lifecycle => {
                call(cx, true, || sdk.get_lifecycle_policy().container_name(name).send()).await.map(drop)
            }
            Policies::Metric => call(cx, true, || sdk.get_metric_policy().container_name(name).send()).await.map(drop),
        };
        match got {
            Ok(()) => Ok(true),
            Err(error) if error.is_not_found() => Ok(false),
            Err(error) => {
                Err(error.diagnostic(cx.client, &format!("look for {} at the container `{name}`", self.plural())))
            }
        }
    }
}
