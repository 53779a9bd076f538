//! The service on a socket: connections in, requests to [`Service::handle`], and a graceful end.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio_io_timeout::TimeoutStream;

use crate::auth::Connection;
use crate::service::Service;

/// Pause after the system refused a connection, for want of file handles as a rule: trying again at once would only burn time.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Fewest bytes of a request's head that hyper can be told to take.
const LEAST_HEAD: usize = 8 * 1024;

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
                    let connection = Connection { peer: peer.ip(), tls: false };
                    let served = serve(stream, connection, service.clone(), &graceful);
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

fn serve(
    stream: TcpStream,
    connection: Connection,
    service: Service,
    graceful: &GracefulShutdown,
) -> impl Future<Output = ()> + use<> {
    // Answers are small and whole; waiting to fill a packet only delays them.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "no TCP_NODELAY");
    }
    let limits = service.config().limits;
    // A client that stops reading is let go, with what it holds.
    let mut stream = Box::pin(TimeoutStream::new(stream));
    stream.as_mut().set_write_timeout_pinned(Some(limits.stall_time));
    let answer = service_fn(move |mut request: Request<Incoming>| {
        let service = service.clone();
        request.extensions_mut().insert(connection);
        async move { service.handle(request).await }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head_time)
        .max_buf_size(limits.head_bytes.max(LEAST_HEAD))
        .serve_connection(TokioIo::new(stream), answer);
    let connection = graceful.watch(connection);
    async move {
        // A peer that goes away or talks nonsense is its own problem.
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a connection ended early");
        }
    }
}
