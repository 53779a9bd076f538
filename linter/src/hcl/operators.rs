//! Operators over partly known values.

use mediastore_policy::span::Span;
use mediastore_policy::text::{CharClass, Text, TextRef};

use super::evaluate::{Eval, Failure};
use super::number::Number;
use super::syntax::Binary;
use super::value::{Data, Value, hole_of};

/// Whether a condition holds; nothing if it is unknown.
pub(super) fn truth(value: &Value) -> Result<Option<bool>, Failure> {
    if value.is_unknown() {
        return Ok(None);
    }
    match &value.data {
        Data::Bool(value) => Ok(Some(*value)),
        Data::Text(_) => match value.to_known_text().as_deref() {
            Some("true") => Ok(Some(true)),
            Some("false") => Ok(Some(false)),
            Some(_) => Err(Failure::new("a boolean is required here, not a string", value.span)),
            None => Ok(None),
        },
        _ => Err(Failure::new(format!("a boolean is required here, not {}", value.kind()), value.span)),
    }
}

/// The number of a value; nothing if it is unknown.
pub(super) fn number(value: &Value) -> Result<Option<Number>, Failure> {
    if value.is_unknown() {
        return Ok(None);
    }
    let wrong = || Failure::new(format!("a number is required here, not {}", value.kind()), value.span);
    match &value.data {
        Data::Number(number) => Ok(Some(*number)),
        Data::Text(_) => match value.to_known_text() {
            Some(text) => Number::parse(&text).map(Some).ok_or_else(wrong),
            None => Ok(None),
        },
        _ => Err(wrong()),
    }
}

pub(super) fn not(value: &Value, span: Span) -> Eval {
    Ok(match truth(value)? {
        Some(truth) => Value::new(Data::Bool(!truth), span),
        None => Value::unknown(hole_of(format_args!("!{value}"), CharClass::Plain), span),
    })
}

pub(super) fn negate(value: &Value, span: Span) -> Eval {
    Ok(match number(value)? {
        Some(number) => Value::new(Data::Number(-number), span),
        None => Value::unknown(hole_of(format_args!("-{value}"), CharClass::Plain), span),
    })
}

pub(super) fn binary(operator: Binary, left: &Value, right: &Value, span: Span) -> Eval {
    let known = match operator {
        Binary::And | Binary::Or => {
            let decisive = operator == Binary::Or;
            match (truth(left)?, truth(right)?) {
                (Some(value), _) | (_, Some(value)) if value == decisive => Some(Data::Bool(decisive)),
                (Some(_), Some(_)) => Some(Data::Bool(!decisive)),
                _ => None,
            }
        }
        Binary::Equal => same(left, right).map(Data::Bool),
        Binary::NotEqual => same(left, right).map(|same| Data::Bool(!same)),
        Binary::Greater | Binary::GreaterOrEqual | Binary::Less | Binary::LessOrEqual => {
            match (number(left)?, number(right)?) {
                (Some(a), Some(b)) => Some(Data::Bool(match operator {
                    Binary::Greater => a > b,
                    Binary::GreaterOrEqual => a >= b,
                    Binary::Less => a < b,
                    _ => a <= b,
                })),
                _ => None,
            }
        }
        _ => match (number(left)?, number(right)?) {
            (Some(_), Some(b)) if b.is_zero() && matches!(operator, Binary::Divide | Binary::Remainder) => {
                return Err(Failure::new("a division by zero", span));
            }
            (Some(a), Some(b)) => a.operate(operator.symbol(), b).map(Data::Number),
            _ => None,
        },
    };
    Ok(match known {
        Some(data) => Value::new(data, span),
        None => {
            let name = format_args!("{left} {} {right}", operator.symbol());
            Value::unknown(hole_of(name, CharClass::Plain), span)
        }
    })
}

/// Whether two values are equal; nothing if that is unknown. Values of different types are not.
pub(super) fn same(a: &Value, b: &Value) -> Option<bool> {
    match (&a.data, &b.data) {
        (Data::Unknown(a), Data::Unknown(b)) if a.name == b.name => Some(true),
        _ if a.is_unknown() || b.is_unknown() => None,
        (Data::Null, Data::Null) => Some(true),
        (Data::Bool(a), Data::Bool(b)) => Some(a == b),
        (Data::Number(a), Data::Number(b)) => Some(a == b),
        (Data::Text(_) | Data::Encoded(_), Data::Text(_) | Data::Encoded(_)) => {
            same_text(&a.to_words()?.text(), &b.to_words()?.text())
        }
        (Data::Sequence(a), Data::Sequence(b)) => {
            if a.is_open() || b.is_open() {
                return None;
            }
            if a.items.len() != b.items.len() {
                return Some(false);
            }
            all(a.items.iter().zip(&b.items).map(|(a, b)| same(a, b)))
        }
        (Data::Mapping(a), Data::Mapping(b)) => {
            if !a.open.is_empty() || !b.open.is_empty() {
                return None;
            }
            let keys =
                |entries: &[super::value::Entry]| entries.iter().map(|entry| entry.key.clone()).collect::<Vec<_>>();
            if keys(&a.entries) != keys(&b.entries) {
                return Some(false);
            }
            all(a.entries.iter().zip(&b.entries).map(|(a, b)| same(&a.value, &b.value)))
        }
        (Data::Resource(a), Data::Resource(b)) if a == b => Some(true),
        (Data::Resource(_) | Data::Module(_), Data::Resource(_) | Data::Module(_)) => None,
        _ => Some(false),
    }
}

fn all(parts: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut certain = true;
    for part in parts {
        match part {
            Some(false) => return Some(false),
            Some(true) => {}
            None => certain = false,
        }
    }
    certain.then_some(true)
}

/// Whether two texts are equal. Beginnings and ends that are known and differ decide it.
fn same_text(a: &Text, b: &Text) -> Option<bool> {
    if a == b {
        return Some(true);
    }
    if a.as_known().is_some() && b.as_known().is_some() {
        return Some(false);
    }
    fn edge(text: &Text, last: bool) -> &str {
        let part = if last { text.parts().last() } else { text.parts().next() };
        part.and_then(TextRef::known).unwrap_or_default()
    }
    let (a_start, b_start) = (edge(a, false), edge(b, false));
    let (a_end, b_end) = (edge(a, true), edge(b, true));
    let starts_differ = !a_start.starts_with(b_start) && !b_start.starts_with(a_start);
    let ends_differ = !a_end.ends_with(b_end) && !b_end.ends_with(a_end);
    (starts_differ || ends_differ).then_some(false)
}

/// Characters that hold those of all values.
pub(super) fn class_of(values: &[&Value]) -> CharClass {
    let classes = [
        CharClass::Digits,
        CharClass::Region,
        CharClass::Name,
        CharClass::Bucket,
        CharClass::Segment,
        CharClass::Plain,
    ];
    let texts: Option<Vec<Text>> = values.iter().map(|value| Some(value.to_words()?.text())).collect();
    let Some(texts) = texts else { return CharClass::Any };
    let fits = |class: CharClass| {
        texts.iter().all(|text| {
            text.parts().all(|part| match part {
                TextRef::Known(known) => known.chars().all(|c| class.contains(c)),
                TextRef::Hole(hole) => within(hole.class, class),
            })
        })
    };
    classes.into_iter().find(|class| fits(*class)).unwrap_or(CharClass::Any)
}

/// Whether every character of one class is one of another. Only the two widest hold characters beyond ASCII.
fn within(inner: CharClass, outer: CharClass) -> bool {
    outer == CharClass::Any
        || inner != CharClass::Any && (0..128u8).map(char::from).all(|c| !inner.contains(c) || outer.contains(c))
}
