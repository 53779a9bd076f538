//! `name-pattern`: a name that is not of the organisation's form.

use super::container;
use super::words::listed_for;
use crate::config::naming::{Part, PartPattern};
use crate::finding::{Finding, Severity};
use crate::language::{Membership, of_a_name};
use crate::rule::{Check, Example, Family, Rule, Scope, Sink};
use crate::unit::Container;

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "name-pattern",
    family: Family::Naming,
    severity: Severity::Warning,
    strict: Severity::Error,
    summary: "The container's name is not of the configured form",
    explanation: "Names of one form let people and programs tell whose a container is, and let policies and dashboards speak of many at \
                  once. The form is configured as a template of parts or as a regular expression, under `[naming]`; without one nothing \
                  is asked.\n\n\
                  A name that is only partly known is reported when no value of its unknown parts can make it right. Renaming a \
                  container replaces it, with a new endpoint and without its objects: plan for that.",
    bad: &[
        Example::new(
            "main.tf",
            r#"resource "mediastore_container" "live" {
  name = «"acme-player-qa"»
}"#,
        )
        .under(CONFIG),
        Example::new(
            "main.tf",
            r#"variable "project" {}

resource "mediastore_container" "live" {
  name = «"${var.project}_prod"»
}"#,
        )
        .under(CONFIG),
        Example::new(
            "main.tf",
            r#"resource "mediastore_container" "live" {
  name = «"Live1"»
}"#,
        )
        .under("naming.pattern = '[a-z][a-z0-9-]*'"),
    ],
    good: &[
        Example::new(
            "main.tf",
            r#"variable "app" {}

resource "mediastore_container" "live" {
  name = "acme-player-prod"
}

resource "mediastore_container" "vod" {
  name = "acme-${var.app}-prod"
}"#,
        )
        .under(CONFIG),
        Example::new(
            "main.tf",
            r#"resource "mediastore_container" "live" {
  name = "AnyName"
}"#,
        ),
    ],
    check: Check::Container(check),
};

const CONFIG: &str = "[naming]\ntemplate = '{org}-{app}-{env}'\nparts.env = ['dev', 'staging', 'prod']";

fn check(scope: &Scope<'_>, it: &Container, _: usize, sink: &mut Sink<'_>) {
    let (Some(scheme), Some(name)) = (&scope.config.naming.scheme, container::name(it)) else { return };
    if scheme.names.membership(name, of_a_name) != Membership::Never {
        return;
    }
    let written = &scheme.written;
    let (message, help) = match name.as_known().map(|known| (known, scheme.culprit(known))) {
        Some((known, Some((part, found, allowed)))) => (
            format!("`{known}` is not of the form `{written}`: its `{part}` is `{found}`"),
            format!("`{part}` is {}", describe(allowed, found)),
        ),
        Some((known, None)) => (format!("`{known}` is not of the form `{written}`"), format!("name it by `{written}`")),
        None => (
            format!("`{name}` is not of the form `{written}`, whatever its unknown parts are"),
            format!("name it by `{written}`"),
        ),
    };
    sink.report(Finding::new(message, container::name_span(it)).help(help));
}

fn describe(allowed: &Part, found: &str) -> String {
    match allowed {
        Part::Pattern(PartPattern { pattern }) => format!("what `{pattern}` matches"),
        Part::Words(words) => format!("one of {}", listed_for(Some(found), words)),
    }
}
