//! Code actions: a finding's fix, all safe fixes of a document, and a comment that asks for silence.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::convert::Infallible;
use std::path::{Path, PathBuf};

use gen_lsp_types::{
    CodeAction, CodeActionKind, CodeActionParams, OptionalVersionedTextDocumentIdentifier, Range, TextDocumentEdit,
    TextDocumentIdentifier, TextEdit, WorkspaceEdit,
};
use mediastore_policy::span::Span;

use super::diagnostics::Shaper;
use super::documents::Documents;
use super::judge::{Client, JudgedUnit, Judgement};
use super::position::Lines;
use crate::finding::Safety;
use crate::fix::{self, Change};
use crate::located::{Located, LocatedFix};
use crate::source::{Source, Syntax};
use crate::suppress;
use crate::unit::Origin;
use crate::unsaved::Unsaved;

/// All safe fixes, when an editor is told to fix on save.
pub(super) const FIX_ALL: CodeActionKind = CodeActionKind::Custom(Cow::Borrowed("source.fixAll.mediastore-lint"));

/// What can be done about a range of a document. `judge` finds what there is with other texts for files.
pub(super) fn actions(
    judgement: &Judgement,
    documents: &Documents,
    client: Client,
    params: &CodeActionParams,
    judge: &dyn Fn(&Unsaved) -> Vec<Located>,
) -> Vec<CodeAction> {
    let Ok(path) = params.text_document.uri.to_file_path() else { return Vec::new() };
    let Some(document) = documents.get(&path) else { return Vec::new() };
    let wanted = |kind: &CodeActionKind| {
        params.context.only.as_ref().is_none_or(|only| only.iter().any(|it| includes(it, kind)))
    };
    let edits = Edits { documents, client };
    let mut actions = Vec::new();
    if wanted(&CodeActionKind::QuickFix) {
        let range = Lines::of(&document.text, client.encoding).span(params.range);
        let touches = |it: &&Located| {
            it.place
                .as_ref()
                .map_or(range.start == 0, |place| place.span.start <= range.end && range.start <= place.span.end)
        };
        for found in judgement.in_file(&path).filter(touches) {
            let diagnostic = Shaper::new(documents, client.encoding).diagnostic(found);
            let changes = [found.fix.as_ref().and_then(|fix| edits.of_fix(fix)), edits.of_silence(judgement, found)];
            for Planned { title, is_preferred, edit } in changes.into_iter().flatten() {
                let action = CodeAction {
                    title,
                    kind: Some(CodeActionKind::QuickFix),
                    diagnostics: Some(vec![diagnostic.clone()]),
                    is_preferred: is_preferred.then_some(true),
                    edit: Some(edit),
                    ..CodeAction::default()
                };
                if !actions.contains(&action) {
                    actions.push(action);
                }
            }
        }
    }
    if wanted(&FIX_ALL) {
        actions.extend(edits.of_everything_safe(judgement, &path, judge));
    }
    actions
}

/// Whether a kind is of a wider kind, or the same: kinds are names with dots.
fn includes(wider: &CodeActionKind, kind: &CodeActionKind) -> bool {
    let (wider, kind) = (String::from(wider.clone()), String::from(kind.clone()));
    wider.is_empty() || kind.strip_prefix(&wider).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// An action without the finding it is about.
struct Planned {
    title: String,
    is_preferred: bool,
    edit: WorkspaceEdit,
}

/// Makes edits in the shape that the editor takes.
struct Edits<'a> {
    documents: &'a Documents,
    client: Client,
}

/// Replacements in one text.
struct Edited<'a> {
    text: &'a str,
    edits: Vec<(Span, String)>,
}

impl Edits<'_> {
    fn of_fix(&self, fix: &LocatedFix) -> Option<Planned> {
        let mut changes: BTreeMap<PathBuf, Edited<'_>> = BTreeMap::new();
        for (place, text) in &fix.edits {
            let change = changes
                .entry(place.source.path.clone())
                .or_insert_with(|| Edited { text: &place.source.text, edits: Vec::new() });
            change.edits.push((place.span, text.clone()));
        }
        let is_safe = fix.safety == Safety::Safe;
        let remark = if is_safe { "" } else { " (changes what is allowed)" };
        let title = format!("{}{remark}", capitalised(&fix.title));
        Some(Planned { title, is_preferred: is_safe, edit: self.workspace_edit(changes)? })
    }

    /// A comment above the header of the resource: in the value itself it could end up in the text of a policy. The reason is left
    /// to its author, and until there is one the finding stays.
    fn of_silence(&self, judgement: &Judgement, found: &Located) -> Option<Planned> {
        let rule = &found.finding.rule;
        if [suppress::UNUSED, suppress::WITHOUT_REASON].contains(&rule.as_str()) {
            return None;
        }
        let header = |judged| header(judged, &found.finding.address);
        let (source, at) = judgement.units.iter().find_map(header)?;
        let line = source.text[..at].rfind('\n').map_or(0, |before| before + 1);
        let indent: String = source.text[line..].chars().take_while(|next| matches!(next, ' ' | '\t')).collect();
        let edits = vec![(Span::new(line, line), format!("{indent}# nolint({rule}): \n"))];
        let changes = BTreeMap::from([(source.path.clone(), Edited { text: &source.text, edits })]);
        let title = format!("Silence `{rule}` for this resource, with a reason");
        Some(Planned { title, is_preferred: false, edit: self.workspace_edit(changes)? })
    }

    fn of_everything_safe(
        &self,
        judgement: &Judgement,
        path: &Path,
        judge: &dyn Fn(&Unsaved) -> Vec<Located>,
    ) -> Option<CodeAction> {
        let safe = |found: &[Located]| fix::apply(found.iter().filter(|it| it.file == path), Safety::Safe);
        let again = |unsaved: &Unsaved| Ok::<_, Infallible>(safe(&judge(unsaved)));
        let Ok(applied) = fix::until_none(safe(&judgement.found), &self.documents.unsaved(), again);
        let changes = applied.changes.iter().map(|Change { path, before, after }| {
            (path.clone(), Edited { text: before, edits: vec![difference(before, after)] })
        });
        Some(CodeAction {
            title: "Make all safe fixes of MediaStore findings".to_owned(),
            kind: Some(FIX_ALL),
            edit: Some(self.workspace_edit(changes.collect())?),
            ..CodeAction::default()
        })
    }

    /// Nothing if there is nothing to edit, or something that the editor cannot get at.
    fn workspace_edit(&self, changes: BTreeMap<PathBuf, Edited<'_>>) -> Option<WorkspaceEdit> {
        let mut by_file = Vec::new();
        for (path, Edited { text, edits }) in changes {
            let lines = Lines::of(text, self.client.encoding);
            let breaks = if text.contains("\r\n") { "\r\n" } else { "\n" };
            let edit = |(span, new): (Span, String)| {
                let range: Range = lines.range(span);
                TextEdit { range, new_text: new.replace("\r\n", "\n").replace('\n', breaks) }
            };
            let edits: Vec<TextEdit> = edits.into_iter().map(edit).collect();
            by_file.push((self.documents.uri(&path)?, self.documents.get(&path).map(|it| it.version), edits));
        }
        if by_file.is_empty() {
            return None;
        }
        Some(match self.client.versioned_edits {
            true => {
                let edits = by_file.into_iter().map(|(uri, version, edits)| TextDocumentEdit {
                    text_document: OptionalVersionedTextDocumentIdentifier {
                        version,
                        text_document_identifier: TextDocumentIdentifier { uri },
                    },
                    edits: edits.into_iter().map(Into::into).collect(),
                });
                WorkspaceEdit { document_changes: Some(edits.map(Into::into).collect()), ..WorkspaceEdit::default() }
            }
            false => {
                let changes: HashMap<_, _> = by_file.into_iter().map(|(uri, _, edits)| (uri, edits)).collect();
                WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() }
            }
        })
    }
}

/// Where the header of a resource stands, in a language that has comments.
fn header<'u>(judged: &'u JudgedUnit, address: &str) -> Option<(&'u Source, usize)> {
    let unit = &judged.unit;
    let of_address = |origin: &&Origin| !address.is_empty() && origin.address == address;
    let (source, span) = unit.origins().filter(of_address).find_map(|origin| unit.sources.locate(origin.span))?;
    (source.syntax != Syntax::Json).then_some((source, span.start))
}

/// What is between that which both texts begin and end with.
fn difference(before: &str, after: &str) -> (Span, String) {
    let start = before.bytes().zip(after.bytes()).take_while(|(a, b)| a == b).count();
    let start = before.floor_char_boundary(start);
    let (rest, new) = (&before[start..], &after[start..]);
    let same = rest.bytes().rev().zip(new.bytes().rev()).take_while(|(a, b)| a == b).count();
    let end = rest.ceil_char_boundary(rest.len() - same);
    let same = rest.len() - end;
    (Span::new(start, start + end), new[..new.len() - same].to_owned())
}

fn capitalised(title: &str) -> String {
    let mut letters = title.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_as_small_as_it_can_be() {
        for (before, after, expected) in [
            ("abc", "abc", (3, 3, "")),
            ("abc", "axc", (1, 2, "x")),
            ("aa", "aaa", (2, 2, "a")),
            ("aaa", "aa", (2, 3, "")),
            ("", "x", (0, 0, "x")),
            // They share bytes, not characters.
            ("é", "è", (0, 2, "è")),
            ("xé", "xĩ", (1, 3, "ĩ")),
        ] {
            let (span, text) = difference(before, after);
            assert_eq!((span.start, span.end, text.as_str()), expected, "{before} {after}");
            let made = format!("{}{text}{}", &before[..span.start], &before[span.end..]);
            assert_eq!(made, after);
        }
    }

    #[test]
    fn a_kind_includes_those_below_it() {
        let kind = |text: &str| CodeActionKind::from(text.to_owned());
        for (wider, narrow, expected) in [
            ("source.fixAll", "source.fixAll.mediastore-lint", true),
            ("source", "source.fixAll.mediastore-lint", true),
            ("", "quickfix", true),
            ("source.fix", "source.fixAll.mediastore-lint", false),
            ("source.fixAll.eslint", "source.fixAll.mediastore-lint", false),
            ("quickfix", "quickfix", true),
        ] {
            assert_eq!(includes(&kind(wider), &kind(narrow)), expected, "{wider} {narrow}");
        }
    }
}
