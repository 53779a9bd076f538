//! A provider process seen from outside, as Terraform sees it: environment in, one line out, gRPC, and its end.
//! The process is the `tf-plugin-fixture` binary; what procedures answer is not tested here.
//! Deadlines only bound how long a broken process is waited for; nothing is timed.

#![allow(clippy::unwrap_used, clippy::panic)] // a test may panic
#![cfg(unix)]

use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use hyper_util::rt::TokioIo;
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use tf_proto::health::health_client::HealthClient;
use tf_proto::health::{HealthCheckRequest, health_check_response::ServingStatus};
use tf_proto::plugin::grpc_broker_client::GrpcBrokerClient;
use tf_proto::plugin::grpc_controller_client::GrpcControllerClient;
use tf_proto::plugin::grpc_stdio_client::GrpcStdioClient;
use tf_proto::plugin::{ConnInfo, Empty};
use tf_proto::tfplugin5::provider_client::ProviderClient;
use tf_proto::tfplugin5::{DynamicValue, call_function, get_provider_schema, prepare_provider_config, stop};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpStream, UnixStream};
use tokio::process::{Child, ChildStdout, Command};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName};
use tokio_rustls::rustls::version::{TLS12, TLS13};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion};
use tonic::Code;
use tonic::transport::{Channel, Endpoint};

const COOKIE: &str = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";

/// Far longer than anything here takes, on a machine that has other things to do.
const DEADLINE: Duration = Duration::from_secs(30);

#[tokio::test]
async fn a_client_connects_uses_every_service_and_says_goodbye() {
    let mut process = Launch::new().start().await;
    let socket = PathBuf::from(process.field(3));
    assert_eq!(process.line, format!("1|5|unix|{}|grpc|\n", socket.display()));
    assert!(socket.exists());
    let channel = process.connect(None).await.unwrap();

    let schema = provider(&channel).get_schema(get_provider_schema::Request {}).await.unwrap().into_inner();
    assert!(schema.resource_schemas.contains_key("fixture_thing"));

    let mut health = HealthClient::new(channel.clone());
    for (service, expected) in [("plugin", Ok(ServingStatus::Serving)), ("other", Err(Code::NotFound))] {
        let request = HealthCheckRequest { service: service.to_owned() };
        let found = health.check(request).await.map(|answer| answer.into_inner().status());
        assert_eq!(found.map_err(|status| status.code()), expected);
    }

    // Terraform holds such streams from the beginning to the end; they must not hold the process.
    let watched = HealthCheckRequest { service: "plugin".to_owned() };
    let mut watched = health.watch(watched).await.unwrap().into_inner();
    assert_eq!(watched.message().await.unwrap().unwrap().status(), ServingStatus::Serving);
    let (announce, announced) = tokio::sync::mpsc::channel(1);
    let announced = tokio_stream::wrappers::ReceiverStream::new(announced);
    let mut broker = GrpcBrokerClient::new(channel.clone()).start_stream(announced).await.unwrap().into_inner();
    let mut stdio = GrpcStdioClient::new(channel.clone()).stream_stdio(()).await.unwrap().into_inner();
    announce.send(ConnInfo::default()).await.unwrap();

    GrpcControllerClient::new(channel.clone()).shutdown(Empty {}).await.unwrap();
    assert!(broker.message().await.unwrap().is_none());
    assert!(stdio.message().await.unwrap().is_none());
    assert!(watched.message().await.unwrap().is_none());
    assert!(process.exit().await.success());
    assert!(!socket.exists() && !socket.parent().unwrap().exists());
}

#[tokio::test]
async fn a_client_with_the_right_certificate_is_served_whatever_others_try() {
    let (core, stranger) = (Identity::like_core(), Identity::like_core());
    let mut process = Launch::new().env("PLUGIN_CLIENT_CERT", &core.pem).start().await;

    let mut garbage = UnixStream::connect(process.field(3)).await.unwrap();
    garbage.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
    let _silent = UnixStream::connect(process.field(3)).await.unwrap();
    assert!(process.get_schema(None).await.is_err(), "in the clear");
    for version in [&TLS12, &TLS13] {
        let core = Identity { version, ..core.clone() };
        process.get_schema(Some(&core)).await.unwrap();
        let another_certificate = Identity { version, ..stranger.clone() };
        assert!(process.get_schema(Some(&another_certificate)).await.is_err(), "{version:?}");
        let another_key = Identity { key: stranger.key.clone(), ..core };
        assert!(process.get_schema(Some(&another_key)).await.is_err(), "{version:?}");
    }

    process.get_schema(Some(&core)).await.unwrap();
    process.goodbye(Some(&core)).await;
    assert!(process.exit().await.success());
}

#[tokio::test]
async fn tcp_serves_under_tls_too() {
    let core = Identity::like_core();
    let launch = Launch::new().arg("--tcp").env("PLUGIN_CLIENT_CERT", &core.pem);
    let process = launch.env("PLUGIN_MIN_PORT", "20000").env("PLUGIN_MAX_PORT", "25000").start().await;
    assert_eq!(process.field(2), "tcp");
    let port: u16 = process.field(3).strip_prefix("127.0.0.1:").unwrap().parse().unwrap();
    assert!((20000..=25000).contains(&port), "{port}");
    process.get_schema(Some(&core)).await.unwrap();
}

#[tokio::test]
async fn a_path_too_long_for_a_socket_means_tcp_but_only_under_tls() {
    let long = tempfile::tempdir().unwrap();
    let long = long.path().join("x".repeat(120));
    std::fs::create_dir(&long).unwrap();
    let core = Identity::like_core();
    let launch = || Launch::new().env("TMPDIR", long.to_str().unwrap());
    let secured = launch().env("PLUGIN_CLIENT_CERT", &core.pem).start().await;
    assert_eq!(secured.field(2), "tcp");
    secured.get_schema(Some(&core)).await.unwrap();
    assert_eq!(std::fs::read_dir(&long).unwrap().count(), 0, "nothing is left of the attempt");

    let mut clear = launch().start().await;
    assert!(clear.line.starts_with("cannot listen on a socket in `"), "{}", clear.line);
    assert_eq!(clear.exit().await.code(), Some(1));
}

#[tokio::test]
async fn by_hand_the_program_explains_itself_and_leaves_stdout_alone() {
    for cookie in [None, Some(""), Some("d602")] {
        let mut process = Launch::new().cookie(cookie).start().await;
        assert_eq!(process.exit().await.code(), Some(1));
        assert_eq!(process.line, "");
        process.logged("is a Terraform provider and is not meant to be executed directly").await;
    }
}

#[tokio::test]
async fn a_failure_before_the_handshake_reaches_the_user_as_one_line() {
    for (variable, value, message) in [
        ("PLUGIN_CLIENT_CERT", "none", "`PLUGIN_CLIENT_CERT` is not a certificate in PEM form: "),
        ("PLUGIN_MIN_PORT", "none", "`PLUGIN_MIN_PORT` is not a port number: `none`"),
        ("PLUGIN_UNIX_SOCKET_GROUP", "no such", "the group `no such` of `PLUGIN_UNIX_SOCKET_GROUP` does not exist"),
    ] {
        let mut process = Launch::new().env(variable, value).start().await;
        assert!(process.line.starts_with(message), "{}", process.line);
        assert!(process.line.split('|').count() < 4, "core would take it for a handshake");
        assert_eq!(process.exit().await.code(), Some(1));
    }
}

#[tokio::test]
async fn stray_output_after_the_handshake_does_not_block() {
    let mut process = Launch::new().start().await;
    let mut rest = Vec::new();
    within(process.stdout.read_to_end(&mut rest)).await.unwrap();
    assert!(rest.is_empty(), "stdout ends with the handshake");
    let channel = process.connect(None).await.unwrap();
    for _ in 0..3 {
        call(&channel, "write to stdout").await.unwrap(); // a megabyte, which no pipe holds
    }
    call(&channel, "connection").await.unwrap();
}

#[tokio::test]
async fn messages_may_be_larger_than_grpcs_usual_four_megabytes() {
    let process = Launch::new().start().await;
    let channel = process.connect(None).await.unwrap();
    let config = Some(DynamicValue { msgpack: vec![7; 5 << 20], json: vec![] });
    let request = prepare_provider_config::Request { config: config.clone() };
    let answer = provider(&channel)
        .max_decoding_message_size(usize::MAX)
        .prepare_provider_config(request)
        .await
        .unwrap()
        .into_inner();
    assert!(answer.prepared_config == config);
}

#[tokio::test]
async fn sigterm_stops_work_lets_it_answer_and_ends_the_process() {
    let mut process = Launch::new().env("TF_LOG", "INFO").start().await;
    let channel = process.connect(None).await.unwrap();
    let waiting = tokio::spawn(async move { call(&channel, "wait for stop").await });
    process.logged("waiting for stop").await;
    process.signal(Signal::TERM);
    assert_eq!(within(waiting).await.unwrap().unwrap(), "stopped");
    assert!(process.exit().await.success());
}

#[tokio::test]
async fn sigint_is_left_to_core() {
    let mut process = Launch::new().start().await;
    let channel = process.connect(None).await.unwrap();
    process.signal(Signal::INT);
    assert_eq!(call(&channel, "stopped").await.unwrap(), "false");
    process.goodbye(None).await;
    assert!(process.exit().await.success());
}

#[tokio::test]
async fn a_process_whose_client_vanished_finishes_its_work_and_ends() {
    let folder = tempfile::tempdir().unwrap();
    let gate = folder.path().join("gate");
    let mut process = Launch::new().arg("--impatient").env("TF_LOG_PROVIDER", "DEBUG").start().await;
    let channel = process.connect(None).await.unwrap();
    let path = DynamicValue { msgpack: gate.to_str().unwrap().into(), json: vec![] };
    let request = call_function::Request { name: "work".to_owned(), arguments: vec![path] };
    let working = tokio::spawn(async move { provider(&channel).call_function(request).await });
    until("the work has begun", || gate.with_extension("begun").exists()).await;
    working.abort(); // and with it the only holder of the connection
    process.logged("the client is gone").await;
    assert!(process.child.try_wait().unwrap().is_none(), "the work is not done yet");
    std::fs::write(&gate, "").unwrap();
    assert!(process.exit().await.success());
    assert!(gate.with_extension("done").exists());
}

#[tokio::test]
async fn a_process_whose_parent_died_before_connecting_ends() {
    // A shell stands for Terraform: it is killed, and its child is not.
    let shell = Launch::new().command("sh", &["-c", "\"$0\" & wait"]).start().await;
    assert!(shell.line.starts_with("1|5|unix|"), "{}", shell.line);
    let socket = PathBuf::from(shell.field(3));
    shell.signal(Signal::KILL);
    until("the orphan removed its socket", || !socket.exists()).await;
    let open = shell.log.clone();
    until("the orphan closed its log", || open.lock().unwrap().closed).await;
}

#[tokio::test]
async fn an_attached_process_serves_each_client_for_itself() {
    let mut process = Launch::new().cookie(None).arg("--debug").arg("--impatient").start().await;
    let value = process.line.strip_prefix("TF_REATTACH_PROVIDERS='").unwrap().strip_suffix("'\n").unwrap();
    let value: serde_json::Value = serde_json::from_str(value).unwrap();
    let attach = &value["registry.terraform.io/acme/fixture"];
    assert_eq!(attach["Pid"], process.child.id().unwrap());
    let socket = PathBuf::from(attach["Addr"]["String"].as_str().unwrap());

    let first = unix_channel(&socket).await.unwrap();
    let second = unix_channel(&socket).await.unwrap();
    let ids = [call(&first, "connection").await.unwrap(), call(&second, "connection").await.unwrap()];
    assert_ne!(ids[0], ids[1]);
    assert_eq!(call(&first, "connection").await.unwrap(), ids[0]);

    provider(&first).stop(stop::Request {}).await.unwrap();
    assert_eq!(call(&first, "stopped").await.unwrap(), "true");
    assert_eq!(call(&second, "stopped").await.unwrap(), "false");

    drop((first, second));
    let later = unix_channel(&socket).await.unwrap();
    assert_eq!(call(&later, "stopped").await.unwrap(), "false");
    process.signal(Signal::INT);
    assert!(process.exit().await.success());
    assert!(!socket.exists());
}

#[tokio::test]
async fn the_log_is_silent_until_asked_for_and_then_in_cores_form() {
    let mut quiet = Launch::new().start().await;
    quiet.goodbye(None).await;
    assert!(quiet.exit().await.success());
    assert_eq!(quiet.whole_log().await, "");

    let mut talkative = Launch::new().env("TF_LOG", "TRACE").start().await;
    talkative.goodbye(None).await;
    assert!(talkative.exit().await.success());
    let log = talkative.whole_log().await;
    assert!(log.contains("the client said goodbye"), "{log}");
    for line in log.lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(line["@level"].is_string() && line["@message"].is_string(), "{line}");
        // Libraries write what they send and receive at their lower levels.
        assert_eq!(line["@module"].as_str().unwrap().split('.').next(), Some("tf_plugin"));
    }
}

#[tokio::test]
async fn a_panic_is_shown_as_core_expects_it_and_ends_only_its_call() {
    let process = Launch::new().start().await;
    let channel = process.connect(None).await.unwrap();
    assert!(call(&channel, "panic").await.is_err());
    process.logged("panic: as asked\n\nthread `").await;
    call(&channel, "connection").await.unwrap();
}

/// How to start the fixture.
struct Launch {
    command: Command,
    fixture: &'static str,
    /// For sockets: a process that is killed cannot remove its own.
    temporary: TempDir,
}

impl Launch {
    /// As Terraform does, with nothing of this machine's Terraform variables.
    fn new() -> Self {
        Self::of(env!("CARGO_BIN_EXE_tf-plugin-fixture"), Command::new(env!("CARGO_BIN_EXE_tf-plugin-fixture")))
    }

    fn of(fixture: &'static str, mut command: Command) -> Self {
        for (name, _) in std::env::vars_os() {
            let name = name.to_string_lossy();
            if name.starts_with("TF_") || name.starts_with("PLUGIN_") {
                command.env_remove(&*name);
            }
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        let temporary = tempfile::tempdir().unwrap();
        command.env("TMPDIR", temporary.path());
        Self { command, fixture, temporary }.cookie(Some(COOKIE))
    }

    /// Another program, which is given the fixture as its last argument.
    fn command(self, program: &str, arguments: &[&str]) -> Self {
        let mut command = Command::new(program);
        command.args(arguments).arg(self.fixture);
        Self::of(self.fixture, command)
    }

    fn cookie(mut self, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.command.env("TF_PLUGIN_MAGIC_COOKIE", value),
            None => self.command.env_remove("TF_PLUGIN_MAGIC_COOKIE"),
        };
        self
    }

    fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    fn arg(mut self, argument: &str) -> Self {
        self.command.arg(argument);
        self
    }

    /// Returns once the first line is there, or stdout is closed.
    async fn start(mut self) -> Process {
        let mut child = self.command.spawn().unwrap();
        let log = Arc::new(Mutex::new(Log::default()));
        let mut stderr = child.stderr.take().unwrap();
        tokio::spawn({
            let log = log.clone();
            async move {
                let mut piece = vec![0; 1 << 16];
                while let Ok(length @ 1..) = stderr.read(&mut piece).await {
                    log.lock().unwrap().text.push_str(&String::from_utf8_lossy(&piece[..length]));
                }
                log.lock().unwrap().closed = true;
            }
        });
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        within(stdout.read_line(&mut line)).await.unwrap();
        Process { child, line, stdout, log, _temporary: self.temporary }
    }
}

#[derive(Default)]
struct Log {
    text: String,
    closed: bool,
}

/// A started fixture; killed when dropped.
struct Process {
    child: Child,
    line: String,
    stdout: BufReader<ChildStdout>,
    log: Arc<Mutex<Log>>,
    _temporary: TempDir,
}

impl Process {
    /// A field of the handshake line, from 0.
    fn field(&self, index: usize) -> &str {
        self.line.trim_end().split('|').nth(index).unwrap()
    }

    async fn connect(&self, identity: Option<&Identity>) -> Result<Channel, tonic::transport::Error> {
        let tls = identity.map(|identity| identity.connector(self.field(5)));
        match self.field(2) {
            "unix" => {
                let path = self.field(3).to_owned();
                channel(move || UnixStream::connect(path.clone()), tls).await
            }
            _ => {
                let address = self.field(3).to_owned();
                channel(move || TcpStream::connect(address.clone()), tls).await
            }
        }
    }

    /// Connects anew and makes one call.
    async fn get_schema(&self, identity: Option<&Identity>) -> Result<(), Box<dyn std::error::Error>> {
        let channel = within(self.connect(identity)).await?;
        within(provider(&channel).get_schema(get_provider_schema::Request {})).await?;
        Ok(())
    }

    async fn goodbye(&self, identity: Option<&Identity>) {
        let channel = self.connect(identity).await.unwrap();
        GrpcControllerClient::new(channel).shutdown(Empty {}).await.unwrap();
    }

    fn signal(&self, signal: Signal) {
        let id = i32::try_from(self.child.id().unwrap()).unwrap();
        kill_process(Pid::from_raw(id).unwrap(), signal).unwrap();
    }

    async fn exit(&mut self) -> ExitStatus {
        within(self.child.wait()).await.unwrap()
    }

    /// Waits until `text` was written to stderr.
    async fn logged(&self, text: &str) {
        until(text, || self.log.lock().unwrap().text.contains(text)).await;
    }

    /// What was written to stderr, once it is closed.
    async fn whole_log(&self) -> String {
        until("the log is closed", || self.log.lock().unwrap().closed).await;
        self.log.lock().unwrap().text.clone()
    }
}

/// A client's certificate and key.
#[derive(Clone)]
struct Identity {
    certificate: CertificateDer<'static>,
    pem: String,
    key: Vec<u8>,
    version: &'static SupportedProtocolVersion,
}

impl Identity {
    /// As go-plugin makes them: P-521, marked as an authority.
    fn like_core() -> Self {
        use rcgen::{BasicConstraints, ExtendedKeyUsagePurpose, IsCa, KeyUsagePurpose};
        let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P521_SHA512).unwrap();
        let mut parameters = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        parameters.key_usages = vec![
            KeyUsagePurpose::DigitalSignature,
            KeyUsagePurpose::KeyEncipherment,
            KeyUsagePurpose::KeyAgreement,
            KeyUsagePurpose::KeyCertSign,
        ];
        parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth, ExtendedKeyUsagePurpose::ServerAuth];
        let certificate = parameters.self_signed(&key).unwrap();
        let encoded = base64::engine::general_purpose::STANDARD.encode(certificate.der());
        let pem = format!("-----BEGIN CERTIFICATE-----\n{encoded}\n-----END CERTIFICATE-----\n");
        Self { certificate: certificate.der().clone(), pem, key: key.serialize_der(), version: &TLS13 }
    }

    /// Trusts exactly the certificate of the handshake's sixth field.
    fn connector(&self, field: &str) -> TlsConnector {
        let server = CertificateDer::from(STANDARD_NO_PAD.decode(field).unwrap());
        let mut roots = RootCertStore::empty();
        roots.add(server).unwrap();
        let crypto = Arc::new(aws_lc_rs::default_provider());
        let key =
            crypto.key_provider.load_private_key(PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(self.key.clone())));
        let chain = tokio_rustls::rustls::sign::CertifiedKey::new(vec![self.certificate.clone()], key.unwrap());
        let mut config = ClientConfig::builder_with_provider(crypto)
            .with_protocol_versions(&[self.version])
            .unwrap()
            .with_root_certificates(roots)
            // Not checked against the certificate, so that a test can present a wrong key.
            .with_client_cert_resolver(Arc::new(tokio_rustls::rustls::sign::SingleCertAndKey::from(chain)));
        config.alpn_protocols = vec![b"h2".to_vec()];
        TlsConnector::from(Arc::new(config))
    }
}

async fn unix_channel(socket: &Path) -> Result<Channel, tonic::transport::Error> {
    let socket = socket.to_owned();
    channel(move || UnixStream::connect(socket.clone()), None).await
}

async fn channel<C, F, S>(connect: C, tls: Option<TlsConnector>) -> Result<Channel, tonic::transport::Error>
where
    C: Fn() -> F + Send + 'static,
    F: Future<Output = std::io::Result<S>> + Send + 'static,
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Send + Unpin + 'static,
{
    let connector = tower::service_fn(move |_| {
        let (connecting, tls) = (connect(), tls.clone());
        async move {
            let stream = connecting.await?;
            let stream: Box<dyn Stream> = match tls {
                None => Box::new(stream),
                Some(tls) => {
                    let stream = tls.connect(ServerName::try_from("localhost").unwrap(), stream).await?;
                    // Clients of grpc-go refuse a server that does not say so.
                    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
                    Box::new(stream)
                }
            };
            Ok::<_, std::io::Error>(TokioIo::new(stream))
        }
    });
    Endpoint::from_static("http://localhost").connect_with_connector(connector).await
}

trait Stream: tokio::io::AsyncRead + tokio::io::AsyncWrite + Send + Unpin {}

impl<T: tokio::io::AsyncRead + tokio::io::AsyncWrite + Send + Unpin> Stream for T {}

fn provider(channel: &Channel) -> ProviderClient<Channel> {
    ProviderClient::new(channel.clone())
}

/// Pulls one of the fixture's levers.
async fn call(channel: &Channel, name: &str) -> Result<String, tonic::Status> {
    let request = call_function::Request { name: name.to_owned(), arguments: vec![] };
    Ok(within(provider(channel).call_function(request)).await?.into_inner().error.unwrap().text)
}

async fn within<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(DEADLINE, future).await.expect("nothing happened before the deadline")
}

async fn until(what: &str, condition: impl Fn() -> bool) {
    let patience = async {
        while !condition() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    assert!(tokio::time::timeout(DEADLINE, patience).await.is_ok(), "waited in vain: {what}");
}
