//! `dead-statement`: a statement that never does anything.

use mediastore_policy::analyse::{DeadPart, DeadReason};

use crate::finding::{Finding, Severity};
use crate::fix::{self, policy::PolicyEditor};
use crate::rule::{Check, Example, Family, JudgedPolicy, Rule, Scope, Sink};

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "dead-statement",
    family: Family::Validity,
    severity: Severity::Warning,
    strict: Severity::Warning,
    summary: "A statement matches no request, or all it allows is denied",
    explanation: "The statement can be removed and nothing changes, which is hardly what its author had in mind: its conditions contradict each \
                  other, a date has passed, its actions do not exist on its resources, or a Deny takes back all that it allows.\n\n\
                  This is proven for all requests, not guessed. A Deny of what nothing allows is not reported: it may be there to \
                  guard against later changes. Where another rule names the cause, such as `unknown-action` or \
                  `unscoped-resource`, only that one reports.",
    bad: &[
        Example::policy(
            r#"{
    "Version": "2012-10-17",
    "Statement": [«{
        "Sid": "NeverBoth",
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
        "Action": "mediastore:GetObject",
        "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/*",
        "Condition": {
            "IpAddress": {"aws:SourceIp": "198.51.100.0/24"},
            "NotIpAddress": {"aws:SourceIp": "198.51.0.0/16"}
        }
    }»]
}"#,
        ),
        Example::policy(
            r#"{
    "Version": "2012-10-17",
    "Statement": [«{
        "Sid": "Read",
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111122223333:role/reader"},
        "Action": "mediastore:GetObject",
        "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/*"
    }», {
        "Sid": "OnlyTheEncoder",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "mediastore:*",
        "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/*",
        "Condition": {"ArnNotEquals": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/encoder"}}
    }]
}"#,
        ),
        Example::policy(
            r#"{
    "Version": "2012-10-17",
    "Statement": [«{
        "Sid": "ManagementIsOutOfReach",
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
        "Action": "mediastore:DescribeContainer",
        "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/*"
    }»]
}"#,
        ),
    ],
    good: &[Example::policy(
        r#"{
    "Version": "2012-10-17",
    "Statement": [{
        "Sid": "Read",
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111122223333:role/reader"},
        "Action": "mediastore:GetObject",
        "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/*",
        "Condition": {"Bool": {"aws:SecureTransport": "true"}}
    }, {
        "Sid": "AGuardAgainstLaterChanges",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "mediastore:*",
        "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/*",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}}
    }]
}"#,
    )],
    check: Check::Policy(check),
};

fn check(scope: &Scope<'_>, judged: &JudgedPolicy<'_>, sink: &mut Sink<'_>) {
    let Some(policy) = judged.sound() else { return };
    for dead in judged.dead().iter().filter(|dead| dead.part == DeadPart::Statement) {
        if super::explained(judged, &policy.statements[dead.statement]) {
            continue;
        }
        let finding = match dead.reason {
            DeadReason::NeverMatches => Finding::new("the statement matches no request", dead.span)
                .help("remove it, or look for parts that exclude each other"),
            DeadReason::Denied => {
                Finding::new("all that the statement allows is denied", dead.span).help("remove it, or narrow the Deny")
            }
            _ => continue,
        };
        let finding = finding.fix(PolicyEditor::of(scope.unit, judged.document).and_then(|policy| {
            let edits = policy.remove_statement(dead.span)?;
            Some(fix::risky("remove the statement", edits)) // it was meant to do something
        }));
        let by = dead.by.map(|by| policy.statements[by].span);
        sink.report(by.into_iter().fold(finding, |finding, by| finding.label(by, "denies it")));
    }
}
