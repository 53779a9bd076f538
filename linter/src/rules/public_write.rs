//! `public-write`: outsiders can upload or overwrite.

use mediastore_policy::analyse::ExposureClass;

use crate::finding::{Finding, Severity};
use crate::rule::{Check, Example, Family, JudgedPolicy, Rule, Scope, Sink};

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "public-write",
    family: Family::Exposure,
    severity: Severity::Error,
    strict: Severity::Error,
    summary: "Anybody can upload or overwrite objects",
    explanation: "Whoever finds the endpoint can replace a manifest or a segment that your viewers then play, and fill the container \
                  at your cost.\n\n\
                  Name the principals that upload, such as the role of the encoder.",
    bad: &[Example {
        file: "policy.json",
        config: "",
        text: r#"{
    "Version": "2012-10-17",
    "Statement": [«{
        "Effect": "Allow",
        "Principal": "*",
        "Action": "mediastore:PutObject",
        "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/*",
        "Condition": {"Bool": {"aws:SecureTransport": "true"}}
    }»]
}"#,
    }],
    good: &[Example {
        file: "policy.json",
        config: "",
        text: r#"{
    "Version": "2012-10-17",
    "Statement": [{
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111122223333:role/encoder"},
        "Action": "mediastore:PutObject",
        "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/live/*",
        "Condition": {"Bool": {"aws:SecureTransport": "true"}}
    }]
}"#,
    }],
    check: Check::Policy(check),
};

fn check(_: &Scope<'_>, judged: &JudgedPolicy<'_>, sink: &mut Sink<'_>) {
    let Some(policy) = judged.sound() else { return };
    let exposed = judged.exposure().into_iter().flat_map(|exposure| &exposure.actions);
    for action in
        exposed.filter(|action| action.action == "mediastore:PutObject" && action.class == ExposureClass::Public)
    {
        let span = action.witness.as_ref().and_then(|witness| {
            let decision = mediastore_policy::decide::decide([policy], witness);
            decision.deciding().next().map(|reason| policy.statements[reason.statement].span)
        });
        let mut finding =
            Finding::new("anybody can upload and overwrite objects", span.unwrap_or(judged.document.span))
                .help("name the principals that upload");
        finding.witness.clone_from(&action.witness);
        sink.report(finding);
    }
}
