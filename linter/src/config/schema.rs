//! The schema of the configuration, and what is wrong with a file by it.
//!
//! The schema is made from the types. The types alone decide whether a file is a configuration, and say the first thing that is wrong; a
//! file that they refuse is held against the schema, which finds every fault of shape at once. Every fault has its place in the file.
//! The provider has no use for the second, and is smaller without a validator of schemas.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::ops::Range;
use std::path::Path;

use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::{JsonType, ValidationError};
use schemars::{Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Config, Level, REGO_PREFIX, nearest};
use crate::rules::ALL;

/// How many allowed names a message lists; of more, only the nearest is of use.
const NAMES_LISTED: usize = 12;

/// One thing that is wrong with a configuration file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigFault {
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    /// One sentence, without a full stop.
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
    /// The line at fault.
    text: String,
    /// How many characters of it are.
    width: usize,
}

/// The JSON Schema of the configuration file.
#[must_use]
pub fn schema() -> Value {
    let mut schema = Value::from(schemars::schema_for!(Config));
    schema["title"] = json!(super::FILE_NAME);
    schema
}

/// The severities by rule, so that an editor knows every rule and what it is about.
pub(super) fn rules(generator: &mut SchemaGenerator) -> Schema {
    let level = generator.subschema_for::<Level>();
    let of_rule = |summary: &str| {
        let mut schema = level.clone();
        schema.insert("description".to_owned(), json!(summary));
        Value::from(schema)
    };
    let properties: Map<_, _> = ALL.iter().map(|rule| (rule.name.to_owned(), of_rule(rule.summary))).collect();
    let mut organisation = Map::new();
    organisation.insert(format!("^{REGO_PREFIX}"), Value::from(level.clone()));
    json_schema!({"type": "object", "properties": properties, "patternProperties": organisation, "additionalProperties": false})
}

/// A configuration, or the first thing that is wrong with it.
pub(super) fn read(text: &str) -> Result<Config, ConfigFault> {
    toml::from_str(text).map_err(|error| {
        let span = error.span().unwrap_or(0..0);
        fault(text, quoted(text, span.clone(), error.message()).unwrap_or(span), error.message(), None)
    })
}

/// Everything that is wrong with a file, in the order of the text; nothing, if it is a configuration.
#[must_use]
pub fn faults(text: &str) -> Vec<ConfigFault> {
    let Err(first) = read(text) else { return Vec::new() };
    let (table, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        let of = |error: &toml::de::Error| fault(text, error.span().unwrap_or(0..0), error.message(), None);
        return errors.iter().map(of).collect();
    }
    let mut document = Document { text, places: BTreeMap::new() };
    let value = document.table(table.get_ref(), "");
    let schema = schema();
    let validator = jsonschema::validator_for(&schema).expect("a schema made from types is one");
    let mut faults: Vec<_> = validator.iter_errors(&value).flat_map(|error| document.faults(&schema, &error)).collect();
    if faults.is_empty() {
        // What a schema cannot say: a network, a regular expression.
        return vec![first];
    }
    faults.sort_by_key(|fault| (fault.line, fault.column));
    faults
}

/// The place, within a larger one, of the text that a message quotes: the reader of TOML names the list, not the item.
fn quoted(text: &str, span: Range<usize>, message: &str) -> Option<Range<usize>> {
    let word = message.split('`').nth(1)?;
    let within = text.get(span.clone())?;
    let at = within.find(&format!("'{word}'")).or_else(|| within.find(&format!("\"{word}\"")))?;
    Some(span.start + at..span.start + at + word.len() + 2)
}

/// What a person reads about a faulty file.
pub(super) fn render(path: &Path, faults: &[ConfigFault]) -> String {
    let path = path.display();
    let mut out = format!("the configuration `{path}` cannot be used");
    for fault in faults {
        let ConfigFault { line, column, message, help, text, width } = fault;
        let margin = " ".repeat(line.to_string().len());
        let (indent, carets) = (" ".repeat(column - 1), "^".repeat(*width));
        // Writing to a string cannot fail.
        let _ = write!(
            out,
            "\n  {path}:{line}:{column}: {message}\n  {margin} |\n  {line} | {text}\n  {margin} | {indent}{carets}"
        );
        if let Some(help) = help {
            let _ = write!(out, "\n  {margin} = {help}");
        }
    }
    out
}

fn fault(text: &str, span: Range<usize>, message: impl Into<String>, help: Option<String>) -> ConfigFault {
    let start = text.floor_char_boundary(span.start);
    let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let line_end = text[start..].find('\n').map_or(text.len(), |at| start + at);
    let end = text.floor_char_boundary(span.end.clamp(start, line_end));
    ConfigFault {
        line: text[..line_start].matches('\n').count() + 1,
        column: text[line_start..start].chars().count() + 1,
        message: message.into().replace('\n', " "),
        help,
        text: text[line_start..line_end].trim_end().replace('\t', " "),
        width: text[start..end].chars().count().max(1),
    }
}

/// A file as JSON, and where each part of it is.
struct Document<'t> {
    text: &'t str,
    /// By JSON pointer: the key and the value.
    places: BTreeMap<String, (Range<usize>, Range<usize>)>,
}

impl Document<'_> {
    fn table(&mut self, table: &DeTable<'_>, at: &str) -> Value {
        let member = |(key, value): (&Spanned<_>, &Spanned<DeValue<'_>>)| {
            let name = AsRef::<str>::as_ref(key.get_ref()).to_owned();
            let at = format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
            self.places.insert(at.clone(), (key.span(), value.span()));
            (name, self.value(value.get_ref(), &at))
        };
        Value::Object(table.iter().map(member).collect())
    }

    fn value(&mut self, value: &DeValue<'_>, at: &str) -> Value {
        match value {
            DeValue::String(text) => json!(text.as_ref()),
            DeValue::Integer(number) => json!(i64::from_str_radix(number.as_str(), number.radix()).unwrap_or(i64::MAX)),
            DeValue::Float(number) => json!(number.as_str().parse::<f64>().unwrap_or(f64::MAX)),
            DeValue::Boolean(value) => json!(value),
            DeValue::Datetime(time) => json!({"datetime": time.to_string()}),
            DeValue::Array(items) => {
                let item = |(index, item): (usize, &Spanned<DeValue<'_>>)| {
                    let at = format!("{at}/{index}");
                    self.places.insert(at.clone(), (item.span(), item.span()));
                    self.value(item.get_ref(), &at)
                };
                Value::Array(items.iter().enumerate().map(item).collect())
            }
            DeValue::Table(table) => self.table(table, at),
        }
    }

    fn faults(&self, schema: &Value, error: &ValidationError<'_>) -> Vec<ConfigFault> {
        let at = error.instance_path().to_string();
        let (key, value) = self.places.get(&at).cloned().unwrap_or((0..0, 0..0));
        let one =
            |span: Range<usize>, message: String, help: Option<String>| vec![fault(self.text, span, message, help)];
        match error.kind() {
            ValidationErrorKind::AdditionalProperties { unexpected } => {
                let allowed = allowed_keys(schema, error);
                let unknown = |name: &String| {
                    let at = format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
                    let span = self.places.get(&at).map_or(0..0, |(key, _)| key.clone());
                    let what =
                        if error.instance_path().to_string() == "/rules" { "there is no rule" } else { "unknown key" };
                    fault(self.text, span, format!("{what} `{name}`"), suggestion(name, &allowed))
                };
                unexpected.iter().map(unknown).collect()
            }
            ValidationErrorKind::OneOfNotValid { context } | ValidationErrorKind::AnyOf { context } => {
                if let Some(words) = constants(context) {
                    let found = error
                        .instance()
                        .as_str()
                        .map_or_else(|| kind(error.instance()).to_owned(), |it| format!("`{it}`"));
                    let help =
                        error.instance().as_str().map_or_else(|| list(&words), |found| suggestion(found, &words));
                    return one(value, format!("{found} is not allowed here"), help);
                }
                let fits = |errors: &&Vec<ValidationError<'_>>| {
                    !errors.iter().any(|it| it.instance_path() == error.instance_path() && is_about_type(it))
                };
                match context.iter().find(fits) {
                    Some(errors) => errors.iter().flat_map(|error| self.faults(schema, error)).collect(),
                    None => one(value, wrong_type(error.instance(), context.iter().flatten()), None),
                }
            }
            ValidationErrorKind::Type { .. } => {
                one(value, wrong_type(error.instance(), [error]), described(schema, error))
            }
            ValidationErrorKind::Required { property } => {
                let name = property.as_str().unwrap_or_default();
                one(if key.is_empty() { value } else { key }, format!("`{name}` is missing here"), None)
            }
            ValidationErrorKind::Pattern { pattern } => {
                let found = error.instance().as_str().unwrap_or_default();
                let help = described(schema, error).unwrap_or_else(|| format!("must match {pattern}"));
                one(value, format!("`{found}` is not allowed here"), Some(help))
            }
            _ => one(value, error.to_string(), None),
        }
    }
}

/// The words of a choice, if it is one of words.
fn constants(context: &[Vec<ValidationError<'_>>]) -> Option<Vec<String>> {
    let mut words = Vec::new();
    for error in context.iter().flatten() {
        match error.kind() {
            ValidationErrorKind::Constant { expected_value } => words.push(expected_value.as_str()?.to_owned()),
            ValidationErrorKind::Enum { options } => {
                words.extend(options.as_array()?.iter().filter_map(Value::as_str).map(str::to_owned));
            }
            ValidationErrorKind::OneOfNotValid { context } | ValidationErrorKind::AnyOf { context } => {
                words.extend(constants(context)?);
            }
            // What may be absent may be null in the schema, which no TOML file can say; a choice also says `type: string`.
            ValidationErrorKind::Type { .. } => {}
            _ => return None,
        }
    }
    (!words.is_empty()).then_some(words)
}

fn is_about_type(error: &ValidationError<'_>) -> bool {
    matches!(error.kind(), ValidationErrorKind::Type { .. })
}

fn wrong_type<'e>(found: &Value, errors: impl IntoIterator<Item = &'e ValidationError<'e>>) -> String {
    let mut expected = Vec::new();
    for error in errors {
        if let ValidationErrorKind::Type { kind } = error.kind() {
            match kind {
                TypeKind::Single(it) => expected.extend(type_name(*it)),
                TypeKind::Multiple(all) => expected.extend(all.iter().filter_map(type_name)),
            }
        }
    }
    expected.dedup();
    format!("expected {}, found {}", expected.join(" or "), kind(found))
}

/// The type in TOML's words.
fn type_name(kind: JsonType) -> Option<&'static str> {
    Some(match kind {
        JsonType::Null => return None,
        JsonType::Array => "a list",
        JsonType::Boolean => "true or false",
        JsonType::Integer | JsonType::Number => "a number",
        JsonType::Object => "a table",
        JsonType::String => "text in quotes",
    })
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a table",
    }
}

/// The part of the schema whose keyword an error is about.
fn parent<'s>(schema: &'s Value, error: &ValidationError<'_>) -> Option<&'s Value> {
    let path = error.schema_path().to_string();
    let (parent, _) = path.rsplit_once('/')?;
    let mut at = schema;
    for segment in parent.split('/').skip(1) {
        let segment = segment.replace("~1", "/").replace("~0", "~");
        at = match at {
            Value::Array(items) => items.get(segment.parse::<usize>().ok()?)?,
            _ if segment == "$ref" => schema.pointer(at.get("$ref")?.as_str()?.strip_prefix('#')?)?,
            other => other.get(&segment)?,
        };
    }
    Some(at)
}

/// What the schema says of the place that an error is about.
fn described(schema: &Value, error: &ValidationError<'_>) -> Option<String> {
    let description = parent(schema, error)?["description"].as_str()?;
    Some(description.split("\n\n").next().unwrap_or_default().trim_end_matches('.').replace('\n', " "))
}

fn allowed_keys(schema: &Value, error: &ValidationError<'_>) -> Vec<String> {
    let properties = parent(schema, error).and_then(|it| it["properties"].as_object());
    properties.map(|it| it.keys().cloned().collect()).unwrap_or_default()
}

fn suggestion(found: &str, allowed: &[String]) -> Option<String> {
    match nearest(found, allowed.iter().map(String::as_str)) {
        Some(name) => Some(format!("did you mean `{name}`?")),
        None => list(allowed),
    }
}

fn list(allowed: &[String]) -> Option<String> {
    let names = || allowed.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    (1..=NAMES_LISTED).contains(&allowed.len()).then(|| format!("allowed: {}", names()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refuses(text: &str, expected: &[(usize, usize, &str)]) {
        let found: Vec<_> = faults(text)
            .iter()
            .map(|it| {
                (
                    it.line,
                    it.column,
                    [Some(it.message.clone()), it.help.clone()].into_iter().flatten().collect::<Vec<_>>().join("; "),
                )
            })
            .collect();
        let found: Vec<_> = found.iter().map(|(line, column, text)| (*line, *column, text.as_str())).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn faults_are_named_with_their_place() {
        refuses("[trust]\naccount = '111122223333'\n", &[(2, 1, "unknown key `account`; did you mean `accounts`?")]);
        refuses("[trusted]\n", &[(1, 2, "unknown key `trusted`; did you mean `trust`?")]);
        refuses("[trust]\naccounts = ['1111']\n", &[(2, 13, "`1111` is not allowed here; Twelve digits")]);
        refuses(
            "[trust]\naccounts = [111122223333]\n",
            &[(2, 13, "expected text in quotes, found a number; Twelve digits")],
        );
        refuses("[trust]\nnetworks = ['10.0.0.0/33']\n", &[(2, 13, "`10.0.0.0/33` is not an address or a CIDR block")]);
        refuses(
            "profile = 'harsh'\n",
            &[(1, 11, "`harsh` is not allowed here; allowed: `default`, `strict`, `relaxed`")],
        );
        refuses("profile = 3\n", &[(1, 11, "a number is not allowed here; allowed: `default`, `strict`, `relaxed`")]);
        refuses("fail_on = 'warn'\n", &[(1, 11, "`warn` is not allowed here; did you mean `warning`?")]);
        refuses(
            "[rules]\npublik-write = 'off'\n",
            &[(2, 1, "there is no rule `publik-write`; did you mean `public-write`?")],
        );
        refuses(
            "[rules]\npublic-write = 'never'\n",
            &[(2, 16, "`never` is not allowed here; allowed: `off`, `info`, `warning`, `error`")],
        );
        refuses("[[override]]\nrules = {}\n", &[(1, 1, "`paths` is missing here")]);
        refuses(
            "[[override]]\npaths = ['a{']\n",
            &[(2, 10, "`a{` is not a glob: unclosed alternate group; missing '}' (maybe escape '{' with '[{]'?)")],
        );
        refuses("[naming]\ntemplate = '{a}'\nparts.a = 7\n", &[(3, 11, "expected a list or a table, found a number")]);
        refuses(
            "[naming]\ntemplate = '{a}'\nparts.a = { patern = 'x' }\n",
            &[(3, 7, "`pattern` is missing here"), (3, 13, "unknown key `patern`; did you mean `pattern`?")],
        );
        refuses(
            "[tags.required]\nOwner = 'x'\n",
            &[(2, 9, "expected a table, found text; What the value of a tag may be: `{}` for anything")],
        );
        refuses(
            "[trust]\ndistributions = ['E1EXAMPLE']\n",
            &[(2, 18, "`E1EXAMPLE` is not allowed here; The ARN of a distribution")],
        );
        refuses("x = [\n", &[(1, 6, "unclosed array, expected `]`")]);
    }

    #[test]
    fn every_fault_is_said_at_once() {
        refuses(
            "fail_on = 'x'\n[trust]\naccounts = '1'\nvpc = []\n",
            &[
                (1, 11, "`x` is not allowed here; allowed: `info`, `warning`, `error`, `never`"),
                (3, 12, "expected a list, found text; Account ids, the containers' own among them"),
                (4, 1, "unknown key `vpc`; did you mean `vpcs`?"),
            ],
        );
    }

    #[test]
    fn the_place_is_shown() {
        let shown = render(Path::new("a.toml"), &faults("[trust]\naccount = []\n"));
        assert_eq!(
            shown,
            "the configuration `a.toml` cannot be used\n  a.toml:2:1: unknown key `account`\n    |\n  2 | account = []\n    | ^^^^^^^\n    = did you mean `accounts`?"
        );
    }

    #[test]
    fn the_page_tells_every_setting() {
        let page = include_str!("../../../docs/linter.md");
        let (_, table) = page.split_once("<!-- settings:").expect("the table");
        let table = table.split("\n\n").nth(1).expect("the table");
        let told: Vec<_> = table.lines().skip(2).map(|row| row.split('`').nth(1).expect("a setting")).collect();
        let mut settings: Vec<_> = schema()["properties"].as_object().expect("settings").keys().cloned().collect();
        settings.sort();
        let mut sorted = told.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, settings);
    }

    #[test]
    fn the_schema_knows_every_rule() {
        let schema = schema();
        for rule in ALL {
            assert_eq!(schema["properties"]["rules"]["properties"][rule.name]["description"], rule.summary);
        }
    }
}
