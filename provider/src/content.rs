//! Bytes of an object as a configuration gives them: a file, a text, or base64.

use std::path::Path as FilePath;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use mediastore_policy::limits;
use sha2::{Digest, Sha256};
use tf_plugin::diagnostic::{Diagnostic, Diagnostics};
use tf_plugin::model::Attr;
use tf_plugin::path::Path;
use tf_plugin::schema::Attribute;

/// SHA-256 in lower-case hexadecimal.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The attributes of a place that takes content: `source`, `content`, `content_base64`.
pub(crate) fn attributes() -> [Attribute; 3] {
    [
        Attribute::string("source").describe(
            "File with the bytes, relative to the working directory. It is read at plan. If it changes before apply, Terraform \
             refuses with `inconsistent final plan`: plan again.",
        ),
        Attribute::string("content").describe("The bytes as text."),
        Attribute::string("content_base64")
            .describe("The bytes in base64, for what is no text.")
            .check_text(|text| STANDARD.decode(text).map(drop).map_err(|error| format!("not base64: {error}"))),
    ]
}

/// Where the bytes come from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Given<'a> {
    pub(crate) source: &'a Attr<String>,
    pub(crate) content: &'a Attr<String>,
    pub(crate) content_base64: &'a Attr<String>,
}

/// What is known of the bytes.
pub(crate) enum Found {
    /// The bytes.
    Bytes(Bytes),
    /// They will be known at apply.
    Unknown,
    /// None are given.
    None,
}

impl Given<'_> {
    /// The names of the attributes that are set.
    pub(crate) fn set(&self) -> Vec<&'static str> {
        let all = [("source", self.source), ("content", self.content), ("content_base64", self.content_base64)];
        all.into_iter().filter(|(_, attribute)| !attribute.is_null()).map(|(name, _)| name).collect()
    }

    /// The bytes at plan: a file that is not there may still be made.
    pub(crate) fn at_plan(&self) -> Result<(Found, Option<Diagnostic>), Diagnostic> {
        match self.source.known() {
            Some(path) if !FilePath::new(path).exists() => {
                let detail = format!("`{path}` does not exist yet; it must when Terraform applies.");
                let path = Some(Path::attribute("source"));
                Ok((Found::Unknown, Some(Diagnostic { path, ..Diagnostic::warning("The source is missing", detail) })))
            }
            _ => Ok((self.bytes()?, None)),
        }
    }

    /// The bytes.
    pub(crate) fn bytes(&self) -> Result<Found, Diagnostic> {
        let given = [self.source, self.content, self.content_base64];
        if given.iter().any(|attribute| attribute.is_unknown()) {
            return Ok(Found::Unknown);
        }
        let (name, bytes) = if let Some(path) = self.source.known() {
            ("source", read(path)?)
        } else if let Some(text) = self.content.known() {
            ("content", Bytes::from(text.clone()))
        } else if let Some(text) = self.content_base64.known() {
            let bytes = STANDARD.decode(text).map_err(|error| {
                Diagnostic::at(Path::attribute("content_base64"), "Invalid content", format!("Not base64: {error}."))
            })?;
            ("content_base64", Bytes::from(bytes))
        } else {
            return Ok(Found::None);
        };
        check_size(name, bytes.len() as u64)?;
        Ok(Found::Bytes(bytes))
    }
}

/// Refuses what is too large for an object.
pub(crate) fn check_size(attribute: &str, size: u64) -> Result<(), Diagnostic> {
    if size <= limits::OBJECT_SIZE {
        return Ok(());
    }
    let detail = format!("An object has at most {} bytes, and this one {size}.", limits::OBJECT_SIZE);
    Err(Diagnostic::at(Path::attribute(attribute), "The object is too large", detail))
}

fn read(path: &str) -> Result<Bytes, Diagnostic> {
    let unreadable = |why: String| {
        Diagnostic::at(Path::attribute("source"), "Unreadable source", format!("`{path}` cannot be read: {why}."))
    };
    // The size first: a file of gigabytes must not be read to be refused.
    let size = std::fs::metadata(path).map_err(|error| unreadable(error.to_string()))?.len();
    check_size("source", size)?;
    std::fs::read(path).map(Bytes::from).map_err(|error| unreadable(error.to_string()))
}

/// One error where more than one of the attributes is set.
pub(crate) fn one_at_most(set: &[&'static str]) -> Diagnostics {
    match set {
        [] | [_] => Diagnostics::none(),
        [first, second, ..] => {
            let detail = format!("The content is given twice, by `{first}` and `{second}`: use one of them.");
            Diagnostic::at(Path::attribute(*second), "Two contents", detail).into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_large_is_refused_before_it_is_read() {
        let file = tempfile::NamedTempFile::new().unwrap();
        file.as_file().set_len(limits::OBJECT_SIZE + 1).unwrap();
        let source = file.path().to_str().unwrap().to_owned().into();
        let given = Given { source: &source, content: &Attr::Null, content_base64: &Attr::Null };
        let error = given.bytes().err().unwrap();
        assert!(error.detail.contains("26214401"), "{error:?}");
    }
}
