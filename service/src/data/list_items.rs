//! ListItems: the objects and folders right in one folder, page by page.
//!
//! Entries come in the order of their paths, in which a folder counts with its slash. A page goes on after the last entry of the one before,
//! whatever was put or deleted in between.

use std::borrow::Cow;
use std::str::Utf8Error;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use mediastore_policy::limits;
use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};

use super::{Call, Output, expiry, headers, json};
use crate::error::ApiError;
use crate::store::objects::{self, Entry};

/// How long a token is good for, in milliseconds: 15 minutes.
const TOKEN_LIFE: i64 = 15 * 60 * 1000;

const PAGE: usize = 1000;

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ListOutput {
    items: Vec<Item>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Item {
    name: String,
    #[serde(rename = "Type")]
    kind: &'static str,
    #[serde(flatten)]
    object: Option<ObjectItem>,
}

/// What only an object has.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ObjectItem {
    #[serde(rename = "ETag")]
    etag: String,
    /// Seconds since 1970, with a fraction.
    last_modified: f64,
    content_type: String,
    content_length: u64,
}

/// Where a listing goes on; opaque to clients.
#[derive(Serialize, Deserialize)]
struct Token {
    after: String,
    /// Milliseconds since 1970.
    until: i64,
}

/// What the query says.
struct Input {
    /// Empty, or with a slash at its end.
    folder: String,
    max: usize,
    after: Option<String>,
}

pub(super) async fn run(call: Call) -> Output {
    let Input { folder, max, after } = Input::read(call.head.uri.query().unwrap_or_default(), call.now)?;
    let container = call.target.container.id;
    let mut found = call
        .service
        .store()
        .read({
            let folder = folder.clone();
            // One more than asked for tells whether there are more.
            move |db| Ok::<_, ApiError>(objects::list(db, container, &folder, after.as_deref(), max + 1)?)
        })
        .await?;
    let more = found.len() > max;
    found.truncate(max);
    let next_token = found.last().filter(|_| more).map(|last| token(last.path(), call.now));
    if let Some(lifecycle) = call.service.lifecycles().of(&call.target) {
        found.retain(|entry| match entry {
            Entry::Object(object) => !expiry::is_over(&lifecycle, object, call.now),
            Entry::Folder(_) => true,
        });
    }
    let items = found.into_iter().map(|entry| item(&folder, entry)).collect();
    json(&ListOutput { items, next_token })
}

/// The folder that a query asks for, as it says it but without slashes in front: with or without one at its end. Policies see it so.
pub(super) fn folder_asked(query: &str) -> String {
    let path = value_of(query, "Path").and_then(Result::ok).unwrap_or_default();
    path.trim_start_matches('/').to_owned()
}

/// The first value of that name in a query, or what of it is no text.
fn value_of(query: &str, name: &str) -> Option<Result<String, Utf8Error>> {
    let mut pairs = query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let (_, value) = pairs.find(|(found, _)| *found == name)?;
    Some(percent_decode_str(value).decode_utf8().map(Cow::into_owned))
}

impl Input {
    /// Reads the query, and gathers every problem of it. Parameters of others, such as those of a signature, are passed over.
    fn read(query: &str, now: i64) -> Result<Self, ApiError> {
        let mut problems = Vec::new();
        let mut value = |name: &str| {
            let value = value_of(query, name)?;
            if value.is_err() {
                problems.push(format!("{name} is not UTF-8"));
            }
            value.ok()
        };
        let path = value("Path").unwrap_or_default();
        let max = value("MaxResults").filter(|max| !max.is_empty());
        let token = value("NextToken").filter(|token| !token.is_empty());

        if let Err(violation) = limits::LIST_PATH.check(&path) {
            problems.push(format!("Path: {violation}"));
        }
        let folder = path.trim_matches('/');
        let folder = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let max = max.map_or(Ok(PAGE), |max| page(&max)).unwrap_or_else(|problem| {
            problems.push(format!("MaxResults: {problem}"));
            PAGE
        });
        let after = token.map(|token| after(&token, &folder, now)).transpose().unwrap_or_else(|problem| {
            problems.push(format!("NextToken {problem}"));
            None
        });
        if problems.is_empty() {
            return Ok(Self { folder, max, after });
        }
        Err(ApiError::validation(&problems))
    }
}

fn page(max: &str) -> Result<usize, String> {
    let number: i64 = max.parse().map_err(|_| format!("`{max}` is no whole number"))?;
    limits::LIST_ITEMS_MAX_RESULTS.check(number).map_err(|violation| violation.to_string())?;
    Ok(usize::try_from(number).unwrap_or(PAGE))
}

fn token(after: &str, now: i64) -> String {
    let token = Token { after: after.to_owned(), until: now.saturating_add(TOKEN_LIFE) };
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(&token).unwrap_or_default())
}

fn after(token: &str, folder: &str, now: i64) -> Result<String, &'static str> {
    let text = URL_SAFE_NO_PAD.decode(token).ok();
    let token: Option<Token> = text.and_then(|text| serde_json::from_slice(&text).ok());
    match token {
        Some(Token { after, .. }) if !after.starts_with(folder) => Err("belongs to another folder"),
        Some(Token { until, .. }) if until <= now => Err("has expired; it is good for 15 minutes"),
        Some(Token { after, .. }) => Ok(after),
        None => Err("is none that this service gave out"),
    }
}

fn item(folder: &str, entry: Entry) -> Item {
    let name = |path: &str| path.strip_prefix(folder).unwrap_or(path).trim_end_matches('/').to_owned();
    match entry {
        Entry::Folder(path) => Item { name: name(&path), kind: "FOLDER", object: None },
        Entry::Object(object) => Item {
            name: name(&object.path),
            kind: "OBJECT",
            object: Some(ObjectItem {
                etag: headers::etag(&object.sha256),
                last_modified: seconds(object.modified_at),
                content_type: object.content_type,
                content_length: object.size,
            }),
        },
    }
}

/// Milliseconds as seconds. Exact: a time of this era has far fewer than 53 bits.
#[allow(clippy::cast_precision_loss)]
fn seconds(milliseconds: i64) -> f64 {
    milliseconds as f64 / 1000.0
}
