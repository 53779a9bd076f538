//! Faults on demand, for tests of clients: an error in place of an answer, a delay, a dropped connection.
//!
//! A service has none unless its configuration carries some; nothing in a request can cause one. Each [`Fault`] is spent on the
//! calls it matches, in the order of the script, so a test reads like the story it tells.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::StatusCode;
use serde::Deserialize;

/// A script of faults. Clones share it, so a test can add to the script of a running service.
#[derive(Debug, Clone, Default)]
pub struct Faults(Arc<Mutex<VecDeque<Fault>>>);

/// One entry of a script: what happens to the next calls of an operation.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Entry")]
pub struct Fault {
    /// The operation, such as `CreateContainer`; without one, every operation.
    pub operation: Option<String>,
    /// How many matching calls pass unharmed first.
    pub skip: u32,
    /// How many matching calls it then happens to.
    pub times: u32,
    /// What happens.
    pub effect: Effect,
}

/// What a fault does to a call. In a file it is the member in brackets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// The call fails with this answer and has no effect (`answer`).
    Answer(Answer),
    /// The call is answered rightly, but late (`delay_ms`).
    Delay(Duration),
    /// The connection closes without an answer (`drop`).
    Drop(When),
}

/// A fault as a file has it: exactly one of the last three members.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    operation: Option<String>,
    #[serde(default)]
    skip: u32,
    #[serde(default = "once")]
    times: u32,
    answer: Option<Answer>,
    delay_ms: Option<u64>,
    drop: Option<When>,
}

fn once() -> u32 {
    1
}

impl TryFrom<Entry> for Fault {
    type Error = &'static str;

    fn try_from(entry: Entry) -> Result<Self, Self::Error> {
        let effect = match (entry.answer, entry.delay_ms, entry.drop) {
            (Some(answer), None, None) => Effect::Answer(answer),
            (None, Some(by), None) => Effect::Delay(Duration::from_millis(by)),
            (None, None, Some(when)) => Effect::Drop(when),
            _ => return Err("a fault has exactly one of `answer`, `delay_ms` and `drop`"),
        };
        if entry.times == 0 {
            return Err("a fault happens at least once: `times` is 0");
        }
        Ok(Self { operation: entry.operation, skip: entry.skip, times: entry.times, effect })
    }
}

/// When a connection is dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// The call has no effect.
    Before,
    /// The call has its effect, and only its answer is lost.
    After,
}

/// An error answer.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// The error code, such as `ThrottlingException`.
    pub code: String,
    /// The HTTP status, from 400 to 599.
    #[serde(deserialize_with = "error_status")]
    pub status: StatusCode,
    /// The message; a sentence that names the fault layer by default.
    #[serde(default = "default_message")]
    pub message: String,
}

fn default_message() -> String {
    "a fault was asked for".to_owned()
}

fn error_status<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<StatusCode, D::Error> {
    let status = u16::deserialize(deserializer)?;
    StatusCode::from_u16(status)
        .ok()
        .filter(|status| status.is_client_error() || status.is_server_error())
        .ok_or_else(|| serde::de::Error::custom(format_args!("status {status} is not from 400 to 599")))
}

impl Faults {
    /// Reads a script: a JSON list of [`Fault`]s.
    ///
    /// # Errors
    /// The parser's, with line and column.
    pub fn from_json(text: &str) -> Result<Self, serde_json::Error> {
        let script: VecDeque<Fault> = serde_json::from_str(text)?;
        Ok(Self(Arc::new(Mutex::new(script))))
    }

    /// Adds a fault at the end of the script.
    pub fn push(&self, fault: Fault) {
        self.script().push_back(fault);
    }

    /// The number of calls the script still waits for, skipped ones included.
    #[must_use]
    pub fn pending(&self) -> u64 {
        self.script().iter().map(|fault| u64::from(fault.skip) + u64::from(fault.times)).sum()
    }

    /// What is to happen to this call. The first matching entry is spent on it.
    pub(crate) fn next(&self, operation: &str) -> Option<Effect> {
        let mut script = self.script();
        let matches = |fault: &Fault| fault.operation.as_deref().is_none_or(|wanted| wanted == operation);
        let fault = script.iter_mut().find(|fault| matches(fault))?;
        let effect = if fault.skip > 0 {
            fault.skip -= 1;
            None
        } else {
            fault.times = fault.times.saturating_sub(1);
            Some(fault.effect.clone())
        };
        script.retain(|fault| fault.times > 0);
        effect
    }

    fn script(&self) -> std::sync::MutexGuard<'_, VecDeque<Fault>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Fault {
    /// An error answer to the next `times` calls of an operation.
    #[must_use]
    pub fn answer(operation: &str, times: u32, code: &str, status: StatusCode) -> Self {
        let answer = Answer { code: code.to_owned(), status, message: default_message() };
        Self { operation: Some(operation.to_owned()), skip: 0, times, effect: Effect::Answer(answer) }
    }

    /// A dropped connection at the next call of an operation.
    #[must_use]
    pub fn drop(operation: &str, when: When) -> Self {
        Self { operation: Some(operation.to_owned()), skip: 0, times: 1, effect: Effect::Drop(when) }
    }

    /// A late answer to the next call of an operation.
    #[must_use]
    pub fn delay(operation: &str, by: Duration) -> Self {
        Self { operation: Some(operation.to_owned()), skip: 0, times: 1, effect: Effect::Delay(by) }
    }

    /// The same fault after `calls` matching calls have passed.
    #[must_use]
    pub fn after(mut self, calls: u32) -> Self {
        self.skip = calls;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_is_spent_in_its_order() {
        let faults = Faults::from_json(
            r#"[
                {"operation": "PutCorsPolicy", "skip": 1, "times": 2, "answer": {"code": "Busy", "status": 503}},
                {"delay_ms": 5},
                {"operation": "DeleteContainer", "drop": "after"}
            ]"#,
        )
        .unwrap();
        assert_eq!(faults.pending(), 5);
        let busy = Answer { code: "Busy".into(), status: StatusCode::SERVICE_UNAVAILABLE, message: default_message() };
        assert_eq!(faults.next("PutCorsPolicy"), None);
        assert_eq!(faults.next("ListContainers"), Some(Effect::Delay(Duration::from_millis(5))));
        assert_eq!(faults.next("ListContainers"), None);
        assert_eq!(faults.next("PutCorsPolicy"), Some(Effect::Answer(busy.clone())));
        assert_eq!(faults.next("PutCorsPolicy"), Some(Effect::Answer(busy)));
        assert_eq!(faults.next("PutCorsPolicy"), None);
        assert_eq!(faults.next("DeleteContainer"), Some(Effect::Drop(When::After)));
        assert_eq!(faults.pending(), 0);
    }

    #[test]
    fn scripts_that_would_surprise_are_refused() {
        for script in [
            "{}",
            r#"[{"operation": "X"}]"#,
            r#"[{"answer": {"code": "C", "status": 200}}]"#,
            r#"[{"answer": {"code": "C", "status": 500}, "drop": "before"}]"#,
            r#"[{"delay_ms": 1, "time": 2}]"#,
            r#"[{"drop": "sometimes"}]"#,
            r#"[{"drop": "before", "times": 0}]"#,
        ] {
            assert!(Faults::from_json(script).is_err(), "{script}");
        }
    }
}
