//! `explain`: what a rule looks for, why, and what to write instead.

use std::io::Write;

use clap::Args;

use crate::config::RuleName;
use crate::rule::{Example, Rule};
use crate::{Failure, Outcome, rules};

/// Say what a rule looks for, why it matters, and what to write instead
///
/// Example:
///   mediastore-lint explain header-secret
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Explain {
    /// The rule, as in the report
    #[arg(value_name = "RULE")]
    rule: RuleName,
}

impl Explain {
    pub(super) fn run(&self, out: &mut dyn Write) -> Result<Outcome, Failure> {
        let Some(rule) = rules::named(self.rule.as_str()) else {
            return Err(Failure::Argument("a rule of the organisation is explained by its own Rego file".to_owned()));
        };
        write!(out, "{}", page(rule))?;
        Ok(Outcome::Clean)
    }
}

/// The rule as Markdown, without marks of places.
fn page(rule: &Rule) -> String {
    let mut page = format!("# {}\n\n{} ({}", rule.name, rule.summary, rule.severity);
    if rule.strict != rule.severity {
        page.push_str(&format!(", {} in the strict profile", rule.strict));
    }
    page.push_str(&format!(").\n\n{}\n", rule.explanation));
    for (title, examples) in [("Reported", rule.bad), ("Not reported", rule.good)] {
        for example in examples {
            page.push_str(&format!("\n## {title}: {}\n\n{}", example.file, text(example)));
            if !example.config.is_empty() {
                page.push_str(&format!("\n\nwith the configuration\n\n{}", indented(example.config)));
            }
            page.push('\n');
        }
    }
    page
}

fn text(example: &Example) -> String {
    indented(&example.unmarked().0)
}

fn indented(text: &str) -> String {
    let line = |line: &str| if line.is_empty() { String::new() } else { format!("    {line}") };
    text.trim_end().lines().map(line).collect::<Vec<_>>().join("\n")
}
