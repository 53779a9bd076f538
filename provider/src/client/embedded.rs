//! The embedded service behind the AWS SDK, without a socket.
//!
//! The SDK serialises, signs and parses as it would towards AWS; only the connector differs. So there is one code path
//! for the embedded service and for any endpoint.

use std::path::Path;

use aws_sdk_mediastore::config::RuntimeComponents;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use mediastore_service::{Account, Config, Identities, OpenError, Service, Store};

/// The service in this process, as an HTTP client of the SDK.
#[derive(Clone, Debug)]
pub(crate) struct Embedded(Service);

impl Embedded {
    /// Opens the data folder. Blocks for a few milliseconds of disk work.
    pub(crate) fn open(data_dir: &Path, config: Config) -> Result<Embedded, OpenError> {
        Ok(Embedded(Service::new(Store::open(data_dir)?, config)))
    }
}

/// The key pair of a data folder's owner, made if there is none yet: access key and secret key.
pub(super) fn owner_key(data_dir: &Path) -> Result<(String, String), String> {
    let (_, file) = Identities::owner_of_folder(data_dir, &Account::default()).map_err(|error| error.to_string())?;
    let text = std::fs::read_to_string(&file).map_err(|error| format!("cannot read `{}`: {error}", file.display()))?;
    let value = |name: &str| {
        let setting = text.lines().filter_map(|line| line.split_once('=')).find(|(key, _)| key.trim() == name);
        setting.map(|(_, value)| value.trim().to_owned()).ok_or_else(|| format!("`{}` has no `{name}`", file.display()))
    };
    Ok((value("aws_access_key_id")?, value("aws_secret_access_key")?))
}

impl HttpConnector for Embedded {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let service = self.0.clone();
        HttpConnectorFuture::new(async move {
            let request = request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?;
            let response = service.handle(request).await.map_err(|dropped| ConnectorError::io(dropped.into()))?;
            HttpResponse::try_from(response.map(SdkBody::from_body_1_x))
                .map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}

impl HttpClient for Embedded {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}
