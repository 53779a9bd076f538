//! `[tags]`: the tags that containers carry.
//!
//! ```toml
//! [tags.required]
//! Owner = {}
//! Environment = { values = ["dev", "staging", "prod"] }
//! CostCenter = { pattern = "CC-[0-9]{4}" }
//! ```

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::language::{self, Language};

/// Which tags containers carry.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Tags {
    /// Tags that every container must have, by key, and what their values may be.
    pub required: BTreeMap<String, Value>,
    /// What the values of tags may be that a container need not have, by key.
    pub optional: BTreeMap<String, Value>,
}

/// What the value of a tag may be: `{}` for anything.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(try_from = "Written")]
#[schemars(with = "Written")]
pub struct Value {
    /// The words it may be; empty if they are not listed.
    pub words: Vec<String>,
    /// All values that are right; any, if nothing.
    pub allowed: Option<Language>,
}

/// What the value of a tag may be: `{}` for anything.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "TagValue")]
struct Written {
    /// The values it may have.
    values: Option<Vec<String>>,
    /// A regular expression for the whole value, instead of a list.
    pattern: Option<String>,
}

impl TryFrom<Written> for Value {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        let (words, pattern) = match (written.values, written.pattern) {
            (Some(_), Some(_)) => return Err("`values` and `pattern` exclude each other".to_owned()),
            (Some(words), None) if words.is_empty() => return Err("`values` allows nothing".to_owned()),
            (Some(words), None) => {
                let pattern = words.iter().map(|word| language::quote(word)).collect::<Vec<_>>().join("|");
                (words, Some(pattern))
            }
            (None, pattern) => (Vec::new(), pattern),
        };
        let language = |pattern: String| {
            Language::new(&pattern)
                .map_err(|reason| format!("`{pattern}` is not a usable regular expression: {reason}"))
        };
        Ok(Self { words, allowed: pattern.map(language).transpose()? })
    }
}
