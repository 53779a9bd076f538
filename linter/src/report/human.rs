//! The report for people: each finding over its source, with the remedy and a request that proves it.

use std::fmt;
use std::io::{IsTerminal, Write};

use clap::ValueEnum;
use mediastore_policy::span::Span;
use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, SourceCode, ThemeCharacters, ThemeStyles,
};

use super::excerpt::Excerpt;
use super::{Report, Summary, proof};
use crate::Failure;
use crate::finding::Severity;
use crate::located::{Located, Place};

/// Lines of a place that are shown; a longer one is cut.
const LINES_SHOWN: usize = 8;

/// How wide a report is where nobody says.
const WIDTH: usize = 100;

/// How a report looks.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    /// Whether to use colours.
    pub color: bool,
    /// Whether to draw lines with characters beyond ASCII.
    pub unicode: bool,
    /// Columns.
    pub width: usize,
    /// Whether to leave out the closing line.
    pub quiet: bool,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl Style {
    /// What standard output can show.
    #[must_use]
    pub fn of_stdout(color: Color, quiet: bool) -> Self {
        let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let terminal = std::io::stdout().is_terminal();
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
            .into_iter()
            .find_map(|name| std::env::var(name).ok().filter(|it| !it.is_empty()));
        let color = match color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => {
                terminal && !is_set("NO_COLOR") && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
            }
        };
        let unicode = locale.is_some_and(|it| it.to_ascii_lowercase().replace('-', "").contains("utf8"));
        let size = terminal.then(terminal_size::terminal_size).flatten();
        let width = size.map_or(WIDTH, |(width, _)| usize::from(width.0).clamp(40, WIDTH + 20));
        Self { color, unicode, width, quiet }
    }

    /// What draws a finding; its headline begins with severity and rule.
    fn handler(&self, rule: &str) -> GraphicalReportHandler {
        let theme = GraphicalTheme {
            characters: ThemeCharacters {
                error: format!("error[{rule}]:"),
                warning: format!("warning[{rule}]:"),
                advice: format!("info[{rule}]:"),
                ..if self.unicode { ThemeCharacters::unicode() } else { ThemeCharacters::ascii() }
            },
            styles: if self.color { ThemeStyles::ansi() } else { ThemeStyles::none() },
        };
        GraphicalReportHandler::new_themed(theme).with_width(self.width).with_links(false).without_syntax_highlighting()
    }
}

pub(super) fn write(out: &mut dyn Write, report: &Report<'_>, style: &Style) -> Result<(), Failure> {
    for it in report.findings {
        let mut text = String::new();
        style.handler(&it.finding.rule).render_report(&mut text, &Shown::new(it)).map_err(std::io::Error::other)?;
        // The library leaves blanks at the ends of lines.
        for line in text.trim_start().lines() {
            writeln!(out, "{}", line.trim_end())?;
        }
        if let Some(witness) = &it.finding.witness {
            let mut lines = proof::lines(witness).into_iter();
            writeln!(out, "  proof: {}", lines.next().unwrap_or_default())?;
            for line in lines {
                writeln!(out, "         {line}")?;
            }
        }
        if let Some(fix) = &it.fix {
            let option = if fix.safety == crate::finding::Safety::Safe { "--fix" } else { "--fix-unsafe" };
            writeln!(out, "  fix: {} ({option})", fix.title)?;
        }
        writeln!(out)?;
    }
    if !style.quiet {
        writeln!(out, "{}", closing(&report.summary))?;
    }
    Ok(())
}

/// The run in a sentence.
fn closing(summary: &Summary) -> String {
    let Summary { errors, warnings, infos, files, containers, documents, unreadable, baselined, baseline_gone, fixed } =
        *summary;
    let mut found = Vec::new();
    for (number, one, many) in
        [(errors, "error", "errors"), (warnings, "warning", "warnings"), (infos, "info", "infos")]
    {
        if number > 0 {
            found.push(counted(number, one, many));
        }
    }
    let found = if found.is_empty() { "no findings".to_owned() } else { found.join(", ") };
    let of = if containers + documents == 0 {
        format!("nothing of MediaStore in {}", counted(files, "file", "files"))
    } else {
        let (containers, documents) =
            (counted(containers, "container", "containers"), counted(documents, "document", "documents"));
        format!("{containers} and {documents} in {}", counted(files, "file", "files"))
    };
    let mut line = format!("{found}: {of}");
    for (number, text) in [
        (unreadable, "not readable"),
        (fixed, "fixed"),
        (baselined, "known from the baseline"),
        (baseline_gone, "of the baseline gone, `--write-baseline` forgets them"),
    ] {
        if number > 0 {
            line.push_str(&format!("; {number} {text}"));
        }
    }
    line
}

/// A number of things in words: `1 finding`, `2 findings`.
pub(crate) fn counted(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// A finding as the library wants it.
#[derive(Debug)]
struct Shown<'a> {
    it: &'a Located,
    excerpt: Option<Excerpt>,
    /// What is said at each place of the excerpt, of which the first is the finding's own.
    texts: Vec<Option<String>>,
}

impl<'a> Shown<'a> {
    fn new(it: &'a Located) -> Self {
        let Some(place) = &it.place else { return Self { it, excerpt: None, texts: Vec::new() } };
        let others = it.labels.iter().filter(|(other, _)| other.source.path == place.source.path);
        let places: Vec<Span> =
            std::iter::once(place).chain(others.clone().map(|(other, _)| other)).map(shown).collect();
        let excerpt = Excerpt::new(&place.source, &places);
        // In a plan on one line nothing else says whose it is.
        let whose = Some(it.finding.address.clone()).filter(|address| excerpt.is_cut() && !address.is_empty());
        let texts = std::iter::once(whose).chain(others.map(|(_, text)| Some(text.clone()))).collect();
        Self { it, excerpt: Some(excerpt), texts }
    }
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.it.finding.message)
    }
}

impl std::error::Error for Shown<'_> {}

impl Diagnostic for Shown<'_> {
    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.it.finding.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
            Severity::Info => miette::Severity::Advice,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.it.finding.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.excerpt.as_ref().map(|excerpt| excerpt as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let label = |(at, (mark, text)): (usize, (_, &Option<String>))| match at {
            0 => LabeledSpan::new_primary_with_span(text.clone(), mark),
            _ => LabeledSpan::new_with_span(text.clone(), mark),
        };
        Some(Box::new(self.excerpt.as_ref()?.marks().zip(&self.texts).enumerate().map(label)))
    }
}

/// The part of a place that is marked.
fn shown(place: &Place) -> Span {
    let Span { start, end } = place.span;
    let cut = place.source.text[start..end].match_indices('\n').nth(LINES_SHOWN - 1);
    Span::new(start, cut.map_or(end, |(length, _)| start + length))
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn a_finding_is_shown_over_its_source() {
        let printed = sample::printed(|out, report| write(out, report, &sample::plain()));
        insta::assert_snapshot!(printed, @r#"
        error[public-write]: anybody can upload, 100% of them
           ,-[infra/main.tf:2:12]
         1 | resource "x" "live" {
           :              ^^^|^^
           :                 `-- this container
         2 |   policy = "*" # <&>
           :            ^^^
         3 | }
           `----
          help: name the principals that upload
          proof: curl --upload-file file 'https://ENDPOINT/a%20b.ts'
                 where ENDPOINT is the endpoint of the container `live`, and the client is for one at 198.51.100.7
          fix: allow nobody (--fix-unsafe)

        info[rego:acme]: `infra/broken.json` cannot be read

        1 error, 1 info: 1 container and 1 document in 2 files
        "#);
    }

    #[test]
    fn colours_are_used_when_asked_for() {
        let colored = Style { color: true, ..sample::plain() };
        let printed = sample::printed(|out, report| write(out, report, &colored));
        assert!(printed.contains("\u{1b}["), "{printed}");
        let printed = sample::printed(|out, report| write(out, report, &sample::plain()));
        assert!(!printed.contains('\u{1b}'), "{printed}");
    }

    #[test]
    fn the_closing_line_says_what_was_looked_at() {
        let nothing = Summary { files: 1, ..Summary::default() };
        assert_eq!(closing(&nothing), "no findings: nothing of MediaStore in 1 file");
        let some = Summary { errors: 2, infos: 1, files: 3, containers: 1, documents: 2, baselined: 4, ..nothing };
        assert_eq!(
            closing(&some),
            "2 errors, 1 info: 1 container and 2 documents in 3 files; 4 known from the baseline"
        );
    }
}
