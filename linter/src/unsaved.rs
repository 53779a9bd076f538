//! Texts that stand for files whatever is on disk: what an editor holds and has not saved yet, or what fixes would write.
//!
//! Readers of files ask here first. Nothing is read or written here.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Texts by the path of the file that each stands for.
#[derive(Debug, Clone, Default)]
pub struct Unsaved(Arc<BTreeMap<PathBuf, Arc<str>>>);

impl Unsaved {
    /// The text that stands for a file.
    #[must_use]
    pub fn get(&self, path: &Path) -> Option<&Arc<str>> {
        self.0.get(path)
    }

    /// The files directly in a directory.
    pub fn within(&self, directory: &Path) -> impl Iterator<Item = &PathBuf> {
        self.0.keys().filter(move |path| path.parent() == Some(directory))
    }

    /// The same with another text for a file.
    #[must_use]
    pub fn with(&self, path: &Path, text: impl Into<Arc<str>>) -> Self {
        let mut texts = BTreeMap::clone(&self.0);
        put(&mut texts, path.to_owned(), text.into());
        Self(Arc::new(texts))
    }
}

impl FromIterator<(PathBuf, Arc<str>)> for Unsaved {
    fn from_iter<I: IntoIterator<Item = (PathBuf, Arc<str>)>>(files: I) -> Self {
        let mut texts = BTreeMap::new();
        files.into_iter().for_each(|(path, text)| put(&mut texts, path, text));
        Self(Arc::new(texts))
    }
}

/// Under the name it was opened by, and under the one that links to it lead to.
fn put(texts: &mut BTreeMap<PathBuf, Arc<str>>, path: PathBuf, text: Arc<str>) {
    if let Some(real) = path.canonicalize().ok().filter(|real| *real != path) {
        texts.insert(real, Arc::clone(&text));
    }
    texts.insert(path, text);
}
