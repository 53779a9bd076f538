//! Values as they are written in a language: quotes, escapes, references.

use mediastore_policy::json::{Member, Node, Value};
use mediastore_policy::text::{Text, TextRef};

/// How an object is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Style {
    pub(super) language: Language,
    /// What stands between a key and its value.
    pub(super) separator: Separator,
    /// Whether keys that need no quotes have them all the same.
    pub(super) quoted: bool,
}

/// The language of an edit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    /// Expressions of Terraform.
    Hcl,
    /// JSON, in a file of its own.
    Json,
    /// JSON in a heredoc of Terraform, or Terraform written in JSON: `${` begins a reference.
    JsonInHcl,
    /// JSON in a scalar of YAML. Nothing is known of an `Fn::Sub` around it.
    JsonInYaml,
    /// YAML.
    Yaml,
}

/// What stands between a key and its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Separator {
    /// `k = v`
    Equals,
    /// `k: v`
    Colon,
    /// `k:v`
    Tight,
}

impl Separator {
    fn text(self) -> &'static str {
        match self {
            Self::Equals => " = ",
            Self::Colon => ": ",
            Self::Tight => ":",
        }
    }
}

impl Style {
    /// The usual style of a language.
    pub(super) fn usual(language: Language) -> Self {
        match language {
            Language::Hcl => Self { language, separator: Separator::Equals, quoted: false },
            _ => Self { language, separator: Separator::Colon, quoted: true },
        }
    }

    /// A member.
    pub(super) fn member(self, key: &str, value: &Node) -> Option<String> {
        Some(format!("{}{}{}", self.key(key)?, self.separator.text(), self.value(value)?))
    }

    /// A key.
    pub(super) fn key(self, key: &str) -> Option<String> {
        let is_word = |key: &str| {
            key.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
                && key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
        };
        let needs_quotes = self.quoted || !is_word(key) || !matches!(self.language, Language::Hcl | Language::Yaml);
        match needs_quotes {
            true => self.string(&Text::known(key)),
            false => Some(key.to_owned()),
        }
    }

    /// A value, on one line.
    pub(super) fn value(self, node: &Node) -> Option<String> {
        let comma = if self.separator == Separator::Tight { "," } else { ", " };
        Some(match &node.value {
            Value::String(text) => self.string(text)?,
            Value::Array(items) => {
                let items: Option<Vec<_>> = items.iter().map(|item| self.value(item)).collect();
                format!("[{}]", items?.join(comma))
            }
            Value::Object(members) => {
                let member = |member: &Member| self.member(member.key.as_known()?, &member.node);
                let members: Option<Vec<_>> = members.iter().map(member).collect();
                self.object(&members?.join(comma))
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => node.to_string(),
            Value::Unknown(_) => return None,
        })
    }

    /// A value of YAML as people write it: the members of an object in lines, of which those behind the first have this indentation, and
    /// strings without quotes where they can go without.
    pub(super) fn block(self, node: &Node, indentation: &str) -> Option<String> {
        let Value::Object(members) = &node.value else { return self.value(node) };
        let line = |member: &Member| {
            let plain = match &member.node.value {
                Value::String(text) => self.plain(text),
                _ => None,
            };
            let value = plain.or_else(|| self.value(&member.node))?;
            Some(format!("{}{}{value}", self.key(member.key.as_known()?)?, self.separator.text()))
        };
        let lines: Option<Vec<_>> = members.iter().map(line).collect();
        Some(lines?.join(&format!("\n{indentation}")))
    }

    /// A string that YAML takes for itself without quotes.
    pub(super) fn plain(self, text: &Text) -> Option<String> {
        let text = text.as_known()?;
        let starts_well = text.starts_with(|c: char| c.is_ascii_alphabetic());
        let is_plain = text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, ':' | '/' | '.' | '-' | '_'));
        let is_word = !["true", "false", "null", "yes", "no", "on", "off", "y", "n"]
            .contains(&text.to_ascii_lowercase().as_str());
        let is_text = starts_well && is_plain && is_word && !text.ends_with(':');
        (self.language == Language::Yaml && is_text).then(|| text.to_owned())
    }

    /// Members between braces.
    pub(super) fn object(self, members: &str) -> String {
        match self.language {
            Language::Hcl if !members.is_empty() => format!("{{ {members} }}"),
            _ => format!("{{{members}}}"),
        }
    }

    /// A string in double quotes. A hole becomes a reference of its name, where the language has references.
    pub(super) fn string(self, text: &Text) -> Option<String> {
        let mut out = String::from("\"");
        for part in text.parts() {
            match part {
                TextRef::Known(known) => out.push_str(&self.escaped(known)?),
                TextRef::Hole(hole) => match self.language {
                    Language::Hcl | Language::JsonInHcl => out.push_str(&format!("${{{}}}", hole.name)),
                    Language::Json | Language::JsonInYaml | Language::Yaml => return None,
                },
            }
        }
        out.push('"');
        Some(out)
    }

    fn escaped(self, text: &str) -> Option<String> {
        let json = serde_json::to_string(text).ok()?;
        let inner = json[1..json.len() - 1].to_owned();
        Some(match self.language {
            Language::Json | Language::Yaml => inner,
            // In YAML a quote may end the scalar, and `${` be taken for a reference.
            Language::JsonInYaml if inner.contains(['\'', '$']) => return None,
            Language::JsonInYaml => inner,
            Language::Hcl | Language::JsonInHcl => inner.replace("${", "$${").replace("%{", "%%{"),
        })
    }
}
