//! `access-logging-off`: a container that does not log who reads and writes.

use mediastore_policy::json::Value;

use super::container;
use crate::finding::{Finding, Severity};
use crate::rule::{Check, Example, Family, Rule, Scope, Sink};
use crate::unit::{Container, Dialect};

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "access-logging-off",
    family: Family::Hygiene,
    severity: Severity::Info,
    strict: Severity::Warning,
    summary: "Access logging is off",
    explanation: "Without access logs nobody can tell later who read or overwrote what: the control plane's audit trail does not record \
                  requests for objects. Logs cost what they weigh, which for a busy origin is not nothing.\n\n\
                  hashicorp/aws cannot turn them on, so its containers are passed over.",
    bad: &[
        Example::new(
            "main.tf",
            r#"«resource "mediastore_container" "live"» {
  name = "live"
}"#,
        ),
        Example::new(
            "main.tf",
            r#"resource "mediastore_container" "live" {
  name                   = "live"
  access_logging_enabled = «false»
}"#,
        ),
    ],
    good: &[Example::new(
        "main.tf",
        r#"variable "logging" { type = bool }

resource "mediastore_container" "live" {
  name                   = "live"
  access_logging_enabled = true
}

resource "mediastore_container" "vod" {
  name                   = "vod"
  access_logging_enabled = var.logging
}"#,
    )],
    check: Check::Container(check),
};

fn check(_: &Scope<'_>, it: &Container, _: usize, sink: &mut Sink<'_>) {
    if it.origin.dialect == Dialect::HashicorpAws {
        return;
    }
    let span = match &it.access_logging {
        None => it.origin.span,
        Some(node) if matches!(node.value, Value::Bool(false) | Value::Null) => container::place(it, node.span),
        Some(_) => return,
    };
    let help = match it.origin.dialect {
        Dialect::CloudFormation => "set `AccessLoggingEnabled: true`",
        _ => "set `access_logging_enabled = true`",
    };
    sink.report(Finding::new("requests for objects are not logged", span).help(help));
}
