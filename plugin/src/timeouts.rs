//! The `timeouts` block: how long an operation may go on retrying and waiting. Terraform itself never times out.

use std::time::Duration;

use crate::model;
use crate::schema::{Attribute, Block, NestedBlock};
use crate::value::Value;

/// The time an operation has where the configuration sets none.
pub const DEFAULT: Duration = Duration::from_secs(10 * 60);

/// An operation with a time limit of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Creating an object.
    Create,
    /// Reading an object.
    Read,
    /// Updating an object.
    Update,
    /// Deleting an object.
    Delete,
}

impl Operation {
    /// Its name in the `timeouts` block.
    pub fn name(self) -> &'static str {
        match self {
            Operation::Create => "create",
            Operation::Read => "read",
            Operation::Update => "update",
            Operation::Delete => "delete",
        }
    }
}

model! {
    /// The values of a `timeouts` block.
    pub struct Timeouts {
        /// For creating.
        pub create: String,
        /// For reading.
        pub read: String,
        /// For updating.
        pub update: String,
        /// For deleting.
        pub delete: String,
    }
}

/// The block for a schema.
pub fn block() -> NestedBlock {
    let operations = [Operation::Create, Operation::Read, Operation::Update, Operation::Delete];
    let block = Block::new("How long operations may go on retrying and waiting.");
    NestedBlock::single(
        "timeouts",
        operations.into_iter().fold(block, |block, operation| {
            let description =
                format!("Time for the {} operation, such as `90s` or `1h30m`. Default: `10m`.", operation.name());
            let attribute = Attribute::string(operation.name()).describe(description);
            block.attribute(attribute.check_text(|text| parse_duration(text).map(drop)))
        }),
    )
}

/// The time that a state or plan grants an operation.
pub(crate) fn granted(state: &Value, operation: Operation) -> Duration {
    let configured = state.attribute("timeouts").attribute(operation.name());
    configured.as_str().and_then(|text| parse_duration(text).ok()).unwrap_or(DEFAULT)
}

/// The text is not a duration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a duration; write numbers with units, such as `500ms`, `90s`, `10m` or `1h30m`")]
pub struct DurationError(String);

/// Reads a duration as Terraform users write it: numbers with the units `h`, `m`, `s` and `ms`, one after another.
pub fn parse_duration(text: &str) -> Result<Duration, DurationError> {
    let bad = || DurationError(text.chars().take(64).collect());
    let mut rest = text;
    let mut total = Duration::ZERO;
    while !rest.is_empty() {
        let number = rest.find(|c: char| !c.is_ascii_digit() && c != '.').ok_or_else(bad)?;
        let (value, tail) = rest.split_at(number);
        let unit = tail.find(|c: char| !c.is_ascii_lowercase()).unwrap_or(tail.len());
        let seconds = match &tail[..unit] {
            "h" => 3600.0,
            "m" => 60.0,
            "s" => 1.0,
            "ms" => 0.001,
            _ => return Err(bad()),
        };
        let value: f64 = value.parse().map_err(|_| bad())?;
        let part = Duration::try_from_secs_f64(value * seconds).map_err(|_| bad())?;
        total = total.checked_add(part).ok_or_else(bad)?;
        rest = &tail[unit..];
    }
    if text.is_empty() { Err(bad()) } else { Ok(total) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_as_users_write_them() {
        for (text, milliseconds) in
            [("90s", 90_000), ("10m", 600_000), ("1h30m", 5_400_000), ("500ms", 500), ("1.5s", 1500), ("0s", 0)]
        {
            assert_eq!(parse_duration(text), Ok(Duration::from_millis(milliseconds)), "{text}");
        }
        for text in ["", "10", "m", "10 m", "-1s", "1d", "1.2.3s", "10minutes", "99999999999999999999h", "s1"] {
            assert!(parse_duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_state_without_the_block_grants_the_default() {
        let with = |timeouts: Value| Value::object([("timeouts", timeouts)]);
        let delete = |text: &str| with(Value::object([("delete", text.into())]));
        assert_eq!(granted(&with(Value::Null), Operation::Create), DEFAULT);
        assert_eq!(granted(&delete("5s"), Operation::Delete), Duration::from_secs(5));
        assert_eq!(granted(&delete("5s"), Operation::Create), DEFAULT);
    }
}
