//! Rules of the organisation, written in Rego and evaluated in this process.
//!
//! Every package of the configured files is asked for `deny`, `warn` and `info`: sets of texts, or of objects with `message` and, if they
//! like, `rule` (reported as `rego:<rule>`), `address` (whose place is then shown) and `help`. The input is described in `docs/linter.md`
//! and built here. Evaluation is bounded in time and in what it may say; a rule that cannot be evaluated stops the run, since a check that
//! did not happen must not look like one that passed.

use std::fmt;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::time::Duration;

use mediastore_policy::condition::date::Instant;
use mediastore_policy::json::{Node, Value as NodeValue};
use mediastore_policy::span::Span;
use mediastore_policy::text::{Text, TextRef};
use regorus::utils::limits::ExecutionTimerConfig;
use regorus::{Engine, Value};
use serde_json::{Map, json};

use crate::config::{Config, ConfigError, REGO_PREFIX};
use crate::finding::{Finding, Severity};
use crate::rule::JudgedPolicy;
use crate::source::Sources;
use crate::unit::{Container, Dialect, Document, DocumentKind, Origin, Owner, Unit};

/// How long all rules together may take for one unit. Ordinary ones take less than a millisecond.
const TIME_LIMIT: Duration = Duration::from_secs(5);

/// Bytes of a Rego file. What is larger was not written by hand.
const FILE_LIMIT: u64 = 1 << 20;

/// Findings of one unit. A rule that says more has gone wrong, and its words would fill the memory.
const FINDINGS_LIMIT: usize = 10_000;

/// What the engine says of a rule that no file declares.
const NOT_DECLARED: &str = "not a valid rule path";

/// The sets that are asked for, and how bad what they hold is.
const SETS: [(&str, Severity); 3] = [("deny", Severity::Error), ("warn", Severity::Warning), ("info", Severity::Info)];

/// The rules of an organisation, ready to be evaluated.
#[derive(Clone)]
pub struct Organisation {
    engine: Engine,
    /// The paths of all sets that the packages may declare, `data.package.deny`.
    sets: Vec<(String, Severity)>,
}

/// Why a rule of the organisation could not be evaluated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a rule of the organisation could not be evaluated: {0}")]
pub struct RegoError(String);

impl Organisation {
    /// Reads Rego files, whose paths are relative to a folder.
    ///
    /// # Errors
    ///
    /// A file cannot be read, is too large or is not Rego; the message names file and line.
    pub fn read(folder: &Path, files: &[PathBuf]) -> Result<Self, ConfigError> {
        Self::read_within(TIME_LIMIT, folder, files)
    }

    fn read_within(limit: Duration, folder: &Path, files: &[PathBuf]) -> Result<Self, ConfigError> {
        let mut engine = Engine::new();
        engine.set_execution_timer_config(ExecutionTimerConfig {
            limit,
            check_interval: NonZeroU32::MIN.saturating_add(63),
        });
        let mut packages = Vec::new();
        for file in files {
            let path = folder.join(file);
            let wrong = |reason: String| ConfigError::Referenced {
                message: format!("the Rego file `{}` cannot be used: {reason}", path.display()),
            };
            let size = std::fs::metadata(&path).map_err(|error| wrong(error.to_string()))?.len();
            if size > FILE_LIMIT {
                return Err(wrong(format!("it has {size} bytes and may have {FILE_LIMIT}")));
            }
            let text = std::fs::read_to_string(&path).map_err(|error| wrong(error.to_string()))?;
            let package =
                engine.add_policy(file.display().to_string(), text).map_err(|error| wrong(one_line(&error)))?;
            if !packages.contains(&package) {
                packages.push(package);
            }
        }
        let sets_of = |package: String| SETS.map(|(name, severity)| (format!("{package}.{name}"), severity));
        Ok(Self { engine, sets: packages.into_iter().flat_map(sets_of).collect() })
    }

    /// What the rules say of a unit.
    ///
    /// # Errors
    ///
    /// A rule fails, takes too long or does not say what it should.
    pub fn judge(&self, unit: &Unit, config: &Config, now: Option<Instant>) -> Result<Vec<Finding>, RegoError> {
        let mut engine = self.engine.clone();
        let input = input(unit, config, now).to_string();
        let unusable = |error: &dyn fmt::Display| RegoError(one_line(error));
        engine.set_input(Value::from_json_str(&input).map_err(|error| unusable(&error))?);
        let mut findings = Vec::new();
        let mut is_any_declared = false;
        for (path, severity) in &self.sets {
            let value = match engine.eval_rule(path.clone()) {
                Ok(value) => value,
                Err(error) if error.to_string() == NOT_DECLARED => continue,
                Err(error) => return Err(unusable(&error)),
            };
            is_any_declared = true;
            let said = match &value {
                Value::Undefined => continue,
                Value::Set(items) => items.iter().collect::<Vec<_>>(),
                Value::Array(items) => items.iter().collect(),
                _ => return Err(RegoError(format!("`{path}` must be a set of messages"))),
            };
            if findings.len() + said.len() > FINDINGS_LIMIT {
                return Err(RegoError(format!("`{path}` says more than {FINDINGS_LIMIT} things of one input")));
            }
            for it in said {
                findings.push(finding(unit, path, *severity, it)?);
            }
        }
        if !is_any_declared {
            return Err(RegoError("no package of the Rego files has a rule `deny`, `warn` or `info`".to_owned()));
        }
        Ok(findings)
    }
}

impl fmt::Debug for Organisation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Organisation").field("sets", &self.sets).finish_non_exhaustive()
    }
}

/// One finding, from a text or an object.
fn finding(unit: &Unit, path: &str, severity: Severity, said: &Value) -> Result<Finding, RegoError> {
    let said = said.to_json_str().map_err(|error| RegoError(one_line(&error)))?;
    let said: serde_json::Value = serde_json::from_str(&said).map_err(|error| RegoError(error.to_string()))?;
    let text = |key: &str| said.get(key).and_then(serde_json::Value::as_str);
    let Some(message) = said.as_str().or_else(|| text("message")).or_else(|| text("msg")) else {
        return Err(RegoError(format!("`{path}` says {said}, which is neither a text nor an object with a `message`")));
    };
    let address = text("address").unwrap_or_default();
    let of_package = || path.trim_start_matches("data.").rsplit_once('.').map_or(path, |(package, _)| package);
    let mut finding =
        Finding::new(message.trim_end_matches('.'), origin(unit, address).map_or(Span::default(), |it| it.span));
    finding.rule = format!("{REGO_PREFIX}{}", text("rule").unwrap_or_else(|| of_package()));
    finding.severity = severity;
    address.clone_into(&mut finding.address);
    finding.help = text("help").map(str::to_owned);
    Ok(finding)
}

fn origin<'u>(unit: &'u Unit, address: &str) -> Option<&'u Origin> {
    unit.origins().find(|it| it.address == address)
}

/// The input that rules see. Members are only ever added.
fn input(unit: &Unit, config: &Config, now: Option<Instant>) -> serde_json::Value {
    let zone = config.trust.zone(&[]);
    let document = |it: &Document| document_input(it, unit, &zone, now);
    let container = |(index, it): (usize, &Container)| {
        let documents = || unit.documents_of(index);
        let only = |kind: DocumentKind| documents().find(|it| it.kind == kind);
        let mut members = origin_input(&it.origin, &unit.sources);
        members.extend(object(json!({
            "name": known_text(&it.name),
            "name_template": name_template(&it.name),
            "region": it.region,
            "account": it.account,
            "tags": body(Some(&it.tags)),
        })));
        // What is not there is left out, so that `not container.lifecycle` means what it says; null is there and not known.
        for (name, value) in [
            ("access_logging", it.access_logging.as_ref().map(|it| body(Some(it)))),
            ("force_destroy", it.force_destroy.as_ref().map(|it| body(Some(it)))),
            ("policy", only(DocumentKind::Policy).map(|it| body(it.body.as_ref()))),
            ("cors", only(DocumentKind::Cors).map(|it| body(it.body.as_ref()))),
            ("lifecycle", only(DocumentKind::Lifecycle).map(|it| body(it.body.as_ref()))),
            ("metric", only(DocumentKind::Metric).map(|it| body(it.body.as_ref()))),
            ("exposure", only(DocumentKind::Policy).map(|it| exposure(it, unit, &zone, now))),
        ] {
            members.extend(value.map(|value| (name.to_owned(), value)));
        }
        members.into()
    };
    json!({
        "version": 1,
        "containers": unit.containers.iter().enumerate().map(container).collect::<Vec<serde_json::Value>>(),
        "documents": unit.documents.iter().map(document).collect::<Vec<_>>(),
    })
}

fn document_input(
    document: &Document,
    unit: &Unit,
    zone: &mediastore_policy::analyse::TrustZone,
    now: Option<Instant>,
) -> serde_json::Value {
    let container = match &document.owner {
        Owner::Here(index) => unit.containers.get(*index).map(|it| json!(it.origin.address)),
        Owner::Elsewhere(name) => known_text(name),
        Owner::Unknown => None,
    };
    let mut members = origin_input(&document.origin, &unit.sources);
    let kind = match document.kind {
        DocumentKind::Policy => "policy",
        DocumentKind::Cors => "cors",
        DocumentKind::Lifecycle => "lifecycle",
        DocumentKind::Metric => "metric",
    };
    let exposure = (document.kind == DocumentKind::Policy).then(|| exposure(document, unit, zone, now));
    members.extend(object(json!({
        "kind": kind, "container": container, "body": body(document.body.as_ref()), "exposure": exposure,
    })));
    members.into()
}

/// Who outside can do what: the class of the policy and of each action; null for a policy that the service would refuse.
fn exposure(
    document: &Document,
    unit: &Unit,
    zone: &mediastore_policy::analyse::TrustZone,
    now: Option<Instant>,
) -> serde_json::Value {
    let judged = JudgedPolicy::new(document, unit.container_of(document), zone, now);
    judged.exposure().map_or(serde_json::Value::Null, |exposure| {
        let actions: Map<_, _> =
            exposure.actions.iter().map(|it| (it.action.clone(), json!(it.class.as_str()))).collect();
        json!({"class": exposure.class.as_str(), "actions": actions})
    })
}

fn origin_input(origin: &Origin, sources: &Sources) -> Map<String, serde_json::Value> {
    let dialect = match origin.dialect {
        Dialect::Mediastore => "mediastore",
        Dialect::HashicorpAws => "hashicorp/aws",
        Dialect::CloudFormation => "cloudformation",
        Dialect::Raw => "raw",
    };
    let place = sources.locate(origin.span).map(|(source, local)| (source, source.position(local.start).line));
    let file = place.map(|(source, _)| source.path.display().to_string());
    object(json!({"address": origin.address, "dialect": dialect, "file": file, "line": place.map(|(_, line)| line)}))
}

fn object(value: serde_json::Value) -> Map<String, serde_json::Value> {
    match value {
        serde_json::Value::Object(members) => members,
        _ => Map::new(),
    }
}

/// A value as JSON: what is not known at all is null, text that is partly known has `${...}` for what is not.
fn body(node: Option<&Node>) -> serde_json::Value {
    use serde_json::Value as Json;
    let Some(node) = node else { return Json::Null };
    match &node.value {
        NodeValue::Null | NodeValue::Unknown(_) => Json::Null,
        NodeValue::Bool(value) => json!(value),
        NodeValue::Number(number) => serde_json::from_str(number).unwrap_or(Json::Null),
        NodeValue::String(text) => json!(template(text)),
        NodeValue::Array(items) => items.iter().map(|item| body(Some(item))).collect(),
        NodeValue::Object(members) => {
            members.iter().map(|member| (template(&member.key), body(Some(&member.node)))).collect::<Map<_, _>>().into()
        }
    }
}

/// The text of a node whose text is known.
fn known_text(node: &Node) -> Option<serde_json::Value> {
    match &node.value {
        NodeValue::String(text) => text.as_known().map(|text| json!(text)),
        _ => None,
    }
}

/// A name as far as it is known.
fn name_template(node: &Node) -> Option<String> {
    match &node.value {
        NodeValue::String(text) => Some(template(text)),
        NodeValue::Unknown(hole) => Some(format!("${{{}}}", hole.name)),
        _ => None,
    }
}

fn template(text: &Text) -> String {
    let part = |part: TextRef<'_>| match part {
        TextRef::Known(known) => known.to_owned(),
        TextRef::Hole(hole) => format!("${{{}}}", hole.name),
    };
    text.parts().map(part).collect()
}

/// One line of an error of the engine, which spreads place and message over several.
fn one_line(error: &dyn fmt::Display) -> String {
    let text = error.to_string();
    let place = text.lines().find_map(|line| line.trim().strip_prefix("--> "));
    let message = text
        .lines()
        .rev()
        .find_map(|line| line.trim().strip_prefix("error: "))
        .unwrap_or_else(|| text.lines().next_back().unwrap_or_default().trim());
    place.map_or_else(|| message.to_owned(), |place| format!("{place}: {message}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::{ContainerValues, Values, unit_of};

    const POLICY: &str = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": "*", "Action": "mediastore:GetObject",
        "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/*"}}"#;

    fn unit() -> Unit {
        unit_of(&Values {
            container: Some(ContainerValues {
                address: "mediastore_container.live".into(),
                name: Some("live".into()),
                tags: Some([("Owner".to_owned(), "video".to_owned())].into()),
                access_logging: Some(false),
                ..ContainerValues::default()
            }),
            documents: vec![(DocumentKind::Policy, POLICY.into())],
        })
    }

    fn read(rego: &str) -> Result<Organisation, ConfigError> {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("a.rego"), rego).expect("written");
        Organisation::read_within(Duration::from_millis(500), folder.path(), &["a.rego".into()])
    }

    /// What a rule says of the unit: `rule severity message`.
    fn said(rego: &str) -> Result<Vec<String>, String> {
        let organisation = read(rego).map_err(|error| error.to_string())?;
        let findings = organisation.judge(&unit(), &Config::default(), None).map_err(|error| error.to_string())?;
        Ok(findings.iter().map(|it| format!("{} {} {}", it.rule, it.severity, it.message)).collect())
    }

    #[test]
    fn rules_see_containers_and_say_texts_or_objects() {
        for (body, expected) in [
            ("deny contains \"no\" if input.version == 1", "rego:acme.live error no"),
            (
                "warn contains {\"message\": \"no\", \"rule\": \"x\"} if input.containers[0].name == \"live\"",
                "rego:x warning no",
            ),
            ("info contains {\"msg\": m} if m := input.containers[0].exposure.class", "rego:acme.live info public"),
            (
                "info contains m if m := input.containers[0].exposure.actions[\"mediastore:PutObject\"]",
                "rego:acme.live info none",
            ),
            ("info contains m if m := input.containers[0].policy.Statement.Effect", "rego:acme.live info Allow"),
            ("info contains m if m := input.containers[0].tags.Owner", "rego:acme.live info video"),
            ("info contains \"off\" if not input.containers[0].access_logging", "rego:acme.live info off"),
            ("info contains m if m := input.documents[0].container", "rego:acme.live info mediastore_container.live"),
            ("info contains \"none\" if not input.containers[0].lifecycle", "rego:acme.live info none"),
            ("deny := [\"listed\"]", "rego:acme.live error listed"),
        ] {
            assert_eq!(said(&format!("package acme.live\n{body}\n")), Ok(vec![expected.to_owned()]), "{body}");
        }
        assert_eq!(said("package acme\ndeny contains \"no\" if input.version == 2\n"), Ok(vec![]));
    }

    #[test]
    fn a_rule_that_cannot_be_used_is_named_with_its_place() {
        for (rego, expected) in [
            ("package acme\ndeny contains \"x\" if {\n", "a.rego:3:1"),
            ("deny := 1", "a.rego:1:1"),
            ("package acme\nallow := true\n", "no package of the Rego files has a rule `deny`, `warn` or `info`"),
            ("package acme\ndeny := 7\n", "`data.acme.deny` must be a set of messages"),
            ("package acme\ndeny contains 7\n", "`data.acme.deny` says 7, which is neither a text nor an object"),
            ("package acme\ndeny contains x if x := y\n", "a.rego:2:"),
        ] {
            let message = said(rego).expect_err(rego);
            assert!(message.contains(expected), "{rego}: {message}");
        }
    }

    #[test]
    fn a_rule_without_end_is_stopped() {
        let rego = "package acme\ndeny contains \"x\" if {\n  some a in numbers.range(1, 100000)\n  some b in numbers.range(1, 100000)\n  a + b < 0\n}\n";
        let message = said(rego).expect_err("a limit");
        assert!(message.contains("time"), "{message}");
    }
}
