//! `public-delete`: outsiders can delete.

use mediastore_policy::analyse::ExposureClass::Public;

use super::words::stranger;
use crate::finding::{Finding, Severity};
use crate::rule::{Check, Example, Family, JudgedPolicy, Rule, Scope, Sink};

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "public-delete",
    family: Family::Exposure,
    severity: Severity::Error,
    strict: Severity::Error,
    summary: "Anybody can delete objects",
    explanation: "Whoever finds the endpoint can take a live event off the air: a deleted manifest or segment cannot be brought back.\n\n\
                  It often comes with `mediastore:*` or with `NotAction`, where only reading was meant. List the actions that \
                  everybody may do, and name the principals that delete.",
    bad: &[Example::policy(
        r#"{
    "Version": "2012-10-17",
    "Statement": [«{
        "Effect": "Allow",
        "Principal": "*",
        "NotAction": "mediastore:PutObject",
        "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/*"
    }»]
}"#,
    )],
    good: &[Example::policy(
        r#"{
    "Version": "2012-10-17",
    "Statement": [{
        "Effect": "Allow",
        "Principal": "*",
        "Action": ["mediastore:GetObject", "mediastore:DescribeObject"],
        "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/*"
    }, {
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111122223333:role/encoder"},
        "Action": "mediastore:DeleteObject",
        "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/*"
    }]
}"#,
    )],
    check: Check::Policy(check),
};

fn check(_: &Scope<'_>, judged: &JudgedPolicy<'_>, sink: &mut Sink<'_>) {
    for grant in judged.grants() {
        let Some(action) = grant.direct(Public, &["mediastore:DeleteObject"]) else { continue };
        let who = stranger(action.witness.as_ref());
        sink.report(
            Finding::new(format!("{who} can delete objects"), grant.span)
                .help("list the actions everybody may do, and name the principals that delete")
                .witness(action.witness.clone()),
        );
    }
}
