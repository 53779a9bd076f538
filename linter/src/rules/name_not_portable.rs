//! `name-not-portable`: a name that no S3 bucket can have.

use std::sync::LazyLock;

use super::{container, name_invalid};
use crate::finding::{Finding, Severity};
use crate::language::{Language, Membership, of_a_name};
use crate::rule::{Check, Example, Family, Rule, Scope, Sink};
use crate::unit::Container;

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "name-not-portable",
    family: Family::Naming,
    severity: Severity::Info,
    strict: Severity::Warning,
    summary: "The container's name cannot be that of an S3 bucket",
    explanation: "AWS tells users of MediaStore to move to S3, where a name is 3 to 63 small letters, digits and hyphens, not at either end. \
                  A container named like that keeps its name when it moves, and so do the paths, scripts and dashboards that have it \
                  in them.\n\n\
                  For a container that exists this is only worth knowing: renaming replaces it.",
    bad: &[
        Example::new(
            "main.tf",
            r#"resource "mediastore_container" "live" {
  name = «"acme_live"»
}"#,
        ),
        Example::new(
            "main.tf",
            r#"variable "project" {}

resource "mediastore_container" "live" {
  name = «"${var.project}-Live"»
}"#,
        ),
    ],
    good: &[Example::new(
        "main.tf",
        r#"variable "project" {}

resource "mediastore_container" "live" {
  name = "${var.project}-live"
}

resource "mediastore_container" "refused_anyway" {
  name = "live example"
}"#,
    )],
    check: Check::Container(check),
};

static BUCKETS: LazyLock<Language> =
    LazyLock::new(|| Language::new("[a-z0-9][a-z0-9-]{1,61}[a-z0-9]").expect("a pattern of our own"));

fn check(_: &Scope<'_>, it: &Container, _: usize, sink: &mut Sink<'_>) {
    // What no container can be called need not move.
    let Some(name) = container::name(it).filter(|name| name_invalid::fault(name).is_none()) else { return };
    if BUCKETS.membership(name, of_a_name) == Membership::Never {
        let message = format!("`{name}` cannot be the name of an S3 bucket");
        let help = "use 3 to 63 small letters, digits and `-`, not at either end";
        sink.report(Finding::new(message, container::name_span(it)).help(help));
    }
}
