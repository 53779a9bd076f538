//! `default-policy-left`: a container to which no policy is attached.

use super::container;
use crate::finding::{Finding, Severity};
use crate::rule::{Check, Example, Family, Rule, Scope, Sink};
use crate::unit::{Container, DocumentKind};

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "default-policy-left",
    family: Family::Hygiene,
    severity: Severity::Info,
    strict: Severity::Warning,
    summary: "No policy is attached, so the service's default stays",
    explanation: "A new container gets a policy that lets its own account do everything over HTTPS, and nobody else anything. Players and \
                  a CDN get 403, which is often noticed only on the day of the event; and every principal of the account that may use \
                  MediaStore may delete.\n\n\
                  Attach a policy that says who uploads and who reads. If it is attached elsewhere, say so with a `nolint` comment.",
    bad: &[
        Example::new(
            "main.tf",
            r#"«resource "mediastore_container" "live"» {
  name = "live"
}"#,
        ),
        Example::new(
            "main.tf",
            r#"«resource "mediastore_container" "live"» {
  name = "live"
}

resource "mediastore_container_policy" "other" {
  container_name = "vod"
  policy         = file("policy.json")
}"#,
        ),
    ],
    good: &[
        Example::new(
            "main.tf",
            r#"resource "mediastore_container" "live" {
  name = "live"
}

resource "mediastore_container_policy" "live" {
  container_name = mediastore_container.live.name
  policy         = file("policy.json")
}"#,
        ),
        Example::new(
            "main.tf",
            r#"variable "channel" {}

resource "mediastore_container" "live" {
  name = "live"
}

resource "mediastore_container_policy" "perhaps_of_live" {
  container_name = var.channel
  policy         = file("policy.json")
}"#,
        ),
    ],
    check: Check::Container(check),
};

fn check(scope: &Scope<'_>, it: &Container, index: usize, sink: &mut Sink<'_>) {
    if container::may_have(scope.unit, index, DocumentKind::Policy) {
        return;
    }
    let message = format!(
        "no policy is attached to this `{}`, so only its own account gets in",
        container::type_name(it.origin.dialect)
    );
    sink.report(Finding::new(message, it.origin.span).help("attach a policy that says who uploads and who reads"));
}
