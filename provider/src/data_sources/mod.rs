//! Data sources, one file each. The list is the registry: schemas, docs and sweeping tests read it.

mod container;
mod container_policy;
mod containers;
mod cors_policy;
mod lifecycle_policy;
mod metric_policy;
mod object;
mod objects;
mod policy_document;

use tf_plugin::data_source::{DynDataSource, data_source};

use crate::client::Client;

/// Every data source type, in the order of the docs.
pub(crate) fn all() -> Vec<Box<dyn DynDataSource<Client>>> {
    vec![
        data_source(container::Container),
        data_source(container_policy::ContainerPolicy),
        data_source(containers::Containers),
        data_source(cors_policy::CorsPolicy),
        data_source(lifecycle_policy::LifecyclePolicy),
        data_source(metric_policy::MetricPolicy),
        data_source(object::Object),
        data_source(objects::Objects),
        data_source(policy_document::PolicyDocument),
    ]
}
