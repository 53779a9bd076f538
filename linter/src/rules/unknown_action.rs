//! `unknown-action`: an action that MediaStore does not have.

use mediastore_policy::action::{ActionKind, ActionPattern};
use mediastore_policy::mediastore::MODEL;
use mediastore_policy::service::ActionRow;
use mediastore_policy::suggest;

use crate::finding::{Finding, Severity};
use crate::fix::{self, Editor};
use crate::rule::{Check, Example, Family, JudgedPolicy, Rule, Scope, Sink};

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "unknown-action",
    family: Family::Validity,
    severity: Severity::Warning,
    strict: Severity::Error,
    summary: "An action that MediaStore does not have",
    explanation: "The service takes the policy and the entry matches nothing: under `Action` nobody is allowed or denied anything by it, under \
                  `NotAction` it excepts nothing.\n\n\
                  The data of a container has five actions: `mediastore:GetObject`, `mediastore:DescribeObject`, `mediastore:PutObject`, \
                  `mediastore:DeleteObject` and `mediastore:ListItems`. Names from S3, such as `ListObjects` and `HeadObject`, do not \
                  exist here. Letters of case do not count.",
    bad: &[
        Example::policy(
            r#"{
    "Version": "2012-10-17",
    "Statement": [{
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
        "Action": ["mediastore:GetObject", «"mediastore:ListObjects"», «"s3:GetObject"», «"mediastore:Head*"»],
        "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/*"
    }]
}"#,
        ),
        Example::policy(
            r#"{
    "Version": "2012-10-17",
    "Statement": [{
        "Effect": "Deny",
        "Principal": {"AWS": "arn:aws:iam::111122223333:role/editor"},
        "NotAction": «"mediastore:GetObjects"»,
        "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/*"
    }]
}"#,
        ),
    ],
    good: &[Example::policy(
        r#"{
    "Version": "2012-10-17",
    "Statement": [{
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
        "Action": ["mediastore:getobject", "mediastore:List*", "mediastore:Describe?bject"],
        "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/*"
    }]
}"#,
    )],
    check: Check::Policy(check),
};

/// What people call actions that have other names here.
const ALIASES: &[(&str, &str)] = &[
    ("createobject", "PutObject"),
    ("getcontainer", "DescribeContainer"),
    ("getitem", "GetObject"),
    ("getobjectmetadata", "DescribeObject"),
    ("headobject", "DescribeObject"),
    ("listbucket", "ListItems"),
    ("listfolders", "ListItems"),
    ("listobjects", "ListItems"),
    ("listobjectsv2", "ListItems"),
    ("putitem", "PutObject"),
    ("removeobject", "DeleteObject"),
    ("uploadobject", "PutObject"),
    ("writeobject", "PutObject"),
];

/// Whether an entry surely takes in no action of MediaStore.
pub(super) fn is_unknown(entry: &ActionPattern) -> bool {
    let may_be = |row: &ActionRow| entry.may_take_in(&format!("{}:{}", MODEL.prefix, row.name));
    entry.kind != ActionKind::Malformed && !MODEL.actions.iter().any(may_be)
}

fn check(scope: &Scope<'_>, judged: &JudgedPolicy<'_>, sink: &mut Sink<'_>) {
    let statements = judged.policy.iter().flat_map(|policy| &policy.statements);
    for entry in statements.flat_map(|statement| &statement.actions.entries).filter(|entry| is_unknown(entry)) {
        let text = entry.text.to_string();
        let (service, name) = text.split_once(':').unwrap_or(("", &text));
        let message = if !service.eq_ignore_ascii_case(MODEL.prefix) {
            format!("`{text}` is no action of MediaStore")
        } else if name.contains(['*', '?']) {
            format!("no action of MediaStore fits `{text}`")
        } else {
            format!("the action `{text}` does not exist")
        };
        let help = match meant(name) {
            Some(meant) => format!("write `{}:{meant}`", MODEL.prefix),
            None => {
                "the actions on objects are GetObject, DescribeObject, PutObject, DeleteObject and ListItems".to_owned()
            }
        };
        let fix = meant(name).and_then(|meant| {
            let meant = format!("{}:{meant}", MODEL.prefix);
            let edits = Editor::of(scope.unit, judged.document)?.write(entry.span, meant.as_str())?;
            Some(fix::risky(format!("write `{meant}`"), edits)) // it begins to mean something
        });
        sink.report(Finding::new(message, entry.span).help(help).fix(fix));
    }
}

fn meant(name: &str) -> Option<&'static str> {
    let lower = name.trim_end_matches('*').to_ascii_lowercase();
    let alias = ALIASES.iter().find(|(alias, _)| *alias == lower).map(|(_, meant)| *meant);
    alias.or_else(|| suggest::action(&MODEL, name).map(|row| row.name))
}
