//! Other people's crates: what each part uses and under which licence, as `docs/dependencies.md`; and, as tests, that every licence is one
//! that may be shipped and that no version is kept back by us. Known vulnerabilities are not looked up: that needs a database from the network.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand};

use crate::generated::Made;
use crate::shell::Failure;

const PAGE: &str = "docs/dependencies.md";

fn metadata(repository: &Path) -> Result<Metadata, Failure> {
    Ok(MetadataCommand::new().current_dir(repository).other_options(vec!["--locked".to_owned()]).exec()?)
}

/// The page.
pub(crate) fn page(repository: &Path) -> Result<Made, Failure> {
    let metadata = metadata(repository)?;
    // Versions are in `Cargo.lock`: a page of them would change with every update.
    let mut users: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for member in metadata.workspace_packages() {
        for dependency in member.dependencies.iter().filter(|dependency| dependency.path.is_none()) {
            let only = match dependency.kind {
                DependencyKind::Development => " (tests)",
                DependencyKind::Build => " (build)",
                _ => "",
            };
            users.entry(&dependency.name).or_default().insert(format!("{}{only}", member.name));
        }
    }
    let foreign = metadata.packages.iter().filter(|package| package.source.is_some()).count();
    let mut text = format!(
        "# Dependencies\n\nWhat the crates of this repository use directly, and under which licence; why is said beside each in `Cargo.toml`. With \
         what these bring along\nthere are {foreign} crates in `Cargo.lock`, those of tests and generators included, all of them under the licences \
         at the end. `cargo xtask gen` writes this page.\n\n| crate | licence | used by |\n| --- | --- | --- |\n"
    );
    for (name, users) in &users {
        let licence =
            metadata.packages.iter().find(|package| package.name.as_str() == *name).and_then(|p| p.license.clone());
        let users: Vec<&str> = users.iter().map(String::as_str).collect();
        // Writing to a string cannot fail.
        let _ = writeln!(text, "| {name} | {} | {} |", licence.unwrap_or_default(), users.join(", "));
    }
    let _ = writeln!(text, "\nLicences that may be shipped: {}.", ALLOWED.join(", "));
    Ok((PAGE.to_owned(), text))
}

/// Licences that ask for no more than to be named.
const ALLOWED: [&str; 12] = [
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "CC0-1.0",
    "ISC",
    "MIT",
    "MIT-0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether a licence expression can be met with what is allowed. Parentheses are only around choices in all that exist.
    fn is_allowed(expression: &str) -> bool {
        let expression = expression.replace(['(', ')'], "").replace('/', " OR ");
        expression.split(" AND ").all(|part| part.split(" OR ").any(|licence| ALLOWED.contains(&licence.trim())))
    }

    #[test]
    fn expressions_are_read() {
        for (expression, expected) in [
            ("MIT OR Apache-2.0", true),
            ("MIT/Apache-2.0", true),
            ("MIT OR Apache-2.0 OR LGPL-2.1-or-later", true),
            ("(MIT OR Apache-2.0) AND Unicode-3.0", true),
            ("ISC AND (GPL-3.0 OR AGPL-3.0)", false),
            ("GPL-3.0", false),
            ("", false),
        ] {
            assert_eq!(is_allowed(expression), expected, "{expression}");
        }
    }

    #[test]
    fn every_licence_may_be_shipped() {
        let metadata = metadata(crate::repository()).unwrap();
        let others = metadata.packages.iter().filter(|package| package.source.is_some());
        let refused: Vec<String> = others
            .filter(|package| !is_allowed(package.license.as_deref().unwrap_or_default()))
            .map(|package| format!("{} {:?}", package.name, package.license))
            .collect();
        assert_eq!(refused, [""; 0]);
    }

    /// Crates of which we use an older version than some dependency, with the other one that holds us there.
    const HELD_BACK: [(&str, &str); 1] = [("base64", "tonic")];

    #[test]
    fn no_version_is_doubled_by_our_own_choice() {
        let metadata = metadata(crate::repository()).unwrap();
        let resolved = metadata.resolve.as_ref().unwrap();
        let of = |id: &cargo_metadata::PackageId| metadata.packages.iter().find(|package| package.id == *id).unwrap();
        let mut old = BTreeSet::new();
        for node in resolved.nodes.iter().filter(|node| metadata.workspace_members.contains(&node.id)) {
            for used in node.deps.iter().map(|dependency| of(&dependency.pkg)) {
                let newest =
                    metadata.packages.iter().filter(|other| other.name == used.name).map(|other| &other.version);
                if newest.max() != Some(&used.version) {
                    old.insert(used.name.to_string());
                }
            }
        }
        let expected: BTreeSet<String> = HELD_BACK.iter().map(|(name, _)| (*name).to_owned()).collect();
        assert_eq!(old, expected, "of these an older version is used than another dependency brings");
    }
}
