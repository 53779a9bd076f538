//! Container rows. Whether a state allows an operation is decided by the control plane, not here.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::StoreError;

/// Who owns containers, and where: names are unique within it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Realm {
    pub(crate) account: String,
    pub(crate) region: String,
}

impl Realm {
    /// The ARN of a container.
    pub(crate) fn arn(&self, name: &str) -> String {
        format!("arn:aws:mediastore:{}:{}:container/{name}", self.region, self.account)
    }
}

/// A container as it is stored. Times are milliseconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Container {
    pub(crate) id: i64,
    pub(crate) name: String,
    /// First part of its data endpoint's host.
    pub(crate) label: String,
    pub(crate) created_at: i64,
    pub(crate) active_at: i64,
    pub(crate) gone_at: Option<i64>,
    pub(crate) access_logging: bool,
}

/// What a new container starts with.
pub(crate) struct NewContainer<'a> {
    pub(crate) name: &'a str,
    pub(crate) label: &'a str,
    pub(crate) created_at: i64,
    pub(crate) active_at: i64,
}

const COLUMNS: &str = "id, name, label, created_at, active_at, gone_at, access_logging";

fn from_row(row: &Row<'_>) -> rusqlite::Result<Container> {
    Ok(Container {
        id: row.get(0)?,
        name: row.get(1)?,
        label: row.get(2)?,
        created_at: row.get(3)?,
        active_at: row.get(4)?,
        gone_at: row.get(5)?,
        access_logging: row.get(6)?,
    })
}

/// Adds a container and returns its id. The caller has made sure that the name is free.
pub(crate) fn insert(db: &Connection, realm: &Realm, new: &NewContainer<'_>) -> Result<i64, StoreError> {
    db.prepare_cached(
        "INSERT INTO container (account, region, name, label, created_at, active_at, access_logging)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, FALSE)",
    )?
    .execute(params![realm.account, realm.region, new.name, new.label, new.created_at, new.active_at])?;
    Ok(db.last_insert_rowid())
}

/// The container of that name, unless it is gone by `now`.
pub(crate) fn find(db: &Connection, realm: &Realm, name: &str, now: i64) -> Result<Option<Container>, StoreError> {
    let found = db
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM container
             WHERE account = ?1 AND region = ?2 AND name = ?3 AND (gone_at IS NULL OR gone_at > ?4)"
        ))?
        .query_row(params![realm.account, realm.region, name, now], from_row)
        .optional()?;
    Ok(found)
}

/// The container whose endpoint has that label, and where it is, unless it is gone by `now`.
pub(crate) fn find_label(db: &Connection, label: &str, now: i64) -> Result<Option<(Container, Realm)>, StoreError> {
    let found = db
        .prepare_cached(&format!(
            "SELECT {COLUMNS}, account, region FROM container
             WHERE label = ?1 AND (gone_at IS NULL OR gone_at > ?2)"
        ))?
        .query_row(params![label, now], |row| Ok((from_row(row)?, Realm { account: row.get(7)?, region: row.get(8)? })))
        .optional()?;
    Ok(found)
}

/// Whether the container of that id takes and gives objects: it is ACTIVE.
pub(crate) fn is_active(db: &Connection, id: i64, now: i64) -> Result<bool, StoreError> {
    let found = db
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM container WHERE id = ?1 AND gone_at IS NULL AND active_at <= ?2)",
        )?
        .query_row(params![id, now], |row| row.get(0))?;
    Ok(found)
}

/// At most `limit` containers whose names follow `after`, in the order of their names' bytes.
pub(crate) fn list(
    db: &Connection,
    realm: &Realm,
    after: Option<&str>,
    limit: Option<usize>,
    now: i64,
) -> Result<Vec<Container>, StoreError> {
    // A negative limit is SQLite's "all"; every name follows the empty one.
    let limit = limit.and_then(|limit| i64::try_from(limit).ok()).unwrap_or(-1);
    let mut query = db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM container
         WHERE account = ?1 AND region = ?2 AND name > ?3 AND (gone_at IS NULL OR gone_at > ?4)
         ORDER BY name LIMIT ?5"
    ))?;
    let rows = query.query_map(params![realm.account, realm.region, after.unwrap_or(""), now, limit], from_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// How many containers there are.
pub(crate) fn count(db: &Connection, realm: &Realm, now: i64) -> Result<usize, StoreError> {
    let count: i64 = db
        .prepare_cached(
            "SELECT count(*) FROM container
             WHERE account = ?1 AND region = ?2 AND (gone_at IS NULL OR gone_at > ?3)",
        )?
        .query_row(params![realm.account, realm.region, now], |row| row.get(0))?;
    Ok(usize::try_from(count).unwrap_or(0))
}

/// Lets a container go at a time, which may be now.
pub(crate) fn let_go(db: &Connection, id: i64, gone_at: i64) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE container SET gone_at = ?2 WHERE id = ?1")?.execute(params![id, gone_at])?;
    Ok(())
}

/// Removes the rows of all containers that are gone by `now`, with all that hangs on them.
pub(crate) fn sweep(db: &Connection, now: i64) -> Result<(), StoreError> {
    db.prepare_cached("DELETE FROM container WHERE gone_at <= ?1")?.execute(params![now])?;
    Ok(())
}

/// Switches access logging.
pub(crate) fn set_access_logging(db: &Connection, id: i64, on: bool) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE container SET access_logging = ?2 WHERE id = ?1")?.execute(params![id, on])?;
    Ok(())
}
