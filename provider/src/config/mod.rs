//! The provider block: its schema, its checks, and the settings that come of it.
//!
//! What is done with the settings is `client`'s business.

mod roles;

use std::path::PathBuf;

use tf_plugin::diagnostic::{Diagnostic, Diagnostics};
use tf_plugin::model;
use tf_plugin::model::{Attr, Set};
use tf_plugin::path::Path;
use tf_plugin::schema::{Attribute, Block, NestedBlock, Schema, sentence};
use tf_plugin::timeouts::parse_duration;
use tf_plugin::types::Type;
use tf_plugin::value::Value;

use self::roles::{AssumeRole, AssumeRoleWithWebIdentity};
use crate::client::{AssumedRole, DEFAULT_REGION, EndpointSettings, WebIdentity};
use crate::guardrails::{self, Guardrails};
use crate::tags::{TagRules, Tags, check_tags};

/// Where the embedded service keeps its data unless told otherwise: beside the configuration.
const DEFAULT_DATA_DIR: &str = ".mediastore";

/// Tries after the first one, as in the AWS provider.
const DEFAULT_MAX_RETRIES: i64 = 25;

/// The environment variable that AWS tools read for this service's endpoint.
const ENDPOINT_VARIABLE: &str = "AWS_ENDPOINT_URL_MEDIASTORE";

/// The environment variable that AWS tools read for certificates to trust.
const CA_BUNDLE_VARIABLE: &str = "AWS_CA_BUNDLE";

/// The environment variable by which people add to the user agent of Terraform providers.
const USER_AGENT_VARIABLE: &str = "TF_APPEND_USER_AGENT";

/// Time for a TCP connection.
const DEFAULT_CONNECT_TIMEOUT: &str = "4s";

/// Time for one try. An overloaded server is retried; a silent one must not hold a resource for ever.
const DEFAULT_REQUEST_TIMEOUT: &str = "30s";

model! {
    /// The `default_tags` block.
    pub struct DefaultTags {
        /// Tags of every object.
        pub tags: Tags,
    }
}

model! {
    /// The `ignore_tags` block.
    pub struct IgnoreTags {
        /// Whole keys.
        pub keys: Set<Attr<String>>,
        /// Beginnings of keys.
        pub key_prefixes: Set<Attr<String>>,
    }
}

model! {
    /// The `guardrails` block.
    pub struct GuardrailsBlock {
        /// Configuration file of the rules.
        pub config: String,
        /// The severity from which a plan fails.
        pub fail_on: String,
    }
}

model! {
    /// The provider block.
    pub struct Config {
        /// URL of a MediaStore-compatible server.
        pub endpoint: String,
        /// Folder of the embedded service.
        pub data_dir: String,
        /// Region.
        pub region: String,
        /// Profile of the shared AWS configuration.
        pub profile: String,
        /// Static credentials.
        pub access_key: String,
        /// Static credentials.
        pub secret_key: String,
        /// Static credentials.
        pub token: String,
        /// URL of the server that gives out the credentials of roles.
        pub sts_endpoint: String,
        /// Certificates to trust.
        pub ca_bundle: String,
        /// Tries after the first.
        pub max_retries: i64,
        /// Time for a connection.
        pub connect_timeout: String,
        /// Time for one try.
        pub request_timeout: String,
        /// Added to the user agent.
        pub user_agent: String,
        /// A role to work as.
        pub assume_role: AssumeRole,
        /// A role to work as, by a token.
        pub assume_role_with_web_identity: AssumeRoleWithWebIdentity,
        /// Tags of every object.
        pub default_tags: DefaultTags,
        /// Tags that others manage.
        pub ignore_tags: IgnoreTags,
        /// Rules over what is applied.
        pub guardrails: GuardrailsBlock,
    }
}

/// Where the provider's calls go.
pub(crate) enum Backend {
    /// The provider block depends on what is not known before apply.
    Unknown,
    /// The service in this process.
    Embedded {
        /// Its data.
        data_dir: PathBuf,
        /// The region of its containers.
        region: String,
    },
    /// Another server.
    Endpoint(Box<EndpointSettings>),
}

/// The schema of the provider block.
pub(crate) fn schema() -> Schema {
    let duration = |name: &str, default: &str, of: &str| {
        let prose = format!("Time for {of}, such as `500ms` or `30s`, on an endpoint. Default: `{default}`.");
        Attribute::string(name).describe(prose).check_text(|text| parse_duration(text).map(drop))
    };
    Schema::new(
        "Manages AWS Elemental MediaStore containers, on an embedded service by default or on any compatible endpoint. AWS \
         ended MediaStore on 2025-11-13: no AWS endpoint answers.",
    )
    .attribute(
        Attribute::string("endpoint")
            .describe(format!(
                "URL of a MediaStore-compatible server. Default: `{ENDPOINT_VARIABLE}` from the environment; without it, \
                 the embedded service."
            ))
            .check_text(check_url),
    )
    .attribute(Attribute::string("data_dir").describe(format!(
        "Folder in which the embedded service keeps its data, relative to the working directory. Default: \
         `{DEFAULT_DATA_DIR}`."
    )))
    .attribute(Attribute::string("region").describe(format!(
        "Region of the containers. Default: `{DEFAULT_REGION}` on the embedded service; on an endpoint as in other AWS tools."
    )))
    .attribute(Attribute::string("profile").describe("Profile of the shared AWS configuration files, for an endpoint."))
    .attribute(Attribute::string("access_key").describe(
        "Access key for an endpoint, with `secret_key`. Default: as in other AWS tools, from the environment or the shared \
         configuration files.",
    ))
    .attribute(Attribute::string("secret_key").sensitive().describe("Secret key for an endpoint."))
    .attribute(Attribute::string("token").sensitive().describe("Session token for an endpoint."))
    .attribute(
        Attribute::string("sts_endpoint")
            .describe(
                "URL of the server that gives out the credentials of roles. Default: `AWS_ENDPOINT_URL_STS` from the \
                 environment; without it, AWS's own for the region.",
            )
            .check_text(check_url),
    )
    .attribute(Attribute::string("ca_bundle").describe(format!(
        "File with the PEM certificates to trust on HTTPS, in place of the system's. Default: `{CA_BUNDLE_VARIABLE}` from \
         the environment."
    )))
    .attribute(
        Attribute::number("max_retries")
            .describe(format!(
                "Tries after the first one when the service is overloaded or failing. Default: {DEFAULT_MAX_RETRIES}."
            ))
            .check(check_max_retries),
    )
    .attribute(duration("connect_timeout", DEFAULT_CONNECT_TIMEOUT, "a connection"))
    .attribute(duration("request_timeout", DEFAULT_REQUEST_TIMEOUT, "one try of a call"))
    .attribute(
        Attribute::string("user_agent")
            .describe(format!(
                "Words added to the user agent of every call, after those of `{USER_AGENT_VARIABLE}` in the environment."
            ))
            .check_text(check_header),
    )
    .block(NestedBlock::single("assume_role", roles::assume_role()))
    .block(NestedBlock::single("assume_role_with_web_identity", roles::web_identity()))
    .block(NestedBlock::single(
        "default_tags",
        Block::new("Tags of every object that can carry tags.").attribute(
            Attribute::new("tags", Type::map(Type::String))
                .describe("Tags; a resource's own `tags` win over these.")
                .check(check_tags),
        ),
    ))
    .block(NestedBlock::single(
        "ignore_tags",
        Block::new("Tags that others manage: neither shown as drift nor removed.")
            .attribute(Attribute::new("keys", Type::set(Type::String)).describe("Whole keys."))
            .attribute(Attribute::new("key_prefixes", Type::set(Type::String)).describe("Beginnings of keys.")),
    ))
    .block(NestedBlock::single("guardrails", guardrails_block()))
}

fn guardrails_block() -> Block {
    Block::new(
        "The rules of `mediastore-lint` over everything that is about to be applied, at plan and again when everything is known. \
         Without this block there are none.",
    )
    .attribute(Attribute::string("config").describe(
        "Configuration of the rules, a `mediastore-lint.toml`. Default: the nearest one from the working directory upwards; \
         without one, the rules as they are documented.",
    ))
    .attribute(
        Attribute::string("fail_on")
            .describe(
                "The severity from which a finding fails the plan: `info`, `warning`, `error`, or `never`, with which findings \
                 are warnings. Default: `fail_on` of the configuration; without it, `error`.",
            )
            .check_text(|level| match level {
                level if guardrails::threshold(level).is_some() => Ok(()),
                level => Err(format!("`{level}` is none of `info`, `warning`, `error` and `never`")),
            }),
    )
}

/// Rules across the attributes of the block.
pub(crate) fn validate(config: &Config) -> Diagnostics {
    let mut diagnostics = Diagnostics::none();
    let set = |attribute: &Attr<String>| !attribute.is_null();
    if set(&config.access_key) != set(&config.secret_key) {
        let missing = if set(&config.access_key) { "secret_key" } else { "access_key" };
        diagnostics.push(Diagnostic::at(
            Path::attribute(missing),
            format!("Missing {missing}"),
            "`access_key` and `secret_key` are set together or not at all.",
        ));
    }
    if set(&config.endpoint) && set(&config.data_dir) {
        diagnostics.push(Diagnostic::at(
            Path::attribute("data_dir"),
            "Conflicting backends",
            "`data_dir` belongs to the embedded service, `endpoint` to another server: set one of them.",
        ));
    }
    if let Some(block) = config.assume_role_with_web_identity.known()
        && set(&block.web_identity_token) == set(&block.web_identity_token_file)
    {
        diagnostics.push(Diagnostic::at(
            Path::attribute("assume_role_with_web_identity"),
            "One token is needed",
            "Set `web_identity_token_file`, or `web_identity_token`, and not both.",
        ));
    }
    if let Some(host) = config.endpoint.known().filter(|url| url.contains(".amazonaws.com")) {
        diagnostics.push(Diagnostic {
            path: Some(Path::attribute("endpoint")),
            ..Diagnostic::warning(
                "AWS Elemental MediaStore has ended",
                format!("AWS switched the service off on 2025-11-13; `{host}` is not expected to answer."),
            )
        });
    }
    diagnostics
}

impl Config {
    /// Tags that the block sets or leaves to others.
    pub(crate) fn tag_rules(&self) -> TagRules {
        let default = match &self.default_tags {
            Attr::Known(block) => block.tags.clone(),
            Attr::Null => Attr::Null,
            Attr::Unknown => Attr::Unknown,
        };
        let texts = |set: &Attr<Set<Attr<String>>>| {
            let elements = set.known().map(|set| set.0.as_slice()).unwrap_or_default();
            elements.iter().filter_map(|element| element.known().cloned()).collect()
        };
        let ignored = self.ignore_tags.known();
        TagRules {
            default,
            ignored_keys: ignored.map(|block| texts(&block.keys)).unwrap_or_default(),
            ignored_prefixes: ignored.map(|block| texts(&block.key_prefixes)).unwrap_or_default(),
        }
    }

    /// The rules that the block asks for.
    pub(crate) fn guardrails(&self) -> Result<Guardrails, Diagnostic> {
        match &self.guardrails {
            Attr::Null => Ok(Guardrails::Off),
            Attr::Unknown => Ok(Guardrails::Unknown),
            Attr::Known(block) if block.config.is_unknown() || block.fail_on.is_unknown() => Ok(Guardrails::Unknown),
            Attr::Known(block) => {
                let text = |attribute: &Attr<String>| attribute.known().cloned();
                Guardrails::new(text(&block.config).as_deref(), text(&block.fail_on).as_deref())
            }
        }
    }

    /// Tries after the first one.
    pub(crate) fn retries(&self) -> u32 {
        let retries = self.max_retries.known().copied().unwrap_or(DEFAULT_MAX_RETRIES);
        u32::try_from(retries).unwrap_or(0) // checked by the schema
    }

    /// Where calls go, from the block and the environment.
    pub(crate) fn backend(self, terraform_version: &str) -> Result<Backend, Diagnostics> {
        if self.is_undecided() {
            return Ok(Backend::Unknown);
        }
        // A data folder chosen in the configuration says "embedded" louder than a variable of the environment.
        let endpoint = match (self.endpoint.known().cloned(), &self.data_dir) {
            (Some(url), _) => Some(url),
            (None, Attr::Null) => environment(ENDPOINT_VARIABLE),
            (None, _) => None,
        };
        let Some(url) = endpoint else {
            let data_dir = PathBuf::from(self.data_dir.into_known().unwrap_or(DEFAULT_DATA_DIR.to_owned()));
            let region = self.region.into_known().unwrap_or(DEFAULT_REGION.to_owned());
            return Ok(Backend::Embedded { data_dir, region });
        };
        check_url(&url).map_err(|why| {
            if self.endpoint.is_null() {
                let detail = format!("`{ENDPOINT_VARIABLE}` in the environment: {why}.");
                return Diagnostic::error("Invalid endpoint", detail);
            }
            Diagnostic::at(Path::attribute("endpoint"), "Invalid endpoint", sentence(why))
        })?;
        let duration = |text: Attr<String>, default: &str| {
            let text = text.into_known().unwrap_or(default.to_owned());
            parse_duration(&text).map_err(|error| Diagnostic::error("Invalid duration", sentence(error)))
        };
        let words = [environment(USER_AGENT_VARIABLE), self.user_agent.into_known()].into_iter().flatten();
        let terraform = (!terraform_version.is_empty()).then(|| format!("Terraform/{terraform_version}"));
        let product = concat!("terraform-provider-mediastore/", env!("CARGO_PKG_VERSION")).to_owned();
        let user_agent: Vec<String> = std::iter::once(product).chain(terraform).chain(words).collect();
        let token = self.token.into_known();
        let keys = self.access_key.into_known().zip(self.secret_key.into_known());
        Ok(Backend::Endpoint(Box::new(EndpointSettings {
            url,
            region: self.region.into_known(),
            profile: self.profile.into_known(),
            keys: keys.map(|(access_key, secret_key)| (access_key, secret_key, token)),
            sts_endpoint: self.sts_endpoint.into_known(),
            ca_bundle: self.ca_bundle.into_known().or_else(|| environment(CA_BUNDLE_VARIABLE)).map(PathBuf::from),
            connect_timeout: duration(self.connect_timeout, DEFAULT_CONNECT_TIMEOUT)?,
            request_timeout: duration(self.request_timeout, DEFAULT_REQUEST_TIMEOUT)?,
            user_agent: user_agent.join(" "),
            web_identity: self.assume_role_with_web_identity.into_known().map(WebIdentity::from),
            role: self.assume_role.into_known().map(AssumedRole::from),
        })))
    }

    /// True while something that decides where calls go, and as whom, is not known.
    fn is_undecided(&self) -> bool {
        let mut texts = vec![
            &self.endpoint,
            &self.data_dir,
            &self.region,
            &self.profile,
            &self.access_key,
            &self.secret_key,
            &self.token,
            &self.sts_endpoint,
            &self.ca_bundle,
            &self.connect_timeout,
            &self.request_timeout,
            &self.user_agent,
        ];
        texts.extend(self.assume_role.known().into_iter().flat_map(AssumeRole::texts));
        texts.extend(self.assume_role_with_web_identity.known().into_iter().flat_map(AssumeRoleWithWebIdentity::texts));
        texts.into_iter().any(Attr::is_unknown)
            || self.max_retries.is_unknown()
            || self.assume_role.is_unknown()
            || self.assume_role_with_web_identity.is_unknown()
    }
}

/// A variable that is set and not empty.
fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn check_url(url: &str) -> Result<(), String> {
    let uri: Option<http::Uri> = url.parse().ok();
    let scheme = uri.as_ref().and_then(http::Uri::scheme_str);
    if matches!(scheme, Some("http" | "https")) {
        return Ok(());
    }
    Err(format!("`{url}` is not a URL; write it with scheme and host, such as `http://127.0.0.1:8474`"))
}

fn check_header(text: &str) -> Result<(), String> {
    match http::HeaderValue::from_str(text) {
        Ok(value) if value.to_str().is_ok() => Ok(()),
        _ => Err("a user agent is made of visible ASCII characters and blanks".to_owned()),
    }
}

fn check_max_retries(path: &Path, value: &Value, diagnostics: &mut Diagnostics) {
    let in_range = matches!(value, Value::Number(number) if number.to_i64().is_some_and(|n| (0..=1000).contains(&n)));
    if !in_range {
        let detail = "It is a whole number from 0 to 1000.";
        diagnostics.push(Diagnostic::at(path.clone(), format!("Invalid value for {path}"), detail));
    }
}
