//! Functions of times that the configuration spells out. What the clock says is nobody's to know before apply.

use jiff::civil;
use jiff::fmt::temporal::{Pieces, PiecesOffset};
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};
use mediastore_policy::text::CharClass;

use super::super::evaluate::Failure;
use super::{Answer, Arguments, Function, function};

pub(super) const FUNCTIONS: &[Function] = &[
    function("formatdate", 2, 2, formatdate),
    function("timeadd", 2, 2, timeadd),
    function("timecmp", 2, 2, timecmp).class(CharClass::Region),
];

/// A moment, as its text gives it.
#[derive(Debug, Clone, Copy)]
struct Time {
    moment: Timestamp,
    offset: Offset,
}

/// The RFC 3339 timestamp that an argument is; nothing if it is unknown.
fn time(arguments: &Arguments<'_, '_>, at: usize) -> Result<Option<Time>, Failure> {
    let Some(text) = arguments.text(at)? else { return Ok(None) };
    match parse(&text) {
        Some(time) => Ok(Some(time)),
        None => arguments.fail(format!("`{text}` is no time such as `2025-11-13T00:00:00Z`")),
    }
}

fn parse(text: &str) -> Option<Time> {
    // The library reads more than RFC 3339 has.
    let bytes = text.as_bytes();
    let shape = "dddd-dd-ddTdd:dd:dd";
    let fits = |(byte, form): (&u8, u8)| if form == b'd' { byte.is_ascii_digit() } else { *byte == form };
    let in_shape = bytes.len() > shape.len() && bytes.iter().zip(shape.bytes()).all(fits);
    let end = text.get(shape.len()..)?;
    let zone = end.trim_start_matches(|c: char| c == '.' || c.is_ascii_digit());
    if !in_shape || !(zone == "Z" || zone.len() == 6 && zone.as_bytes()[3] == b':') {
        return None;
    }
    let pieces = Pieces::parse(text).ok()?;
    let offset = match pieces.offset()? {
        PiecesOffset::Zulu => Offset::UTC,
        PiecesOffset::Numeric(offset) => offset.offset(),
        _ => return None,
    };
    let local = civil::DateTime::from_parts(pieces.date(), pieces.time()?);
    Some(Time { moment: offset.to_timestamp(local).ok()?, offset })
}

/// `+05:30`, or without the colon.
fn numeric(offset: Offset, colon: &str) -> String {
    let minutes = offset.seconds() / 60;
    let sign = if minutes < 0 { '-' } else { '+' };
    format!("{sign}{:02}{colon}{:02}", minutes.abs() / 60, minutes.abs() % 60)
}

/// By runs of letters: `DD MMM YYYY hh:mm ZZZ`; what stands in quotes is as it is.
fn formatdate(arguments: &Arguments<'_, '_>) -> Answer {
    let (Some(format), Some(time)) = (arguments.text(0)?, time(arguments, 1)?) else { return Ok(None) };
    let local = time.offset.to_datetime(time.moment);
    let mut out = String::new();
    let mut rest = format.as_str();
    while let Some(first) = rest.chars().next() {
        if first == '\'' {
            let Some((quoted, after)) = quoted(&rest[1..]) else {
                return arguments.fail(format!("a quote in `{format}` is not closed"));
            };
            out.push_str(&quoted);
            rest = after;
            continue;
        }
        if !first.is_ascii_alphabetic() {
            out.push(first);
            rest = &rest[first.len_utf8()..];
            continue;
        }
        let length = rest.find(|c| c != first).unwrap_or(rest.len());
        let (verb, after) = rest.split_at(length);
        match written(verb, local, time.offset) {
            Some(text) => out.push_str(&text),
            None => return arguments.fail(format!("`{format}` has `{verb}` in it, which means nothing")),
        }
        rest = after;
    }
    arguments.make_text(out)
}

/// What stands before the closing quote, of which two are one that is meant, and what comes behind.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut out = String::new();
    let mut rest = text;
    loop {
        let (before, after) = rest.split_once('\'')?;
        out.push_str(before);
        match after.strip_prefix('\'') {
            Some(after) => {
                out.push('\'');
                rest = after;
            }
            None => return Some((out, after)),
        }
    }
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

fn written(verb: &str, local: civil::DateTime, offset: Offset) -> Option<String> {
    let name_of = |names: &[&str], at: i8| names[usize::try_from(at - 1).unwrap_or(0)].to_owned();
    let month = name_of(&MONTHS, local.month());
    let day = name_of(&DAYS, local.weekday().to_monday_one_offset());
    let twelve = (local.hour() + 11) % 12 + 1;
    let half = if local.hour() < 12 { "am" } else { "pm" };
    Some(match verb {
        "YYYY" => format!("{:04}", local.year()),
        "YY" => format!("{:02}", local.year() % 100),
        "MMMM" => month,
        "MMM" => month[..3].to_owned(),
        "MM" => format!("{:02}", local.month()),
        "M" => local.month().to_string(),
        "DD" => format!("{:02}", local.day()),
        "D" => local.day().to_string(),
        "EEEE" => day,
        "EEE" => day[..3].to_owned(),
        "hh" => format!("{:02}", local.hour()),
        "h" => local.hour().to_string(),
        "HH" => format!("{twelve:02}"),
        "H" => twelve.to_string(),
        "AA" => half.to_uppercase(),
        "aa" => half.to_owned(),
        "mm" => format!("{:02}", local.minute()),
        "m" => local.minute().to_string(),
        "ss" => format!("{:02}", local.second()),
        "s" => local.second().to_string(),
        "ZZZZZ" => numeric(offset, ":"),
        "ZZZZ" => numeric(offset, ""),
        "ZZZ" if offset.is_zero() => "UTC".to_owned(),
        "ZZZ" => numeric(offset, ""),
        "Z" if offset.is_zero() => "Z".to_owned(),
        "Z" => numeric(offset, ":"),
        _ => return None,
    })
}

fn timeadd(arguments: &Arguments<'_, '_>) -> Answer {
    let (Some(time), Some(duration)) = (time(arguments, 0)?, arguments.text(1)?) else { return Ok(None) };
    let Some(length) = duration_of(&duration) else {
        return arguments.fail(format!("`{duration}` is no duration such as `1h30m`"));
    };
    let Ok(moment) = time.moment.checked_add(length) else {
        return arguments.fail("the sum is no date that there will ever be");
    };
    // Fractions of a second are left out.
    let local = time.offset.to_datetime(moment).strftime("%Y-%m-%dT%H:%M:%S").to_string();
    let zone = if time.offset.is_zero() { "Z".to_owned() } else { numeric(time.offset, ":") };
    arguments.make_text(format!("{local}{zone}"))
}

/// A duration as Go writes them: `-1.5h10m`.
fn duration_of(text: &str) -> Option<SignedDuration> {
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(SignedDuration::ZERO);
    }
    let mut total = 0i128;
    while !rest.is_empty() || total == 0 {
        let (number, after) = rest.split_at(rest.find(|c: char| c != '.' && !c.is_ascii_digit())?);
        let (unit, after) = after.split_at(after.find(|c: char| c == '.' || c.is_ascii_digit()).unwrap_or(after.len()));
        let nanoseconds: i128 = match unit {
            "ns" => 1,
            "us" | "µs" | "μs" => 1_000,
            "ms" => 1_000_000,
            "s" => 1_000_000_000,
            "m" => 60_000_000_000,
            "h" => 3_600_000_000_000,
            _ => return None,
        };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if whole.is_empty() && fraction.is_empty() || fraction.contains('.') || fraction.len() > 18 {
            return None;
        }
        let digits = |digits: &str| if digits.is_empty() { Some(0i128) } else { digits.parse().ok() };
        let scale = 10i128.pow(u32::try_from(fraction.len()).ok()?);
        let part = digits(whole)?.checked_mul(nanoseconds)?;
        total = total.checked_add(part)?.checked_add(digits(fraction)?.checked_mul(nanoseconds)? / scale)?;
        rest = after;
        if rest.is_empty() {
            break;
        }
    }
    // Go counts nanoseconds in 64 bits.
    i64::try_from(sign * total).ok().map(SignedDuration::from_nanos)
}

fn timecmp(arguments: &Arguments<'_, '_>) -> Answer {
    let (Some(one), Some(other)) = (time(arguments, 0)?, time(arguments, 1)?) else { return Ok(None) };
    arguments.make_number(one.moment.cmp(&other.moment) as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_those_of_rfc_3339() {
        for (text, expected) in [
            ("2025-11-13T00:00:00Z", Some("2025-11-13T00:00:00Z")),
            ("2025-11-13T00:00:00.25+05:30", Some("2025-11-12T18:30:00.25Z")),
            ("2025-11-13", None),
            ("2025-11-13T00:00:00", None),
            ("2025-11-13T00:00:00+0530", None),
            ("2025-11-13T00:00:00+01\u{20ac}", None),
            ("2025-11-13T00:00:00\u{20ac}:00", None),
            ("2025-11-13T00:00:0\u{20ac}", None),
        ] {
            let moment = parse(text).map(|time| time.moment.to_string());
            assert_eq!(moment.as_deref(), expected, "{text}");
        }
    }
}
