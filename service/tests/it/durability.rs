//! What a crash, and a second process, must not break. With the real binary, since a crash is the end of a process.

use std::collections::BTreeSet;

use crate::process::Mediastored;
use crate::sdk;

async fn names(server: &Mediastored) -> BTreeSet<String> {
    let listed = sdk::client(&server.url, "us-west-2").list_containers().send().await.unwrap();
    listed.containers.into_iter().filter_map(|container| container.name).collect()
}

/// Creates containers at parallelism ten until a call fails, and gives the names that were acknowledged.
async fn create_until_it_fails(url: String, round: usize, enough: tokio::sync::mpsc::Sender<()>) -> BTreeSet<String> {
    let client = sdk::client_trying(&url, "us-west-2", 1);
    let mut workers = tokio::task::JoinSet::new();
    for worker in 0..10 {
        let (client, enough) = (client.clone(), enough.clone());
        workers.spawn(async move {
            let mut acknowledged = Vec::new();
            for index in 0.. {
                let name = format!("r{round}-w{worker}-{index}");
                if client.create_container().container_name(&name).send().await.is_err() {
                    break;
                }
                acknowledged.push(name);
                let _ = enough.try_send(());
            }
            acknowledged
        });
    }
    workers.join_all().await.into_iter().flatten().collect()
}

#[tokio::test]
async fn a_kill_during_writes_loses_nothing_that_was_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let mut acknowledged = BTreeSet::new();
    for round in 0..5 {
        let server = Mediastored::serve(folder.path(), &[]);
        let (enough, mut counted) = tokio::sync::mpsc::channel(1000);
        let writes = tokio::spawn(create_until_it_fails(server.url.clone(), round, enough));
        // Killed in the midst of it: after some answers, while ten calls are under way.
        for _ in 0..30 {
            counted.recv().await.unwrap();
        }
        server.kill();
        let written = writes.await.unwrap();
        assert!(written.len() >= 30);
        acknowledged.extend(written);

        let server = Mediastored::serve(folder.path(), &[]);
        let found = names(&server).await;
        let lost: Vec<_> = acknowledged.difference(&found).collect();
        assert!(lost.is_empty(), "round {round} lost {lost:?}");
        server.kill();
    }
}

#[tokio::test]
async fn two_processes_share_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let servers = [Mediastored::serve(folder.path(), &[]), Mediastored::serve(folder.path(), &[])];
    let mut calls = tokio::task::JoinSet::new();
    for index in 0..60 {
        for server in &servers {
            let client = sdk::client_trying(&server.url, "us-west-2", 1);
            // Both processes want the same names: each name has one winner.
            calls.spawn(async move {
                let created = client.create_container().container_name(format!("c{index}")).send().await;
                match created {
                    Ok(_) => 1,
                    Err(error) if error.as_service_error().is_some_and(|e| e.is_container_in_use_exception()) => 0,
                    Err(error) => panic!("c{index}: {error:?}"),
                }
            });
        }
    }
    let winners: u32 = calls.join_all().await.into_iter().sum();
    assert_eq!(winners, 60);
    let [one, two] = &servers;
    assert_eq!(names(one).await.len(), 60);
    assert_eq!(names(one).await, names(two).await);

    // What one process changes, the other sees with its next answer.
    let (one, two) = (sdk::client(&one.url, "us-west-2"), sdk::client(&two.url, "us-west-2"));
    one.delete_container().container_name("c0").send().await.unwrap();
    let gone = two.describe_container().container_name("c0").send().await.unwrap_err();
    assert!(gone.into_service_error().is_container_not_found_exception());
}
