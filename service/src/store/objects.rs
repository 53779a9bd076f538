//! Object rows: what an object is and where in its container. The bytes are files, see [`super::bodies`].

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::StoreError;
use super::bodies::Hash;

/// An object as it is stored. Times are milliseconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Object {
    /// Without a leading slash.
    pub(crate) path: String,
    pub(crate) sha256: Hash,
    /// Bytes.
    pub(crate) size: u64,
    pub(crate) content_type: String,
    pub(crate) cache_control: Option<String>,
    pub(crate) modified_at: i64,
    /// Set on transient data: it is never listed, and not there from then on.
    pub(crate) expires_at: Option<i64>,
}

const COLUMNS: &str = "path, sha256, size, content_type, cache_control, modified_at, expires_at";

fn from_row(row: &Row<'_>) -> rusqlite::Result<Object> {
    Ok(Object {
        path: row.get(0)?,
        sha256: Hash(row.get(1)?),
        size: row.get::<_, i64>(2)?.cast_unsigned(),
        content_type: row.get(3)?,
        cache_control: row.get(4)?,
        modified_at: row.get(5)?,
        expires_at: row.get(6)?,
    })
}

/// Puts an object, in place of one of the same path.
pub(crate) fn put(db: &Connection, container: i64, object: &Object) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT INTO object (container_id, path, sha256, size, content_type, cache_control, modified_at, expires_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
         ON CONFLICT (container_id, path) DO UPDATE SET
             sha256 = excluded.sha256, size = excluded.size, content_type = excluded.content_type,
             cache_control = excluded.cache_control, modified_at = excluded.modified_at, expires_at = excluded.expires_at",
    )?
    .execute(params![
        container,
        object.path,
        object.sha256.0,
        object.size.cast_signed(),
        object.content_type,
        object.cache_control,
        object.modified_at,
        object.expires_at,
    ])?;
    Ok(())
}

/// The object of that path, unless its own time is up by `now`.
pub(crate) fn find(db: &Connection, container: i64, path: &str, now: i64) -> Result<Option<Object>, StoreError> {
    let found = db
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM object
             WHERE container_id = ?1 AND path = ?2 AND (expires_at IS NULL OR expires_at > ?3)"
        ))?
        .query_row(params![container, path, now], from_row)
        .optional()?;
    Ok(found)
}

/// Removes an object; tells whether there was one.
pub(crate) fn remove(db: &Connection, container: i64, path: &str) -> Result<bool, StoreError> {
    let removed = db
        .prepare_cached("DELETE FROM object WHERE container_id = ?1 AND path = ?2")?
        .execute(params![container, path])?;
    Ok(removed > 0)
}

/// Names one version of an object: its container, its path, and when it was put.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Version {
    pub(crate) container: i64,
    pub(crate) path: String,
    pub(crate) modified_at: i64,
}

/// Transient data whose time is up by `now`, at most `limit` objects.
pub(crate) fn expired(db: &Connection, now: i64, limit: usize) -> Result<Vec<Version>, StoreError> {
    let mut query = db.prepare_cached(
        "SELECT container_id, path, modified_at FROM object
         WHERE expires_at <= ?1 LIMIT ?2",
    )?;
    let rows = query.query_map(params![now, limit_of(limit)], |row| {
        Ok(Version { container: row.get(0)?, path: row.get(1)?, modified_at: row.get(2)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Objects of a container that were put by a time and that `wanted` picks by path, at most `limit`.
pub(crate) fn put_by(
    db: &Connection,
    container: i64,
    time: i64,
    limit: usize,
    wanted: impl Fn(&str, i64) -> bool,
) -> Result<Vec<Version>, StoreError> {
    let mut query = db.prepare_cached(
        "SELECT path, modified_at FROM object WHERE container_id = ?1 AND modified_at <= ?2 ORDER BY modified_at",
    )?;
    let mut rows = query.query(params![container, time])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()?
        && found.len() < limit
    {
        let (path, modified_at) = (row.get::<_, String>(0)?, row.get(1)?);
        if wanted(&path, modified_at) {
            found.push(Version { container, path, modified_at });
        }
    }
    Ok(found)
}

/// Removes a version of an object, unless another has taken its place.
pub(crate) fn remove_version(db: &Connection, version: &Version) -> Result<bool, StoreError> {
    let removed = db
        .prepare_cached("DELETE FROM object WHERE container_id = ?1 AND path = ?2 AND modified_at = ?3")?
        .execute(params![version.container, version.path, version.modified_at])?;
    Ok(removed > 0)
}

fn limit_of(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

/// Whether the container has an object whose own time is not up by `now`.
pub(crate) fn any(db: &Connection, container: i64, now: i64) -> Result<bool, StoreError> {
    let found = db
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM object
             WHERE container_id = ?1 AND (expires_at IS NULL OR expires_at > ?2))",
        )?
        .query_row(params![container, now], |row| row.get(0))?;
    Ok(found)
}

/// One entry of a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Entry {
    /// An object right in the folder.
    Object(Object),
    /// A folder in it, by its path with a trailing slash.
    Folder(String),
}

impl Entry {
    /// The path that orders entries: a folder counts with its slash.
    pub(crate) fn path(&self) -> &str {
        match self {
            Self::Object(object) => &object.path,
            Self::Folder(path) => path,
        }
    }
}

/// At most `limit` entries of a folder that follow the entry `after`, in the order of their paths' bytes. `folder` is empty or ends
/// with a slash. Transient data is left out, and so is a folder that holds nothing else.
pub(crate) fn list(
    db: &Connection,
    container: i64,
    folder: &str,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<Entry>, StoreError> {
    let mut query = db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM object
         WHERE container_id = ?1 AND path >= ?2 AND path < ?3 AND expires_at IS NULL
         ORDER BY path"
    ))?;
    let end = past(folder);
    let mut entries = Vec::new();
    // The least path that can be an entry of its own: past a whole folder, or past one object.
    let mut from = match after {
        None => folder.to_owned(),
        Some(after) if after.ends_with('/') => past(after),
        Some(after) => format!("{after}\0"),
    };
    // Every round is one descent of the index, and a folder of a million objects costs one round.
    'rounds: while entries.len() < limit {
        let mut rows = query.query(params![container, from, end])?;
        while entries.len() < limit {
            let Some(row) = rows.next()? else {
                break 'rounds;
            };
            let path = row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?;
            let name = path.get(folder.len()..).unwrap_or_default();
            if let Some(slash) = name.find('/') {
                let sub = path.get(..=folder.len() + slash).unwrap_or_default().to_owned();
                from = past(&sub);
                entries.push(Entry::Folder(sub));
                continue 'rounds;
            }
            entries.push(Entry::Object(from_row(row)?));
        }
    }
    Ok(entries)
}

/// The least text that follows every path in a folder: the slash at its end is one smaller than `0`. Every path precedes the least
/// character that no path has.
fn past(folder: &str) -> String {
    match folder.strip_suffix('/') {
        Some(name) => format!("{name}0"),
        None => "\u{7f}".to_owned(),
    }
}

/// Whether any object has that body.
pub(super) fn refers(db: &Connection, sha256: &Hash) -> Result<bool, StoreError> {
    let found = db
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM object WHERE sha256 = ?1)")?
        .query_row(params![sha256.0], |row| row.get(0))?;
    Ok(found)
}

/// Bodies that may have lost their last object, at most `limit`.
pub(super) fn garbage(db: &Connection, limit: i64) -> Result<Vec<Hash>, StoreError> {
    let mut query = db.prepare_cached("SELECT sha256 FROM garbage LIMIT ?1")?;
    let rows = query.query_map(params![limit], |row| Ok(Hash(row.get(0)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Takes a body off the list of garbage.
pub(super) fn forget_garbage(db: &Connection, sha256: &Hash) -> Result<(), StoreError> {
    db.prepare_cached("DELETE FROM garbage WHERE sha256 = ?1")?.execute(params![sha256.0])?;
    Ok(())
}
