//! JSON: the stable contract with other tools.

use std::io::Write;

use mediastore_policy::request::Request;
use serde::Serialize;

use super::{Report, Summary, slashed};
use crate::Failure;
use crate::finding::{Safety, Severity};
use crate::located::{Located, Place};

/// Everything. Members are only ever added.
#[derive(Serialize)]
struct Document<'a> {
    findings: Vec<Item<'a>>,
    summary: Summary,
}

/// A finding. Lines and columns count from 1, columns in characters; the end is just past the last character. All four are 1 where the
/// file as a whole is meant.
#[derive(Serialize)]
struct Item<'a> {
    rule: &'a str,
    severity: Severity,
    message: &'a str,
    file: String,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    help: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    witness: Option<&'a Request>,
    address: &'a str,
    fingerprint: &'a str,
    labels: Vec<Label<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<Fix<'a>>,
}

/// A further place.
#[derive(Serialize)]
struct Label<'a> {
    #[serde(flatten)]
    region: Region,
    text: &'a str,
}

/// A change that mends it.
#[derive(Serialize)]
struct Fix<'a> {
    title: &'a str,
    safety: &'static str,
    edits: Vec<Edit<'a>>,
}

/// New text for a place.
#[derive(Serialize)]
struct Edit<'a> {
    #[serde(flatten)]
    region: Region,
    text: &'a str,
}

#[derive(Serialize)]
struct Region {
    file: String,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
}

pub(super) fn write(out: &mut dyn Write, report: &Report<'_>) -> Result<(), Failure> {
    let document = Document { findings: report.findings.iter().map(item).collect(), summary: report.summary };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)?;
    Ok(())
}

fn item(it: &Located) -> Item<'_> {
    let Region { file, line, column, end_line, end_column } = it
        .place
        .as_ref()
        .map_or_else(|| Region { file: slashed(&it.file), line: 1, column: 1, end_line: 1, end_column: 1 }, region);
    Item {
        rule: &it.finding.rule,
        severity: it.finding.severity,
        message: &it.finding.message,
        file,
        line,
        column,
        end_line,
        end_column,
        help: it.finding.help.as_deref(),
        witness: it.finding.witness.as_ref(),
        address: &it.finding.address,
        fingerprint: &it.fingerprint,
        labels: it.labels.iter().map(|(place, text)| Label { region: region(place), text }).collect(),
        fix: it.fix.as_ref().map(|fix| Fix {
            title: &fix.title,
            safety: match fix.safety {
                Safety::Safe => "safe",
                Safety::Unsafe => "unsafe",
            },
            edits: fix.edits.iter().map(|(place, text)| Edit { region: region(place), text }).collect(),
        }),
    }
}

fn region(place: &Place) -> Region {
    Region {
        file: slashed(&place.source.path),
        line: place.start.line,
        column: place.start.column,
        end_line: place.end.line,
        end_column: place.end.column,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::sample;

    #[test]
    fn the_contract_holds() {
        let printed = sample::printed(super::write);
        let document: Value = serde_json::from_str(&printed).expect("JSON");
        let found = &document["findings"][0];
        let place = json!([found["file"], found["line"], found["column"], found["end_line"], found["end_column"]]);
        assert_eq!(place, json!(["infra/main.tf", 2, 12, 2, 15]));
        assert_eq!(
            json!([found["rule"], found["severity"], found["message"], found["help"]]),
            json!(["public-write", "error", "anybody can upload, 100% of them", "name the principals that upload"])
        );
        assert_eq!(found["witness"]["principal"], "*");
        assert_eq!(
            json!([found["address"], found["labels"][0]["text"], found["labels"][0]["line"]]),
            json!(["x.live", "this container", 1])
        );
        assert_eq!(json!([found["fix"]["safety"], found["fix"]["edits"][0]["text"]]), json!(["unsafe", "\"\""]));
        assert!(document["findings"][1].get("witness").is_none());
        assert_eq!(document["findings"][1]["line"], 1);
        assert_eq!(json!([document["summary"]["errors"], document["summary"]["infos"]]), json!([1, 1]));
    }
}
