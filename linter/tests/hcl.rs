//! Terraform source from outside: the corpus that the end-to-end tests compare with Terraform, whole, cut off and with bytes changed, and
//! what is made to hurt.

#[path = "hcl/invariants.rs"]
mod invariants;

use std::fmt::Write;
use std::path::{Path, PathBuf};

/// Every configuration of the corpus as one text.
fn corpus() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/cases/hcl");
    let mut configurations = Vec::new();
    for case in std::fs::read_dir(&root).expect("the corpus").map(|entry| entry.expect("an entry").path()) {
        let mut text = String::new();
        let mut waiting = vec![case.clone()];
        while let Some(path) = waiting.pop() {
            if path.is_dir() {
                waiting
                    .extend(std::fs::read_dir(&path).expect("a folder").map(|entry| entry.expect("an entry").path()));
                continue;
            }
            let name: PathBuf = path.strip_prefix(&case).expect("inside").to_owned();
            let content = std::fs::read_to_string(&path).expect("a file");
            writeln!(text, "=== {}\n{content}", name.display()).expect("memory");
        }
        configurations.push(text);
    }
    assert!(configurations.len() > 60);
    configurations.sort();
    configurations
}

#[test]
fn the_corpus_whole_and_damaged() {
    // A generator that is the same everywhere.
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state >> 33).expect("31 bits") % below
    };
    let pieces: Vec<&[u8]> = vec![
        b"${", b"}", b"\"", b"[", b"{", b"\n", b"<<EOF\n", b"for ", b"...", b"%{", b"~", b"(", b"?", b"\\", b"\xc3",
    ];
    for text in corpus() {
        invariants::of_configuration(text.as_bytes());
        for _ in 0..6 {
            let mut bytes = text.clone().into_bytes();
            match random(3) {
                0 => bytes.truncate(random(bytes.len())),
                1 => {
                    let at = random(bytes.len());
                    let piece = pieces[random(pieces.len())];
                    bytes.splice(at..at, piece.iter().copied());
                }
                _ => {
                    let at = random(bytes.len());
                    bytes.remove(at);
                }
            }
            invariants::of_configuration(&bytes);
        }
    }
}

/// A resource whose policy is this expression, behind these declarations.
fn policy(declarations: &str, expression: &str) -> String {
    format!(
        "{declarations}\nresource \"mediastore_container_policy\" \"x\" {{\n  container_name = \"x\"\n  policy = {expression}\n}}\n"
    )
}

#[test]
fn what_is_made_to_hurt_ends_with_a_fault() {
    let many = |count: usize, line: &dyn Fn(usize) -> String| (0..count).map(line).collect::<String>();
    let deep = 20_000;
    let cases: Vec<(&str, String, &str)> = vec![
        ("brackets", policy("", &"[".repeat(deep)), "nested deeper"),
        ("parentheses", policy("", &format!("{}1{}", "(".repeat(deep), ")".repeat(deep))), "nested deeper"),
        ("braces", policy("", &"{a=".repeat(deep)), "nested deeper"),
        ("minus", policy("", &format!("{}1", "-".repeat(deep))), "nested deeper"),
        ("templates", policy("", &"\"${".repeat(deep)), "nested deeper"),
        ("directives", policy("", &format!("\"{}\"", "%{ if true }".repeat(deep))), "nested deeper"),
        ("conditions", policy("", &"true ? 1 : ".repeat(deep)), "nested deeper"),
        ("splats", policy("", &format!("x{}", "[*]".repeat(deep))), "nested deeper"),
        ("blocks", "a {\n".repeat(deep), "nested deeper"),
        ("sums", policy("", &format!("1{}", " + 1".repeat(deep))), "operators in a row"),
        ("heredoc", policy("", "<<EOF\n{"), "heredoc is not closed"),
        ("comment", "/* ".to_owned(), "comment is not closed"),
        ("string", policy("", "\"abc"), "string is not closed"),
        ("escape", policy("", r#""\x""#), "escape"),
        ("number", policy("", &"9".repeat(deep)), "28 digits"),
        ("local cycle", policy("locals {\n  a = local.b\n  b = [local.a]\n}", "jsonencode(local.a)"), "refers to itself"),
        ("local of itself", policy("locals { a = local.a }", "local.a"), "refers to itself"),
        (
            "count of itself",
            "resource \"mediastore_container\" \"x\" {\n  count = length(mediastore_container.x)\n  name = \"x\"\n}\n".to_owned(),
            "refers to itself",
        ),
        (
            "name of itself",
            "resource \"mediastore_container\" \"x\" {\n  name = mediastore_container.x.name\n}\n".to_owned(),
            "refers to itself",
        ),
        (
            "locals in a long row",
            policy(&format!("locals {{\n  l0 = \"x\"\n{}}}", many(5000, &|i| format!("  l{} = local.l{i}\n", i + 1))), "local.l5000"),
            "nested too deeply",
        ),
        (
            "doubled text",
            policy(&format!("locals {{\n  l0 = \"xxxxxxxx\"\n{}}}", many(60, &|i| format!("  l{} = \"${{local.l{i}}}${{local.l{i}}}\"\n", i + 1))), "local.l60"),
            "longer than",
        ),
        (
            "doubled list",
            policy(&format!("locals {{\n  l0 = [1]\n{}}}", many(60, &|i| format!("  l{} = concat(local.l{i}, local.l{i})\n", i + 1))), "jsonencode(local.l60)"),
            "too much work",
        ),
        (
            "list in itself",
            policy(&format!("locals {{\n  l0 = [1]\n{}}}", many(60, &|i| format!("  l{} = [local.l{i}, local.l{i}]\n", i + 1))), "jsonencode(local.l60)"),
            "more than 1000000 parts",
        ),
        (
            "object in itself",
            policy(&format!("variable \"k\" {{}}\nlocals {{\n  l0 = {{}}\n{}}}", many(60, &|i| format!("  l{} = {{ a = local.l{i}, b = local.l{i} }}\n", i + 1))), "local.l60[var.k]"),
            "more than 1000000 parts",
        ),
        (
            "text in text",
            policy(&format!("locals {{\n  l0 = \"\\\"\"\n{}}}", many(60, &|i| format!("  l{} = jsonencode(local.l{i})\n", i + 1))), "local.l60"),
            "more than 1000000 parts",
        ),
        (
            "loops in loops",
            policy("locals { r = range(1000) }", "jsonencode([for a in local.r : [for b in local.r : [for c in local.r : [for d in local.r : d]]]])"),
            "too much work",
        ),
        ("products", policy("locals { r = range(1000) }", "jsonencode(setproduct(local.r, local.r, local.r, local.r))"), "too much work"),
        ("width", policy("", "format(\"%999999999s\", \"x\")"), "not finished"),
        ("joined", policy("locals { r = range(1000) }", "join(join(\"x\", local.r), [for a in local.r : join(\"-\", local.r)])"), "too much work"),
        ("count", "resource \"mediastore_container\" \"x\" {\n  count = 1000000000\n  name = \"x\"\n}\n".to_owned(), "1000 are judged"),
        (
            "module of itself",
            "module \"m\" { source = \"./.\" }\nresource \"mediastore_container\" \"x\" { name = \"x\" }\n".to_owned(),
            "calls itself",
        ),
        (
            "modules in a circle",
            "module \"m\" { source = \"./a\" }\n=== a/main.tf\nmodule \"m\" { source = \"../b\" }\nresource \"mediastore_container\" \"x\" { name = \"x\" }\n=== b/main.tf\nmodule \"m\" { source = \"../a\" }\n".to_owned(),
            "calls itself",
        ),
        (
            "modules by thousands",
            "module \"m\" {\n  source = \"./a\"\n  count = 1000\n}\n=== a/main.tf\nmodule \"m\" {\n  source = \"../b\"\n  count = 1000\n}\n=== b/main.tf\nresource \"mediastore_container\" \"x\" { name = \"x\" }\n".to_owned(),
            "too many modules",
        ),
        ("regular expression", policy("", "regex(\"(((a{100}){100}){100})\", \"a\")"), "regular expression"),
        ("template file of itself", policy("", "templatefile(\"t\", {})") + "=== t\n${templatefile(\"t\", {})}", "nested too deeply"),
    ];
    let mut wrong = Vec::new();
    for (name, text, expected) in cases {
        invariants::of_configuration(text.as_bytes());
        let files = invariants::files(text.as_bytes());
        let unit = mediastore_lint::hcl::read_module(&files, Path::new(""), &Default::default()).unit;
        let said: Vec<_> = unit.faults.iter().map(|fault| fault.message.as_str()).collect();
        if !said.iter().any(|message| message.contains(expected)) {
            wrong.push(format!("{name}: {said:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn large_files_are_read_in_linear_time() {
    // Twice the members take about twice the work, which has a bound: that none is met says it is not squared.
    let members: String = (0..100_000).map(|i| format!("    key{i} = \"value {i}\"\n")).collect();
    let locals: String = (0..50_000).map(|i| format!("  local{i} = {i}\n")).collect();
    let text = format!(
        "locals {{\n{locals}  map = {{\n{members}  }}\n}}\nresource \"mediastore_container\" \"x\" {{\n  name = local.map[\"key99999\"]\n}}\n"
    );
    let files = invariants::files(text.as_bytes());
    let unit = mediastore_lint::hcl::read_module(&files, Path::new(""), &Default::default()).unit;
    assert_eq!(unit.faults.len(), 0, "{:?}", unit.faults);
    assert_eq!(unit.containers[0].name.to_string(), "\"value 99999\"");
}
