//! `rule` blocks in the shapes of the API.

use std::rc::Rc;

use mediastore_policy::span::Span;

use super::value::{Data, Entry, Mapping, Sequence, Sort, Value};

/// Attributes of a CORS rule.
pub(super) const CORS_RULE: &[&str] =
    &["allowed_origins", "allowed_methods", "allowed_headers", "expose_headers", "max_age_seconds"];

/// Attributes of a lifecycle rule.
pub(super) const LIFECYCLE_RULE: &[&str] =
    &["prefixes", "wildcards", "seconds_since_create", "days_since_create", "operator", "action"];

/// Attributes of a metric rule.
pub(super) const METRIC_RULE: &[&str] = &["object_group", "object_group_name"];

/// A `rule` block.
pub(super) enum Rule {
    /// Its place and the attributes that are set.
    Known(Span, Vec<(String, Span, Value)>),
    /// An unknown number of rules.
    Unknown(Value),
}

/// CORS rules.
pub(super) fn cors(rules: Vec<Rule>, span: Span) -> Value {
    let name = |attribute: &str| match attribute {
        "allowed_origins" => "AllowedOrigins",
        "allowed_methods" => "AllowedMethods",
        "allowed_headers" => "AllowedHeaders",
        "expose_headers" => "ExposeHeaders",
        _ => "MaxAgeSeconds",
    };
    list(rules.into_iter().map(|rule| renamed(rule, name)).collect(), span)
}

/// A metric policy.
pub(super) fn metric(level: Option<(Value, Span)>, rules: Vec<Rule>, span: Span) -> Value {
    let name = |attribute: &str| if attribute == "object_group" { "ObjectGroup" } else { "ObjectGroupName" };
    let mut members = Vec::new();
    if let Some((value, key_span)) = level {
        members.push(("ContainerLevelMetrics", key_span, value));
    }
    if !rules.is_empty() {
        let rules = rules.into_iter().map(|rule| renamed(rule, name)).collect();
        members.push(("MetricPolicyRules", span, list(rules, span)));
    }
    object(members, span)
}

/// The lifecycle policy that the provider makes of its blocks.
pub(super) fn lifecycle(rules: Vec<Rule>, span: Span) -> Value {
    let rules = rules.into_iter().map(|rule| match rule {
        Rule::Known(span, attributes) => lifecycle_rule(&attributes, span),
        Rule::Unknown(value) => value,
    });
    object(vec![("rules", span, list(rules.collect(), span))], span)
}

fn lifecycle_rule(attributes: &[(String, Span, Value)], span: Span) -> Value {
    let find = |name: &str| attributes.iter().find(|(own, ..)| own == name);
    let mut paths = Vec::new();
    let mut paths_span = span;
    for (attribute, key) in [("prefixes", "prefix"), ("wildcards", "wildcard")] {
        let Some((_, key_span, value)) = find(attribute) else { continue };
        paths_span = *key_span;
        match &value.data {
            Data::Sequence(sequence) => {
                let path = |item: &Value| match item.data {
                    Data::Rest(_) => item.clone(),
                    _ => object(vec![(key, item.span, item.clone())], item.span),
                };
                paths.extend(sequence.items.iter().map(path));
            }
            _ => paths.push(Value { data: rest(&value.data), ..value.clone() }),
        }
    }
    let operator = find("operator").map_or_else(|| Value::text(">=", span), |(.., value)| value.clone());
    let mut definition = vec![("path", paths_span, list(paths, paths_span))];
    for name in ["seconds_since_create", "days_since_create"] {
        let Some((_, key_span, age)) = find(name) else { continue };
        let numeric = list(vec![operator.clone(), age.clone()], age.span);
        let comparison = object(vec![("numeric", age.span, numeric)], age.span);
        definition.push((name, *key_span, list(vec![comparison], age.span)));
    }
    let (action_span, action) = match find("action") {
        Some((_, key_span, value)) => (*key_span, value.clone()),
        None => (span, Value::text("EXPIRE", span)),
    };
    object(vec![("definition", span, object(definition, span)), ("action", action_span, action)], span)
}

/// An unknown list as an unknown number of values.
fn rest(data: &Data) -> Data {
    match data {
        Data::Unknown(hole) => Data::Rest(std::sync::Arc::clone(hole)),
        other => other.clone(),
    }
}

fn renamed(rule: Rule, name: fn(&str) -> &'static str) -> Value {
    match rule {
        Rule::Known(span, attributes) => {
            let members = attributes.into_iter().map(|(own, key_span, value)| (name(&own), key_span, value));
            object(members.collect(), span)
        }
        Rule::Unknown(value) => value,
    }
}

fn list(items: Vec<Value>, span: Span) -> Value {
    Value::new(Data::Sequence(Rc::new(Sequence { sort: Sort::Tuple, items, spelled: true })), span)
}

fn object(members: Vec<(&str, Span, Value)>, span: Span) -> Value {
    let entry = |(key, key_span, value): (&str, Span, Value)| Entry { key: key.into(), key_span, value };
    Value::mapping(Mapping { entries: members.into_iter().map(entry).collect(), ..Mapping::default() }, span)
}
