//! What a text is, by its contents: cheap questions first, since most files of a repository are none of ours.

use std::io::{self, Read};
use std::path::Path;

use mediastore_policy::json::Limits;
use memchr::memmem;
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::STDIN;

/// Bounds of templates and documents. CloudFormation takes a megabyte.
pub(super) const LIMITS: Limits = Limits { bytes: 16 << 20, depth: 64, values: 1_000_000 };

/// What a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A plan, from `terraform show -json`.
    Plan,
    /// A state, from `terraform show -json`.
    State,
    /// A state as it is stored.
    RawState,
    /// Other JSON.
    Json,
    /// YAML.
    Yaml,
    /// Terraform source, on standard input.
    Hcl,
    /// None of these.
    Unknown,
    /// Known well enough to be passed over.
    NotOurs,
}

/// The service's name as it is written. Keys could be escaped in JSON; nobody does, and a file that is named is read anyway.
const NAMES: &[&[u8]] = &[b"ediastore", b"ediaStore", b"media_store"];

/// Words of documents that need not name the service.
const MEMBERS: &[&[u8]] = &[b"AllowedOrigins", b"ContainerLevelMetrics", b"definition"];

/// The most bytes of one of these names.
const LONGEST_NAME: usize = b"media_store".len();

/// Whether a file found on the way is worth reading.
pub(super) fn mentions_ours(bytes: &[u8]) -> bool {
    names_ours(bytes) || MEMBERS.iter().any(|word| memmem::find(bytes, word).is_some())
}

fn names_ours(bytes: &[u8]) -> bool {
    NAMES.iter().any(|name| memmem::find(bytes, name).is_some())
}

/// Whether MediaStore is named in what is too large to be held.
pub(super) fn stream_names_ours(mut stream: impl Read) -> io::Result<bool> {
    let mut buffer = vec![0; 1 << 20];
    let mut kept = 0;
    loop {
        let read = stream.read(&mut buffer[kept..])?;
        let filled = kept + read;
        if read == 0 || names_ours(&buffer[..filled]) {
            return Ok(read > 0);
        }
        // A name may be cut in two.
        kept = filled.min(LONGEST_NAME - 1);
        buffer.copy_within(filled - kept..filled, 0);
    }
}

/// Whether broken JSON found on the way was meant to be ours.
pub(super) fn is_ours_though_broken(path: &Path, text: &str) -> bool {
    let name = path.file_stem().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    let named_like =
        ["policy", "policies", "cors", "lifecycle", "metric", "mediastore"].iter().any(|word| name.contains(word));
    let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
    says(&["mediastore:", ":mediastore:", "AWS::MediaStore::"])
        || named_like && says(&["\"Statement\"", "\"AllowedOrigins\"", "\"ContainerLevelMetrics\"", "\"definition\""])
}

/// What a text is. A file found on the way is a state only where it is named, since it tells of the past.
pub(super) fn kind(path: &Path, text: &str, is_named: bool) -> Kind {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default();
    let start = text.trim_start();
    if start.starts_with(['{', '[']) {
        return match json_kind(start) {
            Kind::State | Kind::RawState if !is_named => Kind::NotOurs,
            kind => kind,
        };
    }
    match ending.as_str() {
        "json" => Kind::Json,
        "yaml" | "yml" => Kind::Yaml,
        // A name that tells nothing, such as `-` or `x.template`.
        _ if ["AWSTemplateFormatVersion", "Resources"].iter().any(|key| has_line_with_key(text, key)) => Kind::Yaml,
        _ if path.as_os_str() == STDIN && text.lines().any(is_header) => Kind::Hcl,
        _ => Kind::Unknown,
    }
}

/// Whether a line begins a block of Terraform source.
fn is_header(line: &str) -> bool {
    let words = ["resource \"", "data \"", "module \"", "variable \"", "provider \"", "locals {", "terraform {"];
    words.iter().any(|word| line.starts_with(word))
}

fn has_line_with_key(text: &str, key: &str) -> bool {
    text.lines().any(|line| line.strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with(':')))
}

/// The members that tell Terraform's own formats apart.
#[derive(Deserialize)]
struct Marks {
    format_version: Option<IgnoredAny>,
    terraform_version: Option<IgnoredAny>,
    planned_values: Option<IgnoredAny>,
    values: Option<IgnoredAny>,
    lineage: Option<IgnoredAny>,
    resources: Option<IgnoredAny>,
}

fn json_kind(text: &str) -> Kind {
    let head = &text.as_bytes()[..text.len().min(1 << 12)];
    let may_be = |word: &str| memmem::find(head, word.as_bytes()).is_some();
    // Both formats open with their versions, so a template of a megabyte is not parsed twice.
    if !may_be("\"format_version\"") && !may_be("\"terraform_version\"") {
        return Kind::Json;
    }
    let Ok(marks) = serde_json::from_str::<Marks>(text) else {
        // Cut off or damaged: the reader of plans says where.
        return if may_be("\"planned_values\"") { Kind::Plan } else { Kind::Json };
    };
    match marks {
        Marks { format_version: Some(_), planned_values: Some(_), .. } => Kind::Plan,
        Marks { format_version: Some(_), values: Some(_), .. } => Kind::State,
        Marks { terraform_version: Some(_), lineage: Some(_), resources: Some(_), .. } => Kind::RawState,
        // The state of nothing has no values.
        Marks { format_version: Some(_), terraform_version: Some(_), .. } => Kind::State,
        _ => Kind::Json,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_wherever_the_stream_is_cut() {
        let name = b"aws_media_store_container";
        for before in [0, 1, (1 << 20) - 11, (1 << 20) - 4, 1 << 20, 3 << 20] {
            let padding = io::repeat(b' ').take(before);
            assert!(stream_names_ours(padding.chain(&name[..])).expect("memory"), "{before}");
        }
        assert!(!stream_names_ours(io::repeat(b'm').take(2 << 20)).expect("memory"));
        assert!(!stream_names_ours(&b""[..]).expect("memory"));
    }
}
