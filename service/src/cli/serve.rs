//! `mediastored serve`.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, builder::FalseyValueParser};
use ipnet::IpNet;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinSet;

use super::limits::{LimitArguments, raise_open_files};
use super::with_causes;
use crate::{
    Account, Clock, Config, DataEndpoint, Faults, Identities, Quotas, Region, Service, Store, Tls, run, serve_metrics,
};

/// Arguments of `serve`.
#[derive(Debug, Args)]
pub(super) struct Serve {
    /// Address and port to listen on. Port 0 takes a free one; the line printed when ready tells which.
    #[arg(long, env = "MEDIASTORED_LISTEN", default_value = "127.0.0.1:8474", value_name = "ADDRESS:PORT")]
    listen: SocketAddr,

    /// Folder that keeps everything. It is made if it is missing, and may be shared with other processes on this machine.
    #[arg(long, env = "MEDIASTORED_DATA_DIR", default_value = ".mediastore", value_name = "FOLDER")]
    data_dir: PathBuf,

    /// Region to suggest to clients; a request is about the region it is signed for.
    #[arg(long, env = "MEDIASTORED_REGION", default_value_t, value_name = "REGION")]
    region: Region,

    /// Account that owns the containers, twelve digits.
    #[arg(long, env = "MEDIASTORED_ACCOUNT", default_value_t, value_name = "ACCOUNT")]
    account: Account,

    /// File of the access keys that may sign, and the principals they stand for, in TOML or JSON; see docs/service.md. It is read
    /// again when it changes. Without it, the owner of the account signs with the key in the data folder, made at the first start.
    #[arg(long, env = "MEDIASTORED_CREDENTIALS", value_name = "FILE")]
    credentials: Option<PathBuf>,

    /// Network of a proxy in front, such as 10.0.0.0/8, whose X-Forwarded-For and X-Forwarded-Proto are believed. May be repeated.
    #[arg(long, value_name = "CIDR")]
    trust_proxy: Vec<IpNet>,

    /// How long a container stays CREATING and DELETING, such as 0s, 500ms or 2m. AWS took a minute or two.
    #[arg(long, default_value = "0s", value_name = "DURATION", value_parser = super::duration)]
    state_delay: Duration,

    /// Endpoint that containers announce, with `{id}` for the container's own label [default: http://{id}.data.localhost:<port>]
    #[arg(long, env = "MEDIASTORED_DATA_ENDPOINT", value_name = "URL")]
    data_endpoint: Option<DataEndpoint>,

    /// Hold the account to the quotas of a new AWS account: 100 containers per region, 5 metric rules per container.
    #[arg(long)]
    aws_quotas: bool,

    /// Certificate chain in PEM, the server's own certificate first: serve HTTPS instead of HTTP.
    #[arg(long, env = "MEDIASTORED_TLS_CERT", value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,

    /// Private key of the certificate, in PEM.
    #[arg(long, env = "MEDIASTORED_TLS_KEY", value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,

    /// Address and port to show metrics at, as http://ADDRESS:PORT/metrics for Prometheus [default: none]
    #[arg(long, env = "MEDIASTORED_METRICS", value_name = "ADDRESS:PORT")]
    metrics: Option<SocketAddr>,

    /// Size in bytes at which the access log and the audit trail in the data folder begin a new file; five old ones are kept.
    #[arg(long, default_value_t = 64 * 1024 * 1024, value_name = "BYTES")]
    log_size: u64,

    /// Listen on addresses that other machines can reach, though the connection is not encrypted.
    #[arg(long, env = "MEDIASTORED_ALLOW_REMOTE", value_parser = FalseyValueParser::new())]
    allow_remote: bool,

    #[command(flatten)]
    limits: LimitArguments,

    /// Test aid: a JSON list of faults to show to callers. See docs/service.md.
    #[arg(long, value_name = "FILE")]
    faults: Option<PathBuf>,
}

impl Serve {
    /// Serves until a signal. The error is the sentence to print.
    pub(super) fn run(self) -> Result<(), String> {
        let faults = self.faults.as_deref().map(read_faults).transpose()?.unwrap_or_default();
        let tls = match (&self.tls_cert, &self.tls_key) {
            (Some(certificate), Some(key)) => {
                Some(Tls::from_pem_files(certificate, key).map_err(|error| with_causes(&error))?)
            }
            _ => None,
        };
        let listen = Some(self.listen).filter(|_| tls.is_none());
        for address in listen.into_iter().chain(self.metrics).filter(|address| !address.ip().is_loopback()) {
            if !self.allow_remote {
                return Err(format!(
                    "`{address}` can be reached from other machines, and the connection would not be encrypted; listen on a \
                     loopback address, encrypt with --tls-cert and --tls-key, or say --allow-remote if that is what you want"
                ));
            }
            tracing::warn!(%address, "open to other machines, unencrypted");
        }
        super::on_a_runtime(self.serve(faults, tls))
    }

    async fn serve(self, faults: Faults, tls: Option<Tls>) -> Result<(), String> {
        let data_dir = self.data_dir.clone();
        let store = tokio::task::spawn_blocking(move || Store::open(data_dir))
            .await
            .map_err(|error| with_causes(&error))?
            .map_err(|error| with_causes(&error))?;
        let (identities, hint) = self.identities()?;
        let listener = TcpListener::bind(self.listen).await.map_err(|error| cannot_listen(self.listen, &error))?;
        let address = listener.local_addr().map_err(|error| cannot_listen(self.listen, &error))?;
        // Installed before the line that says "ready": whoever waits for that line may signal at once.
        let shutdown = shutdown_signal()?;
        survive_file_size_limits();
        let limits = self.limits.limits();
        raise_open_files(&limits);
        let config = Config {
            account: self.account,
            region: self.region,
            identities,
            trusted_proxies: self.trust_proxy,
            data_endpoint: self.data_endpoint.unwrap_or_else(|| match tls {
                None => DataEndpoint::local(address.port()),
                Some(_) => DataEndpoint::local_tls(address.port()),
            }),
            tls,
            state_delay: self.state_delay,
            quotas: if self.aws_quotas { Quotas::AWS } else { Quotas::default() },
            limits,
            faults,
            clock: Clock::default(),
        };
        let scheme = if config.tls.is_some() { "https" } else { "http" };
        let mut ready =
            format!("mediastored is ready at {scheme}://{address}, data in {}\n{hint}", self.data_dir.display());
        let service = Service::logging(store.clone(), config, self.log_size)
            .map_err(|error| format!("the logs in `{}` cannot be opened: {error}", self.data_dir.display()))?;
        let mut scraped = JoinSet::new();
        if let Some(metrics) = self.metrics {
            let listener = TcpListener::bind(metrics).await.map_err(|error| cannot_listen(metrics, &error))?;
            let address = listener.local_addr().map_err(|error| cannot_listen(metrics, &error))?;
            ready.push_str(&format!("metrics at http://{address}/metrics\n"));
            scraped.spawn(serve_metrics(listener, service.clone()));
        }
        // A closed standard output does not keep the service from serving.
        let _ = write!(io::stdout(), "{ready}");
        let result = run(listener, service.clone(), shutdown).await;
        scraped.shutdown().await;
        service.flush_logs().await;
        drop(service);
        store.close().await;
        result.map_err(|error| format!("serving failed: {error}"))
    }
}

impl Serve {
    /// Who may sign, and the line that tells how.
    fn identities(&self) -> Result<(Identities, String), String> {
        if let Some(file) = &self.credentials {
            let identities = Identities::from_file(file).map_err(|error| with_causes(&error))?;
            return Ok((identities, String::new()));
        }
        let (identities, key) =
            Identities::owner_of_folder(&self.data_dir, &self.account).map_err(|error| with_causes(&error))?;
        let hint = format!(
            "sign with the owner's key: export AWS_SHARED_CREDENTIALS_FILE={} AWS_DEFAULT_REGION={}\n",
            key.display(),
            self.region
        );
        Ok((identities, hint))
    }
}

fn cannot_listen(address: SocketAddr, error: &io::Error) -> String {
    let help = match error.kind() {
        io::ErrorKind::AddrInUse => "; another mediastored may be running, or choose another with --listen",
        _ => "; choose another with --listen",
    };
    format!("cannot listen on `{address}`: {error}{help}")
}

fn read_faults(file: &Path) -> Result<Faults, String> {
    let text = std::fs::read_to_string(file)
        .map_err(|error| format!("the faults file `{}` cannot be read: {error}", file.display()))?;
    let faults = Faults::from_json(&text)
        .map_err(|error| format!("the faults file `{}` makes no sense: {error}", file.display()))?;
    tracing::warn!(file = %file.display(), "faults will be shown to callers");
    Ok(faults)
}

/// Makes a write past the limit of file sizes fail like one on a full disk; without this the system ends the process.
fn survive_file_size_limits() {
    // Being listened to is enough.
    if let Err(error) = signal(SignalKind::from_raw(rustix::process::Signal::XFSZ.as_raw())) {
        tracing::debug!(%error, "SIGXFSZ cannot be received");
    }
}

/// Done once the process is asked to end, by SIGTERM or by SIGINT (Ctrl-C).
fn shutdown_signal() -> Result<impl Future<Output = ()>, String> {
    let listen = |kind| signal(kind).map_err(|error| format!("signals cannot be received: {error}"));
    let mut terminate = listen(SignalKind::terminate())?;
    let mut interrupt = listen(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
