//! `external-account`: somebody outside the trust zone is let in by name.

use mediastore_policy::analyse::ExposureClass::External;

use super::words::{done, named};
use crate::finding::{Finding, Severity};
use crate::rule::{Check, Example, Family, JudgedPolicy, Rule, Scope, Sink};

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "external-account",
    family: Family::Exposure,
    severity: Severity::Info,
    strict: Severity::Warning,
    summary: "An account, role, network or source outside the trust zone is let in",
    explanation: "The policy names somebody who is not yours: another account, one of its roles, a network, a distribution of another \
                  account. That is how sharing is meant to work, and worth knowing: they may do it as long as the statement stands, \
                  and their own administrators decide who of them does.\n\n\
                  If they are yours, say so in the configuration: `[trust]` lists accounts, organizations, networks and distributions.",
    bad: &[
        Example::policy(
            r#"{
    "Version": "2012-10-17",
    "Statement": [«{
        "Sid": "CrossAccountRead",
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::444455556666:root"},
        "Action": ["mediastore:GetObject", "mediastore:DescribeObject"],
        "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/*",
        "Condition": {"Bool": {"aws:SecureTransport": "true"}}
    }»]
}"#,
        ),
        Example::policy(
            r#"{
    "Version": "2012-10-17",
    "Statement": [«{
        "Sid": "SpecificAddresses",
        "Effect": "Allow",
        "Principal": "*",
        "Action": "mediastore:GetObject",
        "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/*",
        "Condition": {
            "IpAddress": {"aws:SourceIp": "198.51.100.0/24"},
            "Bool": {"aws:SecureTransport": "true"}
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
        "Sid": "MediaStoreFullAccess",
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
        "Action": "mediastore:*",
        "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/*",
        "Condition": {"Bool": {"aws:SecureTransport": "true"}}
    }]
}"#,
        ),
        Example::policy(
            r#"{
    "Version": "2012-10-17",
    "Statement": [{
        "Sid": "Office",
        "Effect": "Allow",
        "Principal": "*",
        "Action": "mediastore:GetObject",
        "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/*",
        "Condition": {
            "IpAddress": {"aws:SourceIp": "198.51.100.0/24"},
            "Bool": {"aws:SecureTransport": "true"}
        }
    }]
}"#,
        )
        .under("[trust]\nnetworks = [\"198.51.100.0/24\"]\n"),
        Example::new(
            "main.tf",
            r#"data "aws_caller_identity" "current" {}

resource "aws_media_store_container" "live" {
  name = "live"
}

resource "aws_media_store_container_policy" "live" {
  container_name = aws_media_store_container.live.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "MediaStoreFullAccess"
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::${data.aws_caller_identity.current.account_id}:root" }
      Action    = "mediastore:*"
      Resource  = "${aws_media_store_container.live.arn}/*"
      Condition = { Bool = { "aws:SecureTransport" = "true" } }
    }]
  })
}
"#,
        ),
    ],
    check: Check::Policy(check),
};

fn check(_: &Scope<'_>, judged: &JudgedPolicy<'_>, sink: &mut Sink<'_>) {
    for grant in judged.grants() {
        // A service for a source that the policy names is as external as the source's owner.
        let of = |name: &str| {
            let external = grant.direct(External, &[name]);
            external.or_else(|| grant.all.iter().find(|own| own.action == name && own.class == External))
        };
        let Some((first, deeds)) = done(of) else { continue };
        let message = format!("{}, outside the trust zone, can {deeds}", named(first.witness.as_ref()));
        sink.report(
            Finding::new(message, grant.span)
                .help("if they are yours, list them under `[trust]` in the configuration")
                .witness(first.witness.clone()),
        );
    }
}
