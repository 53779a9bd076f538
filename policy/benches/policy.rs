//! How long parsing and deciding take, beside `serde_json` on the same bytes.
//!
//!     cargo bench -p mediastore-policy

// A benchmark that cannot set up its input has nothing to measure.
#![allow(clippy::unwrap_used)]

use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use mediastore_policy::decide::decide;
use mediastore_policy::mediastore::{ContainerScope, refusals};
use mediastore_policy::model::Policy;
use mediastore_policy::request::Request;
use mediastore_policy::{meaning, parse};

fn main() {
    divan::main();
}

/// A thousand policies of the kinds people write, no two alike.
fn thousand_policies() -> Vec<String> {
    (0..1_000)
        .map(|i| {
            let container = format!("arn:aws:mediastore:eu-west-1:111122223333:container/movies{i}/*");
            match i % 4 {
                0 => format!(
                    r#"{{
  "Version": "2012-10-17",
  "Statement": [
    {{
      "Sid": "PublicReadOverHttps",
      "Effect": "Allow",
      "Principal": "*",
      "Action": ["mediastore:GetObject", "mediastore:DescribeObject"],
      "Resource": "{container}",
      "Condition": {{"Bool": {{"aws:SecureTransport": "true"}}}}
    }}
  ]
}}"#
                ),
                1 => format!(
                    r#"{{
  "Version": "2012-10-17",
  "Statement": [
    {{
      "Sid": "CrossAccountRolePostOverHttps",
      "Effect": "Allow",
      "Principal": {{"AWS": "arn:aws:iam::444455556666:role/encoder{i}"}},
      "Action": "mediastore:PutObject",
      "Resource": "{container}",
      "Condition": {{"Bool": {{"aws:SecureTransport": "true"}}}}
    }},
    {{
      "Sid": "CrossAccountFullAccessExceptPost",
      "Effect": "Allow",
      "Principal": {{"AWS": "arn:aws:iam::444455556666:role/encoder{i}"}},
      "NotAction": "mediastore:PutObject",
      "Resource": "{container}"
    }}
  ]
}}"#
                ),
                2 => format!(
                    r#"{{
  "Version": "2012-10-17",
  "Statement": [
    {{
      "Sid": "AllowCloudFrontServicePrincipalReadOnly",
      "Effect": "Allow",
      "Principal": {{"Service": "cloudfront.amazonaws.com"}},
      "Action": ["mediastore:GetObject"],
      "Resource": "{container}",
      "Condition": {{
        "StringEquals": {{"AWS:SourceArn": "arn:aws:cloudfront::111122223333:distribution/E{i}"}},
        "Bool": {{"aws:SecureTransport": "true"}}
      }}
    }}
  ]
}}"#
                ),
                _ => format!(
                    r#"{{
  "Version": "2012-10-17",
  "Statement": [
    {{
      "Sid": "AccessBySpecificIPAddress",
      "Effect": "Allow",
      "Principal": "*",
      "Action": ["mediastore:GetObject", "mediastore:DescribeObject"],
      "Resource": "{container}",
      "Condition": {{
        "IpAddress": {{"aws:SourceIp": ["198.51.100.0/24", "203.0.113.0/24"]}},
        "NotIpAddress": {{"aws:SourceIp": "198.51.100.{}/32"}}
      }}
    }},
    {{
      "Sid": "NoPlainHttp",
      "Effect": "Deny",
      "Principal": "*",
      "Action": "mediastore:*",
      "Resource": "{container}",
      "Condition": {{"Bool": {{"aws:SecureTransport": "false"}}}}
    }}
  ]
}}"#,
                    i % 256
                ),
            }
        })
        .collect()
}

fn bytes(texts: &[String]) -> BytesCount {
    BytesCount::new(texts.iter().map(String::len).sum::<usize>())
}

#[divan::bench]
fn parse_1000_policies(bencher: Bencher) {
    let texts = thousand_policies();
    bencher.counter(bytes(&texts)).bench(|| {
        for text in &texts {
            black_box(parse::parse(black_box(text.as_str())));
        }
    });
}

#[divan::bench]
fn serde_json_1000_policies(bencher: Bencher) {
    let texts = thousand_policies();
    bencher.counter(bytes(&texts)).bench(|| {
        for text in &texts {
            black_box(serde_json::from_str::<serde_json::Value>(black_box(text)).unwrap());
        }
    });
}

#[divan::bench]
fn normalize_1000_policies(bencher: Bencher) {
    let texts = thousand_policies();
    bencher.counter(bytes(&texts)).bench(|| {
        for text in &texts {
            black_box(meaning::normalize(black_box(text)).unwrap());
        }
    });
}

fn policies() -> Vec<Policy> {
    thousand_policies().iter().take(4).map(|text| parse::parse(text.as_str()).into_result().unwrap()).collect()
}

/// One policy of each kind, one request that gets as far as its conditions.
#[divan::bench(args = [0, 1, 2, 3])]
fn decide_one(bencher: Bencher, kind: usize) {
    let policy = policies().remove(kind);
    let principal =
        ["*", "arn:aws:sts::444455556666:assumed-role/encoder1/live", "cloudfront.amazonaws.com", "*"][kind];
    let request: Request = serde_json::from_value(serde_json::json!({
        "principal": principal,
        "action": "mediastore:GetObject",
        "resource": format!("arn:aws:mediastore:eu-west-1:111122223333:container/movies{kind}/live/event/segment_00042.ts"),
        "context": {
            "aws:CurrentTime": ["2030-01-01T00:00:00Z"],
            "aws:RequestedRegion": ["eu-west-1"],
            "aws:UserAgent": ["player/1.0"],
            "aws:SourceIp": ["198.51.100.9"],
            "aws:SourceArn": ["arn:aws:cloudfront::111122223333:distribution/E2"],
            "aws:SecureTransport": ["true"],
        },
    }))
    .unwrap();
    assert_eq!(decide([&policy], &request).verdict.as_str(), "allow");
    bencher.bench(|| decide([black_box(&policy)], black_box(&request)));
}

/// The largest container policy, made of what is slow to match: a text that nearly matches at every place.
fn adversarial() -> (Policy, Request) {
    let stars = "*a".repeat(1_000);
    let likes: String = (0..16).map(|i| format!("\"{}a{i}b\",", "*aaaaaaa".repeat(30))).collect();
    let text = format!(
        r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Principal":"*","Action":"*","Resource":"arn:aws:s3:::{stars}b",
        "Condition":{{"StringLike":{{"aws:Referer":[{likes}"x"]}}}}}}}}"#
    );
    let value = "a".repeat(8_192);
    let request = serde_json::json!({
        "principal": "*", "action": "s3:GetObject", "resource": format!("arn:aws:s3:::{value}b"),
        "context": {"aws:Referer": value},
    });
    (parse::parse(text.as_str()).into_result().unwrap(), serde_json::from_value(request).unwrap())
}

#[divan::bench]
fn decide_adversarial(bencher: Bencher) {
    let (policy, request) = adversarial();
    bencher.bench(|| decide([black_box(&policy)], black_box(&request)));
}

#[divan::bench]
fn refusals_of_the_largest_policy(bencher: Bencher) {
    let statement = r#"{"Effect":"Allow","Principal":"*","Action":"mediastore:GetObject","Resource":"arn:aws:mediastore:eu-west-1:111122223333:container/movies/*"},"#;
    let mut text = format!(r#"{{"Version":"2012-10-17","Statement":[{}"#, statement.repeat(54));
    text.pop();
    text.push_str("]}");
    assert!((7_500..=8_192).contains(&text.len()));
    let scope = ContainerScope { region: Some("eu-west-1"), account: Some("111122223333"), name: Some("movies") };
    bencher.bench(|| refusals(black_box(&text), &scope));
}
