//! Inputs: from paths to [`Unit`]s, whatever language things are written in.
//!
//! [`find`] walks as git does and says what there is; [`Inputs::units`] reads it in parallel, one unit at a time for each thread, so
//! that memory does not grow with the number of files. Nothing here judges: a file that cannot be read becomes a unit with a fault.
//!
//! | module | reads |
//! | --- | --- |
//! | `raw` | a policy, CORS rules, a lifecycle or a metric policy in a file of its own |
//! | `plan`, `state` | what `terraform show -json` prints, and raw state |
//! | `cloudformation` | templates in JSON and YAML |
//! | `configurations` | which directories of Terraform source are roots; they are read by [`crate::hcl`] |
//! | `terraform` | resources whose attributes are values already, for `plan` and `state` |

mod cloudformation;
mod configurations;
mod document;
mod file;
mod plan;
mod raw;
mod sniff;
mod spelling;
mod state;
pub(crate) mod terraform;
mod values;
mod walk;
pub(crate) mod yaml;

use std::path::{Path, PathBuf};

use mediastore_policy::span::Span;
use rayon::iter::{IntoParallelIterator, ParallelIterator};

use crate::hcl;
use crate::source::{Syntax, moved};
use crate::unit::{Fault, FaultKind, Unit};
use crate::unsaved::Unsaved;

use self::configurations::Root;

pub use walk::{alone, find};

/// How files are recognised, for help and docs.
pub const RECOGNITION: &str = "\
Directories are walked as git does: what `.gitignore` names, hidden directories and `.terraform` are passed over, symbolic links are \
not followed. A directory with `.tf`, `.tofu`, `.tf.json` or `.tofu.json` files is judged as a root module, unless another one calls it, with the \
modules it calls: local ones, and those that `terraform init` has installed for it.

Files in `.json`, `.yaml`, `.yml` and `.template` are recognised by what is in them:
  plan or state        `terraform show -json` (state only where it is named)
  template             CloudFormation, in JSON or YAML, with `AWS::MediaStore::` resources
  container policy     `Statement`, with MediaStore in it and a principal
  CORS policy          a list of objects with `AllowedOrigins`
  lifecycle policy     `rules` whose members have a `definition`
  metric policy        `ContainerLevelMetrics`
and the answers and inputs of the AWS CLI that hold one of these, such as `{\"Policy\": \"...\"}`.

Anything else found on the way is passed over in silence; a file that is named and not understood is an error. `-` is standard input.";

/// The name of standard input.
pub(crate) const STDIN: &str = "-";

/// What to pass over, and what whoever runs the linter says about configurations of Terraform.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Patterns as in `.gitignore`, relative to where the run started, of what is not judged even if it is found.
    pub exclude: Vec<String>,
    /// Files with values of Terraform's variables, as with `-var-file`; the later wins.
    pub var_files: Vec<PathBuf>,
    /// Where `terraform init` puts modules, as in [`hcl::Options`].
    pub data_directory: Option<PathBuf>,
    /// What stands for files on disk.
    pub unsaved: Unsaved,
}

/// What was found, not yet read.
#[derive(Debug, Clone, Default)]
pub struct Inputs {
    inputs: Vec<Input>,
    options: Options,
}

/// Something that becomes a unit.
#[derive(Debug, Clone)]
enum Input {
    /// A file that may hold a document, a plan or a template.
    File {
        path: PathBuf,
        /// Whether the user named it, so that it has to be understood.
        is_named: bool,
    },
    /// A directory of Terraform source that no other one calls.
    Configuration {
        root: Root,
        /// The path given, in which modules may be called.
        within: PathBuf,
    },
    /// Something that cannot be read.
    Fault(Fault),
}

impl Inputs {
    /// How many things were found, for progress; some may turn out to be none of ours.
    #[must_use]
    pub fn len(&self) -> usize {
        self.inputs.len()
    }

    /// Whether nothing was found.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.inputs.is_empty()
    }

    /// What these files belong to: themselves, and the configurations that they are part of or read by.
    #[must_use]
    pub fn of<'a>(&self, files: impl IntoIterator<Item = &'a Path> + Clone) -> Self {
        let has = |input: &&Input| match input {
            Input::File { path, .. } => files.clone().into_iter().any(|file| file == path),
            Input::Configuration { root, .. } => files.clone().into_iter().any(|file| root.has(file)),
            Input::Fault(_) => false,
        };
        Self { inputs: self.inputs.iter().filter(has).cloned().collect(), options: self.options.clone() }
    }

    /// The same with other texts that stand for files.
    #[must_use]
    pub fn under(mut self, unsaved: &Unsaved) -> Self {
        self.options.unsaved = unsaved.clone();
        self
    }

    /// Reads everything, in parallel. What is none of ours gives no unit.
    pub fn units(self) -> impl ParallelIterator<Item = Unit> {
        let Self { inputs, options } = self;
        inputs.into_par_iter().filter_map(move |input| input.read(&options))
    }
}

impl Input {
    fn read(self, options: &Options) -> Option<Unit> {
        match self {
            Self::Configuration { root, within } => {
                let data_directory = options.data_directory.as_ref().map(|path| root.directory.join(path));
                let disk = hcl::Disk::around(&within)
                    .and(&options.var_files)
                    .and(data_directory.as_slice())
                    .under(&options.unsaved);
                let options = hcl::Options {
                    var_files: options.var_files.clone(),
                    data_directory: options.data_directory.clone(),
                };
                Some(hcl::read_module(&disk, &root.directory, &options).unit)
            }
            Self::File { path, is_named } => document(&path, is_named, &options.unsaved),
            Self::Fault(fault) => Some(Unit { faults: vec![fault], ..Unit::default() }),
        }
    }
}

/// Whether a text has a word without which it is none of ours.
#[must_use]
pub fn mentions_ours(text: &str) -> bool {
    sniff::mentions_ours(text.as_bytes())
}

/// Reads the paths as `check` does: [`find`], then [`Inputs::units`].
pub fn read(paths: &[PathBuf], options: &Options) -> impl ParallelIterator<Item = Unit> {
    find(paths, options).units()
}

/// Reads one text under a name whose ending says the language, as if the user had named the file. For examples and tests.
#[must_use]
pub fn read_text(path: &Path, text: &str) -> Unit {
    if hcl::is_configuration(path) {
        let files: hcl::Memory = [(path, text)].into_iter().collect();
        return hcl::read_module(&files, path.parent().unwrap_or(Path::new("")), &hcl::Options::default()).unit;
    }
    understood(path, text, true).unwrap_or_default()
}

fn document(path: &Path, is_named: bool, unsaved: &Unsaved) -> Option<Unit> {
    if let Some(text) = unsaved.get(path) {
        return mentions_ours(text).then(|| understood(path, text, is_named))?;
    }
    match file::read(path, is_named) {
        file::Content::Text(text) => understood(path, &text, is_named),
        file::Content::NotOurs => None,
        file::Content::Unread(fault) => Some(Unit { faults: vec![fault], ..Unit::default() }),
    }
}

fn understood(path: &Path, text: &str, is_named: bool) -> Option<Unit> {
    let mut unit = match sniff::kind(path, text, is_named) {
        sniff::Kind::Plan => plan::read(path, text),
        sniff::Kind::State => state::read(path, text),
        sniff::Kind::RawState => state::read_raw(path, text),
        sniff::Kind::Json => json(path, text, is_named)?,
        sniff::Kind::Hcl => read_text(Path::new("stdin.tf"), text),
        sniff::Kind::Yaml => cloudformation::read_yaml(path, text, is_named)?,
        sniff::Kind::Unknown => return is_named.then(|| not_understood(path)),
        sniff::Kind::NotOurs => return None,
    };
    unit.faults.iter_mut().for_each(|fault| name_the_file(fault, path));
    Some(unit)
}

/// A fault without a place starts with the path.
fn name_the_file(fault: &mut Fault, path: &Path) {
    let name = path.display().to_string();
    if fault.span == Span::default() && !fault.message.contains(&name) {
        fault.message = format!("`{name}`: {}", fault.message);
    }
}

/// A template or a document, in JSON.
fn json(path: &Path, text: &str, is_named: bool) -> Option<Unit> {
    let (root, problems) = mediastore_policy::json::parse(text, sniff::LIMITS);
    match root {
        Some(root) if cloudformation::is_template(&root) => cloudformation::read_json(path, text, root, is_named),
        Some(root) => {
            raw::read(path, text, root, problems, is_named).or_else(|| is_named.then(|| not_understood(path)))
        }
        None => (is_named || sniff::is_ours_though_broken(path, text)).then(|| {
            let mut unit = Unit::default();
            let base = unit.sources.add(path, Syntax::Json, text);
            unit.faults = problems
                .into_iter()
                .map(|problem| Fault {
                    kind: FaultKind::Broken,
                    message: problem.message,
                    span: moved(problem.span, base),
                    help: problem.help,
                })
                .collect();
            unit
        }),
    }
}

fn not_understood(path: &Path) -> Unit {
    let message = format!("`{}` is nothing this linter knows", path.display());
    let help = "it reads Terraform source, plans and state, CloudFormation templates, and policies in JSON";
    let fault = Fault { kind: FaultKind::Broken, message, span: Span::default(), help: Some(help.to_owned()) };
    Unit { faults: vec![fault], ..Unit::default() }
}

#[cfg(test)]
mod tests;
