//! `metric-invalid`: a metric policy that the API refuses.

use mediastore_policy::json::{Member, Node, Value};
use mediastore_policy::limits::{
    METRIC_LEVEL, METRIC_OBJECT_GROUP, METRIC_OBJECT_GROUP_NAME, METRIC_RULES, METRIC_RULES_QUOTA, Violation,
};
use mediastore_policy::suggest;

use crate::finding::{Finding, Severity};
use crate::rule::{Check, Example, Family, Rule, Scope, Sink};
use crate::unit::{Document, DocumentKind};

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "metric-invalid",
    family: Family::LifecycleAndMetrics,
    severity: Severity::Error,
    strict: Severity::Error,
    summary: "A metric policy that the API refuses",
    explanation: "PutMetricPolicy takes `ContainerLevelMetrics`, `ENABLED` or `DISABLED`, and optionally `MetricPolicyRules`: at least one, each with an \
                  `ObjectGroup` (a path or pattern of at most 900 characters and 10 folders) and an `ObjectGroupName` (at most 30 letters, \
                  digits and `_`).\n\n\
                  An account may have 5 rules until AWS raises its quota to at most 300; between the two this is only worth knowing.",
    bad: &[
        Example::new(
            "metrics.json",
            r#"{
    "ContainerLevelMetrics": «"enabled"»,
    "MetricPolicyRules": [
        {
            "ObjectGroup": «"live//*.ts"»,
            "ObjectGroupName": «"live-segments"»
        },
        «{
            "ObjectGroup": "vod/*"
        }»
    ]
}"#,
        ),
        Example::new(
            "metrics.json",
            r#"«{
    "MetricPolicyRules": «[]»
}»"#,
        ),
    ],
    good: &[Example::new(
        "metrics.json",
        r#"{
    "ContainerLevelMetrics": "ENABLED",
    "MetricPolicyRules": [
        {
            "ObjectGroup": "live/*.ts",
            "ObjectGroupName": "live_segments"
        }
    ]
}"#,
    )],
    check: Check::Document(DocumentKind::Metric, check),
};

fn check(_: &Scope<'_>, document: &Document, sink: &mut Sink<'_>) {
    for problem in &document.problems {
        let help = problem.help.as_deref().unwrap_or("write JSON");
        sink.report(Finding::new(problem.message.as_str(), problem.span).help(help));
    }
    let Some(body) = &document.body else { return };
    let Some([level, rules]) = members(body, "a metric policy", ["ContainerLevelMetrics", "MetricPolicyRules"], sink)
    else {
        return;
    };
    match level {
        Some(level) => {
            let help = "write `ENABLED` or `DISABLED`, in just these letters";
            check_text(level, "ContainerLevelMetrics", |text| METRIC_LEVEL.check(text), help, sink);
        }
        None => missing(body, "the metric policy", "ContainerLevelMetrics", sink),
    }
    let Some(rules) = rules else { return };
    let items = match &rules.value {
        Value::Array(items) => items,
        Value::Unknown(_) => return,
        _ => return wrong_type(rules, "`MetricPolicyRules`", "a list of objects", sink),
    };
    if !items.iter().any(|item| matches!(item.value, Value::Unknown(_))) {
        if let Err(violation) = METRIC_RULES.check(items.len()) {
            sink.report(
                Finding::new(violation.to_string(), rules.span).help("keep within the limit, or leave the member out"),
            );
        } else if METRIC_RULES_QUOTA.check(items.len()).is_err() {
            let message = format!("{} metric policy rules need a raised quota", items.len());
            sink.report_as(
                sink.severity().min(Severity::Info),
                Finding::new(message, rules.span).help(format!("an account has {} at first", METRIC_RULES_QUOTA.max)),
            );
        }
    }
    for rule in items {
        let names = ["ObjectGroup", "ObjectGroupName"];
        let Some([group, name]) = members(rule, "a metric rule", names, sink) else { continue };
        match group {
            Some(group) => {
                let help = "write a path, or a pattern such as `live/*.ts`";
                check_text(group, "ObjectGroup", |text| METRIC_OBJECT_GROUP.check(text), help, sink);
            }
            None => missing(rule, "the metric rule", "ObjectGroup", sink),
        }
        match name {
            Some(name) => {
                let help = "use at most 30 letters, digits and `_`";
                check_text(name, "ObjectGroupName", |text| METRIC_OBJECT_GROUP_NAME.check(text), help, sink);
            }
            None => missing(rule, "the metric rule", "ObjectGroupName", sink),
        }
    }
}

/// The members of an object by these names; null counts as absent. Nothing if the value is no object, which is reported, or unknown.
fn members<'n, const N: usize>(
    node: &'n Node,
    what: &str,
    names: [&'static str; N],
    sink: &mut Sink<'_>,
) -> Option<[Option<&'n Node>; N]> {
    let object = match &node.value {
        Value::Object(members) => members,
        Value::Unknown(_) => return None,
        _ => {
            wrong_type(node, what, "an object", sink);
            return None;
        }
    };
    for Member { key, key_span, .. } in object {
        let Some(key) = key.as_known().filter(|key| !names.contains(key)) else { continue };
        let help = match suggest::nearest(key, names) {
            Some(near) => format!("write `{near}`"),
            None => "remove it".to_owned(),
        };
        sink.report(Finding::new(format!("{what} has no `{key}`"), *key_span).help(help));
    }
    Some(names.map(|name| node.member(name).map(|member| &member.node).filter(|node| node.value != Value::Null)))
}

fn check_text(node: &Node, name: &str, limit: impl Fn(&str) -> Result<(), Violation>, help: &str, sink: &mut Sink<'_>) {
    match &node.value {
        Value::String(text) => {
            if let Some(Err(violation)) = text.as_known().map(limit) {
                sink.report(Finding::new(violation.to_string(), node.span).help(help));
            }
        }
        Value::Unknown(_) => {}
        _ => wrong_type(node, &format!("`{name}`"), "a string", sink),
    }
}

fn missing(node: &Node, what: &str, name: &str, sink: &mut Sink<'_>) {
    sink.report(Finding::new(format!("{what} has no `{name}`"), node.span).help(format!("add `{name}`")));
}

fn wrong_type(node: &Node, what: &str, expected: &str, sink: &mut Sink<'_>) {
    let message = format!("{what} must be {expected}, not {}", node.kind());
    sink.report(Finding::new(message, node.span).help(format!("write {expected}")));
}
