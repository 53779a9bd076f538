//! Nested blocks, `dynamic` ones expanded.

use std::sync::Arc;

use mediastore_policy::span::Span;
use mediastore_policy::text::Hole;

use super::evaluate::{Failure, Run, Scope, members};
use super::syntax::{BodyView, ExprKind};
use super::value::{Data, Entry, Mapping, Value};

/// A block, or that there may be some.
pub(super) enum Made<'v, 's> {
    /// A block, the place it is known by, and what names mean in it.
    Block(BodyView<'v>, Span, Scope<'s>),
    /// An unknown number of blocks.
    Unknown(Arc<Hole>, Span),
}

/// What is done with each block.
type Visit<'x> = &'x mut dyn FnMut(Made<'_, '_>) -> Result<(), Failure>;

impl Run<'_> {
    /// Visits the blocks of a kind in order.
    pub(super) fn blocks(
        &self,
        body: BodyView<'_>,
        kind: &str,
        scope: Scope<'_>,
        visit: Visit<'_>,
    ) -> Result<(), Failure> {
        for block in body.blocks(kind) {
            if !block.dynamic {
                visit(Made::Block(block.body, block.span, scope))?;
                continue;
            }
            let Some((expr, _)) = block.body.attribute("for_each") else {
                return Err(Failure::new("a `dynamic` block needs `for_each`", block.span));
            };
            let contents = block.body.blocks("content");
            let Some(content) = contents.first() else {
                return Err(Failure::new("a `dynamic` block needs a block `content`", block.span));
            };
            let iterator = match block.body.attribute("iterator") {
                Some((expr, _)) => match &expr.kind {
                    ExprKind::Variable(name) => name.to_string(),
                    _ => expr.literal().unwrap_or_else(|| kind.to_owned()),
                },
                None => kind.to_owned(),
            };
            let collection = self.eval(expr, scope)?;
            let Some(members) = members(&collection, expr.span)? else {
                let hole = match &collection.data {
                    Data::Unknown(hole) => Arc::clone(hole),
                    _ => Arc::new(self.hole_at(expr.span, scope)),
                };
                visit(Made::Unknown(hole, block.span))?;
                continue;
            };
            for (key, value) in members {
                self.charge(1, expr.span)?;
                if let Data::Rest(hole) = &value.data {
                    visit(Made::Unknown(Arc::clone(hole), block.span))?;
                    continue;
                }
                let entry = |name: &str, value: Value| Entry { key: name.into(), key_span: expr.span, value };
                let entries = vec![entry("key", key), entry("value", value)];
                let it = Value::mapping(Mapping::from_entries(entries), expr.span);
                self.with_name(&iterator, it, scope, |scope| visit(Made::Block(content.body, block.span, scope)))?;
            }
        }
        Ok(())
    }

    /// An attribute of a block; nothing if it is not set or null.
    pub(super) fn argument(
        &self,
        body: BodyView<'_>,
        name: &str,
        scope: Scope<'_>,
    ) -> Result<Option<(Value, Span)>, Failure> {
        let Some((expr, span)) = body.attribute(name) else { return Ok(None) };
        let value = self.eval(expr, scope)?;
        self.charge_walk(&value, span)?;
        Ok(Some((value, span)).filter(|(value, _)| !value.is_null()))
    }
}
