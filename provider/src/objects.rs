//! Objects of a container: reading, writing, listing and deleting them, shared by everything that has to do with objects.
//!
//! Each container has an endpoint of its own, which is asked for once and kept.

use aws_sdk_mediastoredata as data;
use aws_sdk_mediastoredata::error::ProvideErrorMetadata;
use aws_sdk_mediastoredata::operation::describe_object::DescribeObjectOutput;
use aws_sdk_mediastoredata::operation::put_object::PutObjectOutput;
use aws_sdk_mediastoredata::primitives::ByteStream;
use aws_sdk_mediastoredata::types::{Item, ItemType, StorageClass};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};
use tf_plugin::context::Context;
use tf_plugin::diagnostic::Diagnostic;

use crate::client::{CallError, Client, Kind, KnownContainer, call, found};
use crate::containers::describe;

/// Items asked for at once: the most that the API gives.
const PAGE: i32 = 1000;

/// Objects deleted at the same time.
const DELETIONS: usize = 8;

/// An object of a listing.
#[derive(Clone, Debug)]
pub(crate) struct Listed {
    pub(crate) path: String,
    pub(crate) item: Item,
}

/// What is put.
#[derive(Clone, Debug)]
pub(crate) struct Put<'a> {
    pub(crate) bytes: Bytes,
    pub(crate) content_type: &'a str,
    pub(crate) cache_control: Option<&'a str>,
    pub(crate) storage_class: &'a str,
}

/// The ARN of an object by its container's; `None` where the server tells none.
pub(crate) async fn arn(cx: &Context<'_, Client>, container: &str, path: &str) -> Result<Option<String>, Diagnostic> {
    let of_container = match (cx.client.arn(container), cx.client.known_container(container)) {
        (Some(arn), _) => Some(arn),
        (None, Some(known)) => known.arn,
        (None, None) => {
            let found = find(cx, container).await?;
            found.map_err(|error| error.diagnostic(cx.client, &format!("read the container `{container}`")))?.arn
        }
    };
    Ok(of_container.map(|arn| format!("{arn}/{path}")))
}

/// The metadata of an object, or why the service did not give them.
pub(crate) async fn head(
    cx: &Context<'_, Client>,
    container: &str,
    path: &str,
) -> Result<Result<DescribeObjectOutput, CallError>, Diagnostic> {
    on(cx, container, |sdk| sdk.describe_object().path(path).send()).await
}

/// The bytes of an object.
pub(crate) async fn content(
    cx: &Context<'_, Client>,
    container: &str,
    path: &str,
) -> Result<Result<Bytes, CallError>, Diagnostic> {
    let got = match on(cx, container, |sdk| sdk.get_object().path(path).send()).await? {
        Ok(got) => got,
        Err(error) => return Ok(Err(error)),
    };
    let read = got.body.collect().await.map_err(|error| {
        let detail = format!("The connection broke off: {error}. Run Terraform again.");
        Diagnostic::error(format!("Could not read the object `{path}` of the container `{container}`"), detail)
    })?;
    Ok(Ok(read.into_bytes()))
}

/// Puts an object.
pub(crate) async fn put(
    cx: &Context<'_, Client>,
    container: &str,
    path: &str,
    put: &Put<'_>,
) -> Result<PutObjectOutput, Diagnostic> {
    let sent = on(cx, container, |sdk| {
        sdk.put_object()
            .path(path)
            .content_type(put.content_type)
            .set_cache_control(put.cache_control.map(str::to_owned))
            .storage_class(StorageClass::from(put.storage_class))
            .body(ByteStream::from(put.bytes.clone()))
            .send()
    })
    .await?;
    sent.map_err(|error| {
        error.diagnostic(cx.client, &format!("put the object `{path}` into the container `{container}`"))
    })
}

/// Deletes an object. One that is gone already is what was wanted.
pub(crate) async fn delete(cx: &Context<'_, Client>, container: &str, path: &str) -> Result<(), Diagnostic> {
    let deleted = found(on(cx, container, |sdk| sdk.delete_object().path(path).send()).await?);
    deleted.map(drop).map_err(|error| {
        error.diagnostic(cx.client, &format!("delete the object `{path}` of the container `{container}`"))
    })
}

/// Every listed object whose path begins with `prefix`, sorted by path, at most `limit` of them. Objects that live for seconds are
/// not listed by the API.
pub(crate) async fn list(
    cx: &Context<'_, Client>,
    container: &str,
    prefix: &str,
    limit: usize,
) -> Result<Vec<Listed>, Diagnostic> {
    let mut found = Vec::new();
    // The deepest folder that holds everything asked for.
    let start = prefix.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut folders = vec![start.to_owned()];
    while let Some(folder) = folders.pop() {
        let mut inner = Vec::new();
        for item in items(cx, container, &folder).await? {
            let name = item.name.as_deref().unwrap_or_default();
            let path = if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
            if item.r#type == Some(ItemType::Folder) {
                let below = format!("{path}/");
                if below.starts_with(prefix) || prefix.starts_with(&below) {
                    inner.push(path);
                }
            } else if path.starts_with(prefix) {
                found.push(Listed { path, item });
            }
        }
        if found.len() >= limit {
            break;
        }
        folders.append(&mut inner);
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found.truncate(limit);
    Ok(found)
}

/// Deletes every listed object whose path begins with `prefix`; `progress` hears how many are gone, and of how many.
pub(crate) async fn purge(
    cx: &Context<'_, Client>,
    container: &str,
    prefix: &str,
    progress: impl Fn(usize, usize),
) -> Result<usize, Diagnostic> {
    let found = list(cx, container, prefix, usize::MAX).await?;
    let all = found.len();
    let deletions = found.into_iter().map(|object| async move { delete(cx, container, &object.path).await });
    let gone = stream::iter(deletions).buffer_unordered(DELETIONS).try_fold(0, |gone, ()| {
        progress(gone + 1, all);
        std::future::ready(Ok(gone + 1))
    });
    tokio::select! {
        gone = gone => gone,
        () = cx.stop().cancelled() => {
            let detail = "Terraform was interrupted; the objects that are left stay as they are.";
            Err(Diagnostic::error(format!("The objects of the container `{container}` are not all deleted"), detail))
        }
    }
}

/// Everything right in one folder.
async fn items(cx: &Context<'_, Client>, container: &str, folder: &str) -> Result<Vec<Item>, Diagnostic> {
    let mut items = Vec::new();
    let mut token: Option<String> = None;
    let path = Some(folder.to_owned()).filter(|folder| !folder.is_empty());
    loop {
        let page = on(cx, container, |sdk| {
            sdk.list_items().set_path(path.clone()).max_results(PAGE).set_next_token(token.clone()).send()
        });
        let page = page.await?.map_err(|error| {
            error.diagnostic(cx.client, &format!("list the objects of the container `{container}`"))
        })?;
        items.extend(page.items.unwrap_or_default());
        match page.next_token {
            // A server that answers with the token it was asked with would be asked for ever.
            Some(next) if Some(&next) != token.as_ref() => token = Some(next),
            _ => return Ok(items),
        }
    }
}

/// Sends a request to a container's endpoint. An endpoint that is not there any more is asked for again: another container may have
/// taken the name.
async fn on<O, E, F>(
    cx: &Context<'_, Client>,
    container: &str,
    send: impl Fn(data::Client) -> F,
) -> Result<Result<O, CallError>, Diagnostic>
where
    F: Future<Output = Result<O, SdkError<E, HttpResponse>>>,
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    if let Some(known) = cx.client.known_container(container) {
        match call(cx, false, || send(known.sdk.clone())).await {
            Err(error) if error.kind == Kind::ContainerNotFound => cx.client.forget_container(container),
            outcome => return Ok(outcome),
        }
    }
    match find(cx, container).await? {
        Ok(known) => Ok(call(cx, false, || send(known.sdk.clone())).await),
        Err(error) => Ok(Err(error)),
    }
}

/// Asks for a container, and keeps what its objects need.
async fn find(cx: &Context<'_, Client>, container: &str) -> Result<Result<KnownContainer, CallError>, Diagnostic> {
    let described = match describe(cx, container).await? {
        Ok(described) => described,
        Err(error) => return Ok(Err(error)),
    };
    let endpoint = described.endpoint.ok_or_else(|| {
        let detail = format!("The container `{container}` is not active, and has no endpoint for its objects.");
        Diagnostic::error("The container has no endpoint", detail)
    })?;
    Ok(Ok(cx.client.container_at(container, &endpoint, described.arn)?))
}
