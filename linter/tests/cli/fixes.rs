//! `--fix`, `--fix-unsafe` and `--diff`: what is changed, what is only shown, and how a run ends.

use super::Runner;

/// Refused for want of HTTPS, which is a safe fix; once it is not, the other statement exposes plain HTTP, which is an unsafe one.
const BEFORE: &str = r#"resource "mediastore_container_policy" "live" {
  container_name = "live"
  policy = jsonencode({ # whose
    Statement = [
      {
        Effect    = "Allow"
        Principal = { AWS = "arn:aws:iam::111122223333:role/encoder" }
        Action    = "mediastore:PutObject"
        Resource  = "arn:aws:mediastore:eu-west-1:111122223333:container/live/*" # all of it
      },
      {
        Effect    = "Allow"
        Principal = "*"
        Action    = "mediastore:GetObject"
        Resource  = "arn:aws:mediastore:eu-west-1:111122223333:container/live/*"
      },
    ]
    Version = "2012-10-17"
  })
}
"#;

/// The line that both fixes write, in the first statement or in both.
const CONDITION: &str = "        Condition = { Bool = { \"aws:SecureTransport\" = \"true\" } }\n";

fn after(statements: usize) -> String {
    let mut text = String::new();
    let mut seen = 0;
    for line in BEFORE.split_inclusive('\n') {
        text.push_str(line);
        if line.trim_start().starts_with("Resource") {
            seen += 1;
            text.push_str(if seen <= statements { CONDITION } else { "" });
        }
    }
    text
}

#[test]
fn fixes_are_made_by_their_safety_and_shown_as_they_are_made() {
    for (option, statements) in [("--fix", 1), ("--fix-unsafe", 2), ("--fix --fix-unsafe", 2)] {
        let runner = Runner::new().file("main.tf", BEFORE);
        let shown = runner.run(&format!("--diff {option} main.tf"));
        assert_eq!(shown.code, 1, "{option}: {}", shown.err);
        assert_eq!(runner.read("main.tf"), BEFORE, "{option}: a diff changes nothing");
        assert_eq!(shown.out.matches(&format!("+{CONDITION}")).count(), statements, "{option}: {}", shown.out);
        assert!(shown.out.starts_with("--- a/main.tf\n+++ b/main.tf\n"), "{}", shown.out);

        let made = runner.run(&format!("{option} --fail-on never main.tf"));
        assert_eq!(runner.read("main.tf"), after(statements), "{option}");
        assert!(made.out.contains(&format!("; {statements} fixed")), "{option}: {}", made.out);
        // All of it in one run: a second has nothing to do.
        let again = runner.run(&format!("--diff {option} main.tf"));
        assert_eq!((again.code, again.out.as_str()), (0, ""), "{option}");
    }
}

#[test]
fn a_diff_without_more_shows_the_safe_fixes() {
    let runner = Runner::new().file("main.tf", BEFORE);
    assert_eq!(runner.run("--diff .").out, runner.run("--diff --fix .").out);
}

#[test]
fn line_ends_and_the_mark_of_the_encoding_stay() {
    let windows = |text: &str| format!("\u{feff}{}", text.replace('\n', "\r\n"));
    let runner = Runner::new().file("main.tf", windows(BEFORE));
    runner.run("--fix-unsafe .");
    assert_eq!(runner.read("main.tf"), windows(&after(2)));
}

#[test]
fn standard_input_is_shown_fixed_and_cannot_be_changed() {
    let runner = Runner::new();
    let shown = runner.run_on("--diff --fix-unsafe -", BEFORE);
    assert_eq!(shown.out.matches(CONDITION).count(), 2, "{}{}", shown.out, shown.err);
    assert_eq!(shown.code, 1);
    let refused = runner.run_on("--fix -", BEFORE);
    assert!(refused.err.contains("standard input cannot be fixed; use `--diff`"), "{}", refused.err);
    assert_eq!((refused.code, refused.out.as_str()), (2, ""));
}

#[test]
fn what_is_broken_is_left_alone_and_said() {
    let runner = Runner::new()
        .file("a/main.tf", BEFORE)
        .file("b/main.tf", "resource \"mediastore_container\" \"x\" {\n  name = [\n}\n");
    let run = runner.run("--fix .");
    assert_eq!(run.code, 3, "{}{}", run.out, run.err);
    assert_eq!(runner.read("a/main.tf"), after(1));
    assert_eq!(runner.run("--diff --fix-unsafe .").code, 3);
}

#[test]
fn modules_that_were_installed_are_read_and_not_changed() {
    let elsewhere = Runner::new();
    let outside = elsewhere.path("data").display().to_string();
    for (said, data) in [
        (None, ".terraform"),
        (Some(""), ".terraform"),
        (Some("tf-data"), "tf-data"),
        (Some("../tf-data"), "../tf-data"),
        (Some(&*outside), &*outside),
    ] {
        let list =
            format!(r#"{{"Modules":[{{"Key":"m","Source":"registry.terraform.io/x/y/z","Dir":"{data}/modules/m"}}]}}"#);
        let installed = format!("root/{data}/modules/m/main.tf").replace(&format!("root/{outside}"), &outside);
        let runner = Runner::new()
            .file(".git/config", "")
            .file("root/main.tf", "module \"m\" {\n  source = \"x/y/z\"\n}\n")
            .file(&installed.replace("m/main.tf", "modules.json"), list)
            .file(&installed, BEFORE);
        let mut command = runner.command("check --fix-unsafe .");
        let output = said.iter().fold(&mut command, |command, said| command.env("TF_DATA_DIR", said)).output().unwrap();
        let out = String::from_utf8_lossy(&output.stdout);
        assert!(out.contains("error[put-without-tls]") && !out.contains("fix:"), "{said:?}: {out}");
        assert_eq!(output.status.code(), Some(1), "{said:?}");
        assert_eq!(runner.read(&installed), BEFORE, "{said:?}");
    }
}
