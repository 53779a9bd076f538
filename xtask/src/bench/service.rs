//! The service beside nginx, from the table that its own bench prints; and its control plane as Terraform drives it.

use std::path::Path;
use std::process::Command;

use super::divan::{Medians, printed};
use super::{Row, Section, Target, spoken};
use crate::shell::Failure;

const PACKAGE: &str = "mediastore-service";

/// Rows whose ratio the design has a target for.
const JUDGED: &str = "GET of 1 MiB";

pub(super) fn run(repository: &Path) -> Result<Section, Failure> {
    let printed = printed(repository, PACKAGE, "origin")?;
    let mut rows: Vec<Row> = printed.lines().filter_map(row).collect();
    if rows.is_empty() {
        return Err(Failure::Unexpected("the bench `origin` printed no rows".to_owned()));
    }
    for (name, time) in Medians::of(repository, PACKAGE, "control")?.iter() {
        rows.push(Row {
            what: format!("control plane: {}", name.replace(['_', '/'], " ")),
            measured: spoken(time),
            beside: "-".into(),
            target: Target::None,
        });
    }
    let method = format!(
        "`cargo bench -p {PACKAGE}`: `--bench origin` asks `mediastored` and {} for the same, in turn, with the same load tool over \
         several\nrounds, and medians are shown; every PUT to `mediastored` is synced to the disk before it is acknowledged. `--bench control` \
         is the control\nplane without a socket, every write synced.",
        nginx()
    );
    Ok(Section { method, rows })
}

/// A line of the table: what, the service, nginx, the ratio, and the slowest hundredth of both.
fn row(line: &str) -> Option<Row> {
    let cells: Vec<&str> = line.trim().strip_prefix('|')?.trim_end_matches('|').split('|').map(str::trim).collect();
    let [what, ours, theirs, ratio, slow, their_slow] = cells.as_slice() else { return None };
    // The head of the table has words there.
    let times = ratio.parse::<f64>().ok()?;
    Some(Row {
        what: (*what).to_owned(),
        measured: format!("{ours}, {times:.2} x; p99 {slow}"),
        beside: format!("nginx: {theirs}; p99 {their_slow}"),
        target: if what.starts_with(JUDGED) { Target::AtLeast(times, 0.8, "x nginx") } else { Target::None },
    })
}

fn nginx() -> String {
    let version = |program: &str| Command::new(program).arg("-v").output().ok();
    let output = version("nginx").or_else(|| version("/usr/sbin/nginx"));
    let text = output.map(|output| String::from_utf8_lossy(&output.stderr).into_owned()).unwrap_or_default();
    text.trim().rsplit_once("version: ").map_or_else(|| "nginx".to_owned(), |(_, version)| version.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_told_from_heads() {
        for (line, expected) in [
            ("| what | mediastored | nginx | ratio | p99 mediastored | p99 nginx |", None),
            ("| --- | --- | --- | --- | --- | --- |", None),
            (
                "| GET of 1 MiB, 8 connections | 100/s | 110/s | 0.91 | 1.5 ms | 1.2 ms |",
                Some(("100/s, 0.91 x; p99 1.5 ms", "nginx: 110/s; p99 1.2 ms", true)),
            ),
            (
                "| PUT of 2 KiB, 1 connections | 90/s | 900/s | 0.10 | 9.0 ms | 1.0 ms |",
                Some(("90/s, 0.10 x; p99 9.0 ms", "nginx: 900/s; p99 1.0 ms", false)),
            ),
            ("warming up", None),
        ] {
            let row = row(line);
            let found = row
                .as_ref()
                .map(|row| (row.measured.as_str(), row.beside.as_str(), matches!(row.target, Target::AtLeast(..))));
            assert_eq!(found, expected, "{line}");
        }
    }
}
