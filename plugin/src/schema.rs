//! Schemas: what a configuration may hold, and what each part does at plan.
//!
//! How an attribute behaves (required, default, what a change does, what a value must look like) is data on the
//! attribute, said where it is declared, so a schema tells the full story of a field. The [plan engine](crate::plan)
//! and the [checks](crate::validate) read it; resources never repeat it.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::path::Path;
use crate::types::Type;
use crate::value::Value;

/// The schema of a provider, a resource or a data source.
#[derive(Clone, Debug)]
pub struct Schema {
    /// Version of the stored state; raise it when a stored state needs an upgrade.
    pub version: i64,
    /// The root block.
    pub block: Block,
}

/// A block: attributes and nested blocks.
#[derive(Clone, Debug, Default)]
pub struct Block {
    /// Attributes in order of declaration.
    pub attributes: Vec<Attribute>,
    /// Nested blocks in order of declaration.
    pub blocks: Vec<NestedBlock>,
    /// Markdown.
    pub description: String,
    /// Why it should no longer be used; empty while it should.
    pub deprecation: String,
}

/// Who sets an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// The configuration must.
    Required,
    /// The configuration may; else it is null.
    Optional,
    /// Only the provider.
    Computed,
    /// The configuration may; else the provider does.
    OptionalComputed,
}

impl Mode {
    /// Whether the provider sets it where the configuration does not.
    pub fn is_computed(self) -> bool {
        matches!(self, Mode::Computed | Mode::OptionalComputed)
    }
}

/// What a change of an attribute does to an existing object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnChange {
    /// Updated in place.
    Update,
    /// Destroyed and created anew.
    Replace,
}

type Check = Arc<dyn Fn(&Path, &Value, &mut Diagnostics) + Send + Sync>;

/// An attribute.
#[derive(Clone)]
pub struct Attribute {
    /// Its name: `^[a-z0-9_]+$`.
    pub name: String,
    /// Its type.
    pub ty: Type,
    /// Who sets it.
    pub mode: Mode,
    /// The value when the configuration sets none; makes the mode [`Mode::OptionalComputed`].
    pub default: Option<Value>,
    /// What a change does.
    pub on_change: OnChange,
    /// A computed value that never changes in an object's life: a plan keeps it rather than calling it unknown.
    pub keeps_prior: bool,
    /// Masked by Terraform's output; stored in plain text in state all the same.
    pub sensitive: bool,
    /// Never stored: always null in plans and states.
    pub write_only: bool,
    /// Markdown.
    pub description: String,
    /// Why it should no longer be used; empty while it should.
    pub deprecation: String,
    /// When two values mean the same, so that a plan keeps the spelling in state.
    pub same: Option<fn(&Value, &Value) -> bool>,
    checks: Vec<Check>,
}

/// How many blocks of one type there may be, and how they are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nesting {
    /// At most one; null when absent.
    Single,
    /// Any number, in order.
    List,
    /// Any number, without order. Attributes inside must not be computed: there is no telling which is which.
    Set,
}

/// A block type inside a block.
#[derive(Clone, Debug)]
pub struct NestedBlock {
    /// Its name.
    pub name: String,
    /// How many, and how told apart.
    pub nesting: Nesting,
    /// What is inside.
    pub block: Block,
    /// Fewest blocks.
    pub min: u32,
    /// Most blocks; 0 is no limit.
    pub max: u32,
}

impl Schema {
    /// Version 0 of a schema, described in Markdown.
    pub fn new(description: impl Into<String>) -> Schema {
        Schema { version: 0, block: Block { description: description.into(), ..Block::default() } }
    }

    /// Adds an attribute.
    #[must_use]
    pub fn attribute(mut self, attribute: Attribute) -> Schema {
        self.block.attributes.push(attribute);
        self
    }

    /// Adds a nested block.
    #[must_use]
    pub fn block(mut self, block: NestedBlock) -> Schema {
        self.block.blocks.push(block);
        self
    }

    /// Sets the version of the stored state.
    #[must_use]
    pub fn version(mut self, version: i64) -> Schema {
        self.version = version;
        self
    }

    /// The type of a whole value of this schema.
    pub fn ty(&self) -> Type {
        self.block.ty()
    }

    /// What Terraform would refuse or crash on, in words. Empty for a sound schema; the test harness asserts it.
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if self.version < 0 {
            problems.push("the version is negative".to_owned());
        }
        self.block.problems("", false, &mut problems);
        problems
    }
}

impl Block {
    /// A block described in Markdown.
    pub fn new(description: impl Into<String>) -> Block {
        Block { description: description.into(), ..Block::default() }
    }

    /// Adds an attribute.
    #[must_use]
    pub fn attribute(mut self, attribute: Attribute) -> Block {
        self.attributes.push(attribute);
        self
    }

    /// Adds a nested block.
    #[must_use]
    pub fn block(mut self, block: NestedBlock) -> Block {
        self.blocks.push(block);
        self
    }

    /// The type of a value: one field for each attribute and each block type.
    pub fn ty(&self) -> Type {
        let attributes = self.attributes.iter().map(|attribute| (attribute.name.clone(), attribute.ty.clone()));
        let blocks = self.blocks.iter().map(|nested| {
            let ty = nested.block.ty();
            (
                nested.name.clone(),
                match nested.nesting {
                    Nesting::Single => ty,
                    Nesting::List => Type::list(ty),
                    Nesting::Set => Type::set(ty),
                },
            )
        });
        Type::object(attributes.chain(blocks))
    }

    fn problems(&self, place: &str, in_set: bool, problems: &mut Vec<String>) {
        let mut seen = BTreeSet::new();
        let names = self.attributes.iter().map(|a| &a.name).chain(self.blocks.iter().map(|b| &b.name));
        for name in names {
            let legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
            if name.is_empty() || !name.chars().all(legal) {
                problems.push(format!("{place}{name}: a name is made of a-z, 0-9 and _"));
            }
            if !seen.insert(name) {
                problems.push(format!("{place}{name}: the name is used twice"));
            }
        }
        for attribute in &self.attributes {
            let computed = attribute.mode.is_computed();
            let mut wrong = |what: &str| problems.push(format!("{place}{}: {what}", attribute.name));
            if attribute.default.is_some() && attribute.mode != Mode::OptionalComputed {
                wrong("a default needs an attribute that is optional and computed");
            }
            if attribute.write_only && computed {
                wrong("a write-only attribute cannot be computed");
            }
            if in_set && (computed || attribute.write_only) {
                wrong("inside a set block nothing is computed or write-only");
            }
            if attribute.description.is_empty() {
                wrong("has no description");
            }
        }
        for nested in &self.blocks {
            if nested.max != 0 && nested.min > nested.max {
                problems.push(format!("{place}{}: more blocks are required than allowed", nested.name));
            }
            let place = format!("{place}{}.", nested.name);
            nested.block.problems(&place, in_set || nested.nesting == Nesting::Set, problems);
        }
    }
}

impl Attribute {
    /// An optional attribute of type `ty`.
    pub fn new(name: impl Into<String>, ty: Type) -> Attribute {
        Attribute {
            name: name.into(),
            ty,
            mode: Mode::Optional,
            default: None,
            on_change: OnChange::Update,
            keeps_prior: false,
            sensitive: false,
            write_only: false,
            description: String::new(),
            deprecation: String::new(),
            same: None,
            checks: Vec::new(),
        }
    }

    /// An optional text.
    pub fn string(name: impl Into<String>) -> Attribute {
        Attribute::new(name, Type::String)
    }

    /// An optional boolean.
    pub fn bool(name: impl Into<String>) -> Attribute {
        Attribute::new(name, Type::Bool)
    }

    /// An optional number.
    pub fn number(name: impl Into<String>) -> Attribute {
        Attribute::new(name, Type::Number)
    }

    /// The configuration must set it.
    #[must_use]
    pub fn required(mut self) -> Attribute {
        self.mode = Mode::Required;
        self
    }

    /// Only the provider sets it.
    #[must_use]
    pub fn computed(mut self) -> Attribute {
        self.mode = Mode::Computed;
        self
    }

    /// The provider sets it where the configuration does not.
    #[must_use]
    pub fn optional_computed(mut self) -> Attribute {
        self.mode = Mode::OptionalComputed;
        self
    }

    /// The value where the configuration sets none.
    #[must_use]
    pub fn default(mut self, value: impl Into<Value>) -> Attribute {
        self.mode = Mode::OptionalComputed;
        self.default = Some(value.into());
        self
    }

    /// A change destroys the object and creates another.
    #[must_use]
    pub fn replaces(mut self) -> Attribute {
        self.on_change = OnChange::Replace;
        self
    }

    /// A computed value that never changes in an object's life.
    #[must_use]
    pub fn keeps_prior(mut self) -> Attribute {
        self.keeps_prior = true;
        self
    }

    /// Masked in Terraform's output.
    #[must_use]
    pub fn sensitive(mut self) -> Attribute {
        self.sensitive = true;
        self
    }

    /// Never stored.
    #[must_use]
    pub fn write_only(mut self) -> Attribute {
        self.write_only = true;
        self
    }

    /// What it is, in Markdown.
    #[must_use]
    pub fn describe(mut self, description: impl Into<String>) -> Attribute {
        self.description = description.into();
        self
    }

    /// Values for which `same` holds are one value: a plan and a read keep the spelling in state.
    #[must_use]
    pub fn same(mut self, same: fn(&Value, &Value) -> bool) -> Attribute {
        self.same = Some(same);
        self
    }

    /// A check of any known or partly known value that is not null.
    #[must_use]
    pub fn check(mut self, check: impl Fn(&Path, &Value, &mut Diagnostics) + Send + Sync + 'static) -> Attribute {
        self.checks.push(Arc::new(check));
        self
    }

    /// A check of each known text inside: the value itself, or the elements of a list, set or map. The error's text
    /// becomes the diagnostic's detail.
    #[must_use]
    pub fn check_text<E: std::fmt::Display>(
        self,
        check: impl Fn(&str) -> Result<(), E> + Send + Sync + 'static,
    ) -> Attribute {
        self.check(move |path, value, diagnostics| {
            each_text(path, value, &mut |path, text| {
                if let Err(error) = check(text) {
                    diagnostics.push(Diagnostic::at(
                        path.clone(),
                        format!("Invalid value for {path}"),
                        sentence(error),
                    ));
                }
            });
        })
    }

    pub(crate) fn run_checks(&self, path: &Path, value: &Value, diagnostics: &mut Diagnostics) {
        if !value.is_null() && !value.is_unknown() {
            for check in &self.checks {
                check(path, value, diagnostics);
            }
        }
    }
}

fn each_text(path: &Path, value: &Value, visit: &mut impl FnMut(&Path, &str)) {
    match value {
        Value::String(text) => visit(path, text),
        Value::List(elements) => {
            for (i, element) in elements.iter().enumerate() {
                each_text(&path.index(i), element, visit);
            }
        }
        Value::Set(elements) => elements.iter().for_each(|element| each_text(path, element, visit)),
        Value::Map(entries) => {
            for (key, element) in entries {
                each_text(&path.key(key), element, visit);
            }
        }
        _ => {}
    }
}

/// Library errors start lower-case and have no full stop; what Terraform prints are sentences.
pub fn sentence(error: impl std::fmt::Display) -> String {
    let text = error.to_string();
    let mut chars = text.chars();
    let start = chars.next().map(|first| first.to_uppercase().collect::<String>()).unwrap_or_default();
    let stop = if text.ends_with(['.', '!', '?', ':']) { "" } else { "." };
    format!("{start}{}{stop}", chars.as_str())
}

impl std::fmt::Debug for Attribute {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Attribute").field("name", &self.name).field("ty", &self.ty).finish_non_exhaustive()
    }
}

impl NestedBlock {
    /// At most one block.
    pub fn single(name: impl Into<String>, block: Block) -> NestedBlock {
        NestedBlock { name: name.into(), nesting: Nesting::Single, block, min: 0, max: 1 }
    }

    /// Any number of blocks, in order.
    pub fn list(name: impl Into<String>, block: Block) -> NestedBlock {
        NestedBlock { name: name.into(), nesting: Nesting::List, block, min: 0, max: 0 }
    }

    /// Any number of blocks, without order.
    pub fn set(name: impl Into<String>, block: Block) -> NestedBlock {
        NestedBlock { name: name.into(), nesting: Nesting::Set, block, min: 0, max: 0 }
    }

    /// At least `min` and at most `max` blocks.
    #[must_use]
    pub fn count(mut self, min: u32, max: u32) -> NestedBlock {
        (self.min, self.max) = (min, max);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_type_has_a_field_for_each_attribute_and_block() {
        let schema = Schema::new("Test.")
            .attribute(Attribute::string("name").required().describe("Name."))
            .block(NestedBlock::list("rule", Block::new("").attribute(Attribute::number("age").describe("Age."))));
        assert_eq!(
            String::from_utf8(schema.ty().to_bytes()).unwrap(),
            r#"["object",{"name":"string","rule":["list",["object",{"age":"number"}]]}]"#
        );
        assert_eq!(schema.problems(), Vec::<String>::new());
    }

    #[test]
    fn what_terraform_would_refuse_is_a_problem() {
        let schema = Schema::new("Test.")
            .attribute(Attribute::string("Name").describe("x"))
            .attribute(Attribute::string("twice").describe("x"))
            .attribute(Attribute::string("twice").describe("x"))
            .attribute(Attribute::string("secret").computed().write_only().describe("x"))
            .attribute(Attribute::string("bare"))
            .block(NestedBlock::set("rule", Block::new("").attribute(Attribute::string("id").computed().describe("x"))))
            .block(NestedBlock::list("many", Block::default()).count(2, 1));
        assert_eq!(
            schema.problems(),
            [
                "Name: a name is made of a-z, 0-9 and _",
                "twice: the name is used twice",
                "secret: a write-only attribute cannot be computed",
                "bare: has no description",
                "rule.id: inside a set block nothing is computed or write-only",
                "many: more blocks are required than allowed",
            ]
        );
    }

    #[test]
    fn text_checks_reach_every_element() {
        let attribute = Attribute::new("tags", Type::map(Type::String)).check_text(|text| match text {
            "bad" => Err("`bad` is not allowed"),
            _ => Ok(()),
        });
        let mut diagnostics = Diagnostics::none();
        let value = Value::map([("a", "bad".into()), ("b", "good".into()), ("c", Value::Unknown), ("d", Value::Null)]);
        attribute.run_checks(&Path::attribute("tags"), &value, &mut diagnostics);
        let found: Vec<_> = diagnostics.into_iter().collect();
        assert_eq!(
            found,
            [Diagnostic::at(
                Path::attribute("tags").key("a"),
                r#"Invalid value for tags["a"]"#,
                "`bad` is not allowed."
            )]
        );
    }
}
