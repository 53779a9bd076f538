//! `force-destroy-in-production`: a container of production whose objects go with it.

use mediastore_policy::json::Value;

use super::container;
use crate::finding::{Finding, Severity};
use crate::rule::{Check, Example, Family, Rule, Scope, Sink};
use crate::unit::Container;

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "force-destroy-in-production",
    family: Family::Hygiene,
    severity: Severity::Warning,
    strict: Severity::Error,
    summary: "A production container is deleted with all its objects",
    explanation: "The service refuses to delete a container that holds objects, which is the last guard against a mistaken destroy or a \
                  rename. With `force_destroy` the provider empties it first.\n\n\
                  That is handy in tests, and never meant for production. What counts as production is configured under \
                  `[environments]`; the environment is read from the tags, or from a word of the name.",
    bad: &[
        Example::new(
            "main.tf",
            r#"resource "mediastore_container" "live" {
  name          = "live"
  force_destroy = «true»
  tags = {
    Environment = "prod"
  }
}"#,
        ),
        Example::new(
            "main.tf",
            r#"resource "mediastore_container" "live" {
  name          = "acme-live-prod"
  force_destroy = «true»
}"#,
        ),
    ],
    good: &[Example::new(
        "main.tf",
        r#"resource "mediastore_container" "live" {
  name          = "acme-live-dev"
  force_destroy = true
}

resource "mediastore_container" "prod" {
  name = "acme-live-prod"
}"#,
    )],
    check: Check::Container(check),
};

fn check(scope: &Scope<'_>, it: &Container, _: usize, sink: &mut Sink<'_>) {
    let Some(node) = it.force_destroy.as_ref().filter(|node| node.value == Value::Bool(true)) else { return };
    let environments = &scope.config.environments;
    let tagged = container::tagged_environment(it, scope.config).map(|(environment, _)| environment);
    let named = || {
        let named =
            container::name(it).map(|name| container::named_environments(name, scope.config)).unwrap_or_default();
        named.into_iter().map(|(_, environment)| environment).next()
    };
    if tagged.or_else(named).is_some_and(|environment| environments.is_production(environment)) {
        let message = "this container of production is deleted together with its objects";
        sink.report(Finding::new(message, container::place(it, node.span)).help("remove `force_destroy`"));
    }
}
