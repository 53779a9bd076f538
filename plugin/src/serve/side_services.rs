//! The services go-plugin expects beside the provider. Terraform opens the broker and stdio streams and never uses
//! them; it calls the controller to say goodbye, and waits two seconds for a plugin without one.

use tf_proto::health::health_check_response::ServingStatus;
use tf_proto::health::health_server::Health;
use tf_proto::health::{HealthCheckRequest, HealthCheckResponse};
use tf_proto::plugin::grpc_broker_server::GrpcBroker;
use tf_proto::plugin::grpc_controller_server::GrpcController;
use tf_proto::plugin::grpc_stdio_server::GrpcStdio;
use tf_proto::plugin::{ConnInfo, Empty, StdioData};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tokio_util::sync::CancellationToken;
use tonic::codegen::BoxStream;
use tonic::{Request, Response, Status, Streaming};

/// All of them; each holds nothing but the process's end. A clone is the same services.
#[derive(Debug, Clone)]
pub(super) struct SideServices {
    shutdown: CancellationToken,
}

impl SideServices {
    /// `shutdown` ends the open streams, and is raised by the controller.
    pub(super) fn new(shutdown: CancellationToken) -> Self {
        Self { shutdown }
    }

    /// A stream that holds `first` and then stays silent until the process ends or the client hangs up.
    fn silence<T: Send + 'static>(&self, first: Option<T>) -> BoxStream<T> {
        let (sender, receiver) = mpsc::channel(1);
        let shutdown = self.shutdown.clone();
        tokio::spawn(async move {
            if let Some(first) = first {
                let _ = sender.send(Ok(first)).await; // a client that hung up is noticed below
            }
            tokio::select! {
                () = shutdown.cancelled() => {}
                () = sender.closed() => {}
            }
        });
        Box::pin(ReceiverStream::new(receiver))
    }
}

#[tonic::async_trait]
impl GrpcController for SideServices {
    async fn shutdown(&self, _: Request<Empty>) -> Result<Response<Empty>, Status> {
        // The answer still goes out: a graceful end waits for calls that have begun.
        self.shutdown.cancel();
        Ok(Response::new(Empty {}))
    }
}

#[tonic::async_trait]
impl GrpcBroker for SideServices {
    async fn start_stream(
        &self,
        request: Request<Streaming<ConnInfo>>,
    ) -> Result<Response<BoxStream<ConnInfo>>, Status> {
        let (sender, receiver) = mpsc::channel(1);
        let shutdown = self.shutdown.clone();
        let mut announced = request.into_inner();
        tokio::spawn(async move {
            let drain = async { while let Ok(Some(_)) = announced.message().await {} };
            shutdown.run_until_cancelled(drain).await;
            drop(sender); // ends our side of the stream
        });
        Ok(Response::new(Box::pin(ReceiverStream::new(receiver))))
    }
}

#[tonic::async_trait]
impl GrpcStdio for SideServices {
    async fn stream_stdio(&self, _: Request<()>) -> Result<Response<BoxStream<StdioData>>, Status> {
        Ok(Response::new(self.silence(None)))
    }
}

#[tonic::async_trait]
impl Health for SideServices {
    async fn check(&self, request: Request<HealthCheckRequest>) -> Result<Response<HealthCheckResponse>, Status> {
        match status_of(&request.into_inner().service) {
            Some(status) => Ok(Response::new(HealthCheckResponse { status: status.into() })),
            None => Err(Status::not_found("unknown service")),
        }
    }

    async fn watch(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<BoxStream<HealthCheckResponse>>, Status> {
        let status = status_of(&request.into_inner().service).unwrap_or(ServingStatus::ServiceUnknown);
        Ok(Response::new(self.silence(Some(HealthCheckResponse { status: status.into() }))))
    }
}

/// go-plugin asks for its plugins under one name; the empty name is the server as a whole.
fn status_of(service: &str) -> Option<ServingStatus> {
    matches!(service, "" | "plugin").then_some(ServingStatus::Serving)
}
