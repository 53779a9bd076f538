//! The hand-written hard cases.

use std::collections::BTreeMap;
use std::path::Path;

use mediastore_policy::analyse::{ExposureClass, TrustZone, exposure};
use mediastore_policy::condition::date::Instant;
use mediastore_policy::condition::ip::Network;
use mediastore_policy::decide::{Verdict, decide};
use mediastore_policy::mediastore;
use serde::Deserialize;

use super::policy_of;

/// 2026-01-01.
const NOW: Instant = Instant(1_767_225_600_000);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    statements: Vec<String>,
    exposure: String,
    /// Names of actions, or patterns with one `*`, and their classes; the longest that fits counts. What is not listed is `none`.
    /// Without the table, the class is that of GetObject alone.
    #[serde(default)]
    actions: BTreeMap<String, String>,
    #[serde(default)]
    version: Option<String>,
    #[serde(default)]
    networks: Vec<String>,
    #[serde(default)]
    organizations: Vec<String>,
}

#[test]
fn every_case_has_its_exposure_and_a_witness() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/exposure");
    let (mut count, mut wrong) = (0, Vec::new());
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let file: File = toml::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        for case in file.case {
            count += 1;
            if let Err(fault) = check(&case) {
                wrong.push(format!("{} `{}`: {fault}", path.file_name().unwrap().to_string_lossy(), case.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {count} cases are wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(count >= 400, "only {count} cases were found");
}

fn check(case: &Case) -> Result<(), String> {
    let statements: Vec<&str> = case.statements.iter().map(String::as_str).collect();
    let policy = policy_of(case.version.as_deref().unwrap_or("2012-10-17"), &statements);
    let zone = TrustZone {
        networks: case.networks.iter().map(|text| Network::parse(text).unwrap()).collect(),
        organizations: case.organizations.clone(),
        ..TrustZone::of_account("111122223333")
    };
    let found = exposure(std::slice::from_ref(&policy), &zone, &mediastore::MODEL, Some(NOW));
    if found.class.as_str() != case.exposure {
        return Err(format!("is {} ({:?})", found.class, found.witness()));
    }
    let has_witness = matches!(
        found.class,
        ExposureClass::Public | ExposureClass::Guarded | ExposureClass::External | ExposureClass::Trusted
    );
    match found.witness() {
        Some(request) if decide([&policy], request).verdict != Verdict::Allow => {
            return Err(format!("{request:?} is not allowed"));
        }
        None if has_witness => return Err("has no witness".to_owned()),
        _ => {}
    }
    for own in &found.actions {
        let expected = case.expected(&own.action);
        if own.class.as_str() != expected {
            return Err(format!("{} is {}, not {expected}", own.action, own.class));
        }
    }
    match case.actions.keys().find(|name| !found.actions.iter().any(|own| names(name, &own.action))) {
        Some(name) => Err(format!("has no {name}")),
        None => Ok(()),
    }
}

impl Case {
    fn expected(&self, action: &str) -> &str {
        let fitting = self.actions.iter().filter(|(name, _)| names(name, action));
        match fitting.max_by_key(|(name, _)| name.len()) {
            Some((_, class)) => class,
            None if self.actions.is_empty() && action == "mediastore:GetObject" => &self.exposure,
            None => "none",
        }
    }
}

fn names(pattern: &str, action: &str) -> bool {
    match pattern.split_once('*') {
        Some((head, tail)) => action.len() >= pattern.len() - 1 && action.starts_with(head) && action.ends_with(tail),
        None => pattern == action,
    }
}
