//! Terraform and OpenTofu source: a directory of configuration, with the modules it calls, becomes one [`Unit`].
//!
//! Expressions are evaluated as Terraform would at plan, without running it: variables with their defaults and `.tfvars`, locals, functions,
//! `count`, `for_each`, `dynamic`, modules, policy document data sources. What cannot be known before apply stays a named hole with what is
//! known of its characters. No provider is asked, no module downloaded; what that leaves out is a fault, never silence.
//!
//! | module | does |
//! | --- | --- |
//! | `syntax`, `parse`, `template`, `json_syntax` | text to tree, in both syntaxes |
//! | `module`, `installed` | files to declarations, of local modules and of those that `terraform init` has got |
//! | `evaluate`, `operators`, `functions`, `blocks` | expressions to values |
//! | `instance`, `attributes`, `provider`, `policy_document` | what references mean |
//! | `value`, `number`, `types` | values and their places |
//! | `resources` | MediaStore's resources to containers and documents |

mod attributes;
mod blocks;
mod evaluate;
mod files;
mod functions;
mod installed;
mod instance;
mod json_syntax;
mod module;
mod number;
mod operators;
mod parse;
mod policy_document;
mod provider;
mod resources;
mod syntax;
mod template;
#[cfg(test)]
mod tests;
mod types;
mod value;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use mediastore_policy::json::Node;

use self::evaluate::Run;
use crate::source::Sources;
use crate::unit::Unit;

pub use self::files::{Disk, Files, Memory};
pub use self::module::{Calls, is_configuration};

/// What whoever runs the linter says about a configuration, besides what is in it.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Files with values of variables, as with `-var-file`. Relative to where the run started; the later wins.
    pub var_files: Vec<PathBuf>,
    /// Where `terraform init` puts modules, as `TF_DATA_DIR` says: relative to the root module; `.terraform` if nothing.
    pub data_directory: Option<PathBuf>,
}

/// A configuration that was read.
#[derive(Debug, Default)]
pub struct Configuration {
    /// What is to be judged.
    pub unit: Unit,
    /// The directories it calls as modules. They are part of the unit, so they are not configurations of their own.
    pub called: Vec<PathBuf>,
}

/// Reads a directory of configuration and the modules it calls, as far as they are on disk.
#[must_use]
pub fn read_module(files: &dyn Files, directory: &Path, options: &Options) -> Configuration {
    let mut sources = Sources::default();
    let mut faults = Vec::new();
    let tree = module::load(files, directory, options, &mut sources, &mut faults);
    let called = tree.directories.iter().skip(1).map(|directory| directory.path.clone()).collect();
    let run = Run::new(&tree, files, sources, faults);
    let mut unit = Unit::default();
    resources::collect(&run, &mut unit);
    (unit.sources, unit.faults) = run.finish();
    Configuration { unit, called }
}

/// What a directory's own module calls lead to. Nothing is evaluated.
#[must_use]
pub fn calls(files: &dyn Files, directory: &Path) -> Calls {
    module::calls(files, directory)
}

/// The outputs of a directory of configuration, as far as they are known, and a unit with nothing but sources and faults. This is how the
/// evaluation is held against Terraform's.
#[must_use]
pub fn read_outputs(files: &dyn Files, directory: &Path, options: &Options) -> (BTreeMap<String, Node>, Unit) {
    let mut sources = Sources::default();
    let mut faults = Vec::new();
    let tree = module::load(files, directory, options, &mut sources, &mut faults);
    let run = Run::new(&tree, files, sources, faults);
    let outputs =
        run.outputs(0).into_iter().map(|entry| (entry.key.into(), run.resolved(&entry.value).node())).collect();
    let (sources, faults) = run.finish();
    (outputs, Unit { sources, faults, ..Unit::default() })
}
