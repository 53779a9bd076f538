//! What a walk finds.

use std::fs;
use std::path::{Path, PathBuf};

use rayon::iter::ParallelIterator;

use super::super::{Options, find, read};

const POLICY: &str = r#"{"Statement": [{"Principal": "*", "Action": "mediastore:GetObject"}]}"#;

/// A folder with these files, each of them a policy unless it has a text of its own.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, if text.is_empty() { POLICY } else { text }).expect("a file");
    }
    folder
}

/// The documents' files and the faults' messages, without the folder's own name.
fn found(folder: &Path, paths: &[&str], exclude: &[&str]) -> Vec<String> {
    let paths: Vec<PathBuf> = paths.iter().map(|path| folder.join(path)).collect();
    let options =
        Options { exclude: exclude.iter().map(|&pattern| pattern.to_owned()).collect(), ..Options::default() };
    let lines = read(&paths, &options).flat_map_iter(|unit| {
        let containers = unit.containers.iter().map(|container| container.origin.address.clone());
        let documents = unit.documents.iter().map(|document| document.origin.address.clone());
        let faults = unit.faults.iter().map(|fault| fault.message.clone());
        containers.chain(documents).chain(faults).collect::<Vec<_>>()
    });
    let prefix = format!("{}/", folder.display());
    lines.map(|line| line.replace(&prefix, "")).collect()
}

#[test]
fn a_walk_passes_over_what_git_does() {
    let folder = folder(&[
        ("b/policy.json", ""),
        ("a/policy.json", ""),
        ("a/policy.txt", ""),
        ("a/.terraform/modules/policy.json", ""),
        (".hidden/policy.json", ""),
        ("out/policy.json", ""),
        ("c/vars.tfvars.json", ""),
        (".gitignore", "out/\n"),
    ]);
    assert_eq!(found(folder.path(), &[""], &[]), ["a/policy.json", "b/policy.json"]);
    assert_eq!(found(folder.path(), &["", "a", "a/policy.json"], &[]), ["a/policy.json", "b/policy.json"]);
    assert_eq!(found(folder.path(), &[""], &["**/b/**"]), ["a/policy.json"]);
    assert_eq!(found(folder.path(), &["out/policy.json"], &[]), ["out/policy.json"], "what is named is read");
    assert_eq!(found(folder.path(), &["a/policy.txt"], &[]), ["a/policy.txt"]);
}

#[test]
fn what_cannot_be_read_is_a_fault_and_the_rest_is_read() {
    let folder = folder(&[("good.json", ""), ("bad.json", "{\"mediastore:\"")]);
    fs::write(folder.path().join("wide.json"), b"\xff\xfe{\0}\0").expect("a file");
    fs::write(folder.path().join("latin.json"), b"{\n\"\xe9\"}").expect("a file");
    assert_eq!(
        found(folder.path(), &["", "absent.json", "wide.json", "latin.json"], &[]),
        [
            "cannot read `absent.json`: No such file or directory (os error 2)",
            "expected a colon after the key",
            "good.json",
            "`latin.json` is not UTF-8: line 2, byte 4",
            "`wide.json` is UTF-16, not UTF-8",
        ]
    );
}

const CONTAINER: &str =
    "resource \"mediastore_container\" \"c\" {\n  name = var.name\n}\nvariable \"name\" {\n  default = \"d\"\n}\n";

#[test]
fn directories_of_source_are_judged_from_their_roots() {
    let call = |source: &str| format!("module \"m\" {{\n  source = \"{source}\"\n  name   = \"n\"\n}}\n");
    let folder = folder(&[
        ("live/main.tf", &call("../modules/container")),
        ("modules/container/main.tf", CONTAINER),
        ("alone/main.tofu", CONTAINER),
        ("json/main.tf.json", r#"{"resource": {"mediastore_container": {"j": {"name": "j"}}}}"#),
        ("other/main.tf", "resource \"null_resource\" \"n\" {"),
        ("circle/a/main.tf", &(call("../b") + CONTAINER)),
        ("circle/b/main.tf", &call("../a")),
        ("alone/.terraform/x/main.tf", CONTAINER),
    ]);
    let all = found(folder.path(), &[""], &[]);
    let expected = [
        "mediastore_container.c",
        "mediastore_container.c",
        "mediastore_container.j",
        "module.m.mediastore_container.c",
    ];
    let mut addresses: Vec<&str> =
        all.iter().map(String::as_str).filter(|it| it.contains("mediastore_container")).collect();
    addresses.sort_unstable();
    addresses.retain(|address| !address.contains("module.m.module.m"));
    assert_eq!(addresses, expected, "{all:?}");
    assert_eq!(
        found(folder.path(), &["modules"], &[]),
        ["mediastore_container.c"],
        "called, but not by anything given"
    );
    assert_eq!(found(folder.path(), &["alone/main.tofu", "alone"], &[]), ["mediastore_container.c"]);
}

#[test]
fn a_module_from_elsewhere_may_make_a_container_whatever_it_is_called() {
    let call = "module \"m\" {\n  source = \"terraform-aws-modules/vpc/aws\"\n}\n";
    let list = r#"{"Modules": [{"Key": "m", "Source": "registry.terraform.io/terraform-aws-modules/vpc/aws", "Dir": ".terraform/modules/m"}]}"#;
    let folder = folder(&[
        ("absent/main.tf", call),
        ("harmless/main.tf", call),
        ("harmless/.terraform/modules/modules.json", list),
        ("harmless/.terraform/modules/m/main.tf", "resource \"aws_vpc\" \"v\" {}\n"),
        ("ours/main.tf", call),
        ("ours/.terraform/modules/modules.json", list),
        ("ours/.terraform/modules/m/main.tf", CONTAINER),
        ("none/main.tf", "resource \"null_resource\" \"n\" {}\n"),
    ]);
    let expected = [
        "the module `m` comes from `terraform-aws-modules/vpc/aws` and is not here",
        "module.m.mediastore_container.c",
    ];
    assert_eq!(found(folder.path(), &[""], &[]), expected);
    #[cfg(unix)]
    {
        // What is installed as a link is read where it leads, and that is outside.
        let outside = self::folder(&[("main.tf", CONTAINER)]);
        let linked = folder.path().join("ours/.terraform/modules/m");
        fs::remove_dir_all(&linked).expect("a folder");
        std::os::unix::fs::symlink(outside.path(), &linked).expect("a link");
        let message = "the module `m` has no configuration in `ours/.terraform/modules/m` that can be read".to_owned();
        assert_eq!(found(folder.path(), &["ours"], &[]), [message]);
    }
}

#[test]
fn what_a_configuration_reads_is_judged_there() {
    let source = "resource \"mediastore_container_policy\" \"p\" {\n  container_name = \"c\"\n  policy = file(\"${path.module}/p.json\")\n}\n";
    let folder = folder(&[("a/main.tf", source), ("a/p.json", ""), ("b/p.json", "")]);
    assert_eq!(found(folder.path(), &[""], &[]), ["mediastore_container_policy.p", "b/p.json"]);
    assert_eq!(found(folder.path(), &["a/p.json"], &[]), ["a/p.json"], "what is named is judged as it stands");
}

#[cfg(unix)]
#[test]
fn links_are_not_followed() {
    let folder = folder(&[("a/policy.json", "")]);
    std::os::unix::fs::symlink(folder.path(), folder.path().join("a/loop")).expect("a link");
    std::os::unix::fs::symlink(folder.path().join("gone"), folder.path().join("a/gone.json")).expect("a link");
    assert_eq!(found(folder.path(), &[""], &[]), ["a/policy.json"]);
}

#[test]
fn a_pattern_that_is_none_is_a_fault() {
    let folder = folder(&[("a.json", "")]);
    let found = found(folder.path(), &[""], &["a/{b"]);
    assert!(found[0].starts_with("a pattern of what to exclude cannot be used"), "{found:?}");
    assert_eq!(found[1..], ["a.json"]);
}

#[test]
fn nothing_is_found_in_nothing() {
    assert!(find(&[], &Options::default()).is_empty());
}
