//! What is wrong with the resources of a policy beyond not being scoped: whose container they name instead.
//!
//! The parts of a container's ARN are compared as far as they are known, with what is known of the container, and with each other: one
//! policy is attached to one container.

use std::sync::Arc;

use mediastore_policy::arn::ArnPattern;
use mediastore_policy::pattern::{Part, Pattern};
use mediastore_policy::resource::ResourceKind;
use mediastore_policy::span::Span;
use mediastore_policy::text::{CharClass, Hole, Text, TextPart, TextRef};

use crate::rule::JudgedPolicy;
use crate::unit::Dialect;

/// A fault of one resource.
pub(super) struct ResourceFault {
    /// The entry.
    pub(super) span: Span,
    pub(super) kind: FaultOf,
    /// The rule's sentence.
    pub(super) message: String,
    pub(super) help: String,
    /// The resource it contradicts.
    pub(super) other: Option<Span>,
    /// What was surely meant.
    pub(super) meant: Option<String>,
}

/// What the fault is of.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum FaultOf {
    /// An account id that is none.
    Account,
    /// A container that the policy is not attached to.
    Container,
}

/// The parts of a container's ARN, in the order of the ARN.
const PARTS: [&str; 3] = ["region", "account", "container"];

/// Every resource that names another container than the policy's, or an account that cannot be one.
pub(super) fn faults(judged: &JudgedPolicy<'_>) -> Vec<ResourceFault> {
    let Some(policy) = &judged.policy else { return Vec::new() };
    let scope = judged.scope();
    let mut known: [Option<(Text, Option<Span>)>; 3] = [
        scope.region.map(|region| (Text::known(region), None)),
        scope.account.map(|account| (Text::known(account), None)),
        judged.container_name().map(|name| (name.clone(), None)),
    ];
    let mut faults = Vec::new();
    for entry in policy.statements.iter().flat_map(|statement| &statement.resources.entries) {
        let ResourceKind::Arn(arn) = &entry.kind else { continue };
        if arn.service().as_literal() != Some("mediastore") {
            continue;
        }
        let fault = |kind, message: String, help: String| ResourceFault {
            span: entry.span,
            kind,
            message,
            help,
            other: None,
            meant: None,
        };
        if is_account_field(arn.region()) && is_region_field(arn.account()) {
            let message = format!("region and account are swapped in `{}`", entry.text);
            let meant = swapped(&entry.text);
            let help = match &meant {
                Some(meant) => format!("write `{meant}`"),
                None => "an ARN reads `arn:aws:mediastore:REGION:ACCOUNT:container/NAME/PATH`".to_owned(),
            };
            faults.push(ResourceFault { meant, ..fault(FaultOf::Container, message, help) });
            continue;
        }
        let account = arn.account().as_literal();
        if let Some(account) = account.filter(|account| !account.is_empty() && !is_account(account)) {
            let message = format!("the account id `{account}` does not have twelve digits");
            let help = "write the twelve digits of the account, leading zeros too".to_owned();
            faults.push(fault(FaultOf::Account, message, help));
            continue;
        }
        if let Some(partition) = arn.partition().as_literal().filter(|partition| *partition != "aws") {
            let message = format!("the partition `{partition}` has no MediaStore");
            faults.push(fault(FaultOf::Container, message, "write `aws`".to_owned()));
            continue;
        }
        let own = [text_of(arn.region()), text_of(arn.account()), name_in(arn)];
        for ((what, own), known) in PARTS.iter().zip(own).zip(&mut known) {
            // Empty, or with a wildcard: `unscoped-resource` says so.
            let Some(own) = own.filter(|own| own.parts().next().is_some()) else { continue };
            match known {
                Some((known, other)) if own.differs(known) => {
                    let (message, help) = match other {
                        None => (
                            format!("the policy is attached to the {what} `{known}`, and this resource names `{own}`"),
                            format!("write {}", read_as(judged)),
                        ),
                        Some(_) => (
                            format!(
                                "one policy is attached to one container, and this resource names the {what} `{own}`, another `{known}`"
                            ),
                            "name the container that the policy is attached to".to_owned(),
                        ),
                    };
                    faults.push(ResourceFault { other: *other, ..fault(FaultOf::Container, message, help) });
                    break;
                }
                Some(_) => {}
                None => *known = Some((own, Some(entry.span))),
            }
        }
    }
    faults
}

/// The resource of everything in the container as a value: a reference where the policy stands in Terraform's source beside it, otherwise
/// the ARN if all of it is known.
pub(super) fn everything(judged: &JudgedPolicy<'_>) -> Option<Text> {
    let is_in_root = |address: &str| !address.starts_with("module.") && !address.contains('[');
    if let Some(container) = judged.container
        && matches!(container.origin.dialect, Dialect::Mediastore | Dialect::HashicorpAws)
        && is_in_root(&container.origin.address)
        && is_in_root(&judged.document.origin.address)
    {
        let arn = Arc::new(Hole::any(format!("{}.arn", container.origin.address)));
        return Some(Text::from_parts([TextPart::Hole(arn), TextPart::Known("/*".into())]));
    }
    let scope = judged.scope();
    Some(Text::known(format!("arn:aws:mediastore:{}:{}:container/{}/*", scope.region?, scope.account?, scope.name?)))
}

/// Whether a resource is a container itself, so that `/*` is all it lacks.
pub(super) fn is_container(arn: &ArnPattern) -> bool {
    let Some(resource) = text_of(arn.resource()) else { return false };
    let literal = |hole: &Arc<Hole>| hole.class.is_literal() && !hole.class.contains('/');
    let slashes: usize = resource.parts().filter_map(TextRef::known).map(|known| known.matches('/').count()).sum();
    resource.strip_prefix("container/").is_some_and(|name| name.parts().next().is_some())
        && slashes == 1
        && resource.holes().all(literal)
        && arn.service().as_literal() == Some("mediastore")
}

/// How the resource of everything in the container is written where this policy stands, in backticks.
pub(super) fn read_as(judged: &JudgedPolicy<'_>) -> String {
    if let Some(container) = judged.container
        && matches!(container.origin.dialect, Dialect::Mediastore | Dialect::HashicorpAws)
        && container.origin.span != Span::default()
        && !container.origin.address.starts_with("module.")
    {
        return format!("`\"${{{}.arn}}/*\"`", container.origin.address);
    }
    let scope = judged.scope();
    format!(
        "`arn:aws:mediastore:{}:{}:container/{}/*`",
        scope.region.unwrap_or("REGION"),
        scope.account.unwrap_or("ACCOUNT"),
        scope.name.unwrap_or("NAME")
    )
}

pub(super) fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// `eu-west-1`, `us-gov-east-1`.
fn is_region(text: &str) -> bool {
    let words: Vec<&str> = text.split('-').collect();
    let (last, words) = words.split_last().unwrap_or((&"", &[]));
    (2..=3).contains(&words.len())
        && words.iter().all(|word| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase()))
        && !last.is_empty()
        && last.bytes().all(|byte| byte.is_ascii_digit())
}

/// The ARN with region and account in their order, if it is known.
fn swapped(arn: &Text) -> Option<String> {
    let [arn, partition, service, account, region, resource] = mediastore_policy::arn::split(arn.as_known()?)?;
    Some([arn, partition, service, region, account, resource].join(":"))
}

/// Whether a field is an account, also one that is not known yet.
fn is_account_field(field: &Pattern) -> bool {
    match field.parts() {
        [Part::Hole(hole)] => hole.class == CharClass::Digits && hole.length == Some(12),
        _ => field.as_literal().is_some_and(is_account),
    }
}

/// Whether a field is a region, also one that is not known yet.
fn is_region_field(field: &Pattern) -> bool {
    match field.parts() {
        [Part::Hole(hole)] => hole.class == CharClass::Region,
        _ => field.as_literal().is_some_and(is_region),
    }
}

/// A pattern as text, if it has neither wildcards nor variables.
fn text_of(pattern: &Pattern) -> Option<Text> {
    let part = |part: &Part| match part {
        Part::Literal(text) => Some(TextPart::Known(text.as_str().into())),
        Part::Hole(hole) => Some(TextPart::Hole(hole.clone())),
        _ => None,
    };
    pattern.parts().iter().map(part).collect::<Option<Vec<_>>>().map(Text::from_parts)
}

/// The name of the container, if a path inside it follows.
fn name_in(arn: &ArnPattern) -> Option<Text> {
    let mut name = Vec::new();
    let mut before = "container/";
    for part in arn.resource().parts() {
        match part {
            Part::Literal(text) => {
                let text = if before.is_empty() { text.as_str() } else { text.strip_prefix(before)? };
                before = "";
                match text.split_once('/') {
                    Some((end, _)) => {
                        name.push(TextPart::Known(end.into()));
                        return Some(Text::from_parts(name));
                    }
                    None => name.push(TextPart::Known(text.into())),
                }
            }
            // A slash may be in a hole of any text.
            Part::Hole(hole) if before.is_empty() && hole.class.is_literal() && !hole.class.contains('/') => {
                name.push(TextPart::Hole(hole.clone()));
            }
            _ => return None,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_look_like_regions() {
        for (name, expected) in [
            ("eu-west-1", true),
            ("us-gov-east-1", true),
            ("ap-southeast-2", true),
            ("live", false),
            ("eu-west", false),
            ("111122223333", false),
        ] {
            assert_eq!(is_region(name), expected, "{name}");
        }
    }
}
