//! Bodies of objects: files named for the SHA-256 of their bytes, and the uploads they come from.
//!
//! An upload is written to a file of its own under `uploads/`, synced, and given its place under `objects/` inside the transaction that
//! records it. The folder of that place is synced before the commit. So a body is whole and durable before anything refers to it.
//!
//! A file is removed only under the database's write lock and only if no row refers to it, which makes it safe with any number of
//! processes on the folder. Each process holds a lock on its own folder of uploads while it lives; recovery touches only folders whose
//! lock is free. What a crash can leave is thereby known without looking at every body: a file of an upload, or a row of `garbage`.

use std::collections::BTreeSet;
use std::fs::{self, File, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use rusqlite::Connection;
use sha2::{Digest, Sha256};

use super::{StoreError, objects};
use crate::hex::hex32;

/// Most bodies removed in one transaction, since other writers wait for it.
const TIDY: i64 = 256;

/// The lock file in a folder of uploads.
const LOCK: &str = "lock";

/// SHA-256 of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Hash(pub(crate) [u8; 32]);

impl std::fmt::Display for Hash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl Hash {
    /// The hash that a body's name stands for.
    pub(super) fn named(name: &str) -> Option<Self> {
        hex32(name).map(Self)
    }
}

/// The files of a data folder that are not the database.
pub(crate) struct Bodies {
    data_dir: PathBuf,
    /// Held to look or push, never during disk work, but for making this process's folder of uploads.
    own: Mutex<Option<OwnFolder>>,
    uploads: AtomicU64,
    /// Folders with names that the next commit has to wait for.
    unsynced: Mutex<BTreeSet<PathBuf>>,
    ended: Mutex<Vec<Ended>>,
}

/// This process's folder of uploads. The lock goes with the process, however it ends.
struct OwnFolder {
    path: PathBuf,
    _lock: File,
}

/// An upload that was given its place and is over: committed or not, the database knows.
struct Ended {
    path: PathBuf,
    sha256: Hash,
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Bodies {
    pub(super) fn new(data_dir: &Path) -> Self {
        Self {
            data_dir: data_dir.to_owned(),
            own: Mutex::default(),
            uploads: AtomicU64::default(),
            unsynced: Mutex::default(),
            ended: Mutex::default(),
        }
    }

    pub(super) fn objects(&self) -> PathBuf {
        self.data_dir.join("objects")
    }

    fn uploads(&self) -> PathBuf {
        self.data_dir.join("uploads")
    }

    /// The place of a body. The first byte is a folder of its own, which keeps folders small.
    fn place(&self, sha256: &Hash) -> PathBuf {
        let name = sha256.to_string();
        let (folder, file) = name.split_at(2);
        self.objects().join(folder).join(file)
    }

    /// Opens a body for reading. Blocks.
    pub(crate) fn open(&self, sha256: &Hash) -> io::Result<File> {
        File::open(self.place(sha256))
    }

    /// The hash that a body really has. Blocks.
    pub(super) fn hash(&self, sha256: &Hash) -> io::Result<Hash> {
        hash(&self.place(sha256))
    }

    /// Removes a body unless an object refers to it; tells whether it did. Blocks.
    pub(super) fn remove_unused(&self, db: &Connection, sha256: &Hash) -> Result<bool, StoreError> {
        locked(db, || {
            let unused = !objects::refers(db, sha256)?;
            if unused {
                remove(&self.place(sha256))?;
            }
            Ok(unused)
        })
    }

    /// Starts an upload. Blocks.
    pub(crate) fn begin(self: &Arc<Self>) -> io::Result<Upload> {
        let number = self.uploads.fetch_add(1, Ordering::Relaxed);
        let path = self.own_folder()?.join(number.to_string());
        let file = File::options().read(true).write(true).create_new(true).open(&path)?;
        Ok(Upload {
            bodies: Arc::clone(self),
            path,
            file: Arc::new(file),
            hasher: Sha256::new(),
            size: 0,
            placed: None,
        })
    }

    fn own_folder(&self) -> io::Result<PathBuf> {
        let mut own = held(&self.own);
        if let Some(own) = own.as_ref() {
            return Ok(own.path.clone());
        }
        fs::create_dir_all(self.uploads())?;
        // Nobody recovers between the making of the folder and its lock.
        let _recovery = self.lock_recovery()?;
        let mut bytes = [0; 8];
        getrandom::fill(&mut bytes).map_err(|error| io::Error::other(error.to_string()))?;
        let path = self.uploads().join(format!("{:016x}", u64::from_be_bytes(bytes)));
        fs::create_dir(&path)?;
        let lock = File::create_new(path.join(LOCK))?;
        lock.lock()?;
        *own = Some(OwnFolder { path: path.clone(), _lock: lock });
        Ok(path)
    }

    /// Waits for the lock that recoveries, and makers of a folder of uploads, hold one at a time.
    fn lock_recovery(&self) -> io::Result<File> {
        let lock = File::options().write(true).create(true).truncate(false).open(self.uploads().join(LOCK))?;
        lock.lock()?;
        Ok(lock)
    }

    /// Gives an upload its place, inside the write transaction that records it and as its last step.
    pub(super) fn place_upload(&self, sealed: &mut Sealed) -> io::Result<()> {
        let place = self.place(&sealed.sha256);
        let Some(folder) = place.parent() else {
            return Ok(());
        };
        let upload = &mut sealed.upload;
        // From here on the file of the upload stays until it is known whether a row refers to its place.
        upload.placed = Some(sealed.sha256);
        let mut linked = fs::hard_link(&upload.path, &place);
        if linked.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::NotFound) {
            fs::create_dir_all(folder)?;
            held(&self.unsynced).extend([self.data_dir.clone(), self.objects()]);
            linked = fs::hard_link(&upload.path, &place);
        }
        match linked {
            Ok(()) => {}
            // The same bytes are there already, but nobody has looked whether they still are: replacing them mends a damaged file. Or this
            // is a file system without links; a crash may then leave an unused body, which `mediastored check` finds.
            Err(_) => fs::rename(&upload.path, &place)?,
        }
        held(&self.unsynced).insert(folder.to_owned());
        Ok(())
    }

    /// Makes the places given since the last call durable; called before every commit.
    pub(super) fn sync(&self) -> io::Result<()> {
        let folders = std::mem::take(&mut *held(&self.unsynced));
        folders.iter().try_for_each(|folder| File::open(folder)?.sync_all())
    }

    /// Removes files that nothing refers to any more, as far as this process has made them so or a row of `garbage` says.
    pub(super) fn tidy(&self, db: &Connection) -> Result<(), StoreError> {
        let ended = std::mem::take(&mut *held(&self.ended));
        if ended.is_empty() && objects::garbage(db, 1)?.is_empty() {
            return Ok(());
        }
        let tidied = locked(db, || {
            for Ended { path, sha256 } in &ended {
                self.settle(db, path, sha256)?;
            }
            Ok(())
        });
        if let Err(error) = tidied {
            held(&self.ended).extend(ended);
            return Err(error);
        }
        while self.collect(db)? {}
        Ok(())
    }

    /// Removes some of what `garbage` lists; tells whether there may be more.
    fn collect(&self, db: &Connection) -> Result<bool, StoreError> {
        if objects::garbage(db, 1)?.is_empty() {
            return Ok(false);
        }
        locked(db, || {
            let garbage = objects::garbage(db, TIDY)?;
            for sha256 in &garbage {
                if !objects::refers(db, sha256)? {
                    clear(&self.place(sha256));
                }
                objects::forget_garbage(db, sha256)?;
            }
            Ok(!garbage.is_empty())
        })
    }

    /// Ends an upload that was given its place: without a row, the place is taken back.
    fn settle(&self, db: &Connection, path: &Path, sha256: &Hash) -> Result<(), StoreError> {
        if !objects::refers(db, sha256)? {
            clear(&self.place(sha256));
        }
        clear(path);
        Ok(())
    }

    /// Removes what processes left that are no more. Others may be at work on the folder, and are not disturbed.
    pub(super) fn recover(&self, db: &Connection) -> Result<(), StoreError> {
        if self.uploads().is_dir() {
            let _recovery = self.lock_recovery()?;
            for entry in fs::read_dir(self.uploads())? {
                let folder = entry?.path();
                if folder.is_dir() {
                    self.recover_uploads(db, &folder)?;
                }
            }
        }
        while self.collect(db)? {}
        Ok(())
    }

    fn recover_uploads(&self, db: &Connection, folder: &Path) -> Result<(), StoreError> {
        let lock = folder.join(LOCK);
        // A folder without a lock file lost it at the very end of its process.
        let owner = match File::open(&lock) {
            Ok(file) => match file.try_lock() {
                Ok(()) => Some(file),
                Err(TryLockError::WouldBlock) => return Ok(()),
                Err(TryLockError::Error(error)) => return Err(error.into()),
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error.into()),
        };
        let mut left = 0;
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path == lock {
                continue;
            }
            // An upload that was cut off has the hash of some beginning, which is no one's place.
            let sha256 = hash(&path)?;
            locked(db, || self.settle(db, &path, &sha256))?;
            left += 1;
        }
        if left > 0 {
            tracing::info!(uploads = left, "unfinished uploads of a process that is no more were removed");
        }
        remove(&lock)?;
        drop(owner);
        // Somebody who recovers at the same time, from an older build without the lock, may have been faster.
        let _ = fs::remove_dir(folder);
        Ok(())
    }
}

impl Drop for Bodies {
    fn drop(&mut self) {
        // What is left in the folder keeps it there, for the next one who opens the data folder.
        if let Some(OwnFolder { path, .. }) = held(&self.own).take() {
            let empty = fs::read_dir(&path).is_ok_and(|entries| entries.count() == 1);
            if empty {
                let _ = fs::remove_file(path.join(LOCK));
                let _ = fs::remove_dir(&path);
            }
        }
    }
}

/// Runs a step under the database's write lock.
fn locked<T>(db: &Connection, step: impl FnOnce() -> Result<T, StoreError>) -> Result<T, StoreError> {
    db.execute_batch("BEGIN IMMEDIATE")?;
    let result = step().and_then(|value| {
        db.execute_batch("COMMIT")?;
        Ok(value)
    });
    if result.is_err() && !db.is_autocommit() {
        db.execute_batch("ROLLBACK")?;
    }
    result
}

/// Removes a file, which may be gone already.
fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Removes a file as far as possible. One that stays does no harm but to take space, and must not keep others from being removed.
fn clear(path: &Path) {
    if let Err(error) = remove(path) {
        tracing::warn!(path = %path.display(), %error, "an unused file cannot be removed");
    }
}

/// SHA-256 of a file. Blocks.
pub(crate) fn hash(path: &Path) -> io::Result<Hash> {
    let mut file = File::open(path)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 256 * 1024];
    loop {
        match file.read(&mut buffer) {
            Ok(0) => return Ok(Hash(hasher.finalize().into())),
            Ok(length) => hasher.update(buffer.get(..length).unwrap_or_default()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// A body on its way. Dropped before it is sealed and recorded, it leaves nothing.
pub(crate) struct Upload {
    bodies: Arc<Bodies>,
    path: PathBuf,
    file: Arc<File>,
    hasher: Sha256,
    size: u64,
    placed: Option<Hash>,
}

impl Upload {
    /// Adds bytes at the end. Blocks.
    pub(crate) fn append(&mut self, chunks: &[Bytes]) -> io::Result<()> {
        // Copying is cheap beside a call into the system for each of many small pieces.
        let bytes = match chunks {
            [] => return Ok(()),
            [chunk] => chunk.clone(),
            chunks => chunks.concat().into(),
        };
        (&*self.file).write_all(&bytes)?;
        self.hasher.update(&bytes);
        self.size += bytes.len() as u64;
        Ok(())
    }

    /// The file, for those who read along.
    pub(crate) fn file(&self) -> Arc<File> {
        Arc::clone(&self.file)
    }

    /// Makes the bytes durable; there come no more. Blocks until the disk has them.
    pub(crate) fn seal(mut self) -> io::Result<Sealed> {
        self.file.sync_data()?;
        let sha256 = Hash(std::mem::take(&mut self.hasher).finalize().into());
        Ok(Sealed { sha256, upload: self })
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        let path = std::mem::take(&mut self.path);
        match self.placed {
            // Nobody else knows the file. If it cannot be removed now, the next opening of the folder does.
            None => drop(fs::remove_file(path)),
            Some(sha256) => held(&self.bodies.ended).push(Ended { path, sha256 }),
        }
    }
}

/// A body whose bytes are durable and wait for their record.
pub(crate) struct Sealed {
    sha256: Hash,
    upload: Upload,
}

impl Sealed {
    /// The body's hash.
    pub(crate) fn sha256(&self) -> Hash {
        self.sha256
    }

    /// Its bytes.
    pub(crate) fn size(&self) -> u64 {
        self.upload.size
    }
}
