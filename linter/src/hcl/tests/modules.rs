//! Modules from elsewhere: read where they are installed, and told where they are not.

use super::{printed, read};

const CONTAINER: &str = "resource \"mediastore_container\" \"c\" {\n  name = \"here\"\n}\n";
const MODULE: &str =
    "variable \"name\" {}\nresource \"mediastore_container\" \"c\" {\n  name = \"${var.name}-${path.module}\"\n}\n";
const LIST: &str = ".terraform/modules/modules.json";

/// A call of this source, with more arguments.
fn call(name: &str, source: &str, more: &str) -> String {
    format!("module \"{name}\" {{\n  source = {source}\n  {more}\n}}\n")
}

/// The list that `terraform init` writes, of keys, sources, versions and directories.
fn list(records: &[(&str, &str, &str, &str)]) -> String {
    let record = |(key, source, version, dir): &(&str, &str, &str, &str)| {
        let version = if version.is_empty() { String::new() } else { format!(r#""Version":"{version}","#) };
        format!(r#"{{"Key":"{key}","Source":"{source}",{version}"Dir":"{dir}"}}"#)
    };
    let records: Vec<String> = std::iter::once(&("", "", "", ".")).chain(records).map(record).collect();
    format!(r#"{{"Modules":[{}]}}"#, records.join(","))
}

#[track_caller]
fn assert_read(files: &[(&str, &str)], expected: &str) {
    assert_eq!(printed(&read(files).unit), expected, "{files:?}");
}

#[test]
fn a_module_that_is_not_here_is_told() {
    for (source, from) in [
        (r#""terraform-aws-modules/vpc/aws""#, "from `terraform-aws-modules/vpc/aws`"),
        (r#""git::https://example.com/origin.git?ref=v1""#, "from `git::https://example.com/origin.git?ref=v1`"),
        (r#""https://example.com/origin.zip""#, "from `https://example.com/origin.zip`"),
        (r#""/srv/origin""#, "from `/srv/origin`"),
        // OpenTofu evaluates it; what it leads to is in its list.
        ("var.source", "from elsewhere"),
    ] {
        let text = call("m", source, "") + CONTAINER;
        let expected = format!(
            "mediastore_container.c name=\"here\" tags={{}}\nNotEvaluated at main.tf:1:1 `module \"m\"`: the module `m` comes {from} and is not here\n"
        );
        assert_read(&[("main.tf", &text)], &expected);
    }
    for (text, expected) in [
        // Each call where there is something to judge, none where the module is called no time at all.
        (
            call("a", r#""x/y/z""#, "")
                + &call("b", r#""x/y/z""#, "count = 2")
                + &call("c", r#""x/y/z""#, "count = 0")
                + CONTAINER,
            "mediastore_container.c name=\"here\" tags={}\nNotEvaluated at main.tf:1:1 `module \"a\"`: the module `a` comes from `x/y/z` and is not here\nNotEvaluated at main.tf:5:1 `module \"b\"`: the module `b` comes from `x/y/z` and is not here\n",
        ),
        // One for all where there is not.
        (
            (1..8).map(|at| call(&format!("m{at}"), r#""x/y/z""#, "")).collect::<String>(),
            "NotEvaluated at main.tf:1:1 `module \"m1\"`: the modules `m1`, `m2`, `m3`, `m4`, `m5` and 2 more come from elsewhere and are not here\n",
        ),
        ("module \"m\" {}\n".to_owned(), "NotEvaluated at main.tf:1:1 `module \"m\"`: the module `m` has no source\n"),
    ] {
        assert_read(&[("main.tf", &text)], expected);
    }
    // Through a local module that has nothing else in it.
    let outer = call("l", r#""./l""#, "");
    let expected = "NotEvaluated at l/main.tf:1:1 `module \"m\"`: the module `m` comes from `x/y/z` and is not here\n";
    assert_read(&[("main.tf", &outer), ("l/main.tf", &call("m", r#""x/y/z""#, ""))], expected);
}

#[test]
fn an_installed_module_is_read() {
    let registry = "registry.terraform.io/acme/origin/aws";
    let root = call("o", r#""acme/origin/aws""#, "version = \"~> 2.1\"\n  name = \"live\"");
    let list = list(&[
        ("o", registry, "2.3.0", ".terraform/modules/o"),
        ("o.inner", "./modules/inner", "", ".terraform/modules/o/modules/inner"),
        ("o.inner.vpc", "git::https://example.com/vpc.git", "", ".terraform/modules/o.inner.vpc"),
    ]);
    let inner = call("inner", r#""./modules/inner""#, "name = var.name") + "variable \"name\" {}\n";
    let inmost = call("vpc", r#""git::https://example.com/vpc.git""#, "") + MODULE;
    assert_read(
        &[
            ("main.tf", &root),
            (LIST, &list),
            (".terraform/modules/o/main.tf", &inner),
            (".terraform/modules/o/modules/inner/main.tf", &inmost),
            (".terraform/modules/o.inner.vpc/main.tf", "resource \"aws_vpc\" \"v\" {}\n"),
        ],
        "module.o.module.inner.mediastore_container.c name=\"live-.terraform/modules/o/modules/inner\" tags={}\n",
    );
}

#[test]
fn what_is_installed_and_not_meant_is_not_read() {
    let registry = "registry.terraform.io/acme/origin/aws";
    let good = list(&[("o", registry, "2.3.0", ".terraform/modules/o")]);
    for (more, list, expected) in [
        (
            "",
            list(&[]),
            "NotEvaluated at main.tf:1:1 `module \"o\"`: the module `o` comes from `acme/origin/aws` and is not here\n",
        ),
        (
            "",
            list(&[("o", "registry.terraform.io/acme/other/aws", "2.3.0", ".terraform/modules/o")]),
            "NotEvaluated at main.tf:1:1 `module \"o\"`: the module `o` comes from `acme/origin/aws`, but what is installed is from `registry.terraform.io/acme/other/aws`\n",
        ),
        (
            "version = \"~> 3.0\"",
            good.clone(),
            "NotEvaluated at main.tf:1:1 `module \"o\"`: the module `o` is wanted in version `~> 3.0`, but 2.3.0 is installed\n",
        ),
        (
            "",
            list(&[("o", registry, "2.3.0", ".terraform/modules/gone")]),
            "NotEvaluated at main.tf:1:1 `module \"o\"`: the module `o` has no configuration in `.terraform/modules/gone` that can be read\n",
        ),
        (
            "",
            "{\"Modules\": [\n  {\"Key\": 1}]}".to_owned(),
            "Broken at .terraform/modules/modules.json:2:11 ``: this is no list of installed modules: invalid type: integer `1`, expected a string\nNotEvaluated at main.tf:1:1 `module \"o\"`: the module `o` comes from `acme/origin/aws` and is not here\n",
        ),
    ] {
        let root = call("o", r#""acme/origin/aws""#, more);
        assert_read(&[("main.tf", &root), (LIST, &list), (".terraform/modules/o/main.tf", MODULE)], expected);
    }
}

#[test]
fn one_directory_with_two_installations_is_told() {
    let root = call("a", r#""./l""#, "") + &call("b", r#""./l""#, "");
    let versions = |second: &str| {
        list(&[
            ("a.o", "registry.terraform.io/acme/origin/aws", "2.3.0", ".terraform/modules/a.o"),
            ("b.o", "registry.terraform.io/acme/origin/aws", second, ".terraform/modules/b.o"),
        ])
    };
    let both = "module.a.module.o.mediastore_container.c name=\"here\" tags={}\nmodule.b.module.o.mediastore_container.c name=\"here\" tags={}\n";
    for (second, expected) in [
        ("2.3.0", both.to_owned()),
        (
            "2.4.0",
            format!(
                "{both}NotEvaluated at main.tf:5:1 `module \"b\"`: `b` is judged with the modules that are installed for another call of it, which differ\n"
            ),
        ),
    ] {
        let local = call("o", r#""acme/origin/aws""#, "");
        let files = [
            ("main.tf", root.as_str()),
            ("l/main.tf", &local),
            (LIST, &versions(second)),
            (".terraform/modules/a.o/main.tf", CONTAINER),
            (".terraform/modules/b.o/main.tf", CONTAINER),
        ];
        assert_read(&files, &expected);
    }
}

#[test]
fn what_other_resources_say_of_mediastore_is_told() {
    for (text, expected) in [
        (
            "resource \"aws_cloudformation_stack\" \"s\" {\n  name = \"s\"\n  template_body = jsonencode({ Resources = { C = { Type = \"AWS::MediaStore::Container\" } } })\n}\n",
            "NotEvaluated at main.tf:1:1 `resource \"aws_cloudformation_stack\" \"s\"`: `aws_cloudformation_stack.s` has `AWS::MediaStore::` in it, which is not judged here\n",
        ),
        (
            "resource \"null_resource\" \"cors\" {\n  provisioner \"local-exec\" {\n    command = \"aws mediastore put-cors-policy --cors-policy file://cors.json\"\n  }\n}\n",
            "NotEvaluated at main.tf:1:1 `resource \"null_resource\" \"cors\"`: `null_resource.cors` has `aws mediastore ` in it, which is not judged here\n",
        ),
        (
            "resource \"null_resource\" \"n\" {\n  count = 0\n  triggers = { a = \"AWS::MediaStore::Container\" }\n}\n",
            "",
        ),
        ("resource \"null_resource\" \"n\" {\n  triggers = { a = \"mediastore\" }\n}\n", ""),
    ] {
        assert_read(&[("main.tf", text)], expected);
    }
}
