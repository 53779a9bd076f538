//! The tags of a container.

use rusqlite::{Connection, params};

use super::StoreError;

/// Puts or replaces one tag.
pub(crate) fn put(db: &Connection, container: i64, key: &str, value: &str) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT INTO tag (container_id, key, value) VALUES (?1, ?2, ?3)
         ON CONFLICT (container_id, key) DO UPDATE SET value = excluded.value",
    )?
    .execute(params![container, key, value])?;
    Ok(())
}

/// Removes one tag, if it is there.
pub(crate) fn remove(db: &Connection, container: i64, key: &str) -> Result<(), StoreError> {
    db.prepare_cached("DELETE FROM tag WHERE container_id = ?1 AND key = ?2")?.execute(params![container, key])?;
    Ok(())
}

/// All tags as key and value, in the order of the keys' bytes.
pub(crate) fn list(db: &Connection, container: i64) -> Result<Vec<(String, String)>, StoreError> {
    let mut query = db.prepare_cached("SELECT key, value FROM tag WHERE container_id = ?1 ORDER BY key")?;
    let rows = query.query_map(params![container], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// How many tags there are.
pub(crate) fn count(db: &Connection, container: i64) -> Result<usize, StoreError> {
    let count: i64 = db
        .prepare_cached("SELECT count(*) FROM tag WHERE container_id = ?1")?
        .query_row(params![container], |row| row.get(0))?;
    Ok(usize::try_from(count).unwrap_or(0))
}
