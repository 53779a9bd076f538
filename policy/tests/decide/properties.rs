//! What holds for all policies and requests.

use mediastore_policy::decide::{Verdict, decide};
use mediastore_policy::json::{Limits, Node, Template};
use mediastore_policy::meaning::{normalize, same_meaning};
use mediastore_policy::model::Policy;
use mediastore_policy::request::Request;
use mediastore_policy::span::Span;
use mediastore_policy::text::Hole;
use mediastore_policy::{json, mediastore, parse, s3, service};
use proptest::prelude::*;
use serde_json::Value;

use crate::{generate, slow};

/// The model of a policy that the grammar accepts.
#[track_caller]
fn model(policy: &Value) -> Policy {
    parse::parse(policy.to_string().as_str()).into_result().unwrap_or_else(|problems| panic!("{policy}\n{problems:#?}"))
}

fn verdict(policy: &Policy, request: &Value) -> Verdict {
    decide([policy], &serde_json::from_value::<Request>(request.clone()).unwrap()).verdict
}

/// A model without its places.
fn shape(policy: &Policy) -> String {
    let debug = format!("{policy:?}");
    let mut shape = String::new();
    let mut rest = debug.as_str();
    while let Some(at) = rest.find("Span { ") {
        shape.push_str(&rest[..at]);
        rest = &rest[at..];
        rest = &rest[rest.find('}').unwrap() + 1..];
    }
    shape + rest
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// forall policy, request: the crate decides as the slow evaluator does.
    #[test]
    fn both_evaluators_agree(policy in generate::policy(), requests in prop::collection::vec(generate::request(), 4)) {
        let model = model(&policy);
        for request in requests {
            prop_assert_eq!(verdict(&model, &request).as_str(), slow::decide(&policy, &request), "{}\n{}", policy, request);
        }
    }

    /// forall policy: what is printed reads back as the same model, and prints the same again.
    #[test]
    fn print_then_parse_is_identity(policy in generate::policy()) {
        let first = model(&policy);
        let text = first.to_string();
        let second = parse::parse(text.as_str()).into_result().unwrap();
        prop_assert_eq!(shape(&first), shape(&second));
        prop_assert_eq!(text, second.to_string());
    }

    /// forall policy, request: the normal form is its own, means the same, and decides the same.
    #[test]
    fn the_normal_form_means_the_same(policy in generate::policy(), request in generate::request()) {
        let text = policy.to_string();
        let normal = normalize(&text).unwrap();
        prop_assert_eq!(&normalize(&normal).unwrap(), &normal);
        prop_assert!(same_meaning(&text, &normal));
        let other = parse::parse(normal.as_str()).into_result().unwrap();
        prop_assert_eq!(verdict(&model(&policy), &request), verdict(&other, &request), "{}\n{}", text, normal);
    }

    /// forall policy a, b, request: policies of one meaning decide the same.
    #[test]
    fn same_meaning_is_sound(a in generate::policy(), b in generate::policy(), request in generate::request()) {
        if same_meaning(&a.to_string(), &b.to_string()) {
            prop_assert_eq!(verdict(&model(&a), &request), verdict(&model(&b), &request));
        }
    }

    /// forall policy, request: a wholly known policy never depends, and the deciding statements bear the verdict out.
    #[test]
    fn reasons_bear_the_verdict_out(policy in generate::policy(), request in generate::request()) {
        let policy = model(&policy);
        let request: Request = serde_json::from_value(request).unwrap();
        let decision = decide([&policy], &request);
        prop_assert_ne!(decision.verdict, Verdict::Depends);
        prop_assert_eq!(decision.reasons.len(), policy.statements.len());
        prop_assert_eq!(decision.deciding().count() == 0, decision.verdict == Verdict::ImplicitDeny);
    }

    /// forall policy, hole in it, request: a verdict on the partly known policy is the verdict whatever fills the hole.
    #[test]
    fn a_verdict_with_holes_holds_for_every_filling(
        policy in generate::policy(),
        at in any::<prop::sample::Index>(),
        length in 1_usize..12,
        request in generate::request(),
    ) {
        let text = policy.to_string();
        // A hole over some characters within one string value or key.
        let quotes: Vec<usize> = text.match_indices('"').map(|(at, _)| at).collect();
        let pair = at.index(quotes.len() / 2);
        let (open, close) = (quotes[2 * pair] + 1, quotes[2 * pair + 1]);
        let end = (open..=close.min(open + length)).rev().find(|end| text.is_char_boundary(*end)).unwrap();
        let hidden = text[open..end].to_owned();
        let holes = [(Span::new(open, end), Hole::any("hole").into())];
        let partly = parse::parse(Template { text: &text, holes: &holes });
        let Ok(partly) = partly.into_result() else { return Ok(()) };
        let partial = verdict(&partly, &request);
        if partial != Verdict::Depends {
            prop_assert_eq!(partial, verdict(&model(&policy), &request), "{} with `{}` unknown", text, hidden);
        }
        // And filling the hole gives the policy back.
        let (node, _) = json::parse(Template { text: &text, holes: &holes }, Limits::default());
        let filled = node.unwrap().fill(&|_| Some(hidden.clone()));
        prop_assert_eq!(shape(&parse::parse_node(filled).into_result().unwrap()), shape(&model(&policy)));
    }

    /// forall policy, value in it, request: likewise if a whole value is unknown, whatever its type.
    #[test]
    fn a_verdict_with_an_unknown_value_holds_for_the_value(
        policy in generate::policy(),
        at in any::<prop::sample::Index>(),
        request in generate::request(),
    ) {
        let (node, _) = json::parse(policy.to_string().as_str(), Limits::default());
        let mut node = node.unwrap();
        let mut countdown = at.index(count(&node));
        forget(&mut node, &mut countdown);
        let Ok(partly) = parse::parse_node(node.clone()).into_result() else { return Ok(()) };
        let partial = verdict(&partly, &request);
        if partial != Verdict::Depends {
            prop_assert_eq!(partial, verdict(&model(&policy), &request), "{}\n{}", policy, node);
        }
    }

    /// forall text: nothing panics, and spans lie in the text.
    #[test]
    fn any_text_is_read(text in "\\PC*") {
        survives(&text);
    }

    /// forall policy, damage: nothing panics on text that is nearly a policy, and spans lie in the text.
    #[test]
    fn damaged_policies_are_read(
        policy in generate::policy(),
        at in any::<prop::sample::Index>(),
        length in 0_usize..9,
        replacement in "[\\[\\]{}\",:*?$a-z0-9\\\\\u{e9}]{0,6}",
    ) {
        let chars: Vec<char> = policy.to_string().chars().collect();
        let start = at.index(chars.len());
        let end = (start + length).min(chars.len());
        let damaged: String = chars[..start].iter().copied().chain(replacement.chars()).chain(chars[end..].iter().copied()).collect();
        survives(&damaged);
    }
}

/// How many values a tree has.
fn count(node: &Node) -> usize {
    1 + match &node.value {
        json::Value::Array(items) => items.iter().map(count).sum(),
        json::Value::Object(members) => members.iter().map(|member| count(&member.node)).sum(),
        _ => 0,
    }
}

/// Makes the value that the countdown ends at unknown.
fn forget(node: &mut Node, countdown: &mut usize) {
    if *countdown == 0 {
        node.value = json::Value::Unknown(Hole::any("value").into());
    }
    *countdown = countdown.wrapping_sub(1);
    match &mut node.value {
        json::Value::Array(items) => items.iter_mut().for_each(|item| forget(item, countdown)),
        json::Value::Object(members) => members.iter_mut().for_each(|member| forget(&mut member.node, countdown)),
        _ => {}
    }
}

/// Reads, decides, prints and normalizes a text, whatever it is.
#[track_caller]
fn survives(text: &str) {
    let parsed = parse::parse(text);
    for problem in &parsed.problems {
        assert!(problem.span.of(text).is_some(), "{problem:?} lies outside {text}");
        assert!(!problem.message.ends_with('.'), "{problem:?}");
    }
    assert!(parsed.policy.is_some() || !parsed.problems.is_empty());
    if let Some(policy) = &parsed.policy {
        let request = Request {
            principal: mediastore_policy::request::Caller::Anonymous,
            action: "mediastore:GetObject".into(),
            resource: "arn:aws:mediastore:eu-west-1:111122223333:container/movies/a".into(),
            context: mediastore_policy::request::Context::new(),
        };
        let _ = decide([policy], &request);
        let _ = policy.to_string();
    }
    let _ = same_meaning(text, "{}");
    let _ = mediastore::refusals(text, &mediastore::ContainerScope::default());
    let _ = s3::MODEL.refusals(text, &service::Scope::default());
}

#[test]
fn an_unknown_tree_has_an_answer() {
    let node = Node::new(json::Value::Unknown(Hole::any("policy").into()));
    let policy = parse::parse_node(node).into_result().unwrap();
    let request =
        serde_json::json!({"principal": "*", "action": "s3:GetObject", "resource": "arn:aws:s3:::b/k", "context": {}});
    assert_eq!(verdict(&policy, &request), Verdict::Depends);
}

/// What holes do to a text, where `<name>` is one of any content and `<12>` an account id.
#[test]
fn unknown_parts_are_no_faults() {
    for (statement, request_principal, expected) in [
        (r#""Resource": "arn:aws:s3:::b/${aws:PrincipalTag/<tag>}/*""#, "*", Verdict::Depends),
        (r#""Resource": "arn:aws:s3:::b/<path>""#, "*", Verdict::Depends),
        (r#""Resource": "arn:aws:s3:::other/<path>""#, "*", Verdict::ImplicitDeny),
        (r#""Resource": "<arn>/*""#, "*", Verdict::Depends),
        (r#""Principal": {"AWS": "arn:aws:iam::<12>:role/r"}"#, "arn:aws:iam::111122223333:role/r", Verdict::Depends),
        (
            r#""Principal": {"AWS": "arn:aws:iam::<12>:role/r"}"#,
            "arn:aws:iam::111122223333:role/q",
            Verdict::ImplicitDeny,
        ),
        (r#""Principal": {"AWS": "<12>"}"#, "*", Verdict::ImplicitDeny),
        (r#""Action": ["s3:Put<verb>", "s3:GetObject"]"#, "*", Verdict::Allow),
        (r#""Action": "s3:Put<verb>""#, "*", Verdict::ImplicitDeny),
        (r#""Condition": {"StringEquals": {"aws:Referer": "${aws:PrincipalTag/<tag>}"}}"#, "*", Verdict::ImplicitDeny),
        (r#""Condition": {"StringNotEquals": {"aws:Referer": "<secret>"}}"#, "*", Verdict::Allow),
        (r#""Condition": {"Null": {"aws:PrincipalTag/<tag>": "true"}}"#, "*", Verdict::Depends),
        (r#""Condition": {"<operator>": {"aws:Referer": "x"}}"#, "*", Verdict::Depends),
    ] {
        let mut text = format!(r#"{{"Version": "2012-10-17", "Statement": {{"Effect": "Allow", {statement}"#);
        for name in ["Principal", "Action", "Resource"] {
            if !statement.contains(&format!("\"{name}\"")) {
                text.push_str(&format!(r#", "{name}": "*""#));
            }
        }
        text.push_str("}}");
        let holes: Vec<_> = text
            .match_indices('<')
            .map(|(start, _)| {
                let end = start + text[start..].find('>').unwrap() + 1;
                let name = &text[start + 1..end - 1];
                (Span::new(start, end), if name == "12" { Hole::account(name) } else { Hole::any(name) }.into())
            })
            .collect();
        let policy = parse::parse(Template { text: &text, holes: &holes }).into_result();
        let policy = policy.unwrap_or_else(|problems| panic!("{text}: {problems:#?}"));
        let request = serde_json::json!({
            "principal": request_principal, "action": "s3:GetObject", "resource": "arn:aws:s3:::b/k", "context": {},
        });
        assert_eq!(verdict(&policy, &request), expected, "{text}");
    }
}

/// What is refused of a policy can still reach an evaluator where storage does not check; it then has the measured meaning.
#[test]
fn ill_typed_operands_have_the_measured_meaning() {
    for (condition, value, allow, deny) in [
        (r#"{"NumericEquals": {"s3:max-keys": "ten"}}"#, "10", "implicit-deny", "implicit-deny"),
        (r#"{"NumericNotEquals": {"s3:max-keys": "ten"}}"#, "10", "allow", "explicit-deny"),
        (r#"{"DateLessThan": {"s3:max-keys": "soon"}}"#, "10", "implicit-deny", "implicit-deny"),
        (r#"{"DateNotEquals": {"s3:max-keys": "soon"}}"#, "10", "allow", "explicit-deny"),
        (r#"{"IpAddress": {"s3:max-keys": "here"}}"#, "192.0.2.1", "implicit-deny", "implicit-deny"),
        (r#"{"NotIpAddress": {"s3:max-keys": "here"}}"#, "192.0.2.1", "allow", "explicit-deny"),
        (r#"{"ArnLike": {"s3:max-keys": "none"}}"#, "arn:aws:s3:::b", "implicit-deny", "explicit-deny"),
        (r#"{"ArnNotLike": {"s3:max-keys": "none"}}"#, "arn:aws:s3:::b", "implicit-deny", "explicit-deny"),
        (r#"{"ArnNotLike": {"s3:max-keys": "none"}}"#, "no arn", "implicit-deny", "implicit-deny"),
    ] {
        for (effect, expected) in [("Allow", allow), ("Deny", deny)] {
            let text = format!(
                r#"{{"Statement": {{"Effect": "{effect}", "Principal": "*", "Action": "*", "Resource": "*", "Condition": {condition}}}}}"#
            );
            let parsed = parse::parse(text.as_str());
            assert_eq!(parsed.problems.len(), 1, "{text}");
            let request = serde_json::json!({
                "principal": "*", "action": "s3:ListBucket", "resource": "arn:aws:s3:::b", "context": {"s3:max-keys": value},
            });
            assert_eq!(verdict(&parsed.policy.unwrap(), &request).as_str(), expected, "{text} and {value}");
        }
    }
}
