//! `mediastore_cors_policy`: the CORS policy of a container that something else manages.

use async_trait::async_trait;
use aws_sdk_mediastore::types::{CorsRule, MethodName};
use tf_plugin::context::Context;
use tf_plugin::data_source::DataSource;
use tf_plugin::diagnostic::Diagnostics;
use tf_plugin::model;
use tf_plugin::model::Attr;
use tf_plugin::schema::{Attribute, Schema};
use tf_plugin::types::Type;

use crate::client::{Client, call};
use crate::containers::name_attribute;

/// The data source type.
pub(super) struct CorsPolicy;

model! {
    /// A CORS policy.
    pub struct CorsPolicyModel {
        pub container_name: String,
        pub rules: Vec<RuleModel>,
    }
}

model! {
    /// A rule of a CORS policy.
    pub struct RuleModel {
        pub allowed_origins: Vec<String>,
        pub allowed_methods: Vec<String>,
        pub allowed_headers: Vec<String>,
        pub expose_headers: Vec<String>,
        pub max_age_seconds: i64,
    }
}

#[async_trait]
impl DataSource for CorsPolicy {
    type Model = CorsPolicyModel;
    type Client = Client;

    fn name(&self) -> &'static str {
        "mediastore_cors_policy"
    }

    fn schema(&self) -> Schema {
        let texts = || Type::list(Type::String);
        let rule = Type::object([
            ("allowed_origins", texts()),
            ("allowed_methods", texts()),
            ("allowed_headers", texts()),
            ("expose_headers", texts()),
            ("max_age_seconds", Type::Number),
        ]);
        Schema::new(
            "Reads the CORS policy of a container. Its `rules` are what the function `cors_allows` takes. A container without \
             a CORS policy is an error.",
        )
        .attribute(name_attribute("container_name"))
        .attribute(Attribute::new("rules", Type::list(rule)).computed().describe(
            "The rules in order, each with `allowed_origins`, `allowed_methods`, `allowed_headers`, `expose_headers` and \
             `max_age_seconds`. The first that matches a request decides.",
        ))
    }

    async fn read(&self, cx: &Context<'_, Client>, config: CorsPolicyModel) -> Result<CorsPolicyModel, Diagnostics> {
        let sdk = cx.client.sdk()?;
        let name = config.container_name.text();
        let got = call(cx, true, || sdk.get_cors_policy().container_name(name).send()).await;
        let tried = format!("read the CORS policy of the container `{name}`");
        let got = got.map_err(|error| error.diagnostic(cx.client, &tried))?;
        Ok(CorsPolicyModel { rules: Attr::Known(got.cors_policy.iter().map(from_sdk).collect()), ..config })
    }
}

fn from_sdk(rule: &CorsRule) -> RuleModel {
    let methods: Vec<String> =
        rule.allowed_methods().iter().map(|method: &MethodName| method.as_str().to_owned()).collect();
    RuleModel {
        allowed_origins: rule.allowed_origins().to_vec().into(),
        allowed_methods: methods.into(),
        allowed_headers: rule.allowed_headers().to_vec().into(),
        expose_headers: rule.expose_headers().to_vec().into(),
        max_age_seconds: i64::from(rule.max_age_seconds()).into(),
    }
}
