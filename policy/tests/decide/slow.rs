//! A second evaluator, written from `docs/policy-semantics.md` alone, for the sake of being obviously right.
//!
//! It works on JSON values, keeps no model, parses everything again whenever it looks at it, and shares no code with the crate.
//! It takes policies that the grammar accepts; what the grammar refuses is not its business.

use serde_json::Value;
use std::cmp::Ordering;

/// The verdict, under the name that reports use.
pub(crate) fn decide(policy: &Value, request: &Value) -> &'static str {
    let matching: Vec<&Value> =
        list(&policy["Statement"]).into_iter().filter(|statement| matches(policy, statement, request)).collect();
    let has = |effect: &str| matching.iter().any(|statement| statement["Effect"] == effect);
    if has("Deny") {
        "explicit-deny"
    } else if has("Allow") {
        "allow"
    } else {
        "implicit-deny"
    }
}

fn matches(policy: &Value, statement: &Value, request: &Value) -> bool {
    let variables = policy["Version"] == "2012-10-17";
    let part = |name: &str, matches: &dyn Fn(&Value) -> bool| match statement.get(name) {
        Some(element) => matches(element),
        None => !matches(&statement[format!("Not{name}")]),
    };
    part("Principal", &|element| principal_matches(element, request))
        && part("Action", &|element| {
            list(element).iter().any(|action| action_matches(text(action), text(&request["action"])))
        })
        && part("Resource", &|element| {
            list(element).iter().any(|pattern| resource_matches(text(pattern), request, variables))
        })
        && conditions_hold(statement, request, variables)
}

fn list(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(items) => items.iter().collect(),
        other => vec![other],
    }
}

fn text(value: &Value) -> &str {
    value.as_str().expect("text")
}

// ---- patterns ----

#[derive(Clone, PartialEq, Debug)]
enum Token {
    Unit(u16),
    One,
    Many,
}

fn units(text: &str) -> Vec<Token> {
    text.encode_utf16().map(Token::Unit).collect()
}

/// Reads a pattern and puts in the values of variables. Nothing, if a variable has no value.
fn tokens(pattern: &str, wildcards: bool, variables: bool, request: &Value) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = pattern;
    while let Some(c) = rest.chars().next() {
        if variables && rest.starts_with("${") {
            // Braces within the quoted default do not count.
            let mut quoted = false;
            let end = rest
                .char_indices()
                .find(|(_, c)| {
                    if *c == '\'' {
                        quoted = !quoted;
                    }
                    *c == '}' && !quoted
                })
                .expect("a closed variable")
                .0;
            let body = &rest[2..end];
            rest = &rest[end + 1..];
            match body {
                "*" | "?" | "$" => tokens.extend(units(body)),
                _ => tokens.extend(units(&variable(body, request)?)),
            }
            continue;
        }
        rest = &rest[c.len_utf8()..];
        match c {
            '*' if wildcards => tokens.push(Token::Many),
            '?' if wildcards => tokens.push(Token::One),
            c => tokens.extend(units(&c.to_string())),
        }
    }
    Some(tokens)
}

fn variable(body: &str, request: &Value) -> Option<String> {
    let (key, default) = match body.split_once(',') {
        Some((key, default)) => (key.trim(), Some(default.trim().trim_matches('\'').to_owned())),
        None => (body.trim(), None),
    };
    if is_multivalued(key) {
        return None;
    }
    match context(request, key).as_deref() {
        Some([one]) if !one.is_empty() => Some(one.clone()),
        Some([_, _, ..]) => None,
        _ => default,
    }
}

fn glob(pattern: &[Token], value: &[u16]) -> bool {
    match pattern.split_first() {
        None => value.is_empty(),
        Some((Token::Unit(unit), rest)) => value.first() == Some(unit) && glob(rest, &value[1..]),
        Some((Token::One, rest)) => !value.is_empty() && glob(rest, &value[1..]),
        Some((Token::Many, rest)) => (0..=value.len()).any(|taken| glob(rest, &value[taken..])),
    }
}

fn like(pattern: &[Token], value: &str) -> bool {
    glob(pattern, &value.encode_utf16().collect::<Vec<_>>())
}

/// The six fields of a pattern or text.
fn fields(tokens: &[Token]) -> Option<Vec<Vec<Token>>> {
    let mut fields = vec![Vec::new()];
    for token in tokens {
        if *token == Token::Unit(u16::from(b':')) && fields.len() < 6 {
            fields.push(Vec::new());
        } else {
            fields.last_mut().unwrap().push(token.clone());
        }
    }
    (fields.len() == 6 && fields[0] == units("arn")).then_some(fields)
}

fn arn_like(pattern: &[Vec<Token>], value: &str) -> Option<bool> {
    let value = fields(&units(value))?;
    let plain = |field: &[Token]| -> Vec<u16> {
        field
            .iter()
            .map(|token| match token {
                Token::Unit(unit) => *unit,
                _ => panic!("values have no wildcards"),
            })
            .collect()
    };
    Some(pattern.iter().zip(&value).all(|(pattern, value)| glob(pattern, &plain(value))))
}

// ---- action, resource, principal ----

fn action_matches(pattern: &str, action: &str) -> bool {
    if pattern == "*" {
        return true;
    }
    let (service, name) = pattern.split_once(':').expect("an action");
    let (wanted_service, wanted_name) = action.split_once(':').expect("an action");
    let fits = |pattern: &str, text: &str| {
        let pattern = tokens(&pattern.to_ascii_lowercase(), true, false, &Value::Null).unwrap();
        like(&pattern, &text.to_ascii_lowercase())
    };
    fits(service, wanted_service) && fits(name, wanted_name)
}

fn resource_matches(pattern: &str, request: &Value, variables: bool) -> bool {
    if pattern == "*" {
        return true;
    }
    let Some(tokens) = tokens(pattern, true, variables, request) else { return false };
    arn_like(&fields(&tokens).expect("an ARN"), text(&request["resource"])) == Some(true)
}

fn principal_matches(element: &Value, request: &Value) -> bool {
    if element == "*" {
        return true;
    }
    let caller = text(&request["principal"]);
    element.as_object().expect("an object").iter().any(|(kind, names)| {
        list(names).into_iter().map(text).any(|name| match kind.as_str() {
            "AWS" => aws_principal_matches(name, caller, request),
            _ => name == caller,
        })
    })
}

fn aws_principal_matches(name: &str, caller: &str, request: &Value) -> bool {
    if name == "*" {
        return true;
    }
    if name.starts_with('A') {
        let id =
            context(request, "aws:userid").filter(|ids| ids.len() == 1).map(|ids| ids[0].clone()).unwrap_or_default();
        return id == name || id.starts_with(&format!("{name}:"));
    }
    let caller_fields: Vec<&str> = caller.splitn(6, ':').collect();
    let [_, partition, service, _, account, resource] = caller_fields[..] else { return false };
    if name.len() == 12 {
        return account == name && partition == "aws" && !resource.contains("-provider/");
    }
    if name.ends_with(":root") {
        return name == format!("arn:{partition}:iam::{account}:root") && !resource.contains("-provider/");
    }
    if name == caller {
        return true;
    }
    // A session of a role: the role's path shows only in aws:PrincipalArn.
    let Some(session) = resource.strip_prefix("assumed-role/").filter(|_| service == "sts") else { return false };
    let role = session.split('/').next().unwrap();
    let role_arn = match context(request, "aws:PrincipalArn").as_deref() {
        Some([arn]) if arn.contains(":iam::") => {
            let named = arn.split_once(":role/").map(|(_, name)| name.to_owned()).unwrap_or_default();
            if named.rsplit('/').next() != Some(role) {
                return false;
            }
            format!("arn:{partition}:iam::{account}:role/{named}")
        }
        _ => format!("arn:{partition}:iam::{account}:role/{role}"),
    };
    name == role_arn
}

// ---- conditions ----

fn context(request: &Value, key: &str) -> Option<Vec<String>> {
    let entries = request["context"].as_object().expect("an object");
    let values = entries.iter().find(|(name, _)| name.eq_ignore_ascii_case(key))?.1;
    Some(list(values).into_iter().map(|value| text(value).to_owned()).collect())
}

fn is_multivalued(key: &str) -> bool {
    [
        "aws:TagKeys",
        "aws:CalledVia",
        "aws:PrincipalOrgPaths",
        "aws:ResourceOrgPaths",
        "aws:SourceOrgPaths",
        "aws:VpceOrgPaths",
        "aws:PrincipalServiceNamesList",
        "s3:RequestObjectTagKeys",
    ]
    .iter()
    .any(|name| name.eq_ignore_ascii_case(key))
}

fn conditions_hold(statement: &Value, request: &Value, variables: bool) -> bool {
    let Some(operators) = statement.get("Condition").map(|block| block.as_object().expect("an object")) else {
        return true;
    };
    operators.iter().all(|(operator, keys)| {
        keys.as_object().expect("an object").iter().all(|(key, operands)| {
            let operands: Vec<String> = list(operands)
                .into_iter()
                .map(|operand| match operand {
                    Value::String(text) => text.clone(),
                    other => other.to_string(),
                })
                .collect();
            let outcome = condition_holds(operator, key, &operands, request, variables);
            // A faulty comparison never lets an Allow match and always lets a Deny match.
            outcome.unwrap_or(statement["Effect"] == "Deny")
        })
    })
}

/// Nothing: the comparison met an ARN pattern that is none.
fn condition_holds(operator: &str, key: &str, operands: &[String], request: &Value, variables: bool) -> Option<bool> {
    let (set, operator) = operator.split_once(':').unwrap_or(("", operator));
    let values = context(request, key);
    if operator == "Null" {
        let absent = values.is_none();
        return Some(match set {
            "ForAllValues" => true,
            "ForAnyValue" => false,
            _ => operands.iter().any(|operand| operand.eq_ignore_ascii_case("true") == absent),
        });
    }
    let (operator, if_exists) = match operator.strip_suffix("IfExists") {
        Some(operator) => (operator, true),
        None => (operator, false),
    };
    let negated = operator.contains("Not");
    let one = |value: &str| satisfied(&operator.replace("Not", ""), negated, value, operands, request, variables);
    match (values, set) {
        (None, "ForAllValues") => Some(true),
        (None, "ForAnyValue") => Some(false),
        (None, _) => Some(if_exists || negated),
        (Some(values), "ForAllValues") => {
            for value in &values {
                if !one(value)? {
                    return Some(false);
                }
            }
            Some(true)
        }
        (Some(values), "ForAnyValue") => {
            for value in &values {
                if one(value)? {
                    return Some(true);
                }
            }
            Some(false)
        }
        (Some(values), _) if values.len() == 1 && !is_multivalued(key) => one(&values[0]),
        (Some(_), _) => Some(false),
    }
}

fn satisfied(
    relation: &str,
    negated: bool,
    value: &str,
    operands: &[String],
    request: &Value,
    variables: bool,
) -> Option<bool> {
    match relation {
        "IpAddress" => {
            let Some(address) = address_bits(value) else { return Some(false) };
            Some(operands.iter().any(|operand| in_network(&address, operand)) != negated)
        }
        "ArnEquals" | "ArnLike" => {
            if fields(&units(value)).is_none() {
                return Some(false);
            }
            for operand in operands {
                let Some(pattern) = tokens(operand, true, variables, request) else { continue };
                if arn_like(&fields(&pattern)?, value) == Some(true) {
                    return Some(!negated);
                }
            }
            Some(negated)
        }
        _ => Some(operands.iter().any(|operand| related(relation, value, operand, request, variables)) != negated),
    }
}

fn related(relation: &str, value: &str, operand: &str, request: &Value, variables: bool) -> bool {
    let expand = |wildcards| tokens(operand, wildcards, variables, request);
    let order = |prefix: &str, ordering: Option<Ordering>| {
        let Some(ordering) = ordering else { return false };
        match relation.strip_prefix(prefix).unwrap() {
            "Equals" => ordering == Ordering::Equal,
            "LessThan" => ordering == Ordering::Less,
            "LessThanEquals" => ordering != Ordering::Greater,
            "GreaterThan" => ordering == Ordering::Greater,
            "GreaterThanEquals" => ordering != Ordering::Less,
            other => panic!("no relation {other}"),
        }
    };
    match relation {
        "StringEquals" => expand(false).is_some_and(|tokens| tokens == units(value)),
        "StringEqualsIgnoreCase" => expand(false).is_some_and(|tokens| {
            let units: Vec<u16> = tokens
                .iter()
                .map(|token| match token {
                    Token::Unit(unit) => *unit,
                    _ => panic!("no wildcards here"),
                })
                .collect();
            lower(&String::from_utf16(&units).unwrap()) == lower(value)
        }),
        "StringLike" => expand(true).is_some_and(|tokens| like(&tokens, value)),
        "Bool" => value.eq_ignore_ascii_case("true") == operand.eq_ignore_ascii_case("true"),
        "BinaryEquals" => value == operand,
        _ if relation.starts_with("Numeric") => order("Numeric", compare_numbers(value, operand)),
        _ if relation.starts_with("Date") => {
            order("Date", instant(value).zip(instant(operand)).map(|(a, b)| a.cmp(&b)))
        }
        other => panic!("no relation {other}"),
    }
}

/// Characters above U+FFFF stand alone between stretches that are lower-cased.
fn lower(text: &str) -> String {
    let mut out = String::new();
    let mut stretch = String::new();
    for c in text.chars() {
        if c > '\u{ffff}' {
            out.push_str(&stretch.to_lowercase());
            stretch.clear();
            out.push(c);
        } else {
            stretch.push(c);
        }
    }
    out + &stretch.to_lowercase()
}

/// Writes both numbers as integers of one scale and compares these as text of one length.
fn compare_numbers(a: &str, b: &str) -> Option<Ordering> {
    fn parts(text: &str) -> Option<(bool, String, String, i32)> {
        let negative = text.starts_with('-');
        let text = text.strip_prefix(['+', '-']).unwrap_or(text);
        let (mantissa, power) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let digits = power.strip_prefix(['+', '-']).unwrap_or(power);
        if digits.is_empty() || !digits.chars().all(|c| c.is_ascii_digit()) {
            return None;
        }
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all_digits = whole.chars().chain(fraction.chars()).all(|c| c.is_ascii_digit());
        (all_digits && whole.len() + fraction.len() > 0)
            .then(|| (negative, whole.to_owned(), fraction.to_owned(), power.parse().unwrap()))
    }
    // Generated exponents are small; a scale of ten thousand digits each way is beyond them all.
    const SCALE: i32 = 10_000;
    fn integer(text: &str) -> Option<(bool, String)> {
        let (negative, whole, fraction, power) = parts(text)?;
        let zeros = SCALE + power - i32::try_from(fraction.len()).unwrap();
        let digits = format!("{whole}{fraction}{}", "0".repeat(usize::try_from(zeros).expect("a small exponent")));
        let digits = format!("{:0>width$}", digits.trim_start_matches('0'), width = 4 * SCALE as usize);
        Some((negative && digits.contains(|c| c != '0'), digits))
    }
    let ((a_negative, a), (b_negative, b)) = (integer(a)?, integer(b)?);
    Some(match (a_negative, b_negative) {
        (false, false) => a.cmp(&b),
        (true, true) => b.cmp(&a),
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
    })
}

/// Milliseconds since 1970, by counting days.
fn instant(text: &str) -> Option<i128> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if !unsigned.is_empty() && unsigned.chars().all(|c| c.is_ascii_digit()) {
        return text.parse::<i64>().ok().and_then(|seconds| seconds.checked_mul(1000)).map(i128::from);
    }
    let number = |text: &str, width: usize| {
        (text.len() == width && text.chars().all(|c| c.is_ascii_digit())).then(|| text.parse::<i128>().unwrap())
    };
    let (date, time) = text.split_once('T').map_or((text, None), |(date, time)| (date, Some(time)));
    let date: Vec<&str> = date.split('-').collect();
    let (year, month, day) = match date[..] {
        [year, month] if time.is_none() => (number(year, 4)?, number(month, 2)?, 1),
        [year, month, day] => (number(year, 4)?, number(month, 2)?, number(day, 2)?),
        _ => return None,
    };
    let leap = |year: i128| (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    let lengths = [31, if leap(year) { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    if !(1..=12).contains(&month) || !(1..=lengths[usize::try_from(month).unwrap() - 1]).contains(&day) {
        return None;
    }
    let days_in = |year| if leap(year) { 366 } else { 365 };
    let mut days: i128 =
        if year >= 1970 { (1970..year).map(days_in).sum() } else { -(year..1970).map(days_in).sum::<i128>() };
    days += lengths[..usize::try_from(month).unwrap() - 1].iter().sum::<i128>() + day - 1;
    let mut millis = days * 86_400_000;
    if let Some(time) = time {
        let at = time.find(['Z', '+', '-']).unwrap_or(time.len());
        let (clock, zone) = time.split_at(at);
        let (clock, fraction) =
            clock.split_once('.').map_or((clock, None), |(clock, fraction)| (clock, Some(fraction)));
        let clock: Vec<&str> = clock.split(':').collect();
        let (hour, minute, second) = match clock[..] {
            [hour, minute] if fraction.is_none() => (number(hour, 2)?, number(minute, 2)?, 0),
            [hour, minute, second] => (number(hour, 2)?, number(minute, 2)?, number(second, 2)?),
            _ => return None,
        };
        if hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        millis += ((hour * 60 + minute) * 60 + second) * 1000;
        if let Some(fraction) = fraction {
            number(fraction, fraction.len()).filter(|_| !fraction.is_empty())?;
            let padded = format!("{fraction}000");
            millis += padded[..3].parse::<i128>().unwrap();
        }
        if !zone.is_empty() && zone != "Z" {
            let (hours, minutes) = zone[1..].split_once(':')?;
            let (hours, minutes) = (number(hours, 2)?, number(minutes, 2)?);
            if hours > 18 || minutes > 59 {
                return None;
            }
            let offset = (hours * 60 + minutes) * 60_000;
            millis += if zone.starts_with('-') { offset } else { -offset };
        }
    }
    Some(millis)
}

/// An address as text of ones and zeros: 32 of them for version 4, 128 for version 6.
fn address_bits(text: &str) -> Option<String> {
    if text.contains(':') {
        let address: std::net::Ipv6Addr = text.parse().ok()?;
        let bits: String = address.octets().iter().map(|octet| format!("{octet:08b}")).collect();
        let mapped = format!("{}{}", "0".repeat(80), "1".repeat(16));
        return Some(match bits.strip_prefix(&mapped) {
            Some(v4) => v4.to_owned(),
            None => bits,
        });
    }
    let octets: Vec<&str> = text.split('.').collect();
    let octet = |text: &&str| {
        let fits = (1..=3).contains(&text.len()) && text.chars().all(|c| c.is_ascii_digit());
        fits.then(|| text.parse::<u16>().unwrap()).filter(|value| *value < 256).map(|value| format!("{value:08b}"))
    };
    if octets.len() != 4 {
        return None;
    }
    octets.iter().map(octet).collect()
}

fn in_network(address: &str, network: &str) -> bool {
    let (base, prefix) = network.split_once('/').map_or((network, None), |(base, prefix)| (base, Some(prefix)));
    if base.contains(':') {
        // What is written with a dot or in mapped form matches nothing, and so does a network with host bits.
        let Some(bits) = address_bits(base).filter(|bits| bits.len() == 128 && !base.contains('.')) else {
            return false;
        };
        let prefix: usize = prefix.map_or(128, |prefix| prefix.parse().unwrap());
        return !bits[prefix..].contains('1') && address.len() == 128 && address[..prefix] == bits[..prefix];
    }
    let bits = address_bits(base).expect("an address");
    let prefix: usize = prefix.map_or(32, |prefix| prefix.parse().unwrap());
    address.len() == 32 && address[..prefix] == bits[..prefix]
}
