//! Changes of a container policy that several rules make.
//!
//! Statements, conditions and values are named by their places, which is how findings and the model of the policy name them.

use mediastore_policy::json::{Member, Node, Value};
use mediastore_policy::span::Span;
use mediastore_policy::text::Text;

use super::editor::Editor;
use crate::finding::Edit;
use crate::unit::{Document, Unit};

/// The condition key of HTTPS.
const SECURE_TRANSPORT: &str = "aws:SecureTransport";

/// Edits a container policy.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PolicyEditor<'a> {
    editor: Editor<'a>,
    body: &'a Node,
}

/// A condition: its operator, and its key with the values.
struct Found<'a> {
    statement: &'a Node,
    /// The value of `Condition`, and the operator's index in it.
    operators: &'a Node,
    operator: usize,
    /// The operator's object, and the key's index in it.
    keys: &'a Node,
    key: usize,
}

impl<'a> PolicyEditor<'a> {
    /// For a policy that can be edited.
    pub(crate) fn of(unit: &'a Unit, document: &'a Document) -> Option<Self> {
        Some(Self { editor: Editor::of(unit, document)?, body: document.body.as_ref()? })
    }

    /// The statements, one or a list of them.
    fn statements(&self) -> &'a [Node] {
        match member(self.body, "Statement").map(|member| &member.node) {
            Some(Node { value: Value::Array(items), .. }) => items,
            Some(statement) => std::slice::from_ref(statement),
            None => &[],
        }
    }

    fn statement(&self, span: Span) -> Option<&'a Node> {
        self.statements().iter().find(|statement| statement.span == span)
    }

    /// Lets a statement apply only to requests over HTTPS. Not where it says that it is for plain HTTP.
    pub(crate) fn require_https(&self, statement: Span) -> Option<Vec<Edit>> {
        let statement = self.statement(statement)?;
        let yes = Node::string("true");
        let Some(conditions) = member(statement, "Condition") else {
            return self.editor.insert(statement, "Condition", &object("Bool", object(SECURE_TRANSPORT, yes)));
        };
        let Some(operator) = member(&conditions.node, "Bool") else {
            return self.editor.insert(&conditions.node, "Bool", &object(SECURE_TRANSPORT, yes));
        };
        let Some(own) = member(&operator.node, SECURE_TRANSPORT) else {
            return self.editor.insert(&operator.node, SECURE_TRANSPORT, &yes);
        };
        let is_either = matches!(&own.node.value, Value::Array(items) if items.len() > 1);
        is_either.then(|| self.editor.replace_value(&own.node, &yes))?.map(|edit| vec![edit])
    }

    /// Writes another text where a string stands.
    pub(crate) fn write(&self, span: Span, text: impl Into<Text>) -> Option<Vec<Edit>> {
        let node = string_at(self.body, span)?;
        self.editor.replace(node, &text.into()).map(|edit| vec![edit])
    }

    /// Writes another name where a key stands.
    pub(crate) fn rename(&self, key_span: Span, name: &str) -> Option<Vec<Edit>> {
        let member = member_at(self.body, key_span)?;
        self.editor.rename(member, name).map(|edit| vec![edit])
    }

    /// Takes a condition out, with its operator if nothing else is under that, and with `Condition` likewise.
    pub(crate) fn remove_condition(&self, key_span: Span) -> Option<Vec<Edit>> {
        let Found { statement, operators, operator, keys, key } = self.condition(key_span)?;
        if count(keys) > 1 {
            return self.editor.remove_member(keys, key);
        }
        if count(operators) > 1 {
            return self.editor.remove_member(operators, operator);
        }
        let index = members(statement).iter().position(|member| member.node.span == operators.span)?;
        self.editor.remove_member(statement, index)
    }

    /// Takes one of several values of a condition, an action list or a resource list out.
    pub(crate) fn remove_item(&self, span: Span) -> Option<Vec<Edit>> {
        let list = list_of(self.body, span)?;
        let Value::Array(items) = &list.value else { return None };
        self.editor.remove_item(list, items.iter().position(|item| item.span == span)?)
    }

    /// Takes a statement out. A policy is not left without any.
    pub(crate) fn remove_statement(&self, span: Span) -> Option<Vec<Edit>> {
        let list = &member(self.body, "Statement")?.node;
        let index = self.statements().iter().position(|statement| statement.span == span)?;
        self.editor.remove_item(list, index)
    }

    /// Writes the version of the language.
    pub(crate) fn set_version(&self, version: &str) -> Option<Vec<Edit>> {
        match member(self.body, "Version") {
            Some(own) => self.editor.replace(&own.node, &Text::known(version)).map(|edit| vec![edit]),
            None => self.editor.insert(self.body, "Version", &Node::string(version)),
        }
    }

    /// Lets CloudFront's signed requests in instead of whoever knows a header's value: the principal becomes the service, the condition
    /// on the header one on the distribution.
    pub(crate) fn sign_by_cdn(&self, statement: Span, header: Span, distribution: &str) -> Option<Vec<Edit>> {
        let statement = self.statement(statement)?;
        let found = self.condition(header)?;
        let condition = members(found.keys).get(found.key)?;
        let principal = member(statement, "Principal")?;
        let service = object("Service", Node::string("cloudfront.amazonaws.com"));
        let mut edits = vec![self.editor.replace_value(&principal.node, &service)?];
        edits.push(self.editor.rename(condition, "aws:SourceArn")?);
        edits.push(self.editor.replace_value(&condition.node, &Node::string(distribution))?);
        Some(edits)
    }

    /// The operator of a condition.
    pub(crate) fn operator_of(&self, key_span: Span) -> Option<&'a str> {
        let found = self.condition(key_span)?;
        members(found.operators).get(found.operator)?.key.as_known()
    }

    fn condition(&self, key_span: Span) -> Option<Found<'a>> {
        self.statements().iter().find_map(|statement| {
            let operators = &member(statement, "Condition")?.node;
            members(operators).iter().enumerate().find_map(|(operator, under)| {
                let keys = &under.node;
                let key = members(keys).iter().position(|member| member.key_span == key_span)?;
                Some(Found { statement, operators, operator, keys, key })
            })
        })
    }
}

fn object(key: &str, node: Node) -> Node {
    Node::new(Value::Object(vec![Member { key_span: Span::default(), key: Text::known(key), node }]))
}

fn members(node: &Node) -> &[Member] {
    if let Value::Object(members) = &node.value { members } else { &[] }
}

fn count(node: &Node) -> usize {
    members(node).len()
}

/// The member of a name, in whatever case: IAM does not tell operators and condition keys apart by it.
fn member<'a>(node: &'a Node, name: &str) -> Option<&'a Member> {
    members(node).iter().find(|member| member.key.as_known().is_some_and(|key| key.eq_ignore_ascii_case(name)))
}

fn children(node: &Node) -> Box<dyn Iterator<Item = &Node> + '_> {
    match &node.value {
        Value::Array(items) => Box::new(items.iter()),
        Value::Object(members) => Box::new(members.iter().map(|member| &member.node)),
        _ => Box::new(std::iter::empty()),
    }
}

fn string_at(node: &Node, span: Span) -> Option<&Node> {
    if node.span == span && matches!(node.value, Value::String(_)) {
        return Some(node);
    }
    children(node).find_map(|child| string_at(child, span))
}

fn member_at(node: &Node, key_span: Span) -> Option<&Member> {
    let own = members(node).iter().find(|member| member.key_span == key_span);
    own.or_else(|| children(node).find_map(|child| member_at(child, key_span)))
}

fn list_of(node: &Node, span: Span) -> Option<&Node> {
    if let Value::Array(items) = &node.value
        && items.iter().any(|item| item.span == span)
    {
        return Some(node);
    }
    children(node).find_map(|child| list_of(child, span))
}
