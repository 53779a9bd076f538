//! Reading a repository of Terraform source, from memory: 200 configurations of a container with two policies each, parsed, evaluated and
//! turned into units. Run with `cargo bench -p mediastore-lint --bench hcl`.

use std::path::Path;

use divan::Bencher;
use divan::counter::BytesCount;
use mediastore_lint::hcl::{self, Memory, Options};

fn main() {
    divan::main();
}

const CONFIGURATION: &str = r#"
variable "project" { default = "acme" }
variable "environment" { type = string }
data "aws_caller_identity" "current" {}
data "aws_region" "current" {}

locals {
  name = "${var.project}_${var.environment}_streaming"
  read = ["mediastore:GetObject", "mediastore:DescribeObject"]
}

resource "mediastore_container" "live" {
  name = local.name
  tags = {
    Environment = var.environment
    Project     = var.project
  }
}

resource "mediastore_container_policy" "live" {
  container_name = mediastore_container.live.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "PublicReadOverHttps"
      Effect    = "Allow"
      Principal = "*"
      Action    = local.read
      Resource  = "arn:aws:mediastore:${data.aws_region.current.name}:${data.aws_caller_identity.current.account_id}:container/${local.name}/*"
      Condition = { Bool = { "aws:SecureTransport" = "true" } }
    }]
  })
}

resource "aws_media_store_container_policy" "heredoc" {
  container_name = "other"
  policy         = <<-EOF
    {
      "Version": "2012-10-17",
      "Statement": [{
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::${data.aws_caller_identity.current.account_id}:root"},
        "Action": ["mediastore:*"],
        "Resource": "${mediastore_container.live.arn}/*"
      }]
    }
  EOF
}
"#;

#[divan::bench]
fn two_hundred_configurations(bencher: Bencher<'_, '_>) {
    let paths: Vec<String> = (0..200).map(|at| format!("c{at}/main.tf")).collect();
    let files: Memory = paths.iter().map(|path| (path.as_str(), CONFIGURATION)).collect();
    let read = || {
        let units = paths.iter().map(|path| {
            let directory = Path::new(path).parent().expect("a directory");
            hcl::read_module(&files, directory, &Options::default()).unit.documents.len()
        });
        assert_eq!(units.sum::<usize>(), 400);
    };
    bencher.counter(BytesCount::new(CONFIGURATION.len() * paths.len())).bench(read);
}
