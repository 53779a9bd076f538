//! What the README shows of the program is what the program prints: its excerpts are run, and written again by
//! `UPDATE_PAGES=1 cargo test -p mediastore-lint --test cli`.

use std::path::Path;
use std::process::Command;

/// Excerpts are indented by so much.
const INDENT: &str = "    ";

/// The README with the output of every `$ mediastore-lint …` in it, run at the root of the repository.
fn regenerated(readme: &str, root: &Path) -> (String, usize) {
    let mut text = String::new();
    let mut excerpts = 0;
    let mut lines = readme.lines().peekable();
    while let Some(line) = lines.next() {
        text.push_str(line);
        text.push('\n');
        let Some(arguments) = line.strip_prefix(INDENT).and_then(|line| line.strip_prefix("$ mediastore-lint ")) else {
            continue;
        };
        excerpts += 1;
        // The old output reaches to the end of the block, blank lines within it included.
        let mut blank = 0;
        while let Some(old) = lines.next_if(|line| line.is_empty() || line.starts_with(INDENT)) {
            blank = if old.is_empty() { blank + 1 } else { 0 };
        }
        let output = Command::new(env!("CARGO_BIN_EXE_mediastore-lint"))
            .current_dir(root)
            .env_clear()
            .env("LANG", "C.UTF-8")
            .args(arguments.split_whitespace())
            .output()
            .unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{arguments}");
        for line in String::from_utf8(output.stdout).unwrap().lines() {
            text.push_str(&if line.is_empty() { String::new() } else { format!("{INDENT}{line}") });
            text.push('\n');
        }
        text.push_str(&"\n".repeat(blank));
    }
    (text, excerpts)
}

#[test]
fn the_excerpts_are_what_is_printed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let path = root.join("README.md");
    let readme = std::fs::read_to_string(&path).unwrap();
    let (text, excerpts) = regenerated(&readme, root);
    assert!(excerpts >= 2, "the README shows {excerpts} runs of the linter");
    if std::env::var_os("UPDATE_PAGES").is_some() {
        std::fs::write(&path, text).unwrap();
    } else {
        assert_eq!(readme, text, "the README is stale; UPDATE_PAGES=1 writes it");
    }
}
