//! A CORS policy as its document says it: every entry with its place, and what is unknown left unknown.

use mediastore_policy::cors::CorsRule;
use mediastore_policy::json::{Member, Node, Value};
use mediastore_policy::span::Span;
use mediastore_policy::text::Text;

use crate::unit::Document;

/// The rules of a document, and what keeps it from being a list of rules.
#[derive(Debug, Default)]
pub(crate) struct CorsDocument {
    pub(super) rules: Vec<CorsEntry>,
    /// What is wrong with its shape: the place, the sentence, the remedy.
    pub(super) faults: Vec<(Span, String, String)>,
    /// The place of the list, if all rules are known.
    pub(super) list: Option<Span>,
}

/// A rule.
#[derive(Debug)]
pub(super) struct CorsEntry {
    pub(super) span: Span,
    pub(super) origins: List,
    pub(super) methods: List,
    pub(super) headers: List,
    pub(super) expose: List,
    /// Seconds as written, if they are known.
    pub(super) max_age: Option<(Span, String)>,
}

/// The values of one member.
#[derive(Debug, Default)]
pub(super) struct List {
    /// The place of the member's value; nothing if the rule does not have the member.
    pub(super) span: Option<Span>,
    pub(super) items: Vec<(Span, Text)>,
    /// Whether there may be others that are not known.
    pub(super) open: bool,
}

const MEMBERS: [&str; 5] = ["AllowedOrigins", "AllowedMethods", "AllowedHeaders", "ExposeHeaders", "MaxAgeSeconds"];

impl CorsDocument {
    /// Reads a document.
    pub(crate) fn read(document: &Document) -> Self {
        let mut read = Self::default();
        let Some(body) = &document.body else { return read };
        match &body.value {
            Value::Array(items) => {
                let all_known = items.iter().all(|item| !matches!(item.value, Value::Unknown(_)));
                read.list = all_known.then_some(body.span);
                items.iter().for_each(|item| read.rule(item));
            }
            Value::Unknown(_) => {}
            _ => read.wrong_type(body, "a CORS policy", "a list of rules"),
        }
        read
    }

    fn rule(&mut self, node: &Node) {
        let members = match &node.value {
            Value::Object(members) => members,
            Value::Unknown(_) => return,
            _ => return self.wrong_type(node, "a CORS rule", "an object"),
        };
        let mut entry = CorsEntry {
            span: node.span,
            origins: List::default(),
            methods: List::default(),
            headers: List::default(),
            expose: List::default(),
            max_age: None,
        };
        for Member { key_span, key, node } in members {
            let Some(name) = key.as_known() else { continue };
            match name {
                _ if node.value == Value::Null => {}
                "AllowedOrigins" => entry.origins = self.texts(name, node),
                "AllowedMethods" => entry.methods = self.texts(name, node),
                "AllowedHeaders" => entry.headers = self.texts(name, node),
                "ExposeHeaders" => entry.expose = self.texts(name, node),
                "MaxAgeSeconds" => match &node.value {
                    Value::Number(number) => entry.max_age = Some((node.span, number.to_string())),
                    Value::Unknown(_) => {}
                    _ => self.wrong_type(node, "`MaxAgeSeconds`", "a number"),
                },
                _ => {
                    let near = mediastore_policy::suggest::nearest(name, MEMBERS);
                    let help = near.map_or_else(
                        || format!("a rule has {}", MEMBERS.map(|name| format!("`{name}`")).join(", ")),
                        |near| format!("write `{near}`"),
                    );
                    self.faults.push((*key_span, format!("a CORS rule has no `{name}`"), help));
                }
            }
        }
        self.rules.push(entry);
    }

    fn texts(&mut self, what: &str, node: &Node) -> List {
        let mut list = List { span: Some(node.span), ..List::default() };
        match &node.value {
            Value::Array(items) => {
                for item in items {
                    match &item.value {
                        Value::String(text) => list.items.push((item.span, text.clone())),
                        Value::Unknown(_) => list.open = true,
                        _ => self.wrong_type(item, &format!("an entry of `{what}`"), "a string"),
                    }
                }
            }
            Value::Unknown(_) => list.open = true,
            _ => self.wrong_type(node, &format!("`{what}`"), "a list of strings"),
        }
        list
    }

    fn wrong_type(&mut self, node: &Node, what: &str, expected: &str) {
        let help = format!("write {expected}");
        self.faults.push((node.span, format!("{what} must be {expected}, not {}", node.kind()), help));
    }

    /// The rules as far as they are known. What is left out of a rule makes it fit fewer requests.
    pub(crate) fn known(&self) -> Vec<CorsRule> {
        let texts = |list: &List| list.known().map(|(_, text)| text.to_owned()).collect();
        let rule = |entry: &CorsEntry| CorsRule {
            allowed_origins: texts(&entry.origins),
            allowed_methods: texts(&entry.methods),
            allowed_headers: texts(&entry.headers),
            expose_headers: texts(&entry.expose),
            max_age_seconds: None,
        };
        self.rules.iter().map(rule).collect()
    }
}

impl CorsEntry {
    /// Whether everything that decides which requests it fits is known.
    pub(super) fn is_known(&self) -> bool {
        [&self.origins, &self.methods, &self.headers].into_iter().all(List::is_known)
    }

    /// Whether it surely allows one of these methods.
    pub(super) fn allows(&self, methods: &[&str]) -> bool {
        self.methods.known().any(|(_, method)| methods.contains(&method))
    }
}

impl List {
    /// The entries that are known.
    pub(super) fn known(&self) -> impl Iterator<Item = (Span, &str)> {
        self.items.iter().filter_map(|(span, text)| Some((*span, text.as_known()?)))
    }

    /// Whether every entry is known.
    pub(super) fn is_known(&self) -> bool {
        !self.open && self.items.iter().all(|(_, text)| text.as_known().is_some())
    }
}
