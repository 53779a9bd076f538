//! Release files in the layout that the Terraform and OpenTofu registries read: a zip for each platform, a manifest, their
//! checksums, and a signature over those.
//!
//! It packs what is built; building, and proving that Terraform takes the result, is done elsewhere.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// The provider's name, as its files carry it.
const NAME: &str = "mediastore";

/// The version of every crate of the workspace.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What a registry is told of the provider: it speaks protocol 5. Minors are never announced.
const MANIFEST: &str = "{\n  \"version\": 1,\n  \"metadata\": {\n    \"protocol_versions\": [\"5.0\"]\n  }\n}\n";

/// Why there are no release files.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or folder could not be used.
    #[error("cannot use `{}`: {error}", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// The archive could not be written.
    #[error("cannot write an archive: {0}")]
    Zip(#[from] zip::result::ZipError),
    /// Registries have no name for this target.
    #[error("no registry platform for the target `{0}`")]
    Platform(String),
    /// There is nothing to make checksums of.
    #[error("no archive of version {VERSION} in `{}`", .0.display())]
    Nothing(PathBuf),
    /// The signature could not be made.
    #[error("gpg did not sign: {0}")]
    Unsigned(String),
}

/// For `map_err`, where a file is used.
fn file(path: &Path) -> impl FnOnce(io::Error) -> Error {
    let path = path.to_owned();
    move |error| Error::File { path, error }
}

/// The registries' words for a Rust target, such as `linux_amd64` for `x86_64-unknown-linux-musl`.
///
/// # Errors
/// A target that registries have no words for.
pub fn platform(target: &str) -> Result<String, Error> {
    let unknown = || Error::Platform(target.to_owned());
    let parts: Vec<&str> = target.split('-').collect();
    let architecture = match parts.first().copied() {
        Some("x86_64") => "amd64",
        Some("aarch64") => "arm64",
        Some("i686") => "386",
        Some("arm" | "armv7") => "arm",
        _ => return Err(unknown()),
    };
    let systems = ["linux", "darwin", "windows", "freebsd", "openbsd"];
    let system = systems.into_iter().find(|system| parts.contains(system)).ok_or_else(unknown)?;
    Ok(format!("{system}_{architecture}"))
}

/// Packs an executable for a platform, with the licences beside it; returns the archive.
///
/// # Errors
/// A file that cannot be read or written.
pub fn pack(executable: &Path, platform: &str, licences: &[&Path], folder: &Path) -> Result<PathBuf, Error> {
    fs::create_dir_all(folder).map_err(file(folder))?;
    let path = folder.join(format!("terraform-provider-{NAME}_{VERSION}_{platform}.zip"));
    let mut zip = ZipWriter::new(File::create(&path).map_err(file(&path))?);
    // No times and no owners: the same executable makes the same archive.
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    let suffix = if platform.starts_with("windows_") { ".exe" } else { "" };
    zip.start_file(format!("terraform-provider-{NAME}_v{VERSION}{suffix}"), options.unix_permissions(0o755))?;
    zip.write_all(&fs::read(executable).map_err(file(executable))?).map_err(file(&path))?;
    for licence in licences {
        let name = licence.file_name().unwrap_or_default().to_string_lossy();
        zip.start_file(name, options.unix_permissions(0o644))?;
        zip.write_all(&fs::read(licence).map_err(file(licence))?).map_err(file(&path))?;
    }
    zip.finish()?;
    Ok(path)
}

/// Writes the manifest and the checksums of everything of this version in the folder; returns both.
///
/// # Errors
/// No archive there, or a file that cannot be read or written.
pub fn seal(folder: &Path) -> Result<[PathBuf; 2], Error> {
    let stem = format!("terraform-provider-{NAME}_{VERSION}");
    if archives(folder)?.is_empty() {
        return Err(Error::Nothing(folder.to_owned()));
    }
    let manifest = folder.join(format!("{stem}_manifest.json"));
    fs::write(&manifest, MANIFEST).map_err(file(&manifest))?;
    let mut lines = String::new();
    for path in archives(folder)?.iter().chain([&manifest]) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        lines.push_str(&format!("{}  {name}\n", checksum(path)?));
    }
    let sums = folder.join(format!("{stem}_SHA256SUMS"));
    fs::write(&sums, lines).map_err(file(&sums))?;
    Ok([manifest, sums])
}

/// Signs the checksums with a key of gpg's keyring, as registries want it: detached and binary. Returns the signature.
///
/// # Errors
/// gpg is missing, or refuses.
pub fn sign(sums: &Path, key: &str) -> Result<PathBuf, Error> {
    sign_by(&mut Command::new("gpg"), sums, key)
}

fn sign_by(gpg: &mut Command, sums: &Path, key: &str) -> Result<PathBuf, Error> {
    let mut signature = sums.as_os_str().to_owned();
    signature.push(".sig");
    gpg.args(["--batch", "--yes", "--local-user", key, "--detach-sign", "--output"]).arg(&signature).arg(sums);
    let output = gpg.output().map_err(|error| Error::Unsigned(error.to_string()))?;
    if output.status.success() {
        return Ok(signature.into());
    }
    Err(Error::Unsigned(String::from_utf8_lossy(&output.stderr).trim().to_owned()))
}

/// The archives of this version in a folder, sorted.
///
/// # Errors
/// A folder that cannot be read.
pub fn archives(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let entries = fs::read_dir(folder).map_err(file(folder))?;
    let mut found = entries.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<Vec<_>>>();
    if let Ok(found) = &mut found {
        found.retain(|path| archive_platform(path).is_some());
        found.sort();
    }
    found.map_err(file(folder))
}

/// The platform of an archive of this version; `None` for any other file.
#[must_use]
pub fn archive_platform(path: &Path) -> Option<&str> {
    let name = path.file_name()?.to_str()?;
    name.strip_prefix(&format!("terraform-provider-{NAME}_{VERSION}_"))?.strip_suffix(".zip")
}

/// SHA-256 in lower-case hexadecimal.
///
/// # Errors
/// A file that cannot be read.
pub fn checksum(path: &Path) -> Result<String, Error> {
    let bytes = fs::read(path).map_err(file(path))?;
    Ok(Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_have_the_registries_names() {
        for (target, expected) in [
            ("x86_64-unknown-linux-musl", "linux_amd64"),
            ("aarch64-unknown-linux-musl", "linux_arm64"),
            ("armv7-unknown-linux-musleabihf", "linux_arm"),
            ("aarch64-apple-darwin", "darwin_arm64"),
            ("x86_64-pc-windows-msvc", "windows_amd64"),
            ("x86_64-unknown-freebsd", "freebsd_amd64"),
        ] {
            assert_eq!(platform(target).unwrap(), expected);
        }
        for target in ["wasm32-unknown-unknown", "riscv64gc-unknown-linux-gnu", ""] {
            assert!(matches!(platform(target), Err(Error::Platform(_))), "{target}");
        }
    }

    #[test]
    fn the_files_are_named_and_summed_as_registries_read_them() {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("program");
        fs::write(&program, "the program").unwrap();
        let dist = folder.path().join("dist");
        assert!(matches!(seal(folder.path()), Err(Error::Nothing(_))));
        for platform in ["linux_amd64", "windows_amd64"] {
            pack(&program, platform, &[], &dist).unwrap();
        }
        let [manifest, sums] = seal(&dist).unwrap();
        let text = fs::read_to_string(&sums).unwrap();
        let names: Vec<&str> = text.lines().map(|line| line.split_once("  ").unwrap().1).collect();
        let name = |end: &str| format!("terraform-provider-mediastore_{VERSION}_{end}");
        assert_eq!(names, [name("linux_amd64.zip"), name("windows_amd64.zip"), name("manifest.json")]);
        let manifest: serde_json::Value = serde_json::from_slice(&fs::read(manifest).unwrap()).unwrap();
        assert_eq!(manifest["metadata"]["protocol_versions"], serde_json::json!(["5.0"]));

        // Read back by another program, as a user would.
        let zip = dist.join(name("linux_amd64.zip"));
        let script = "import sys, zipfile\nfor f in zipfile.ZipFile(sys.argv[1]).infolist(): print(f.filename, oct(f.external_attr >> 16))";
        let listed = Command::new("python3").args(["-c", script]).arg(&zip).output().unwrap();
        let listed = String::from_utf8(listed.stdout).unwrap();
        assert_eq!(listed.trim(), format!("terraform-provider-mediastore_v{VERSION} 0o100755"));
        let checked = Command::new("sha256sum").arg("--check").arg(&sums).current_dir(&dist).output().unwrap();
        assert!(checked.status.success(), "{checked:?}");
        let again = checksum(&zip).unwrap();
        assert_eq!(
            checksum(&pack(&program, "linux_amd64", &[], &dist).unwrap()).unwrap(),
            again,
            "packing is repeatable"
        );
    }

    #[test]
    fn the_signature_is_one_that_gpg_verifies() {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().join("gnupg");
        fs::create_dir(&home).unwrap();
        fs::set_permissions(&home, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
        let gpg = |arguments: &[&str]| {
            let mut command = Command::new("gpg");
            command.arg("--homedir").arg(&home).args(["--batch", "--quiet", "--no-tty"]).args(arguments);
            let output = command.output().expect("the release is signed with gpg; install it");
            assert!(output.status.success(), "{output:?}");
        };
        gpg(&["--passphrase", "", "--quick-generate-key", "release@example.com", "rsa2048", "sign", "1d"]);
        let sums = folder.path().join("SHA256SUMS");
        fs::write(&sums, "sums").unwrap();
        let in_home = |key: &str| sign_by(Command::new("gpg").env("GNUPGHOME", &home), &sums, key);
        let error = in_home("nobody@example.com").unwrap_err();
        assert!(error.to_string().starts_with("gpg did not sign"), "{error}");
        let signature = in_home("release@example.com").unwrap();
        gpg(&["--verify", signature.to_str().unwrap(), sums.to_str().unwrap()]);
    }
}
