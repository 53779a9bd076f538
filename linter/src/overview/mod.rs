//! Everything a governance lead wants to see at once: who can do what in every container, which web pages may read, whether names and
//! tags follow the rules, and every finding with its source. The same data as a page or as JSON.
//!
//! Nothing is judged here that a rule or `mediastore_policy` does not decide.

mod access;
mod page;

use std::collections::BTreeMap;

use mediastore_policy::cors::{CorsRule, grants_for};
use mediastore_policy::json::{Node, Value};
use mediastore_policy::request::Request;
use mediastore_policy::span::Span;
use serde::Serialize;

use self::access::Matrix;
pub(crate) use self::page::page;
use crate::finding::Severity;
use crate::judged::JudgedPolicy;
use crate::located::{Located, Place};
use crate::report::proof;
use crate::rules::{self, cors_document::CorsDocument};
use crate::source::Sources;
use crate::unit::{Container, Document, DocumentKind, Owner, Unit};

/// Most lines of source shown for a finding.
const EXCERPT: usize = 8;

/// All units of a run. Members are only ever added.
#[derive(Debug, Serialize)]
pub(crate) struct Overview {
    /// What was looked at, with what, and when: one line.
    pub(crate) about: String,
    /// The columns of every access matrix.
    actions: [&'static str; 5],
    /// Inputs that could not be read, and are therefore missing here.
    pub(crate) unreadable: usize,
    subjects: Vec<Subject>,
    findings: Vec<Reported>,
}

/// A container with what is attached to it, or a document that stands alone.
#[derive(Debug, Serialize)]
struct Subject {
    /// Its name, unknown parts in angle brackets; nothing for a document whose container is not known.
    name: Option<String>,
    address: String,
    file: String,
    /// From 1; 0 where the whole file is meant.
    line: usize,
    /// Whether it is a container, and not a document that stands alone.
    container: bool,
    tags: BTreeMap<String, String>,
    /// Whether it has a policy here, or is one.
    policy: bool,
    /// The class of its policy, if it has one that can be judged.
    exposure: Option<&'static str>,
    access: Option<Matrix>,
    cors: Vec<Grant>,
    /// Indices into the findings.
    findings: Vec<usize>,
}

/// What scripts of one origin may do.
#[derive(Debug, Serialize)]
struct Grant {
    /// As the policy writes it.
    origin: String,
    methods: Vec<String>,
    /// The rules that decide, from 0.
    rules: Vec<usize>,
}

/// A finding with its place spelled out.
#[derive(Debug, Serialize)]
struct Reported {
    rule: String,
    /// As the docs call it, in small letters; nothing for a rule of the organisation.
    family: String,
    severity: Severity,
    message: String,
    file: String,
    /// From 1; 0 where the whole file is meant.
    line: usize,
    address: String,
    help: Option<String>,
    excerpt: Vec<Line>,
    #[serde(skip_serializing_if = "Option::is_none")]
    witness: Option<Request>,
    /// How to try the witness.
    #[serde(skip_serializing_if = "Option::is_none")]
    attempt: Option<String>,
}

/// A line of source, in three pieces.
#[derive(Debug, Serialize)]
struct Line {
    number: usize,
    before: String,
    marked: String,
    after: String,
}

impl Overview {
    /// An overview of nothing yet.
    pub(crate) fn new(about: String) -> Self {
        Self { about, actions: access::ACTIONS, unreadable: 0, subjects: Vec::new(), findings: Vec::new() }
    }

    /// Adds what another overview has.
    pub(crate) fn append(&mut self, mut other: Self) {
        let first = self.findings.len();
        for subject in &mut other.subjects {
            subject.findings.iter_mut().for_each(|index| *index += first);
        }
        self.unreadable += other.unreadable;
        self.subjects.append(&mut other.subjects);
        self.findings.append(&mut other.findings);
    }

    /// Adds a unit and what was found in it.
    pub(crate) fn add(&mut self, unit: &Unit, found: &[Located], policies: &[JudgedPolicy<'_>]) {
        let first = self.findings.len();
        self.findings.extend(found.iter().map(Reported::of));
        for (index, container) in unit.containers.iter().enumerate() {
            let documents: Vec<&Document> = unit.documents_of(index).collect();
            let addresses = documents.iter().map(|document| document.origin.address.as_str());
            let own = indices(found, first, addresses.chain([container.origin.address.as_str()]));
            let mut subject = Subject::of_container(container, &unit.sources, own);
            documents.into_iter().for_each(|document| subject.add_document(policies, document));
            self.subjects.push(subject);
        }
        for document in unit.documents.iter().filter(|document| !matches!(document.owner, Owner::Here(_))) {
            let own = indices(found, first, [document.origin.address.as_str()].into_iter());
            let mut subject = Subject::of_document(document, &unit.sources, own);
            subject.add_document(policies, document);
            self.subjects.push(subject);
        }
    }
}

/// Which findings are about one of these addresses.
fn indices<'a>(found: &[Located], first: usize, addresses: impl Iterator<Item = &'a str>) -> Vec<usize> {
    let addresses: Vec<&str> = addresses.collect();
    let own = found.iter().enumerate().filter(|(_, located)| addresses.contains(&located.finding.address.as_str()));
    own.map(|(at, _)| first + at).collect()
}

impl Subject {
    fn of_container(container: &Container, sources: &Sources, findings: Vec<usize>) -> Self {
        let (file, line) = place(sources, container.origin.span);
        Self {
            name: Some(plain(&container.name)),
            address: container.origin.address.clone(),
            file,
            line,
            container: true,
            tags: tags(&container.tags),
            policy: false,
            exposure: None,
            access: None,
            cors: Vec::new(),
            findings,
        }
    }

    fn of_document(document: &Document, sources: &Sources, findings: Vec<usize>) -> Self {
        let (file, line) = place(sources, document.span);
        let name = match &document.owner {
            Owner::Elsewhere(name) => Some(plain(name)),
            Owner::Here(_) | Owner::Unknown => None,
        };
        Self {
            name,
            address: document.origin.address.clone(),
            file,
            line,
            container: false,
            tags: BTreeMap::new(),
            policy: false,
            exposure: None,
            access: None,
            cors: Vec::new(),
            findings,
        }
    }

    fn add_document(&mut self, policies: &[JudgedPolicy<'_>], document: &Document) {
        match document.kind {
            DocumentKind::Policy => policies
                .iter()
                .filter(|judged| std::ptr::eq(judged.document, document))
                .for_each(|judged| self.add_policy(judged)),
            DocumentKind::Cors => self.cors.extend(grants(&CorsDocument::read(document).known())),
            DocumentKind::Lifecycle | DocumentKind::Metric => {}
        }
    }

    fn add_policy(&mut self, judged: &JudgedPolicy<'_>) {
        self.policy = true;
        let (Some(policy), Some(exposure)) = (judged.sound(), judged.exposure()) else { return };
        self.exposure = Some(exposure.class.as_str());
        self.access = Some(access::matrix(policy, exposure, judged.zone(), judged.now()));
    }
}

/// What each origin of a policy is granted, in the order of the policy.
fn grants(rules: &[CorsRule]) -> Vec<Grant> {
    let mut grants: Vec<Grant> = Vec::new();
    for origin in rules.iter().flat_map(|rule| &rule.allowed_origins) {
        if grants.iter().any(|grant| grant.origin == *origin) {
            continue;
        }
        // An entry with a wildcard fits its own text, so that it stands for the origins it is written for.
        let (methods, mut rules): (Vec<String>, Vec<usize>) = grants_for(rules, origin).into_iter().unzip();
        rules.sort_unstable();
        rules.dedup();
        grants.push(Grant { origin: origin.clone(), methods, rules });
    }
    grants
}

impl Reported {
    fn of(located: &Located) -> Self {
        let finding = &located.finding;
        let place = located.place.as_ref();
        Self {
            rule: finding.rule.clone(),
            family: rules::named(&finding.rule).map_or("", |rule| rule.family.title()).to_lowercase(),
            severity: finding.severity,
            message: finding.message.clone(),
            file: located.file.display().to_string(),
            line: place.map_or(0, |place| place.start.line),
            address: finding.address.clone(),
            help: finding.help.clone(),
            excerpt: place.map(excerpt).unwrap_or_default(),
            attempt: finding.witness.as_ref().and_then(proof::command),
            witness: finding.witness.clone(),
        }
    }
}

fn place(sources: &Sources, span: Span) -> (String, usize) {
    match sources.locate(span) {
        Some((source, local)) => (source.path.display().to_string(), source.position(local.start).line),
        None => (sources.iter().next().map(|source| source.path.display().to_string()).unwrap_or_default(), 0),
    }
}

/// The first lines under a place, each cut into what is before, under and behind it.
fn excerpt(place: &Place) -> Vec<Line> {
    let (text, marked) = (&place.source.text, place.span);
    let mut start = text[..marked.start].rfind('\n').map_or(0, |at| at + 1);
    let mut lines = Vec::new();
    for number in place.start.line..=place.end.line.min(place.start.line + EXCERPT - 1) {
        let end = text[start..].find('\n').map_or(text.len(), |at| start + at);
        let (from, to) = (marked.start.clamp(start, end), marked.end.clamp(start, end));
        let piece = |from: usize, to: usize| text[from..to].trim_end_matches('\r').to_owned();
        lines.push(Line { number, before: piece(start, from), marked: piece(from, to), after: piece(to, end) });
        if end == text.len() {
            break;
        }
        start = end + 1;
    }
    lines
}

/// A string as it is shown, unknown parts in angle brackets.
fn plain(node: &Node) -> String {
    match &node.value {
        Value::String(text) => text.to_string(),
        Value::Unknown(hole) => format!("<{}>", hole.name),
        _ => node.to_string(),
    }
}

fn tags(node: &Node) -> BTreeMap<String, String> {
    match &node.value {
        Value::Object(members) => members.iter().map(|member| (member.key.to_string(), plain(&member.node))).collect(),
        _ => BTreeMap::new(),
    }
}
