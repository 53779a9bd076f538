//! The examples of rules as inputs: their marks, their texts, and what rules say of them. For the tests that execute them and for the
//! pages that show them.

use std::path::Path;

use mediastore_policy::condition::date::Instant;
use mediastore_policy::span::Span;

use crate::config::Config;
use crate::finding::Finding;
use crate::lint::{Given, Settings};
use crate::rule::Example;
use crate::unit::{DocumentKind, Unit};
use crate::values::{Values, unit_of};
use crate::{hcl, inputs};

/// Examples are run as of 2026-01-01.
const NOW: Instant = Instant(1_767_225_600_000);

/// An example that was run.
#[derive(Debug)]
pub struct Run {
    /// The text without marks.
    pub text: String,
    /// What the marks enclose, as offsets into the text, in the order of their starts.
    pub marked: Vec<Span>,
    /// What was read.
    pub unit: Unit,
    /// What all rules say, in the order of the places.
    pub findings: Vec<Finding>,
}

impl Example {
    /// The text without its marks, and the places they enclose. A mark that is not closed encloses nothing.
    #[must_use]
    pub fn unmarked(&self) -> (String, Vec<Span>) {
        let (mut text, mut open, mut places) = (String::new(), Vec::new(), Vec::new());
        for c in self.text.chars() {
            match c {
                '«' => open.push(text.len()),
                '»' => places.extend(open.pop().map(|start| Span::new(start, text.len()))),
                c => text.push(c),
            }
        }
        places.sort_by_key(|span| (span.start, span.end));
        (text, places)
    }

    /// Runs all rules over the example.
    ///
    /// # Errors
    ///
    /// What is wrong with its configuration, as a sentence.
    pub fn run(&self) -> Result<Run, String> {
        let config = Config::parse(self.config).map_err(|fault| format!("{fault:?}"))?;
        let given = Given { now: Some(NOW), ..Given::default() };
        let settings = Settings::new(config, Path::new("."), given).map_err(|error| error.to_string())?;
        let (text, marked) = self.unmarked();
        let unit = read(Path::new(self.file), &text);
        let mut findings = settings.lint(&unit).map_err(|error| error.to_string())?;
        findings.sort_by_key(|finding| (finding.span.start, finding.span.end));
        Ok(Run { text, marked, unit, findings })
    }
}

impl Run {
    /// The place of a finding as offsets into the text.
    #[must_use]
    pub fn place(&self, finding: &Finding) -> Span {
        self.unit.sources.locate(finding.span).map(|(_, local)| local).unwrap_or_default()
    }
}

/// Reads a text by its file name, as if the user had named it. Beside Terraform source there is a `policy.json`, for `file` to read.
#[must_use]
pub fn read(file: &Path, text: &str) -> Unit {
    if hcl::is_configuration(file) {
        let files: hcl::Memory = [(file, text), (Path::new("policy.json"), POLICY)].into_iter().collect();
        return hcl::read_module(&files, Path::new(""), &hcl::Options::default()).unit;
    }
    // What is broken beyond recognition is known by its name.
    let kind = match file.file_stem().and_then(|stem| stem.to_str()) {
        Some("policy") => DocumentKind::Policy,
        Some("cors") => DocumentKind::Cors,
        Some("lifecycle") => DocumentKind::Lifecycle,
        Some("metrics") => DocumentKind::Metric,
        _ => return inputs::read_text(file, text),
    };
    unit_of(&Values { documents: vec![(kind, text.to_owned())], ..Values::default() })
}

/// The default policy of a container.
const POLICY: &str = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "mediastore:*",
    "Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/*",
    "Condition": {"Bool": {"aws:SecureTransport": "true"}}}}"#;
