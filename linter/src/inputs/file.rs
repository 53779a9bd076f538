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
    Broken(Fault),
}

/// Reads a file, or standard input.
pub(super) fn read(path: &Path, is_named: bool) -> Content {
    match bytes(path, is_named) {
        Ok(Some(bytes)) if is_named || sniff::mentions_ours(&bytes) => text(path, bytes),
        Ok(_) => Content::NotOurs,
        Err(error) => Content::Broken(fault(format!("cannot read `{}`: {error}", path.display()), None)),
    }
}

/// The bytes of a file; none if it is too large to be looked into unasked.
fn bytes(path: &Path, is_named: bool) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    let limit = if is_named { LARGEST } else { LARGEST_FOUND };
    // One byte more than the limit tells a file that is too large from one that just fits, also where there is no size to ask for.
    if path.as_os_str() == STDIN {
        io::stdin().lock().take(limit + 1).read_to_end(&mut bytes)?;
    } else {
        let file = File::open(path)?;
        let size = file.metadata()?.len();
        if size > limit {
            return too_large(size, is_named);
        }
        bytes.reserve_exact(usize::try_from(size).unwrap_or(0));
        file.take(limit + 1).read_to_end(&mut bytes)?;
    }
    match bytes.len() as u64 {
        size if size > limit => too_large(size, is_named),
        _ => Ok(Some(bytes)),
    }
}

fn too_large(size: u64, is_named: bool) -> io::Result<Option<Vec<u8>>> {
    match is_named {
        true => Err(io::Error::other(format!("it has {size} bytes or more, and at most {LARGEST} are read"))),
        false => Ok(None),
    }
}

fn text(path: &Path, mut bytes: Vec<u8>) -> Content {
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        let help = "Windows PowerShell's `>` writes UTF-16: write the file with `| Out-File -Encoding utf8`";
        return Content::Broken(fault(format!("`{}` is UTF-16, not UTF-8", path.display()), Some(help)));
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
            Content::Broken(fault(message, Some("save the file as UTF-8")))
        }
    }
}

fn fault(message: String, help: Option<&str>) -> Fault {
    Fault { kind: FaultKind::Broken, message, span: Span::default(), help: help.map(str::to_owned) }
}
