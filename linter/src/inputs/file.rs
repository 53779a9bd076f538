//! Files as text: size, encoding, standard input, and which of thousands are worth a look.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use mediastore_policy::span::Span;

use super::{STDIN, sniff};
use crate::unit::{Fault, FaultKind};

/// The largest file that is read. A plan of a large estate has some hundred megabytes.
const LARGEST: u64 = 512 << 20;

/// The largest file that is looked into without having been named.
const LARGEST_FOUND: u64 = 64 << 20;

/// What a file holds.
pub(super) enum Content {
    Text(String),
    /// Found on the way, and nothing in it is ours.
    NotOurs,
    /// It is not read, and why.
    Unread(Fault),
}

/// Reads a file, or standard input.
pub(super) fn read(path: &Path, is_named: bool) -> Content {
    match if is_named { named(path) } else { found(path, LARGEST_FOUND) } {
        Ok(content) => content,
        Err(error) => Content::Unread(fault(format!("cannot read `{}`: {error}", path.display()), None)),
    }
}

fn named(path: &Path) -> io::Result<Content> {
    let bytes = match path.as_os_str() == STDIN {
        true => bytes(io::stdin().lock(), 0, LARGEST)?,
        false => {
            let file = File::open(path)?;
            let size = file.metadata()?.len();
            bytes(file, size, LARGEST)?
        }
    };
    match bytes {
        Some(bytes) => Ok(text(path, bytes)),
        None => Err(io::Error::other(format!("it has more than {LARGEST} bytes"))),
    }
}

/// Looks into a file that nobody named.
fn found(path: &Path, limit: u64) -> io::Result<Content> {
    let file = File::open(path)?;
    let size = file.metadata()?.len();
    let Some(bytes) = bytes(&file, size, limit)? else {
        return match sniff::stream_names_ours(File::open(path)?)? {
            false => Ok(Content::NotOurs),
            true => Ok(Content::Unread(Fault {
                kind: FaultKind::NotEvaluated,
                message: format!(
                    "`{}` is large and speaks of MediaStore, and is not read unless it is named",
                    path.display()
                ),
                span: Span::default(),
                help: Some("name it as an input, or exclude it".to_owned()),
            })),
        };
    };
    Ok(if sniff::mentions_ours(&bytes) { text(path, bytes) } else { Content::NotOurs })
}

/// Everything that a reader gives; nothing if that is more than the limit.
fn bytes(reader: impl Read, expected: u64, limit: u64) -> io::Result<Option<Vec<u8>>> {
    if expected > limit {
        return Ok(None);
    }
    let mut bytes = Vec::with_capacity(usize::try_from(expected).unwrap_or(0));
    // One byte more than the limit tells what is too large from what just fits, also where there is no size to ask for.
    reader.take(limit + 1).read_to_end(&mut bytes)?;
    Ok(Some(bytes).filter(|bytes| bytes.len() as u64 <= limit))
}

fn text(path: &Path, mut bytes: Vec<u8>) -> Content {
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        let help = "Windows PowerShell's `>` writes UTF-16: write the file with `| Out-File -Encoding utf8`";
        return Content::Unread(fault(format!("`{}` is UTF-16, not UTF-8", path.display()), Some(help)));
    }
    // An editor's byte order mark is not part of the document.
    if bytes.starts_with(b"\xef\xbb\xbf") {
        bytes.drain(..3);
    }
    match String::from_utf8(bytes) {
        Ok(text) => Content::Text(text),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let line = error.as_bytes()[..at].iter().filter(|byte| **byte == b'\n').count() + 1;
            let message = format!("`{}` is not UTF-8: line {line}, byte {}", path.display(), at + 1);
            Content::Unread(fault(message, Some("save the file as UTF-8")))
        }
    }
}

fn fault(message: String, help: Option<&str>) -> Fault {
    Fault { kind: FaultKind::Broken, message, span: Span::default(), help: help.map(str::to_owned) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_file_is_told_if_it_may_be_ours() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("plan.json");
        for (text, limit, expected) in [
            ("{}", 2, "not ours"),
            ("{ }", 2, "not ours"),
            (r#"{"mediastore": 1}"#, 17, "text"),
            (r#"{"mediastore": 1}"#, 16, "is large and speaks of MediaStore, and is not read unless it is named"),
            (r#"{"definition": 1}"#, 16, "not ours"),
        ] {
            std::fs::write(&path, text).expect("a file");
            let content = match found(&path, limit).expect("a file") {
                Content::Text(_) => "text".to_owned(),
                Content::NotOurs => "not ours".to_owned(),
                Content::Unread(fault) => fault.message,
            };
            assert!(content.ends_with(expected), "{text} {limit}: {content}");
        }
    }
}
