//! `name-invalid`: a name that the service refuses.

use mediastore_policy::limits::CONTAINER_NAME;
use mediastore_policy::text::{Text, TextRef};

use super::container;
use crate::finding::{Finding, Severity};
use crate::rule::{Check, Example, Family, Rule, Scope, Sink};
use crate::unit::Container;

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "name-invalid",
    family: Family::Naming,
    severity: Severity::Error,
    strict: Severity::Error,
    summary: "The service refuses this container name",
    explanation: "A name is 1 to 255 letters, digits, underscores and hyphens. The service refuses anything else when the container is made, which \
                  is long after the plan looked right.\n\n\
                  Of a name that is only partly known, what is known is judged.",
    bad: &[
        Example::new(
            "main.tf",
            r#"resource "mediastore_container" "live" {
  name = «"live.example"»
}"#,
        ),
        Example::new(
            "main.tf",
            r#"variable "project" {}

resource "mediastore_container" "live" {
  name = «"${var.project} live"»
}"#,
        ),
    ],
    good: &[Example::new(
        "main.tf",
        r#"variable "project" {}

resource "mediastore_container" "live" {
  name = "${var.project}-live_1"
}"#,
    )],
    check: Check::Container(check),
};

fn check(_: &Scope<'_>, it: &Container, _: usize, sink: &mut Sink<'_>) {
    let Some(fault) = container::name(it).and_then(fault) else { return };
    sink.report(Finding::new(fault, container::name_span(it)).help("use 1 to 255 letters, digits, `_` and `-`"));
}

/// What is wrong for every value of the unknown parts.
pub(super) fn fault(name: &Text) -> Option<String> {
    if let Some(known) = name.as_known() {
        return CONTAINER_NAME.check(known).err().map(|violation| violation.to_string());
    }
    let known: String = name.parts().filter_map(TextRef::known).collect();
    let wrong = known.chars().find(|&character| !(CONTAINER_NAME.allowed)(character));
    if let Some(wrong) = wrong {
        let allowed = CONTAINER_NAME.characters;
        return Some(format!("container name may hold only {allowed}, but `{name}` has `{}`", wrong.escape_debug()));
    }
    let length = known.chars().count() + name.holes().filter_map(|hole| hole.length).sum::<usize>();
    (length > CONTAINER_NAME.max)
        .then(|| format!("container name has at least {length} characters and may have at most {}", CONTAINER_NAME.max))
}
