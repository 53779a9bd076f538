//! `exposure-undecided`: what outsiders can do could not be settled.

use mediastore_policy::analyse::ExposureClass;

use super::exposure_depends::worst_first;
use super::words::phrase;
use crate::finding::{Finding, Severity};
use crate::rule::{Check, Example, Family, JudgedPolicy, Rule, Scope, Sink};

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "exposure-undecided",
    family: Family::Exposure,
    severity: Severity::Warning,
    strict: Severity::Error,
    summary: "What outsiders can do could not be settled",
    explanation: "The analysis is exact but its work is bounded, and some couplings of keys it does not follow. For this policy it found \
                  neither a request of an outsider nor a proof that there is none. It is not proven safe.\n\n\
                  Such a policy is hard to read for people too. Simplify it: fewer policy variables, one kind of operator for \
                  each key, no long chains of wildcards.",
    bad: &[Example::policy(
        r#"«{
    "Version": "2012-10-17",
    "Statement": [{
        "Effect": "Allow",
        "Principal": "*",
        "Action": "mediastore:GetObject",
        "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/*",
        "Condition": {
            "StringLike": {"aws:SourceIp": "198.51.*"},
            "NotIpAddress": {"aws:SourceIp": "198.51.0.0/16"}
        }
    }]
}»"#,
    )],
    good: &[Example::policy(
        r#"{
    "Version": "2012-10-17",
    "Statement": [{
        "Effect": "Allow",
        "Principal": "*",
        "Action": "mediastore:GetObject",
        "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/*",
        "Condition": {
            "IpAddress": {"aws:SourceIp": "198.51.0.0/16"},
            "NotIpAddress": {"aws:SourceIp": "198.51.100.0/24"}
        }
    }]
}"#,
    )],
    check: Check::Policy(check),
};

fn check(scope: &Scope<'_>, judged: &JudgedPolicy<'_>, sink: &mut Sink<'_>) {
    let Some(exposure) = judged.exposure() else { return };
    let open = ExposureClass::Undecided;
    let found = worst_first(scope, &exposure.actions, |action| (action.class == open).then_some(open));
    let Some((severity, action, _)) = found.first() else { return };
    let severity = (*severity).min(sink.severity());
    let deeds: Vec<&str> = found.iter().map(|(.., deed)| *deed).collect();
    let why = action.doubt.map_or(String::new(), |doubt| format!(": {doubt}"));
    let message = format!("not settled who can {}{why}", phrase(&deeds));
    sink.report_as(severity, Finding::new(message, judged.document.span).help("simplify the policy"));
}
