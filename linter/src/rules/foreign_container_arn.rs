//! `foreign-container-arn`: a resource names another container than the one the policy is attached to.

use super::resources::{FaultOf, faults};
use crate::finding::{Finding, Severity};
use crate::fix::{self, Editor};
use crate::rule::{Check, Example, Family, JudgedPolicy, Rule, Scope, Sink};

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "foreign-container-arn",
    family: Family::Validity,
    severity: Severity::Error,
    strict: Severity::Error,
    summary: "A resource names another container, account, region or partition",
    explanation: "A policy speaks of the container it is attached to, and PutContainerPolicy refuses any other. Most often region and account are \
                  swapped, or a policy was copied and its name was not changed.\n\n\
                  An ARN reads `arn:aws:mediastore:REGION:ACCOUNT:container/NAME/PATH`. In Terraform, take it from the container: \
                  `\"${aws_media_store_container.live.arn}/*\"`. Where the container is not known, such as for a policy in a file of \
                  its own, its resources are compared with each other.",
    bad: &[
        Example::policy(
            r#"{
    "Version": "2012-10-17",
    "Statement": [{
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
        "Action": "mediastore:GetObject",
        "Resource": «"arn:aws:mediastore:111122223333:eu-west-1:container/live/*"»
    }]
}"#,
        ),
        Example::policy(
            r#"{
    "Version": "2012-10-17",
    "Statement": [{
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
        "Action": ["mediastore:GetObject", "mediastore:DescribeObject"],
        "Resource": [
            "arn:aws:mediastore:eu-west-1:111122223333:container/live/*",
            «"arn:aws:mediastore:eu-west-1:111122223333:container/staging/*"»,
            «"arn:aws:mediastore:us-east-1:111122223333:container/live/*"»,
            «"arn:aws-cn:mediastore:eu-west-1:111122223333:container/live/*"»
        ]
    }]
}"#,
        ),
        Example::new(
            "main.tf",
            r#"data "aws_caller_identity" "current" {}
data "aws_region" "current" {}

variable "project" {
  type = string
}

resource "aws_media_store_container" "live" {
  name = "${var.project}_live"
}

resource "aws_media_store_container_policy" "live" {
  container_name = aws_media_store_container.live.name

  policy = <<EOF
{
  "Version": "2012-10-17",
  "Statement": [{
    "Effect": "Allow",
    "Principal": {"AWS": "${data.aws_caller_identity.current.account_id}"},
    "Action": "mediastore:GetObject",
    "Resource": [
      «"arn:aws:mediastore:${data.aws_caller_identity.current.account_id}:${data.aws_region.current.name}:container/${var.project}_live/*"»,
      «"arn:aws:mediastore:${data.aws_region.current.name}:${data.aws_caller_identity.current.account_id}:container/${var.project}_vod/*"»,
      "arn:aws:mediastore:${data.aws_region.current.name}:${data.aws_caller_identity.current.account_id}:container/${var.project}_live/*"
    ]
  }]
}
EOF
}
"#,
        ),
    ],
    good: &[Example::policy(
        r#"{
    "Version": "2012-10-17",
    "Statement": [{
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
        "Action": ["mediastore:GetObject", "mediastore:DescribeObject"],
        "Resource": [
            "arn:aws:mediastore:eu-west-1:111122223333:container/live/one/*",
            "arn:aws:mediastore:eu-west-1:111122223333:container/live/two/*"
        ]
    }]
}"#,
    )],
    check: Check::Policy(check),
};

fn check(scope: &Scope<'_>, judged: &JudgedPolicy<'_>, sink: &mut Sink<'_>) {
    for fault in faults(judged).into_iter().filter(|fault| fault.kind == FaultOf::Container) {
        let fix = fault.meant.and_then(|meant| {
            let edits = Editor::of(scope.unit, judged.document)?.write(fault.span, meant.as_str())?;
            Some(fix::risky("swap region and account", edits)) // the statement begins to apply
        });
        let finding = Finding::new(fault.message, fault.span).help(fault.help).fix(fix);
        sink.report(match fault.other {
            Some(other) => finding.label(other, "the other one"),
            None => finding,
        });
    }
}
