//! Policies and requests for properties: drawn from small pools, so that statements and requests meet often.

use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Map, Value, json};

/// A policy that the grammar accepts, as JSON.
pub(crate) fn policy() -> impl Strategy<Value = Value> {
    let version = select(vec![None, Some("2012-10-17"), Some("2012-10-17"), Some("2008-10-17")]);
    (version, prop::collection::vec(statement(), 1..4), any::<bool>()).prop_map(|(version, mut statements, single)| {
        let mut policy = Map::new();
        if let Some(version) = version {
            policy.insert("Version".into(), version.into());
        }
        let statements = match single && statements.len() == 1 {
            true => statements.remove(0),
            false => Value::Array(statements),
        };
        policy.insert("Statement".into(), statements);
        Value::Object(policy)
    })
}

fn statement() -> impl Strategy<Value = Value> {
    let effect = select(vec!["Allow", "Allow", "Deny"]);
    // Conditions are what is worth testing: the other parts match everything half of the time.
    let mostly = |strategy: BoxedStrategy<Value>| prop_oneof![Just(json!("*")), strategy];
    (
        effect,
        (not(), mostly(principal().boxed())),
        (not(), mostly(one_or_more(ACTIONS).boxed())),
        (not(), mostly(one_or_more(RESOURCES).boxed())),
        prop::collection::vec(condition(), 0..3),
    )
        .prop_map(|(effect, principal, action, resource, conditions)| {
            let mut statement = Map::new();
            statement.insert("Effect".into(), effect.into());
            for (name, (not, value)) in [("Principal", principal), ("Action", action), ("Resource", resource)] {
                let negate = not && value != "*";
                statement.insert(if negate { format!("Not{name}") } else { name.to_owned() }, value);
            }
            let mut block = Map::new();
            for (operator, key, values) in conditions {
                let keys = block.entry(operator).or_insert_with(|| json!({})).as_object_mut().unwrap();
                let twin = keys.keys().any(|other| other.eq_ignore_ascii_case(&key));
                if !twin {
                    keys.insert(key, values);
                }
            }
            if !block.is_empty() {
                statement.insert("Condition".into(), Value::Object(block));
            }
            Value::Object(statement)
        })
}

fn not() -> impl Strategy<Value = bool> {
    prop::bool::weighted(0.2)
}

fn one_or_more(pool: &'static [&'static str]) -> impl Strategy<Value = Value> {
    prop_oneof![
        select(pool).prop_map(Value::from),
        subsequence(pool, 1..=3.min(pool.len())).prop_map(|texts| json!(texts)),
    ]
}

fn principal() -> impl Strategy<Value = Value> {
    let member = prop_oneof![
        4 => one_or_more(AWS_PRINCIPALS).prop_map(|value| ("AWS", value)),
        1 => one_or_more(&["cloudfront.amazonaws.com", "logs.amazonaws.com"]).prop_map(|value| ("Service", value)),
        1 => Just(("Federated", json!("accounts.google.com"))),
    ];
    prop::collection::btree_map("[A-Z]", member, 1..3).prop_map(|members| {
        Value::Object(members.into_values().map(|(name, value)| (name.to_owned(), value)).collect())
    })
}

/// Operator, key, values.
fn condition() -> impl Strategy<Value = (String, String, Value)> {
    let set = select(vec!["", "", "", "", "ForAllValues:", "ForAnyValue:"]);
    let suffix = prop_oneof![3 => Just(""), 1 => Just("IfExists")];
    (select(FAMILIES), set, suffix).prop_flat_map(|(family, set, suffix)| {
        (select(family.operators), select(KEYS), one_or_more(family.operands)).prop_map(move |(name, key, values)| {
            let suffix = if name == "Null" { "" } else { suffix };
            (format!("{set}{name}{suffix}"), key.to_owned(), values)
        })
    })
}

#[derive(Debug)]
struct Family {
    operators: &'static [&'static str],
    operands: &'static [&'static str],
}

const FAMILIES: &[&Family] = &[
    &Family {
        operators: &[
            "StringEquals",
            "StringNotEquals",
            "StringEqualsIgnoreCase",
            "StringNotEqualsIgnoreCase",
            "StringLike",
            "StringNotLike",
        ],
        operands: &[
            "a",
            "A",
            "b",
            "",
            "*",
            "a*",
            "?",
            "??",
            "a?c",
            "${*}",
            "${aws:username}",
            "x-${aws:username}",
            "${aws:username, 'a'}",
            "${aws:TagKeys, 'a'}",
            "É",
            "𐐀",
            "σς",
            "10",
            "true",
        ],
    },
    &Family {
        operators: &[
            "NumericEquals",
            "NumericNotEquals",
            "NumericLessThan",
            "NumericLessThanEquals",
            "NumericGreaterThan",
            "NumericGreaterThanEquals",
        ],
        operands: &["10", "1e1", "010.0", "-1", "0", "9.99", "10.01", "9007199254740993"],
    },
    &Family {
        operators: &[
            "DateEquals",
            "DateNotEquals",
            "DateLessThan",
            "DateLessThanEquals",
            "DateGreaterThan",
            "DateGreaterThanEquals",
        ],
        operands: &["2030-01-01", "1893456000", "2030-01-01T00:00:00.5Z", "2029-12", "0", "2030-01-01T01:00:00+01:00"],
    },
    &Family { operators: &["Bool"], operands: &["true", "false", "TRUE", "x"] },
    &Family { operators: &["Null"], operands: &["true", "false"] },
    &Family { operators: &["BinaryEquals"], operands: &["QQ==", "abcd", "ABCD"] },
    &Family {
        operators: &["IpAddress", "NotIpAddress"],
        operands: &[
            "203.0.113.0/24",
            "203.0.113.7",
            "0.0.0.0/0",
            "::/0",
            "2001:db8::/32",
            "2001:db8::1/32",
            "128.0.0.0/1",
            "::ffff:cb00:7100/120",
            "203.000.113.007/25",
        ],
    },
    &Family {
        operators: &["ArnEquals", "ArnNotEquals", "ArnLike", "ArnNotLike"],
        operands: &[
            "arn:aws:s3:::b",
            "arn:aws:s3:::*",
            "arn:*:s3:*:*:b?",
            "arn:aws:iam::111122223333:role/*",
            "arn:aws:s3:::${aws:username}",
            "arn:aws:sns:eu-west-1:111122223333:t",
        ],
    },
];

/// Names in two spellings, keys of one and of several values.
const KEYS: &[&str] = &[
    "aws:Referer",
    "AWS:referer",
    "aws:SourceIp",
    "aws:SourceArn",
    "aws:CurrentTime",
    "aws:TagKeys",
    "aws:username",
    "aws:PrincipalTag/Team",
    "aws:PrincipalTag/É",
];

const VALUES: &[&str] = &[
    "a",
    "A",
    "b",
    "",
    "abc",
    "é",
    "É",
    "𐐀",
    "𐐨",
    "σς",
    "ΣΣ",
    "*",
    "x-ann",
    "ann",
    "10",
    "10.0",
    "9.990",
    "-1",
    "1e1",
    "9007199254740992",
    "true",
    "True",
    "false",
    "2030-01-01T00:00:00Z",
    "1893456000",
    "2029-12-31T23:59:59.999Z",
    "203.0.113.7",
    "203.0.113.200",
    "::ffff:203.0.113.7",
    "2001:db8::1",
    "198.51.100.1",
    "QQ==",
    "abcd",
    "arn:aws:s3:::b",
    "arn:aws:s3:::bx",
    "arn:aws:s3:::ann",
    "arn:aws:iam::111122223333:role/r",
    "arn:aws-cn:s3:::b:c",
];

const AWS_PRINCIPALS: &[&str] = &[
    "*",
    "111122223333",
    "arn:aws:iam::111122223333:root",
    "arn:aws:iam::444455556666:root",
    "arn:aws:iam::111122223333:user/ann",
    "arn:aws:iam::111122223333:role/r",
    "arn:aws:iam::111122223333:role/p/r",
    "arn:aws:sts::111122223333:assumed-role/r/s",
    "AIDAEXAMPLEEXAMPLE01",
];

const ACTIONS: &[&str] = &[
    "mediastore:GetObject",
    "mediastore:getobject",
    "mediastore:*",
    "mediastore:Get*",
    "mediastore:?utObject",
    "s3:GetObject",
    "*",
];

const RESOURCES: &[&str] = &[
    "arn:aws:mediastore:eu-west-1:111122223333:container/movies/*",
    "arn:aws:mediastore:*:111122223333:container/movies/live/?.ts",
    "arn:aws:mediastore:eu-west-1:111122223333:container/*/a",
    "arn:aws:mediastore:eu-west-1:111122223333:container/movies/${aws:username}/*",
    "arn:aws:s3:::movies/*",
    "*",
];

/// A request, as JSON.
pub(crate) fn request() -> impl Strategy<Value = Value> {
    let principal = select(vec![
        "*",
        "arn:aws:iam::111122223333:root",
        "arn:aws:iam::111122223333:user/ann",
        "arn:aws:iam::444455556666:user/ann",
        "arn:aws:iam::111122223333:role/r",
        "arn:aws:sts::111122223333:assumed-role/r/s",
        "arn:aws-cn:iam::111122223333:user/ann",
        "cloudfront.amazonaws.com",
        "accounts.google.com",
    ]);
    let action =
        select(vec!["mediastore:GetObject", "MediaStore:PutObject", "mediastore:DescribeObject", "s3:GetObject"]);
    let resource = select(vec![
        "arn:aws:mediastore:eu-west-1:111122223333:container/movies/a",
        "arn:aws:mediastore:eu-west-1:111122223333:container/movies/live/1.ts",
        "arn:aws:mediastore:eu-west-1:111122223333:container/movies/ann/x",
        "arn:aws:mediastore:eu-west-1:444455556666:container/movies/a",
        "arn:aws:s3:::movies/a",
    ]);
    (principal, action, resource, context()).prop_map(|(principal, action, resource, context)| {
        json!({"principal": principal, "action": action, "resource": resource, "context": context})
    })
}

fn context() -> impl Strategy<Value = Value> {
    let one = select(VALUES).prop_map(|value| vec![value]);
    let values = prop_oneof![6 => one, 1 => subsequence(VALUES, 2..4)];
    let arn = select(vec!["arn:aws:iam::111122223333:role/p/r", "arn:aws:iam::111122223333:role/r"]);
    let id = select(vec!["AIDAEXAMPLEEXAMPLE01", "AIDAEXAMPLEEXAMPLE02"]);
    let of_keys = prop::collection::btree_map(select(KEYS), values, 0..5);
    (of_keys, prop::option::of(arn), prop::option::of(id)).prop_map(|(entries, arn, id)| {
        let mut context = Map::new();
        for (key, values) in entries {
            let twin = context.keys().any(|other: &String| other.eq_ignore_ascii_case(key));
            if !twin {
                context.insert(key.to_owned(), json!(values));
            }
        }
        for (key, value) in [("aws:PrincipalArn", arn), ("aws:userid", id)] {
            if let Some(value) = value {
                context.insert(key.to_owned(), json!([value]));
            }
        }
        Value::Object(context)
    })
}
