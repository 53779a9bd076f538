//! Reading containers: shared by the resource and the data sources.

use aws_sdk_mediastore::primitives::{DateTime, DateTimeFormat};
use aws_sdk_mediastore::types::Container;
use tf_plugin::context::Context;
use tf_plugin::diagnostic::Diagnostic;

use crate::client::{CallError, Client, call};
use crate::tags::KnownTags;

/// The container, or why the service did not give it. The outer error is a provider that cannot call at all.
pub(crate) async fn describe(cx: &Context<'_, Client>, name: &str) -> Result<Result<Container, CallError>, Diagnostic> {
    let sdk = cx.client.sdk()?;
    let described = call(cx, false, || sdk.describe_container().container_name(name).send()).await;
    // The API always fills `Container`; an empty one has no status, which no caller takes for active.
    Ok(described.map(|output| output.container.unwrap_or_else(|| Container::builder().build())))
}

/// The tags of a container, or why the service did not give them.
pub(crate) async fn tags_of(cx: &Context<'_, Client>, arn: &str) -> Result<Result<KnownTags, CallError>, Diagnostic> {
    let sdk = cx.client.sdk()?;
    let listed = call(cx, true, || sdk.list_tags_for_resource().resource(arn).send()).await;
    Ok(listed.map(|output| {
        let tags = output.tags.unwrap_or_default().into_iter();
        tags.map(|tag| (tag.key, tag.value.unwrap_or_default())).collect()
    }))
}

/// RFC 3339 in UTC.
pub(crate) fn timestamp(time: &DateTime) -> String {
    // Formatting fails only outside the years 0 to 9999, where seconds since 1970 are the best text there is.
    time.fmt(DateTimeFormat::DateTime).unwrap_or_else(|_| time.secs().to_string())
}
