//! Runs the corpus under `tests/cases/{condition,element,problem}`. Every line of data is one case; both evaluators must give the answer it states.
//!
//! A file holds rows of four kinds. `[[condition]]`: a condition and the values of its key for which it holds or fails, tried
//! in an Allow and in a Deny. `[[statement]]`: members put over a statement that matches everything, and requests that it
//! matches or misses. `[[policy]]`: a policy, requests and verdicts. `[[problem]]`: a text, the codes it is refused with, and
//! the words they point at. Every row names its basis: D (documented), M (measured), L (follows from these) or C (our choice).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use mediastore_policy::decide::decide;
use mediastore_policy::parse;
use mediastore_policy::request::Request;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::slow;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    /// What the file is about.
    about: String,
    #[serde(default)]
    condition: Vec<ConditionRow>,
    #[serde(default)]
    statement: Vec<StatementRow>,
    #[serde(default)]
    policy: Vec<PolicyRow>,
    #[serde(default)]
    problem: Vec<ProblemRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ConditionRow {
    basis: Basis,
    #[serde(default)]
    note: String,
    version: Option<String>,
    condition: String,
    /// Values, or lists of values, of the condition's first key.
    #[serde(default)]
    holds: Vec<Value>,
    #[serde(default)]
    fails: Vec<Value>,
    /// The condition fails in an Allow and holds in a Deny.
    #[serde(default)]
    faulty: Vec<Value>,
    /// What it does without the key.
    absent: Option<Absent>,
    /// Further keys of the request.
    #[serde(default)]
    context: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StatementRow {
    basis: Basis,
    #[serde(default)]
    note: String,
    version: Option<String>,
    statement: String,
    #[serde(default)]
    matches: Vec<Map<String, Value>>,
    #[serde(default)]
    misses: Vec<Map<String, Value>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PolicyRow {
    basis: Basis,
    #[serde(default)]
    note: String,
    policy: String,
    #[serde(default)]
    allow: Vec<Map<String, Value>>,
    #[serde(default)]
    explicit_deny: Vec<Map<String, Value>>,
    #[serde(default)]
    implicit_deny: Vec<Map<String, Value>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProblemRow {
    basis: Basis,
    #[serde(default)]
    note: String,
    /// The whole text, or the members of its only statement.
    policy: Option<String>,
    statement: Option<String>,
    /// Code and the text it points at, in the order of the document; none if the text is accepted.
    problems: Vec<(String, String)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
enum Basis {
    D,
    M,
    L,
    C,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Absent {
    Holds,
    Fails,
}

#[test]
fn every_case_has_the_stated_answer() {
    let mut count = BTreeMap::new();
    for path in files() {
        let text = std::fs::read_to_string(&path).unwrap();
        let file: File = toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert!(!file.about.is_empty(), "{} says nothing of itself", path.display());
        let place = |row: usize, kind: &str, note: &str| format!("{} {kind} {} ({note})", path.display(), row + 1);
        for (i, row) in file.condition.iter().enumerate() {
            *count.entry(row.basis).or_insert(0) += condition(row, &place(i, "condition", &row.note));
        }
        for (i, row) in file.statement.iter().enumerate() {
            *count.entry(row.basis).or_insert(0) += statement(row, &place(i, "statement", &row.note));
        }
        for (i, row) in file.policy.iter().enumerate() {
            *count.entry(row.basis).or_insert(0) += policy(row, &place(i, "policy", &row.note));
        }
        for (i, row) in file.problem.iter().enumerate() {
            problem(row, &place(i, "problem", &row.note));
            *count.entry(row.basis).or_insert(0) += 1;
        }
    }
    let total: usize = count.values().sum();
    println!("{total} cases, by basis {count:?}");
    assert!(total >= 400, "the corpus has shrunk to {total} cases");
}

#[test]
fn every_operator_has_a_file_of_cases() {
    let names: Vec<String> =
        files().iter().map(|path| path.file_stem().unwrap().to_string_lossy().into_owned()).collect();
    for row in mediastore_policy::condition::operator::OPERATORS {
        assert!(names.iter().any(|name| name == row.name), "no cases for {}", row.name);
    }
}

fn files() -> Vec<PathBuf> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => walk(&path, found),
                false => found.push(path),
            }
        }
    }
    let mut found = Vec::new();
    // Further folders hold cases of other questions.
    for folder in ["condition", "element", "problem"] {
        walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(folder), &mut found);
    }
    found.sort();
    found
}

/// A statement that matches every request, with `members` put over it.
fn over_everything(effect: &str, members: &Map<String, Value>) -> Value {
    let mut statement = Map::new();
    statement.insert("Effect".into(), effect.into());
    for (name, not, value) in
        [("Principal", "NotPrincipal", "*"), ("Action", "NotAction", "*"), ("Resource", "NotResource", "*")]
    {
        if !members.contains_key(not) {
            statement.insert(name.into(), value.into());
        }
    }
    statement.extend(members.clone());
    Value::Object(statement)
}

fn request(members: &Map<String, Value>) -> Value {
    let mut request = Map::new();
    request.insert("principal".into(), "*".into());
    request.insert("action".into(), "s3:GetObject".into());
    request.insert("resource".into(), "arn:aws:s3:::bucket/key".into());
    request.insert("context".into(), json!({}));
    request.extend(members.clone());
    let context = request["context"].as_object().unwrap();
    let listed = context.iter().map(|(key, values)| match values {
        Value::Array(_) => (key.clone(), values.clone()),
        one => (key.clone(), json!([one])),
    });
    let listed: Map<String, Value> = listed.collect();
    request.insert("context".into(), Value::Object(listed));
    Value::Object(request)
}

#[track_caller]
fn expect(policy: &Value, request: &Value, verdict: &str, place: &str) {
    let model = parse::parse(policy.to_string().as_str())
        .into_result()
        .unwrap_or_else(|problems| panic!("{place}: {policy}\n{problems:#?}"));
    let parsed: Request = serde_json::from_value(request.clone()).unwrap_or_else(|error| panic!("{place}: {error}"));
    let decided = decide([&model], &parsed);
    assert_eq!(decided.verdict.as_str(), verdict, "{place}: {policy}\n{request}");
    assert_eq!(slow::decide(policy, request), verdict, "the slow evaluator, {place}: {policy}\n{request}");
}

fn condition(row: &ConditionRow, place: &str) -> usize {
    let condition: Value = serde_json::from_str(&row.condition).unwrap_or_else(|error| panic!("{place}: {error}"));
    let key = condition.as_object().and_then(|operators| operators.values().next()?.as_object()?.keys().next());
    let key = key.unwrap_or_else(|| panic!("{place}: no key")).clone();
    let absent = |wanted| match (row.absent, wanted) {
        (Some(Absent::Holds), true) | (Some(Absent::Fails), false) => vec![None],
        _ => Vec::new(),
    };
    let values = |list: &[Value]| list.iter().cloned().map(Some).collect::<Vec<_>>();
    let groups = [
        ([values(&row.holds), absent(true)].concat(), "allow", "explicit-deny"),
        ([values(&row.fails), absent(false)].concat(), "implicit-deny", "implicit-deny"),
        (values(&row.faulty), "implicit-deny", "explicit-deny"),
    ];
    let mut count = 0;
    for (values, allow, deny) in groups {
        for value in values {
            let mut context: Map<String, Value> = row.context.clone().into_iter().collect();
            if let Some(value) = value {
                context.insert(key.clone(), value);
            }
            let request = request(&Map::from_iter([("context".to_owned(), Value::Object(context))]));
            for (effect, verdict) in [("Allow", allow), ("Deny", deny)] {
                let members = Map::from_iter([("Condition".to_owned(), condition.clone())]);
                let version = row.version.as_deref().unwrap_or("2012-10-17");
                let policy = json!({"Version": version, "Statement": over_everything(effect, &members)});
                expect(&policy, &request, verdict, place);
            }
            count += 1;
        }
    }
    count
}

fn statement(row: &StatementRow, place: &str) -> usize {
    let members: Map<String, Value> =
        serde_json::from_str(&row.statement).unwrap_or_else(|error| panic!("{place}: {error}"));
    let version = row.version.as_deref().unwrap_or("2012-10-17");
    for (requests, allow, deny) in
        [(&row.matches, "allow", "explicit-deny"), (&row.misses, "implicit-deny", "implicit-deny")]
    {
        for members_of_request in requests {
            for (effect, verdict) in [("Allow", allow), ("Deny", deny)] {
                let policy = json!({"Version": version, "Statement": [over_everything(effect, &members)]});
                expect(&policy, &request(members_of_request), verdict, place);
            }
        }
    }
    row.matches.len() + row.misses.len()
}

fn policy(row: &PolicyRow, place: &str) -> usize {
    let policy: Value = serde_json::from_str(&row.policy).unwrap_or_else(|error| panic!("{place}: {error}"));
    let groups = [(&row.allow, "allow"), (&row.explicit_deny, "explicit-deny"), (&row.implicit_deny, "implicit-deny")];
    for (requests, verdict) in groups {
        for members in requests {
            expect(&policy, &request(members), verdict, place);
        }
    }
    groups.iter().map(|(requests, _)| requests.len()).sum()
}

fn problem(row: &ProblemRow, place: &str) {
    let text = match (&row.policy, &row.statement) {
        (Some(text), None) => text.clone(),
        (None, Some(members)) => {
            let mut text = format!("{{\"Version\": \"2012-10-17\", \"Statement\": {{{members}");
            for (name, rest) in
                [("Effect", "\"Allow\""), ("Principal", "\"*\""), ("Action", "\"*\""), ("Resource", "\"*\"")]
            {
                if !members.contains(&format!("{name}\"")) {
                    text.push_str(&format!(", \"{name}\": {rest}"));
                }
            }
            text + "}}"
        }
        _ => panic!("{place}: give a policy or a statement"),
    };
    let parsed = parse::parse(text.as_str());
    let found: Vec<(String, String)> = parsed
        .problems
        .iter()
        .map(|problem| (problem.code.to_string(), problem.span.of(&text).expect("a span in the text").to_owned()))
        .collect();
    assert_eq!(found, row.problems, "{place}: {text}\n{:#?}", parsed.problems);
}
