//! One cause, one rule: where several could speak, this says which of them does.

use std::collections::BTreeSet;

use mediastore_lint::config::Config;
use mediastore_lint::finding::Severity;

use super::{judge, read};

/// The statement of a policy with these members in place of the usual ones of a sound statement.
fn policy(members: &str) -> String {
    let usual = [
        ("Principal", r#"{"AWS": "111122223333"}"#),
        ("Action", r#""mediastore:GetObject""#),
        ("Resource", r#""arn:aws:mediastore:eu-west-1:111122223333:container/live/*""#),
    ];
    let usual: String = usual
        .iter()
        .filter(|(name, _)| !members.contains(&format!("\"{name}\"")) && !members.contains(&format!("\"Not{name}\"")))
        .map(|(name, value)| format!(", \"{name}\": {value}"))
        .collect();
    format!(r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", {members}{usual}}}]}}"#)
}

fn cors(origin: &str, methods: &str) -> String {
    format!(r#"[{{"AllowedOrigins": ["{origin}"], "AllowedMethods": [{methods}], "AllowedHeaders": ["*"]}}]"#)
}

#[test]
fn one_rule_reports_one_cause() {
    let everybody_anything = r#""Principal": "*", "Action": "mediastore:*""#;
    let cases: Vec<(&str, String, &[&str])> = vec![
        ("policy.json", policy(r#""Sid": "Sound""#), &[]),
        // HTTPS is missing for uploads; that reading goes without it too is the same cause.
        (
            "policy.json",
            policy(everybody_anything),
            &["public-write", "public-delete", "public-list", "put-without-tls"],
        ),
        // A statement that does nothing, because of what another rule names.
        ("policy.json", policy(r#""Action": "mediastore:ListObjects""#), &["unknown-action"]),
        (
            "policy.json",
            policy(r#""Condition": {"StringEquals": {"aws:SourceVpc": "vpc-1"}}"#),
            &["unknown-condition-key"],
        ),
        (
            "policy.json",
            policy(r#""Condition": {"StringNotEquals": {"aws:SourceVpc": "vpc-1"}}"#),
            &["unknown-condition-key"],
        ),
        // Resources, from the most particular fault to the least.
        (
            "policy.json",
            policy(r#""Resource": "arn:aws:mediastore:111122223333:eu-west-1:container/live/*""#),
            &["foreign-container-arn"],
        ),
        (
            "policy.json",
            policy(r#""Resource": "arn:aws:mediastore:eu-west-1:11112222333:container/live/*""#),
            &["bad-account-id"],
        ),
        (
            "policy.json",
            policy(r#""Resource": "arn:aws-cn:mediastore:eu-west-1:111122223333:container/live/*""#),
            &["foreign-container-arn"],
        ),
        ("policy.json", policy(r#""Resource": "live/*""#), &["bad-arn"]),
        (
            "policy.json",
            policy(r#""Resource": "*", "Principal": {"AWS": "*"}"#),
            &["public-read-plaintext", "unscoped-resource"],
        ),
        ("policy.json", policy(r#""Action": "mediastore:?ist*s3""#), &["unknown-action"]),
        ("cors.json", cors("*", r#""GET", "PUT""#), &["cors-any-origin-write"]),
        ("cors.json", cors("http://www.example.com/", r#""GET""#), &["cors-unmatchable-origin"]),
        ("cors.json", cors("https://*.*.example.com", r#""GET""#), &["cors-limits"]),
        ("cors.json", cors("https://www.example.com", r#""get""#), &["cors-invalid-method"]),
        ("lifecycle.json", r#"{"rules": [{"Prefix": "a", "ExpirationInDays": 1}]}"#.to_owned(), &["lifecycle-invalid"]),
    ];
    for (file, text, expected) in cases {
        let findings = judge(&read(file, &text), &Config::default());
        let worth_mending = findings.iter().filter(|finding| finding.severity > Severity::Info);
        let said: BTreeSet<&str> = worth_mending.map(|finding| finding.rule.as_str()).collect();
        assert_eq!(said, expected.iter().copied().collect(), "{text}");
    }
}
