//! What is committed and made from something else: the code of the protocol, the reference of the provider, of the rules and of the
//! dependencies. Writes it, or compares it with what it should be; what stands in each file is its maker's.

use std::path::Path;

use mediastore_lint::pages;

use crate::shell::Failure;
use crate::{dependencies, protos, reference};

/// A file: its path from the root of the repository, and its text.
pub(crate) type Made = (String, String);

/// Where the pages of the rules are.
const RULES: &str = "docs/rules";

/// Writes everything; returns the paths.
pub(crate) fn write(repository: &Path) -> Result<Vec<String>, Failure> {
    let mut written = Vec::new();
    for (path, text) in all(repository)? {
        let target = repository.join(&path);
        if let Some(folder) = target.parent() {
            std::fs::create_dir_all(folder).map_err(Failure::file(folder))?;
        }
        std::fs::write(&target, text).map_err(Failure::file(&target))?;
        written.push(path);
    }
    Ok(written)
}

/// Compares everything with what is committed. A page that nothing makes any more is one too many.
pub(crate) fn check(repository: &Path) -> Result<(), Failure> {
    let made = all(repository)?;
    let is_stale = |(path, text): &&Made| std::fs::read_to_string(repository.join(path)).ok().as_ref() != Some(text);
    if let Some((path, _)) = made.iter().find(is_stale) {
        return Err(Failure::Stale(path.clone()));
    }
    for folder in reference::folders().chain([RULES.to_owned()]) {
        // A folder that is not there holds nothing that could be left over.
        for entry in std::fs::read_dir(repository.join(&folder)).into_iter().flatten().flatten() {
            let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
            if !made.iter().any(|(made, _)| *made == path) {
                return Err(Failure::Orphan(path));
            }
        }
    }
    Ok(())
}

fn all(repository: &Path) -> Result<Vec<Made>, Failure> {
    let mut all = protos::code(repository)?;
    all.extend(reference::pages(repository)?);
    all.extend(pages::all().into_iter().map(|(name, text)| (format!("{RULES}/{name}"), text)));
    all.push(dependencies::page(repository)?);
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_committed_is_what_is_made() {
        check(crate::repository()).unwrap();
    }
}
