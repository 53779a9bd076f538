//! Documents in files of their own, as one hands them to the AWS CLI or gets them from it. Recognised by content alone.

use std::path::Path;

use mediastore_policy::json::{Node, Value};
use mediastore_policy::problem::Problem;
use mediastore_policy::span::Span;

use super::document::{self, known, value};
use crate::source::{Syntax, move_tree, moved};
use crate::unit::{Dialect, Document, DocumentKind, Fault, FaultKind, Origin, Owner, Unit};

/// The members of the CLI's inputs and answers that hold a document.
const WRAPPERS: &[(&str, DocumentKind)] = &[
    ("Policy", DocumentKind::Policy),
    ("CorsPolicy", DocumentKind::Cors),
    ("LifecyclePolicy", DocumentKind::Lifecycle),
    ("MetricPolicy", DocumentKind::Metric),
];

/// Reads a document. None if it is none of ours; `problems` are those of reading it as JSON.
pub(super) fn read(path: &Path, text: &str, mut root: Node, problems: Vec<Problem>, is_named: bool) -> Option<Unit> {
    let mut unit = Unit::default();
    let base = unit.sources.add(path, Syntax::Json, text);
    move_tree(&mut root, base);
    let problems = problems.into_iter().map(|problem| Problem { span: moved(problem.span, base), ..problem });
    let origin = Origin {
        dialect: Dialect::Raw,
        address: path.display().to_string(),
        span: Span::new(root.span.start, root.span.start + 1),
        body: root.span,
    };
    if let Some(kind) = kind(&root) {
        if !is_named && !is_ours(kind, &root, text) {
            return None;
        }
        let is_single_rule = kind == DocumentKind::Cors && !matches!(root.value, Value::Array(_));
        let wrong = is_single_rule.then(|| {
            document::wrong_type("a CORS policy", "a list of rules", &root).help("put the rule between `[` and `]`")
        });
        let mut document = document::of_tree(kind, origin, Owner::Unknown, root, Some(Syntax::Json));
        // The API gets the file as it is.
        document.text = Some(text.to_owned());
        document.problems = problems.chain(wrong).collect();
        unit.documents.push(document);
        return Some(unit);
    }
    wrapped(&mut unit, &root, &origin, (text, base), is_named);
    if let Some(document) = unit.documents.first_mut() {
        document.problems.extend(problems);
        return Some(unit);
    }
    let rules = root.member("CORSRules").filter(|_| is_named)?;
    unit.faults.push(Fault {
        kind: FaultKind::Broken,
        message: "this is a CORS configuration of S3".to_owned(),
        span: rules.key_span,
        help: Some("MediaStore takes the list of rules alone, without `CORSRules`".to_owned()),
    });
    Some(unit)
}

/// The documents inside an input or answer of the CLI.
fn wrapped(unit: &mut Unit, root: &Node, origin: &Origin, source: (&str, usize), is_named: bool) {
    let owner = match value(root, "ContainerName") {
        Some(name) => Owner::Elsewhere(Box::new(name.clone())),
        None => Owner::Unknown,
    };
    for (name, kind) in WRAPPERS {
        let Some(found) = value(root, name) else { continue };
        let document = document::of_json(*kind, origin.clone(), owner.clone(), found, source, Some(Syntax::Json));
        if is_named || says_ours(*kind, &document, source.0) {
            unit.documents.push(document);
        }
    }
}

fn says_ours(kind: DocumentKind, document: &Document, text: &str) -> bool {
    document.body.as_ref().is_some_and(|body| self::kind(body) == Some(kind) && is_ours(kind, body, text))
}

/// What a tree is, by its shape.
fn kind(root: &Node) -> Option<DocumentKind> {
    let has = |node: &Node, names: &[&str]| names.iter().any(|name| node.member(name).is_some());
    let any = |node: Option<&Node>, names: &[&str]| match node.map(|node| &node.value) {
        Some(Value::Array(items)) => items.iter().any(|item| has(item, names)),
        _ => false,
    };
    let cors = &["AllowedOrigins", "AllowedMethods"];
    if has(root, &["Statement"]) {
        Some(DocumentKind::Policy)
    } else if any(Some(root), cors) || has(root, &["AllowedOrigins"]) {
        Some(DocumentKind::Cors)
    } else if any(value(root, "rules"), &["definition"]) {
        Some(DocumentKind::Lifecycle)
    } else if has(root, &["ContainerLevelMetrics"]) {
        Some(DocumentKind::Metric)
    } else {
        None
    }
}

/// Whether a document that nobody named is MediaStore's. All services share the policy language, so a policy has to speak of MediaStore,
/// and to name a principal, which identity policies never do.
fn is_ours(kind: DocumentKind, root: &Node, text: &str) -> bool {
    if kind != DocumentKind::Policy {
        return true;
    }
    let has_principal =
        |statement: &Node| ["Principal", "NotPrincipal"].iter().any(|name| statement.member(name).is_some());
    statements(root).iter().any(has_principal)
        && text.to_ascii_lowercase().contains("mediastore")
        && !is_trust_policy(root)
}

/// A role's trust policy names principals too, but no resource.
fn is_trust_policy(root: &Node) -> bool {
    let is_of_roles = |action: &Node| known(action).is_some_and(|action| action.starts_with("sts:"));
    statements(root).iter().all(|statement| {
        let actions = value(statement, "Action").map_or(&[][..], several);
        !actions.is_empty() && actions.iter().all(is_of_roles)
    })
}

/// The statements of a policy, which may be one without a list around it.
fn statements(root: &Node) -> &[Node] {
    value(root, "Statement").map_or(&[], several)
}

/// The items of a list, or what stands for a list of one.
fn several(node: &Node) -> &[Node] {
    match &node.value {
        Value::Array(items) => items,
        _ => std::slice::from_ref(node),
    }
}
