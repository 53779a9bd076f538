//! `end-of-support`: a resource that only AWS's MediaStore could make.

use super::container;
use crate::finding::{Finding, Severity};
use crate::rule::{Check, Example, Family, Rule, Scope, Sink};
use crate::unit::{Container, Dialect};

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "end-of-support",
    family: Family::Hygiene,
    severity: Severity::Warning,
    strict: Severity::Warning,
    summary: "AWS switched MediaStore off, so this cannot be applied",
    explanation: "AWS ended MediaStore on 2025-11-13, and no endpoint of AWS answers any more. A `terraform apply` of \
                  `aws_media_store_container`, or a stack with `AWS::MediaStore::Container`, fails.\n\n\
                  `mediastore_container` manages the same thing on any MediaStore-compatible server, and a `moved` block brings the \
                  state along. AWS itself points to S3 for simple live streams and to MediaPackage for the rest. Linting such sources \
                  remains useful: it says what their policies allowed, which is what the successor has to be held against.",
    bad: &[Example::new(
        "main.tf",
        r#"«resource "aws_media_store_container" "live"» {
  name = "live"
}"#,
    )],
    good: &[Example::new(
        "main.tf",
        r#"resource "mediastore_container" "live" {
  name = "live"
}

moved {
  from = aws_media_store_container.live
  to   = mediastore_container.live
}"#,
    )],
    check: Check::Container(check),
};

fn check(_: &Scope<'_>, it: &Container, _: usize, sink: &mut Sink<'_>) {
    if matches!(it.origin.dialect, Dialect::HashicorpAws | Dialect::CloudFormation) {
        let message = format!(
            "AWS switched MediaStore off on 2025-11-13; `{}` cannot be applied any more",
            container::type_name(it.origin.dialect)
        );
        let help = "move it to `mediastore_container` on a compatible server, or to S3 or MediaPackage";
        sink.report(Finding::new(message, it.origin.span).help(help));
    }
}
