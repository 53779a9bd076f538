//! Suppression at the place: `# nolint(public-read): the trailer is public`.
//!
//! A comment speaks for the line it stands on or, on a line of its own, for the next line that is no comment. What is found on that line
//! is suppressed, and so is everything about the resource whose header that line is. It needs a reason to count; one that suppresses nothing
//! is itself a finding. JSON has no comments: there, settings for paths in the configuration serve.

use mediastore_policy::span::Span;

use crate::config::nearest;
use crate::finding::Finding;
use crate::levels::is_of_the_organisation;
use crate::rules;
use crate::source::{Source, Syntax};
use crate::unit::{Origin, Unit};

/// The rule about comments that give no reason.
pub(crate) const WITHOUT_REASON: &str = "nolint-without-reason";
/// The rule about comments that suppress nothing.
pub(crate) const UNUSED: &str = "nolint-unused";

/// A comment that asks for silence.
#[derive(Debug)]
struct Comment<'u> {
    source: &'u Source,
    /// The line it speaks for, from 1.
    line: usize,
    /// The whole comment, as a place of the unit.
    span: Span,
    /// The rules, and where each is named. Empty if the comment could not be understood.
    rules: Vec<(&'u str, Span)>,
    has_reason: bool,
}

/// Drops what comments suppress and adds what is to be said of the comments. `was_run` says whether a rule was looked for at all: a comment
/// for a rule that is off is not unused.
pub fn apply(unit: &Unit, findings: Vec<Finding>, was_run: impl Fn(&str) -> bool) -> Vec<Finding> {
    let comments: Vec<_> = unit.sources.iter().flat_map(comments).collect();
    if comments.is_empty() {
        return findings;
    }
    let headers = headers(unit);
    let mut used: Vec<Vec<bool>> = comments.iter().map(|comment| vec![false; comment.rules.len()]).collect();
    let mut kept = Vec::new();
    for finding in findings {
        let here = unit.sources.locate(finding.span).map(|(source, local)| (source, source.position(local.start).line));
        let places =
            || here.iter().copied().chain(headers.iter().filter(|it| it.0 == finding.address).map(|it| (it.1, it.2)));
        let mut suppressed = false;
        for (comment, used) in comments.iter().zip(&mut used).filter(|(comment, _)| comment.has_reason) {
            let speaks = || places().any(|(source, line)| source.path == comment.source.path && line == comment.line);
            for ((rule, _), used) in comment.rules.iter().zip(used) {
                if *rule == finding.rule && speaks() {
                    *used = true;
                    suppressed = true;
                }
            }
        }
        if !suppressed {
            kept.push(finding);
        }
    }
    for (comment, used) in comments.iter().zip(used) {
        kept.extend(complaints(comment, &used, &was_run));
    }
    kept
}

fn complaints(comment: &Comment<'_>, used: &[bool], was_run: &impl Fn(&str) -> bool) -> Vec<Finding> {
    let say = |rule: &str, message: String, span: Span, help: String| {
        let mut finding = Finding::new(message, span).help(help);
        rule.clone_into(&mut finding.rule);
        finding
    };
    let form = || "write `nolint(rule): reason`, several rules separated by commas".to_owned();
    if comment.rules.is_empty() {
        return vec![say(UNUSED, "this comment names no rule and suppresses nothing".to_owned(), comment.span, form())];
    }
    let mut complaints = Vec::new();
    for (&(rule, span), used) in comment.rules.iter().zip(used) {
        if !is_of_the_organisation(rule) && rules::named(rule).is_none() {
            let help = nearest(rule, rules::ALL.iter().map(|rule| rule.name)).map_or_else(
                || "`mediastore-lint rules` lists them".to_owned(),
                |name| format!("did you mean `{name}`?"),
            );
            complaints.push(say(UNUSED, format!("there is no rule `{rule}`"), span, help));
        } else if comment.has_reason && !used && was_run(rule) {
            let help = "remove it, so that it hides nothing later".to_owned();
            complaints.push(say(
                UNUSED,
                format!("`{rule}` is not found here, so there is nothing to suppress"),
                span,
                help,
            ));
        }
    }
    if !comment.has_reason {
        let message = "this comment gives no reason and suppresses nothing".to_owned();
        complaints.push(say(WITHOUT_REASON, message, comment.span, form()));
    }
    complaints
}

/// The lines of resources' headers, by address.
fn headers(unit: &Unit) -> Vec<(&str, &Source, usize)> {
    let header = |origin: &'_ Origin| {
        let (source, local) = unit.sources.locate(origin.span)?;
        Some((source, source.position(local.start).line))
    };
    unit.origins()
        .filter_map(|origin| header(origin).map(|(source, line)| (origin.address.as_str(), source, line)))
        .collect()
}

fn comments(source: &Source) -> Vec<Comment<'_>> {
    // Most files have none, and most of those are large.
    if source.syntax == Syntax::Json || !source.text.contains("nolint") {
        return Vec::new();
    }
    let lines: Vec<&str> = source.text.split('\n').collect();
    let mut offset = source.span().start;
    let mut comments = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        if let Some(at) = comment_start(source.syntax, line) {
            let code = line[..at].trim();
            let target = match code.is_empty() {
                false => index,
                true => (index + 1..lines.len())
                    .find(|&next| {
                        comment_start(source.syntax, lines[next]).is_none_or(|at| !lines[next][..at].trim().is_empty())
                    })
                    .unwrap_or(index),
            };
            comments.extend(comment(source, &line[at..], offset + at, target + 1));
        }
        offset += line.len() + 1;
    }
    comments
}

/// Where a comment starts in a line, as far as a line shows it: a marker in a string counts too, which is of no consequence unless
/// `nolint` follows it at once.
fn comment_start(syntax: Syntax, line: &str) -> Option<usize> {
    let markers: &[&str] = if syntax == Syntax::Hcl { &["#", "//"] } else { &["#"] };
    let marker_of_nolint = |at: usize| {
        let before = line[..at].trim_end();
        markers.iter().find(|marker| before.ends_with(**marker)).map(|marker| before.len() - marker.len())
    };
    if let Some(start) = line.match_indices("nolint").find_map(|(at, _)| marker_of_nolint(at)) {
        return Some(start);
    }
    let indent = line.len() - line.trim_start().len();
    markers.iter().any(|marker| line[indent..].starts_with(marker)).then_some(indent)
}

/// The comment of a text that begins with its marker; nothing if it does not ask for silence.
fn comment<'u>(source: &'u Source, text: &'u str, offset: usize, line: usize) -> Option<Comment<'u>> {
    let text = text.trim_end();
    let asks = text.trim_start_matches(['#', '/']).trim_start().strip_prefix("nolint")?;
    if asks.starts_with(|next: char| next.is_alphanumeric() || next == '-' || next == '_') {
        return None;
    }
    let span = Span::new(offset, offset + text.len());
    let Some((names, rest)) = asks.strip_prefix('(').and_then(|asks| asks.split_once(')')) else {
        return Some(Comment { source, line, span, rules: Vec::new(), has_reason: false });
    };
    let mut at = offset + text.len() - asks.len() + 1;
    let mut rules = Vec::new();
    for name in names.split(',') {
        let trimmed = name.trim();
        let start = at + (name.len() - name.trim_start().len());
        if !trimmed.is_empty() {
            rules.push((trimmed, Span::new(start, start + trimmed.len())));
        }
        at += name.len() + 1;
    }
    let has_reason = rest.strip_prefix(':').is_some_and(|reason| !reason.trim().is_empty());
    Some(Comment { source, line, span, rules, has_reason })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::unit::{Container, Dialect};
    use mediastore_policy::json::{Node, Value};

    /// Judges a text in which `@rule@` marks what a rule finds, and gives back what is left: each rule with its line.
    fn left(syntax: Syntax, marked: &str) -> Vec<(String, usize)> {
        let pieces: Vec<&str> = marked.split('@').collect();
        let text: String = pieces.iter().step_by(2).copied().collect();
        let mut unit = Unit::default();
        let base = unit.sources.add("main", syntax, text.as_str());
        let mut offset = base;
        let mut findings = Vec::new();
        for pair in pieces.chunks(2) {
            offset += pair[0].len();
            if let Some(rule) = pair.get(1) {
                let mut finding = Finding::new("found", Span::new(offset, offset + 1));
                (*rule).clone_into(&mut finding.rule);
                "res".clone_into(&mut finding.address);
                findings.push(finding);
            }
        }
        if let Some(at) = text.find("resource") {
            let origin = Origin {
                dialect: Dialect::Mediastore,
                address: "res".into(),
                span: Span::new(base + at, base + at + 8),
                body: Span::default(),
            };
            unit.containers.push(Container {
                origin,
                name: Node::string("live"),
                region: None,
                account: None,
                tags: Node::new(Value::Object(Vec::new())),
                access_logging: None,
                force_destroy: None,
                written: None,
            });
        }
        let line =
            |it: &Finding| unit.sources.locate(it.span).map_or(0, |(source, local)| source.position(local.start).line);
        let mut left: Vec<_> = apply(&unit, findings, |_| true).iter().map(|it| (it.rule.clone(), line(it))).collect();
        left.sort();
        left
    }

    #[test]
    fn a_comment_speaks_for_its_line_or_the_next() {
        use Syntax::{Hcl, Json, Yaml};
        let unused = |line| (UNUSED.to_owned(), line);
        let kept = |line| ("public-write".to_owned(), line);
        for (syntax, text, expected) in [
            (Hcl, "a = @public-write@1 # nolint(public-write): demo", vec![]),
            (Hcl, "a = @public-write@1 // nolint(public-write): demo", vec![]),
            (Yaml, "a: @public-write@1 # nolint(public-write): demo", vec![]),
            (Yaml, "a: @public-write@1 // nolint(public-write): demo", vec![kept(1)]),
            (Json, "{@public-write@} # nolint(public-write): demo", vec![kept(1)]),
            (Hcl, "# nolint(public-write): demo\na = @public-write@1", vec![]),
            (Hcl, "# nolint(public-write): demo\n# more words\na = @public-write@1", vec![]),
            (Hcl, "# nolint(public-write): demo\n\na = @public-write@1", vec![unused(1), kept(3)]),
            (Hcl, "a = 1 # nolint(public-write): demo\na = @public-write@1", vec![unused(1), kept(2)]),
            (Hcl, "a = @public-write@1 # nolint( name-invalid , public-write ): demo", vec![unused(1)]),
            (Hcl, "a = @public-write@1 # nolint(name-invalid): demo", vec![unused(1), kept(1)]),
            (Hcl, "# nolint(public-write): demo\nresource x {\n  a = @public-write@1\n}", vec![]),
            (Hcl, "resource x { # nolint(public-write): demo\n  a = @public-write@1\n}", vec![]),
            (Hcl, "a = @rego:owner@1 # nolint(rego:owner): demo", vec![]),
            (Hcl, "a = @public-write@\"#nolint-file\"", vec![kept(1)]),
        ] {
            assert_eq!(left(syntax, text), expected, "{text}");
        }
    }

    #[test]
    fn a_comment_that_does_nothing_is_told_so() {
        let unused = |line| (UNUSED.to_owned(), line);
        let kept = |line| ("public-write".to_owned(), line);
        let reason = |line| (WITHOUT_REASON.to_owned(), line);
        for (text, expected) in [
            ("a = @public-write@1 # nolint(public-write)", vec![reason(1), kept(1)]),
            ("a = @public-write@1 # nolint(public-write):  ", vec![reason(1), kept(1)]),
            ("a = @public-write@1 # nolint", vec![unused(1), kept(1)]),
            ("a = @public-write@1 # nolint()", vec![unused(1), kept(1)]),
            ("a = @public-write@1 # nolint: public-write", vec![unused(1), kept(1)]),
            ("a = @public-write@1 # nolint(publik-write): demo", vec![unused(1), kept(1)]),
            ("a = @public-write@1 # see nolint(public-write): demo", vec![kept(1)]),
        ] {
            assert_eq!(left(Syntax::Hcl, text), expected, "{text}");
        }
    }
}
