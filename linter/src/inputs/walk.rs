//! Finding inputs: a walk as git does, and what of it belongs together.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

use ignore::overrides::{Override, OverrideBuilder};
use ignore::{DirEntry, WalkBuilder};
use mediastore_policy::span::Span;

use super::configurations::Configurations;
use super::{Input, Inputs, Options, STDIN};
use crate::hcl;
use crate::unit::{Fault, FaultKind};
use crate::unsaved::Unsaved;

/// Endings of files that may hold documents, plans or templates.
const ENDINGS: &[&str] = &["json", "yaml", "yml", "template"];

/// Finds everything under the paths, in the order of their names. A file or directory that is reached twice is found once.
#[must_use]
pub fn find(paths: &[PathBuf], options: &Options) -> Inputs {
    let mut found = Found::default();
    let exclude = match exclude(&options.exclude) {
        Ok(exclude) => exclude,
        Err(error) => {
            found.broken(format!("a pattern of what to exclude cannot be used: {error}"));
            Override::empty()
        }
    };
    for path in paths {
        found.path(path, &exclude, options.data_directory.as_deref());
    }
    Inputs { inputs: found.inputs(&options.unsaved), options: options.clone() }
}

/// A file that nothing lies around, as far as is looked: it is not said to be ours, so what is not is passed over.
#[must_use]
pub fn alone(file: &Path, options: &Options) -> Inputs {
    let mut found = Found::default();
    if hcl::is_configuration(file) {
        found.configuration(file, file.parent().unwrap_or(Path::new("")));
    } else if !is_terraform(file) {
        found.files.insert(tidy(file));
    }
    Inputs { inputs: found.inputs(&options.unsaved), options: options.clone() }
}

fn exclude(patterns: &[String]) -> Result<Override, ignore::Error> {
    let mut builder = OverrideBuilder::new(".");
    for pattern in patterns {
        // An override names what to keep, and with `!` what not to keep.
        builder.add(&format!("!{pattern}"))?;
    }
    builder.build()
}

#[derive(Default)]
struct Found {
    named: BTreeSet<PathBuf>,
    files: BTreeSet<PathBuf>,
    /// Directories with Terraform source, and under which path each was found.
    configurations: BTreeMap<PathBuf, PathBuf>,
    faults: Vec<Fault>,
}

impl Found {
    fn path(&mut self, path: &Path, exclude: &Override, data_directory: Option<&Path>) {
        if path.as_os_str() == STDIN {
            self.named.insert(path.to_owned());
            return;
        }
        match path.metadata() {
            Err(error) => self.broken(format!("cannot read `{}`: {error}", path.display())),
            Ok(metadata) if metadata.is_dir() => self.directory(path, exclude, data_directory),
            Ok(_) if hcl::is_configuration(path) => self.configuration(path, path.parent().unwrap_or(Path::new(""))),
            Ok(_) => {
                self.named.insert(tidy(path));
            }
        }
    }

    fn directory(&mut self, path: &Path, exclude: &Override, data_directory: Option<&Path>) {
        let data_directory = data_directory.map(Path::to_owned);
        let walk = WalkBuilder::new(path)
            .overrides(exclude.clone())
            // `.terraform` is hidden; another one is passed over too.
            .filter_entry(move |entry| {
                entry.depth() == 0 || !data_directory.as_ref().is_some_and(|data| is_data(entry.path(), data))
            })
            // A checkout without its `.git`, as in many pipelines, is ignored by the same rules.
            .require_git(false)
            .build();
        for entry in walk {
            match entry {
                Ok(entry) => self.entry(&entry, path),
                Err(error) => self.broken(format!("cannot read `{}`: {error}", path.display())),
            }
        }
    }

    /// The directory of a file of Terraform source, which is judged with all that is in it.
    fn configuration(&mut self, file: &Path, within: &Path) {
        let within = tidy(within);
        let found =
            self.configurations.entry(tidy(file.parent().unwrap_or(Path::new("")))).or_insert_with(|| within.clone());
        if found.starts_with(&within) {
            *found = within;
        }
    }

    fn entry(&mut self, entry: &DirEntry, within: &Path) {
        let is_file = entry.file_type().is_some_and(|kind| kind.is_file());
        let path = entry.path();
        // Modules share files by links, which Terraform follows.
        if hcl::is_configuration(path) && (is_file || entry.path_is_symlink() && path.is_file()) {
            return self.configuration(path, within);
        }
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
        if is_file && ending.is_some_and(|ending| ENDINGS.contains(&ending.as_str())) && !is_terraform(path) {
            self.files.insert(tidy(path));
        }
    }

    fn broken(&mut self, message: String) {
        self.faults.push(Fault { kind: FaultKind::Broken, message, span: Span::default(), help: None });
    }

    fn inputs(self, unsaved: &Unsaved) -> Vec<Input> {
        let mut inputs: Vec<_> = self.faults.into_iter().map(Input::Fault).collect();
        let configurations = Configurations::look_into(&self.configurations, unsaved);
        let within = |directory: &PathBuf| self.configurations.get(directory).cloned().unwrap_or_default();
        inputs.extend(configurations.roots.into_iter().map(|root| {
            let within = within(&root.directory);
            Input::Configuration { root, within }
        }));
        // What a configuration reads is judged there, with the values that go into it.
        let is_left = |path: &PathBuf| !self.named.contains(path) && !configurations.reads.contains(path);
        let found = self.files.into_iter().filter(is_left);
        let mut files: Vec<_> = found.map(|path| (path, false)).collect();
        files.extend(self.named.iter().map(|path| (path.clone(), true)));
        files.sort();
        inputs.extend(files.into_iter().map(|(path, is_named)| Input::File { path, is_named }));
        inputs
    }
}

/// Whether `terraform init` made a directory, if it was told to use this one in the root module that it was run in.
fn is_data(directory: &Path, told: &Path) -> bool {
    let name: PathBuf = told.components().filter(|part| matches!(part, Component::Normal(_))).collect();
    let ends_so = if told.is_absolute() {
        std::path::absolute(directory).is_ok_and(|directory| directory == told)
    } else {
        directory.ends_with(name)
    };
    ends_so && directory.join("modules/modules.json").is_file()
}

/// Terraform's own JSON, which is no document.
fn is_terraform(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    [".tf.json", ".tofu.json", ".tfvars.json", ".tftest.json"].iter().any(|ending| name.ends_with(ending))
}

/// The path without `./`, as it is printed.
fn tidy(path: &Path) -> PathBuf {
    path.components().filter(|component| *component != Component::CurDir).collect()
}
