//! A file of JSON lines that rotates by size: one thread writes what others hand over.
//!
//! Several processes may write the same file: lines are appended whole, and a file that another process has rotated away is left for
//! the new one. Nothing is synced; what the system had not written at a power cut is lost.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use serde::Serialize;

/// Rotated files that are kept, from `.1`, the newest, to `.5`.
const KEPT: u32 = 5;

/// Most lines that wait. Beyond it lines are dropped, and their number is logged: a disk that is slower than the requests must not
/// fill the memory.
const WAITING: usize = 100_000;

/// Most bytes that are written at once.
const BATCH: usize = 256 * 1024;

/// The way to a file and its thread, which ends with it.
#[derive(Debug)]
pub(super) struct Journal {
    lines: Mutex<Sender<Message>>,
    waiting: Arc<AtomicUsize>,
    dropped: AtomicUsize,
    name: &'static str,
}

enum Message {
    Line(String),
    /// All before it is to be written; the sender waits for that.
    Flush(Sender<()>),
}

impl Journal {
    pub(super) fn start(folder: &Path, name: &'static str, size: u64) -> io::Result<Self> {
        let (lines, receiver) = channel();
        let waiting = Arc::new(AtomicUsize::new(0));
        let mut file = Rotating { folder: folder.to_owned(), name, size, open: None };
        let left = Arc::clone(&waiting);
        thread::Builder::new().name(format!("{name}-log")).spawn(move || work(&mut file, &receiver, &left))?;
        Ok(Self { lines: Mutex::new(lines), waiting, dropped: AtomicUsize::new(0), name })
    }

    /// Hands over a line.
    pub(super) fn tell(&self, record: &impl Serialize) {
        let Ok(mut line) = serde_json::to_string(record) else { return };
        if self.waiting.fetch_add(1, Ordering::Relaxed) >= WAITING {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
            let dropped = self.dropped.fetch_add(1, Ordering::Relaxed) + 1;
            if dropped.is_power_of_two() {
                tracing::warn!(log = self.name, dropped, "the disk is slower than the requests, and lines are dropped");
            }
            return;
        }
        line.push('\n');
        self.send(Message::Line(line));
    }

    /// Waits until everything handed over so far is written.
    pub(super) fn flush(&self) {
        let (done, wait) = channel();
        self.send(Message::Flush(done));
        // A thread that is gone has nothing left to write.
        let _ = wait.recv();
    }

    fn send(&self, message: Message) {
        // A thread that is gone takes no more lines; there is nobody to tell.
        let _ = self.lines.lock().unwrap_or_else(PoisonError::into_inner).send(message);
    }
}

fn work(file: &mut Rotating, messages: &Receiver<Message>, waiting: &AtomicUsize) {
    let mut batch = Vec::new();
    let mut failing = false;
    while let Ok(first) = messages.recv() {
        let mut flushed = Vec::new();
        for message in std::iter::once(first).chain(messages.try_iter()) {
            match message {
                Message::Line(line) => {
                    waiting.fetch_sub(1, Ordering::Relaxed);
                    batch.extend_from_slice(line.as_bytes());
                }
                Message::Flush(done) => flushed.push(done),
            }
            if batch.len() >= BATCH {
                break;
            }
        }
        let written = file.append(&batch);
        if let Err(error) = &written
            && !failing
        {
            tracing::error!(log = file.name, %error, "a log cannot be written, and its lines are lost");
        }
        failing = written.is_err();
        batch.clear();
        for done in flushed {
            let _ = done.send(());
        }
    }
}

struct Rotating {
    folder: PathBuf,
    name: &'static str,
    size: u64,
    open: Option<File>,
}

impl Rotating {
    fn path(&self, number: u32) -> PathBuf {
        let end = if number == 0 { String::new() } else { format!(".{number}") };
        self.folder.join(format!("{}.jsonl{end}", self.name))
    }

    fn append(&mut self, lines: &[u8]) -> io::Result<()> {
        if lines.is_empty() {
            return Ok(());
        }
        let path = self.path(0);
        let current = fs::metadata(&path).map(|found| found.ino()).ok();
        let mine = self.open.as_ref().and_then(|file| file.metadata().ok()).map(|found| found.ino());
        let file = match &mut self.open {
            Some(file) if mine == current => file,
            place => place.insert(OpenOptions::new().append(true).create(true).mode(0o600).open(&path)?),
        };
        file.write_all(lines)?;
        if file.metadata()?.len() >= self.size {
            self.rotate()?;
        }
        Ok(())
    }

    fn rotate(&mut self) -> io::Result<()> {
        let lock = File::create(self.folder.join("lock"))?;
        lock.lock()?;
        self.open = None;
        // Another process may have done it while this one waited.
        if fs::metadata(self.path(0)).is_ok_and(|found| found.len() >= self.size) {
            for number in (0..KEPT).rev() {
                match fs::rename(self.path(number), self.path(number + 1)) {
                    Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                    _ => {}
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(path: &Path) -> Vec<String> {
        fs::read_to_string(path).unwrap_or_default().lines().map(str::to_owned).collect()
    }

    #[test]
    fn two_writers_rotate_by_size_and_lose_no_line() {
        let folder = tempfile::tempdir().unwrap();
        let journals = [(); 2].map(|()| Journal::start(folder.path(), "access", 2_000).unwrap());
        let mut told = Vec::new();
        for round in 0..40 {
            for (writer, journal) in journals.iter().enumerate() {
                let record = format!("{writer}-{round:03}-{}", "x".repeat(90));
                journal.tell(&record);
                journal.flush();
                told.push(format!("\"{record}\""));
            }
        }
        let path = |end: &str| folder.path().join(format!("access.jsonl{end}"));
        let mut found = Vec::new();
        for end in [".5", ".4", ".3", ".2", ".1", ""] {
            let lines = lines(&path(end));
            assert!(lines.len() <= 22, "{end} has {} lines", lines.len());
            found.extend(lines);
        }
        assert!(!path(".6").exists());
        // The oldest were rotated out; of the rest every line is there once, in order.
        assert!(found.len() >= 80, "{}", found.len());
        assert_eq!(found, told[told.len() - found.len()..]);
    }
}
