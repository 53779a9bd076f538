//! Functions on strings. What looks at one character at a time is done around holes.

use std::sync::Arc;

use mediastore_policy::text::{CharClass, Hole, TextPart};
use regex::Regex;

use super::super::operators;
use super::super::value::{Data, Entry, Mapping, Sort, Value, hole_of};
use super::{Answer, Arguments, Failure, Function, function, variadic};
use crate::words::{Piece, Words};

pub(super) const FUNCTIONS: &[Function] = &[
    function("chomp", 1, 1, |a| edges(a, |text| text.trim_end_matches(['\n', '\r']).to_owned())),
    function("endswith", 2, 2, |a| edge(a, true)).class(CharClass::Plain),
    function("indent", 2, 2, indent),
    variadic("join", 1, join),
    function("lower", 1, 1, |a| mapped(a, "lower", |text| text.to_lowercase(), lower_class)),
    function("regex", 2, 2, regex),
    function("regexall", 2, 2, regexall),
    function("replace", 3, 3, replace),
    function("split", 2, 2, split),
    function("startswith", 2, 2, |a| edge(a, false)).class(CharClass::Plain),
    function("strcontains", 2, 2, contains).class(CharClass::Plain),
    function("strrev", 1, 1, strrev),
    function("substr", 3, 3, substr),
    function("title", 1, 1, |a| known(a, title)),
    function("trim", 2, 2, trim),
    function("trimprefix", 2, 2, |a| without(a, false)),
    function("trimspace", 1, 1, |a| edges(a, |text| text.trim().to_owned())),
    function("trimsuffix", 2, 2, |a| without(a, true)),
    function("upper", 1, 1, |a| mapped(a, "upper", |text| text.to_uppercase(), upper_class)),
];

/// The longest program of a regular expression.
const REGEX_SIZE: usize = 1 << 20;

/// The characters as Terraform counts them, which takes a letter and its accents for one. Nothing where that would need Unicode's tables.
pub(super) fn characters(text: &str) -> Option<Vec<char>> {
    let is_alone = |c: char| c != '\r' && matches!(c, '\0'..='\u{2ff}' | '\u{4e00}'..='\u{9fff}');
    text.chars().map(|c| Some(c).filter(|c| is_alone(*c))).collect()
}

fn strrev(arguments: &Arguments<'_, '_>) -> Answer {
    match arguments.text(0)?.and_then(|text| characters(&text)) {
        Some(characters) => arguments.make_text(characters.iter().rev().collect::<String>()),
        None => Ok(None),
    }
}

/// A function of wholly known text.
fn known(arguments: &Arguments<'_, '_>, change: impl Fn(&str) -> String) -> Answer {
    match arguments.text(0)? {
        Some(text) => arguments.make_text(change(&text)),
        None => Ok(None),
    }
}

/// A function that looks at each character alone.
fn mapped(
    arguments: &Arguments<'_, '_>,
    name: &str,
    change: fn(&str) -> String,
    class: fn(CharClass) -> CharClass,
) -> Answer {
    let hole = |hole: &Arc<Hole>| {
        let length = hole.length.filter(|_| hole.class.is_literal());
        Arc::new(Hole { length, ..hole_of(format_args!("{name}({})", hole.name), class(hole.class)) })
    };
    arguments.make_words(arguments.words(0)?.map(change, hole))
}

fn lower_class(class: CharClass) -> CharClass {
    if class == CharClass::Any { CharClass::Any } else { class }
}

fn upper_class(class: CharClass) -> CharClass {
    match class {
        CharClass::Region => CharClass::Name,
        CharClass::Bucket => CharClass::Segment,
        other => other,
    }
}

/// A function that takes white space away at the ends, which are known or cannot be white space.
fn edges(arguments: &Arguments<'_, '_>, change: fn(&str) -> String) -> Answer {
    let words = arguments.words(0)?;
    if let Some(text) = words.known() {
        return arguments.make_text(change(&text));
    }
    // Of the characters that a hole of a narrow class can be, none is white space; `Plain` and `Any` hold some.
    let narrow = |piece: Option<&Piece>| match piece.map(|piece| &piece.part) {
        Some(TextPart::Known(text)) => change(text) == text.as_str(),
        Some(TextPart::Hole(hole)) => {
            !matches!(hole.class, CharClass::Any | CharClass::Plain) && hole.length != Some(0)
        }
        None => true,
    };
    match narrow(words.pieces().first()) && narrow(words.pieces().last()) {
        true => arguments.make_words(words),
        false => Ok(None),
    }
}

fn edge(arguments: &Arguments<'_, '_>, last: bool) -> Answer {
    let (words, Some(wanted)) = (arguments.words(0)?, arguments.text(1)?) else { return Ok(None) };
    if let Some(text) = words.known() {
        return arguments.make_bool(if last { text.ends_with(&wanted) } else { text.starts_with(&wanted) });
    }
    let piece = if last { words.pieces().last() } else { words.pieces().first() };
    let Some(text) = piece.and_then(Piece::known) else { return Ok(None) };
    let (holds, fails) = match last {
        true => (text.ends_with(&wanted), !wanted.ends_with(text)),
        false => (text.starts_with(&wanted), !wanted.starts_with(text)),
    };
    match (holds, fails) {
        (true, _) => arguments.make_bool(true),
        (_, true) => arguments.make_bool(false),
        _ => Ok(None),
    }
}

fn contains(arguments: &Arguments<'_, '_>) -> Answer {
    let (words, Some(wanted)) = (arguments.words(0)?, arguments.text(1)?) else { return Ok(None) };
    if words.pieces().iter().filter_map(Piece::known).any(|text| text.contains(&wanted)) {
        return arguments.make_bool(true);
    }
    match words.known() {
        Some(text) => arguments.make_bool(text.contains(&wanted)),
        None => Ok(None),
    }
}

fn indent(arguments: &Arguments<'_, '_>) -> Answer {
    let (Some(spaces), words) = (arguments.integer(0)?, arguments.words(1)?) else { return Ok(None) };
    let Some(spaces) = usize::try_from(spaces).ok().filter(|spaces| *spaces <= 1000) else {
        return arguments.fail("a number of spaces from 0 to 1,000 is required");
    };
    let break_and_spaces = format!("\n{}", " ".repeat(spaces));
    let indented = |piece: &Piece| match &piece.part {
        TextPart::Known(text) => Piece::made(text.replace('\n', &break_and_spaces), piece.span),
        // Line breaks in a hole would be indented too.
        TextPart::Hole(_) => piece.clone(),
    };
    let narrow = words.pieces().iter().all(|piece| match &piece.part {
        TextPart::Hole(hole) => !matches!(hole.class, CharClass::Any | CharClass::Plain),
        TextPart::Known(_) => true,
    });
    if narrow { arguments.make_words(words.pieces().iter().map(indented).collect()) } else { Ok(None) }
}

fn join(arguments: &Arguments<'_, '_>) -> Answer {
    let separator = arguments.words(0)?;
    let mut words = Words::default();
    let mut first = true;
    for at in 1..arguments.count() {
        let Some(items) = arguments.items(at)? else { return Ok(None) };
        for item in items {
            let Some(text) = item.to_words() else {
                return arguments.fail(format!("a list of strings is required here, not one with {}", item.kind()));
            };
            let before = words.cost();
            if !std::mem::take(&mut first) {
                words.append(&separator);
            }
            words.append(&text);
            arguments.run.check_length(&words, before, arguments.span)?;
        }
    }
    arguments.make_words(words)
}

/// Classes that are of ASCII in Go's regular expressions, and of Unicode here.
const CLASSES: [&str; 8] = [r"\b", r"\B", r"\d", r"\D", r"\s", r"\S", r"\w", r"\W"];

/// A regular expression, as far as its syntax is that of both languages. Nothing where it could mean something else of this text.
fn compiled(arguments: &Arguments<'_, '_>, pattern: &str, text: &str) -> Result<Option<Regex>, Failure> {
    if !text.is_ascii() && CLASSES.iter().any(|class| pattern.contains(class)) {
        return Ok(None);
    }
    regex::RegexBuilder::new(pattern).size_limit(REGEX_SIZE).build().map(Some).map_err(|_| {
        let message = format!("`{pattern}` is no regular expression that can be evaluated");
        Failure::ours(message, arguments.span)
    })
}

fn regex(arguments: &Arguments<'_, '_>) -> Answer {
    let (Some(pattern), Some(text)) = (arguments.text(0)?, arguments.text(1)?) else { return Ok(None) };
    let Some(regex) = compiled(arguments, &pattern, &text)? else { return Ok(None) };
    match regex.captures(&text) {
        Some(captures) => Ok(Some(captured(arguments, &regex, &captures))),
        None => arguments.fail(format!("the pattern `{pattern}` does not match")),
    }
}

fn regexall(arguments: &Arguments<'_, '_>) -> Answer {
    let (Some(pattern), Some(text)) = (arguments.text(0)?, arguments.text(1)?) else { return Ok(None) };
    let Some(regex) = compiled(arguments, &pattern, &text)? else { return Ok(None) };
    let found = regex.captures_iter(&text).map(|captures| captured(arguments, &regex, &captures)).collect();
    arguments.make_sequence(Sort::List, found)
}

/// A match: its text, or its groups by place or by name.
fn captured(arguments: &Arguments<'_, '_>, regex: &Regex, captures: &regex::Captures<'_>) -> Value {
    let span = arguments.span;
    let group = |found: Option<regex::Match<'_>>| match found {
        Some(found) => Value::text(found.as_str(), span),
        None => Value::null(span),
    };
    if regex.captures_len() == 1 {
        return group(captures.get(0));
    }
    let names: Vec<&str> = regex.capture_names().flatten().collect();
    if names.is_empty() {
        return Value::sequence(Sort::Tuple, captures.iter().skip(1).map(group).collect(), span);
    }
    let entry = |name: &&str| Entry { key: (*name).into(), key_span: span, value: group(captures.name(name)) };
    Value::mapping(Mapping::from_entries(names.iter().map(entry).collect()), span)
}

fn replace(arguments: &Arguments<'_, '_>) -> Answer {
    let words = arguments.words(0)?;
    let (Some(wanted), Some(with)) = (arguments.text(1)?, arguments.text(2)?) else { return Ok(None) };
    let pattern = wanted.strip_prefix('/').and_then(|rest| rest.strip_suffix('/')).filter(|_| wanted.len() > 1);
    if let Some(pattern) = pattern {
        let Some(text) = words.known() else { return Ok(None) };
        let Some(regex) = compiled(arguments, pattern, &text)? else { return Ok(None) };
        return arguments.make_text(regex.replace_all(&text, with.as_str()).into_owned());
    }
    if let Some(text) = words.known() {
        return arguments.make_text(text.replace(&wanted, &with));
    }
    let mut chars = wanted.chars();
    let (Some(only), None) = (chars.next(), chars.next()) else { return Ok(None) };
    let hole = |hole: &Arc<Hole>| {
        if !hole.class.contains(only) {
            return Arc::clone(hole);
        }
        let made =
            [&Value::new(Data::Unknown(Arc::clone(hole)), arguments.span), &Value::text(with.as_str(), arguments.span)];
        let name = format!("replace({}, {wanted:?}, {with:?})", hole.name);
        Arc::new(hole_of(name, operators::class_of(&made)))
    };
    arguments.make_words(words.map(|text| text.replace(&wanted, &with), hole))
}

fn split(arguments: &Arguments<'_, '_>) -> Answer {
    let Some(separator) = arguments.text(0)? else { return Ok(None) };
    let words = arguments.words(1)?;
    if let Some(text) = words.known() {
        let part = |text: &str| Value::text(text, arguments.span);
        let parts: Vec<Value> = match separator.is_empty() {
            true => text.chars().map(|c| part(c.encode_utf8(&mut [0; 4]))).collect(),
            false => text.split(&separator).map(part).collect(),
        };
        return arguments.make_sequence(Sort::List, parts);
    }
    if separator.is_empty() {
        return Ok(None);
    }
    let Some(parts) = words.split(&separator, usize::MAX) else { return Ok(None) };
    let parts = parts.into_iter().map(|words| Value::words(words, arguments.span)).collect();
    arguments.make_sequence(Sort::List, parts)
}

fn substr(arguments: &Arguments<'_, '_>) -> Answer {
    let (Some(offset), Some(length)) = (arguments.integer(1)?, arguments.integer(2)?) else { return Ok(None) };
    let words = arguments.words(0)?;
    let cut = |text: &str| {
        let Some(chars) = characters(text) else { return Ok(None) };
        let count = i64::try_from(chars.len()).unwrap_or(i64::MAX);
        let start = if offset < 0 { (count + offset).max(0) } else { offset.min(count) };
        let end = if length < 0 { count } else { start.saturating_add(length).min(count) };
        let (start, end) = (usize::try_from(start).unwrap_or(0), usize::try_from(end).unwrap_or(0));
        arguments.make_text(chars[start..end.max(start)].iter().collect::<String>())
    };
    if let Some(text) = words.known() {
        return cut(&text);
    }
    // A beginning that lies before the first hole.
    let first = words.pieces().first().and_then(Piece::known).unwrap_or_default();
    let enough = i64::try_from(first.chars().count()).is_ok_and(|count| offset.saturating_add(length) <= count);
    if offset >= 0 && length >= 0 && enough { cut(first) } else { Ok(None) }
}

fn title(text: &str) -> String {
    let mut inside = false;
    let mut titled = String::with_capacity(text.len());
    for c in text.chars() {
        match inside {
            true => titled.push(c),
            false => titled.extend(c.to_uppercase()),
        }
        inside = c.is_alphanumeric() || c == '_' || c == '\'';
    }
    titled
}

fn trim(arguments: &Arguments<'_, '_>) -> Answer {
    let Some(cut) = arguments.text(1)? else { return Ok(None) };
    known(arguments, |text| text.trim_matches(|c| cut.contains(c)).to_owned())
}

fn without(arguments: &Arguments<'_, '_>, last: bool) -> Answer {
    let (words, Some(edge)) = (arguments.words(0)?, arguments.text(1)?) else { return Ok(None) };
    let cut = |text: &str| match last {
        true => text.strip_suffix(&edge).map(str::to_owned),
        false => text.strip_prefix(&edge).map(str::to_owned),
    };
    if let Some(text) = words.known() {
        return arguments.make_text(cut(&text).unwrap_or(text));
    }
    let mut pieces = words.pieces().to_vec();
    let piece = if last { pieces.last_mut() } else { pieces.first_mut() };
    let Some(piece) = piece else { return Ok(None) };
    let Some(text) = piece.known() else { return Ok(None) };
    match cut(text) {
        Some(rest) => *piece = Piece::made(rest, piece.span),
        // The edge may reach into the hole.
        None if edge.len() > text.len() => return Ok(None),
        None => {}
    }
    arguments.make_words(pieces.into_iter().collect())
}
