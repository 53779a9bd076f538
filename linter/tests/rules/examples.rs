//! The examples of every rule, executed: bad ones give exactly the marked places, good ones nothing of their rule.

use mediastore_lint::finding::Finding;
use mediastore_lint::rule::{Example, Rule};
use mediastore_lint::rules::ALL;
use mediastore_lint::unit::Unit;
use mediastore_policy::decide::{Verdict, decide};
use mediastore_policy::span::Span;

use super::{judge, read};

/// Needs an input with unknown parts.
const WITHOUT_EXAMPLES: [&str; 3] = ["exposure-depends", "input-broken", "input-not-evaluated"];

/// The text without its marks, and the places they enclose.
pub(super) fn unmark(example: &Example) -> (String, Vec<Span>) {
    let (mut text, mut open, mut places) = (String::new(), Vec::new(), Vec::new());
    for c in example.text.chars() {
        match c {
            '«' => open.push(text.len()),
            '»' => places.push(Span::new(open.pop().unwrap(), text.len())),
            c => text.push(c),
        }
    }
    assert!(open.is_empty(), "a mark is not closed: {}", example.text);
    places.sort_by_key(|span| (span.start, span.end));
    (text, places)
}

/// The places of findings as offsets into the example's own file.
fn places(findings: &[Finding], unit: &Unit) -> Vec<Span> {
    let local = |finding: &Finding| unit.sources.locate(finding.span).map(|(_, local)| local).unwrap_or_default();
    let mut places: Vec<Span> = findings.iter().map(local).collect();
    places.sort_by_key(|span| (span.start, span.end));
    places
}

fn run(rule: &'static Rule, example: &Example) -> (Vec<Finding>, Unit, Vec<Span>) {
    let (text, marked) = unmark(example);
    let unit = read(example.file, &text);
    let config = toml::from_str(example.config).unwrap();
    let findings = judge(&unit, &config).into_iter().filter(|finding| finding.rule == rule.name).collect();
    (findings, unit, marked)
}

#[test]
fn bad_examples_give_exactly_the_marked_places() {
    for rule in ALL {
        assert!(!rule.bad.is_empty() || WITHOUT_EXAMPLES.contains(&rule.name), "{} has no bad example", rule.name);
        for example in rule.bad {
            let (findings, unit, marked) = run(rule, example);
            assert!(!marked.is_empty(), "{}: nothing is marked in {}", rule.name, example.text);
            assert_eq!(places(&findings, &unit), marked, "{}: {findings:#?}\n{}", rule.name, example.text);
            for finding in &findings {
                assert!(finding.help.is_some(), "{} does not say what to do", rule.name);
                assert!(!finding.message.ends_with('.'), "{}", finding.message);
                assert_eq!(finding.message.matches('`').count() % 2, 0, "{}", finding.message);
                replay(finding, &unit);
            }
        }
    }
}

#[test]
fn good_examples_give_nothing_of_their_rule() {
    for rule in ALL {
        assert!(!rule.good.is_empty() || WITHOUT_EXAMPLES.contains(&rule.name), "{} has no good example", rule.name);
        for example in rule.good {
            let (findings, _, marked) = run(rule, example);
            assert_eq!(marked, [], "{}: a good example has marks", rule.name);
            assert!(findings.is_empty(), "{}: {findings:#?}\n{}", rule.name, example.text);
        }
    }
}

/// The policy allows the request that a finding shows.
pub(super) fn replay(finding: &Finding, unit: &Unit) {
    let Some(witness) = &finding.witness else { return };
    let policy = unit
        .documents
        .iter()
        .find(|document| document.span.start <= finding.span.start && finding.span.end <= document.span.end);
    let policy = mediastore_policy::parse::parse_node(policy.unwrap().body.clone().unwrap()).policy.unwrap();
    let verdict = decide([&policy], witness).verdict;
    assert!(matches!(verdict, Verdict::Allow | Verdict::Depends), "{}: {witness:?} is {verdict:?}", finding.rule);
}
