//! The documents that the editor has open, and how its edits change them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use gen_lsp_types::{TextDocumentContentChangeEvent, Uri};

use super::position::{Encoding, Lines};
use crate::unsaved::Unsaved;

/// A document as the editor has it.
#[derive(Debug, Clone)]
pub(super) struct Document {
    /// As the editor spells it; there are many spellings of one path.
    pub(super) uri: Uri,
    pub(super) version: i32,
    pub(super) text: Arc<str>,
}

/// Open documents by path. A copy costs little: texts are shared.
#[derive(Debug, Clone, Default)]
pub(super) struct Documents(BTreeMap<PathBuf, Document>);

impl Documents {
    pub(super) fn open(&mut self, path: PathBuf, document: Document) {
        self.0.insert(path, document);
    }

    pub(super) fn close(&mut self, path: &Path) {
        self.0.remove(path);
    }

    /// Makes edits, each in the text that the one before left. Whether there is such a document.
    pub(super) fn change(
        &mut self,
        path: &Path,
        version: i32,
        changes: Vec<TextDocumentContentChangeEvent>,
        encoding: Encoding,
    ) -> bool {
        let Some(document) = self.0.get_mut(path) else { return false };
        let mut text = String::from(&*document.text);
        for change in changes {
            match change {
                TextDocumentContentChangeEvent::TextDocumentContentChangeWholeDocument(whole) => text = whole.text,
                TextDocumentContentChangeEvent::TextDocumentContentChangePartial(part) => {
                    let place = Lines::of(&text, encoding).span(part.range);
                    text.replace_range(place.start..place.end, &part.text);
                }
            }
        }
        document.text = text.into();
        document.version = version;
        true
    }

    pub(super) fn get(&self, path: &Path) -> Option<&Document> {
        self.0.get(path)
    }

    pub(super) fn paths(&self) -> impl Iterator<Item = &Path> + Clone {
        self.0.keys().map(PathBuf::as_path)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&Path, &Document)> {
        self.0.iter().map(|(path, document)| (path.as_path(), document))
    }

    /// The texts, to stand for the files on disk.
    pub(super) fn unsaved(&self) -> Unsaved {
        self.0.iter().map(|(path, document)| (path.clone(), Arc::clone(&document.text))).collect()
    }

    /// How the editor is told of a file; nothing for a path that has no URI, such as standard input's.
    pub(super) fn uri(&self, path: &Path) -> Option<Uri> {
        match self.get(path) {
            Some(document) => Some(document.uri.clone()),
            None => Uri::from_file_path(path).ok(),
        }
    }
}
