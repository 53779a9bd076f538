//! `name-environment-mismatch`: the name says one environment, the tags another.

use super::container;
use crate::finding::{Finding, Severity};
use crate::rule::{Check, Example, Family, Rule, Scope, Sink};
use crate::unit::Container;

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "name-environment-mismatch",
    family: Family::Naming,
    severity: Severity::Warning,
    strict: Severity::Error,
    summary: "Name and tags say different environments",
    explanation: "One of the two is wrong, most often because a block was copied from another environment, and whoever deletes by tag or \
                  alerts by name gets the wrong containers.\n\n\
                  The environment is the `{env}` part of the name where a template is configured, otherwise any word of the name that \
                  `[environments]` in the configuration knows; the built-in words are `prod`, `staging`, `test`, `dev` and their usual \
                  relatives. `prod` and `production` are the same.",
    bad: &[Example::new(
        "main.tf",
        r#"resource "mediastore_container" "live" {
  name = «"acme-live-prod"»
  tags = {
    Environment = "staging"
  }
}"#,
    )],
    good: &[
        Example::new(
            "main.tf",
            r#"resource "mediastore_container" "live" {
  name = "acme-live-prod"
  tags = {
    Environment = "production"
  }
}"#,
        ),
        Example::new(
            "main.tf",
            r#"variable "env" {}

resource "mediastore_container" "live" {
  name = "acme-live-${var.env}"
  tags = {
    Environment = "staging"
  }
}"#,
        ),
    ],
    check: Check::Container(check),
};

fn check(scope: &Scope<'_>, it: &Container, _: usize, sink: &mut Sink<'_>) {
    let Some(name) = container::name(it) else { return };
    let Some((tagged, tag)) = container::tagged_environment(it, scope.config) else { return };
    let named = container::named_environments(name, scope.config);
    let Some((word, _)) = named.first().filter(|_| named.iter().all(|(_, environment)| *environment != tagged)) else {
        return;
    };
    let Some((key, value)) = container::known(&tag) else { return };
    let message = format!("the name says `{word}`, the tag `{key}` says `{value}`");
    sink.report(
        Finding::new(message, container::name_span(it))
            .label(tag.span, "the tag")
            .help("correct the one that is wrong"),
    );
}
