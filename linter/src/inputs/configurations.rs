//! Which directories of Terraform source are roots, and which files they read: a quick look into each before any is evaluated.
//!
//! A directory that another one calls is judged with it, with the values it is called with. A file that a configuration reads is judged
//! there too. Directories found on the way that have no word of MediaStore, and call nothing outside of what was found, are passed over: a
//! module from elsewhere may make a container, whatever it is called.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use memchr::memmem;
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use super::sniff;
use crate::hcl;
use crate::unsaved::Unsaved;

/// What is known of all directories together.
#[derive(Debug, Default)]
pub(super) struct Configurations {
    /// Those to be judged on their own.
    pub(super) roots: Vec<Root>,
    /// Files of JSON that one of them reads by a literal path.
    pub(super) reads: BTreeSet<PathBuf>,
}

/// A directory to be judged on its own, and what is judged with it.
#[derive(Debug, Clone)]
pub(super) struct Root {
    pub(super) directory: PathBuf,
    /// It and every directory it calls.
    pub(super) directories: BTreeSet<PathBuf>,
    /// Files of JSON that one of these reads by a literal path.
    pub(super) reads: BTreeSet<PathBuf>,
}

impl Root {
    /// Whether a file is judged with it.
    pub(super) fn has(&self, file: &Path) -> bool {
        let is_source = hcl::is_configuration(file) || is_values(file);
        self.reads.contains(file)
            || is_source && file.parent().is_some_and(|directory| self.directories.contains(directory))
    }
}

/// What a look into one directory shows.
#[derive(Debug, Default)]
struct Look {
    calls: Vec<PathBuf>,
    reads: Vec<PathBuf>,
    mentions_ours: bool,
    calls_elsewhere: bool,
}

impl Configurations {
    /// Looks into directories, in parallel. With each goes the path under which it was found.
    pub(super) fn look_into(directories: &BTreeMap<PathBuf, PathBuf>, unsaved: &Unsaved) -> Self {
        let looks: BTreeMap<&PathBuf, Look> =
            directories.par_iter().map(|(path, within)| (path, look(path, within, unsaved))).collect();
        let called: BTreeSet<&PathBuf> = looks.values().flat_map(|look| &look.calls).collect();
        let mut reached = BTreeSet::new();
        let mut roots = Vec::new();
        // Last those that call each other in a circle: each is reached from the first of them.
        let (inner, outer): (Vec<_>, Vec<_>) = directories.keys().partition(|path| called.contains(path));
        for root in outer.into_iter().chain(inner) {
            if reached.contains(root) {
                continue;
            }
            roots.extend(reach(root, &looks, &mut reached));
        }
        roots.sort_by(|a, b| a.directory.cmp(&b.directory));
        Self { roots, reads: looks.values().flat_map(|look| look.reads.iter().cloned()).collect() }
    }
}

/// Notes everything that a root calls. Nothing if MediaStore cannot come up in it.
fn reach<'a>(
    root: &'a PathBuf,
    looks: &'a BTreeMap<&PathBuf, Look>,
    reached: &mut BTreeSet<&'a PathBuf>,
) -> Option<Root> {
    let mut own = BTreeSet::from([root]);
    let mut waiting = vec![root];
    let mut reads = BTreeSet::new();
    let mut is_ours = false;
    while let Some(path) = waiting.pop() {
        let Some(look) = looks.get(path) else {
            // Not under the given paths, so not looked into.
            is_ours = true;
            continue;
        };
        reached.insert(path);
        is_ours |= look.mentions_ours || look.calls_elsewhere;
        reads.extend(look.reads.iter().cloned());
        waiting.extend(look.calls.iter().filter(|called| own.insert(called)));
    }
    is_ours.then(|| Root { directory: root.clone(), directories: own.into_iter().cloned().collect(), reads })
}

/// Whether a file gives values to variables, by its name.
fn is_values(file: &Path) -> bool {
    let name = file.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    name.ends_with(".tfvars") || name.ends_with(".tfvars.json")
}

fn look(directory: &Path, within: &Path, unsaved: &Unsaved) -> Look {
    // What somebody names is judged, whatever is in it: that it cannot be read is not to pass for clean.
    let mut look = Look { mentions_ours: directory == within, ..Look::default() };
    let here = if directory.as_os_str().is_empty() { Path::new(".") } else { directory };
    let on_disk = fs::read_dir(here).into_iter().flatten().filter_map(Result::ok).map(|entry| entry.path());
    let entries = on_disk.chain(unsaved.within(directory).cloned());
    let mut calls_modules = false;
    for file in entries.filter(|path| hcl::is_configuration(path)) {
        let text = unsaved.get(&file).map(|text| text.as_bytes().to_owned());
        let Ok(bytes) = text.map_or_else(|| fs::read(&file), Ok) else {
            // The reader says why.
            look.mentions_ours = true;
            continue;
        };
        look.mentions_ours |= sniff::mentions_ours(&bytes);
        calls_modules |= memmem::find(&bytes, b"module").is_some();
        look.reads.extend(literal_paths(&bytes).map(|path| directory.join(path)));
    }
    if calls_modules {
        let calls = hcl::calls(&hcl::Disk::around(within).under(unsaved), directory);
        look.calls = calls.local;
        look.calls_elsewhere = calls.elsewhere;
    }
    look
}

/// The paths of JSON files in string literals: `file("${path.module}/policy.json")`.
fn literal_paths(bytes: &[u8]) -> impl Iterator<Item = PathBuf> {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let ends: Vec<usize> = text.match_indices(".json\"").map(|(at, found)| at + found.len() - 1).collect();
    ends.into_iter().filter_map(move |end| {
        let start = text[..end].rfind(['"', '\n']).filter(|at| text[*at..].starts_with('"'))? + 1;
        let path = text[start..end].trim_start_matches("${path.module}/").trim_start_matches("${path.root}/");
        let path = path.trim_start_matches("./");
        (!path.contains("${")).then(|| PathBuf::from(path))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literal_paths_are_found() {
        let text = br#"a = file("${path.module}/p/policy.json") b = templatefile("./t.json", {}) c = "${var.x}/q.json" d = ".json"#;
        let found: Vec<_> = literal_paths(text).collect();
        assert_eq!(found, [Path::new("p/policy.json"), Path::new("t.json")]);
    }
}
