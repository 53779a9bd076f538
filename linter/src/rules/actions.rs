//! Which of a service's actions an entry of a policy takes in.

use mediastore_policy::action::{ActionKind, ActionPattern};
use mediastore_policy::mediastore::MODEL;
use mediastore_policy::service::ActionRow;

/// The actions of MediaStore that an entry takes in; nothing if it is not wholly known.
pub(super) fn matched(entry: &ActionPattern) -> Option<Vec<&'static ActionRow>> {
    let all = || MODEL.actions.iter();
    match &entry.kind {
        ActionKind::All => Some(all().collect()),
        ActionKind::Named { .. } => {
            let text = entry.text.as_known()?.to_ascii_lowercase();
            let (service, name) = text.split_once(':')?;
            if service != MODEL.prefix {
                return Some(Vec::new());
            }
            Some(all().filter(|row| matches(name.as_bytes(), row.name.to_ascii_lowercase().as_bytes())).collect())
        }
        ActionKind::Unknown | ActionKind::UnknownEntries | ActionKind::Malformed => None,
    }
}

/// Whether a text fits a pattern of `*` and `?`. Names of actions are short, so trying again from the last `*` is enough.
fn matches(pattern: &[u8], text: &[u8]) -> bool {
    let (mut at, mut star) = ((0, 0), None);
    loop {
        match (pattern.get(at.0), text.get(at.1)) {
            (Some(b'*'), _) => {
                star = Some((at.0 + 1, at.1));
                at.0 += 1;
            }
            (Some(b'?'), Some(_)) => at = (at.0 + 1, at.1 + 1),
            (Some(wanted), Some(found)) if wanted == found => at = (at.0 + 1, at.1 + 1),
            (None, None) => return true,
            _ => match star {
                Some((after, from)) if from < text.len() => {
                    star = Some((after, from + 1));
                    at = (after, from + 1);
                }
                _ => return false,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_of_names() {
        for (pattern, text, expected) in [
            ("get*", "getobject", true),
            ("*object", "getobject", true),
            ("*", "getobject", true),
            ("g?tobject", "getobject", true),
            ("*get*object*", "getobject", true),
            ("getobject", "getobject", true),
            ("getobject?", "getobject", false),
            ("put*", "getobject", false),
            ("*objects", "getobject", false),
            ("", "getobject", false),
            ("**t", "getobject", true),
        ] {
            assert_eq!(matches(pattern.as_bytes(), text.as_bytes()), expected, "{pattern} {text}");
        }
    }
}
