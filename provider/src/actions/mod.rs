//! Actions, one file each: things done on request or after a change, outside the life of a resource. The list is the registry.

mod purge;
mod put;

use tf_plugin::action::{DynAction, action};

use crate::client::Client;

/// Every action type, in the order of the docs.
pub(crate) fn all() -> Vec<Box<dyn DynAction<Client>>> {
    vec![action(purge::Purge), action(put::PutObject)]
}
