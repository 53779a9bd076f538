//! `public-read`: outsiders can read.

use mediastore_policy::analyse::ExposureClass::Public;

use super::words::stranger;
use crate::finding::{Finding, Severity};
use crate::rule::{Check, Example, Family, JudgedPolicy, Rule, Scope, Sink};

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "public-read",
    family: Family::Exposure,
    severity: Severity::Info,
    strict: Severity::Error,
    summary: "Anybody can read objects",
    explanation: "For a public stream this is the ordinary, documented case, which is why it is only worth knowing. In the `strict` \
                  profile it is an error, and where tags call the container confidential, `classification-exposure` says so.\n\n\
                  Viewers who read from the container directly go around the CDN: its cache, its geographic and token checks, its \
                  price. To let only your distribution read, allow the service principal \
                  `cloudfront.amazonaws.com` with `aws:SourceArn` set to the distribution, and use an origin access control of type \
                  `mediastore`.",
    bad: &[
        Example::policy(
            r#"{
    "Version": "2012-10-17",
    "Statement": [«{
        "Sid": "PublicReadOverHttps",
        "Effect": "Allow",
        "Principal": "*",
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
        "Sid": "TwoHalvesOfTheInternet",
        "Effect": "Allow",
        "Principal": "*",
        "Action": "mediastore:GetObject",
        "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/*",
        "Condition": {
            "Bool": {"aws:SecureTransport": "true"},
            "IpAddress": {"aws:SourceIp": ["0.0.0.0/1", "128.0.0.0/1"]}
        }
    }»]
}"#,
        ),
        Example::policy(
            r#"{
    "Version": "2012-10-17",
    "Statement": [«{
        "Sid": "EncodersOfAnyAccount",
        "Effect": "Allow",
        "Principal": "*",
        "Action": "mediastore:GetObject",
        "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/*",
        "Condition": {
            "Bool": {"aws:SecureTransport": "true"},
            "ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/encoder"}
        }
    }»]
}"#,
        ),
        Example::new(
            "main.tf",
            r#"resource "mediastore_container" "live" {
  name = "live"
}

resource "mediastore_container_policy" "live" {
  container_name = mediastore_container.live.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [«{
      Sid       = "PublicReadOverHttps"
      Effect    = "Allow"
      Principal = "*"
      Action    = ["mediastore:GetObject", "mediastore:DescribeObject"]
      Resource  = "${mediastore_container.live.arn}/*"
      Condition = { Bool = { "aws:SecureTransport" = "true" } }
    }»]
  })
}
"#,
        ),
    ],
    good: &[
        Example::policy(
            r#"{
    "Version": "2012-10-17",
    "Statement": [{
        "Effect": "Allow",
        "Principal": {"Service": "cloudfront.amazonaws.com"},
        "Action": "mediastore:GetObject",
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
        "Sid": "Read",
        "Effect": "Allow",
        "Principal": "*",
        "Action": "mediastore:GetObject",
        "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/*"
    }, {
        "Sid": "ButOnlyInTheOrganization",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "mediastore:*",
        "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/*",
        "Condition": {"StringNotEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}
    }]
}"#,
        )
        .under("[trust]\naccounts = [\"111122223333\"]\norganizations = [\"o-a1b2c3d4e5\"]\n"),
    ],
    check: Check::Policy(check),
};

fn check(_: &Scope<'_>, judged: &JudgedPolicy<'_>, sink: &mut Sink<'_>) {
    for grant in judged.grants() {
        let Some(action) = grant.direct(Public, &["mediastore:GetObject", "mediastore:DescribeObject"]) else {
            continue;
        };
        let who = stranger(action.witness.as_ref());
        let what = if action.action == "mediastore:GetObject" { "objects" } else { "the metadata of objects" };
        sink.report(
            Finding::new(format!("{who} can read {what}"), grant.span)
                .help("if viewers come through a CDN, let only the CDN read")
                .witness(action.witness.clone()),
        );
    }
}
