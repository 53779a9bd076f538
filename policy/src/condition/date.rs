//! Instants with millisecond precision.

use std::fmt;

use jiff::SignedDuration;
use jiff::civil::{Date, DateTime, Time};

const EPOCH: DateTime = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);

/// A point in time, in milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(pub i64);

impl Instant {
    /// Reads epoch seconds (`1893456000`, with an optional sign) or a W3C date: `YYYY-MM`, `YYYY-MM-DD`, or that with
    /// `Thh:mm`, `Thh:mm:ss` or `Thh:mm:ss.fraction` and `Z` or an offset. A missing zone is UTC, a missing part is the
    /// earliest there is, and digits after the milliseconds are cut. Four digits alone are epoch seconds, not a year.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
        if !unsigned.is_empty() && unsigned.bytes().all(|byte| byte.is_ascii_digit()) {
            return text.parse::<i64>().ok()?.checked_mul(1000).map(Self);
        }
        let (date, time) = match text.split_once('T') {
            Some((date, time)) => (date, Some(time)),
            None => (text, None),
        };
        let date = parse_date(date, time.is_some())?;
        let (time, offset_minutes) = match time {
            Some(text) => parse_time(text)?,
            None => (Time::midnight(), 0),
        };
        let since = DateTime::from_parts(date, time).duration_since(EPOCH).as_millis();
        i64::try_from(since).ok()?.checked_sub(offset_minutes * 60_000).map(Self)
    }
}

fn parse_date(text: &str, with_time: bool) -> Option<Date> {
    let mut fields = text.split('-');
    let year = digits(fields.next()?, 4)?;
    let month = digits(fields.next()?, 2)?;
    let day = match fields.next() {
        Some(day) => digits(day, 2)?,
        None if with_time => return None,
        None => 1,
    };
    if fields.next().is_some() {
        return None;
    }
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// The time of day and its offset from UTC in minutes.
fn parse_time(text: &str) -> Option<(Time, i64)> {
    let (time, offset) = match text.find(['Z', '+', '-']) {
        Some(at) => (&text[..at], parse_offset(&text[at..])?),
        None => (text, 0),
    };
    let (time, fraction) = match time.split_once('.') {
        Some((time, fraction)) => (time, Some(fraction)),
        None => (time, None),
    };
    let mut fields = time.split(':');
    let hour = digits(fields.next()?, 2)?;
    let minute = digits(fields.next()?, 2)?;
    let second = fields.next().map(|text| digits(text, 2));
    if fields.next().is_some() || (fraction.is_some() && second.is_none()) {
        return None;
    }
    let second = second.unwrap_or(Some(0))?;
    let nanosecond = 1_000_000 * i32::from(fraction.map_or(Some(0), milliseconds)?);
    let small = |value: i16| i8::try_from(value).ok();
    Some((Time::new(small(hour)?, small(minute)?, small(second)?, nanosecond).ok()?, offset))
}

fn parse_offset(text: &str) -> Option<i64> {
    if text == "Z" {
        return Some(0);
    }
    let (sign, text) = text.split_at(1);
    let (hours, minutes) = text.split_once(':')?;
    let (hours, minutes) = (digits(hours, 2)?, digits(minutes, 2)?);
    if hours > 18 || minutes > 59 {
        return None;
    }
    let minutes = i64::from(hours) * 60 + i64::from(minutes);
    Some(if sign == "-" { -minutes } else { minutes })
}

/// The first three digits of a fraction.
fn milliseconds(fraction: &str) -> Option<i16> {
    if fraction.is_empty() || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    format!("{fraction:0<3}")[..3].parse().ok()
}

fn digits(text: &str, count: usize) -> Option<i16> {
    (text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok())?
}

/// The instant in UTC (`2030-01-01T00:00:00Z`), or epoch seconds where the calendar ends. Reads back as the same
/// instant, if that is within the calendar or a whole second.
impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match EPOCH.checked_add(SignedDuration::from_millis(self.0)) {
            Ok(civil) if (0..=9999).contains(&civil.year()) => write!(f, "{civil}Z"),
            _ => write!(f, "{}", self.0.div_euclid(1000)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_one_instant_are_equal() {
        for text in [
            "2030-01-01",
            "2030-01",
            "2030-01-01T00:00",
            "2030-01-01T00:00Z",
            "2030-01-01T00:00:00",
            "2030-01-01T00:00:00Z",
            "2030-01-01T00:00:00.000Z",
            "2030-01-01T00:00:00.0009Z",
            "2030-01-01T02:30:00+02:30",
            "2029-12-31T19:00:00-05:00",
            "1893456000",
            "+1893456000",
            "01893456000",
        ] {
            assert_eq!(Instant::parse(text), Some(Instant(1_893_456_000_000)), "{text}");
        }
    }

    #[test]
    fn other_text_is_no_date() {
        for text in [
            "",
            "now",
            "2030-13-01",
            "2030-02-30",
            "2030-1-1",
            "2030-01-01T",
            "2030-01-01T25:00:00Z",
            "2030-01-01 00:00:00",
            "2030-01T00:00Z",
            "2030-01-01T00:00:00.Z",
            "2030-01-01T00:00:00+2",
            "2030-01-01T00Z",
            "99999999999999999999",
            "1.5",
            "+",
            "2030-01-01T00:00:61Z",
        ] {
            assert_eq!(Instant::parse(text), None, "{text}");
        }
    }

    #[test]
    fn printed_dates_read_back() {
        for millis in [0, 1, -1, 1_893_456_000_123, -62_000_000_000_000, 900_000_000_000_000_000, 253_402_300_799_000] {
            let instant = Instant(millis);
            assert_eq!(Instant::parse(&instant.to_string()), Some(instant), "{instant}");
        }
    }
}
