//! Parts of a policy that never matter, also where the policy is only partly known.
//!
//! That a part of a policy with holes has no effect is proven by proving it for values that stand for all others. Holes of which more is
//! possible than an account, a region or a name stay open; what they hide is not proven, and so not listed.

use std::collections::BTreeSet;

use mediastore_policy::analyse::{self, Dead};
use mediastore_policy::condition::date::Instant;
use mediastore_policy::json::{Node, Value};
use mediastore_policy::mediastore::MODEL;
use mediastore_policy::model::Policy;
use mediastore_policy::parse;
use mediastore_policy::text::{CharClass, Hole, Text, TextRef};

/// More values that occur in the document are not tried; with more of them nothing is listed.
const MOST_OCCURRING: usize = 12;

/// The parts without effect of a policy and the document it was read from.
pub(crate) fn dead(policy: &Policy, body: &Node, now: Option<Instant>) -> Vec<Dead> {
    let mut parts = Parts::default();
    parts.collect(body);
    if !parts.holes.iter().any(|hole| stands_for_a_name(hole)) {
        return analyse::dead(policy, &MODEL, now);
    }
    if parts.occurring.len() > MOST_OCCURRING {
        return Vec::new();
    }
    // All different and found nowhere else; all the same; each value that occurs.
    let variants = 2 + parts.occurring.len();
    let value = |variant: usize, hole: &Hole| match variant {
        0 => parts.nowhere_else(hole),
        1 => nth(hole, 0),
        _ => {
            let occurring = parts.occurring.iter().nth(variant - 2).filter(|value| hole.admits(value));
            occurring.map_or_else(|| nth(hole, 0), Clone::clone)
        }
    };
    let mut common: Option<Vec<Dead>> = None;
    for variant in 0..variants {
        let filled = body.fill(&|hole| stands_for_a_name(hole).then(|| value(variant, hole)));
        // With some value the document may be one that the service refuses.
        let Ok(policy) = parse::parse_node(filled).into_result() else { continue };
        let mut found = analyse::dead(&policy, &MODEL, now);
        if let Some(common) = &common {
            found.retain(|dead| common.contains(dead));
        }
        // Nothing is dead in most policies, and that is known after the first values.
        if found.is_empty() {
            return found;
        }
        common = Some(found);
    }
    common.unwrap_or_default()
}

fn stands_for_a_name(hole: &Hole) -> bool {
    matches!(hole.class, CharClass::Digits | CharClass::Region | CharClass::Name)
}

/// A value for a hole that hardly anybody writes down.
fn nth(hole: &Hole, number: usize) -> String {
    match hole.class {
        CharClass::Digits => format!("{:0width$}", 770_000_000_001 + number, width = hole.length.unwrap_or(12)),
        CharClass::Region => format!("xx-nowhere-{}", number + 1),
        _ => format!("nowhere-{number}"),
    }
}

#[derive(Default)]
struct Parts<'n> {
    holes: Vec<&'n Hole>,
    /// Fields of ARNs, and account ids.
    occurring: BTreeSet<String>,
}

impl<'n> Parts<'n> {
    fn nowhere_else(&self, hole: &Hole) -> String {
        nth(hole, self.holes.iter().position(|known| known.name == hole.name).unwrap_or_default())
    }

    fn collect(&mut self, node: &'n Node) {
        match &node.value {
            Value::String(text) => self.text(text),
            Value::Array(items) => items.iter().for_each(|item| self.collect(item)),
            Value::Object(members) => {
                for member in members {
                    self.text(&member.key);
                    self.collect(&member.node);
                }
            }
            Value::Unknown(hole) => self.holes.push(hole),
            _ => {}
        }
    }

    fn text(&mut self, text: &'n Text) {
        for part in text.parts() {
            match part {
                TextRef::Hole(hole) => self.holes.push(hole),
                TextRef::Known(known) => {
                    let fields = known.split([':', '/']).filter(|field| {
                        let is_account = field.len() == 12 && field.bytes().all(|byte| byte.is_ascii_digit());
                        let is_region = field.contains('-') && field.ends_with(|c: char| c.is_ascii_digit());
                        let is_container = known.contains(&format!("container/{field}/"));
                        is_account || is_region || (is_container && !field.is_empty())
                    });
                    self.occurring.extend(fields.map(str::to_owned));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use mediastore_policy::json::Template;
    use mediastore_policy::span::Span;

    use super::*;

    /// `<12>` is an unknown account, `<xx>` an unknown region, `<name>` unknown text.
    fn holes(text: &str) -> Vec<(Span, Arc<Hole>)> {
        let of = |name: &str| match name {
            "12" | "34" => Hole::account(name),
            "xx" => Hole::region(name),
            name => Hole::any(name),
        };
        let starts = text.match_indices('<').map(|(start, _)| (start, start + text[start..].find('>').unwrap_or(0)));
        starts.map(|(start, end)| (Span::new(start, end + 1), Arc::new(of(&text[start + 1..end])))).collect()
    }

    #[track_caller]
    fn finds(statements: &str, expected: usize) {
        let text = format!(r#"{{"Version": "2012-10-17", "Statement": [{statements}]}}"#);
        let holes = holes(&text);
        let (node, problems) = mediastore_policy::json::parse(
            Template { text: &text, holes: &holes },
            mediastore_policy::json::Limits::default(),
        );
        assert_eq!(problems, []);
        let node = node.expect("a document");
        let policy = parse::parse_node(node.clone()).into_result().expect("a policy");
        let found = dead(&policy, &node, None);
        assert_eq!(found.len(), expected, "{found:?} in {text}");
    }

    #[test]
    fn what_is_listed_holds_for_all_values() {
        let read = |resource: &str, rest: &str| {
            format!(
                r#"{{"Effect": "Allow", "Principal": {{"AWS": "111122223333"}}, "Action": "mediastore:GetObject",
                    "Resource": "arn:aws:mediastore:{resource}/*"{rest}}}"#
            )
        };
        let here = "<xx>:<12>:container/live";
        finds(&read(here, ""), 0);
        finds(&read(here, r#", "Condition": {"Bool": {"aws:SecureTransport": ["true", "false"]}}"#), 1);
        finds(&format!("{}, {}", read(here, ""), read(here, "")), 1);
        // The two may be the same container, or not.
        finds(&format!("{}, {}", read(here, ""), read("<xx>:<34>:container/live", "")), 0);
        finds(&format!("{}, {}", read(here, ""), read("<xx>:111122223333:container/live", "")), 0);
        // Nobody knows what the text is.
        finds(&read(here, r#", "Condition": {"StringLike": {"aws:UserAgent": "<agent>"}}"#), 0);
        finds(&read(here, r#", "Condition": {"StringLike": {"aws:UserAgent": "*", "aws:Referer": "<x>"}}"#), 1);
    }
}
