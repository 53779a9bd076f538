//! What a rule is, and how the rules of the registry are run over a unit.
//!
//! A rule is a static value in a file of its own under `rules/`: what it is called, what it says and why, what triggers it and what does
//! not, and a pure function. Docs, help, configuration schema, SARIF metadata and the sweeping tests read the same value.

use std::collections::BTreeMap;

use mediastore_policy::condition::date::Instant;

use crate::config::Config;
use crate::finding::{Finding, Severity};
pub use crate::judged::{Grant, JudgedPolicy};
use crate::unit::{Container, Document, DocumentKind, Fault, Owner, Stranger, Unit};

/// A rule.
#[derive(Debug)]
pub struct Rule {
    /// Kebab-case, the name of the thing flagged. Never changes.
    pub name: &'static str,
    /// The family, which is also the heading in the docs.
    pub family: Family,
    /// How bad it is, unless configured otherwise.
    pub severity: Severity,
    /// How bad it is in the `strict` profile.
    pub strict: Severity,
    /// One line, without a full stop.
    pub summary: &'static str,
    /// Why it matters and what to do about it: Markdown paragraphs.
    pub explanation: &'static str,
    /// Inputs that trigger it. Executed as tests, printed in the docs.
    pub bad: &'static [Example],
    /// Inputs that do not.
    pub good: &'static [Example],
    /// What it looks at, and how.
    pub check: Check,
}

/// Families of rules, in the order of the docs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// Input that could not be judged.
    Input,
    /// Who can do what.
    Exposure,
    /// Text the service refuses or that means nothing.
    Validity,
    /// Cross-origin rules.
    Cors,
    /// Lifecycle and metric policies.
    LifecycleAndMetrics,
    /// Names.
    Naming,
    /// Tags.
    Tagging,
    /// Everything else worth saying.
    Hygiene,
}

impl Family {
    /// The heading in the docs.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Input => "Input",
            Self::Exposure => "Exposure",
            Self::Validity => "Validity",
            Self::Cors => "CORS",
            Self::LifecycleAndMetrics => "Lifecycle and metrics",
            Self::Naming => "Naming",
            Self::Tagging => "Tagging",
            Self::Hygiene => "Hygiene",
        }
    }

    /// What its rules have in common, as a sentence.
    #[must_use]
    pub fn summary(self) -> &'static str {
        match self {
            Self::Input => "What could not be read or judged. An answer that is not complete says so.",
            Self::Exposure => {
                "Who can do what. Nothing is guessed from patterns: a finding shows a request that the policy allows, and silence is a \
                 proof that no outsider's request is allowed."
            }
            Self::Validity => "What the service refuses, and what means nothing or something other than it seems to.",
            Self::Cors => "Which websites' scripts may read answers, and rules that never match.",
            Self::LifecycleAndMetrics => "When objects go, and what is measured.",
            Self::Naming => "How containers are called.",
            Self::Tagging => "Which tags containers carry.",
            Self::Hygiene => "Everything else worth saying.",
        }
    }
}

/// An input of a rule's example.
#[derive(Debug, Clone, Copy)]
pub struct Example {
    /// A file name whose ending says the language: `main.tf`, `policy.json`, `template.yaml`.
    pub file: &'static str,
    /// The text. In a bad example each expected place is marked by `«` before and `»` behind it, which are not part of the text.
    pub text: &'static str,
    /// Configuration it runs under, as in `mediastore-lint.toml`.
    pub config: &'static str,
}

impl Example {
    /// An example under the default configuration.
    #[must_use]
    pub const fn new(file: &'static str, text: &'static str) -> Self {
        Self { file, text, config: "" }
    }

    /// A policy of its own.
    #[must_use]
    pub const fn policy(text: &'static str) -> Self {
        Self::new("policy.json", text)
    }

    /// The same under a configuration.
    #[must_use]
    pub const fn under(self, config: &'static str) -> Self {
        Self { config, ..self }
    }
}

/// What a rule looks at.
#[derive(Debug, Clone, Copy)]
pub enum Check {
    /// A fault of the input.
    Fault(fn(&Fault, &Unit, &mut Sink<'_>)),
    /// A resource of an unknown type.
    Stranger(fn(&Scope<'_>, &Stranger, &mut Sink<'_>)),
    /// A container with everything attached to it.
    Container(fn(&Scope<'_>, &Container, usize, &mut Sink<'_>)),
    /// A container policy.
    Policy(fn(&Scope<'_>, &JudgedPolicy<'_>, &mut Sink<'_>)),
    /// The comments that suppress: judged where they are applied, in `suppress`.
    Comment,
    /// A document of any kind.
    AnyDocument(fn(&Scope<'_>, &Document, &mut Sink<'_>)),
    /// A document of one kind.
    Document(DocumentKind, fn(&Scope<'_>, &Document, &mut Sink<'_>)),
}

/// What every check may look at.
#[derive(Debug)]
pub struct Scope<'a> {
    /// The whole unit.
    pub unit: &'a Unit,
    /// The configuration.
    pub config: &'a Config,
    /// Requests are made at this time or later; any time, if nothing.
    pub now: Option<Instant>,
    /// The policies of the unit, in the order of its documents.
    pub policies: &'a [JudgedPolicy<'a>],
    severities: BTreeMap<&'static str, Severity>,
}

impl Scope<'_> {
    /// The policy of a container: the judged one attached to it in this unit.
    #[must_use]
    pub fn policy_of(&self, container: usize) -> Option<&JudgedPolicy<'_>> {
        self.policies.iter().find(|policy| policy.document.owner == Owner::Here(container))
    }

    /// How bad another rule is here; nothing if it is off.
    #[must_use]
    pub fn severity(&self, rule: &str) -> Option<Severity> {
        self.severities.get(rule).copied()
    }
}

/// Where a check puts its findings; fills in what the rule knows of itself.
#[derive(Debug)]
pub struct Sink<'a> {
    rule: &'static Rule,
    severity: Severity,
    address: &'a str,
    findings: &'a mut Vec<Finding>,
}

impl Sink<'_> {
    /// Reports a finding, with the rule's name and severity and the address of what is checked.
    pub fn report(&mut self, finding: Finding) {
        self.report_as(self.severity, finding);
    }

    /// Reports a finding that is worse or less bad than the rule's usual.
    pub fn report_as(&mut self, severity: Severity, mut finding: Finding) {
        self.rule.name.clone_into(&mut finding.rule);
        self.address.clone_into(&mut finding.address);
        finding.severity = severity;
        self.findings.push(finding);
    }

    /// The severity that configuration gives this rule.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.severity
    }
}

/// The policies of a unit, for [`judge`] and for whoever wants their answers besides: each is found once.
#[must_use]
pub fn policies<'u>(unit: &'u Unit, config: &Config, now: Option<Instant>) -> Vec<JudgedPolicy<'u>> {
    let zone = config.trust.zone(&[]);
    let documents = unit.documents.iter().filter(|document| document.kind == DocumentKind::Policy);
    documents.map(|document| JudgedPolicy::new(document, unit.container_of(document), &zone, now)).collect()
}

/// Runs rules over a unit and its [`policies`]. `severity` says how bad a rule is here, or that it is off.
pub fn judge(
    unit: &Unit,
    policies: &[JudgedPolicy<'_>],
    rules: &[&'static Rule],
    config: &Config,
    now: Option<Instant>,
    severity: impl Fn(&Rule) -> Option<Severity>,
) -> Vec<Finding> {
    let severities = rules.iter().filter_map(|rule| Some((rule.name, severity(rule)?))).collect();
    let scope = Scope { unit, config, now, policies, severities };
    let mut findings = Vec::new();
    for rule in rules {
        let Some(severity) = scope.severity(rule.name) else { continue };
        let mut on = |address: &str, check: &mut dyn FnMut(&mut Sink<'_>)| {
            check(&mut Sink { rule, severity, address, findings: &mut findings });
        };
        match rule.check {
            Check::Comment => {}
            Check::Fault(check) => unit.faults.iter().for_each(|fault| on("", &mut |sink| check(fault, unit, sink))),
            Check::Stranger(check) => {
                unit.strangers.iter().for_each(|it| on(&it.origin.address, &mut |sink| check(&scope, it, sink)));
            }
            Check::Container(check) => unit
                .containers
                .iter()
                .enumerate()
                .for_each(|(index, it)| on(&it.origin.address, &mut |sink| check(&scope, it, index, sink))),
            Check::Policy(check) => {
                policies.iter().for_each(|it| on(&it.document.origin.address, &mut |sink| check(&scope, it, sink)))
            }
            Check::AnyDocument(check) => {
                unit.documents.iter().for_each(|it| on(&it.origin.address, &mut |sink| check(&scope, it, sink)));
            }
            Check::Document(kind, check) => unit
                .documents
                .iter()
                .filter(|document| document.kind == kind)
                .for_each(|it| on(&it.origin.address, &mut |sink| check(&scope, it, sink))),
        }
    }
    findings
}
