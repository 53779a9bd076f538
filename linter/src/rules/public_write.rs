//! `public-write`: outsiders can upload or overwrite.

use mediastore_policy::analyse::ExposureClass::Public;

use super::words::stranger;
use crate::finding::{Finding, Severity};
use crate::rule::{Check, Example, Family, JudgedPolicy, Rule, Scope, Sink};

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "public-write",
    family: Family::Exposure,
    severity: Severity::Error,
    strict: Severity::Error,
    summary: "Anybody can upload or overwrite objects",
    explanation: "Whoever finds the endpoint can replace a manifest or a segment that your viewers then play, and fill the container \
                  at your cost. The API does not refuse such a policy.\n\n\
                  Name the principals that upload, such as the role of the encoder: \
                  `\"Principal\": {\"AWS\": \"arn:aws:iam::111122223333:role/encoder\"}`.",
    bad: &[
        Example::policy(
            r#"{
    "Version": "2012-10-17",
    "Statement": [«{
        "Sid": "Upload",
        "Effect": "Allow",
        "Principal": "*",
        "Action": "mediastore:PutObject",
        "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/*",
        "Condition": {"Bool": {"aws:SecureTransport": "true"}}
    }»]
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
        "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/*",
        "Condition": {"Bool": {"aws:SecureTransport": "true"}}
    }, «{
        "Sid": "UploadOutsideTheOffice",
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": "mediastore:Put*",
        "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/*",
        "Condition": {
            "Bool": {"aws:SecureTransport": "true"},
            "NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}
        }
    }»]
}"#,
        ),
    ],
    good: &[
        Example::policy(
            r#"{
    "Version": "2012-10-17",
    "Statement": [{
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111122223333:role/encoder"},
        "Action": "mediastore:PutObject",
        "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/*",
        "Condition": {"Bool": {"aws:SecureTransport": "true"}}
    }]
}"#,
        ),
        Example::policy(
            r#"{
    "Version": "2012-10-17",
    "Statement": [{
        "Effect": "Allow",
        "Principal": "*",
        "Action": "mediastore:*",
        "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/*",
        "Condition": {"Bool": {"aws:SecureTransport": "true"}}
    }, {
        "Effect": "Deny",
        "Principal": "*",
        "NotAction": ["mediastore:GetObject", "mediastore:DescribeObject"],
        "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/*",
        "Condition": {"StringNotEquals": {"aws:PrincipalAccount": "111122223333"}}
    }]
}"#,
        ),
    ],
    check: Check::Policy(check),
};

fn check(_: &Scope<'_>, judged: &JudgedPolicy<'_>, sink: &mut Sink<'_>) {
    for grant in judged.grants() {
        let Some(action) = grant.direct(Public, &["mediastore:PutObject"]) else { continue };
        let who = stranger(action.witness.as_ref());
        sink.report(
            Finding::new(format!("{who} can upload and overwrite objects"), grant.span)
                .help("name the principals that upload")
                .witness(action.witness.clone()),
        );
    }
}
