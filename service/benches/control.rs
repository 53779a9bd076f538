//! How long the embedded service takes where Terraform waits for it: opening a folder, and calls at Terraform's parallelism.
//!
//! `cargo bench -p mediastore-service`. Calls go through `Service::handle` with no socket and no SDK, on the disk of the system's
//! temporary folder; every write is synced to it.

// A bench that cannot go on has nothing to measure.
#![allow(clippy::unwrap_used, missing_docs)]

use std::sync::LazyLock;

use aws_sigv4::http_request::SignableBody;
use bytes::Bytes;
use divan::Bencher;
use http::{Request, StatusCode};
use http_body_util::Full;
use mediastore_service::{Account, Config, Identities, OwnerKey, Service, Store};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

#[path = "../tests/it/signer.rs"]
mod signer;

use signer::Signer;

fn main() {
    divan::main();
}

/// Signing is part of a call, since Terraform's provider signs too.
static OWNER: LazyLock<(Identities, OwnerKey)> = LazyLock::new(|| Identities::owner(&Account::default()).unwrap());

/// Terraform's default.
const PARALLELISM: usize = 10;

async fn call(service: &Service, operation: &str, name: &str) {
    let body = format!(r#"{{"ContainerName":"{name}"}}"#);
    let mut request = Request::post("http://localhost/")
        .header("x-amz-target", format!("MediaStore_20170901.{operation}"))
        .body(Full::from(Bytes::from(body.clone())))
        .unwrap();
    let (_, key) = &*OWNER;
    Signer::new(&key.access_key, key.secret_key(), "us-west-2")
        .sign(&mut request, SignableBody::Bytes(body.as_bytes()));
    let response = service.handle(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
}

fn all(runtime: &Runtime, service: &Service, operation: &'static str, count: usize, parallelism: usize) {
    runtime.block_on(async {
        let mut workers = JoinSet::new();
        for worker in 0..parallelism {
            let service = service.clone();
            workers.spawn(async move {
                for index in (worker..count).step_by(parallelism) {
                    call(&service, operation, &format!("c{index:05}")).await;
                }
            });
        }
        workers.join_all().await;
    });
}

fn empty() -> (TempDir, Service) {
    let folder = tempfile::tempdir().unwrap();
    let service =
        Service::new(Store::open(folder.path()).unwrap(), Config { identities: OWNER.0.clone(), ..Config::default() });
    (folder, service)
}

/// A folder with 1,000 containers, as the later phases of a Terraform run find it.
#[divan::bench(sample_count = 100, sample_size = 1)]
fn open_with_1000_containers(bencher: Bencher<'_, '_>) {
    let runtime = Runtime::new().unwrap();
    let (folder, service) = empty();
    all(&runtime, &service, "CreateContainer", 1000, PARALLELISM);
    drop(service);
    bencher.bench_local(|| Store::open(folder.path()).unwrap());
}

#[divan::bench(sample_count = 20, sample_size = 1)]
fn open_a_new_folder(bencher: Bencher<'_, '_>) {
    bencher
        .with_inputs(|| tempfile::tempdir().unwrap())
        .bench_local_values(|folder| (Store::open(folder.path().join("data")).unwrap(), folder));
}

/// One writer alone pays one disk sync per call; ten share them.
#[divan::bench(args = [1, PARALLELISM, 100], sample_count = 5, sample_size = 1)]
fn create_1000_at_parallelism(bencher: Bencher<'_, '_>, parallelism: usize) {
    let runtime = Runtime::new().unwrap();
    bencher.with_inputs(empty).bench_local_values(|(folder, service)| {
        all(&runtime, &service, "CreateContainer", 1000, parallelism);
        (folder, service)
    });
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn describe_1000_at_parallelism_10(bencher: Bencher<'_, '_>) {
    let runtime = Runtime::new().unwrap();
    let (_folder, service) = empty();
    all(&runtime, &service, "CreateContainer", 1000, PARALLELISM);
    bencher.bench_local(|| all(&runtime, &service, "DescribeContainer", 1000, PARALLELISM));
}
