//! `format` and `formatlist`, by the verbs of Go's `fmt` that Terraform takes.

use super::super::evaluate::Failure;
use super::super::number::Number;
use super::super::value::{Data, Layout, Sort, Value, encode};
use super::{Answer, Arguments, Function, variadic};
use crate::words::{Piece, Words};

pub(super) const FUNCTIONS: &[Function] = &[variadic("format", 1, format), variadic("formatlist", 1, formatlist)];

fn format(arguments: &Arguments<'_, '_>) -> Answer {
    let Some(pattern) = arguments.text(0)? else { return Ok(None) };
    match formatted(arguments, &pattern, &arguments.values[1..])? {
        Some(words) => arguments.make_words(words),
        None => Ok(None),
    }
}

fn formatlist(arguments: &Arguments<'_, '_>) -> Answer {
    let Some(pattern) = arguments.text(0)? else { return Ok(None) };
    let mut length = None;
    for at in 1..arguments.count() {
        if arguments.value(at).is_unknown() {
            return Ok(None);
        }
        if let Data::Sequence(sequence) = &arguments.value(at).data {
            if sequence.is_open() {
                return Ok(None);
            }
            if length.is_some_and(|length| length != sequence.items.len()) {
                return arguments.fail("lists of one length are required");
            }
            length = Some(sequence.items.len());
        }
    }
    let mut items = Vec::new();
    for at in 0..length.unwrap_or(1) {
        let row = arguments.values[1..].iter().map(|value| match &value.data {
            Data::Sequence(sequence) => sequence.items[at].clone(),
            _ => value.clone(),
        });
        match formatted(arguments, &pattern, &row.collect::<Vec<_>>())? {
            Some(words) => items.push(Value::words(words, arguments.span)),
            None => return Ok(None),
        }
        arguments.run.charge(1, arguments.span)?;
    }
    arguments.make_sequence(Sort::List, items)
}

/// A verb with its flags: `%-10s`, `%05.2f`, `%[2]v`.
#[derive(Debug, Default)]
struct Verb {
    minus: bool,
    plus: bool,
    space: bool,
    zero: bool,
    sharp: bool,
    width: Option<usize>,
    precision: Option<u32>,
    index: Option<usize>,
    verb: char,
}

fn formatted(arguments: &Arguments<'_, '_>, pattern: &str, values: &[Value]) -> Result<Option<Words>, Failure> {
    let mut words = Words::default();
    let mut rest = pattern;
    let mut next = 0;
    let mut used = 0;
    while let Some(at) = rest.find('%') {
        let before = words.cost();
        words.push(Piece::made(&rest[..at], arguments.span));
        rest = &rest[at + 1..];
        let (verb, length) = match verb(rest) {
            Some(read) => read,
            None => return arguments.fail(format!("`{pattern}` has a verb that is not finished")),
        };
        rest = &rest[length..];
        if verb.verb == '%' {
            words.push(Piece::made("%", arguments.span));
            continue;
        }
        if let Some(index) = verb.index {
            next = index.saturating_sub(1);
        }
        let Some(value) = values.get(next) else {
            return arguments.fail(format!("`{pattern}` has more verbs than there are arguments"));
        };
        next += 1;
        used = used.max(next);
        match one(arguments, &verb, value)? {
            Some(text) => words.append(&text),
            None => return Ok(None),
        }
        arguments.run.check_length(&words, before, arguments.span)?;
    }
    words.push(Piece::made(rest, arguments.span));
    if used < values.len() {
        return arguments.fail(format!("`{pattern}` has fewer verbs than there are arguments"));
    }
    Ok(Some(words))
}

/// Reads a verb behind its `%`, and how many bytes it takes.
fn verb(text: &str) -> Option<(Verb, usize)> {
    let mut verb = Verb::default();
    let bytes = text.as_bytes();
    let mut at = 0;
    let digits = |at: &mut usize| {
        let start = *at;
        while bytes.get(*at).is_some_and(u8::is_ascii_digit) {
            *at += 1;
        }
        text[start..*at].parse::<u32>().ok().filter(|number| *number <= 10_000)
    };
    let index = |at: &mut usize| {
        if bytes.get(*at) != Some(&b'[') {
            return Some(None);
        }
        *at += 1;
        let number = digits(at)?;
        (bytes.get(*at) == Some(&b']')).then(|| *at += 1)?;
        Some(usize::try_from(number).ok())
    };
    loop {
        match bytes.get(at)? {
            b'-' => verb.minus = true,
            b'+' => verb.plus = true,
            b' ' => verb.space = true,
            b'0' => verb.zero = true,
            b'#' => verb.sharp = true,
            _ => break,
        }
        at += 1;
    }
    verb.index = index(&mut at)?;
    if bytes.get(at)?.is_ascii_digit() {
        verb.width = Some(usize::try_from(digits(&mut at)?).ok()?);
    }
    if bytes.get(at) == Some(&b'.') {
        at += 1;
        verb.precision = Some(digits(&mut at).unwrap_or(0));
    }
    if verb.index.is_none() {
        verb.index = index(&mut at)?;
    }
    verb.verb = text[at..].chars().next()?;
    let length = at + verb.verb.len_utf8();
    Some((verb, length))
}

fn one(arguments: &Arguments<'_, '_>, verb: &Verb, value: &Value) -> Result<Option<Words>, Failure> {
    let whole = |number: Number| number.to_integer();
    let number = || super::operators::number(value);
    let text = match verb.verb {
        'v' if verb.sharp
            || !matches!(
                value.data,
                Data::Text(_) | Data::Encoded(_) | Data::Unknown(_) | Data::Number(_) | Data::Bool(_)
            ) =>
        {
            if !value.is_known() {
                return Ok(None);
            }
            encode(value, Layout::Compact)
        }
        's' | 'v' => match (value.to_words(), &value.data) {
            (Some(words), _) => words,
            (None, _) => return arguments.fail(format!("`%{}` cannot print {}", verb.verb, value.kind())),
        },
        'q' => match value.to_words().map(|words| words.known()) {
            Some(Some(text)) => encode(&Value::text(text, arguments.span), Layout::Compact),
            _ => return Ok(None),
        },
        't' => match super::operators::truth(value)? {
            Some(truth) => Words::made(truth.to_string(), arguments.span),
            None => return Ok(None),
        },
        'd' | 'b' | 'o' | 'x' | 'X' => {
            if let (Data::Text(_), 'x' | 'X') = (&value.data, verb.verb) {
                let Some(text) = value.to_known_text() else { return Ok(None) };
                let hex: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
                let hex = if verb.verb == 'X' { hex.to_uppercase() } else { hex };
                return Ok(Some(padded(verb, Words::made(hex, arguments.span), arguments)));
            }
            let Some(number) = number()? else { return Ok(None) };
            let Some(number) = whole(number) else {
                return arguments.fail(format!("`%{}` needs a whole number", verb.verb));
            };
            let digits = match verb.verb {
                'b' => format!("{:b}", number.unsigned_abs()),
                'o' => format!("{:o}", number.unsigned_abs()),
                'x' => format!("{:x}", number.unsigned_abs()),
                'X' => format!("{:X}", number.unsigned_abs()),
                _ => number.unsigned_abs().to_string(),
            };
            return Ok(Some(padded_number(verb, number < 0, &digits, arguments)));
        }
        'f' | 'F' => {
            let Some(number) = number()? else { return Ok(None) };
            let digits = number.abs().fixed(verb.precision.unwrap_or(6).min(28));
            return Ok(Some(padded_number(verb, number < Number::from(0usize), &digits, arguments)));
        }
        'g' | 'G' => match number()? {
            Some(number) => Words::made(number.to_string(), arguments.span),
            None => return Ok(None),
        },
        // Exponents are for physicists.
        'e' | 'E' => return Ok(None),
        other => return arguments.fail(format!("there is no verb `%{other}`")),
    };
    let text = match (verb.precision, verb.verb, text.known()) {
        (Some(precision), 's' | 'v', Some(known)) => {
            let cut = usize::try_from(precision).unwrap_or(usize::MAX);
            Words::made(known.chars().take(cut).collect::<String>(), arguments.span)
        }
        (Some(_), 's' | 'v', None) => return Ok(None),
        _ => text,
    };
    if verb.width.is_some() && text.known().is_none() {
        return Ok(None);
    }
    Ok(Some(padded(verb, text, arguments)))
}

fn padded(verb: &Verb, text: Words, arguments: &Arguments<'_, '_>) -> Words {
    let (Some(width), Some(known)) = (verb.width, text.known()) else { return text };
    let missing = width.saturating_sub(known.chars().count());
    if missing == 0 {
        return text;
    }
    let padded = match verb.minus {
        true => format!("{known}{}", " ".repeat(missing)),
        false => format!("{}{known}", if verb.zero { "0" } else { " " }.repeat(missing)),
    };
    Words::made(padded, arguments.span)
}

fn padded_number(verb: &Verb, negative: bool, digits: &str, arguments: &Arguments<'_, '_>) -> Words {
    let sign = match (negative, verb.plus, verb.space) {
        (true, ..) => "-",
        (_, true, _) => "+",
        (.., true) => " ",
        _ => "",
    };
    let missing = verb.width.unwrap_or(0).saturating_sub(sign.len() + digits.len());
    let text = match (verb.minus, verb.zero) {
        (true, _) => format!("{sign}{digits}{}", " ".repeat(missing)),
        (false, true) => format!("{sign}{}{digits}", "0".repeat(missing)),
        (false, false) => format!("{}{sign}{digits}", " ".repeat(missing)),
    };
    Words::made(text, arguments.span)
}
