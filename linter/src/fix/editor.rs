//! Edits of one document: strings, members and items, spelled for the place where they stand.

use mediastore_policy::json::{Member, Node, Value};
use mediastore_policy::span::Span;
use mediastore_policy::text::Text;

use super::layout::Layout;
use super::spell::{Language, Separator, Style};
use crate::finding::Edit;
use crate::source::{Source, Sources, Syntax};
use crate::unit::{Document, Unit};

/// Makes edits of one document. Every method gives nothing where the source is not what the value says.
#[derive(Debug, Clone, Copy)]
pub struct Editor<'a> {
    sources: &'a Sources,
    syntax: Syntax,
    body: &'a Node,
}

/// A part of a source: its text, where that starts in the unit, and the part's place in it.
struct Part<'a> {
    layout: Layout<'a>,
    base: usize,
    local: Span,
}

impl Part<'_> {
    fn text(&self) -> &str {
        self.local.of(self.layout.text).unwrap_or_default()
    }

    fn edit(&self, start: usize, end: usize, text: impl Into<String>) -> Edit {
        Edit { span: Span::new(self.base + start, self.base + end), text: text.into() }
    }

    fn local(&self, span: Span) -> Option<Span> {
        let moved = Span::new(span.start.checked_sub(self.base)?, span.end.checked_sub(self.base)?);
        (self.local.start <= moved.start && moved.end <= self.local.end).then_some(moved)
    }
}

impl<'a> Editor<'a> {
    /// For a document that can be edited. One whose text is broken is mended first: where commas go in it nobody can tell.
    #[must_use]
    pub fn of(unit: &'a Unit, document: &'a Document) -> Option<Self> {
        Self::of_broken(unit, document).filter(|_| document.problems.is_empty())
    }

    /// For the text of a document that can be edited, also if it is broken.
    #[must_use]
    pub fn of_broken(unit: &'a Unit, document: &'a Document) -> Option<Self> {
        Some(Self { sources: &unit.sources, syntax: document.editable?, body: document.body.as_ref()? })
    }

    /// For a value of a resource, such as its tags.
    #[must_use]
    pub fn of_node(unit: &'a Unit, syntax: Syntax, node: &'a Node) -> Self {
        Self { sources: &unit.sources, syntax, body: node }
    }

    /// The document's tree.
    #[must_use]
    pub fn body(&self) -> &'a Node {
        self.body
    }

    /// Writes another text where a string of the document stands.
    #[must_use]
    pub fn write(&self, span: Span, text: impl Into<Text>) -> Option<Vec<Edit>> {
        self.replace(string_at(self.body, span)?, &text.into()).map(|edit| vec![edit])
    }

    /// Writes another name where a key of the document stands.
    #[must_use]
    pub fn write_key(&self, key_span: Span, name: &str) -> Option<Vec<Edit>> {
        self.rename(member_at(self.body, key_span)?, name).map(|edit| vec![edit])
    }

    /// Takes an item out of the list that holds it.
    #[must_use]
    pub fn remove_at(&self, span: Span) -> Option<Vec<Edit>> {
        let list = list_of(self.body, span)?;
        let Value::Array(items) = &list.value else { return None };
        self.remove_item(list, items.iter().position(|item| item.span == span)?)
    }

    /// Writes more behind a string, whatever is in it. `suffix` has no character that needs an escape.
    #[must_use]
    pub fn append_to(&self, span: Span, suffix: &str) -> Option<Vec<Edit>> {
        let part = self.part(span)?;
        let written = part.text();
        let is_reference = |text: &str| {
            text.starts_with(|c: char| c.is_ascii_alphabetic())
                && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
        };
        let (start, end) = (part.local.start, part.local.end);
        let is_quoted = |quote: char| written.len() > 1 && written.starts_with(quote) && written.ends_with(quote);
        if is_quoted('"') || part.layout.language == Language::Yaml && is_quoted('\'') {
            return Some(vec![part.edit(end - 1, end - 1, suffix)]);
        }
        (part.layout.language == Language::Hcl && is_reference(written))
            .then(|| vec![part.edit(start, end, format!("\"${{{written}}}{suffix}\""))])
    }

    /// Takes one character out, if it stands there.
    #[must_use]
    pub fn remove_character(&self, span: Span, character: char) -> Option<Vec<Edit>> {
        let part = self.part(span)?;
        (part.text() == character.to_string()).then(|| vec![part.edit(part.local.start, part.local.end, "")])
    }

    fn part(&self, span: Span) -> Option<Part<'a>> {
        let (source, local) = self.sources.locate(span)?;
        let language = language(self.syntax, source)?;
        Some(Part { layout: Layout { text: &source.text, language }, base: source.span().start, local })
    }

    /// Writes another string in the place of a string.
    #[must_use]
    pub fn replace(&self, node: &Node, text: &Text) -> Option<Edit> {
        let Value::String(old) = &node.value else { return None };
        self.replace_at(node.span, old, text)
    }

    /// Writes another key.
    #[must_use]
    pub fn rename(&self, member: &Member, key: &str) -> Option<Edit> {
        self.replace_at(member.key_span, &member.key, &Text::known(key))
    }

    fn replace_at(&self, span: Span, old: &Text, new: &Text) -> Option<Edit> {
        let part = self.part(span)?;
        let style = Style::usual(part.layout.language);
        let written = part.text();
        let is_spelled_out = |quoted: Option<String>| quoted.as_deref() == Some(written);
        // A key of HCL, and a scalar of YAML, may do without quotes; single quotes are YAML's own.
        let spelled = match part.layout.language {
            Language::Yaml if old.as_known() == Some(written) => style.plain(new).or_else(|| style.string(new)),
            Language::Yaml if old.as_known().is_some_and(|old| written == format!("'{old}'")) => {
                new.as_known().filter(|new| !new.contains('\'')).map(|new| format!("'{new}'"))
            }
            Language::Hcl if old.as_known() == Some(written) => new.as_known().and_then(|new| style.key(new)),
            _ if is_spelled_out(style.string(old)) => style.string(new),
            _ => None,
        };
        spelled.map(|text| part.edit(part.local.start, part.local.end, text))
    }

    /// Writes another value in the place of a value that is spelled out.
    #[must_use]
    pub fn replace_value(&self, node: &Node, value: &Node) -> Option<Edit> {
        let part = self.part(node.span)?;
        let written = part.text();
        let is_spelled_out = match &node.value {
            Value::Array(_) => written.starts_with('[') && written.ends_with(']'),
            Value::Object(_) => written.starts_with('{') && written.ends_with('}'),
            Value::String(text) => Style::usual(part.layout.language).string(text).as_deref() == Some(written),
            Value::Bool(_) | Value::Number(_) => node.to_string() == written,
            Value::Null | Value::Unknown(_) => false,
        };
        let style = self.style_around(&part);
        is_spelled_out.then(|| style.value(value))?.map(|text| part.edit(part.local.start, part.local.end, text))
    }

    /// Puts a member behind the last of an object.
    #[must_use]
    pub fn insert(&self, object: &Node, key: &str, value: &Node) -> Option<Vec<Edit>> {
        let Value::Object(members) = &object.value else { return None };
        let part = self.part(object.span)?;
        let places: Option<Vec<Span>> =
            members.iter().map(|member| part.local(member.key_span.to(member.node.span))).collect();
        let last = members.iter().zip(places?).max_by_key(|(_, place)| place.end);
        if !is_bracketed(part.text(), '{', '}') {
            return self.insert_line(&part, last?.1, key, value);
        }
        let Some((last, place)) = last else {
            let is_blank = part.text()[1..part.text().len() - 1].trim().is_empty();
            let style = Style::usual(part.layout.language);
            let text = style.object(&style.member(key, value)?);
            return is_blank.then(|| vec![part.edit(part.local.start, part.local.end, text)]);
        };
        let style = self.style_of(&part, last)?;
        let padded = self.aligned(&part, last, place, style, key, value)?;
        self.append(&part, place, members.len() > 1, &padded, &style.member(key, value)?)
    }

    /// Puts a member before the first of an object, where readers look for it.
    #[must_use]
    pub fn insert_first(&self, object: &Node, key: &str, value: &Node) -> Option<Vec<Edit>> {
        let Value::Object(members) = &object.value else { return None };
        let part = self.part(object.span)?;
        let layout = part.layout;
        let places: Option<Vec<Span>> =
            members.iter().map(|member| part.local(member.key_span.to(member.node.span))).collect();
        let Some((first, place)) = members.iter().zip(places?).min_by_key(|(_, place)| place.start) else {
            return self.insert(object, key, value);
        };
        if !is_bracketed(part.text(), '{', '}') {
            let column = layout.text[layout.line_start(place.start)..place.start].chars().count();
            let style = Style { quoted: false, ..Style::usual(Language::Yaml) };
            let line = format!("{}\n{}", style.member(key, value)?, " ".repeat(column));
            return (layout.language == Language::Yaml).then(|| vec![part.edit(place.start, place.start, line)]);
        }
        let style = self.style_of(&part, first)?;
        let is_alone = layout.text[part.local.start + 1..place.start].contains('\n');
        let Some(indentation) = layout.indentation(place.start).filter(|_| is_alone) else {
            return Some(vec![part.edit(place.start, place.start, format!("{}, ", style.member(key, value)?))]);
        };
        let with_comma = layout.language != Language::Hcl || layout.comma(place.end).is_some();
        let comma = if with_comma { "," } else { "" };
        let member = self.aligned(&part, first, place, style, key, value)?;
        // A comment above the first member stays with it.
        let brace_line = layout.line_end(part.local.start);
        let is_brace_last = layout.text[part.local.start + 1..brace_line].trim().is_empty();
        Some(vec![match is_brace_last {
            true => part.edit(brace_line, brace_line, format!("\n{indentation}{member}{comma}")),
            false => {
                let line = layout.line_start(place.start);
                part.edit(line, line, format!("{indentation}{member}{comma}\n"))
            }
        }])
    }

    /// Puts a value behind the last of a list.
    #[must_use]
    pub fn push(&self, list: &Node, value: &Node) -> Option<Vec<Edit>> {
        let Value::Array(items) = &list.value else { return None };
        let part = self.part(list.span)?;
        let places: Option<Vec<Span>> = items.iter().map(|item| part.local(item.span)).collect();
        let last = items.iter().zip(places?).max_by_key(|(_, place)| place.end);
        let style = match last.map(|(item, _)| &item.value) {
            Some(Value::Object(members)) if !members.is_empty() => self.style_of(&part, &members[members.len() - 1])?,
            _ => self.style_around(&part),
        };
        if !is_bracketed(part.text(), '[', ']') {
            let (_, last) = last.filter(|_| part.layout.language == Language::Yaml)?;
            let dash = self.dash(&part, last)?;
            // As wide as the dash and what stands behind it.
            let lead = &part.layout.text[dash..last.start];
            let indentation = part.layout.indentation(dash)?;
            let text = match &part.layout.text[last.start..last.end] {
                flow if flow.starts_with('{') => style.value(value)?,
                _ => style.block(value, &format!("{indentation}{}", " ".repeat(lead.len())))?,
            };
            let end = part.layout.line_end(last.end);
            return Some(vec![part.edit(end, end, format!("\n{indentation}{lead}{text}"))]);
        }
        let text = style.value(value)?;
        match last {
            Some((_, place)) => self.append(&part, place, true, &text, &text),
            None => {
                let is_blank = part.text()[1..part.text().len() - 1].trim().is_empty();
                is_blank.then(|| vec![part.edit(part.local.start, part.local.end, format!("[{text}]"))])
            }
        }
    }

    /// Writes an item behind the last one between brackets: on a line of its own where the last has one.
    fn append(&self, part: &Part<'_>, last: Span, has_others: bool, on_line: &str, inline: &str) -> Option<Vec<Edit>> {
        let layout = part.layout;
        let close = part.local.end - 1;
        if !layout.is_empty(Span::new(last.end, close)) {
            return None;
        }
        let comma = layout.comma(last.end).filter(|comma| *comma < close);
        let own_line =
            layout.indentation(last.start).filter(|_| layout.text[part.local.start..last.start].contains('\n'));
        let Some(indentation) = own_line else {
            return Some(vec![part.edit(last.end, last.end, format!(", {inline}"))]);
        };
        // Terraform's objects may go without commas, if every member has a line of its own.
        let inner = &layout.text[part.local.start..last.start];
        let with_commas = layout.language != Language::Hcl
            || comma.is_some()
            || part.text().starts_with('[')
            || has_others && inner.trim_end().ends_with(',');
        let line_end = layout.line_end(comma.map_or(last.end, |comma| comma + 1));
        if line_end > close {
            return Some(vec![part.edit(last.end, last.end, format!(",\n{indentation}{on_line}"))]);
        }
        let trailing = if comma.is_some() { "," } else { "" };
        let line = format!("\n{indentation}{on_line}{trailing}");
        Some(match comma.is_none() && with_commas {
            true if line_end == last.end => vec![part.edit(line_end, line_end, format!(",{line}"))],
            true => vec![part.edit(last.end, last.end, ","), part.edit(line_end, line_end, line)],
            false => vec![part.edit(line_end, line_end, line)],
        })
    }

    /// Writes a member of a block of YAML on a line of its own.
    fn insert_line(&self, part: &Part<'_>, last: Span, key: &str, value: &Node) -> Option<Vec<Edit>> {
        if part.layout.language != Language::Yaml {
            return None;
        }
        let layout = part.layout;
        // The first key of an item stands behind its dash.
        let column = layout.text[layout.line_start(part.local.start)..part.local.start].chars().count();
        let indentation = " ".repeat(column);
        let style = Style { quoted: false, ..Style::usual(Language::Yaml) };
        let member = match &value.value {
            Value::Array(items) if items.iter().all(|item| matches!(item.value, Value::Object(_))) => {
                let inner = format!("{indentation}    ");
                let item = |item| Some(format!("\n{indentation}  - {}", style.block(item, &inner)?));
                let items: Option<String> = items.iter().map(item).collect();
                format!("{}:{}", style.key(key)?, items?)
            }
            _ => style.member(key, value)?,
        };
        let end = layout.line_end(last.end);
        Some(vec![part.edit(end, end, format!("\n{indentation}{member}"))])
    }

    /// Takes a member out of an object. An object is not left without members: remove what holds it instead.
    #[must_use]
    pub fn remove_member(&self, object: &Node, index: usize) -> Option<Vec<Edit>> {
        let Value::Object(members) = &object.value else { return None };
        let part = self.part(object.span)?;
        let places: Option<Vec<Span>> =
            members.iter().map(|member| part.local(member.key_span.to(member.node.span))).collect();
        match is_bracketed(part.text(), '{', '}') {
            true => self.remove(&part, &places?, index),
            false => self.remove_line(&part, &places?, index, false),
        }
    }

    /// Takes an item out of a list. A list is not left without items.
    #[must_use]
    pub fn remove_item(&self, list: &Node, index: usize) -> Option<Vec<Edit>> {
        let Value::Array(items) = &list.value else { return None };
        let part = self.part(list.span)?;
        let places: Option<Vec<Span>> = items.iter().map(|item| part.local(item.span)).collect();
        match is_bracketed(part.text(), '[', ']') {
            true => self.remove(&part, &places?, index),
            false => self.remove_line(&part, &places?, index, true),
        }
    }

    fn remove(&self, part: &Part<'_>, places: &[Span], index: usize) -> Option<Vec<Edit>> {
        let layout = part.layout;
        let mut order: Vec<Span> = places.to_vec();
        order.sort_unstable();
        let own = *places.get(index)?;
        let at = order.iter().position(|place| *place == own)?;
        let before = at.checked_sub(1).map(|at| order[at]);
        let after = order.get(at + 1).copied();
        let close = part.local.end - 1;
        if before.is_none() && after.is_none()
            || !layout.is_empty(Span::new(own.end, after.map_or(close, |it| it.start)))
        {
            return None;
        }
        let comma = layout.comma(own.end).filter(|comma| *comma < close);
        let own_end = comma.map_or(own.end, |comma| comma + 1);
        // A comma before the first that stays last would have nothing behind it.
        let orphan = match (after, before, comma) {
            (None, Some(before), None) => layout.comma(before.end),
            _ => None,
        };
        if let Some(lines) = layout.lines(Span::new(own.start, own_end)) {
            let mut edits = vec![part.edit(lines.start, lines.end, "")];
            edits.extend(orphan.map(|comma| part.edit(comma, comma + 1, "")));
            return Some(edits);
        }
        match (after, before) {
            (Some(after), _) if layout.is_bare(Span::new(own.end, after.start)) => {
                Some(vec![part.edit(own.start, after.start, "")])
            }
            (None, Some(before)) if layout.is_bare(Span::new(before.end, own.start)) => {
                Some(vec![part.edit(before.end, own.end, "")])
            }
            _ => None,
        }
    }

    /// Takes out the lines of a member or an item of a block of YAML.
    fn remove_line(&self, part: &Part<'_>, places: &[Span], index: usize, is_item: bool) -> Option<Vec<Edit>> {
        if part.layout.language != Language::Yaml || places.len() < 2 {
            return None;
        }
        let own = *places.get(index)?;
        let start = if is_item { self.dash(part, own)? } else { own.start };
        let lines = part.layout.lines(Span::new(start, own.end))?;
        Some(vec![part.edit(lines.start, lines.end, "")])
    }

    /// The dash before an item.
    fn dash(&self, part: &Part<'_>, item: Span) -> Option<usize> {
        let line = part.layout.line_start(item.start);
        let before = &part.layout.text[line..item.start];
        (before.trim() == "-").then(|| line + before.find('-').unwrap_or_default())
    }

    /// The style in which an object's last member is written.
    fn style_of(&self, part: &Part<'_>, member: &Member) -> Option<Style> {
        let (key, value) = (part.local(member.key_span)?, part.local(member.node.span)?);
        let between = part.layout.text.get(key.end..value.start)?;
        let separator = match between.trim() {
            "=" => Separator::Equals,
            ":" if between == ":" => Separator::Tight,
            ":" => Separator::Colon,
            _ => return None,
        };
        let quoted = part.layout.text[key.start..].starts_with('"');
        Some(Style { language: part.layout.language, separator, quoted: quoted && !is_only_because_needed(member) })
    }

    /// The style of what surrounds a value: tight, if nothing around it has a space behind a colon.
    fn style_around(&self, part: &Part<'_>) -> Style {
        let usual = Style::usual(part.layout.language);
        let is_tight = usual.separator == Separator::Colon
            && part.layout.language != Language::Yaml
            && part.layout.text.contains("\":\"")
            && !part.layout.text.contains("\": ");
        if is_tight { Style { separator: Separator::Tight, ..usual } } else { usual }
    }

    /// A member on a line of its own, its equals sign under the others where `terraform fmt` would put it.
    fn aligned(
        &self,
        part: &Part<'_>,
        last: &Member,
        place: Span,
        style: Style,
        key: &str,
        value: &Node,
    ) -> Option<String> {
        let spelled = style.key(key)?;
        let key_end = part.local(last.key_span)?.end;
        // What spans several lines is not aligned with its neighbours.
        let is_one_line = !place.of(part.layout.text)?.contains('\n');
        let sign = part.layout.text[key_end..].find('=').map(|at| key_end + at - place.start).filter(|_| is_one_line);
        match (style.separator, sign) {
            (Separator::Equals, Some(sign)) if spelled.chars().count() < sign => {
                Some(format!("{spelled:<width$}= {}", style.value(value)?, width = sign))
            }
            _ => style.member(key, value),
        }
    }
}

/// The language that a document's edits are written in, by the source they go into.
fn language(syntax: Syntax, source: &Source) -> Option<Language> {
    Some(match (syntax, source.syntax) {
        (Syntax::Hcl, Syntax::Hcl) => Language::Hcl,
        (Syntax::Json, Syntax::Json) => Language::Json,
        (Syntax::Json, Syntax::Hcl) => Language::JsonInHcl,
        (Syntax::Json, Syntax::Yaml) => Language::JsonInYaml,
        (Syntax::Yaml, Syntax::Yaml) => Language::Yaml,
        // Terraform's own JSON: its strings are templates.
        (Syntax::Hcl, Syntax::Json) => Language::JsonInHcl,
        _ => return None,
    })
}

fn is_bracketed(text: &str, open: char, close: char) -> bool {
    text.len() >= 2 && text.starts_with(open) && text.ends_with(close)
}

/// Whether a key of HCL has quotes because it needs them, which says nothing about the others.
fn is_only_because_needed(member: &Member) -> bool {
    member.key.as_known().is_some_and(|key| key.contains([':', '/', '.']))
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
    let own = match &node.value {
        Value::Object(members) => members.iter().find(|member| member.key_span == key_span),
        _ => None,
    };
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
