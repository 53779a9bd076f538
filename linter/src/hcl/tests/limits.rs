//! What is not evaluated is told, and never taken for something else.

use std::fmt::Write;
use std::fs;

use super::super::{Disk, Options, read_module};
use super::{printed, read, unit};

#[test]
fn a_bound_is_no_failure_that_a_configuration_can_catch() {
    let mut locals = "locals {\n  a0 = \"deep\"\n".to_owned();
    (1..500).for_each(|at| writeln!(locals, "  a{at} = local.a{}", at - 1).expect("memory"));
    for (call, fault) in [
        ("try(local.a499, \"caught\")", "this is nested too deeply to evaluate"),
        ("can(local.a499) ? \"x\" : \"caught\"", "this is nested too deeply to evaluate"),
        ("try(regex(\"(?=a)\", \"a\"), \"caught\")", "`regex`: `(?=a)` is no regular expression that can be evaluated"),
    ] {
        let text = format!("{locals}}}\nresource \"mediastore_container\" \"c\" {{\n  name = {call}\n}}\n");
        let unit = unit(&text);
        let faults: Vec<_> = unit.faults.iter().map(|fault| fault.message.as_str()).collect();
        assert_eq!(faults, [fault], "{call}");
        assert!(!printed(&unit).contains("\"caught\""), "{call}: {}", printed(&unit));
    }
}

#[test]
fn a_file_that_is_not_read_is_not_taken_for_absent() {
    let outer = tempfile::tempdir().expect("a directory");
    let inner = outer.path().join("inner");
    fs::create_dir_all(inner.join(".git")).expect("a directory");
    fs::write(outer.path().join("name"), "outside").expect("a file");
    for (call, expected, faults) in [
        ("try(file(\"none\"), \"caught\")", "\"caught\"", 0),
        ("try(file(\"../none\"), \"caught\")", "\"caught\"", 0),
        ("try(file(\"../name\"), \"caught\")", "${mediastore_container.c.name}", 1),
        ("fileexists(\"none\") ? \"x\" : \"y\"", "\"y\"", 0),
        ("fileexists(\"../name\") ? \"x\" : \"y\"", "${fileexists(\"../name\") ? \"x\" : \"y\"}", 0),
    ] {
        let text = format!("resource \"mediastore_container\" \"c\" {{\n  name = {call}\n}}\n");
        fs::write(inner.join("main.tf"), text).expect("a file");
        let unit = read_module(&Disk::around(&inner), &inner, &Options::default()).unit;
        assert_eq!(unit.containers[0].name.to_string(), expected, "{call}");
        assert_eq!(unit.faults.len(), faults, "{call}: {:?}", unit.faults);
    }
}

#[test]
fn what_is_secret_keeps_the_members_that_may_be_there() {
    let unit = unit(
        r#"
variable "key" {}
resource "mediastore_container" "c" {
  name = sensitive({ (var.key) = "a" }).name
}
"#,
    );
    assert_eq!(unit.faults.len(), 0, "{:?}", unit.faults);
}

#[test]
fn what_is_beyond_us_is_unknown_and_no_failure() {
    for (call, is_known) in [
        ("parseint(\"zz\", 36)", true),
        ("parseint(\"zz\", 62)", false),
        ("parseint(\"99999999999999999999\", 10)", false),
        ("length(\"gr\u{f6}\u{df}e \u{65e5}\u{672c}\")", true),
        ("length(\"e\u{301}\")", false),
        ("length(\"a\\r\\n\")", false),
        ("strrev(\"e\u{301}\")", false),
        ("substr(\"e\u{301}\", 0, 1)", false),
        ("substr(\"\u{e9}a\", 0, 1)", true),
        ("regex(\"\\\\w+\", \"ab\")", true),
        ("regex(\"\\\\w+\", \"a\u{e9}\")", false),
        ("replace(\"a\u{e9}\", \"/\\\\w/\", \"x\")", false),
    ] {
        let unit = unit(&format!("resource \"mediastore_container\" \"c\" {{\n  name = try({call}, \"caught\")\n}}\n"));
        let name = &unit.containers[0].name;
        let text = name.to_string();
        assert_eq!(!text.contains("${"), is_known, "{call}: {text}");
        assert!(!text.contains("caught"), "{call}: {text}");
    }
}

#[test]
fn blocks_with_the_wrong_number_of_labels_are_told_wherever_they_stand() {
    for (file, kind) in [("main.tf", "ephemeral"), ("override.tf", "ephemeral"), ("override.tf", "resource")] {
        let text = format!("{kind} \"mediastore_container\" {{\n}}\n");
        let unit = read(&[(file, &text)]).unit;
        let faults: Vec<_> = unit.faults.iter().map(|fault| fault.message.clone()).collect();
        assert_eq!(faults, [format!("a block `{kind}` with 1 labels")], "{file}");
    }
}
