//! `header-secret-plaintext`: a header value that works as a password may travel in the clear.

use mediastore_policy::analyse::ExposureClass::Guarded;
use mediastore_policy::problem::Code;

use super::words::{DEEDS, require_https};
use crate::finding::{Finding, Severity};
use crate::fix::{self, policy::PolicyEditor};
use crate::rule::{Check, Example, Family, JudgedPolicy, Rule, Scope, Sink};

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "header-secret-plaintext",
    family: Family::Exposure,
    severity: Severity::Error,
    strict: Severity::Error,
    summary: "A secret header value may be sent over plain HTTP",
    explanation: "The value in `aws:Referer` or `aws:UserAgent` works as a password. Over plain HTTP everybody on the way reads it, and \
                  then needs nothing else to get in.\n\n\
                  Add `\"Bool\": {\"aws:SecureTransport\": \"true\"}` to the condition; better, give up the secret \
                  (see `header-secret`). A statement that also allows uploads is reported by `put-without-tls` instead, since the \
                  same change mends both.",
    bad: &[Example::policy(
        r#"{
    "Version": "2012-10-17",
    "Statement": [«{
        "Sid": "CloudFrontRead",
        "Effect": "Allow",
        "Principal": "*",
        "Action": "mediastore:GetObject",
        "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/*",
        "Condition": {"StringEquals": {"aws:UserAgent": "example-of-a-secret"}}
    }»]
}"#,
    )],
    good: &[Example::policy(
        r#"{
    "Version": "2012-10-17",
    "Statement": [{
        "Sid": "CloudFrontRead",
        "Effect": "Allow",
        "Principal": "*",
        "Action": "mediastore:GetObject",
        "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/*",
        "Condition": {
            "StringEquals": {"aws:UserAgent": "example-of-a-secret"},
            "Bool": {"aws:SecureTransport": "true"}
        }
    }]
}"#,
    )],
    check: Check::Policy(check),
};

fn check(scope: &Scope<'_>, judged: &JudgedPolicy<'_>, sink: &mut Sink<'_>) {
    for grant in judged.grants() {
        let actions = DEEDS.map(|(action, _)| action);
        let Some(action) = grant.plaintext(Guarded, &actions) else { continue };
        if judged.problems_of(&[Code::PutWithoutTls]).any(|problem| grant.holds(problem.span)) {
            continue;
        }
        sink.report(
            Finding::new("the header value that lets clients in may be sent over plain HTTP", grant.span)
                .help(format!("add {}", require_https(judged.document)))
                .witness(action.witness.clone())
                .fix(PolicyEditor::of(scope.unit, judged.document).and_then(|policy| {
                    let edits = policy.require_https(grant.span)?;
                    Some(fix::risky("require HTTPS", edits)) // somebody may play over plain HTTP
                })),
        );
    }
}
