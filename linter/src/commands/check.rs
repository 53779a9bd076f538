//! `check`: inputs, rules, baseline, report.

use std::collections::BTreeSet;
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use rayon::iter::ParallelIterator;

use super::in_charge::InCharge;
use super::{Judging, unwritable};
use crate::baseline::{self, Baseline};
use crate::config::{self, FailOn, Level, RuleName};
use crate::finding::Safety;
use crate::fix::{self, Change, ChangeError};
use crate::inputs::{self, Inputs, STDIN};
use crate::lint::{Given, Settings};
use crate::located::{self, Located};
use crate::report::{self, Color, Format, Report, Style, Summary};
use crate::unit::Unit;
use crate::unsaved::Unsaved;
use crate::{Failure, Outcome};

/// Judge policies, CORS rules, names and tags, and show a request for what is exposed
///
/// This is also what is done without a command's name: `mediastore-lint infra/`.
///
/// Read are Terraform and OpenTofu source, plans and state as JSON, CloudFormation templates, and policies in files of their own;
/// directories are walked as git does. What the source leaves open stays open: a verdict holds for every value of it.
///
/// Each input is judged by the nearest mediastore-lint.toml above it. A finding is suppressed where it stands:
///   # nolint(public-read): the trailer is for everybody
///
/// Examples:
///   mediastore-lint .
///   mediastore-lint --fail-on warning --format sarif --output lint.sarif infra/
///   terraform show -json plan.out | mediastore-lint -
///   mediastore-lint --write-baseline .        accept what is there, report only what is new
///   mediastore-lint --diff .                  show what `--fix` would change
///   mediastore-lint --rule public-read=error --rule name-pattern=off live/
#[derive(Debug, Clone, Args)]
#[command(verbatim_doc_comment, after_long_help = inputs::RECOGNITION)]
pub(crate) struct Check {
    /// Files and directories; `-` is standard input. Without any, the current directory
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Print to this file instead of standard output
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Exit with 1 from this severity on [default: error, or what the configuration says]
    #[arg(long, value_enum, value_name = "SEVERITY")]
    fail_on: Option<FailOn>,
    #[command(flatten)]
    judging: Judging,
    /// The severity of one rule, over all configuration: `public-read=error`, `name-pattern=off`; may be repeated
    #[arg(long, value_name = "NAME=LEVEL", value_parser = parse_rule)]
    rule: Vec<(RuleName, Level)>,
    /// Do not report a rule, as `--rule NAME=off`; may be repeated
    #[arg(long, value_name = "NAME")]
    allow: Vec<RuleName>,
    /// Make the safe fixes, then report what is left
    #[arg(long)]
    fix: bool,
    /// Make all fixes, also those that may refuse requests on which somebody counts
    #[arg(long)]
    fix_unsafe: bool,
    /// Print the fixes as a diff and change nothing; with `--fix-unsafe`, all of them
    #[arg(long)]
    diff: bool,
    /// Do not report the findings that this file knows
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Write what is found to the baseline instead of reporting it
    #[arg(long, conflicts_with_all = ["fix", "fix_unsafe", "diff"])]
    write_baseline: bool,
    /// Use colours
    #[arg(long, value_enum, default_value_t, value_name = "WHEN")]
    color: Color,
    /// Print findings only: no closing line, no progress
    #[arg(long, short)]
    quiet: bool,
}

fn parse_rule(text: &str) -> Result<(RuleName, Level), String> {
    let (name, level) =
        text.split_once('=').ok_or("expected a rule's name, `=` and a level, such as `public-read=error`")?;
    let level = <Level as clap::ValueEnum>::from_str(level, false)
        .map_err(|_| format!("`{level}` is not a level: off, info, warning or error"))?;
    Ok((name.parse()?, level))
}

/// What there is to say, after suppression and baseline.
struct Seen {
    found: Vec<Located>,
    summary: Summary,
}

impl Seen {
    fn outcome(&self) -> Outcome {
        match (self.summary.unreadable, self.found.iter().any(|it| it.fails)) {
            (0, false) => Outcome::Clean,
            (0, true) => Outcome::Findings,
            _ => Outcome::Unreadable,
        }
    }
}

/// What is left of a unit when it has been judged.
struct Judged {
    /// What was read. The texts are not kept: findings bring what they quote.
    files: Vec<PathBuf>,
    found: Vec<Located>,
    containers: usize,
    documents: usize,
    unreadable: usize,
}

impl Check {
    pub(crate) fn run(&self, out: &mut dyn Write) -> Result<Outcome, Failure> {
        let in_charge = InCharge::new(self.judging.config.clone(), self.given())?;
        let paths = if self.paths.is_empty() { vec![PathBuf::from(".")] } else { self.paths.clone() };
        if self.mends() && !self.diff && paths.iter().any(|path| path.as_os_str() == STDIN) {
            return Err(ChangeError::StandardInput.into());
        }
        let mut seen = self.look(&in_charge, &paths, &Unsaved::default())?;
        if self.write_baseline {
            return self.accept(out, &in_charge, &seen);
        }
        if self.diff {
            let unreadable = seen.summary.unreadable;
            let (_, changes) = self.mended(&in_charge, paths, seen)?;
            return show(out, &changes, unreadable);
        }
        if self.mends() {
            let (after, changes) = self.mended(&in_charge, paths, seen)?;
            changes.iter().try_for_each(fix::write)?;
            seen = after;
        }
        self.print(out, &Report { findings: &seen.found, summary: seen.summary })?;
        Ok(seen.outcome())
    }

    /// What there is to say once all fixes are made, and the files that change. Nothing is written.
    fn mended(
        &self,
        in_charge: &InCharge,
        mut paths: Vec<PathBuf>,
        mut seen: Seen,
    ) -> Result<(Seen, Vec<Change>), Failure> {
        let first = fix::apply(&seen.found, self.safety());
        let applied = fix::until_none(first, &Unsaved::default(), |texts| {
            // It can be read once only.
            paths.retain(|path| path.as_os_str() != STDIN || texts.get(path).is_some());
            seen = self.look(in_charge, &paths, texts)?;
            Ok::<_, Failure>(fix::apply(&seen.found, self.safety()))
        })?;
        seen.summary.fixed = applied.fixed;
        Ok((seen, applied.changes))
    }

    /// Reads and judges everything.
    fn look(&self, in_charge: &InCharge, paths: &[PathBuf], unsaved: &Unsaved) -> Result<Seen, Failure> {
        let inputs = inputs::find(paths, &inputs::Options { unsaved: unsaved.clone(), ..self.judging.inputs() });
        let judged = self.judge(inputs, in_charge)?;

        let mut summary = Summary::default();
        let mut files = BTreeSet::new();
        let mut found = Vec::new();
        for unit in judged {
            files.extend(unit.files);
            files.extend(unit.found.iter().map(|it| it.file.clone()).filter(|file| !file.as_os_str().is_empty()));
            summary.containers += unit.containers;
            summary.documents += unit.documents;
            summary.unreadable += unit.unreadable;
            found.extend(unit.found);
        }
        summary.files = files.len();
        located::settle(&mut found);

        if !self.write_baseline {
            let given = self.baseline.as_deref().map(Baseline::read).transpose()?;
            let baselines: Vec<Baseline> = in_charge.baselines().into_iter().chain(given).collect();
            summary.baseline_gone = baselines.iter().map(|baseline| baseline.gone(&found)).sum();
            let all = found.len();
            found.retain(|it| !baselines.iter().any(|baseline| baseline.knows(it)));
            summary.baselined = all - found.len();
        }
        summary.count(&found);
        Ok(Seen { found, summary })
    }

    /// Whether files are to be changed.
    fn mends(&self) -> bool {
        self.fix || self.fix_unsafe
    }

    fn safety(&self) -> Safety {
        if self.fix_unsafe { Safety::Unsafe } else { Safety::Safe }
    }

    fn given(&self) -> Given {
        let off = self.allow.iter().map(|name| (name.clone(), Level::Off));
        Given { fail_on: self.fail_on, levels: self.rule.iter().cloned().chain(off).collect(), ..self.judging.given() }
    }

    fn judge(&self, inputs: Inputs, in_charge: &InCharge) -> Result<Vec<Judged>, Failure> {
        let progress = self.progress(inputs.len());
        let judged = inputs.units().map(|unit| {
            let judged = in_charge.of(&unit).and_then(|settings| judge(unit, &settings));
            progress.inc(1);
            judged
        });
        let judged: Vec<Result<Judged, Failure>> = judged.collect();
        progress.finish_and_clear();
        judged.into_iter().collect()
    }

    /// A bar, where somebody looks at it and long enough to see it.
    fn progress(&self, inputs: usize) -> ProgressBar {
        if self.quiet || !std::io::stderr().is_terminal() || inputs < 2 {
            return ProgressBar::hidden();
        }
        let length = u64::try_from(inputs).unwrap_or(u64::MAX);
        let style = ProgressStyle::with_template("linting {bar:30} {pos}/{len}")
            .unwrap_or_else(|_| ProgressStyle::default_bar());
        let bar = ProgressBar::with_draw_target(Some(length), ProgressDrawTarget::stderr_with_hz(8)).with_style(style);
        bar.enable_steady_tick(Duration::from_millis(500));
        bar
    }

    fn print(&self, out: &mut dyn Write, report: &Report<'_>) -> Result<(), Failure> {
        match &self.output {
            None => report::write(out, self.format, report, &Style::of_stdout(self.color, self.quiet)),
            Some(path) => {
                let style = Style { color: self.color == Color::Always, ..Style::of_stdout(Color::Never, self.quiet) };
                let mut text = Vec::new();
                report::write(&mut text, self.format, report, &style)?;
                std::fs::write(path, text).map_err(|error| unwritable(path, &error))
            }
        }
    }

    fn accept(&self, out: &mut dyn Write, in_charge: &InCharge, seen: &Seen) -> Result<Outcome, Failure> {
        if seen.summary.unreadable > 0 {
            let reason = "some inputs could not be read, so the baseline would not be whole; run without `--write-baseline` to see them";
            return Err(Failure::Argument(reason.to_owned()));
        }
        let named = self.baseline.clone().or_else(|| in_charge.baseline_file());
        let path = named.as_deref().unwrap_or(Path::new(baseline::FILE_NAME));
        baseline::write(path, &seen.found).map_err(|error| unwritable(path, &error))?;
        if !self.quiet {
            writeln!(out, "wrote {} to {}", report::counted(seen.found.len(), "finding", "findings"), path.display())?;
            if named.is_none() {
                writeln!(out, "  to hide them, write `baseline = \"{}\"` into {}", path.display(), config::FILE_NAME)?;
            }
        }
        Ok(Outcome::Clean)
    }
}

/// Prints what the fixes would change. Something to change is something found.
fn show(out: &mut dyn Write, changes: &[Change], unreadable: usize) -> Result<Outcome, Failure> {
    for change in changes {
        write!(out, "{}", fix::diff(change))?;
    }
    Ok(match (unreadable, changes.is_empty()) {
        (0, true) => Outcome::Clean,
        (0, false) => Outcome::Findings,
        _ => Outcome::Unreadable,
    })
}

fn judge(unit: Unit, settings: &Settings) -> Result<Judged, Failure> {
    Ok(Judged {
        found: settings.lint_located(&unit)?,
        containers: unit.containers.len(),
        documents: unit.documents.len(),
        unreadable: unit.broken(),
        files: unit.sources.iter().map(|source| source.path.clone()).collect(),
    })
}
