//! `mediastore_signed_request`: a URL that lets whoever holds it do one thing to one object for a while.

use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SignatureLocation, SigningSettings, sign};
use aws_sigv4::sign::v4;
use aws_smithy_types::DateTime;
use http::Uri;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use tf_plugin::context::Context;
use tf_plugin::diagnostic::{Diagnostic, Diagnostics};
use tf_plugin::ephemeral::EphemeralResource;
use tf_plugin::model;
use tf_plugin::path::Path;
use tf_plugin::schema::{Attribute, Schema, sentence};
use tf_plugin::timeouts::parse_duration;

use crate::client::Client;
use crate::containers::{describe, name_attribute, timestamp};
use crate::resources::object::path_attribute;

/// Methods that have an operation on an object.
const METHODS: [&str; 4] = ["GET", "HEAD", "PUT", "DELETE"];

const DEFAULT_METHOD: &str = "GET";

const DEFAULT_VALIDITY: &str = "1h";

/// The longest that signature version 4 knows.
const LONGEST: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// The ephemeral resource type.
pub(super) struct SignedRequest;

model! {
    /// A signed request.
    pub struct SignedRequestModel {
        pub container_name: String,
        pub path: String,
        pub endpoint: String,
        pub method: String,
        pub valid_for: String,
        pub url: String,
        pub expires_at: String,
    }
}

#[async_trait]
impl EphemeralResource for SignedRequest {
    type Model = SignedRequestModel;
    type Client = Client;

    fn name(&self) -> &'static str {
        "mediastore_signed_request"
    }

    fn schema(&self) -> Schema {
        Schema::new(
            "A URL, signed with the provider's credentials, that lets whoever holds it read or write one object until it \
             expires. It is in no state and in no plan.",
        )
        .attribute(name_attribute("container_name"))
        .attribute(path_attribute())
        .attribute(Attribute::string("endpoint").describe(
            "Endpoint of the container. Default: asked for by its name, which needs the container to be there at plan; where the \
             same run makes it, give its `endpoint`, and Terraform waits.",
        ))
        .attribute(
            Attribute::string("method")
                .describe(format!("`GET`, `HEAD`, `PUT` or `DELETE`. Default: `{DEFAULT_METHOD}`."))
                .check_text(|method| {
                    if METHODS.contains(&method) { Ok(()) } else { Err(format!("`{method}` is none of GET, HEAD, PUT, DELETE")) }
                }),
        )
        .attribute(
            Attribute::string("valid_for")
                .describe(format!("How long the URL is good, up to `168h`. Default: `{DEFAULT_VALIDITY}`."))
                .check_text(|text| match parse_duration(text) {
                    Ok(duration) if (Duration::from_secs(1)..=LONGEST).contains(&duration) => Ok(()),
                    Ok(_) => Err(format!("a signed request is good for `1s` to `168h`, not `{text}`")),
                    Err(error) => Err(error.to_string()),
                }),
        )
        .attribute(Attribute::string("url").computed().sensitive().describe("The URL to use with `method`."))
        .attribute(
            Attribute::string("expires_at").computed().describe("Until when the URL is good, as RFC 3339 in UTC."),
        )
    }

    async fn open(
        &self,
        cx: &Context<'_, Client>,
        config: SignedRequestModel,
    ) -> Result<SignedRequestModel, Diagnostics> {
        let endpoint = match config.endpoint.known() {
            Some(endpoint) => endpoint.clone(),
            None => endpoint_of(cx, config.container_name.text()).await?,
        };
        let method = config.method.known().map_or(DEFAULT_METHOD, String::as_str).to_owned();
        let valid_for = config.valid_for.known().map_or(DEFAULT_VALIDITY, String::as_str);
        let valid_for = parse_duration(valid_for)
            .map_err(|error| Diagnostic::at(Path::attribute("valid_for"), "Invalid duration", sentence(error)))?;
        let now = SystemTime::now();
        let endpoint = cx.client.reachable(&endpoint);
        let path = utf8_percent_encode(config.path.text(), ENCODED);
        let url = format!("{}/{path}", endpoint.trim_end_matches('/'));
        let url = presigned(cx.client, &method, &url, now, valid_for).await?;
        let expires_at = timestamp(&DateTime::from(now + valid_for));
        Ok(SignedRequestModel { url: url.into(), expires_at: expires_at.into(), ..config })
    }
}

/// The endpoint of a container by its name.
async fn endpoint_of(cx: &Context<'_, Client>, name: &str) -> Result<String, Diagnostic> {
    let tried = format!("find the endpoint of the container `{name}`");
    let container = describe(cx, name).await?.map_err(|error| error.diagnostic(cx.client, &tried))?;
    container.endpoint.ok_or_else(|| {
        let detail = "It is not active; run Terraform again once it is.";
        Diagnostic::error(format!("The container `{name}` has no endpoint"), detail)
    })
}

/// The URL with a signature in its query.
async fn presigned(
    client: &Client,
    method: &str,
    url: &str,
    now: SystemTime,
    valid_for: Duration,
) -> Result<String, Diagnostic> {
    let (region, credentials) = client.signer().await?;
    let failed = |error: String| Diagnostic::error("The request cannot be signed", error);
    let uri: Uri = url.parse().map_err(|error: http::uri::InvalidUri| failed(format!("`{url}`: {error}.")))?;
    let host = uri.authority().map(http::uri::Authority::as_str).unwrap_or_default();
    let mut settings = SigningSettings::default();
    settings.signature_location = SignatureLocation::QueryParams;
    settings.expires_in = Some(valid_for);
    let identity = credentials.into();
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name("mediastore")
        .time(now)
        .settings(settings)
        .build()
        .map_err(|error| failed(error.to_string()))?;
    let request = SignableRequest::new(method, url, [("host", host)].into_iter(), SignableBody::UnsignedPayload);
    let request = request.map_err(|error| failed(error.to_string()))?;
    let (instructions, _) = sign(request, &params.into()).map_err(|error| failed(error.to_string()))?.into_parts();
    let mut signed =
        http::Request::builder().method(method).uri(uri).body(()).map_err(|error| failed(error.to_string()))?;
    instructions.apply_to_request_http1x(&mut signed);
    Ok(signed.uri().to_string())
}

/// What is percent-encoded in a path: everything but what RFC 3986 leaves unreserved, and the slashes.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');
