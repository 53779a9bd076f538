//! `allow-not-principal`: an Allow of everybody who is not listed.

use mediastore_policy::model::Effect;

use crate::finding::{Finding, Severity};
use crate::rule::{Check, Example, Family, JudgedPolicy, Rule, Scope, Sink};

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "allow-not-principal",
    family: Family::Exposure,
    severity: Severity::Warning,
    strict: Severity::Error,
    summary: "An Allow with `NotPrincipal` lets in everybody who is not listed",
    explanation: "`NotPrincipal` is the complement: an Allow with it lets in every account of the world and every unsigned request, \
                  except those listed. AWS advises to use it with Deny only. What such a statement really lets in is judged by \
                  `public-read` and its kin.\n\n\
                  To allow some, list them under `Principal`. To keep some out, allow with `Principal` and deny them in a statement of \
                  its own.",
    bad: &[Example::policy(
        r#"{
    "Version": "2012-10-17",
    "Statement": [{
        "Effect": "Allow",
        «"NotPrincipal": {"AWS": "arn:aws:iam::444455556666:root"}»,
        "Action": "mediastore:GetObject",
        "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/*",
        "Condition": {"Bool": {"aws:SecureTransport": "true"}}
    }]
}"#,
    )],
    good: &[Example::policy(
        r#"{
    "Version": "2012-10-17",
    "Statement": [{
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
        "Action": "mediastore:GetObject",
        "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/*"
    }, {
        "Effect": "Deny",
        "NotPrincipal": {"AWS": ["arn:aws:iam::111122223333:root", "arn:aws:iam::111122223333:role/reader"]},
        "Action": "mediastore:GetObject",
        "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/*"
    }]
}"#,
    )],
    check: Check::Policy(check),
};

fn check(_: &Scope<'_>, judged: &JudgedPolicy<'_>, sink: &mut Sink<'_>) {
    let statements = judged.policy.iter().flat_map(|policy| &policy.statements);
    for statement in statements.filter(|statement| statement.effect.value.known() == Some(Effect::Allow)) {
        if statement.principals.negated {
            let message = "an Allow with `NotPrincipal` lets in everybody who is not listed, unsigned requests too";
            sink.report(Finding::new(message, statement.principals.span).help("list under `Principal` who is let in"));
        }
    }
}
