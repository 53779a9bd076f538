//! Instances: what `count`, `for_each` and module calls make of declarations, and what references to them mean.

use std::rc::Rc;

use compact_str::CompactString;
use mediastore_policy::span::Span;
use mediastore_policy::text::{CharClass, Hole, TextRef};

use super::attributes;
use super::evaluate::{Eval, Failure, Instantiation, Memo, Run, Scope, members};
use super::module::{Call, Mode, Resource, Target};
use super::operators;
use super::syntax::{Block, BodyView, Step};
use super::types;
use super::value::{Data, Declared, Entry, Handle, InstanceKey, Mapping, Sort, Value, hole_of};

/// Instances of one declaration that are evaluated.
const MOST_INSTANCES: usize = 1000;

/// Module instances of one unit.
const MOST_MODULES: usize = 2000;

/// Modules inside one another.
const DEEPEST_MODULE: usize = 16;

/// A module instance.
#[derive(Debug)]
pub(super) struct Instance<'a> {
    /// Its directory in the tree.
    pub(super) directory: usize,
    /// `module.live["a"].`, or nothing for the root.
    pub(super) prefix: String,
    /// Who calls it.
    pub(super) call: Option<Caller<'a>>,
    depth: usize,
}

/// A call of a module.
#[derive(Debug)]
pub(super) struct Caller<'a> {
    /// The calling instance.
    pub(super) module: usize,
    pub(super) call: &'a Call,
    pub(super) instance: Instantiation,
}

impl Instance<'_> {
    pub(super) fn root() -> Self {
        Self { directory: 0, prefix: String::new(), call: None, depth: 0 }
    }
}

/// What `count` and `for_each` make of a declaration.
#[derive(Debug)]
pub(super) enum Expansion {
    Single,
    Count(usize),
    Each(Vec<(CompactString, Value, Value)>),
    /// Unknown: at least one instance is assumed.
    Open,
}

impl<'a> Run<'a> {
    pub(super) fn instance(&self, module: usize) -> Rc<Instance<'a>> {
        Rc::clone(&self.instances.borrow()[module])
    }

    fn directory(&self, module: usize) -> &'a super::module::Directory {
        &self.tree.directories[self.instance(module).directory]
    }

    pub(super) fn resource(&self, handle: &Handle) -> Option<&'a Resource> {
        match handle.declared {
            Declared::Resource(index) => self.directory(handle.module).resources.get(index),
            Declared::Call(_) => None,
        }
    }

    /// `module.live.mediastore_container.x["a"]`
    pub(super) fn address(&self, handle: &Handle) -> String {
        let instance = self.instance(handle.module);
        let directory = &self.tree.directories[instance.directory];
        let (prefix, key) = (&instance.prefix, &handle.key);
        match handle.declared {
            Declared::Resource(index) => {
                let resource = &directory.resources[index];
                let mode = match resource.mode {
                    Mode::Resource => "",
                    Mode::Data => "data.",
                    Mode::Ephemeral => "ephemeral.",
                };
                format!("{prefix}{mode}{}.{}{key}", resource.type_name.text, resource.name.text)
            }
            Declared::Call(index) => format!("{prefix}module.{}{key}", directory.calls[index].name.text),
        }
    }

    fn block(&self, module: usize, declared: Declared) -> &'a Block {
        match declared {
            Declared::Resource(index) => &self.directory(module).resources[index].block,
            Declared::Call(index) => &self.directory(module).calls[index].block,
        }
    }

    /// The instances of a declaration.
    pub(super) fn expansion(&self, module: usize, declared: Declared) -> Result<Rc<Expansion>, Failure> {
        let block = self.block(module, declared);
        match self.expansions.borrow().get(&(module, declared)) {
            Some(Some(known)) => return Ok(Rc::clone(known)),
            Some(None) => return Err(Failure::new("this refers to itself", block.header)),
            None => {}
        }
        self.expansions.borrow_mut().insert((module, declared), None);
        let expansion = self.expand(module, block).unwrap_or_else(|failure| {
            self.fault(&failure, None);
            Expansion::Open
        });
        let expansion = Rc::new(expansion);
        self.expansions.borrow_mut().insert((module, declared), Some(Rc::clone(&expansion)));
        Ok(expansion)
    }

    fn expand(&self, module: usize, block: &'a Block) -> Result<Expansion, Failure> {
        let body = BodyView::Body(&block.body);
        let scope = Scope::new(module, None);
        if let Some((expr, _)) = body.attribute("count") {
            let count = self.eval(expr, scope)?;
            let Some(number) = operators::number(&count)? else { return Ok(Expansion::Open) };
            let Some(count) = number.to_index() else {
                return Err(Failure::new(format!("`count` is {number}, which is no number of instances"), expr.span));
            };
            return Ok(Expansion::Count(self.bounded(count, expr.span)));
        }
        let Some((expr, _)) = body.attribute("for_each") else { return Ok(Expansion::Single) };
        let collection = self.eval(expr, scope)?;
        let is_sequence = matches!(collection.data, Data::Sequence(_));
        let Some(members) = members(&collection, expr.span)? else { return Ok(Expansion::Open) };
        let mut each = Vec::with_capacity(members.len().min(MOST_INSTANCES));
        let bounded = self.bounded(members.len(), expr.span);
        for (key, value) in members.into_iter().take(bounded) {
            // Of a set, and of a list that should have been one, the values are the keys.
            let key = if is_sequence { value.clone() } else { key };
            match key.to_known_text() {
                Some(text) => each.push((text.into(), key, value)),
                None => return Ok(Expansion::Open),
            }
        }
        Ok(Expansion::Each(each))
    }

    fn bounded(&self, count: usize, span: Span) -> usize {
        if count > MOST_INSTANCES {
            let message = format!("of {count} instances the first {MOST_INSTANCES} are judged");
            self.fault(&Failure::new(message, span), None);
        }
        count.min(MOST_INSTANCES)
    }

    /// The keys of a declaration's instances.
    pub(super) fn keys(&self, module: usize, declared: Declared) -> Vec<InstanceKey> {
        match self.expansion(module, declared).as_deref() {
            Ok(Expansion::Single) => vec![InstanceKey::None],
            Ok(Expansion::Count(count)) => (0..*count).map(InstanceKey::Index).collect(),
            Ok(Expansion::Each(each)) => each.iter().map(|(key, ..)| InstanceKey::Name(key.clone())).collect(),
            // One instance stands for all that there may be.
            Ok(Expansion::Open) | Err(_) => {
                let block = BodyView::Body(&self.block(module, declared).body);
                vec![if block.attribute("count").is_some() { InstanceKey::Index(0) } else { InstanceKey::Open }]
            }
        }
    }

    /// What `each` and `count` mean in an instance.
    pub(super) fn instantiation(&self, handle: &Handle) -> Instantiation {
        let address = self.address(&Handle { key: InstanceKey::None, ..handle.clone() });
        let mut it = Instantiation { key: handle.key.clone(), address, each_key: None, each_value: None };
        match (self.expansion(handle.module, handle.declared).as_deref(), &handle.key) {
            (Ok(Expansion::Each(each)), InstanceKey::Name(name)) => {
                if let Some((_, key, value)) = each.iter().find(|(key, ..)| key == name) {
                    (it.each_key, it.each_value) = (Some(key.clone()), Some(value.clone()));
                }
            }
            (Ok(Expansion::Open), InstanceKey::Name(name)) => {
                it.each_key = Some(Value::text(name.clone(), self.block(handle.module, handle.declared).header));
            }
            _ => {}
        }
        it
    }

    /// All instances of a declaration as a value.
    fn expanded(&self, module: usize, declared: Declared, span: Span) -> Eval {
        let one = |key: InstanceKey| {
            let handle = Handle { module, declared, key };
            match declared {
                Declared::Resource(_) => Ok(Value::new(Data::Resource(Rc::new(handle)), span)),
                Declared::Call(_) => Ok(Value::new(Data::Module(self.instance_of(&handle, span)?), span)),
            }
        };
        match &*self.expansion(module, declared)? {
            Expansion::Single => one(InstanceKey::None),
            Expansion::Count(count) => {
                self.charge(count / 64, span)?;
                let items = (0..*count).map(|index| one(InstanceKey::Index(index))).collect::<Result<_, _>>()?;
                Ok(Value::sequence(Sort::Tuple, items, span))
            }
            Expansion::Each(each) => {
                self.charge(each.len() / 64, span)?;
                let mut entries = Vec::with_capacity(each.len());
                for (key, place, _) in each {
                    let value = one(InstanceKey::Name(key.clone()))?;
                    entries.push(Entry { key: key.clone(), key_span: place.span, value });
                }
                Ok(Value::mapping(Mapping::from_entries(entries), span))
            }
            Expansion::Open => {
                Ok(Value::new(Data::Open(Rc::new(Handle { module, declared, key: InstanceKey::Open })), span))
            }
        }
    }

    /// What a name at the beginning of a traversal leads to, and how many steps that took.
    pub(super) fn reference(
        &self,
        root: &str,
        steps: &[Step],
        span: Span,
        scope: Scope<'_>,
    ) -> Result<(Value, usize), Failure> {
        let name = |at: usize| match steps.get(at) {
            Some(Step::Attribute(name)) => Ok(&name.text),
            _ => Err(Failure::new(format!("a name must follow `{root}`"), span)),
        };
        let module = scope.module;
        Ok(match root {
            "var" => (self.variable(module, name(0)?, span)?, 1),
            "local" => (self.local(module, name(0)?, span)?, 1),
            "each" | "count" => (self.repetition(root, name(0)?, span, scope)?, 1),
            "path" => (self.path(module, name(0)?, span)?, 1),
            "terraform" | "tofu" => {
                let hole = Hole::of(format!("{root}.{}", name(0)?), CharClass::Segment);
                (Value::unknown(hole, span), 1)
            }
            "self" => (Value::unknown(self.hole_at(span, scope), span), steps.len()),
            "module" => (self.module(module, name(0)?, span)?, 1),
            "data" => (self.declared(module, Mode::Data, name(0)?, name(1)?, span)?, 2),
            "ephemeral" => (self.declared(module, Mode::Ephemeral, name(0)?, name(1)?, span)?, 2),
            "resource" => (self.declared(module, Mode::Resource, name(0)?, name(1)?, span)?, 2),
            type_name => (self.declared(module, Mode::Resource, type_name, name(0)?, span)?, 1),
        })
    }

    fn declared(&self, module: usize, mode: Mode, type_name: &str, name: &str, span: Span) -> Eval {
        let key = (mode, CompactString::from(type_name), CompactString::from(name));
        match self.directory(module).resource_index.get(&key) {
            Some(index) => self.expanded(module, Declared::Resource(*index), span),
            None => {
                let data = if mode == Mode::Data { "data." } else { "" };
                Err(Failure::new(format!("`{data}{type_name}.{name}` is not declared"), span))
            }
        }
    }

    fn repetition(&self, root: &str, name: &str, span: Span, scope: Scope<'_>) -> Eval {
        let Some(instance) = scope.instance else {
            return Err(Failure::new(format!("`{root}.{name}` means nothing here"), span));
        };
        let unknown = |class| {
            let hole = Hole::of(format!("{}[{root}.{name}]", instance.address), class);
            Ok(Value::unknown(hole, span))
        };
        match (root, name, &instance.key) {
            ("count", "index", InstanceKey::Index(index)) => Ok(Value::new(Data::Number((*index).into()), span)),
            ("each", "key", InstanceKey::Name(_)) => match &instance.each_key {
                Some(key) => Ok(key.clone()),
                None => unknown(CharClass::Any),
            },
            ("each", "value", InstanceKey::Name(_)) => match &instance.each_value {
                Some(value) => Ok(value.clone()),
                None => unknown(CharClass::Any),
            },
            ("each", "key" | "value", InstanceKey::Open) => unknown(CharClass::Any),
            ("count", "index", InstanceKey::Open) => unknown(CharClass::Digits),
            _ => Err(Failure::new(format!("`{root}.{name}` means nothing here"), span)),
        }
    }

    fn path(&self, module: usize, name: &str, span: Span) -> Eval {
        let root = &self.tree.directories[0].path;
        match name {
            "root" => Ok(Value::text(".", span)),
            "module" if module == 0 => Ok(Value::text(".", span)),
            "module" => {
                let path = &self.directory(module).path;
                let relative = match path.strip_prefix(root) {
                    Ok(inside) => inside.to_owned(),
                    Err(_) => {
                        let up = root.components().count();
                        let common = root.components().zip(path.components()).take_while(|(a, b)| a == b).count();
                        let rest = path.components().skip(common);
                        std::iter::repeat_n(std::path::Component::ParentDir, up - common).chain(rest).collect()
                    }
                };
                Ok(Value::text(relative.display().to_string(), span))
            }
            _ => Ok(Value::unknown(Hole::any(format!("path.{name}")), span)),
        }
    }

    // Variables, locals, outputs.

    pub(super) fn local(&self, module: usize, name: &str, span: Span) -> Eval {
        let Some(expr) = self.directory(module).locals.get(name) else {
            return Err(Failure::new(format!("`local.{name}` is not declared"), span));
        };
        self.remember(Memo::Local(module, name.into()), span, || self.eval(expr, Scope::new(module, None)))
    }

    pub(super) fn variable(&self, module: usize, name: &str, span: Span) -> Eval {
        let Some(variable) = self.directory(module).variables.get(name) else {
            return Err(Failure::new(format!("`var.{name}` is not declared"), span));
        };
        let value = self.remember(Memo::Variable(module, name.into()), span, || {
            let body = BodyView::Body(&variable.block.body);
            let flag = |name: &str| body.attribute(name).is_some_and(|(expr, _)| is_true(expr));
            let given = match &self.instance(module).call {
                Some(caller) => {
                    let argument = BodyView::Body(&caller.call.block.body).attribute(name);
                    argument.map(|(expr, _)| self.eval(expr, Scope::new(caller.module, Some(&caller.instance))))
                }
                None => {
                    let found = self.tree.values.iter().rev().find_map(|body| BodyView::Body(body).attribute(name));
                    found.map(|(expr, _)| self.eval(expr, Scope::new(module, None)))
                }
            };
            let default = || body.attribute("default").map(|(expr, _)| self.eval(expr, Scope::new(module, None)));
            let nullable = body.attribute("nullable").is_none_or(|(expr, _)| is_true(expr));
            let given = match given.transpose()? {
                Some(value) if value.is_null() && !nullable => default().transpose()?,
                Some(value) => Some(value),
                None => default().transpose()?,
            };
            let prefix = self.instance(module).prefix.clone();
            let value = given.unwrap_or_else(|| Value::unknown(Hole::any(format!("{prefix}var.{name}")), span));
            self.charge_walk(&value, span)?;
            let value = types::convert(value, &variable.kind)?;
            Ok(match flag("sensitive") || flag("ephemeral") {
                true => masked(&value, &format!("{prefix}var.{name}")),
                false => value,
            })
        })?;
        Ok(value.used_at(span))
    }

    pub(super) fn output(&self, module: usize, name: &str, span: Span) -> Eval {
        let Some(block) = self.directory(module).outputs.get(name) else {
            let prefix = self.instance(module).prefix.clone();
            return Err(Failure::new(format!("`{prefix}{name}` is not declared"), span));
        };
        self.remember(Memo::Output(module, name.into()), span, || {
            let body = BodyView::Body(&block.body);
            let Some((expr, _)) = body.attribute("value") else {
                return Err(Failure::new(format!("the output `{name}` has no value"), block.header));
            };
            let value = self.eval(expr, Scope::new(module, None))?;
            self.charge_walk(&value, span)?;
            let sensitive = body.attribute("sensitive").is_some_and(|(expr, _)| is_true(expr));
            let prefix = self.instance(module).prefix.clone();
            Ok(if sensitive { masked(&value, &format!("{prefix}{name}")) } else { value })
        })
    }

    /// All outputs of a module instance.
    pub(super) fn outputs(&self, module: usize) -> Vec<Entry> {
        let entry = |(name, block): (&CompactString, &Block)| {
            let value = self.or_hole(self.output(module, name, block.header), name);
            Entry { key: name.clone(), key_span: block.header, value }
        };
        self.directory(module).outputs.iter().map(entry).collect()
    }

    /// The value with the outputs of modules in their place.
    pub(super) fn resolved(&self, value: &Value) -> Value {
        let resolved = |entry: &Entry| Entry { value: self.resolved(&entry.value), ..entry.clone() };
        match &value.data {
            Data::Module(module) => {
                let entries = self.outputs(*module).iter().map(resolved).collect();
                Value::mapping(Mapping::from_entries(entries), value.span)
            }
            Data::Mapping(mapping) => {
                let entries = mapping.entries.iter().map(resolved).collect();
                Value::mapping(Mapping { entries, ..Mapping::clone(mapping) }, value.span)
            }
            Data::Sequence(sequence) => {
                let items = sequence.items.iter().map(|item| self.resolved(item)).collect();
                Value::sequence(sequence.sort, items, value.span)
            }
            _ => value.clone(),
        }
    }

    // Modules.

    fn module(&self, module: usize, name: &str, span: Span) -> Eval {
        let directory = self.directory(module);
        let Some(index) = directory.call_index.get(name) else {
            return Err(Failure::new(format!("`module.{name}` is not declared"), span));
        };
        match directory.calls[*index].target {
            Target::Local(_) => self.expanded(module, Declared::Call(*index), span),
            Target::Elsewhere(_) | Target::Missing => {
                let prefix = self.instance(module).prefix.clone();
                Ok(Value::unknown(Hole::any(format!("{prefix}module.{name}")), span))
            }
        }
    }

    /// The module instance of a call.
    pub(super) fn instance_of(&self, handle: &Handle, span: Span) -> Result<usize, Failure> {
        if let Some(known) = self.instance_index.borrow().get(handle) {
            return Ok(*known);
        }
        let Declared::Call(index) = handle.declared else {
            return Err(Failure::new("this is no module", span));
        };
        let caller = self.instance(handle.module);
        let call = &self.tree.directories[caller.directory].calls[index];
        let Target::Local(directory) = call.target else {
            return Err(Failure::new(format!("the module `{}` is not here", call.name.text), span));
        };
        let mut ancestor = Some(Rc::clone(&caller));
        while let Some(it) = ancestor {
            if it.directory == directory {
                return Err(Failure::new(format!("the module `{}` calls itself", call.name.text), call.block.header));
            }
            ancestor = it.call.as_ref().map(|caller| self.instance(caller.module));
        }
        let count = self.instances.borrow().len();
        if caller.depth >= DEEPEST_MODULE || count >= MOST_MODULES {
            let message = "too many modules, or too many inside one another, to evaluate";
            return Err(Failure::ours(message, call.block.header));
        }
        let instance = Instance {
            directory,
            prefix: format!("{}.", self.address(handle)),
            depth: caller.depth + 1,
            call: Some(Caller { module: handle.module, call, instance: self.instantiation(handle) }),
        };
        self.instances.borrow_mut().push(Rc::new(instance));
        self.instance_index.borrow_mut().insert(handle.clone(), count);
        Ok(count)
    }

    // Resources.

    /// An attribute of a resource or data source.
    pub(super) fn resource_attribute(&self, handle: &Rc<Handle>, name: &str, span: Span) -> Eval {
        let memo = Memo::Attribute(Rc::clone(handle), name.into());
        Ok(self.remember(memo, span, || attributes::attribute(self, handle, name, span))?.used_at(span))
    }

    /// An attribute as the configuration sets it; nothing if it does not, or sets it to null.
    pub(super) fn configured(&self, handle: &Handle, name: &str) -> Result<Option<Value>, Failure> {
        let Some(resource) = self.resource(handle) else { return Ok(None) };
        let Some((expr, _)) = BodyView::Body(&resource.block.body).attribute(name) else { return Ok(None) };
        let instance = self.instantiation(handle);
        let value = self.eval(expr, Scope::new(handle.module, Some(&instance)))?;
        self.charge_walk(&value, expr.span)?;
        Ok(Some(value).filter(|value| !value.is_null()))
    }
}

/// Whether an expression is the word `true`.
fn is_true(expr: &super::syntax::Expr) -> bool {
    matches!(expr.kind, super::syntax::ExprKind::Bool(true)) || expr.literal().as_deref() == Some("true")
}

/// The value with everything secret in it replaced by holes that tell of its characters only what decides how they are read.
pub(super) fn masked(value: &Value, name: &str) -> Value {
    let span = value.span;
    match &value.data {
        Data::Null | Data::Unknown(_) | Data::Open(_) | Data::Rest(_) | Data::Resource(_) | Data::Module(_) => {
            value.clone()
        }
        Data::Sequence(sequence) => {
            let items = sequence.items.iter().enumerate().map(|(at, item)| masked(item, &format!("{name}[{at}]")));
            Value::sequence(sequence.sort, items.collect(), span)
        }
        Data::Mapping(mapping) => {
            let entry = |entry: &Entry| Entry {
                value: masked(&entry.value, &format!("{name}.{}", entry.key)),
                ..entry.clone()
            };
            let entries = mapping.entries.iter().map(entry).collect();
            let open = mapping.open.iter().map(|(key, value)| (key.clone(), masked(value, &format!("{name}[{key}]"))));
            let open = open.collect();
            Value::mapping(Mapping { map: mapping.map, open, ..Mapping::from_entries(entries) }, span)
        }
        Data::Encoded(encoded) => {
            let value = masked(&encoded.value, name);
            Value::new(Data::Encoded(Rc::new(super::value::Encoded { value, layout: encoded.layout })), span)
        }
        Data::Bool(_) | Data::Number(_) | Data::Text(_) => {
            let words = value.to_words().unwrap_or_default();
            let text = words.text();
            let is_account =
                text.as_known().is_some_and(|it| it.len() == 12 && it.bytes().all(|byte| byte.is_ascii_digit()));
            let plain = text.parts().all(|part| match part {
                TextRef::Known(known) => known.chars().all(|c| CharClass::Plain.contains(c)),
                TextRef::Hole(hole) => hole.class.is_literal(),
            });
            let hole = match (is_account, plain) {
                (true, _) => Hole::account(name),
                (_, true) => Hole::of(name, CharClass::Plain),
                _ => hole_of(name, CharClass::Any),
            };
            Value::unknown(hole, span)
        }
    }
}
