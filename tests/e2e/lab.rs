//! The hands-on lab, with the tools that people use: the AWS CLI makes a container, its policies and its objects, ffmpeg makes the
//! stream, and hls.js plays it in Chromium, from another origin: where the CORS policy allows it, and not where it does not.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use e2e::process::DEADLINE;
use e2e::website::Website;
use e2e::{Mediastored, tools};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::BUILT;

/// The AWS CLI as the owner of a data folder, by the file that `mediastored serve` names.
struct Aws {
    program: PathBuf,
    url: String,
    data_dir: PathBuf,
    home: TempDir,
}

impl Aws {
    /// One command; gives its JSON, or null if it prints nothing.
    #[track_caller]
    fn run(&self, service: &str, arguments: &[&str]) -> Value {
        let url = match service {
            // Names below `localhost` are not known to every system's resolver, so the container is in the path.
            "mediastore-data" => format!("{}/data/live", self.url),
            _ => self.url.clone(),
        };
        let mut command = Command::new(&self.program);
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.home.path())
            .env("AWS_SHARED_CREDENTIALS_FILE", self.data_dir.join(mediastore_service::OWNER_KEY_FILE))
            .env("AWS_DEFAULT_REGION", "us-west-2")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .args(["--output", "json", "--endpoint-url", &url, service])
            .args(arguments);
        let output = command.stdin(Stdio::null()).output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{command:?}: {said}{}", String::from_utf8_lossy(&output.stderr));
        if said.trim().is_empty() { Value::Null } else { serde_json::from_str(&said).unwrap() }
    }
}

/// Six seconds of a test picture and a tone: a playlist and its segments.
fn stream(folder: &Path) {
    let ffmpeg = tools::debian(Path::new(BUILT.scratch), "ffmpeg", "ffmpeg");
    let mut command = Command::new(ffmpeg);
    command.current_dir(folder).args(["-hide_banner", "-loglevel", "error"]);
    command.args(["-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25", "-f", "lavfi", "-i", "sine=frequency=440"]);
    command.args([
        "-t",
        "6",
        "-c:v",
        "libx264",
        "-preset",
        "ultrafast",
        "-pix_fmt",
        "yuv420p",
        "-g",
        "50",
        "-c:a",
        "aac",
    ]);
    command.args([
        "-f",
        "hls",
        "-hls_time",
        "2",
        "-hls_list_size",
        "0",
        "-hls_segment_filename",
        "segment%03d.ts",
        "index.m3u8",
    ]);
    let output = command.stdin(Stdio::null()).output().unwrap();
    assert!(output.status.success(), "{output:?}");
}

/// A page that plays a stream and posts what came of it.
const PAGE: &str = r#"<!doctype html><title>player</title><video id="video" muted width="320" height="180"></video>
<script src="/hls.js"></script>
<script>
  const video = document.getElementById("video");
  let said = false;
  const say = (what) => { if (!said) { said = true; fetch("/said", { method: "POST", body: JSON.stringify(what) }); } };
  window.addEventListener("error", (event) => say({ broken: String(event.message) }));
  const hls = new Hls();
  hls.on(Hls.Events.ERROR, (_, data) => { if (data.fatal) say({ error: data.details, status: data.response ? data.response.code : null }); });
  video.addEventListener("timeupdate", () => {
    if (video.currentTime > 1) say({ played: video.currentTime, width: video.videoWidth, height: video.videoHeight });
  });
  hls.loadSource("STREAM");
  hls.attachMedia(video);
  hls.on(Hls.Events.MANIFEST_PARSED, () => video.play());
</script>"#;

/// A browser of its own, gone with its handle.
struct Browser {
    child: Child,
    _profile: TempDir,
}

impl Browser {
    fn open(page: &str) -> Self {
        let chromium = tools::debian(Path::new(BUILT.scratch), "chromium", "chromium");
        let profile = tempfile::tempdir().unwrap();
        let child = Command::new(chromium)
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"])
            .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
            .args(["--autoplay-policy=no-user-gesture-required", "--remote-debugging-port=0"])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg(page)
            .env("HOME", profile.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Self { child, _profile: profile }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // What it started ends with it, and lets go of the profile.
        let family = e2e::process::Descendants::of(self.child.id());
        let _ = self.child.kill();
        let _ = self.child.wait();
        family.alive().kill();
    }
}

/// Opens the player on a website of its own and waits for what it says.
fn play(stream: &str) -> Value {
    let site = site(stream);
    watch(&site)
}

fn site(stream: &str) -> Website {
    let page = PAGE.replace("STREAM", stream).into_bytes();
    let player = tools::hls_js(Path::new(BUILT.scratch));
    Website::serve(HashMap::from([("/", ("text/html", page)), ("/hls.js", ("text/javascript", player))]))
}

fn watch(site: &Website) -> Value {
    let _browser = Browser::open(&format!("{}/", site.origin()));
    site.posted(DEADLINE).expect("the player says what came of it")
}

#[test]
fn a_stream_is_made_kept_played_and_deleted() {
    let folder = tempfile::tempdir().unwrap();
    let data_dir = folder.path().join("data");
    let service = Mediastored::serve(BUILT.mediastored, &data_dir, &[]);
    let aws = Aws {
        program: tools::aws_cli(Path::new(BUILT.scratch)),
        url: service.url(),
        data_dir,
        home: tempfile::tempdir().unwrap(),
    };
    let control = |arguments: &[&str]| aws.run("mediastore", arguments);
    let objects = |arguments: &[&str]| aws.run("mediastore-data", arguments);

    let created = control(&["create-container", "--container-name", "live", "--tags", "Key=env,Value=lab"]);
    assert_eq!(created["Container"]["Status"], "CREATING");
    let described = control(&["describe-container", "--container-name", "live"]);
    assert_eq!(described["Container"]["Status"], "ACTIVE");
    let (endpoint, arn) = (&described["Container"]["Endpoint"], described["Container"]["ARN"].as_str().unwrap());
    let endpoint = endpoint.as_str().unwrap();
    assert_eq!(control(&["list-containers"])["Containers"].as_array().unwrap().len(), 1);

    // Anybody may read, over HTTP too: a laptop has no certificate.
    let policy = json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Sid": "PublicReadOverHttpOrHttps",
            "Effect": "Allow",
            "Principal": "*",
            "Action": ["mediastore:GetObject", "mediastore:DescribeObject"],
            "Resource": format!("{arn}/*"),
            "Condition": { "Bool": { "aws:SecureTransport": ["true", "false"] } },
        }],
    });
    control(&["put-container-policy", "--container-name", "live", "--policy", &policy.to_string()]);
    let found = control(&["get-container-policy", "--container-name", "live"]);
    assert_eq!(serde_json::from_str::<Value>(found["Policy"].as_str().unwrap()).unwrap(), policy);

    let work = tempfile::tempdir().unwrap();
    stream(work.path());
    let mut files: Vec<_> = fs::read_dir(work.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(files.len() >= 4, "a playlist and three segments: {files:?}");
    let name = |file: &Path| file.file_name().unwrap().to_str().unwrap().to_owned();
    for file in &files {
        let kind = if name(file).ends_with(".m3u8") { "application/vnd.apple.mpegurl" } else { "video/mp2t" };
        let path = format!("show/{}", name(file));
        let put = objects(&["put-object", "--path", &path, "--body", file.to_str().unwrap(), "--content-type", kind]);
        assert_eq!(put["ContentSHA256"].as_str().map(str::len), Some(64));
    }
    let listed = objects(&["list-items", "--path", "show"]);
    let names: Vec<_> =
        listed["Items"].as_array().unwrap().iter().map(|item| item["Name"].as_str().unwrap().to_owned()).collect();
    assert_eq!(names, files.iter().map(|file| name(file)).collect::<Vec<_>>());
    let copy = work.path().join("copy");
    let got = objects(&["get-object", "--path", "show/index.m3u8", copy.to_str().unwrap()]);
    assert_eq!(got["ContentType"], "application/vnd.apple.mpegurl");
    assert_eq!(fs::read(&copy).unwrap(), fs::read(work.path().join("index.m3u8")).unwrap());

    // The container's own host, which browsers know to be this machine.
    let playlist = format!("{endpoint}/show/index.m3u8");
    let blocked = play(&playlist);
    assert_eq!(
        blocked,
        json!({ "error": "manifestLoadError", "status": 0 }),
        "without a CORS policy the browser blocks it"
    );

    let rule = |origin: &str| json!([{ "AllowedOrigins": [origin], "AllowedMethods": ["GET", "HEAD"], "AllowedHeaders": ["*"], "MaxAgeSeconds": 3000 }]);
    let site = site(&playlist);
    control(&["put-cors-policy", "--container-name", "live", "--cors-policy", &rule(&site.origin()).to_string()]);
    let played = watch(&site);
    assert!(played["played"].as_f64() > Some(1.0), "{played}");
    assert_eq!((&played["width"], &played["height"]), (&json!(320), &json!(180)));

    control(&[
        "put-cors-policy",
        "--container-name",
        "live",
        "--cors-policy",
        &rule("https://other.example.com").to_string(),
    ]);
    assert_eq!(
        watch(&site),
        json!({ "error": "manifestLoadError", "status": 0 }),
        "another origin is allowed, not this one"
    );

    for name in names {
        objects(&["delete-object", "--path", &format!("show/{name}")]);
    }
    assert_eq!(objects(&["list-items"])["Items"], json!([]));
    control(&["delete-container", "--container-name", "live"]);
    assert_eq!(control(&["list-containers"])["Containers"], json!([]));
}
