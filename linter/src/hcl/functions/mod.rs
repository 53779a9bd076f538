//! Terraform's functions over partly known values, one table for all.
//!
//! A function that cannot say what its result is answers nothing, and the result becomes a hole named by the call: the same function of the
//! same values is the same hole.

mod collection;
mod convert;
mod encoding;
mod file;
mod format;
mod hash;
mod network;
mod number;
mod ours;
mod text;
mod time;
mod yaml;

use mediastore_policy::span::Span;
use mediastore_policy::text::CharClass;

use super::evaluate::{Eval, Failure, Run};
use super::number::Number;
use super::operators;
use super::value::{Data, Mapping, Sequence, Sort, Value, hole_of};
use crate::words::Words;

pub(super) use encoding::decode;

/// A function.
struct Function {
    name: &'static str,
    /// How many arguments it takes: at least, and at most if that is bounded.
    arity: (usize, Option<usize>),
    /// Characters of its result where that is unknown.
    class: CharClass,
    call: fn(&Arguments<'_, '_>) -> Answer,
}

/// The result; nothing if it is unknown.
type Answer = Result<Option<Value>, Failure>;

/// A row of a table of functions.
const fn function(name: &'static str, least: usize, most: usize, call: fn(&Arguments<'_, '_>) -> Answer) -> Function {
    Function { name, arity: (least, Some(most)), class: CharClass::Any, call }
}

/// A row for a function of any number of arguments.
const fn variadic(name: &'static str, least: usize, call: fn(&Arguments<'_, '_>) -> Answer) -> Function {
    Function { name, arity: (least, None), class: CharClass::Any, call }
}

impl Function {
    /// The same row, with what is known of its unknown results.
    const fn class(self, class: CharClass) -> Self {
        Self { class, ..self }
    }
}

/// All functions, by what they work on.
const TABLES: &[&[Function]] = &[
    collection::FUNCTIONS,
    convert::FUNCTIONS,
    encoding::FUNCTIONS,
    file::FUNCTIONS,
    format::FUNCTIONS,
    hash::FUNCTIONS,
    network::FUNCTIONS,
    number::FUNCTIONS,
    ours::FUNCTIONS,
    text::FUNCTIONS,
    time::FUNCTIONS,
    IMPURE,
];

/// Functions whose result nobody knows before apply, or that need keys, clocks or chance.
const IMPURE: &[Function] = &[
    function("bcrypt", 1, 2, unknown),
    function("base64gzip", 1, 1, unknown),
    function("plantimestamp", 0, 0, unknown),
    function("rsadecrypt", 2, 2, unknown),
    function("timestamp", 0, 0, unknown),
    function("uuid", 0, 0, unknown).class(CharClass::Region),
    function("uuidv5", 2, 2, unknown).class(CharClass::Region),
];

fn unknown(_: &Arguments<'_, '_>) -> Answer {
    Ok(None)
}

/// Calls a function.
pub(super) fn call(run: &Run<'_>, name: &str, values: Vec<Value>, span: Span) -> Eval {
    let found = TABLES.iter().flat_map(|table| table.iter()).find(|function| function.name == name);
    let arguments = Arguments { run, values, span };
    let Some(function) = found else {
        return match name.contains("::") {
            // A provider's: not ours to compute.
            true => arguments.hole(name, CharClass::Any),
            false => Err(Failure::new(format!("there is no function `{name}`"), span)),
        };
    };
    let (least, most) = function.arity;
    let given = arguments.values.len();
    if given < least || most.is_some_and(|most| given > most) {
        return Err(Failure::new(format!("`{name}` cannot take {given} arguments"), span));
    }
    for value in &arguments.values {
        run.charge_walk(value, span)?;
    }
    let value = match (function.call)(&arguments)
        .map_err(|failure| Failure { message: format!("`{name}`: {}", failure.message), ..failure })?
    {
        Some(value) => value,
        None => arguments.hole(name, function.class)?,
    };
    match &value.data {
        Data::Text(words) => run.check_length(words, 0, span)?,
        Data::Sequence(sequence) => run.charge(sequence.items.len(), span)?,
        Data::Mapping(mapping) => run.charge(mapping.entries.len(), span)?,
        _ => {}
    }
    Ok(value)
}

/// The arguments of a call.
struct Arguments<'r, 'a> {
    run: &'r Run<'a>,
    values: Vec<Value>,
    span: Span,
}

impl Arguments<'_, '_> {
    fn fail<T>(&self, message: impl Into<String>) -> Result<T, Failure> {
        Err(Failure::new(message, self.span))
    }

    /// The hole for an unknown result.
    fn hole(&self, name: &str, class: CharClass) -> Eval {
        let mut call = format!("{name}(");
        for (at, value) in self.values.iter().enumerate() {
            self.run.charge_name(value, self.span)?;
            call.push_str(if at > 0 { ", " } else { "" });
            call.push_str(&value.to_string());
        }
        call.push(')');
        Ok(Value::unknown(hole_of(call, class), self.span))
    }

    fn count(&self) -> usize {
        self.values.len()
    }

    fn get(&self, at: usize) -> Option<&Value> {
        self.values.get(at)
    }

    /// An argument that is there, as the arity says.
    fn value(&self, at: usize) -> &Value {
        &self.values[at]
    }

    /// A string, perhaps partly known.
    fn words(&self, at: usize) -> Result<Words, Failure> {
        let value = self.value(at);
        match value.to_words() {
            Some(words) => Ok(words),
            None => Err(Failure::new(format!("a string is required here, not {}", value.kind()), self.span)),
        }
    }

    /// A wholly known string.
    fn text(&self, at: usize) -> Result<Option<String>, Failure> {
        Ok(self.words(at)?.known())
    }

    fn number(&self, at: usize) -> Result<Option<Number>, Failure> {
        operators::number(self.value(at)).map_err(|failure| Failure { span: self.span, ..failure })
    }

    /// A number that is a whole one.
    fn integer(&self, at: usize) -> Result<Option<i64>, Failure> {
        match self.number(at)? {
            Some(number) => match number.to_integer() {
                Some(integer) => Ok(Some(integer)),
                None => self.fail(format!("a whole number is required here, not {number}")),
            },
            None => Ok(None),
        }
    }

    /// A sequence; nothing if unknown values may be missing from it.
    fn items(&self, at: usize) -> Result<Option<&[Value]>, Failure> {
        Ok(self.sequence(at)?.filter(|sequence| !sequence.is_open()).map(|sequence| sequence.items.as_slice()))
    }

    /// A sequence, perhaps with an unknown number of values in it.
    fn sequence(&self, at: usize) -> Result<Option<&Sequence>, Failure> {
        let value = self.value(at);
        match &value.data {
            Data::Sequence(sequence) => Ok(Some(sequence)),
            _ if value.is_unknown() => Ok(None),
            _ => self.fail(format!("a list is required here, not {}", value.kind())),
        }
    }

    /// A mapping; nothing if some of its keys are unknown.
    fn mapping(&self, at: usize) -> Result<Option<&Mapping>, Failure> {
        let value = self.value(at);
        match &value.data {
            Data::Mapping(mapping) => Ok(Some(&**mapping).filter(|mapping| mapping.open.is_empty())),
            Data::Resource(_) | Data::Module(_) => Ok(None),
            _ if value.is_unknown() => Ok(None),
            _ => self.fail(format!("a map is required here, not {}", value.kind())),
        }
    }

    fn make_text(&self, text: impl Into<String>) -> Answer {
        Ok(Some(Value::text(text.into(), self.span)))
    }

    fn make_words(&self, words: Words) -> Answer {
        Ok(Some(Value::words(words, self.span)))
    }

    fn make_bool(&self, value: bool) -> Answer {
        Ok(Some(Value::new(Data::Bool(value), self.span)))
    }

    fn make_number(&self, number: impl Into<Number>) -> Answer {
        Ok(Some(Value::new(Data::Number(number.into()), self.span)))
    }

    fn make_sequence(&self, sort: Sort, items: Vec<Value>) -> Answer {
        self.run.charge(items.len(), self.span)?;
        Ok(Some(Value::sequence(sort, items, self.span)))
    }

    fn make_mapping(&self, mapping: Mapping) -> Answer {
        Ok(Some(Value::mapping(mapping, self.span)))
    }
}
