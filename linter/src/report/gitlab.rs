//! The code quality report of GitLab: a list of issues that a merge request shows beside its diff.

use std::io::Write;

use serde_json::json;

use super::{Report, slashed};
use crate::Failure;
use crate::finding::Severity;

pub(super) fn write(out: &mut dyn Write, report: &Report<'_>) -> Result<(), Failure> {
    let issue = |it: &crate::located::Located| {
        let lines = it.place.as_ref().map_or((1, 1), |place| (place.start.line, place.end.line));
        let help = it.finding.help.as_ref().map(|help| format!(" ({help})")).unwrap_or_default();
        json!({
            "description": format!("{}{help}", it.finding.message),
            "check_name": it.finding.rule,
            "fingerprint": it.fingerprint,
            "severity": match it.finding.severity {
                Severity::Error => "critical",
                Severity::Warning => "major",
                Severity::Info => "info",
            },
            "location": {"path": slashed(&it.file), "lines": {"begin": lines.0, "end": lines.1}},
        })
    };
    serde_json::to_writer_pretty(&mut *out, &report.findings.iter().map(issue).collect::<Vec<_>>())?;
    writeln!(out)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::sample;

    #[test]
    fn issues_have_what_gitlab_asks_for() {
        let issues: Value = serde_json::from_str(&sample::printed(super::write)).expect("JSON");
        let fingerprint = issues[0]["fingerprint"].clone();
        assert_eq!(
            issues[0],
            json!({
                "description": "anybody can upload, 100% of them (name the principals that upload)",
                "check_name": "public-write",
                "fingerprint": fingerprint,
                "severity": "critical",
                "location": {"path": "infra/main.tf", "lines": {"begin": 2, "end": 2}},
            })
        );
        assert_ne!(issues[1]["fingerprint"], fingerprint);
    }
}
