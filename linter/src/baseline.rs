//! The baseline: findings that are known and not reported, so that a rule can be introduced before everything it finds is mended.
//!
//! Findings are known by their fingerprints, which survive moved lines. The other members of an entry are for the reader of a diff.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::config::ConfigError;
use crate::located::Located;

/// The file that is written if the configuration names none.
pub const FILE_NAME: &str = "mediastore-lint-baseline.json";

/// The form that is read and written.
const VERSION: u32 = 1;

/// Known findings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Baseline {
    fingerprints: BTreeSet<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: u32,
    findings: Vec<Entry>,
}

#[derive(Serialize, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(deny_unknown_fields)]
struct Entry {
    file: String,
    rule: String,
    message: String,
    fingerprint: String,
}

impl Baseline {
    /// Reads a baseline file.
    ///
    /// # Errors
    ///
    /// The file cannot be read or is no baseline.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let wrong = |reason: String| ConfigError::Referenced {
            message: format!(
                "the baseline `{}` cannot be used: {reason}; `--write-baseline` writes a new one",
                path.display()
            ),
        };
        let text = std::fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
        let file: File = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
        if file.version != VERSION {
            return Err(wrong(format!("it is of version {}, this program knows version {VERSION}", file.version)));
        }
        Ok(Self { fingerprints: file.findings.into_iter().map(|entry| entry.fingerprint).collect() })
    }

    /// Whether a finding is known.
    #[must_use]
    pub fn knows(&self, found: &Located) -> bool {
        self.fingerprints.contains(&found.fingerprint)
    }

    /// How many of the known findings are not among these any more.
    #[must_use]
    pub fn gone(&self, found: &[Located]) -> usize {
        let found: BTreeSet<_> = found.iter().map(|it| it.fingerprint.as_str()).collect();
        self.fingerprints.iter().filter(|known| !found.contains(known.as_str())).count()
    }
}

/// Writes these findings as a baseline. The file is replaced as a whole or not at all.
///
/// # Errors
///
/// The file cannot be written.
pub fn write(path: &Path, found: &[Located]) -> std::io::Result<()> {
    let entry = |it: &Located| Entry {
        file: it.file.to_string_lossy().replace('\\', "/"),
        rule: it.finding.rule.clone(),
        message: it.finding.message.clone(),
        fingerprint: it.fingerprint.clone(),
    };
    let mut findings: Vec<_> = found.iter().map(entry).collect();
    findings.sort();
    let mut text = serde_json::to_vec_pretty(&File { version: VERSION, findings })?;
    text.push(b'\n');
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(&text)?;
    // A temporary file is its owner's alone; a baseline is for everybody who may read the repository.
    #[cfg(unix)]
    file.as_file().set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644))?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Finding;
    use crate::located;
    use crate::source::{Sources, Syntax};
    use mediastore_policy::span::Span;

    fn found(words: &[&str]) -> Vec<Located> {
        let mut sources = Sources::default();
        let base = sources.add("main.tf", Syntax::Hcl, "name");
        let finding = |word: &&str| Finding::new(format!("`{word}` is wrong"), Span::new(base, base + 4));
        located::locate(&sources, words.iter().map(finding).collect(), Path::to_path_buf)
    }

    #[test]
    fn what_was_written_is_known() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(FILE_NAME);
        write(&path, &found(&["a", "b"])).expect("written");
        let baseline = Baseline::read(&path).expect("a baseline");
        let now = found(&["b", "c"]);
        assert_eq!(now.iter().map(|it| baseline.knows(it)).collect::<Vec<_>>(), [true, false]);
        assert_eq!(baseline.gone(&now), 1);
    }

    #[test]
    fn garbage_is_refused_with_its_place() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("b.json");
        for (text, expected) in [
            ("", "line 1 column 0"),
            (
                "{\"version\": 1,\n \"finding\": []}",
                "unknown field `finding`, expected `version` or `findings` at line 2",
            ),
            ("{\"version\": 9, \"findings\": []}", "it is of version 9, this program knows version 1"),
        ] {
            std::fs::write(&path, text).expect("written");
            let message = Baseline::read(&path).expect_err(text).to_string();
            assert!(message.contains(expected) && message.contains("b.json"), "{message}");
        }
    }
}
