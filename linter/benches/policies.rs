//! A thousand policies, read and judged by every rule, beside what `serde_json` takes to parse the same bytes. In memory, one thread. Run with
//! `cargo bench -p mediastore-lint --bench policies`.

use std::path::{Path, PathBuf};

use divan::Bencher;
use divan::counter::BytesCount;
use mediastore_lint::config::Config;
use mediastore_lint::inputs::read_text;
use mediastore_lint::lint::{Given, Settings};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    divan::main();
}

/// The shapes that people write: public reading, an encoder that uploads, a network that is refused.
fn policies() -> Vec<(PathBuf, String)> {
    let text = |at: usize| {
        let resource = format!("arn:aws:mediastore:eu-west-1:111122223333:container/live{at}/*");
        format!(
            r#"{{
  "Version": "2012-10-17",
  "Statement": [
    {{
      "Sid": "PublicReadOverHttps",
      "Effect": "Allow",
      "Principal": "*",
      "Action": ["mediastore:GetObject", "mediastore:DescribeObject"],
      "Resource": "{resource}",
      "Condition": {{"Bool": {{"aws:SecureTransport": "true"}}}}
    }},
    {{
      "Sid": "Upload",
      "Effect": "Allow",
      "Principal": {{"AWS": "arn:aws:iam::111122223333:role/encoder-{at}"}},
      "Action": "mediastore:PutObject",
      "Resource": "{resource}",
      "Condition": {{"Bool": {{"aws:SecureTransport": "true"}}}}
    }},
    {{
      "Sid": "NotFromThere",
      "Effect": "Deny",
      "Principal": "*",
      "Action": "mediastore:*",
      "Resource": "{resource}",
      "Condition": {{"IpAddress": {{"aws:SourceIp": "203.0.113.{}/32"}}}}
    }}
  ]
}}
"#,
            at % 256
        )
    };
    (0..1000).map(|at| (PathBuf::from(format!("policy-{at}.json")), text(at))).collect()
}

fn bytes(policies: &[(PathBuf, String)]) -> BytesCount {
    BytesCount::new(policies.iter().map(|(_, text)| text.len()).sum::<usize>())
}

#[divan::bench(sample_count = 10)]
fn lint_a_thousand_policies(bencher: Bencher<'_, '_>) {
    let policies = policies();
    let settings = Settings::new(Config::default(), Path::new("."), Given::default()).expect("the defaults");
    bencher.counter(bytes(&policies)).bench_local(|| {
        let lint = |(path, text): &(PathBuf, String)| settings.lint(&read_text(path, text)).expect("no Rego").len();
        assert!(policies.iter().map(lint).sum::<usize>() >= policies.len());
    });
}

#[divan::bench]
fn parse_a_thousand_policies_with_serde_json(bencher: Bencher<'_, '_>) {
    let policies = policies();
    bencher.counter(bytes(&policies)).bench_local(|| {
        let parse =
            |(_, text): &(PathBuf, String)| serde_json::from_str::<serde_json::Value>(text).expect("JSON").is_object();
        assert!(policies.iter().all(parse));
    });
}
