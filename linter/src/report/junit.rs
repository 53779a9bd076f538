//! `JUnit` XML: a suite for each file, a case for each finding. Findings that do not fail the run are cases that passed and say what they
//! found; a file without findings is not known here, so a clean run is one case that passed.

use std::io::Write;

use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus, TestSuite};

use super::{Report, slashed};
use crate::Failure;
use crate::located::Located;

pub(super) fn write(out: &mut dyn Write, report: &Report<'_>) -> Result<(), Failure> {
    let mut document = quick_junit::Report::new("mediastore-lint");
    for file in report.findings.chunk_by(|a, b| a.file == b.file) {
        let mut suite = TestSuite::new(slashed(&file[0].file));
        suite.add_test_cases(file.iter().map(case));
        document.add_test_suite(suite);
    }
    if report.findings.is_empty() {
        let mut suite = TestSuite::new("mediastore-lint");
        suite.add_test_case(TestCase::new("no findings", TestCaseStatus::success()));
        document.add_test_suite(suite);
    }
    let text = document.to_string().map_err(|error| std::io::Error::other(error.to_string()))?;
    out.write_all(text.as_bytes())?;
    Ok(())
}

fn case(it: &Located) -> TestCase {
    let file = slashed(&it.file);
    let place = it
        .place
        .as_ref()
        .map_or_else(|| file.clone(), |place| format!("{file}:{}:{}", place.start.line, place.start.column));
    let help = it.finding.help.as_ref().map(|help| format!("\nhelp: {help}")).unwrap_or_default();
    let text = format!("{place}: {} [{}]: {}{help}", it.finding.severity, it.finding.rule, it.finding.message);
    let mut status =
        if it.fails { TestCaseStatus::non_success(NonSuccessKind::Failure) } else { TestCaseStatus::success() };
    if it.fails {
        status
            .set_message(it.finding.message.as_str())
            .set_type(it.finding.rule.as_str())
            .set_description(text.as_str());
    }
    let line = it.place.as_ref().map(|place| format!(" (line {})", place.start.line)).unwrap_or_default();
    let mut case = TestCase::new(format!("{}{line}", it.finding.rule), status);
    case.set_classname(file);
    if !it.fails {
        case.set_system_out(text);
    }
    case
}

#[cfg(test)]
mod tests {
    use super::super::{Report, Summary, sample};

    #[test]
    fn what_fails_the_run_is_a_failure() {
        let xml = sample::printed(super::write);
        for part in [
            r#"<testsuites name="mediastore-lint" tests="2" skipped="0" failures="1" errors="0">"#,
            r#"<testsuite name="infra/main.tf" tests="2""#,
            r#"<testcase name="public-write (line 2)" classname="infra/main.tf""#,
            r#"<failure message="anybody can upload, 100% of them" type="public-write">infra/main.tf:2:12: error [public-write]"#,
            r#"<system-out>infra/main.tf: info [rego:acme]"#,
        ] {
            assert!(xml.contains(part), "{part}\n{xml}");
        }
    }

    #[test]
    fn a_clean_run_is_a_case_that_passed() {
        let mut out = Vec::new();
        let report = Report { findings: &[], summary: Summary::default() };
        super::write(&mut out, &report).expect("written");
        assert!(String::from_utf8(out).expect("text").contains(r#"tests="1" skipped="0" failures="0""#));
    }
}
