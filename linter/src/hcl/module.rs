//! Directories of configuration: which files belong to one, what they declare, and which directories they call.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use compact_str::CompactString;
use mediastore_policy::span::Span;

use super::files::{Files, tidy};
use super::installed::{Absent, Installed};
use super::parse::{self, SyntaxError};
use super::syntax::{Block, Body, BodyView, Expr, Name};
use super::{Options, json_syntax, types};
use crate::source::{Sources, Syntax};
use crate::unit::{Fault, FaultKind};

/// Everything declared in a directory.
#[derive(Debug, Default)]
pub(super) struct Directory {
    /// As the user would name it.
    pub(super) path: PathBuf,
    pub(super) variables: HashMap<CompactString, Variable>,
    pub(super) locals: HashMap<CompactString, Expr>,
    pub(super) resources: Vec<Resource>,
    /// Resources and data sources by mode, type and name.
    pub(super) resource_index: HashMap<(Mode, CompactString, CompactString), usize>,
    pub(super) calls: Vec<Call>,
    pub(super) call_index: HashMap<CompactString, usize>,
    pub(super) outputs: HashMap<CompactString, Block>,
    pub(super) providers: Vec<Block>,
}

/// What is declared under a type and a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Mode {
    Resource,
    Data,
    Ephemeral,
}

/// `variable "name" { ... }`
#[derive(Debug)]
pub(super) struct Variable {
    pub(super) block: Block,
    /// The declared type, unless it is no type.
    pub(super) kind: types::Type,
}

/// `resource "type" "name" { ... }` or `data`.
#[derive(Debug)]
pub(super) struct Resource {
    pub(super) mode: Mode,
    pub(super) type_name: Name,
    pub(super) name: Name,
    pub(super) block: Block,
}

/// `module "name" { ... }`
#[derive(Debug)]
pub(super) struct Call {
    pub(super) name: Name,
    pub(super) block: Block,
    pub(super) target: Target,
}

/// What a module call leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    /// A directory of this unit.
    Local(usize),
    /// A registry, a repository, an archive, of which nothing is here.
    Elsewhere(Absent),
    /// No directory of configuration. That is a fault already.
    Missing,
}

/// A root directory and every directory it calls, the root first.
#[derive(Debug, Default)]
pub(super) struct Tree {
    pub(super) directories: Vec<Directory>,
    /// Files with values of variables, in the order in which they are read.
    pub(super) values: Vec<Body>,
}

/// Directories of one unit.
const MOST_DIRECTORIES: usize = 500;

/// Reads a directory and those it calls, also those from elsewhere that are installed.
///
/// A directory is read once, whatever calls it. What its own calls lead to is what is installed for the first of its callers; that it is
/// another for a later one is a fault.
pub(super) fn load(
    files: &dyn Files,
    root: &Path,
    options: &Options,
    sources: &mut Sources,
    faults: &mut Vec<Fault>,
) -> Tree {
    let root = tidy(root);
    let data_directory = tidy(&root.join(options.data_directory.as_deref().unwrap_or(Path::new(".terraform"))));
    sources.install_in(data_directory.clone());
    let installed = Installed::read(files, &root, &data_directory, sources, faults);
    let mut loader = Loader { files, sources, faults };
    let mut tree = Tree::default();
    let mut known: BTreeMap<PathBuf, usize> = BTreeMap::from([(root.clone(), 0)]);
    // With each directory go the names of the calls that lead to it.
    let mut waiting = vec![(root.clone(), String::new())];
    while tree.directories.len() < waiting.len() {
        let (path, prefix) = waiting[tree.directories.len()].clone();
        let mut directory = loader.directory(&path);
        for call in &mut directory.calls {
            let key = format!("{prefix}{}", call.name.text);
            let called = match source_of(&call.block).filter(|source| is_local(source)) {
                Some(source) => tidy(&path.join(source)),
                None => match installed.directory(&key, &call.block) {
                    Ok(called) => called,
                    Err(absent) => {
                        call.target = Target::Elsewhere(absent);
                        continue;
                    }
                },
            };
            if let Some(index) = known.get(&called) {
                call.target = Target::Local(*index);
                if !installed.agree(&waiting[*index].1, &format!("{key}.")) {
                    let message = format!(
                        "`{}` is judged with the modules that are installed for another call of it, which differ",
                        call.name.text
                    );
                    let help = Some("run `terraform init -upgrade`, or judge the plan".to_owned());
                    loader.faults.push(Fault { kind: FaultKind::NotEvaluated, message, span: call.block.header, help });
                }
                continue;
            }
            let is_module =
                loader.files.list(&called).is_some_and(|files| files.iter().any(|file| syntax_of(file).is_some()));
            if !is_module || waiting.len() >= MOST_DIRECTORIES {
                let (message, help) = match is_module {
                    true => (format!("more than {MOST_DIRECTORIES} modules"), None),
                    false => {
                        let message = format!(
                            "the module `{}` has no configuration in `{}` that can be read",
                            call.name.text,
                            called.display()
                        );
                        (message, Some("name a directory of this repository with `.tf` files".to_owned()))
                    }
                };
                loader.faults.push(Fault { kind: FaultKind::NotEvaluated, message, span: call.block.header, help });
                continue;
            }
            known.insert(called.clone(), waiting.len());
            call.target = Target::Local(waiting.len());
            waiting.push((called, format!("{key}.")));
        }
        tree.directories.push(directory);
    }
    tree.values = loader.values(&root, &options.var_files);
    tree
}

/// What the module calls of one directory lead to.
#[derive(Debug, Default)]
pub struct Calls {
    /// Directories of the same repository.
    pub local: Vec<PathBuf>,
    /// Whether anything leads elsewhere.
    pub elsewhere: bool,
}

/// What a directory's own module calls lead to.
pub(super) fn calls(files: &dyn Files, directory: &Path) -> Calls {
    let (mut sources, mut faults) = (Sources::default(), Vec::new());
    let mut loader = Loader { files, sources: &mut sources, faults: &mut faults };
    let path = tidy(directory);
    let mut calls = Calls::default();
    for call in &loader.directory(&path).calls {
        match source_of(&call.block).filter(|source| is_local(source)) {
            Some(source) => calls.local.push(tidy(&path.join(source))),
            None => calls.elsewhere = true,
        }
    }
    calls
}

/// Whether a module's source is a directory of the same configuration.
fn is_local(source: &str) -> bool {
    source.starts_with("./") || source.starts_with("../") || source == "." || source == ".."
}

/// The literal source of a module call.
pub(super) fn source_of(block: &Block) -> Option<String> {
    BodyView::Body(&block.body).attribute("source").and_then(|(expr, _)| expr.literal())
}

/// How a file of configuration is written; nothing for other files.
fn syntax_of(path: &Path) -> Option<Syntax> {
    let name = path.file_name()?.to_str()?;
    if name.starts_with('.') || name.starts_with('#') || name.ends_with('~') {
        return None;
    }
    match name {
        _ if name.ends_with(".tf") || name.ends_with(".tofu") => Some(Syntax::Hcl),
        _ if name.ends_with(".tf.json") || name.ends_with(".tofu.json") => Some(Syntax::Json),
        _ => None,
    }
}

/// Whether a directory's file belongs to a configuration.
#[must_use]
pub fn is_configuration(path: &Path) -> bool {
    syntax_of(path).is_some()
}

/// Whether the blocks of a file replace those of others.
fn is_override(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let stem = name.split('.').next().unwrap_or_default();
    stem == "override" || stem.ends_with("_override")
}

struct Loader<'a> {
    files: &'a dyn Files,
    sources: &'a mut Sources,
    faults: &'a mut Vec<Fault>,
}

impl Loader<'_> {
    fn directory(&mut self, path: &Path) -> Directory {
        let mut directory = Directory { path: path.to_owned(), ..Directory::default() };
        let found = self.files.list(path).unwrap_or_default();
        // OpenTofu reads `x.tofu` instead of `x.tf`.
        let replaced = |file: &Path| {
            let name = file.to_str().unwrap_or_default();
            let twin = match (name.strip_suffix(".tf"), name.strip_suffix(".tf.json")) {
                (Some(stem), _) => format!("{stem}.tofu"),
                (_, Some(stem)) => format!("{stem}.tofu.json"),
                _ => return false,
            };
            found.iter().any(|other| other.as_path() == Path::new(&twin))
        };
        let files: Vec<&PathBuf> = found.iter().filter(|file| syntax_of(file).is_some() && !replaced(file)).collect();
        let (overrides, primary): (Vec<&PathBuf>, Vec<&PathBuf>) =
            files.into_iter().partition(|file| is_override(file));
        for file in primary {
            for block in self.file(file).blocks {
                self.declare(&mut directory, block);
            }
        }
        for file in overrides {
            for block in self.file(file).blocks {
                self.replace(&mut directory, block);
            }
        }
        directory
    }

    fn file(&mut self, path: &Path) -> Body {
        let Some(syntax) = syntax_of(path) else { return Body::default() };
        let read = if syntax == Syntax::Json { json_syntax::file } else { parse::file };
        self.read(path, syntax, read)
    }

    fn read(&mut self, path: &Path, syntax: Syntax, read: fn(&str, usize) -> (Body, Vec<SyntaxError>)) -> Body {
        match self.files.read(path) {
            Ok(text) => {
                let base = self.sources.add(path, syntax, text.as_str());
                let (body, errors) = read(&text, base);
                self.faults.extend(errors.into_iter().map(|error| Fault {
                    kind: FaultKind::Broken,
                    message: error.message,
                    span: error.span,
                    help: None,
                }));
                body
            }
            Err(reason) => {
                self.faults.push(Fault {
                    kind: FaultKind::Broken,
                    message: format!("`{}` cannot be read: {reason}", path.display()),
                    span: Span::default(),
                    help: None,
                });
                Body::default()
            }
        }
    }

    /// Values of variables, the later winning.
    fn values(&mut self, root: &Path, var_files: &[PathBuf]) -> Vec<Body> {
        let found = self.files.list(root).unwrap_or_default();
        let name = |path: &Path| path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        let rank = |path: &PathBuf| match name(path).as_str() {
            "terraform.tfvars" => Some(0),
            "terraform.tfvars.json" => Some(1),
            name if name.ends_with(".auto.tfvars") || name.ends_with(".auto.tfvars.json") => Some(2),
            _ => None,
        };
        let mut ranked: Vec<(i32, &PathBuf)> = found.iter().filter_map(|path| Some((rank(path)?, path))).collect();
        ranked.sort_by_key(|(rank, path)| (*rank, name(path)));
        let paths = ranked.into_iter().map(|(_, path)| path).chain(var_files);
        let read = |path: &PathBuf| match name(path).ends_with(".json") {
            true => self.read(path, Syntax::Json, json_syntax::values),
            false => self.read(path, Syntax::Hcl, parse::file),
        };
        paths.map(read).collect()
    }

    fn declare(&mut self, directory: &mut Directory, block: Block) {
        let kind = block.kind.text.clone();
        let header = block.header;
        let fresh = match (kind.as_str(), block.labels.as_slice()) {
            ("locals", []) => {
                for attribute in block.body.attributes {
                    let name = attribute.name;
                    if directory.locals.contains_key(&name.text) {
                        self.twice(&format!("local.{}", name.text), name.span);
                        continue;
                    }
                    directory.locals.insert(name.text, attribute.value);
                }
                true
            }
            ("variable", [name]) => {
                let name = name.text.clone();
                let fresh = !directory.variables.contains_key(&name);
                if fresh {
                    directory.variables.insert(name, self.variable(block));
                }
                fresh
            }
            ("output", [name]) => {
                let name = name.text.clone();
                let fresh = !directory.outputs.contains_key(&name);
                if fresh {
                    directory.outputs.insert(name, block);
                }
                fresh
            }
            ("provider", [_]) => {
                directory.providers.push(block);
                true
            }
            ("module", [name]) => {
                let name = name.clone();
                let fresh = !directory.call_index.contains_key(&name.text);
                if fresh {
                    directory.call_index.insert(name.text.clone(), directory.calls.len());
                    directory.calls.push(Call { name, block, target: Target::Missing });
                }
                fresh
            }
            ("resource" | "data" | "ephemeral", [type_name, name]) => {
                let mode = mode_of(&kind);
                let key = (mode, type_name.text.clone(), name.text.clone());
                let fresh = !directory.resource_index.contains_key(&key);
                if fresh {
                    directory.resource_index.insert(key, directory.resources.len());
                    let (type_name, name) = (type_name.clone(), name.clone());
                    directory.resources.push(Resource { mode, type_name, name, block });
                }
                fresh
            }
            ("locals" | "variable" | "output" | "provider" | "module" | "resource" | "data" | "ephemeral", labels) => {
                self.faults.push(Fault {
                    kind: FaultKind::Broken,
                    message: format!("a block `{kind}` with {} labels", labels.len()),
                    span: header,
                    help: None,
                });
                true
            }
            // `terraform`, `moved`, `import`, `removed`, `check` and what may come say nothing about MediaStore.
            _ => true,
        };
        if !fresh {
            self.twice("this", header);
        }
    }

    fn twice(&mut self, what: &str, span: Span) {
        self.faults.push(Fault {
            kind: FaultKind::NotEvaluated,
            message: format!("{what} is declared twice; the first declaration is judged"),
            span,
            help: Some("Terraform refuses this: remove one of the two".to_owned()),
        });
    }

    fn variable(&mut self, block: Block) -> Variable {
        let kind = match BodyView::Body(&block.body).attribute("type") {
            Some((expr, _)) => types::parse(expr),
            None => Ok(types::Type::Any),
        };
        let kind = kind.unwrap_or_else(|error| {
            self.faults.push(Fault {
                kind: FaultKind::NotEvaluated,
                message: error.message,
                span: error.span,
                help: None,
            });
            types::Type::Any
        });
        Variable { block, kind }
    }

    /// Merges a block of an override file into the one it overrides, or declares it.
    fn replace(&mut self, directory: &mut Directory, block: Block) {
        let target = match (block.kind.text.as_str(), block.labels.as_slice()) {
            ("locals", []) => {
                for attribute in block.body.attributes {
                    directory.locals.insert(attribute.name.text, attribute.value);
                }
                return;
            }
            ("variable", [name]) => match directory.variables.remove(&name.text) {
                Some(mut variable) => {
                    let name = name.text.clone();
                    merge(&mut variable.block.body, block.body);
                    directory.variables.insert(name, self.variable(variable.block));
                    return;
                }
                None => None,
            },
            ("output", [name]) => directory.outputs.get_mut(&name.text).map(|block| &mut block.body),
            ("module", [name]) => directory.call_index.get(&name.text).map(|at| &mut directory.calls[*at].block.body),
            (kind @ ("resource" | "data" | "ephemeral"), [type_name, name]) => {
                let key = (mode_of(kind), type_name.text.clone(), name.text.clone());
                directory.resource_index.get(&key).map(|at| &mut directory.resources[*at].block.body)
            }
            ("provider", [name]) => {
                let name = name.text.clone();
                let alias = alias_of(&block);
                let same = |other: &&mut Block| other.labels[0].text == name && alias_of(other) == alias;
                directory.providers.iter_mut().find(same).map(|block| &mut block.body)
            }
            _ => None,
        };
        match target {
            Some(body) => merge(body, block.body),
            None => self.declare(directory, block),
        }
    }
}

fn mode_of(kind: &str) -> Mode {
    match kind {
        "data" => Mode::Data,
        "ephemeral" => Mode::Ephemeral,
        _ => Mode::Resource,
    }
}

/// The `alias` of a provider block.
pub(super) fn alias_of(block: &Block) -> Option<String> {
    BodyView::Body(&block.body).attribute("alias").and_then(|(expr, _)| expr.literal())
}

/// Attributes replace attributes; the blocks of a kind replace all blocks of that kind.
fn merge(body: &mut Body, over: Body) {
    for attribute in over.attributes {
        match body.attributes.iter_mut().find(|own| own.name.text == attribute.name.text) {
            Some(own) => *own = attribute,
            None => body.attributes.push(attribute),
        }
    }
    let kind_of = |block: &Block| match block.kind.text == "dynamic" {
        true => block.labels.first().map_or_else(CompactString::default, |label| label.text.clone()),
        false => block.kind.text.clone(),
    };
    let kinds: Vec<CompactString> = over.blocks.iter().map(kind_of).collect();
    body.blocks.retain(|block| !kinds.contains(&kind_of(block)));
    body.blocks.extend(over.blocks);
}
