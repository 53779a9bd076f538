//! Findings with their places resolved: what reports, baselines and other tools work with once the unit is gone.

use std::cmp::Reverse;
use std::path::{Path, PathBuf};

use mediastore_policy::span::Span;
use sha2::{Digest, Sha256};

use crate::finding::{Finding, Safety};
use crate::source::{Position, Source, Sources};

/// A finding and where it is.
#[derive(Debug, Clone)]
pub struct Located {
    /// What was found; its own spans are of no use any more.
    pub finding: Finding,
    /// The file, as the user would name it; `-` for standard input.
    pub file: PathBuf,
    /// The place in it; none where the file as a whole is meant.
    pub place: Option<Place>,
    /// Further places, each with its word.
    pub labels: Vec<(Place, String)>,
    /// A change that mends it; none for what is installed.
    pub fix: Option<LocatedFix>,
    /// Sixteen hexadecimal digits that stay the same when lines move, and differ between any two findings of a run.
    pub fingerprint: String,
    /// Whether it is at or over the severity from which findings fail a run.
    pub fails: bool,
}

/// A place in a text.
#[derive(Debug, Clone)]
pub struct Place {
    /// The text.
    pub source: Source,
    /// Offsets into it.
    pub span: Span,
    /// Where it starts.
    pub start: Position,
    /// Where it ends: just past the last character.
    pub end: Position,
}

/// A fix and where it is made.
#[derive(Debug, Clone)]
pub struct LocatedFix {
    /// What it does.
    pub title: String,
    /// Whether it may be applied unasked.
    pub safety: Safety,
    /// The places and what stands there afterwards.
    pub edits: Vec<(Place, String)>,
}

impl Place {
    /// The place of a span, if it lies in one of the texts.
    #[must_use]
    pub fn of(sources: &Sources, span: Span) -> Option<Self> {
        let (source, span) = sources.locate(span)?;
        let (start, end) = (source.position(span.start), source.position(span.end));
        Some(Self { source: source.clone(), span, start, end })
    }

    /// The characters there.
    #[must_use]
    pub fn text(&self) -> &str {
        self.span.of(&self.source.text).unwrap_or_default()
    }
}

/// Finds the places of findings. `named` says how a path is to be called in fingerprints, so that they do not depend on where the
/// program was started.
#[must_use]
pub fn locate(sources: &Sources, findings: Vec<Finding>, named: impl Fn(&Path) -> PathBuf) -> Vec<Located> {
    let located = |finding: Finding| {
        let place = Place::of(sources, finding.span);
        let file = match &place {
            Some(place) => place.source.path.clone(),
            None => sources.iter().next().map_or_else(|| path_of(&finding.message), |source| source.path.clone()),
        };
        let labels =
            finding.labels.iter().filter_map(|it| Some((Place::of(sources, it.span)?, it.text.clone()))).collect();
        let fix = finding.fix.as_ref().and_then(|fix| {
            let edit = |edit: &crate::finding::Edit| Some((Place::of(sources, edit.span)?, edit.text.clone()));
            let edits = fix.edits.iter().map(edit).collect::<Option<Vec<_>>>()?;
            // What is installed will be installed again as it was.
            if edits.iter().any(|(place, _)| place.source.is_installed) {
                return None;
            }
            Some(LocatedFix { title: fix.title.clone(), safety: fix.safety, edits })
        });
        let name = named(&file);
        // A document in a file of its own has the path for an address, as the user named it this time.
        let is_path = Path::new(&finding.address) == file;
        let address = if is_path { name.to_string_lossy() } else { finding.address.as_str().into() };
        let fingerprint = fingerprint(&finding, &address, &name, place.as_ref().map(Place::text));
        Located { finding, file, place, labels, fix, fingerprint, fails: false }
    };
    findings.into_iter().map(located).collect()
}

/// The path that the message of a fault names first, for one that has no text to be in: see [`Fault`](crate::unit::Fault).
fn path_of(message: &str) -> PathBuf {
    message.split('`').nth(1).map(PathBuf::from).unwrap_or_default()
}

/// Sorts by place, drops what is said twice (a module that is called twice), and tells apart what has the same fingerprint.
pub fn settle(all: &mut Vec<Located>) {
    let key = |it: &Located| {
        let at = it.place.as_ref().map(|place| (place.span.start, place.span.end));
        (it.file.clone(), at, it.finding.rule.clone(), it.finding.message.clone())
    };
    // Of what is said of one place, the worst comes first.
    all.sort_by_cached_key(|it| {
        let (file, at, rule, message) = key(it);
        (file, at, Reverse(it.finding.severity), rule, message, it.finding.address.clone())
    });
    all.dedup_by(|a, b| key(a) == key(b));
    let mut seen = std::collections::HashMap::new();
    for it in all {
        let times: &mut usize = seen.entry(it.fingerprint.clone()).or_default();
        if *times > 0 {
            it.fingerprint = digest(&[&it.fingerprint, &times.to_string()]);
        }
        *times += 1;
    }
}

/// What makes a finding the same one tomorrow: rule, file, resource, the text underlined without its white space, and the user's words in
/// the message. Line numbers are not part of it, nor is our wording.
fn fingerprint(finding: &Finding, address: &str, file: &Path, text: Option<&str>) -> String {
    let words: Vec<_> = finding.message.split('`').skip(1).step_by(2).collect();
    let text: Vec<_> = text.unwrap_or_default().split_whitespace().collect();
    let file = file.to_string_lossy().replace('\\', "/");
    digest(&[&finding.rule, &file, address, &text.join(" "), &words.join("\u{0}")])
}

fn digest(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_le_bytes());
        hash.update(part);
    }
    hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Syntax;

    fn found(text: &str, rule: &str, message: &str) -> Vec<Located> {
        let mut sources = Sources::default();
        let base = sources.add("main.tf", Syntax::Hcl, text);
        let findings = text.match_indices("name").map(|(at, word)| {
            let mut finding = Finding::new(message, Span::new(base + at, base + at + word.len()));
            rule.clone_into(&mut finding.rule);
            finding
        });
        let mut all = locate(&sources, findings.collect(), Path::to_path_buf);
        settle(&mut all);
        all
    }

    fn fingerprints(text: &str, rule: &str, message: &str) -> Vec<String> {
        found(text, rule, message).into_iter().map(|it| it.fingerprint).collect()
    }

    #[test]
    fn a_fingerprint_survives_moves_and_rewording_but_no_other_change() {
        let first = fingerprints("name", "name-invalid", "the name `a` is bad");
        assert_eq!(first, fingerprints("\n\n  name", "name-invalid", "`a` cannot be a name"));
        assert_ne!(first, fingerprints("name", "name-invalid", "the name `b` is bad"));
        assert_ne!(first, fingerprints("name", "name-pattern", "the name `a` is bad"));
        assert_eq!(first[0].len(), 16);
    }

    #[test]
    fn equal_findings_have_their_own_fingerprints() {
        let two = fingerprints("name name", "r", "m");
        assert_eq!(two.len(), 2);
        assert_ne!(two[0], two[1]);
    }

    #[test]
    fn what_is_said_twice_is_said_once() {
        let mut all = found("name", "r", "m");
        all.extend(found("name", "r", "m"));
        settle(&mut all);
        assert_eq!(all.len(), 1);
    }
}
