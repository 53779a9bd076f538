//! Object lifecycle policies: from their JSON text to a typed model, or to every problem with its place.
//!
//! The grammar is the user guide's, read strictly: a member, operator or combination that is not documented there is a problem, since
//! nobody can say what the service would do with it. When the policy acts, and on which objects, is not decided here.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::limits::{self, Violation};

/// A lifecycle policy without problems.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LifecyclePolicy {
    /// The rules in the order of the text. AWS documents no meaning of the order.
    pub rules: Vec<Rule>,
}

/// One rule: what happens to which objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// The objects.
    pub paths: Paths,
    /// What happens, and when.
    pub effect: Effect,
}

/// The objects of a rule. One rule never mixes the two kinds. Paths are relative to the container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Paths {
    /// Objects whose path starts with one of these; the empty prefix is every object.
    Prefixes(Vec<String>),
    /// Objects whose path is one of these, where `*` is zero or more characters, `/` included.
    Wildcards(Vec<String>),
}

/// What a rule does to an object, and at which age.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Transient data: the object is never listed and is gone once its age in seconds is reached.
    ExpireSeconds(Age),
    /// The object is deleted once its age in days is reached.
    ExpireDays(Age),
    /// The object moves to infrequent access at an age of 30 days, the only one AWS offers.
    Archive,
}

/// An age an object has to reach, in the unit its [`Effect`] names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Age {
    /// Whether the object must be older than `value`, or may be of just that age.
    pub op: Op,
    /// The age.
    pub value: u32,
}

/// Comparison of an age.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    /// `>`
    MoreThan,
    /// `>=`
    AtLeast,
}

/// One thing wrong with a policy text, and where. `Display` names the place first, as in "`/rules/0/action` is missing".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// JSON pointer (RFC 6901) to the value that is wrong or lacks something; empty for the whole text.
    pub pointer: String,
    /// Bytes of that value in the text; the whole text when it is no JSON.
    pub span: Range<usize>,
    /// What is wrong.
    pub kind: ProblemKind,
}

/// What is wrong with a value of a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProblemKind {
    /// The whole text breaks a limit.
    Text(Violation),
    /// The text is no JSON.
    Json(String),
    /// The value has another JSON type than the grammar asks for.
    Type {
        /// The type asked for, with its article.
        expected: &'static str,
        /// The type found, with its article.
        found: &'static str,
    },
    /// The object lacks a member, or each of several of which it needs one.
    Missing(&'static [&'static str]),
    /// The object has a member the grammar does not know.
    Unknown {
        /// Its name.
        member: String,
        /// The names the grammar knows here.
        expected: &'static [&'static str],
    },
    /// The object has a member twice.
    Repeated(String),
    /// A count or number is out of bounds.
    Limit(Violation),
    /// The value is none of the words the grammar knows here.
    Word {
        /// The word found.
        found: String,
        /// The words known.
        expected: &'static [&'static str],
    },
    /// Something the grammar's parts allow one by one, but not together; the sentence says which.
    Combination(&'static str),
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place: Cow<'_, str> = if self.pointer.is_empty() {
            Cow::Borrowed("lifecycle policy")
        } else {
            Cow::Owned(format!("`{}`", self.pointer))
        };
        match &self.kind {
            ProblemKind::Text(violation) => write!(f, "{violation}"),
            ProblemKind::Json(message) => write!(f, "{place} is not valid JSON: {message}"),
            ProblemKind::Type { expected, found } => {
                write!(f, "{place} must be {expected}, not {found}")
            }
            ProblemKind::Missing(members) => {
                write!(f, "{place} lacks the member ")?;
                words(f, members, " or ")
            }
            ProblemKind::Unknown { member, expected } => {
                write!(f, "{place} has the unknown member `{member}`; known here: ")?;
                words(f, expected, ", ")
            }
            ProblemKind::Repeated(member) => {
                write!(f, "{place} has the member `{member}` more than once")
            }
            ProblemKind::Limit(violation) => write!(f, "{place}: {violation}"),
            ProblemKind::Word { found, expected } => {
                write!(f, "{place} is `{found}` and must be one of ")?;
                words(f, expected, ", ")
            }
            ProblemKind::Combination(sentence) => write!(f, "{place}: {sentence}"),
        }
    }
}

fn words(f: &mut fmt::Formatter<'_>, words: &[&str], between: &str) -> fmt::Result {
    for (index, word) in words.iter().enumerate() {
        let before = if index == 0 { "" } else { between };
        write!(f, "{before}`{word}`")?;
    }
    Ok(())
}

/// Reads a lifecycle policy.
///
/// # Errors
/// Every problem of the text; never an empty list.
pub fn parse(text: &str) -> Result<LifecyclePolicy, Vec<Problem>> {
    let mut reader = Reader { text, pointer: String::new(), problems: Vec::new() };
    let policy = reader.policy();
    match policy {
        Some(policy) if reader.problems.is_empty() => Ok(policy),
        _ => Err(reader.problems),
    }
}

/// Walks the text, one level of the grammar per function. A function returns `None` after it noted why.
struct Reader<'a> {
    text: &'a str,
    pointer: String,
    problems: Vec<Problem>,
}

type Member<'a> = Option<&'a RawValue>;

impl<'a> Reader<'a> {
    fn policy(&mut self) -> Option<LifecyclePolicy> {
        let whole = 0..self.text.len();
        if let Err(violation) = limits::LIFECYCLE_POLICY.check(self.text) {
            self.note_at(whole, ProblemKind::Text(violation));
            return None;
        }
        let root: &'a RawValue = match serde_json::from_str(self.text) {
            Ok(root) => root,
            Err(error) => {
                self.note_at(whole, ProblemKind::Json(error.to_string()));
                return None;
            }
        };
        let [rules] = self.members(root, &["rules"])?;
        let rules = self.required(root, &["rules"], rules)?;
        let rules = self.list("rules", rules, limits::LIFECYCLE_RULES, Self::rule)?;
        Some(LifecyclePolicy { rules })
    }

    fn rule(&mut self, rule: &'a RawValue) -> Option<Rule> {
        let [definition, action] = self.members(rule, &["definition", "action"])?;
        let action = self
            .required(rule, &["action"], action)
            .and_then(|action| self.inside("action", |reader| reader.action(action)));
        let definition = self.required(rule, &["definition"], definition)?;
        self.inside("definition", |reader| {
            let [paths, seconds, days] =
                reader.members(definition, &["path", "seconds_since_create", "days_since_create"])?;
            let paths = reader.required(definition, &["path"], paths).and_then(|paths| reader.paths(paths));
            let effect = match (seconds, days) {
                (Some(_), Some(_)) => {
                    reader.note(
                        definition,
                        ProblemKind::Combination("`seconds_since_create` and `days_since_create` exclude each other"),
                    );
                    None
                }
                (None, None) => {
                    reader.note(definition, ProblemKind::Missing(&["seconds_since_create", "days_since_create"]));
                    None
                }
                (Some(age), None) => {
                    reader.inside("seconds_since_create", |reader| reader.seconds(age, action, paths.as_ref()))
                }
                (None, Some(age)) => reader.inside("days_since_create", |reader| reader.days(age, action)),
            };
            Some(Rule { paths: paths?, effect: effect? })
        })
    }

    fn action(&mut self, action: &'a RawValue) -> Option<Action> {
        const EXPECTED: &[&str] = &["EXPIRE", "ARCHIVE"];
        match self.string(action)?.as_str() {
            "EXPIRE" => Some(Action::Expire),
            "ARCHIVE" => Some(Action::Archive),
            other => {
                let found = other.to_owned();
                let expected = EXPECTED;
                self.note(action, ProblemKind::Word { found, expected });
                None
            }
        }
    }

    fn paths(&mut self, paths: &'a RawValue) -> Option<Paths> {
        let entries = self.list("path", paths, limits::LIFECYCLE_PATHS, Self::path)?;
        let prefixes = entries.iter().filter(|(kind, _)| *kind == PathKind::Prefix);
        let prefixes = prefixes.count();
        let kind = if prefixes == 0 {
            Paths::Wildcards
        } else if prefixes == entries.len() {
            Paths::Prefixes
        } else {
            self.inside("path", |reader| {
                reader.note(paths, ProblemKind::Combination("one rule has either prefixes or wildcards, not both"));
            });
            return None;
        };
        Some(kind(entries.into_iter().map(|(_, text)| text).collect()))
    }

    fn path(&mut self, path: &'a RawValue) -> Option<(PathKind, String)> {
        let [prefix, wildcard] = self.members(path, &["prefix", "wildcard"])?;
        match (prefix, wildcard) {
            (Some(prefix), None) => {
                let text = self.inside("prefix", |reader| reader.string(prefix))?;
                Some((PathKind::Prefix, text))
            }
            (None, Some(wildcard)) => self.inside("wildcard", |reader| {
                let text = reader.string(wildcard)?;
                if text.is_empty() {
                    let sentence = "an empty wildcard matches no object";
                    reader.note(wildcard, ProblemKind::Combination(sentence));
                    return None;
                }
                Some((PathKind::Wildcard, text))
            }),
            (Some(_), Some(_)) => {
                let sentence = "`prefix` and `wildcard` exclude each other";
                self.note(path, ProblemKind::Combination(sentence));
                None
            }
            (None, None) => {
                self.note(path, ProblemKind::Missing(&["prefix", "wildcard"]));
                None
            }
        }
    }

    fn seconds(&mut self, age: &'a RawValue, action: Option<Action>, paths: Option<&Paths>) -> Option<Effect> {
        if matches!(paths, Some(Paths::Prefixes(_))) {
            let sentence = "a rule in seconds takes wildcards, not prefixes";
            self.note(age, ProblemKind::Combination(sentence));
        }
        if action == Some(Action::Archive) {
            let sentence = "a rule in seconds can only `EXPIRE`";
            self.note(age, ProblemKind::Combination(sentence));
        }
        let age = self.age(age, limits::LIFECYCLE_SECONDS)?;
        Some(Effect::ExpireSeconds(age))
    }

    fn days(&mut self, days: &'a RawValue, action: Option<Action>) -> Option<Effect> {
        let age = self.age(days, limits::LIFECYCLE_DAYS)?;
        match action? {
            Action::Expire => Some(Effect::ExpireDays(age)),
            Action::Archive => {
                let only = (Op::AtLeast, limits::LIFECYCLE_ARCHIVE_DAYS);
                if (age.op, i64::from(age.value)) != only {
                    let sentence = "`ARCHIVE` takes only `[\">=\", 30]`";
                    self.note(days, ProblemKind::Combination(sentence));
                    return None;
                }
                Some(Effect::Archive)
            }
        }
    }

    /// `[ { "numeric": [ op, int ] } ]`
    fn age(&mut self, age: &'a RawValue, limit: limits::Number) -> Option<Age> {
        let conditions = self.items(age)?;
        let [condition] = conditions.as_slice() else {
            let sentence = "exactly one `numeric` condition is documented";
            self.note(age, ProblemKind::Combination(sentence));
            return None;
        };
        self.inside("0", |reader| {
            let [numeric] = reader.members(condition, &["numeric"])?;
            let numeric = reader.required(condition, &["numeric"], numeric)?;
            reader.inside("numeric", |reader| {
                let parts = reader.items(numeric)?;
                let [op, value] = parts.as_slice() else {
                    let sentence = "an operator and one number are documented, such as `[\">\", 30]`";
                    reader.note(numeric, ProblemKind::Combination(sentence));
                    return None;
                };
                let op = reader.inside("0", |reader| reader.op(op));
                let value = reader.inside("1", |reader| reader.whole_number(value, limit));
                Some(Age { op: op?, value: value? })
            })
        })
    }

    fn op(&mut self, op: &'a RawValue) -> Option<Op> {
        const EXPECTED: &[&str] = &[">", ">="];
        match self.string(op)?.as_str() {
            ">" => Some(Op::MoreThan),
            ">=" => Some(Op::AtLeast),
            other => {
                let found = other.to_owned();
                let expected = EXPECTED;
                self.note(op, ProblemKind::Word { found, expected });
                None
            }
        }
    }

    fn whole_number(&mut self, value: &'a RawValue, limit: limits::Number) -> Option<u32> {
        let Ok(number) = value.get().parse::<i64>() else {
            let found = json_type(value);
            let found = if found == "a number" { "a fraction or a number of that size" } else { found };
            let expected = "a whole number";
            self.note(value, ProblemKind::Type { expected, found });
            return None;
        };
        if let Err(violation) = limit.check(number) {
            self.note(value, ProblemKind::Limit(violation));
            return None;
        }
        u32::try_from(number).ok()
    }

    /// The named members of an object, in the order of `known`; notes unknown and repeated ones.
    fn members<const N: usize>(
        &mut self,
        value: &'a RawValue,
        known: &'static [&'static str; N],
    ) -> Option<[Member<'a>; N]> {
        let Ok(Entries(entries)) = serde_json::from_str(value.get()) else {
            let found = json_type(value);
            let expected = "an object";
            self.note(value, ProblemKind::Type { expected, found });
            return None;
        };
        let mut members = [None; N];
        for (name, member) in entries {
            match known.iter().position(|&known| known == name) {
                None => {
                    let expected: &[&str] = known;
                    let member = name;
                    self.note(value, ProblemKind::Unknown { member, expected });
                }
                Some(index) if members[index].is_some() => {
                    self.note(value, ProblemKind::Repeated(name));
                }
                Some(index) => members[index] = Some(member),
            }
        }
        Some(members)
    }

    fn required(&mut self, object: &RawValue, name: &'static [&'static str; 1], member: Member<'a>) -> Member<'a> {
        if member.is_none() {
            self.note(object, ProblemKind::Missing(name));
        }
        member
    }

    fn items(&mut self, value: &'a RawValue) -> Option<Vec<&'a RawValue>> {
        if let Ok(items) = serde_json::from_str(value.get()) {
            return Some(items);
        }
        let found = json_type(value);
        let expected = "a list";
        self.note(value, ProblemKind::Type { expected, found });
        None
    }

    /// Reads every item of a list, so that a problem in one does not hide those of the next.
    fn list<T>(
        &mut self,
        name: &'static str,
        value: &'a RawValue,
        limit: limits::Count,
        read: fn(&mut Self, &'a RawValue) -> Option<T>,
    ) -> Option<Vec<T>> {
        self.inside(name, |reader| {
            let items = reader.items(value)?;
            let count = items.len();
            let read_items: Vec<Option<T>> = items
                .into_iter()
                .enumerate()
                .map(|(index, item)| reader.inside(&index.to_string(), |reader| read(reader, item)))
                .collect();
            if let Err(violation) = limit.check(count) {
                reader.note(value, ProblemKind::Limit(violation));
                return None;
            }
            read_items.into_iter().collect()
        })
    }

    fn string(&mut self, value: &'a RawValue) -> Option<String> {
        if let Ok(text) = serde_json::from_str(value.get()) {
            return Some(text);
        }
        let found = json_type(value);
        let expected = "a string";
        self.note(value, ProblemKind::Type { expected, found });
        None
    }

    fn inside<T>(&mut self, step: &str, read: impl FnOnce(&mut Self) -> T) -> T {
        let outer = self.pointer.len();
        self.pointer.push('/');
        self.pointer.push_str(step);
        let result = read(self);
        self.pointer.truncate(outer);
        result
    }

    fn note(&mut self, value: &RawValue, kind: ProblemKind) {
        // A raw value is a slice of the text, so its address tells its place.
        let start = (value.get().as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize);
        self.note_at(start..start + value.get().len(), kind);
    }

    fn note_at(&mut self, span: Range<usize>, kind: ProblemKind) {
        self.problems.push(Problem { pointer: self.pointer.clone(), span, kind });
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Action {
    Expire,
    Archive,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PathKind {
    Prefix,
    Wildcard,
}

fn json_type(value: &RawValue) -> &'static str {
    match value.get().as_bytes().first() {
        Some(b'{') => "an object",
        Some(b'[') => "a list",
        Some(b'"') => "a string",
        Some(b't' | b'f') => "a boolean",
        Some(b'n') => "null",
        _ => "a number",
    }
}

/// The members of an object in the order of the text, repeated ones included, which a map would lose.
struct Entries<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Entries<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct EntriesVisitor;

        impl<'de> Visitor<'de> for EntriesVisitor {
            type Value = Entries<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }

        deserializer.deserialize_map(EntriesVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(path: &str, age: &str, action: &str) -> String {
        format!(r#"{{"rules":[{{"definition":{{"path":[{path}],{age}}},"action":"{action}"}}]}}"#)
    }

    #[test]
    fn documented_rules_become_the_model() {
        let wildcard = r#"{"wildcard":"live/*.ts"}"#;
        let prefix = r#"{"prefix":"April"},{"prefix":""}"#;
        let seconds = r#""seconds_since_create":[{"numeric":[">",300]}]"#;
        let days = r#""days_since_create":[{"numeric":[">=",30]}]"#;
        let wildcards = || Paths::Wildcards(vec!["live/*.ts".to_owned()]);
        let prefixes = || Paths::Prefixes(vec!["April".to_owned(), String::new()]);
        let age = |op, value| Age { op, value };
        let cases = [
            (rule(wildcard, seconds, "EXPIRE"), wildcards(), Effect::ExpireSeconds(age(Op::MoreThan, 300))),
            (rule(wildcard, days, "EXPIRE"), wildcards(), Effect::ExpireDays(age(Op::AtLeast, 30))),
            (rule(prefix, days, "EXPIRE"), prefixes(), Effect::ExpireDays(age(Op::AtLeast, 30))),
            (rule(prefix, days, "ARCHIVE"), prefixes(), Effect::Archive),
        ];
        for (text, paths, effect) in cases {
            let rules = vec![Rule { paths, effect }];
            assert_eq!(parse(&text), Ok(LifecyclePolicy { rules }), "{text}");
        }
    }

    #[track_caller]
    fn problems(text: &str, expected: &[&str]) {
        let found = parse(text).err().unwrap_or_default();
        let found: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn texts_that_are_no_policy() {
        problems("", &["lifecycle policy is not valid JSON: EOF while parsing a value at line 1 column 0"]);
        problems("{\"rules\":[}", &["lifecycle policy is not valid JSON: expected value at line 1 column 11"]);
        problems("[]", &["lifecycle policy must be an object, not a list"]);
        problems("{}", &["lifecycle policy lacks the member `rules`"]);
        problems("{\"rules\":{}}", &["`/rules` must be a list, not an object"]);
        problems("{\"rules\":[]}", &["`/rules`: 0 lifecycle rules given, at least 1 needed"]);
        problems(
            "{\"rules\":[],\"rules\":[],\"Rules\":1}",
            &[
                "lifecycle policy has the member `rules` more than once",
                "lifecycle policy has the unknown member `Rules`; known here: `rules`",
                "`/rules`: 0 lifecycle rules given, at least 1 needed",
            ],
        );
        problems(
            "{\"rules\":\"€\"}",
            &["lifecycle policy may hold only Latin-1 characters, tabs and line breaks, but character 11 is `€`"],
        );
        problems(
            &format!("{{\"rules\":[{}]}}", " ".repeat(8192)),
            &["lifecycle policy has 8204 characters and may have at most 8192"],
        );
    }

    #[test]
    fn every_problem_of_a_policy_is_told() {
        let days = r#""days_since_create":[{"numeric":[">=",1]}]"#;
        let any = r#"{"wildcard":"*"}"#;
        problems(
            r#"{"rules":[{"definition":{"path":[]},"action":"DELETE"},{"action":"EXPIRE","when":1},7]}"#,
            &[
                "`/rules/0/action` is `DELETE` and must be one of `EXPIRE`, `ARCHIVE`",
                "`/rules/0/definition/path`: 0 paths given, at least 1 needed",
                "`/rules/0/definition` lacks the member `seconds_since_create` or `days_since_create`",
                "`/rules/1` has the unknown member `when`; known here: `definition`, `action`",
                "`/rules/1` lacks the member `definition`",
                "`/rules/2` must be an object, not a number",
            ],
        );
        problems(
            &rule(r#"{"prefix":"a"},{"wildcard":"b"}"#, days, "EXPIRE"),
            &["`/rules/0/definition/path`: one rule has either prefixes or wildcards, not both"],
        );
        problems(
            &rule(r#"{"prefix":"a","wildcard":"b"},{},{"wildcard":""},{"prefix":null}"#, days, "EXPIRE"),
            &[
                "`/rules/0/definition/path/0`: `prefix` and `wildcard` exclude each other",
                "`/rules/0/definition/path/1` lacks the member `prefix` or `wildcard`",
                "`/rules/0/definition/path/2/wildcard`: an empty wildcard matches no object",
                "`/rules/0/definition/path/3/prefix` must be a string, not null",
            ],
        );
        problems(
            &rule(any, r#""days_since_create":[],"seconds_since_create":[]"#, "EXPIRE"),
            &["`/rules/0/definition`: `seconds_since_create` and `days_since_create` exclude each other"],
        );
        problems(
            &rule(r#"{"prefix":"a"}"#, r#""seconds_since_create":[{"numeric":["<",301]}]"#, "ARCHIVE"),
            &[
                "`/rules/0/definition/seconds_since_create`: a rule in seconds takes wildcards, not prefixes",
                "`/rules/0/definition/seconds_since_create`: a rule in seconds can only `EXPIRE`",
                "`/rules/0/definition/seconds_since_create/0/numeric/0` is `<` and must be one of `>`, `>=`",
                "`/rules/0/definition/seconds_since_create/0/numeric/1`: seconds_since_create is 301 and must be from 1 to 300",
            ],
        );
    }

    #[test]
    fn ages_are_one_operator_and_one_number() {
        let any = r#"{"wildcard":"*"}"#;
        let place = "`/rules/0/definition/days_since_create";
        let cases = [
            ("[]", "EXPIRE", "`: exactly one `numeric` condition is documented"),
            (
                r#"[{"numeric":[">",1]},{"numeric":[">",2]}]"#,
                "EXPIRE",
                "`: exactly one `numeric` condition is documented",
            ),
            ("7", "EXPIRE", "` must be a list, not a number"),
            (
                r#"[{"numeric":[">",1,"<=",5]}]"#,
                "EXPIRE",
                "/0/numeric`: an operator and one number are documented, such as `[\">\", 30]`",
            ),
            (r#"[{"numeric":[">","1"]}]"#, "EXPIRE", "/0/numeric/1` must be a whole number, not a string"),
            (
                r#"[{"numeric":[">",1.5]}]"#,
                "EXPIRE",
                "/0/numeric/1` must be a whole number, not a fraction or a number of that size",
            ),
            (r#"[{"numeric":[">",0]}]"#, "EXPIRE", "/0/numeric/1`: days_since_create is 0 and must be from 1 to 36500"),
            (
                r#"[{"numeric":[">",36501]}]"#,
                "EXPIRE",
                "/0/numeric/1`: days_since_create is 36501 and must be from 1 to 36500",
            ),
            (r#"[{"numeric":[">",30]}]"#, "ARCHIVE", "`: `ARCHIVE` takes only `[\">=\", 30]`"),
            (r#"[{"numeric":[">=",31]}]"#, "ARCHIVE", "`: `ARCHIVE` takes only `[\">=\", 30]`"),
        ];
        for (age, action, expected) in cases {
            let text = rule(any, &format!(r#""days_since_create":{age}"#), action);
            problems(&text, &[&format!("{place}{expected}")]);
        }
    }

    #[test]
    fn problems_point_into_the_text() {
        let text = "{ \"rules\": [ {\"definition\": 5, \"action\": \"EXPIRE\"} ] }";
        let found = parse(text).err().unwrap_or_default();
        let spans: Vec<&str> = found.iter().map(|p| &text[p.span.clone()]).collect();
        assert_eq!(spans, ["5"]);
        assert_eq!(found[0].pointer, "/rules/0/definition");
    }

    #[test]
    fn counts_are_held_at_their_bounds() {
        let path = |count: usize| vec![r#"{"wildcard":"*"}"#; count].join(",");
        let days = r#""days_since_create":[{"numeric":[">",1]}]"#;
        assert!(parse(&rule(&path(10), days, "EXPIRE")).is_ok());
        problems(&rule(&path(11), days, "EXPIRE"), &["`/rules/0/definition/path`: 11 paths given, at most 10 allowed"]);
        let one = format!(r#"{{"definition":{{"path":[{}],{days}}},"action":"EXPIRE"}}"#, path(1));
        let rules = |count: usize| format!("{{\"rules\":[{}]}}", vec![one.as_str(); count].join(","));
        assert!(parse(&rules(10)).is_ok());
        problems(&rules(11), &["`/rules`: 11 lifecycle rules given, at most 10 allowed"]);
    }

    #[test]
    fn deep_nesting_is_an_answer_and_not_an_overflow() {
        let deep = format!("{{\"rules\":{}{}}}", "[".repeat(4000), "]".repeat(4000));
        assert!(parse(&deep).is_err());
    }
}
