//! What keeps the tree readable, as tests: every module says what it is for, every file is part of something, the pages name what
//! exists, and no file grows past what one idea needs.

use std::path::{Path, PathBuf};

use cargo_metadata::MetadataCommand;

use crate::repository;

/// Lines in which a source file says what it has to say.
const LONGEST: usize = 800;

/// Files that nobody writes or reads from top to bottom.
const GENERATED: [&str; 3] = ["proto/src/tfplugin5.rs", "proto/src/plugin.rs", "proto/src/health.rs"];

/// Every file below a folder with that extension, sorted; what cargo and Terraform make is left out.
pub(crate) fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()) {
            let name = entry.file_name().unwrap().to_string_lossy().into_owned();
            if entry.is_dir() && !name.starts_with('.') && name != "target" {
                folders.push(entry);
            } else if entry.extension().is_some_and(|found| found == extension) {
                found.push(entry);
            }
        }
    }
    found.sort();
    found
}

/// Every source file that somebody wrote: its path from the root of the repository, and its text.
fn sources() -> Vec<(String, String)> {
    let found = files(repository(), "rs").into_iter();
    let named = found.map(|path| {
        let name = path.strip_prefix(repository()).unwrap().to_string_lossy().into_owned();
        (name, std::fs::read_to_string(path).unwrap())
    });
    named.filter(|(name, _)| !GENERATED.contains(&name.as_str())).collect()
}

#[test]
fn every_module_opens_with_what_it_is_for() {
    let silent = sources().into_iter().filter(|(_, text)| !text.starts_with("//!")).map(|(name, _)| name);
    let silent: Vec<String> = silent.collect();
    assert_eq!(silent, [""; 0], "these files do not open with `//!`");
}

#[test]
fn no_file_holds_two_ideas() {
    let long = sources().into_iter().filter(|(_, text)| text.lines().count() > LONGEST).map(|(name, _)| name);
    let long: Vec<String> = long.collect();
    assert_eq!(long, [""; 0], "these files are longer than {LONGEST} lines");
}

#[test]
fn every_source_file_is_part_of_a_crate() {
    let metadata = MetadataCommand::new().current_dir(repository()).no_deps().exec().unwrap();
    let of_workspace = metadata.packages.iter().flat_map(|it| &it.targets).map(|it| it.src_path.clone().into());
    // Those of the fuzzers, which have a workspace of their own, stand in their manifests.
    let manifests = files(repository(), "toml").into_iter().filter(|path| path.ends_with("Cargo.toml"));
    let named = manifests.flat_map(|manifest| {
        let text = std::fs::read_to_string(&manifest).unwrap();
        let paths = text.split("path = \"").skip(1).filter_map(|rest| rest.split('"').next());
        paths.map(|path| manifest.with_file_name(path)).collect::<Vec<_>>()
    });
    let targets: Vec<PathBuf> = named.chain(of_workspace).collect();
    let texts: Vec<(PathBuf, String)> = files(repository(), "rs")
        .into_iter()
        .map(|path| (path.clone(), std::fs::read_to_string(path).unwrap()))
        .collect();
    // A module is named in the file that its folder belongs to, or by its path in one that shares it.
    let owns = |owner: &Path, text: &str, file: &Path| {
        let module = if file.ends_with("mod.rs") { file.parent().unwrap() } else { file };
        let folder = module.parent().unwrap();
        let above = ["mod.rs", "lib.rs", "main.rs"].iter().any(|name| owner == folder.join(name))
            || owner == folder.with_extension("rs")
            || (owner.parent() == Some(folder) && targets.iter().any(|target| target == owner));
        let name = module.file_stem().unwrap().to_string_lossy();
        let shared = text.split("#[path = \"").skip(1).filter_map(|rest| rest.split('"').next());
        let mut shared = shared.filter_map(|path| owner.parent().unwrap().join(path).canonicalize().ok());
        (above && text.contains(&format!("mod {name};"))) || shared.any(|path| path == file)
    };
    let owned = |file: &Path| {
        targets.iter().any(|target| target == file) || texts.iter().any(|(owner, text)| owns(owner, text, file))
    };
    let orphans: Vec<&PathBuf> = texts.iter().map(|(path, _)| path).filter(|path| !owned(path)).collect();
    assert!(orphans.is_empty(), "no crate has these files: {orphans:?}");
}

#[test]
fn every_page_is_linked() {
    let pages: Vec<PathBuf> = pages().collect();
    let mut linked = Vec::new();
    for page in &pages {
        let text = std::fs::read_to_string(page).unwrap();
        for path in text.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next()) {
            linked.extend(page.parent().unwrap().join(path).canonicalize());
        }
    }
    // A link to a folder leads to all that is in it.
    let leads = |page: &PathBuf| linked.iter().any(|link| link == page || Some(link.as_path()) == page.parent());
    let lost: Vec<&PathBuf> = pages.iter().filter(|page| !page.ends_with("README.md") && !leads(page)).collect();
    assert!(lost.is_empty(), "no page leads to these: {lost:?}");
}

/// The pages that people read.
fn pages() -> impl Iterator<Item = PathBuf> {
    files(&repository().join("docs"), "md").into_iter().chain([repository().join("README.md")])
}

#[test]
fn paths_named_in_the_pages_exist() {
    let mut missing = Vec::new();
    for page in pages() {
        let text = std::fs::read_to_string(&page).unwrap();
        for path in paths(&text) {
            // A page names files from the root of the repository; a link starts at the page itself.
            let beside = page.parent().unwrap().join(path);
            if !repository().join(path).exists() && !beside.exists() {
                missing.push(format!("{}: {path}", page.strip_prefix(repository()).unwrap().display()));
            }
        }
    }
    assert_eq!(missing, [""; 0], "the pages name files that are not there");
}

#[test]
fn links_lead_to_headings_that_exist() {
    let mut missing = Vec::new();
    let mut followed = 0;
    for page in pages() {
        let text = std::fs::read_to_string(&page).unwrap();
        for (path, anchor) in anchors(&text) {
            let target = if path.is_empty() { page.clone() } else { page.parent().unwrap().join(path) };
            let headings = headings(&std::fs::read_to_string(&target).unwrap_or_default());
            followed += 1;
            if !headings.iter().any(|heading| heading == anchor) {
                missing.push(format!("{}: {path}#{anchor}", page.strip_prefix(repository()).unwrap().display()));
            }
        }
    }
    assert_eq!(missing, [""; 0], "links to headings that are not there");
    assert!(followed > 0, "no page links to a heading");
}

/// Links to a heading of one of our pages: the page, empty for the same one, and the heading's name in links.
fn anchors(text: &str) -> Vec<(&str, &str)> {
    let prose = text.split("```").step_by(2);
    let targets = prose.flat_map(|text| text.split("](").skip(1)).filter_map(|rest| rest.split(')').next());
    targets.filter(|target| !target.contains("://")).filter_map(|target| target.split_once('#')).collect()
}

/// What links to a page may lead to: the names that GitHub gives its headings, and those that are written as `<a id="…">`.
fn headings(text: &str) -> Vec<String> {
    let name = |line: &str| -> String {
        let kept = line.trim().chars().filter(|letter| letter.is_alphanumeric() || " -_".contains(*letter));
        kept.collect::<String>().to_lowercase().replace(' ', "-")
    };
    let lines = text.split("```").step_by(2).flat_map(str::lines);
    let headings = lines.filter(|line| line.starts_with('#')).map(|line| name(line.trim_start_matches('#')));
    let written = text.split("<a id=\"").skip(1).filter_map(|rest| rest.split('"').next());
    headings.chain(written.map(str::to_owned)).collect()
}

#[test]
fn headings_are_named_as_in_links() {
    let text = "# What is `mediastored`?\n```\n# no heading\n```\n## Two words, and more\n<a id=\"x--y\"></a>\n[a](#two-words-and-more) [b](x.md#y) [c](https://a/b#c)\n";
    assert_eq!(headings(text), ["what-is-mediastored", "two-words-and-more", "x--y"]);
    assert_eq!(anchors(text), [("", "two-words-and-more"), ("x.md", "y")]);
}

/// What looks like a path of this repository: `` `like/this.rs` `` or `[a link](like/this.md)`. A path with a
/// placeholder or a pattern is none, and neither is one in a code block.
fn paths(text: &str) -> Vec<&str> {
    let prose = text.split("```").step_by(2);
    let quoted = prose.clone().flat_map(|text| text.split('`').skip(1).step_by(2)).filter(|word| ours(word));
    let linked = prose.flat_map(|text| text.split("](").skip(1)).filter_map(|rest| rest.split(')').next());
    let linked = linked.filter(|target| !target.contains("://") && !target.starts_with('#'));
    let plain = |path: &&str| !path.is_empty() && !path.contains(['<', '{', '*', ' ', '…']);
    quoted.chain(linked.map(|target| target.split('#').next().unwrap_or(target))).filter(plain).collect()
}

/// True for a path that begins with a folder of ours.
fn ours(word: &str) -> bool {
    const FOLDERS: [&str; 10] =
        ["proto", "plugin", "policy", "service", "provider", "linter", "tests", "xtask", "examples", "docs"];
    word.split_once('/').is_some_and(|(folder, _)| FOLDERS.contains(&folder))
}

#[test]
fn paths_are_told_from_other_words() {
    let text = "See `plugin/src/lib.rs`, `mediastore/mediastore`, `docs/<name>.md` and [this](decisions/1.md#why), [that](https://x.y/z).\n```\n`tests/none`\n```\n";
    assert_eq!(paths(text), ["plugin/src/lib.rs", "decisions/1.md"]);
}
