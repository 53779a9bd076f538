//! How the provider gets to Terraform: from the release files, over the network mirror protocol, and by its own `install`.

use std::process::Command;

use e2e::Workspace;
use xtask::archive;
use xtask::mirror::Mirror;

use crate::{BUILT, each_client};

#[test]
fn init_installs_from_the_release_files() {
    each_client(|client| {
        let mut workspace = Workspace::new(client);
        let dist = workspace.path().join("dist");
        let here =
            archive::platform(&format!("{}-unknown-{}-gnu", std::env::consts::ARCH, std::env::consts::OS)).unwrap();
        archive::pack(BUILT.provider.as_ref(), &here, &[], &dist).unwrap();
        archive::seal(&dist).unwrap();
        let mirror = Mirror::serve(&dist, "mediastore/mediastore").unwrap();
        workspace.write("ca.pem", mirror.authority());
        let authority = workspace.path().join("ca.pem").display().to_string();
        workspace.cli_configuration(&mirror.cli_configuration());
        workspace.main("resource \"mediastore_container\" \"live\" {\n  name = \"live\"\n}\n");
        workspace.run(["init", "-no-color"]).fails().says("certificate");

        workspace.set("SSL_CERT_FILE", &authority);
        // The mirror names the checksum of each archive, and one that has another is not installed.
        workspace.init().says("Installed mediastore/mediastore v");
        workspace.converges();
        workspace.destroy();
    });
}

#[test]
fn init_finds_what_installed_itself_with_no_further_configuration() {
    each_client(|client| {
        let workspace = Workspace::new(client);
        workspace.cli_configuration("");
        workspace.main("resource \"mediastore_container\" \"live\" {\n  name = \"live\"\n}\n");
        let failed = workspace.run(["init", "-no-color"]);
        assert_ne!(failed.code, 0, "nothing is installed yet: {failed}");
        let installed =
            Command::new(BUILT.provider).arg("install").env_clear().env("HOME", workspace.home()).output().unwrap();
        let said = String::from_utf8_lossy(&installed.stdout);
        assert!(installed.status.success() && said.contains("source  = \"mediastore/mediastore\""), "{installed:?}");
        workspace.init().says("Installed mediastore/mediastore v");
        workspace.converges();
        workspace.destroy();
    });
}
