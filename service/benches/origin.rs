//! How fast players are served, beside nginx with the same file on the same machine; and how fast objects are taken in.
//!
//! `cargo bench -p mediastore-service --bench origin`. Needs `nginx` on PATH, or in /usr/sbin. Prints Markdown rows and judges nothing. Every round
//! asks the one and then the other, so that both meet the same noise; medians over the rounds are shown.

// A bench that cannot go on has nothing to measure.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, missing_docs)]

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use aws_credential_types::Credentials;
use aws_sdk_mediastore as control;
use aws_sdk_mediastoredata as data;
use rustix::process::{Pid, Signal, kill_process};

const SEGMENT: usize = 1024 * 1024;
const ROUNDS: usize = 7;
const ROUND: Duration = Duration::from_secs(3);
const CONNECTIONS: [usize; 3] = [1, 8, 64];
const KEY: [&str; 2] = ["bench", "bench-secret"];

/// A process that is gone with its handle.
struct Server {
    child: Child,
    address: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        // Asked and not killed: nginx takes its workers along only then.
        let _ = kill_process(Pid::from_child(&self.child), Signal::TERM);
        let _ = self.child.wait();
    }
}

fn mediastored(folder: &Path) -> Server {
    fs::create_dir_all(folder).unwrap();
    let key = folder.join(mediastore_service::OWNER_KEY_FILE);
    fs::write(&key, format!("[default]\naws_access_key_id = {}\naws_secret_access_key = {}\n", KEY[0], KEY[1]))
        .unwrap();
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_mediastored"));
    command.args(["serve", "--listen", "127.0.0.1:0", "--data-dir"]).arg(folder).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let rest = line.strip_prefix("mediastored is ready at http://").unwrap();
    let address = rest.split(',').next().unwrap().to_owned();
    Server { child, address }
}

fn nginx(folder: &Path, body: &[u8]) -> Server {
    let root = folder.join("root/data/live");
    fs::create_dir_all(&root).unwrap();
    fs::write(root.join("segment.ts"), body).unwrap();
    // A port that was free a moment ago.
    let address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let at = folder.display();
    let conf = format!(
        "daemon off; pid {at}/pid; error_log {at}/error.log; worker_processes auto; events {{ worker_connections 1024; }}\n\
         http {{ access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000000; default_type video/mp2t;\n\
         client_body_temp_path {at}/t1; proxy_temp_path {at}/t2; fastcgi_temp_path {at}/t3; uwsgi_temp_path {at}/t4; scgi_temp_path {at}/t5;\n\
         server {{ listen {address}; root {at}/root; }} }}\n"
    );
    fs::write(folder.join("nginx.conf"), conf).unwrap();
    let program = ["nginx", "/usr/sbin/nginx"].into_iter().find(|name| Command::new(name).arg("-v").output().is_ok());
    let program = program.expect("this bench needs nginx");
    let child = Command::new(program).arg("-c").arg(folder.join("nginx.conf")).arg("-p").arg(folder).spawn().unwrap();
    let server = Server { child, address };
    while TcpStream::connect(&server.address).is_err() {
        thread::sleep(Duration::from_millis(10));
    }
    server
}

/// One GET on a connection that stays; checks length and status.
fn get(stream: &mut TcpStream, buffer: &mut [u8]) {
    stream.write_all(b"GET /data/live/segment.ts HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    let mut filled = 0;
    let head = loop {
        let read = stream.read(&mut buffer[filled..]).unwrap();
        assert!(read > 0, "the connection was closed");
        filled += read;
        if let Some(head) = buffer[..filled].windows(4).position(|window| window == b"\r\n\r\n") {
            break head + 4;
        }
    };
    assert!(buffer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&buffer[..head]));
    let mut left = SEGMENT - (filled - head);
    while left > 0 {
        let most = left.min(buffer.len());
        left -= stream.read(&mut buffer[..most]).unwrap();
    }
}

/// GETs per second with so many connections.
fn gets(address: &str, connections: usize) -> f64 {
    let (stop, done) = (AtomicBool::new(false), AtomicU64::new(0));
    let start = Instant::now();
    thread::scope(|scope| {
        for _ in 0..connections {
            scope.spawn(|| {
                let mut stream = TcpStream::connect(address).unwrap();
                let mut buffer = vec![0; 256 * 1024];
                while !stop.load(Ordering::Relaxed) {
                    get(&mut stream, &mut buffer);
                    done.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        thread::sleep(ROUND);
        stop.store(true, Ordering::Relaxed);
    });
    done.load(Ordering::Relaxed) as f64 / start.elapsed().as_secs_f64()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

async fn prepare(address: &str, body: Vec<u8>) -> data::Client {
    let url = format!("http://{address}");
    let config = aws_config::SdkConfig::builder()
        .behavior_version(aws_config::BehaviorVersion::latest())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .region(aws_config::Region::new("us-west-2"))
        .credentials_provider(aws_credential_types::provider::SharedCredentialsProvider::new(Credentials::from_keys(
            KEY[0], KEY[1], None,
        )))
        .endpoint_url(&url)
        .build();
    let control = control::Client::new(&config);
    control.create_container().container_name("live").send().await.unwrap();
    let policy = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"mediastore:GetObject",
        "Resource":"arn:aws:mediastore:us-west-2:000000000000:container/live/*"}]}"#;
    control.put_container_policy().container_name("live").policy(policy).send().await.unwrap();
    let endpoint = format!("{url}/data/live");
    let client = data::Client::from_conf(data::config::Builder::from(&config).endpoint_url(endpoint).build());
    client.put_object().path("segment.ts").content_type("video/mp2t").body(body.into()).send().await.unwrap();
    client
}

/// PUTs per second and their times in milliseconds, median and 99 in 100, with so many at once. Each is synced before it is acknowledged.
async fn puts(client: &data::Client, at_once: usize, bytes: usize) -> (f64, f64, f64) {
    let start = Instant::now();
    let mut workers = tokio::task::JoinSet::new();
    for worker in 0..at_once {
        let client = client.clone();
        workers.spawn(async move {
            let mut times = Vec::new();
            for index in 0.. {
                if start.elapsed() > ROUND {
                    break;
                }
                let mut body = vec![7; bytes];
                body[..16].copy_from_slice(format!("{worker:08}{index:08}").as_bytes());
                let before = Instant::now();
                let path = format!("put/{worker}/{}", index % 100);
                client.put_object().path(path).body(body.into()).send().await.unwrap();
                times.push(before.elapsed().as_secs_f64() * 1000.0);
            }
            times
        });
    }
    let mut times: Vec<f64> = workers.join_all().await.into_iter().flatten().collect();
    times.sort_by(f64::total_cmp);
    (times.len() as f64 / start.elapsed().as_secs_f64(), times[times.len() / 2], times[times.len() * 99 / 100])
}

fn main() {
    let folder = tempfile::tempdir().unwrap();
    // The workers of an nginx that root starts are nobody, who has to get at the file.
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let body: Vec<u8> = (0..SEGMENT).map(|index| (index % 251) as u8).collect();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let ours = mediastored(&folder.path().join("mediastored"));
    let theirs = nginx(folder.path(), &body);
    let client = runtime.block_on(prepare(&ours.address, body));
    println!("| what | mediastored | nginx | ratio |\n| --- | --- | --- | --- |");
    for connections in CONNECTIONS {
        let rounds: Vec<(f64, f64)> =
            (0..ROUNDS).map(|_| (gets(&ours.address, connections), gets(&theirs.address, connections))).collect();
        let [our, their, ratio] = [
            median(rounds.iter().map(|round| round.0).collect()),
            median(rounds.iter().map(|round| round.1).collect()),
            median(rounds.iter().map(|round| round.0 / round.1).collect()),
        ];
        println!("| GET of 1 MiB, {connections} connections | {our:.0}/s | {their:.0}/s | {ratio:.2} |");
    }
    for at_once in [1, 10, 50] {
        let (rate, median, slow) = runtime.block_on(puts(&client, at_once, 100_000));
        println!("| PUT of 100 kB, {at_once} at once | {rate:.0}/s, median {median:.1} ms, p99 {slow:.1} ms | - | - |");
    }
}
