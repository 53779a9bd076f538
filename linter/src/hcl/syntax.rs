//! The syntax tree of HCL: what the parser makes and the evaluator reads.
//!
//! Places are those of the unit (see [`crate::source`]), so an expression needs no file to say where it stands. JSON syntax becomes the
//! same tree: an object there is at once a value and a body, which is why bodies are read through [`BodyView`].

use compact_str::CompactString;
use mediastore_policy::span::Span;

use super::number::Number;
use crate::words::Piece;

/// A word and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Name {
    pub(super) text: CompactString,
    pub(super) span: Span,
}

/// What stands between the braces of a block, or a whole file.
#[derive(Debug, Default)]
pub(super) struct Body {
    pub(super) attributes: Vec<Attribute>,
    pub(super) blocks: Vec<Block>,
    /// In JSON, blocks are members like attributes.
    pub(super) json: bool,
}

/// `name = value`
#[derive(Debug)]
pub(super) struct Attribute {
    pub(super) name: Name,
    pub(super) value: Expr,
}

/// `kind "label" ... { ... }`
#[derive(Debug)]
pub(super) struct Block {
    pub(super) kind: Name,
    pub(super) labels: Vec<Name>,
    /// From the kind to the last label.
    pub(super) header: Span,
    /// Between the braces.
    pub(super) inside: Span,
    pub(super) body: Body,
}

/// An expression.
#[derive(Debug)]
pub(super) struct Expr {
    pub(super) span: Span,
    pub(super) kind: ExprKind,
}

#[derive(Debug)]
pub(super) enum ExprKind {
    Null,
    Bool(bool),
    Number(Number),
    /// A quoted string, a heredoc, or a string of JSON syntax.
    Template(Template),
    /// A name that stands alone or begins a traversal.
    Variable(CompactString),
    Tuple(Vec<Expr>),
    Object(Vec<Item>),
    Conditional(Box<Conditional>),
    Call(Box<Call>),
    Traversal(Box<Expr>, Vec<Step>),
    Unary(Unary, Box<Expr>),
    Binary(Binary, Box<(Expr, Expr)>),
    For(Box<For>),
    Parentheses(Box<Expr>),
}

/// A member of an object.
#[derive(Debug)]
pub(super) struct Item {
    pub(super) key: Key,
    pub(super) value: Expr,
}

/// The key of a member.
#[derive(Debug)]
pub(super) enum Key {
    /// A bare word, or a string without sequences.
    Name(Name),
    Expr(Expr),
}

#[derive(Debug)]
pub(super) struct Conditional {
    pub(super) condition: Expr,
    pub(super) then: Expr,
    pub(super) otherwise: Expr,
}

#[derive(Debug)]
pub(super) struct Call {
    pub(super) name: Name,
    pub(super) arguments: Vec<Expr>,
    /// Whether the last argument is a list of further arguments (`...`).
    pub(super) expand: bool,
}

/// What follows a value in a traversal.
#[derive(Debug)]
pub(super) enum Step {
    Attribute(Name),
    Index(Expr),
    /// `[*]` or `.*` with the steps that are taken for each element.
    Splat(Vec<Step>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unary {
    Negate,
    Not,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Binary {
    Or,
    And,
    Equal,
    NotEqual,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

impl Binary {
    /// As written.
    pub(super) const fn symbol(self) -> &'static str {
        match self {
            Self::Or => "||",
            Self::And => "&&",
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Remainder => "%",
        }
    }
}

/// `[for key, value in collection : ... if condition]`
#[derive(Debug)]
pub(super) struct For {
    pub(super) key: Option<CompactString>,
    pub(super) value: CompactString,
    pub(super) collection: Expr,
    /// The key of each member, if an object is made.
    pub(super) item_key: Option<Expr>,
    pub(super) item: Expr,
    pub(super) condition: Option<Expr>,
    /// Whether members of one key are collected in a list (`...`).
    pub(super) group: bool,
}

/// Text with sequences.
#[derive(Debug, Default)]
pub(super) struct Template {
    pub(super) parts: Vec<Part>,
}

#[derive(Debug)]
pub(super) enum Part {
    Literal(Piece),
    Interpolation(Expr),
    If(Box<IfPart>),
    For(Box<ForPart>),
}

/// `%{ if condition }...%{ else }...%{ endif }`
#[derive(Debug)]
pub(super) struct IfPart {
    pub(super) condition: Expr,
    pub(super) then: Template,
    pub(super) otherwise: Template,
}

/// `%{ for key, value in collection }...%{ endfor }`
#[derive(Debug)]
pub(super) struct ForPart {
    pub(super) key: Option<CompactString>,
    pub(super) value: CompactString,
    pub(super) collection: Expr,
    pub(super) body: Template,
}

impl Expr {
    /// The text of a string without sequences.
    pub(super) fn literal(&self) -> Option<String> {
        match &self.kind {
            ExprKind::Template(template) => {
                let piece = |part: &Part| match part {
                    Part::Literal(piece) => piece.known().map(str::to_owned),
                    _ => None,
                };
                template.parts.iter().map(piece).collect()
            }
            ExprKind::Parentheses(inner) => inner.literal(),
            _ => None,
        }
    }
}

/// A body of either syntax.
#[derive(Debug, Clone, Copy)]
pub(super) enum BodyView<'a> {
    /// A block or a file.
    Body(&'a Body),
    /// An object of JSON syntax that stands for a block.
    Object(&'a [Item]),
}

/// A block seen from the body that holds it: plain, or made by `dynamic`.
#[derive(Debug, Clone, Copy)]
pub(super) struct BlockView<'a> {
    /// The kind, or the whole object in JSON syntax.
    pub(super) span: Span,
    pub(super) body: BodyView<'a>,
    pub(super) dynamic: bool,
}

impl<'a> BodyView<'a> {
    /// The value of an attribute, and the place of its name.
    pub(super) fn attribute(self, name: &str) -> Option<(&'a Expr, Span)> {
        match self {
            Self::Body(body) => {
                let attribute = body.attributes.iter().find(|attribute| attribute.name.text == name)?;
                Some((&attribute.value, attribute.name.span))
            }
            Self::Object(items) => items.iter().find_map(|item| match &item.key {
                Key::Name(key) if key.text == name => Some((&item.value, key.span)),
                _ => None,
            }),
        }
    }

    /// The blocks of a kind in order, `dynamic` ones in their place.
    pub(super) fn blocks(self, kind: &str) -> Vec<BlockView<'a>> {
        let mut found = Vec::new();
        if let Self::Body(body) = self {
            for block in &body.blocks {
                let dynamic = block.kind.text == "dynamic" && block.labels.first().is_some_and(|it| it.text == kind);
                if dynamic || block.kind.text == kind {
                    found.push(BlockView { span: block.header, body: BodyView::Body(&block.body), dynamic });
                }
            }
            if !body.json {
                return found;
            }
        }
        if let Some((value, span)) = self.attribute(kind) {
            found.extend(objects(value, span).map(|(body, span)| BlockView { span, body, dynamic: false }));
        }
        if let Some((value, span)) = self.attribute("dynamic") {
            for (body, _) in objects(value, span) {
                let Some((value, span)) = body.attribute(kind) else { continue };
                found.extend(objects(value, span).map(|(body, span)| BlockView { span, body, dynamic: true }));
            }
        }
        found
    }
}

/// The objects of JSON syntax that stand for blocks: one, or a list of them.
fn objects(value: &Expr, span: Span) -> impl Iterator<Item = (BodyView<'_>, Span)> {
    let list = match &value.kind {
        ExprKind::Tuple(items) => items.as_slice(),
        _ => std::slice::from_ref(value),
    };
    list.iter().filter_map(move |item| match &item.kind {
        ExprKind::Object(items) => Some((BodyView::Object(items), span)),
        _ => None,
    })
}
