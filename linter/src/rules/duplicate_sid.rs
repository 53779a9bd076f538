//! `duplicate-sid`: two statements of one name.

use crate::finding::Severity;
use crate::rule::{Check, Example, Family, JudgedPolicy, Rule, Scope, Sink};

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "duplicate-sid",
    family: Family::Validity,
    severity: Severity::Error,
    strict: Severity::Error,
    summary: "Two statements have the same `Sid`",
    explanation: "A `Sid` has to be unique in its policy. It decides nothing, but errors and tools name statements by it.\n\n\
                  Rename one of them, or leave it out: a `Sid` is optional.",
    bad: &[
        Example::policy(
            r#"{
    "Version": "2012-10-17",
    "Statement": [{
        "Sid": "Read",
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111122223333:role/editor"},
        "Action": "mediastore:GetObject",
        "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/*"
    }, {
        "Sid": «"Read"»,
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111122223333:role/reader"},
        "Action": "mediastore:GetObject",
        "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/*"
    }]
}"#,
        ),
        Example::policy(
            r#"{
    "Version": "2012-10-17",
    "Statement": [{
        "Sid": "Read",
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111122223333:role/editor"},
        "Action": "mediastore:GetObject",
        "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/*"
    }, {
        "Sid": «"Read"»,
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111122223333:role/reader"},
        "Action": "mediastore:GetObject",
        "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/*"
    }, {
        "Sid": «"Read"»,
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111122223333:role/auditor"},
        "Action": "mediastore:GetObject",
        "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/*"
    }, {
        "Sid": "Read2",
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111122223333:role/player"},
        "Action": "mediastore:GetObject",
        "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/*"
    }]
}"#,
        ),
    ],
    good: &[Example::policy(
        r#"{
    "Version": "2012-10-17",
    "Statement": [{
        "Sid": "ReadForEditors",
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111122223333:role/editor"},
        "Action": "mediastore:GetObject",
        "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/*"
    }, {
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111122223333:role/reader"},
        "Action": "mediastore:GetObject",
        "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/*"
    }]
}"#,
    )],
    check: Check::Policy(check),
};

fn check(scope: &Scope<'_>, judged: &JudgedPolicy<'_>, sink: &mut Sink<'_>) {
    super::problems::report(RULE.name, scope, judged, sink, "rename one of them, or leave it out");
}
