//! Conversions, and what tells of a value rather than changes it.

use std::sync::Arc;

use mediastore_policy::text::CharClass;

use super::super::instance::masked;
use super::super::types::{Type, convert};
use super::super::value::{Data, Value, hole_of};
use super::{Answer, Arguments, Function, function, variadic};

pub(super) const FUNCTIONS: &[Function] = &[
    function("ephemeralasnull", 1, 1, same),
    function("issensitive", 1, 1, |_| Ok(None)).class(CharClass::Plain),
    function("nonsensitive", 1, 1, same),
    function("sensitive", 1, 1, sensitive),
    function("tobool", 1, 1, |a| to(a, &Type::Bool)),
    function("tolist", 1, 1, |a| to(a, &Type::List(Box::new(Type::Any)))),
    function("tomap", 1, 1, |a| to(a, &Type::Map(Box::new(Type::Any)))),
    function("tonumber", 1, 1, |a| to(a, &Type::Number)),
    function("toset", 1, 1, |a| to(a, &Type::Set(Box::new(Type::Any)))),
    function("tostring", 1, 1, |a| to(a, &Type::String)),
    function("type", 1, 1, |_| Ok(None)),
    variadic("coalesce", 1, coalesce),
];

fn same(arguments: &Arguments<'_, '_>) -> Answer {
    Ok(Some(arguments.value(0).clone()))
}

/// What is marked as secret is not shown.
fn sensitive(arguments: &Arguments<'_, '_>) -> Answer {
    let name = format!("sensitive(...) #{}", arguments.run.number());
    Ok(Some(masked(arguments.value(0), &name)))
}

fn to(arguments: &Arguments<'_, '_>, kind: &Type) -> Answer {
    let value = arguments.value(0);
    match &value.data {
        // Of an unknown list converted to a set nothing more is known, except that it is another value.
        Data::Unknown(hole) if matches!(kind, Type::Set(_)) => {
            let hole = hole_of(format_args!("toset({})", hole.name), CharClass::Any);
            Ok(Some(Value::new(Data::Unknown(Arc::new(hole)), arguments.span)))
        }
        _ => convert(value.clone(), kind).map(Some),
    }
}

/// The first value that is neither null nor an empty string.
fn coalesce(arguments: &Arguments<'_, '_>) -> Answer {
    for value in &arguments.values {
        if value.is_null() {
            continue;
        }
        let empty = match value.to_words() {
            Some(words) if value.is_unknown() || words.known().is_none() && words.len() == 0 => return Ok(None),
            Some(words) => words.known().is_some_and(|text| text.is_empty()),
            None if value.is_unknown() => return Ok(None),
            None => false,
        };
        if !empty {
            let mixed = arguments.values.iter().any(|it| matches!(it.data, Data::Text(_) | Data::Encoded(_)));
            return match (&value.data, mixed) {
                (Data::Number(_) | Data::Bool(_), true) => convert(value.clone(), &Type::String).map(Some),
                _ => Ok(Some(value.clone())),
            };
        }
    }
    arguments.fail("all values are null or empty")
}
