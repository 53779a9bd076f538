//! The binary: its arguments, its errors, its end.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Stdio;
use std::time::Duration;

use aws_sigv4::http_request::SignableBody;
use rustix::process::Signal;

use crate::process::{Mediastored, OWNER, mediastored, run};
use crate::sdk;
use crate::signer::Signer;

#[track_caller]
fn fails(arguments: &[&str], code: i32, message: &str) {
    let folder = tempfile::tempdir().unwrap();
    let (found, output, errors) = run(mediastored().current_dir(folder.path()).args(arguments));
    assert_eq!((found, output.as_str()), (code, ""), "{errors}");
    assert!(errors.contains(message), "{errors:?} does not say {message:?}");
}

#[test]
fn what_cannot_be_served_is_said_in_a_sentence() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    fails(&["serve", "--listen", &address], 1, "another mediastored may be running, or choose another with --listen");
    let free = ["serve", "--listen", "127.0.0.1:0"];
    let with = |more: &[&'static str]| -> Vec<&'static str> { [&free[..], more].concat() };
    fails(&with(&["--data-dir", "/dev/null"]), 1, "mediastored: data folder `/dev/null` is a file; name a folder");
    fails(&with(&["--data-dir", "/proc/nothing"]), 1, "mediastored: data folder `/proc/nothing` cannot be created: ");
    fails(&with(&["--faults", "none.json"]), 1, "mediastored: the faults file `none.json` cannot be read: ");
    fails(&with(&["--faults", "/dev/null"]), 1, "mediastored: the faults file `/dev/null` makes no sense: EOF");
    fails(&["serve", "--listen", "0.0.0.0:0"], 1, "mediastored: `0.0.0.0:0` can be reached from other machines");
    fails(&with(&["--region", "EU"]), 2, "region `EU` must be");
    fails(&with(&["--account", "12"]), 2, "account `12` must be twelve digits");
    fails(&with(&["--state-delay", "-1s"]), 2, "");
    fails(&with(&["--state-delay", "soon"]), 2, "invalid value 'soon' for '--state-delay <DURATION>'");
    fails(&with(&["--data-endpoint", "http://x"]), 2, "must be a scheme and host with one `{id}`");
    fails(&["--log", "a=b=c", "serve"], 1, "mediastored: the log filter `a=b=c` makes no sense");
    fails(&[], 2, "Usage: mediastored");
}

#[test]
fn opening_to_other_machines_takes_a_flag_and_warns() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = mediastored();
    command.args(["serve", "--listen", "0.0.0.0:0", "--allow-remote", "--data-dir"]).arg(folder.path());
    let server = Mediastored::spawn(command.stderr(Stdio::piped()));
    assert!(server.url.starts_with("http://0.0.0.0:"), "{}", server.url);
    let errors = server.killed_errors();
    assert!(errors.contains("WARN") && errors.contains("open to other machines"), "{errors}");
}

#[test]
fn help_and_completions_come_on_standard_output() {
    let cases: &[(&[&str], &str)] = &[
        (&["--help"], "aws mediastore create-container --container-name live --endpoint-url http://127.0.0.1:8474"),
        (&["--help"], "mediastored sync out live:hls"),
        (&["serve", "--help"], "[env: MEDIASTORED_REGION=] [default: us-west-2]"),
        (&["serve", "--help"], "Limits on clients:"),
        (&["ls", "--help"], "mediastored ls -r live:hls"),
        (&["put", "--help"], "mediastored put out/*.ts live:hls/ --cache-control max-age=60"),
        (&["get", "--help"], "mediastored get live:hls/main.m3u8 -"),
        (&["sync", "--help"], "mediastored sync live:hls copy"),
        (&["purge", "--help"], "mediastored purge live --yes"),
        (&["check", "--help"], "--remove-unused"),
        (&["completions", "bash"], "_mediastored()"),
        (&["completions", "zsh"], "#compdef mediastored"),
        (&["--version"], "mediastored 0.1.0"),
    ];
    for (arguments, expected) in cases {
        let (code, output, errors) = run(mediastored().args(*arguments));
        assert_eq!((code, errors.as_str()), (0, ""), "{arguments:?}");
        assert!(output.contains(expected), "{arguments:?}: {output}");
    }
}

#[tokio::test]
async fn settings_reach_the_answers() {
    let folder = tempfile::tempdir().unwrap();
    let server = Mediastored::serve(
        folder.path(),
        &["--region", "eu-west-1", "--account", "123456789012", "--state-delay", "1h", "--aws-quotas"],
    );
    let client = sdk::client(&server.url, "eu-west-1");
    let created = client.create_container().container_name("live").send().await.unwrap();
    let arn = created.container.unwrap().arn.unwrap();
    assert_eq!(arn, "arn:aws:mediastore:eu-west-1:123456789012:container/live");
    let described = client.describe_container().container_name("live").send().await.unwrap();
    assert_eq!(described.container.unwrap().status.unwrap().as_str(), "CREATING");
}

#[tokio::test]
async fn endpoints_name_the_port_that_is_served() {
    let folder = tempfile::tempdir().unwrap();
    let endpoint = async |server: &Mediastored| {
        let client = sdk::client(&server.url, "us-west-2");
        let described = client.describe_container().container_name("live").send().await.unwrap();
        described.container.unwrap().endpoint.unwrap()
    };
    let server = Mediastored::serve(folder.path(), &[]);
    sdk::client(&server.url, "us-west-2").create_container().container_name("live").send().await.unwrap();
    let first = endpoint(&server).await;
    let port = server.url.rsplit(':').next().unwrap();
    assert!(first.ends_with(&format!(".data.localhost:{port}")), "{first}");
    server.kill();
    let server = Mediastored::serve(folder.path(), &["--data-endpoint", "https://{id}.media.example.com"]);
    let label = first.strip_prefix("http://").and_then(|rest| rest.split('.').next()).unwrap();
    assert_eq!(endpoint(&server).await, format!("https://{label}.media.example.com"));
}

/// Half a request, then a signal, then the other half: the answer still comes, and the exit is clean.
#[track_caller]
fn drains_on(signal: Signal) {
    let folder = tempfile::tempdir().unwrap();
    let server = Mediastored::serve(folder.path(), &[]);
    let address = server.url.strip_prefix("http://").unwrap().to_owned();
    let mut stream = TcpStream::connect(&address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let body = r#"{"ContainerName":"live"}"#;
    let mut request = http::Request::post("http://x/")
        .header("x-amz-target", "MediaStore_20170901.CreateContainer")
        .body(())
        .unwrap();
    Signer::new(OWNER[0], OWNER[1], "us-west-2").sign(&mut request, SignableBody::Bytes(body.as_bytes()));
    write!(stream, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\nExpect: 100-continue\r\n", body.len()).unwrap();
    for (name, value) in request.headers() {
        write!(stream, "{name}: {}\r\n", value.to_str().unwrap()).unwrap();
    }
    write!(stream, "\r\n").unwrap();
    // The server asks for the body: the request is in flight.
    let mut go_on = [0; 25];
    stream.read_exact(&mut go_on).unwrap();
    assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");
    server.signal(signal);
    // The listener closes at once, so nobody else gets in.
    while TcpStream::connect(&address).is_ok() {
        std::thread::yield_now();
    }
    stream.write_all(body.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(server.wait().success());
    let left = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let left: std::collections::BTreeSet<_> = left.collect();
    let expected =
        [mediastore_service::OWNER_KEY_FILE, mediastore_service::LOG_FOLDER, mediastore_service::DATABASE_FILE];
    assert!(left.iter().eq(expected), "the database is closed in order: {left:?}");
}

#[test]
fn sigterm_lets_requests_in_flight_finish() {
    drains_on(Signal::TERM);
}

#[test]
fn sigint_lets_requests_in_flight_finish() {
    drains_on(Signal::INT);
}

#[test]
fn nonsense_on_the_socket_harms_nobody_else() {
    let folder = tempfile::tempdir().unwrap();
    let server = Mediastored::serve(folder.path(), &[]);
    let address = server.url.strip_prefix("http://").unwrap();
    let head_of = |length: usize| format!("POST / HTTP/1.1\r\nHost: x\r\nX-Long: {}\r\n\r\n", "a".repeat(length));
    for (bytes, answer) in [
        ("\u{16}\u{3}\u{1}\u{2}\r\n\r\n".to_owned(), "HTTP/1.1 400 "),
        ("GET / HTTP/9.9\r\n\r\n".to_owned(), "HTTP/1.1 400 "),
        (head_of(300_000), "HTTP/1.1 431 "),
        ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n".to_owned(), "HTTP/1.1 400 "),
        ("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".to_owned(), "HTTP/1.1 404 "),
    ] {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        // The server may answer and close before all is written.
        let _ = stream.write_all(bytes.as_bytes());
        let mut start = [0; 13];
        stream.read_exact(&mut start).unwrap();
        assert_eq!(String::from_utf8_lossy(&start), answer, "{bytes:.80}");
    }
}

#[tokio::test]
async fn a_faults_file_is_shown_to_callers() {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("faults.json");
    std::fs::write(
        &script,
        r#"[
            {"operation": "ListContainers", "times": 2, "answer": {"code": "InternalServerError", "status": 503}},
            {"operation": "ListContainers", "drop": "before"},
            {"operation": "ListContainers", "answer": {"code": "ThrottlingException", "status": 400, "message": "slow down"}}
        ]"#,
    )
    .unwrap();
    let server = Mediastored::serve(&folder.path().join("data"), &["--faults", script.to_str().unwrap()]);
    let once = sdk::client_trying(&server.url, "us-west-2", 1);
    let error = once.list_containers().send().await.unwrap_err();
    assert_eq!(error.raw_response().unwrap().status().as_u16(), 503);
    assert!(error.into_service_error().is_internal_server_error());
    // The SDK retries a 503, a lost connection and a throttled call by itself.
    let patient = sdk::client_trying(&server.url, "us-west-2", 4);
    assert_eq!(patient.list_containers().send().await.unwrap().containers().len(), 0);
}
