//! `mediastore_purge`: deletes the objects of a container.

use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use tf_plugin::action::{Action, Progress};
use tf_plugin::context::Context;
use tf_plugin::diagnostic::Diagnostics;
use tf_plugin::model;
use tf_plugin::schema::{Attribute, Schema};

use crate::client::Client;
use crate::containers::name_attribute;
use crate::objects;

/// How often progress is told: not for every object of thousands.
const STEPS: usize = 10;

/// The action type.
pub(super) struct Purge;

model! {
    /// What to purge.
    pub struct PurgeModel {
        pub container_name: String,
        pub path_prefix: String,
    }
}

#[async_trait]
impl Action for Purge {
    type Model = PurgeModel;
    type Client = Client;

    fn name(&self) -> &'static str {
        "mediastore_purge"
    }

    fn schema(&self) -> Schema {
        Schema::new(
            "Deletes the objects of a container, or those whose path begins in some way. The container and its policies stay. \
             Objects that live for seconds are not listed by the service, and vanish by themselves.",
        )
        .attribute(name_attribute("container_name"))
        .attribute(
            Attribute::string("path_prefix").describe("Only objects whose path begins so. Default: every object."),
        )
    }

    async fn invoke(
        &self,
        cx: &Context<'_, Client>,
        config: PurgeModel,
        progress: &Progress,
    ) -> Result<(), Diagnostics> {
        let (container, prefix) = (config.container_name.text(), config.path_prefix.text());
        let told = AtomicUsize::new(0);
        let purged = objects::purge(cx, container, prefix, |gone, all| {
            let step = gone * STEPS / all;
            if told.swap(step, Ordering::Relaxed) != step {
                progress.say(format!("{gone} of {all} objects of `{container}` deleted"));
            }
        })
        .await?;
        progress.say(format!("{purged} objects of `{container}` deleted, all there were"));
        Ok(())
    }
}
