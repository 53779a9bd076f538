//! Where the service keeps what it acknowledged: one SQLite database in a data folder, and beside it the bodies of objects as files.
//!
//! [`Store`] is a cheap handle that hides its threads and connections. All SQL lives below this module, in functions named for what
//! they mean; nothing here knows HTTP or error codes.
//!
//! Acknowledged means committed with `synchronous=FULL`. Two processes may share a folder: every write takes the database's write
//! lock before it reads. Work that may take long runs on the writer's thread or on the runtime's blocking threads; only a few rows that
//! are found by their keys are read on an async worker.

mod check;
mod error;
mod migrations;
mod writer;

pub(crate) mod bodies;
pub(crate) mod containers;
pub(crate) mod objects;
pub(crate) mod policies;
pub(crate) mod tags;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode, OpenFlags};

use bodies::{Bodies, Sealed};
pub use check::{Damaged, Report, check};
pub use error::{OpenError, StoreError};
use writer::Writer;

/// The database file inside the data folder.
pub const DATABASE_FILE: &str = "mediastore.db";

/// How long to wait for another process's lock: far longer than any commit takes.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// Idle read connections to keep. More readers than this at once open more, and close them after.
const IDLE_READERS: usize = 4;

/// A handle on an open data folder. Clones share it; the last one to go closes it.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

struct Inner {
    database: PathBuf,
    bodies: Arc<Bodies>,
    writer: Writer,
    /// A plain mutex: it is held to push or pop, never during a query and never across an await.
    readers: Mutex<Vec<Connection>>,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("database", &self.0.database).finish_non_exhaustive()
    }
}

impl Store {
    /// Opens a data folder, making it and its database where they are missing.
    ///
    /// Blocks for a few milliseconds of disk work; call it from an async task by way of `spawn_blocking`.
    ///
    /// # Errors
    /// [`OpenError`], whose variants say what the owner of the folder has to do.
    pub fn open(data_dir: impl AsRef<Path>) -> Result<Self, OpenError> {
        let data_dir = data_dir.as_ref();
        make_folder(data_dir)?;
        let database = data_dir.join(DATABASE_FILE);
        let connection = prepare(&database).map_err(|error| explain(error, data_dir, &database))?;
        if connection.is_readonly("main").unwrap_or(false) {
            return Err(OpenError::ReadOnly(data_dir.to_owned()));
        }
        let found = migrations::version(&connection).map_err(|error| explain(error, data_dir, &database))?;
        if found > migrations::VERSION {
            let known = migrations::VERSION;
            return Err(OpenError::Newer { path: database, found, known });
        }
        let bodies = Arc::new(Bodies::new(data_dir));
        bodies.recover(&connection).map_err(|source| OpenError::Recovery { path: data_dir.to_owned(), source })?;
        let writer = Writer::start(connection, Arc::clone(&bodies))
            .map_err(|source| OpenError::Create { path: data_dir.to_owned(), source })?;
        Ok(Self(Arc::new(Inner { database, bodies, writer, readers: Mutex::default() })))
    }

    /// The data folder.
    pub(crate) fn folder(&self) -> &Path {
        // The database was opened inside a folder.
        self.0.database.parent().unwrap_or(Path::new("."))
    }

    /// Closes the folder and waits for it, if this is the last handle; SQLite then folds its log into the database and removes it.
    ///
    /// Dropping the last handle closes too, but does not wait, and the end of the process may come first. Nothing is lost by that: the
    /// next opening reads the log.
    pub async fn close(self) {
        if let Some(Inner { readers, writer, .. }) = Arc::into_inner(self.0) {
            let closed = tokio::task::spawn_blocking(move || {
                drop(readers);
                writer.finish();
            });
            if let Err(error) = closed.await {
                tracing::warn!(%error, "the store was not closed in order");
            }
        }
    }

    /// Runs a write in a transaction; the answer comes after the commit, and an `Err` of the closure undoes it.
    pub(crate) async fn write<T, E>(
        &self,
        write: impl FnOnce(&Connection) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.0.writer.write(write).await
    }

    /// Runs a write that refers to a body, and gives the body its place. An error of either undoes both.
    pub(crate) async fn write_with_body<T, E>(
        &self,
        mut body: Sealed,
        write: impl FnOnce(&Connection) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let bodies = Arc::clone(&self.0.bodies);
        let written = self.write(move |db| {
            let value = write(db)?;
            bodies.place_upload(&mut body).map_err(StoreError::from)?;
            // The body is let go only after the commit.
            Ok::<_, E>((value, body))
        });
        written.await.map(|(value, _)| value)
    }

    /// The bodies of this folder.
    pub(crate) fn bodies(&self) -> &Arc<Bodies> {
        &self.0.bodies
    }

    /// Runs a read on one consistent snapshot, which holds every write acknowledged so far.
    pub(crate) async fn read<T, E>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let inner = Arc::clone(&self.0);
        tokio::task::spawn_blocking(move || inner.snapshot(inner.reader()?, read))
            .await
            .map_err(|_| StoreError::Closed)?
    }

    /// Like [`Store::read`], for a few rows found by their keys. They are read on the thread that asks: the pages that lead to them are in
    /// memory as a rule, and to wake another thread takes longer than to read them.
    pub(crate) async fn look_up<T, E>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        match self.0.idle_reader() {
            Some(connection) => self.0.snapshot(connection, read),
            // To connect takes a while.
            None => self.read(read).await,
        }
    }
}

impl Inner {
    /// Runs a read on a snapshot of its own.
    fn snapshot<T, E: From<StoreError>>(
        &self,
        connection: Connection,
        read: impl FnOnce(&Connection) -> Result<T, E>,
    ) -> Result<T, E> {
        let result = {
            let snapshot = connection.unchecked_transaction().map_err(StoreError::from)?;
            read(&snapshot)
        };
        self.give_back(connection);
        result
    }

    fn reader(&self) -> Result<Connection, StoreError> {
        if let Some(idle) = self.idle_reader() {
            return Ok(idle);
        }
        let connection = connect(&self.database)?;
        connection.pragma_update(None, "query_only", true)?;
        Ok(connection)
    }

    fn idle_reader(&self) -> Option<Connection> {
        self.readers.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    fn give_back(&self, connection: Connection) {
        let mut idle = self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < IDLE_READERS {
            idle.push(connection);
        }
    }
}

fn make_folder(data_dir: &Path) -> Result<(), OpenError> {
    // Making a folder that is there is no error, but asking first keeps a read-only disk from being one.
    if data_dir.is_dir() {
        return Ok(());
    }
    if data_dir.exists() {
        return Err(OpenError::NotAFolder(data_dir.to_owned()));
    }
    std::fs::create_dir_all(data_dir).map_err(|source| match source.kind() {
        io::ErrorKind::ReadOnlyFilesystem => OpenError::ReadOnly(data_dir.to_owned()),
        io::ErrorKind::StorageFull => OpenError::Full(data_dir.to_owned()),
        _ => OpenError::Create { path: data_dir.to_owned(), source },
    })
}

/// Connects for writing and brings the schema up to date.
fn prepare(database: &Path) -> rusqlite::Result<Connection> {
    let deadline = Instant::now() + BUSY_TIMEOUT;
    loop {
        match try_prepare(database) {
            // Two processes that make the same database at once can refuse each other without SQLite waiting, since turning to
            // WAL is not covered by its busy timeout.
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) && Instant::now() < deadline => {
                thread::sleep(Duration::from_millis(5));
            }
            result => return result,
        }
    }
}

fn try_prepare(database: &Path) -> rusqlite::Result<Connection> {
    let mut connection = connect(database)?;
    if migrations::version(&connection)? < migrations::VERSION {
        // WAL lets readers and one writer work side by side; the choice stays in the file.
        connection.pragma_update(None, "journal_mode", "wal")?;
        migrations::apply(&mut connection)?;
    }
    Ok(connection)
}

fn connect(database: &Path) -> rusqlite::Result<Connection> {
    // Without URI and with SQLite's own mutex off: a connection here is used by one thread at a time.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(database, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.execute_batch("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;")?;
    Ok(connection)
}

fn explain(error: rusqlite::Error, data_dir: &Path, database: &Path) -> OpenError {
    let folder = data_dir.to_owned();
    let path = database.to_owned();
    match error.sqlite_error_code() {
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen) => OpenError::ReadOnly(folder),
        Some(ErrorCode::DiskFull) => OpenError::Full(folder),
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => OpenError::Corrupt(path),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => OpenError::Busy(path),
        _ => OpenError::Database { path, source: error },
    }
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_bodies;
