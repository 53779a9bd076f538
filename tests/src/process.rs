//! Processes as the system sees them: who started whom, and who is still there.

use std::fs;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

/// Far longer than anything here takes, on a machine that has other things to do. It only bounds how long a broken
/// program is waited for.
pub const DEADLINE: Duration = Duration::from_secs(60);

/// Waits until something is there.
///
/// # Panics
/// After [`DEADLINE`].
#[track_caller]
pub fn eventually<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(begun.elapsed() < DEADLINE, "waited in vain: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Processes below one.
#[derive(Clone, Debug)]
pub struct Descendants(Vec<Process>);

/// A process, told from a later one of the same number by its start time.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Process {
    id: u32,
    parent: u32,
    started: u64,
    name: String,
}

impl Descendants {
    /// Every process that `ancestor` or one of its descendants started and that is still there.
    #[must_use]
    pub fn of(ancestor: u32) -> Self {
        let all = processes();
        let mut found: Vec<Process> = Vec::new();
        let mut parents = vec![ancestor];
        while let Some(parent) = parents.pop() {
            let children = all.iter().filter(|process| process.parent == parent);
            parents.extend(children.clone().map(|process| process.id));
            found.extend(children.cloned());
        }
        Self(found)
    }

    /// Those whose program's name begins so.
    #[must_use]
    pub fn named(self, beginning: &str) -> Self {
        Self(self.0.into_iter().filter(|process| process.name.starts_with(beginning)).collect())
    }

    /// True if there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Ends them as a crash does.
    pub fn kill(&self) {
        for process in &self.0 {
            // One that is gone already is what was wanted.
            let _ = kill_process(Pid::from_raw(process.id.cast_signed()).unwrap(), Signal::KILL);
        }
    }

    /// Those that are still running.
    #[must_use]
    pub fn alive(&self) -> Self {
        let all = processes();
        let same = |a: &Process, b: &Process| a.id == b.id && a.started == b.started;
        Self(self.0.iter().filter(|process| all.iter().any(|other| same(process, other))).cloned().collect())
    }
}

/// Every process that runs; one that only waits to be collected does not.
fn processes() -> Vec<Process> {
    let entries = fs::read_dir("/proc").unwrap().flatten();
    entries.filter_map(|entry| process(entry.file_name().to_str()?.parse().ok()?)).collect()
}

fn process(id: u32) -> Option<Process> {
    let status = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // The name stands in brackets and may hold anything; what follows the last bracket is fields.
    let (name, fields) = status.split_once('(')?.1.rsplit_once(") ")?;
    let fields: Vec<&str> = fields.split(' ').collect();
    if fields[0] == "Z" {
        return None;
    }
    // Field 22 of the line, so 19 places after the state.
    Some(Process { id, parent: fields[1].parse().ok()?, started: fields[19].parse().ok()?, name: name.to_owned() })
}
