//! `unknown-condition-key`: a condition on a key that requests to MediaStore do not carry.

use mediastore_policy::condition::Condition;
use mediastore_policy::condition::operator::{Relation, SetQualifier};
use mediastore_policy::mediastore::MODEL;
use mediastore_policy::suggest;

use crate::finding::{Finding, Severity};
use crate::fix::{self, Editor};
use crate::rule::{Check, Example, Family, JudgedPolicy, Rule, Scope, Sink};

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "unknown-condition-key",
    family: Family::Validity,
    severity: Severity::Warning,
    strict: Severity::Error,
    summary: "A condition on a key that requests to MediaStore do not carry",
    explanation: "A key that no request carries is absent from all of them. A condition on it then never holds, so that an Allow allows \
                  nothing; or, with a negated operator, `IfExists` or `ForAllValues:`, it always holds, so that it protects nothing.\n\n\
                  MediaStore has no keys of its own for its data. Of the global keys it knows those of the connection \
                  (`aws:SecureTransport`, `aws:SourceIp`, `aws:Referer`, `aws:UserAgent`), of the time, of the principal \
                  (`aws:PrincipalArn`, `aws:PrincipalOrgID`, `aws:PrincipalTag/...`) and of the service that calls \
                  (`aws:SourceArn`, `aws:SourceAccount`). Tags of requests and resources matter for its management only, and no VPC \
                  endpoint leads to it. Letters of case do not count.",
    bad: &[Example::policy(
        r#"{
    "Version": "2012-10-17",
    "Statement": [{
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
        "Action": "mediastore:GetObject",
        "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/*",
        "Condition": {
            "Bool": {«"aws:SecureTransports"»: "true"},
            "StringEquals": {«"mediastore:x-amz-content-sha256"»: "UNSIGNED-PAYLOAD"},
            "StringNotEquals": {«"aws:SourceVpc"»: "vpc-0123456789abcdef0"}
        }
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
        "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/*",
        "Condition": {
            "Bool": {"AWS:securetransport": "true"},
            "StringEquals": {"aws:PrincipalTag/team": "video"}
        }
    }]
}"#,
    )],
    check: Check::Policy(check),
};

/// Whether requests to MediaStore surely do not carry the key.
pub(super) fn is_unknown(condition: &Condition) -> bool {
    condition.key.name().is_some_and(|_| condition.key.row.is_none_or(|row| !MODEL.keys.contains(&row.name)))
}

/// Whether a condition holds for requests without its key. Nothing for `Null`, which asks for just that.
fn holds_without(condition: &Condition) -> Option<bool> {
    let operator = condition.operator;
    let always = operator.negated() && operator.set != Some(SetQualifier::ForAnyValue)
        || operator.if_exists
        || operator.set == Some(SetQualifier::ForAllValues);
    (operator.relation() != Relation::Null).then_some(always)
}

fn check(scope: &Scope<'_>, judged: &JudgedPolicy<'_>, sink: &mut Sink<'_>) {
    let statements = judged.policy.iter().flat_map(|policy| &policy.statements);
    for condition in statements.flat_map(|statement| &statement.conditions).filter(|condition| is_unknown(condition)) {
        let key = &condition.key.text;
        // A key without a service has been reported as malformed.
        let Some((_, _)) = condition.key.name().and_then(|name| name.split_once(':')) else { continue };
        let outcome = match holds_without(condition) {
            Some(true) => ", so the condition always holds",
            Some(false) => ", so the condition never holds",
            None => "",
        };
        let message = match condition.key.row {
            Some(_) => format!("requests to MediaStore do not carry `{key}`{outcome}"),
            None => format!("the condition key `{key}` is unknown{outcome}"),
        };
        let near = suggest::key(&key.to_string())
            .filter(|near| condition.key.row.is_none() && MODEL.keys.iter().any(|known| near.starts_with(known)));
        let fix = near.as_ref().and_then(|near| {
            let edits = Editor::of(scope.unit, judged.document)?.write_key(condition.key_span, near)?;
            Some(fix::risky(format!("write `{near}`"), edits)) // the condition begins to decide
        });
        let help = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => "use one of the keys that the requests carry, or remove the condition".to_owned(),
        };
        sink.report(Finding::new(message, condition.key_span).help(help).fix(fix));
    }
}
