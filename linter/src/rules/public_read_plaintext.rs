//! `public-read-plaintext`: outsiders can read over plain HTTP.

use mediastore_policy::analyse::ExposureClass::Public;
use mediastore_policy::problem::Code;

use super::words::{require_https, stranger};
use crate::finding::{Finding, Severity};
use crate::fix::{self, policy::PolicyEditor};
use crate::rule::{Check, Example, Family, JudgedPolicy, Rule, Scope, Sink};

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "public-read-plaintext",
    family: Family::Exposure,
    severity: Severity::Warning,
    strict: Severity::Error,
    summary: "Anybody can read objects over plain HTTP",
    explanation: "Over plain HTTP anybody on the way sees what is watched, and can change it: swap a segment, or point a manifest to \
                  another host.\n\n\
                  Require HTTPS with `\"Condition\": {\"Bool\": {\"aws:SecureTransport\": \"true\"}}`. The list \
                  `[\"true\", \"false\"]`, which an example of the AWS guide uses, requires nothing.\n\n\
                  A statement that also allows uploads is reported by `put-without-tls` instead, since the same change mends both.",
    bad: &[
        Example::policy(
            r#"{
    "Version": "2012-10-17",
    "Statement": [«{
        "Sid": "PublicReadOverHttpOrHttps",
        "Effect": "Allow",
        "Principal": "*",
        "Action": "mediastore:GetObject",
        "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/*",
        "Condition": {"Bool": {"aws:SecureTransport": ["true", "false"]}}
    }»]
}"#,
        ),
        Example::policy(
            r#"{
    "Version": "2012-10-17",
    "Statement": [«{
        "Sid": "Read",
        "Effect": "Allow",
        "Principal": "*",
        "Action": "mediastore:GetObject",
        "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/*"
    }», {
        "Sid": "OnlyTheArchiveNeedsHttps",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "*",
        "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/archive/*",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}}
    }]
}"#,
        ),
    ],
    good: &[
        Example::policy(
            r#"{
    "Version": "2012-10-17",
    "Statement": [{
        "Effect": "Allow",
        "Principal": "*",
        "Action": "mediastore:GetObject",
        "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/*",
        "Condition": {"Bool": {"aws:SecureTransport": "true"}}
    }]
}"#,
        ),
        Example::policy(
            r#"{
    "Version": "2012-10-17",
    "Statement": [{
        "Sid": "Read",
        "Effect": "Allow",
        "Principal": "*",
        "Action": "mediastore:GetObject",
        "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/*"
    }, {
        "Sid": "NothingOverPlainHttp",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "mediastore:*",
        "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/*",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}}
    }]
}"#,
        ),
    ],
    check: Check::Policy(check),
};

fn check(scope: &Scope<'_>, judged: &JudgedPolicy<'_>, sink: &mut Sink<'_>) {
    for grant in judged.grants() {
        let Some(action) = grant.plaintext(Public, &["mediastore:GetObject", "mediastore:DescribeObject"]) else {
            continue;
        };
        if judged.problems_of(&[Code::PutWithoutTls]).any(|problem| grant.holds(problem.span)) {
            continue;
        }
        let who = stranger(action.witness.as_ref());
        sink.report(
            Finding::new(format!("{who} can read objects over plain HTTP"), grant.span)
                .help(format!("add {}", require_https(judged.document)))
                .witness(action.witness.clone())
                .fix(PolicyEditor::of(scope.unit, judged.document).and_then(|policy| {
                    let edits = policy.require_https(grant.span)?;
                    Some(fix::risky("require HTTPS", edits)) // somebody may play over plain HTTP
                })),
        );
    }
}
