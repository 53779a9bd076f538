//! `no-op-condition`: a condition that always holds.

use mediastore_policy::analyse::{DeadPart, DeadReason};

use super::unknown_condition_key;
use crate::finding::{Finding, Severity};
use crate::fix::{self, Editor, policy::PolicyEditor};
use crate::rule::{Check, Example, Family, JudgedPolicy, Rule, Scope, Sink};

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "no-op-condition",
    family: Family::Validity,
    severity: Severity::Warning,
    strict: Severity::Warning,
    summary: "A condition always holds, or one of its values changes nothing",
    explanation: "The statement does the same without the condition, so it protects nothing, though it looks as if it did. The best known case is \
                  `\"aws:SecureTransport\": [\"true\", \"false\"]`, which an example of the AWS guide uses to allow plain HTTP: of several \
                  values any may match. Others are `ForAllValues:` on a key that the request need not have, a pattern `*`, or address \
                  ranges that add up to everything the rest of the statement lets through.\n\n\
                  Remove the condition, or say what it was meant to keep out. That a single value changes nothing, such as a network \
                  inside another one, is only worth knowing. Both are proven for all requests.",
    bad: &[
        Example::policy(
            r#"{
    "Version": "2012-10-17",
    "Statement": [{
        "Sid": "PublicReadOverHttpOrHttps",
        "Effect": "Allow",
        "Principal": "*",
        "Action": "mediastore:GetObject",
        "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/*",
        "Condition": {"Bool": {«"aws:SecureTransport": ["true", "false"]»}}
    }]
}"#,
        ),
        Example::policy(
            r#"{
    "Version": "2012-10-17",
    "Statement": [{
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
        "Action": "mediastore:GetObject",
        "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/*",
        "Condition": {
            "StringEquals": {«"aws:PrincipalAccount": "111122223333"»},
            "IpAddress": {"aws:SourceIp": ["198.51.100.0/24", «"198.51.100.128/25"»]}
        }
    }]
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
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::111122223333:root" }
      Action    = "mediastore:GetObject"
      Resource  = "${mediastore_container.live.arn}/*"
      Condition = { Bool = { «"aws:SecureTransport" = [true, false]» } }
    }]
  })
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
        "Action": "mediastore:GetObject",
        "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/*",
        "Condition": {
            "Bool": {"aws:SecureTransport": "true"},
            "IpAddress": {"aws:SourceIp": ["198.51.100.0/24", "203.0.113.0/24"]}
        }
    }]
}"#,
    )],
    check: Check::Policy(check),
};

fn check(scope: &Scope<'_>, judged: &JudgedPolicy<'_>, sink: &mut Sink<'_>) {
    let Some(policy) = judged.sound() else { return };
    for dead in judged.dead().iter().filter(|dead| dead.reason == DeadReason::AlwaysHolds) {
        let statement = &policy.statements[dead.statement];
        let (DeadPart::Condition(index) | DeadPart::Value { condition: index, .. }) = dead.part else { continue };
        let condition = &statement.conditions[index];
        if unknown_condition_key::is_unknown(condition) {
            continue;
        }
        let key = &condition.key.text;
        if matches!(dead.part, DeadPart::Condition(_)) {
            sink.report(
                Finding::new(format!("the condition on `{key}` always holds"), dead.span)
                    .help("remove it, or say what it was meant to keep out")
                    .fix(PolicyEditor::of(scope.unit, judged.document).and_then(|policy| {
                        let edits = policy.remove_condition(condition.key_span)?;
                        Some(fix::risky("remove the condition", edits)) // it was meant to keep something out
                    })),
            );
        } else {
            let message = format!("this value of `{key}` changes nothing");
            sink.report_as(
                sink.severity().min(Severity::Info),
                Finding::new(message, dead.span).help("remove it: the other values decide the same").fix(
                    Editor::of(scope.unit, judged.document)
                        .and_then(|editor| Some(fix::safe("remove the value", editor.remove_at(dead.span)?))),
                ),
            );
        }
    }
}
