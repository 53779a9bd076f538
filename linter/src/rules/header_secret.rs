//! `header-secret`: a header value is all that keeps outsiders away.

use mediastore_policy::analyse::ExposureClass::Guarded;
use mediastore_policy::model::Statement;
use mediastore_policy::resource::ResourceKind;

use super::words::done;
use crate::finding::{Finding, Fix, Severity};
use crate::fix::{self, policy::PolicyEditor};
use crate::rule::{Check, Example, Family, JudgedPolicy, Rule, Scope, Sink};

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "header-secret",
    family: Family::Exposure,
    severity: Severity::Warning,
    strict: Severity::Error,
    summary: "A fixed header value is all that keeps strangers out",
    explanation: "`aws:Referer` and `aws:UserAgent` are headers that any client can write. Whoever has seen the value once gets in for \
                  ever: it stands in this source, in Terraform state, in the configuration of the CDN and in its logs.\n\n\
                  AWS documented this for CloudFront when CloudFront could not sign requests to MediaStore. Since February 2023 it \
                  can: use an origin access control of type `mediastore`, allow the service principal `cloudfront.amazonaws.com`, \
                  and set `aws:SourceArn` to the distribution.",
    bad: &[Example::policy(
        r#"{
    "Version": "2012-10-17",
    "Statement": [«{
        "Sid": "CloudFrontRead",
        "Effect": "Allow",
        "Principal": "*",
        "Action": ["mediastore:GetObject", "mediastore:DescribeObject"],
        "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/*",
        "Condition": {
            "StringEquals": {"aws:Referer": "example-of-a-secret"},
            "Bool": {"aws:SecureTransport": "true"}
        }
    }»]
}"#,
    )],
    good: &[
        Example::policy(
            r#"{
    "Version": "2012-10-17",
    "Statement": [{
        "Sid": "CloudFrontRead",
        "Effect": "Allow",
        "Principal": {"Service": "cloudfront.amazonaws.com"},
        "Action": ["mediastore:GetObject", "mediastore:DescribeObject"],
        "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/*",
        "Condition": {
            "StringEquals": {"aws:SourceArn": "arn:aws:cloudfront::111122223333:distribution/E1EXAMPLE"},
            "Bool": {"aws:SecureTransport": "true"}
        }
    }]
}"#,
        ),
        Example::policy(
            r#"{
    "Version": "2012-10-17",
    "Statement": [{
        "Sid": "SecretAndOwnAccount",
        "Effect": "Allow",
        "Principal": {"AWS": "111122223333"},
        "Action": "mediastore:GetObject",
        "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/*",
        "Condition": {
            "StringEquals": {"aws:UserAgent": "example-of-a-secret"},
            "Bool": {"aws:SecureTransport": "true"}
        }
    }]
}"#,
        ),
    ],
    check: Check::Policy(check),
};

fn check(scope: &Scope<'_>, judged: &JudgedPolicy<'_>, sink: &mut Sink<'_>) {
    for grant in judged.grants() {
        let Some((first, deeds)) = done(|action| grant.direct(Guarded, &[action])) else { continue };
        let message = format!("whoever knows a header value can {deeds}");
        let mut finding = Finding::new(message, grant.span)
            .help("let the CDN sign its requests, and allow only its service principal with `aws:SourceArn`")
            .witness(first.witness.clone());
        let statement = grant.statement.and_then(|index| judged.policy.as_ref()?.statements.get(index));
        finding = finding.fix(statement.and_then(|statement| signed(scope, judged, statement)));
        for condition in statement.into_iter().flat_map(|statement| &statement.conditions) {
            if let Some("aws:referer" | "aws:useragent") = condition.key.name() {
                finding = finding.label(condition.key_span, "any client can write this header");
            }
        }
        sink.report(finding);
    }
}

/// The statement for an origin access control instead of a header: of the one distribution that is trusted, or of any of the account's.
fn signed(scope: &Scope<'_>, judged: &JudgedPolicy<'_>, statement: &Statement) -> Option<Fix> {
    let mut headers = statement
        .conditions
        .iter()
        .filter(|condition| matches!(condition.key.name(), Some("aws:referer" | "aws:useragent")));
    let (header, None) = (headers.next()?, headers.next()) else { return None };
    let distribution = match scope.config.trust.distributions.as_slice() {
        [one] => one.as_str().to_owned(),
        _ => {
            let in_resource = statement.resources.entries.iter().find_map(|entry| match &entry.kind {
                ResourceKind::Arn(arn) => arn.account().as_literal().filter(|account| !account.is_empty()),
                _ => None,
            });
            let account = judged.scope().account.or(in_resource)?;
            format!("arn:aws:cloudfront::{account}:distribution/*")
        }
    };
    let edits =
        PolicyEditor::of(scope.unit, judged.document)?.sign_by_cdn(statement.span, header.key_span, &distribution)?;
    Some(fix::risky("let CloudFront sign its requests", edits))
}
