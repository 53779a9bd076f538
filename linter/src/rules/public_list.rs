//! `public-list`: outsiders can list folders.

use mediastore_policy::analyse::ExposureClass::Public;

use super::words::stranger;
use crate::finding::{Finding, Severity};
use crate::rule::{Check, Example, Family, JudgedPolicy, Rule, Scope, Sink};

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "public-list",
    family: Family::Exposure,
    severity: Severity::Warning,
    strict: Severity::Error,
    summary: "Anybody can list what the container holds",
    explanation: "A listing shows every path: events that are not announced yet, other renditions, the material of other customers. \
                  Players do not need it, they follow the manifest.\n\n\
                  Leave `mediastore:ListItems` out of what everybody may do.",
    bad: &[Example::policy(
        r#"{
    "Version": "2012-10-17",
    "Statement": [«{
        "Effect": "Allow",
        "Principal": "*",
        "Action": ["mediastore:GetObject", "mediastore:List*"],
        "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/*",
        "Condition": {"Bool": {"aws:SecureTransport": "true"}}
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
        "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/*",
        "Condition": {"Bool": {"aws:SecureTransport": "true"}}
    }]
}"#,
    )],
    check: Check::Policy(check),
};

fn check(_: &Scope<'_>, judged: &JudgedPolicy<'_>, sink: &mut Sink<'_>) {
    for grant in judged.grants() {
        let Some(action) = grant.direct(Public, &["mediastore:ListItems"]) else { continue };
        let who = stranger(action.witness.as_ref());
        sink.report(
            Finding::new(format!("{who} can list what the container holds"), grant.span)
                .help("leave `mediastore:ListItems` out of what everybody may do")
                .witness(action.witness.clone()),
        );
    }
}
