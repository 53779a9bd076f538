//! The resources of a service as languages: what the ARN of a request can look like.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use super::domain::language::{Class, Pattern};
use super::need::COLON;
use crate::service::{ResourceType, ServiceModel, ShapePart};
use crate::text::CharClass;

/// One type of resource of one service.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ResourceShape {
    pub(crate) service: &'static ServiceModel,
    pub(crate) of: &'static ResourceType,
}

const DIGITS: Class = Class::Ranges(&[(b'0' as u16, b'9' as u16)]);
const REGION: Class =
    Class::Ranges(&[(b'-' as u16, b'-' as u16), (b'0' as u16, b'9' as u16), (b'a' as u16, b'z' as u16)]);

impl ResourceShape {
    /// All ARNs of this type in a partition. Lengths are not part of it: see [`ServiceModel::is_request`].
    /// They are the same for every policy, and made once for each thread.
    pub(crate) fn universe(&self, partition: &str) -> Rc<[Pattern]> {
        thread_local! {
            static KNOWN: RefCell<HashMap<String, Rc<[Pattern]>>> = RefCell::default();
        }
        let key = format!("{partition}:{}:{}", self.service.prefix, self.of.name);
        KNOWN.with_borrow_mut(|known| {
            let universe = known.entry(key).or_insert_with(|| Rc::new([self.every_arn(partition)]));
            Rc::clone(universe)
        })
    }

    fn every_arn(&self, partition: &str) -> Pattern {
        let mut pattern = Pattern::literal(&format!("arn:{partition}:{}:", self.service.prefix));
        if self.of.has_region {
            pattern = pattern.then_one(REGION).then_many(REGION);
        }
        pattern = pattern.then_text(":");
        if self.of.has_account {
            pattern = pattern.then_times(&DIGITS, 12);
        }
        pattern = pattern.then_text(":");
        for part in self.of.shape {
            pattern = match *part {
                ShapePart::Literal(text) => pattern.then_text(text),
                ShapePart::Text { class, min, .. } => {
                    let class = letters(class);
                    pattern.then_times(&class, min).then_many(class)
                }
                ShapePart::Path { class, max_folders, trailing_slash, .. } => {
                    let class = letters(class);
                    let segment = Pattern::new().then_one(class.clone()).then_many(class);
                    let folder = segment.clone().then_text("/");
                    let pattern =
                        (0..max_folders).fold(pattern, |pattern, _| pattern.then_maybe(&folder)).then(&segment);
                    if trailing_slash { pattern.then_maybe(&Pattern::literal("/")) } else { pattern }
                }
            };
        }
        pattern
    }

    /// An ARN that looks like an ordinary one.
    pub(crate) fn typical(&self, partition: &str) -> String {
        let region = if self.of.has_region { "us-east-1" } else { "" };
        let account = if self.of.has_account { "111122223333" } else { "" };
        let mut arn = format!("arn:{partition}:{}:{region}:{account}:", self.service.prefix);
        for part in self.of.shape {
            match *part {
                ShapePart::Literal(text) => arn.push_str(text),
                ShapePart::Text { .. } => arn.push_str("movies"),
                ShapePart::Path { .. } => arn.push_str("live/a.ts"),
            }
        }
        arn
    }

    /// More units than any ARN of this type has.
    pub(crate) fn longest(&self, partition: &str) -> usize {
        // No region or account is named by as many letters.
        let fields = "arn:::::".len() + partition.len() + self.service.prefix.len() + 64 + 64;
        let part = |part: &ShapePart| match *part {
            ShapePart::Literal(text) => text.len(),
            ShapePart::Text { class, max, .. } | ShapePart::Path { class, max_length: max, .. } => match class {
                // One character is at most two units.
                CharClass::Any | CharClass::Plain => 2 * max,
                _ => max,
            },
        };
        fields + self.of.shape.iter().map(part).sum::<usize>()
    }

    /// What stands before and behind the region, if the ARN has one.
    pub(crate) fn region_lift(&self, partition: &str) -> Option<(Pattern, Pattern)> {
        let before = Pattern::literal(&format!("arn:{partition}:{}:", self.service.prefix));
        self.of.has_region.then(|| (before, Pattern::literal(":").then_many(Class::ANY)))
    }

    /// What stands before and behind the account, if the ARN has one.
    pub(crate) fn account_lift(&self, partition: &str) -> Option<(Pattern, Pattern)> {
        let before = Pattern::literal(&format!("arn:{partition}:{}:", self.service.prefix));
        let before = before.then_many(Class::except(COLON)).then_text(":");
        self.of.has_account.then(|| (before, Pattern::literal(":").then_many(Class::ANY)))
    }

    /// Whether requests to the service can carry a key.
    ///
    /// The keys of VPC endpoints always count: nobody documents an endpoint for MediaStore, but taking one for impossible
    /// could hide an exposure, and taking it for possible cannot.
    pub(crate) fn carries(&self, key: &str) -> bool {
        let listed = self.service.keys.iter().chain(self.of.keys).any(|name| match name.ends_with('/') {
            true => key.len() > name.len() && key.get(..name.len()).is_some_and(|head| head.eq_ignore_ascii_case(name)),
            false => name.eq_ignore_ascii_case(key),
        });
        listed || key.starts_with("aws:sourcevpc") || key.starts_with("aws:vpc")
    }
}

fn letters(class: CharClass) -> Class {
    const fn range(low: u8, high: u8) -> (u16, u16) {
        (low as u16, high as u16)
    }
    const NAME: &[(u16, u16)] =
        &[range(b'-', b'-'), range(b'0', b'9'), range(b'A', b'Z'), range(b'_', b'_'), range(b'a', b'z')];
    const BUCKET: &[(u16, u16)] = &[range(b'-', b'.'), range(b'0', b'9'), range(b'a', b'z')];
    const SEGMENT: &[(u16, u16)] = &[
        range(b'-', b'.'),
        range(b'0', b':'),
        range(b'=', b'='),
        range(b'A', b'Z'),
        range(b'_', b'_'),
        range(b'a', b'z'),
        range(b'~', b'~'),
    ];
    match class {
        CharClass::Any => Class::ANY,
        CharClass::Digits => DIGITS,
        CharClass::Region => REGION,
        CharClass::Name => Class::Ranges(NAME),
        CharClass::Bucket => Class::Ranges(BUCKET),
        CharClass::Segment => Class::Ranges(SEGMENT),
        CharClass::Plain => {
            Class::except(&[b'$' as u16, b'*' as u16, b':' as u16, b'?' as u16, b'{' as u16, b'}' as u16])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{mediastore, s3};

    #[test]
    fn universes_agree_with_the_service_tables() {
        for (service, resources) in [
            (
                &mediastore::MODEL,
                &[
                    "arn:aws:mediastore:eu-west-1:111122223333:container/movies",
                    "arn:aws:mediastore:eu-west-1:111122223333:container/movies/",
                    "arn:aws:mediastore:eu-west-1:111122223333:container/movies/a",
                    "arn:aws:mediastore:eu-west-1:111122223333:container/movies/a/b.ts",
                    "arn:aws:mediastore:eu-west-1:111122223333:container/movies/a//b",
                    "arn:aws:mediastore:eu-west-1:111122223333:container/movies/live/",
                    "arn:aws:mediastore:eu-west-1:1:container/movies/a",
                    "arn:aws:mediastore:eu-west-1:111122223333:container/movies/1/2/3/4/5/6/7/8/9/10/a",
                    "arn:aws:mediastore:eu-west-1:111122223333:container/movies/1/2/3/4/5/6/7/8/9/10/11/a",
                    "arn:aws:s3:::movies",
                ][..],
            ),
            (
                &s3::MODEL,
                &[
                    "arn:aws:s3:::movies",
                    "arn:aws:s3:::movies/a b/\u{e9}",
                    "arn:aws:s3:::m",
                    "arn:aws:s3:eu-west-1::movies/a",
                ][..],
            ),
        ] {
            for action in service.actions {
                let types = action.resource_types.iter().filter_map(|name| service.resource_type(name));
                let shapes: Vec<ResourceShape> = types.map(|of| ResourceShape { service, of }).collect();
                for resource in resources {
                    let full = format!("{}:{}", service.prefix, action.name);
                    let inside = shapes
                        .iter()
                        .any(|shape| shape.universe("aws").iter().any(|pattern| pattern.matches(resource)));
                    assert_eq!(inside, service.is_request(&full, resource), "{full} {resource}");
                }
                for shape in shapes {
                    assert!(
                        service.is_request(&format!("{}:{}", service.prefix, action.name), &shape.typical("aws")),
                        "{}",
                        shape.typical("aws")
                    );
                }
            }
        }
    }
}
