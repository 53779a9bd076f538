//! How findings speak of requests, and of words to choose from.

use mediastore_policy::analyse::ActionExposure;
use mediastore_policy::principal::IdentityKind;
use mediastore_policy::request::{Caller, Request};

use crate::config::nearest;
use crate::source::Syntax;
use crate::unit::Document;

/// What each action of the data plane does, in the words of a sentence about who can do it.
pub(super) const DEEDS: [(&str, &str); 5] = [
    ("mediastore:PutObject", "upload and overwrite objects"),
    ("mediastore:DeleteObject", "delete objects"),
    ("mediastore:GetObject", "read objects"),
    ("mediastore:DescribeObject", "read the metadata of objects"),
    ("mediastore:ListItems", "list folders"),
];

/// Whom a request that strangers can make stands for, as the subject of a sentence.
pub(super) fn stranger(witness: Option<&Request>) -> &'static str {
    match witness.map(|witness| &witness.principal) {
        Some(Caller::Root { .. } | Caller::Identity { .. }) => "anybody with an AWS account",
        Some(Caller::Service(_)) => "anybody, through an AWS service,",
        Some(Caller::Federated(_)) => "anybody with an identity of a web provider",
        _ => "anybody",
    }
}

/// Whom a request names, as the subject of a sentence.
pub(super) fn named(witness: Option<&Request>) -> String {
    let Some(witness) = witness else { return "somebody outside the trust zone".to_owned() };
    let source = |key: &str| witness.context.single(key).map(str::to_owned);
    match &witness.principal {
        Caller::Anonymous => match source("aws:SourceIp") {
            Some(address) => format!("anybody at an address such as {address}"),
            None => "somebody outside the trust zone".to_owned(),
        },
        Caller::Service(name) => match source("aws:SourceArn").or_else(|| source("aws:SourceAccount")) {
            Some(of) => format!("`{name}` on behalf of `{of}`"),
            None => format!("`{name}`"),
        },
        Caller::Root { account, .. } => format!("the account {account}"),
        Caller::Identity { kind: IdentityKind::Role | IdentityKind::Session, account, .. } => {
            format!("a role of the account {account}")
        }
        Caller::Identity { account, .. } => format!("a user of the account {account}"),
        Caller::Federated(name) | Caller::CanonicalUser(name) => format!("`{name}`"),
    }
}

/// Deeds as one phrase: "read objects, list folders and delete objects".
pub(super) fn phrase(deeds: &[&str]) -> String {
    match deeds {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [firsts @ .., last] => format!("{} and {last}", firsts.join(", ")),
    }
}

/// Of [`DEEDS`] those that a request can do: the exposure of the first, whose witness stands for all, and all as one phrase.
pub(super) fn done<'e>(
    exposure: impl Fn(&'static str) -> Option<&'e ActionExposure>,
) -> Option<(&'e ActionExposure, String)> {
    let (exposures, deeds): (Vec<_>, Vec<_>) =
        DEEDS.iter().filter_map(|(action, deed)| Some((exposure(action)?, *deed))).unzip();
    Some((*exposures.first()?, phrase(&deeds)))
}

/// How many words a message lists.
const WORDS_LISTED: usize = 8;

/// Words that are allowed, as one phrase.
pub(super) fn listed(words: &[String]) -> String {
    let listed = words.iter().take(WORDS_LISTED).map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
    format!("{listed}{}", if words.len() > WORDS_LISTED { ", ..." } else { "" })
}

/// The same, and the one that was most likely meant.
pub(super) fn listed_for(found: Option<&str>, words: &[String]) -> String {
    let meant = found.and_then(|found| nearest(found, words.iter().map(String::as_str)));
    listed(words) + &meant.map(|word| format!("; did you mean `{word}`?")).unwrap_or_default()
}

/// The condition that requires HTTPS, as it is written where the policy stands, in backticks.
pub(super) fn require_https(document: &Document) -> &'static str {
    match document.editable {
        Some(Syntax::Hcl) => r#"`Condition = { Bool = { "aws:SecureTransport" = "true" } }`"#,
        _ => r#"`"Condition": {"Bool": {"aws:SecureTransport": "true"}}`"#,
    }
}
