//! `input-not-evaluated`: part of an input whose meaning was not worked out.

use crate::finding::{Finding, Severity};
use crate::rule::{Check, Example, Family, Rule, Sink};
use crate::unit::{Fault, FaultKind, Unit};

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "input-not-evaluated",
    family: Family::Input,
    severity: Severity::Info,
    strict: Severity::Warning,
    summary: "Part of an input was not evaluated, so it was not judged",
    explanation: "The source is legal, but what it comes to could not be worked out without running the tool: a module from elsewhere, a file that \
                  is not there yet, a cycle, very many instances. What hangs on it was not judged; nothing is skipped in silence.\n\n\
                  A module from a registry, a repository or an archive may make containers, whatever it is called. After `terraform init` it is \
                  read from `.terraform/modules`, and a finding is left only if something in it is one. Before, each call is a finding; in a \
                  configuration where MediaStore does not come up, all calls together are one.\n\n\
                  To have it judged, run the linter on the plan: `terraform plan -out=plan.bin`, then \
                  `terraform show -json plan.bin > plan.json`.",
    bad: &[
        Example::new(
            "main.tf",
            r#"«module "live"» {
  source = "./streaming"
}
"#,
        ),
        Example::new(
            "main.tf",
            r#"«module "live"» {
  source  = "acme/streaming/aws"
  version = "~> 2.0"
}
"#,
        ),
        Example::new(
            "main.tf",
            r#"resource "mediastore_container" "live" {
  name = «file("name.txt")»
}
"#,
        ),
    ],
    good: &[Example::new(
        "main.tf",
        r#"resource "mediastore_container" "live" {
  name = "${var.project}-live"
}

variable "project" {
  type = string
}
"#,
    )],
    check: Check::Fault(check),
};

fn check(fault: &Fault, _: &Unit, sink: &mut Sink<'_>) {
    if fault.kind == FaultKind::NotEvaluated {
        let help = fault.help.as_deref().unwrap_or("judge the plan, in which it is evaluated");
        sink.report(Finding::new(fault.message.as_str(), fault.span).help(help));
    }
}
