//! Findings out of what `mediastore_policy` finds wrong with a policy. Which rule reports which problem is said here, once.

use mediastore_policy::problem::{Code, Problem};
use mediastore_policy::span::Span;
use mediastore_policy::suggest;

use crate::finding::{Finding, Fix};
use crate::fix::{self, Editor};
use crate::rule::{JudgedPolicy, Scope, Sink};

/// How the service's own sentences begin.
const SERVICE_SAYS: &str = "Invalid Container Policy: ";

/// The rule that reports a problem of this kind. What no rule claims makes a policy malformed, so that nothing gets lost.
pub(super) fn reporter(code: Code) -> &'static str {
    match code {
        Code::Size => "policy-too-large",
        Code::UnscopedResource => "unscoped-resource",
        Code::PutWithoutTls => "put-without-tls",
        Code::UnknownOperator => "unknown-operator",
        Code::BadArn => "bad-arn",
        Code::BadAccountId => "bad-account-id",
        Code::DuplicateSid => "duplicate-sid",
        _ => "malformed-policy",
    }
}

/// Reports the problems that are a rule's, with a remedy for those that bring none.
pub(super) fn report(rule: &str, scope: &Scope<'_>, judged: &JudgedPolicy<'_>, sink: &mut Sink<'_>, help: &str) {
    for problem in judged.problems.iter().filter(|problem| reporter(problem.code) == rule) {
        let message = problem.message.strip_prefix(SERVICE_SAYS).unwrap_or(&problem.message);
        let span = if problem.span == Span::default() { judged.document.span } else { problem.span };
        let finding = Finding::new(message, span).help(problem.help.as_deref().unwrap_or(help));
        sink.report(finding.fix(mended(scope, judged, problem)));
    }
}

/// A change for those that have just one. The service refuses the policy as it is, so nobody can miss anything.
fn mended(scope: &Scope<'_>, judged: &JudgedPolicy<'_>, problem: &Problem) -> Option<Fix> {
    let editor = match problem.code {
        Code::Syntax => Editor::of_broken(scope.unit, judged.document)?,
        _ => Editor::of(scope.unit, judged.document)?,
    };
    match problem.code {
        Code::Syntax => Some(fix::safe("remove the comma", editor.remove_character(problem.span, ',')?)),
        Code::UnknownOperator => {
            let written = scope.unit.sources.text(problem.span)?.trim_matches('"');
            let meant = suggest::operator(written).filter(|meant| meant.eq_ignore_ascii_case(written))?;
            Some(fix::safe(format!("write `{meant}`"), editor.write_key(problem.span, &meant)?))
        }
        Code::DuplicateSid => {
            let name = free_sid(judged, problem)?;
            Some(fix::safe(format!("name it `{name}`"), editor.write(problem.span, name)?))
        }
        _ => None,
    }
}

/// A `Sid` that no statement has: the repeated one with a number, one for each time it is repeated.
fn free_sid(judged: &JudgedPolicy<'_>, problem: &Problem) -> Option<String> {
    let statements = &judged.policy.as_ref()?.statements;
    let sids: Vec<_> = statements.iter().filter_map(|statement| statement.sid.as_ref()).collect();
    // An unknown one might be what is made up here.
    let known: Option<Vec<&str>> = sids.iter().map(|sid| sid.value.as_known()).collect();
    let repeated = sids.iter().find(|sid| sid.span == problem.span)?.value.as_known()?;
    let before = judged.problems.iter().take_while(|other| !std::ptr::eq(*other, problem));
    let earlier = before.filter(|other| other.code == problem.code && other.message == problem.message).count();
    let known = known?;
    (2..).map(|number| format!("{repeated}{number}")).filter(|name| !known.contains(&name.as_str())).nth(earlier)
}
