//! Values that are already at hand, as the unit that rules look at, without files: for the provider's guardrails and its functions.
//!
//! ```
//! use std::path::Path;
//!
//! use mediastore_lint::config::Config;
//! use mediastore_lint::lint::{Given, Settings};
//! use mediastore_lint::unit::DocumentKind;
//! use mediastore_lint::values::{Values, unit_of};
//!
//! let policy = r#"{"Version": "2012-10-17", "Statement": {
//!     "Effect": "Allow", "Principal": "*", "Action": "mediastore:PutObject",
//!     "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/*",
//!     "Condition": {"Bool": {"aws:SecureTransport": "true"}}}}"#;
//! let unit = unit_of(&Values { documents: vec![(DocumentKind::Policy, policy.to_owned())], ..Values::default() });
//!
//! let settings = Settings::new(Config::default(), Path::new("."), Given::default())?;
//! let findings = settings.lint(&unit)?;
//! assert_eq!((findings[0].rule.as_str(), findings[0].message.as_str()), ("public-write", "anybody can upload and overwrite objects"));
//! let (source, place) = unit.sources.locate(findings[0].span).expect("a place in the policy");
//! assert_eq!((source.path.to_str(), source.position(place.start).column), (Some("policy"), 40));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::collections::BTreeMap;
use std::sync::Arc;

use mediastore_policy::json::{self, Limits, Member, Node, Value};
use mediastore_policy::problem::Problem;
use mediastore_policy::span::Span;
use mediastore_policy::text::{CharClass, Hole, Text};

use crate::source::{Syntax, move_tree, moved};
use crate::unit::{Container, Dialect, Document, DocumentKind, Origin, Owner, Unit};

/// What is to be judged: a container with what is attached to it, or documents alone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Values {
    /// The container. Without one no rule about names, tags and the like has anything to look at.
    pub container: Option<ContainerValues>,
    /// Documents attached to it, as JSON in the API's shapes. Give only those that are known.
    pub documents: Vec<(DocumentKind, String)>,
}

/// A container. What is unknown or not set is nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ContainerValues {
    /// How findings call it, such as `mediastore_container.live`.
    pub address: String,
    /// Its name; nothing if it is known only after apply.
    pub name: Option<String>,
    /// Its region.
    pub region: Option<String>,
    /// The owner's account id.
    pub account: Option<String>,
    /// All tags, those of the provider's defaults among them; nothing if they are known only after apply.
    pub tags: Option<BTreeMap<String, String>>,
    /// Whether access logging is on.
    pub access_logging: Option<bool>,
    /// Whether objects are deleted with it.
    pub force_destroy: Option<bool>,
}

/// The unit that the rules look at.
#[must_use]
pub fn unit_of(values: &Values) -> Unit {
    let mut unit = Unit::default();
    let address = values.container.as_ref().map_or("", |container| container.address.as_str());
    let origin = |address: &str| Origin {
        dialect: Dialect::Mediastore,
        address: address.to_owned(),
        span: Span::default(),
        body: Span::default(),
    };
    if let Some(given) = &values.container {
        let unknown = |what: &str| Value::Unknown(Arc::new(Hole::any(what)));
        let name = given.name.as_deref().map_or_else(
            || Value::String(Text::hole(Hole::of("name", CharClass::Name))),
            |name| Value::String(Text::known(name)),
        );
        let tag = |(key, value): (&String, &String)| Member {
            key_span: Span::default(),
            key: Text::known(key.as_str()),
            node: Node::string(value.as_str()),
        };
        let tags =
            given.tags.as_ref().map_or_else(|| unknown("tags"), |tags| Value::Object(tags.iter().map(tag).collect()));
        unit.containers.push(Container {
            origin: origin(address),
            name: Node::new(name),
            region: given.region.clone(),
            account: given.account.clone(),
            tags: Node::new(tags),
            access_logging: given.access_logging.map(|on| Node::new(Value::Bool(on))),
            force_destroy: given.force_destroy.map(|on| Node::new(Value::Bool(on))),
            written: None,
        });
    }
    let owner = if values.container.is_some() { Owner::Here(0) } else { Owner::Unknown };
    for (kind, text) in &values.documents {
        let base = unit.sources.add(name_of(*kind), Syntax::Json, text.as_str());
        let (mut body, problems) = json::parse(text.as_str(), Limits::default());
        if let Some(body) = &mut body {
            move_tree(body, base);
        }
        let placed = |problem: Problem| Problem { span: moved(problem.span, base), ..problem };
        unit.documents.push(Document {
            kind: *kind,
            origin: origin(address),
            owner: owner.clone(),
            body,
            problems: problems.into_iter().map(placed).collect(),
            span: Span::new(base, base + text.len()),
            text: Some(text.clone()),
            editable: Some(Syntax::Json),
        });
    }
    unit
}

fn name_of(kind: DocumentKind) -> &'static str {
    match kind {
        DocumentKind::Policy => "policy",
        DocumentKind::Cors => "cors_policy",
        DocumentKind::Lifecycle => "lifecycle_policy",
        DocumentKind::Metric => "metric_policy",
    }
}
