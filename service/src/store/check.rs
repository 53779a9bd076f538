//! Looks at a whole data folder: the database, every body against its hash, and files that nothing refers to.
//!
//! The folder may be in use. It is not changed, but for unused files if that is asked for, which are then removed under the database's write lock.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use super::bodies::{Bodies, Hash};
use super::error::OpenError;
use super::{BUSY_TIMEOUT, DATABASE_FILE, explain, migrations, objects};

/// What a look at a data folder found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// What is wrong with the database, in its own words. Empty: nothing.
    pub database: Vec<String>,
    /// Objects on record.
    pub objects: u64,
    /// Bodies they refer to.
    pub bodies: u64,
    /// Bytes of these bodies.
    pub bytes: u64,
    /// Objects whose body is not what it was.
    pub damaged: Vec<Damaged>,
    /// Files of bodies that no object refers to. While another process is at work, they may be about to go.
    pub unused: u64,
    /// How many of them were removed.
    pub removed: u64,
}

impl Report {
    /// Whether nothing is lost.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.database.is_empty() && self.damaged.is_empty()
    }
}

/// An object whose body is not what it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damaged {
    /// Its container.
    pub container: String,
    /// Its path.
    pub path: String,
    /// What is wrong with the body, as the end of a sentence.
    pub problem: String,
}

/// Checks a data folder. `progress` hears of bytes checked and of all bytes, before the first body and after each. Blocks.
///
/// # Errors
/// [`OpenError`], when there is no database, or none that can be read at all.
pub fn check(data_dir: &Path, remove_unused: bool, progress: &mut dyn FnMut(u64, u64)) -> Result<Report, OpenError> {
    let database = data_dir.join(DATABASE_FILE);
    let explain = |error| explain(error, data_dir, &database);
    let recovery = |source| OpenError::Recovery { path: data_dir.to_owned(), source };
    if !database.is_file() {
        return Err(OpenError::Missing(data_dir.to_owned()));
    }
    let db = connect(&database, remove_unused).map_err(explain)?;
    let found = migrations::version(&db).map_err(explain)?;
    let known = migrations::VERSION;
    if found > known {
        return Err(OpenError::Newer { path: database, found, known });
    }
    if found < known {
        return Err(OpenError::Older { path: database, found, known });
    }
    let mut report = Report { database: problems(&db).map_err(explain)?, ..Report::default() };
    let bodies = Bodies::new(data_dir);
    let recorded = recorded(&db, &mut report).map_err(explain)?;
    check_bodies(&db, &bodies, &recorded, &mut report, progress).map_err(explain)?;
    for sha256 in bodies.all().map_err(|error| recovery(error.into()))? {
        if recorded.contains_key(&sha256) || objects::refers(&db, &sha256).map_err(recovery)? {
            continue;
        }
        report.unused += 1;
        if remove_unused && bodies.remove_unused(&db, &sha256).map_err(recovery)? {
            report.removed += 1;
        }
    }
    Ok(report)
}

fn connect(database: &Path, write: bool) -> rusqlite::Result<Connection> {
    let access = if write { OpenFlags::SQLITE_OPEN_READ_WRITE } else { OpenFlags::SQLITE_OPEN_READ_ONLY };
    let db = Connection::open_with_flags(database, access | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    db.busy_timeout(BUSY_TIMEOUT)?;
    Ok(db)
}

/// What SQLite finds wrong with the file and with what refers to what.
fn problems(db: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut query = db.prepare("PRAGMA integrity_check")?;
    let found = query.query_map((), |row| row.get::<_, String>(0))?;
    let mut problems: Vec<String> = found.filter(|line| line.as_deref() != Ok("ok")).collect::<Result<_, _>>()?;
    let mut query = db.prepare("PRAGMA foreign_key_check")?;
    let dangling = query.query_map((), |row| {
        Ok(format!(
            "a row of `{}` refers to a `{}` that is not there",
            row.get::<_, String>(0)?,
            row.get::<_, String>(2)?
        ))
    })?;
    problems.extend(dangling.collect::<Result<Vec<_>, _>>()?);
    Ok(problems)
}

/// Every body on record and its length.
fn recorded(db: &Connection, report: &mut Report) -> rusqlite::Result<BTreeMap<Hash, u64>> {
    let mut query = db.prepare("SELECT sha256, size FROM object")?;
    let mut rows = query.query(())?;
    let mut recorded = BTreeMap::new();
    while let Some(row) = rows.next()? {
        report.objects += 1;
        recorded.insert(Hash(row.get(0)?), row.get::<_, i64>(1)?.cast_unsigned());
    }
    report.bodies = recorded.len() as u64;
    report.bytes = recorded.values().sum();
    Ok(recorded)
}

fn check_bodies(
    db: &Connection,
    bodies: &Bodies,
    recorded: &BTreeMap<Hash, u64>,
    report: &mut Report,
    progress: &mut dyn FnMut(u64, u64),
) -> rusqlite::Result<()> {
    let mut done = 0;
    progress(done, report.bytes);
    for (sha256, &size) in recorded {
        if let Some(problem) = problem(bodies, sha256, size) {
            // By now the object may be gone, and its body with it: then nothing is damaged.
            let mut query = db.prepare_cached(
                "SELECT container.name, object.path FROM object JOIN container ON container.id = object.container_id
                 WHERE object.sha256 = ?1",
            )?;
            let damaged = query.query_map([sha256.0], |row| {
                Ok(Damaged { container: row.get(0)?, path: row.get(1)?, problem: problem.clone() })
            })?;
            report.damaged.extend(damaged.collect::<Result<Vec<_>, _>>()?);
        }
        done += size;
        progress(done, report.bytes);
    }
    Ok(())
}

fn problem(bodies: &Bodies, sha256: &Hash, size: u64) -> Option<String> {
    let length = match bodies.open(sha256).and_then(|file| file.metadata()) {
        Ok(metadata) => metadata.len(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Some("is missing".to_owned()),
        Err(error) => return Some(format!("cannot be read: {error}")),
    };
    if length != size {
        return Some(format!("has {length} bytes in place of {size}"));
    }
    match bodies.hash(sha256) {
        Ok(found) if found == *sha256 => None,
        Ok(_) => Some("has other bytes than were put".to_owned()),
        Err(error) => Some(format!("cannot be read: {error}")),
    }
}

impl Bodies {
    /// The hashes that files are named for.
    fn all(&self) -> io::Result<Vec<Hash>> {
        let folders = match fs::read_dir(self.objects()) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            folders => folders?,
        };
        let mut found = Vec::new();
        for folder in folders {
            let folder = folder?;
            if !folder.file_type()?.is_dir() {
                continue;
            }
            let start = folder.file_name();
            for file in fs::read_dir(folder.path())? {
                let end = file?.file_name();
                let name = format!("{}{}", start.to_string_lossy(), end.to_string_lossy());
                // Other files are not ours to judge.
                found.extend(Hash::named(&name));
            }
        }
        Ok(found)
    }
}
