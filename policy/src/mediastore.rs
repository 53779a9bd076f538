//! What is known of MediaStore: its actions and resources, the keys its requests carry, and what `PutContainerPolicy` refuses.
//!
//! The service ended in November 2025. Facts are those of its API model, its guide and one recorded refusal; where these are
//! silent, the choices are the ones that `docs/policy-semantics.md` lists.

use crate::action::{ActionKind, ActionPattern};
use crate::decide::includes_action;
use crate::matching::Truth;
use crate::model::{Effect, Policy, Statement};
use crate::problem::{Code, Problem};
use crate::service::{AccessLevel, ActionRow, Inside, ResourceType, Scope, ServiceModel, ShapePart};
use crate::text::CharClass;

/// A container, as far as it is known.
pub type ContainerScope<'a> = Scope<'a>;

/// Everything for which `PutContainerPolicy` refuses a policy on this container; nothing, if it accepts it.
///
/// What a scope leaves open never refuses: a provider that plans a container does not know its account, and still learns
/// of every fault that does not depend on it.
///
/// ```
/// use mediastore_policy::mediastore::{ContainerScope, refusals};
///
/// let text = r#"{"Version": "2012-10-17", "Statement": [{"Sid": "All", "Effect": "Allow", "Principal": "*",
///     "Action": "mediastore:GetObject", "Resource": "*"}]}"#;
/// let scope = ContainerScope { region: Some("eu-west-1"), account: Some("111122223333"), name: Some("movies") };
/// assert_eq!(
///     refusals(text, &scope)[0].message,
///     "Invalid Container Policy: Resource in statement 'All' must be scoped to files inside \
///      arn:aws:mediastore:eu-west-1:111122223333:container/movies",
/// );
/// ```
#[must_use]
pub fn refusals(text: &str, scope: &ContainerScope<'_>) -> Vec<Problem> {
    MODEL.refusals(text, scope)
}

/// MediaStore.
pub static MODEL: ServiceModel = ServiceModel {
    prefix: "mediastore",
    partitions: &["aws"],
    max_document: 8192,
    ascii_only: true,
    resource_types: RESOURCE_TYPES,
    actions: ACTIONS,
    keys: KEYS,
    rules: &[unscoped_resources, put_without_tls],
};

const CONTAINER: [ShapePart; 2] =
    [ShapePart::Literal("container/"), ShapePart::Text { class: CharClass::Name, min: 1, max: 255 }];

const fn path(trailing_slash: bool) -> ShapePart {
    ShapePart::Path { class: CharClass::Segment, max_folders: 10, max_length: 900, trailing_slash }
}

const RESOURCE_TYPES: &[ResourceType] = &[
    ResourceType { name: "container", has_region: true, has_account: true, shape: &CONTAINER, keys: TAG_KEYS },
    ResourceType {
        name: "object",
        has_region: true,
        has_account: true,
        shape: &[CONTAINER[0], CONTAINER[1], ShapePart::Literal("/"), path(false)],
        keys: &[],
    },
    ResourceType {
        name: "folder",
        has_region: true,
        has_account: true,
        shape: &[CONTAINER[0], CONTAINER[1], ShapePart::Literal("/"), path(true)],
        keys: &[],
    },
];

const fn action(name: &'static str, access: AccessLevel, resource_types: &'static [&'static str]) -> ActionRow {
    ActionRow { name, access, resource_types }
}

const ACTIONS: &[ActionRow] = &[
    action("GetObject", AccessLevel::Read, &["object"]),
    action("DescribeObject", AccessLevel::List, &["object"]),
    action("PutObject", AccessLevel::Write, &["object"]),
    action("DeleteObject", AccessLevel::Write, &["object"]),
    action("ListItems", AccessLevel::List, &["folder"]),
    action("CreateContainer", AccessLevel::Write, &[]),
    action("DeleteContainer", AccessLevel::Write, &["container"]),
    action("DeleteContainerPolicy", AccessLevel::Permissions, &["container"]),
    action("DeleteCorsPolicy", AccessLevel::Write, &["container"]),
    action("DeleteLifecyclePolicy", AccessLevel::Write, &["container"]),
    action("DeleteMetricPolicy", AccessLevel::Write, &["container"]),
    action("DescribeContainer", AccessLevel::List, &["container"]),
    action("GetContainerPolicy", AccessLevel::Read, &["container"]),
    action("GetCorsPolicy", AccessLevel::Read, &["container"]),
    action("GetLifecyclePolicy", AccessLevel::Read, &["container"]),
    action("GetMetricPolicy", AccessLevel::Read, &["container"]),
    action("ListContainers", AccessLevel::List, &[]),
    action("ListTagsForResource", AccessLevel::Read, &["container"]),
    action("PutContainerPolicy", AccessLevel::Permissions, &["container"]),
    action("PutCorsPolicy", AccessLevel::Write, &["container"]),
    action("PutLifecyclePolicy", AccessLevel::Write, &["container"]),
    action("PutMetricPolicy", AccessLevel::Write, &["container"]),
    action("StartAccessLogging", AccessLevel::Write, &["container"]),
    action("StopAccessLogging", AccessLevel::Write, &["container"]),
    action("TagResource", AccessLevel::Tagging, &["container"]),
    action("UntagResource", AccessLevel::Tagging, &["container"]),
];

/// Tags are of containers, and requests for data carry none.
const TAG_KEYS: &[&str] = &["aws:ResourceTag/", "aws:RequestTag/", "aws:TagKeys"];

/// Keys of VPC endpoints are not listed: none is documented for the service.
const KEYS: &[&str] = &[
    "aws:SecureTransport",
    "aws:SourceIp",
    "aws:Referer",
    "aws:UserAgent",
    "aws:CurrentTime",
    "aws:EpochTime",
    "aws:RequestedRegion",
    "aws:ResourceAccount",
    "aws:ResourceOrgID",
    "aws:ResourceOrgPaths",
    "aws:PrincipalArn",
    "aws:PrincipalAccount",
    "aws:PrincipalOrgID",
    "aws:PrincipalOrgPaths",
    "aws:PrincipalTag/",
    "aws:PrincipalType",
    "aws:PrincipalIsAWSService",
    "aws:PrincipalServiceName",
    "aws:PrincipalServiceNamesList",
    "aws:userid",
    "aws:username",
    "aws:SourceIdentity",
    "aws:FederatedProvider",
    "aws:TokenIssueTime",
    "aws:AssumedRoot",
    "aws:MultiFactorAuthPresent",
    "aws:MultiFactorAuthAge",
    "aws:ViaAWSService",
    "aws:CalledVia",
    "aws:CalledViaFirst",
    "aws:CalledViaLast",
    "aws:SourceArn",
    "aws:SourceAccount",
    "aws:SourceOrgID",
    "aws:SourceOrgPaths",
];

/// Every resource must be scoped to files inside the container; the sentence is the service's own.
fn unscoped_resources(_: &ServiceModel, policy: &Policy, scope: &Scope<'_>) -> Vec<Problem> {
    let inside = Inside {
        fields: [Some("aws"), Some("mediastore"), scope.region, scope.account],
        before: "container/",
        name: scope.name,
        itself: false,
    };
    let container = format!(
        "arn:aws:mediastore:{}:{}:container/{}",
        scope.region.unwrap_or("<region>"),
        scope.account.unwrap_or("<account>"),
        scope.name.unwrap_or("<name>"),
    );
    let mut problems = Vec::new();
    for (index, statement) in policy.statements.iter().enumerate() {
        for entry in statement.resources.entries.iter().filter(|entry| !inside.may_hold(&entry.kind)) {
            let name = statement_name(statement, index);
            let message = format!(
                "Invalid Container Policy: Resource in statement '{name}' must be scoped to files inside {container}"
            );
            problems
                .push(Problem::new(Code::UnscopedResource, entry.span, message).help(format!("write `{container}/*`")));
        }
    }
    problems
}

/// A statement that allows PutObject must require HTTPS. What a statement requires is decided, not looked up: some condition
/// on the key must fail for a request over plain HTTP.
fn put_without_tls(_: &ServiceModel, policy: &Policy, _: &Scope<'_>) -> Vec<Problem> {
    let requires_tls = |statement: &Statement| {
        statement.over_plain_http(|_| true) != Truth::Yes
            || statement.conditions.iter().any(|condition| condition.key.name().is_none())
            || !statement.unknown_conditions.is_empty()
    };
    let faulty = |statement: &&Statement| {
        statement.effect.value.known() == Some(Effect::Allow)
            && includes_action(&statement.actions, "mediastore:PutObject") == Truth::Yes
            && !requires_tls(statement)
    };
    let of_put = |entry: &&ActionPattern| matches!(entry.kind, ActionKind::All | ActionKind::Named { .. });
    policy
        .statements
        .iter()
        .enumerate()
        .filter(|(_, statement)| faulty(statement))
        .map(|(index, statement)| {
            let span = match statement.actions.entries.iter().filter(of_put).collect::<Vec<_>>().as_slice() {
                [only] if !statement.actions.negated => only.span,
                _ => statement.actions.span,
            };
            let name = statement_name(statement, index);
            let message = format!(
                "Invalid Container Policy: statement '{name}' allows mediastore:PutObject without requiring HTTPS"
            );
            Problem::new(Code::PutWithoutTls, span, message)
                .help(r#"add `"Condition": {"Bool": {"aws:SecureTransport": "true"}}`"#)
        })
        .collect()
}

/// How a message names a statement: by its Sid, or by its number if it has none.
fn statement_name(statement: &Statement, index: usize) -> String {
    statement.sid.as_ref().map_or_else(|| format!("#{}", index + 1), |sid| sid.value.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCOPE: ContainerScope<'static> =
        Scope { region: Some("eu-west-1"), account: Some("111122223333"), name: Some("movies") };

    fn policy(resource: &str) -> String {
        format!(
            r#"{{"Statement":{{"Effect":"Allow","Principal":"*","Action":"mediastore:GetObject","Resource":"{resource}"}}}}"#
        )
    }

    #[track_caller]
    fn codes(text: &str, scope: &ContainerScope<'_>) -> Vec<&'static str> {
        refusals(text, scope).into_iter().map(|problem| problem.code.as_str()).collect()
    }

    #[test]
    fn resources_must_lie_inside_the_container() {
        for (resource, fits) in [
            ("arn:aws:mediastore:eu-west-1:111122223333:container/movies/*", true),
            ("arn:aws:mediastore:eu-west-1:111122223333:container/movies/live/*.ts", true),
            ("arn:aws:mediastore:eu-west-1:111122223333:container/movies/${aws:username}/*", true),
            ("*", false),
            ("arn:aws:mediastore:eu-west-1:111122223333:container/movies", false),
            ("arn:aws:mediastore:eu-west-1:111122223333:container/movies*", false),
            ("arn:aws:mediastore:eu-west-1:111122223333:container/*/a", false),
            ("arn:aws:mediastore:eu-west-1:111122223333:container/movies2/*", false),
            ("arn:aws:mediastore:eu-west-1:111122223333:*", false),
            ("arn:aws:mediastore:eu-west-1:999922223333:container/movies/*", false),
            ("arn:aws:mediastore:eu-west-2:111122223333:container/movies/*", false),
            ("arn:aws:mediastore:*:111122223333:container/movies/*", false),
            ("arn:aws:mediastore:eu-west-1:*:container/movies/*", false),
            ("arn:aws:mediastore:::container/movies/*", false),
            ("arn:aws-cn:mediastore:eu-west-1:111122223333:container/movies/*", false),
            ("arn:aws:s3:eu-west-1:111122223333:container/movies/*", false),
        ] {
            let expected: &[&str] = if fits { &[] } else { &["unscoped-resource"] };
            let text = policy(resource).replace("{\"Statement\"", "{\"Version\":\"2012-10-17\",\"Statement\"");
            assert_eq!(codes(&text, &SCOPE), expected, "{resource}");
        }
    }

    #[test]
    fn unknown_parts_of_the_scope_never_refuse() {
        let text = policy("arn:aws:mediastore:eu-west-1:111122223333:container/movies/*");
        for scope in [
            Scope { region: None, ..SCOPE },
            Scope { account: None, ..SCOPE },
            Scope { name: None, ..SCOPE },
            Scope::default(),
        ] {
            assert_eq!(codes(&text, &scope), [""; 0], "{scope:?}");
        }
        assert_eq!(codes(&policy("*"), &Scope::default()), ["unscoped-resource"]);
        assert_eq!(codes(&text, &Scope { name: Some("other"), ..Scope::default() }), ["unscoped-resource"]);
    }

    #[test]
    fn putting_objects_needs_tls() {
        for (action, condition, fits) in [
            (r#""Action":"mediastore:PutObject""#, "", false),
            (r#""Action":"mediastore:putobject""#, r#","Condition":{"Bool":{"aws:SecureTransport":"true"}}"#, true),
            (r#""Action":"mediastore:*""#, r#","Condition":{"Bool":{"AWS:securetransport":true}}"#, true),
            (
                r#""Action":"mediastore:Put*""#,
                r#","Condition":{"Bool":{"aws:SecureTransport":["true","false"]}}"#,
                false,
            ),
            (r#""Action":"mediastore:*""#, r#","Condition":{"BoolIfExists":{"aws:SecureTransport":"true"}}"#, true),
            (r#""Action":"*""#, r#","Condition":{"StringEquals":{"aws:SecureTransport":"true"}}"#, true),
            (r#""Action":"*""#, r#","Condition":{"Null":{"aws:SecureTransport":"false"}}"#, false),
            (r#""Action":"*""#, r#","Condition":{"Bool":{"aws:SecureTransport":"false"}}"#, false),
            (r#""NotAction":"mediastore:PutObject""#, "", true),
            (r#""NotAction":"mediastore:GetObject""#, "", false),
            (r#""Action":["mediastore:GetObject","mediastore:DescribeObject"]"#, "", true),
        ] {
            let text = format!(
                r#"{{"Statement":{{"Effect":"Allow","Principal":"*",{action},"Resource":"arn:aws:mediastore:eu-west-1:111122223333:container/movies/*"{condition}}}}}"#
            );
            let expected: &[&str] = if fits { &[] } else { &["put-without-tls"] };
            assert_eq!(codes(&text, &SCOPE), expected, "{action} {condition}");
            let deny = text.replace("\"Allow\"", "\"Deny\"");
            assert_eq!(codes(&deny, &SCOPE), [""; 0], "a Deny needs no TLS");
        }
    }

    /// The policies that the user guides show, with the faults of their printing mended.
    #[test]
    fn documented_policies_are_accepted() {
        let read = r#""Action":["mediastore:GetObject","mediastore:DescribeObject"]"#;
        let tls = r#""Bool":{"aws:SecureTransport":"true"}"#;
        let either = r#""Bool":{"aws:SecureTransport":["true","false"]}"#;
        let role = r#""Principal":{"AWS":"arn:aws:iam::444455556666:role/reader"}"#;
        let statement = |sid: &str, rest: String| {
            format!(
                r#"{{"Sid":"{sid}","Effect":"Allow",{rest},"Resource":"arn:aws:mediastore:eu-west-1:111122223333:container/movies/*"}}"#
            )
        };
        let source = r#""StringEquals":{"AWS:SourceArn":"arn:aws:cloudfront::111122223333:distribution/E1"}"#;
        let service = r#""Principal":{"Service":"cloudfront.amazonaws.com"}"#;
        for statements in [
            statement(
                "MediaStoreFullAccess",
                format!(
                    r#""Action":["mediastore:*"],"Principal":{{"AWS":"arn:aws:iam::111122223333:root"}},"Condition":{{{tls}}}"#
                ),
            ),
            statement("PublicReadOverHttps", format!(r#"{read},"Principal":"*","Condition":{{{tls}}}"#)),
            statement("PublicReadOverHttpOrHttps", format!(r#"{read},"Principal":"*","Condition":{{{either}}}"#)),
            statement(
                "CrossAccountReadOverHttps",
                format!(r#"{read},"Principal":{{"AWS":"arn:aws:iam::444455556666:root"}},"Condition":{{{tls}}}"#),
            ),
            statement("CrossAccountRoleRead", format!("{read},{role}")),
            [
                statement(
                    "CrossAccountRolePostOverHttps",
                    format!(r#""Action":"mediastore:PutObject",{role},"Condition":{{{tls}}}"#),
                ),
                statement("CrossAccountFullAccessExceptPost", format!(r#""NotAction":"mediastore:PutObject",{role}"#)),
            ]
            .join(","),
            statement(
                "AccessBySpecificIPAddress",
                format!(
                    r#"{read},"Principal":"*","Condition":{{"NotIpAddress":{{"aws:SourceIp":"198.51.100.188/32"}},"IpAddress":{{"aws:SourceIp":["198.51.100.0/24"]}}}}"#
                ),
            ),
            statement(
                "CloudFrontRead",
                format!(r#"{read},"Principal":"*","Condition":{{"StringEquals":{{"aws:Referer":"secret"}},{tls}}}"#),
            ),
            statement(
                "AllowCloudFrontServicePrincipalReadOnly",
                format!(r#""Action":["mediastore:GetObject"],{service},"Condition":{{{source},{tls}}}"#),
            ),
            statement(
                "AllowCloudFrontServicePrincipalReadWrite",
                format!(
                    r#""Action":["mediastore:GetObject","mediastore:PutObject"],{service},"Condition":{{{source},{tls}}}"#
                ),
            ),
        ] {
            let text = format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#);
            assert_eq!(refusals(&text, &SCOPE), [], "{text}");
        }
    }

    #[test]
    fn the_text_has_limits() {
        let text = policy("arn:aws:mediastore:eu-west-1:111122223333:container/movies/*");
        assert_eq!(codes("", &SCOPE), ["document-size"]);
        assert_eq!(codes(&format!("{text:8192}"), &SCOPE), [""; 0]);
        assert_eq!(codes(&format!("{text:8193}"), &SCOPE), ["document-size"]);
        assert_eq!(codes(&text.replace("movies/*", "movies/\u{e9}*"), &SCOPE), ["not-ascii"]);
        assert_eq!(codes("{}", &SCOPE), ["missing-element"]);
    }
}
