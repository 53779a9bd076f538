//! `bad-account-id`: an account id that is none.

use mediastore_policy::arn;
use mediastore_policy::condition::Condition;
use mediastore_policy::condition::operator::{Family as OperatorFamily, Relation};

use super::resources::{FaultOf, faults, is_account};
use crate::finding::{Finding, Severity};
use crate::rule::{Check, Example, Family, JudgedPolicy, Rule, Scope, Sink};

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "bad-account-id",
    family: Family::Validity,
    severity: Severity::Error,
    strict: Severity::Error,
    summary: "An account id does not have twelve digits",
    explanation: "Account ids have twelve digits, leading zeros included. A tool that took one for a number drops the zeros; a digit too few \
                  or too many names nobody. In a principal the policy is refused, in a condition it silently never matches.\n\n\
                  Looked at are principals, resources, and conditions on accounts and ARNs.",
    bad: &[Example::policy(
        r#"{
    "Version": "2012-10-17",
    "Statement": [{
        "Effect": "Allow",
        "Principal": {"AWS": [«"arn:aws:iam::11112222333:root"», «"1111222233334"»]},
        "Action": "mediastore:GetObject",
        "Resource": «"arn:aws:mediastore:eu-west-1:11112222333:container/live/*"»
    }, {
        "Effect": "Allow",
        "Principal": {"Service": "cloudfront.amazonaws.com"},
        "Action": "mediastore:GetObject",
        "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/*",
        "Condition": {
            "StringEquals": {
                "aws:SourceAccount": «"11112222333"»,
                "aws:SourceArn": «"arn:aws:cloudfront::11112222333:distribution/E1EXAMPLE"»
            }
        }
    }]
}"#,
    )],
    good: &[Example::policy(
        r#"{
    "Version": "2012-10-17",
    "Statement": [{
        "Effect": "Allow",
        "Principal": {"AWS": ["arn:aws:iam::111122223333:root", "011122223333"]},
        "Action": "mediastore:GetObject",
        "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/*",
        "Condition": {"StringNotEquals": {"aws:PrincipalAccount": ["anonymous", "111122223333"]}}
    }]
}"#,
    )],
    check: Check::Policy(check),
};

/// The keys whose values are account ids.
const ACCOUNT_KEYS: [&str; 5] =
    ["aws:principalaccount", "aws:sourceaccount", "aws:sourceowner", "aws:resourceaccount", "aws:vpceaccount"];

fn check(scope: &Scope<'_>, judged: &JudgedPolicy<'_>, sink: &mut Sink<'_>) {
    let help = "write the twelve digits of the account, leading zeros too";
    super::problems::report(RULE.name, scope, judged, sink, help);
    for fault in faults(judged).into_iter().filter(|fault| fault.kind == FaultOf::Account) {
        sink.report(Finding::new(fault.message, fault.span).help(fault.help));
    }
    let statements = judged.policy.iter().flat_map(|policy| &policy.statements);
    for condition in statements.flat_map(|statement| &statement.conditions) {
        for operand in &condition.values {
            let account = operand.text.as_known().and_then(|text| written_account(condition, text));
            if let Some(account) = account.filter(|account| !is_account(account)) {
                let message = format!("the account id `{account}` does not have twelve digits");
                sink.report(Finding::new(message, operand.span).help(help));
            }
        }
    }
}

/// The digits that stand where an account id is meant.
fn written_account<'t>(condition: &Condition, text: &'t str) -> Option<&'t str> {
    let is_text = matches!(condition.operator.family(), OperatorFamily::String | OperatorFamily::Arn);
    let key = condition.key.name().filter(|_| is_text)?;
    let account = if ACCOUNT_KEYS.contains(&key) {
        // A pattern may well be shorter.
        (condition.operator.relation() != Relation::StringLike || !text.contains(['*', '?'])).then_some(text)?
    } else {
        let [_, _, service, _, account, _] = arn::split(text)?;
        // A bucket's ARN has no account; an origin access identity has a word in its place.
        (service != "s3" && !account.is_empty()).then_some(account)?
    };
    account.bytes().all(|byte| byte.is_ascii_digit()).then_some(account)
}
