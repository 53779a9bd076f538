//! Comparison, reach, dead parts and unknown parts, as tables.

use std::sync::Arc;

use mediastore_policy::analyse::{
    DeadPart, DeadReason, ExposureClass, Reach, ReachQuestion, TrustZone, compare, dead, exposure, reach,
};
use mediastore_policy::json::{Member, Node, Value};
use mediastore_policy::request::Caller;
use mediastore_policy::text::{Hole, Text, TextPart};
use mediastore_policy::{mediastore, parse};

use super::policy_of;

const ARN: &str = "arn:aws:mediastore:us-east-1:111122223333:container/movies";

#[track_caller]
fn compares(old: &[&str], new: &[&str], expected: &str) {
    let (old, new) = (policy_of("2012-10-17", old), policy_of("2012-10-17", new));
    let found = compare(&[old], &[new], &mediastore::MODEL, None);
    assert_eq!(found.relation.as_str(), expected, "gained {:?} lost {:?} {:?}", found.gained, found.lost, found.doubt);
}

#[test]
fn documents_compare_by_what_they_allow() {
    compares(&["{}"], &["{}"], "equal");
    compares(&["{}"], &[r#"{"Condition": {"Bool": {"aws:SecureTransport": "true"}}}"#], "narrower");
    compares(&[r#"{"Condition": {"Bool": {"aws:SecureTransport": "true"}}}"#], &["{}"], "wider");
    compares(&["{}"], &[r#"{"Action": "mediastore:PutObject"}"#], "incomparable");
    compares(
        &["{}"],
        &["{}", r#"{"Effect": "Deny", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}"#],
        "narrower",
    );
    compares(
        &[r#"{"Condition": {"Bool": {"aws:SecureTransport": "true"}}}"#],
        &["{}", r#"{"Effect": "Deny", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}"#],
        "equal",
    );
    compares(
        &[r#"{"Condition": {"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}}"#],
        &[r#"{"Condition": {"IpAddress": {"aws:SourceIp": ["0.0.0.0/1", "128.0.0.0/2", "192.0.0.0/2"]}}}"#],
        "equal",
    );
    compares(
        &[r#"{"Action": "mediastore:*"}"#],
        &[r#"{"Action": ["mediastore:*Object", "mediastore:List*"]}"#],
        "equal",
    );
    compares(
        &[r#"{"Principal": {"AWS": "111122223333"}}"#],
        &[r#"{"Condition": {"StringEquals": {"aws:PrincipalAccount": "111122223333"}}}"#],
        "equal",
    );
    compares(
        &[r#"{"Principal": {"AWS": "arn:aws:iam::111122223333:role/team/r"}}"#],
        &[r#"{"Condition": {"ArnEquals": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/team/r"}}}"#],
        "equal",
    );
}

#[track_caller]
fn reaches(statements: &[&str], principal: &str, resource: Option<&str>, expected: bool) {
    let policy = policy_of("2012-10-17", statements);
    let question = ReachQuestion {
        principal: Caller::parse(principal).unwrap(),
        action: Some("mediastore:GetObject".to_owned()),
        resource: resource.map(str::to_owned),
    };
    match reach(&[policy], &question, &mediastore::MODEL, None) {
        Reach::Can(request) => assert!(expected, "{request:?}"),
        Reach::Cannot => assert!(!expected, "{principal} cannot"),
        Reach::Undecided(doubt) => panic!("{doubt}"),
    }
}

#[test]
fn a_principal_can_or_cannot() {
    let role = r#"{"Principal": {"AWS": "arn:aws:iam::111122223333:role/team/encoder"}}"#;
    reaches(&[role], "arn:aws:iam::111122223333:role/team/encoder", None, true);
    reaches(&[role], "arn:aws:iam::111122223333:role/encoder", None, false);
    reaches(&[role], "arn:aws:sts::111122223333:assumed-role/encoder/live", None, true);
    reaches(&[role], "arn:aws:sts::111122223333:assumed-role/other/live", None, false);
    reaches(&[role], "*", None, false);
    let own = r#"{"Resource": "arn:aws:mediastore:us-east-1:111122223333:container/movies/${aws:username}/*", "Principal": {"AWS": "111122223333"}}"#;
    reaches(&[own], "arn:aws:iam::111122223333:user/ann", Some(&format!("{ARN}/ann/a.ts")), true);
    reaches(&[own], "arn:aws:iam::111122223333:user/ann", Some(&format!("{ARN}/bob/a.ts")), false);
    reaches(&[r#"{"Principal": {"Service": "cloudfront.amazonaws.com"}}"#], "cloudfront.amazonaws.com", None, true);
    reaches(&[r#"{"Principal": {"Service": "cloudfront.amazonaws.com"}}"#], "ec2.amazonaws.com", None, false);
    reaches(
        &["{}", r#"{"Effect": "Deny", "Principal": {"AWS": "444455556666"}}"#],
        "arn:aws:iam::444455556666:root",
        None,
        false,
    );
}

#[track_caller]
fn dies(statements: &[&str], expected: &[(usize, DeadPart, DeadReason, Option<usize>)]) {
    let found = dead(&policy_of("2012-10-17", statements), &mediastore::MODEL, None);
    let found: Vec<_> = found.iter().map(|part| (part.statement, part.part, part.reason, part.by)).collect();
    assert_eq!(found, expected, "{statements:#?}");
}

#[test]
fn statements_without_effect_are_found_with_the_reason() {
    use DeadPart::{Condition, Statement};
    use DeadReason::{Covered, DecidedElsewhere, Denied, NeverMatches, NothingToDeny};
    dies(&["{}"], &[]);
    dies(&["{}", r#"{"Action": "mediastore:PutObject"}"#], &[]);
    dies(&[r#"{"Action": "mediastore:*"}"#, "{}"], &[(1, Statement, Covered, Some(0))]);
    dies(&["{}", r#"{"Action": "mediastore:*"}"#], &[(0, Statement, Covered, Some(1))]);
    // Of two that say the same, one is needed.
    dies(&["{}", "{}"], &[(1, Statement, Covered, Some(0))]);
    // Only two others together cover it; and with each other at hand, neither of those needs its condition.
    dies(
        &[
            r#"{"Condition": {"Bool": {"aws:SecureTransport": "true"}}}"#,
            r#"{"Condition": {"Bool": {"aws:SecureTransport": "false"}}}"#,
            r#"{"Resource": "arn:aws:mediastore:us-east-1:111122223333:container/movies/live/*"}"#,
        ],
        &[
            (0, Condition(0), DecidedElsewhere, None),
            (1, Condition(0), DecidedElsewhere, None),
            (2, Statement, Covered, None),
        ],
    );
    dies(&["{}", r#"{"Effect": "Deny", "Action": "mediastore:PutObject"}"#], &[(1, Statement, NothingToDeny, None)]);
    dies(
        &["{}", r#"{"Effect": "Deny", "Action": "mediastore:Get*"}"#, r#"{"Effect": "Deny"}"#],
        &[(0, Statement, Denied, Some(1)), (2, Statement, Covered, Some(1))],
    );
    dies(&[r#"{"Resource": "arn:aws:s3:::movies/*"}"#], &[(0, Statement, NeverMatches, None)]);
    dies(
        &[
            r#"{"Condition": {"Bool": {"aws:SecureTransport": "true"}, "StringEquals": {"aws:SecureTransport": "false"}}}"#,
        ],
        &[(0, Statement, NeverMatches, None)],
    );
}

#[test]
fn conditions_and_values_without_effect_are_found_with_the_reason() {
    use DeadPart::{Condition, Statement, Value};
    use DeadReason::{AlwaysHolds, DecidedElsewhere, NothingToDeny};
    dies(
        &[r#"{"Condition": {"Bool": {"aws:SecureTransport": ["true", "false"]}}}"#],
        &[(0, Condition(0), AlwaysHolds, None)],
    );
    dies(
        &[r#"{"Condition": {"IpAddress": {"aws:SourceIp": ["198.51.100.0/24", "198.51.100.7", "192.0.2.0/24"]}}}"#],
        &[(0, Value { condition: 0, value: 1 }, AlwaysHolds, None)],
    );
    dies(
        &[r#"{"Condition": {"StringEquals": {"aws:Referer": ["a", "b", "a"]}}}"#],
        &[(0, Value { condition: 0, value: 2 }, AlwaysHolds, None)],
    );
    dies(
        &[r#"{"Condition": {"NotIpAddress": {"aws:SourceIp": ["8.8.8.8", "10.0.0.0/8"]}}}"#],
        &[(0, Value { condition: 0, value: 1 }, AlwaysHolds, None)],
    );
    // The two ask for the same: one of them is superfluous, not both.
    dies(
        &[r#"{"Condition": {"StringEquals": {"aws:Referer": "a"}, "StringLike": {"aws:Referer": "a"}}}"#],
        &[(0, Condition(1), AlwaysHolds, None)],
    );
    // What the condition leaves out is denied anyway.
    dies(
        &[
            r#"{"Condition": {"Bool": {"aws:SecureTransport": "true"}}}"#,
            r#"{"Effect": "Deny", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}"#,
        ],
        &[(0, Condition(0), DecidedElsewhere, None), (1, Statement, NothingToDeny, None)],
    );
}

/// A document with holes: `<name>` in a string is a hole of any text, `<name:12>` an account id, `<name.>` of a name's characters.
fn with_holes(text: &str) -> Node {
    fn convert(value: &serde_json::Value) -> Node {
        let node = match value {
            serde_json::Value::String(text) => match text.strip_prefix('!') {
                Some(name) => Value::Unknown(Arc::new(Hole::any(name))),
                None => Value::String(holes(text)),
            },
            serde_json::Value::Array(items) => Value::Array(items.iter().map(convert).collect()),
            serde_json::Value::Object(members) => {
                let member = |(key, value): (&String, &serde_json::Value)| Member {
                    key_span: Default::default(),
                    key: Text::from(key.as_str()),
                    node: convert(value),
                };
                Value::Object(members.iter().map(member).collect())
            }
            other => panic!("{other}"),
        };
        Node::new(node)
    }
    fn holes(text: &str) -> Text {
        let mut parts = Vec::new();
        for (index, piece) in text.split(['<', '>']).enumerate() {
            parts.push(match (index % 2, piece.strip_suffix(":12"), piece.strip_suffix('.')) {
                (0, ..) => TextPart::Known(piece.into()),
                (_, Some(name), _) => TextPart::Hole(Arc::new(Hole::account(name))),
                (_, _, Some(name)) => {
                    TextPart::Hole(Arc::new(Hole::of(name, mediastore_policy::text::CharClass::Name)))
                }
                _ => TextPart::Hole(Arc::new(Hole::any(piece))),
            });
        }
        Text::from_parts(parts)
    }
    convert(&serde_json::from_str(text).unwrap())
}

#[track_caller]
fn exposes(statement: &str, expected: ExposureClass, hole: Option<&str>) {
    let text = format!(r#"{{"Version": "2012-10-17", "Statement": {statement}}}"#);
    let parsed = parse::parse_node(with_holes(&text));
    assert_eq!(parsed.problems, [], "{text}");
    let found = exposure(&[parsed.policy.unwrap()], &TrustZone::of_account("111122223333"), &mediastore::MODEL, None);
    assert_eq!(found.class, expected, "{text} {:?}", found.dependence);
    assert_eq!(found.dependence.as_ref().map(|dependence| dependence.hole.as_str()), hole, "{text}");
    if let Some(dependence) = &found.dependence {
        assert_ne!(dependence.values[0].1, dependence.values[1].1);
    }
}

#[test]
fn unknown_parts_matter_only_where_they_do() {
    use ExposureClass::{Depends, Guarded, None as Nobody, Public, Trusted};
    let read = |rest: &str| format!(r#"{{"Effect": "Allow", "Action": "mediastore:GetObject", {rest}}}"#);
    let movies = r#""Resource": "arn:aws:mediastore:us-east-1:111122223333:container/movies/*""#;
    // Whatever region, account and name turn out to be, everybody can read.
    exposes(
        &read(r#""Principal": "*", "Resource": "arn:aws:mediastore:us-east-1:<account:12>:container/<name.>/*""#),
        Public,
        None,
    );
    exposes(
        &read(&format!(r#""Principal": {{"AWS": "arn:aws:iam::<account:12>:root"}}, {movies}"#)),
        Depends,
        Some("account"),
    );
    exposes(
        &read(&format!(r#""Principal": {{"AWS": "arn:aws:iam::111122223333:role/<role.>"}}, {movies}"#)),
        Trusted,
        None,
    );
    exposes(&read(&format!(r#""Principal": {{"AWS": "<principal>"}}, {movies}"#)), Depends, Some("principal"));
    exposes(&read(&format!(r#""Principal": "!principal", {movies}"#)), Depends, Some("principal"));
    exposes(
        &read(&format!(
            r#""Principal": "*", {movies}, "Condition": {{"StringEquals": {{"aws:Referer": "<secret>"}}}}"#
        )),
        Guarded,
        None,
    );
    exposes(&read(&format!(r#""Principal": "*", {movies}, "Condition": "!condition""#)), Depends, Some("condition"));
    exposes(
        &read(&format!(r#""Principal": "*", {movies}, "Condition": {{"Bool": {{"aws:SecureTransport": "<tls>"}}}}"#)),
        Public,
        None,
    );
    exposes(
        &format!(r#"{{"Effect": "<effect>", "Principal": "*", "Action": "mediastore:GetObject", {movies}}}"#),
        Depends,
        Some("effect"),
    );
    exposes(
        &format!(r#"{{"Effect": "Deny", "Principal": "<who>", "Action": "mediastore:GetObject", {movies}}}"#),
        Nobody,
        None,
    );
    exposes(&format!(r#"[{}, "!more"]"#, read(&format!(r#""Principal": "*", {movies}"#))), Depends, Some("more"));
}

#[test]
fn an_unknown_account_may_be_the_owners() {
    let text = r#"{"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::<own:12>:root"}, "Action": "mediastore:PutObject",
         "Resource": "arn:aws:mediastore:us-east-1:<own:12>:container/movies/*"},
        {"Effect": "Allow", "Principal": {"AWS": "<reader>"}, "Action": "mediastore:GetObject",
         "Resource": "arn:aws:mediastore:us-east-1:<own:12>:container/movies/*"}]}"#;
    let policy = parse::parse_node(with_holes(text)).into_result().unwrap();
    let classes = |zone: &TrustZone| {
        let found = exposure(std::slice::from_ref(&policy), zone, &mediastore::MODEL, None);
        let of = |name: &str| found.actions.iter().find(|action| action.action == name).unwrap().clone();
        (of("mediastore:PutObject"), of("mediastore:GetObject"))
    };
    let (put, get) =
        classes(&TrustZone { account_holes: vec!["own".to_owned()], ..TrustZone::of_account("444455556666") });
    assert_eq!((put.class, put.dependence), (ExposureClass::Trusted, None));
    assert!(put.witness.is_some());
    // Each action says what it depends on, the worst value first.
    assert_eq!(get.class, ExposureClass::Depends);
    let dependence = get.dependence.unwrap();
    assert_eq!((dependence.hole.as_str(), dependence.values[0].1), ("reader", ExposureClass::Public));
    // The account is a stranger's as long as nobody says whose it is.
    let (put, _) = classes(&TrustZone::of_account("444455556666"));
    assert_eq!(put.class, ExposureClass::Depends);
}
