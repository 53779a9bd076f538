//! List resources for `terraform query`, one file for each kind of thing that is found. The list is the registry.

mod container;
mod object;
mod policy;

use tf_plugin::list::{DynListResource, list_resource};

use crate::client::Client;

/// Every list resource type, in the order of the docs.
pub(crate) fn all() -> Vec<Box<dyn DynListResource<Client>>> {
    vec![
        list_resource(container::Containers),
        list_resource(policy::Policies::Container),
        list_resource(policy::Policies::Cors),
        list_resource(policy::Policies::Lifecycle),
        list_resource(policy::Policies::Metric),
        list_resource(object::Objects),
    ]
}
