//! What a crash, a full or failing disk, and a second process must not do to objects. With the real binary.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use aws_sdk_mediastoredata::Client;
use aws_sdk_mediastoredata::error::ProvideErrorMetadata;
use mediastore_service::check;
use tempfile::TempDir;
use tokio::sync::Notify;
use tokio::task::JoinSet;

use crate::process::{Mediastored, keep_owner_key, mediastored, run};
use crate::{sdk, sdk_data};

/// A client of the container `live` of a server.
fn client(server: &Mediastored) -> Client {
    sdk_data::over_a_socket(&format!("{}/data/live", server.url))
}

async fn create(server: &Mediastored) -> Client {
    sdk::client(&server.url, "us-west-2").create_container().container_name("live").send().await.unwrap();
    client(server)
}

async fn put(client: &Client, path: &str, body: Vec<u8>) -> Result<(), String> {
    let put = client.put_object().path(path).body(body.into()).send().await;
    put.map(drop).map_err(|error| error.code().unwrap_or("no answer").to_owned())
}

/// The bytes at a path, or the code of the refusal.
async fn get(client: &Client, path: &str) -> Result<Vec<u8>, String> {
    match client.get_object().path(path).send().await {
        Ok(got) => got.body.collect().await.map(|body| body.to_vec()).map_err(|error| error.to_string()),
        Err(error) => Err(error.code().unwrap_or("no answer").to_owned()),
    }
}

/// The bytes of a version of an object: no two are the same, and their lengths are of all sorts.
fn bytes(path: &str, version: u32) -> Vec<u8> {
    let start = format!("{path} {version} ");
    let length = start.len() + (version as usize * 7919 + path.len() * 104_729) % 200_000;
    start.bytes().cycle().take(length).collect()
}

/// What may be at a path: the last version that was acknowledged, and those that were asked for since.
#[derive(Debug, Clone, Default)]
struct Expected {
    acknowledged: Option<u32>,
    asked_for: Vec<Option<u32>>,
}

type Ledger = BTreeMap<String, Expected>;

/// Puts and deletes objects at the paths of one worker until a call fails; a version is a number never used before.
async fn work(client: Client, mut ledger: Ledger, version: Arc<AtomicU32>, acknowledged: Arc<Notify>) -> Ledger {
    let paths: Vec<String> = ledger.keys().cloned().collect();
    for path in paths.iter().cycle() {
        let entry = ledger.get_mut(path).unwrap();
        let next = version.fetch_add(1, Ordering::Relaxed);
        let wanted = (!next.is_multiple_of(5) || entry.acknowledged.is_none()).then_some(next);
        entry.asked_for.push(wanted);
        let done = match wanted {
            Some(version) => put(&client, path, bytes(path, version)).await.is_ok(),
            None => client.delete_object().path(path).send().await.is_ok(),
        };
        if !done {
            break;
        }
        *entry = Expected { acknowledged: wanted, asked_for: Vec::new() };
        acknowledged.notify_one();
    }
    ledger
}

/// Checks every path, and takes what is there for acknowledged.
async fn verify(client: &Client, ledger: &mut Ledger, round: usize) {
    for (path, entry) in ledger {
        let found = get(client, path).await;
        let candidates = std::iter::once(entry.acknowledged).chain(entry.asked_for.iter().copied());
        let there = candidates.into_iter().find(|version| match version {
            Some(version) => found.as_ref().is_ok_and(|found| *found == bytes(path, *version)),
            None => found.as_ref().is_err_and(|code| code == "ObjectNotFoundException"),
        });
        let shown = found.as_ref().map(Vec::len);
        let there = there.unwrap_or_else(|| panic!("round {round}: {path} is {shown:?}, and may be {entry:?}"));
        *entry = Expected { acknowledged: there, asked_for: Vec::new() };
    }
}

#[track_caller]
fn is_in_order(folder: &Path, round: usize) {
    let report = check(folder, false, &mut |_, _| {}).unwrap();
    assert!(report.is_sound(), "round {round}: {report:?}");
    assert_eq!(report.unused, 0, "round {round}: {report:?}");
}

/// Fifty crashes in the midst of puts, replacements and deletions, each of small and large bodies.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_crash_takes_an_acknowledged_object_or_leaves_an_orphan() {
    const WORKERS: usize = 8;
    let folder = tempfile::tempdir().unwrap();
    let version = Arc::new(AtomicU32::new(1));
    let mut ledgers: Vec<Ledger> = (0..WORKERS)
        .map(|worker| (0..4).map(|path| (format!("w{worker}/{path}"), Expected::default())).collect())
        .collect();
    let mut server = Mediastored::serve(folder.path(), &[]);
    create(&server).await;
    for round in 0..50 {
        let acknowledged = Arc::new(Notify::new());
        let mut workers = JoinSet::new();
        for ledger in std::mem::take(&mut ledgers) {
            workers.spawn(work(client(&server), ledger, Arc::clone(&version), Arc::clone(&acknowledged)));
        }
        for _ in 0..3 + round % 11 {
            acknowledged.notified().await;
        }
        server.kill();
        ledgers = workers.join_all().await;

        server = Mediastored::serve(folder.path(), &[]);
        let client = client(&server);
        for ledger in &mut ledgers {
            verify(&client, ledger, round).await;
        }
        is_in_order(folder.path(), round);
        let uploads = fs::read_dir(folder.path().join("uploads")).unwrap();
        let left: Vec<_> = uploads.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect();
        assert_eq!(left, [""; 0].map(PathBuf::from), "round {round}");
    }
    assert!(version.load(Ordering::Relaxed) > 500, "the rounds did some work");
}

/// A second process opens the folder, and recovers, again and again while the first is in the midst of uploads.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_recovery_takes_what_another_process_is_writing() {
    let folder = tempfile::tempdir().unwrap();
    let server = Mediastored::serve(folder.path(), &[]);
    let client = create(&server).await;
    let version = Arc::new(AtomicU32::new(1));
    let acknowledged = Arc::new(Notify::new());
    let mut workers = JoinSet::new();
    for worker in 0..4 {
        let ledger = (0..4).map(|path| (format!("w{worker}/{path}"), Expected::default())).collect();
        workers.spawn(work(client.clone(), ledger, Arc::clone(&version), Arc::clone(&acknowledged)));
    }
    for round in 0..10 {
        acknowledged.notified().await;
        let other = Mediastored::serve(folder.path(), &[]);
        // It writes the same bodies as the first one does, and takes them away again.
        let theirs = sdk_data::over_a_socket(&format!("{}/data/live", other.url));
        for version in version.load(Ordering::Relaxed)..version.load(Ordering::Relaxed) + 3 {
            for worker in 0..4 {
                let body = bytes(&format!("w{worker}/0"), version);
                put(&theirs, "theirs", body).await.unwrap();
            }
        }
        theirs.delete_object().path("theirs").send().await.unwrap();
        if round % 2 == 0 { other.kill() } else { drop(other) }
    }
    // The workers stop at the first refusal: of a server that is going.
    let mut ledger = Ledger::new();
    server.kill();
    for worked in workers.join_all().await {
        ledger.extend(worked);
    }
    let server = Mediastored::serve(folder.path(), &[]);
    verify(&self::client(&server), &mut ledger, 0).await;
    is_in_order(folder.path(), 0);
}

#[tokio::test]
async fn objects_of_one_process_are_those_of_the_other() {
    let folder = tempfile::tempdir().unwrap();
    let servers = [Mediastored::serve(folder.path(), &[]), Mediastored::serve(folder.path(), &[])];
    create(&servers[0]).await;
    let [one, two] = [client(&servers[0]), client(&servers[1])];
    for round in 0..20 {
        let (writer, reader) = if round % 2 == 0 { (&one, &two) } else { (&two, &one) };
        put(writer, "a", bytes("a", round)).await.unwrap();
        assert_eq!(get(reader, "a").await, Ok(bytes("a", round)), "round {round}");
    }
    two.delete_object().path("a").send().await.unwrap();
    assert_eq!(get(&one, "a").await, Err("ObjectNotFoundException".to_owned()));
}

/// The one file of a body in a folder.
fn body_file(folder: &Path) -> PathBuf {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder.join("objects")).unwrap() {
        files.extend(fs::read_dir(entry.unwrap().path()).unwrap().map(|file| file.unwrap().path()));
    }
    let [file] = files.as_slice() else { panic!("{files:?}") };
    file.clone()
}

/// Runs `check`: its exit code, and all it says.
fn checked(folder: &TempDir, arguments: &[&str]) -> (i32, String) {
    let (code, output, errors) = run(mediastored().arg("check").args(arguments).arg("--data-dir").arg(folder.path()));
    (code, format!("{output}{errors}"))
}

#[tokio::test]
async fn a_damaged_body_is_an_error_of_that_object_alone() {
    type Damage = fn(&Path);
    let cases: [(Damage, Result<usize, &str>, &str); 3] = [
        (|file| fs::remove_file(file).unwrap(), Err("InternalServerError"), "live/hls/a.ts: the body is missing"),
        (
            |file| fs::write(file, "short").unwrap(),
            Err("InternalServerError"),
            "live/hls/a.ts: the body has 5 bytes in place of 100000",
        ),
        // As many bytes, and other ones: only a look at all of them can tell.
        (
            |file| fs::write(file, vec![2; 100_000]).unwrap(),
            Ok(100_000),
            "live/hls/a.ts: the body has other bytes than were put",
        ),
    ];
    for (damage, expected, told) in cases {
        let folder = tempfile::tempdir().unwrap();
        let server = Mediastored::serve(folder.path(), &[]);
        let client = create(&server).await;
        put(&client, "hls/a.ts", vec![1; 100_000]).await.unwrap();
        assert_eq!(checked(&folder, &[]), (0, "1 objects, 1 bodies, 97.66 KiB; no unused files\n".to_owned()));
        damage(&body_file(folder.path()));
        let got = get(&client, "hls/a.ts").await;
        assert_eq!(got.map(|body| body.len()), expected.map_err(str::to_owned), "{told}");
        let (code, said) = checked(&folder, &[]);
        assert!(code == 1 && said.contains(told), "{code}: {said}");
        // Everything else goes on, and putting the object again mends it.
        put(&client, "b", b"b".to_vec()).await.unwrap();
        put(&client, "hls/a.ts", vec![1; 100_000]).await.unwrap();
        assert_eq!(get(&client, "hls/a.ts").await, Ok(vec![1; 100_000]));
        assert_eq!(checked(&folder, &[]).0, 0);
    }
}

#[tokio::test]
async fn files_that_nothing_refers_to_are_found_and_removed_on_demand() {
    let folder = tempfile::tempdir().unwrap();
    let server = Mediastored::serve(folder.path(), &[]);
    let client = create(&server).await;
    put(&client, "a", b"a".to_vec()).await.unwrap();
    let stray = folder.path().join("objects/00");
    fs::create_dir_all(&stray).unwrap();
    fs::write(stray.join("1".repeat(62)), "stray").unwrap();
    fs::write(stray.join("notes.txt"), "not ours").unwrap();
    let (code, said) = checked(&folder, &[]);
    assert!(code == 0 && said.contains("1 unused files (--remove-unused removes them)"), "{said}");
    let (code, said) = checked(&folder, &["--remove-unused"]);
    assert!(code == 0 && said.contains("1 unused files, 1 removed"), "{said}");
    assert!(checked(&folder, &[]).1.contains("no unused files"));
    assert_eq!(get(&client, "a").await, Ok(b"a".to_vec()));
    let nothing = tempfile::tempdir().unwrap();
    let (code, said) = checked(&nothing, &[]);
    assert!(code == 1 && said.contains("is no data folder: it has no `mediastore.db`"), "{said}");
}

/// A process that can write files only up to a size meets what a full disk is.
#[tokio::test]
async fn a_full_disk_refuses_what_does_not_fit_and_keeps_the_rest() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = std::process::Command::new("sh");
    // Blocks of 512 bytes or of 1024, which depends on the shell: one megabyte or two.
    command.args(["-c", "ulimit -f 2048; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_mediastored")]);
    command.args(["serve", "--listen", "127.0.0.1:0", "--data-dir"]).arg(folder.path());
    keep_owner_key(folder.path());
    let server = Mediastored::spawn(&mut command);
    let client = create(&server).await;
    put(&client, "small", vec![1; 1000]).await.unwrap();
    put(&client, "large", vec![2; 500_000]).await.unwrap();
    for round in 0..5 {
        assert_eq!(put(&client, "large", vec![3; 4_000_000]).await, Err("InternalServerError".to_owned()), "{round}");
    }
    assert_eq!(get(&client, "small").await, Ok(vec![1; 1000]));
    assert_eq!(get(&client, "large").await, Ok(vec![2; 500_000]), "the version before stays");
    put(&client, "small", vec![4; 2000]).await.unwrap();
    client.delete_object().path("large").send().await.unwrap();
    server.kill();
    let server = Mediastored::serve(folder.path(), &[]);
    assert_eq!(get(&self::client(&server), "small").await, Ok(vec![4; 2000]));
    is_in_order(folder.path(), 0);
}

/// Bodies cannot be written: the place where their folder has to be is taken. Who runs the tests may be root, whom no permission stops.
#[tokio::test]
async fn a_folder_that_takes_no_bodies_still_serves_the_rest() {
    let folder = tempfile::tempdir().unwrap();
    let server = Mediastored::serve(folder.path(), &[]);
    let client = create(&server).await;
    put(&client, "a", b"a".to_vec()).await.unwrap();
    server.kill();
    fs::remove_dir_all(folder.path().join("uploads")).unwrap();
    fs::write(folder.path().join("uploads"), "in the way").unwrap();
    let server = Mediastored::serve(folder.path(), &[]);
    let client = self::client(&server);
    assert_eq!(put(&client, "b", b"b".to_vec()).await, Err("InternalServerError".to_owned()));
    assert_eq!(get(&client, "a").await, Ok(b"a".to_vec()));
    assert_eq!(get(&client, "b").await, Err("ObjectNotFoundException".to_owned()));
    client.delete_object().path("a").send().await.unwrap();
}
