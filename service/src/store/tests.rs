//! The store alone: what it promises about commits, neighbours, folders and files.

use std::fs;

use tempfile::TempDir;

use super::containers::{self, NewContainer, Realm};
use super::*;

fn realm() -> Realm {
    Realm { account: "000000000000".to_owned(), region: "us-west-2".to_owned() }
}

fn insert(db: &Connection, name: &str) -> Result<i64, StoreError> {
    let new = NewContainer { name, label: name, created_at: 0, active_at: 0 };
    containers::insert(db, &realm(), &new)
}

async fn names(store: &Store) -> Vec<String> {
    let found = store.read(|db| containers::list(db, &realm(), None, None, 0)).await.unwrap();
    found.into_iter().map(|container| container.name).collect()
}

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

#[tokio::test]
async fn what_was_written_is_there_after_reopening() {
    let folder = folder();
    let store = Store::open(folder.path().join("made/on/the/way")).unwrap();
    store.write(|db| insert(db, "a")).await.unwrap();
    store.clone().close().await;
    assert_eq!(names(&store).await, ["a"], "a handle that is left keeps the store open");
    store.close().await;
    assert!(!folder.path().join("made/on/the/way").join(format!("{DATABASE_FILE}-wal")).exists());
    let store = Store::open(folder.path().join("made/on/the/way")).unwrap();
    assert_eq!(names(&store).await, ["a"]);
}

#[tokio::test]
async fn a_refused_write_takes_nothing_of_its_neighbours() {
    let folder = folder();
    let store = Store::open(folder.path()).unwrap();
    let mut writes = tokio::task::JoinSet::new();
    for index in 0..300 {
        let store = store.clone();
        writes.spawn(async move {
            store
                .write(move |db| {
                    insert(db, &format!("c{index:03}"))?;
                    // Every third write fails after it has already changed something.
                    if index % 3 == 0 { Err(StoreError::Database("refused".to_owned())) } else { Ok(index) }
                })
                .await
        });
    }
    let results = writes.join_all().await;
    let kept = results.iter().filter(|result| result.is_ok()).count();
    assert_eq!(kept, 200);
    let expected: Vec<String> = (0..300).filter(|index| index % 3 != 0).map(|index| format!("c{index:03}")).collect();
    assert_eq!(names(&store).await, expected);
}

#[tokio::test]
async fn writes_of_two_handles_on_one_folder_see_each_other() {
    let folder = folder();
    // Two stores of one process are to SQLite what two processes are.
    let one = Store::open(folder.path()).unwrap();
    let two = Store::open(folder.path()).unwrap();
    let mut writes = tokio::task::JoinSet::new();
    for index in 0..200 {
        let store = if index % 2 == 0 { one.clone() } else { two.clone() };
        writes.spawn(async move {
            store
                .write(move |db| {
                    // Read, then write: only right if nobody else writes in between.
                    let count = containers::count(db, &realm(), 0)?;
                    insert(db, &format!("c{count:03}"))
                })
                .await
        });
    }
    for result in writes.join_all().await {
        result.unwrap();
    }
    let expected: Vec<String> = (0..200).map(|index| format!("c{index:03}")).collect();
    assert_eq!(names(&one).await, expected);
    assert_eq!(names(&two).await, expected);
}

#[tokio::test]
async fn many_openings_at_once_make_one_database() {
    let folder = folder();
    let opened: Vec<_> = (0..8)
        .map(|_| {
            let path = folder.path().to_owned();
            thread::spawn(move || Store::open(path))
        })
        .collect();
    let stores: Vec<Store> = opened.into_iter().map(|thread| thread.join().unwrap().unwrap()).collect();
    stores[0].write(|db| insert(db, "a")).await.unwrap();
    for store in &stores {
        assert_eq!(names(store).await, ["a"]);
    }
}

#[tokio::test]
async fn a_full_disk_is_told_and_loses_nothing() {
    let folder = folder();
    let store = Store::open(folder.path()).unwrap();
    store.write(|db| insert(db, "before")).await.unwrap();
    // SQLite gives the same error for a page limit as for a full disk.
    let limited: Result<(), StoreError> = store
        .write(|db| {
            let pages: i64 = db.pragma_query_value(None, "page_count", |row| row.get(0))?;
            db.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))?;
            Ok(())
        })
        .await;
    limited.unwrap();
    let full = store
        .write(|db| {
            let id = insert(db, "during")?;
            policies::put(db, id, policies::Kind::Cors, &"x".repeat(100_000))
        })
        .await;
    assert_eq!(full, Err(StoreError::Full));
    let unlimited: Result<(), StoreError> =
        store.write(|db| Ok(db.pragma_update_and_check(None, "max_page_count", 1_000_000, |_| Ok(()))?)).await;
    unlimited.unwrap();
    store.write(|db| insert(db, "after")).await.unwrap();
    assert_eq!(names(&store).await, ["after", "before"]);
}

#[tokio::test]
async fn a_store_that_became_read_only_is_told() {
    let folder = folder();
    let store = Store::open(folder.path()).unwrap();
    let switched: Result<(), StoreError> = store.write(|db| Ok(db.pragma_update(None, "query_only", true)?)).await;
    switched.unwrap();
    assert_eq!(store.write(|db| insert(db, "a")).await, Err(StoreError::ReadOnly));
}

#[tokio::test]
async fn a_writer_that_gave_up_waiting_does_not_undo_its_write() {
    let folder = folder();
    let store = Store::open(folder.path()).unwrap();
    let (started, wait) = std::sync::mpsc::channel();
    let (go_on, go) = std::sync::mpsc::channel::<()>();
    let mut write = Box::pin(store.write(move |db| {
        let _ = started.send(());
        let _ = go.recv();
        insert(db, "a")
    }));
    // One poll hands the write over; then its future is dropped while the write is under way.
    let polled = std::future::poll_fn(|cx| std::task::Poll::Ready(write.as_mut().poll(cx).is_pending())).await;
    assert!(polled);
    wait.recv().unwrap();
    drop(write);
    go_on.send(()).unwrap();
    // A second write is answered only after the first is committed.
    store.write(|db| insert(db, "b")).await.unwrap();
    assert_eq!(names(&store).await, ["a", "b"]);
}

#[track_caller]
fn refuses(path: &Path, expected: &str) {
    let error = Store::open(path).err().map(|error| error.to_string()).unwrap_or_default();
    assert_eq!(error, expected);
}

#[test]
fn folders_that_cannot_be_used_say_why() {
    let folder = folder();
    let file = folder.path().join("file");
    fs::write(&file, "x").unwrap();
    let shown = file.display();
    refuses(&file, &format!("data folder `{shown}` is a file; name a folder"));
    refuses(&file.join("below"), &format!("data folder `{shown}/below` cannot be created"));

    let garbage = folder.path().join("garbage");
    fs::create_dir(&garbage).unwrap();
    fs::write(garbage.join(DATABASE_FILE), "this is no database, though it is long enough to be looked at").unwrap();
    let shown = garbage.display();
    refuses(
        &garbage,
        &format!(
            "database `{shown}/mediastore.db` is damaged or not a database; restore it from a copy, or move it away to start empty"
        ),
    );

    let newer = folder.path().join("newer");
    drop(Store::open(&newer).unwrap());
    Connection::open(newer.join(DATABASE_FILE)).unwrap().pragma_update(None, "user_version", 999).unwrap();
    let shown = newer.display();
    let known = migrations::VERSION;
    refuses(
        &newer,
        &format!(
            "database `{shown}/mediastore.db` has schema 999, and this build knows up to {known}; use a newer build"
        ),
    );
}

#[tokio::test]
async fn a_container_id_is_never_used_again() {
    let folder = folder();
    let store = Store::open(folder.path()).unwrap();
    let first = store.write(|db| insert(db, "a")).await.unwrap();
    let gone: Result<(), StoreError> = store
        .write(move |db| {
            containers::let_go(db, first, 0)?;
            containers::sweep(db, 0)
        })
        .await;
    gone.unwrap();
    let second = store.write(|db| insert(db, "a")).await.unwrap();
    assert!(second > first);
}
