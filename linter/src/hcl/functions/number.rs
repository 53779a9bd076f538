//! Functions on numbers.

use std::num::IntErrorKind;

use mediastore_policy::text::CharClass;

use super::super::number::Number;
use super::{Answer, Arguments, Function, function, variadic};

pub(super) const FUNCTIONS: &[Function] = &[
    function("abs", 1, 1, |a| one(a, Number::abs)).class(CharClass::Plain),
    function("ceil", 1, 1, |a| one(a, Number::ceil)).class(CharClass::Plain),
    function("floor", 1, 1, |a| one(a, Number::floor)).class(CharClass::Plain),
    function("log", 2, 2, |a| floats(a, |x, base| x.ln() / base.ln())).class(CharClass::Plain),
    variadic("max", 1, |a| best(a, |new, old| new > old)).class(CharClass::Plain),
    variadic("min", 1, |a| best(a, |new, old| new < old)).class(CharClass::Plain),
    function("parseint", 2, 2, parseint).class(CharClass::Plain),
    function("pow", 2, 2, pow).class(CharClass::Plain),
    function("signum", 1, 1, |a| one(a, Number::sign)).class(CharClass::Plain),
];

fn one(arguments: &Arguments<'_, '_>, change: fn(Number) -> Number) -> Answer {
    match arguments.number(0)? {
        Some(number) => arguments.make_number(change(number)),
        None => Ok(None),
    }
}

fn best(arguments: &Arguments<'_, '_>, better: fn(Number, Number) -> bool) -> Answer {
    let mut best = None;
    for at in 0..arguments.count() {
        let Some(number) = arguments.number(at)? else { return Ok(None) };
        if best.is_none_or(|best| better(number, best)) {
            best = Some(number);
        }
    }
    best.map_or(Ok(None), |best| arguments.make_number(best))
}

fn floats(arguments: &Arguments<'_, '_>, compute: fn(f64, f64) -> f64) -> Answer {
    let (Some(a), Some(b)) = (arguments.number(0)?, arguments.number(1)?) else { return Ok(None) };
    let (Some(a), Some(b)) = (a.to_float(), b.to_float()) else { return Ok(None) };
    Number::from_float(compute(a, b)).map_or(Ok(None), |number| arguments.make_number(number))
}

fn pow(arguments: &Arguments<'_, '_>) -> Answer {
    let (Some(base), Some(exponent)) = (arguments.number(0)?, arguments.number(1)?) else { return Ok(None) };
    let Some(count) = exponent.to_index().filter(|count| *count <= 200) else { return floats(arguments, f64::powf) };
    let mut power = Number::from(1usize);
    for _ in 0..count {
        match power.operate("*", base) {
            Some(next) => power = next,
            None => return Ok(None),
        }
    }
    arguments.make_number(power)
}

fn parseint(arguments: &Arguments<'_, '_>) -> Answer {
    let (Some(text), Some(base)) = (arguments.text(0)?, arguments.integer(1)?) else { return Ok(None) };
    let radix = u32::try_from(base).ok().filter(|base| (2..=62).contains(base));
    let Some(radix) = radix else { return arguments.fail(format!("the base {base} is not from 2 to 62")) };
    // Beyond this the case of letters counts, which nobody is known to use.
    if radix > 36 {
        return Ok(None);
    }
    match i64::from_str_radix(&text, radix) {
        Ok(number) => arguments.make_number(number),
        Err(error) if matches!(error.kind(), IntErrorKind::PosOverflow | IntErrorKind::NegOverflow) => Ok(None),
        Err(_) => arguments.fail(format!("`{text}` is no whole number of base {base}")),
    }
}
