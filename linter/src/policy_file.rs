//! Input files: a policy document, or why it is none.

use std::io::Read;
use std::path::Path;

use mediastore_policy::model::Policy;
use mediastore_policy::parse;
use mediastore_policy::span::Span;
use serde::Serialize;

use crate::Failure;
use crate::inputs::STDIN;

/// What is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Complaint {
    /// The stable name of the problem.
    pub(crate) code: &'static str,
    pub(crate) message: String,
    /// From 1; nothing where the file as a whole is meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) line: Option<usize>,
    /// From 1, in characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) column: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) help: Option<String>,
}

/// The text of a file, or of standard input for `-`.
pub(crate) fn read(path: &Path) -> Result<String, Failure> {
    let unreadable = |reason: String| Failure::Input { path: path.to_owned(), reason };
    let bytes = if path.as_os_str() == STDIN {
        let mut bytes = Vec::new();
        std::io::stdin().lock().read_to_end(&mut bytes).map(|_| bytes)
    } else {
        std::fs::read(path)
    };
    let bytes = bytes.map_err(|error| unreadable(error.to_string()))?;
    // An editor's byte order mark is not part of the document.
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    String::from_utf8(bytes.to_vec())
        .map_err(|error| unreadable(format!("byte {} is not UTF-8", error.utf8_error().valid_up_to() + 1)))
}

/// The policy of a file, or everything that is wrong with it.
pub(crate) fn policy(path: &Path) -> Result<Policy, Vec<Complaint>> {
    let text = match read(path) {
        Ok(text) => text,
        Err(failure) => {
            return Err(vec![Complaint {
                code: "unreadable",
                message: failure.to_string(),
                line: None,
                column: None,
                help: None,
            }]);
        }
    };
    parse::parse(text.as_str()).into_result().map_err(|problems| {
        let complaint = |problem: mediastore_policy::problem::Problem| {
            let (line, column) = position(&text, problem.span);
            Complaint {
                code: problem.code.as_str(),
                message: problem.message,
                line: Some(line),
                column: Some(column),
                help: problem.help,
            }
        };
        problems.into_iter().map(complaint).collect()
    })
}

/// The policy of a file that a command cannot do without.
pub(crate) fn required(path: &Path) -> Result<Policy, Failure> {
    policy(path).map_err(|complaints| {
        let reason = complaints.iter().map(Complaint::to_string).collect::<Vec<_>>().join("; ");
        Failure::Input { path: path.to_owned(), reason }
    })
}

fn position(text: &str, span: Span) -> (usize, usize) {
    let before = text.get(..span.start).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}

impl std::fmt::Display for Complaint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.line, self.column) {
            (Some(line), Some(column)) => write!(f, "line {line}, column {column}: {} [{}]", self.message, self.code),
            _ => write!(f, "{} [{}]", self.message, self.code),
        }
    }
}
