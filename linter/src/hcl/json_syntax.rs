//! `.tf.json` and `.tofu.json`: the same tree from JSON.
//!
//! Strings are templates, except where Terraform takes plain text: labels, and what is under `variable`.

use mediastore_policy::json::{self, Limits, Node, Value};
use mediastore_policy::span::Span;
use mediastore_policy::text::Text;

use super::number::Number;
use super::parse::{self, SyntaxError};
use super::syntax::{Attribute, Block, Body, Expr, ExprKind, Item, Key, Name, Part, Step, Template};
use crate::words::Piece;

/// Configurations are written by hand or by `cdktf`, whose largest have some megabytes.
const LIMITS: Limits = Limits { bytes: 8 << 20, depth: 64, values: 1_000_000 };

/// Kinds of top-level blocks, and how many labels they have.
const KINDS: &[(&str, usize)] = &[
    ("resource", 2),
    ("data", 2),
    ("ephemeral", 2),
    ("variable", 1),
    ("module", 1),
    ("output", 1),
    ("provider", 1),
    ("locals", 0),
    ("terraform", 0),
];

/// Reads a file. What could be read is returned with everything that could not.
pub(super) fn file(text: &str, base: usize) -> (Body, Vec<SyntaxError>) {
    let (root, problems) = json::parse(text, LIMITS);
    let mut reader = Reader { text, base, errors: Vec::new(), plain: false };
    reader.errors =
        problems.into_iter().map(|it| SyntaxError { message: it.message, span: reader.place(it.span) }).collect();
    let mut body = Body { json: true, ..Body::default() };
    if let Some(root) = root {
        reader.configuration(&root, &mut body.blocks);
    }
    (body, reader.errors)
}

/// Reads a file of variable values: an object of plain values.
pub(super) fn values(text: &str, base: usize) -> (Body, Vec<SyntaxError>) {
    let (root, problems) = json::parse(text, LIMITS);
    let mut reader = Reader { text, base, errors: Vec::new(), plain: true };
    reader.errors =
        problems.into_iter().map(|it| SyntaxError { message: it.message, span: reader.place(it.span) }).collect();
    let attributes = root.map(|root| reader.attributes(&root)).unwrap_or_default();
    (Body { attributes, blocks: Vec::new(), json: true }, reader.errors)
}

struct Reader<'a> {
    text: &'a str,
    base: usize,
    errors: Vec<SyntaxError>,
    /// Whether strings are plain text here.
    plain: bool,
}

impl Reader<'_> {
    fn place(&self, span: Span) -> Span {
        Span::new(span.start + self.base, span.end + self.base)
    }

    /// Everything at the top. A list stands for several such objects.
    fn configuration(&mut self, node: &Node, blocks: &mut Vec<Block>) {
        match &node.value {
            Value::Array(items) => items.iter().for_each(|item| self.configuration(item, blocks)),
            Value::Object(members) => {
                for member in members {
                    let Some(kind) = member.key.as_known() else { continue };
                    let Some((_, labels)) = KINDS.iter().find(|(name, _)| *name == kind) else { continue };
                    let name = Name { text: kind.into(), span: self.place(member.key_span) };
                    self.plain = kind == "variable";
                    self.blocks(&name, *labels, &mut Vec::new(), &member.node, blocks);
                }
            }
            _ => {
                let message = format!("a configuration is an object, not {}", node.kind());
                self.errors.push(SyntaxError { message, span: self.place(node.span) });
            }
        }
    }

    /// Blocks of a kind under their labels. A list stands for several blocks, and null for none.
    fn blocks(&mut self, kind: &Name, labels: usize, path: &mut Vec<Name>, node: &Node, blocks: &mut Vec<Block>) {
        match &node.value {
            Value::Null => {}
            Value::Array(items) => items.iter().for_each(|item| self.blocks(kind, labels, path, item, blocks)),
            Value::Object(members) if labels > 0 => {
                for member in members {
                    let Some(label) = member.key.as_known() else { continue };
                    path.push(Name { text: label.into(), span: self.place(member.key_span) });
                    self.blocks(kind, labels - 1, path, &member.node, blocks);
                    path.pop();
                }
            }
            Value::Object(_) => {
                let span = self.place(node.span);
                let header = path.last().map_or(kind.span, |label| label.span);
                let inside = Span::new(span.start + 1, span.end.saturating_sub(1).max(span.start + 1));
                let body = Body { attributes: self.attributes(node), blocks: Vec::new(), json: true };
                blocks.push(Block { kind: kind.clone(), labels: path.clone(), header, inside, body });
            }
            _ => {
                let message = format!("expected an object, not {}", node.kind());
                self.errors.push(SyntaxError { message, span: self.place(node.span) });
            }
        }
    }

    fn attributes(&mut self, node: &Node) -> Vec<Attribute> {
        let Value::Object(members) = &node.value else { return Vec::new() };
        let mut attributes: Vec<Attribute> = Vec::with_capacity(members.len());
        for member in members {
            // `//` is a comment.
            let Some(key) = member.key.as_known().filter(|key| *key != "//") else { continue };
            let name = Name { text: key.into(), span: self.place(member.key_span) };
            attributes.push(Attribute { name, value: self.expr(&member.node) });
        }
        attributes
    }

    fn expr(&mut self, node: &Node) -> Expr {
        let span = self.place(node.span);
        let kind = match &node.value {
            Value::Null | Value::Unknown(_) => ExprKind::Null,
            Value::Bool(value) => ExprKind::Bool(*value),
            Value::Number(text) => match Number::parse(text) {
                Some(number) => ExprKind::Number(number),
                None => {
                    let message = "a number of more than 28 digits".to_owned();
                    self.errors.push(SyntaxError { message, span });
                    ExprKind::Null
                }
            },
            Value::String(text) => return self.string(text, node.span),
            Value::Array(items) => ExprKind::Tuple(items.iter().map(|item| self.expr(item)).collect()),
            Value::Object(members) => {
                let mut items = Vec::with_capacity(members.len());
                for member in members.iter().filter(|member| member.key.as_known() != Some("//")) {
                    let key = self.string(&member.key, member.key_span);
                    let key = match key.literal() {
                        Some(text) => Key::Name(Name { text: text.into(), span: key.span }),
                        None => Key::Expr(key),
                    };
                    items.push(Item { key, value: self.expr(&member.node) });
                }
                ExprKind::Object(items)
            }
        };
        Expr { span, kind }
    }

    /// A string as a template. Where the JSON has no escapes, its places are exact; otherwise everything in it is at the string's place.
    fn string(&mut self, text: &Text, span: Span) -> Expr {
        let place = self.place(span);
        let text = text.as_known().unwrap_or_default();
        let inner = Span::new(span.start + 1, span.end.saturating_sub(1));
        let verbatim = inner.of(self.text) == Some(text);
        let inner = self.place(inner);
        if self.plain || !(text.contains("${") || text.contains("%{")) {
            let piece = if verbatim { Piece::verbatim(text, inner) } else { Piece::made(text, place) };
            return Expr { span: place, kind: ExprKind::Template(Template { parts: vec![Part::Literal(piece)] }) };
        }
        match parse::template(text, if verbatim { inner.start } else { 0 }) {
            Ok(mut template) => {
                if !verbatim {
                    moved_template(&mut template, place);
                }
                Expr { span: place, kind: ExprKind::Template(template) }
            }
            Err(error) => {
                let span = if verbatim { error.span } else { place };
                self.errors.push(SyntaxError { message: error.message, span });
                Expr { span: place, kind: ExprKind::Null }
            }
        }
    }
}

/// Puts everything in a template at one place.
fn moved_template(template: &mut Template, place: Span) {
    for part in &mut template.parts {
        match part {
            Part::Literal(piece) => (piece.span, piece.verbatim) = (place, false),
            Part::Interpolation(expr) => moved(expr, place),
            Part::If(part) => {
                moved(&mut part.condition, place);
                moved_template(&mut part.then, place);
                moved_template(&mut part.otherwise, place);
            }
            Part::For(part) => {
                moved(&mut part.collection, place);
                moved_template(&mut part.body, place);
            }
        }
    }
}

/// Puts the steps of a traversal at one place.
fn moved_steps(steps: &mut [Step], place: Span) {
    for step in steps {
        match step {
            Step::Attribute(name) => name.span = place,
            Step::Index(expr) => moved(expr, place),
            Step::Splat(inner) => moved_steps(inner, place),
        }
    }
}

/// Puts an expression at one place.
fn moved(expr: &mut Expr, place: Span) {
    expr.span = place;
    match &mut expr.kind {
        ExprKind::Template(template) => moved_template(template, place),
        ExprKind::Tuple(items) => items.iter_mut().for_each(|item| moved(item, place)),
        ExprKind::Object(items) => {
            for item in items {
                match &mut item.key {
                    Key::Name(name) => name.span = place,
                    Key::Expr(expr) => moved(expr, place),
                }
                moved(&mut item.value, place);
            }
        }
        ExprKind::Conditional(it) => {
            [&mut it.condition, &mut it.then, &mut it.otherwise].into_iter().for_each(|expr| moved(expr, place));
        }
        ExprKind::Call(call) => {
            call.name.span = place;
            call.arguments.iter_mut().for_each(|expr| moved(expr, place));
        }
        ExprKind::Traversal(root, steps) => {
            moved(root, place);
            moved_steps(steps, place);
        }
        ExprKind::Unary(_, inner) | ExprKind::Parentheses(inner) => moved(inner, place),
        ExprKind::Binary(_, sides) => {
            moved(&mut sides.0, place);
            moved(&mut sides.1, place);
        }
        ExprKind::For(it) => {
            moved(&mut it.collection, place);
            moved(&mut it.item, place);
            it.item_key.iter_mut().chain(&mut it.condition).for_each(|expr| moved(expr, place));
        }
        ExprKind::Null | ExprKind::Bool(_) | ExprKind::Number(_) | ExprKind::Variable(_) => {}
    }
}
