//! How another server is reached: its address, the certificates to trust, the time it has, the caller's credentials, and the
//! name we give ourselves.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use aws_config::sts::AssumeRoleProvider;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use aws_smithy_http_client::tls;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::dns::{DnsFuture, ResolveDns, ResolveDnsError};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextMut;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use aws_smithy_types::retry::RetryConfig;
use tf_plugin::diagnostic::{Diagnostic, Diagnostics};
use tf_plugin::path::Path as AttributePath;
use tokio_rustls::rustls::RootCertStore;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;

/// How to reach an endpoint, and as whom.
pub(crate) struct EndpointSettings {
    pub(crate) url: String,
    pub(crate) region: Option<String>,
    pub(crate) profile: Option<String>,
    /// Access key, secret key, session token.
    pub(crate) keys: Option<(String, String, Option<String>)>,
    /// Who gives out the credentials of roles.
    pub(crate) sts_endpoint: Option<String>,
    /// A PEM file.
    pub(crate) ca_bundle: Option<PathBuf>,
    pub(crate) connect_timeout: Duration,
    pub(crate) request_timeout: Duration,
    /// Added to the SDK's own.
    pub(crate) user_agent: String,
    /// Takes the place of the other credentials.
    pub(crate) web_identity: Option<WebIdentity>,
    /// Got with the credentials that all the above make.
    pub(crate) role: Option<AssumedRole>,
}

/// A role to work as.
#[derive(Clone, Debug)]
pub(crate) struct AssumedRole {
    pub(crate) arn: String,
    pub(crate) session_name: String,
    pub(crate) external_id: Option<String>,
    pub(crate) policy: Option<String>,
    pub(crate) duration: Option<Duration>,
}

/// A role to work as, by the token of an identity provider.
#[derive(Debug)]
pub(crate) struct WebIdentity {
    pub(crate) role: AssumedRole,
    pub(crate) token: Token,
}

/// A token, or where it lies.
pub(crate) enum Token {
    Text(String),
    File(PathBuf),
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Token::Text(_) => "(a token)",
            Token::File(_) => "(a file)",
        })
    }
}

/// The SDK's configuration for these settings, but for the endpoint: STS is asked with it too.
pub(super) async fn load(settings: &mut EndpointSettings) -> Result<SdkConfig, Diagnostics> {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(settings.connect_timeout)
        .operation_attempt_timeout(settings.request_timeout)
        .build();
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .http_client(http_client(settings.ca_bundle.as_deref())?)
        .retry_config(RetryConfig::disabled())
        .timeout_config(timeouts);
    if let Some(region) = settings.region.take() {
        loader = loader.region(Region::new(region));
    }
    if let Some(profile) = settings.profile.take() {
        loader = loader.profile_name(profile);
    }
    if let Some((access_key, secret_key, token)) = settings.keys.take() {
        loader = loader.credentials_provider(Credentials::from_keys(access_key, secret_key, token));
    }
    let config = loader.load().await;
    let region = config.region().cloned().unwrap_or(Region::from_static(super::DEFAULT_REGION));
    let config = config.into_builder().region(region).build();
    Ok(as_role(config, settings).await)
}

/// The configuration with the credentials of the roles that are asked for.
async fn as_role(mut config: SdkConfig, settings: &mut EndpointSettings) -> SdkConfig {
    // A role is asked for once an hour, and a busy STS is no reason to fail: here the SDK's own retries are right.
    let mut sts = config.to_builder().retry_config(RetryConfig::standard());
    if let Some(url) = settings.sts_endpoint.take() {
        sts = sts.endpoint_url(url);
    }
    let sts = sts.build();
    if let Some(identity) = settings.web_identity.take() {
        let provider = WebIdentityProvider { sts: aws_sdk_sts::Client::new(&sts), identity };
        config = config.into_builder().credentials_provider(SharedCredentialsProvider::new(provider)).build();
    }
    let (Some(role), Some(base)) = (settings.role.take(), config.credentials_provider()) else { return config };
    let mut builder = AssumeRoleProvider::builder(role.arn).session_name(role.session_name).configure(&sts);
    if let Some(id) = role.external_id {
        builder = builder.external_id(id);
    }
    if let Some(policy) = role.policy {
        builder = builder.policy(policy);
    }
    if let Some(duration) = role.duration {
        builder = builder.session_length(duration);
    }
    let provider = builder.build_from_provider(base).await;
    config.into_builder().credentials_provider(SharedCredentialsProvider::new(provider)).build()
}

/// A role's credentials for a token.
#[derive(Debug)]
struct WebIdentityProvider {
    sts: aws_sdk_sts::Client,
    identity: WebIdentity,
}

impl WebIdentityProvider {
    async fn credentials(&self) -> Result<Credentials, CredentialsError> {
        let WebIdentity { role, token } = &self.identity;
        let token = match token {
            Token::Text(token) => token.clone(),
            Token::File(path) => {
                let read = tokio::fs::read_to_string(path).await;
                let read = read.map_err(|error| {
                    CredentialsError::not_loaded(format!("the token file `{}`: {error}", path.display()))
                })?;
                read.trim().to_owned()
            }
        };
        let request = self.sts.assume_role_with_web_identity();
        let request = request.role_arn(&role.arn).role_session_name(&role.session_name).web_identity_token(token);
        let seconds = role.duration.and_then(|duration| i32::try_from(duration.as_secs()).ok());
        let request = request.set_policy(role.policy.clone()).set_duration_seconds(seconds);
        let answer = request.send().await.map_err(CredentialsError::provider_error)?;
        let given = answer.credentials.ok_or_else(|| CredentialsError::unhandled("the answer holds no credentials"))?;
        let expiry = given.expiration.try_into().map_err(CredentialsError::unhandled)?;
        Ok(Credentials::new(
            given.access_key_id,
            given.secret_access_key,
            Some(given.session_token),
            Some(expiry),
            "web identity",
        ))
    }
}

impl ProvideCredentials for WebIdentityProvider {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.credentials())
    }
}

/// An HTTP client that trusts the system's certificates, or those of a file.
fn http_client(ca_bundle: Option<&Path>) -> Result<SharedHttpClient, Diagnostics> {
    let provider = tls::Provider::Rustls(tls::rustls_provider::CryptoMode::AwsLc);
    let builder = aws_smithy_http_client::Builder::new().tls_provider(provider);
    let Some(path) = ca_bundle else { return Ok(builder.build_with_resolver(Resolver)) };
    let unusable = |why: String| {
        let detail = format!("`{}` {why}.", path.display());
        Diagnostic::at(AttributePath::attribute("ca_bundle"), "Unusable certificates", detail)
    };
    let pem = std::fs::read(path).map_err(|error| unusable(format!("cannot be read: {error}")))?;
    check_pem(&pem).map_err(unusable)?;
    let trusted = tls::TrustStore::empty().with_pem_certificate(pem);
    let context = tls::TlsContext::builder().with_trust_store(trusted).build();
    let context = context.map_err(|error| unusable(format!("cannot be used: {error}")))?;
    Ok(builder.tls_context(context).build_with_resolver(Resolver))
}

/// The system's resolver, but for names below `localhost`: they are this machine everywhere (RFC 6761), also where the system's
/// resolver does not know them.
#[derive(Clone, Debug)]
struct Resolver;

impl ResolveDns for Resolver {
    fn resolve_dns<'a>(&'a self, name: &'a str) -> DnsFuture<'a> {
        if name.ends_with(".localhost") {
            return DnsFuture::ready(Ok(vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()]));
        }
        DnsFuture::new(async move {
            let found = tokio::net::lookup_host((name, 0)).await.map_err(ResolveDnsError::new)?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}

/// Whether the HTTP client can use these certificates: it would panic over them later.
fn check_pem(pem: &[u8]) -> Result<(), String> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let certificate = certificate.map_err(|error| format!("is not PEM: {error}"))?;
        roots.add(certificate).map_err(|error| format!("holds a certificate that cannot be used: {error}"))?;
    }
    if roots.is_empty() { Err("holds no PEM certificate".to_owned()) } else { Ok(()) }
}

/// Adds the provider's name to the user agent. The header is not signed, so it may change late.
#[derive(Debug)]
pub(super) struct UserAgent(pub(super) String);

impl Intercept for UserAgent {
    fn name(&self) -> &'static str {
        "UserAgent"
    }

    fn modify_before_transmit(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let headers = context.request_mut().headers_mut();
        let own = headers.get("user-agent").unwrap_or_default();
        let name = format!("{own} {}", self.0);
        headers.try_insert("user-agent", name.trim().to_owned())?;
        Ok(())
    }
}
