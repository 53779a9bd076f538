//! `[environments]`: what environments are called, in names and in tags.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

/// What environments are called, in names and in tags.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Environments {
    /// Keys of tags that name the environment; letter case does not count.
    pub tags: Vec<String>,
    /// The environments, each with the words that mean it. Listing any replaces the built-in ones.
    pub names: BTreeMap<String, Vec<String>>,
    /// The environments whose content must not be lost by accident, by any of their words.
    pub production: Vec<String>,
}

/// The built-in environments and the words for them.
const NAMES: &[(&str, &[&str])] = &[
    ("production", &["production", "prod", "prd"]),
    ("staging", &["staging", "stage", "stg", "preprod", "uat"]),
    ("test", &["test", "tst", "testing", "qa", "int"]),
    ("development", &["development", "develop", "dev", "sandbox", "sbx"]),
];

impl Default for Environments {
    fn default() -> Self {
        let words = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect();
        Self {
            tags: words(&["environment", "env", "stage"]),
            names: NAMES.iter().map(|(name, aliases)| ((*name).to_owned(), words(aliases))).collect(),
            production: words(&["production"]),
        }
    }
}

impl Environments {
    /// Whether a tag with this key names the environment.
    #[must_use]
    pub fn is_about(&self, key: &str) -> bool {
        self.tags.iter().any(|tag| tag.eq_ignore_ascii_case(key))
    }

    /// The environment that a word means.
    #[must_use]
    pub fn named(&self, word: &str) -> Option<&str> {
        let means = |words: &Vec<String>| words.iter().any(|it| it.eq_ignore_ascii_case(word));
        self.names
            .iter()
            .find(|(name, words)| name.eq_ignore_ascii_case(word) || means(words))
            .map(|(name, _)| name.as_str())
    }

    /// Whether the content of an environment, as [`Self::named`] calls it, must not be lost by accident.
    #[must_use]
    pub fn is_production(&self, environment: &str) -> bool {
        self.production.iter().any(|word| self.named(word) == Some(environment))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn production_may_be_called_by_any_of_its_words() {
        let environments =
            |production: &str| Environments { production: vec![production.to_owned()], ..<_>::default() };
        for (production, word, expected) in
            [("production", "prod", true), ("prod", "production", true), ("PRD", "prod", true), ("prod", "dev", false)]
        {
            let environments = environments(production);
            let named = environments.named(word).expect("an environment");
            assert_eq!(environments.is_production(named), expected, "{production} {word}");
        }
    }
}
