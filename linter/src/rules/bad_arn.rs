//! `bad-arn`: a resource that is no ARN.

use crate::finding::Severity;
use crate::rule::{Check, Example, Family, JudgedPolicy, Rule, Scope, Sink};

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "bad-arn",
    family: Family::Validity,
    severity: Severity::Error,
    strict: Severity::Error,
    summary: "A resource is neither `*` nor an ARN of six fields",
    explanation: "The resources of a container are `arn:aws:mediastore:REGION:ACCOUNT:container/NAME/PATH`. A text with fewer fields matches \
                  nothing; forms without `mediastore` or without the account, which some documentation prints, are among them.\n\n\
                  For everything in the container end the ARN with `/*`.",
    bad: &[Example::policy(
        r#"{
    "Version": "2012-10-17",
    "Statement": [{
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
        "Action": "mediastore:GetObject",
        "Resource": [«"container/live/*"», «"arn:aws:eu-west-1:111122223333:container/live/*"»]
    }]
}"#,
    )],
    good: &[Example::policy(
        r#"{
    "Version": "2012-10-17",
    "Statement": [{
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
        "Action": "mediastore:GetObject",
        "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/*"
    }]
}"#,
    )],
    check: Check::Policy(check),
};

fn check(scope: &Scope<'_>, judged: &JudgedPolicy<'_>, sink: &mut Sink<'_>) {
    super::problems::report(
        RULE.name,
        scope,
        judged,
        sink,
        "write `arn:aws:mediastore:REGION:ACCOUNT:container/NAME/*`",
    );
}
