//! `lifecycle-invalid`: a lifecycle policy that the API refuses.

use mediastore_policy::json::{Member, Node, Value};
use mediastore_policy::lifecycle::{self, Problem, ProblemKind};
use mediastore_policy::text::Hole;

use crate::finding::{Finding, Severity};
use crate::rule::{Check, Example, Family, Rule, Scope, Sink};
use crate::unit::{Document, DocumentKind};

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "lifecycle-invalid",
    family: Family::LifecycleAndMetrics,
    severity: Severity::Error,
    strict: Severity::Error,
    summary: "A lifecycle policy outside MediaStore's grammar",
    explanation: "The grammar is MediaStore's own and not that of S3: `rules` with a `definition` and an `action`, at most 10 rules with at most 10 \
                  paths each, either prefixes or wildcards. There are three kinds of rules:\n\n\
                  - transient data: `wildcard` only, `\"seconds_since_create\": [{\"numeric\": [\">\", 1 to 300]}]`, `EXPIRE`\n\n\
                  - delete objects: `\"days_since_create\": [{\"numeric\": [\">\", 1 to 36500]}]`, `EXPIRE`\n\n\
                  - move to infrequent access: `\"days_since_create\": [{\"numeric\": [\">=\", 30]}]`, `ARCHIVE`\n\n\
                  What is outside this grammar is refused, or nobody can say what it does.",
    bad: &[
        Example::new(
            "lifecycle.json",
            r#"{
    "rules": [
        {
            "definition": {
                "path": [{"wildcard": "live/*.ts"}],
                "seconds_since_create": [{"numeric": [">", «3600»]}]
            },
            "action": "EXPIRE"
        },
        {
            "definition": {
                "path": [{"prefix": "archive/"}],
                "days_since_create": «[{"numeric": [">", 90]}]»
            },
            "action": "ARCHIVE"
        },
        {
            "definition": {
                "path": [{"prefix": "vod/"}],
                "days_since_create": [{"numeric": [«"<="», 30]}]
            },
            "action": «"DELETE"»
        }
    ]
}"#,
        ),
        Example::new(
            "lifecycle.json",
            r#"{
    "rules": [
        {
            «"Prefix"»: "live/",
            «"ExpirationInDays"»: 7
        },
        «{
            "action": "EXPIRE"
        }»
    ]
}"#,
        ),
        Example::new(
            "main.tf",
            r#"resource "mediastore_lifecycle_policy" "live" {
  container_name = "live"

  rule {
    wildcards            = ["live/*.ts"]
    seconds_since_create = «3600»
    operator             = ">"
    action               = "EXPIRE"
  }
}
"#,
        ),
    ],
    good: &[Example::new(
        "lifecycle.json",
        r#"{
    "rules": [
        {
            "definition": {
                "path": [{"wildcard": "live/*.ts"}, {"wildcard": "live/*.m3u8"}],
                "seconds_since_create": [{"numeric": [">", 300]}]
            },
            "action": "EXPIRE"
        },
        {
            "definition": {
                "path": [{"prefix": "archive/"}],
                "days_since_create": [{"numeric": [">=", 30]}]
            },
            "action": "ARCHIVE"
        },
        {
            "definition": {
                "path": [{"prefix": ""}],
                "days_since_create": [{"numeric": [">", 365]}]
            },
            "action": "EXPIRE"
        }
    ]
}"#,
    )],
    check: Check::Document(DocumentKind::Lifecycle, check),
};

fn check(_: &Scope<'_>, document: &Document, sink: &mut Sink<'_>) {
    for problem in &document.problems {
        let help = problem.help.as_deref().unwrap_or("write JSON");
        sink.report(Finding::new(problem.message.as_str(), problem.span).help(help));
    }
    let Some(body) = &document.body else { return };
    let problems = certain(document, body);
    let has_unknown = |pointer: &str| {
        problems.iter().any(|other| other.pointer == pointer && matches!(other.kind, ProblemKind::Unknown { .. }))
    };
    for problem in &problems {
        // A rule of another service lacks everything; that its members are unknown says so.
        if matches!(problem.kind, ProblemKind::Missing(_)) && has_unknown(&problem.pointer) {
            continue;
        }
        // The reader of JSON has said so already, with a better place.
        if matches!(problem.kind, ProblemKind::Json(_) | ProblemKind::Repeated(_)) && !document.problems.is_empty() {
            continue;
        }
        let node = at(body, &problem.pointer);
        let key = match &problem.kind {
            ProblemKind::Unknown { member: name, .. } => node.and_then(|node| node.member(name)).map(|it| it.key_span),
            _ => None,
        };
        let span = key.or(node.map(|node| node.span)).unwrap_or(document.span);
        sink.report(Finding::new(problem.to_string(), span).help(remedy(&problem.kind)));
    }
}

/// The problems that the document has whatever its unknown parts are.
fn certain(document: &Document, body: &Node) -> Vec<Problem> {
    if let Some(text) = &document.text {
        return lifecycle::parse(text).err().unwrap_or_default();
    }
    // An unknown value is of one of these types; what all of them have in common is a problem of the rest.
    let fillings =
        [Value::String("x".into()), Value::Number("30".into()), Value::Array(Vec::new()), Value::Object(Vec::new())];
    let found = fillings.iter().map(|filling| {
        let text = filled(body, filling).to_string();
        // Sizes and places in a text that nobody wrote say nothing.
        let problems = lifecycle::parse(&text).err().unwrap_or_default().into_iter();
        problems
            .filter(|problem| !matches!(problem.kind, ProblemKind::Text(_)))
            .map(|problem| Problem { span: 0..0, ..problem })
            .collect::<Vec<_>>()
    });
    let common = |one: Vec<Problem>, other: Vec<Problem>| one.into_iter().filter(|it| other.contains(it)).collect();
    found.reduce(common).unwrap_or_default()
}

/// The tree with its unknown parts filled: text with text, values with this one.
fn filled(node: &Node, filling: &Value) -> Node {
    let value = match &node.value {
        Value::Unknown(_) => filling.clone(),
        Value::String(text) => Value::String(text.fill(&|_: &Hole| Some("x".to_owned()))),
        Value::Array(items) => Value::Array(items.iter().map(|item| filled(item, filling)).collect()),
        Value::Object(members) => Value::Object(
            members.iter().map(|member| Member { node: filled(&member.node, filling), ..member.clone() }).collect(),
        ),
        value => value.clone(),
    };
    Node { span: node.span, value }
}

/// The value that a JSON pointer (RFC 6901) names.
fn at<'n>(body: &'n Node, pointer: &str) -> Option<&'n Node> {
    let mut node = body;
    for step in pointer.split('/').skip(1) {
        let step = step.replace("~1", "/").replace("~0", "~");
        node = match &node.value {
            Value::Array(items) => items.get(step.parse::<usize>().ok()?)?,
            _ => &node.member(&step)?.node,
        };
    }
    Some(node)
}

fn remedy(kind: &ProblemKind) -> &'static str {
    match kind {
        ProblemKind::Text(_) | ProblemKind::Json(_) => "write a policy of 1 to 8192 characters of JSON",
        ProblemKind::Type { .. } => "write a value of that type",
        ProblemKind::Missing(_) => "add it",
        ProblemKind::Unknown { .. } => "remove it: the grammar is MediaStore's own, not that of S3",
        ProblemKind::Repeated(_) => "keep one of them",
        ProblemKind::Limit(_) => "keep within the limit",
        ProblemKind::Word { .. } => "write one of them, in just these letters",
        ProblemKind::Combination(_) => "split the rule, or choose one kind of rule",
    }
}
