//! `policy-too-large`: more characters than the API takes.

use crate::finding::Severity;
use crate::rule::{Check, Example, Family, JudgedPolicy, Rule, Scope, Sink};

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "policy-too-large",
    family: Family::Validity,
    severity: Severity::Error,
    strict: Severity::Error,
    summary: "The policy is empty, or has more than 8192 characters",
    explanation: "PutContainerPolicy takes 1 to 8192 characters and counts white space. The limit cannot be raised.\n\n\
                  Build the document with `jsonencode`, which writes no white space; use wildcards in place of long lists of paths; \
                  put readers behind one role or one distribution in place of listing them.",
    bad: &[Example::policy("«»")],
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
        "leave out white space, and use wildcards in place of long lists",
    );
}
