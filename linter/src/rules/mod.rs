//! The rules, one file each. The list is the registry: docs, help, schema, SARIF and the sweeping tests read it.

mod public_write;

use crate::rule::Rule;

/// Every rule, in the order of the docs.
pub const ALL: &[&Rule] = &[&public_write::RULE];

/// The rule of a name.
#[must_use]
pub fn named(name: &str) -> Option<&'static Rule> {
    ALL.iter().copied().find(|rule| rule.name == name)
}
