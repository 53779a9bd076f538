//! The texts of one unit under one coordinate: every [`Span`] the linter passes around is an offset into all of them laid end to end.
//!
//! One number space means that a value keeps its place wherever it wanders: the action list of a policy may stand in a local of another
//! file than the policy. This module reads no files and knows no languages beyond the name of each text's [`Syntax`].

use std::path::{Path, PathBuf};
use std::sync::Arc;

use mediastore_policy::json::{Member, Node, Value};
use mediastore_policy::span::Span;

/// The language of a text, which decides how an edit is spelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Syntax {
    /// Terraform and OpenTofu source.
    Hcl,
    /// JSON: policies, plans, templates, `.tf.json`.
    Json,
    /// YAML: CloudFormation templates.
    Yaml,
}

/// A text and where it starts.
#[derive(Debug, Clone)]
pub struct Source {
    /// As the user would name it: relative to where the run started, `-` for standard input.
    pub path: PathBuf,
    /// Its language.
    pub syntax: Syntax,
    /// The text, without a byte order mark.
    pub text: Arc<str>,
    /// Whether `terraform init` put it there, and will put it there again as it was.
    pub is_installed: bool,
    base: usize,
}

/// A place as people count it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
}

/// All texts of a unit.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    texts: Vec<Source>,
    data_directory: Option<PathBuf>,
}

impl Sources {
    /// Takes texts that are added from now on for installed if they lie here. Those in a `.terraform` always are.
    pub(crate) fn install_in(&mut self, data_directory: PathBuf) {
        self.data_directory = Some(data_directory);
    }

    /// Adds a text. The base is what must be added to offsets into it to make them places of this unit.
    pub fn add(&mut self, path: impl Into<PathBuf>, syntax: Syntax, text: impl Into<Arc<str>>) -> usize {
        // One unused offset lies between neighbours, so that the end of one text is not the start of the next.
        let base = self.texts.last().map_or(1, |last| last.base + last.text.len() + 1);
        let path = path.into();
        let is_installed = self.data_directory.as_ref().is_some_and(|directory| path.starts_with(directory))
            || path.components().any(|part| part.as_os_str() == ".terraform");
        self.texts.push(Source { path, syntax, text: text.into(), is_installed, base });
        base
    }

    /// The text that holds a place, and the place as offsets into it. None for a place in no text, such as [`Span::default`].
    #[must_use]
    pub fn locate(&self, span: Span) -> Option<(&Source, Span)> {
        let after = self.texts.partition_point(|source| source.base <= span.start);
        let source = self.texts.get(after.checked_sub(1)?)?;
        let local = Span::new(span.start - source.base, span.end.checked_sub(source.base)?);
        local.of(&source.text).map(|_| (source, local))
    }

    /// The characters under a place.
    #[must_use]
    pub fn text(&self, span: Span) -> Option<&str> {
        self.locate(span).and_then(|(source, local)| local.of(&source.text))
    }

    /// Every text, in the order added.
    pub fn iter(&self) -> impl Iterator<Item = &Source> {
        self.texts.iter()
    }

    /// The text of this path.
    #[must_use]
    pub fn named(&self, path: &Path) -> Option<&Source> {
        self.texts.iter().find(|source| source.path == path)
    }
}

impl Source {
    /// The whole text as a place of the unit.
    #[must_use]
    pub fn span(&self) -> Span {
        Span::new(self.base, self.base + self.text.len())
    }

    /// Where an offset into this text is.
    #[must_use]
    pub fn position(&self, offset: usize) -> Position {
        let before = self.text.get(..offset).unwrap_or(&self.text);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Position { line: before.matches('\n').count() + 1, column: before[line_start..].chars().count() + 1 }
    }
}

/// A place in a text as a place of the unit in which the text has this base.
pub(crate) fn moved(span: Span, base: usize) -> Span {
    Span::new(span.start + base, span.end + base)
}

/// Moves every place of a tree likewise.
pub(crate) fn move_tree(node: &mut Node, base: usize) {
    place_tree(node, &|span| moved(span, base));
}

/// Gives every place of a tree anew. The tree's depth is bounded by whoever read it.
pub(crate) fn place_tree(node: &mut Node, place: &dyn Fn(Span) -> Span) {
    node.span = place(node.span);
    match &mut node.value {
        Value::Array(items) => items.iter_mut().for_each(|item| place_tree(item, place)),
        Value::Object(members) => {
            for Member { key_span, node, .. } in members {
                *key_span = place(*key_span);
                place_tree(node, place);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_found_in_its_text_only() {
        let mut sources = Sources::default();
        let first = sources.add("a.tf", Syntax::Hcl, "one\ntwo");
        let second = sources.add("b.json", Syntax::Json, "{}");
        let cases = [
            (Span::new(first + 4, first + 7), Some(("a.tf", "two", Position { line: 2, column: 1 }))),
            (Span::new(first + 7, first + 7), Some(("a.tf", "", Position { line: 2, column: 4 }))),
            (Span::new(second, second + 2), Some(("b.json", "{}", Position { line: 1, column: 1 }))),
            (Span::new(first + 4, second + 1), None), // across two texts
            (Span::new(second, second + 9), None),
            (Span::default(), None),
        ];
        for (span, expected) in cases {
            let found = sources.locate(span).map(|(source, local)| {
                (
                    source.path.to_str().expect("UTF-8"),
                    local.of(&source.text).expect("in it"),
                    source.position(local.start),
                )
            });
            assert_eq!(found, expected, "{span:?}");
        }
    }
}
