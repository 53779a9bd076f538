//! `redundant-statement`: a statement whose requests others decide already.

use mediastore_policy::analyse::{DeadPart, DeadReason};

use crate::finding::{Finding, Severity};
use crate::fix::{self, policy::PolicyEditor};
use crate::rule::{Check, Example, Family, JudgedPolicy, Rule, Scope, Sink};

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "redundant-statement",
    family: Family::Validity,
    severity: Severity::Info,
    strict: Severity::Warning,
    summary: "Other statements decide everything that this one does",
    explanation: "The statement can be removed and nothing changes: whatever it allows, others allow too; whatever it denies, others deny too. \
                  Whoever tightens one of them later will believe to have closed a way in that stays open.\n\n\
                  Remove the narrower statement, or the wider one if it was not meant. This is proven for all requests. Of \
                  statements that say the same, the later is reported.",
    bad: &[Example::policy(
        r#"{
    "Version": "2012-10-17",
    "Statement": [{
        "Sid": "Account",
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
        "Action": "mediastore:Get*",
        "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/*"
    }, «{
        "Sid": "ReaderInTheOffice",
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111122223333:role/reader"},
        "Action": "mediastore:GetObject",
        "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/*",
        "Condition": {"IpAddress": {"aws:SourceIp": "198.51.100.0/24"}}
    }»]
}"#,
    )],
    good: &[Example::policy(
        r#"{
    "Version": "2012-10-17",
    "Statement": [{
        "Sid": "AccountInTheOffice",
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
        "Action": "mediastore:Get*",
        "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/*",
        "Condition": {"IpAddress": {"aws:SourceIp": "198.51.100.0/24"}}
    }, {
        "Sid": "Reader",
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
    let Some(policy) = judged.sound() else { return };
    let covered = |part, reason| part == DeadPart::Statement && reason == DeadReason::Covered;
    for dead in judged.dead().iter().filter(|dead| covered(dead.part, dead.reason)) {
        if super::explained(judged, &policy.statements[dead.statement]) {
            continue;
        }
        let finding = Finding::new("other statements decide everything that this one does", dead.span)
            .help("remove it, or narrow the other one")
            .fix(PolicyEditor::of(scope.unit, judged.document).and_then(|policy| {
                let edits = policy.remove_statement(dead.span)?;
                Some(fix::safe("remove the statement", edits))
            }));
        let by = dead.by.map(|by| policy.statements[by].span);
        sink.report(by.into_iter().fold(finding, |finding, by| finding.label(by, "decides it already")));
    }
}
