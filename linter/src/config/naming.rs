//! `[naming]`: how containers are named, by a template of parts or by a regular expression.
//!
//! ```toml
//! [naming]
//! template = "{org}-{app}-{env}-{purpose}-{region}"
//!
//! [naming.parts]
//! env = ["dev", "staging", "prod"]
//! app = { pattern = "[a-z]{2,12}" }
//! ```

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::language::{self, Language};

/// What a part may be if nothing is said of it.
const ANY_PART: &str = "[a-z0-9]+";

/// Parts that everybody spells alike, by name.
const KNOWN_PARTS: &[(&str, &str)] = &[("region", "[a-z]{2,3}(-[a-z]+)+-[0-9]"), ("account", "[0-9]{12}")];

/// How containers are named.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(try_from = "Written")]
#[schemars(with = "Written")]
pub struct Naming {
    /// What every name must be; nothing is asked if there is none.
    pub scheme: Option<Scheme>,
}

/// How containers are named.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "Naming")]
struct Written {
    /// Parts in braces and the text between them: `{org}-{app}-{env}-{purpose}-{region}`. A part is small letters and digits unless
    /// `parts` says otherwise; `{region}` is an AWS region and `{account}` an account id.
    template: Option<String>,
    /// A regular expression for the whole name, instead of a template.
    pattern: Option<String>,
    /// What the parts of the template may be.
    parts: BTreeMap<String, Part>,
}

/// What a part of a name may be: a list of words, or `{ pattern = "..." }`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Part {
    /// One of these.
    Words(Vec<String>),
    /// What the regular expression matches.
    Pattern(PartPattern),
}

/// A regular expression for a part of a name.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PartPattern {
    /// The regular expression, for the whole part.
    pub pattern: String,
}

/// What every name must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scheme {
    /// As it was written: the template or the expression.
    pub written: String,
    /// All names that are right.
    pub names: Language,
    /// The pieces of the template in order; none for an expression.
    pub pieces: Vec<Piece>,
}

/// A piece of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// This text.
    Fixed(String),
    /// A part.
    Part {
        /// Its name.
        name: String,
        /// What it may be.
        allowed: Part,
    },
}

impl Part {
    fn expression(&self) -> String {
        match self {
            Self::Words(words) => words.iter().map(|word| language::quote(word)).collect::<Vec<_>>().join("|"),
            Self::Pattern(PartPattern { pattern }) => pattern.clone(),
        }
    }
}

impl TryFrom<Written> for Naming {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        let unusable = |what: &str, reason: String| format!("`{what}` is not a usable regular expression: {reason}");
        let scheme = match (written.template, written.pattern) {
            (Some(_), Some(_)) => return Err("`template` and `pattern` exclude each other".to_owned()),
            (None, None) if !written.parts.is_empty() => return Err("`parts` without a `template`".to_owned()),
            (None, None) => None,
            (None, Some(pattern)) => {
                let names = Language::new(&pattern).map_err(|reason| unusable(&pattern, reason))?;
                Some(Scheme { written: pattern, names, pieces: Vec::new() })
            }
            (Some(template), None) => {
                for (name, part) in &written.parts {
                    if matches!(part, Part::Words(words) if words.is_empty()) {
                        return Err(format!("the part `{name}` allows nothing: list at least one word"));
                    }
                    Language::new(&part.expression()).map_err(|reason| unusable(&part.expression(), reason))?;
                }
                Some(Scheme::from_template(template, written.parts)?)
            }
        };
        Ok(Self { scheme })
    }
}

impl Scheme {
    fn from_template(template: String, mut parts: BTreeMap<String, Part>) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut rest = template.as_str();
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) =
                after.split_once('}').ok_or_else(|| format!("a `{{` of the template `{template}` is not closed"))?;
            if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
                return Err(format!("`{{{name}}}` is not a part: letters, digits and `_`"));
            }
            let known = || {
                let pattern = KNOWN_PARTS.iter().find(|(known, _)| *known == name).map_or(ANY_PART, |(_, it)| it);
                Part::Pattern(PartPattern { pattern: pattern.to_owned() })
            };
            if !before.is_empty() {
                pieces.push(Piece::Fixed(before.to_owned()));
            }
            pieces.push(Piece::Part { name: name.to_owned(), allowed: parts.get(name).cloned().unwrap_or_else(known) });
            rest = after;
        }
        if rest.contains('}') {
            return Err(format!("a `}}` of the template `{template}` was not opened"));
        }
        if !rest.is_empty() {
            pieces.push(Piece::Fixed(rest.to_owned()));
        }
        parts.retain(|name, _| !pieces.iter().any(|piece| matches!(piece, Piece::Part { name: it, .. } if it == name)));
        if let Some(name) = parts.keys().next() {
            return Err(format!("the template has no part `{{{name}}}`"));
        }
        let names = Language::new(&expression(&pieces, |_, allowed| format!("(?:{})", allowed.expression())))
            .map_err(|reason| format!("the template is of no use: {reason}"))?;
        Ok(Self { written: template, names, pieces })
    }

    /// The value of a part in a name that is right but perhaps for some of its parts.
    #[must_use]
    pub fn part<'n>(&self, part: &str, name: &'n str) -> Option<&'n str> {
        // By name, since patterns of other parts may have groups of their own. Of a part that comes twice, the first is taken.
        let mut groups = ["(?<part>.+?)"].into_iter();
        let pattern = expression(&self.pieces, |it, allowed| match it == part {
            true => groups.next().unwrap_or(".+?").to_owned(),
            false => format!("(?:{})", allowed.expression()),
        });
        let regex = regex::Regex::new(&format!("^{pattern}$")).ok()?;
        regex.captures(name)?.name("part").map(|found| found.as_str())
    }

    /// The one part that keeps a name from being right, what it is, and what it may be.
    #[must_use]
    pub fn culprit<'n>(&self, name: &'n str) -> Option<(&str, &'n str, &Part)> {
        let mut culprits = self.pieces.iter().filter_map(|piece| match piece {
            Piece::Part { name: part, allowed } => self.part(part, name).map(|found| (part.as_str(), found, allowed)),
            Piece::Fixed(_) => None,
        });
        culprits.next().filter(|_| culprits.next().is_none())
    }
}

fn expression(pieces: &[Piece], mut part: impl FnMut(&str, &Part) -> String) -> String {
    pieces
        .iter()
        .map(|piece| match piece {
            Piece::Fixed(text) => language::quote(text),
            Piece::Part { name, allowed } => part(name, allowed),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn naming(text: &str) -> Result<Naming, String> {
        toml::from_str(text).map_err(|error| error.message().to_owned())
    }

    const TEMPLATE: &str =
        "template = '{org}-{app}-{env}-{region}'\nparts.org = ['acme']\nparts.env = ['dev', 'prod']\n";

    #[test]
    fn a_template_says_which_names_are_right() {
        let scheme = naming(TEMPLATE).expect("a naming").scheme.expect("a scheme");
        for (name, right) in [
            ("acme-player-dev-eu-west-1", true),
            ("acme-player-dev-us-gov-west-1", true),
            ("acme-player-test-eu-west-1", false),
            ("acme-player-dev", false),
            ("acme-player-dev-eu-west-1x", false),
        ] {
            assert_eq!(scheme.names.contains(name), right, "{name}");
        }
    }

    #[test]
    fn the_part_at_fault_is_found() {
        let scheme = naming(TEMPLATE).expect("a naming").scheme.expect("a scheme");
        let culprit = |name| scheme.culprit(name).map(|(part, found, _)| (part, found));
        assert_eq!(culprit("acme-player-test-eu-west-1"), Some(("env", "test")));
        assert_eq!(culprit("acme-Player-dev-eu-west-1"), Some(("app", "Player")));
        assert_eq!(culprit("other-player-dev-eu-west-1"), Some(("org", "other")));
        assert_eq!(culprit("acme-player-dev"), None);
        assert_eq!(culprit("live"), None);
        assert_eq!(scheme.part("env", "acme-player-dev-eu-west-1"), Some("dev"));
    }

    #[test]
    fn groups_in_patterns_of_other_parts_are_not_the_part() {
        for (template, name, expected) in [
            ("template = '{region}-{env}'\nparts.env = ['dev']", "eu-west-1-qa", ("env", "qa")),
            (
                "template = '{app}-{env}'\nparts.app = { pattern = '(web|tv)' }\nparts.env = ['dev']",
                "tv-qa",
                ("env", "qa"),
            ),
        ] {
            let scheme = naming(template).expect("a naming").scheme.expect("a scheme");
            let found = scheme.culprit(name).map(|(part, found, _)| (part, found));
            assert_eq!(found, Some(expected), "{template}");
        }
    }

    #[test]
    fn a_naming_that_cannot_be_meant_is_refused() {
        for (text, expected) in [
            ("template = '{a'", "not closed"),
            ("template = 'a}'", "not opened"),
            ("template = '{a b}'", "`{a b}` is not a part"),
            ("template = '{a}'\npattern = 'a'", "exclude each other"),
            ("template = '{a}'\nparts.b = ['x']", "no part `{b}`"),
            ("template = '{a}'\nparts.a = []", "allows nothing"),
            ("template = '{a}'\nparts.a = { pattern = '(' }", "unclosed group"),
            ("pattern = '('", "unclosed group"),
            ("parts.a = ['x']", "without a `template`"),
        ] {
            let message = naming(text).expect_err(text);
            assert!(message.contains(expected), "{text}: {message}");
        }
    }
}
