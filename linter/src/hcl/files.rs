//! Where configurations are read from: a disk, or memory in tests and examples.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Component, Path, PathBuf};

use crate::unsaved::Unsaved;

/// The largest file of a configuration that is read. Real ones have some kilobytes.
const LARGEST: u64 = 8 << 20;

/// The most files and directories that are looked through for one pattern.
const MOST_BELOW: usize = 10_000;

/// Files by path.
pub trait Files {
    /// The text of a file, without a byte order mark.
    ///
    /// # Errors
    ///
    /// Why it cannot be read, as a clause.
    fn read(&self, path: &Path) -> Result<String, String>;

    /// The files directly in a directory, in the order of their names. Nothing if there is no such directory.
    fn list(&self, directory: &Path) -> Option<Vec<PathBuf>>;

    /// The files in a directory and in those inside of it down to a depth; none if there is no such directory. Nothing if they cannot be
    /// told: there are too many, or links among the directories.
    fn below(&self, directory: &Path, deepest: usize) -> Option<Vec<PathBuf>>;

    /// Whether there is such a file. Nothing if it lies where nothing is read.
    fn exists(&self, path: &Path) -> Option<bool>;
}

/// Files on disk.
#[derive(Debug, Clone)]
pub struct Disk {
    /// What lies outside is not read, whatever a configuration says: its author may not be the one who runs the linter.
    root: Option<PathBuf>,
    /// Files and directories that whoever runs the linter named, wherever they lie.
    named: Vec<PathBuf>,
    /// What stands for files on it.
    unsaved: Unsaved,
}

impl Disk {
    /// Reads what lies in the working directory, or in the repository or directory that holds `directory`.
    #[must_use]
    pub fn around(directory: &Path) -> Self {
        let here = if directory.as_os_str().is_empty() { Path::new(".") } else { directory };
        let real = fs::canonicalize(here).ok();
        let root = real.map(|real| {
            let repository = real.ancestors().find(|ancestor| ancestor.join(".git").exists()).map(Path::to_owned);
            let here = std::env::current_dir().ok().and_then(|here| fs::canonicalize(here).ok());
            repository.or_else(|| here.filter(|here| real.starts_with(here))).unwrap_or(real)
        });
        Self { root, named: Vec::new(), unsaved: Unsaved::default() }
    }

    /// Reads these files too, and what lies in these directories.
    #[must_use]
    pub fn and(mut self, named: &[PathBuf]) -> Self {
        self.named.extend(named.iter().filter_map(|path| fs::canonicalize(path).ok()));
        self
    }

    /// Reads these texts where they stand for files.
    #[must_use]
    pub fn under(mut self, unsaved: &Unsaved) -> Self {
        self.unsaved = unsaved.clone();
        self
    }

    fn allowed(&self, path: &Path) -> Result<PathBuf, String> {
        let real = match (path.parent(), path.file_name()) {
            // What was never saved is where its directory is.
            (Some(directory), Some(name)) if self.unsaved.get(path).is_some() && !path.exists() => {
                fs::canonicalize(directory).map(|directory| directory.join(name))
            }
            _ => fs::canonicalize(path),
        };
        let real = real.map_err(|error| error.to_string())?;
        match &self.root {
            Some(root) if real.starts_with(root) => Ok(real),
            _ if self.named.iter().any(|named| real.starts_with(named)) => Ok(real),
            _ => Err("it lies outside the repository".to_owned()),
        }
    }
}

impl Files for Disk {
    fn read(&self, path: &Path) -> Result<String, String> {
        let real = self.allowed(path)?;
        if let Some(text) = self.unsaved.get(path).or_else(|| self.unsaved.get(&real)) {
            return if text.len() as u64 > LARGEST { Err(too_large()) } else { Ok(text.to_string()) };
        }
        // A device or a pipe has no end.
        let metadata = fs::metadata(&real).map_err(|error| error.to_string())?;
        if !metadata.is_file() {
            return Err("it is not a regular file".to_owned());
        }
        if metadata.len() > LARGEST {
            return Err(too_large());
        }
        let mut bytes = Vec::new();
        let file = File::open(&real).map_err(|error| error.to_string())?;
        file.take(LARGEST).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
        match std::str::from_utf8(bytes) {
            Ok(text) => Ok(text.to_owned()),
            Err(error) => Err(format!("byte {} is not UTF-8", error.valid_up_to() + 1)),
        }
    }

    fn list(&self, directory: &Path) -> Option<Vec<PathBuf>> {
        let here = if directory.as_os_str().is_empty() { Path::new(".") } else { directory };
        self.allowed(here).ok()?;
        let mut files: Vec<_> = fs::read_dir(here)
            .ok()?
            .filter_map(Result::ok)
            .filter(|entry| entry.file_type().is_ok_and(|kind| !kind.is_dir()))
            .map(|entry| directory.join(entry.file_name()))
            .chain(self.unsaved.within(directory).cloned())
            .collect();
        files.sort_unstable();
        files.dedup();
        Some(files)
    }

    fn below(&self, directory: &Path, deepest: usize) -> Option<Vec<PathBuf>> {
        let mut found = Vec::new();
        let mut waiting = vec![(directory.to_owned(), 0)];
        let mut passed = 0;
        while let Some((directory, depth)) = waiting.pop() {
            let here = if directory.as_os_str().is_empty() { Path::new(".") } else { &directory };
            if !here.is_dir() {
                continue;
            }
            self.allowed(here).ok()?;
            for entry in fs::read_dir(here).ok()? {
                let entry = entry.ok()?;
                let (kind, path) = (entry.file_type().ok()?, directory.join(entry.file_name()));
                passed += 1;
                if passed > MOST_BELOW || kind.is_symlink() && path.is_dir() {
                    return None;
                }
                match kind.is_dir() {
                    true if depth < deepest => waiting.push((path, depth + 1)),
                    true => {}
                    false => found.push(path),
                }
            }
        }
        found.sort_unstable();
        Some(found)
    }

    fn exists(&self, path: &Path) -> Option<bool> {
        match self.allowed(path) {
            Ok(real) => Some(real.is_file() || self.unsaved.get(path).is_some()),
            Err(_) => (!path.exists()).then_some(false),
        }
    }
}

fn too_large() -> String {
    format!("it has more than {} MB", LARGEST >> 20)
}

/// Files in memory.
#[derive(Debug, Clone, Default)]
pub struct Memory(BTreeMap<PathBuf, String>);

impl<P: Into<PathBuf>, T: Into<String>> FromIterator<(P, T)> for Memory {
    fn from_iter<I: IntoIterator<Item = (P, T)>>(files: I) -> Self {
        Self(files.into_iter().map(|(path, text)| (path.into(), text.into())).collect())
    }
}

impl Files for Memory {
    fn read(&self, path: &Path) -> Result<String, String> {
        self.0.get(path).cloned().ok_or_else(|| "there is no such file".to_owned())
    }

    fn list(&self, directory: &Path) -> Option<Vec<PathBuf>> {
        let files: Vec<_> = self.0.keys().filter(|path| path.parent() == Some(directory)).cloned().collect();
        Some(files).filter(|files| !files.is_empty())
    }

    fn below(&self, directory: &Path, deepest: usize) -> Option<Vec<PathBuf>> {
        let is_below = |path: &&PathBuf| {
            path.strip_prefix(directory).is_ok_and(|rest| rest.components().count().saturating_sub(1) <= deepest)
        };
        Some(self.0.keys().filter(is_below).cloned().collect())
    }

    fn exists(&self, path: &Path) -> Option<bool> {
        Some(self.0.contains_key(path))
    }
}

/// A path without `.` and, where possible, without `..`, so that one file has one name.
pub(super) fn tidy(path: &Path) -> PathBuf {
    let mut tidy = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir if matches!(tidy.components().next_back(), Some(Component::Normal(_))) => {
                tidy.pop();
            }
            other => tidy.push(other),
        }
    }
    tidy
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_have_one_name() {
        for (path, expected) in
            [("./a/../b/./c", "b/c"), ("../../a", "../../a"), ("a/../..", ".."), ("/a/../b", "/b"), (".", "")]
        {
            assert_eq!(tidy(Path::new(path)), Path::new(expected), "{path}");
        }
    }

    #[test]
    fn what_lies_outside_is_not_read() {
        let outer = tempfile::tempdir().expect("a directory");
        let inner = outer.path().join("inner");
        fs::create_dir_all(inner.join(".git")).expect("a directory");
        fs::write(outer.path().join("secret"), "x").expect("a file");
        fs::write(inner.join("own"), "\u{feff}y").expect("a file");
        fs::write(inner.join("latin"), b"a\xe9").expect("a file");
        let disk = Disk::around(&inner);
        assert_eq!(disk.read(&inner.join("own")).as_deref(), Ok("y"));
        assert_eq!(disk.read(&inner.join("../secret")), Err("it lies outside the repository".to_owned()));
        assert_eq!(disk.read(&inner.join("latin")), Err("byte 2 is not UTF-8".to_owned()));
        assert_eq!(disk.read(&inner), Err("it is not a regular file".to_owned()));
        for (path, expected) in
            [("own", Some(true)), ("none", Some(false)), ("../none", Some(false)), ("../secret", None)]
        {
            assert_eq!(disk.exists(&inner.join(path)), expected, "{path}");
        }
        let named = disk.clone().and(&[outer.path().join("secret")]);
        assert_eq!(named.read(&inner.join("../secret")).as_deref(), Ok("x"));
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(outer.path().join("secret"), inner.join("link")).expect("a link");
            assert_eq!(disk.read(&inner.join("link")), Err("it lies outside the repository".to_owned()));
        }
    }
}
