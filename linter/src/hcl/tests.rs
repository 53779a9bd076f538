//! Whole configurations in memory, and what becomes of them.

use std::fmt::Write;
use std::path::Path;

use mediastore_policy::json::Node;
use mediastore_policy::span::Span;

use super::{Configuration, Memory, Options, read_module};
use crate::unit::{Owner, Unit};

/// Reads a configuration whose root is `main.tf`, or several files.
fn read(files: &[(&str, &str)]) -> Configuration {
    let files: Memory = files.iter().copied().collect();
    read_module(&files, Path::new(""), &Options::default())
}

fn unit(text: &str) -> Unit {
    read(&[("main.tf", text)]).unit
}

/// Everything of a unit that rules look at, one line each.
fn printed(unit: &Unit) -> String {
    let mut out = String::new();
    for container in &unit.containers {
        let address = &container.origin.address;
        write!(out, "{address} name={} tags={}", container.name, container.tags).expect("memory");
        for (name, value) in [("region", &container.region), ("account", &container.account)] {
            value.iter().for_each(|value| write!(out, " {name}={value}").expect("memory"));
        }
        for (name, node) in [("logging", &container.access_logging), ("force", &container.force_destroy)] {
            node.iter().for_each(|node| write!(out, " {name}={node}").expect("memory"));
        }
        out.push('\n');
    }
    for document in &unit.documents {
        let owner = match &document.owner {
            Owner::Here(at) => unit.containers[*at].origin.address.clone(),
            Owner::Elsewhere(name) => format!("elsewhere {name}"),
            Owner::Unknown => "unknown".to_owned(),
        };
        let body = document.body.as_ref().map_or_else(|| "none".to_owned(), Node::to_string);
        writeln!(out, "{} of {owner} editable={:?}: {body}", document.origin.address, document.editable)
            .expect("memory");
        document.problems.iter().for_each(|problem| writeln!(out, "  problem: {}", problem.message).expect("memory"));
    }
    for stranger in &unit.strangers {
        writeln!(out, "stranger {} {}", stranger.origin.address, stranger.type_name).expect("memory");
    }
    for fault in &unit.faults {
        writeln!(out, "{:?} at {}: {}", fault.kind, place(unit, fault.span), fault.message).expect("memory");
    }
    out
}

/// A place as `file:line:column` and its text.
fn place(unit: &Unit, span: Span) -> String {
    match unit.sources.locate(span) {
        Some((source, local)) => {
            let at = source.position(local.start);
            let text: String = local
                .of(&source.text)
                .unwrap_or_default()
                .lines()
                .next()
                .unwrap_or_default()
                .chars()
                .take(40)
                .collect();
            format!("{}:{}:{} `{text}`", source.path.display(), at.line, at.column)
        }
        None => "nowhere".to_owned(),
    }
}

#[test]
fn the_common_shapes() {
    let text = r#"
variable "project" { type = string }
variable "environment" { default = "prod" }
locals {
  name = "${var.project}-${var.environment}-streaming"
  statement = {
    Sid = "Read"
    Effect = "Allow"
    Principal = "*"
    Action = ["mediastore:GetObject", "mediastore:DescribeObject"]
    Resource = "${aws_media_store_container.this.arn}/*"
    Condition = { Bool = { "aws:SecureTransport" = "true" } }
  }
}
data "aws_caller_identity" "current" {}
data "aws_region" "current" {}
provider "mediastore" {
  region = "eu-west-1"
  default_tags { tags = { Owner = "media", Env = "x" } }
}
resource "mediastore_container" "live" {
  name = "live"
  tags = { Env = var.environment, Count = 1 }
  access_logging_enabled = true
}
resource "mediastore_container_policy" "live" {
  container_name = mediastore_container.live.name
  policy = <<-EOF
    {
      "Version": "2012-10-17",
      "Statement": [{
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::${data.aws_caller_identity.current.account_id}:root"},
        "Action": "mediastore:*",
        "Resource": "${mediastore_container.live.arn}/*"
      }]
    }
  EOF
}
resource "aws_media_store_container" "this" { name = local.name }
resource "aws_media_store_container_policy" "this" {
  container_name = aws_media_store_container.this.name
  policy = jsonencode({ Version = "2012-10-17", Statement = [local.statement] })
}
resource "mediastore_cors_policy" "live" {
  container_name = "live"
  rule {
    allowed_origins = ["*"]
    allowed_methods = ["GET", "HEAD"]
    max_age_seconds = 3000
  }
}
resource "mediastore_lifecycle_policy" "live" {
  container_name = mediastore_container.live.id
  rule {
    wildcards = ["live/*.ts"]
    seconds_since_create = 300
    operator = ">"
  }
}
resource "mediastore_metric_policy" "live" {
  container_name = "other"
  container_level_metrics = "ENABLED"
  rule {
    object_group = "live/*"
    object_group_name = "live"
  }
}
resource "aws_mediastore_container" "wrong" { name = "x" }
"#;
    let unit = unit(text);
    let expected = r#"mediastore_container.live name="live" tags={"Count":"1","Env":"prod","Owner":"media"} region=eu-west-1 logging=true
aws_media_store_container.this name="${var.project}-prod-streaming" tags={}
mediastore_container_policy.live of mediastore_container.live editable=Some(Json): {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::${data.aws_caller_identity.current.account_id}:root"},"Action":"mediastore:*","Resource":"arn:aws:mediastore:eu-west-1:${provider.mediastore.account_id}:container/live/*"}]}
aws_media_store_container_policy.this of aws_media_store_container.this editable=Some(Hcl): {"Statement":[{"Action":["mediastore:GetObject","mediastore:DescribeObject"],"Condition":{"Bool":{"aws:SecureTransport":"true"}},"Effect":"Allow","Principal":"*","Resource":"arn:aws:mediastore:${data.aws_region.current.name}:${data.aws_caller_identity.current.account_id}:container/${var.project}-prod-streaming/*","Sid":"Read"}],"Version":"2012-10-17"}
mediastore_cors_policy.live of mediastore_container.live editable=Some(Hcl): [{"AllowedOrigins":["*"],"AllowedMethods":["GET","HEAD"],"MaxAgeSeconds":3000}]
mediastore_lifecycle_policy.live of mediastore_container.live editable=Some(Hcl): {"rules":[{"definition":{"path":[{"wildcard":"live/*.ts"}],"seconds_since_create":[{"numeric":[">",300]}]},"action":"EXPIRE"}]}
mediastore_metric_policy.live of elsewhere "other" editable=Some(Hcl): {"ContainerLevelMetrics":"ENABLED","MetricPolicyRules":[{"ObjectGroup":"live/*","ObjectGroupName":"live"}]}
stranger aws_mediastore_container.wrong aws_mediastore_container
"#;
    assert_eq!(printed(&unit), expected);
}
