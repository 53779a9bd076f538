//! Numbers as Terraform has them: decimal, exact for everything people write, printed without exponent.
//!
//! Terraform computes with 512 bits; this computes with 28 decimal digits and says "not known" beyond.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;
use rust_decimal::prelude::{FromPrimitive, ToPrimitive};

/// A number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Number(Decimal);

impl Number {
    /// Reads `12`, `-1.5` or `1e3`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let decimal = Decimal::from_str(text).or_else(|_| Decimal::from_scientific(text)).ok()?;
        // Digits beyond the precision would be rounded off in silence.
        let digits = text.bytes().take_while(|byte| !matches!(byte, b'e' | b'E')).filter(u8::is_ascii_digit).count();
        (digits <= 28).then(|| Self(decimal.normalize()))
    }

    /// The nearest decimal of a float.
    pub(super) fn from_float(value: f64) -> Option<Self> {
        Decimal::from_f64(value).map(|decimal| Self(decimal.normalize()))
    }

    /// As a float.
    pub(super) fn to_float(self) -> Option<f64> {
        self.0.to_f64()
    }

    /// The whole number, if it is one.
    pub(super) fn to_integer(self) -> Option<i64> {
        self.0.fract().is_zero().then(|| self.0.to_i64())?
    }

    /// The whole number that is not negative, if it is one.
    pub(super) fn to_index(self) -> Option<usize> {
        self.to_integer().and_then(|value| usize::try_from(value).ok())
    }

    /// One of the four operations or the remainder; nothing beyond the precision or for a division by zero.
    pub(super) fn operate(self, symbol: &str, other: Self) -> Option<Self> {
        let (a, b) = (self.0, other.0);
        let value = match symbol {
            "+" => a.checked_add(b)?,
            "-" => a.checked_sub(b)?,
            "*" => a.checked_mul(b)?,
            "/" => a.checked_div(b)?,
            "%" => a.checked_rem(b)?,
            _ => return None,
        };
        Some(Self(value.normalize()))
    }

    pub(super) fn is_zero(self) -> bool {
        self.0.is_zero()
    }

    pub(super) fn abs(self) -> Self {
        Self(self.0.abs())
    }

    pub(super) fn ceil(self) -> Self {
        Self(self.0.ceil().normalize())
    }

    pub(super) fn floor(self) -> Self {
        Self(self.0.floor().normalize())
    }

    /// -1, 0 or 1.
    pub(super) fn sign(self) -> Self {
        match self.0.cmp(&Decimal::ZERO) {
            Ordering::Less => Self(-Decimal::ONE),
            Ordering::Equal => Self(Decimal::ZERO),
            Ordering::Greater => Self(Decimal::ONE),
        }
    }

    /// With this many digits behind the point, halves to even, as Go prints `%.2f`.
    pub(super) fn fixed(self, digits: u32) -> String {
        let rounded = self.0.round_dp(digits);
        let digits = usize::try_from(digits).unwrap_or(0);
        format!("{rounded:.digits$}")
    }
}

impl From<usize> for Number {
    fn from(value: usize) -> Self {
        Self(Decimal::from(value))
    }
}

impl From<i64> for Number {
    fn from(value: i64) -> Self {
        Self(Decimal::from(value))
    }
}

impl std::ops::Neg for Number {
    type Output = Self;

    fn neg(self) -> Self {
        Self((-self.0).normalize())
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_zero() { f.write_str("0") } else { self.0.fmt(f) }
    }
}
