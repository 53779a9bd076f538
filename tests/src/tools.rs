//! Foreign programs that a test needs: taken from `PATH`, or installed where nobody else is disturbed. One that cannot be had ends
//! the test with the command that would install it.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The AWS CLI of version 1, which still knows MediaStore.
const AWS_CLI: &str = "awscli==1.45.55";

/// The player.
const HLS_JS: &str = "hls.js@1.7.4";

/// A program of a Debian package. Root installs it where it is missing, as in CI.
///
/// # Panics
/// If it is missing and cannot be installed.
#[must_use]
pub fn debian(scratch: &Path, program: &str, package: &str) -> PathBuf {
    let found = || {
        let path = std::env::var_os("PATH").unwrap_or_default();
        std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
    };
    if let Some(program) = found() {
        return program;
    }
    let _lock = lock(scratch, "debian");
    let apt = |arguments: &[&str]| {
        let mut command = Command::new("apt-get");
        command.env("DEBIAN_FRONTEND", "noninteractive").args(arguments).stdin(Stdio::null()).output()
    };
    if found().is_none() {
        let _ = apt(&["update", "-q"]);
        let _ = apt(&["install", "-q", "-y", "--no-install-recommends", package]);
    }
    found()
        .unwrap_or_else(|| panic!("this test needs `{program}`; on Debian or Ubuntu: sudo apt-get install {package}"))
}

/// The AWS CLI, in a Python environment under `scratch`.
///
/// # Panics
/// If there is no Python, or no package index in reach.
#[must_use]
pub fn aws_cli(scratch: &Path) -> PathBuf {
    let programs = xtask::pypi::installed(scratch, AWS_CLI);
    programs.unwrap_or_else(|error| panic!("this test needs the AWS CLI: {error}")).join("aws")
}

/// The text of hls.js, from npm.
///
/// # Panics
/// If there is no npm, or no registry in reach.
#[must_use]
pub fn hls_js(scratch: &Path) -> Vec<u8> {
    let folder = scratch.join(HLS_JS.replace('@', "-"));
    let ready = folder.join("ready");
    let _lock = lock(scratch, HLS_JS);
    if !ready.exists() {
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        let npm = debian(scratch, "npm", "npm");
        let arguments = ["install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix"];
        step(Command::new(npm).args(arguments).arg(&folder).arg(HLS_JS), "an npm registry in reach");
        fs::write(ready, "").unwrap();
    }
    fs::read(folder.join("node_modules/hls.js/dist/hls.min.js")).unwrap()
}

fn lock(scratch: &Path, name: &str) -> File {
    fs::create_dir_all(scratch).unwrap();
    let lock = File::create(scratch.join(format!("{name}.lock"))).unwrap();
    lock.lock().unwrap();
    lock
}

fn step(command: &mut Command, needs: &str) {
    let output = command.stdin(Stdio::null()).output();
    match output {
        Ok(output) if output.status.success() => {}
        Ok(output) => {
            panic!("this test needs {needs}: {command:?} failed: {}", String::from_utf8_lossy(&output.stderr))
        }
        Err(error) => panic!("this test needs {needs}: {command:?} cannot be started: {error}"),
    }
}
