//! `cargo xtask dist`: the release files of a platform, and the proof that a real Terraform installs from them.
//!
//! For this machine's platform it builds, packs, seals, serves the files as a network mirror, and runs `init`, `apply` and `destroy`
//! from there. For another `--target` it builds and packs; `cargo xtask seal` makes checksums and signature of what several
//! machines packed.

use std::path::{Path, PathBuf};
use std::process::Command;

use xtask::archive;
use xtask::mirror::Mirror;
use xtask::terraform::Terraform;

use crate::shell::{self, Failure, say};

const SOURCE: &str = "mediastore/mediastore";

/// What is to be built.
#[derive(Debug, Default)]
pub(crate) struct Wish {
    target: Option<String>,
    profile: Option<String>,
}

impl Wish {
    /// Reads `--target TRIPLE` and `--profile NAME`; `None` for anything else.
    pub(crate) fn parse(arguments: &[&str]) -> Option<Wish> {
        let mut wish = Wish::default();
        for pair in arguments.chunks(2) {
            match pair {
                ["--target", target] => wish.target = Some((*target).to_owned()),
                ["--profile", profile] => wish.profile = Some((*profile).to_owned()),
                _ => return None,
            }
        }
        Some(wish)
    }
}

/// Builds and packs; for this machine's platform also seals and proves.
pub(crate) fn run(repository: &Path, wish: &Wish) -> Result<(), Failure> {
    let host = host()?;
    let target = wish.target.clone().unwrap_or_else(|| host.clone());
    let platform = archive::platform(&target)?;
    let profile = wish.profile.as_deref().unwrap_or("release");
    let mut arguments = vec!["--package", "terraform-provider-mediastore", "--profile", profile];
    if let Some(target) = &wish.target {
        arguments.extend(["--target", target]);
    }
    let built = shell::build(repository, &arguments)?;
    let executable = shell::executable(&built, "terraform-provider-mediastore")?;
    let folder = folder(repository)?;
    let licences = ["LICENSE-APACHE", "LICENSE-MIT"].map(|name| repository.join(name));
    let licences: Vec<&Path> = licences.iter().map(PathBuf::as_path).collect();
    say(&format!("packed {}", archive::pack(executable, &platform, &licences, &folder)?.display()));
    if archive::platform(&host)? != platform {
        say("This machine cannot run it: `cargo xtask seal` sums up what all machines packed.");
        return Ok(());
    }
    seal(repository, None)?;
    prove(&folder)
}

/// Checksums of what was packed, and a signature where there is a key.
pub(crate) fn seal(repository: &Path, key: Option<&str>) -> Result<(), Failure> {
    let [manifest, sums] = archive::seal(&folder(repository)?)?;
    say(&format!("wrote {}\nwrote {}", manifest.display(), sums.display()));
    match key {
        Some(key) => say(&format!("wrote {}", archive::sign(&sums, key)?.display())),
        None => say("not signed: `cargo xtask seal --key FINGERPRINT` signs with gpg, as registries want it"),
    }
    Ok(())
}

fn folder(repository: &Path) -> Result<PathBuf, Failure> {
    Ok(shell::target_directory(repository)?.join("dist"))
}

/// Installs from the packed files with a real Terraform.
fn prove(folder: &Path) -> Result<(), Failure> {
    let terraform = match Terraform::on_path() {
        Some(terraform) => terraform,
        None => Terraform::from_pypi(folder)?,
    };
    let mirror = Mirror::serve(folder, SOURCE)?;
    let work = folder.join("proof");
    shell::empty_folder(&work)?;
    shell::write(&work.join("cli.tfrc"), &mirror.cli_configuration())?;
    shell::write(&work.join("ca.pem"), mirror.authority())?;
    shell::write(
        &work.join("main.tf"),
        "terraform {\n  required_providers {\n    mediastore = { source = \"mediastore/mediastore\" }\n  }\n}\n\
         resource \"mediastore_container\" \"proof\" {\n  name = \"proof\"\n}\n",
    )?;
    for arguments in
        [&["init"][..], &["apply", "-auto-approve"], &["plan", "-detailed-exitcode"], &["destroy", "-auto-approve"]]
    {
        let shown = format!("{} {}", terraform.name, arguments.join(" "));
        let mut command = terraform.command();
        command
            .args(arguments)
            .arg("-no-color")
            .current_dir(&work)
            .env("TF_CLI_CONFIG_FILE", work.join("cli.tfrc"))
            .env("SSL_CERT_FILE", work.join("ca.pem"))
            .env("CHECKPOINT_DISABLE", "1");
        shell::run(&shown, &mut command, 0)?;
    }
    say(&format!("{} installs the packed provider and works with it.", terraform.version));
    Ok(())
}

/// The Rust target of this machine.
fn host() -> Result<String, Failure> {
    let output =
        Command::new("rustc").arg("-vV").output().map_err(|error| Failure::Unexpected(format!("rustc: {error}")))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).ok_or_else(|| Failure::Unexpected("`rustc -vV` names no host".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repository;

    #[test]
    fn the_release_workflow_names_targets_and_chores_that_there_are() {
        let text = std::fs::read_to_string(repository().join("docs/release/github-workflow.yml")).unwrap();
        let targets: Vec<&str> = text.lines().filter_map(|line| line.trim().strip_prefix("- target: ")).collect();
        let platforms: Vec<String> = targets.iter().map(|target| archive::platform(target).unwrap()).collect();
        for wanted in ["linux_amd64", "linux_arm64", "darwin_amd64", "darwin_arm64", "windows_amd64"] {
            assert!(platforms.iter().any(|platform| platform == wanted), "{wanted} is not released: {platforms:?}");
        }
        let chores: Vec<&str> =
            text.split("cargo xtask ").skip(1).filter_map(|rest| rest.split_whitespace().next()).collect();
        assert!(chores.contains(&"dist") && chores.contains(&"seal"), "{chores:?}");
        for chore in chores {
            assert!(crate::USAGE.contains(&format!("\n  {chore} ")), "`cargo xtask {chore}` is unknown");
        }
    }

    #[test]
    fn only_known_arguments_are_taken() {
        assert!(Wish::parse(&[]).is_some());
        let wish = Wish::parse(&["--target", "x86_64-apple-darwin", "--profile", "dev"]).unwrap();
        assert_eq!((wish.target.as_deref(), wish.profile.as_deref()), (Some("x86_64-apple-darwin"), Some("dev")));
        for wrong in [&["--target"][..], &["x"], &["--key", "y"]] {
            assert!(Wish::parse(wrong).is_none(), "{wrong:?}");
        }
    }
}
