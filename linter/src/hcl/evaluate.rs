//! Evaluation of expressions as Terraform evaluates them, with what cannot be known kept as named holes.
//!
//! Everything is evaluated when asked for and remembered: a repository of which nothing concerns MediaStore costs its parsing. Work, depth
//! and size are bounded; a bound that is met is a fault, never a wrong value.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::fmt::Display;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use compact_str::CompactString;
use mediastore_policy::span::Span;
use mediastore_policy::text::{CharClass, Hole};

use super::files::{Files, tidy};
use super::functions;
use super::instance::{Expansion, Instance};
use super::module::Tree;
use super::operators;
use super::syntax::{Call, Conditional, Expr, ExprKind, For, ForPart, IfPart, Item, Key, Part, Step, Template, Unary};
use super::value::{Data, Declared, Entry, Handle, InstanceKey, Mapping, Sort, Value, hole_of};
use crate::source::{Sources, Syntax};
use crate::unit::{Fault, FaultKind, MOST_FAULTS};
use crate::words::{Piece, Words};

/// Expressions of one unit.
const MOST_WORK: u64 = 1_000_000;

/// Expressions inside of, or referred to by, one another.
const MOST_DEPTH: usize = 400;

/// Lists and objects inside one another.
const DEEPEST_VALUE: usize = 128;

/// How much one value is, with everything in it written out.
const LARGEST_VALUE: usize = 1_000_000;

/// Bytes of stack below which more is taken, and how much.
const STACK_LEFT: usize = 256 << 10;
const STACK_MORE: usize = 2 << 20;

/// Bytes of one string.
pub(super) const LONGEST_TEXT: usize = 1 << 20;

/// Why there is no value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Failure {
    pub(super) message: String,
    pub(super) span: Span,
    /// Terraform need not fail here: a bound was met, or a file is not read. The configuration cannot catch it.
    pub(super) is_ours: bool,
}

impl Failure {
    pub(super) fn new(message: impl Into<String>, span: Span) -> Self {
        Self { message: message.into(), span, is_ours: false }
    }

    pub(super) fn ours(message: impl Into<String>, span: Span) -> Self {
        Self { is_ours: true, ..Self::new(message, span) }
    }
}

/// A value, or why there is none.
pub(super) type Eval = Result<Value, Failure>;

/// What a remembered value is the value of.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Memo {
    Local(usize, CompactString),
    Variable(usize, CompactString),
    Output(usize, CompactString),
    Attribute(Rc<Handle>, CompactString),
}

/// Expansions by module instance and declaration.
type Expansions = HashMap<(usize, Declared), Option<Rc<Expansion>>>;

/// A remembered value, or that it is being evaluated.
enum State {
    Busy,
    Done(Eval),
}

/// The evaluation of one unit.
pub(super) struct Run<'a> {
    pub(super) tree: &'a Tree,
    pub(super) files: &'a dyn Files,
    pub(super) sources: RefCell<Sources>,
    pub(super) faults: RefCell<Vec<Fault>>,
    pub(super) instances: RefCell<Vec<Rc<Instance<'a>>>>,
    pub(super) instance_index: RefCell<HashMap<Handle, usize>>,
    /// What is repeated how often; nothing while that is being found out.
    pub(super) expansions: RefCell<Expansions>,
    memo: RefCell<HashMap<Memo, State>>,
    read: RefCell<HashMap<PathBuf, Result<Value, String>>>,
    work: Cell<u64>,
    depth: Cell<usize>,
    unique: Cell<usize>,
}

/// What names mean where an expression stands.
#[derive(Clone, Copy)]
pub(super) struct Scope<'s> {
    /// The module instance.
    pub(super) module: usize,
    /// The instance whose `each` and `count` are meant.
    pub(super) instance: Option<&'s Instantiation>,
    /// Names of `for` and of templates.
    names: Option<&'s Frame<'s>>,
    /// Whether only those names exist, as in a template file.
    closed: bool,
}

/// An instance of something with `count` or `for_each`.
#[derive(Debug, Clone)]
pub(super) struct Instantiation {
    pub(super) key: InstanceKey,
    /// The address of what is repeated, to name unknown keys and values.
    pub(super) address: String,
    pub(super) each_key: Option<Value>,
    pub(super) each_value: Option<Value>,
}

struct Frame<'s> {
    name: &'s str,
    value: Value,
    outer: Option<&'s Frame<'s>>,
}

impl<'s> Scope<'s> {
    pub(super) fn new(module: usize, instance: Option<&'s Instantiation>) -> Self {
        Self { module, instance, names: None, closed: false }
    }

    fn with(self, frame: &'s Frame<'s>) -> Self {
        Self { names: Some(frame), ..self }
    }

    fn find(self, name: &str) -> Option<&'s Value> {
        let mut frame = self.names;
        while let Some(it) = frame {
            if it.name == name {
                return Some(&it.value);
            }
            frame = it.outer;
        }
        None
    }
}

impl<'a> Run<'a> {
    pub(super) fn new(tree: &'a Tree, files: &'a dyn Files, sources: Sources, faults: Vec<Fault>) -> Self {
        Self {
            tree,
            files,
            sources: RefCell::new(sources),
            faults: RefCell::new(faults),
            instances: RefCell::new(vec![Rc::new(Instance::root())]),
            instance_index: RefCell::default(),
            expansions: RefCell::default(),
            memo: RefCell::default(),
            read: RefCell::default(),
            work: Cell::new(MOST_WORK),
            depth: Cell::new(0),
            unique: Cell::new(0),
        }
    }

    /// The texts and faults gathered on the way.
    pub(super) fn finish(self) -> (Sources, Vec<Fault>) {
        (self.sources.into_inner(), self.faults.into_inner())
    }

    /// Reports what could not be evaluated, once for each place.
    pub(super) fn fault(&self, failure: &Failure, help: Option<&str>) {
        let mut faults = self.faults.borrow_mut();
        let same = |fault: &Fault| fault.span == failure.span && fault.message == failure.message;
        if faults.len() < MOST_FAULTS && !faults.iter().any(same) {
            faults.push(Fault {
                kind: FaultKind::NotEvaluated,
                message: failure.message.clone(),
                span: failure.span,
                help: help.map(str::to_owned),
            });
        }
    }

    /// The value, or a hole in its place and a fault.
    pub(super) fn or_hole(&self, value: Eval, name: impl Display) -> Value {
        value.unwrap_or_else(|failure| {
            self.fault(&failure, None);
            Value::unknown(hole_of(name, CharClass::Any), failure.span)
        })
    }

    /// Pays for work that grows with the size of values.
    pub(super) fn charge(&self, amount: usize, span: Span) -> Result<(), Failure> {
        let left = self.work.get().saturating_sub(amount as u64);
        self.work.set(left);
        match left {
            0 => Err(Failure::ours("this configuration takes too much work to evaluate", span)),
            _ => Ok(()),
        }
    }

    /// Pays for going through all of a value.
    pub(super) fn charge_walk(&self, value: &Value, span: Span) -> Result<(), Failure> {
        self.charge(value.size() / 64, span)
    }

    /// Pays for a name in which a value is written out.
    pub(super) fn charge_name(&self, value: &Value, span: Span) -> Result<(), Failure> {
        self.charge(value.size() / 8, span)
    }

    /// The value of something that is evaluated once.
    pub(super) fn remember(&self, memo: Memo, span: Span, evaluate: impl FnOnce() -> Eval) -> Eval {
        match self.memo.borrow().get(&memo) {
            Some(State::Done(value)) => return value.clone(),
            Some(State::Busy) => return Err(Failure::new("this refers to itself", span)),
            None => {}
        }
        self.memo.borrow_mut().insert(memo.clone(), State::Busy);
        let value = evaluate();
        self.memo.borrow_mut().insert(memo, State::Done(value.clone()));
        value
    }

    /// A name for what is unknown at a place: its text, and a number where the same text can mean different things.
    pub(super) fn hole_at(&self, span: Span, scope: Scope<'_>) -> Hole {
        let sources = self.sources.borrow();
        let text = sources.text(span).unwrap_or("an expression");
        let mut name: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if name.len() > 80 {
            let cut = (0..=77).rev().find(|at| name.is_char_boundary(*at)).unwrap_or(0);
            name.truncate(cut);
            name.push('…');
        }
        let repeated = scope.instance.is_some_and(|instance| instance.key != InstanceKey::None);
        if scope.module != 0 || scope.names.is_some() || repeated || name.ends_with('…') {
            name.push_str(&format!(" #{}", self.number()));
        }
        Hole::any(name)
    }

    /// A number that is given once, for names.
    pub(super) fn number(&self) -> usize {
        self.unique.set(self.unique.get() + 1);
        self.unique.get()
    }

    /// The names, from a directory of the configuration, of the files in it and in directories inside of it. Nothing if they cannot be told.
    pub(super) fn files_below(&self, path: &str, deepest: usize) -> Option<Vec<String>> {
        let directory = tidy(&self.tree.directories[0].path.join(path));
        let found = self.files.below(&directory, deepest)?;
        found.iter().map(|path| Some(path.strip_prefix(&directory).ok()?.to_str()?.to_owned())).collect()
    }

    /// The text of a file of the configuration, as `file` gives it, with its places.
    pub(super) fn read_file(&self, path: &str) -> Result<Value, String> {
        let path = tidy(&self.tree.directories[0].path.join(path));
        if let Some(known) = self.read.borrow().get(&path) {
            return known.clone();
        }
        let value = self.files.read(&path).map(|text| {
            let base = self.sources.borrow_mut().add(&path, Syntax::Json, text.as_str());
            let span = Span::new(base, base + text.len());
            Value::words([Piece::verbatim(text, span)].into_iter().collect(), span)
        });
        self.read.borrow_mut().insert(path, value.clone());
        value
    }

    /// Whether a file of the configuration exists. Nothing if that cannot be told.
    pub(super) fn file_exists(&self, path: &str) -> Option<bool> {
        self.files.exists(&tidy(&self.tree.directories[0].path.join(path)))
    }

    /// Evaluates an expression.
    pub(super) fn eval(&self, expr: &Expr, scope: Scope<'_>) -> Eval {
        self.charge(1, expr.span)?;
        let depth = self.depth.get();
        if depth >= MOST_DEPTH {
            return Err(Failure::ours("this is nested too deeply to evaluate", expr.span));
        }
        self.depth.set(depth + 1);
        let value = stacker::maybe_grow(STACK_LEFT, STACK_MORE, || self.eval_kind(expr, scope));
        self.depth.set(depth);
        match value {
            Ok(value) if value.depth() > DEEPEST_VALUE => {
                Err(Failure::ours(format!("a value nested deeper than {DEEPEST_VALUE} levels"), expr.span))
            }
            Ok(value) if value.size() > LARGEST_VALUE => {
                Err(Failure::ours(format!("a value of more than {LARGEST_VALUE} parts"), expr.span))
            }
            value => value,
        }
    }

    fn eval_kind(&self, expr: &Expr, scope: Scope<'_>) -> Eval {
        let span = expr.span;
        match &expr.kind {
            ExprKind::Null => Ok(Value::null(span)),
            ExprKind::Bool(value) => Ok(Value::new(Data::Bool(*value), span)),
            ExprKind::Number(number) => Ok(Value::new(Data::Number(*number), span)),
            ExprKind::Template(template) => self.template(template, span, scope),
            ExprKind::Variable(name) => match scope.find(name) {
                Some(value) => Ok(value.clone()),
                None => Err(unknown_name(name, span)),
            },
            ExprKind::Tuple(items) => self.tuple(items, span, scope),
            ExprKind::Object(items) => self.object(items, span, scope),
            ExprKind::Conditional(it) => self.conditional(it, span, scope),
            ExprKind::Call(call) => self.call(call, span, scope),
            ExprKind::Traversal(root, steps) => self.traversal(root, steps, span, scope),
            ExprKind::Unary(Unary::Negate, inner) => operators::negate(&self.eval(inner, scope)?, span),
            ExprKind::Unary(Unary::Not, inner) => operators::not(&self.eval(inner, scope)?, span),
            ExprKind::Binary(operator, sides) => {
                let left = self.eval(&sides.0, scope)?;
                let right = self.eval(&sides.1, scope)?;
                self.charge(8 + left.size().min(right.size()) / 64, span)?;
                let value = operators::binary(*operator, &left, &right, span)?;
                if value.is_unknown() {
                    self.charge_name(&left, span)?;
                    self.charge_name(&right, span)?;
                }
                Ok(value)
            }
            ExprKind::For(it) => self.for_expression(it, span, scope),
            ExprKind::Parentheses(inner) => self.eval(inner, scope),
        }
    }

    fn tuple(&self, items: &[Expr], span: Span, scope: Scope<'_>) -> Eval {
        let items = items.iter().map(|item| self.eval(item, scope)).collect::<Result<_, _>>()?;
        Ok(Value::spelled_sequence(Sort::Tuple, items, scope.names.is_none(), span))
    }

    fn object(&self, items: &[Item], span: Span, scope: Scope<'_>) -> Eval {
        let mut entries = Vec::with_capacity(items.len());
        let mut open = Vec::new();
        for Item { key, value } in items {
            let value = self.eval(value, scope)?;
            match key {
                Key::Name(name) => entries.push(Entry { key: name.text.clone(), key_span: name.span, value }),
                Key::Expr(expr) => {
                    let key = self.key(expr, scope)?;
                    match key.to_known_text() {
                        Some(text) => entries.push(Entry { key: text.into(), key_span: key.span, value }),
                        None => open.push((key, value)),
                    }
                }
            }
        }
        let mapping = Mapping { open, spelled: scope.names.is_none(), ..Mapping::from_entries(entries) };
        Ok(Value::mapping(mapping, span))
    }

    /// The key of a member: a primitive value.
    fn key(&self, expr: &Expr, scope: Scope<'_>) -> Eval {
        let key = self.eval(expr, scope)?;
        match key.to_words() {
            Some(words) => Ok(Value::words(words, key.span)),
            None => Err(Failure::new(format!("a key is a string, not {}", key.kind()), expr.span)),
        }
    }

    fn conditional(&self, it: &Conditional, span: Span, scope: Scope<'_>) -> Eval {
        let condition = self.eval(&it.condition, scope)?;
        match operators::truth(&condition)? {
            Some(truth) => {
                let (chosen, other) = if truth { (&it.then, &it.otherwise) } else { (&it.otherwise, &it.then) };
                let value = self.eval(chosen, scope)?;
                // Both branches have one type: beside a string, a number is one.
                if matches!(value.data, Data::Number(_) | Data::Bool(_))
                    && let Ok(Value { data: Data::Text(_) | Data::Encoded(_), .. }) = self.eval(other, scope)
                {
                    return Ok(Value::words(value.to_words().unwrap_or_default(), value.span));
                }
                Ok(value)
            }
            None => {
                let (then, otherwise) = (self.eval(&it.then, scope)?, self.eval(&it.otherwise, scope)?);
                self.charge_name(&then, span)?;
                self.charge_name(&otherwise, span)?;
                if operators::same(&then, &otherwise) == Some(true) {
                    return Ok(then);
                }
                let class = operators::class_of(&[&then, &otherwise]);
                Ok(Value::unknown(hole_of(format_args!("{condition} ? {then} : {otherwise}"), class), span))
            }
        }
    }

    fn call(&self, call: &Call, span: Span, scope: Scope<'_>) -> Eval {
        let name = call.name.text.strip_prefix("core::").unwrap_or(&call.name.text);
        if matches!(name, "try" | "can") {
            return self.attempt(name, call, span, scope);
        }
        let mut arguments = Vec::with_capacity(call.arguments.len());
        for argument in &call.arguments {
            arguments.push(self.eval(argument, scope)?);
        }
        if call.expand {
            let last = arguments.pop();
            match last.as_ref().map(|last| &last.data) {
                Some(Data::Sequence(sequence)) if !sequence.is_open() => {
                    arguments.extend(sequence.items.iter().cloned());
                }
                Some(Data::Sequence(_) | Data::Unknown(_) | Data::Open(_)) => {
                    let (first, last) =
                        (Value::sequence(Sort::Tuple, arguments, span), last.unwrap_or(Value::null(span)));
                    self.charge_name(&first, span)?;
                    self.charge_name(&last, span)?;
                    return Ok(Value::unknown(
                        hole_of(format_args!("{name}({first}, {last}...)"), CharClass::Any),
                        span,
                    ));
                }
                _ => return Err(Failure::new("only a list can be expanded by `...`", span)),
            }
        }
        functions::call(self, name, arguments, span)
    }

    /// `try` and `can`, which see failures.
    fn attempt(&self, name: &str, call: &Call, span: Span, scope: Scope<'_>) -> Eval {
        let mut last = Failure::new(format!("`{name}` needs an argument"), span);
        for argument in &call.arguments {
            match self.eval(argument, scope) {
                Ok(value) if name == "can" => {
                    return Ok(match value.is_unknown() {
                        true => Value::unknown(hole_of(format_args!("can({value})"), CharClass::Plain), span),
                        false => Value::new(Data::Bool(true), span),
                    });
                }
                Ok(value) => return Ok(value),
                Err(failure) if failure.is_ours => return Err(failure),
                Err(failure) => last = failure,
            }
        }
        match name == "can" {
            true => Ok(Value::new(Data::Bool(false), span)),
            false => Err(last),
        }
    }

    fn traversal(&self, root: &Expr, steps: &[Step], span: Span, scope: Scope<'_>) -> Eval {
        let (value, passed) = match &root.kind {
            ExprKind::Variable(name) => match scope.find(name) {
                Some(value) => (value.clone(), 0),
                None if scope.closed => return Err(unknown_name(name, root.span)),
                None => self.reference(name, steps, span, scope)?,
            },
            _ => (self.eval(root, scope)?, 0),
        };
        self.steps(value, &steps[passed..], span, scope)
    }

    /// Takes steps from a value.
    fn steps(&self, mut value: Value, steps: &[Step], span: Span, scope: Scope<'_>) -> Eval {
        for step in steps {
            value = match step {
                Step::Attribute(name) => self.attribute(&value, &name.text, span)?,
                Step::Index(expr) => {
                    let key = self.eval(expr, scope)?;
                    self.index(&value, &key, span)?
                }
                Step::Splat(inner) => self.splat(value, inner, span, scope)?,
            };
        }
        Ok(value)
    }

    fn splat(&self, value: Value, inner: &[Step], span: Span, scope: Scope<'_>) -> Eval {
        let items = match &value.data {
            Data::Null => Vec::new(),
            Data::Sequence(sequence) => sequence.items.clone(),
            Data::Unknown(_) | Data::Open(_) => {
                let mut name = format!("{value}[*]");
                for step in inner {
                    match step {
                        Step::Attribute(attribute) => name.push_str(&format!(".{}", attribute.text)),
                        _ => return Ok(Value::unknown(self.hole_at(span, scope), span)),
                    }
                }
                return Ok(Value::unknown(hole_of(name, CharClass::Any), span));
            }
            _ => vec![value.clone()],
        };
        self.charge(items.len(), span)?;
        let rest = |item: Value| match item.data {
            Data::Rest(_) => Ok(item),
            _ => self.steps(item, inner, span, scope),
        };
        let items = items.into_iter().map(rest).collect::<Result<_, _>>()?;
        Ok(Value::sequence(Sort::Tuple, items, value.span))
    }

    /// `value.name`
    pub(super) fn attribute(&self, value: &Value, name: &str, span: Span) -> Eval {
        match &value.data {
            Data::Mapping(mapping) => match mapping.get(name) {
                Some(value) if !mapping.may_be_repeated(name) => Ok(value.clone()),
                found if found.is_some() || !mapping.open.is_empty() => {
                    self.charge_name(value, span)?;
                    Ok(Value::unknown(hole_of(format_args!("{value}.{name}"), CharClass::Any), span))
                }
                _ => Err(Failure::new(format!("there is no attribute `{name}`"), span)),
            },
            Data::Resource(handle) => self.resource_attribute(handle, name, span),
            Data::Module(instance) => self.output(*instance, name, span),
            Data::Unknown(hole) => {
                Ok(Value::unknown(hole_of(format_args!("{}.{name}", hole.name), CharClass::Any), span))
            }
            Data::Open(handle) => {
                let message =
                    format!("`{}` has several instances: `[...]` comes before `.{name}`", self.address(handle));
                Err(Failure::new(message, span))
            }
            Data::Null => Err(Failure::new(format!("there is no attribute `{name}` of null"), span)),
            _ => Err(Failure::new(format!("{} has no attribute `{name}`", value.kind()), span)),
        }
    }

    /// `value[key]`
    pub(super) fn index(&self, value: &Value, key: &Value, span: Span) -> Eval {
        let unknown = || {
            self.charge_name(value, span)?;
            Ok(Value::unknown(hole_of(format_args!("{value}[{key}]"), CharClass::Any), span))
        };
        if let Data::Open(handle) = &value.data {
            let key = match &key.data {
                Data::Number(number) => number.to_index().map(InstanceKey::Index),
                _ => key.to_known_text().map(|text| InstanceKey::Name(text.into())),
            };
            let handle = Handle { key: key.unwrap_or(InstanceKey::Open), ..Handle::clone(handle) };
            return match handle.declared {
                Declared::Resource(_) => Ok(Value::new(Data::Resource(Rc::new(handle)), span)),
                Declared::Call(_) => Ok(Value::new(Data::Module(self.instance_of(&handle, span)?), span)),
            };
        }
        if value.is_unknown() || key.is_unknown() {
            return unknown();
        }
        match &value.data {
            Data::Sequence(sequence) if sequence.sort == Sort::Set => {
                Err(Failure::new("elements of a set have no index", span))
            }
            Data::Sequence(sequence) => {
                let Some(number) = operators::number(key)? else { return unknown() };
                let found = number.to_index().and_then(|index| {
                    let open = sequence.items.iter().take(index + 1).any(|item| matches!(item.data, Data::Rest(_)));
                    if open { None } else { sequence.items.get(index) }
                });
                match found {
                    Some(item) => Ok(item.clone()),
                    None if sequence.is_open() => unknown(),
                    None => Err(Failure::new(format!("there is no element {number}"), span)),
                }
            }
            Data::Mapping(_) | Data::Resource(_) | Data::Module(_) => match key.to_words().map(|words| words.known()) {
                Some(Some(name)) => self.attribute(value, &name, span),
                Some(None) => unknown(),
                None => Err(Failure::new(format!("a key is a string, not {}", key.kind()), span)),
            },
            _ => Err(Failure::new(format!("{} has no elements", value.kind()), span)),
        }
    }

    // Templates.

    /// Evaluates text with sequences. A single interpolation is the value itself, of whatever type.
    pub(super) fn template(&self, template: &Template, span: Span, scope: Scope<'_>) -> Eval {
        if let [Part::Interpolation(expr)] = template.parts.as_slice() {
            return self.eval(expr, scope);
        }
        let mut words = Words::default();
        self.parts(template, &mut words, scope)?;
        if words.pieces().is_empty() {
            return Ok(Value::text("", span));
        }
        Ok(Value::words(words, span))
    }

    /// Evaluates a file's text with only these names in scope.
    pub(super) fn template_with(&self, template: &Template, names: &[(&str, Value)], span: Span) -> Eval {
        fn nested(run: &Run<'_>, template: &Template, names: &[(&str, Value)], span: Span, scope: Scope<'_>) -> Eval {
            match names.split_first() {
                Some(((name, value), rest)) => {
                    let frame = Frame { name, value: value.clone(), outer: scope.names };
                    nested(run, template, rest, span, scope.with(&frame))
                }
                None => run.template(template, span, scope),
            }
        }
        if names.len() > 200 {
            return Err(Failure::ours("a template with more than 200 variables", span));
        }
        nested(self, template, names, span, Scope { closed: true, ..Scope::new(0, None) })
    }

    fn parts(&self, template: &Template, words: &mut Words, scope: Scope<'_>) -> Result<(), Failure> {
        for part in &template.parts {
            let before = words.cost();
            match part {
                Part::Literal(piece) => words.push(piece.clone()),
                Part::Interpolation(expr) => {
                    let value = self.eval(expr, scope)?;
                    match (&value.data, value.to_words()) {
                        (Data::Unknown(hole), _) => words.push(Piece::hole(Arc::clone(hole), expr.span)),
                        (_, Some(inner)) => words.append(&inner),
                        (_, None) => {
                            let message = format!("{} cannot stand in a string", value.kind());
                            return Err(Failure::new(message, expr.span));
                        }
                    }
                }
                Part::If(part) => self.if_part(part, words, scope)?,
                Part::For(part) => self.for_part(part, words, scope)?,
            }
            self.check_length(words, before, Span::default())?;
        }
        Ok(())
    }

    /// Pays for what a text has grown by; its length is bounded.
    pub(super) fn check_length(&self, words: &Words, before: usize, span: Span) -> Result<(), Failure> {
        self.charge(words.cost().saturating_sub(before), span)?;
        match words.len() > LONGEST_TEXT {
            true => Err(Failure::ours(format!("a text longer than {} MB", LONGEST_TEXT >> 20), span)),
            false => Ok(()),
        }
    }

    fn if_part(&self, part: &IfPart, words: &mut Words, scope: Scope<'_>) -> Result<(), Failure> {
        let condition = self.eval(&part.condition, scope)?;
        match operators::truth(&condition)? {
            Some(true) => self.parts(&part.then, words, scope),
            Some(false) => self.parts(&part.otherwise, words, scope),
            None => {
                let span = part.condition.span;
                words.push(Piece::hole(Arc::new(self.hole_at(span, scope)), span));
                Ok(())
            }
        }
    }

    fn for_part(&self, part: &ForPart, words: &mut Words, scope: Scope<'_>) -> Result<(), Failure> {
        let collection = self.eval(&part.collection, scope)?;
        let span = part.collection.span;
        let Some(members) = members(&collection, span)? else {
            words.push(Piece::hole(Arc::new(self.hole_at(span, scope)), span));
            return Ok(());
        };
        for (key, value) in members {
            self.charge(1, span)?;
            if let Data::Rest(hole) = &value.data {
                words.push(Piece::hole(Arc::clone(hole), span));
                continue;
            }
            let key = Frame { name: part.key.as_deref().unwrap_or(""), value: key, outer: scope.names };
            let frame = Frame { name: &part.value, value, outer: Some(&key) };
            self.parts(&part.body, words, scope.with(&frame))?;
        }
        Ok(())
    }

    // For.

    fn for_expression(&self, it: &For, span: Span, scope: Scope<'_>) -> Eval {
        let collection = self.eval(&it.collection, scope)?;
        let Some(members) = members(&collection, it.collection.span)? else {
            return Ok(Value::unknown(self.hole_at(span, scope), span));
        };
        let mut items = Vec::new();
        let mut entries: Vec<Entry> = Vec::new();
        let mut open = Vec::new();
        for (key, value) in members {
            self.charge(1, span)?;
            if matches!(value.data, Data::Rest(_)) {
                let hole = self.hole_at(span, scope);
                items.push(Value::new(Data::Rest(Arc::new(hole)), span));
                continue;
            }
            let key = Frame { name: it.key.as_deref().unwrap_or(""), value: key, outer: scope.names };
            let frame = Frame { name: &it.value, value, outer: Some(&key) };
            let inner = scope.with(&frame);
            let included = match &it.condition {
                Some(condition) => operators::truth(&self.eval(condition, inner)?)?,
                None => Some(true),
            };
            match (included, &it.item_key) {
                (Some(false), _) => {}
                (None, _) => {
                    let hole = self.hole_at(span, scope);
                    items.push(Value::new(Data::Rest(Arc::new(hole)), span));
                }
                (Some(true), None) => items.push(self.eval(&it.item, inner)?),
                (Some(true), Some(item_key)) => {
                    let key = self.key(item_key, inner)?;
                    let value = self.eval(&it.item, inner)?;
                    match key.to_known_text() {
                        Some(text) => entries.push(Entry { key: text.into(), key_span: key.span, value }),
                        None => open.push((key, value)),
                    }
                }
            }
        }
        if it.item_key.is_none() {
            return Ok(Value::sequence(Sort::Tuple, items, span));
        }
        if items.iter().any(|item| matches!(item.data, Data::Rest(_))) {
            return Ok(Value::unknown(self.hole_at(span, scope), span));
        }
        if it.group {
            entries = grouped(entries);
        }
        let mapping = Mapping { open, ..Mapping::from_entries(entries) };
        match mapping.repeated.first() {
            Some((key, span)) => Err(Failure::new(format!("two members have the key `{key}`"), *span)),
            None => Ok(Value::mapping(mapping, span)),
        }
    }

    /// Runs `body` with one more name, for the iterator of a `dynamic` block.
    pub(super) fn with_name<T>(
        &self,
        name: &str,
        value: Value,
        scope: Scope<'_>,
        body: impl FnOnce(Scope<'_>) -> T,
    ) -> T {
        let frame = Frame { name, value, outer: scope.names };
        body(scope.with(&frame))
    }
}

/// Members of one key in a list.
fn grouped(entries: Vec<Entry>) -> Vec<Entry> {
    let mut order: Vec<Entry> = Vec::new();
    let mut places: HashMap<CompactString, usize> = HashMap::new();
    let mut groups: Vec<Vec<Value>> = Vec::new();
    for entry in entries {
        match places.get(&entry.key) {
            Some(at) => groups[*at].push(entry.value),
            None => {
                places.insert(entry.key.clone(), groups.len());
                groups.push(vec![entry.value.clone()]);
                order.push(entry);
            }
        }
    }
    for (entry, values) in order.iter_mut().zip(groups) {
        let span = entry.value.span;
        entry.value = Value::sequence(Sort::Tuple, values, span);
    }
    order
}

/// What `for` and `for_each` go over, with keys. Nothing if it is unknown.
pub(super) fn members(collection: &Value, span: Span) -> Result<Option<Vec<(Value, Value)>>, Failure> {
    Ok(Some(match &collection.data {
        Data::Sequence(sequence) if sequence.sort == Sort::Set => {
            sequence.items.iter().map(|item| (item.clone(), item.clone())).collect()
        }
        Data::Sequence(sequence) => {
            let key = |at: usize, item: &Value| Value::new(Data::Number(at.into()), item.span);
            sequence.items.iter().enumerate().map(|(at, item)| (key(at, item), item.clone())).collect()
        }
        Data::Mapping(mapping) if mapping.open.is_empty() => {
            let key = |entry: &Entry| Value::text(entry.key.clone(), entry.key_span);
            mapping.entries.iter().map(|entry| (key(entry), entry.value.clone())).collect()
        }
        Data::Mapping(_) | Data::Unknown(_) | Data::Open(_) | Data::Resource(_) | Data::Module(_) => return Ok(None),
        _ => return Err(Failure::new(format!("{} is nothing to go over", collection.kind()), span)),
    }))
}

/// That a name means nothing.
fn unknown_name(name: &str, span: Span) -> Failure {
    Failure::new(format!("there is nothing called `{name}` here"), span)
}
