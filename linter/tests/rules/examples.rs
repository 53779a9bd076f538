//! The examples of every rule, executed: bad ones give exactly the marked places, good ones nothing of their rule.

use mediastore_lint::example::Run;
use mediastore_lint::finding::Finding;
use mediastore_lint::rule::{Example, Rule};
use mediastore_lint::rules::ALL;
use mediastore_lint::unit::Unit;
use mediastore_policy::decide::{Verdict, decide};
use mediastore_policy::span::Span;

/// What a rule says of an example, with the places of its findings.
fn run(rule: &'static Rule, example: &Example) -> (Run, Vec<Span>) {
    let mut run = example.run().unwrap_or_else(|faults| panic!("{}: {faults:?}", rule.name));
    run.findings.retain(|finding| finding.rule == rule.name);
    let mut places: Vec<Span> = run.findings.iter().map(|finding| run.place(finding)).collect();
    places.sort_by_key(|span| (span.start, span.end));
    (run, places)
}

#[test]
fn bad_examples_give_exactly_the_marked_places() {
    for rule in ALL {
        assert!(!rule.bad.is_empty(), "{} has no bad example", rule.name);
        for example in rule.bad {
            let (run, places) = run(rule, example);
            assert!(!run.marked.is_empty(), "{}: nothing is marked in {}", rule.name, example.text);
            assert_eq!(example.text.matches('«').count(), run.marked.len(), "{}: marks do not match", rule.name);
            assert_eq!(places, run.marked, "{}: {:#?}\n{}", rule.name, run.findings, example.text);
            for finding in &run.findings {
                assert!(finding.help.is_some(), "{} does not say what to do", rule.name);
                assert!(!finding.message.ends_with('.'), "{}", finding.message);
                assert_eq!(finding.message.matches('`').count() % 2, 0, "{}", finding.message);
                replay(finding, &run.unit);
            }
        }
    }
}

#[test]
fn good_examples_give_nothing_of_their_rule() {
    for rule in ALL {
        assert!(!rule.good.is_empty(), "{} has no good example", rule.name);
        for example in rule.good {
            let (run, _) = run(rule, example);
            assert!(!example.text.contains(['«', '»']), "{}: a good example has marks", rule.name);
            assert!(run.findings.is_empty(), "{}: {:#?}\n{}", rule.name, run.findings, example.text);
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
