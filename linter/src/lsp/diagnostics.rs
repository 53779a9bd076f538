//! Findings as the editor's diagnostics, file by file.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use gen_lsp_types::{
    Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, Location, Notification as _, Position,
    PublishDiagnosticsNotification, PublishDiagnosticsParams, Range, Uri,
};

use super::documents::Documents;
use super::outbox::Outbox;
use super::position::{Encoding, Lines};
use crate::Failure;
use crate::config::ConfigError;
use crate::finding::Severity;
use crate::located::{Located, Place};

/// What the editor was told of a file.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Told {
    version: Option<i32>,
    diagnostics: Vec<Diagnostic>,
}

/// What there is to tell of each file. Of an open document without findings, that it has none.
pub(super) fn of(
    found: &[Located],
    failures: &[Failure],
    documents: &Documents,
    encoding: Encoding,
) -> BTreeMap<Uri, Told> {
    let mut told: BTreeMap<Uri, Told> = BTreeMap::new();
    for (_, document) in documents.iter() {
        told.insert(document.uri.clone(), Told { version: Some(document.version), diagnostics: Vec::new() });
    }
    let mut shaper = Shaper::new(documents, encoding);
    for found in found {
        if let Some(uri) = documents.uri(&found.file) {
            let diagnostic = shaper.diagnostic(found);
            told.entry(uri).or_default().diagnostics.push(diagnostic);
        }
    }
    for failure in failures {
        let Failure::Config(ConfigError::Faults { path, faults, .. }) = failure else { continue };
        let Some(uri) = std::path::absolute(path).ok().and_then(|path| documents.uri(&path)) else { continue };
        told.entry(uri).or_default().diagnostics =
            faults.iter().map(|fault| of_configuration(fault.line, &fault.message)).collect();
    }
    told
}

pub(super) fn publish(outbox: &Outbox, uri: &Uri, told: &Told) {
    let params =
        PublishDiagnosticsParams { uri: uri.clone(), version: told.version, diagnostics: told.diagnostics.clone() };
    outbox.notify(&String::from(PublishDiagnosticsNotification::METHOD), &params);
}

/// The whole line: columns of the configuration's faults are in characters, and its text is not at hand here.
fn of_configuration(line: usize, message: &str) -> Diagnostic {
    let line = u32::try_from(line.saturating_sub(1)).unwrap_or_default();
    Diagnostic {
        range: Range::new(Position::new(line, 0), Position::new(line + 1, 0)),
        severity: Some(DiagnosticSeverity::Error),
        source: Some(SOURCE.to_owned()),
        message: message.to_owned().into(),
        ..Diagnostic::default()
    }
}

const SOURCE: &str = "mediastore-lint";

/// Makes diagnostics. The lines of each text are counted once.
pub(super) struct Shaper<'a> {
    documents: &'a Documents,
    encoding: Encoding,
    lines: BTreeMap<PathBuf, Lines<'a>>,
}

impl<'a> Shaper<'a> {
    pub(super) fn new(documents: &'a Documents, encoding: Encoding) -> Self {
        Self { documents, encoding, lines: BTreeMap::new() }
    }

    pub(super) fn range(&mut self, place: &'a Place) -> Range {
        let encoding = self.encoding;
        let lines =
            self.lines.entry(place.source.path.clone()).or_insert_with(|| Lines::of(&place.source.text, encoding));
        lines.range(place.span)
    }

    pub(super) fn diagnostic(&mut self, found: &'a Located) -> Diagnostic {
        let finding = &found.finding;
        let message = match &finding.help {
            Some(help) => format!("{}\n{help}", finding.message),
            None => finding.message.clone(),
        };
        let related: Vec<_> = found.labels.iter().filter_map(|(place, text)| self.related(place, text)).collect();
        Diagnostic {
            range: found.place.as_ref().map_or_else(Range::default, |place| self.range(place)),
            severity: Some(match finding.severity {
                Severity::Error => DiagnosticSeverity::Error,
                Severity::Warning => DiagnosticSeverity::Warning,
                Severity::Info => DiagnosticSeverity::Information,
            }),
            code: Some(finding.rule.clone().into()),
            source: Some(SOURCE.to_owned()),
            message: message.into(),
            related_information: (!related.is_empty()).then_some(related),
            ..Diagnostic::default()
        }
    }

    fn related(&mut self, place: &'a Place, text: &str) -> Option<DiagnosticRelatedInformation> {
        let uri = self.uri(&place.source.path)?;
        let location = Location { uri, range: self.range(place) };
        Some(DiagnosticRelatedInformation { location, message: text.to_owned() })
    }

    fn uri(&self, path: &Path) -> Option<Uri> {
        self.documents.uri(path)
    }
}
