//! Requests: who wants to do what to which resource, in which context.
//!
//! The JSON form is the one of every witness this crate produces:
//!
//! ```json
//! {"principal": "*", "action": "mediastore:GetObject",
//!  "resource": "arn:aws:mediastore:eu-west-1:111122223333:container/movies/a.ts",
//!  "context": {"aws:SecureTransport": ["true"]}}
//! ```
//!
//! `principal` is `"*"` for a request without a signature, the ARN of an identity, or the name of a service or identity
//! provider.

use std::fmt;

use serde::de::{self, Deserializer, MapAccess, Visitor};
use serde::ser::{SerializeMap, Serializer};
use serde::{Deserialize, Serialize};

use crate::arn;
use crate::principal::IdentityKind;

/// A request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// Who asks.
    pub principal: Caller,
    /// The action, `service:Name`.
    pub action: String,
    /// The ARN of the resource.
    pub resource: String,
    /// The condition keys of the request.
    #[serde(default)]
    pub context: Context,
}

/// Who makes a request.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Caller {
    /// Nobody in particular: the request is not signed.
    Anonymous,
    /// The root user of an account.
    Root {
        /// `aws`, `aws-cn`, ...
        partition: String,
        /// Twelve digits.
        account: String,
    },
    /// A user, a session, or a role (then: some session of that role).
    Identity {
        /// What it is.
        kind: IdentityKind,
        /// `aws`, `aws-cn`, ...
        partition: String,
        /// Twelve digits, or `cloudfront` for an origin access identity.
        account: String,
        /// Path and name, or `role/session` for a session.
        name: String,
    },
    /// An AWS service acting for itself.
    Service(String),
    /// An identity of this web or SAML provider.
    Federated(String),
    /// An account known by its canonical id.
    CanonicalUser(String),
}

/// Names of identity providers that could be taken for services.
const WEB_PROVIDERS: &[&str] =
    &["accounts.google.com", "graph.facebook.com", "www.amazon.com", "cognito-identity.amazonaws.com"];

impl Caller {
    /// Reads `"*"`, an ARN or a name.
    ///
    /// # Errors
    ///
    /// The text is empty or an ARN that names no caller.
    pub fn parse(text: &str) -> Result<Self, BadCaller> {
        let bad = || BadCaller { text: text.to_owned() };
        if text == "*" {
            return Ok(Self::Anonymous);
        }
        if text.is_empty() || text.contains(char::is_whitespace) && !text.starts_with("arn:") {
            return Err(bad());
        }
        if !text.starts_with("arn:") {
            let is_canonical = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
            let name = text.to_owned();
            return match is_canonical {
                true => Ok(Self::CanonicalUser(name)),
                false if WEB_PROVIDERS.contains(&text) => Ok(Self::Federated(name)),
                false if text.contains('.') => Ok(Self::Service(name)),
                false => Err(bad()),
            };
        }
        let [_, partition, service, region, account, resource] = arn::split(text).ok_or_else(bad)?;
        if !region.is_empty() || partition.is_empty() || account.is_empty() {
            return Err(bad());
        }
        let (partition, account) = (partition.to_owned(), account.to_owned());
        if service == "iam" && resource == "root" {
            return Ok(Self::Root { partition, account });
        }
        if service == "iam" && (resource.starts_with("saml-provider/") || resource.starts_with("oidc-provider/")) {
            return Ok(Self::Federated(text.to_owned()));
        }
        for kind in IdentityKind::ALL {
            if let Some(name) =
                resource.strip_prefix(kind.prefix()).filter(|name| service == kind.service() && !name.is_empty())
            {
                let complete = kind != IdentityKind::Session
                    || name.split_once('/').is_some_and(|(role, session)| !role.is_empty() && !session.is_empty());
                return complete
                    .then(|| Self::Identity { kind, partition, account, name: name.to_owned() })
                    .ok_or_else(bad);
            }
        }
        Err(bad())
    }

    /// The account the caller belongs to, if it is one of an account.
    #[must_use]
    pub fn account(&self) -> Option<&str> {
        match self {
            Self::Root { account, .. } | Self::Identity { account, .. } => Some(account),
            Self::Anonymous | Self::Service(_) | Self::Federated(_) | Self::CanonicalUser(_) => None,
        }
    }
}

impl Caller {
    /// The condition keys that follow from who asks, as every service sets them. What depends on more than the name (tags,
    /// organization, unique ids, the path of a session's role) is not among them.
    #[must_use]
    pub fn implied_context(&self) -> Context {
        let mut context = Context::new();
        context.set("aws:ViaAWSService", ["false"]);
        let mut principal = |kind: &str, account: &str, arn: Option<String>| {
            context.set("aws:PrincipalType", [kind]);
            context.set("aws:PrincipalAccount", [account]);
            if let Some(arn) = arn {
                context.set("aws:PrincipalArn", [arn]);
                context.set("aws:PrincipalIsAWSService", ["false"]);
            }
        };
        match self {
            Self::Anonymous => principal("Anonymous", "anonymous", None),
            Self::Root { account, .. } => principal("Account", account, Some(self.to_string())),
            Self::Identity { kind: IdentityKind::User, account, name, .. } => {
                principal("User", account, Some(self.to_string()));
                context.set("aws:username", [name.rsplit('/').next().unwrap_or(name)]);
            }
            Self::Identity { kind: IdentityKind::FederatedUser, account, .. } => {
                principal("FederatedUser", account, Some(self.to_string()));
            }
            Self::Identity { kind: IdentityKind::Role, account, .. } => {
                principal("AssumedRole", account, Some(self.to_string()));
            }
            Self::Identity { kind: IdentityKind::Session, partition, account, name } => {
                let role = name.split('/').next().unwrap_or(name);
                principal("AssumedRole", account, Some(format!("arn:{partition}:iam::{account}:role/{role}")));
            }
            Self::Service(name) => {
                context.set("aws:PrincipalIsAWSService", ["true"]);
                context.set("aws:PrincipalServiceName", [name]);
                context.set("aws:PrincipalServiceNamesList", [name]);
            }
            Self::Federated(_) | Self::CanonicalUser(_) => {}
        }
        context
    }
}

/// Text that names no caller.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not `*`, the ARN of a root, user, role or session, or the name of a service")]
pub struct BadCaller {
    text: String,
}

impl fmt::Display for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Anonymous => f.write_str("*"),
            Self::Root { partition, account } => write!(f, "arn:{partition}:iam::{account}:root"),
            Self::Identity { kind, partition, account, name } => {
                write!(f, "arn:{partition}:{}::{account}:{}{name}", kind.service(), kind.prefix())
            }
            Self::Service(name) | Self::Federated(name) | Self::CanonicalUser(name) => f.write_str(name),
        }
    }
}

impl Serialize for Caller {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Caller {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

/// The condition keys of a request, each with its values. Key names compare without (ASCII) case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Context {
    // A request has a dozen keys at most: a scan beats any map, and the spelling of the caller is kept.
    entries: Vec<(String, Vec<String>)>,
}

impl Context {
    /// No keys.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The values of a key, or nothing if the request lacks it. `key` may have any case.
    #[must_use]
    pub fn values(&self, key: &str) -> Option<&[String]> {
        self.entries.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)).map(|(_, values)| values.as_slice())
    }

    /// The value of a key that has exactly one.
    #[must_use]
    pub fn single(&self, key: &str) -> Option<&str> {
        match self.values(key) {
            Some([value]) => Some(value),
            _ => None,
        }
    }

    /// Sets the values of a key, replacing any it had.
    pub fn set(&mut self, key: impl Into<String>, values: impl IntoIterator<Item = impl Into<String>>) {
        let key = key.into();
        let values = values.into_iter().map(Into::into).collect();
        match self.entries.iter_mut().find(|(name, _)| name.eq_ignore_ascii_case(&key)) {
            Some(entry) => entry.1 = values,
            None => self.entries.push((key, values)),
        }
    }

    /// Removes a key.
    pub fn remove(&mut self, key: &str) {
        self.entries.retain(|(name, _)| !name.eq_ignore_ascii_case(key));
    }

    /// Keys and values in the order they were set.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[String])> {
        self.entries.iter().map(|(key, values)| (key.as_str(), values.as_slice()))
    }
}

impl Serialize for Context {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut sorted: Vec<_> = self.iter().collect();
        sorted.sort_unstable_by_key(|(key, _)| *key);
        let mut map = serializer.serialize_map(Some(sorted.len()))?;
        for (key, values) in sorted {
            map.serialize_entry(key, values)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Context {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;

        impl<'de> Visitor<'de> for Entries {
            type Value = Context;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of condition keys")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Context, A::Error> {
                let mut context = Context::new();
                while let Some((key, values)) = map.next_entry::<String, Values>()? {
                    if context.values(&key).is_some() {
                        return Err(de::Error::custom(format!("the condition key `{key}` occurs twice")));
                    }
                    context.set(key, values.0);
                }
                Ok(context)
            }
        }

        deserializer.deserialize_map(Entries)
    }
}

/// The values of one key: a list, or for convenience one value; numbers and booleans are their text.
struct Values(Vec<String>);

impl<'de> Deserialize<'de> for Values {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Scalar {
            String(String),
            Bool(bool),
            Signed(i64),
            Unsigned(u64),
        }

        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Form {
            One(Scalar),
            Many(Vec<Scalar>),
        }

        let text = |scalar| match scalar {
            Scalar::String(text) => text,
            Scalar::Bool(value) => value.to_string(),
            Scalar::Signed(value) => value.to_string(),
            Scalar::Unsigned(value) => value.to_string(),
        };
        Ok(Self(match Form::deserialize(deserializer)? {
            Form::One(value) => vec![text(value)],
            Form::Many(values) => values.into_iter().map(text).collect(),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn callers_read_and_print_the_same() {
        for text in [
            "*",
            "arn:aws:iam::111122223333:root",
            "arn:aws:iam::111122223333:user/team/ann",
            "arn:aws-cn:iam::111122223333:role/encoder",
            "arn:aws:sts::111122223333:assumed-role/encoder/live",
            "arn:aws:sts::111122223333:federated-user/ann",
            "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1",
            "arn:aws:iam::111122223333:saml-provider/corp",
            "cloudfront.amazonaws.com",
            "accounts.google.com",
        ] {
            assert_eq!(Caller::parse(text).map(|caller| caller.to_string()).as_deref(), Ok(text));
        }
    }

    #[test]
    fn other_text_names_no_caller() {
        for text in [
            "",
            "arn:aws:iam::1:group/g",
            "arn:aws:s3:::bucket",
            "arn:aws:sts::1:assumed-role/r",
            "arn:aws:iam::1:user/",
            "two words",
            "ann",
            "111122223333",
            "arn:aws:iam:eu:1:root",
            "arn:",
        ] {
            assert!(Caller::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn keys_follow_from_the_caller() {
        for (caller, key, expected) in [
            ("*", "aws:PrincipalAccount", Some("anonymous")),
            ("*", "aws:PrincipalArn", None),
            ("arn:aws:iam::111122223333:root", "aws:PrincipalType", Some("Account")),
            ("arn:aws:iam::111122223333:user/team/ann", "aws:username", Some("ann")),
            (
                "arn:aws:iam::111122223333:user/team/ann",
                "aws:PrincipalArn",
                Some("arn:aws:iam::111122223333:user/team/ann"),
            ),
            (
                "arn:aws:sts::111122223333:assumed-role/r/s",
                "aws:PrincipalArn",
                Some("arn:aws:iam::111122223333:role/r"),
            ),
            ("arn:aws:sts::111122223333:assumed-role/r/s", "aws:username", None),
            ("cloudfront.amazonaws.com", "aws:PrincipalServiceName", Some("cloudfront.amazonaws.com")),
            ("cloudfront.amazonaws.com", "aws:PrincipalAccount", None),
        ] {
            let context = Caller::parse(caller).expect("a caller").implied_context();
            assert_eq!(context.single(key), expected, "{key} of {caller}");
        }
    }

    #[test]
    fn requests_have_the_json_form_of_witnesses() {
        let text = r#"{"principal":"*","action":"mediastore:GetObject","resource":"arn:aws:mediastore:eu-west-1:111122223333:container/movies/a.ts","context":{"aws:Referer":["x","y"],"aws:SecureTransport":["true"]}}"#;
        let request: Request = serde_json::from_str(text).expect("a request");
        assert_eq!(serde_json::to_string(&request).expect("json"), text);
        assert_eq!(request.context.single("AWS:SECURETRANSPORT"), Some("true"));
    }

    #[test]
    fn single_values_stand_for_lists() {
        let context: Context = serde_json::from_str(r#"{"a:b": true, "a:c": 7, "a:d": ["x", 1]}"#).expect("a context");
        assert_eq!(context.single("a:b"), Some("true"));
        assert_eq!(context.single("a:c"), Some("7"));
        assert_eq!(context.values("a:d"), Some(&["x".to_owned(), "1".to_owned()][..]));
        assert!(serde_json::from_str::<Context>(r#"{"a:b": "1", "A:B": "2"}"#).is_err());
    }
}
