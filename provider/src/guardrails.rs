//! Guardrails: the linter's rules over what is about to be applied, so that an organisation can make a change impossible.
//!
//! Rules, names, messages and configuration are `mediastore-lint`'s. A resource is judged by itself, at every plan, with what is
//! known then; Terraform plans again when everything is known, before it applies, so that nothing slips through as unknown.
//! What is in place already and does not change is warned about: it must not stand in the way of other changes, nor of a destroy.

use std::collections::BTreeMap;
use std::path::Path as FilePath;

use mediastore_lint::config::{Config, FailOn};
use mediastore_lint::finding::{Finding, Severity};
use mediastore_lint::lint::{Given, Settings};
use mediastore_lint::source::Position;
use mediastore_lint::unit::{DocumentKind, Unit};
use mediastore_lint::values::{ContainerValues, Values, unit_of};
use mediastore_policy::request::Request;
use tf_plugin::diagnostic::{Diagnostic, Diagnostics};
use tf_plugin::path::Path;
use tf_plugin::schema::sentence;

use crate::client::Client;

/// Rules about how several resources go together, of which a provider sees one at a time.
const OF_SEVERAL_RESOURCES: [&str; 2] = ["default-policy-left", "no-cors-for-players"];

/// The provider block's guardrails.
#[derive(Debug, Default)]
pub(crate) enum Guardrails {
    /// There are none.
    #[default]
    Off,
    /// They depend on what is not known before apply.
    Unknown,
    /// The rules, and from which severity on they fail a plan.
    On { settings: Box<Settings>, fail_on: FailOn },
}

/// A document that is about to be put.
pub(crate) struct Document<'a> {
    pub(crate) kind: DocumentKind,
    /// JSON in the API's shape.
    pub(crate) text: &'a str,
    /// The container it is put on, where that is known.
    pub(crate) container: Option<&'a str>,
    /// Whether it differs from what is there.
    pub(crate) changed: bool,
    /// The attribute or block at a place of the text.
    pub(crate) path: &'a dyn Fn(Position) -> Path,
}

impl Guardrails {
    /// Guardrails of a configuration file, or of the one in charge of the working directory.
    pub(crate) fn new(config: Option<&str>, fail_on: Option<&str>) -> Result<Guardrails, Diagnostic> {
        let settings = match config {
            Some(file) => Settings::of_file(FilePath::new(file), Given::default()),
            None => Settings::of_folder(FilePath::new("."), Given::default()),
        };
        let settings = settings.map_err(|error| {
            let path = Path::attribute("guardrails").name("config");
            Diagnostic::at(path, "Unusable guardrails", sentence(error))
        })?;
        let fail_on = fail_on.and_then(threshold).or(settings.config().fail_on).unwrap_or_default();
        Ok(Guardrails::On { settings: Box::new(settings), fail_on })
    }

    /// What the rules say of a document.
    pub(crate) fn document(&self, client: &Client, document: &Document<'_>) -> Diagnostics {
        let container = document.container.map(|name| container(client, Some(name.to_owned())));
        let values = Values { container, documents: vec![(document.kind, document.text.to_owned())] };
        self.judge(&values, document.changed, |finding, unit| {
            // What is said of the container is said where the container is.
            let (source, local) = unit.sources.locate(finding.span)?;
            let at = source.position(local.start);
            Some(((document.path)(at), format!("Line {}, column {} of the document.\n\n", at.line, at.column)))
        })
    }

    /// What the rules say of a container that is `changed` or made.
    pub(crate) fn container(&self, values: ContainerValues, changed: bool) -> Diagnostics {
        let values = Values { container: Some(values), documents: Vec::new() };
        self.judge(&values, changed, |finding, _| {
            let several = OF_SEVERAL_RESOURCES.contains(&finding.rule.as_str());
            (!several).then(|| (attribute_of(&finding.rule), String::new()))
        })
    }

    /// Diagnostics of the findings that `place` gives a path and a word on the place.
    fn judge(
        &self,
        values: &Values,
        changed: bool,
        place: impl Fn(&Finding, &Unit) -> Option<(Path, String)>,
    ) -> Diagnostics {
        let Guardrails::On { settings, fail_on } = self else { return Diagnostics::none() };
        let unit = unit_of(values);
        let findings = match settings.lint(&unit) {
            Ok(findings) => findings,
            Err(error) => return Diagnostic::error("Guardrails could not be evaluated", sentence(error)).into(),
        };
        let diagnostic = |finding: &Finding| {
            let forbidden = fail_on.is_reached_by(finding.severity);
            let fails = forbidden && changed;
            // What is only worth knowing would be told at every plan for ever.
            if !forbidden && finding.severity == Severity::Info {
                return None;
            }
            let (path, at) = place(finding, &unit)?;
            let summary = format!("{}: {}", finding.rule, finding.message);
            let witness = finding.witness.as_ref().map(|request| format!("{}\n\n", shown(request))).unwrap_or_default();
            let help = finding.help.as_ref().map(|help| format!("{}\n\n", sentence(help))).unwrap_or_default();
            let detail = format!(
                "{at}{witness}{help}This is a guardrail of the provider block; `mediastore-lint explain {}` tells more.",
                finding.rule
            );
            let diagnostic =
                if fails { Diagnostic::error(summary, detail) } else { Diagnostic::warning(summary, detail) };
            Some(Diagnostic { path: Some(path), ..diagnostic })
        };
        findings.iter().filter_map(diagnostic).collect()
    }
}

/// What is known of a container by its name.
pub(crate) fn container(client: &Client, name: Option<String>) -> ContainerValues {
    let scope = client.scope(None);
    ContainerValues {
        name,
        region: scope.region.map(str::to_owned),
        account: scope.account.map(str::to_owned),
        ..ContainerValues::default()
    }
}

/// The words that `fail_on` takes.
pub(crate) fn threshold(word: &str) -> Option<FailOn> {
    match word {
        "info" => Some(FailOn::Info),
        "warning" => Some(FailOn::Warning),
        "error" => Some(FailOn::Error),
        "never" => Some(FailOn::Never),
        _ => None,
    }
}

/// The attribute that a rule about a container is about.
fn attribute_of(rule: &str) -> Path {
    match rule.split('-').next() {
        Some("name") => Path::attribute("name"),
        Some("tag" | "classification") => Path::attribute("tags"),
        Some("access") => Path::attribute("access_logging_enabled"),
        Some("force") => Path::attribute("force_destroy"),
        _ => Path::root(),
    }
}

/// A request that proves a finding, one part on a line.
fn shown(request: &Request) -> String {
    let json = serde_json::to_value(request).unwrap_or_default();
    let mut lines = vec!["A request that gets through:".to_owned()];
    for part in ["principal", "action", "resource"] {
        lines.push(format!("  {part} = {}", json.get(part).and_then(|value| value.as_str()).unwrap_or_default()));
    }
    let context: BTreeMap<String, Vec<String>> =
        json.get("context").cloned().and_then(|context| serde_json::from_value(context).ok()).unwrap_or_default();
    lines.extend(context.iter().map(|(key, values)| format!("  {key} = {}", values.join(", "))));
    lines.join("\n")
}

/// The findings about a policy by the rules as they are documented, for those who trust these accounts.
pub(crate) fn findings(policy: &str, accounts: &[&str]) -> Result<(Vec<Finding>, Unit), (usize, String)> {
    let account = |(index, account): (usize, &&str)| account.parse().map_err(|error: String| (index, error));
    let accounts = accounts.iter().enumerate().map(account).collect::<Result<Vec<_>, _>>()?;
    let given = Given { accounts, ..Given::default() };
    // The defaults name no file, so there is none that could be missing.
    let settings =
        Settings::new(Config::default(), FilePath::new("."), given).map_err(|error| (0, error.to_string()))?;
    let documents = vec![(DocumentKind::Policy, policy.to_owned())];
    let unit = unit_of(&Values { container: None, documents });
    let mut findings = settings.lint(&unit).map_err(|error| (0, error.to_string()))?;
    findings.sort_by(|a, b| (b.severity, a.span.start).cmp(&(a.severity, b.span.start)));
    Ok((findings, unit))
}
