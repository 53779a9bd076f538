//! `allow-not-action`: an Allow of every action that is not listed.

use mediastore_policy::model::Effect;

use crate::finding::{Finding, Severity};
use crate::rule::{Check, Example, Family, JudgedPolicy, Rule, Scope, Sink};

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "allow-not-action",
    family: Family::Exposure,
    severity: Severity::Info,
    strict: Severity::Warning,
    summary: "An Allow with `NotAction` grants every action that is not listed",
    explanation: "`NotAction` is the complement: an Allow with it grants all that is not listed, deleting too, and whatever actions come \
                  to exist. The AWS guide shows it to grant all but uploads, which need HTTPS; readers of the policy still have to work \
                  out what is left.\n\n\
                  List the actions: the data of a container has five, `GetObject`, `DescribeObject`, `PutObject`, `DeleteObject` and \
                  `ListItems`.",
    bad: &[Example::policy(
        r#"{
    "Version": "2012-10-17",
    "Statement": [{
        "Sid": "CrossAccountFullAccessExceptPost",
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111122223333:role/editor"},
        «"NotAction": "mediastore:PutObject"»,
        "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/*"
    }]
}"#,
    )],
    good: &[Example::policy(
        r#"{
    "Version": "2012-10-17",
    "Statement": [{
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111122223333:role/editor"},
        "Action": ["mediastore:GetObject", "mediastore:DescribeObject", "mediastore:ListItems"],
        "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/*"
    }, {
        "Effect": "Deny",
        "Principal": "*",
        "NotAction": ["mediastore:GetObject", "mediastore:DescribeObject"],
        "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/archive/*"
    }]
}"#,
    )],
    check: Check::Policy(check),
};

fn check(_: &Scope<'_>, judged: &JudgedPolicy<'_>, sink: &mut Sink<'_>) {
    let statements = judged.policy.iter().flat_map(|policy| &policy.statements);
    for statement in statements.filter(|statement| statement.effect.value.known() == Some(Effect::Allow)) {
        if statement.actions.negated {
            let message = "an Allow with `NotAction` grants every action that is not listed";
            sink.report(Finding::new(message, statement.actions.span).help("list under `Action` what is allowed"));
        }
    }
}
