//! Modules from elsewhere that `terraform init` or `tofu init` has put into a root module's data directory, which is `.terraform` if nobody
//! says otherwise. Its own list there says where each lies, what it was got from, in which version.
//!
//! Nothing is got from anywhere. What the list says is believed only as far as Terraform would: a source or a version that the
//! configuration no longer asks for is not what it will apply.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::files::{Files, tidy};
use super::syntax::{Block, BodyView};
use crate::source::{Sources, Syntax};
use crate::unit::{Fault, FaultKind};
use mediastore_policy::span::Span;

/// The list, as seen from the data directory.
const LIST: &str = "modules/modules.json";

/// The modules installed for a root module, by the names of the calls that lead to them: `live.cdn`.
#[derive(Debug, Default)]
pub(super) struct Installed {
    root: PathBuf,
    records: HashMap<String, Record>,
}

#[derive(Debug, Deserialize)]
struct List {
    #[serde(rename = "Modules")]
    modules: Vec<Record>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Record {
    key: String,
    source: String,
    version: Option<String>,
    /// From the root module.
    dir: PathBuf,
}

/// Why a module from elsewhere is not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Absent {
    /// A clause about the module: `comes from ...`.
    pub(super) why: String,
    pub(super) help: &'static str,
}

const INSTALL: &str = "run `terraform init`, whose modules are read, or judge the plan, which has everything";

impl Installed {
    /// Reads the list of a root module, if it has one.
    pub(super) fn read(
        files: &dyn Files,
        root: &Path,
        data_directory: &Path,
        sources: &mut Sources,
        faults: &mut Vec<Fault>,
    ) -> Self {
        let path = data_directory.join(LIST);
        let mut installed = Self { root: root.to_owned(), records: HashMap::new() };
        if files.exists(&path) != Some(true) {
            return installed;
        }
        let mut broken = |message: String, span: Span| {
            let directory = data_directory.join("modules");
            let help = Some(format!("remove the directory `{}` and run `terraform init`", directory.display()));
            faults.push(Fault { kind: FaultKind::Broken, message, span, help });
        };
        let text = match files.read(&path) {
            Ok(text) => text,
            Err(reason) => {
                broken(format!("`{}` cannot be read: {reason}", path.display()), Span::default());
                return installed;
            }
        };
        match serde_json::from_str::<List>(&text) {
            Ok(list) => {
                installed.records = list.modules.into_iter().map(|record| (record.key.clone(), record)).collect();
            }
            Err(error) => {
                let base = sources.add(&path, Syntax::Json, text.as_str());
                let at = base + offset(&text, error.line(), error.column());
                let message = error.to_string();
                let reason = message.split(" at line ").next().unwrap_or_default();
                broken(format!("this is no list of installed modules: {reason}"), Span::new(at, at));
            }
        }
        installed
    }

    /// The directory of a module from elsewhere that is called by this name.
    pub(super) fn directory(&self, key: &str, block: &Block) -> Result<PathBuf, Absent> {
        let argument = |name| BodyView::Body(&block.body).attribute(name).map(|(expr, _)| expr.literal());
        let absent = |why: String, help| Err(Absent { why, help });
        let source = match argument("source") {
            None => return absent("has no source".to_owned(), "Terraform refuses this: add `source`"),
            // OpenTofu takes any expression that it can evaluate before everything else.
            Some(source) => source,
        };
        let Some(record) = self.records.get(key) else {
            let from = source.as_deref().map_or("from elsewhere".to_owned(), |source| format!("from `{source}`"));
            return absent(format!("comes {from} and is not here"), INSTALL);
        };
        if let Some(source) = source
            && !is_source(&record.source, &source)
        {
            return absent(
                format!("comes from `{source}`, but what is installed is from `{}`", record.source),
                INSTALL,
            );
        }
        if let (Some(Some(wanted)), Some(version)) = (argument("version"), &record.version)
            && !satisfies(version, &wanted)
        {
            return absent(format!("is wanted in version `{wanted}`, but {version} is installed"), INSTALL);
        }
        Ok(tidy(&self.root.join(&record.dir)))
    }

    /// Whether below two names of calls the same is installed, in the same versions.
    pub(super) fn agree(&self, one: &str, other: &str) -> bool {
        self.records.iter().filter_map(|(key, record)| Some((key.strip_prefix(one)?, record))).all(|(rest, record)| {
            let twin = self.records.get(&format!("{other}{rest}"));
            twin.is_some_and(|twin| (&twin.source, &twin.version) == (&record.source, &record.version))
        })
    }
}

/// The offset of a place that is counted from 1.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let start = match line.checked_sub(2) {
        None => 0,
        Some(nth) => text.match_indices('\n').nth(nth).map_or(text.len(), |(at, _)| at + 1),
    };
    let at = (start + column.saturating_sub(1)).min(text.len());
    (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// Whether an installed source, which has its long form, is what a call asks for. A short form that is not known is taken for it: the name of
/// the call already is.
fn is_source(installed: &str, asked: &str) -> bool {
    if asked.contains("://") {
        return installed == asked;
    }
    if asked.starts_with('/') {
        return installed == asked || installed.strip_prefix("file://") == Some(asked);
    }
    let (address, _) = asked.split_once("//").unwrap_or((asked, ""));
    let host = address.split('/').next().unwrap_or_default();
    match address.split('/').count() {
        _ if address.contains(['@', ':']) => true,
        _ if matches!(host, "github.com" | "bitbucket.org" | "gitlab.com") => installed.contains(host),
        // `namespace/name/system` of the public registry, whose name is written out.
        3 => installed.strip_suffix(asked).is_some_and(|host| host.ends_with('/') && host.matches('/').count() == 1),
        4 => installed == asked,
        _ => true,
    }
}

/// Whether a version is one of those asked for: `~> 5.1, != 5.3.0`. What is not understood refuses nothing.
fn satisfies(version: &str, wanted: &str) -> bool {
    let Some(version) = numbers(version) else { return true };
    wanted.split(',').all(|condition| {
        let condition = condition.trim();
        let (operator, operand) = condition.split_at(condition.find(|c: char| !"<>=!~ ".contains(c)).unwrap_or(0));
        let Some(operand) = numbers(operand) else { return true };
        match operator.trim() {
            "" | "=" => version == operand,
            "!=" => version != operand,
            ">" => version > operand,
            ">=" => version >= operand,
            "<" => version < operand,
            "<=" => version <= operand,
            "~>" => {
                // All but the last part that is written stay as they are.
                let written = condition.matches('.').count();
                version >= operand && version[..written.clamp(1, 3)] == operand[..written.clamp(1, 3)]
            }
            _ => true,
        }
    })
}

/// The numbers of a version without a pre-release.
fn numbers(version: &str) -> Option<[u64; 3]> {
    let mut parts = version.trim().trim_start_matches('v').split('.');
    let mut next = || parts.next().map_or(Some(0), |part| part.parse().ok());
    let numbers = [next()?, next()?, next()?];
    parts.next().is_none().then_some(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_known_in_its_long_form() {
        let registry = "registry.terraform.io/acme/origin/aws";
        for (installed, asked, expected) in [
            (registry, "acme/origin/aws", true),
            ("registry.opentofu.org/acme/origin/aws//modules/live", "acme/origin/aws//modules/live", true),
            (registry, "acme/other/aws", false),
            (registry, "acme/origin/aws//modules/live", false),
            (registry, "registry.terraform.io/acme/origin/aws", true),
            (registry, "registry.example.com/acme/origin/aws", false),
            ("git::https://github.com/acme/origin.git?ref=v1", "github.com/acme/origin?ref=v1", true),
            (registry, "github.com/acme/origin", false),
            ("git::ssh://git@github.com/acme/origin.git", "git@github.com:acme/origin.git", true),
            ("git::https://example.com/origin.git", "git::https://example.com/origin.git?ref=v2", false),
            ("file:///srv/origin", "/srv/origin", true),
            ("file:///srv/origin", "/srv/other", false),
        ] {
            assert_eq!(is_source(installed, asked), expected, "{installed} {asked}");
        }
    }

    #[test]
    fn a_version_is_held_against_what_is_asked_for() {
        for (version, wanted, expected) in [
            ("5.1.2", "5.1.2", true),
            ("5.1.2", "= 5.1.3", false),
            ("5.1.2", "~> 5.0", true),
            ("6.0.0", "~> 5.0", false),
            ("5.1.2", "~> 5.1.0", true),
            ("5.2.0", "~> 5.1.0", false),
            ("5.9.0", "~> 5", true),
            ("5.1.2", ">= 5, < 6.0", true),
            ("5.1.2", ">= 5, < 5.1", false),
            ("5.1.2", "!= 5.1.2", false),
            ("5.1.2-rc1", "5.1.2", true),
            ("5.1.2", "whatever", true),
        ] {
            assert_eq!(satisfies(version, wanted), expected, "{version} {wanted}");
        }
    }
}
