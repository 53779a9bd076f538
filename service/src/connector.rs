//! A service in this process in the place of the AWS SDKs' connection to one.
//!
//! The SDK serialises, signs and parses as it would towards AWS; only the way the bytes go differs. So there is one code path for a data
//! folder and for a server.

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;

use crate::service::Service;

/// An HTTP client for the configuration of an SDK that reaches one service, whatever the endpoint: the control plane by any host, the data
/// plane by the host that a container's endpoint has.
#[derive(Debug, Clone)]
pub struct InProcess(Service);

impl InProcess {
    /// A client of that service.
    #[must_use]
    pub fn new(service: Service) -> Self {
        Self(service)
    }
}

impl HttpConnector for InProcess {
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

impl HttpClient for InProcess {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}
