//! Exact decimal numbers. No binary floating point: `9007199254740993` is greater than `9007199254740992`.

use std::cmp::Ordering;
use std::fmt;

use compact_str::CompactString;

/// Numbers whose first digit stands further from the point are refused, as they are by any 32-bit scale.
const MAX_EXPONENT: i64 = 1_000_000_000;

/// A decimal number of any size: `0.digits x 10^exponent`, with a sign.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Decimal {
    negative: bool,
    /// INVARIANT: ASCII digits without leading and trailing zeros; empty for zero, which is not negative.
    digits: CompactString,
    /// Where the point stands relative to the first digit; 0 for zero.
    exponent: i64,
}

impl Decimal {
    /// Reads an optional sign, digits with an optional point, and an optional exponent. `1.` and
    /// `.5` are numbers; `NaN`, `Infinity`, hexadecimal and the empty text are not.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (negative, text) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (mantissa, power) = match text.split_once(['e', 'E']) {
            Some((mantissa, power)) => (mantissa, parse_power(power)?),
            None => (text, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if (whole.is_empty() && fraction.is_empty()) || !is_digits(whole) || !is_digits(fraction) {
            return None;
        }
        let mut digits = CompactString::with_capacity(whole.len() + fraction.len());
        digits.push_str(whole);
        digits.push_str(fraction);
        let significant = digits.trim_start_matches('0');
        let leading = digits.len() - significant.len();
        let significant = significant.trim_end_matches('0');
        if significant.is_empty() {
            return Some(Self { negative: false, digits: CompactString::default(), exponent: 0 });
        }
        let exponent = i64::try_from(whole.len()).ok()? - i64::try_from(leading).ok()? + power;
        (exponent.abs() <= MAX_EXPONENT).then(|| Self { negative, digits: significant.into(), exponent })
    }

    /// A number strictly between two, for `low < high`.
    #[must_use]
    pub fn between(low: &Self, high: &Self) -> Self {
        // Halve the sum on a common scale: exact, and never equal to either end.
        let (low_sign, high_sign) = (low.sign(), high.sign());
        if low_sign < 0 && high_sign > 0 {
            return Self { negative: false, digits: CompactString::default(), exponent: 0 };
        }
        if low_sign < 0 || (low_sign == 0 && high_sign < 0) {
            return Self::between(&high.negate(), &low.negate()).negate();
        }
        // 0 <= low < high: one digit more than the longer of the two always leaves room.
        let mut digits = String::new();
        let top = high.exponent.max(if low_sign == 0 { high.exponent } else { low.exponent });
        let mut at = top;
        loop {
            let (a, b) = (low.digit_at(at), high.digit_at(at));
            if a != b {
                break;
            }
            digits.push(char::from(b'0' + a));
            at -= 1;
        }
        // The numbers first differ here; go down from `low`'s digit and add a digit that is not nine.
        let (a, b) = (low.digit_at(at), high.digit_at(at));
        if b - a > 1 {
            digits.push(char::from(b'0' + a + 1));
        } else {
            digits.push(char::from(b'0' + a));
            loop {
                at -= 1;
                let next = low.digit_at(at);
                if next < 9 {
                    digits.push(char::from(b'0' + next + 1));
                    break;
                }
                digits.push('9');
            }
        }
        let leading = digits.len() - digits.trim_start_matches('0').len();
        let exponent = top - i64::try_from(leading).unwrap_or(0);
        Self { negative: false, digits: digits.trim_matches('0').into(), exponent }
    }

    fn digit_at(&self, place: i64) -> u8 {
        usize::try_from(self.exponent - place)
            .ok()
            .and_then(|index| self.digits.as_bytes().get(index))
            .map_or(0, |digit| digit - b'0')
    }

    fn negate(&self) -> Self {
        Self { negative: !self.negative && !self.digits.is_empty(), ..self.clone() }
    }

    fn sign(&self) -> i8 {
        match (self.digits.is_empty(), self.negative) {
            (true, _) => 0,
            (false, true) => -1,
            (false, false) => 1,
        }
    }

    fn magnitude(&self, other: &Self) -> Ordering {
        self.exponent.cmp(&other.exponent).then_with(|| self.digits.cmp(&other.digits))
    }
}

fn parse_power(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || digits.len() > 10 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        self.sign().cmp(&other.sign()).then_with(|| match self.sign() {
            0 => Ordering::Equal,
            1 => self.magnitude(other),
            _ => other.magnitude(self),
        })
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Plain digits while that stays short, otherwise with an exponent. The text reads back as the same number.
impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.negative {
            f.write_str("-")?;
        }
        let count = i64::try_from(self.digits.len()).unwrap_or(i64::MAX);
        match self.exponent {
            _ if self.digits.is_empty() => f.write_str("0"),
            exponent @ 1..=40 if exponent >= count => {
                write!(f, "{:0<width$}", self.digits, width = usize::try_from(exponent).unwrap_or(0))
            }
            exponent @ 1..=40 => {
                let (whole, fraction) = self.digits.split_at(usize::try_from(exponent).unwrap_or(0));
                write!(f, "{whole}.{fraction}")
            }
            exponent @ -40..=0 => {
                write!(f, "0.{:0>width$}{}", "", self.digits, width = usize::try_from(-exponent).unwrap_or(0))
            }
            exponent => write!(f, "0.{}e{exponent}", self.digits),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn number(text: &str) -> Decimal {
        Decimal::parse(text).expect("a number")
    }

    #[test]
    fn numbers_of_one_value_are_equal() {
        for text in ["1", "1e0", "1.", "+1", "01", "1.0", "0.1e1", "10e-1", "1E+0"] {
            assert_eq!(number(text), number("1"), "{text}");
        }
        for text in ["0", "-0", "0.000", "0e99", ".0"] {
            assert_eq!(number(text), number("0"), "{text}");
        }
    }

    #[test]
    fn other_text_is_no_number() {
        for text in [
            "",
            "NaN",
            "Infinity",
            "1_000",
            "0x10",
            ".",
            "1e",
            "e1",
            " 1",
            "1 ",
            "--1",
            "1e1234567890",
            "1e99999999999",
            "1,5",
            "\u{0661}",
        ] {
            assert_eq!(Decimal::parse(text), None, "{text}");
        }
    }

    #[test]
    fn order_is_exact() {
        let ascending = [
            "-1e300",
            "-12",
            "-11.5",
            "-0.1",
            "-0.01",
            "0",
            "0.01",
            "0.1",
            "0.11",
            "0.2",
            "1",
            "9",
            "10",
            "9007199254740992",
            "9007199254740993",
            "1e300",
        ];
        for (i, a) in ascending.iter().enumerate() {
            for (j, b) in ascending.iter().enumerate() {
                assert_eq!(number(a).cmp(&number(b)), i.cmp(&j), "{a} and {b}");
            }
        }
    }

    #[test]
    fn there_is_a_number_between_any_two() {
        let ascending = [
            "-100", "-99.5", "-1", "-0.001", "0", "0.001", "0.0011", "0.1", "0.19", "0.2", "1", "1.9999", "2", "10",
            "99", "100", "1e30",
        ];
        for (i, low) in ascending.iter().enumerate() {
            for high in &ascending[i + 1..] {
                let (low, high) = (number(low), number(high));
                let middle = Decimal::between(&low, &high);
                assert!(low < middle && middle < high, "{low} < {middle} < {high}");
                assert_eq!(number(&middle.to_string()), middle);
            }
        }
    }

    #[test]
    fn printed_numbers_read_back() {
        for text in ["0", "-1.5", "1e40", "1e41", "1e-41", "1e-40", "123456.789", "-9e999999999"] {
            assert_eq!(number(&number(text).to_string()), number(text), "{text}");
        }
    }
}
