//! Signs requests with `aws-sigv4`, the signer inside the AWS SDK, so that no test judges the service by its own code.
//! Shared with the unit tests of `service/src/auth` and the end-to-end tests, which include this file.

#![allow(unreachable_pub, reason = "what is public depends on who includes the file")]

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, SignableBody, SignableRequest, SignatureLocation, SigningSettings, sign,
};
use aws_sigv4::sign::v4::SigningParams;
use http::Request;

/// A key, and what it signs for.
#[derive(Clone, Debug)]
pub struct Signer {
    /// The access key.
    pub access_key: String,
    /// Its secret.
    pub secret_key: String,
    /// Its session token, if it is a temporary one.
    pub token: Option<String>,
    /// The region of the credential scope.
    pub region: String,
    /// The service of the credential scope.
    pub service: &'static str,
    /// When the signature is made.
    pub time: SystemTime,
    /// For a presigned URL, how long it holds.
    pub expires: Option<Duration>,
    /// Whether the hash of the body is sent along, in `x-amz-content-sha256`.
    pub sends_hash: bool,
}

impl Signer {
    /// A signer of the present.
    pub fn new(access_key: &str, secret_key: &str, region: &str) -> Self {
        Self {
            access_key: access_key.to_owned(),
            secret_key: secret_key.to_owned(),
            token: None,
            region: region.to_owned(),
            service: "mediastore",
            time: SystemTime::now(),
            expires: None,
            sends_hash: false,
        }
    }

    /// Signs a request, whose target must have an authority; gives the signature.
    pub fn sign<B>(&self, request: &mut Request<B>, body: SignableBody<'_>) -> String {
        let identity = Credentials::new(&self.access_key, &self.secret_key, self.token.clone(), None, "test").into();
        let mut settings = SigningSettings::default();
        settings.expires_in = self.expires;
        if self.expires.is_some() {
            settings.signature_location = SignatureLocation::QueryParams;
        }
        if self.sends_hash {
            settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        }
        let params = SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name(self.service)
            .time(self.time)
            .settings(settings)
            .build()
            .unwrap();
        let uri = request.uri().to_string();
        let headers = request
            .headers()
            .iter()
            .map(|(name, value)| (name.as_str(), std::str::from_utf8(value.as_bytes()).unwrap()));
        let signable = SignableRequest::new(request.method().as_str(), uri, headers, body).unwrap();
        let (instructions, signature) = sign(signable, &params.into()).unwrap().into_parts();
        instructions.apply_to_request_http1x(request);
        signature
    }
}
