//! Annotations of GitHub Actions: workflow commands on standard output, shown at the lines of a pull request.

use std::io::Write;

use super::{Report, slashed};
use crate::Failure;
use crate::finding::Severity;

pub(super) fn write(out: &mut dyn Write, report: &Report<'_>) -> Result<(), Failure> {
    for it in report.findings {
        let command = match it.finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "notice",
        };
        let mut properties = Vec::new();
        if !it.file.as_os_str().is_empty() {
            properties.push(format!("file={}", property(&slashed(&it.file))));
        }
        if let Some(place) = &it.place {
            properties.push(format!("line={},endLine={}", place.start.line, place.end.line));
            // Columns of a range over several lines are refused.
            if place.start.line == place.end.line {
                properties.push(format!("col={},endColumn={}", place.start.column, place.end.column));
            }
        }
        properties.push(format!("title={}", property(&it.finding.rule)));
        let help = it.finding.help.as_ref().map(|help| format!("\n{help}")).unwrap_or_default();
        writeln!(out, "::{command} {}::{}", properties.join(","), data(&format!("{}{help}", it.finding.message)))?;
    }
    Ok(())
}

/// Text behind the second `::`.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Text of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::super::sample;

    #[test]
    fn annotations_are_escaped() {
        assert_eq!(
            sample::printed(super::write),
            "::error file=infra/main.tf,line=2,endLine=2,col=12,endColumn=15,title=public-write::anybody can upload, 100%25 of them%0Aname the principals that upload\n\
             ::notice file=infra/main.tf,title=rego%3Aacme::`infra/broken.json` cannot be read\n"
        );
    }
}
