//! `unscoped-service-principal`: an AWS service is let in, whoever it acts for.

use mediastore_policy::analyse::ActionExposure;
use mediastore_policy::analyse::ExposureClass::{Guarded, Public};
use mediastore_policy::request::{Caller, Request};

use super::words::done;
use crate::finding::{Finding, Severity};
use crate::rule::{Check, Example, Family, JudgedPolicy, Rule, Scope, Sink};

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "unscoped-service-principal",
    family: Family::Exposure,
    severity: Severity::Error,
    strict: Severity::Error,
    summary: "An AWS service is let in on behalf of any customer",
    explanation: "`cloudfront.amazonaws.com` is one principal for all its customers. Without a condition on whose distribution it is, \
                  anybody can create a distribution in an account of their own, point it to your container, and read or write through \
                  it: the service is a confused deputy.\n\n\
                  Add `\"StringEquals\": {\"aws:SourceArn\": \"arn:aws:cloudfront::111122223333:distribution/E1EXAMPLE\"}`, or \
                  `aws:SourceAccount` for all distributions of an account. A pattern whose account field is a wildcard is no \
                  condition at all.",
    bad: &[
        Example::policy(
            r#"{
    "Version": "2012-10-17",
    "Statement": [«{
        "Sid": "AnyDistribution",
        "Effect": "Allow",
        "Principal": {"Service": "cloudfront.amazonaws.com"},
        "Action": "mediastore:GetObject",
        "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/*",
        "Condition": {"Bool": {"aws:SecureTransport": "true"}}
    }»]
}"#,
        ),
        Example::policy(
            r#"{
    "Version": "2012-10-17",
    "Statement": [«{
        "Sid": "StillAnyDistribution",
        "Effect": "Allow",
        "Principal": {"Service": "cloudfront.amazonaws.com"},
        "Action": "mediastore:GetObject",
        "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/*",
        "Condition": {
            "Bool": {"aws:SecureTransport": "true"},
            "ArnLike": {"aws:SourceArn": "arn:aws:cloudfront::*:distribution/*"}
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
        "Sid": "OwnDistribution",
        "Effect": "Allow",
        "Principal": {"Service": "cloudfront.amazonaws.com"},
        "Action": "mediastore:GetObject",
        "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/*",
        "Condition": {
            "Bool": {"aws:SecureTransport": "true"},
            "StringEquals": {"AWS:SourceArn": "arn:aws:cloudfront::111122223333:distribution/E1EXAMPLE"}
        }
    }]
}"#,
        ),
        Example::policy(
            r#"{
    "Version": "2012-10-17",
    "Statement": [{
        "Sid": "OwnAccount",
        "Effect": "Allow",
        "Principal": {"Service": "cloudfront.amazonaws.com"},
        "Action": "mediastore:GetObject",
        "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/*",
        "Condition": {
            "Bool": {"aws:SecureTransport": "true"},
            "StringEquals": {"aws:SourceAccount": "111122223333"}
        }
    }]
}"#,
        ),
    ],
    check: Check::Policy(check),
};

fn check(_: &Scope<'_>, judged: &JudgedPolicy<'_>, sink: &mut Sink<'_>) {
    for grant in judged.grants() {
        // The witness is a service's where nobody else gets as far; `public-read` and its kin report the others.
        let of = |name: &str| {
            let own = |action: &&ActionExposure| {
                let by_service = |witness: &Request| matches!(witness.principal, Caller::Service(_));
                action.action == name
                    && matches!(action.class, Public | Guarded)
                    && action.witness.as_ref().is_some_and(by_service)
                    && grant.direct(action.class, &[name]).is_none()
            };
            grant.all.iter().find(own)
        };
        let Some((first, deeds)) = done(of) else { continue };
        let service = match first.witness.as_ref().map(|witness| &witness.principal) {
            Some(Caller::Service(name)) => name.as_str(),
            _ => "an AWS service",
        };
        sink.report(
            Finding::new(format!("`{service}` can {deeds} on behalf of anybody"), grant.span)
                .help("add a condition on `aws:SourceArn` or `aws:SourceAccount`")
                .witness(first.witness.clone()),
        );
    }
}
