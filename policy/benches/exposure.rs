//! How long the analysis takes: ordinary policies, and policies made to be hard.
//!
//!     cargo bench -p mediastore-policy --bench exposure

// A benchmark that cannot set up its input has nothing to measure.
#![allow(clippy::unwrap_used)]

#[path = "../tests/analyse/adversarial.rs"]
mod adversarial;

use divan::{Bencher, black_box};
use mediastore_policy::analyse::{TrustZone, compare, dead, exposure};
use mediastore_policy::model::Policy;
use mediastore_policy::{mediastore, parse};

fn main() {
    divan::main();
}

const MOVIES: &str = "arn:aws:mediastore:us-east-1:111122223333:container/movies/*";

/// The shapes that the service's guide documents, and what people make of them.
const ORDINARY: &[(&str, &str)] = &[
    (
        "default",
        r#"{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":["mediastore:*"],"Resource":"R","Condition":{"Bool":{"aws:SecureTransport":"true"}}}"#,
    ),
    (
        "public",
        r#"{"Effect":"Allow","Principal":"*","Action":["mediastore:GetObject","mediastore:DescribeObject"],"Resource":"R","Condition":{"Bool":{"aws:SecureTransport":"true"}}}"#,
    ),
    (
        "referer",
        r#"{"Effect":"Allow","Principal":"*","Action":"mediastore:GetObject","Resource":"R","Condition":{"StringEquals":{"aws:Referer":"s3cr3t"}}}"#,
    ),
    (
        "partner",
        r#"{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::444455556666:role/encoder"},"Action":"mediastore:PutObject","Resource":"R","Condition":{"Bool":{"aws:SecureTransport":"true"}}}"#,
    ),
    (
        "networks",
        r#"{"Effect":"Allow","Principal":"*","Action":"mediastore:GetObject","Resource":"R","Condition":{"IpAddress":{"aws:SourceIp":["198.51.100.0/24"]},"NotIpAddress":{"aws:SourceIp":"198.51.100.188/32"}}}"#,
    ),
    (
        "cloudfront",
        r#"{"Effect":"Allow","Principal":{"Service":"cloudfront.amazonaws.com"},"Action":"mediastore:GetObject","Resource":"R","Condition":{"StringEquals":{"AWS:SourceArn":"arn:aws:cloudfront::111122223333:distribution/E1"},"Bool":{"aws:SecureTransport":"true"}}}"#,
    ),
    (
        "deny plain",
        r#"{"Effect":"Allow","Principal":"*","Action":"mediastore:GetObject","Resource":"R"},{"Effect":"Deny","Principal":"*","Action":"mediastore:*","Resource":"R","Condition":{"Bool":{"aws:SecureTransport":"false"}}}"#,
    ),
    (
        "deny others",
        r#"{"Effect":"Allow","Principal":"*","Action":"mediastore:*","Resource":"R"},{"Effect":"Deny","Principal":"*","Action":"mediastore:*","Resource":"R","Condition":{"StringNotEquals":{"aws:PrincipalAccount":"111122223333"}}}"#,
    ),
    (
        "organization",
        r#"{"Effect":"Allow","Principal":"*","Action":"mediastore:GetObject","Resource":"R","Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-a1b2c3d4e5"}}}"#,
    ),
];

fn ordinary(name: &str) -> Policy {
    let statements =
        ORDINARY.iter().find(|(own, _)| *own == name).unwrap().1.replace("\"R\"", &format!("\"{MOVIES}\""));
    parse::parse(format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#).as_str()).into_result().unwrap()
}

#[divan::bench(args = ORDINARY.iter().map(|(name, _)| *name))]
fn exposure_of(bencher: Bencher<'_, '_>, name: &str) {
    let (policy, zone) = ([ordinary(name)], TrustZone::of_account("111122223333"));
    bencher.bench(|| exposure(black_box(&policy), &zone, &mediastore::MODEL, None));
}

/// The design's target is a median over policies; this is one run over all of them.
#[divan::bench]
fn exposure_of_all_ordinary(bencher: Bencher<'_, '_>) {
    let policies: Vec<[Policy; 1]> = ORDINARY.iter().map(|(name, _)| [ordinary(name)]).collect();
    let zone = TrustZone::of_account("111122223333");
    bencher.counter(divan::counter::ItemsCount::new(policies.len())).bench(|| {
        policies.iter().map(|policy| exposure(black_box(policy), &zone, &mediastore::MODEL, None).class).max()
    });
}

#[divan::bench(args = adversarial::policies().into_iter().map(|(name, _, _)| name), sample_count = 10)]
fn exposure_of_hard(bencher: Bencher<'_, '_>, name: &str) {
    let text = adversarial::policies().into_iter().find(|(own, _, _)| *own == name).unwrap().1;
    let (policy, zone) = ([parse::parse(text.as_str()).into_result().unwrap()], TrustZone::of_account("111122223333"));
    bencher.bench(|| exposure(black_box(&policy), &zone, &mediastore::MODEL, None));
}

#[divan::bench]
fn compare_public_with_networks(bencher: Bencher<'_, '_>) {
    let (old, new) = ([ordinary("public")], [ordinary("networks")]);
    bencher.bench(|| compare(black_box(&old), black_box(&new), &mediastore::MODEL, None));
}

/// All of them together, for the mean.
#[divan::bench]
fn dead_parts_of_all_ordinary(bencher: Bencher<'_, '_>) {
    let policies: Vec<Policy> = ORDINARY.iter().map(|(name, _)| ordinary(name)).collect();
    bencher.counter(divan::counter::ItemsCount::new(policies.len())).bench(|| {
        for policy in &policies {
            black_box(dead(black_box(policy), &mediastore::MODEL, None));
        }
    });
}

#[divan::bench(args = adversarial::policies().into_iter().map(|(name, _, _)| name), sample_count = 10)]
fn dead_parts_of_hard(bencher: Bencher<'_, '_>, name: &str) {
    let text = adversarial::policies().into_iter().find(|(own, _, _)| *own == name).unwrap().1;
    let policy = parse::parse(text.as_str()).into_result().unwrap();
    bencher.bench(|| dead(black_box(&policy), &mediastore::MODEL, None));
}
