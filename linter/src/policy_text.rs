//! What the service says of a policy's text before it reads it: its length, and characters it does not take.
//!
//! Of a document that is only partly known, only what holds for all values is reported.

use mediastore_policy::json::{Node, Value};
use mediastore_policy::mediastore::MODEL;
use mediastore_policy::problem::{Code, Problem};
use mediastore_policy::span::Span;
use mediastore_policy::text::{Text, TextRef};

use crate::source::Syntax;
use crate::unit::Document;

/// The problems of the text.
pub(crate) fn problems(document: &Document) -> Vec<Problem> {
    let mut problems = Vec::new();
    let max = MODEL.max_document;
    match (&document.text, &document.body) {
        (Some(text), _) if text.is_empty() => {
            problems.push(Problem::new(Code::Size, document.span, "the policy is empty"));
        }
        (Some(text), _) if text.chars().count() > max => {
            let message = format!("the policy has {} characters, more than the {max} allowed", text.chars().count());
            problems.push(Problem::new(Code::Size, document.span, message));
        }
        (None, Some(body)) if shortest(body) > max => {
            let message = format!("the policy has at least {} characters, more than the {max} allowed", shortest(body));
            problems.push(Problem::new(Code::Size, document.span, message));
        }
        _ => {}
    }
    let written_raw = match &document.text {
        Some(text) => !text.is_ascii(),
        // What HCL evaluates is written as it is; JSON in a source may be written with escapes, which are not followed here.
        None => document.editable == Some(Syntax::Hcl),
    };
    if MODEL.ascii_only && written_raw {
        let found = document.body.as_ref().and_then(first_foreign);
        let (span, c) = match (found, &document.text) {
            (Some(found), _) => found,
            // In white space no JSON has it: then it is in a text that is no JSON.
            (None, Some(text)) => match text.chars().find(|c| !c.is_ascii()) {
                Some(c) => (document.span, c),
                None => return problems,
            },
            (None, None) => return problems,
        };
        let escapes: String = c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect();
        let message = format!("the policy holds `{c}`, which is not an ASCII character");
        let help = match document.editable {
            Some(Syntax::Json) => format!("inside a string, write `{escapes}`"),
            _ => "use only ASCII characters".to_owned(),
        };
        problems.push(Problem::new(Code::NotAscii, span, message).help(help));
    }
    problems
}

/// The length of the shortest text the document can become.
fn shortest(node: &Node) -> usize {
    let text = |text: &Text| {
        let part = |part| match part {
            TextRef::Known(known) => known.chars().count(),
            TextRef::Hole(hole) => hole.length.unwrap_or(0),
        };
        2 + text.parts().map(part).sum::<usize>()
    };
    match &node.value {
        Value::Null => "null".len(),
        Value::Bool(value) => if *value { "true" } else { "false" }.len(),
        Value::Number(number) => number.len(),
        Value::String(string) => text(string),
        Value::Array(items) => 2 + items.len().saturating_sub(1) + items.iter().map(shortest).sum::<usize>(),
        Value::Object(members) => {
            let member = |member: &mediastore_policy::json::Member| text(&member.key) + 1 + shortest(&member.node);
            2 + members.len().saturating_sub(1) + members.iter().map(member).sum::<usize>()
        }
        Value::Unknown(_) => 0,
    }
}

/// The first character that is not ASCII, and the string it stands in.
fn first_foreign(node: &Node) -> Option<(Span, char)> {
    let foreign = |text: &Text, span: Span| {
        text.parts().filter_map(TextRef::known).flat_map(str::chars).find(|c| !c.is_ascii()).map(|c| (span, c))
    };
    match &node.value {
        Value::String(text) => foreign(text, node.span),
        Value::Array(items) => items.iter().find_map(first_foreign),
        Value::Object(members) => members
            .iter()
            .find_map(|member| foreign(&member.key, member.key_span).or_else(|| first_foreign(&member.node))),
        _ => None,
    }
}
