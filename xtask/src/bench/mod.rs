//! `cargo xtask bench`: every number of `docs/benchmarks.md` with its method, beside its target and its peers, and the page itself.
//! Each section measures one part in its own file. It judges nothing: a miss is written down as a miss. Linux only, since memory is
//! read from `/proc`.

mod divan;
mod linter;
mod policy;
mod provider;
mod service;

use std::fmt::Write;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::shell::{self, Failure, say};

/// The page that is written.
const PAGE: &str = "docs/benchmarks.md";

/// One part of the page.
pub(crate) struct Section {
    /// How it was measured, in Markdown: what ran, how often, with which versions of the peers.
    method: String,
    rows: Vec<Row>,
}

/// One number, and what it is compared with.
struct Row {
    what: String,
    measured: String,
    /// The same of a peer, if there is one.
    beside: String,
    target: Target,
}

/// What a number should be.
enum Target {
    None,
    AtMost(f64, f64, &'static str),
    AtLeast(f64, f64, &'static str),
}

/// What can be measured: the name that the command line takes, the title on the page, and how.
const SECTIONS: [(&str, &str, Measure); 4] = [
    ("provider", "Provider", provider::run),
    ("policy", "Policy engine", policy::run),
    ("linter", "Linter", linter::run),
    ("service", "Service", service::run),
];

type Measure = fn(&Path) -> Result<Section, Failure>;

/// The names of the sections.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    SECTIONS.iter().map(|(name, _, _)| *name)
}

/// Measures everything, or one section, and writes it to the page. What was measured is on the page before the next begins.
pub(crate) fn run(repository: &Path, only: Option<&str>) -> Result<(), Failure> {
    let path = repository.join(PAGE);
    for (_, title, measure) in SECTIONS.iter().filter(|(name, _, _)| only.is_none_or(|only| only == *name)) {
        let section = measure(repository)?;
        let text = markdown(title, &section, &machine(repository));
        say(&text);
        let old = std::fs::read_to_string(&path).unwrap_or_default();
        shell::write(&path, &page(&old, title, &text))?;
        say(&format!("wrote {PAGE}"));
    }
    Ok(())
}

/// The page with another text for one section. The others stay as they are, in the order of [`SECTIONS`].
fn page(old: &str, title: &str, text: &str) -> String {
    let mut page = HEAD.to_owned();
    for (_, other, _) in SECTIONS {
        let kept = || old.split("\n## ").skip(1).find(|section| section.lines().next() == Some(other));
        if other == title {
            page.push_str(text);
        } else if let Some(section) = kept() {
            page.push_str(&format!("\n## {}\n", section.trim_end()));
        }
    }
    page
}

const HEAD: &str = "# Benchmarks\n\n`cargo xtask bench` measures everything on this page and writes it; `cargo xtask bench provider` (or \
                    `policy`, `linter`, `service`)\ndoes one section. Nothing else should run meanwhile. Where two things are compared, they ran in \
                    turn in the same run.\nTargets are those of the design, as [decisions](decisions/) have it; a number that misses its target says so.\n";

fn markdown(title: &str, section: &Section, machine: &str) -> String {
    let mut text = format!(
        "\n## {title}\n\n{}\n\n{machine}\n\n| what | measured | beside | target | |\n| --- | --- | --- | --- | --- |\n",
        section.method
    );
    for Row { what, measured, beside, target } in &section.rows {
        let (wanted, verdict) = match *target {
            Target::None => ("-".to_owned(), "-"),
            Target::AtMost(value, most, unit) => (format!("<= {most} {unit}"), verdict(value <= most)),
            Target::AtLeast(value, least, unit) => (format!(">= {least} {unit}"), verdict(value >= least)),
        };
        // Writing to a string cannot fail.
        let _ = writeln!(text, "| {what} | {measured} | {beside} | {wanted} | {verdict} |");
    }
    text
}

fn verdict(met: bool) -> &'static str {
    if met { "met" } else { "**missed**" }
}

/// What the numbers were measured on, and of what.
fn machine(repository: &Path) -> String {
    let file = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let (processors, memory) = (file("/proc/cpuinfo"), file("/proc/meminfo"));
    let value = |text: &str, name: &str| -> String {
        let line = text.lines().find(|line| line.starts_with(name));
        line.and_then(|line| line.split_once(':')).map_or("unknown".to_owned(), |(_, value)| value.trim().to_owned())
    };
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    let memory =
        value(&memory, "MemTotal").trim_end_matches(" kB").parse::<f64>().unwrap_or_default() / 1024.0 / 1024.0;
    let output = |program: &str, arguments: &[&str]| -> String {
        let output = Command::new(program).args(arguments).current_dir(repository).output();
        output.map_or_else(|_| "unknown".to_owned(), |output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    format!(
        "Machine: {}, {cores} cores, {memory:.0} GiB memory, Linux {}. {}. Measured on {}, at {}.",
        value(&processors, "model name"),
        file("/proc/sys/kernel/osrelease").trim(),
        output("rustc", &["--version"]),
        output("date", &["--utc", "+%Y-%m-%d"]),
        output("git", &["describe", "--always", "--dirty", "--abbrev=10"]),
    )
}

/// The middle one.
fn median<T: Copy + PartialOrd>(mut values: Vec<T>) -> T {
    values.sort_by(|a, b| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal));
    values[values.len() / 2]
}

/// A time as people say it.
fn spoken(time: Duration) -> String {
    match time.as_secs_f64() {
        seconds if seconds >= 1.0 => format!("{seconds:.2} s"),
        seconds if seconds >= 1e-3 => format!("{:.1} ms", seconds * 1e3),
        seconds if seconds >= 1e-6 => format!("{:.1} µs", seconds * 1e6),
        seconds => format!("{:.0} ns", seconds * 1e9),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_miss_is_written_as_a_miss() {
        let row = |target| Row { what: "w".into(), measured: "m".into(), beside: "-".into(), target };
        let rows = vec![
            row(Target::AtMost(10.0, 10.0, "ms")),
            row(Target::AtMost(10.1, 10.0, "ms")),
            row(Target::AtLeast(0.8, 0.8, "x")),
            row(Target::AtLeast(0.79, 0.8, "x")),
            row(Target::None),
        ];
        let text = markdown("T", &Section { method: "M".into(), rows }, "on a machine");
        let verdicts: Vec<&str> =
            text.lines().skip(9).filter_map(|line| line.split('|').nth(5)).map(str::trim).collect();
        assert_eq!(verdicts, ["met", "**missed**", "met", "**missed**", "-"]);
    }

    #[test]
    fn one_section_is_written_and_the_others_stay() {
        let first = page("", "Linter", "\n## Linter\n\nold\n");
        assert_eq!(first, format!("{HEAD}\n## Linter\n\nold\n"));
        let second = page(&first, "Policy engine", "\n## Policy engine\n\nnew\n");
        assert_eq!(second, format!("{HEAD}\n## Policy engine\n\nnew\n\n## Linter\n\nold\n"));
        assert_eq!(page(&second, "Linter", "\n## Linter\n\nx\n"), second.replace("old", "x"));
    }

    #[test]
    fn times_have_a_unit_that_suits_them() {
        for (time, expected) in [
            (Duration::from_millis(2_350), "2.35 s"),
            (Duration::from_micros(2_345), "2.3 ms"),
            (Duration::from_nanos(2_345), "2.3 µs"),
            (Duration::from_nanos(23), "23 ns"),
        ] {
            assert_eq!(spoken(time), expected);
        }
    }
}
