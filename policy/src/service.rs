//! What a policy needs to know of the service it guards, as a table: actions, resource types, condition keys, and the rules
//! by which the service refuses a policy.
//!
//! [`crate::mediastore`] is the first such table, [`crate::s3`] the second. A further service is another table; nothing else
//! in the crate names a service.

use crate::arn;
use crate::model::Policy;
use crate::parse::{self, Parsed};
use crate::pattern::{Part, Pattern};
use crate::problem::{Code, Problem};
use crate::resource::ResourceKind;
use crate::span::Span;
use crate::text::CharClass;

/// What is known of a service.
#[derive(Debug)]
pub struct ServiceModel {
    /// The name before the colon of its actions, and in its ARNs.
    pub prefix: &'static str,
    /// The partitions in which the service exists.
    pub partitions: &'static [&'static str],
    /// The most characters a policy may have.
    pub max_document: usize,
    /// Whether a policy must be ASCII.
    pub ascii_only: bool,
    /// The kinds of resources.
    pub resource_types: &'static [ResourceType],
    /// The actions a request to the data of the service can have, and those of its management.
    pub actions: &'static [ActionRow],
    /// The condition keys that requests for data can carry, by the names of [`crate::keys`].
    pub keys: &'static [&'static str],
    /// What the service checks when a policy is put.
    pub rules: &'static [Rule],
}

/// A check of a policy against the service that it is put to. It reports nothing that depends on an unknown part.
pub type Rule = fn(&ServiceModel, &Policy, &Scope<'_>) -> Vec<Problem>;

/// A kind of resource.
#[derive(Debug, PartialEq, Eq)]
pub struct ResourceType {
    /// Its name in the service's tables.
    pub name: &'static str,
    /// Whether its ARN has a region.
    pub has_region: bool,
    /// Whether its ARN has an account.
    pub has_account: bool,
    /// What the last field of its ARN looks like.
    pub shape: &'static [ShapePart],
    /// The condition keys that only requests for this type carry, by the names of [`crate::keys`].
    pub keys: &'static [&'static str],
}

/// A part of the last field of an ARN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShapePart {
    /// Exactly this.
    Literal(&'static str),
    /// Characters of a class.
    Text {
        /// The characters.
        class: CharClass,
        /// The fewest of them.
        min: usize,
        /// The most of them.
        max: usize,
    },
    /// Segments with `/` between them.
    Path {
        /// The characters of a segment, of which there is at least one.
        class: CharClass,
        /// The most segments before the last one.
        max_folders: usize,
        /// The most characters of all, slashes included.
        max_length: usize,
        /// Whether a `/` may stand at the end, as it does for a folder.
        trailing_slash: bool,
    },
}

/// What an action does, in the words of the service's authorization reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AccessLevel {
    /// Names and metadata.
    List,
    /// Content.
    Read,
    /// Changes.
    Write,
    /// Who may do what.
    Permissions,
    /// Tags.
    Tagging,
}

/// An action.
#[derive(Debug, PartialEq, Eq)]
pub struct ActionRow {
    /// The name behind the colon.
    pub name: &'static str,
    /// What it does.
    pub access: AccessLevel,
    /// The resource types a request for it can name; none for actions that have no resource.
    pub resource_types: &'static [&'static str],
}

/// The resource a policy is attached to, as far as it is known: a container, a bucket.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scope<'a> {
    /// The region.
    pub region: Option<&'a str>,
    /// The account id of the owner.
    pub account: Option<&'a str>,
    /// The name.
    pub name: Option<&'a str>,
}

impl ServiceModel {
    /// The row of an action, by its name behind the colon in any case.
    #[must_use]
    pub fn action(&self, name: &str) -> Option<&'static ActionRow> {
        self.actions.iter().find(|row| row.name.eq_ignore_ascii_case(name))
    }

    /// The row of a resource type, by its name.
    #[must_use]
    pub fn resource_type(&self, name: &str) -> Option<&'static ResourceType> {
        self.resource_types.iter().find(|row| row.name == name)
    }

    /// Whether a request for this action can name this resource: the action exists and has a resource type whose ARN looks
    /// like that.
    #[must_use]
    pub fn is_request(&self, action: &str, resource: &str) -> bool {
        let name =
            action.split_once(':').filter(|(prefix, _)| prefix.eq_ignore_ascii_case(self.prefix)).map(|(_, name)| name);
        let row = name.and_then(|name| self.action(name));
        row.is_some_and(|row| {
            row.resource_types
                .iter()
                .filter_map(|name| self.resource_type(name))
                .any(|of| of.matches(self.prefix, self.partitions, resource))
        })
    }

    /// Everything for which the service refuses this policy text on the resource of that scope; nothing, if it accepts it.
    #[must_use]
    pub fn refusals(&self, text: &str, scope: &Scope<'_>) -> Vec<Problem> {
        let mut problems = self.text_problems(text);
        if problems.iter().any(|problem| problem.code == Code::Size) {
            return problems; // nothing is worth reading in a text that cannot be meant
        }
        let Parsed { policy, problems: found } = parse::parse(text);
        problems.extend(found);
        if let Some(policy) = policy {
            problems.extend(self.rules.iter().flat_map(|rule| rule(self, &policy, scope)));
        }
        problems.sort_by_key(|problem| (problem.span.start, problem.span.end));
        problems
    }

    fn text_problems(&self, text: &str) -> Vec<Problem> {
        let mut problems = Vec::new();
        let length = text.chars().count();
        let whole = Span::new(0, text.len());
        if length == 0 {
            problems.push(Problem::new(Code::Size, whole, "the policy is empty"));
        } else if length > self.max_document {
            let message = format!("the policy has {length} characters, more than the {} allowed", self.max_document);
            problems.push(Problem::new(Code::Size, whole, message));
        }
        let foreign = text.char_indices().find(|(_, c)| self.ascii_only && !c.is_ascii());
        if let Some((at, c)) = foreign {
            let message = format!("the policy holds `{c}`, which is not an ASCII character");
            let escapes: String = c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect();
            let problem = Problem::new(Code::NotAscii, Span::new(at, at + c.len_utf8()), message);
            problems.push(problem.help(format!("inside a string, write `{escapes}`")));
        }
        problems
    }
}

impl ResourceType {
    /// Whether a known ARN names a resource of this type.
    #[must_use]
    pub fn matches(&self, service: &str, partitions: &[&str], resource: &str) -> bool {
        let Some([_, partition, of, region, account, name]) = arn::split(resource) else { return false };
        let class = |text: &str, class: CharClass| !text.is_empty() && text.chars().all(|c| class.contains(c));
        of == service
            && partitions.contains(&partition)
            && (if self.has_region { class(region, CharClass::Region) } else { region.is_empty() })
            && (if self.has_account {
                account.len() == 12 && class(account, CharClass::Digits)
            } else {
                account.is_empty()
            })
            && shape_matches(self.shape, name)
    }
}

fn shape_matches(shape: &[ShapePart], text: &str) -> bool {
    let Some((part, rest)) = shape.split_first() else { return text.is_empty() };
    match *part {
        ShapePart::Literal(literal) => text.strip_prefix(literal).is_some_and(|text| shape_matches(rest, text)),
        ShapePart::Text { class, min, max } => {
            // A part ends where the next literal begins, or at the end: classes do not hold their separators.
            let end = match rest.first() {
                Some(ShapePart::Literal(literal)) => text.find(literal).unwrap_or(text.len()),
                _ => text.len(),
            };
            let (text, behind) = text.split_at(end);
            (min..=max).contains(&text.chars().count())
                && text.chars().all(|c| class.contains(c))
                && shape_matches(rest, behind)
        }
        ShapePart::Path { class, max_folders, max_length, trailing_slash } => {
            let length = text.chars().count();
            let path = if trailing_slash { text.strip_suffix('/').unwrap_or(text) } else { text };
            let fits = |segment: &str| !segment.is_empty() && segment.chars().all(|c| class.contains(c));
            length <= max_length && path.split('/').count() <= max_folders + 1 && path.split('/').all(fits)
        }
    }
}

/// Where the resources of a policy must lie, as the fields of an ARN prefix.
pub(crate) struct Inside<'a> {
    /// Partition, service, region, account: what each must be, or nothing if it is unknown.
    pub(crate) fields: [Option<&'a str>; 4],
    /// How the last field must begin before the name.
    pub(crate) before: &'a str,
    /// The name, or nothing if it is unknown.
    pub(crate) name: Option<&'a str>,
    /// Whether the resource itself counts, and not only what is in it.
    pub(crate) itself: bool,
}

impl Inside<'_> {
    /// Whether everything the entry matches lies inside, for some content of the unknown parts.
    pub(crate) fn may_hold(&self, kind: &ResourceKind) -> bool {
        match kind {
            ResourceKind::All => false,
            // Unknown parts never refuse, and what is malformed has been reported as such.
            ResourceKind::Unknown | ResourceKind::UnknownEntries | ResourceKind::Malformed => true,
            ResourceKind::Arn(pattern) => {
                let field = |(pattern, wanted): (&Pattern, Option<&str>)| may_be(pattern, wanted);
                pattern.fields[1..5].iter().zip(self.fields).all(field) && self.may_begin(pattern.resource())
            }
        }
    }

    /// Whether the last field begins with the prefix, the name and a slash.
    fn may_begin(&self, pattern: &Pattern) -> bool {
        let mut parts = pattern.parts().iter();
        let literal = match parts.next() {
            Some(Part::Literal(text)) => text.as_str(),
            Some(Part::Hole(_)) => return true,
            _ => return false,
        };
        let unknown_follows = matches!(parts.next(), Some(Part::Hole(_)));
        let ends_here = pattern.as_literal().is_some();
        let Some(rest) = literal.strip_prefix(self.before) else {
            return unknown_follows && self.before.starts_with(literal);
        };
        match (self.name, rest.split_once('/')) {
            (Some(name), Some((first, _))) => first == name,
            (Some(name), None) => {
                (unknown_follows && name.starts_with(rest)) || (self.itself && ends_here && rest == name)
            }
            (None, Some((first, _))) => !first.is_empty(),
            (None, None) => unknown_follows || (self.itself && ends_here && !rest.is_empty()),
        }
    }
}

/// Whether a field is exactly the wanted text, for some content of its holes.
fn may_be(pattern: &Pattern, wanted: Option<&str>) -> bool {
    if pattern.holes().next().is_some() {
        return true;
    }
    match (pattern.as_literal(), wanted) {
        (Some(literal), Some(wanted)) => literal == wanted,
        (Some(literal), None) => !literal.is_empty(),
        (None, _) => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::{mediastore, s3};

    #[test]
    fn requests_are_typed() {
        for (model, action, resource, expected) in [
            (
                &mediastore::MODEL,
                "mediastore:GetObject",
                "arn:aws:mediastore:eu-west-1:111122223333:container/movies/a/b.ts",
                true,
            ),
            (
                &mediastore::MODEL,
                "MediaStore:getobject",
                "arn:aws:mediastore:eu-west-1:111122223333:container/movies/a",
                true,
            ),
            (
                &mediastore::MODEL,
                "mediastore:GetObject",
                "arn:aws:mediastore:eu-west-1:111122223333:container/movies",
                false,
            ),
            (
                &mediastore::MODEL,
                "mediastore:GetObject",
                "arn:aws:mediastore:eu-west-1:111122223333:container/movies/",
                false,
            ),
            (
                &mediastore::MODEL,
                "mediastore:GetObject",
                "arn:aws:mediastore:eu-west-1:111122223333:container/movies/a//b",
                false,
            ),
            (&mediastore::MODEL, "mediastore:GetObject", "arn:aws:mediastore:eu-west-1:1:container/movies/a", false),
            (
                &mediastore::MODEL,
                "mediastore:GetObject",
                "arn:aws:mediastore:eu-west-1:111122223333:container/movies/1/2/3/4/5/6/7/8/9/10/a",
                true,
            ),
            (
                &mediastore::MODEL,
                "mediastore:GetObject",
                "arn:aws:mediastore:eu-west-1:111122223333:container/movies/1/2/3/4/5/6/7/8/9/10/11/a",
                false,
            ),
            (
                &mediastore::MODEL,
                "mediastore:ListItems",
                "arn:aws:mediastore:eu-west-1:111122223333:container/movies/live/",
                true,
            ),
            (
                &mediastore::MODEL,
                "mediastore:DescribeContainer",
                "arn:aws:mediastore:eu-west-1:111122223333:container/movies",
                true,
            ),
            (
                &mediastore::MODEL,
                "mediastore:GetContainer",
                "arn:aws:mediastore:eu-west-1:111122223333:container/movies",
                false,
            ),
            (&mediastore::MODEL, "s3:GetObject", "arn:aws:s3:::movies/a", false),
            (&s3::MODEL, "s3:GetObject", "arn:aws:s3:::movies/a b/\u{e9}", true),
            (&s3::MODEL, "s3:GetObject", "arn:aws:s3:::movies", false),
            (&s3::MODEL, "s3:ListBucket", "arn:aws:s3:::movies", true),
            (&s3::MODEL, "s3:ListBucket", "arn:aws:s3:::movies/a", false),
        ] {
            assert_eq!(model.is_request(action, resource), expected, "{action} on {resource}");
        }
    }

    #[test]
    fn tables_are_consistent() {
        for model in [&mediastore::MODEL, &s3::MODEL] {
            for row in model.actions {
                assert!(std::ptr::eq(model.action(row.name).expect("a row"), row), "{} is named twice", row.name);
                assert!(row.resource_types.iter().all(|name| model.resource_type(name).is_some()), "{}", row.name);
            }
            let of_types = model.resource_types.iter().flat_map(|of| of.keys);
            for key in model.keys.iter().chain(of_types) {
                let known = crate::keys::KEYS.iter().any(|row| row.name == *key);
                assert!(known, "{key}");
            }
        }
    }
}
