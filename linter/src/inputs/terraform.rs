//! Terraform's resources once their attributes are values: which types there are, and their attributes in the API's shapes.

use mediastore_policy::json::{Member, Node, Value};
use mediastore_policy::span::Span;
use mediastore_policy::text::Text;

use super::document::{self, text, value};
use crate::unit::{Container, Dialect, DocumentKind, Fault, FaultKind, Origin, Owner, Stranger, Unit};

/// What a resource type is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Type {
    Container(Dialect),
    Document(Dialect, DocumentKind),
    /// Ours, without anything to judge.
    Other,
    /// Looks like MediaStore's and is not.
    Stranger,
}

/// What a resource type is, if it has to do with MediaStore at all.
pub(crate) fn type_of(name: &str) -> Option<Type> {
    use Dialect::{HashicorpAws, Mediastore};
    Some(match name {
        "mediastore_container" => Type::Container(Mediastore),
        "mediastore_container_policy" => Type::Document(Mediastore, DocumentKind::Policy),
        "mediastore_cors_policy" => Type::Document(Mediastore, DocumentKind::Cors),
        "mediastore_lifecycle_policy" => Type::Document(Mediastore, DocumentKind::Lifecycle),
        "mediastore_metric_policy" => Type::Document(Mediastore, DocumentKind::Metric),
        "mediastore_object" => Type::Other,
        "aws_media_store_container" => Type::Container(HashicorpAws),
        "aws_media_store_container_policy" => Type::Document(HashicorpAws, DocumentKind::Policy),
        _ if ["mediastore_", "aws_mediastore_", "aws_media_store_", "awscc_mediastore_"]
            .iter()
            .any(|prefix| name.starts_with(prefix)) =>
        {
            Type::Stranger
        }
        _ => return None,
    })
}

/// A resource with its attributes.
pub(super) struct Resource<'a> {
    pub(super) type_name: String,
    pub(super) address: String,
    /// The attributes, with holes for what is unknown.
    pub(super) attributes: Node,
    /// The region of its provider, where that is written.
    pub(super) region: Option<String>,
    /// The address of the container that the source refers to, if it does.
    pub(super) refers_to: Option<String>,
    /// The text of the input and where it starts.
    pub(super) source: (&'a str, usize),
}

/// Puts resources into a unit: containers first, then the documents attached to them.
pub(super) fn add(unit: &mut Unit, resources: &[Resource<'_>]) {
    for resource in resources {
        match type_of(&resource.type_name) {
            Some(Type::Container(dialect)) => unit.containers.push(container(resource, dialect)),
            Some(Type::Stranger) => unit.strangers.push(Stranger {
                origin: origin(resource, Dialect::Mediastore),
                type_name: resource.type_name.clone(),
                span: resource.attributes.span,
            }),
            Some(Type::Document(..) | Type::Other) | None => {}
        }
    }
    for resource in resources {
        if let Some(Type::Document(dialect, kind)) = type_of(&resource.type_name) {
            add_document(unit, resource, dialect, kind);
        }
    }
}

fn origin(resource: &Resource<'_>, dialect: Dialect) -> Origin {
    let body = resource.attributes.span;
    Origin { dialect, address: resource.address.clone(), span: Span::new(body.start, body.start + 1), body }
}

fn container(resource: &Resource<'_>, dialect: Dialect) -> Container {
    let attributes = &resource.attributes;
    // `arn:aws:mediastore:region:account:container/name`, once it exists.
    let arn: Vec<&str> = text(attributes, "arn").map(|arn| arn.split(':').collect()).unwrap_or_default();
    let field = |at: usize| arn.get(at).filter(|field| !field.is_empty()).map(|field| (*field).to_owned());
    let empty = || Node { span: attributes.span, value: Value::Object(Vec::new()) };
    Container {
        origin: origin(resource, dialect),
        name: attributes
            .member("name")
            .map_or_else(|| Node { span: attributes.span, value: Value::Null }, |member| member.node.clone()),
        region: text(attributes, "region").map(str::to_owned).or_else(|| field(3)).or_else(|| resource.region.clone()),
        account: field(4),
        tags: tags(attributes).unwrap_or_else(empty),
        access_logging: value(attributes, "access_logging_enabled").cloned(),
        force_destroy: value(attributes, "force_destroy").cloned(),
        written: None,
    }
}

/// The tags with the provider's defaults; those written at the resource keep their places.
fn tags(attributes: &Node) -> Option<Node> {
    let own = value(attributes, "tags");
    let Some(all) = value(attributes, "tags_all") else { return own.cloned() };
    let Value::Object(members) = &all.value else { return own.or(Some(all)).cloned() };
    let placed = members
        .iter()
        .map(|inherited| own.and_then(|own| own.member(inherited.key.as_known()?)).unwrap_or(inherited).clone());
    Some(Node { span: own.unwrap_or(all).span, value: Value::Object(placed.collect()) })
}

fn add_document(unit: &mut Unit, resource: &Resource<'_>, dialect: Dialect, kind: DocumentKind) {
    let attributes = &resource.attributes;
    let owner = owner(unit, resource);
    let origin = origin(resource, dialect);
    let written =
        if matches!(kind, DocumentKind::Policy | DocumentKind::Lifecycle) { value(attributes, "policy") } else { None };
    let has_rules = value(attributes, "rule").is_some_and(|rules| rules.value != Value::Array(Vec::new()));
    // Blocks say it all, whether or not the text made of them is known yet.
    let written = written.filter(|_| !(kind == DocumentKind::Lifecycle && has_rules));
    if let Some(Node { value: Value::Unknown(hole), span }) = written {
        unit.faults.push(Fault {
            kind: FaultKind::NotEvaluated,
            message: format!("the policy of `{}` is known only after apply", resource.address),
            span: *span,
            help: Some(
                "judge the source as well, which says more: `mediastore-lint check` on the directory".to_owned(),
            ),
        });
        unit.documents.push(document::unknown(kind, origin, owner, std::sync::Arc::clone(hole), *span));
        return;
    }
    let document = match (kind, written) {
        (_, Some(written)) => document::of_json(kind, origin, owner, written, resource.source, None),
        // Unknown, or refused by the provider.
        (DocumentKind::Policy, None) => return,
        (DocumentKind::Cors, None) => document::of_tree(kind, origin, owner, cors(attributes), None),
        (DocumentKind::Lifecycle, None) => document::of_tree(kind, origin, owner, lifecycle(attributes), None),
        (DocumentKind::Metric, None) => document::of_tree(kind, origin, owner, metric(attributes), None),
    };
    unit.documents.push(document);
}

/// The container of a document: the one of that name, or the one the source refers to while no name is known.
fn owner(unit: &Unit, resource: &Resource<'_>) -> Owner {
    let name = resource.attributes.member("container_name").map(|member| &member.node);
    let here = |found: &dyn Fn(&Container) -> bool| unit.containers.iter().position(found).map(Owner::Here);
    let by_reference = || {
        let address = resource.refers_to.as_deref()?;
        let instance = instance(&resource.address);
        // With `count` or `for_each` on both, the instances go together.
        here(&|container| container.origin.address == format!("{address}{instance}"))
            .or_else(|| here(&|container| container.origin.address == address))
    };
    let same_region = |container: &Container| {
        let own = text(&resource.attributes, "region").or(resource.region.as_deref());
        own.is_none() || container.region.is_none() || own == container.region.as_deref()
    };
    let by_name = || {
        let wanted = document::known(name?)?;
        here(&|container| document::known(&container.name) == Some(wanted) && same_region(container))
    };
    by_name().or_else(by_reference).unwrap_or_else(|| match name {
        Some(name) => Owner::Elsewhere(Box::new(name.clone())),
        None => Owner::Unknown,
    })
}

pub(crate) use super::document::{as_text, is_known};

/// The index behind an address: `["a"]` of `x.y["a"]`.
fn instance(address: &str) -> &str {
    let end = address.rfind(']').filter(|end| end + 1 == address.len());
    end.and_then(|_| address.rfind('[')).map_or("", |start| &address[start..])
}

fn renamed(node: &Node, names: &[(&str, &str)]) -> Node {
    let Value::Object(members) = &node.value else { return node.clone() };
    let members = members.iter().filter_map(|member| {
        let (_, to) = names.iter().find(|(from, _)| member.key.as_known() == Some(from))?;
        (member.node.value != Value::Null).then(|| Member { key: Text::known(*to), ..member.clone() })
    });
    Node { span: node.span, value: Value::Object(members.collect()) }
}

/// The blocks of a type, each changed.
fn blocks(attributes: &Node, name: &str, change: impl Fn(&Node) -> Node) -> Option<Node> {
    let blocks = value(attributes, name)?;
    let value = match &blocks.value {
        Value::Array(items) => Value::Array(items.iter().map(change).collect()),
        other => other.clone(),
    };
    Some(Node { span: blocks.span, value })
}

/// `rule` blocks of `mediastore_cors_policy` as the API's rules. It asks for `AllowedHeaders`, and where none are set the provider sends
/// an empty list.
pub(crate) fn cors(attributes: &Node) -> Node {
    const NAMES: &[(&str, &str)] = &[
        ("allowed_origins", "AllowedOrigins"),
        ("allowed_methods", "AllowedMethods"),
        ("allowed_headers", "AllowedHeaders"),
        ("expose_headers", "ExposeHeaders"),
        ("max_age_seconds", "MaxAgeSeconds"),
    ];
    let empty = |span| Node { span, value: Value::Array(Vec::new()) };
    let complete = |rule: &Node| {
        let (mut rule, span) = (renamed(rule, NAMES), rule.span);
        let has_headers = rule.member("AllowedHeaders").is_some();
        if let Value::Object(members) = &mut rule.value
            && !has_headers
        {
            members.push(Member { key_span: span, key: Text::known("AllowedHeaders"), node: empty(span) });
        }
        rule
    };
    blocks(attributes, "rule", complete).unwrap_or_else(|| empty(attributes.span))
}

/// `mediastore_metric_policy` as the API's metric policy.
pub(crate) fn metric(attributes: &Node) -> Node {
    const NAMES: &[(&str, &str)] = &[("object_group", "ObjectGroup"), ("object_group_name", "ObjectGroupName")];
    let mut policy = renamed(attributes, &[("container_level_metrics", "ContainerLevelMetrics")]);
    let rules = blocks(attributes, "rule", |rule| renamed(rule, NAMES));
    if let (Value::Object(members), Some(node)) =
        (&mut policy.value, rules.filter(|rules| rules.value != Value::Array(Vec::new())))
    {
        members.push(Member { key_span: node.span, key: Text::known("MetricPolicyRules"), node });
    }
    policy
}

/// `rule` blocks of `mediastore_lifecycle_policy` as the document that the provider makes of them.
pub(crate) fn lifecycle(attributes: &Node) -> Node {
    let empty = || Node { span: attributes.span, value: Value::Array(Vec::new()) };
    let rules = blocks(attributes, "rule", lifecycle_rule).unwrap_or_else(empty);
    object(attributes.span, vec![("rules", rules.span, rules)])
}

fn lifecycle_rule(rule: &Node) -> Node {
    let mut paths = Vec::new();
    for (attribute, key) in [("prefixes", "prefix"), ("wildcards", "wildcard")] {
        match value(rule, attribute) {
            Some(Node { value: Value::Array(items), .. }) => {
                paths.extend(items.iter().map(|item| object(item.span, vec![(key, item.span, item.clone())])));
            }
            // A list of which nothing is known stands for one path.
            Some(node @ Node { value: Value::Unknown(_), .. }) => paths.push(node.clone()),
            _ => {}
        }
    }
    let place = |name: &str| rule.member(name).map_or(rule.span, |member| member.node.span);
    let paths_span = if value(rule, "prefixes").is_some() { place("prefixes") } else { place("wildcards") };
    let mut definition = vec![("path", paths_span, Node { span: paths_span, value: Value::Array(paths) })];
    let default = Node { span: rule.span, value: Value::String(Text::known(">=")) };
    let operator = value(rule, "operator").unwrap_or(&default);
    for name in ["seconds_since_create", "days_since_create"] {
        if let Some(age) = value(rule, name) {
            let numeric = Node { span: age.span, value: Value::Array(vec![operator.clone(), age.clone()]) };
            let comparison = object(age.span, vec![("numeric", age.span, numeric)]);
            let key_span = rule.member(name).map_or(age.span, |member| member.key_span);
            definition.push((name, key_span, Node { span: age.span, value: Value::Array(vec![comparison]) }));
        }
    }
    let mut members = vec![("definition", rule.span, object(rule.span, definition))];
    match rule.member("action") {
        Some(action) => members.push(("action", action.key_span, action.node.clone())),
        None => {
            members.push(("action", rule.span, Node { span: rule.span, value: Value::String(Text::known("EXPIRE")) }))
        }
    }
    object(rule.span, members)
}

fn object(span: Span, members: Vec<(&str, Span, Node)>) -> Node {
    let members = members.into_iter().map(|(key, key_span, node)| Member { key_span, key: Text::known(key), node });
    Node { span, value: Value::Object(members.collect()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_become_the_documents_of_the_api() {
        type Shape = fn(&Node) -> Node;
        let cases: &[(Shape, &str, &str)] = &[
            (
                cors,
                r#"{"rule":[{"allowed_origins":["*"],"allowed_methods":["GET"],"max_age_seconds":null,"expose_headers":[]}]}"#,
                r#"[{"AllowedOrigins":["*"],"AllowedMethods":["GET"],"ExposeHeaders":[],"AllowedHeaders":[]}]"#,
            ),
            (cors, "{}", "[]"),
            (
                metric,
                r#"{"container_name":"a","container_level_metrics":"ENABLED","rule":[{"object_group":"a/*","object_group_name":"a"}]}"#,
                r#"{"ContainerLevelMetrics":"ENABLED","MetricPolicyRules":[{"ObjectGroup":"a/*","ObjectGroupName":"a"}]}"#,
            ),
            (metric, r#"{"container_level_metrics":"ENABLED","rule":[]}"#, r#"{"ContainerLevelMetrics":"ENABLED"}"#),
            (
                lifecycle,
                r#"{"rule":[{"wildcards":["a/*.ts"],"seconds_since_create":300,"operator":">","action":"EXPIRE"}]}"#,
                r#"{"rules":[{"definition":{"path":[{"wildcard":"a/*.ts"}],"seconds_since_create":[{"numeric":[">",300]}]},"action":"EXPIRE"}]}"#,
            ),
        ];
        for (shape, attributes, expected) in cases {
            let (node, problems) = mediastore_policy::json::parse(*attributes, Default::default());
            assert_eq!(problems, []);
            assert_eq!(shape(&node.expect("a tree")).to_string(), *expected, "{attributes}");
        }
    }

    #[test]
    fn the_instance_of_an_address_is_what_follows_it() {
        for (address, expected) in
            [("a.b", ""), ("a.b[0]", "[0]"), ("module.m[\"x\"].a.b", ""), ("a.b[\"k\"]", "[\"k\"]")]
        {
            assert_eq!(instance(address), expected, "{address}");
        }
    }
}
