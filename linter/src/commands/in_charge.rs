//! Which configuration is in charge of which input: the named one, or the nearest above each.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crate::Failure;
use crate::baseline::Baseline;
use crate::config::Config;
use crate::lint::{Given, Settings};
use crate::unit::Unit;

/// Which settings are in charge of which input.
pub(crate) struct InCharge {
    given: Given,
    /// The same for everything, where the user named a configuration.
    named: Option<Arc<Settings>>,
    /// By the configuration's path; nothing is the default.
    found: Mutex<BTreeMap<Option<PathBuf>, Arc<Settings>>>,
}

impl InCharge {
    pub(crate) fn new(config: Option<PathBuf>, given: Given) -> Result<Self, Failure> {
        let named = config.map(|file| Settings::of_file(&file, given.clone())).transpose()?.map(Arc::new);
        Ok(Self { given, named, found: Mutex::default() })
    }

    pub(crate) fn of(&self, unit: &Unit) -> Result<Arc<Settings>, Failure> {
        if let Some(named) = &self.named {
            return Ok(Arc::clone(named));
        }
        let path = unit.sources.iter().next().map(|source| source.path.as_path());
        let folder =
            path.and_then(Path::parent).filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let file = Config::find(folder);
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(settings) = found.get(&file) {
            return Ok(Arc::clone(settings));
        }
        let settings = match &file {
            Some(file) => Settings::of_file(file, self.given.clone()),
            None => Settings::new(Config::default(), Path::new("."), self.given.clone()),
        };
        let settings = Arc::new(settings?);
        found.insert(file, Arc::clone(&settings));
        Ok(settings)
    }

    fn all(&self) -> Vec<Arc<Settings>> {
        let found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        self.named.iter().chain(found.values()).cloned().collect()
    }

    pub(crate) fn baselines(&self) -> Vec<Baseline> {
        self.all().iter().filter_map(|settings| settings.baseline().cloned()).collect()
    }

    /// The baseline file that the configuration names, if there is one configuration.
    pub(super) fn baseline_file(&self) -> Option<PathBuf> {
        match self.all().as_slice() {
            [settings] => settings.config().baseline.as_ref().map(|file| settings.folder().join(file)),
            _ => None,
        }
    }
}
