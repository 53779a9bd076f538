//! `unknown-resource-type`: a type that no provider has.

use crate::finding::{Finding, Severity};
use crate::fix::{self, resource};
use crate::rule::{Check, Example, Family, Rule, Scope, Sink};
use crate::unit::Stranger;

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "unknown-resource-type",
    family: Family::Hygiene,
    severity: Severity::Error,
    strict: Severity::Error,
    summary: "No provider has this resource type",
    explanation: "The name looks like one of MediaStore's and is none, so nothing in the block is judged and `terraform init` or \
                  `terraform validate` fails. Four of seven published configurations had such a name: `aws_mediastore_container` is the \
                  commonest, where hashicorp/aws spells it `aws_media_store_container`. hashicorp/awscc never had one.\n\n\
                  This project's provider has `mediastore_container`, `mediastore_container_policy`, `mediastore_cors_policy`, \
                  `mediastore_lifecycle_policy`, `mediastore_metric_policy` and `mediastore_object`. hashicorp/aws has the first two \
                  only, as `aws_media_store_container` and `aws_media_store_container_policy`. CloudFormation has \
                  `AWS::MediaStore::Container`, with the policies as its properties.",
    bad: &[Example::new(
        "main.tf",
        r#"resource «"aws_mediastore_container"» "live" {
  name = "live"
}

resource «"mediastore_container_cors_policy"» "live" {
  container_name = "live"
}

resource «"awscc_mediastore_container"» "vod" {
  container_name = "vod"
}"#,
    )],
    good: &[Example::new(
        "main.tf",
        r#"resource "mediastore_container" "live" {
  name = "live"
}"#,
    )],
    check: Check::Stranger(check),
};

/// Endings of invented names, and the type that is meant.
const MEANT: [(&str, &str); 6] = [
    ("cors", "mediastore_cors_policy"),
    ("lifecycle", "mediastore_lifecycle_policy"),
    ("metric", "mediastore_metric_policy"),
    ("policy", "mediastore_container_policy"),
    ("object", "mediastore_object"),
    ("container", "mediastore_container"),
];

fn check(scope: &Scope<'_>, it: &Stranger, sink: &mut Sink<'_>) {
    let meant = MEANT.iter().find(|(word, _)| it.type_name.contains(word)).map(|(_, meant)| *meant);
    let help = if it.type_name.starts_with("AWS::") {
        "CloudFormation has `AWS::MediaStore::Container` only; policies are its properties".to_owned()
    } else {
        match meant {
            Some(meant) => format!("this project's provider has `{meant}`{}", of_aws(meant)),
            None => "`mediastore_container` and the policies are the types there are".to_owned(),
        }
    };
    let fix = meant.and_then(|meant| {
        let edits = resource::rename_type(scope.unit, it.span, &it.type_name, meant)?;
        Some(fix::risky(format!("write `{meant}`"), edits)) // its arguments may have to be others
    });
    sink.report(Finding::new(format!("there is no resource type `{}`", it.type_name), it.span).help(help).fix(fix));
}

fn of_aws(meant: &str) -> &'static str {
    match meant {
        "mediastore_container" => ", hashicorp/aws has `aws_media_store_container`",
        "mediastore_container_policy" => ", hashicorp/aws has `aws_media_store_container_policy`",
        _ => ", hashicorp/aws has nothing of the kind",
    }
}
