//! Tables of input texts and the units they give, printed with the place of every string.

mod cloudformation;
mod plan;
mod raw;
mod walk;

use std::fmt::Write;
use std::path::Path;

use mediastore_policy::json::{Node, Value};
use mediastore_policy::span::Span;

use super::read_text;
use crate::source::Position;
use crate::unit::{Owner, Unit};

/// Asserts what a text under a name gives, line by line. Indentation of the expectation is cut.
#[track_caller]
fn gives(path: &str, text: &str, expected: &str) {
    let unit = read_text(Path::new(path), text);
    let printed = print(&unit);
    let expected: Vec<&str> = expected.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    assert_eq!(printed.lines().collect::<Vec<_>>(), expected, "\n{printed}");
}

/// A unit in a line for each thing in it.
fn print(unit: &Unit) -> String {
    let mut out = String::new();
    for it in &unit.containers {
        let _ = write!(
            out,
            "{}container {} name={}",
            place(unit, it.origin.span),
            it.origin.address,
            value(unit, &it.name)
        );
        for (name, known) in [("region", &it.region), ("account", &it.account)] {
            let _ = known.as_ref().map_or(Ok(()), |known| write!(out, " {name}={known}"));
        }
        for (name, node) in [("logging", &it.access_logging), ("force_destroy", &it.force_destroy)] {
            let _ = node.as_ref().map_or(Ok(()), |node| write!(out, " {name}={}", value(unit, node)));
        }
        let _ = writeln!(out, " tags={}", value(unit, &it.tags));
    }
    for it in &unit.documents {
        let owner = match &it.owner {
            Owner::Here(index) => format!("of {}", unit.containers[*index].origin.address),
            Owner::Elsewhere(name) => format!("of the container {}", value(unit, name)),
            Owner::Unknown => "of nobody".to_owned(),
        };
        let edited = it.editable.map_or("as it is".to_owned(), |syntax| format!("{syntax:?}"));
        let body = it.body.as_ref().map_or("nothing".to_owned(), |body| value(unit, body));
        let kind = format!("{:?}", it.kind).to_lowercase();
        let _ = writeln!(out, "{}{kind} {} {owner}, {edited}: {body}", place(unit, it.span), it.origin.address);
        for problem in &it.problems {
            let _ = writeln!(out, "{}problem: {problem}", place(unit, problem.span));
        }
    }
    for it in &unit.strangers {
        let _ = writeln!(out, "{}stranger {} {}", place(unit, it.span), it.origin.address, it.type_name);
    }
    for it in &unit.faults {
        let _ = writeln!(out, "{}{:?}: {}", place(unit, it.span), it.kind, it.message);
    }
    out
}

fn place(unit: &Unit, span: Span) -> String {
    match unit.sources.locate(span) {
        Some((source, local)) => {
            let Position { line, column } = source.position(local.start);
            format!("{line}:{column} ")
        }
        None => {
            assert_eq!(span, Span::default(), "a place in no text");
            String::new()
        }
    }
}

/// A value, every string of it with its place.
fn value(unit: &Unit, node: &Node) -> String {
    let list = |items: Vec<String>| items.join(",");
    match &node.value {
        Value::Array(items) => format!("[{}]", list(items.iter().map(|item| value(unit, item)).collect())),
        Value::Object(members) => {
            let member = |key: &str, node: &Node| format!("{key}:{}", value(unit, node));
            format!("{{{}}}", list(members.iter().map(|it| member(&it.key.to_string(), &it.node)).collect()))
        }
        leaf => {
            if let Value::String(text) = leaf
                && let Some(text) = text.as_known()
            {
                stands_there(unit, node.span, text);
            }
            format!("{node}@{}", place(unit, node.span).trim())
        }
    }
}

/// Asserts that a place shows the beginning of a text, unless the text stands for a reference.
#[track_caller]
fn stands_there(unit: &Unit, span: Span, text: &str) {
    let shown = unit.sources.text(span).expect("a place in a text");
    let word = |text: &str| text.chars().take_while(|c| c.is_ascii_alphanumeric()).collect::<String>();
    let unquoted = shown.trim_start_matches(['\\', '"', '\'']);
    assert!(shown.starts_with(['!', '$', '{']) || word(unquoted) == word(text), "`{text}` does not stand at `{shown}`");
}
