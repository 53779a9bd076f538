//! Managed resources, one file each. The list is the registry: schemas, docs and sweeping tests read it.

mod container;
mod container_policy;
mod cors_policy;
mod lifecycle_policy;
pub(crate) mod metric_policy;
pub(crate) mod object;

use mediastore_policy::limits;
use serde_json::Value as Json;
use tf_plugin::diagnostic::{Diagnostic, Diagnostics};
use tf_plugin::identity::ImportId;
use tf_plugin::model::{Attr, Set};
use tf_plugin::resource::{DynResource, MovedState, resource};
use tf_plugin::schema::{Attribute, sentence};

use crate::client::Client;
use crate::containers::name_attribute;

/// Every resource type, in the order of the docs.
pub(crate) fn all() -> Vec<Box<dyn DynResource<Client>>> {
    vec![
        resource(container::Container),
        resource(container_policy::ContainerPolicy),
        resource(cors_policy::CorsPolicy),
        resource(lifecycle_policy::LifecyclePolicy),
        resource(metric_policy::MetricPolicy),
        resource(object::Object),
    ]
}

/// A set of texts whose elements may be unknown.
type Texts = Set<Attr<String>>;

/// The known texts of a set.
fn known_texts(texts: &Attr<Texts>) -> Vec<String> {
    let elements = texts.known().map(|set| set.0.as_slice()).unwrap_or_default();
    elements.iter().filter_map(|element| element.known().cloned()).collect()
}

/// Rules in the API's form; nothing while a part of any is unknown.
fn known_rules<R>(rules: &Attr<Vec<R>>, to_json: impl FnMut(&R) -> Option<Json>) -> Option<Vec<Json>> {
    rules.known()?.iter().map(to_json).collect()
}

/// A JSON array with one element on each line, from the second line on: the line of a place tells the element.
fn lines(elements: &[Json]) -> String {
    let elements: Vec<String> = elements.iter().map(Json::to_string).collect();
    format!("[\n{}\n]", elements.join(",\n"))
}

/// The attribute by which a policy names its container.
fn container_name() -> Attribute {
    name_attribute("container_name").replaces()
}

/// The name of the container whose policy is imported.
fn import_by_container_name(id: &ImportId<'_>) -> Result<Attr<String>, Diagnostics> {
    let name = id.text_or("container_name")?;
    match limits::CONTAINER_NAME.check(name) {
        Ok(()) => Ok(name.into()),
        Err(violation) => {
            let detail = format!("A policy is imported by the name of its container. {}", sentence(violation));
            Err(Diagnostic::error("Invalid import identifier", detail).into())
        }
    }
}

/// The state that the AWS provider, from any registry, stored for one of its types: the attributes we share. Its schemas for
/// MediaStore never left version 0.
fn from_aws(source: &MovedState, type_name: &str, shared: &[&str]) -> Option<Result<Json, Diagnostics>> {
    if !source.provider.ends_with("/hashicorp/aws") || source.type_name != type_name || source.version != 0 {
        return None;
    }
    let kept = shared.iter().map(|name| ((*name).to_owned(), source.state.get(name).cloned().unwrap_or_default()));
    Some(Ok(Json::Object(kept.collect())))
}
