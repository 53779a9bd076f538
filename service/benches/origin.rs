//! How fast players are served and encoders are taken in, beside nginx on the same machine: static files, and PUT as WebDAV has it.
//!
//! `cargo bench -p mediastore-service --bench origin`. Needs `nginx` on PATH, or in /usr/sbin. Prints Markdown rows and judges nothing. Every round
//! asks the one and then the other with the same client, so that both meet the same noise; medians over the rounds are shown.
//!
//! Both sides are asked for the same bytes, but they do not promise the same: here a PUT is signed, checked, and synced to the disk before it is
//! acknowledged; nginx takes it from anybody and leaves it to the system when it is written.

// A bench that cannot go on has nothing to measure.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, missing_docs)]

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use aws_credential_types::Credentials;
use aws_sdk_mediastore as control;
use aws_sigv4::http_request::SignableBody;
use rustix::process::{Pid, Signal, kill_process};

#[path = "../tests/it/signer.rs"]
mod signer;

use signer::Signer;

const SIZES: [(&str, usize); 2] = [("1 MiB", 1024 * 1024), ("2 KiB", 2048)];
const ROUNDS: usize = 5;
const ROUND: Duration = Duration::from_secs(2);
const CONNECTIONS: [usize; 3] = [1, 8, 64];

/// Objects that each connection puts in turn. It is small, so that a fast disk is not filled.
const PATHS: usize = 8;
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

fn nginx(folder: &Path) -> Server {
    let root = folder.join("root/data/live");
    fs::create_dir_all(&root).unwrap();
    // The workers of an nginx that root starts are nobody, who has to write here.
    fs::set_permissions(&root, fs::Permissions::from_mode(0o777)).unwrap();
    // A port that was free a moment ago.
    let address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let at = folder.display();
    let conf = format!(
        "daemon off; pid {at}/pid; error_log {at}/error.log; worker_processes auto; events {{ worker_connections 1024; }}\n\
         http {{ access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000000; default_type video/mp2t;\n\
         client_body_temp_path {at}/t1; proxy_temp_path {at}/t2; fastcgi_temp_path {at}/t3; uwsgi_temp_path {at}/t4; scgi_temp_path {at}/t5;\n\
         client_max_body_size 32m;\n\
         server {{ listen {address}; root {at}/root; location / {{ dav_methods PUT; create_full_put_path on; }} }} }}\n"
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

/// What is asked of a server.
#[derive(Clone, Copy)]
enum Ask<'a> {
    /// An object, by anybody.
    Get(usize),
    /// Puts objects of this size, by whoever these targets let in: one list for each connection.
    Put(usize, &'a [Vec<String>]),
}

/// One connection that stays, and what it is reading.
struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    fn to(address: &str) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream, buffer: vec![0; 256 * 1024] }
    }

    /// Sends a request and reads its answer; gives the length of the answer's body.
    fn send(&mut self, head: &str, body: &[u8]) -> usize {
        self.stream.write_all(head.as_bytes()).unwrap();
        self.stream.write_all(body).unwrap();
        let mut filled = 0;
        let end = loop {
            let read = self.stream.read(&mut self.buffer[filled..]).unwrap();
            assert!(read > 0, "the connection was closed");
            filled += read;
            if let Some(end) = self.buffer[..filled].windows(4).position(|window| window == b"\r\n\r\n") {
                break end + 4;
            }
        };
        let answer = std::str::from_utf8(&self.buffer[..end]).unwrap();
        assert!(answer.starts_with("HTTP/1.1 20"), "{head}{answer}");
        let answer = answer.to_ascii_lowercase();
        let length =
            answer.split("content-length: ").nth(1).map_or(0, |rest| rest.lines().next().unwrap().parse().unwrap());
        let mut left = length - (filled - end);
        while left > 0 {
            let most = left.min(self.buffer.len());
            let read = self.stream.read(&mut self.buffer[..most]).unwrap();
            assert!(read > 0, "the connection was closed");
            left -= read;
        }
        length
    }
}

/// Answers per second with so many connections, and the time of the slowest but one in a hundred, in milliseconds.
fn round(address: &str, connections: usize, ask: Ask<'_>) -> (f64, f64) {
    let stop = AtomicBool::new(false);
    let start = Instant::now();
    let work = |connection: usize| {
        let mut server = Connection::to(address);
        let mut times = Vec::new();
        let mut body = vec![7; if let Ask::Put(size, _) = ask { size } else { 0 }];
        for index in 0.. {
            if stop.load(Ordering::Relaxed) {
                break;
            }
            let before;
            match ask {
                Ask::Get(size) => {
                    before = Instant::now();
                    let got = server.send(&format!("GET /data/live/{size} HTTP/1.1\r\nHost: {address}\r\n\r\n"), &[]);
                    assert_eq!(got, size);
                }
                Ask::Put(size, targets) => {
                    // No two are the same: objects of the same bytes share a file.
                    let mark = format!("{connection:08}{index:08}{:016}", start.elapsed().as_nanos());
                    body[..32].copy_from_slice(mark.as_bytes());
                    let target = &targets[connection][index % PATHS];
                    let head = format!("PUT {target} HTTP/1.1\r\nHost: {address}\r\nContent-Length: {size}\r\n\r\n");
                    before = Instant::now();
                    server.send(&head, &body);
                }
            }
            times.push(before.elapsed().as_secs_f64() * 1000.0);
        }
        times
    };
    let mut times: Vec<f64> = thread::scope(|scope| {
        let workers: Vec<_> = (0..connections).map(|connection| scope.spawn(move || work(connection))).collect();
        thread::sleep(ROUND);
        stop.store(true, Ordering::Relaxed);
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    let rate = times.len() as f64 / start.elapsed().as_secs_f64();
    times.sort_by(f64::total_cmp);
    (rate, times[times.len() * 99 / 100])
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Makes a container that everybody may read.
async fn prepare(address: &str) {
    let config = aws_config::SdkConfig::builder()
        .behavior_version(aws_config::BehaviorVersion::latest())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .region(aws_config::Region::new("us-west-2"))
        .credentials_provider(aws_credential_types::provider::SharedCredentialsProvider::new(Credentials::from_keys(
            KEY[0], KEY[1], None,
        )))
        .endpoint_url(format!("http://{address}"))
        .build();
    let control = control::Client::new(&config);
    control.create_container().container_name("live").send().await.unwrap();
    let policy = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"mediastore:GetObject",
        "Resource":"arn:aws:mediastore:us-west-2:000000000000:container/live/*"}]}"#;
    control.put_container_policy().container_name("live").policy(policy).send().await.unwrap();
}

/// The target of a PUT with its signature.
fn signed(address: &str, path: &str) -> String {
    let mut request = http::Request::put(format!("http://{address}{path}")).body(()).unwrap();
    let signer = Signer { expires: Some(Duration::from_secs(3600)), ..Signer::new(KEY[0], KEY[1], "us-west-2") };
    signer.sign(&mut request, SignableBody::UnsignedPayload);
    request.uri().path_and_query().unwrap().to_string()
}

/// What every connection puts, each with a list of its own.
fn targets(target: impl Fn(&str) -> String) -> Vec<Vec<String>> {
    let most = CONNECTIONS.into_iter().max().unwrap();
    let of = |connection: usize| (0..PATHS).map(|n| target(&format!("/data/live/put/{connection}-{n}"))).collect();
    (0..most).map(of).collect()
}

fn main() {
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let ours = mediastored(&folder.path().join("mediastored"));
    let theirs = nginx(folder.path());
    tokio::runtime::Runtime::new().unwrap().block_on(prepare(&ours.address));
    for (_, size) in SIZES {
        let body: Vec<u8> = (0..size).map(|index| (index % 251) as u8).collect();
        let path = format!("/data/live/{size}");
        for (address, target) in [(&ours.address, signed(&ours.address, &path)), (&theirs.address, path)] {
            let head = format!("PUT {target} HTTP/1.1\r\nHost: {address}\r\nContent-Length: {size}\r\n\r\n");
            Connection::to(address).send(&head, &body);
        }
    }
    let (our_targets, their_targets) = (targets(|path| signed(&ours.address, path)), targets(str::to_owned));
    println!(
        "| what | mediastored | nginx | ratio | p99 mediastored | p99 nginx |\n| --- | --- | --- | --- | --- | --- |"
    );
    for (name, size) in SIZES {
        for (what, our_ask, their_ask) in [
            ("GET", Ask::Get(size), Ask::Get(size)),
            ("PUT", Ask::Put(size, &our_targets), Ask::Put(size, &their_targets)),
        ] {
            for connections in CONNECTIONS {
                let rounds: Vec<_> = (0..ROUNDS)
                    .map(|_| {
                        let ours = round(&ours.address, connections, our_ask);
                        (ours, round(&theirs.address, connections, their_ask))
                    })
                    .collect();
                let [our, our_slow] = [median(rounds.iter().map(|r| r.0.0)), median(rounds.iter().map(|r| r.0.1))];
                let [their, their_slow] = [median(rounds.iter().map(|r| r.1.0)), median(rounds.iter().map(|r| r.1.1))];
                let ratio = median(rounds.iter().map(|r| r.0.0 / r.1.0));
                println!(
                    "| {what} of {name}, {connections} connections | {our:.0}/s | {their:.0}/s | {ratio:.2} | {our_slow:.1} ms | \
                     {their_slow:.1} ms |"
                );
            }
        }
    }
}
