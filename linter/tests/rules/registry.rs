//! Names, prose and severities.

use std::collections::BTreeSet;
use std::path::Path;

use mediastore_lint::pages;
use mediastore_lint::rules::{ALL, named};

#[test]
fn names_are_kebab_case_and_unique() {
    for rule in ALL {
        let words: Vec<&str> = rule.name.split('-').collect();
        let is_word = |word: &&str| {
            !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        };
        assert!(words.len() >= 2 && words.iter().all(is_word), "`{}` is not kebab-case", rule.name);
        assert!(std::ptr::eq(named(rule.name).unwrap(), *rule), "`{}` is there twice", rule.name);
    }
    assert!(named("").is_none() && named("Public-Write").is_none());
}

#[test]
fn families_stand_together() {
    let mut families: Vec<_> = ALL.iter().map(|rule| rule.family).collect();
    families.dedup();
    let distinct: BTreeSet<_> = families.iter().copied().collect();
    assert_eq!(families.len(), distinct.len(), "{families:?}");
    assert!(families.is_sorted(), "the list is not in the order of the docs: {families:?}");
}

#[test]
fn every_rule_is_documented() {
    for rule in ALL {
        let name = rule.name;
        let is_sentence_part = |text: &str| {
            !text.ends_with('.') && !text.contains('\n') && text.starts_with(|c: char| c.is_uppercase() || c == '`')
        };
        assert!(is_sentence_part(rule.summary) && (20..=100).contains(&rule.summary.len()), "{name}: {}", rule.summary);
        assert!(rule.explanation.len() >= 150, "{name} is not explained");
        for paragraph in rule.explanation.split("\n\n") {
            assert!(paragraph.ends_with(['.', ':']) || paragraph.starts_with("- "), "{name}: {paragraph}");
            assert!(!paragraph.contains('\n') || paragraph.starts_with("- "), "{name} breaks lines: {paragraph}");
            assert!(!paragraph.contains("  "), "{name} has double spaces: {paragraph}");
            assert_eq!(paragraph.matches('`').count() % 2, 0, "{name}: {paragraph}");
        }
        // What an explanation says of other rules stays true when they change.
        for word in rule.explanation.split('`').skip(1).step_by(2) {
            let looks_like_rule =
                word.contains('-') && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
            assert!(
                !looks_like_rule || named(word).is_some() || OTHER_WORDS.contains(&word),
                "{name} speaks of `{word}`"
            );
        }
    }
}

/// Words in backticks that look like names of rules and are none.
const OTHER_WORDS: &[&str] = &["data-classification"];

#[test]
fn severities_are_sane() {
    for rule in ALL {
        assert!(rule.strict >= rule.severity, "{} is milder in the strict profile", rule.name);
    }
}

/// With `UPDATE_PAGES=1` they are written first: what `cargo xtask gen` does too, which builds more.
#[test]
fn the_committed_pages_are_what_the_rules_say() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/rules");
    let pages = pages::all();
    if std::env::var_os("UPDATE_PAGES").is_some() {
        pages.iter().for_each(|(name, text)| std::fs::write(folder.join(name), text).unwrap());
    }
    let mut committed: BTreeSet<String> =
        std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    for (name, text) in pages {
        let there = std::fs::read_to_string(folder.join(&name)).unwrap_or_default();
        assert!(there == text, "docs/rules/{name} is stale, run `cargo xtask gen` or these tests with UPDATE_PAGES=1");
        committed.remove(&name);
    }
    assert!(committed.is_empty(), "{committed:?} describe no rule; delete them");
}
