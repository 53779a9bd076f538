//! When two documents say the same.
//!
//! Documents are compared by structure, not by solving: equal here means equal for every request, but two documents that
//! happen to allow the same may still differ here. [`crate::analyse`] answers that harder question.

use crate::condition::{Condition, OperandValue};
use crate::json::{Member, Node, Value};
use crate::keys;
use crate::mediastore;
use crate::model::{Clause, Effect, Maybe, Policy, Statement};
use crate::parse;
use crate::principal::{PrincipalEntry, PrincipalKind, PrincipalMember};
use crate::problem::Problem;
use crate::s3;
use crate::span::Span;
use crate::text::Text;

/// Whether two policy texts mean the same, so that one may stand for the other.
///
/// Not looked at: white space, the order of members, statements and list entries, entries repeated in a list, whether a
/// single entry stands in a list, the case of actions and condition keys, whether an account is named by its id or the ARN
/// of its root, whether everyone is `"*"` or `{"AWS": "*"}`, and whether a number or truth value is quoted. `Sid`, `Id`
/// and `Version` must be equal, a missing one differs from its default. A text that is no policy means the same only as itself.
#[must_use]
pub fn same_meaning(a: &str, b: &str) -> bool {
    a == b || normalize(a).ok().is_some_and(|a| normalize(b).is_ok_and(|b| a == b))
}

/// The one text that all policies of the same meaning (see [`same_meaning`]) share: compact JSON in a fixed order.
///
/// # Errors
///
/// Everything that is wrong with the text.
pub fn normalize(text: &str) -> Result<String, Vec<Problem>> {
    parse::parse(text).into_result().map(|policy| canonical(&policy).to_string())
}

fn canonical(policy: &Policy) -> Node {
    let mut members = Vec::new();
    if let Some(version) = &policy.version {
        let version = version.value.known().map(|version| version.as_str()).unwrap_or_default();
        members.push(member("Version", Node::string(version)));
    }
    if let Some(id) = &policy.id {
        members.push(member("Id", Node::string(id.value.clone())));
    }
    // Order and number of equal statements have no influence, but repeating one is something its author can see.
    let mut statements: Vec<(String, Node)> =
        policy.statements.iter().map(statement).map(|node| (node.to_string(), node)).collect();
    statements.sort_by(|(a, _), (b, _)| a.cmp(b));
    let statements = statements.into_iter().map(|(_, node)| node).collect();
    members.push(member("Statement", Node::new(Value::Array(statements))));
    Node::new(Value::Object(members))
}

fn statement(statement: &Statement) -> Node {
    let mut members = Vec::new();
    if let Some(sid) = &statement.sid {
        members.push(member("Sid", Node::string(sid.value.clone())));
    }
    if let Maybe::Known(effect) = statement.effect.value {
        members.push(member("Effect", Node::string(Effect::as_str(effect))));
    }
    members.push(element("Principal", &statement.principals, principals));
    members.push(element("Action", &statement.actions, |entries| {
        set(entries.iter().map(|entry| action(&entry.text.to_string())))
    }));
    members.push(element("Resource", &statement.resources, |entries| {
        set(entries.iter().map(|entry| entry.text.to_string()))
    }));
    if !statement.conditions.is_empty() {
        members.push(member("Condition", conditions(&statement.conditions)));
    }
    Node::new(Value::Object(members))
}

fn element<T>(name: &str, clause: &Clause<T>, entries: impl Fn(&[T]) -> Node) -> Member {
    let not = if clause.negated { "Not" } else { "" };
    member(&format!("{not}{name}"), entries(&clause.entries))
}

fn principals(entries: &[PrincipalEntry]) -> Node {
    if entries.iter().all(|entry| entry.kind == PrincipalKind::Everyone) {
        return Node::string("*");
    }
    let of = |wanted: PrincipalMember| {
        let texts: Vec<String> = entries.iter().filter(|entry| entry.member == wanted).map(principal).collect();
        (!texts.is_empty()).then(|| member(wanted.as_str(), set(texts)))
    };
    Node::new(Value::Object(PrincipalMember::NAMED.into_iter().filter_map(of).collect()))
}

fn principal(entry: &PrincipalEntry) -> String {
    match &entry.kind {
        PrincipalKind::Account { partition: None, account } => format!("arn:aws:iam::{account}:root"),
        _ => entry.text.to_string(),
    }
}

/// An action as its service documents it where a table knows it, otherwise in lower case: one spelling of all that mean it.
fn action(text: &str) -> String {
    let documented = text.split_once(':').and_then(|(service, name)| {
        let model =
            [&mediastore::MODEL, &s3::MODEL].into_iter().find(|model| model.prefix.eq_ignore_ascii_case(service))?;
        model.action(name).map(|row| format!("{}:{}", model.prefix, row.name))
    });
    documented.unwrap_or_else(|| text.to_ascii_lowercase())
}

/// A condition key as documented where the table knows it; `lower` is its name in lower case.
fn key_name(lower: &str) -> String {
    match keys::find(lower) {
        Some(row) => format!("{}{}", row.name, &lower[row.name.len()..]),
        None => lower.to_owned(),
    }
}

fn conditions(conditions: &[Condition]) -> Node {
    let mut rows: Vec<(String, String, Node)> = conditions
        .iter()
        .map(|condition| {
            let key = key_name(condition.key.name().unwrap_or_default());
            (condition.operator.to_string(), key, operands(condition))
        })
        .collect();
    rows.sort_by(|a, b| (&a.0, &a.1).cmp(&(&b.0, &b.1)));
    let mut members: Vec<Member> = Vec::new();
    for (operator, key, values) in rows {
        let key = member(&key, values);
        match members.last_mut() {
            Some(Member { key: last, node: Node { value: Value::Object(keys), .. }, .. })
                if last.as_known() == Some(&operator) =>
            {
                keys.push(key);
            }
            _ => members.push(member(&operator, Node::new(Value::Object(vec![key])))),
        }
    }
    Node::new(Value::Object(members))
}

fn operands(condition: &Condition) -> Node {
    let texts = condition.values.iter().map(|operand| operand.text.to_string());
    // Once a variable can turn a value into something that is no ARN, the order of the values decides.
    if condition.values.iter().any(|operand| matches!(operand.value, OperandValue::ArnTemplate(_))) {
        return Node::new(Value::Array(texts.map(Node::string).collect()));
    }
    set(texts)
}

fn set(texts: impl IntoIterator<Item = String>) -> Node {
    let mut texts: Vec<String> = texts.into_iter().collect();
    texts.sort_unstable();
    texts.dedup();
    Node::new(Value::Array(texts.into_iter().map(Node::string).collect()))
}

fn member(key: &str, node: Node) -> Member {
    Member { key_span: Span::default(), key: Text::known(key), node }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Within a list all mean the same; across lists no two do.
    const CLASSES: &[&[&str]] = &[
        &[
            r#"{"Version":"2012-10-17","Statement":[{"Sid":"a","Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"}]}"#,
            r#" { "Statement" : {"Resource":["arn:aws:s3:::b/*"],"Action":["s3:getobject","S3:GetObject"],"Principal":{"AWS":"*"},"Effect":"Allow","Sid":"a"},"Version":"2012-10-17"}"#,
        ],
        &[
            r#"{"Statement":[{"Sid":"a","Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"}]}"#,
        ],
        &[
            r#"{"Version":"2008-10-17","Statement":[{"Sid":"a","Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"}]}"#,
        ],
        &[
            r#"{"Version":"2012-10-17","Statement":[{"Sid":"a","Effect":"Deny","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"}]}"#,
        ],
        &[
            r#"{"Version":"2012-10-17","Statement":[{"Sid":"b","Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"}]}"#,
        ],
        &[
            r#"{"Version":"2012-10-17","Statement":[{"Sid":"a","Effect":"Allow","NotPrincipal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"}]}"#,
        ],
        &[
            r#"{"Version":"2012-10-17","Statement":[{"Sid":"a","Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::B/*"}]}"#,
        ],
        &[
            r#"{"Statement":[{"Effect":"Allow","Principal":{"AWS":["111122223333","arn:aws:iam::444455556666:role/r"]},"Action":["s3:GetObject","s3:PutObject"],"Resource":"arn:aws:s3:::b/*","Condition":{"Bool":{"aws:SecureTransport":"true"},"NumericEquals":{"s3:max-keys":[1,2]}}}]}"#,
            r#"{"Statement":[{"Effect":"Allow","Principal":{"AWS":["arn:aws:iam::444455556666:role/r","arn:aws:iam::111122223333:root"]},"Action":["s3:PutObject","s3:GetObject"],"Resource":"arn:aws:s3:::b/*","Condition":{"NumericEquals":{"S3:Max-Keys":["2","1","1"]},"Bool":{"AWS:SecureTransport":true}}}]}"#,
        ],
        &[
            r#"{"Statement":[{"Effect":"Allow","Principal":{"AWS":["arn:aws-cn:iam::111122223333:root","arn:aws:iam::444455556666:role/r"]},"Action":["s3:GetObject","s3:PutObject"],"Resource":"arn:aws:s3:::b/*","Condition":{"Bool":{"aws:SecureTransport":"true"},"NumericEquals":{"s3:max-keys":[1,2]}}}]}"#,
        ],
        &[
            r#"{"Statement":[{"Effect":"Allow","Principal":{"AWS":["111122223333","arn:aws:iam::444455556666:role/R"]},"Action":["s3:GetObject","s3:PutObject"],"Resource":"arn:aws:s3:::b/*","Condition":{"Bool":{"aws:SecureTransport":"true"},"NumericEquals":{"s3:max-keys":[1,2]}}}]}"#,
        ],
    ];

    #[test]
    fn documents_of_one_class_mean_the_same_and_others_do_not() {
        for (i, class) in CLASSES.iter().enumerate() {
            for (j, other) in CLASSES.iter().enumerate() {
                for a in *class {
                    for b in *other {
                        assert_eq!(same_meaning(a, b), i == j, "{a}\n{b}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_normal_form_is_its_own() {
        for text in CLASSES.iter().copied().flatten() {
            let normal = normalize(text).expect("a policy");
            assert_eq!(normalize(&normal).as_ref(), Ok(&normal));
        }
    }

    #[test]
    fn the_order_of_values_counts_where_one_may_turn_out_malformed() {
        let policy = |values: &str| {
            format!(
                r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*","Condition":{{"ArnLike":{{"aws:SourceArn":{values}}}}}}}}}"#
            )
        };
        let a = policy(r#"["${aws:Referer}","arn:aws:s3:::b"]"#);
        let b = policy(r#"["arn:aws:s3:::b","${aws:Referer}"]"#);
        assert!(!same_meaning(&a, &b));
    }

    #[test]
    fn a_normal_form_spells_names_as_documented() {
        let text = r#"{"Statement":{"Effect":"Allow","Principal":"*","Action":["MEDIASTORE:getobject","s3:GET*"],"Resource":"*",
            "Condition":{"Bool":{"AWS:securetransport":true},"StringEquals":{"aws:principaltag/Team":"x","my:Key":"y"}}}}"#;
        let expected = r#"{"Statement":[{"Effect":"Allow","Principal":"*","Action":["mediastore:GetObject","s3:get*"],"Resource":["*"],"Condition":{"Bool":{"aws:SecureTransport":["true"]},"StringEquals":{"aws:PrincipalTag/team":["x"],"my:key":["y"]}}}]}"#;
        assert_eq!(normalize(text).as_deref(), Ok(expected));
    }

    #[test]
    fn what_is_no_policy_means_only_itself() {
        assert!(same_meaning("{", "{"));
        assert!(!same_meaning("{", "{ "));
        assert!(!same_meaning("{}", "{ }"));
    }
}
