//! Resource identity: the few attributes that name a remote object for ever, stored beside its state.
//!
//! Clients before Terraform 1.12 and OpenTofu 1.12 do not know identities; nothing depends on them.

use crate::diagnostic::Diagnostic;
use crate::path::Path;
use crate::types::Type;
use crate::value::Value;

/// An attribute of an identity. All of them are text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IdentityAttribute {
    /// Its name.
    pub name: &'static str,
    /// An `import` block by identity must set it; else it may.
    pub required: bool,
    /// What it is.
    pub description: &'static str,
}

/// The type of an identity.
pub(crate) fn ty(attributes: &[IdentityAttribute]) -> Type {
    Type::object(attributes.iter().map(|attribute| (attribute.name, Type::String)))
}

/// What an import starts from.
#[derive(Clone, Copy, Debug)]
pub enum ImportId<'a> {
    /// The text given to `terraform import`, or `id` of an `import` block.
    Text(&'a str),
    /// `identity` of an `import` block.
    Identity(&'a Value),
}

impl<'a> ImportId<'a> {
    /// The text, or the identity's attribute `name` in its place.
    pub fn text_or(&self, name: &str) -> Result<&'a str, Diagnostic> {
        match *self {
            ImportId::Text(text) => Ok(text),
            ImportId::Identity(identity) => identity.attribute(name).as_str().ok_or_else(|| {
                let detail = format!("The identity needs the attribute `{name}`.");
                Diagnostic::at(Path::attribute(name), "Incomplete identity", detail)
            }),
        }
    }

    /// An optional attribute of an identity.
    pub fn identity(&self, name: &str) -> Option<&'a str> {
        match *self {
            ImportId::Text(_) => None,
            ImportId::Identity(identity) => identity.attribute(name).as_str(),
        }
    }
}
