//! Ephemeral resources, one file each: values that are never stored. The list is the registry.

mod signed_request;

use tf_plugin::ephemeral::{DynEphemeralResource, ephemeral_resource};

use crate::client::Client;

/// Every ephemeral resource type, in the order of the docs.
pub(crate) fn all() -> Vec<Box<dyn DynEphemeralResource<Client>>> {
    vec![ephemeral_resource(signed_request::SignedRequest)]
}
