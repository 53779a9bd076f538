//! What must hold of any bytes at all. The fuzz targets under `linter/fuzz` include this file, and a test replays a corpus.

use std::path::Path;

use mediastore_lint::config::{Config, ConfigError, schema};
use mediastore_lint::finding::Safety;
use mediastore_lint::inputs::read_text;
use mediastore_lint::located::locate;
use mediastore_lint::unit::Unit;
use mediastore_lint::{fix, rule, rules};
use mediastore_policy::json::{Member, Node, Value};
use mediastore_policy::span::Span;

/// JSON: a plan, a state, a template or a document.
#[allow(dead_code, reason = "each fuzz target uses one of the three")]
pub(crate) fn of_json(data: &[u8]) {
    of_input("input.json", data);
}

/// YAML: a template.
#[allow(dead_code, reason = "each fuzz target uses one of the three")]
pub(crate) fn of_yaml(data: &[u8]) {
    of_input("input.yaml", data);
}

/// TOML: a configuration.
///
/// Any text is a configuration, the same one twice, by which everything can be judged; or it has faults, each at a place in it.
#[allow(dead_code, reason = "each fuzz target uses one of the three")]
pub(crate) fn of_settings(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let faults = schema::faults(&text);
    match Config::parse(&text) {
        Ok(config) => {
            assert!(faults.is_empty(), "accepted with faults: {faults:?}");
            assert_eq!(Config::parse(&text).as_ref(), Ok(&config));
            let unit = read_text(Path::new("main.tf"), JUDGED);
            let found = rule::judge(&unit, &rule::policies(&unit, &config, None), rules::ALL, &config, None, |rule| {
                Some(rule.severity)
            });
            let _ = locate(&unit.sources, found, Path::to_path_buf);
        }
        Err(_) => {
            assert!(!faults.is_empty(), "refused without a reason");
            for fault in &faults {
                assert!(fault.line >= 1 && fault.column >= 1 && !fault.message.is_empty(), "{fault:?}");
                assert!(fault.line <= text.matches('\n').count() + 1, "{fault:?} is behind the end");
            }
            assert!(
                !ConfigError::Faults { path: "mediastore-lint.toml".into(), faults, text: text.into() }
                    .to_string()
                    .is_empty()
            );
        }
    }
}

/// What configurations are tried on: names and tags, known and partly known, and what the trust zone decides.
const JUDGED: &str = r#"
variable "environment" {}
resource "mediastore_container" "live" {
  name = "acme-live-prod"
  tags = { Owner = "video", Environment = var.environment, classification = "confidential" }
}
resource "mediastore_container" "open" {
  name = "acme-${var.environment}-live"
}
resource "mediastore_container_policy" "live" {
  container_name = mediastore_container.live.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = ["arn:aws:iam::111122223333:root", "*"] }
      Action    = "mediastore:GetObject"
      Resource  = "${mediastore_container.live.arn}/*"
      Condition = { IpAddress = { "aws:SourceIp" = "203.0.113.0/25" }, StringEquals = { "aws:PrincipalOrgID" = "o-a1b2c3d4e5" } }
    }]
  })
}
"#;

/// Any text becomes a unit without a panic; every place of it lies in its text; it can be judged; and what fixes write reads again.
fn of_input(name: &str, data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let unit = read_text(Path::new(name), &text);
    for container in &unit.containers {
        lies_in(&unit, container.origin.span);
        lies_in(&unit, container.origin.body);
        let others = [&container.access_logging, &container.force_destroy];
        [&container.name, &container.tags]
            .into_iter()
            .chain(others.into_iter().flatten())
            .for_each(|it| all_lie_in(&unit, it));
    }
    for document in &unit.documents {
        lies_in(&unit, document.span);
        document.body.iter().for_each(|body| all_lie_in(&unit, body));
        document.problems.iter().for_each(|problem| lies_in(&unit, problem.span));
    }
    unit.faults.iter().for_each(|fault| lies_in(&unit, fault.span));
    let found = rule::judge(
        &unit,
        &rule::policies(&unit, &Config::default(), None),
        rules::ALL,
        &Config::default(),
        None,
        |rule| Some(rule.severity),
    );
    let located = locate(&unit.sources, found, Path::to_path_buf);
    for change in fix::apply(&located, Safety::Unsafe).changes {
        assert_ne!(*change.before, change.after, "a fix that changes nothing");
        let broken = |unit: &Unit| {
            unit.faults.iter().filter(|fault| fault.kind == mediastore_lint::unit::FaultKind::Broken).count()
        };
        let again = read_text(Path::new(name), &change.after);
        assert!(broken(&again) <= broken(&unit), "a fix breaks the text: {}", change.after);
        assert!(!fix::diff(&change).is_empty());
    }
}

/// A place is nowhere, or in the text and between characters.
fn lies_in(unit: &Unit, span: Span) {
    assert!(span == Span::default() || unit.sources.text(span).is_some(), "{span:?} lies in no text");
}

fn all_lie_in(unit: &Unit, node: &Node) {
    lies_in(unit, node.span);
    match &node.value {
        Value::Array(items) => items.iter().for_each(|item| all_lie_in(unit, item)),
        Value::Object(members) => {
            for Member { key_span, node, .. } in members {
                lies_in(unit, *key_span);
                all_lie_in(unit, node);
            }
        }
        _ => {}
    }
}
