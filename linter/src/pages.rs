//! The reference of the rules as Markdown: a page for each rule, and a list of all.
//!
//! What a page says of an example is what the rules say of it when the page is made. Nothing is written here about any one rule.

use std::fmt::Write;
use std::path::Path;

use crate::config::Profile;
use crate::example::Run;
use crate::levels::of_profile;
use crate::rule::{Example, Rule};
use crate::rules::ALL;

/// Every page: its file name below `docs/rules/`, and its text.
#[must_use]
pub fn all() -> Vec<(String, String)> {
    let pages = ALL.iter().map(|rule| (format!("{}.md", rule.name), page(rule)));
    pages.chain([("index.md".to_owned(), index())]).collect()
}

// Writing to a string cannot fail, so the results of `write!` are dropped below.

/// The list of all rules.
#[must_use]
pub fn index() -> String {
    let mut page = "<!-- Written by `cargo xtask gen` from `linter/src/rules/`; change those. -->\n\n# Rules\n\n\
        Each rule has a severity by default, one in the `strict` profile for content that nobody outside may see, and one in the \
        `relaxed` profile. `[rules]` in `mediastore-lint.toml` sets that of a single rule.\n"
        .to_owned();
    let mut family = None;
    for rule in ALL {
        if family != Some(rule.family) {
            family = Some(rule.family);
            let (title, summary) = (rule.family.title(), rule.family.summary());
            let _ = write!(
                page,
                "\n## {title}\n\n{summary}\n\n| rule | reports | default | strict | relaxed |\n| --- | --- | --- | --- | --- |\n"
            );
        }
        let (name, summary) = (rule.name, rule.summary);
        let _ = writeln!(page, "| [`{name}`]({name}.md) | {summary} | {} |", severities(rule).join(" | "));
    }
    page
}

/// By default, strict, relaxed.
fn severities(rule: &Rule) -> [String; 3] {
    [Profile::Default, Profile::Strict, Profile::Relaxed]
        .map(|profile| of_profile(rule, profile).map_or_else(|| "off".to_owned(), |severity| severity.to_string()))
}

/// The page of a rule.
#[must_use]
pub fn page(rule: &'static Rule) -> String {
    let name = rule.name;
    let file = name.replace('-', "_");
    let [default, strict, relaxed] = severities(rule);
    let mut page = format!(
        "<!-- Written by `cargo xtask gen` from `linter/src/rules/{file}.rs`; change that. -->\n\n# {name}\n\n{}.\n\n\
         {}. Severity: {default} by default, {strict} in the `strict` profile, {relaxed} in the `relaxed` one.\n\n{}\n",
        rule.summary,
        rule.family.title(),
        // Items of a list stand together.
        rule.explanation.replace("\n\n- ", "\n- ").replacen("\n- ", "\n\n- ", 1)
    );
    page.push_str("\n## What it reports\n");
    for example in rule.bad {
        let Some(run) = show(&mut page, example) else { continue };
        page.push('\n');
        for finding in run.findings.iter().filter(|finding| finding.rule == name) {
            let start = run.place(finding).start;
            let line = run.text.get(..start).unwrap_or_default().matches('\n').count() + 1;
            let help = finding.help.as_ref().map(|help| format!(" ({help})")).unwrap_or_default();
            let _ = writeln!(page, "- line {line}: {}{help}", finding.message);
        }
    }
    page.push_str("\n## What it does not report\n");
    for example in rule.good {
        show(&mut page, example);
    }
    let _ = write!(
        page,
        "\n## To change or silence it\n\n```toml\n[rules]\n{name} = \"off\" # or info, warning, error\n```\n\n\
         For one place, where the language has comments, write one with a reason on the line above: `# nolint({name}): why it is meant`.\n"
    );
    page
}

/// An example as it is shown. Nothing if its configuration is wrong, which the tests over the registry do not let pass.
fn show(page: &mut String, example: &Example) -> Option<Run> {
    let run = example.run().ok()?;
    if !example.config.is_empty() {
        let _ = write!(page, "\nUnder the configuration\n\n```toml\n{}\n```\n", example.config.trim());
    }
    let language = match Path::new(example.file).extension().and_then(|ending| ending.to_str()) {
        Some("tf" | "tofu") => "terraform",
        Some("yaml" | "yml") => "yaml",
        _ => "json",
    };
    if run.text.is_empty() {
        let _ = write!(page, "\nAn empty `{}`.\n", example.file);
    } else {
        let _ = write!(page, "\n```{language}\n{}\n```\n", run.text.trim_end());
    }
    Some(run)
}
