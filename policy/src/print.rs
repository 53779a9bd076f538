//! From the model back to JSON. What is printed reads back as the same model; layout, and whether a single entry stood in a
//! list, are not kept.

use crate::condition::{Condition, OperandValue};
use crate::json::{Member, Node, Value};
use crate::model::{Clause, Effect, Maybe, Policy, Spanned, Statement, Version};
use crate::principal::{PrincipalEntry, PrincipalKind, PrincipalMember};
use crate::span::Span;
use crate::text::Text;

/// A policy as a JSON tree. Its `Display` is compact JSON.
#[must_use]
pub fn to_node(policy: &Policy) -> Node {
    let mut members = Vec::new();
    if let Some(Spanned { value, .. }) = &policy.version {
        members.push(member("Version", Node::string(maybe(value, Version::as_str))));
    }
    if let Some(Spanned { value, .. }) = &policy.id {
        members.push(member("Id", Node::string(value.clone())));
    }
    let statements = policy.statements.iter().map(statement);
    let unknown = policy.unknown_statements.iter().map(|hole| Node::new(Value::Unknown(hole.value.clone())));
    members.push(member("Statement", one_or_list(statements.chain(unknown).collect())));
    Node::new(Value::Object(members))
}

/// A policy as compact JSON; holes as `${name}`.
impl std::fmt::Display for Policy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to_node(self).fmt(f)
    }
}

fn statement(statement: &Statement) -> Node {
    let mut members = Vec::new();
    if let Some(Spanned { value, .. }) = &statement.sid {
        members.push(member("Sid", Node::string(value.clone())));
    }
    members.push(member("Effect", Node::string(maybe(&statement.effect.value, Effect::as_str))));
    members.push(member(
        name(&statement.principals, "Principal", "NotPrincipal"),
        principals(&statement.principals.entries),
    ));
    let entries = |texts: Vec<&Text>| one_or_list(texts.into_iter().map(|text| Node::string(text.clone())).collect());
    let actions = statement.actions.entries.iter().map(|entry| &entry.text).collect();
    members.push(member(name(&statement.actions, "Action", "NotAction"), entries(actions)));
    let resources = statement.resources.entries.iter().map(|entry| &entry.text).collect();
    members.push(member(name(&statement.resources, "Resource", "NotResource"), entries(resources)));
    if !statement.conditions.is_empty() || !statement.unknown_conditions.is_empty() {
        members.push(member("Condition", conditions(statement)));
    }
    Node::new(Value::Object(members))
}

fn principals(entries: &[PrincipalEntry]) -> Node {
    if let [PrincipalEntry { member: PrincipalMember::Whole, text, kind, .. }] = entries {
        return match kind {
            PrincipalKind::UnknownEntries(hole) => Node::new(Value::Unknown(hole.clone())),
            _ => Node::string(text.clone()),
        };
    }
    // Members in the order of the document.
    let mut order: Vec<PrincipalMember> = Vec::new();
    for entry in entries {
        if !order.contains(&entry.member) {
            order.push(entry.member);
        }
    }
    let of = |wanted: PrincipalMember| {
        let nodes: Vec<Node> = entries
            .iter()
            .filter(|entry| entry.member == wanted)
            .map(|entry| match &entry.kind {
                PrincipalKind::UnknownEntries(hole) => Node::new(Value::Unknown(hole.clone())),
                _ => Node::string(entry.text.clone()),
            })
            .collect();
        member(wanted.as_str(), one_or_list(nodes))
    };
    Node::new(Value::Object(order.into_iter().map(of).collect()))
}

fn conditions(statement: &Statement) -> Node {
    let mut members: Vec<Member> = Vec::new();
    for condition in &statement.conditions {
        let key = Member { key_span: Span::default(), key: condition.key.text.clone(), node: operands(condition) };
        let operator = condition.operator.to_string();
        match members.last_mut() {
            Some(Member { key: last, node: Node { value: Value::Object(keys), .. }, .. })
                if last.as_known() == Some(&operator) =>
            {
                keys.push(key);
            }
            _ => members.push(member(&operator, Node::new(Value::Object(vec![key])))),
        }
    }
    let holes = statement.unknown_conditions.iter().map(|hole| &hole.value);
    match (members.is_empty(), holes.clone().next()) {
        (true, Some(hole)) => return Node::new(Value::Unknown(hole.clone())),
        _ => members.extend(holes.map(|hole| Member {
            key_span: Span::default(),
            key: Text::hole(hole.as_ref().clone()),
            node: Node::new(Value::Unknown(hole.clone())),
        })),
    }
    Node::new(Value::Object(members))
}

fn operands(condition: &Condition) -> Node {
    one_or_list(
        condition
            .values
            .iter()
            .map(|operand| match (&operand.value, operand.text.as_hole()) {
                (OperandValue::UnknownValues, Some(hole)) => Node::new(Value::Unknown(hole.clone())),
                _ => Node::string(operand.text.clone()),
            })
            .collect(),
    )
}

fn maybe<T: Copy>(value: &Maybe<T>, name: fn(T) -> &'static str) -> Text {
    match value {
        Maybe::Known(value) => name(*value).into(),
        Maybe::Unknown(text) => text.clone(),
    }
}

fn name<T>(clause: &Clause<T>, plain: &'static str, negated: &'static str) -> &'static str {
    if clause.negated { negated } else { plain }
}

fn member(key: &str, node: Node) -> Member {
    Member { key_span: Span::default(), key: key.into(), node }
}

fn one_or_list(mut nodes: Vec<Node>) -> Node {
    match nodes.len() {
        1 => nodes.remove(0),
        _ => Node::new(Value::Array(nodes)),
    }
}
