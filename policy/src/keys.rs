//! What is known of condition keys: their type, whether they carry several values, and who decides on the value.
//!
//! A key that is not in the table is legal; it is taken for single-valued text whose value somebody else decides on. Where a
//! name ends in `/`, the row stands for all keys with that prefix, a tag name following.

/// A row of the table of condition keys.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyRow {
    /// The name as documented; a trailing `/` takes a tag name. Compared without case.
    pub name: &'static str,
    /// What its values look like.
    pub kind: KeyKind,
    /// Whether a request may carry several values. This is a property of the key, not of the request.
    pub multivalued: bool,
    /// Who decides on the value.
    pub control: Control,
}

/// What the values of a key look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyKind {
    /// Any text.
    String,
    /// A decimal number.
    Number,
    /// An instant.
    Date,
    /// `true` or `false`.
    Bool,
    /// An address.
    Ip,
    /// A resource name.
    Arn,
}

/// Who decides on the value that a request carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Control {
    /// The caller: a header, a parameter, the choice of TLS.
    Caller,
    /// It follows from the principal that signs; a caller can choose only among identities of their own.
    Principal,
    /// It follows from where in the network the request comes from.
    Network,
    /// An AWS service that makes the request sets it.
    Service,
    /// It is a fact of the resource and its owner.
    Resource,
    /// The clock.
    Clock,
}

const fn one(name: &'static str, kind: KeyKind, control: Control) -> KeyRow {
    KeyRow { name, kind, multivalued: false, control }
}

const fn many(name: &'static str, kind: KeyKind, control: Control) -> KeyRow {
    KeyRow { name, kind, multivalued: true, control }
}

/// Keys that every service understands, and those of the services this crate has tables for.
pub static KEYS: &[KeyRow] = &[
    one("aws:Referer", KeyKind::String, Control::Caller),
    one("aws:UserAgent", KeyKind::String, Control::Caller),
    one("aws:SecureTransport", KeyKind::Bool, Control::Caller),
    one("aws:SourceIp", KeyKind::Ip, Control::Network),
    one("aws:VpcSourceIp", KeyKind::Ip, Control::Network),
    one("aws:SourceVpc", KeyKind::String, Control::Network),
    one("aws:SourceVpce", KeyKind::String, Control::Network),
    one("aws:SourceVpcArn", KeyKind::Arn, Control::Network),
    one("aws:VpceAccount", KeyKind::String, Control::Network),
    one("aws:VpceOrgID", KeyKind::String, Control::Network),
    many("aws:VpceOrgPaths", KeyKind::String, Control::Network),
    one("aws:Ec2InstanceSourceVpc", KeyKind::String, Control::Network),
    one("aws:Ec2InstanceSourcePrivateIPv4", KeyKind::Ip, Control::Network),
    one("aws:PrincipalArn", KeyKind::Arn, Control::Principal),
    one("aws:PrincipalAccount", KeyKind::String, Control::Principal),
    one("aws:PrincipalOrgID", KeyKind::String, Control::Principal),
    many("aws:PrincipalOrgPaths", KeyKind::String, Control::Principal),
    one("aws:PrincipalTag/", KeyKind::String, Control::Principal),
    one("aws:PrincipalType", KeyKind::String, Control::Principal),
    one("aws:PrincipalIsAWSService", KeyKind::Bool, Control::Service),
    one("aws:PrincipalServiceName", KeyKind::String, Control::Service),
    many("aws:PrincipalServiceNamesList", KeyKind::String, Control::Service),
    one("aws:userid", KeyKind::String, Control::Principal),
    one("aws:username", KeyKind::String, Control::Principal),
    one("aws:SourceIdentity", KeyKind::String, Control::Principal),
    one("aws:FederatedProvider", KeyKind::String, Control::Principal),
    one("aws:RoleSessionName", KeyKind::String, Control::Principal),
    one("aws:TokenIssueTime", KeyKind::Date, Control::Principal),
    one("aws:AssumedRoot", KeyKind::Bool, Control::Service),
    one("aws:MultiFactorAuthPresent", KeyKind::Bool, Control::Principal),
    one("aws:MultiFactorAuthAge", KeyKind::Number, Control::Principal),
    one("aws:ViaAWSService", KeyKind::Bool, Control::Service),
    many("aws:CalledVia", KeyKind::String, Control::Service),
    one("aws:CalledViaFirst", KeyKind::String, Control::Service),
    one("aws:CalledViaLast", KeyKind::String, Control::Service),
    one("aws:SourceArn", KeyKind::Arn, Control::Service),
    one("aws:SourceAccount", KeyKind::String, Control::Service),
    one("aws:SourceOwner", KeyKind::String, Control::Service),
    one("aws:SourceOrgID", KeyKind::String, Control::Service),
    many("aws:SourceOrgPaths", KeyKind::String, Control::Service),
    one("aws:RequestTag/", KeyKind::String, Control::Caller),
    many("aws:TagKeys", KeyKind::String, Control::Caller),
    one("aws:RequestedRegion", KeyKind::String, Control::Resource),
    one("aws:ResourceAccount", KeyKind::String, Control::Resource),
    one("aws:ResourceOrgID", KeyKind::String, Control::Resource),
    many("aws:ResourceOrgPaths", KeyKind::String, Control::Resource),
    one("aws:ResourceTag/", KeyKind::String, Control::Resource),
    one("aws:CurrentTime", KeyKind::Date, Control::Clock),
    one("aws:EpochTime", KeyKind::Date, Control::Clock),
    one("aws:ChatbotSourceArn", KeyKind::Arn, Control::Service),
    one("aws:SignInSessionArn", KeyKind::Arn, Control::Principal),
    one("s3:ExistingObjectTag/", KeyKind::String, Control::Resource),
    one("s3:BucketTag/", KeyKind::String, Control::Resource),
    one("s3:RequestObjectTag/", KeyKind::String, Control::Caller),
    many("s3:RequestObjectTagKeys", KeyKind::String, Control::Caller),
    one("s3:prefix", KeyKind::String, Control::Caller),
    one("s3:delimiter", KeyKind::String, Control::Caller),
    one("s3:max-keys", KeyKind::Number, Control::Caller),
    one("s3:VersionId", KeyKind::String, Control::Caller),
    one("s3:x-amz-acl", KeyKind::String, Control::Caller),
    one("s3:x-amz-grant-full-control", KeyKind::String, Control::Caller),
    one("s3:x-amz-grant-read", KeyKind::String, Control::Caller),
    one("s3:x-amz-grant-read-acp", KeyKind::String, Control::Caller),
    one("s3:x-amz-grant-write", KeyKind::String, Control::Caller),
    one("s3:x-amz-grant-write-acp", KeyKind::String, Control::Caller),
    one("s3:x-amz-storage-class", KeyKind::String, Control::Caller),
    one("s3:x-amz-copy-source", KeyKind::String, Control::Caller),
    one("s3:x-amz-metadata-directive", KeyKind::String, Control::Caller),
    one("s3:x-amz-server-side-encryption", KeyKind::String, Control::Caller),
    one("s3:x-amz-server-side-encryption-aws-kms-key-id", KeyKind::Arn, Control::Caller),
    one("s3:x-amz-content-sha256", KeyKind::String, Control::Caller),
    one("s3:authType", KeyKind::String, Control::Caller),
    one("s3:signatureversion", KeyKind::String, Control::Caller),
    one("s3:signatureAge", KeyKind::Number, Control::Caller),
    one("s3:TlsVersion", KeyKind::Number, Control::Caller),
    one("s3:DataAccessPointArn", KeyKind::Arn, Control::Service),
    one("s3:DataAccessPointAccount", KeyKind::String, Control::Service),
    one("s3:AccessPointNetworkOrigin", KeyKind::String, Control::Service),
    one("s3:ResourceAccount", KeyKind::String, Control::Resource),
];

/// The row for a key, by its name in any case.
#[must_use]
pub fn find(name: &str) -> Option<&'static KeyRow> {
    KEYS.iter().find(|row| match row.name.ends_with('/') {
        true => name.len() > row.name.len() && starts_with(name, row.name),
        false => name.eq_ignore_ascii_case(row.name),
    })
}

fn starts_with(name: &str, prefix: &str) -> bool {
    name.get(..prefix.len()).is_some_and(|head| head.eq_ignore_ascii_case(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_found_in_any_case() {
        for (name, expected) in [
            ("AWS:SourceArn", Some("aws:SourceArn")),
            ("aws:principaltag/Team", Some("aws:PrincipalTag/")),
            ("aws:PrincipalTag/", None),
            ("aws:PrincipalTag", None),
            ("aws:Nothing", None),
            ("", None),
        ] {
            assert_eq!(find(name).map(|row| row.name), expected, "{name}");
        }
    }

    #[test]
    fn key_names_are_unique() {
        for row in KEYS {
            let probe = if row.name.ends_with('/') { format!("{}x", row.name) } else { row.name.to_owned() };
            assert!(std::ptr::eq(find(&probe).expect("a row"), row), "{}", row.name);
        }
    }
}
