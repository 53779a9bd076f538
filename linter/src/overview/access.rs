//! The access matrix of one container: who can do what, below which paths.
//!
//! Every cell is an answer of `mediastore_policy::analyse`, not a reading of the text: a row for a path asks about the policy together
//! with a Deny of everything else, and a row for a principal asks what that principal can reach by it.

use mediastore_policy::analyse::{self, Exposure, ExposureClass, Reach, ReachQuestion, TrustZone};
use mediastore_policy::condition::date::Instant;
use mediastore_policy::model::{Effect, Policy};
use mediastore_policy::principal::PrincipalKind;
use mediastore_policy::request::{Caller, Request};
use mediastore_policy::resource::{ResourceKind, ResourcePattern};
use mediastore_policy::{mediastore, parse};
use serde::Serialize;

use crate::report::proof;

/// The columns, in the order of the matrix: what is done to objects.
pub(super) const ACTIONS: [&str; 5] = [
    "mediastore:GetObject",
    "mediastore:DescribeObject",
    "mediastore:ListItems",
    "mediastore:PutObject",
    "mediastore:DeleteObject",
];

/// Most rows of paths, and most of principals, for one policy. What is beyond is counted and said.
const MOST: usize = 12;

/// The matrix of one policy.
#[derive(Debug, Serialize)]
pub(super) struct Matrix {
    pub(super) rows: Vec<Row>,
    /// Paths and principals of the policy that have no row, because there are too many.
    pub(super) left_out: usize,
}

/// What one kind of caller can do below one path.
#[derive(Debug, Serialize)]
pub(super) struct Row {
    /// `everybody` for the worst of all callers, otherwise the principal as the policy names it.
    pub(super) who: String,
    /// Path below the container, as the policy writes it; empty for all of it.
    pub(super) path: String,
    /// One cell per action of [`ACTIONS`].
    pub(super) cells: Vec<Cell>,
}

/// The answer to one question.
#[derive(Debug, Serialize)]
pub(super) struct Cell {
    /// `public`, `guarded`, `external`, `trusted`, `none`, `undecided` or `depends`.
    pub(super) class: &'static str,
    /// A request that shows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) witness: Option<Request>,
    /// How to try it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) attempt: Option<String>,
}

impl Cell {
    fn new(class: ExposureClass, witness: Option<Request>) -> Self {
        Self { class: class.as_str(), attempt: witness.as_ref().and_then(proof::command), witness }
    }
}

/// What is asked about a policy.
struct Study<'a> {
    policy: &'a Policy,
    zone: &'a TrustZone,
    now: Option<Instant>,
}

/// The matrix of a policy without problems, whose exposure as a whole is known.
pub(super) fn matrix(policy: &Policy, whole: &Exposure, zone: &TrustZone, now: Option<Instant>) -> Matrix {
    let study = Study { policy, zone, now };
    let (mut paths, principals) = (paths(policy), principals(policy));
    let left_out = paths.len().saturating_sub(MOST) + principals.len().saturating_sub(MOST);
    paths.truncate(MOST);
    let mut rows = vec![of_everybody(String::new(), whole)];
    rows.extend(paths.iter().map(|pattern| study.outsiders(pattern)));
    rows.extend(principals.iter().take(MOST).map(|(name, caller)| study.principal(name, caller, whole)));
    Matrix { rows, left_out }
}

impl Study<'_> {
    /// What the worst of all callers can do below a path.
    fn outsiders(&self, below: &ResourcePattern) -> Row {
        let policies = [self.policy.clone(), everything_but(below)];
        of_everybody(below_container(below), &analyse::exposure(&policies, self.zone, &mediastore::MODEL, self.now))
    }

    fn principal(&self, name: &str, caller: &Caller, whole: &Exposure) -> Row {
        let is_own = match caller {
            Caller::Root { account, .. } | Caller::Identity { account, .. } => self.zone.accounts.contains(account),
            Caller::Service(name) => self.zone.services.contains(name),
            Caller::Anonymous | Caller::Federated(_) | Caller::CanonicalUser(_) => false,
        };
        // Where no outsider can do it, whoever can is no outsider: a service for a distribution of the zone.
        let is_closed =
            |action: &str| whole.actions.iter().any(|own| own.action == action && own.class == ExposureClass::Trusted);
        let cell = |action: &str| {
            let trusted = is_own || is_closed(action);
            let lets_in = if trusted { ExposureClass::Trusted } else { ExposureClass::External };
            let question = ReachQuestion { principal: caller.clone(), action: Some(action.to_owned()), resource: None };
            let policies = std::slice::from_ref(self.policy);
            match analyse::reach(policies, &question, &mediastore::MODEL, self.now) {
                Reach::Can(request) => Cell::new(lets_in, Some(*request)),
                Reach::Cannot => Cell::new(ExposureClass::None, None),
                Reach::Undecided(_) => Cell::new(ExposureClass::Undecided, None),
            }
        };
        Row { who: name.to_owned(), path: String::new(), cells: ACTIONS.into_iter().map(cell).collect() }
    }
}

fn of_everybody(path: String, exposure: &Exposure) -> Row {
    let cell = |name: &str| {
        let found = exposure.actions.iter().find(|action| action.action == name);
        found.map_or(Cell::new(ExposureClass::None, None), |action| Cell::new(action.class, action.witness.clone()))
    };
    Row { who: "everybody".to_owned(), path, cells: ACTIONS.into_iter().map(cell).collect() }
}

/// A policy that denies everything outside `pattern`.
fn everything_but(pattern: &ResourcePattern) -> Policy {
    const DENY: &str = r#"{"Version": "2012-10-17",
        "Statement": {"Effect": "Deny", "Principal": "*", "Action": "*", "NotResource": "*"}}"#;
    let mut policy = parse::parse(DENY).into_result().expect("a policy written here is one");
    for statement in &mut policy.statements {
        statement.resources.entries = vec![pattern.clone()];
    }
    policy
}

/// The resources that statements speak of, each once, in the order of the policy.
fn paths(policy: &Policy) -> Vec<ResourcePattern> {
    let mut found: Vec<ResourcePattern> = Vec::new();
    for entry in policy.statements.iter().flat_map(|statement| &statement.resources.entries) {
        let whole = matches!(below_container(entry).as_str(), "" | "*");
        let known = found.iter().any(|other| other.text == entry.text);
        if matches!(entry.kind, ResourceKind::Arn(_)) && !whole && !known {
            found.push(entry.clone());
        }
    }
    found
}

/// The part of a resource behind the container's name.
fn below_container(entry: &ResourcePattern) -> String {
    let text = entry.text.to_string();
    let path = text.split_once(":container/").and_then(|(_, rest)| rest.split_once('/')).map(|(_, path)| path);
    path.unwrap_or_default().to_owned()
}

/// Whom statements allow something by name, each once.
fn principals(policy: &Policy) -> Vec<(String, Caller)> {
    let allows = |effect: &mediastore_policy::model::Maybe<Effect>| effect.known() == Some(Effect::Allow);
    let statements = policy.statements.iter().filter(|statement| allows(&statement.effect.value));
    let entries = statements.filter(|statement| !statement.principals.negated).flat_map(|it| &it.principals.entries);
    let mut found: Vec<(String, Caller)> = Vec::new();
    for entry in entries {
        let Some(text) = entry.text.as_known() else { continue };
        let name = match &entry.kind {
            PrincipalKind::Account { partition, account } => {
                let partition = partition.as_ref().map_or(Some("aws"), |partition| partition.as_known());
                match (partition, account.as_known()) {
                    (Some(partition), Some(account)) => format!("arn:{partition}:iam::{account}:root"),
                    _ => continue,
                }
            }
            _ => text.to_owned(),
        };
        let Ok(caller) = Caller::parse(&name) else { continue };
        if caller != Caller::Anonymous && !found.iter().any(|(_, known)| *known == caller) {
            found.push((name, caller));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each row as `who path: class of get, describe, list, put, delete`.
    #[track_caller]
    fn shows(policy: &str, expected: &[&str]) {
        let policy = parse::parse(policy).into_result().expect("a policy");
        let zone = TrustZone::of_account("111122223333");
        let line = |row: &Row| {
            let cells: Vec<&str> = row.cells.iter().map(|cell| cell.class).collect();
            format!("{} /{}: {}", row.who, row.path, cells.join(" "))
        };
        let whole = analyse::exposure(std::slice::from_ref(&policy), &zone, &mediastore::MODEL, None);
        let found: Vec<String> = matrix(&policy, &whole, &zone, None).rows.iter().map(line).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_row_for_outsiders_for_each_path_and_for_each_principal() {
        shows(
            r#"{"Version": "2012-10-17", "Statement": [
                {"Effect": "Allow", "Principal": "*", "Action": ["mediastore:GetObject", "mediastore:DescribeObject"],
                 "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/hls/*"},
                {"Effect": "Allow", "Principal": {"AWS": ["arn:aws:iam::111122223333:role/encoder", "444455556666"]},
                 "Action": "mediastore:PutObject", "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/*"},
                {"Effect": "Deny", "Principal": "*", "Action": "*",
                 "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/private/*"}
            ]}"#,
            &[
                "everybody /: public public none external none",
                "everybody /hls/*: public public none external none",
                "everybody /private/*: none none none none none",
                "arn:aws:iam::111122223333:role/encoder /: trusted trusted none trusted none", // as anybody, and by its name
                "arn:aws:iam::444455556666:root /: external external none external none",
            ],
        );
    }

    #[test]
    fn a_service_for_what_is_ours_is_trusted() {
        shows(
            r#"{"Version": "2012-10-17", "Statement": {
                "Effect": "Allow", "Principal": {"Service": "cloudfront.amazonaws.com"}, "Action": "mediastore:GetObject",
                "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/*",
                "Condition": {"StringEquals": {"aws:SourceArn": "arn:aws:cloudfront::111122223333:distribution/E1EXAMPLE"}}
            }}"#,
            &["everybody /: trusted none none none none", "cloudfront.amazonaws.com /: trusted none none none none"],
        );
    }

    #[test]
    fn every_witness_names_the_action_of_its_column() {
        let text = r#"{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "mediastore:*",
            "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/*"}}"#;
        let policy = parse::parse(text).into_result().expect("a policy");
        let zone = TrustZone::default();
        let whole = analyse::exposure(std::slice::from_ref(&policy), &zone, &mediastore::MODEL, None);
        let matrix = matrix(&policy, &whole, &zone, None);
        for (cell, action) in matrix.rows[0].cells.iter().zip(ACTIONS) {
            assert_eq!(cell.witness.as_ref().map(|request| request.action.as_str()), Some(action));
        }
    }
}
