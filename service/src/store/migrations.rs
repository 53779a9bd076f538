//! The schema, as a list of steps that only grows. Each step is one SQL file that opens with why it exists.
//!
//! A step that has shipped is never edited: the next change is the next file. `user_version` counts the steps a database has taken.

use rusqlite::{Connection, TransactionBehavior};

const STEPS: &[&str] = &[include_str!("migrations/0001_containers.sql"), include_str!("migrations/0002_objects.sql")];

/// The schema this build works with.
pub(super) const VERSION: usize = STEPS.len();

/// The number of steps the database has taken.
pub(super) fn version(connection: &Connection) -> rusqlite::Result<usize> {
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    // A negative version is none of ours; as the largest number it is refused as newer than we know.
    Ok(usize::try_from(version).unwrap_or(usize::MAX))
}

/// Takes the missing steps, all or none. Another process may be doing the same: whoever waited for the lock finds nothing to do.
pub(super) fn apply(connection: &mut Connection) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let taken = version(&transaction)?;
    for step in STEPS.iter().skip(taken) {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "user_version", VERSION.max(taken) as i64)?;
    transaction.commit()
}
