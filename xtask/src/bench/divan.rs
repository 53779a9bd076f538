//! Benches of the crates, and the medians out of what `divan` prints, which has no other form than its table.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::shell::{Failure, say};

/// The medians of one bench, each with its name; an argument follows the name of its function, as in `exposure_of/public`.
pub(super) struct Medians(Vec<(String, Duration)>);

impl Medians {
    /// Runs a bench.
    pub(super) fn of(repository: &Path, package: &str, bench: &str) -> Result<Self, Failure> {
        let medians = read(&printed(repository, package, bench)?);
        if medians.is_empty() {
            return Err(Failure::Unexpected(format!("the bench `{bench}` of `{package}` printed no table")));
        }
        Ok(Self(medians))
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, Duration)> {
        self.0.iter().map(|(name, time)| (name.as_str(), *time))
    }

    pub(super) fn named(&self, name: &str) -> Result<Duration, Failure> {
        let found = self.iter().find(|(own, _)| *own == name).map(|(_, time)| time);
        found.ok_or_else(|| Failure::Unexpected(format!("there is no bench `{name}`")))
    }

    /// Those of one function's arguments.
    pub(super) fn under(&self, function: &str) -> Vec<Duration> {
        let own = self.iter().filter(|(name, _)| name.strip_prefix(function).is_some_and(|rest| rest.starts_with('/')));
        own.map(|(_, time)| time).collect()
    }
}

/// What a bench prints.
pub(super) fn printed(repository: &Path, package: &str, bench: &str) -> Result<String, Failure> {
    let arguments = ["bench", "--package", package, "--bench", bench];
    let shown = format!("cargo {}", arguments.join(" "));
    say(&format!("$ {shown}"));
    let mut command = Command::new(env!("CARGO"));
    command.current_dir(repository).args(arguments).stdin(Stdio::null()).stderr(Stdio::inherit());
    let failed = |outcome: String| Failure::Command { command: shown.clone(), outcome };
    let output = command.output().map_err(|error| failed(format!("did not start: {error}")))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() { Ok(text) } else { Err(failed(format!("ended with {} and\n{text}", output.status))) }
}

/// Reads a table: the tree of names to the left, its depth three columns each; the median is the third column of figures.
fn read(table: &str) -> Vec<(String, Duration)> {
    let mut parents: Vec<String> = Vec::new();
    let mut medians = Vec::new();
    for line in table.lines() {
        let Some(branch) = line.chars().position(|letter| matches!(letter, '├' | '╰')) else { continue };
        let rest: String = line.chars().skip(branch + 3).collect();
        let mut columns = rest.split('│');
        let first = columns.next().unwrap_or_default();
        // Two spaces part the name from the first figure.
        let name = first.split("  ").next().unwrap_or_default().trim();
        parents.truncate(branch / 3);
        parents.push(name.to_owned());
        if let Some(median) = columns.nth(1).and_then(time) {
            medians.push((parents.join("/"), median));
        }
    }
    medians
}

fn time(text: &str) -> Option<Duration> {
    let (number, unit) = text.trim().split_once(' ')?;
    let scale = match unit {
        "ns" => 1e-9,
        "µs" => 1e-6,
        "ms" => 1e-3,
        "s" => 1.0,
        _ => return None,
    };
    Some(Duration::from_secs_f64(number.parse::<f64>().ok()? * scale))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_read() {
        let table = "\
exposure                         fastest       │ slowest       │ median        │ mean          │ samples │ iters
├─ compare_public_with_networks  88.35 µs      │ 4.276 ms      │ 132.2 µs      │ 248.8 µs      │ 100     │ 100
├─ exposure_of                                 │               │               │               │         │
│  ├─ cloudfront                 102.4 µs      │ 4.26 ms       │ 109 µs        │ 195.6 µs      │ 100     │ 100
│  ╰─ deny others                549.1 µs      │ 4.768 ms      │ 572.9 µs      │ 870.7 µs      │ 100     │ 100
╰─ all                           1.439 ms      │ 5.891 ms      │ 1.557 ms      │ 2.235 ms      │ 100     │ 100
                                 6.252 Kitem/s │ 1.527 Kitem/s │ 5.777 Kitem/s │ 4.025 Kitem/s │         │
";
        let expected = [
            ("compare_public_with_networks", 132_200),
            ("exposure_of/cloudfront", 109_000),
            ("exposure_of/deny others", 572_900),
            ("all", 1_557_000),
        ];
        let read = read(table);
        let read: Vec<(&str, u128)> = read.iter().map(|(name, time)| (name.as_str(), time.as_nanos())).collect();
        assert_eq!(read, expected);
    }
}
