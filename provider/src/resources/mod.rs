//! Managed resources, one file each. The list is the registry: schemas, docs and sweeping tests read it.

mod container;
mod container_policy;
mod cors_policy;

use tf_plugin::diagnostic::{Diagnostic, Diagnostics};
use tf_plugin::identity::ImportId;
use tf_plugin::model::Attr;
use tf_plugin::resource::{DynResource, resource};
use tf_plugin::schema::{Attribute, sentence};

use crate::client::Client;

/// Every resource type, in the order of the docs.
pub(crate) fn all() -> Vec<Box<dyn DynResource<Client>>> {
    vec![resource(container::Container), resource(container_policy::ContainerPolicy), resource(cors_policy::CorsPolicy)]
}

/// The attribute by which a policy names its container.
fn container_name() -> Attribute {
    Attribute::string("container_name")
        .required()
        .replaces()
        .describe("Name of the container.")
        .check_text(|name| mediastore_policy::limits::CONTAINER_NAME.check(name))
}

/// The name of the container whose policy is imported.
fn import_by_container_name(id: &ImportId<'_>) -> Result<Attr<String>, Diagnostics> {
    let name = id.text_or("container_name")?;
    match mediastore_policy::limits::CONTAINER_NAME.check(name) {
        Ok(()) => Ok(name.into()),
        Err(violation) => {
            let detail = format!("A policy is imported by the name of its container. {}", sentence(violation));
            Err(Diagnostic::error("Invalid import identifier", detail).into())
        }
    }
}
