//! Values of a template: intrinsic functions worked out as far as the template alone tells, holes for the rest.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use mediastore_policy::json::{Member, Node, Value};
use mediastore_policy::span::Span;
use mediastore_policy::text::{CharClass, Hole, Text, TextRef};

use super::super::document::{is_known, known, value};
use super::super::spelling::{self, Style};
use super::Template;
use super::parameters::{World, class_of, scalar};
use crate::source::Syntax;
use crate::unit::{Fault, FaultKind, MOST_FAULTS};
use crate::words::{Piece, Words};

/// A value worked out.
#[derive(Debug, Clone)]
pub(super) enum Evaluated {
    /// `AWS::NoValue`: as if it were not written.
    Absent,
    /// Text, with the way back to where it is spelled.
    Text(Words),
    /// A list, an object, a number, a boolean.
    Tree(Node),
    /// The text of a tree, from `Fn::ToJsonString`.
    Json(Node),
}

/// Bytes of text and values that one evaluation may make. Nested substitutions can double a text at every level.
const BUDGET: usize = 1 << 20;

/// Levels of values and references.
const DEPTH: usize = 64;

/// Works out values, with conditions decided by one world.
pub(super) struct Evaluator<'a> {
    template: &'a Template<'a>,
    world: &'a World,
    /// Conditions already decided.
    decided: RefCell<HashMap<String, Option<bool>>>,
    budget: Cell<usize>,
    depth: Cell<usize>,
    pub(super) faults: RefCell<Vec<Fault>>,
}

impl<'a> Evaluator<'a> {
    pub(super) fn new(template: &'a Template<'a>, world: &'a World) -> Self {
        Self {
            template,
            world,
            decided: RefCell::default(),
            budget: Cell::new(BUDGET),
            depth: Cell::new(0),
            faults: RefCell::default(),
        }
    }

    /// Works out a value.
    pub(super) fn evaluate(&self, node: &Node) -> Evaluated {
        if self.budget.get() == 0 {
            return unknown("a value that is too large", node.span);
        }
        self.depth.set(self.depth.get() + 1);
        let evaluated = if self.depth.get() > DEPTH {
            self.fault(node.span, "values refer to each other in a circle, or are nested too deeply", None);
            unknown("a value nested too deeply", node.span)
        } else {
            self.level(node)
        };
        self.depth.set(self.depth.get() - 1);
        self.spend(evaluated, node.span)
    }

    /// The value as a tree; none if it is absent.
    pub(super) fn tree(&self, node: &Node) -> Option<Node> {
        self.evaluate(node).into_node(node.span)
    }

    fn spend(&self, evaluated: Evaluated, span: Span) -> Evaluated {
        let cost = 1 + if let Evaluated::Text(text) = &evaluated { text.len() + text.pieces().len() } else { 0 };
        match self.budget.get().checked_sub(cost) {
            Some(rest) => {
                self.budget.set(rest);
                evaluated
            }
            None => {
                self.budget.set(0);
                self.fault(span, "the value is too large to be worked out", None);
                unknown("a value that is too large", span)
            }
        }
    }

    fn level(&self, node: &Node) -> Evaluated {
        match &node.value {
            Value::String(text) => match text.as_known() {
                Some(text) => Evaluated::Text(self.spelled(text, node.span)),
                None => Evaluated::Tree(node.clone()),
            },
            Value::Array(items) => {
                let items = items.iter().filter_map(|item| self.tree(item)).collect();
                Evaluated::Tree(Node { span: node.span, value: Value::Array(items) })
            }
            Value::Object(members) => match members.as_slice() {
                [Member { key, node: argument, .. }] if key.as_known().is_some_and(is_function) => {
                    self.function(key.as_known().unwrap_or_default(), argument, node.span)
                }
                _ => {
                    let members = members.iter().filter_map(|member| {
                        let node = self.tree(&member.node)?;
                        Some(Member { node, key: member.key.clone(), key_span: member.key_span })
                    });
                    Evaluated::Tree(Node { span: node.span, value: Value::Object(members.collect()) })
                }
            },
            _ => Evaluated::Tree(node.clone()),
        }
    }

    fn function(&self, name: &str, argument: &Node, span: Span) -> Evaluated {
        let items = if let Value::Array(items) = &argument.value { items.as_slice() } else { &[] };
        match (name, items) {
            ("Ref", _) => self.with_name(argument, span, |name| self.reference(name, span)),
            ("Fn::GetAtt", [resource, attribute]) => {
                let attribute = self.evaluate(attribute).into_text(attribute.span);
                match (known(resource), attribute.known()) {
                    (Some(resource), Some(attribute)) => self.attribute(resource, &attribute, span),
                    _ => unknown("Fn::GetAtt", span),
                }
            }
            ("Fn::GetAtt", []) => self.with_name(argument, span, |name| match name.split_once('.') {
                Some((resource, attribute)) => self.attribute(resource, attribute, span),
                None => unknown(name, span),
            }),
            ("Fn::Sub", []) => match known(argument) {
                Some(text) => self.substitute(text, argument.span, None),
                None => self.malformed(name, span),
            },
            ("Fn::Sub", [text_node, variables]) => match known(text_node) {
                Some(text) => self.substitute(text, text_node.span, Some(variables)),
                None => self.malformed(name, span),
            },
            ("Fn::Join", [delimiter, list]) => self.join(delimiter, list, span),
            ("Fn::If", [condition, then, otherwise]) => match known(condition).map(|name| (name, self.condition(name)))
            {
                Some((_, Some(true))) => self.evaluate(then),
                Some((_, Some(false))) => self.evaluate(otherwise),
                Some((name, None)) => unknown(&format!("Fn::If {name}"), span),
                None => self.malformed("Fn::If", span),
            },
            ("Fn::FindInMap", [map, first, second, ..]) => self.find_in_map(map, first, second, items.get(3), span),
            ("Fn::Select", [index, list]) => self.select(index, list, span),
            ("Fn::Split", [delimiter, text]) => self.split(delimiter, text, span),
            ("Fn::ToJsonString", _) => match self.evaluate(argument) {
                Evaluated::Absent => Evaluated::Absent,
                evaluated => evaluated.into_node(argument.span).map_or(Evaluated::Absent, Evaluated::Json),
            },
            ("Fn::ImportValue", _) => {
                let export = self.evaluate(argument).into_text(argument.span);
                unknown(&format!("Fn::ImportValue {}", export.text()), span)
            }
            ("Fn::Sub" | "Fn::Join" | "Fn::If" | "Fn::FindInMap" | "Fn::Select" | "Fn::Split" | "Fn::GetAtt", _) => {
                self.malformed(name, span)
            }
            _ => unknown(name, span),
        }
    }

    fn malformed(&self, name: &str, span: Span) -> Evaluated {
        self.fault(span, &format!("`{name}` does not have the arguments it needs"), None);
        unknown(name, span)
    }

    fn with_name(&self, argument: &Node, span: Span, evaluate: impl FnOnce(&str) -> Evaluated) -> Evaluated {
        match known(argument) {
            Some(name) => evaluate(name),
            None => self.malformed("Ref", span),
        }
    }

    /// The text of a scalar, with its spelling.
    fn spelled(&self, text: &str, span: Span) -> Words {
        let Template { source, base, syntax, styles, .. } = self.template;
        let start = span.start.wrapping_sub(*base);
        let style = match syntax {
            Syntax::Yaml => styles.get(&start).copied().unwrap_or(Style::Plain),
            Syntax::Json | Syntax::Hcl => Style::Escaped,
        };
        let quote = usize::from(matches!(style, Style::Escaped | Style::SingleQuoted));
        let inner = source.get(start.wrapping_add(quote)..span.end.wrapping_sub(*base).wrapping_sub(quote));
        spelling::spelled(text, inner.unwrap_or_default(), span.start + quote, span, style)
    }

    /// `Ref` of a name.
    fn reference(&self, name: &str, span: Span) -> Evaluated {
        // MediaStore existed in no other partition.
        if let Some((_, text)) = PARTITION.iter().find(|(own, _)| *own == name) {
            return Evaluated::Text(Words::made(*text, span));
        }
        if let Some(hole) = pseudo_parameter(name) {
            return Evaluated::Text(Words::hole(Arc::new(hole), span));
        }
        match name {
            "AWS::NoValue" => return Evaluated::Absent,
            "AWS::NotificationARNs" => return unknown(name, span),
            _ => {}
        }
        if let Some(parameter) = self.template.parameters.get(name) {
            return match &parameter.default {
                Some(default) if parameter.is_list => {
                    let item = |text: &str| Node { span, value: Value::String(Text::known(text.trim())) };
                    Evaluated::Tree(Node { span, value: Value::Array(default.split(',').map(item).collect()) })
                }
                Some(default) => Evaluated::Text(Words::made(default.as_str(), span)),
                None if parameter.is_list => unknown(name, span),
                None => Evaluated::Text(Words::hole(Arc::clone(&parameter.hole), span)),
            };
        }
        let Some(resource) = self.template.resource(name) else {
            self.undefined(name, span);
            return unknown(name, span);
        };
        let class = match super::type_of(resource) {
            Some(super::CONTAINER) => {
                let properties = value(resource, "Properties");
                return match properties.and_then(|properties| value(properties, "ContainerName")) {
                    Some(name) => match self.evaluate(name) {
                        Evaluated::Text(text) => restate(&text, span),
                        _ => unknown("ContainerName", span),
                    },
                    None => unknown(name, span),
                };
            }
            Some("AWS::CloudFront::Distribution" | "AWS::CloudFront::CloudFrontOriginAccessIdentity") => {
                CharClass::Segment
            }
            Some("AWS::S3::Bucket") => CharClass::Bucket,
            Some("AWS::IAM::Role" | "AWS::IAM::User") => CharClass::Plain,
            _ => CharClass::Any,
        };
        Evaluated::Text(Words::hole(Arc::new(Hole::of(name, class)), span))
    }

    /// `Fn::GetAtt`.
    fn attribute(&self, resource: &str, attribute: &str, span: Span) -> Evaluated {
        let name = format!("{resource}.{attribute}");
        let Some(declared) = self.template.resource(resource) else {
            self.undefined(resource, span);
            return unknown(&name, span);
        };
        let kind = match (super::type_of(declared), attribute) {
            (Some("AWS::IAM::Role"), "Arn") => "role",
            (Some("AWS::IAM::User"), "Arn") => "user",
            _ => return unknown(&name, span),
        };
        // An identity of the stack's own account, whatever its name.
        let mut arn = Words::made("arn:aws:iam::", span);
        let hole = |hole: Hole| Words::hole(Arc::new(hole), span);
        arn.append(&hole(Hole::account("AWS::AccountId")));
        arn.append(&Words::made(format!(":{kind}/"), span));
        arn.append(&hole(Hole::of(resource, CharClass::Plain)));
        Evaluated::Text(arn)
    }

    fn undefined(&self, name: &str, span: Span) {
        let help = "CloudFormation refuses the template; a `${` that is meant literally is written `${!`";
        self.fault(span, &format!("`{name}` is neither a parameter nor a resource of this template"), Some(help));
    }

    fn fault(&self, span: Span, message: &str, help: Option<&str>) {
        let mut faults = self.faults.borrow_mut();
        if faults.len() < MOST_FAULTS && !faults.iter().any(|fault| fault.message == message) {
            let (message, help) = (message.to_owned(), help.map(str::to_owned));
            faults.push(Fault { kind: FaultKind::NotEvaluated, message, span, help });
        }
    }

    /// `Fn::Sub` of the text of a scalar.
    fn substitute(&self, text: &str, span: Span, variables: Option<&Node>) -> Evaluated {
        let mut borders = Vec::new();
        let mut passed = 0;
        while let Some(start) = text[passed..].find("${").map(|at| at + passed)
            && let Some(end) = text[start..].find('}').map(|at| at + start + 1)
        {
            borders.extend([start, end]);
            passed = end;
        }
        let mut result = Words::default();
        for (at, part) in self.spelled(text, span).cut(&borders).into_iter().enumerate() {
            // Every other part is a reference.
            if at % 2 == 0 {
                result.append(&part);
                continue;
            }
            let place = part.place();
            let name = text[borders[at - 1] + 2..borders[at] - 1].trim();
            if let Some(literal) = name.strip_prefix('!') {
                result.append(&Words::made(format!("${{{literal}}}"), place));
                continue;
            }
            let value = match variables.and_then(|variables| value(variables, name)) {
                Some(variable) => self.evaluate(variable),
                None => match name.split_once('.') {
                    Some((resource, attribute)) => self.attribute(resource, attribute, place),
                    None => self.reference(name, place),
                },
            };
            let value = self.spend(Evaluated::Text(value.into_text(place)), place).into_text(place);
            // What the variable stands for is spelled elsewhere; here it is the name that stands.
            result.append(&relocated(&value, place));
        }
        Evaluated::Text(result)
    }

    fn join(&self, delimiter: &Node, list: &Node, span: Span) -> Evaluated {
        let Some(delimiter) = known(delimiter) else { return self.malformed("Fn::Join", span) };
        let parts: Option<Vec<Words>> = match &list.value {
            Value::Array(items) => {
                let texts = items.iter().map(|item| (self.evaluate(item), item.span));
                Some(texts.filter_map(|(value, span)| value.present(span)).collect())
            }
            _ => match self.evaluate(list) {
                Evaluated::Tree(Node { value: Value::Array(items), .. }) => Some(
                    items
                        .into_iter()
                        .map(|item| {
                            let span = item.span;
                            Evaluated::Tree(item).into_text(span)
                        })
                        .collect(),
                ),
                _ => None,
            },
        };
        let Some(parts) = parts else { return unknown("Fn::Join", span) };
        let mut joined = Words::default();
        for (index, part) in parts.iter().enumerate() {
            if index > 0 {
                let start = part.place().start;
                joined.append(&Words::made(delimiter, Span::new(start, start)));
            }
            joined.append(part);
        }
        Evaluated::Text(joined)
    }

    fn find_in_map(&self, map: &Node, first: &Node, second: &Node, options: Option<&Node>, span: Span) -> Evaluated {
        let key = |node: &Node| self.evaluate(node).into_text(node.span);
        let keys = [key(map), key(first), key(second)];
        let name = format!("Fn::FindInMap {}.{}.{}", keys[0].text(), keys[1].text(), keys[2].text());
        // Where a key is unknown, every value of the map at that level is possible.
        let mut found: Vec<&Node> = self.template.mappings.into_iter().collect();
        for key in keys.iter().map(Words::known) {
            found = found
                .into_iter()
                .flat_map(|node| match (&node.value, key.as_deref()) {
                    (Value::Object(_), Some(key)) => value(node, key).into_iter().collect::<Vec<_>>(),
                    (Value::Object(members), None) => members.iter().map(|member| &member.node).collect(),
                    _ => Vec::new(),
                })
                .collect();
        }
        let is_certain = keys.iter().all(|key| key.known().is_some());
        match found.as_slice() {
            [only] if is_certain => self.evaluate(only),
            [] => match options.and_then(|options| value(options, "DefaultValue")) {
                Some(default) => self.evaluate(default),
                None => unknown(&name, span),
            },
            all => {
                let texts: Option<Vec<String>> = all.iter().map(|node| scalar(node)).collect();
                let class = texts.map_or(CharClass::Any, |texts| class_of(texts.iter().map(String::as_str)));
                Evaluated::Text(Words::hole(Arc::new(Hole::of(name, class)), span))
            }
        }
    }

    fn select(&self, index: &Node, list: &Node, span: Span) -> Evaluated {
        let index = match self.evaluate(index) {
            Evaluated::Text(text) => text.known().and_then(|text| text.parse::<usize>().ok()),
            Evaluated::Tree(node) => scalar(&node).and_then(|text| text.parse().ok()),
            _ => None,
        };
        let Some(index) = index else { return unknown("Fn::Select", span) };
        match &list.value {
            Value::Array(items) => {
                items.get(index).map_or_else(|| self.malformed("Fn::Select", span), |item| self.evaluate(item))
            }
            _ => match self.evaluate(list) {
                Evaluated::Tree(Node { value: Value::Array(mut items), .. }) if index < items.len() => {
                    let item = items.swap_remove(index);
                    match &item.value {
                        Value::String(text) => Evaluated::Text(of_text(text, item.span)),
                        _ => Evaluated::Tree(item),
                    }
                }
                _ => unknown("Fn::Select", span),
            },
        }
    }

    fn split(&self, delimiter: &Node, text: &Node, span: Span) -> Evaluated {
        let Some(delimiter) = known(delimiter).filter(|delimiter| !delimiter.is_empty()) else {
            return self.malformed("Fn::Split", span);
        };
        let text = self.evaluate(text).into_text(text.span);
        let Some(parts) = text.split(delimiter, usize::MAX) else { return unknown("Fn::Split", span) };
        let items = parts.iter().map(|part| Node { span, value: Value::String(part.text()) });
        Evaluated::Tree(Node { span, value: Value::Array(items.collect()) })
    }

    /// Which way a condition goes, if that is known.
    fn condition(&self, name: &str) -> Option<bool> {
        if let Some(decided) = self.decided.borrow().get(name) {
            return *decided;
        }
        // Stands while it is being decided, which ends circles.
        self.decided.borrow_mut().insert(name.to_owned(), None);
        let decided = self
            .template
            .conditions
            .and_then(|conditions| value(conditions, name))
            .and_then(|expression| self.truth(expression, 0));
        self.decided.borrow_mut().insert(name.to_owned(), decided);
        decided
    }

    fn truth(&self, expression: &Node, depth: usize) -> Option<bool> {
        if depth > DEPTH {
            return None;
        }
        if let Some(text) = scalar(expression) {
            return text.parse().ok();
        }
        let Value::Object(members) = &expression.value else { return None };
        let [Member { key, node: argument, .. }] = members.as_slice() else { return None };
        let items = if let Value::Array(items) = &argument.value { items.as_slice() } else { &[] };
        let truths = || items.iter().map(|item| self.truth(item, depth + 1));
        match (key.as_known()?, items) {
            ("Condition", _) => self.condition(known(argument)?),
            ("Fn::Not", [operand]) => self.truth(operand, depth + 1).map(|truth| !truth),
            ("Fn::And", _) if truths().any(|truth| truth == Some(false)) => Some(false),
            ("Fn::And", _) => truths().all(|truth| truth == Some(true)).then_some(true),
            ("Fn::Or", _) if truths().any(|truth| truth == Some(true)) => Some(true),
            ("Fn::Or", _) => truths().all(|truth| truth == Some(false)).then_some(false),
            ("Fn::Equals", [left, right]) => {
                let (left, right) = (self.operand(left), self.operand(right));
                if left == right {
                    return Some(true);
                }
                (left.as_known().is_some() && right.as_known().is_some()).then_some(false)
            }
            _ => None,
        }
    }

    /// An operand of a comparison; parameters have the values of the world.
    fn operand(&self, node: &Node) -> Text {
        if let Some(value) = super::super::document::text(node, "Ref").and_then(|name| self.world.get(name)) {
            return Text::known(value.as_str());
        }
        match scalar(node) {
            Some(text) => Text::known(text),
            None => self.evaluate(node).into_text(node.span).text(),
        }
    }
}

impl Evaluated {
    /// The value as a tree; none if it is absent.
    pub(super) fn into_node(self, span: Span) -> Option<Node> {
        match self {
            Self::Absent => None,
            Self::Tree(node) => Some(node),
            Self::Text(text) => Some(Node { span, value: Value::String(text.text()) }),
            Self::Json(node) => Some(Node { span, value: Value::String(text_of_json(&node)) }),
        }
    }

    /// The value as text; what is none is unknown.
    fn into_text(self, span: Span) -> Words {
        match self {
            Self::Text(text) => text,
            Self::Json(node) => of_text(&text_of_json(&node), span),
            Self::Absent => Words::default(),
            Self::Tree(node) => match &node.value {
                Value::String(text) => of_text(text, span),
                Value::Unknown(hole) => Words::hole(Arc::clone(hole), span),
                _ => match scalar(&node) {
                    Some(text) => Words::made(text, span),
                    None => Words::hole(Arc::new(Hole::any(node.kind())), span),
                },
            },
        }
    }

    /// The text, unless the value is absent.
    fn present(self, span: Span) -> Option<Words> {
        if let Self::Absent = self { None } else { Some(self.into_text(span)) }
    }
}

/// The text of a tree as `Fn::ToJsonString` gives it; as a whole unknown if anything in it is.
fn text_of_json(node: &Node) -> Text {
    match is_known(node) {
        true => Text::known(node.to_string()),
        false => Text::hole(Hole::any("Fn::ToJsonString")),
    }
}

/// Text without a spelling of its own.
fn of_text(text: &Text, span: Span) -> Words {
    let piece = |part: TextRef<'_>| match part {
        TextRef::Known(known) => Piece::made(known, span),
        TextRef::Hole(hole) => Piece::hole(Arc::clone(hole), span),
    };
    text.parts().map(piece).collect()
}

/// The same text, all of it standing at one place.
fn relocated(text: &Words, place: Span) -> Words {
    of_text(&text.text(), place)
}

fn restate(text: &Words, place: Span) -> Evaluated {
    Evaluated::Text(relocated(text, place))
}

fn unknown(name: &str, span: Span) -> Evaluated {
    Evaluated::Tree(Node { span, value: Value::Unknown(Arc::new(Hole::any(name))) })
}

fn is_function(key: &str) -> bool {
    key == "Ref" || key.starts_with("Fn::")
}

/// Pseudo parameters that say which partition it is.
const PARTITION: [(&str, &str); 2] = [("AWS::Partition", "aws"), ("AWS::URLSuffix", "amazonaws.com")];

/// What CloudFormation itself provides, and what is known of it.
fn pseudo_parameter(name: &str) -> Option<Hole> {
    Some(match name {
        "AWS::AccountId" => Hole::account(name),
        "AWS::Region" => Hole::region(name),
        "AWS::StackName" => Hole::of(name, CharClass::Name),
        "AWS::StackId" => Hole::any(name),
        _ => return None,
    })
}

/// Parameters by name.
pub(super) type Parameters = BTreeMap<String, super::parameters::Parameter>;

/// The member of an object, if the object is one.
pub(super) fn object_member<'a>(node: &'a Node, name: &str) -> Option<&'a Node> {
    node.member(name).map(|member| &member.node).filter(|node| matches!(node.value, Value::Object(_)))
}
