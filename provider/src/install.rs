//! `install`: places the binary in a local mirror, so that `terraform init` finds it with no further configuration.
//!
//! Terraform and OpenTofu search `~/.terraform.d/plugins` without being told to. The layout is
//! `HOST/NAMESPACE/TYPE/VERSION/OS_ARCH/terraform-provider-TYPE_vVERSION`.

#![allow(clippy::print_stdout, clippy::print_stderr)] // talking to the user is this module's purpose

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs};

use crate::SOURCE;

/// Registries whose clients take the short address for their own.
const HOSTS: [&str; 2] = ["registry.terraform.io", "registry.opentofu.org"];

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Arguments of `install`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Mirror folder [default: ~/.terraform.d/plugins, which Terraform and OpenTofu search by themselves]
    #[arg(long, value_name = "FOLDER")]
    mirror: Option<PathBuf>,
}

/// Installs, and says where.
pub(crate) fn run(arguments: &Arguments) -> ExitCode {
    match install(arguments.mirror.as_deref()) {
        Ok(places) => {
            for place in places {
                println!("installed {}", place.display());
            }
            println!("\nUse it with:\n\n{}", required_providers());
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Why the binary could not be placed.
#[derive(Debug, thiserror::Error)]
enum InstallError {
    #[error("cannot tell the home folder: set HOME, or choose a mirror with --mirror")]
    NoHome,
    #[error("cannot tell where this program is: {0}")]
    NoSelf(io::Error),
    #[error("cannot write `{}`: {error}", .path.display())]
    Unwritable { path: PathBuf, error: io::Error },
}

fn install(mirror: Option<&Path>) -> Result<Vec<PathBuf>, InstallError> {
    let mirror = match mirror {
        Some(mirror) => mirror.to_owned(),
        None => {
            let home = env::home_dir().filter(|home| !home.as_os_str().is_empty()).ok_or(InstallError::NoHome)?;
            home.join(".terraform.d/plugins")
        }
    };
    let binary = env::current_exe().map_err(InstallError::NoSelf)?;
    HOSTS.iter().map(|host| place(&binary, &mirror, host)).collect()
}

fn place(binary: &Path, mirror: &Path, host: &str) -> Result<PathBuf, InstallError> {
    let name = SOURCE.rsplit('/').next().unwrap_or(SOURCE);
    let folder = mirror.join(host).join(SOURCE).join(VERSION).join(platform());
    let target = folder.join(format!("terraform-provider-{name}_v{VERSION}{}", env::consts::EXE_SUFFIX));
    let unwritable = |path: &Path| {
        let path = path.to_owned();
        move |error| InstallError::Unwritable { path, error }
    };
    fs::create_dir_all(&folder).map_err(unwritable(&folder))?;
    // A running Terraform may hold the old file: write beside it, then rename.
    let fresh = folder.join(format!(".installing-{}", std::process::id()));
    fs::copy(binary, &fresh).map_err(unwritable(&fresh))?;
    fs::rename(&fresh, &target).map_err(unwritable(&target))?;
    Ok(target)
}

/// Terraform's words for this platform.
fn platform() -> String {
    let os = match env::consts::OS {
        "macos" => "darwin",
        other => other,
    };
    let architecture = match env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        "x86" => "386",
        other => other,
    };
    format!("{os}_{architecture}")
}

fn required_providers() -> String {
    format!(
        "terraform {{\n  required_providers {{\n    mediastore = {{\n      source  = \"{SOURCE}\"\n      version = \
         \"{VERSION}\"\n    }}\n  }}\n}}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_layout_is_the_one_terraform_searches() {
        let mirror = tempfile::tempdir().unwrap();
        let places = install(Some(mirror.path())).unwrap();
        let relative = places[0].strip_prefix(mirror.path()).unwrap().display().to_string();
        let expected = format!(
            "registry.terraform.io/mediastore/mediastore/{VERSION}/{}/terraform-provider-mediastore_v{VERSION}",
            platform()
        );
        assert_eq!(relative, expected);
        assert_eq!(install(Some(mirror.path())).unwrap(), places, "installing again replaces");
        let left: Vec<_> = fs::read_dir(places[0].parent().unwrap()).unwrap().collect();
        assert_eq!(left.len(), 1, "nothing is left beside the binary");
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_named() {
        let mirror = tempfile::tempdir().unwrap();
        let file = mirror.path().join("file");
        fs::write(&file, "").unwrap();
        let error = install(Some(&file)).unwrap_err().to_string();
        assert!(error.starts_with("cannot write `") && error.contains("file/registry.terraform.io"), "{error}");
    }
}
