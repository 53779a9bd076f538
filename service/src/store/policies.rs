//! The texts of a container's four kinds of policy, kept as they were put.

use rusqlite::{Connection, OptionalExtension, params};

use super::StoreError;

/// The kinds of policy a container can have one of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Container,
    Cors,
    Lifecycle,
    Metric,
}

impl Kind {
    /// The word in the database; the schema lists the same four.
    fn word(self) -> &'static str {
        match self {
            Self::Container => "container",
            Self::Cors => "cors",
            Self::Lifecycle => "lifecycle",
            Self::Metric => "metric",
        }
    }
}

/// Puts or replaces a policy.
pub(crate) fn put(db: &Connection, container: i64, kind: Kind, text: &str) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT INTO policy (container_id, kind, text) VALUES (?1, ?2, ?3)
         ON CONFLICT (container_id, kind) DO UPDATE SET text = excluded.text",
    )?
    .execute(params![container, kind.word(), text])?;
    Ok(())
}

/// The policy, if there is one.
pub(crate) fn find(db: &Connection, container: i64, kind: Kind) -> Result<Option<String>, StoreError> {
    let text = db
        .prepare_cached("SELECT text FROM policy WHERE container_id = ?1 AND kind = ?2")?
        .query_row(params![container, kind.word()], |row| row.get(0))
        .optional()?;
    Ok(text)
}

/// The texts of all policies of a container.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Policies {
    pub(crate) container: Option<String>,
    pub(crate) cors: Option<String>,
    pub(crate) lifecycle: Option<String>,
    pub(crate) metric: Option<String>,
}

/// All policies of a container at once.
pub(crate) fn all(db: &Connection, container: i64) -> Result<Policies, StoreError> {
    let mut query = db.prepare_cached("SELECT kind, text FROM policy WHERE container_id = ?1")?;
    let mut rows = query.query(params![container])?;
    let mut found = Policies::default();
    while let Some(row) = rows.next()? {
        let kind: String = row.get(0)?;
        let place = match kind.as_str() {
            "container" => &mut found.container,
            "cors" => &mut found.cors,
            "lifecycle" => &mut found.lifecycle,
            _ => &mut found.metric,
        };
        *place = Some(row.get(1)?);
    }
    Ok(found)
}

/// The policy of that kind of every container that has one, by the container's id.
pub(crate) fn of_every_container(db: &Connection, kind: Kind) -> Result<Vec<(i64, String)>, StoreError> {
    let mut query = db.prepare_cached("SELECT container_id, text FROM policy WHERE kind = ?1")?;
    let rows = query.query_map(params![kind.word()], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Removes a policy; tells whether there was one.
pub(crate) fn remove(db: &Connection, container: i64, kind: Kind) -> Result<bool, StoreError> {
    let removed = db
        .prepare_cached("DELETE FROM policy WHERE container_id = ?1 AND kind = ?2")?
        .execute(params![container, kind.word()])?;
    Ok(removed > 0)
}
