//! Policies read from their text once, and again only when the text has changed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Containers whose parsed policy is kept. More than that many busy containers only cost some parsing.
const KEPT: usize = 1024;

/// What the texts of one kind of policy mean, by container. Asked with the text as the store has it now, it is never out of date.
#[derive(Debug)]
pub(crate) struct Parsed<T>(Mutex<HashMap<i64, (String, Arc<T>)>>);

impl<T> Default for Parsed<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T> Parsed<T> {
    /// The meaning of a container's text.
    pub(crate) fn get(&self, container: i64, text: &str, parse: impl FnOnce(&str) -> T) -> Arc<T> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, parsed)) = kept.get(&container)
            && known == text
        {
            return Arc::clone(parsed);
        }
        let parsed = Arc::new(parse(text));
        if kept.len() >= KEPT {
            kept.clear();
        }
        kept.insert(container, (text.to_owned(), Arc::clone(&parsed)));
        parsed
    }
}
