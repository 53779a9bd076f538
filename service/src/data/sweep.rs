//! The sweep: removes objects whose time is up. Readers do not see them any more even before that; the sweep gives the space back.

use std::sync::atomic::{AtomicI64, Ordering};

use super::expiry;
use crate::service::Service;
use crate::store::StoreError;
use crate::store::objects::{self, Version};
use crate::store::policies::{self, Kind};

/// Most objects removed in one commit.
const BATCH: usize = 500;

/// How often objects are looked at for rules in days, in milliseconds: each look reads all objects that are old enough, and AWS took a day.
const DAYS_EVERY: i64 = 60 * 60 * 1000;

/// When the last sweep was, in milliseconds since 1970.
#[derive(Debug, Default)]
pub(crate) struct Sweeps {
    last: AtomicI64,
    last_for_days: AtomicI64,
}

impl Sweeps {
    /// Whether a sweep is due that nobody else has taken on: the last one is so many milliseconds ago.
    pub(crate) fn due(&self, now: i64, every: i64) -> bool {
        due(&self.last, now, every)
    }
}

fn due(last: &AtomicI64, now: i64, every: i64) -> bool {
    let then = last.load(Ordering::Relaxed);
    now.saturating_sub(then) >= every && last.compare_exchange(then, now, Ordering::Relaxed, Ordering::Relaxed).is_ok()
}

/// Removes what is over by now; tells how many objects that were.
pub(crate) async fn sweep(service: &Service) -> Result<usize, StoreError> {
    let now = service.config().clock.now();
    service.sweeps().last.store(now, Ordering::Relaxed);
    let days = due(&service.sweeps().last_for_days, now, DAYS_EVERY);
    let mut removed = 0;
    loop {
        let finder = service.clone();
        let over = service.store().read(move |db| {
            let mut over = objects::expired(db, now, BATCH)?;
            if days {
                over.extend(over_by_days(&finder, db, now)?);
            }
            Ok::<_, StoreError>(over)
        });
        let over = over.await?;
        if over.is_empty() {
            return Ok(removed);
        }
        let gone = service.store().write(move |db| remove(db, &over)).await?;
        removed += gone;
        if gone == 0 {
            return Ok(removed);
        }
    }
}

fn over_by_days(service: &Service, db: &rusqlite::Connection, now: i64) -> Result<Vec<Version>, StoreError> {
    let mut over = Vec::new();
    for (container, text) in policies::of_every_container(db, Kind::Lifecycle)? {
        let policy = service.lifecycles().get(container, &text);
        if let Some(age) = expiry::least_days(&policy) {
            let wanted = |path: &str, at: i64| expiry::is_over_at(&policy, path, at, now);
            over.extend(objects::put_by(db, container, now.saturating_sub(age), BATCH, wanted)?);
        }
    }
    Ok(over)
}

fn remove(db: &rusqlite::Connection, over: &[Version]) -> Result<usize, StoreError> {
    let mut removed = 0;
    for version in over {
        removed += usize::from(objects::remove_version(db, version)?);
    }
    Ok(removed)
}
