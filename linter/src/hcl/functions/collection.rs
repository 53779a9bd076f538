//! Functions on lists, sets and maps. An unknown list inside a known one stays "an unknown number of values"; an unknown map merged into
//! a known one leaves what was set after it known.

use std::sync::Arc;

use mediastore_policy::text::CharClass;

use super::super::number::Number;
use super::super::operators;
use super::super::types::{set_items, unify};
use super::super::value::{Data, Entry, Mapping, Sort, Value, hole_of};
use super::text::characters;
use super::{Answer, Arguments, Failure, Function, function, variadic};

pub(super) const FUNCTIONS: &[Function] = &[
    function("alltrue", 1, 1, |a| truths(a, false)).class(CharClass::Plain),
    function("anytrue", 1, 1, |a| truths(a, true)).class(CharClass::Plain),
    function("chunklist", 2, 2, chunklist),
    variadic("coalescelist", 1, coalescelist),
    function("compact", 1, 1, compact),
    variadic("concat", 1, concat),
    function("contains", 2, 2, contains).class(CharClass::Plain),
    function("distinct", 1, 1, distinct),
    function("element", 2, 2, element),
    function("flatten", 1, 1, flatten),
    function("index", 2, 2, index).class(CharClass::Digits),
    function("keys", 1, 1, keys),
    function("length", 1, 1, length).class(CharClass::Digits),
    variadic("list", 0, |a| a.make_sequence(Sort::List, a.values.clone())),
    function("lookup", 2, 3, lookup),
    function("matchkeys", 3, 3, matchkeys),
    variadic("merge", 0, merge),
    function("one", 1, 1, one),
    function("range", 1, 3, range),
    function("reverse", 1, 1, reverse),
    variadic("setintersection", 1, |a| sets(a, |all, item| all.iter().all(|set| has(set, item)), false)),
    variadic("setproduct", 1, setproduct),
    function("setsubtract", 2, 2, |a| sets(a, |all, item| !has(all[1], item), false)),
    variadic("setunion", 1, |a| sets(a, |_, _| true, true)),
    function("slice", 3, 3, slice),
    function("sort", 1, 1, sort),
    function("sum", 1, 1, sum).class(CharClass::Plain),
    function("transpose", 1, 1, transpose),
    function("values", 1, 1, values),
    function("zipmap", 2, 2, zipmap),
];

/// The sort of a sequence that others are made from: tuples stay tuples.
fn sort_of(value: &Value) -> Sort {
    match &value.data {
        Data::Sequence(sequence) if sequence.sort == Sort::Tuple => Sort::Tuple,
        _ => Sort::List,
    }
}

fn truths(arguments: &Arguments<'_, '_>, any: bool) -> Answer {
    let Some(items) = arguments.items(0)? else { return Ok(None) };
    let mut certain = true;
    for item in items {
        match operators::truth(item) {
            Ok(Some(truth)) if truth == any => return arguments.make_bool(any),
            Ok(Some(_)) => {}
            Ok(None) => certain = false,
            // Null is not true.
            Err(_) if item.is_null() && !any => return arguments.make_bool(false),
            Err(_) if item.is_null() => {}
            Err(failure) => return Err(failure),
        }
    }
    if certain { arguments.make_bool(!any) } else { Ok(None) }
}

fn chunklist(arguments: &Arguments<'_, '_>) -> Answer {
    let (Some(items), Some(size)) = (arguments.items(0)?, arguments.integer(1)?) else { return Ok(None) };
    let Ok(size) = usize::try_from(size) else { return arguments.fail("a size that is not negative is required") };
    let size = if size == 0 { items.len().max(1) } else { size };
    let chunk = |chunk: &[Value]| Value::sequence(Sort::List, chunk.to_vec(), arguments.span);
    arguments.make_sequence(Sort::List, items.chunks(size).map(chunk).collect())
}

fn coalescelist(arguments: &Arguments<'_, '_>) -> Answer {
    for at in 0..arguments.count() {
        if arguments.value(at).is_null() {
            continue;
        }
        let Some(items) = arguments.items(at)? else { return Ok(None) };
        if !items.is_empty() {
            return Ok(Some(arguments.value(at).clone()));
        }
    }
    arguments.fail("all lists are empty")
}

fn compact(arguments: &Arguments<'_, '_>) -> Answer {
    let Some(sequence) = arguments.sequence(0)? else { return Ok(None) };
    let mut kept = Vec::new();
    for item in &sequence.items {
        let words = item.to_words();
        let maybe_empty = words.as_ref().is_some_and(|words| words.known().is_none() && words.len() == 0);
        match (&item.data, words.and_then(|words| words.known())) {
            (Data::Null, _) => {}
            (_, Some(text)) if text.is_empty() => {}
            // It may turn out to be empty, and then to be missing.
            (Data::Unknown(hole), _) => kept.push(Value::new(Data::Rest(Arc::clone(hole)), item.span)),
            (Data::Text(_), None) if maybe_empty => {
                let hole = hole_of(item, CharClass::Any);
                kept.push(Value::new(Data::Rest(Arc::new(hole)), item.span));
            }
            _ => kept.push(item.clone()),
        }
    }
    arguments.make_sequence(Sort::List, kept)
}

fn concat(arguments: &Arguments<'_, '_>) -> Answer {
    let mut joined = Vec::new();
    let mut sort = Sort::List;
    for at in 0..arguments.count() {
        if sort_of(arguments.value(at)) == Sort::Tuple {
            sort = Sort::Tuple;
        }
        match arguments.sequence(at)? {
            Some(sequence) => joined.extend(sequence.items.iter().cloned()),
            None => joined.push(rest(arguments.value(at))),
        }
        arguments.run.charge(joined.len() / 8, arguments.span)?;
    }
    arguments.make_sequence(sort, joined)
}

/// An unknown list as an unknown number of values.
fn rest(value: &Value) -> Value {
    let hole = match &value.data {
        Data::Unknown(hole) | Data::Rest(hole) => Arc::clone(hole),
        _ => Arc::new(hole_of(value, CharClass::Any)),
    };
    Value::new(Data::Rest(hole), value.span)
}

/// Whether a set holds an item for certain.
fn has(items: &[Value], item: &Value) -> bool {
    items.iter().any(|other| operators::same(other, item) == Some(true))
}

fn contains(arguments: &Arguments<'_, '_>) -> Answer {
    let Some(sequence) = arguments.sequence(0)? else { return Ok(None) };
    let wanted = arguments.value(1);
    // An element of another primitive type is compared as text, as a list has one type.
    let text = wanted.to_known_text();
    let mut certain = true;
    for item in &sequence.items {
        let mixed = matches!(item.data, Data::Text(_)) != matches!(wanted.data, Data::Text(_));
        let same = match (mixed, item.to_known_text()) {
            (true, Some(item)) if text.is_some() => Some(text.as_ref() == Some(&item)),
            _ => operators::same(item, wanted),
        };
        match same {
            Some(true) => return arguments.make_bool(true),
            Some(false) => {}
            None => certain = false,
        }
    }
    if certain { arguments.make_bool(false) } else { Ok(None) }
}

fn distinct(arguments: &Arguments<'_, '_>) -> Answer {
    let Some(sequence) = arguments.sequence(0)? else { return Ok(None) };
    let mut kept: Vec<Value> = Vec::new();
    for item in &sequence.items {
        arguments.run.charge(kept.len() / 4, arguments.span)?;
        if !has(&kept, item) {
            kept.push(item.clone());
        }
    }
    arguments.make_sequence(Sort::List, kept)
}

fn element(arguments: &Arguments<'_, '_>) -> Answer {
    let (Some(items), Some(at)) = (arguments.items(0)?, arguments.integer(1)?) else { return Ok(None) };
    let Ok(count) = i64::try_from(items.len()) else { return Ok(None) };
    if count == 0 {
        return arguments.fail("an empty list has no elements");
    }
    let at = usize::try_from(at.rem_euclid(count)).unwrap_or(0);
    Ok(items.get(at).cloned())
}

fn flatten(arguments: &Arguments<'_, '_>) -> Answer {
    fn into(value: &Value, flat: &mut Vec<Value>) {
        match &value.data {
            Data::Sequence(sequence) => sequence.items.iter().for_each(|item| into(item, flat)),
            // It may be a list.
            Data::Unknown(hole) if !hole.class.is_literal() => flat.push(rest(value)),
            _ => flat.push(value.clone()),
        }
    }
    let Some(sequence) = arguments.sequence(0)? else { return Ok(None) };
    let mut flat = Vec::new();
    sequence.items.iter().for_each(|item| into(item, &mut flat));
    arguments.make_sequence(Sort::Tuple, flat)
}

fn index(arguments: &Arguments<'_, '_>) -> Answer {
    let Some(items) = arguments.items(0)? else { return Ok(None) };
    for (at, item) in items.iter().enumerate() {
        match operators::same(item, arguments.value(1)) {
            Some(true) => return arguments.make_number(at),
            Some(false) => {}
            None => return Ok(None),
        }
    }
    arguments.fail("the list does not hold this value")
}

fn keys(arguments: &Arguments<'_, '_>) -> Answer {
    let Some(mapping) = arguments.mapping(0)? else { return Ok(None) };
    let keys = mapping.entries.iter().map(|entry| Value::text(entry.key.clone(), entry.key_span)).collect();
    arguments.make_sequence(Sort::List, keys)
}

fn values(arguments: &Arguments<'_, '_>) -> Answer {
    let Some(mapping) = arguments.mapping(0)? else { return Ok(None) };
    arguments.make_sequence(Sort::Tuple, mapping.entries.iter().map(|entry| entry.value.clone()).collect())
}

fn length(arguments: &Arguments<'_, '_>) -> Answer {
    let value = arguments.value(0);
    match &value.data {
        Data::Sequence(sequence) if !sequence.is_open() => arguments.make_number(sequence.items.len()),
        Data::Mapping(mapping) if mapping.open.is_empty() => arguments.make_number(mapping.entries.len()),
        Data::Text(_) | Data::Encoded(_) => match value.to_known_text().and_then(|text| characters(&text)) {
            Some(characters) => arguments.make_number(characters.len()),
            None => Ok(None),
        },
        Data::Sequence(_) | Data::Mapping(_) | Data::Resource(_) | Data::Module(_) => Ok(None),
        _ if value.is_unknown() => Ok(None),
        _ => arguments.fail(format!("{} has no length", value.kind())),
    }
}

fn lookup(arguments: &Arguments<'_, '_>) -> Answer {
    let (Some(mapping), Some(key)) = (arguments.mapping(0)?, arguments.text(1)?) else { return Ok(None) };
    match (mapping.get(&key), arguments.get(2)) {
        (Some(value), _) | (None, Some(value)) => Ok(Some(value.clone())),
        (None, None) => arguments.fail(format!("the map has no key `{key}`")),
    }
}

fn matchkeys(arguments: &Arguments<'_, '_>) -> Answer {
    let (Some(values), Some(keys), Some(wanted)) = (arguments.items(0)?, arguments.items(1)?, arguments.items(2)?)
    else {
        return Ok(None);
    };
    if values.len() != keys.len() {
        return arguments.fail("as many keys as values are required");
    }
    let found = values.iter().zip(keys).filter(|(_, key)| has(wanted, key)).map(|(value, _)| value.clone());
    arguments.make_sequence(Sort::List, found.collect())
}

/// Members of all maps, later ones winning.
fn merge(arguments: &Arguments<'_, '_>) -> Answer {
    let mut entries: Vec<Entry> = Vec::new();
    let mut open: Vec<(Value, Value)> = Vec::new();
    for (at, value) in arguments.values.iter().enumerate() {
        match &value.data {
            Data::Null => {}
            Data::Mapping(mapping) => {
                if !mapping.open.is_empty() {
                    hide(&mut entries, value);
                }
                entries.extend(mapping.entries.iter().cloned());
                open.extend(mapping.open.iter().cloned());
            }
            _ if value.is_unknown() || matches!(value.data, Data::Resource(_) | Data::Module(_)) => {
                hide(&mut entries, value);
                let key = Value::unknown(hole_of(format_args!("a key of {value}"), CharClass::Any), value.span);
                let inner = Value::unknown(hole_of(format_args!("a value of {value}"), CharClass::Any), value.span);
                open.push((key, inner));
            }
            _ => {
                arguments.mapping(at)?;
            }
        }
        arguments.run.charge(entries.len() / 8, arguments.span)?;
    }
    arguments.make_mapping(Mapping { open, repeated: Vec::new(), ..Mapping::from_entries(entries) })
}

/// What is merged later may have the same keys.
fn hide(entries: &mut [Entry], by: &Value) {
    for entry in entries {
        let hole = hole_of(format_args!("merge({}, {by}).{}", entry.value, entry.key), CharClass::Any);
        entry.value = Value::unknown(hole, entry.value.span);
    }
}

fn one(arguments: &Arguments<'_, '_>) -> Answer {
    let value = arguments.value(0);
    let Data::Sequence(_) = &value.data else {
        return match value.is_unknown() || value.is_null() {
            true => Ok(None),
            false => Ok(Some(value.clone())),
        };
    };
    let Some(items) = arguments.items(0)? else { return Ok(None) };
    match items {
        [] => Ok(Some(Value::null(arguments.span))),
        [only] => Ok(Some(only.clone())),
        _ => arguments.fail("a list of at most one element is required"),
    }
}

fn range(arguments: &Arguments<'_, '_>) -> Answer {
    let mut numbers = Vec::new();
    for at in 0..arguments.count() {
        match arguments.number(at)? {
            Some(number) => numbers.push(number),
            None => return Ok(None),
        }
    }
    let (zero, one) = (Number::from(0usize), Number::from(1usize));
    let (start, end) = match numbers.as_slice() {
        [end] => (zero, *end),
        [start, end, ..] => (*start, *end),
        [] => return Ok(None),
    };
    let step = numbers.get(2).copied().unwrap_or(if end < start { -one } else { one });
    let mut items = Vec::new();
    let mut at = start;
    while if step < zero { at > end } else { at < end } {
        if items.len() >= 1024 || step.is_zero() {
            return arguments.fail("more than 1,024 numbers");
        }
        items.push(Value::new(Data::Number(at), arguments.span));
        match at.operate("+", step) {
            Some(next) => at = next,
            None => return Ok(None),
        }
    }
    arguments.make_sequence(Sort::List, items)
}

fn reverse(arguments: &Arguments<'_, '_>) -> Answer {
    let Some(items) = arguments.items(0)? else { return Ok(None) };
    arguments.make_sequence(sort_of(arguments.value(0)), items.iter().rev().cloned().collect())
}

/// The items of all sets, or of the first, that `keep` keeps.
fn sets(arguments: &Arguments<'_, '_>, keep: fn(&[&[Value]], &Value) -> bool, of_all: bool) -> Answer {
    let mut all = Vec::new();
    for at in 0..arguments.count() {
        match arguments.items(at)? {
            Some(items) if of_all || items.iter().all(Value::is_known) => all.push(items),
            _ => return Ok(None),
        }
    }
    let from = if of_all { all.as_slice() } else { &all[..1] };
    arguments.run.charge(from.iter().map(|set| set.len()).sum::<usize>(), arguments.span)?;
    let kept = from.iter().flat_map(|set| set.iter()).filter(|item| keep(&all, item)).cloned().collect();
    arguments.make_sequence(Sort::Set, set_items(unify(kept)))
}

fn setproduct(arguments: &Arguments<'_, '_>) -> Answer {
    let mut rows: Vec<Vec<Value>> = vec![Vec::new()];
    let mut sort = Sort::Set;
    for at in 0..arguments.count() {
        let Some(items) = arguments.items(at)? else { return Ok(None) };
        if matches!(&arguments.value(at).data, Data::Sequence(sequence) if sequence.sort != Sort::Set) {
            sort = Sort::List;
        }
        arguments.run.charge(rows.len().saturating_mul(items.len()), arguments.span)?;
        let with = |row: &Vec<Value>, item: &Value| row.iter().cloned().chain([item.clone()]).collect();
        rows = rows.iter().flat_map(|row| items.iter().map(move |item| with(row, item))).collect();
    }
    let rows: Vec<Value> = rows.into_iter().map(|row| Value::sequence(Sort::Tuple, row, arguments.span)).collect();
    arguments.make_sequence(sort, if sort == Sort::Set { set_items(rows) } else { rows })
}

fn slice(arguments: &Arguments<'_, '_>) -> Answer {
    let (Some(items), Some(start), Some(end)) = (arguments.items(0)?, arguments.integer(1)?, arguments.integer(2)?)
    else {
        return Ok(None);
    };
    let bounds = usize::try_from(start).ok().zip(usize::try_from(end).ok());
    match bounds.and_then(|(start, end)| items.get(start..end)) {
        Some(part) => arguments.make_sequence(sort_of(arguments.value(0)), part.to_vec()),
        None => arguments.fail(format!("the list has no elements {start} to {end}")),
    }
}

fn sort(arguments: &Arguments<'_, '_>) -> Answer {
    let Some(items) = arguments.items(0)? else { return Ok(None) };
    let mut keyed = Vec::with_capacity(items.len());
    for item in items {
        match item.to_words().map(|words| words.known()) {
            Some(Some(text)) => keyed.push((text, item.span)),
            Some(None) => return Ok(None),
            None => return arguments.fail(format!("a list of strings is required, not one with {}", item.kind())),
        }
    }
    keyed.sort();
    arguments.make_sequence(Sort::List, keyed.into_iter().map(|(text, span)| Value::text(text, span)).collect())
}

fn sum(arguments: &Arguments<'_, '_>) -> Answer {
    let Some(items) = arguments.items(0)? else { return Ok(None) };
    let mut total = Number::from(0usize);
    for item in items {
        let Some(number) = operators::number(item)? else { return Ok(None) };
        match total.operate("+", number) {
            Some(next) => total = next,
            None => return Ok(None),
        }
    }
    arguments.make_number(total)
}

fn transpose(arguments: &Arguments<'_, '_>) -> Answer {
    let Some(mapping) = arguments.mapping(0)? else { return Ok(None) };
    let mut lists: Vec<(String, Vec<Value>)> = Vec::new();
    for entry in &mapping.entries {
        let Data::Sequence(sequence) = &entry.value.data else { return Ok(None) };
        for item in &sequence.items {
            let Some(text) = item.to_known_text() else { return Ok(None) };
            let key = Value::text(entry.key.clone(), entry.key_span);
            match lists.iter_mut().find(|(own, _)| *own == text) {
                Some((_, list)) => list.push(key),
                None => lists.push((text, vec![key])),
            }
            arguments.run.charge(lists.len() / 8, arguments.span)?;
        }
    }
    let span = arguments.span;
    let entry = |(key, list): (String, Vec<Value>)| Entry {
        key: key.into(),
        key_span: span,
        value: Value::sequence(Sort::List, list, span),
    };
    arguments.make_mapping(Mapping::from_entries(lists.into_iter().map(entry).collect()))
}

fn zipmap(arguments: &Arguments<'_, '_>) -> Answer {
    let (Some(keys), Some(values)) = (arguments.items(0)?, arguments.items(1)?) else { return Ok(None) };
    if keys.len() != values.len() {
        return arguments.fail("as many keys as values are required");
    }
    let mut entries = Vec::new();
    for (key, value) in keys.iter().zip(values) {
        let text: Result<String, Failure> = match key.to_words().map(|words| words.known()) {
            Some(Some(text)) => Ok(text),
            Some(None) => return Ok(None),
            None => arguments.fail("keys are strings"),
        };
        entries.push(Entry { key: text?.into(), key_span: key.span, value: value.clone() });
    }
    arguments.make_mapping(Mapping { repeated: Vec::new(), ..Mapping::from_entries(entries) })
}
