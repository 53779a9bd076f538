//! `lifecycle-unbounded-transient`: everything in the container vanishes within minutes.

use mediastore_policy::json::{Member, Node, Value};

use crate::finding::{Finding, Severity};
use crate::rule::{Check, Example, Family, Rule, Scope, Sink};
use crate::unit::{Document, DocumentKind};

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "lifecycle-unbounded-transient",
    family: Family::LifecycleAndMetrics,
    severity: Severity::Warning,
    strict: Severity::Error,
    summary: "A transient data rule covers every object of the container",
    explanation: "A rule in seconds deletes what it covers after 300 seconds at most, and listings do not show such objects at all, from their \
                  upload on. With a wildcard that covers every path, nothing put into the container lasts: master manifests, \
                  which encoders write once, archives, whatever somebody parks there. No event is sent for what is gone.\n\n\
                  Name the folder and the ending of the segments: `live/*.ts`.",
    bad: &[Example::new(
        "lifecycle.json",
        r#"{
    "rules": [
        {
            "definition": {
                "path": [{"wildcard": «"*"»}],
                "seconds_since_create": [{"numeric": [">", 120]}]
            },
            "action": "EXPIRE"
        }
    ]
}"#,
    )],
    good: &[Example::new(
        "lifecycle.json",
        r#"{
    "rules": [
        {
            "definition": {
                "path": [{"wildcard": "live/*.ts"}],
                "seconds_since_create": [{"numeric": [">", 120]}]
            },
            "action": "EXPIRE"
        },
        {
            "definition": {
                "path": [{"wildcard": "*"}],
                "days_since_create": [{"numeric": [">", 7]}]
            },
            "action": "EXPIRE"
        }
    ]
}"#,
    )],
    check: Check::Document(DocumentKind::Lifecycle, check),
};

fn check(_: &Scope<'_>, document: &Document, sink: &mut Sink<'_>) {
    for rule in document.body.iter().flat_map(|body| items(body, "rules")) {
        let Some(Member { node: definition, .. }) = rule.member("definition") else { continue };
        if definition.member("seconds_since_create").is_none() {
            continue;
        }
        for Member { node: wildcard, .. } in items(definition, "path").iter().filter_map(|path| path.member("wildcard"))
        {
            let Value::String(text) = &wildcard.value else { continue };
            if text.as_known().is_some_and(covers_everything) {
                sink.report(
                    Finding::new("nothing in the container lasts longer than this rule's seconds", wildcard.span)
                        .help("name the folder and the ending of the segments, such as `live/*.ts`"),
                );
            }
        }
    }
}

/// `*` crosses folders. `*.*` leaves out only names without a dot.
fn covers_everything(wildcard: &str) -> bool {
    wildcard.contains('*') && wildcard.chars().all(|c| matches!(c, '*' | '.'))
}

fn items<'n>(node: &'n Node, name: &str) -> &'n [Node] {
    node.member(name).map_or(&[], |member| member.node.items())
}
