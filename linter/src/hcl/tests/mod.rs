//! Whole configurations in memory, and what becomes of them.

mod json_syntax;
mod limits;
mod modules;

use std::fmt::Write;
use std::path::Path;

use mediastore_policy::json::Node;
use mediastore_policy::span::Span;

use super::{Configuration, Memory, Options, parse, read_module, syntax};
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
fn text_that_terraform_converts_is_what_it_says() {
    let unit = unit(
        r#"
resource "mediastore_container" "live" {
  name                   = 7
  access_logging_enabled = "false"
  force_destroy          = "true"
}
resource "mediastore_cors_policy" "live" {
  container_name = mediastore_container.live.name
  rule {
    allowed_origins = ["https://www.example.com"]
    allowed_methods = ["GET"]
    max_age_seconds = "3000"
  }
}
resource "mediastore_lifecycle_policy" "live" {
  container_name = mediastore_container.live.name
  rule {
    prefixes          = ["a/"]
    days_since_create = "soon"
  }
}
"#,
    );
    assert_eq!(
        printed(&unit),
        r#"mediastore_container.live name="7" tags={} logging=false force=true
mediastore_cors_policy.live of mediastore_container.live editable=Some(Hcl): [{"AllowedOrigins":["https://www.example.com"],"AllowedMethods":["GET"],"MaxAgeSeconds":3000,"AllowedHeaders":[]}]
mediastore_lifecycle_policy.live of mediastore_container.live editable=Some(Hcl): {"rules":[{"definition":{"path":[{"prefix":"a/"}],"days_since_create":[{"numeric":[">=","soon"]}]},"action":"EXPIRE"}]}
"#
    );
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
mediastore_cors_policy.live of mediastore_container.live editable=Some(Hcl): [{"AllowedOrigins":["*"],"AllowedMethods":["GET","HEAD"],"MaxAgeSeconds":3000,"AllowedHeaders":[]}]
mediastore_lifecycle_policy.live of mediastore_container.live editable=Some(Hcl): {"rules":[{"definition":{"path":[{"wildcard":"live/*.ts"}],"seconds_since_create":[{"numeric":[">",300]}]},"action":"EXPIRE"}]}
mediastore_metric_policy.live of elsewhere "other" editable=Some(Hcl): {"ContainerLevelMetrics":"ENABLED","MetricPolicyRules":[{"ObjectGroup":"live/*","ObjectGroupName":"live"}]}
stranger aws_mediastore_container.wrong aws_mediastore_container
"#;
    assert_eq!(printed(&unit), expected);
}

/// What is said of a policy whose value is this expression, beside these declarations.
fn policy(declarations: &str, expression: &str) -> String {
    let text = format!(
        "{declarations}\nresource \"mediastore_container_policy\" \"p\" {{\n  container_name = \"c\"\n  policy = {expression}\n}}\n"
    );
    printed(&unit(&text)).replace("mediastore_container_policy.p of elsewhere \"c\" ", "")
}

#[test]
fn what_is_unknown_is_a_hole_named_after_where_it_comes_from() {
    let declarations = r#"
variable "project" { type = string }
variable "accounts" { type = list(string) }
variable "cfg" {
  type = object({ name = string, extra = optional(map(string)) })
}
variable "secret" {
  default   = "abc"
  sensitive = true
}
variable "secret_account" {
  default   = "111122223333"
  sensitive = true
}
locals { secrets = sensitive({ a = "x*", n = 5 }) }
data "aws_caller_identity" "me" {}
data "aws_region" "here" {}
data "aws_region" "west" {
  provider = aws.west
}
data "aws_region" "given" {
  region = "eu-central-1"
}
data "aws_partition" "p" {}
provider "aws" {
  alias  = "west"
  region = "us-west-1"
}
resource "random_id" "r" {
  byte_length = 4
}
resource "random_string" "lower" {
  length  = 8
  upper   = false
  special = false
}
resource "random_pet" "pet" {}
resource "aws_iam_role" "role" {
  name = "encoder"
  path = "/media/"
}
resource "aws_cloudfront_origin_access_identity" "oai" {}
resource "aws_s3_bucket" "b" {
  bucket = "name-${var.project}"
}
module "elsewhere" {
  source = "terraform-aws-modules/vpc/aws"
}
resource "mediastore_container" "live" {
  name = "live"
}
"#;
    let mut wrong = Vec::new();
    for (expression, expected) in [
        ("var.project", r#""${var.project}""#),
        ("upper(var.project)", r#""${upper(var.project)}""#),
        ("\"a-${var.project}-b\"", r#""a-${var.project}-b""#),
        ("lower(\"A-${var.project}\")", r#""a-${lower(var.project)}""#),
        ("replace(\"a-b${random_id.r.hex}\", \"_\", \"-\")", r#""a-b${random_id.r.hex}""#),
        ("var.accounts", "${var.accounts}"),
        ("var.accounts[0]", "${var.accounts[0]}"),
        ("[for a in var.accounts : a]", "${[for a in var.accounts : a]}"),
        ("concat([\"a\"], var.accounts)", "${var.accounts}"),
        ("var.cfg.name", r#""${var.cfg.name}""#),
        (r#"{ (var.project) = "x", b = "y" }.b"#, r#"${{b = "y"}.b}"#),
        (r#"{ (var.project) = "x", b = "y" }["b"]"#, r#"${{b = "y"}.b}"#),
        (r#"{ "a-${var.project}" = "x", b = "y" }.b"#, r#""y""#),
        ("var.secret", r#"${var.secret}"#),
        ("\"${var.secret_account}\"", r#"${var.secret_account}"#),
        ("data.aws_caller_identity.me.account_id", "${data.aws_caller_identity.me.account_id}"),
        ("data.aws_region.here.name", "${data.aws_region.here.name}"),
        ("data.aws_region.here.region", "${data.aws_region.here.name}"),
        ("data.aws_region.west.name", r#""us-west-1""#),
        ("data.aws_region.given.name", r#""eu-central-1""#),
        ("data.aws_partition.p.partition", "${data.aws_partition.p.partition}"),
        ("data.aws_partition.p.dns_suffix", "${data.aws_partition.p.dns_suffix}"),
        ("random_id.r.hex", "${random_id.r.hex}"),
        ("random_pet.pet.id", "${random_pet.pet.id}"),
        ("aws_iam_role.role.arn", r#""arn:aws:iam::${data.aws_caller_identity.me.account_id}:role/media/encoder""#),
        (
            "aws_cloudfront_origin_access_identity.oai.iam_arn",
            r#""arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity ${aws_cloudfront_origin_access_identity.oai.id}""#,
        ),
        ("aws_s3_bucket.b.bucket", r#""name-${var.project}""#),
        ("aws_s3_bucket.b.arn", "${aws_s3_bucket.b.arn}"),
        ("module.elsewhere.vpc_id", "${module.elsewhere.vpc_id}"),
        ("mediastore_container.live.endpoint", "${mediastore_container.live.endpoint}"),
        (
            "mediastore_container.live.arn",
            r#""arn:aws:mediastore:${provider.mediastore.region}:${provider.mediastore.account_id}:container/live""#,
        ),
        ("split(\":\", mediastore_container.live.arn)[5]", r#""container/live""#),
        ("split(\"\\n\\n\", \"a\\n\\nb-${data.aws_caller_identity.me.account_id}\")[0]", r#""a""#),
        ("terraform.workspace", "${terraform.workspace}"),
        ("timestamp()", "${timestamp()}"),
        ("var.project == \"a\" ? \"same\" : \"same\"", r#""same""#),
        ("var.project == \"a\" ? \"x\" : \"y\"", r#"${var.project == "a" ? "x" : "y"}"#),
        ("\"x-${var.project}\" == \"y-1\"", "false"),
        ("\"${var.project}\" == var.project", "true"),
        ("startswith(\"live-${var.project}\", \"live\")", "true"),
        ("coalesce(var.project, \"x\")", r#"${coalesce(var.project, "x")}"#),
        ("{ \"${var.project}:sub\" = 1 }", r#"{"${var.project}:sub":1}"#),
        (
            "merge({ a = 1 }, var.cfg.extra, { b = 2 })",
            r#"{"a":${merge(1, var.cfg.extra).a},"b":2,"${a key of var.cfg.extra}":${a value of var.cfg.extra}}"#,
        ),
        (
            "provider::mediastore::container_arn(data.aws_region.here.name, data.aws_caller_identity.me.account_id, \"live\")",
            r#""arn:aws:mediastore:${data.aws_region.here.name}:${data.aws_caller_identity.me.account_id}:container/live""#,
        ),
        (
            "provider::mediastore::parse_arn(\"${mediastore_container.live.arn}/a/${var.project}\").path",
            r#""a/${var.project}""#,
        ),
        ("provider::mediastore::parse_arn(mediastore_container.live.arn).region", r#""${provider.mediastore.region}""#),
        ("provider::mediastore::exposure(\"{}\").class", r#"${provider::mediastore::exposure("{}").class}"#),
        ("timeadd(timestamp(), \"1h\")", "${timeadd(timestamp(), \"1h\")}"),
        ("yamlencode(var.accounts)", "${yamlencode(var.accounts)}"),
        ("urldecode(\"a%20b+c%C3%A9\")", r#""a b cé""#),
        ("provider::aws::arn_parse(\"x\")", r#"${provider::aws::arn_parse("x")}"#),
    ] {
        let said = policy(declarations, &format!("jsonencode({{ x = {expression} }})"));
        let document = said.lines().find(|line| line.starts_with("editable")).unwrap_or(&said);
        let body = document.split_once("{\"x\":").map_or(document, |(_, rest)| rest.strip_suffix('}').unwrap_or(rest));
        if body != expected {
            wrong.push(format!("{expression}:\n  is       {body}\n  expected {expected}\n  {said}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // What is secret is in no text, also not as a part.
    let said =
        policy(declarations, "jsonencode({ x = local.secrets, y = \"Bearer ${var.secret}\", z = md5(var.secret) })");
    assert!(!said.contains("x*") && !said.contains("abc") && !said.contains("9001509"), "{said}");
}

#[test]
fn a_normalized_policy_is_judged_with_its_holes() {
    let statement = r#"{ Effect = "Allow", Principal = "*", Action = ["mediastore:GetObject"], Resource = "${mediastore_container.c.arn}/*" }"#;
    let container = "resource \"mediastore_container\" \"c\" {\n  name = \"c\"\n}\n";
    let said = policy(
        container,
        &format!("provider::mediastore::normalize_policy(jsonencode({{ Statement = [{statement}] }}))"),
    );
    let expected = r#"editable=None: {"Statement":[{"Action":["mediastore:GetObject"],"Effect":"Allow","Principal":"*","Resource":"arn:aws:mediastore:${provider.mediastore.region}:${provider.mediastore.account_id}:container/c/*"}]}"#;
    assert!(said.contains(expected), "{said}");
    // Of its spelling nothing is said.
    let said = policy(
        container,
        &format!(
            "jsonencode({{ x = provider::mediastore::normalize_policy(jsonencode({{ Statement = [{statement}] }})) == \"x\" }})"
        ),
    );
    assert!(said.contains(r#"{"x":${"#), "{said}");
}

#[test]
fn instances_of_unknown_number_are_one() {
    let text = r#"
variable "on" { type = bool }
variable "names" { type = set(string) }
resource "mediastore_container" "counted" {
  count = var.on ? 1 : 0
  name  = "counted"
}
resource "mediastore_container_policy" "counted" {
  count          = var.on ? 1 : 0
  container_name = mediastore_container.counted[0].name
  policy         = jsonencode({ Resource = "${mediastore_container.counted[count.index].name}/*" })
}
resource "mediastore_container" "each" {
  for_each = var.names
  name     = each.key
}
resource "mediastore_container_policy" "each" {
  for_each       = mediastore_container.each
  container_name = each.value.name
  policy         = jsonencode({})
}
resource "mediastore_container_policy" "named" {
  container_name = mediastore_container.each["a"].name
  policy         = jsonencode({ a = mediastore_container.each["a"].name })
}
"#;
    assert_eq!(
        printed(&unit(text)),
        r#"mediastore_container.counted[0] name="counted" tags={}
mediastore_container.each[each.key] name=${mediastore_container.each[each.key]} tags={}
mediastore_container_policy.counted[0] of mediastore_container.counted[0] editable=Some(Hcl): {"Resource":"counted/*"}
mediastore_container_policy.each[each.key] of elsewhere ${mediastore_container_policy.each[each.value].name} editable=Some(Hcl): {}
mediastore_container_policy.named of mediastore_container.each[each.key] editable=Some(Hcl): {"a":"a"}
"#
    );
}

#[test]
fn a_document_keeps_its_place_through_locals_variables_and_modules() {
    let files = [
        (
            "main.tf",
            "module \"live\" {\n  source     = \"./live\"\n  principals = [\"*\"]\n  policy     = file(\"p.json\")\n}\n",
        ),
        ("p.json", "{\n  \"Statement\": []\n}\n"),
        (
            "live/main.tf",
            r#"
variable "principals" {}
variable "policy" {}
locals {
  statement = { Effect = "Allow", Principal = var.principals }
}
resource "mediastore_container_policy" "a" {
  container_name = "c"
  policy         = jsonencode({ Statement = [local.statement] })
}
resource "mediastore_container_policy" "b" {
  container_name = "c"
  policy         = var.policy
}
resource "mediastore_container_policy" "c" {
  container_name = "c"
  policy         = "{\"Statement\": []}"
}
"#,
        ),
    ];
    let unit = read(&files).unit;
    let mut places = Vec::new();
    fn walk(unit: &Unit, node: &Node, places: &mut Vec<String>) {
        places.push(place(unit, node.span));
        match &node.value {
            mediastore_policy::json::Value::Array(items) => items.iter().for_each(|item| walk(unit, item, places)),
            mediastore_policy::json::Value::Object(members) => {
                members.iter().for_each(|member| walk(unit, &member.node, places));
            }
            _ => {}
        }
    }
    for document in &unit.documents {
        places.push(format!("{} {:?}", document.origin.address, document.editable));
        walk(&unit, document.body.as_ref().expect("a body"), &mut places);
    }
    let expected = [
        "module.live.mediastore_container_policy.a Some(Hcl)",
        "live/main.tf:9:31 `{ Statement = [local.statement] }`",
        "live/main.tf:9:45 `[local.statement]`",
        "live/main.tf:5:15 `{ Effect = \"Allow\", Principal = var.prin`",
        "live/main.tf:5:26 `\"Allow\"`",
        "main.tf:3:16 `[\"*\"]`",
        "main.tf:3:17 `\"*\"`",
        "module.live.mediastore_container_policy.b Some(Json)",
        "p.json:1:1 `{`",
        "p.json:2:16 `[]`",
        "module.live.mediastore_container_policy.c None",
        "live/main.tf:17:21 `{\\\"Statement\\\": []}`",
        "live/main.tf:17:37 `[]`",
    ];
    assert_eq!(places, expected);
}

#[test]
fn faults_say_what_and_where_and_the_rest_is_judged() {
    for (text, expected) in [
        (
            "resource \"mediastore_container\" \"a\" {\n  name = [\n}\nresource \"mediastore_container\" \"b\" {\n  name = \"b\"\n}\n",
            "mediastore_container.b name=\"b\" tags={}\nBroken at main.tf:3:1 `}`: expected a value\n",
        ),
        (
            "resource \"mediastore_container\" \"a\" {\n  name = local.nope\n}\n",
            "mediastore_container.a name=${mediastore_container.a.name} tags={}\nNotEvaluated at main.tf:2:10 `local.nope`: `local.nope` is not declared\n",
        ),
        (
            "resource \"mediastore_container\" \"a\" {\n  name = \"a\"\n  tags = nope(1)\n}\n",
            "mediastore_container.a name=\"a\" tags=${mediastore_container.a.tags}\nNotEvaluated at main.tf:3:10 `nope(1)`: there is no function `nope`\n",
        ),
        (
            "resource \"mediastore_container_policy\" \"a\" {\n  container_name = \"a\"\n  policy = { Statement = [] }\n}\n",
            "mediastore_container_policy.a of elsewhere \"a\" editable=None: {\"Statement\":[]}\nNotEvaluated at main.tf:3:12 `{ Statement = [] }`: the policy of `mediastore_container_policy.a` is an object, not its JSON\n",
        ),
        (
            "resource \"mediastore_container_policy\" \"a\" {\n  container_name = \"a\"\n  policy = <<EOF\n{\"a\": 1,}\nEOF\n}\n",
            "mediastore_container_policy.a of elsewhere \"a\" editable=Some(Json): {\"a\":1}\n  problem: a comma stands before `}`\n",
        ),
        (
            "resource \"mediastore_container_policy\" \"a\" {\n  container_name = \"a\"\n  policy = file(\"none.json\")\n}\n",
            "mediastore_container_policy.a of elsewhere \"a\" editable=None: ${mediastore_container_policy.a.policy}\nNotEvaluated at main.tf:3:12 `file(\"none.json\")`: `file`: `none.json` cannot be read: there is no such file\n",
        ),
        (
            "module \"m\" {\n  source = \"./none\"\n}\nmodule \"n\" {\n  source = \"acme/mediastore/aws\"\n}\n",
            "NotEvaluated at main.tf:1:1 `module \"m\"`: the module `m` has no configuration in `none` that can be read\nNotEvaluated at main.tf:4:1 `module \"n\"`: the module `n` comes from `acme/mediastore/aws` and is not here\n",
        ),
        (
            "resource \"mediastore_container\" \"a\" {\n  name = formatdate(\"X\", timeadd(\"2025-11-13T00:00:00Z\", \"1h\"))\n}\n",
            "mediastore_container.a name=${mediastore_container.a.name} tags={}\nNotEvaluated at main.tf:2:10 `formatdate(\"X\", timeadd(\"2025-11-13T00:0`: `formatdate`: `X` has `X` in it, which means nothing\n",
        ),
        (
            "resource \"mediastore_container\" \"a\" {\n  name = timeadd(\"2025-11-13\", \"1d\")\n}\n",
            "mediastore_container.a name=${mediastore_container.a.name} tags={}\nNotEvaluated at main.tf:2:10 `timeadd(\"2025-11-13\", \"1d\")`: `timeadd`: `2025-11-13` is no time such as `2025-11-13T00:00:00Z`\n",
        ),
        (
            "moved {\n  from = a.b\n  to = a.c\n}\nimport {\n  to = a.b\n  id = \"x\"\n}\ncheck \"c\" {\n  assert {\n    condition = false\n    error_message = \"x\"\n  }\n}\nremoved {\n  from = a.b\n}\nterraform {\n  required_version = \">= 1\"\n}\n",
            "",
        ),
    ] {
        assert_eq!(printed(&unit(text)), expected, "{text}");
    }
}

#[test]
fn policy_documents_of_hashicorp_are_written_as_its_provider_writes_them() {
    let text = r#"
data "aws_iam_policy_document" "base" {
  policy_id = "base"
  statement {
    sid       = "Read"
    actions   = ["mediastore:GetObject"]
    resources = ["a", "c", "b"]
    principals {
      type        = "*"
      identifiers = ["*"]
    }
    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["true"]
    }
  }
  statement {
    effect    = "Deny"
    actions   = ["mediastore:PutObject", "mediastore:DeleteObject"]
    resources = ["arn:aws:mediastore:eu-west-1:111122223333:container/x/&{aws:username}/*"]
    principals {
      type        = "AWS"
      identifiers = ["222233334444", "111122223333"]
    }
    principals {
      type        = "Service"
      identifiers = ["medialive.amazonaws.com"]
    }
  }
}
data "aws_iam_policy_document" "all" {
  version                   = "2008-10-17"
  source_policy_documents   = [data.aws_iam_policy_document.base.json]
  override_policy_documents = [jsonencode({ Statement = [{ Sid = "Read", Effect = "Deny" }] })]
  statement {
    sid     = "More"
    actions = ["mediastore:<x>"]
  }
}
resource "mediastore_container_policy" "base" {
  container_name = "c"
  policy         = data.aws_iam_policy_document.base.json
}
resource "mediastore_container_policy" "all" {
  container_name = "c"
  policy         = data.aws_iam_policy_document.all.minified_json
}
"#;
    let unit = unit(text);
    let texts: Vec<_> = unit.documents.iter().map(|document| document.text.clone().expect("all is known")).collect();
    // The form is that of the examples in the provider's documentation.
    let base = r#"{
  "Version": "2012-10-17",
  "Id": "base",
  "Statement": [
    {
      "Sid": "Read",
      "Effect": "Allow",
      "Action": "mediastore:GetObject",
      "Resource": [
        "c",
        "b",
        "a"
      ],
      "Principal": "*",
      "Condition": {
        "Bool": {
          "aws:SecureTransport": "true"
        }
      }
    },
    {
      "Effect": "Deny",
      "Action": [
        "mediastore:PutObject",
        "mediastore:DeleteObject"
      ],
      "Resource": "arn:aws:mediastore:eu-west-1:111122223333:container/x/${aws:username}/*",
      "Principal": {
        "AWS": [
          "222233334444",
          "111122223333"
        ],
        "Service": "medialive.amazonaws.com"
      }
    }
  ]
}"#;
    let second = r#"{"Effect":"Deny","Action":["mediastore:PutObject","mediastore:DeleteObject"],"Resource":"arn:aws:mediastore:eu-west-1:111122223333:container/x/${aws:username}/*","Principal":{"AWS":["222233334444","111122223333"],"Service":"medialive.amazonaws.com"}}"#;
    let all = format!(
        r#"{{"Version":"2012-10-17","Id":"base","Statement":[{{"Sid":"Read","Effect":"Deny"}},{second},{{"Sid":"More","Effect":"Allow","Action":"mediastore:\u003cx\u003e"}}]}}"#
    );
    assert_eq!(texts, [base.to_owned(), all]);
    assert!(unit.documents.iter().all(|document| document.editable.is_none()));
}

#[test]
fn providers_decide_region_account_and_default_tags() {
    let files = [
        (
            "main.tf",
            r#"
provider "aws" {
  region              = "eu-west-1"
  allowed_account_ids = ["111122223333"]
}
provider "aws" {
  alias  = "west"
  region = "us-west-2"
  assume_role {
    role_arn = "arn:aws:iam::444455556666:role/deploy"
  }
  default_tags {
    tags = { Env = "west", Team = "video" }
  }
}
resource "aws_media_store_container" "here" {
  name = 5
}
resource "aws_media_store_container" "west" {
  provider = aws.west
  name     = "west"
  tags     = { Env = "own" }
}
module "inherits" {
  source = "./m"
}
module "given" {
  source    = "./m"
  providers = { aws = aws.west }
}
"#,
        ),
        ("m/main.tf", "resource \"aws_media_store_container\" \"x\" {\n  name = \"x\"\n}\n"),
    ];
    assert_eq!(
        printed(&read(&files).unit),
        r#"aws_media_store_container.here name="5" tags={} region=eu-west-1 account=111122223333
aws_media_store_container.west name="west" tags={"Env":"own","Team":"video"} region=us-west-2 account=444455556666
module.inherits.aws_media_store_container.x name="x" tags={} region=eu-west-1 account=111122223333
module.given.aws_media_store_container.x name="x" tags={"Env":"west","Team":"video"} region=us-west-2 account=444455556666
"#
    );
}

#[test]
fn files_of_opentofu_variables_and_sets_of_files() {
    let files: Memory = [
        ("root/a.tf", "resource \"mediastore_container\" \"terraform\" {\n  name = \"x\"\n}\n"),
        ("root/a.tofu", "resource \"mediastore_container\" \"tofu\" {\n  name = var.name\n}\nvariable \"name\" {}\n"),
        ("root/.hidden.tf", "nonsense"),
        ("root/terraform.tfvars", "name = \"from terraform.tfvars\"\n"),
        ("named.tfvars", "name = \"from the command line\"\n"),
        ("root/p/one.json", "{}"),
        ("root/p/two.json", "{}"),
        ("root/p/three.txt", "{}"),
        (
            "root/b.tf",
            "resource \"mediastore_container_policy\" \"p\" {\n  for_each = fileset(path.module, \"p/*.json\")\n  container_name = trimsuffix(basename(each.key), \".json\")\n  policy = file(\"${path.module}/${each.key}\")\n}\n",
        ),
    ]
    .into_iter()
    .collect();
    let options = Options { var_files: vec!["named.tfvars".into()], ..Options::default() };
    let configuration = read_module(&files, Path::new("root"), &options);
    assert_eq!(
        printed(&configuration.unit),
        r#"mediastore_container.tofu name="from the command line" tags={}
mediastore_container_policy.p["p/one.json"] of elsewhere "one" editable=Some(Json): {}
mediastore_container_policy.p["p/two.json"] of elsewhere "two" editable=Some(Json): {}
"#
    );
}

/// Blocks, labels, attributes and plain strings of a body, as an outline.
fn outline(body: &syntax::Body, out: &mut Vec<String>) {
    let mut own: Vec<String> = Vec::new();
    for attribute in &body.attributes {
        own.push(match (&attribute.value.kind, attribute.value.literal()) {
            (syntax::ExprKind::Template(_), Some(text)) => format!("{} = {text:?}", attribute.name.text),
            _ => attribute.name.text.to_string(),
        });
    }
    own.sort();
    out.extend(own);
    for block in &body.blocks {
        let labels: Vec<&str> = block.labels.iter().map(|label| label.text.as_str()).collect();
        out.push(format!("{} {labels:?} {{", block.kind.text));
        outline(&block.body, out);
        out.push("}".to_owned());
    }
}

/// The same of hcl-edit's reading.
fn outline_of_hcl_edit(body: &hcl_edit::structure::Body, out: &mut Vec<String>) {
    let mut own: Vec<String> = Vec::new();
    for attribute in body.attributes() {
        own.push(match &attribute.value {
            hcl_edit::expr::Expression::String(text) => format!("{} = {:?}", attribute.key.as_str(), text.as_str()),
            // Blank lines count for its indentation, so the text of a heredoc is not compared.
            _ => attribute.key.to_string().trim().to_owned(),
        });
    }
    own.sort();
    out.extend(own);
    for block in body.blocks() {
        let labels: Vec<&str> = block.labels.iter().map(hcl_edit::structure::BlockLabel::as_str).collect();
        out.push(format!("{} {labels:?} {{", block.ident.as_str()));
        outline_of_hcl_edit(&block.body, out);
        out.push("}".to_owned());
    }
}

#[test]
fn hcl_edit_sees_the_same_structure() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut waiting = vec![root.join("tests/cases/hcl"), root.join("examples")];
    let (mut compared, mut refused) = (0, Vec::new());
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            waiting.extend(std::fs::read_dir(&path).expect("a folder").map(|entry| entry.expect("an entry").path()));
            continue;
        }
        if path.extension().is_none_or(|ending| ending != "tf") {
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("a file");
        let (body, errors) = parse::file(&text, 0);
        assert_eq!(errors, [], "{}", path.display());
        let Ok(theirs) = hcl_edit::parser::parse_body(&text) else {
            refused.push(path.parent().and_then(Path::file_name).expect("a folder").to_string_lossy().into_owned());
            continue;
        };
        let (mut own, mut other) = (Vec::new(), Vec::new());
        outline(&body, &mut own);
        outline_of_hcl_edit(&theirs, &mut other);
        // Where theirs has a template, ours may still be plain text: a heredoc, an escape of a sequence.
        let bare = |line: &String| line.split(" = ").next().unwrap_or_default().to_owned();
        let differs = own.len() != other.len()
            || own.iter().zip(&other).any(|(a, b)| a != b && (b.contains(" = ") || bare(a) != bare(b)));
        assert!(!differs, "{}:\n{own:#?}\n{other:#?}", path.display());
        compared += 1;
    }
    assert!(compared > 80, "{compared}");
    refused.sort();
    // Repeated keys of an object, and line breaks inside a `for` object: Terraform takes both.
    assert_eq!(refused, ["collections", "for_object"]);
}

#[test]
fn of_what_is_declared_twice_the_first_is_judged() {
    let twice = |declaration: &dyn Fn(&str) -> String| declaration("first") + &declaration("second");
    let module = "variable \"name\" {}\nresource \"mediastore_container\" \"c\" {\n  name = var.name\n}\n";
    for (declared, used, what) in [
        (twice(&|text| format!("locals {{\n  x = \"{text}\"\n}}\n")), "local.x", "local.x"),
        (twice(&|text| format!("variable \"x\" {{\n  default = \"{text}\"\n}}\n")), "var.x", "this"),
        (
            twice(&|text| format!("resource \"mediastore_container\" \"x\" {{\n  name = \"{text}\"\n}}\n")),
            "mediastore_container.x.name",
            "this",
        ),
        (twice(&|text| format!("module \"x\" {{\n  source = \"./m\"\n  name = \"{text}\"\n}}\n")), "\"\"", "this"),
    ] {
        let text = format!("{declared}resource \"mediastore_container\" \"u\" {{\n  name = {used}\n}}\n");
        let said = printed(&read(&[("main.tf", &text), ("m/main.tf", module)]).unit);
        assert!(!said.contains("second\""), "{text}{said}");
        assert!(said.contains(&format!("{what} is declared twice; the first declaration is judged")), "{said}");
    }
}
