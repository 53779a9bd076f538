//! What holds for any bytes taken for Terraform source. The fuzz target and the corpus test ask the same.

use std::path::Path;

use mediastore_lint::hcl::{self, Memory, Options};
use mediastore_lint::unit::Unit;
use mediastore_policy::json::{Node, Value};
use mediastore_policy::parse;
use mediastore_policy::span::Span;

/// Files in one text: each begins with a line `=== name`; what comes before the first is `main.tf`.
pub(crate) fn files(data: &[u8]) -> Memory {
    let text = String::from_utf8_lossy(data);
    let mut files = vec![("main.tf".to_owned(), String::new())];
    for line in text.split_inclusive('\n') {
        match line.strip_prefix("=== ") {
            Some(name) => files.push((name.trim_end().to_owned(), String::new())),
            None => files.last_mut().expect("one at least").1.push_str(line),
        }
    }
    files.into_iter().collect()
}

/// Reading ends, tells the same twice, and every place of what it tells lies in a text.
pub(crate) fn of_configuration(data: &[u8]) {
    let files = files(data);
    let read = || hcl::read_module(&files, Path::new(""), &Options::default()).unit;
    let unit = read();
    assert!(unit.faults.len() <= 2000, "{} faults", unit.faults.len());
    for fault in &unit.faults {
        is_placed(&unit, fault.span, &fault.message);
    }
    for container in &unit.containers {
        is_placed(&unit, container.origin.span, &container.origin.address);
        is_placed(&unit, container.origin.body, &container.origin.address);
    }
    for document in &unit.documents {
        is_placed(&unit, document.span, &document.origin.address);
        for problem in &document.problems {
            is_placed(&unit, problem.span, &problem.message);
        }
        if let Some(body) = &document.body {
            are_placed(&unit, body);
            let parsed = parse::parse_node(body.clone());
            assert!(parsed.policy.is_some() || !parsed.problems.is_empty());
        }
    }
    assert_eq!(told(&unit), told(&read()));
    let _ = hcl::read_outputs(&files, Path::new(""), &Options::default());
}

fn told(unit: &Unit) -> Vec<String> {
    let containers = unit.containers.iter().map(|it| format!("{} {}", it.origin.address, it.name));
    let documents =
        unit.documents.iter().map(|it| format!("{} {:?}", it.origin.address, it.body.as_ref().map(Node::to_string)));
    containers.chain(documents).chain(unit.faults.iter().map(|fault| fault.message.clone())).collect()
}

fn are_placed(unit: &Unit, node: &Node) {
    is_placed(unit, node.span, &node.to_string());
    match &node.value {
        Value::Array(items) => items.iter().for_each(|item| are_placed(unit, item)),
        Value::Object(members) => {
            for member in members {
                is_placed(unit, member.key_span, &member.key.to_string());
                are_placed(unit, &member.node);
            }
        }
        _ => {}
    }
}

fn is_placed(unit: &Unit, span: Span, what: &str) {
    assert!(span == Span::default() || unit.sources.locate(span).is_some(), "{span:?} lies in no text: {what}");
}
