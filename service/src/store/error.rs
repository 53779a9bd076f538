//! What can go wrong with the folder and the database, told apart by what its owner has to do.

use std::io;
use std::path::PathBuf;

use rusqlite::ErrorCode;

/// The data folder could not be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// There is no database, and none was to be made.
    #[error("folder `{0}` is no data folder: it has no `mediastore.db`")]
    Missing(PathBuf),
    /// The path names a file.
    #[error("data folder `{0}` is a file; name a folder")]
    NotAFolder(PathBuf),
    /// The folder is not there and cannot be made.
    #[error("data folder `{path}` cannot be created")]
    Create {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The folder or its database cannot be written.
    #[error(
        "data folder `{0}` cannot be written; check its owner, its permissions and whether its disk is mounted read-only"
    )]
    ReadOnly(PathBuf),
    /// The disk is full.
    #[error("data folder `{0}` is on a full disk")]
    Full(PathBuf),
    /// The database file is damaged, or none.
    #[error("database `{0}` is damaged or not a database; restore it from a copy, or move it away to start empty")]
    Corrupt(PathBuf),
    /// A newer build has written the database.
    #[error("database `{path}` has schema {found}, and this build knows up to {known}; use a newer build")]
    Newer {
        /// The database file.
        path: PathBuf,
        /// Its schema.
        found: usize,
        /// The newest schema this build knows.
        known: usize,
    },
    /// An older build has written the database, and it was not to be changed.
    #[error(
        "database `{path}` has schema {found}, and this build works with {known}; serve the folder once to bring it up to date"
    )]
    Older {
        /// The database file.
        path: PathBuf,
        /// Its schema.
        found: usize,
        /// The schema this build works with.
        known: usize,
    },
    /// Another process keeps the database locked.
    #[error("database `{0}` stays locked by another process")]
    Busy(PathBuf),
    /// What an earlier process left could not be put in order.
    #[error("data folder `{path}` cannot be put in order after an earlier process")]
    Recovery {
        /// The folder.
        path: PathBuf,
        /// What went wrong.
        source: StoreError,
    },
    /// Anything else the database says.
    #[error("database `{path}` cannot be opened")]
    Database {
        /// The database file.
        path: PathBuf,
        /// What the database said.
        source: rusqlite::Error,
    },
}

/// A read or write of an open store failed. Nothing of it was kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The disk is full.
    #[error("the disk that holds the data folder is full")]
    Full,
    /// The database became read-only.
    #[error("the data folder cannot be written")]
    ReadOnly,
    /// The database file is damaged.
    #[error("the database in the data folder is damaged")]
    Corrupt,
    /// The disk fails, or its file system became read-only under the open database.
    #[error("the disk that holds the data folder fails or has become read-only; see the system's log ({0})")]
    Disk(String),
    /// Another process kept the write lock for longer than we wait.
    #[error("the database stays locked by another process")]
    Busy,
    /// The file of an object's bytes is not there, or not as long as it has to be.
    #[error("the body of the object is damaged or missing in the data folder")]
    DamagedBody,
    /// The store is being closed.
    #[error("the store is closed")]
    Closed,
    /// Anything else the database says.
    #[error("the database failed: {0}")]
    Database(String),
    /// Anything else the system says about a file.
    #[error("a file in the data folder failed: {0}")]
    File(String),
}

impl From<io::Error> for StoreError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => Self::Full,
            io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied => Self::ReadOnly,
            _ => Self::File(error.to_string()),
        }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full,
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => Self::ReadOnly,
            Some(ErrorCode::SystemIoFailure) => Self::Disk(error.to_string()),
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Corrupt,
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy,
            _ => Self::Database(error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::ffi;

    use super::*;

    #[test]
    fn what_the_system_says_becomes_what_the_operator_can_do() {
        let kind = |error: &StoreError| match error {
            StoreError::Full => "full",
            StoreError::ReadOnly => "read-only",
            StoreError::Disk(_) => "disk",
            StoreError::Corrupt => "corrupt",
            StoreError::Busy => "busy",
            _ => "else",
        };
        for (code, expected) in [
            (ffi::SQLITE_FULL, "full"),
            (ffi::SQLITE_READONLY_DBMOVED, "read-only"),
            // What writing to a file that is open already gives once its file system is read-only.
            (ffi::SQLITE_IOERR_WRITE, "disk"),
            (ffi::SQLITE_IOERR_FSYNC, "disk"),
            (ffi::SQLITE_CORRUPT, "corrupt"),
            (ffi::SQLITE_BUSY_SNAPSHOT, "busy"),
            (ffi::SQLITE_MISUSE, "else"),
        ] {
            let error = StoreError::from(rusqlite::Error::SqliteFailure(ffi::Error::new(code), None));
            assert_eq!(kind(&error), expected, "{code}: {error}");
        }
        for (error, expected) in [
            (io::ErrorKind::StorageFull, "full"),
            (io::ErrorKind::QuotaExceeded, "full"),
            (io::ErrorKind::ReadOnlyFilesystem, "read-only"),
            (io::ErrorKind::NotFound, "else"),
        ] {
            assert_eq!(kind(&StoreError::from(io::Error::from(error))), expected, "{error}");
        }
    }
}
