//! Fixes: how a change is spelled in HCL, JSON and YAML so that comments and layout stay, and how changes are applied.
//!
//! A rule says what is to change ([`Editor`]: replace this string, put a member into that object); where commas, quotes and line breaks
//! go is decided here. An edit is made only where the source shows what the value says: if a place holds a reference, an escape or a
//! function, there is no fix, and the finding stands on its own. Which change mends what is for rules to say, with `policy` for
//! changes that several of them make.

mod apply;
mod editor;
mod layout;
pub(crate) mod policy;
pub(crate) mod resource;
mod spell;
mod template;
#[cfg(test)]
mod tests;

pub use apply::{Applied, Change, ChangeError, apply, diff, until_none, write};
pub use editor::Editor;

use crate::finding::{Edit, Fix, Safety};

/// A fix that changes nothing which anybody who meant well can miss.
#[must_use]
pub fn safe(title: impl Into<String>, edits: Vec<Edit>) -> Fix {
    Fix { title: title.into(), safety: Safety::Safe, edits }
}

/// A fix that may refuse, or allow, requests on which somebody counts.
#[must_use]
pub fn risky(title: impl Into<String>, edits: Vec<Edit>) -> Fix {
    Fix { title: title.into(), safety: Safety::Unsafe, edits }
}
