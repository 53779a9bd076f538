//! The life of a provider process: launched by Terraform, one line on stdout, one gRPC connection, a clean end.
//!
//! [`run`] is all a provider's `main` calls. What the procedures answer is not decided here: any implementation of the
//! generated [`Provider`] trait is served. The modules follow the process's life:
//!
//! - `environment`: what the launcher passes in;
//! - `listener`, `tls`: where the client connects, and how both sides prove who they are;
//! - `announce`: the handshake line, or the reattach line of debug mode;
//! - `incoming`: the accept loop, and the [`Connection`] each request can be traced to;
//! - `side_services`: the services of go-plugin beside the provider;
//! - `ending`: why a process ends, and how long it may take.

mod announce;
mod ending;
mod environment;
mod incoming;
mod listener;
mod side_services;
mod tls;

use std::process::ExitCode;
use std::time::Duration;

use tf_proto::health::health_server::HealthServer;
use tf_proto::plugin::grpc_broker_server::GrpcBrokerServer;
use tf_proto::plugin::grpc_controller_server::GrpcControllerServer;
use tf_proto::plugin::grpc_stdio_server::GrpcStdioServer;
use tf_proto::tfplugin5::provider_server::{Provider, ProviderServer};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tonic::transport::Server;

use self::ending::{Ending, Parent, Signals};
use self::environment::Environment;
use self::incoming::{Clients, Incoming};
pub use self::incoming::{Connection, ConnectionId};
use self::listener::Listener;
use self::side_services::SideServices;

/// The largest request that is decoded, in bytes. Core sends up to 2 GiB; the Go libraries stop at this size, and a
/// state beyond it would not fit the machine that runs Terraform well either.
pub const LARGEST_REQUEST: usize = 256 << 20;

/// Threads of the runtime. Work waits for the network, so two keep one slow call from stalling the others.
const WORKERS: usize = 2;

/// How long open streams may hold a finished process. Core kills after two seconds.
const CLOSING: Duration = Duration::from_secs(1);

/// How a provider is served. Start from [`Options::new`].
#[derive(Debug, Clone)]
pub struct Options {
    /// Source address as users write it in `required_providers`, with or without the registry's host. The key of the
    /// reattach line.
    pub source: String,
    /// Serve a client that attaches itself by `TF_REATTACH_PROVIDERS`: no cookie, no TLS, one process for every
    /// alias and every run, until interrupted.
    pub debug: bool,
    /// Where to listen.
    pub transport: Transport,
    /// Crates whose events are logged at the level of `TF_LOG_PROVIDER`. Others log warnings and errors only: libraries
    /// write payloads at their lower levels, and payloads hold secrets.
    pub log_crates: Vec<String>,
    /// How long a process stays after its last client went away without a farewell, as when Terraform is killed.
    pub orphaned_after: Duration,
    /// How long work in flight may take once the process is to end.
    pub finish_within: Duration,
}

impl Options {
    /// The options a released provider uses.
    pub fn new(source: impl Into<String>) -> Self {
        Self {
            source: source.into(),
            debug: false,
            transport: Transport::default(),
            log_crates: Vec::new(),
            orphaned_after: Duration::from_secs(5),
            finish_within: Duration::from_secs(60),
        }
    }
}

/// The kind of socket the client connects to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Transport {
    /// A unix socket. Where there are none, or none can be made, loopback TCP under TLS.
    #[default]
    Auto,
    /// Loopback TCP, within `PLUGIN_MIN_PORT` and `PLUGIN_MAX_PORT` when given.
    Tcp,
}

/// What a provider's work and its process know of each other. A clone is the same lifecycle.
#[derive(Debug, Clone, Default)]
pub struct Lifecycle {
    /// Work that must be finished before the process ends: spawn what changes the remote side on it. Work awaited in a
    /// handler is cut when the client goes away, spawned work is not.
    pub in_flight: TaskTracker,
    /// Raised when the process is asked to end while work may be in flight: stop early, report what is true by then.
    /// A client's own wish to stop is [`Connection::stop`], which this one raises too.
    pub stop: CancellationToken,
}

/// Serves `provider` until the client says goodbye, and is a provider's whole `main`.
///
/// Explains itself on stderr and fails when not launched by Terraform or OpenTofu. Installs the process's logging and
/// panic hook ([`crate::logging`]) and catches SIGINT, which an interrupted Terraform leaves to itself.
/// `provider` is called before the handshake, so it must be quick.
pub fn run<P: Provider>(options: Options, provider: impl FnOnce(Lifecycle) -> P) -> ExitCode {
    let parent = Parent::now();
    match start(&options, parent, provider) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            announce::failure(&error, options.debug);
            ExitCode::FAILURE
        }
    }
}

/// Why a provider could not be served.
#[derive(Debug, thiserror::Error)]
enum Error {
    #[error(
        "this program is a Terraform provider and is not meant to be executed directly\n\
         Terraform or OpenTofu starts it by itself when a configuration requires the provider `{0}`"
    )]
    NotLaunched(String),
    #[error("`{name}` is not a port number: `{value}`")]
    Port { name: &'static str, value: String },
    #[error("cannot listen on {place}: {source}")]
    Listen { place: String, source: std::io::Error },
    #[error("the group `{0}` of `PLUGIN_UNIX_SOCKET_GROUP` does not exist")]
    Group(String),
    #[error("`PLUGIN_CLIENT_CERT` is not a certificate in PEM form: {0}")]
    ClientCertificate(String),
    #[error("cannot make a certificate: {0}")]
    Certificate(#[from] rcgen::Error),
    #[error("cannot set up TLS: {0}")]
    Tls(#[from] tokio_rustls::rustls::Error),
    #[error("cannot write the handshake: {0}")]
    Announce(std::io::Error),
    #[error("cannot start the runtime: {0}")]
    Runtime(std::io::Error),
    #[error("the server failed: {0}")]
    Server(#[from] tonic::transport::Error),
}

fn start<P: Provider>(options: &Options, parent: Parent, provider: impl FnOnce(Lifecycle) -> P) -> Result<(), Error> {
    let environment = Environment::of_process()?;
    if !options.debug && !environment.launched {
        return Err(Error::NotLaunched(options.source.clone()));
    }
    crate::logging::init(&options.log_crates);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(WORKERS)
        .enable_all()
        .build()
        .map_err(Error::Runtime)?;
    let served = runtime.block_on(serve(options, &environment, parent, provider));
    // Abandoned work may block; the process does not wait for it a second time.
    runtime.shutdown_background();
    served
}

async fn serve<P: Provider>(
    options: &Options,
    environment: &Environment,
    parent: Parent,
    provider: impl FnOnce(Lifecycle) -> P,
) -> Result<(), Error> {
    let tls = match &environment.client_certificate {
        Some(client) if !options.debug => Some(tls::Identity::new(client)?),
        _ => None,
    };
    let listener = Listener::bind(options.transport, environment, tls.is_some())?;
    let mut signals = Signals::install(options.debug).map_err(Error::Runtime)?;
    let lifecycle = Lifecycle::default();
    let provider = provider(lifecycle.clone());

    if options.debug {
        announce::reattach(&options.source, listener.address()).map_err(Error::Announce)?;
    } else {
        let certificate = tls.as_ref().map(|identity| identity.certificate.as_ref());
        announce::handshake(listener.address(), certificate, environment.multiplex).map_err(Error::Announce)?;
    }

    // Two, so that a farewell cannot end the server before it is known as the reason, and work in flight is waited for.
    let (asked, closing) = (CancellationToken::new(), CancellationToken::new());
    let (clients, watched) = watch::channel(Clients::default());
    let acceptor = tls.map(|identity| identity.acceptor);
    let (incoming, accepting) = Incoming::new(listener, acceptor, clients, lifecycle.stop.clone());
    let side = SideServices::new(asked.clone());
    let router = Server::builder()
        .add_service(
            ProviderServer::new(provider)
                .max_decoding_message_size(LARGEST_REQUEST)
                .max_encoding_message_size(usize::MAX),
        )
        .add_service(GrpcControllerServer::new(side.clone()))
        .add_service(GrpcBrokerServer::new(side.clone()))
        .add_service(GrpcStdioServer::new(side.clone()))
        .add_service(HealthServer::new(side));
    let mut server = Box::pin(router.serve_with_incoming_shutdown(incoming, closing.clone().cancelled_owned()));

    // Whatever comes first also drops the accept loop, so the socket is gone before the process is.
    let ending = tokio::select! {
        served = &mut server => return served.map_err(Error::from),
        never = accepting => match never {},
        ending = ending::wait(options, parent, &asked, &mut signals, watched) => ending,
    };
    tracing::debug!(reason = %ending, in_flight = lifecycle.in_flight.len(), "provider ends");
    if ending != Ending::Orphaned {
        lifecycle.stop.cancel();
    }
    asked.cancel();
    closing.cancel();
    // The server keeps running beside the work: whoever waits for an answer still gets it.
    let finished = CancellationToken::new();
    let work = async {
        ending::finish(&lifecycle, options.finish_within, &mut signals).await;
        finished.cancel();
    };
    let answers = async {
        let patience = async {
            finished.cancelled().await;
            tokio::time::sleep(CLOSING).await;
        };
        tokio::select! {
            served = &mut server => served,
            () = patience => Ok(()), // a client that keeps its streams open does not keep us
        }
    };
    let ((), served) = tokio::join!(work, answers);
    served.map_err(Error::from)
}
