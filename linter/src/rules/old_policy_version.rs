//! `old-policy-version`: the policy language of 2008, in which variables are plain text.

use mediastore_policy::model::{Policy, Version};
use mediastore_policy::span::Span;
use mediastore_policy::text::{Text, TextRef};

use crate::finding::{Finding, Severity};
use crate::fix::{self, policy::PolicyEditor};
use crate::rule::{Check, Example, Family, JudgedPolicy, Rule, Scope, Sink};

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "old-policy-version",
    family: Family::Validity,
    severity: Severity::Info,
    strict: Severity::Warning,
    summary: "The policy is written in the language of 2008",
    explanation: "Without a `Version`, or with `2008-10-17`, a policy has no variables: `${aws:PrincipalTag/team}` is then these very \
                  characters, and matches nothing. A policy that contains such a text is a warning.\n\n\
                  Write `\"Version\": \"2012-10-17\"`. It is a version of the language and not a date to be kept up to date.",
    bad: &[
        Example::policy(
            r#"«{»
    "Statement": [{
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
        "Action": "mediastore:GetObject",
        "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/*"
    }]
}"#,
        ),
        Example::policy(
            r#"{
    "Version": «"2008-10-17"»,
    "Statement": [{
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
        "Action": "mediastore:GetObject",
        "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/${aws:PrincipalTag/team}/*"
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
        "Action": "mediastore:GetObject",
        "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/${aws:PrincipalTag/team}/*"
    }]
}"#,
    )],
    check: Check::Policy(check),
};

fn check(scope: &Scope<'_>, judged: &JudgedPolicy<'_>, sink: &mut Sink<'_>) {
    let Some(policy) = judged.sound() else { return };
    let (said, span) = match &policy.version {
        None if policy.statements.is_empty() => return,
        None => ("the policy has no `Version`", Span::new(policy.span.start, policy.span.start + 1)),
        Some(version) => match version.value.known() {
            Some(Version::V2008) => ("the policy is of the version `2008-10-17`", version.span),
            _ => return,
        },
    };
    let help = r#"write `"Version": "2012-10-17"`"#;
    let variable = variable(policy);
    let fix = PolicyEditor::of(scope.unit, judged.document).and_then(|editor| {
        let edits = editor.set_version("2012-10-17")?;
        let title = "write the version of 2012";
        // What is plain text now would be a variable then.
        Some(if variable.is_some() { fix::risky(title, edits) } else { fix::safe(title, edits) })
    });
    match variable {
        Some((variable, place)) => sink.report_as(
            sink.severity().max(Severity::Warning),
            Finding::new(format!("{said}, in which `{variable}` is plain text"), span)
                .help(help)
                .label(place, "not a variable in this version")
                .fix(fix),
        ),
        None => sink.report(Finding::new(format!("{said}, the language of 2008"), span).help(help).fix(fix)),
    }
}

/// The first text that would be a variable.
fn variable(policy: &Policy) -> Option<(String, Span)> {
    let texts = policy.statements.iter().flat_map(|statement| {
        let resources = statement.resources.entries.iter().map(|entry| (&entry.text, entry.span));
        let values = statement.conditions.iter().flat_map(|condition| &condition.values);
        resources.chain(values.map(|operand| (&operand.text, operand.span)))
    });
    texts.into_iter().find_map(|(text, span)| Some((written(text)?, span)))
}

fn written(text: &Text) -> Option<String> {
    text.parts().filter_map(TextRef::known).find_map(|known| {
        let variable = &known[known.find("${")?..];
        Some(variable[..=variable.find('}')?].to_owned())
    })
}
