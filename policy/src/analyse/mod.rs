//! Exact questions about all requests at once.

pub(crate) mod domain;
