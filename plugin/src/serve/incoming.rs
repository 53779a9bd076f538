//! The accept loop: takes connections, runs the TLS handshake beside the loop, and counts who is there.
//! One client that fails, or never finishes its handshake, does not concern the others.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::{mpsc, watch};
use tokio_rustls::TlsAcceptor;
use tokio_stream::Stream;
use tokio_util::sync::{CancellationToken, DropGuard};
use tonic::transport::server::Connected;

use super::listener::{Io, Listener};

/// How long a client may take for its TLS handshake.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// Pause after a failed accept, which is a shortage of the machine (file descriptors) and would only repeat at once.
const BREATH: Duration = Duration::from_millis(50);

/// Which connection a request came on; never used twice in one process. The default is none: a call within the process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct ConnectionId(pub u64);

/// The connection a request came on, in the request's extensions.
///
/// Launched by Terraform, a process has one. Attached to ([`super::Options::debug`]), it has one for each provider
/// instance of each run, so what a client configured belongs to its connection and goes with it.
#[derive(Debug, Clone)]
pub struct Connection {
    /// Tells connections apart.
    pub id: ConnectionId,
    /// Raised when this client wants its work to stop, or the process is to end. The `Stop` procedure raises it.
    pub stop: CancellationToken,
    /// Raised when the connection is gone.
    pub closed: CancellationToken,
}

/// How many clients there are, and were.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Clients {
    pub open: usize,
    pub ever: bool,
}

/// The connections that passed their handshake, for tonic.
pub(super) struct Incoming(mpsc::Receiver<Accepted>);

impl Incoming {
    /// The connections, and the accept loop that makes them for as long as it is polled. Dropping the loop drops the
    /// listener, and with it the socket. `stop` is the process's, raised for every connection.
    pub(super) fn new(
        listener: Listener,
        tls: Option<TlsAcceptor>,
        clients: watch::Sender<Clients>,
        stop: CancellationToken,
    ) -> (Self, impl Future<Output = Infallible>) {
        let (sender, receiver) = mpsc::channel(1);
        let door = Door { tls, clients, stop, next: AtomicU64::new(1), sender };
        (Self(receiver), accept(listener, Arc::new(door)))
    }
}

impl Stream for Incoming {
    type Item = std::io::Result<Accepted>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_recv(context).map(|accepted| accepted.map(Ok))
    }
}

/// What every connection passes through.
struct Door {
    tls: Option<TlsAcceptor>,
    clients: watch::Sender<Clients>,
    stop: CancellationToken,
    next: AtomicU64,
    sender: mpsc::Sender<Accepted>,
}

async fn accept(listener: Listener, door: Arc<Door>) -> Infallible {
    loop {
        match listener.accept().await {
            Ok(io) => {
                let door = door.clone();
                tokio::spawn(async move { door.admit(io).await });
            }
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection");
                tokio::time::sleep(BREATH).await;
            }
        }
    }
}

impl Door {
    async fn admit(&self, io: Box<dyn Io>) {
        let io: Box<dyn Io> = match &self.tls {
            None => io,
            Some(tls) => match tokio::time::timeout(HANDSHAKE, tls.accept(io)).await {
                Ok(Ok(stream)) => Box::new(stream),
                Ok(Err(error)) => return tracing::warn!(%error, "refused a connection"),
                Err(_) => return tracing::warn!("refused a connection that did not finish its TLS handshake"),
            },
        };
        let closed = CancellationToken::new();
        let connection = Connection {
            id: ConnectionId(self.next.fetch_add(1, Ordering::Relaxed)),
            stop: self.stop.child_token(),
            closed: closed.clone(),
        };
        tracing::debug!(connection = connection.id.0, "client connected");
        let presence = Presence::new(self.clients.clone());
        // The receiver is gone only when the process ends.
        let _ = self.sender.send(Accepted { io, connection, _presence: presence, _closed: closed.drop_guard() }).await;
    }
}

/// Counts a client for as long as it lives.
struct Presence(watch::Sender<Clients>);

impl Presence {
    fn new(clients: watch::Sender<Clients>) -> Self {
        clients.send_modify(|clients| {
            clients.open += 1;
            clients.ever = true;
        });
        Self(clients)
    }
}

impl Drop for Presence {
    fn drop(&mut self) {
        self.0.send_modify(|clients| clients.open -= 1);
    }
}

/// A connection that passed its handshake.
pub(super) struct Accepted {
    io: Box<dyn Io>,
    connection: Connection,
    _presence: Presence,
    _closed: DropGuard,
}

impl Connected for Accepted {
    type ConnectInfo = Connection;

    fn connect_info(&self) -> Connection {
        self.connection.clone()
    }
}

impl AsyncRead for Accepted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.io).poll_read(context, buffer)
    }
}

impl AsyncWrite for Accepted {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.io).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[std::io::IoSlice<'_>],
    ) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.io).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpStream;
    use tokio_stream::StreamExt;

    use super::*;
    use crate::serve::Transport;
    use crate::serve::environment::Environment;
    use crate::serve::listener::Address;

    #[tokio::test]
    async fn a_connection_is_known_for_as_long_as_it_lives() {
        let listener = Listener::bind(Transport::Tcp, &Environment::default(), false).unwrap();
        let Address::Tcp(address) = *listener.address() else { panic!("asked for TCP") };
        let (clients, watched) = watch::channel(Clients::default());
        let stop = CancellationToken::new();
        let (mut incoming, accepting) = Incoming::new(listener, None, clients, stop.clone());
        tokio::spawn(accepting);
        let mut connect = async || {
            let client = TcpStream::connect(address).await.unwrap();
            (client, incoming.next().await.unwrap().unwrap())
        };

        let (_first_client, first) = connect().await;
        let (_second_client, second) = connect().await;
        let (one, two) = (first.connect_info(), second.connect_info());
        assert!(one.id != two.id && one.id != ConnectionId::default());
        assert_eq!(*watched.borrow(), Clients { open: 2, ever: true });

        drop(first);
        assert!(one.closed.is_cancelled() && !two.closed.is_cancelled());
        assert!(!one.stop.is_cancelled(), "its work may still be finished");
        assert_eq!(*watched.borrow(), Clients { open: 1, ever: true });

        one.stop.cancel();
        assert!(!two.stop.is_cancelled());
        stop.cancel();
        assert!(two.stop.is_cancelled());
    }
}
