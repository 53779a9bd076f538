//! Tags of the configuration and of the provider block, and what the service has, held against each other.
//!
//! `tags` is what a resource sets; `tags_all` is what the object carries: the provider's default tags and the resource's
//! own, which win. Tags that others manage are ignored, unless the resource sets them itself.

use std::collections::BTreeMap;

use mediastore_policy::limits;
use tf_plugin::diagnostic::{Diagnostic, Diagnostics};
use tf_plugin::model::Attr;
use tf_plugin::path::Path;
use tf_plugin::schema::{Attribute, sentence};
use tf_plugin::types::Type;
use tf_plugin::value::Value;

/// Tags as a configuration holds them: any value may be unknown or null.
pub(crate) type Tags = BTreeMap<String, Attr<String>>;

/// Tags as an object carries them.
pub(crate) type KnownTags = BTreeMap<String, String>;

/// The provider block's say on tags.
#[derive(Clone, Debug, Default)]
pub(crate) struct TagRules {
    /// Tags of every object.
    pub(crate) default: Attr<Tags>,
    /// Keys that others manage; unknown is treated as none until known.
    pub(crate) ignored_keys: Vec<String>,
    /// Beginnings of keys that others manage.
    pub(crate) ignored_prefixes: Vec<String>,
}

/// What to send so that an object's tags become as planned.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Changes {
    pub(crate) set: KnownTags,
    pub(crate) remove: Vec<String>,
}

/// The attribute `tags`.
pub(crate) fn tags_attribute() -> Attribute {
    Attribute::new("tags", Type::map(Type::String))
        .describe("Tags of the object. They win over the provider's `default_tags`.")
        .check(check_tags)
}

/// The attribute `tags_all`.
pub(crate) fn tags_all_attribute() -> Attribute {
    Attribute::new("tags_all", Type::map(Type::String))
        .computed()
        .keeps_prior()
        .describe("All tags of the object: the provider's `default_tags` and its own `tags`.")
}

/// Checks keys, values and their number, as the API will.
pub(crate) fn check_tags(path: &Path, value: &Value, diagnostics: &mut Diagnostics) {
    let Value::Map(tags) = value else { return };
    let mut refuse = |path: Path, violation: &dyn std::fmt::Display| {
        let summary = format!("Invalid value for {path}");
        diagnostics.push(Diagnostic::at(path, summary, sentence(violation)));
    };
    if let Err(violation) = limits::TAGS_PER_CONTAINER.check(tags.len()) {
        refuse(path.clone(), &violation);
    }
    for (key, value) in tags {
        if let Err(violation) = limits::TAG_KEY.check(key) {
            refuse(path.key(key), &violation);
        }
        if let Some(Err(violation)) = value.as_str().map(|text| limits::TAG_VALUE.check(text)) {
            refuse(path.key(key), &violation);
        }
    }
}

impl TagRules {
    /// The planned `tags_all`: unknown as soon as any of it is.
    pub(crate) fn all(&self, tags: &Attr<Tags>) -> Attr<Tags> {
        if self.default.is_unknown() || tags.is_unknown() {
            return Attr::Unknown;
        }
        let own = tags.known().into_iter().flatten();
        let default = self.default.known().into_iter().flatten().filter(|(key, _)| !self.is_ignored(key));
        let merged: Tags = default.chain(own).map(|(key, value)| (key.clone(), value.clone())).collect();
        if merged.values().any(Attr::is_unknown) {
            return Attr::Unknown;
        }
        Attr::Known(merged.into_iter().filter(|(_, value)| !value.is_null()).collect())
    }

    /// `tags` and `tags_all` of a state, from what the object carries and what the state's `tags` were.
    pub(crate) fn read(&self, remote: KnownTags, prior: &Attr<Tags>) -> (Attr<Tags>, Attr<Tags>) {
        let own = |key: &str| prior.known().is_some_and(|tags| tags.contains_key(key));
        let is_default = |key: &str| self.default.known().is_some_and(|tags| tags.contains_key(key));
        let managed = |key: &str| own(key) || !(self.is_ignored(key) || limits::reserved_tag_key(key));
        let all: KnownTags = remote.into_iter().filter(|(key, _)| managed(key)).collect();
        let mut tags: Tags = all
            .iter()
            .filter(|(key, _)| own(key) || !is_default(key))
            .map(|(key, value)| (key.clone(), Attr::Known(value.clone())))
            .collect();
        // `tags = { a = null }` is legal and sets nothing; the state keeps what the configuration says.
        for (key, value) in prior.known().into_iter().flatten() {
            if value.is_null() && !tags.contains_key(key) {
                tags.insert(key.clone(), Attr::Null);
            }
        }
        let tags = if tags.is_empty() && prior.is_null() { Attr::Null } else { Attr::Known(tags) };
        (tags, Attr::Known(all.into_iter().map(|(key, value)| (key, Attr::Known(value))).collect()))
    }

    fn is_ignored(&self, key: &str) -> bool {
        self.ignored_keys.iter().any(|ignored| ignored == key)
            || self.ignored_prefixes.iter().any(|prefix| key.starts_with(prefix))
    }
}

/// The known entries of a `tags_all`.
pub(crate) fn known(tags: &Attr<Tags>) -> KnownTags {
    let entries = tags.known().into_iter().flatten();
    entries.filter_map(|(key, value)| Some((key.clone(), value.known()?.clone()))).collect()
}

/// From the tags in state to the planned ones.
pub(crate) fn changes(before: &KnownTags, after: &KnownTags) -> Changes {
    let set = after.iter().filter(|(key, value)| before.get(*key) != Some(value));
    let remove = before.keys().filter(|key| !after.contains_key(*key));
    Changes { set: set.map(|(key, value)| (key.clone(), value.clone())).collect(), remove: remove.cloned().collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(entries: &[(&str, &str)]) -> Attr<Tags> {
        Attr::Known(entries.iter().map(|(key, value)| ((*key).to_owned(), (*value).into())).collect())
    }

    fn remote(entries: &[(&str, &str)]) -> KnownTags {
        entries.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    fn rules() -> TagRules {
        TagRules {
            default: tags(&[("env", "dev"), ("team", "video")]),
            ignored_keys: vec!["owner".into()],
            ignored_prefixes: vec!["cost:".into()],
        }
    }

    #[test]
    fn own_tags_win_over_default_ones() {
        let all = rules().all(&tags(&[("env", "prod"), ("a", "1")]));
        assert_eq!(all, tags(&[("a", "1"), ("env", "prod"), ("team", "video")]));
        assert_eq!(rules().all(&tags(&[("env", "dev")])), tags(&[("env", "dev"), ("team", "video")]));
        assert_eq!(TagRules::default().all(&Attr::Null), tags(&[]));
    }

    #[test]
    fn one_unknown_makes_all_unknown() {
        let mut own = tags(&[("a", "1")]);
        if let Attr::Known(own) = &mut own {
            own.insert("b".into(), Attr::Unknown);
        }
        assert!(rules().all(&own).is_unknown());
        assert!(rules().all(&Attr::Unknown).is_unknown());
        assert!(TagRules { default: Attr::Unknown, ..rules() }.all(&Attr::Null).is_unknown());
    }

    #[test]
    fn a_null_tag_is_no_tag_but_stays_in_state() {
        let own = Attr::Known(Tags::from([("env".to_owned(), Attr::Null), ("a".to_owned(), Attr::Null)]));
        assert_eq!(rules().all(&own), tags(&[("team", "video")]));
        let (read, all) = rules().read(remote(&[("team", "video")]), &own);
        assert_eq!((read, all), (own, tags(&[("team", "video")])));
    }

    #[test]
    fn a_read_tells_own_default_and_foreign_tags_apart() {
        let object =
            remote(&[("env", "dev"), ("team", "audio"), ("a", "1"), ("owner", "x"), ("cost:a", "y"), ("aws:b", "z")]);
        let (own, all) = rules().read(object.clone(), &tags(&[("a", "1")]));
        assert_eq!(own, tags(&[("a", "1")]));
        assert_eq!(all, tags(&[("a", "1"), ("env", "dev"), ("team", "audio")]), "a drifted default shows in tags_all");
        let (own, _) = rules().read(object, &tags(&[("owner", "me"), ("env", "dev")]));
        assert_eq!(own, tags(&[("a", "1"), ("env", "dev"), ("owner", "x")]), "what the resource sets is never ignored");
        assert_eq!(rules().read(remote(&[]), &Attr::Null), (Attr::Null, tags(&[])));
        assert_eq!(rules().read(remote(&[]), &tags(&[])), (tags(&[]), tags(&[])));
    }

    #[test]
    fn only_differences_are_sent() {
        let changes =
            changes(&remote(&[("a", "1"), ("b", "2"), ("c", "3")]), &remote(&[("a", "1"), ("b", "x"), ("d", "4")]));
        assert_eq!(changes, Changes { set: remote(&[("b", "x"), ("d", "4")]), remove: vec!["c".into()] });
    }

    #[test]
    fn keys_and_values_are_held_to_the_limits() {
        let mut diagnostics = Diagnostics::none();
        let value =
            Value::map([("ok", "fine".into()), ("aws:x", "v".into()), ("bad{", "v".into()), ("v", "a{b".into())]);
        check_tags(&Path::attribute("tags"), &value, &mut diagnostics);
        let places: Vec<String> = diagnostics.iter().map(|d| d.path.clone().unwrap().to_string()).collect();
        assert_eq!(places, [r#"tags["aws:x"]"#, r#"tags["bad{"]"#, r#"tags["v"]"#]);
    }
}
