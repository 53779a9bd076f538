//! Decimal numbers of any size, exact.
//!
//! Terraform's numbers hold far more digits than `f64`, and travel as integers, floats or text. This type keeps the
//! decimal digits, compares by value, and never expands an exponent, so a hostile `1e999999999` costs nothing.
//! It does no arithmetic.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

/// An exact decimal number: `±digits × 10^exponent`.
///
/// INVARIANT: `digits` has no leading and no trailing zero; zero is the empty string, not negative, exponent 0.
/// Equal numbers are therefore equal structures.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Number {
    negative: bool,
    digits: String,
    exponent: i64,
}

/// The text is not a decimal number.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a decimal number")]
pub struct NumberError(String);

impl Number {
    fn new(negative: bool, digits: &str, exponent: i64) -> Number {
        let digits = digits.trim_start_matches('0');
        let kept = digits.trim_end_matches('0');
        if kept.is_empty() {
            return Number { negative: false, digits: String::new(), exponent: 0 };
        }
        let dropped = i64::try_from(digits.len() - kept.len()).unwrap_or(i64::MAX);
        Number { negative, digits: kept.to_owned(), exponent: exponent.saturating_add(dropped) }
    }

    /// The number as an integer, where it is one and fits.
    pub fn to_i64(&self) -> Option<i64> {
        self.integer()?.parse().ok()
    }

    /// The number as an unsigned integer, where it is one and fits.
    pub fn to_u64(&self) -> Option<u64> {
        self.integer()?.parse().ok()
    }

    /// A finite float by its shortest decimal text, which is how Terraform compares floats; NaN and infinities have none.
    pub fn from_f64(value: f64) -> Option<Number> {
        value.is_finite().then(|| format!("{value:e}").parse().ok()).flatten()
    }

    /// Plain digits of an integer short enough to fit 64 bits.
    fn integer(&self) -> Option<String> {
        let zeros = usize::try_from(self.exponent).ok().filter(|zeros| self.digits.len() + zeros <= 20)?;
        let sign = if self.negative { "-" } else { "" };
        let digits = if self.digits.is_empty() { "0" } else { &self.digits };
        Some(format!("{sign}{digits}{}", "0".repeat(zeros)))
    }

    /// Position of the decimal point from the first digit: the value lies in `[0.1, 1) × 10^magnitude`.
    fn magnitude(&self) -> i64 {
        self.exponent.saturating_add(self.digits.len() as i64)
    }
}

impl From<i64> for Number {
    fn from(value: i64) -> Number {
        Number::new(value < 0, &value.unsigned_abs().to_string(), 0)
    }
}

impl From<u64> for Number {
    fn from(value: u64) -> Number {
        Number::new(false, &value.to_string(), 0)
    }
}

impl FromStr for Number {
    type Err = NumberError;

    fn from_str(text: &str) -> Result<Number, NumberError> {
        let bad = || NumberError(text.chars().take(64).collect());
        let (negative, rest) = match text.as_bytes().first() {
            Some(b'-') => (true, &text[1..]),
            Some(b'+') => (false, &text[1..]),
            _ => (false, text),
        };
        let (mantissa, exponent) = match rest.find(['e', 'E']) {
            Some(at) => (&rest[..at], rest[at + 1..].parse::<i64>().map_err(|_| bad())?),
            None => (rest, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        if (whole.is_empty() && fraction.is_empty()) || !all_digits(whole) || !all_digits(fraction) {
            return Err(bad());
        }
        let exponent = exponent.checked_sub(fraction.len() as i64).ok_or_else(bad)?;
        Ok(Number::new(negative, &format!("{whole}{fraction}"), exponent))
    }
}

impl fmt::Display for Number {
    /// Plain decimals while they stay short, else scientific form.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const LONGEST_PLAIN: i64 = 512;
        if self.digits.is_empty() {
            return f.write_str("0");
        }
        if self.negative {
            f.write_str("-")?;
        }
        let magnitude = self.magnitude();
        if self.exponent >= 0 && magnitude <= LONGEST_PLAIN {
            write!(f, "{}{}", self.digits, "0".repeat(self.exponent as usize))
        } else if self.exponent < 0 && magnitude > 0 {
            let (whole, fraction) = self.digits.split_at(magnitude as usize);
            write!(f, "{whole}.{fraction}")
        } else if self.exponent < 0 && magnitude > -LONGEST_PLAIN {
            write!(f, "0.{}{}", "0".repeat(magnitude.unsigned_abs() as usize), self.digits)
        } else {
            write!(f, "{}e{}", self.digits, self.exponent)
        }
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Number) -> Ordering {
        let sign = |n: &Number| match (n.digits.is_empty(), n.negative) {
            (true, _) => 0,
            (false, true) => -1,
            (false, false) => 1,
        };
        sign(self).cmp(&sign(other)).then_with(|| {
            // Same sign and magnitude: digit strings without trailing zeros compare like fractions.
            let size = self.magnitude().cmp(&other.magnitude()).then_with(|| self.digits.cmp(&other.digits));
            if self.negative { size.reverse() } else { size }
        })
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Number) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Number {
        text.parse().unwrap()
    }

    #[test]
    fn spellings_of_one_value_are_equal() {
        for (a, b) in [
            ("1", "1.0"),
            ("1", "01"),
            ("-0", "0"),
            ("100", "1e2"),
            ("0.5", "5e-1"),
            ("+7", "7"),
            ("12.50", "12.5"),
            (".5", "0.5"),
            ("1.", "1"),
        ] {
            assert_eq!(number(a), number(b), "{a} = {b}");
        }
        assert_eq!(Number::from_f64(0.1).unwrap(), number("0.1"));
        assert_eq!(Number::from(-42_i64), number("-42"));
        assert_ne!(number("9007199254740993"), number("9007199254740992"));
    }

    #[test]
    fn order_is_by_value() {
        let sorted = ["-1e400", "-10", "-9.5", "-0.001", "0", "1e-400", "0.09", "0.1", "2", "10", "1e400"];
        for pair in sorted.windows(2) {
            assert!(number(pair[0]) < number(pair[1]), "{} < {}", pair[0], pair[1]);
        }
    }

    #[test]
    fn text_forms() {
        for (given, shown) in [
            ("0.000", "0"),
            ("-12.340", "-12.34"),
            ("5e-3", "0.005"),
            ("123456789012345678901234567890.5", "123456789012345678901234567890.5"),
            ("1e999999999", "1e999999999"),
            ("-1e-999999999", "-1e-999999999"),
        ] {
            assert_eq!(number(given).to_string(), shown);
            assert_eq!(number(&number(given).to_string()), number(given));
        }
    }

    #[test]
    fn integers_only_where_they_fit() {
        assert_eq!(number("-9223372036854775808").to_i64(), Some(i64::MIN));
        assert_eq!(number("9223372036854775808").to_i64(), None);
        assert_eq!(number("18446744073709551615").to_u64(), Some(u64::MAX));
        assert_eq!(number("1e3").to_i64(), Some(1000));
        assert_eq!(number("0").to_i64(), Some(0));
        assert_eq!(number("1.5").to_i64(), None);
        assert_eq!(number("1e999999999").to_i64(), None);
    }

    #[test]
    fn text_that_is_no_number_is_refused() {
        for text in ["", "-", ".", "1e", "e1", "1,5", "NaN", "inf", "0x10", "1e99999999999999999999", "1 "] {
            assert!(text.parse::<Number>().is_err(), "{text}");
        }
        assert_eq!(Number::from_f64(f64::NAN), None);
    }
}
