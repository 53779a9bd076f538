//! What resources work with: the AWS SDK's MediaStore client, on the embedded service or on an endpoint, and the
//! provider-wide settings. How a call is retried is in [`call`].
//!
//! The SDK serialises, signs and parses for the embedded service as for any endpoint; only its connector differs. So there is
//! one code path for both.

mod call;
mod endpoint;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region};
use aws_credential_types::Credentials;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_sdk_mediastore as sdk;
use aws_sdk_mediastoredata as data;
use aws_smithy_types::retry::RetryConfig;
use mediastore_policy::mediastore::ContainerScope;
pub(crate) use mediastore_service::content_type_of;
use mediastore_service::{Account, Identities, InProcess, OwnerKey, Service, Store};
use tf_plugin::diagnostic::{Diagnostic, Diagnostics};
use tf_plugin::path::Path as AttributePath;

pub(crate) use self::call::{CallError, Kind, Pauses, call, found};
use self::endpoint::UserAgent;
pub(crate) use self::endpoint::{AssumedRole, EndpointSettings, Token, WebIdentity};
use crate::guardrails::Guardrails;
use crate::tags::TagRules;

/// The embedded service's region where the configuration names none. It does not follow the environment, so that the
/// same configuration makes the same ARNs on every machine.
pub(crate) const DEFAULT_REGION: &str = "us-west-2";

/// What is kept of a container for its objects.
#[derive(Clone, Debug)]
pub(crate) struct KnownContainer {
    /// The SDK for its objects.
    pub(crate) sdk: data::Client,
    /// Its ARN, where the server tells it.
    pub(crate) arn: Option<String>,
}

/// The client of one configured provider.
#[derive(Debug)]
pub struct Client {
    /// The SDK, or why there is none yet.
    sdk: Result<sdk::Client, &'static str>,
    /// The SDK for objects but for the endpoint, which each container has of its own; absent where `sdk` is.
    objects: Option<data::config::Builder>,
    /// Containers that were asked for already.
    containers: Mutex<HashMap<String, KnownContainer>>,
    /// Who signs; absent where `sdk` is.
    credentials: Option<SharedCredentialsProvider>,
    /// The data folder of the embedded service.
    folder: Option<PathBuf>,
    /// Where calls go, for messages.
    target: String,
    /// The region of every container.
    region: Option<String>,
    /// The account of every container, where it is known without asking.
    account: Option<Account>,
    /// Tries after the first for throttling and server errors.
    max_retries: u32,
    /// Default and ignored tags.
    pub(crate) tags: TagRules,
    /// The rules over what is applied.
    pub(crate) guardrails: Guardrails,
}

impl Client {
    /// A client for a provider block whose values are not known before apply. Planning works; remote calls do not.
    pub(crate) fn unknown(tags: TagRules) -> Client {
        let why = "The provider block depends on values that are not known until apply.";
        let target = "the provider's endpoint".to_owned();
        Client {
            sdk: Err(why),
            objects: None,
            containers: Mutex::default(),
            credentials: None,
            folder: None,
            target,
            region: None,
            account: None,
            max_retries: 0,
            tags,
            guardrails: Guardrails::Off,
        }
    }

    /// A client on the embedded service, with its data in `data_dir`.
    pub(crate) async fn embedded(
        data_dir: PathBuf,
        region: &str,
        max_retries: u32,
        tags: TagRules,
    ) -> Result<Client, Diagnostics> {
        let account = Account::default();
        let (identities, owner) = Identities::owner(&account).map_err(|error| unusable(&data_dir, &error))?;
        let config = mediastore_service::Config {
            account: account.clone(),
            identities,
            region: region.parse().map_err(|error: mediastore_service::InvalidSetting| {
                let summary = "Invalid value for region";
                Diagnostic::at(AttributePath::attribute("region"), summary, tf_plugin::schema::sentence(error))
            })?,
            ..Default::default()
        };
        let folder = data_dir.clone();
        let opened = tokio::task::spawn_blocking(move || Store::open(folder)).await;
        let store =
            opened.map_err(|error| unusable(&data_dir, &error))?.map_err(|error| unusable(&data_dir, &error))?;
        let embedded = InProcess::new(Service::new(store, config));
        // A key by chance that nobody else ever sees: the embedded service verifies what the SDK signs, as any other does.
        let credentials = Credentials::from_keys(owner.access_key.clone(), owner.secret_key(), None);
        let credentials = SharedCredentialsProvider::new(credentials);
        let objects = data::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(region.to_owned()))
            .credentials_provider(credentials.clone())
            .http_client(embedded.clone())
            .retry_config(RetryConfig::disabled())
            .timeout_config(TimeoutConfig::disabled());
        let config = sdk::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(region.to_owned()))
            .credentials_provider(credentials.clone())
            .endpoint_url("http://mediastore.embedded")
            .http_client(embedded)
            .retry_config(RetryConfig::disabled())
            .timeout_config(TimeoutConfig::disabled())
            .build();
        Ok(Client {
            sdk: Ok(sdk::Client::from_conf(config)),
            objects: Some(objects),
            containers: Mutex::default(),
            credentials: Some(credentials),
            target: format!("The embedded service in {}", data_dir.display()),
            folder: Some(data_dir),
            region: Some(region.to_owned()),
            account: Some(account),
            max_retries,
            tags,
            guardrails: Guardrails::Off,
        })
    }

    /// A client for a MediaStore-compatible server.
    pub(crate) async fn endpoint(
        mut settings: EndpointSettings,
        max_retries: u32,
        tags: TagRules,
    ) -> Result<Client, Diagnostics> {
        let config = endpoint::load(&mut settings).await?;
        let region = config.region().map_or(DEFAULT_REGION, Region::as_ref).to_owned();
        let sdk = sdk::config::Builder::from(&config)
            .endpoint_url(&settings.url)
            .interceptor(UserAgent(settings.user_agent.clone()))
            .build();
        let objects = data::config::Builder::from(&config).interceptor(UserAgent(settings.user_agent));
        Ok(Client {
            sdk: Ok(sdk::Client::from_conf(sdk)),
            objects: Some(objects),
            containers: Mutex::default(),
            credentials: config.credentials_provider(),
            folder: None,
            target: settings.url,
            region: Some(region),
            account: None,
            max_retries,
            tags,
            guardrails: Guardrails::Off,
        })
    }

    /// The client with these rules over what is applied.
    pub(crate) fn guarded(self, guardrails: Guardrails) -> Client {
        Client { guardrails, ..self }
    }

    /// The SDK's client.
    pub(crate) fn sdk(&self) -> Result<&sdk::Client, Diagnostic> {
        self.sdk.as_ref().map_err(|why| Diagnostic::error("The provider is not configured yet", *why))
    }

    /// A container that was asked for before.
    pub(crate) fn known_container(&self, name: &str) -> Option<KnownContainer> {
        self.containers.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    /// A container that announces this endpoint and ARN, kept for the next call.
    pub(crate) fn container_at(
        &self,
        name: &str,
        endpoint: &str,
        arn: Option<String>,
    ) -> Result<KnownContainer, Diagnostic> {
        self.sdk()?;
        let config = self.objects.clone().unwrap_or_default().endpoint_url(self.reachable(endpoint)).build();
        let known = KnownContainer { sdk: data::Client::from_conf(config), arn };
        self.containers.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), known.clone());
        Ok(known)
    }

    /// The endpoint that a container announces, in the form in which it is reached from here.
    pub(crate) fn reachable(&self, announced: &str) -> String {
        match self.folder {
            Some(_) => announced.to_owned(),
            None => mediastore_service::reachable_endpoint(&self.target, announced),
        }
    }

    /// Forgets where a container is: it is gone, or another one has its name.
    pub(crate) fn forget_container(&self, name: &str) {
        self.containers.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
    }

    /// Region and credentials of requests that others send. On the embedded service they are the folder's, which a `mediastored`
    /// on it knows; those of this process nobody else does.
    pub(crate) async fn signer(&self) -> Result<(&str, Credentials), Diagnostic> {
        self.sdk()?;
        let none = |why: String| Diagnostic::error("No credentials", tf_plugin::schema::sentence(why));
        let region = self.region.as_deref().unwrap_or(DEFAULT_REGION);
        if let Some(folder) = &self.folder {
            let owner = OwnerKey::of_folder(folder).map_err(|error| none(call::causes(&error)))?;
            return Ok((region, Credentials::from_keys(owner.access_key.clone(), owner.secret_key(), None)));
        }
        let provider =
            self.credentials.as_ref().ok_or_else(|| none("the provider has none to sign with".to_owned()))?;
        let credentials = provider.provide_credentials().await.map_err(|error| none(call::causes(&error)))?;
        Ok((region, credentials))
    }

    /// The ARN that a container will have, where region and account are known without asking.
    pub(crate) fn arn(&self, name: &str) -> Option<String> {
        let (region, account) = (self.region.as_deref()?, self.account.as_ref()?);
        Some(format!("arn:aws:mediastore:{region}:{account}:container/{name}"))
    }

    /// What is known of a container by its name alone.
    pub(crate) fn scope<'a>(&'a self, name: Option<&'a str>) -> ContainerScope<'a> {
        ContainerScope { region: self.region.as_deref(), account: self.account.as_ref().map(Account::as_str), name }
    }
}

fn unusable(data_dir: &Path, error: &dyn std::error::Error) -> Diagnostic {
    let detail = format!("The embedded service cannot use `{}`: {}.", data_dir.display(), call::causes(error));
    Diagnostic::at(AttributePath::attribute("data_dir"), "Unusable data folder", detail)
}
