//! Writes the reference of the linter's rules, whose pages the linter makes.

use std::path::Path;

use mediastore_lint::pages;

/// Where the pages are.
const FOLDER: &str = "docs/rules";

/// Why the pages could not be written, or are not what they should be.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("cannot read or write `{path}`: {source}")]
    File { path: String, source: std::io::Error },
    #[error("`{0}` is stale, run `cargo xtask gen`")]
    Stale(String),
    #[error("`{0}` describes no rule; delete it")]
    Orphan(String),
}

/// Writes the pages; returns their paths.
pub(crate) fn write(repository: &Path) -> Result<Vec<String>, Error> {
    let failed = |path: &str| {
        let path = path.to_owned();
        |source| Error::File { path, source }
    };
    std::fs::create_dir_all(repository.join(FOLDER)).map_err(failed(FOLDER))?;
    let mut written = Vec::new();
    for (name, text) in pages::all() {
        let path = format!("{FOLDER}/{name}");
        std::fs::write(repository.join(&path), text).map_err(failed(&path))?;
        written.push(path);
    }
    Ok(written)
}

/// Compares the committed pages with what they should be.
pub(crate) fn check(repository: &Path) -> Result<(), Error> {
    let pages = pages::all();
    for (name, text) in &pages {
        let path = format!("{FOLDER}/{name}");
        if std::fs::read_to_string(repository.join(&path)).ok().as_ref() != Some(text) {
            return Err(Error::Stale(path));
        }
    }
    for entry in std::fs::read_dir(repository.join(FOLDER)).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if !pages.iter().any(|(made, _)| *made == name) {
            return Err(Error::Orphan(format!("{FOLDER}/{name}")));
        }
    }
    Ok(())
}
