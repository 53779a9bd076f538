//! Amazon resource names: six fields, split at the first five colons.

use std::sync::Arc;

use crate::pattern::{Part, Pattern};
use crate::text::{Text, TextPart, TextRef};

/// The number of fields; the last keeps its own colons.
pub const FIELDS: usize = 6;

/// A pattern of an ARN, field by field: the literal `arn`, partition, service, region, account, resource.
///
/// Wildcards of the first five fields do not reach across a colon, those of the last do.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ArnPattern {
    /// The fields in order.
    pub fields: [Pattern; FIELDS],
}

impl ArnPattern {
    /// The partition field.
    #[must_use]
    pub fn partition(&self) -> &Pattern {
        &self.fields[1]
    }

    /// The service field.
    #[must_use]
    pub fn service(&self) -> &Pattern {
        &self.fields[2]
    }

    /// The region field.
    #[must_use]
    pub fn region(&self) -> &Pattern {
        &self.fields[3]
    }

    /// The account field.
    #[must_use]
    pub fn account(&self) -> &Pattern {
        &self.fields[4]
    }

    /// The resource field.
    #[must_use]
    pub fn resource(&self) -> &Pattern {
        &self.fields[5]
    }

    /// Splits a pattern at its first five literal colons. Nothing, if there are fewer, or if a variable or a hole that may
    /// hold a colon stands before the fifth.
    #[must_use]
    pub fn split(pattern: &Pattern) -> Option<Self> {
        let mut fields: [Pattern; FIELDS] = Default::default();
        let mut at = 0;
        for part in pattern.parts() {
            match part {
                Part::Literal(text) => {
                    let mut pieces = text.splitn(FIELDS - at, ':');
                    fields[at].push_literal(pieces.next().unwrap_or_default());
                    for piece in pieces {
                        at += 1;
                        fields[at].push_literal(piece);
                    }
                }
                Part::Variable(_) if at < FIELDS - 1 => return None,
                Part::Hole(hole) if at < FIELDS - 1 && !hole.class.is_literal() => return None,
                part => fields[at].push(part.clone()),
            }
        }
        (at == FIELDS - 1).then_some(Self { fields })
    }
}

/// The six fields of a known ARN. Nothing, if there are fewer or the first is not `arn`.
#[must_use]
pub fn split(arn: &str) -> Option<[&str; FIELDS]> {
    let mut pieces = arn.splitn(FIELDS, ':');
    let mut fields = [""; FIELDS];
    for field in &mut fields {
        *field = pieces.next()?;
    }
    (fields[0] == "arn").then_some(fields)
}

/// The six fields of partly known text. Nothing, if there are fewer, the first is not `arn`, or a hole that may hold a colon
/// stands before the fifth colon.
#[must_use]
pub fn split_text(text: &Text) -> Option<[Text; FIELDS]> {
    if let Some(known) = text.as_known() {
        return split(known).map(|fields| fields.map(Text::from));
    }
    let mut fields: [Vec<TextPart>; FIELDS] = Default::default();
    let mut at = 0;
    for part in text.parts() {
        match part {
            TextRef::Known(known) => {
                let mut pieces = known.splitn(FIELDS - at, ':');
                fields[at].push(TextPart::Known(pieces.next().unwrap_or_default().into()));
                for piece in pieces {
                    at += 1;
                    fields[at].push(TextPart::Known(piece.into()));
                }
            }
            TextRef::Hole(hole) if at < FIELDS - 1 && !hole.class.is_literal() => return None,
            TextRef::Hole(hole) => fields[at].push(TextPart::Hole(Arc::clone(hole))),
        }
    }
    let fields = (at == FIELDS - 1).then(|| fields.map(Text::from_parts))?;
    (fields[0].as_known() == Some("arn")).then_some(fields)
}
