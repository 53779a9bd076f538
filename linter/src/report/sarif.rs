//! SARIF 2.1.0 (OASIS): the subset that code scanning reads. Sections in comments are of the standard.

use std::io::Write;

use serde_json::{Map, Value, json};

use super::{Report, slashed};
use crate::Failure;
use crate::finding::Severity;
use crate::located::{Located, Place};
use crate::rule::{Family, Rule};
use crate::rules;

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

pub(super) fn write(out: &mut dyn Write, report: &Report<'_>) -> Result<(), Failure> {
    serde_json::to_writer_pretty(&mut *out, &document(report))?;
    writeln!(out)?;
    Ok(())
}

fn document(report: &Report<'_>) -> Value {
    let known: Vec<_> = rules::ALL.iter().map(|rule| descriptor(rule)).collect();
    // Rules of the organisation are known by what they said only.
    let mut others: Vec<&str> =
        report.findings.iter().map(|it| it.finding.rule.as_str()).filter(|name| rules::named(name).is_none()).collect();
    others.sort_unstable();
    others.dedup();
    let index = |name: &str| {
        let known = rules::ALL.iter().position(|rule| rule.name == name);
        known.or_else(|| others.binary_search(&name).ok().map(|at| known_count() + at))
    };
    let results: Vec<_> = report.findings.iter().map(|it| result(it, index(&it.finding.rule))).collect();
    let others =
        others.iter().map(|name| json!({"id": name, "shortDescription": {"text": "A rule of the organisation"}}));
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "mediastore-lint",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": known.into_iter().chain(others).collect::<Vec<_>>(),
            }},
            // Columns count characters, not UTF-16 code units (3.14.17).
            "columnKind": "unicodeCodePoints",
            // What could not be read makes the run one that did not succeed (3.20.14); it is among the results, too.
            "invocations": [{"executionSuccessful": report.summary.unreadable == 0}],
            "results": results,
        }],
    })
}

fn known_count() -> usize {
    rules::ALL.len()
}

/// 3.49
fn descriptor(rule: &Rule) -> Value {
    let text = rule.explanation.replace("\n\n", "\n");
    let mut properties = json!({"tags": [family(rule.family)], "precision": "very-high"});
    if rule.family == Family::Exposure {
        // GitHub sorts by this number, as it does by a CVSS score.
        properties["security-severity"] = json!(match rule.severity {
            Severity::Error => "9.0",
            Severity::Warning => "6.0",
            Severity::Info => "3.0",
        });
        properties["tags"] = json!([family(rule.family), "security"]);
    }
    json!({
        "id": rule.name,
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": text},
        "help": {"text": text, "markdown": rule.explanation},
        "defaultConfiguration": {"level": level(rule.severity)},
        "properties": properties,
    })
}

/// 3.27
fn result(it: &Located, index: Option<usize>) -> Value {
    let help = it.finding.help.as_ref().map(|help| format!("\n{help}")).unwrap_or_default();
    let mut result = json!({
        "ruleId": it.finding.rule,
        "level": level(it.finding.severity),
        "message": {"text": format!("{}{help}", it.finding.message)},
        "partialFingerprints": {"mediastoreLint/v1": it.fingerprint},
    });
    if let Some(index) = index {
        result["ruleIndex"] = json!(index);
    }
    let mut location = Map::new();
    if let Some(place) = &it.place {
        location.insert("physicalLocation".into(), physical(place));
    } else if !it.file.as_os_str().is_empty() {
        location.insert("physicalLocation".into(), json!({"artifactLocation": artifact(&slashed(&it.file))}));
    }
    if !it.finding.address.is_empty() {
        location
            .insert("logicalLocations".into(), json!([{"fullyQualifiedName": it.finding.address, "kind": "resource"}]));
    }
    if !location.is_empty() {
        result["locations"] = json!([location]);
    }
    if !it.labels.is_empty() {
        let related =
            |(place, text): &(Place, String)| json!({"physicalLocation": physical(place), "message": {"text": text}});
        result["relatedLocations"] = it.labels.iter().map(related).collect();
    }
    if let Some(fix) = &it.fix {
        let change = |(place, text): &(Place, String)| {
            json!({
                "artifactLocation": artifact(&slashed(&place.source.path)),
                "replacements": [{"deletedRegion": region(place), "insertedContent": {"text": text}}],
            })
        };
        result["fixes"] = json!([{
            "description": {"text": fix.title},
            "artifactChanges": fix.edits.iter().map(change).collect::<Vec<_>>(),
        }]);
    }
    if let Some(witness) = &it.finding.witness {
        result["properties"] = json!({"witness": witness});
    }
    result
}

/// 3.29
fn physical(place: &Place) -> Value {
    json!({"artifactLocation": artifact(&slashed(&place.source.path)), "region": region(place)})
}

/// 3.30
fn region(place: &Place) -> Value {
    json!({
        "startLine": place.start.line,
        "startColumn": place.start.column,
        "endLine": place.end.line,
        "endColumn": place.end.column,
    })
}

/// 3.4: a relative path is relative to the root of the sources; an absolute one is a `file` URI.
fn artifact(path: &str) -> Value {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    let encoded: String = path
        .bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect();
    match path.starts_with('/') {
        true => json!({"uri": format!("file://{encoded}")}),
        false => json!({"uri": encoded, "uriBaseId": "%SRCROOT%"}),
    }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

fn family(family: Family) -> &'static str {
    match family {
        Family::Input => "input",
        Family::Exposure => "exposure",
        Family::Validity => "validity",
        Family::Cors => "cors",
        Family::LifecycleAndMetrics => "lifecycle-and-metrics",
        Family::Naming => "naming",
        Family::Tagging => "tagging",
        Family::Hygiene => "hygiene",
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn it_is_sarif_by_the_schema_of_the_standard() {
        // The standard's pattern of a language has a bracket too many, and is no regular expression.
        let schema = include_str!("../../tests/sarif/sarif-schema-2.1.0.json").replace("{2}]?$", "{2}$");
        let schema: Value = serde_json::from_str(&schema).expect("the schema");
        let validator = jsonschema::validator_for(&schema).expect("a schema");
        let document: Value = serde_json::from_str(&sample::printed(super::write)).expect("JSON");
        let errors: Vec<_> =
            validator.iter_errors(&document).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(errors.is_empty(), "{errors:#?}");
        // The validator does look: a wrong document is refused.
        let mut wrong = document;
        wrong["runs"][0]["results"][0]["level"] = json!("fatal");
        assert!(!validator.is_valid(&wrong));
    }

    #[test]
    fn results_point_at_their_rules() {
        let document: Value = serde_json::from_str(&sample::printed(super::write)).expect("JSON");
        let run = &document["runs"][0];
        for result in run["results"].as_array().expect("results") {
            let index = usize::try_from(result["ruleIndex"].as_u64().expect("an index")).expect("small");
            assert_eq!(run["tool"]["driver"]["rules"][index]["id"], result["ruleId"]);
        }
        assert_eq!(run["results"][0]["locations"][0]["physicalLocation"]["region"]["startColumn"], 12);
        assert_eq!(run["results"][1]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "infra/main.tf");
    }

    #[test]
    fn paths_are_uris() {
        assert_eq!(artifact("a b/ü.tf")["uri"], "a%20b/%C3%BC.tf");
        assert_eq!(artifact("/x/a.tf"), json!({"uri": "file:///x/a.tf"}));
    }
}
