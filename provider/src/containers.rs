//! Reading, listing and identifying containers: shared by resources, data sources and list resources.

use aws_sdk_mediastore::primitives::{DateTime, DateTimeFormat};
use aws_sdk_mediastore::types::Container;
use mediastore_policy::limits;
use tf_plugin::context::Context;
use tf_plugin::diagnostic::Diagnostic;
use tf_plugin::identity::IdentityAttribute;
use tf_plugin::schema::Attribute;
use tf_plugin::value::Value;

use crate::client::{CallError, Client, call};
use crate::tags::KnownTags;

/// Containers asked for at once: the most that the API gives.
const PAGE: i32 = 100;

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

/// Every container whose name begins with `prefix`, sorted by name.
pub(crate) async fn list(cx: &Context<'_, Client>, prefix: &str) -> Result<Vec<Container>, Diagnostic> {
    let sdk = cx.client.sdk()?;
    let mut found = Vec::new();
    let mut token: Option<String> = None;
    loop {
        let request = || sdk.list_containers().max_results(PAGE).set_next_token(token.clone()).send();
        let page = call(cx, false, request).await;
        let page = page.map_err(|error| error.diagnostic(cx.client, "list the containers"))?;
        found.extend(page.containers);
        match page.next_token {
            // A server that answers with the token it was asked with would be asked for ever.
            Some(next) if Some(&next) != token.as_ref() => token = Some(next),
            _ => break,
        }
    }
    found.retain(|container| container.name.as_deref().unwrap_or_default().starts_with(prefix));
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

/// The attribute by which a configuration names a container.
pub(crate) fn name_attribute(name: &str) -> Attribute {
    Attribute::string(name)
        .required()
        .describe("Name of the container.")
        .check_text(|name| limits::CONTAINER_NAME.check(name))
}

/// The attributes of an identity by name: `key` is the attribute that holds the container's name.
pub(crate) fn identity_attributes(key: &'static str) -> Vec<IdentityAttribute> {
    let attribute = |name, required, description| IdentityAttribute { name, required, description };
    vec![
        attribute(key, true, "Name of the container."),
        attribute("region", false, "Region of the container."),
        attribute("account", false, "Account that owns the container; unknown to some endpoints."),
    ]
}

/// The identity of a container, or of a policy of it. Region and account are those of the ARN, where there is one.
pub(crate) fn name_identity(client: &Client, key: &'static str, name: &str, arn: Option<&str>) -> Value {
    let fields = arn.and_then(mediastore_policy::arn::split);
    let scope = client.scope(Some(name));
    let region = fields.map(|fields| fields[3]).or(scope.region);
    let account = fields.map(|fields| fields[4]).or(scope.account);
    let text = |text: Option<&str>| text.map_or(Value::Null, Value::from);
    Value::object([(key, name.into()), ("region", text(region)), ("account", text(account))])
}

/// RFC 3339 in UTC.
pub(crate) fn timestamp(time: &DateTime) -> String {
    // Formatting fails only outside the years 0 to 9999, where seconds since 1970 are the best text there is.
    time.fmt(DateTimeFormat::DateTime).unwrap_or_else(|_| time.secs().to_string())
}
