//! `unknown-operator`: a condition operator that does not exist.

use crate::finding::Severity;
use crate::rule::{Check, Example, Family, JudgedPolicy, Rule, Scope, Sink};

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "unknown-operator",
    family: Family::Validity,
    severity: Severity::Error,
    strict: Severity::Error,
    summary: "A condition uses an operator that does not exist",
    explanation: "The policy is refused, or the condition is lost. Operators are written as documented, in this case of letters: \
                  `StringEquals`, `StringLike`, `ArnLike`, `Bool`, `IpAddress`, `NumericLessThan`, `DateGreaterThan`, `Null`, their \
                  negations such as `StringNotEquals`, each but `Null` with `IfExists` behind it, and `ForAllValues:` or \
                  `ForAnyValue:` before it.",
    bad: &[Example::policy(
        r#"{
    "Version": "2012-10-17",
    "Statement": [{
        "Effect": "Allow",
        "Principal": "*",
        "Action": "mediastore:GetObject",
        "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/*",
        "Condition": {«"IPAddress"»: {"aws:SourceIp": "198.51.100.0/24"}}
    }]
}"#,
    )],
    good: &[Example::policy(
        r#"{
    "Version": "2012-10-17",
    "Statement": [{
        "Effect": "Allow",
        "Principal": "*",
        "Action": "mediastore:GetObject",
        "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/*",
        "Condition": {"IpAddress": {"aws:SourceIp": "198.51.100.0/24"}}
    }]
}"#,
    )],
    check: Check::Policy(check),
};

fn check(scope: &Scope<'_>, judged: &JudgedPolicy<'_>, sink: &mut Sink<'_>) {
    super::problems::report(RULE.name, scope, judged, sink, "use one of the operators of IAM, such as `StringEquals`");
}
