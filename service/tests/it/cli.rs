//! `ls`, `put`, `get`, `sync` and `purge`: on a folder, beside the service that serves it, and through that service.

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use crate::process::{Mediastored, mediastored, run};
use crate::sdk;

/// A server with the container `live`, and a folder to work in.
struct Scene {
    server: Mediastored,
    data: TempDir,
    work: TempDir,
}

async fn scene() -> Scene {
    let data = tempfile::tempdir().unwrap();
    let server = Mediastored::serve(data.path(), &[]);
    sdk::client(&server.url, "us-west-2").create_container().container_name("live").send().await.unwrap();
    Scene { server, data, work: tempfile::tempdir().unwrap() }
}

/// How a command reaches the containers.
#[derive(Debug, Clone, Copy)]
enum By {
    Folder,
    Server,
}

impl Scene {
    fn command(&self, by: By, arguments: &[&str]) -> Command {
        let mut command = mediastored();
        command.current_dir(self.work.path()).args(arguments);
        match by {
            By::Folder => command.arg("--data-dir").arg(self.data.path()),
            By::Server => command
                .env("AWS_ACCESS_KEY_ID", "AKID")
                .env("AWS_SECRET_ACCESS_KEY", "secret")
                .env("AWS_DEFAULT_REGION", "us-west-2")
                .args(["--endpoint", &self.server.url]),
        };
        command
    }

    /// Runs a command that has to succeed; gives its output.
    #[track_caller]
    fn does(&self, by: By, arguments: &[&str]) -> String {
        let (code, output, errors) = run(&mut self.command(by, arguments));
        assert_eq!((code, errors.as_str()), (0, ""), "{by:?} {arguments:?}: {output}");
        output
    }

    #[track_caller]
    fn fails(&self, by: By, arguments: &[&str], message: &str) {
        let (code, output, errors) = run(&mut self.command(by, arguments));
        assert!(code != 0 && errors.contains(message), "{by:?} {arguments:?}: {code} {output} {errors}");
    }

    fn file(&self, name: &str, text: &str) {
        let path = self.work.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.work.path().join(name)).unwrap()
    }
}

#[tokio::test]
async fn objects_go_in_and_come_out() {
    for by in [By::Folder, By::Server] {
        let scene = scene().await;
        scene.file("main.m3u8", "#EXTM3U");
        scene.file("1.ts", "one");
        scene.file("2.ts", "three");
        assert_eq!(scene.does(by, &["ls"]), "live\n");
        assert_eq!(scene.does(by, &["ls", "live"]), "");
        scene.does(by, &["put", "main.m3u8", "live:hls/index.m3u8", "--cache-control", "max-age=2"]);
        scene.does(by, &["put", "1.ts", "2.ts", "live:hls/720p/"]);
        assert_eq!(scene.does(by, &["ls", "live"]), "           -  hls/\n");
        assert_eq!(scene.does(by, &["ls", "live:hls"]), "           -  720p/\n         7 B  index.m3u8\n");
        let all = "         3 B  hls/720p/1.ts\n         5 B  hls/720p/2.ts\n         7 B  hls/index.m3u8\n";
        assert_eq!(scene.does(by, &["ls", "-r", "live"]), all);
        assert_eq!(scene.does(by, &["get", "live:hls/index.m3u8", "-"]), "#EXTM3U");
        scene.does(by, &["get", "live:hls/720p/1.ts", "copy.ts"]);
        assert_eq!(scene.read("copy.ts"), "one");
        fs::create_dir(scene.work.path().join("into")).unwrap();
        scene.does(by, &["get", "live:hls/720p/2.ts", "into"]);
        assert_eq!(scene.read("into/2.ts"), "three");

        scene.fails(
            by,
            &["get", "live:none"],
            "live:none cannot be got into `none`: object `none` does not exist (ObjectNotFoundException)",
        );
        scene.fails(
            by,
            &["get", "none:a"],
            "container `none`: container `none` does not exist (ContainerNotFoundException)",
        );
        scene.fails(by, &["get", "live:hls/"], "is a folder; `mediastored sync` copies folders");
        scene.fails(by, &["put", "1.ts", "2.ts", "live:hls"], "several files need a folder: `live:hls/`");
        scene.fails(by, &["put", "none.ts", "live:"], "`none.ts`: No such file");
        scene.fails(by, &["put", "1.ts", "live:a b"], "object path may hold only");
        scene.fails(by, &["ls", "bad name:"], "a place in a container is written `CONTAINER:PATH`");
        assert!(!scene.work.path().join("none").exists() && !scene.work.path().join("none.partial").exists());
    }
}

fn files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(inner) = folders.pop() {
        for entry in fs::read_dir(inner).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.is_dir() {
                folders.push(entry);
            } else {
                found.push(entry.strip_prefix(folder).unwrap().to_str().unwrap().to_owned());
            }
        }
    }
    found.sort();
    found
}

#[tokio::test]
async fn folders_are_made_alike_with_as_little_as_it_takes() {
    for by in [By::Folder, By::Server] {
        let scene = scene().await;
        for name in ["out/main.m3u8", "out/720p/1.ts", "out/720p/2.ts"] {
            scene.file(name, name);
        }
        let put = "put 720p/1.ts\nput 720p/2.ts\nput main.m3u8\n";
        assert_eq!(scene.does(by, &["sync", "out", "live:hls", "--dry-run"]), put);
        assert_eq!(scene.does(by, &["ls", "live"]), "");
        assert_eq!(scene.does(by, &["sync", "out", "live:hls"]), "3 put, 0 deleted\n");
        assert_eq!(scene.does(by, &["sync", "out", "live:hls"]), "0 put, 0 deleted\n");
        // Of the same length, and other bytes.
        scene.file("out/720p/1.ts", "OUT/720p/1.ts");
        fs::remove_file(scene.work.path().join("out/720p/2.ts")).unwrap();
        assert_eq!(scene.does(by, &["sync", "out", "live:hls"]), "1 put, 0 deleted\n");
        assert_eq!(scene.does(by, &["sync", "out", "live:hls", "--delete"]), "0 put, 1 deleted\n");

        assert_eq!(scene.does(by, &["sync", "live:hls", "copy"]), "2 got, 0 deleted\n");
        assert_eq!(files(&scene.work.path().join("copy")), ["720p/1.ts", "main.m3u8"]);
        assert_eq!(scene.read("copy/720p/1.ts"), "OUT/720p/1.ts");
        scene.file("copy/extra", "");
        scene.file("copy/main.m3u8", "OUT/main.m3u8");
        assert_eq!(
            scene.does(by, &["sync", "live:hls", "copy", "--dry-run", "--delete"]),
            "delete extra\nget main.m3u8\n"
        );
        assert_eq!(scene.does(by, &["sync", "live:hls", "copy", "--delete"]), "1 got, 1 deleted\n");
        assert_eq!(files(&scene.work.path().join("copy")), ["720p/1.ts", "main.m3u8"]);
        assert_eq!(scene.read("copy/main.m3u8"), "out/main.m3u8");

        scene.fails(by, &["sync", "out", "copy"], "one of the two has to be in a container");
        scene.fails(by, &["sync", "live:a", "live:b"], "one of the two has to be a folder of this machine");
        scene.fails(by, &["sync", "none", "live:hls"], "`none` is no folder");
    }
}

#[tokio::test]
async fn a_container_is_emptied_only_if_that_is_said() {
    for by in [By::Folder, By::Server] {
        let scene = scene().await;
        for name in ["out/a/1", "out/a/2", "out/b"] {
            scene.file(name, name);
        }
        scene.does(by, &["sync", "out", "live:"]);
        assert_eq!(scene.does(by, &["purge", "live:a", "--dry-run"]), "a/1\na/2\n");
        scene.fails(by, &["purge", "live"], "3 objects of live: would be deleted; say --yes if that is what you want");
        assert_eq!(scene.does(by, &["purge", "live:a", "--yes"]), "2 objects deleted\n");
        assert_eq!(scene.does(by, &["ls", "-r", "live"]), "         5 B  b\n");
        assert_eq!(scene.does(by, &["purge", "live", "--yes"]), "1 objects deleted\n");
        assert_eq!(scene.does(by, &["purge", "live", "--yes"]), "0 objects deleted\n");
        let deleted =
            sdk::client(&scene.server.url, "us-west-2").delete_container().container_name("live").send().await;
        deleted.unwrap();
    }
}

#[test]
fn a_place_that_is_none_is_said_to_be_so() {
    let nothing = tempfile::tempdir().unwrap();
    let fails = |arguments: &[&str], message: &str| {
        let (code, output, errors) = run(mediastored().current_dir(nothing.path()).args(arguments));
        assert!(code != 0 && output.is_empty() && errors.contains(message), "{arguments:?}: {code} {errors}");
    };
    fails(
        &["ls"],
        "`.mediastore` is no data folder: it has no `mediastore.db`; name one with --data-dir, or a server with --endpoint",
    );
    fails(&["ls", "--endpoint", "http://127.0.0.1:1", "--data-dir", "x"], "cannot be used with");
    let left: Vec<_> = fs::read_dir(nothing.path()).unwrap().collect();
    assert!(left.is_empty(), "looking makes nothing: {left:?}");
}
