//! What is known of S3's data actions: the second service table, which shows that the crate is not about one service.
//!
//! Bucket management is not covered: of the actions on buckets only those that a bucket policy commonly speaks of are here.

use crate::action::ActionKind;
use crate::model::{Policy, Statement};
use crate::problem::{Code, Problem};
use crate::resource::ResourceKind;
use crate::service::{AccessLevel, ActionRow, Inside, ResourceType, Scope, ServiceModel, ShapePart};
use crate::text::CharClass;

/// S3.
pub static MODEL: ServiceModel = ServiceModel {
    prefix: "s3",
    partitions: &["aws", "aws-cn", "aws-us-gov", "aws-eusc"],
    max_document: 20 * 1024,
    ascii_only: false,
    resource_types: RESOURCE_TYPES,
    actions: ACTIONS,
    keys: KEYS,
    rules: &[foreign_resources, inapplicable_actions],
};

const BUCKET: ShapePart = ShapePart::Text { class: CharClass::Bucket, min: 3, max: 63 };

const RESOURCE_TYPES: &[ResourceType] = &[
    ResourceType { name: "bucket", has_region: false, has_account: false, shape: &[BUCKET], keys: &[] },
    ResourceType {
        name: "object",
        has_region: false,
        has_account: false,
        shape: &[BUCKET, ShapePart::Literal("/"), ShapePart::Text { class: CharClass::Any, min: 1, max: 1024 }],
        keys: &[],
    },
];

const fn object(name: &'static str, access: AccessLevel) -> ActionRow {
    ActionRow { name, access, resource_types: &["object"] }
}

const fn bucket(name: &'static str, access: AccessLevel) -> ActionRow {
    ActionRow { name, access, resource_types: &["bucket"] }
}

const ACTIONS: &[ActionRow] = &[
    object("GetObject", AccessLevel::Read),
    object("GetObjectVersion", AccessLevel::Read),
    object("GetObjectAcl", AccessLevel::Read),
    object("GetObjectVersionAcl", AccessLevel::Read),
    object("GetObjectAttributes", AccessLevel::Read),
    object("GetObjectVersionAttributes", AccessLevel::Read),
    object("GetObjectTagging", AccessLevel::Read),
    object("GetObjectVersionTagging", AccessLevel::Read),
    object("GetObjectTorrent", AccessLevel::Read),
    object("GetObjectVersionTorrent", AccessLevel::Read),
    object("GetObjectRetention", AccessLevel::Read),
    object("GetObjectLegalHold", AccessLevel::Read),
    object("PutObject", AccessLevel::Write),
    object("PutObjectAcl", AccessLevel::Permissions),
    object("PutObjectVersionAcl", AccessLevel::Permissions),
    object("PutObjectTagging", AccessLevel::Tagging),
    object("PutObjectVersionTagging", AccessLevel::Tagging),
    object("PutObjectRetention", AccessLevel::Write),
    object("PutObjectLegalHold", AccessLevel::Write),
    object("BypassGovernanceRetention", AccessLevel::Permissions),
    object("DeleteObject", AccessLevel::Write),
    object("DeleteObjectVersion", AccessLevel::Write),
    object("DeleteObjectTagging", AccessLevel::Tagging),
    object("DeleteObjectVersionTagging", AccessLevel::Tagging),
    object("RestoreObject", AccessLevel::Write),
    object("AbortMultipartUpload", AccessLevel::Write),
    object("ListMultipartUploadParts", AccessLevel::List),
    bucket("ListBucket", AccessLevel::List),
    bucket("ListBucketVersions", AccessLevel::List),
    bucket("ListBucketMultipartUploads", AccessLevel::List),
    bucket("GetBucketLocation", AccessLevel::Read),
    bucket("GetBucketPolicy", AccessLevel::Read),
    bucket("PutBucketPolicy", AccessLevel::Permissions),
    bucket("DeleteBucketPolicy", AccessLevel::Permissions),
    bucket("GetBucketAcl", AccessLevel::Read),
    bucket("PutBucketAcl", AccessLevel::Permissions),
    bucket("GetBucketCORS", AccessLevel::Read),
    bucket("PutBucketCORS", AccessLevel::Write),
    bucket("GetBucketVersioning", AccessLevel::Read),
    bucket("PutBucketVersioning", AccessLevel::Write),
    bucket("DeleteBucket", AccessLevel::Write),
];

const KEYS: &[&str] = &[
    "aws:SecureTransport",
    "aws:SourceIp",
    "aws:VpcSourceIp",
    "aws:SourceVpc",
    "aws:SourceVpce",
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
    "s3:ExistingObjectTag/",
    "s3:RequestObjectTag/",
    "s3:RequestObjectTagKeys",
    "s3:prefix",
    "s3:delimiter",
    "s3:max-keys",
    "s3:VersionId",
    "s3:x-amz-acl",
    "s3:x-amz-grant-full-control",
    "s3:x-amz-grant-read",
    "s3:x-amz-grant-read-acp",
    "s3:x-amz-grant-write",
    "s3:x-amz-grant-write-acp",
    "s3:x-amz-storage-class",
    "s3:x-amz-copy-source",
    "s3:x-amz-metadata-directive",
    "s3:x-amz-server-side-encryption",
    "s3:x-amz-server-side-encryption-aws-kms-key-id",
    "s3:x-amz-content-sha256",
    "s3:authType",
    "s3:signatureversion",
    "s3:signatureAge",
    "s3:TlsVersion",
    "s3:DataAccessPointArn",
    "s3:DataAccessPointAccount",
    "s3:AccessPointNetworkOrigin",
    "s3:ResourceAccount",
];

/// A bucket policy speaks of its bucket and what is in it.
fn foreign_resources(_: &ServiceModel, policy: &Policy, scope: &Scope<'_>) -> Vec<Problem> {
    let inside = Inside { fields: [None, Some("s3"), Some(""), Some("")], before: "", name: scope.name, itself: true };
    let entries = policy.statements.iter().flat_map(|statement| &statement.resources.entries);
    entries
        .filter(|entry| !inside.may_hold(&entry.kind))
        .map(|entry| {
            Problem::new(Code::UnscopedResource, entry.span, format!("Policy has invalid resource: `{}`", entry.text))
        })
        .collect()
}

/// In every statement some action must apply to some resource: object actions to `bucket/...`, bucket actions to `bucket`.
fn inapplicable_actions(model: &ServiceModel, policy: &Policy, _: &Scope<'_>) -> Vec<Problem> {
    let applies = |statement: &Statement| {
        let covers = |of: &str| {
            let has_slash = |entry: &crate::resource::ResourcePattern| match &entry.kind {
                ResourceKind::Arn(arn) => arn.resource().to_string().contains('/'),
                _ => true,
            };
            statement.resources.negated
                || statement
                    .resources
                    .entries
                    .iter()
                    .any(|entry| has_slash(entry) == (of == "object") || entry.kind.is_open())
        };
        model.actions.iter().any(|row| {
            let included = statement.may_speak_of(&format!("s3:{}", row.name));
            included && row.resource_types.iter().any(|of| covers(of))
        })
    };
    // An action this table lacks is nobody's fault.
    let known = |statement: &Statement| {
        !statement.actions.negated
            && statement.actions.entries.iter().all(|entry| match &entry.kind {
                ActionKind::Named { name, .. } => name.as_literal().is_some_and(|name| model.action(name).is_some()),
                _ => false,
            })
    };
    policy
        .statements
        .iter()
        .filter(|statement| known(statement) && !applies(statement))
        .map(|statement| {
            let message = "Action does not apply to any resource(s) in statement";
            Problem::new(Code::InapplicableAction, statement.actions.span, message)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bucket_policies_are_refused_as_s3_does() {
        let scope = Scope { name: Some("movies"), ..Scope::default() };
        for (action, resource, expected) in [
            ("s3:GetObject", "arn:aws:s3:::movies/*", None),
            ("s3:ListBucket", "arn:aws:s3:::movies", None),
            ("s3:GetObject", "arn:aws:s3:::other/*", Some("unscoped-resource")),
            ("s3:GetObject", "*", Some("unscoped-resource")),
            ("s3:GetObject", "arn:aws:s3:::movies", Some("inapplicable-action")),
            ("s3:ListBucket", "arn:aws:s3:::movies/*", Some("inapplicable-action")),
            ("s3:NewAction", "arn:aws:s3:::movies/*", None),
            ("s3:*", "arn:aws:s3:::movies", None),
        ] {
            let text = format!(
                r#"{{"Statement":{{"Effect":"Allow","Principal":"*","Action":"{action}","Resource":"{resource}"}}}}"#
            );
            let found: Vec<_> = MODEL.refusals(&text, &scope).iter().map(|problem| problem.code.as_str()).collect();
            assert_eq!(found, expected.into_iter().collect::<Vec<_>>(), "{action} on {resource}");
        }
    }
}
