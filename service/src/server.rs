//! The service on a socket: connections in, requests to [`Service::handle`], and a graceful end.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use http::header::CONTENT_TYPE;
use http::{Request, Response, StatusCode};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio_io_timeout::TimeoutStream;
use tokio_rustls::TlsAcceptor;

use crate::auth::Connection;
use crate::service::Service;
use crate::tls::Tls;

/// Pause after the system refused a connection, for want of file handles as a rule: trying again at once would only burn time.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Fewest bytes of a request's head that hyper can be told to take.
const LEAST_HEAD: usize = 8 * 1024;

/// The text format of Prometheus and OpenMetrics.
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// How often objects that lifecycle policies have ended are removed.
const SWEEP: Duration = Duration::from_secs(1);

/// Serves until `shutdown` is done, then takes no more connections, lets requests in flight finish for a while, and returns. How long that is,
/// and what else clients may take, is in [`Limits`](crate::Limits).
///
/// # Errors
/// When the listener has no address, which means that it is no working listener.
pub async fn run(listener: TcpListener, service: Service, shutdown: impl Future<Output = ()>) -> io::Result<()> {
    let address = listener.local_addr()?;
    tracing::info!(%address, "serving");
    let limits = service.config().limits;
    let places = Arc::new(Semaphore::new(limits.connections));
    let tls = service.config().tls.as_ref().map(Tls::acceptor);
    let graceful = GracefulShutdown::new();
    let mut connections = JoinSet::new();
    let mut sweeper = JoinSet::new();
    sweeper.spawn(sweep(service.clone()));
    tokio::pin!(shutdown);
    loop {
        tokio::select! {
            accepted = accept(&listener, &places) => match accepted {
                Ok((stream, peer, place)) => {
                    tracing::trace!(%peer, "connected");
                    let connection = Connection { peer: peer.ip(), tls: tls.is_some() };
                    let served = serve(stream, connection, tls.clone(), service.clone(), graceful.watcher());
                    connections.spawn(async move {
                        served.await;
                        drop(place);
                    });
                }
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            },
            // Ended connections are taken out as they end.
            Some(_) = connections.join_next() => {}
            () = &mut shutdown => break,
        }
    }
    drop(listener);
    sweeper.shutdown().await;
    tracing::info!("draining");
    if tokio::time::timeout(limits.drain_time, graceful.shutdown()).await.is_err() {
        tracing::warn!("requests still in flight after the drain time are cut off");
    }
    connections.shutdown().await;
    Ok(())
}

/// The next connection, once there is a place for it.
async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> io::Result<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let place = Arc::clone(places).acquire_owned().await.map_err(io::Error::other)?;
    let (stream, peer) = listener.accept().await?;
    Ok((stream, peer, place))
}

async fn sweep(service: Service) {
    let mut ticks = tokio::time::interval(SWEEP);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        service.sweep().await;
    }
}

async fn serve(
    stream: TcpStream,
    connection: Connection,
    tls: Option<TlsAcceptor>,
    service: Service,
    watcher: Watcher,
) {
    // Answers are small and whole; waiting to fill a packet only delays them.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "no TCP_NODELAY");
    }
    let limits = service.config().limits;
    // A client that stops reading is let go, with what it holds.
    let mut stream = Box::pin(TimeoutStream::new(stream));
    stream.as_mut().set_write_timeout_pinned(Some(limits.stall_time));
    match tls {
        None => converse(stream, connection, service, watcher).await,
        Some(tls) => match tokio::time::timeout(limits.head_time, tls.accept(stream)).await {
            Ok(Ok(stream)) => converse(stream, connection, service, watcher).await,
            Ok(Err(error)) => tracing::debug!(%error, "no TLS"),
            Err(_) => tracing::debug!("a TLS handshake took too long"),
        },
    }
}

async fn converse<S>(stream: S, connection: Connection, service: Service, watcher: Watcher)
where
    S: AsyncRead + AsyncWrite + Unpin + 'static,
{
    let limits = service.config().limits;
    let answer = service_fn(move |mut request: Request<Incoming>| {
        let service = service.clone();
        request.extensions_mut().insert(connection);
        async move { service.handle(request).await }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        // Encoders such as ffmpeg send an object and close at once. What they have sent whole is kept whether they wait for the answer or not.
        .half_close(true)
        .header_read_timeout(limits.head_time)
        .max_buf_size(limits.head_bytes.max(LEAST_HEAD))
        .serve_connection(TokioIo::new(stream), answer);
    // A peer that goes away or talks nonsense is its own problem.
    if let Err(error) = watcher.watch(connection).await {
        tracing::debug!(%error, "a connection ended early");
    }
}

/// Serves the metrics of a service at `/metrics`, until it is dropped.
pub async fn serve_metrics(listener: TcpListener, service: Service) {
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            Some(_) = connections.join_next() => continue,
        };
        let Ok((stream, _)) = accepted else {
            tokio::time::sleep(ACCEPT_PAUSE).await;
            continue;
        };
        let (service, limits) = (service.clone(), service.config().limits);
        let answer = service_fn(move |request: Request<Incoming>| {
            let response = match request.uri().path() {
                "/metrics" => Response::builder().header(CONTENT_TYPE, OPEN_METRICS).body(service.metrics_text()),
                _ => Response::builder().status(StatusCode::NOT_FOUND).body("metrics are at /metrics\n".to_owned()),
            };
            std::future::ready(response)
        });
        connections.spawn(async move {
            let mut http = http1::Builder::new();
            http.timer(TokioTimer::new()).header_read_timeout(limits.head_time);
            // A scraper that goes away is its own problem.
            let _ = http.serve_connection(TokioIo::new(stream), answer).await;
        });
    }
}
