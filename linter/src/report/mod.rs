//! Reports: findings as people and machines read them. One format, one file.
//!
//! A report prints what it is given, in the order it is given; what is found, suppressed or fatal was decided before.

mod excerpt;
mod github;
mod gitlab;
mod human;
mod json;
mod junit;
pub(crate) mod proof;
mod sarif;

use std::io::Write;
use std::path::Path;

use clap::ValueEnum;
use serde::Serialize;

use crate::Failure;
use crate::finding::Severity;
use crate::located::Located;

pub(crate) use human::counted;
pub use human::{Color, Style};

/// How findings are printed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people: the source, what is wrong in it, what to do, and a request that proves it.
    #[default]
    Human,
    /// One JSON object with `findings` and `summary`; members are only ever added.
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// `JUnit` XML, for test reports.
    Junit,
    /// Annotations of GitHub Actions.
    Github,
    /// The code quality report of GitLab.
    Gitlab,
}

/// What a run found.
#[derive(Debug)]
pub struct Report<'a> {
    /// The findings, sorted by place.
    pub findings: &'a [Located],
    /// The run in numbers.
    pub summary: Summary,
}

/// A run in numbers. Members are only ever added.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Findings of severity `error`.
    pub errors: usize,
    /// Findings of severity `warning`.
    pub warnings: usize,
    /// Findings of severity `info`.
    pub infos: usize,
    /// Texts that were judged.
    pub files: usize,
    /// Containers in them.
    pub containers: usize,
    /// Policies, CORS rules, lifecycle and metric policies in them.
    pub documents: usize,
    /// Inputs that could not be read or parsed.
    pub unreadable: usize,
    /// Findings that are not reported because the baseline knows them.
    pub baselined: usize,
    /// Findings of the baseline that are there no more.
    pub baseline_gone: usize,
    /// Findings that were mended.
    pub fixed: usize,
}

impl Summary {
    /// Counts findings by severity.
    pub fn count(&mut self, findings: &[Located]) {
        let of = |severity| findings.iter().filter(|it| it.finding.severity == severity).count();
        (self.errors, self.warnings, self.infos) = (of(Severity::Error), of(Severity::Warning), of(Severity::Info));
    }

    /// How many findings are reported.
    #[must_use]
    pub fn findings(&self) -> usize {
        self.errors + self.warnings + self.infos
    }
}

/// Prints a report.
///
/// # Errors
///
/// It cannot be written.
pub fn write(out: &mut dyn Write, format: Format, report: &Report<'_>, style: &Style) -> Result<(), Failure> {
    match format {
        Format::Human => human::write(out, report, style),
        Format::Json => json::write(out, report),
        Format::Sarif => sarif::write(out, report),
        Format::Junit => junit::write(out, report),
        Format::Github => github::write(out, report),
        Format::Gitlab => gitlab::write(out, report),
    }
}

/// A path with `/` between its parts, as machines on every platform read it.
fn slashed(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

#[cfg(test)]
mod sample {
    //! Two findings that every format is shown: one with everything, one without a place.

    use std::path::PathBuf;

    use mediastore_policy::request::Request;
    use mediastore_policy::span::Span;

    use super::{Report, Style, Summary};
    use crate::finding::{Edit, Finding, Fix, Safety, Severity};
    use crate::located::{self, Located};
    use crate::source::{Sources, Syntax};

    const TEXT: &str = "resource \"x\" \"live\" {\n  policy = \"*\" # <&>\n}\n";

    pub(super) fn findings() -> Vec<Located> {
        let mut sources = Sources::default();
        let base = sources.add(PathBuf::from("infra/main.tf"), Syntax::Hcl, TEXT);
        let place = |word: &str| {
            let at = base + TEXT.find(word).expect("the word");
            Span::new(at, at + word.len())
        };
        let witness: Request = serde_json::from_str(
            r#"{"principal": "*", "action": "mediastore:PutObject",
                "resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/a b.ts",
                "context": {"aws:SecureTransport": ["true"], "aws:SourceIp": ["198.51.100.7"]}}"#,
        )
        .expect("a request");
        let mut public = Finding::new("anybody can upload, 100% of them", place("\"*\""))
            .help("name the principals that upload")
            .label(place("\"live\""), "this container")
            .fix(Some(Fix {
                title: "allow nobody".into(),
                safety: Safety::Unsafe,
                edits: vec![Edit { span: place("\"*\""), text: "\"\"".into() }],
            }));
        public.witness = Some(witness);
        public.rule = "public-write".into();
        public.address = "x.live".into();
        public.severity = Severity::Error;
        let mut lost = Finding::new("`infra/broken.json` cannot be read", Span::default());
        lost.rule = "rego:acme".into();
        lost.severity = Severity::Info;
        let mut all = located::locate(&sources, vec![public, lost], std::path::Path::to_path_buf);
        all[0].fails = true;
        all
    }

    pub(super) fn printed(
        write: impl Fn(&mut dyn std::io::Write, &Report<'_>) -> Result<(), crate::Failure>,
    ) -> String {
        let findings = findings();
        let mut summary = Summary { files: 2, containers: 1, documents: 1, ..Summary::default() };
        summary.count(&findings);
        let mut out = Vec::new();
        write(&mut out, &Report { findings: &findings, summary }).expect("written");
        String::from_utf8(out).expect("text")
    }

    pub(super) fn plain() -> Style {
        Style { color: false, unicode: false, width: 100, quiet: false }
    }
}
