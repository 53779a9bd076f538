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
pub(crate) struct PolicyEditor<'a>(Editor<'a>);

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
        Editor::of(unit, document).map(Self)
    }

    /// The statements, one or a list of them.
    fn statements(&self) -> &'a [Node] {
        match member(self.0.body(), "Statement").map(|member| &member.node) {
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
            return self.0.insert(statement, "Condition", &object("Bool", object(SECURE_TRANSPORT, yes)));
        };
        let Some(operator) = member(&conditions.node, "Bool") else {
            return self.0.insert(&conditions.node, "Bool", &object(SECURE_TRANSPORT, yes));
        };
        let Some(own) = member(&operator.node, SECURE_TRANSPORT) else {
            return self.0.insert(&operator.node, SECURE_TRANSPORT, &yes);
        };
        let is_either = matches!(&own.node.value, Value::Array(items) if items.len() > 1);
        is_either.then(|| self.0.replace_value(&own.node, &yes))?.map(|edit| vec![edit])
    }

    /// Takes a condition out, with its operator if nothing else is under that, and with `Condition` likewise.
    pub(crate) fn remove_condition(&self, key_span: Span) -> Option<Vec<Edit>> {
        let Found { statement, operators, operator, keys, key } = self.condition(key_span)?;
        if count(keys) > 1 {
            return self.0.remove_member(keys, key);
        }
        if count(operators) > 1 {
            return self.0.remove_member(operators, operator);
        }
        let index = members(statement).iter().position(|member| member.node.span == operators.span)?;
        self.0.remove_member(statement, index)
    }

    /// Takes a statement out. A policy is not left without any.
    pub(crate) fn remove_statement(&self, span: Span) -> Option<Vec<Edit>> {
        let list = &member(self.0.body(), "Statement")?.node;
        let index = self.statements().iter().position(|statement| statement.span == span)?;
        self.0.remove_item(list, index)
    }

    /// Writes the version of the language.
    pub(crate) fn set_version(&self, version: &str) -> Option<Vec<Edit>> {
        match member(self.0.body(), "Version") {
            Some(own) => self.0.replace(&own.node, &Text::known(version)).map(|edit| vec![edit]),
            None => self.0.insert_first(self.0.body(), "Version", &Node::string(version)),
        }
    }

    /// Lets CloudFront's signed requests in instead of whoever knows a header's value: the principal becomes the service, the condition
    /// on the header one on the distribution. A pattern of distributions needs an operator for patterns.
    pub(crate) fn sign_by_cdn(&self, statement: Span, header: Span, distribution: &str) -> Option<Vec<Edit>> {
        let statement = self.statement(statement)?;
        let found = self.condition(header)?;
        let operator = members(found.operators).get(found.operator)?;
        let condition = members(found.keys).get(found.key)?;
        let principal = member(statement, "Principal")?;
        let service = object("Service", Node::string("cloudfront.amazonaws.com"));
        let mut edits = vec![self.0.replace_value(&principal.node, &service)?];
        let takes_patterns = operator.key.as_known().is_some_and(|name| name.to_ascii_lowercase().contains("like"));
        if distribution.contains('*') && !takes_patterns {
            // What else stands under the operator would become a pattern too.
            if count(found.keys) > 1 || member(found.operators, "ArnLike").is_some() {
                return None;
            }
            edits.push(self.0.rename(operator, "ArnLike")?);
        }
        edits.push(self.0.rename(condition, "aws:SourceArn")?);
        edits.push(self.0.replace_value(&condition.node, &Node::string(distribution))?);
        Some(edits)
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
