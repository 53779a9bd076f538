//! One thread that does every write of this process and lets waiting writes share a commit.
//!
//! A commit costs a disk sync; a thousand writes at parallelism ten would otherwise pay a thousand of them one after the other. The
//! thread takes whatever is waiting, runs each write in its own savepoint, commits once, and only then tells each writer. So an
//! answer always means "on disk", and a refused write takes nothing of its neighbours with it. Files of bodies are synced with the
//! commit that refers to them, and removed by the same thread once nothing does.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::Duration;
use std::{io, thread};

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::StoreError;
use super::bodies::Bodies;

/// Without a write for so long, the thread tidies up after the last ones.
const QUIET: Duration = Duration::from_millis(100);

/// Commits after which it tidies up even if it never gets quiet.
const RESTLESS: u32 = 64;

/// Most writes in one commit, so that the first of them does not wait for a queue that never ends.
const BATCH: usize = 128;

/// A write: given the connection it changes the database, given an error it changes nothing; both ways it says whom to answer.
type Job = Box<dyn FnOnce(Result<&Connection, StoreError>) -> Outcome + Send>;

/// Tells the caller of a write how its commit went.
type Answer = Box<dyn FnOnce(Result<(), StoreError>) + Send>;

struct Outcome {
    /// Whether the changes of this write are wanted.
    keep: bool,
    answer: Answer,
}

/// The way to the thread. The thread ends, and closes its connection, once this is gone and what waits is done.
pub(super) struct Writer {
    jobs: Sender<Job>,
    thread: JoinHandle<()>,
}

impl Writer {
    pub(super) fn start(connection: Connection, bodies: Arc<Bodies>) -> io::Result<Self> {
        let (jobs, receiver) = std::sync::mpsc::channel();
        let name = "store-writer".to_owned();
        let thread = thread::Builder::new().name(name).spawn(move || work(&connection, &bodies, &receiver))?;
        Ok(Self { jobs, thread })
    }

    /// Waits until what waits is done and the connection is closed. Blocks.
    pub(super) fn finish(self) {
        let Self { jobs, thread } = self;
        drop(jobs);
        // A thread that panicked has no more to close.
        let _ = thread.join();
    }

    /// Runs a write. An `Err` of the write itself undoes it. Dropping the future does not stop a write that was handed over.
    pub(super) async fn write<T, E>(
        &self,
        write: impl FnOnce(&Connection) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let job: Job = Box::new(move |connection| {
            let result = connection.map_err(E::from).and_then(write);
            Outcome {
                keep: result.is_ok(),
                answer: Box::new(move |committed| {
                    // The caller may have gone away; the write stands all the same.
                    let _ = reply.send(committed.map_err(E::from).and(result));
                }),
            }
        });
        self.jobs.send(job).map_err(|_| StoreError::Closed)?;
        answer.await.map_err(|_| StoreError::Closed)?
    }
}

fn work(connection: &Connection, bodies: &Bodies, jobs: &Receiver<Job>) {
    let mut untidy = 0;
    loop {
        let first = match next(jobs, untidy) {
            Ok(first) => first,
            Err(RecvTimeoutError::Timeout) => {
                tidy(connection, bodies);
                untidy = 0;
                continue;
            }
            Err(RecvTimeoutError::Disconnected) => break,
        };
        // Taken one by one, so that what arrives during the batch still joins it.
        let mut batch = std::iter::once(first).chain(jobs.try_iter()).take(BATCH);
        let mut answers = Vec::new();
        let committed = commit(connection, bodies, &mut batch, &mut answers);
        if let Err(error) = &committed {
            tracing::error!(%error, writes = answers.len(), "writes were not kept");
            if !connection.is_autocommit()
                && let Err(error) = connection.execute_batch("ROLLBACK")
            {
                tracing::error!(%error, "a failed commit could not be rolled back");
            }
        }
        for answer in answers {
            answer(committed.clone());
        }
        untidy += 1;
    }
    tidy(connection, bodies);
}

/// The next write. After commits it is waited for only so long, and not at all after many.
fn next(jobs: &Receiver<Job>, untidy: u32) -> Result<Job, RecvTimeoutError> {
    match untidy {
        0 => jobs.recv().map_err(|_| RecvTimeoutError::Disconnected),
        RESTLESS.. => Err(RecvTimeoutError::Timeout),
        _ => jobs.recv_timeout(QUIET),
    }
}

fn tidy(connection: &Connection, bodies: &Bodies) {
    // What is left is tried again after the next commit, and at the next opening of the folder.
    if let Err(error) = bodies.tidy(connection) {
        tracing::warn!(%error, "unused bodies could not be removed");
    }
}

/// Runs the batch in one transaction. On an error, what was not taken from the batch waits for the next one.
fn commit(
    connection: &Connection,
    bodies: &Bodies,
    batch: &mut dyn Iterator<Item = Job>,
    answers: &mut Vec<Answer>,
) -> Result<(), StoreError> {
    // IMMEDIATE: what a write reads cannot change below it, not even by another process.
    if let Err(error) = connection.execute_batch("BEGIN IMMEDIATE") {
        let error = StoreError::from(error);
        // All who wait now hear it: to let each wait for the lock in turn would take its timeout times their number.
        answers.extend(batch.map(|job| job(Err(error.clone())).answer));
        return Err(error);
    }
    for job in batch {
        if let Err(error) = connection.execute_batch("SAVEPOINT write") {
            let error = StoreError::from(error);
            answers.push(job(Err(error.clone())).answer);
            return Err(error);
        }
        let Outcome { keep, answer } = job(Ok(connection));
        if connection.is_autocommit() {
            // A full disk and its like make SQLite give up the whole transaction. This write has its own reason to tell.
            answer(Ok(()));
            return Err(StoreError::Database("a write of the same commit failed".to_owned()));
        }
        answers.push(answer);
        connection.execute_batch(if keep { "RELEASE write" } else { "ROLLBACK TO write; RELEASE write" })?;
    }
    bodies.sync()?;
    Ok(connection.execute_batch("COMMIT")?)
}
