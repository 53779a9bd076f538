//! List resources for `terraform query`, one file each. The list is the registry.

mod container;
mod object;

use tf_plugin::list::{DynListResource, list_resource};

use crate::client::Client;

/// Every list resource type, in the order of the docs.
pub(crate) fn all() -> Vec<Box<dyn DynListResource<Client>>> {
    vec![list_resource(container::Containers), list_resource(object::Objects)]
}
