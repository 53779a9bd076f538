//! Properties over generated policies, judged by trying every request of a small world.
//!
//! The policies speak of few values, and the world holds requests for every way in which those values can be told apart, so
//! that what no request of the small world can do, no request at all can.

use std::sync::LazyLock;

use mediastore_policy::analyse::{
    ExposureClass, Reach, ReachQuestion, Relation, TrustZone, compare, dead, exposure, reach,
};
use mediastore_policy::decide::{Verdict, decide};
use mediastore_policy::mediastore;
use mediastore_policy::model::Policy;
use mediastore_policy::request::{Caller, Context, Request};
use proptest::prelude::*;

use super::policy_of;

const OWN: &str = "111122223333";
const PARTNER: &str = "444455556666";
/// Strangers, one for each way in which the patterns of account ids below can match.
const STRANGERS: [&str; 4] = ["999988887777", "999988887773", "555566667777", "555566667773"];

/// What a request of the small world is to an owner who trusts one account.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Own,
    /// Known to the policies by name: the partner, or the narrow network.
    Named,
    /// Needs the fixed header value.
    Secret,
    Stranger,
}

static WORLD: LazyLock<Vec<(Request, Kind)>> = LazyLock::new(|| {
    let mut world = Vec::new();
    let strangers = STRANGERS.map(|account| Some((account, "ann")));
    // Of the partner there is somebody whom no policy names.
    let known = [None, Some((OWN, "ann")), Some((PARTNER, "ann")), Some((PARTNER, "bob"))];
    for caller in known.into_iter().chain(strangers) {
        for network in [Some("198.51.100.7"), Some("8.8.8.8"), Some("2001:db8::7"), None] {
            for tls in ["true", "false"] {
                for referer in
                    [None, Some("s3cr3t"), Some("s"), Some("oo"), Some("xo"), Some("see"), Some("other"), Some("moe")]
                {
                    for action in ["GetObject", "PutObject"] {
                        for path in ["live/a", "live/aa", "q/live/a", "b"] {
                            world.push(request(caller, network, tls, referer, action, path));
                        }
                    }
                }
            }
        }
    }
    world
});

fn request(
    caller: Option<(&str, &str)>,
    network: Option<&str>,
    tls: &str,
    referer: Option<&str>,
    action: &str,
    path: &str,
) -> (Request, Kind) {
    let account = caller.map(|(account, _)| account);
    let mut context = Context::new();
    context.set("aws:SecureTransport", [tls]);
    context.set("aws:PrincipalAccount", [account.unwrap_or("anonymous")]);
    match network {
        Some(address) => context.set("aws:SourceIp", [address]),
        None => context.set("aws:SourceVpc", ["vpc-0"]),
    }
    if let Some(referer) = referer {
        context.set("aws:Referer", [referer]);
    }
    let principal = match caller {
        Some((account, name)) => Caller::parse(&format!("arn:aws:iam::{account}:user/{name}")).unwrap(),
        None => Caller::Anonymous,
    };
    let kind = match (account, network, referer) {
        (Some(OWN), ..) => Kind::Own,
        (Some(PARTNER), ..) | (_, Some("198.51.100.7"), _) => Kind::Named,
        (_, _, Some("s3cr3t")) => Kind::Secret,
        _ => Kind::Stranger,
    };
    let resource = format!("arn:aws:mediastore:us-east-1:{OWN}:container/movies/{path}");
    (Request { principal, action: format!("mediastore:{action}"), resource, context }, kind)
}

fn allowed<'p>(policy: &'p Policy) -> impl Iterator<Item = &'static (Request, Kind)> + 'p {
    WORLD.iter().filter(move |(request, _)| decide([policy], request).verdict == Verdict::Allow)
}

/// Every policy names the partner, the network and the secret, so that these mean the same in all of them.
const NAMES: &str = r#"{"Effect": "Deny", "Action": "mediastore:Nothing", "Condition": {"StringEquals":
    {"aws:PrincipalAccount": "444455556666", "aws:Referer": "s3cr3t"}, "IpAddress": {"aws:SourceIp": "198.51.100.0/24"}}}"#;

fn condition() -> impl Strategy<Value = (&'static str, &'static str, &'static str)> {
    let of = |operators: &'static [&'static str], key: &'static str, values: &'static [&'static str]| {
        (prop::sample::select(operators), Just(key), prop::sample::select(values))
    };
    const EQUALS: &[&str] = &["StringEquals", "StringNotEquals", "StringEqualsIfExists"];
    const LIKE: &[&str] = &["StringLike", "StringNotLike", "StringLikeIfExists"];
    prop_oneof![
        of(&["Bool", "BoolIfExists"], "aws:SecureTransport", &["\"true\"", "\"false\"", "[\"true\",\"false\"]"]),
        of(EQUALS, "aws:Referer", &["\"s3cr3t\""]),
        of(LIKE, "aws:Referer", &["\"*o*\"", "\"?*e*\"", "[\"s3cr3t\",\"o*\"]"]),
        of(
            EQUALS,
            "aws:PrincipalAccount",
            &["\"111122223333\"", "[\"444455556666\",\"111122223333\"]", "\"anonymous\""]
        ),
        of(LIKE, "aws:PrincipalAccount", &["\"9*\"", "\"*3\""]),
        of(
            &["IpAddress", "NotIpAddress", "IpAddressIfExists"],
            "aws:SourceIp",
            &["\"198.51.100.0/24\"", "\"0.0.0.0/0\"", "\"::/0\"", "[\"0.0.0.0/0\",\"::/0\"]"]
        ),
        of(&["Null"], "aws:Referer", &["\"true\"", "\"false\""]),
        of(&["Null"], "aws:SourceIp", &["\"true\"", "\"false\""]),
    ]
}

fn statement() -> impl Strategy<Value = String> {
    let effect = prop_oneof![2 => Just("Allow"), 1 => Just("Deny")];
    let principal = prop::sample::select(
        &[
            r#""Principal": "*""#,
            r#""Principal": {"AWS": "111122223333"}"#,
            r#""Principal": {"AWS": ["arn:aws:iam::444455556666:user/ann", "arn:aws:iam::111122223333:root"]}"#,
            r#""Principal": null, "NotPrincipal": {"AWS": "111122223333"}"#,
        ][..],
    );
    let action = prop::sample::select(
        &[
            r#""Action": "mediastore:*Object""#,
            r#""Action": "mediastore:GetObject""#,
            r#""Action": null, "NotAction": "mediastore:[A-Z]""#,
        ][..],
    );
    let resource = prop::sample::select(
        &[
            r#""Resource": "*""#,
            r#""Resource": "arn:aws:mediastore:us-east-1:111122223333:container/movies/live/*""#,
            r#""Resource": null, "NotResource": "arn:aws:mediastore:*:*:container/*/live/?""#,
        ][..],
    );
    (effect, principal, action, resource, prop::collection::vec(condition(), 0..3)).prop_map(
        |(effect, principal, action, resource, conditions)| {
            let mut blocks: Vec<String> = Vec::new();
            let mut operators: Vec<&str> = Vec::new();
            for (operator, key, value) in conditions {
                if !operators.contains(&operator) {
                    operators.push(operator);
                    blocks.push(format!(r#""{operator}": {{"{key}": {value}}}"#));
                }
            }
            let action = action.replace("mediastore:[A-Z]", "mediastore:PutObject");
            let condition =
                if blocks.is_empty() { String::new() } else { format!(r#", "Condition": {{{}}}"#, blocks.join(", ")) };
            format!(r#"{{"Effect": "{effect}", {principal}, {action}, {resource}{condition}}}"#)
        },
    )
}

/// Statements; kept as text, so that a failure shows something to read.
fn statements() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(statement(), 1..5).prop_map(|mut statements| {
        statements.push(NAMES.to_owned());
        statements
    })
}

fn read(statements: &[String]) -> Policy {
    policy_of("2012-10-17", &statements.iter().map(String::as_str).collect::<Vec<_>>())
}

/// The exposure of the two actions of the small world, by trying everything. The zone's account is the only thing trusted.
fn brute(policy: &Policy) -> ExposureClass {
    let kinds: Vec<Kind> = allowed(policy).map(|(_, kind)| *kind).collect();
    match kinds {
        kinds if kinds.contains(&Kind::Stranger) => ExposureClass::Public,
        kinds if kinds.contains(&Kind::Secret) => ExposureClass::Guarded,
        kinds if kinds.contains(&Kind::Named) => ExposureClass::External,
        kinds if kinds.contains(&Kind::Own) => ExposureClass::Trusted,
        _ => ExposureClass::None,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    // forall policies: the exposure is that of the worst request of the small world, and its witness is allowed.
    #[test]
    fn exposure_agrees_with_trying_everything(statements in statements()) {
        let policy = read(&statements);
        let found = exposure(std::slice::from_ref(&policy), &TrustZone::of_account(OWN), &mediastore::MODEL, None);
        let worst = found.actions.iter().filter(|action| ["mediastore:GetObject", "mediastore:PutObject"].contains(&action.action.as_str()))
            .map(|action| action.class).min().unwrap();
        // Callers of other kinds than those of the small world are services, who show neither account nor address.
        let service = found.actions.iter().filter_map(|action| action.witness.as_ref()).any(|request| matches!(request.principal, Caller::Service(_)));
        prop_assert!(worst == brute(&policy) || service, "{worst} but {} for {statements:#?}", brute(&policy));
        for action in &found.actions {
            if let Some(request) = &action.witness {
                prop_assert_eq!(decide([&policy], request).verdict, Verdict::Allow);
                prop_assert_eq!(&request.action, &action.action);
            }
        }
    }

    // forall a, b: a relation excludes the requests it says there are none of, and its witnesses are what they claim.
    #[test]
    fn comparing_agrees_with_sampling(old in statements(), new in statements()) {
        let (old, new) = (read(&old), read(&new));
        let found = compare(std::slice::from_ref(&old), std::slice::from_ref(&new), &mediastore::MODEL, None);
        let only = |these: &Policy, others: &Policy| allowed(these).any(|(request, _)| decide([others], request).verdict != Verdict::Allow);
        let (gained, lost) = (only(&new, &old), only(&old, &new));
        prop_assert!(found.relation != Relation::Undecided);
        prop_assert!(!gained || matches!(found.relation, Relation::Wider | Relation::Incomparable));
        prop_assert!(!lost || matches!(found.relation, Relation::Narrower | Relation::Incomparable));
        for (request, has, lacks) in [(&found.gained, &new, &old), (&found.lost, &old, &new)] {
            if let Some(request) = request {
                prop_assert_eq!(decide([has], request).verdict, Verdict::Allow);
                prop_assert_ne!(decide([lacks], request).verdict, Verdict::Allow);
            }
        }
        prop_assert_eq!(compare(std::slice::from_ref(&old), std::slice::from_ref(&old), &mediastore::MODEL, None).relation, Relation::Equal);
    }

    // forall policies, principals: who can do something in the small world can.
    #[test]
    fn reach_agrees_with_trying_everything(statements in statements()) {
        let policy = read(&statements);
        for account in [None, Some(OWN), Some(PARTNER), Some(STRANGERS[0])] {
            let principal = account.map_or(Caller::Anonymous, |account| Caller::parse(&format!("arn:aws:iam::{account}:user/ann")).unwrap());
            for action in ["mediastore:GetObject", "mediastore:PutObject"] {
                let question = ReachQuestion { principal: principal.clone(), action: Some(action.to_owned()), resource: None };
                let can = allowed(&policy).any(|(request, _)| request.principal == principal && request.action == action);
                match reach(std::slice::from_ref(&policy), &question, &mediastore::MODEL, None) {
                    Reach::Can(request) => {
                        prop_assert!(can);
                        prop_assert_eq!(&request.principal, &principal);
                        prop_assert_eq!(decide([&policy], &request).verdict, Verdict::Allow);
                    }
                    Reach::Cannot => prop_assert!(!can),
                    Reach::Undecided(doubt) => prop_assert!(false, "{doubt}"),
                }
            }
        }
    }

}

proptest! {
    // Every part of a policy is a comparison of its own, so few policies are much work.
    #![proptest_config(ProptestConfig::with_cases(24))]

    // forall policies: without its dead statement a policy allows the same of the small world.
    #[test]
    fn dead_statements_do_not_matter(statements in statements()) {
        let policy = read(&statements);
        for part in dead(&policy, &mediastore::MODEL, None) {
            let mut without = policy.clone();
            match part.part {
                mediastore_policy::analyse::DeadPart::Statement => { without.statements.remove(part.statement); }
                mediastore_policy::analyse::DeadPart::Condition(at) => { without.statements[part.statement].conditions.remove(at); }
                mediastore_policy::analyse::DeadPart::Value { condition, value } => {
                    without.statements[part.statement].conditions[condition].values.remove(value);
                }
            }
            let texts = |policy: &Policy| allowed(policy).map(|(request, _)| format!("{request:?}")).collect::<Vec<_>>();
            prop_assert_eq!(texts(&policy), texts(&without));
        }
    }
}
