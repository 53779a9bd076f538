//! Functions that read files of the configuration.

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use mediastore_policy::text::CharClass;

use super::super::attributes::render;
use super::super::evaluate::Failure;
use super::super::types::set_items;
use super::super::value::{Data, Sort, Value};
use super::{Answer, Arguments, Function, function};

pub(super) const FUNCTIONS: &[Function] = &[
    function("abspath", 1, 1, |_| Ok(None)),
    function("basename", 1, 1, |a| path(a, base_name)),
    function("dirname", 1, 1, |a| path(a, directory_name)),
    function("file", 1, 1, read),
    function("filebase64", 1, 1, filebase64),
    function("fileexists", 1, 1, fileexists).class(CharClass::Plain),
    function("fileset", 2, 2, fileset),
    function("pathexpand", 1, 1, |a| path(a, |text| if text.starts_with('~') { None } else { Some(text.to_owned()) })),
    function("templatefile", 2, 2, templatefile),
    function("templatestring", 2, 2, |a| rendered(a, a.value(0))),
];

fn path(arguments: &Arguments<'_, '_>, change: fn(&str) -> Option<String>) -> Answer {
    match arguments.text(0)?.as_deref().and_then(change) {
        Some(text) => arguments.make_text(text),
        None => Ok(None),
    }
}

fn base_name(text: &str) -> Option<String> {
    let name = text.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    Some(match (text.is_empty(), name.is_empty()) {
        (true, _) => ".".to_owned(),
        (_, true) => "/".to_owned(),
        _ => name.to_owned(),
    })
}

fn directory_name(text: &str) -> Option<String> {
    let Some((directory, _)) = text.rsplit_once('/') else { return Some(".".to_owned()) };
    let absolute = directory.starts_with('/') || directory.is_empty();
    let tidy = super::super::files::tidy(Path::new(directory));
    let text = tidy.to_str()?;
    Some(match (text.is_empty(), absolute) {
        (true, true) => "/".to_owned(),
        (true, false) => ".".to_owned(),
        _ => text.to_owned(),
    })
}

/// The text of the file that the first argument names.
pub(super) fn read(arguments: &Arguments<'_, '_>) -> Result<Option<Value>, Failure> {
    let Some(path) = arguments.text(0)? else { return Ok(None) };
    arguments.run.read_file(&path).map(Some).map_err(|reason| {
        let message = format!("`{path}` cannot be read: {reason}");
        match arguments.run.file_exists(&path) {
            Some(false) => Failure::new(message, arguments.span),
            _ => Failure::ours(message, arguments.span),
        }
    })
}

fn filebase64(arguments: &Arguments<'_, '_>) -> Answer {
    match read(arguments)?.and_then(|value| value.to_known_text()) {
        Some(text) => arguments.make_text(STANDARD.encode(text)),
        None => Ok(None),
    }
}

fn fileexists(arguments: &Arguments<'_, '_>) -> Answer {
    match arguments.text(0)?.and_then(|path| arguments.run.file_exists(&path)) {
        Some(exists) => arguments.make_bool(exists),
        None => Ok(None),
    }
}

/// The files below a directory that fit a pattern.
fn fileset(arguments: &Arguments<'_, '_>) -> Answer {
    let (Some(path), Some(pattern)) = (arguments.text(0)?, arguments.text(1)?) else { return Ok(None) };
    let glob = match globset::GlobBuilder::new(&pattern).literal_separator(true).build() {
        Ok(glob) => glob.compile_matcher(),
        Err(error) => return arguments.fail(error.to_string()),
    };
    // What is above the first part with a wildcard need not be looked through.
    let fixed = pattern[..pattern.find(['*', '?', '[', '{']).unwrap_or(pattern.len())].rfind('/');
    let directory = fixed.map_or("", |end| &pattern[..=end]);
    let deepest = match pattern.contains("**") {
        true => usize::MAX,
        false => pattern[directory.len()..].matches('/').count(),
    };
    let Some(found) = arguments.run.files_below(&format!("{path}/{directory}"), deepest) else { return Ok(None) };
    arguments.run.charge(found.len(), arguments.span)?;
    let found = found.into_iter().map(|name| format!("{directory}{name}")).filter(|name| glob.is_match(name));
    let items = found.map(|name| Value::text(name, arguments.span)).collect();
    arguments.make_sequence(Sort::Set, set_items(items))
}

fn templatefile(arguments: &Arguments<'_, '_>) -> Answer {
    match read(arguments)? {
        Some(text) => rendered(arguments, &text),
        None => Ok(None),
    }
}

fn rendered(arguments: &Arguments<'_, '_>, text: &Value) -> Answer {
    let names: Vec<(&str, Value)> = match &arguments.value(1).data {
        Data::Mapping(mapping) if mapping.open.is_empty() => {
            mapping.entries.iter().map(|entry| (entry.key.as_str(), entry.value.clone())).collect()
        }
        _ if arguments.value(1).is_unknown() => return Ok(None),
        _ => return arguments.fail("a map of variables is required"),
    };
    render(arguments.run, text, &names, arguments.span).map(Some)
}
