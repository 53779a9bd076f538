//! What is said under the pointer: what a finding means, the request that proves it, and what a policy lets whom do.

use std::fmt::Write;

use gen_lsp_types::{Hover, HoverParams, MarkupContent, MarkupKind};
use mediastore_policy::analyse::{Exposure, ExposureClass};

use super::diagnostics::Shaper;
use super::documents::Documents;
use super::judge::{JudgedUnit, Judgement};
use super::position::{Encoding, Lines};
use crate::judged::JudgedPolicy;
use crate::located::Located;
use crate::report::proof;
use crate::rules;
use crate::unit::DocumentKind;

// Writing to a string cannot fail, so the results of `write!` are dropped below.

/// The findings under a position, and the exposure of a policy around it.
pub(super) fn hover(
    judgement: &Judgement,
    documents: &Documents,
    encoding: Encoding,
    params: &HoverParams,
) -> Option<Hover> {
    let at = &params.text_document_position_params;
    let path = at.text_document.uri.to_file_path().ok()?;
    let offset = Lines::of(&documents.get(&path)?.text, encoding).offset(at.position);
    let under =
        |it: &&Located| it.place.as_ref().is_some_and(|place| (place.span.start..=place.span.end).contains(&offset));
    let found: Vec<&Located> = judgement.in_file(&path).filter(under).collect();

    let mut parts: Vec<String> = found.iter().map(|it| explained(it)).collect();
    for judged in &judgement.units {
        let is_around = |document: &&crate::unit::Document| {
            let place = judged.unit.sources.locate(document.span);
            let is_there = |(source, span): (&crate::source::Source, mediastore_policy::span::Span)| {
                source.path == path && (span.start..=span.end).contains(&offset)
            };
            document.kind == DocumentKind::Policy && place.is_some_and(is_there)
        };
        parts.extend(judged.unit.documents.iter().filter(is_around).filter_map(|document| exposed(judged, document)));
    }
    // A module that is called twice says everything twice.
    parts.dedup();
    let smallest =
        found.iter().filter_map(|it| it.place.as_ref()).min_by_key(|place| place.span.end - place.span.start);
    let range = smallest.map(|place| Shaper::new(documents, encoding).range(place));
    let contents = MarkupContent { kind: MarkupKind::Markdown, value: parts.join("\n\n---\n\n") };
    (!parts.is_empty()).then(|| Hover { contents: contents.into(), range })
}

/// A finding with what its rule says, as Markdown.
fn explained(found: &Located) -> String {
    let finding = &found.finding;
    let mut text = format!("**{}** ({})\n\n{}", finding.rule, finding.severity, finding.message);
    if let Some(help) = &finding.help {
        let _ = write!(text, "\n\n{help}");
    }
    if let Some(request) = &finding.witness {
        text.push_str("\n\nA request that is allowed:\n\n");
        text.push_str(&match proof::command(request) {
            Some(command) => format!("```sh\n{command}\n```"),
            None => format!("```text\n{}\n```", proof::lines(request).join("\n")),
        });
    }
    if let Some(rule) = rules::named(&finding.rule) {
        let _ = write!(text, "\n\n{}", rule.explanation.trim());
    }
    text
}

/// What a policy lets whom do. Nothing for one whose meaning is in doubt: that is a finding.
fn exposed(judged: &JudgedUnit, document: &crate::unit::Document) -> Option<String> {
    let zone = judged.settings.config().trust.zone(&[]);
    let policy = JudgedPolicy::new(document, judged.unit.container_of(document), &zone, judged.settings.now());
    policy.sound()?;
    Some(in_words(policy.exposure()?))
}

/// The order in which classes are told.
const WORST_FIRST: [ExposureClass; 6] = [
    ExposureClass::Public,
    ExposureClass::Guarded,
    ExposureClass::External,
    ExposureClass::Depends,
    ExposureClass::Undecided,
    ExposureClass::Trusted,
];

/// Exposure as a list. Actions of the same class stand together; that nobody can do most of them goes without a list.
fn in_words(exposure: &Exposure) -> String {
    let mut text = format!("**Exposure of this policy: {}**\n", exposure.class);
    for class in WORST_FIRST {
        let of_class = exposure.actions.iter().filter(|action| action.class == class);
        let names: Vec<_> = of_class.map(|action| action.action.rsplit(':').next().unwrap_or_default()).collect();
        if !names.is_empty() {
            let _ = write!(text, "\n- `{}`: {}", names.join("`, `"), who(class));
        }
    }
    if exposure.actions.iter().any(|action| action.class == ExposureClass::None) {
        let what = if exposure.class == ExposureClass::None { "everything" } else { "everything else" };
        let _ = write!(text, "\n- {what}: nobody");
    }
    text
}

fn who(class: ExposureClass) -> &'static str {
    match class {
        ExposureClass::Public => "anybody",
        ExposureClass::Guarded => "anybody who sends a header that the policy asks for",
        ExposureClass::External => "outsiders whom the policy names",
        ExposureClass::Trusted => "the trust zone only",
        ExposureClass::None => "nobody",
        ExposureClass::Undecided => "not settled within the bound on work, so not proven safe",
        ExposureClass::Depends => "who it is depends on values that are not known here",
    }
}
