//! Every limit and pattern of the MediaStore API, as data.
//!
//! The service refuses by these values, the provider refuses earlier by the same ones, and the linter explains them; none of the
//! three repeats a number. A limit only judges one value: it does not read JSON, and it knows nothing of what is already stored.
//!
//! Sources are the API model of 2017-09-01 and the user guide's quota and tagging pages. Where they differ the comment says which
//! one is followed. Lengths are counted in Unicode characters.

use std::fmt;

/// What a value broke. Its `Display` is one sentence without a full stop that names the value and the limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Violation {
    /// A text with fewer characters than needed.
    TooShort {
        /// The limited thing, as in [`Text::what`].
        what: &'static str,
        /// Characters found.
        found: usize,
        /// Characters needed.
        min: usize,
    },
    /// A text with more characters than allowed.
    TooLong {
        /// The limited thing, as in [`Text::what`].
        what: &'static str,
        /// Characters found.
        found: usize,
        /// Characters allowed.
        max: usize,
    },
    /// A text with a character outside its class.
    Character {
        /// The limited thing, as in [`Text::what`].
        what: &'static str,
        /// The first character that is not allowed.
        character: char,
        /// Its place, counted in characters from 1.
        position: usize,
        /// What is allowed, in prose.
        characters: &'static str,
    },
    /// A text of allowed characters in a form that is not allowed.
    Form {
        /// The limited thing, as in [`Text::what`].
        what: &'static str,
        /// The text.
        found: String,
        /// The form it must have, in prose.
        form: &'static str,
    },
    /// Fewer items than needed.
    TooFew {
        /// The limited thing, as in [`Count::what`].
        what: &'static str,
        /// Items found.
        found: usize,
        /// Items needed.
        min: usize,
    },
    /// More items than allowed.
    TooMany {
        /// The limited thing, as in [`Count::what`].
        what: &'static str,
        /// Items found.
        found: usize,
        /// Items allowed.
        max: usize,
    },
    /// A number outside its range.
    OutOfRange {
        /// The limited thing, as in [`Number::what`].
        what: &'static str,
        /// The number.
        found: i64,
        /// The smallest allowed number.
        min: i64,
        /// The largest allowed number.
        max: i64,
    },
    /// A word outside a fixed list.
    NotOneOf {
        /// The limited thing, as in [`OneOf::what`].
        what: &'static str,
        /// The word.
        found: String,
        /// The allowed words.
        values: &'static [&'static str],
    },
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooShort { what, found: 0, .. } => write!(f, "{what} must not be empty"),
            Self::TooShort { what, found, min } => {
                write!(f, "{what} has {found} characters and needs at least {min}")
            }
            Self::TooLong { what, found, max } => {
                write!(f, "{what} has {found} characters and may have at most {max}")
            }
            Self::Character { what, character, position, characters } => write!(
                f,
                "{what} may hold only {characters}, but character {position} is `{}`",
                character.escape_debug()
            ),
            Self::Form { what, found, form } => write!(f, "{what} `{found}` {form}"),
            Self::TooFew { what, found, min } => {
                write!(f, "{found} {what} given, at least {min} needed")
            }
            Self::TooMany { what, found, max } => {
                write!(f, "{found} {what} given, at most {max} allowed")
            }
            Self::OutOfRange { what, found, min, max } => {
                write!(f, "{what} is {found} and must be from {min} to {max}")
            }
            Self::NotOneOf { what, found, values } => {
                write!(f, "{what} `{found}` must be one of ")?;
                for (index, value) in values.iter().enumerate() {
                    let before = if index == 0 { "" } else { ", " };
                    write!(f, "{before}`{value}`")?;
                }
                Ok(())
            }
        }
    }
}

impl std::error::Error for Violation {}

/// A limit on a text: its length and the characters it may hold.
#[derive(Debug, Clone, Copy)]
pub struct Text {
    /// The limited thing as a sentence names it, such as `container name`.
    pub what: &'static str,
    /// Fewest characters.
    pub min: usize,
    /// Most characters.
    pub max: usize,
    /// The allowed characters, in prose.
    pub characters: &'static str,
    /// Whether a character is allowed.
    pub allowed: fn(char) -> bool,
}

impl Text {
    /// Checks length first, then every character.
    ///
    /// # Errors
    /// [`Violation::TooShort`], [`Violation::TooLong`] or [`Violation::Character`] for the first wrong character.
    pub fn check(&self, text: &str) -> Result<(), Violation> {
        let found = text.chars().count();
        let what = self.what;
        if found < self.min {
            return Err(Violation::TooShort { what, found, min: self.min });
        }
        if found > self.max {
            return Err(Violation::TooLong { what, found, max: self.max });
        }
        match text.chars().enumerate().find(|&(_, c)| !(self.allowed)(c)) {
            None => Ok(()),
            Some((index, character)) => {
                Err(Violation::Character { what, character, position: index + 1, characters: self.characters })
            }
        }
    }
}

/// A limit on a text that also has an inner form, such as a path.
#[derive(Debug, Clone, Copy)]
pub struct Pattern {
    /// Length and characters.
    pub text: Text,
    /// The rest of the sentence that starts with the text itself: what the form is.
    pub form: &'static str,
    /// Whether a text of allowed length and characters has the form.
    pub matches: fn(&str) -> bool,
}

impl Pattern {
    /// Checks length, characters, then form.
    ///
    /// # Errors
    /// As [`Text::check`], or [`Violation::Form`].
    pub fn check(&self, text: &str) -> Result<(), Violation> {
        self.text.check(text)?;
        if (self.matches)(text) {
            return Ok(());
        }
        Err(Violation::Form { what: self.text.what, found: text.to_owned(), form: self.form })
    }
}

/// A limit on how many items there are.
#[derive(Debug, Clone, Copy)]
pub struct Count {
    /// The items as a sentence names them, in the plural.
    pub what: &'static str,
    /// Fewest items.
    pub min: usize,
    /// Most items.
    pub max: usize,
}

impl Count {
    /// Checks a number of items.
    ///
    /// # Errors
    /// [`Violation::TooFew`] or [`Violation::TooMany`].
    pub fn check(&self, found: usize) -> Result<(), Violation> {
        let what = self.what;
        if found < self.min {
            return Err(Violation::TooFew { what, found, min: self.min });
        }
        if found > self.max {
            return Err(Violation::TooMany { what, found, max: self.max });
        }
        Ok(())
    }
}

/// A limit on a whole number.
#[derive(Debug, Clone, Copy)]
pub struct Number {
    /// The number as a sentence names it.
    pub what: &'static str,
    /// Smallest value.
    pub min: i64,
    /// Largest value.
    pub max: i64,
}

impl Number {
    /// Checks a number.
    ///
    /// # Errors
    /// [`Violation::OutOfRange`].
    pub fn check(&self, found: i64) -> Result<(), Violation> {
        if (self.min..=self.max).contains(&found) {
            return Ok(());
        }
        Err(Violation::OutOfRange { what: self.what, found, min: self.min, max: self.max })
    }
}

/// A fixed list of words, compared exactly.
#[derive(Debug, Clone, Copy)]
pub struct OneOf {
    /// The word as a sentence names it.
    pub what: &'static str,
    /// The allowed words.
    pub values: &'static [&'static str],
}

impl OneOf {
    /// Checks a word.
    ///
    /// # Errors
    /// [`Violation::NotOneOf`].
    pub fn check(&self, found: &str) -> Result<(), Violation> {
        if self.values.contains(&found) {
            return Ok(());
        }
        Err(Violation::NotOneOf { what: self.what, found: found.to_owned(), values: self.values })
    }
}

// --- containers -----------------------------------------------------------------------------------------------------------------

/// Container name: `[\w-]+`. The user guide leaves the hyphen out; API and CloudFormation allow it, so it is allowed here.
pub const CONTAINER_NAME: Text = Text {
    what: "container name",
    min: 1,
    max: 255,
    characters: "letters, digits, `_` and `-`",
    allowed: |c| c.is_ascii_alphanumeric() || c == '_' || c == '-',
};

/// Container policy: printable or not, every ASCII character counts, white space included.
pub const CONTAINER_POLICY: Text =
    Text { what: "container policy", min: 1, max: 8192, characters: "ASCII characters", allowed: |c| c.is_ascii() };

/// Lifecycle policy: the text may be empty by its length, though no empty text is a policy.
pub const LIFECYCLE_POLICY: Text =
    Text { what: "lifecycle policy", min: 0, max: 8192, characters: LATIN_1, allowed: latin_1 };

/// Containers per account and region: a quota of AWS, which a service of our own need not have.
pub const CONTAINERS_PER_ACCOUNT: Count = Count { what: "containers", min: 0, max: 100 };

/// `MaxResults` of ListContainers. The model's prose says 1 to 255; its range says 1 to 100.
pub const LIST_CONTAINERS_MAX_RESULTS: Number = Number { what: "MaxResults", min: 1, max: 100 };

/// `NextToken` of ListContainers.
pub const PAGINATION_TOKEN: Text = Text {
    what: "NextToken",
    min: 1,
    max: 1024,
    characters: "letters, digits, `=`, `/` and `+`",
    allowed: |c| c.is_ascii_alphanumeric() || matches!(c, '=' | '/' | '+'),
};

// --- tags -----------------------------------------------------------------------------------------------------------------------

/// Tags per container. The model's list bound is 200; the documented cap is 50, and tags that start with `aws:` do not count.
pub const TAGS_PER_CONTAINER: Count = Count { what: "tags", min: 0, max: 50 };

/// `Tags` of one request: the model's list bound, before [`TAGS_PER_CONTAINER`] is looked at.
pub const TAGS_PER_REQUEST: Count = Count { what: "tags", min: 1, max: 200 };

/// The prefix that users may not take for their own tag keys, in any letter case.
pub const RESERVED_TAG_PREFIX: &str = "aws:";

/// Tag key, without the reserved prefix.
pub const TAG_KEY: Pattern = Pattern {
    text: Text { what: "tag key", min: 1, max: 128, characters: TAG_CHARACTERS, allowed: tag_character },
    form: "must not start with `aws:`, which is reserved",
    matches: |key| !reserved_tag_key(key),
};

/// Tag value; empty is a value.
pub const TAG_VALUE: Text =
    Text { what: "tag value", min: 0, max: 256, characters: TAG_CHARACTERS, allowed: tag_character };

/// Whether a key belongs to AWS itself.
#[must_use]
pub fn reserved_tag_key(key: &str) -> bool {
    key.get(..RESERVED_TAG_PREFIX.len()).is_some_and(|head| head.eq_ignore_ascii_case(RESERVED_TAG_PREFIX))
}

// --- CORS -----------------------------------------------------------------------------------------------------------------------

/// Rules of one CORS policy.
pub const CORS_RULES: Count = Count { what: "CORS rules", min: 1, max: 100 };

/// Characters of a whole CORS policy, counted on its JSON text without white space between the parts.
pub const CORS_POLICY_SIZE: Count = Count { what: "characters of CORS policy", min: 0, max: 398_000 };

/// Origins of one rule.
pub const CORS_ALLOWED_ORIGINS: Count = Count { what: "allowed origins", min: 1, max: 100 };

/// Methods of one rule. The model lets the member be absent; the prose asks for at least one when it is there.
pub const CORS_ALLOWED_METHODS: Count = Count { what: "allowed methods", min: 1, max: 4 };

/// Request headers of one rule: the list must be there, and may be empty.
pub const CORS_ALLOWED_HEADERS: Count = Count { what: "allowed headers", min: 0, max: 100 };

/// Response headers of one rule.
pub const CORS_EXPOSE_HEADERS: Count = Count { what: "exposed headers", min: 0, max: 100 };

/// The four methods a rule may allow; `OPTIONS` and `*` are not among them.
pub const CORS_METHOD: OneOf = OneOf { what: "CORS method", values: &["PUT", "GET", "DELETE", "HEAD"] };

/// One origin of a rule, with at most one wildcard.
pub const CORS_ORIGIN: Pattern = Pattern {
    text: Text { what: "CORS origin", min: 1, max: 2048, characters: LATIN_1, allowed: latin_1 },
    form: "may hold only one `*`",
    matches: at_most_one_star,
};

/// One request header of a rule, with at most one wildcard.
pub const CORS_ALLOWED_HEADER: Pattern = Pattern {
    text: Text { what: "allowed header", min: 1, max: 8192, characters: LATIN_1, allowed: latin_1 },
    form: "may hold only one `*`",
    matches: at_most_one_star,
};

/// One response header of a rule. What a `*` means here is not documented; it is accepted as any text is.
pub const CORS_EXPOSE_HEADER: Text =
    Text { what: "exposed header", min: 1, max: 8192, characters: LATIN_1, allowed: latin_1 };

/// Seconds a browser may keep a preflight answer.
pub const CORS_MAX_AGE_SECONDS: Number = Number { what: "MaxAgeSeconds", min: 0, max: 2_147_483_647 };

// --- lifecycle ------------------------------------------------------------------------------------------------------------------

/// Rules of one lifecycle policy. An empty list is not documented and is refused.
pub const LIFECYCLE_RULES: Count = Count { what: "lifecycle rules", min: 1, max: 10 };

/// Paths of one lifecycle rule.
pub const LIFECYCLE_PATHS: Count = Count { what: "paths", min: 1, max: 10 };

/// Age of a transient data rule, in seconds.
pub const LIFECYCLE_SECONDS: Number = Number { what: "seconds_since_create", min: 1, max: 300 };

/// Age of a delete rule, in days.
pub const LIFECYCLE_DAYS: Number = Number { what: "days_since_create", min: 1, max: 36_500 };

/// The one age at which a rule may move objects to infrequent access, in days.
pub const LIFECYCLE_ARCHIVE_DAYS: i64 = 30;

// --- metrics --------------------------------------------------------------------------------------------------------------------

/// Rules of one metric policy, as the model bounds them.
pub const METRIC_RULES: Count = Count { what: "metric policy rules", min: 1, max: 300 };

/// Rules of one metric policy until AWS raised the quota of an account.
pub const METRIC_RULES_QUOTA: Count = Count { what: "metric policy rules", min: 1, max: 5 };

/// `ContainerLevelMetrics` of a metric policy.
pub const METRIC_LEVEL: OneOf = OneOf { what: "ContainerLevelMetrics", values: &["ENABLED", "DISABLED"] };

/// Path or file pattern of a metric rule.
pub const METRIC_OBJECT_GROUP: Pattern = Pattern {
    text: Text {
        what: "object group",
        min: 1,
        max: 900,
        characters: "letters, digits, `_`, `=`, `:`, `.`, `-`, `~`, `*` and `/`",
        allowed: |c| path_character(c) || c == '*' || c == '/',
    },
    form: "must be a path of at most 10 folders with no empty name between two `/`",
    matches: loose_path,
};

/// Name of a metric rule, which becomes a dimension of its metrics.
pub const METRIC_OBJECT_GROUP_NAME: Text = Text {
    what: "object group name",
    min: 1,
    max: 30,
    characters: "letters, digits and `_`",
    allowed: |c| c.is_ascii_alphanumeric() || c == '_',
};

// --- objects --------------------------------------------------------------------------------------------------------------------

/// Folders above an object.
pub const FOLDER_LEVELS: usize = 10;

/// Path of an object, without the leading slash of its URL. The model's class lacks `=` and `:`; the guide added both in 2020.
pub const OBJECT_PATH: Pattern = Pattern {
    text: Text {
        what: "object path",
        min: 1,
        max: 900,
        characters: PATH_CHARACTERS,
        allowed: |c| path_character(c) || c == '/',
    },
    form: "must be a name below at most 10 folders, with no empty name before, between or after the `/`",
    matches: |path| path.split('/').count() <= FOLDER_LEVELS + 1 && path.split('/').all(|name| !name.is_empty()),
};

/// Path of a folder to list; empty is the container itself, and one slash may lead and one may trail.
pub const LIST_PATH: Pattern = Pattern {
    text: Text {
        what: "folder path",
        min: 0,
        max: 900,
        characters: PATH_CHARACTERS,
        allowed: |c| path_character(c) || c == '/',
    },
    form: "must be a path of at most 10 folders with no empty name between two `/`",
    matches: loose_path,
};

/// `MaxResults` of ListItems.
pub const LIST_ITEMS_MAX_RESULTS: Number = Number { what: "MaxResults", min: 1, max: 1000 };

/// Content type of an object; parameters such as `; charset=utf-8` do not fit.
pub const CONTENT_TYPE: Text = Text {
    what: "content type",
    min: 1,
    max: 255,
    characters: "letters, digits, `_`, `-`, `/`, `.` and `+`",
    allowed: |c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '/' | '.' | '+'),
};

/// Storage class an object may be put with.
pub const STORAGE_CLASS: OneOf = OneOf { what: "storage class", values: &["TEMPORAL"] };

/// When an object may be read: after its upload, or during it.
pub const UPLOAD_AVAILABILITY: OneOf = OneOf { what: "upload availability", values: &["STANDARD", "STREAMING"] };

/// Bytes of an object put with `STANDARD` availability: 25 MB, read as binary megabytes, which no source settles.
pub const OBJECT_SIZE: u64 = 25 * 1024 * 1024;

/// Bytes of an object put with `STREAMING` availability: 10 MB, read likewise.
pub const STREAMING_OBJECT_SIZE: u64 = 10 * 1024 * 1024;

/// Seconds an upload may take before the service cancels it.
pub const UPLOAD_SECONDS: u64 = 30;

// --- character classes and forms ------------------------------------------------------------------------------------------------

const LATIN_1: &str = "Latin-1 characters, tabs and line breaks";
const TAG_CHARACTERS: &str = "letters, digits, spaces and `.` `:` `+` `=` `@` `_` `/` `-`";
const PATH_CHARACTERS: &str = "letters, digits, `_`, `=`, `:`, `.`, `-`, `~` and `/`";

fn latin_1(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{ff}')
}

fn path_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '=' | ':' | '.' | '-' | '~')
}

/// `[\p{L}\p{Z}\p{N}_.:/=+\-@]`. Rust's notion of a letter also takes in the vowel signs that some scripts write as marks, which
/// `\p{L}` leaves out: a key in such a script passes here and may be refused elsewhere. Knowing better would take a Unicode table.
fn tag_character(c: char) -> bool {
    let separator = matches!(
        c,
        ' ' | '\u{a0}' | '\u{1680}' | '\u{2000}'
            ..='\u{200a}' | '\u{2028}' | '\u{2029}' | '\u{202f}' | '\u{205f}' | '\u{3000}'
    );
    c.is_alphabetic() || c.is_numeric() || separator || matches!(c, '_' | '.' | ':' | '/' | '=' | '+' | '-' | '@')
}

fn at_most_one_star(text: &str) -> bool {
    text.matches('*').count() <= 1
}

/// `/?(?:name/){0,10}(?:name)?/?`, to the letter: the last slash may stand beside another one.
fn loose_path(path: &str) -> bool {
    let folders_then_name = |path: &str| {
        let mut names: Vec<&str> = path.split('/').collect();
        names.pop();
        names.len() <= FOLDER_LEVELS && names.iter().all(|name| !name.is_empty())
    };
    let path = path.strip_prefix('/').unwrap_or(path);
    folders_then_name(path) || path.strip_suffix('/').is_some_and(folders_then_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn says<T>(found: Result<T, Violation>, expected: &str) {
        let found = found.err().map_or_else(String::new, |v| v.to_string());
        assert_eq!(found, expected);
    }

    #[test]
    fn lengths_are_limits_on_both_sides() {
        let at_both_ends = [
            (CONTAINER_NAME, 'a'),
            (CONTAINER_POLICY, '{'),
            (LIFECYCLE_POLICY, 'é'),
            (PAGINATION_TOKEN, '='),
            (TAG_KEY.text, 'ß'),
            (TAG_VALUE, '日'),
            (CORS_ORIGIN.text, 'a'),
            (CORS_ALLOWED_HEADER.text, 'a'),
            (CORS_EXPOSE_HEADER, 'a'),
            (METRIC_OBJECT_GROUP.text, 'a'),
            (METRIC_OBJECT_GROUP_NAME, '_'),
            (OBJECT_PATH.text, '~'),
            (LIST_PATH.text, ':'),
            (CONTENT_TYPE, '+'),
        ];
        for (limit, c) in at_both_ends {
            let what = limit.what;
            let text = |length: usize| c.to_string().repeat(length);
            assert_eq!(limit.check(&text(limit.max)), Ok(()), "{what}");
            assert_eq!(
                limit.check(&text(limit.max + 1)),
                Err(Violation::TooLong { what, found: limit.max + 1, max: limit.max })
            );
            assert_eq!(limit.check(&text(limit.min)), Ok(()), "{what}");
            if limit.min > 0 {
                let found = limit.min - 1;
                let min = limit.min;
                assert_eq!(limit.check(&text(found)), Err(Violation::TooShort { what, found, min }));
            }
        }
    }

    #[test]
    fn sentences_name_the_value_and_the_limit() {
        says(CONTAINER_NAME.check(""), "container name must not be empty");
        says(
            CONTAINER_NAME.check("bad name!"),
            "container name may hold only letters, digits, `_` and `-`, but character 4 is ` `",
        );
        says(
            CONTAINER_POLICY.check(&"x".repeat(9000)),
            "container policy has 9000 characters and may have at most 8192",
        );
        says(
            LIFECYCLE_POLICY.check("a\u{7}"),
            "lifecycle policy may hold only Latin-1 characters, tabs and line breaks, but character 2 is `\\u{7}`",
        );
        says(TAG_KEY.check("AWS:created"), "tag key `AWS:created` must not start with `aws:`, which is reserved");
        says(TAGS_PER_CONTAINER.check(51), "51 tags given, at most 50 allowed");
        says(CORS_ALLOWED_ORIGINS.check(0), "0 allowed origins given, at least 1 needed");
        says(CORS_METHOD.check("OPTIONS"), "CORS method `OPTIONS` must be one of `PUT`, `GET`, `DELETE`, `HEAD`");
        says(
            CORS_ORIGIN.check("https://*.*.example.com"),
            "CORS origin `https://*.*.example.com` may hold only one `*`",
        );
        says(CORS_MAX_AGE_SECONDS.check(-1), "MaxAgeSeconds is -1 and must be from 0 to 2147483647");
    }

    #[test]
    fn character_classes_are_the_documented_ones() {
        let cases: &[(&str, Result<(), Violation>, bool)] = &[
            ("name with hyphen", CONTAINER_NAME.check("Live-1_b"), true),
            ("name with dot", CONTAINER_NAME.check("live.1"), false),
            ("name with umlaut", CONTAINER_NAME.check("löve"), false),
            ("policy with umlaut", CONTAINER_POLICY.check("{\"ö\"}"), false),
            ("policy with delete", CONTAINER_POLICY.check("\u{7f}"), true),
            ("lifecycle with umlaut", LIFECYCLE_POLICY.check("ö"), true),
            ("lifecycle with euro", LIFECYCLE_POLICY.check("€"), false),
            ("tag with all signs", TAG_KEY.check("a .:+=@_/-1"), true),
            ("tag with wide space", TAG_VALUE.check("a\u{3000}b"), true),
            ("tag with tab", TAG_VALUE.check("a\tb"), false),
            ("tag with hash", TAG_KEY.check("a#"), false),
            ("tag that only begins like aws", TAG_KEY.check("awsome"), true),
            ("tag value may say aws:", TAG_VALUE.check("aws:x"), true),
            ("token with hyphen", PAGINATION_TOKEN.check("a-b"), false),
            ("group name with hyphen", METRIC_OBJECT_GROUP_NAME.check("a-b"), false),
            ("type with parameter", CONTENT_TYPE.check("text/plain; charset=utf-8"), false),
            ("type", CONTENT_TYPE.check("application/vnd.apple.mpegurl"), true),
            ("lone star origin", CORS_ORIGIN.check("*"), true),
            ("method in small letters", CORS_METHOD.check("get"), false),
            ("storage class", STORAGE_CLASS.check("STANDARD"), false),
            ("availability", UPLOAD_AVAILABILITY.check("STREAMING"), true),
            ("metric level", METRIC_LEVEL.check("Enabled"), false),
        ];
        for (name, found, expected) in cases {
            assert_eq!(found.is_ok(), *expected, "{name}: {found:?}");
        }
    }

    #[test]
    fn paths_have_the_form_of_their_pattern() {
        let ten = "f/".repeat(10);
        let eleven = "f/".repeat(11);
        let cases: &[(&str, bool, bool)] = &[
            // text, as an object path, as a metric object group (which shares its form with the list path)
            ("a", true, true),
            ("a/b.m3u8", true, true),
            ("/a", false, true),
            ("a/", false, true),
            ("/a/", false, true),
            ("a//b", false, false),
            ("a//", false, true),
            ("//a", false, false),
            (&format!("{ten}x"), true, true),
            (&format!("{eleven}x"), false, false),
            (&ten, false, true),
            (&eleven, false, true),
            (&format!("{eleven}f/"), false, false),
        ];
        for (path, object, group) in cases {
            assert_eq!(OBJECT_PATH.check(path).is_ok(), *object, "object {path}");
            assert_eq!(METRIC_OBJECT_GROUP.check(path).is_ok(), *group, "group {path}");
            assert_eq!(LIST_PATH.check(path).is_ok(), *group, "list {path}");
        }
        assert!(METRIC_OBJECT_GROUP.check("*.m3u8").is_ok());
        assert!(LIST_PATH.check("*.m3u8").is_err());
    }

    #[test]
    fn counts_and_numbers_are_inclusive() {
        for limit in [
            CORS_RULES,
            CORS_ALLOWED_METHODS,
            LIFECYCLE_RULES,
            LIFECYCLE_PATHS,
            METRIC_RULES,
            METRIC_RULES_QUOTA,
            TAGS_PER_REQUEST,
        ] {
            assert!(limit.check(limit.min).is_ok(), "{}", limit.what);
            assert!(limit.check(limit.max).is_ok(), "{}", limit.what);
            assert!(limit.check(limit.min - 1).is_err(), "{}", limit.what);
            assert!(limit.check(limit.max + 1).is_err(), "{}", limit.what);
        }
        for limit in [
            LIST_CONTAINERS_MAX_RESULTS,
            LIST_ITEMS_MAX_RESULTS,
            CORS_MAX_AGE_SECONDS,
            LIFECYCLE_SECONDS,
            LIFECYCLE_DAYS,
        ] {
            assert!(limit.check(limit.min).is_ok(), "{}", limit.what);
            assert!(limit.check(limit.max).is_ok(), "{}", limit.what);
            assert!(limit.check(limit.min - 1).is_err(), "{}", limit.what);
            assert!(limit.check(limit.max + 1).is_err(), "{}", limit.what);
        }
    }
}
