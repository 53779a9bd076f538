//! The provider block: its schema, its checks, and the client it makes.

use std::path::PathBuf;

use async_trait::async_trait;
use tf_plugin::data_source::DynDataSource;
use tf_plugin::diagnostic::{Diagnostic, Diagnostics};
use tf_plugin::function::Function;
use tf_plugin::list::DynListResource;
use tf_plugin::model;
use tf_plugin::model::Attr;
use tf_plugin::path::Path;
use tf_plugin::provider::Provider;
use tf_plugin::resource::DynResource;
use tf_plugin::schema::{Attribute, Block, NestedBlock, Schema};
use tf_plugin::types::Type;
use tf_plugin::value::Value;

use crate::client::{Client, DEFAULT_REGION, EndpointSettings};
use crate::tags::{TagRules, Tags, check_tags};
use crate::{data_sources, functions, list_resources, resources};

/// Where the embedded service keeps its data unless told otherwise: beside the configuration.
const DEFAULT_DATA_DIR: &str = ".mediastore";

/// Tries after the first one, as in the AWS provider.
const DEFAULT_MAX_RETRIES: i64 = 25;

/// The environment variable that AWS tools read for this service's endpoint.
const ENDPOINT_VARIABLE: &str = "AWS_ENDPOINT_URL_MEDIASTORE";

/// The MediaStore provider.
#[derive(Debug, Default)]
pub struct MediaStore;

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
        pub keys: tf_plugin::model::Set<Attr<String>>,
        /// Beginnings of keys.
        pub key_prefixes: tf_plugin::model::Set<Attr<String>>,
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
        /// Tries after the first.
        pub max_retries: i64,
        /// Tags of every object.
        pub default_tags: DefaultTags,
        /// Tags that others manage.
        pub ignore_tags: IgnoreTags,
    }
}

#[async_trait]
impl Provider for MediaStore {
    type Config = Config;
    type Client = Client;

    fn schema(&self) -> Schema {
        let default_tags = Block::new("Tags of every object that can carry tags.").attribute(
            Attribute::new("tags", Type::map(Type::String))
                .describe("Tags; a resource's own `tags` win over these.")
                .check(check_tags),
        );
        let ignore_tags = Block::new("Tags that others manage: neither shown as drift nor removed.")
            .attribute(Attribute::new("keys", Type::set(Type::String)).describe("Whole keys."))
            .attribute(Attribute::new("key_prefixes", Type::set(Type::String)).describe("Beginnings of keys."));
        Schema::new(
            "Manages AWS Elemental MediaStore containers, on an embedded service by default or on any compatible \
             endpoint. AWS ended MediaStore on 2025-11-13: no AWS endpoint answers.",
        )
        .attribute(
            Attribute::string("endpoint")
                .describe(format!(
                    "URL of a MediaStore-compatible server. Default: `{ENDPOINT_VARIABLE}` from the environment; without \
                     it, the embedded service."
                ))
                .check_text(check_endpoint),
        )
        .attribute(Attribute::string("data_dir").describe(format!(
            "Folder in which the embedded service keeps its data, relative to the working directory. Default: \
             `{DEFAULT_DATA_DIR}`."
        )))
        .attribute(Attribute::string("region").describe(format!(
            "Region of the containers. Default: `{DEFAULT_REGION}` on the embedded service; on an endpoint as in other \
             AWS tools."
        )))
        .attribute(
            Attribute::string("profile").describe("Profile of the shared AWS configuration files, for an endpoint."),
        )
        .attribute(Attribute::string("access_key").describe("Access key for an endpoint, with `secret_key`."))
        .attribute(Attribute::string("secret_key").sensitive().describe("Secret key for an endpoint."))
        .attribute(Attribute::string("token").sensitive().describe("Session token for an endpoint."))
        .attribute(
            Attribute::number("max_retries")
                .describe(format!(
                    "Tries after the first one when the service is overloaded or failing. Default: {DEFAULT_MAX_RETRIES}."
                ))
                .check(check_max_retries),
        )
        .block(NestedBlock::single("default_tags", default_tags))
        .block(NestedBlock::single("ignore_tags", ignore_tags))
    }

    fn resources(&self) -> Vec<Box<dyn DynResource<Client>>> {
        resources::all()
    }

    fn data_sources(&self) -> Vec<Box<dyn DynDataSource<Client>>> {
        data_sources::all()
    }

    fn functions(&self) -> Vec<Function> {
        functions::all()
    }

    fn list_resources(&self) -> Vec<Box<dyn DynListResource<Client>>> {
        list_resources::all()
    }

    fn validate(&self, config: &Config) -> Diagnostics {
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

    async fn configure(&self, config: Config, _terraform_version: &str) -> Result<Client, Diagnostics> {
        let tags = tag_rules(&config);
        let decisive = [&config.endpoint, &config.data_dir, &config.region, &config.profile];
        let secrets = [&config.access_key, &config.secret_key, &config.token];
        if decisive.into_iter().chain(secrets).any(Attr::is_unknown) || config.max_retries.is_unknown() {
            return Ok(Client::unknown(tags));
        }
        let max_retries = config.max_retries.into_known().unwrap_or(DEFAULT_MAX_RETRIES);
        let max_retries = u32::try_from(max_retries).unwrap_or(0); // checked by the schema
        let from_environment = || std::env::var(ENDPOINT_VARIABLE).ok().filter(|url| !url.is_empty());
        // A data folder chosen in the configuration says "embedded" louder than a variable of the environment.
        let endpoint = match (config.endpoint.into_known(), &config.data_dir) {
            (Some(url), _) => Some(url),
            (None, Attr::Null) => from_environment(),
            (None, _) => None,
        };
        match endpoint {
            None => {
                let data_dir = PathBuf::from(config.data_dir.into_known().unwrap_or(DEFAULT_DATA_DIR.to_owned()));
                let region = config.region.into_known().unwrap_or(DEFAULT_REGION.to_owned());
                Client::embedded(data_dir, &region, max_retries, tags).await
            }
            Some(url) => {
                check_endpoint(&url).map_err(|why| Diagnostic::error("Invalid endpoint", why))?;
                let keys = config.access_key.into_known().zip(config.secret_key.into_known());
                let token = config.token.into_known();
                let settings = EndpointSettings {
                    url,
                    region: config.region.into_known(),
                    profile: config.profile.into_known(),
                    keys: keys.map(|(access_key, secret_key)| (access_key, secret_key, token)),
                };
                Ok(Client::endpoint(settings, max_retries, tags).await)
            }
        }
    }
}

fn tag_rules(config: &Config) -> TagRules {
    let default = match &config.default_tags {
        Attr::Known(block) => block.tags.clone(),
        Attr::Null => Attr::Null,
        Attr::Unknown => Attr::Unknown,
    };
    let texts = |set: &Attr<tf_plugin::model::Set<Attr<String>>>| {
        let elements = set.known().map(|set| set.0.as_slice()).unwrap_or_default();
        elements.iter().filter_map(|element| element.known().cloned()).collect()
    };
    let ignored = config.ignore_tags.known();
    TagRules {
        default,
        ignored_keys: ignored.map(|block| texts(&block.keys)).unwrap_or_default(),
        ignored_prefixes: ignored.map(|block| texts(&block.key_prefixes)).unwrap_or_default(),
    }
}

fn check_endpoint(url: &str) -> Result<(), String> {
    let uri: Option<http::Uri> = url.parse().ok();
    let scheme = uri.as_ref().and_then(http::Uri::scheme_str);
    if matches!(scheme, Some("http" | "https")) {
        return Ok(());
    }
    Err(format!("`{url}` is not a URL; write it with scheme and host, such as `http://127.0.0.1:8474`"))
}

fn check_max_retries(path: &Path, value: &Value, diagnostics: &mut Diagnostics) {
    let in_range = matches!(value, Value::Number(number) if number.to_i64().is_some_and(|n| (0..=1000).contains(&n)));
    if !in_range {
        let detail = "It is a whole number from 0 to 1000.";
        diagnostics.push(Diagnostic::at(path.clone(), format!("Invalid value for {path}"), detail));
    }
}
