//! Applying fixes: which of them go together, the new texts, files, and the diff.
//!
//! A fix is made whole or not at all. Of two that touch the same place the first wins; the other is found again by the next run over the
//! new text.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use mediastore_policy::span::Span;
use similar::TextDiff;

use crate::finding::Safety;
use crate::located::{Located, LocatedFix};
use crate::unsaved::Unsaved;

/// What became of a set of findings' fixes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Applied {
    /// The files that change, by path.
    pub changes: Vec<Change>,
    /// Findings whose fix was made.
    pub fixed: usize,
    /// Findings whose fix has to wait for the next run, since another touches the same place.
    pub postponed: usize,
}

/// A file's text before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The file.
    pub path: PathBuf,
    /// Its text when it was read.
    pub before: Arc<str>,
    /// Its new text.
    pub after: String,
}

/// Makes the fixes of findings, up to a safety: the safe ones, or the unsafe ones as well. Writes nothing.
#[must_use]
pub fn apply<'a>(findings: impl IntoIterator<Item = &'a Located>, safety: Safety) -> Applied {
    let mut files: BTreeMap<PathBuf, File> = BTreeMap::new();
    let mut applied = Applied::default();
    let wanted = findings.into_iter().filter_map(|found| found.fix.as_ref()).filter(|fix| fix.safety <= safety);
    for fix in wanted.filter(|fix| !fix.edits.is_empty()) {
        match fits(fix, &files) {
            Fit::Made => applied.fixed += 1,
            Fit::Clashes => applied.postponed += 1,
            Fit::Free => {
                applied.fixed += 1;
                for (place, text) in &fix.edits {
                    let file = files
                        .entry(place.source.path.clone())
                        .or_insert_with(|| File { text: Arc::clone(&place.source.text), edits: Vec::new() });
                    if !file.edits.contains(&(place.span, text.clone())) {
                        file.edits.push((place.span, text.clone()));
                    }
                }
            }
        }
    }
    applied.changes = files.into_iter().filter_map(|(path, file)| file.change(path)).collect();
    applied
}

/// How often fixes are made before the rest is left. Each round mends at least one finding.
const ROUNDS: usize = 10;

/// Goes on until no fix is left to make: of two that touch the same place only one is made at a time, and a fix may bring another finding to
/// light. `again` judges with other texts for files, and makes the fixes of what it finds. Writes nothing.
///
/// # Errors
///
/// Those of `again`.
pub fn until_none<E>(
    first: Applied,
    unsaved: &Unsaved,
    mut again: impl FnMut(&Unsaved) -> Result<Applied, E>,
) -> Result<Applied, E> {
    let mut unsaved = unsaved.clone();
    let mut changes: BTreeMap<PathBuf, Change> = BTreeMap::new();
    let mut all = Applied::default();
    let mut next = first;
    for _ in 0..ROUNDS {
        if next.changes.is_empty() {
            break;
        }
        all.fixed += next.fixed;
        for Change { path, before, after } in next.changes {
            unsaved = unsaved.with(&path, after.as_str());
            let change = changes.entry(path.clone()).or_insert(Change { path, before, after: String::new() });
            change.after = after;
        }
        next = again(&unsaved)?;
    }
    all.postponed = next.postponed;
    all.changes = changes.into_values().collect();
    Ok(all)
}

/// A file that is being changed.
struct File {
    text: Arc<str>,
    edits: Vec<(Span, String)>,
}

impl File {
    fn change(mut self, path: PathBuf) -> Option<Change> {
        self.edits.sort_by_key(|(span, _)| *span);
        let has_carriage_returns = self.text.contains("\r\n");
        let mut after = String::with_capacity(self.text.len());
        let mut passed = 0;
        for (span, text) in &self.edits {
            after.push_str(self.text.get(passed..span.start)?);
            after.push_str(&if has_carriage_returns { text.replace('\n', "\r\n") } else { text.clone() });
            passed = span.end;
        }
        after.push_str(self.text.get(passed..)?);
        Some(Change { path, before: self.text, after })
    }
}

enum Fit {
    /// The very same edits are made already, for another instance of the same resource.
    Made,
    Free,
    Clashes,
}

fn fits(fix: &LocatedFix, files: &BTreeMap<PathBuf, File>) -> Fit {
    let mut made = 0;
    for (place, text) in &fix.edits {
        let Some(file) = files.get(&place.source.path) else { continue };
        // A text that changed between two units of one run would be cut at wrong places.
        if file.text != place.source.text {
            return Fit::Clashes;
        }
        if file.edits.contains(&(place.span, text.clone())) {
            made += 1;
        } else if file.edits.iter().any(|(other, _)| touch(*other, place.span)) {
            return Fit::Clashes;
        }
    }
    match made {
        0 => Fit::Free,
        _ if made == fix.edits.len() => Fit::Made,
        // Half of it is there, and what the other half does with it nobody has checked.
        _ => Fit::Clashes,
    }
}

/// Whether two edits cannot be told apart: they overlap, or meet where one inserts.
fn touch(a: Span, b: Span) -> bool {
    let inserts = a.start == a.end || b.start == b.end;
    if inserts { a.start <= b.end && b.start <= a.end } else { a.start < b.end && b.start < a.end }
}

/// Why a change could not be written.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// The file is another one than was read.
    #[error("`{}` changed while it was judged; run again", .0.display())]
    Stale(PathBuf),
    /// Standard input cannot be changed.
    #[error("standard input cannot be fixed; use `--diff`")]
    StandardInput,
    /// The file could not be read or written.
    #[error("cannot write `{}`: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Writes a changed file: as a whole or not at all, with its permissions and its byte order mark, and through a symbolic link.
///
/// # Errors
///
/// The file changed since it was read, or cannot be written.
pub fn write(change: &Change) -> Result<(), ChangeError> {
    if change.path.as_os_str() == crate::inputs::STDIN {
        return Err(ChangeError::StandardInput);
    }
    let failed = |source: io::Error| ChangeError::Write { path: change.path.clone(), source };
    let path = fs::canonicalize(&change.path).map_err(failed)?;
    let bytes = fs::read(&path).map_err(failed)?;
    let mark: &[u8] = if bytes.starts_with(b"\xef\xbb\xbf") { b"\xef\xbb\xbf" } else { b"" };
    if &bytes[mark.len()..] != change.before.as_bytes() {
        return Err(ChangeError::Stale(change.path.clone()));
    }
    let permissions = fs::metadata(&path).map_err(failed)?.permissions();
    let mut file = tempfile::NamedTempFile::new_in(path.parent().unwrap_or(Path::new("."))).map_err(failed)?;
    file.write_all(mark).and_then(|()| file.write_all(change.after.as_bytes())).map_err(failed)?;
    file.as_file().set_permissions(permissions).map_err(failed)?;
    file.persist(&path).map_err(|error| failed(error.error))?;
    Ok(())
}

/// The change as a unified diff that `patch -p1` and `git apply` take.
#[must_use]
pub fn diff(change: &Change) -> String {
    let name = change.path.to_string_lossy().replace('\\', "/");
    let name = name.trim_start_matches('/');
    TextDiff::from_lines(&*change.before, change.after.as_str())
        .unified_diff()
        .header(&format!("a/{name}"), &format!("b/{name}"))
        .to_string()
}
