//! `aws_iam_policy_document` and `mediastore_policy_document`: the JSON they make of their blocks and of other documents.
//!
//! The two differ in small things, and each is done as its provider does it: hashicorp's writes a list of one as a string and sorts others
//! backwards, keeps the highest version of all documents and replaces `&{` by `${`; ours always writes lists, sorted.

use std::rc::Rc;
use std::sync::Arc;

use compact_str::CompactString;
use mediastore_policy::span::Span;
use mediastore_policy::text::{CharClass, TextPart};

use super::attributes::with_scope;
use super::blocks::Made;
use super::evaluate::{Eval, Failure, Run, Scope};
use super::functions::decode;
use super::module::Resource;
use super::syntax::BodyView;
use super::types::set_items;
use super::value::{Data, Encoded, Entry, Handle, Layout, Mapping, Sort, Value, hole_of};
use crate::words::{Piece, Words};

/// The version that documents have unless they say otherwise.
const VERSION: &str = "2012-10-17";

/// Elements of a statement in hashicorp's order.
const ELEMENTS: &[&str] =
    &["Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Principal", "NotPrincipal", "Condition"];

/// The text of a policy document data source.
pub(super) fn json(run: &Run<'_>, handle: &Handle, resource: &Resource, minified: bool) -> Eval {
    let ours = resource.type_name.text == "mediastore_policy_document";
    let body = BodyView::Body(&resource.block.body);
    let span = resource.block.header;
    let value = with_scope(run, handle, |scope| Builder { run, ours, span }.document(body, scope))?;
    let layout = match (ours, minified) {
        (true, _) => Layout::Plain,
        (false, true) => Layout::Compact,
        (false, false) => Layout::Indented,
    };
    Ok(Value::new(Data::Encoded(Rc::new(Encoded { value, layout })), span))
}

struct Builder<'r, 'a> {
    run: &'r Run<'a>,
    ours: bool,
    span: Span,
}

/// A document while others are merged into it.
#[derive(Default)]
struct Merged {
    id: Option<Entry>,
    version: Option<Value>,
    statements: Vec<Value>,
}

impl Merged {
    /// A statement takes the place of an earlier one of the same `Sid`.
    fn put(&mut self, statement: Value) {
        let sid = sid_of(&statement);
        let twin = sid.and_then(|sid| self.statements.iter().position(|other| sid_of(other).as_ref() == Some(&sid)));
        match twin {
            Some(at) => self.statements[at] = statement,
            None => self.statements.push(statement),
        }
    }

    /// The later version wins.
    fn version(&mut self, version: Value) {
        let text = |value: &Value| value.to_known_text().unwrap_or_default();
        if self.version.as_ref().is_none_or(|own| text(&version) > text(own)) {
            self.version = Some(version);
        }
    }
}

fn sid_of(statement: &Value) -> Option<String> {
    match &statement.data {
        Data::Mapping(mapping) => mapping.get("Sid")?.to_known_text().filter(|sid| !sid.is_empty()),
        _ => None,
    }
}

impl Builder<'_, '_> {
    fn document(&self, body: BodyView<'_>, scope: Scope<'_>) -> Eval {
        let mut merged = Merged::default();
        self.merge_all(&mut merged, body, &["source_json", "source_policy_documents"], scope)?;
        let version = self.run.argument(body, "version", scope)?.map(|(value, _)| value);
        let version = version.unwrap_or_else(|| Value::text(VERSION, self.span));
        if self.ours {
            merged.version = Some(version.clone());
        } else {
            merged.version(version.clone());
        }
        if let Some((value, key_span)) = self.run.argument(body, "policy_id", scope)? {
            merged.id = Some(Entry { key: "Id".into(), key_span, value });
        }
        let mut own = Vec::new();
        let mut visit = |made: Made<'_, '_>| {
            own.push(match made {
                Made::Block(body, span, scope) => self.statement(body, span, scope)?,
                Made::Unknown(hole, span) => Value::new(Data::Rest(hole), span),
            });
            Ok(())
        };
        self.run.blocks(body, "statement", scope, &mut visit)?;
        own.into_iter().for_each(|statement| merged.put(statement));
        self.merge_all(&mut merged, body, &["override_policy_documents", "override_json"], scope)?;

        let entry = |key: &str, value: Value| Entry { key: key.into(), key_span: value.span, value };
        let mut entries = vec![entry("Version", merged.version.unwrap_or(version))];
        entries.extend(merged.id);
        if self.ours || !merged.statements.is_empty() {
            entries.push(entry("Statement", Value::sequence(Sort::Tuple, merged.statements, self.span)));
        }
        Ok(self.mapping(entries, self.span))
    }

    /// Members in the order in which the provider writes them.
    fn mapping(&self, entries: Vec<Entry>, span: Span) -> Value {
        let mapping = match self.ours {
            true => Mapping::from_entries(entries),
            false => Mapping { entries, ..Mapping::default() },
        };
        Value::mapping(mapping, span)
    }

    fn merge_all(
        &self,
        merged: &mut Merged,
        body: BodyView<'_>,
        names: &[&str],
        scope: Scope<'_>,
    ) -> Result<(), Failure> {
        for name in names {
            let Some((value, _)) = self.run.argument(body, name, scope)? else { continue };
            let documents = match &value.data {
                Data::Sequence(sequence) => sequence.items.clone(),
                _ => vec![value],
            };
            for document in documents {
                self.merge(merged, &document)?;
            }
        }
        Ok(())
    }

    fn merge(&self, merged: &mut Merged, document: &Value) -> Result<(), Failure> {
        let unknown =
            |hole: &Arc<mediastore_policy::text::Hole>| Value::new(Data::Rest(Arc::clone(hole)), document.span);
        if let Data::Unknown(hole) | Data::Rest(hole) = &document.data {
            merged.statements.push(unknown(hole));
            return Ok(());
        }
        if document.is_null() || document.to_known_text().is_some_and(|text| text.is_empty()) {
            return Ok(());
        }
        let document = decode(document)?;
        let Data::Mapping(mapping) = &document.data else {
            let hole = hole_of(&document, CharClass::Any);
            merged.statements.push(Value::new(Data::Rest(Arc::new(hole)), document.span));
            return Ok(());
        };
        if !self.ours {
            if let Some(version) = mapping.get("Version") {
                merged.version(version.clone());
            }
            if let Some(id) = mapping.entries.iter().find(|entry| entry.key == "Id") {
                merged.id = Some(id.clone());
            }
        }
        match mapping.get("Statement").map(|statement| (statement, &statement.data)) {
            Some((_, Data::Sequence(sequence))) => {
                sequence.items.iter().for_each(|statement| merged.put(self.reread(statement)));
            }
            Some((statement, _)) => merged.put(self.reread(statement)),
            None => {}
        }
        Ok(())
    }

    /// A statement of another document: hashicorp's provider reads the elements it knows, in any letter case, and writes them in its
    /// order.
    fn reread(&self, statement: &Value) -> Value {
        let Data::Mapping(mapping) = &statement.data else { return statement.clone() };
        if self.ours {
            return statement.clone();
        }
        let find = |name: &&str| {
            let exact = mapping.entries.iter().find(|entry| entry.key == *name);
            let entry = exact.or_else(|| mapping.entries.iter().find(|entry| entry.key.eq_ignore_ascii_case(name)))?;
            Some(Entry { key: (*name).into(), ..entry.clone() })
        };
        self.mapping(ELEMENTS.iter().filter_map(find).collect(), statement.span)
    }

    fn statement(&self, body: BodyView<'_>, span: Span, scope: Scope<'_>) -> Eval {
        let mut entries = Vec::new();
        let mut put =
            |key: &str, key_span: Span, value: Value| entries.push(Entry { key: key.into(), key_span, value });
        if let Some((sid, key_span)) = self.run.argument(body, "sid", scope)?
            && (self.ours || sid.to_known_text().is_none_or(|sid| !sid.is_empty()))
        {
            put("Sid", key_span, sid);
        }
        match self.run.argument(body, "effect", scope)? {
            Some((effect, key_span)) => put("Effect", key_span, effect),
            None => put("Effect", span, Value::text("Allow", span)),
        }
        for (name, key) in [
            ("actions", "Action"),
            ("not_actions", "NotAction"),
            ("resources", "Resource"),
            ("not_resources", "NotResource"),
        ] {
            if let Some((value, key_span)) = self.run.argument(body, name, scope)?
                && let Some(value) = self.strings(value, true)
            {
                put(key, key_span, value);
            }
        }
        for (name, key) in [("principals", "Principal"), ("not_principals", "NotPrincipal")] {
            if let Some(value) = self.principals(body, name, scope)? {
                put(key, value.span, value);
            }
        }
        if let Some(value) = self.conditions(body, scope)? {
            put("Condition", value.span, value);
        }
        Ok(self.mapping(entries, span))
    }

    /// A set of strings as the provider writes it; nothing for an empty one.
    fn strings(&self, value: Value, is_set: bool) -> Option<Value> {
        let Data::Sequence(sequence) = &value.data else { return Some(self.variables(&value)) };
        let items = sequence.items.iter().filter(|item| !item.is_null()).map(|item| self.variables(item)).collect();
        let mut items = if is_set { set_items(items) } else { items };
        if self.ours {
            return Some(self.list(items, value.span));
        }
        if is_set {
            items.reverse();
        }
        match items.as_slice() {
            [] => None,
            [only] if !matches!(only.data, Data::Rest(_)) => Some(only.clone()),
            _ => Some(self.list(items, value.span)),
        }
    }

    fn list(&self, items: Vec<Value>, span: Span) -> Value {
        Value::sequence(Sort::Tuple, items, span)
    }

    /// hashicorp's spelling of policy variables, `&{...}`, which Terraform does not take for its own.
    fn variables(&self, value: &Value) -> Value {
        let Data::Text(words) = &value.data else { return value.clone() };
        let has = |piece: &Piece| piece.known().is_some_and(|text| text.contains("&{"));
        if self.ours || !words.pieces().iter().any(has) {
            return value.clone();
        }
        let replaced = |piece: &Piece| match &piece.part {
            TextPart::Known(text) => Piece::made(text.replace("&{", "${"), piece.span),
            TextPart::Hole(_) => piece.clone(),
        };
        let words: Words = words.pieces().iter().map(replaced).collect();
        Value::words(words, value.span)
    }

    fn principals(&self, body: BodyView<'_>, kind: &str, scope: Scope<'_>) -> Result<Option<Value>, Failure> {
        let mut types: Vec<(CompactString, Span, Vec<Value>)> = Vec::new();
        let mut unknown = None;
        let mut everybody = None;
        let mut visit = |made: Made<'_, '_>| {
            let (body, span, scope) = match made {
                Made::Block(body, span, scope) => (body, span, scope),
                Made::Unknown(hole, span) => {
                    unknown = Some(Value::new(Data::Unknown(hole), span));
                    return Ok(());
                }
            };
            let Some((type_name, type_span)) = self.run.argument(body, "type", scope)? else { return Ok(()) };
            let Some((identifiers, _)) = self.run.argument(body, "identifiers", scope)? else { return Ok(()) };
            let Some(text) = type_name.to_known_text() else {
                unknown = Some(Value::unknown(hole_of(&type_name, CharClass::Any), type_span));
                return Ok(());
            };
            let items = match &identifiers.data {
                Data::Sequence(sequence) => set_items(sequence.items.iter().map(|item| self.variables(item)).collect()),
                _ => vec![identifiers],
            };
            if text == "*" && (self.ours || items.iter().any(|item| item.to_known_text().as_deref() == Some("*"))) {
                everybody = Some(Value::text("*", span));
                if self.ours {
                    return Ok(());
                }
            }
            match types.iter_mut().find(|(own, ..)| own.as_str() == text) {
                Some((.., own)) => own.extend(items),
                None => types.push((text.into(), type_span, items)),
            }
            Ok(())
        };
        self.run.blocks(body, kind, scope, &mut visit)?;
        if let Some(unknown) = unknown {
            return Ok(Some(unknown));
        }
        // Only `{"*": "*"}` alone is written as `"*"` by hashicorp's.
        if let Some(everybody) = everybody.filter(|_| self.ours || types.len() == 1 && types[0].2.len() == 1) {
            return Ok(Some(everybody));
        }
        let Some(first) = types.first().map(|(_, span, _)| *span) else { return Ok(None) };
        let entry = |(key, key_span, items): (CompactString, Span, Vec<Value>)| {
            let value = self.strings(Value::sequence(Sort::Set, items, key_span), true)?;
            Some(Entry { key, key_span, value })
        };
        Ok(Some(Value::mapping(Mapping::from_entries(types.into_iter().filter_map(entry).collect()), first)))
    }

    fn conditions(&self, body: BodyView<'_>, scope: Scope<'_>) -> Result<Option<Value>, Failure> {
        type Keys = Vec<(CompactString, Span, Vec<Value>)>;
        let mut tests: Vec<(CompactString, Span, Keys)> = Vec::new();
        let mut unknown = None;
        let mut visit = |made: Made<'_, '_>| {
            let (body, scope) = match made {
                Made::Block(body, _, scope) => (body, scope),
                Made::Unknown(hole, span) => {
                    unknown = Some(Value::new(Data::Unknown(hole), span));
                    return Ok(());
                }
            };
            let Some((test, test_span)) = self.run.argument(body, "test", scope)? else { return Ok(()) };
            let Some((variable, variable_span)) = self.run.argument(body, "variable", scope)? else { return Ok(()) };
            let Some((values, _)) = self.run.argument(body, "values", scope)? else { return Ok(()) };
            let (Some(test), Some(variable)) = (test.to_known_text(), variable.to_known_text()) else {
                unknown = Some(Value::unknown(hole_of(&variable, CharClass::Any), variable_span));
                return Ok(());
            };
            let values = match &values.data {
                Data::Sequence(sequence) => {
                    sequence.items.iter().filter(|item| !item.is_null()).map(|item| self.variables(item)).collect()
                }
                // A list of unknown length is a member of its own kind.
                Data::Unknown(hole) => vec![Value::new(Data::Rest(Arc::clone(hole)), values.span)],
                _ => vec![values],
            };
            if !tests.iter().any(|(own, ..)| own.as_str() == test) {
                tests.push((test.as_str().into(), test_span, Vec::new()));
            }
            let Some((.., keys)) = tests.iter_mut().find(|(own, ..)| own.as_str() == test) else { return Ok(()) };
            match keys.iter_mut().find(|(own, ..)| own.as_str() == variable) {
                Some((.., own)) => own.extend(values),
                None => keys.push((variable.into(), variable_span, values)),
            }
            Ok(())
        };
        self.run.blocks(body, "condition", scope, &mut visit)?;
        if let Some(unknown) = unknown {
            return Ok(Some(unknown));
        }
        let Some(first) = tests.first().map(|(_, span, _)| *span) else { return Ok(None) };
        let mut entries = Vec::new();
        for (test, test_span, keys) in tests {
            let mut inner = Vec::new();
            for (key, key_span, values) in keys {
                let values = Value::sequence(Sort::Tuple, values, key_span);
                let value = self.strings(values, false).unwrap_or_else(|| self.list(Vec::new(), key_span));
                inner.push(Entry { key, key_span, value });
            }
            let value = Value::mapping(Mapping::from_entries(inner), test_span);
            entries.push(Entry { key: test, key_span: test_span, value });
        }
        Ok(Some(Value::mapping(Mapping::from_entries(entries), first)))
    }
}
