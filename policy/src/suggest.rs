//! What a mistyped name was most likely meant to be: actions, condition keys, operators.

use crate::condition::operator::OPERATORS;
use crate::keys;
use crate::service::{ActionRow, ServiceModel};

/// The candidate nearest to a name, if one is near: letters of case aside, a mistake for every three letters of the shorter of the
/// two at most, and at least one.
///
/// ```
/// use mediastore_policy::suggest::nearest;
///
/// assert_eq!(nearest("GetObjekt", ["PutObject", "GetObject"]), Some("GetObject"));
/// assert_eq!(nearest("zebra", ["PutObject", "GetObject"]), None);
/// ```
#[must_use]
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Distances take the product of the lengths, and nobody mistypes a name by so much.
    if name.len() > 128 {
        return None;
    }
    let lower = name.to_lowercase();
    let near = |candidate: &&str| {
        let allowed = (name.chars().count().min(candidate.chars().count()) / 3).max(1);
        let distance = strsim::osa_distance(&lower, &candidate.to_lowercase());
        (distance <= allowed).then_some(distance)
    };
    candidates
        .into_iter()
        .filter_map(|candidate| Some((near(&candidate)?, candidate)))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// The action of a service nearest to a name behind the colon.
#[must_use]
pub fn action(service: &ServiceModel, name: &str) -> Option<&'static ActionRow> {
    nearest(name, service.actions.iter().map(|row| row.name)).and_then(|name| service.action(name))
}

/// The condition key nearest to a name, spelt as documented; behind the prefix of a tag key the tag stays as it is.
///
/// ```
/// use mediastore_policy::suggest::key;
///
/// assert_eq!(key("aws:SourceIP4").as_deref(), Some("aws:SourceIp"));
/// assert_eq!(key("aws:PrincpalTag/team").as_deref(), Some("aws:PrincipalTag/team"));
/// assert_eq!(key("Referer").as_deref(), Some("aws:Referer"));
/// ```
#[must_use]
pub fn key(name: &str) -> Option<String> {
    let names = || keys::KEYS.iter().map(|row| row.name);
    if let Some((head, tag)) = name.split_once('/') {
        let prefixes = names().filter_map(|name| name.strip_suffix('/'));
        return nearest(head, prefixes).map(|prefix| format!("{prefix}/{tag}"));
    }
    let whole = names().filter(|name| !name.ends_with('/'));
    // Whoever leaves the service out means the keys that every service has.
    let bare = || nearest(name, whole.clone().filter_map(|name| name.strip_prefix("aws:")));
    match name.contains(':') {
        true => nearest(name, whole).map(str::to_owned),
        false => bare().map(|name| format!("aws:{name}")),
    }
}

/// The condition operator nearest to a name, with the set qualifier and the `IfExists` that the name has.
///
/// ```
/// use mediastore_policy::suggest::operator;
///
/// assert_eq!(operator("stringlike").as_deref(), Some("StringLike"));
/// assert_eq!(operator("forAnyValue:StringEqualIfExists").as_deref(), Some("ForAnyValue:StringEqualsIfExists"));
/// ```
#[must_use]
pub fn operator(name: &str) -> Option<String> {
    let (set, bare) = match name.split_once(':') {
        Some((set, bare)) => (nearest(set, ["ForAllValues", "ForAnyValue"]).map(|set| format!("{set}:")), bare),
        None => (Some(String::new()), name),
    };
    let suffix = "IfExists";
    let (bare, if_exists) = match bare.len().checked_sub(suffix.len()).and_then(|at| bare.split_at_checked(at)) {
        Some((bare, end)) if end.eq_ignore_ascii_case(suffix) => (bare, suffix),
        _ => (bare, ""),
    };
    // Who writes `NotStringLike` does not mean `StringLike`, near as it is.
    let negates = |name: &str| name.to_ascii_lowercase().contains("not");
    let known = nearest(bare, OPERATORS.iter().map(|row| row.name).filter(|row| !negates(bare) || negates(row)))?;
    // `Null` asks for presence already.
    let if_exists = if known == "Null" { "" } else { if_exists };
    set.map(|set| format!("{set}{known}{if_exists}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::condition::operator::Operator;
    use crate::mediastore;

    #[test]
    fn actions_are_suggested() {
        for (name, expected) in [
            ("GetObjects", Some("GetObject")),
            ("getobject", Some("GetObject")),
            ("ListItem", Some("ListItems")),
            ("DescribeObjet", Some("DescribeObject")),
            ("ListObjects", None),
            ("CreateBucket", None),
            ("", None),
        ] {
            assert_eq!(action(&mediastore::MODEL, name).map(|row| row.name), expected, "{name}");
        }
    }

    #[test]
    fn keys_are_suggested() {
        for (name, expected) in [
            ("aws:Referrer", Some("aws:Referer")),
            ("aws:SecureTransports", Some("aws:SecureTransport")),
            ("aws:PrincipalOrgId", Some("aws:PrincipalOrgID")),
            ("SecureTransport", Some("aws:SecureTransport")),
            ("aws:Weather", None),
            ("my:own", None),
        ] {
            assert_eq!(key(name).as_deref(), expected, "{name}");
        }
    }

    #[test]
    fn suggested_operators_exist() {
        for (name, expected) in [
            ("StringEqual", Some("StringEquals")),
            ("NotStringLike", None),
            ("IPAddress", Some("IpAddress")),
            ("NullIfExists", Some("Null")),
            ("ForAnyValues:StringLike", Some("ForAnyValue:StringLike")),
            ("ForSome:StringLike", None),
            ("Boolean", None),
            ("IfExists", None),
        ] {
            let found = operator(name);
            assert_eq!(found.as_deref(), expected, "{name}");
            assert!(found.is_none_or(|name| Operator::parse(&name).is_some()));
        }
    }
}
