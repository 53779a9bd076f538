//! `yamlencode`, in the form in which Terraform writes YAML: blocks, sorted keys, every string in quotes or as a block of lines.
//!
//! Where its writer would fold a line or take one of its rarer forms, nothing is said of the result.

use super::super::number::Number;
use super::super::value::{Data, Value};
use super::{Answer, Arguments};

/// Lines of its writer are folded at blanks behind this column.
const WIDTH: usize = 80;

pub(super) fn yamlencode(arguments: &Arguments<'_, '_>) -> Answer {
    let value = arguments.value(0);
    if !value.is_known() {
        return Ok(None);
    }
    let mut writer = Writer { out: String::new() };
    if writer.value(value, 0, 0).is_none() {
        return Ok(None);
    }
    let mut text = writer.out.strip_prefix(' ').unwrap_or(&writer.out).to_owned();
    if !text.ends_with('\n') {
        text.push('\n');
    }
    if matches!(value.data, Data::Null | Data::Bool(_) | Data::Number(_)) {
        // A plain scalar alone might go on in the next line, so its end is marked.
        text.push_str("...\n");
    }
    arguments.make_text(text.trim_start_matches('\n'))
}

struct Writer {
    out: String,
}

impl Writer {
    /// Writes a value behind its key or dash. Nothing where its form is not known.
    fn value(&mut self, value: &Value, indent: usize, column: usize) -> Option<()> {
        match &value.data {
            Data::Null => self.plain("null"),
            Data::Bool(value) => self.plain(if *value { "true" } else { "false" }),
            Data::Number(number) => self.number(number),
            Data::Text(_) | Data::Encoded(_) => self.text(&value.to_known_text()?, indent, column)?,
            Data::Sequence(sequence) if sequence.items.is_empty() => self.plain("[]"),
            Data::Mapping(mapping) if mapping.entries.is_empty() => self.plain("{}"),
            Data::Sequence(_) | Data::Mapping(_) => {
                self.out.push('\n');
                self.block(value, indent)?;
            }
            _ => return None,
        }
        Some(())
    }

    fn plain(&mut self, text: &str) {
        self.out.push(' ');
        self.out.push_str(text);
    }

    fn number(&mut self, number: &Number) {
        self.plain(&number.to_string());
    }

    /// Writes the lines of a list or object, which begins here.
    fn block(&mut self, value: &Value, indent: usize) -> Option<()> {
        match &value.data {
            Data::Sequence(sequence) => {
                for (at, item) in sequence.items.iter().enumerate() {
                    self.start(at, indent);
                    self.out.push('-');
                    self.inner(item, indent)?;
                }
            }
            Data::Mapping(mapping) => {
                let mut entries: Vec<_> = mapping.entries.iter().collect();
                entries.sort_by(|a, b| a.key.cmp(&b.key));
                for (at, entry) in entries.into_iter().enumerate() {
                    self.start(at, indent);
                    let key = quoted(&entry.key).filter(|key| key.len() < 128 && !entry.key.contains('\n'))?;
                    self.out.push_str(&key);
                    self.out.push(':');
                    // A list stands as far to the left as the key it belongs to.
                    let inner = if matches!(entry.value.data, Data::Sequence(_)) { indent } else { indent + 2 };
                    self.value(&entry.value, inner, indent + key.chars().count() + 2)?;
                }
            }
            _ => return None,
        }
        Some(())
    }

    /// An item of a list: the first line of a block stands behind the dash.
    fn inner(&mut self, item: &Value, indent: usize) -> Option<()> {
        let is_block = match &item.data {
            Data::Sequence(sequence) => !sequence.items.is_empty(),
            Data::Mapping(mapping) => !mapping.entries.is_empty(),
            _ => false,
        };
        match is_block {
            true => {
                self.out.push(' ');
                self.block(item, indent + 2)
            }
            false => self.value(item, indent + 2, indent + 2),
        }
    }

    fn start(&mut self, at: usize, indent: usize) {
        if at > 0 {
            if !self.out.ends_with('\n') {
                self.out.push('\n');
            }
            self.out.push_str(&" ".repeat(indent));
        } else if self.out.ends_with('\n') {
            self.out.push_str(&" ".repeat(indent));
        }
    }

    fn text(&mut self, text: &str, indent: usize, column: usize) -> Option<()> {
        // Lines can stand as they are if none ends with a blank.
        let is_block = text.contains('\n') && !text.contains('\t') && !text.contains(" \n") && !text.ends_with(' ');
        if !is_block {
            let quoted = quoted(text)?;
            if quoted.contains(' ') && column + quoted.chars().count() > WIDTH {
                return None;
            }
            self.plain(&quoted);
            return Some(());
        }
        let body = text.strip_suffix('\n').unwrap_or(text);
        // Other endings are written with indicators of their own.
        if body.is_empty() || body.ends_with('\n') || body.starts_with(['\n', ' ']) || !body.chars().all(is_printed) {
            return None;
        }
        self.plain(if text.ends_with('\n') { "|" } else { "|-" });
        for line in body.split('\n') {
            self.out.push('\n');
            if !line.is_empty() {
                self.out.push_str(&" ".repeat(indent.max(2)));
                self.out.push_str(line);
            }
        }
        Some(())
    }
}

fn is_printed(c: char) -> bool {
    c == '\n'
        || (' '..='~').contains(&c)
        || ('\u{a0}'..='\u{d7ff}').contains(&c) && !matches!(c, '\u{2028}' | '\u{2029}')
}

/// Text in double quotes, if all its characters have a form that is known.
fn quoted(text: &str) -> Option<String> {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            c if is_printed(c) => out.push(c),
            _ => return None,
        }
    }
    out.push('"');
    Some(out)
}
