//! `malformed-policy`: the text is no policy.

use crate::finding::Severity;
use crate::rule::{Check, Example, Family, JudgedPolicy, Rule, Scope, Sink};

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "malformed-policy",
    family: Family::Validity,
    severity: Severity::Error,
    strict: Severity::Error,
    summary: "The text is not a policy: its JSON or its grammar is broken",
    explanation: "The service refuses it, or worse, reads it otherwise than it was meant. As long as it is malformed nobody can say what \
                  it exposes, so no other rule judges it, and it never counts as clean.\n\n\
                  Every fault is reported at its place: broken JSON, unknown or missing elements, values of the wrong type, principals \
                  with wildcards, numbers, dates, addresses and variables that do not parse.\n\n\
                  Trailing commas are among them: one example in the AWS guide has one.",
    bad: &[
        Example::policy(
            r#"{
    "Version": «"2012-10-18"»,
    "Statement": [{
        "Sid": "Read",
        "Effect": «"allow"»,
        "Principal": {"AWS": «"arn:aws:iam::111122223333:user/*"»},
        "Action": [«"GetObject"»],
        "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/*",
        «"Conditions"»: {"IpAddress": {"aws:SourceIp": "198.51.100.0/24"}}
    }]
}"#,
        ),
        Example::policy(
            r#"{
    "Version": "2012-10-17",
    "Statement": [{
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
        "Action": "mediastore:GetObject",
        "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/*",
        "Condition": {"IpAddress": {"aws:SourceIp": [«"198.51.100.0/33"»]}}«,»
    }]
}"#,
        ),
    ],
    good: &[Example::policy(
        r#"{
    "Version": "2012-10-17",
    "Statement": [{
        "Sid": "Read",
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111122223333:user/editor"},
        "Action": ["mediastore:GetObject"],
        "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/*",
        "Condition": {"IpAddress": {"aws:SourceIp": "198.51.100.0/24"}}
    }]
}"#,
    )],
    check: Check::Policy(check),
};

fn check(scope: &Scope<'_>, judged: &JudgedPolicy<'_>, sink: &mut Sink<'_>) {
    super::problems::report(RULE.name, scope, judged, sink, "see the policy grammar of IAM for what can stand here");
}
