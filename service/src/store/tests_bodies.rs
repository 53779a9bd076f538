//! Bodies alone: what a process that ends at the worst moments leaves, and what the next one makes of it.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use rusqlite::Connection;
use tempfile::TempDir;

use super::bodies::{Hash, Sealed};
use super::containers::{self, NewContainer, Realm};
use super::objects::{self, Object};
use super::{Store, StoreError};

/// Every file below a folder but the database and locks, by its path in it.
fn files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(inner) = folders.pop() {
        for entry in fs::read_dir(inner).unwrap().map(|entry| entry.unwrap().path()) {
            let name = entry.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
            if entry.is_dir() {
                folders.push(entry);
            } else if !name.starts_with("mediastore.db") && !name.ends_with("lock") {
                found.push(name);
            }
        }
    }
    found.sort();
    found
}

fn sealed(store: &Store, body: &'static str) -> Sealed {
    let mut upload = store.bodies().begin().unwrap();
    upload.append(&[Bytes::from_static(body.as_bytes())]).unwrap();
    upload.seal().unwrap()
}

fn object(path: &str, sha256: Hash) -> Object {
    Object {
        path: path.to_owned(),
        sha256,
        size: 1,
        content_type: "text/plain".to_owned(),
        cache_control: None,
        modified_at: 0,
        expires_at: None,
    }
}

fn container(db: &Connection) -> Result<i64, StoreError> {
    let realm = Realm { account: "000000000000".to_owned(), region: "us-west-2".to_owned() };
    containers::insert(db, &realm, &NewContainer { name: "live", label: "live", created_at: 0, active_at: 0 })
}

/// Puts an object of these bytes into a container of its own making; gives the container.
async fn put(store: &Store, path: &'static str, body: &'static str) -> i64 {
    let sealed = sealed(store, body);
    let object = object(path, sealed.sha256());
    let put = store.write_with_body(sealed, move |db| {
        let container = container(db)?;
        objects::put(db, container, &object)?;
        Ok::<_, StoreError>(container)
    });
    put.await.unwrap()
}

fn place(sha256: &Hash) -> String {
    let name = sha256.to_string();
    format!("objects/{}/{}", &name[..2], &name[2..])
}

async fn opened(folder: &TempDir) -> Store {
    Store::open(folder.path()).unwrap()
}

#[tokio::test]
async fn an_upload_that_is_given_up_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = opened(&folder).await;
    let mut upload = store.bodies().begin().unwrap();
    upload.append(&[Bytes::from_static(b"half")]).unwrap();
    assert_eq!(files(folder.path()).len(), 1);
    drop(upload);
    drop(sealed(&store, "whole and not wanted"));
    assert_eq!(files(folder.path()), [""; 0]);
    store.close().await;
    let uploads: Vec<_> =
        fs::read_dir(folder.path().join("uploads")).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(uploads, ["lock"], "the process's own folder goes with it");
}

#[tokio::test]
async fn a_write_that_is_refused_takes_its_body_back() {
    let folder = tempfile::tempdir().unwrap();
    let store = opened(&folder).await;
    let before: Result<(), StoreError> =
        store.write_with_body(sealed(&store, "a"), |_| Err(StoreError::Database("refused".to_owned()))).await;
    assert!(before.is_err());
    // The place cannot be given: a folder is in its way. What was written before that is undone.
    let sealed = sealed(&store, "b");
    fs::create_dir_all(folder.path().join(place(&sealed.sha256()))).unwrap();
    let refused = store.write_with_body(sealed, container).await;
    assert!(matches!(refused, Err(StoreError::File(_))), "{refused:?}");
    let count: Result<i64, StoreError> =
        store.read(|db| Ok(db.query_row("SELECT count(*) FROM container", (), |row| row.get(0))?)).await;
    assert_eq!(count, Ok(0));
    store.close().await;
    assert_eq!(files(folder.path()), [""; 0]);
}

/// A folder of uploads as a killed process leaves it: with files, and a lock that nobody holds.
fn dead_process(folder: &Path) -> PathBuf {
    let dead = folder.join("uploads/00000000deadbeef");
    fs::create_dir_all(&dead).unwrap();
    File::create(dead.join("lock")).unwrap();
    dead
}

#[tokio::test]
async fn what_a_killed_process_left_is_settled_by_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let store = opened(&folder).await;
    put(&store, "kept", "recorded").await;
    let recorded = sealed(&store, "recorded").sha256();
    let unrecorded = sealed(&store, "unrecorded").sha256();
    store.close().await;
    let dead = dead_process(folder.path());
    // Killed while it received; between the naming of a body and the commit; and between the commit and the end of the upload.
    fs::write(dead.join("0"), "hal").unwrap();
    fs::write(dead.join("1"), "unrecorded").unwrap();
    let named = folder.path().join(place(&unrecorded));
    fs::create_dir_all(named.parent().unwrap()).unwrap();
    fs::hard_link(dead.join("1"), &named).unwrap();
    fs::hard_link(folder.path().join(place(&recorded)), dead.join("2")).unwrap();

    let store = opened(&folder).await;
    assert_eq!(files(folder.path()), [place(&recorded)]);
    assert!(!dead.exists());
    store.close().await;
}

#[tokio::test]
async fn what_a_killed_process_had_made_garbage_is_removed_by_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let store = opened(&folder).await;
    put(&store, "a", "body").await;
    store.close().await;
    // Killed after the commit of a deletion, before the file was removed.
    let db = Connection::open(folder.path().join(super::DATABASE_FILE)).unwrap();
    db.execute("DELETE FROM object", ()).unwrap();
    drop(db);
    assert_eq!(files(folder.path()).len(), 1);
    opened(&folder).await.close().await;
    assert_eq!(files(folder.path()), [""; 0]);
}

#[tokio::test]
async fn a_living_process_is_not_recovered_from() {
    let folder = tempfile::tempdir().unwrap();
    let living = opened(&folder).await;
    let sealed = sealed(&living, "on its way");
    let sha256 = sealed.sha256();
    // Two stores of one process are to the file system what two processes are.
    let other = opened(&folder).await;
    assert_eq!(files(folder.path()).len(), 1);
    other.close().await;
    let put = living.write_with_body(sealed, move |db| {
        let container = container(db)?;
        objects::put(db, container, &object("a", sha256))
    });
    put.await.unwrap();
    assert!(living.bodies().open(&sha256).is_ok());
    living.close().await;
    assert_eq!(files(folder.path()), [place(&sha256)]);
}

#[tokio::test]
async fn a_body_stays_until_its_last_object_goes() {
    let folder = tempfile::tempdir().unwrap();
    let store = opened(&folder).await;
    let container = put(&store, "a", "shared").await;
    let again = sealed(&store, "shared");
    let second = object("b", again.sha256());
    let put: Result<(), StoreError> =
        store.write_with_body(again, move |db| objects::put(db, container, &second)).await;
    put.unwrap();
    assert_eq!(store.write(move |db| objects::remove(db, container, "a")).await, Ok(true));
    store.clone().close().await;
    store.close().await;
    assert_eq!(files(folder.path()).len(), 1);
    let store = opened(&folder).await;
    assert_eq!(store.write(move |db| objects::remove(db, container, "b")).await, Ok(true));
    store.close().await;
    assert_eq!(files(folder.path()), [""; 0]);
}
