//! When a lifecycle policy ends an object.
//!
//! A rule in seconds acts on objects put while it is in force: each gets its end when it is put, and keeps it whatever happens to the policy.
//! A rule in days acts on all objects, also older ones, as long as it is in force. Moving to infrequent access has no effect that a client
//! could see.

use mediastore_policy::lifecycle::{self, Age, Effect, LifecyclePolicy, Op, Paths, Rule};
use std::sync::Arc;

use super::Target;
use super::parsed::Parsed;
use crate::store::objects::Object;

const SECOND: i64 = 1000;
const DAY: i64 = 24 * 60 * 60 * SECOND;

/// The lifecycle policies of a service's containers.
#[derive(Debug, Default)]
pub(crate) struct Lifecycles(Parsed<Option<LifecyclePolicy>>);

impl Lifecycles {
    /// The policy of a call's container.
    pub(super) fn of(&self, target: &Target) -> Option<Arc<Option<LifecyclePolicy>>> {
        Some(self.get(target.container.id, target.policies.lifecycle.as_deref()?))
    }

    /// What a container's text means. A text that is no policy cannot have been put by this build, and ends nothing.
    pub(super) fn get(&self, container: i64, text: &str) -> Arc<Option<LifecyclePolicy>> {
        self.0.get(container, text, |text| lifecycle::parse(text).ok())
    }
}

/// The end of an object that is put at `now`, if a rule in seconds matches: the earliest, in milliseconds since 1970.
pub(super) fn transient_until(policy: &Option<LifecyclePolicy>, path: &str, now: i64) -> Option<i64> {
    let rules = policy.iter().flat_map(|policy| &policy.rules);
    let ends = rules.filter(|rule| matches(&rule.paths, path)).filter_map(|rule| match rule.effect {
        Effect::ExpireSeconds(age) => Some(now.saturating_add(least(age) * SECOND)),
        Effect::ExpireDays(_) | Effect::Archive => None,
    });
    ends.min()
}

/// Whether a rule in days has ended the object.
pub(super) fn is_over(policy: &Option<LifecyclePolicy>, object: &Object, now: i64) -> bool {
    is_over_at(policy, &object.path, object.modified_at, now)
}

/// The same of an object by its path and the time when it was put.
pub(super) fn is_over_at(policy: &Option<LifecyclePolicy>, path: &str, modified_at: i64, now: i64) -> bool {
    let mut rules = policy.iter().flat_map(|policy| &policy.rules);
    rules.any(|rule| {
        days(rule).is_some_and(|days| modified_at.saturating_add(days) <= now) && matches(&rule.paths, path)
    })
}

/// The age at which the policy may first end an object by a rule in days, in milliseconds.
pub(super) fn least_days(policy: &Option<LifecyclePolicy>) -> Option<i64> {
    policy.iter().flat_map(|policy| &policy.rules).filter_map(days).min()
}

fn days(rule: &Rule) -> Option<i64> {
    match rule.effect {
        Effect::ExpireDays(age) => Some(least(age) * DAY),
        Effect::ExpireSeconds(_) | Effect::Archive => None,
    }
}

/// The least whole age that is enough: `> 15` seconds ends an object in its second 16.
fn least(age: Age) -> i64 {
    match age.op {
        Op::AtLeast => age.value.into(),
        Op::MoreThan => i64::from(age.value) + 1,
    }
}

fn matches(paths: &Paths, path: &str) -> bool {
    match paths {
        Paths::Prefixes(prefixes) => prefixes.iter().any(|prefix| path.starts_with(prefix)),
        Paths::Wildcards(wildcards) => wildcards.iter().any(|wildcard| wild(wildcard, path)),
    }
}

/// Whether a text has the form of a wildcard, in which `*` is zero or more characters. Each piece between two stars is taken where it comes
/// first, which leaves the most for the pieces after it.
pub(crate) fn wild(wildcard: &str, text: &str) -> bool {
    let Some((head, rest)) = wildcard.split_once('*') else {
        return wildcard == text;
    };
    let Some(mut text) = text.strip_prefix(head) else {
        return false;
    };
    let mut pieces = rest.split('*');
    let Some(tail) = pieces.next_back() else {
        return false;
    };
    for piece in pieces {
        match text.split_once(piece) {
            Some((_, after)) => text = after,
            None => return false,
        }
    }
    text.ends_with(tail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::bodies::Hash;

    #[test]
    fn a_star_is_any_text() {
        let cases = [
            ("*", "a/b.ts", true),
            ("*.ts", "a/b.ts", true),
            ("*.ts", "a/b.tsx", false),
            ("live/*", "live/", true),
            ("live/*", "live", false),
            ("live/*.ts", "live/a/b.ts", true),
            ("a*a", "a", false),
            ("a*a", "aa", true),
            ("*a*b*", "xaxbx", true),
            ("*a*b*", "xbxax", false),
            ("*ab*ab", "abab", true),
            ("*ab*ab", "abb", false),
            ("**", "", true),
            ("a.ts", "a.ts", true),
            ("a.ts", "a_ts", false),
            ("*a*a*a*a*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false),
        ];
        for (wildcard, text, expected) in cases {
            assert_eq!(wild(wildcard, text), expected, "{wildcard} {text}");
        }
    }

    fn policy(path: &str, age: &str, action: &str) -> Option<LifecyclePolicy> {
        let text = format!(r#"{{"rules":[{{"definition":{{"path":[{path}],{age}}},"action":"{action}"}}]}}"#);
        Some(lifecycle::parse(&text).unwrap())
    }

    #[test]
    fn rules_in_seconds_end_objects_when_they_are_put() {
        let rule = |op: &str, seconds: u32| {
            let age = format!(r#""seconds_since_create":[{{"numeric":["{op}",{seconds}]}}]"#);
            policy(r#"{"wildcard":"*.ts"}"#, &age, "EXPIRE")
        };
        assert_eq!(transient_until(&rule(">", 15), "a.ts", 1_000), Some(17_000));
        assert_eq!(transient_until(&rule(">=", 15), "a.ts", 1_000), Some(16_000));
        assert_eq!(transient_until(&rule(">=", 15), "a.m3u8", 1_000), None);
        assert_eq!(transient_until(&None, "a.ts", 1_000), None);
    }

    #[test]
    fn rules_in_days_end_objects_of_an_age() {
        let object = |path: &str| Object {
            path: path.to_owned(),
            sha256: Hash([0; 32]),
            size: 0,
            content_type: String::new(),
            cache_control: None,
            modified_at: 0,
            expires_at: None,
        };
        let rule = |op: &str, action: &str| {
            let age = format!(r#""days_since_create":[{{"numeric":["{op}",30]}}]"#);
            policy(r#"{"prefix":"old/"}"#, &age, action)
        };
        let cases = [
            (">=", "EXPIRE", "old/a", 30 * DAY - 1, false),
            (">=", "EXPIRE", "old/a", 30 * DAY, true),
            (">=", "EXPIRE", "new/a", 30 * DAY, false),
            (">", "EXPIRE", "old/a", 31 * DAY - 1, false),
            (">", "EXPIRE", "old/a", 31 * DAY, true),
            (">=", "ARCHIVE", "old/a", 300 * DAY, false),
        ];
        for (op, action, path, now, expected) in cases {
            assert_eq!(is_over(&rule(op, action), &object(path), now), expected, "{op} {action} {path} {now}");
        }
        assert_eq!(least_days(&rule(">", "EXPIRE")), Some(31 * DAY));
        assert_eq!(least_days(&rule(">=", "ARCHIVE")), None);
    }
}
