//! `put-without-tls`: uploads over plain HTTP, which the service refuses.

use mediastore_policy::action::ActionPattern;
use mediastore_policy::span::Span;

use super::problems;
use super::words::require_https;
use crate::finding::{Finding, Severity};
use crate::fix::{self, policy::PolicyEditor};
use crate::rule::{Check, Example, Family, JudgedPolicy, Rule, Scope, Sink};

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "put-without-tls",
    family: Family::Validity,
    severity: Severity::Error,
    strict: Severity::Error,
    summary: "A statement allows uploads without requiring HTTPS",
    explanation: "PutContainerPolicy refuses it: every statement that allows `mediastore:PutObject`, be it by a wildcard or by `NotAction`, \
                  has to require HTTPS by itself. A Deny in another statement does not count, nor does \
                  `[\"true\", \"false\"]`.\n\n\
                  Add `\"Condition\": {\"Bool\": {\"aws:SecureTransport\": \"true\"}}`. If the other actions are meant to work over plain \
                  HTTP, split the statement: uploads with the condition, the rest without.",
    bad: &[
        Example::policy(
            r#"{
    "Version": "2012-10-17",
    "Statement": [{
        "Sid": "Encoder",
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111122223333:role/encoder"},
        "Action": ["mediastore:GetObject", «"mediastore:PutObject"»],
        "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/*"
    }]
}"#,
        ),
        Example::policy(
            r#"{
    "Version": "2012-10-17",
    "Statement": [{
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111122223333:role/encoder"},
        "Action": «"mediastore:*"»,
        "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/*",
        "Condition": {"Bool": {"aws:SecureTransport": ["true", "false"]}}
    }]
}"#,
        ),
        Example::new(
            "main.tf",
            r#"data "aws_iam_policy_document" "live" {
  statement {
    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::111122223333:role/encoder"]
    }
    actions   = [«"mediastore:*"»]
    resources = ["${aws_media_store_container.live.arn}/*"]
  }
}

resource "aws_media_store_container" "live" {
  name = "live"
}

resource "aws_media_store_container_policy" "live" {
  container_name = aws_media_store_container.live.name
  policy         = data.aws_iam_policy_document.live.json
}
"#,
        ),
    ],
    good: &[Example::policy(
        r#"{
    "Version": "2012-10-17",
    "Statement": [{
        "Sid": "Upload",
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111122223333:role/encoder"},
        "Action": "mediastore:PutObject",
        "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/*",
        "Condition": {"Bool": {"aws:SecureTransport": "true"}}
    }, {
        "Sid": "TheRest",
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111122223333:role/encoder"},
        "Action": ["mediastore:GetObject", "mediastore:DeleteObject"],
        "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/*"
    }]
}"#,
    )],
    check: Check::Policy(check),
};

fn check(scope: &Scope<'_>, judged: &JudgedPolicy<'_>, sink: &mut Sink<'_>) {
    let statements = || judged.policy.iter().flat_map(|policy| &policy.statements);
    for problem in judged.problems.iter().filter(|problem| problems::reporter(problem.code) == RULE.name) {
        let holds = |span: Span| span.start <= problem.span.start && problem.span.end <= span.end;
        let statement = statements().find(|statement| holds(statement.span));
        // The entry that takes uploads in, where the problem is about a list with others.
        let takes_in = |entry: &&ActionPattern| entry.may_take_in("mediastore:PutObject");
        let entry = statement
            .filter(|statement| !statement.actions.negated)
            .and_then(|statement| statement.actions.entries.iter().find(takes_in));
        sink.report(
            Finding::new(
                "the statement allows `mediastore:PutObject` without requiring HTTPS",
                entry.map_or(problem.span, |entry| entry.span),
            )
            .help(format!("add {}", require_https(judged.document)))
            .fix(statement.and_then(|statement| {
                let edits = PolicyEditor::of(scope.unit, judged.document)?.require_https(statement.span)?;
                Some(fix::safe("require HTTPS", edits)) // without it nobody gets in, since the service refuses the policy
            })),
        );
    }
}
