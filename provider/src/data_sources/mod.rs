//! Data sources, one file each. The list is the registry: schemas, docs and sweeping tests read it.

mod container;
mod containers;
mod policy_document;

use tf_plugin::data_source::{DynDataSource, data_source};

use crate::client::Client;

/// Every data source type, in the order of the docs.
pub(crate) fn all() -> Vec<Box<dyn DynDataSource<Client>>> {
    vec![
        data_source(container::Container),
        data_source(containers::Containers),
        data_source(policy_document::PolicyDocument),
    ]
}
