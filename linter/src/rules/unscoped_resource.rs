//! `unscoped-resource`: a resource outside the container, which the service refuses.

use mediastore_policy::resource::ResourceKind;

use super::resources::{everything, faults, is_container, read_as};
use crate::finding::{Finding, Severity};
use crate::fix::{self, Editor};
use crate::rule::{Check, Example, Family, JudgedPolicy, Rule, Scope, Sink};

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "unscoped-resource",
    family: Family::Validity,
    severity: Severity::Error,
    strict: Severity::Error,
    summary: "A resource is not scoped to files inside the container",
    explanation: "PutContainerPolicy refuses it: \"Resource in statement '...' must be scoped to files inside\" the container. That goes for \
                  `*`, for the container itself without `/*` behind it, and for wildcards before the container's name.\n\n\
                  Write the container's ARN and `/*`, or a path in it. In Terraform that is `\"${aws_media_store_container.live.arn}/*\"`. \
                  A resource that names another container, account or region is reported by `foreign-container-arn`.",
    bad: &[
        Example::policy(
            r#"{
    "Version": "2012-10-17",
    "Statement": [{
        "Sid": "Everything",
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
        "Action": "mediastore:GetObject",
        "Resource": [
            «"*"»,
            «"arn:aws:mediastore:eu-west-1:111122223333:container/live"»,
            «"arn:aws:mediastore:*:111122223333:container/live/*"»,
            «"arn:aws:mediastore:eu-west-1:111122223333:container/*"»,
            «"arn:aws:s3:::live/*"»
        ]
    }]
}"#,
        ),
        Example::new(
            "main.tf",
            r#"resource "mediastore_container" "live" {
  name = "live"
}

resource "mediastore_container_policy" "live" {
  container_name = mediastore_container.live.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::111122223333:root" }
      Action    = "mediastore:GetObject"
      Resource  = [«mediastore_container.live.arn», «"*"»]
    }]
  })
}
"#,
        ),
    ],
    good: &[
        Example::policy(
            r#"{
    "Version": "2012-10-17",
    "Statement": [{
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
        "Action": "mediastore:GetObject",
        "Resource": [
            "arn:aws:mediastore:eu-west-1:111122223333:container/live/index.m3u8",
            "arn:aws:mediastore:eu-west-1:111122223333:container/live/*.ts"
        ]
    }]
}"#,
        ),
        Example::new(
            "main.tf",
            r#"resource "mediastore_container" "live" {
  name = "live"
}

resource "mediastore_container_policy" "live" {
  container_name = mediastore_container.live.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::111122223333:root" }
      Action    = "mediastore:GetObject"
      Resource  = "${mediastore_container.live.arn}/*"
    }]
  })
}
"#,
        ),
    ],
    check: Check::Policy(check),
};

fn check(scope: &Scope<'_>, judged: &JudgedPolicy<'_>, sink: &mut Sink<'_>) {
    let Some(policy) = &judged.policy else { return };
    let others = faults(judged);
    let problems = judged.problems.iter().filter(|problem| super::problems::reporter(problem.code) == RULE.name);
    for problem in problems.filter(|problem| !others.iter().any(|fault| fault.span == problem.span)) {
        let entries = policy.statements.iter().flat_map(|statement| &statement.resources.entries);
        let entry = entries.into_iter().find(|entry| entry.span == problem.span);
        let message = match entry.map(|entry| (&entry.kind, &entry.text)) {
            Some((ResourceKind::All, _)) => "`*` is not scoped to files inside the container".to_owned(),
            Some((_, text)) => format!("`{text}` is not scoped to files inside the container"),
            None => "a resource is not scoped to files inside the container".to_owned(),
        };
        let fix = Editor::of(scope.unit, judged.document).and_then(|editor| {
            // The service refuses the policy as it is, so nobody can miss anything.
            match entry.map(|entry| &entry.kind) {
                Some(ResourceKind::Arn(arn)) if is_container(arn) => {
                    Some(fix::safe("write `/*` behind it", editor.append_to(problem.span, "/*")?))
                }
                Some(ResourceKind::All) => {
                    let edits = editor.write(problem.span, everything(judged)?)?;
                    Some(fix::safe("name the container", edits))
                }
                _ => None,
            }
        });
        sink.report(Finding::new(message, problem.span).help(format!("write {}", read_as(judged))).fix(fix));
    }
}
