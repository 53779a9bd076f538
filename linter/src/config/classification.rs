//! `[classification]`: which tags say that content is confidential.

use schemars::JsonSchema;
use serde::Deserialize;

/// Which tags say that content is confidential. Letter case, `-` and `_` do not count, in keys and in values.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Classification {
    /// Keys of tags that classify.
    pub tags: Vec<String>,
    /// Values that mean: for nobody outside.
    pub confidential: Vec<String>,
}

impl Default for Classification {
    fn default() -> Self {
        let words = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect();
        Self {
            tags: words(&["classification", "data-classification", "confidentiality", "sensitivity"]),
            confidential: words(&[
                "confidential",
                "strictly-confidential",
                "restricted",
                "secret",
                "internal",
                "private",
            ]),
        }
    }
}

impl Classification {
    /// Whether a tag with this key classifies.
    #[must_use]
    pub fn is_about(&self, key: &str) -> bool {
        self.tags.iter().any(|tag| alike(tag, key))
    }

    /// Whether this value of such a tag means: for nobody outside.
    #[must_use]
    pub fn is_confidential(&self, value: &str) -> bool {
        self.confidential.iter().any(|word| alike(word, value))
    }
}

fn alike(a: &str, b: &str) -> bool {
    let plain = |text: &str| -> String {
        text.chars().filter(|character| !"-_ ".contains(*character)).flat_map(char::to_lowercase).collect()
    };
    plain(a) == plain(b)
}
