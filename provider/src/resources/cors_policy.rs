//! `mediastore_cors_policy`: which web pages may use a container from a browser.

use async_trait::async_trait;
use aws_sdk_mediastore::types::{CorsRule, MethodName};
use mediastore_lint::source::Position;
use mediastore_lint::unit::DocumentKind;
use mediastore_policy::limits;
use serde_json::{Value as Json, json};
use tf_plugin::context::Context;
use tf_plugin::diagnostic::{Diagnostic, Diagnostics, Failure};
use tf_plugin::identity::{IdentityAttribute, ImportId};
use tf_plugin::model;
use tf_plugin::model::{Attr, Model};
use tf_plugin::path::Path;
use tf_plugin::resource::Resource;
use tf_plugin::schema::{Attribute, Block, NestedBlock, Schema, sentence};
use tf_plugin::timeouts::{self, Timeouts};
use tf_plugin::types::Type;
use tf_plugin::value::Value;

use super::{Texts, container_name, import_by_container_name, known_rules, known_texts, lines};
use crate::client::{Client, call, found};
use crate::containers::{identity_attributes, name_identity};
use crate::guardrails::Document;

/// The resource type.
pub(super) struct CorsPolicy;

model! {
    /// A CORS policy.
    pub struct CorsPolicyModel {
        pub container_name: String,
        pub rule: Vec<RuleModel>,
        pub timeouts: Timeouts,
    }
}

model! {
    /// A rule of a CORS policy.
    pub struct RuleModel {
        pub allowed_origins: Texts,
        pub allowed_methods: Texts,
        pub allowed_headers: Texts,
        pub expose_headers: Texts,
        pub max_age_seconds: i64,
    }
}

#[async_trait]
impl Resource for CorsPolicy {
    type Model = CorsPolicyModel;
    type Client = Client;

    fn name(&self) -> &'static str {
        "mediastore_cors_policy"
    }

    fn schema(&self) -> Schema {
        let rules = u32::try_from(limits::CORS_RULES.max).expect("a hundred fits");
        Schema::new(
            "The CORS policy of a container: which web pages may read it in a browser. The first rule that matches a \
             request decides. CORS grants nothing by itself; the container policy still does.",
        )
        .attribute(container_name())
        .block(NestedBlock::list("rule", rule_block()).count(1, rules))
        .block(timeouts::block())
    }

    fn validate(&self, config: &CorsPolicyModel) -> Diagnostics {
        let rules = config.rule.known().map(Vec::as_slice).unwrap_or_default();
        let texts = |set: &Attr<Texts>| -> usize { known_texts(set).iter().map(String::len).sum() };
        let size = rules.iter().map(|rule| {
            texts(&rule.allowed_origins)
                + texts(&rule.allowed_methods)
                + texts(&rule.allowed_headers)
                + texts(&rule.expose_headers)
        });
        match limits::CORS_POLICY_SIZE.check(size.sum()) {
            Ok(()) => Diagnostics::none(),
            Err(violation) => Diagnostic::error("The CORS policy is too large", sentence(violation)).into(),
        }
    }

    fn modify_plan(
        &self,
        client: Option<&Client>,
        prior: Option<&CorsPolicyModel>,
        config: &CorsPolicyModel,
        planned: &mut CorsPolicyModel,
    ) -> Diagnostics {
        let rules = known_rules(&config.rule, to_json);
        let (Some(client), Some(rules)) = (client, rules) else { return Diagnostics::none() };
        let container = config.container_name.known().map(String::as_str);
        let text = lines(&rules);
        let path = |at: Position| Path::attribute("rule").index(at.line.saturating_sub(2));
        let (kind, text) = (DocumentKind::Cors, text.as_str());
        let changed = prior.is_none_or(|prior| prior.rule != planned.rule);
        client.guardrails.document(client, &Document { kind, text, container, changed, path: &path })
    }

    async fn create(
        &self,
        cx: &Context<'_, Client>,
        planned: CorsPolicyModel,
    ) -> Result<CorsPolicyModel, Failure<CorsPolicyModel>> {
        put(cx, &planned).await?;
        Ok(planned)
    }

    async fn read(
        &self,
        cx: &Context<'_, Client>,
        mut state: CorsPolicyModel,
    ) -> Result<Option<CorsPolicyModel>, Diagnostics> {
        let sdk = cx.client.sdk()?;
        let name = state.container_name.text();
        let got = found(call(cx, true, || sdk.get_cors_policy().container_name(name).send()).await)
            .map_err(|error| error.diagnostic(cx.client, &format!("read the CORS policy of the container `{name}`")))?;
        let Some(output) = got else { return Ok(None) };
        let prior = state.rule.into_known().unwrap_or_default();
        let prior = prior.iter().map(Some).chain(std::iter::repeat(None));
        let rules = output.cors_policy.iter().zip(prior).map(|(rule, prior)| from_sdk(rule, prior));
        state.rule = Attr::Known(rules.collect());
        Ok(Some(state))
    }

    async fn update(
        &self,
        cx: &Context<'_, Client>,
        state: CorsPolicyModel,
        planned: CorsPolicyModel,
    ) -> Result<CorsPolicyModel, Failure<CorsPolicyModel>> {
        if planned.rule != state.rule {
            put(cx, &planned).await?;
        }
        Ok(planned)
    }

    async fn delete(&self, cx: &Context<'_, Client>, state: CorsPolicyModel) -> Result<(), Failure<CorsPolicyModel>> {
        let sdk = cx.client.sdk()?;
        let name = state.container_name.text();
        let deleted = found(call(cx, true, || sdk.delete_cors_policy().container_name(name).send()).await);
        let tried = format!("delete the CORS policy of the container `{name}`");
        deleted.map(drop).map_err(|error| error.diagnostic(cx.client, &tried).into())
    }

    async fn import(&self, _: &Context<'_, Client>, id: &ImportId<'_>) -> Result<CorsPolicyModel, Diagnostics> {
        let container_name = import_by_container_name(id)?;
        Ok(CorsPolicyModel { container_name, ..CorsPolicyModel::null() })
    }

    fn identity_attributes(&self) -> Vec<IdentityAttribute> {
        identity_attributes("container_name")
    }

    fn identity(&self, client: &Client, state: &CorsPolicyModel) -> Value {
        name_identity(client, "container_name", state.container_name.text(), None)
    }
}

fn rule_block() -> Block {
    let texts = |name: &str| Attribute::new(name, Type::set(Type::String));
    Block::new("A rule. Order matters: the first rule that matches a request decides.")
        .attribute(
            texts("allowed_origins")
                .required()
                .describe(
                    "Origins (scheme, host and port as browsers send them) that may use the container, each with at most \
                     one `*`: 1 to 100.",
                )
                .check(count(limits::CORS_ALLOWED_ORIGINS))
                .check_text(|origin| limits::CORS_ORIGIN.check(origin)),
        )
        .attribute(
            texts("allowed_methods")
                .required()
                .describe("Methods that those origins may use: `PUT`, `GET`, `DELETE`, `HEAD`.")
                .check(count(limits::CORS_ALLOWED_METHODS))
                .check_text(|method| limits::CORS_METHOD.check(method)),
        )
        .attribute(
            texts("allowed_headers")
                .describe("Request headers that a preflight may ask for, each with at most one `*`: up to 100.")
                .check(count(limits::CORS_ALLOWED_HEADERS))
                .check_text(|header| limits::CORS_ALLOWED_HEADER.check(header)),
        )
        .attribute(
            texts("expose_headers")
                .describe("Response headers that a page may read: up to 100.")
                .check(count(limits::CORS_EXPOSE_HEADERS))
                .check_text(|header| limits::CORS_EXPOSE_HEADER.check(header)),
        )
        .attribute(
            Attribute::number("max_age_seconds")
                .describe("How long a browser may keep the answer to a preflight, in seconds. The API has no difference between 0 and none.")
                .check(check_max_age),
        )
}

/// A check of a collection's size.
fn count(limit: limits::Count) -> impl Fn(&Path, &Value, &mut Diagnostics) + Send + Sync + 'static {
    move |path, value, diagnostics| {
        let (Value::Set(elements) | Value::List(elements)) = value else { return };
        if let Err(violation) = limit.check(elements.len()) {
            diagnostics.push(Diagnostic::at(path.clone(), format!("Invalid value for {path}"), sentence(violation)));
        }
    }
}

fn check_max_age(path: &Path, value: &Value, diagnostics: &mut Diagnostics) {
    let Value::Number(number) = value else { return };
    let checked = number.to_i64().map(|seconds| limits::CORS_MAX_AGE_SECONDS.check(seconds).map_err(sentence));
    if let Err(detail) = checked.unwrap_or_else(|| Err("It is a whole number of seconds.".to_owned())) {
        diagnostics.push(Diagnostic::at(path.clone(), format!("Invalid value for {path}"), detail));
    }
}

async fn put(cx: &Context<'_, Client>, planned: &CorsPolicyModel) -> Result<(), Diagnostic> {
    let sdk = cx.client.sdk()?;
    let name = planned.container_name.text();
    let rules = planned.rule.known().map(Vec::as_slice).unwrap_or_default();
    let rules: Result<Vec<CorsRule>, _> = rules.iter().map(to_sdk).collect();
    let rules = rules.map_err(|error| Diagnostic::error("Invalid CORS rule", error.to_string()))?;
    let put = call(cx, true, || sdk.put_cors_policy().container_name(name).set_cors_policy(Some(rules.clone())).send());
    let put = put.await;
    put.map(drop)
        .map_err(|error| error.diagnostic(cx.client, &format!("put the CORS policy of the container `{name}`")))
}

fn to_sdk(rule: &RuleModel) -> Result<CorsRule, aws_sdk_mediastore::error::BuildError> {
    let methods = known_texts(&rule.allowed_methods);
    let methods = methods.iter().map(|method| MethodName::from(method.as_str())).collect();
    let max_age = rule.max_age_seconds.known().and_then(|seconds| i32::try_from(*seconds).ok());
    CorsRule::builder()
        .set_allowed_origins(Some(known_texts(&rule.allowed_origins)))
        .set_allowed_methods(Some(methods))
        .set_allowed_headers(Some(known_texts(&rule.allowed_headers)))
        .set_expose_headers(Some(known_texts(&rule.expose_headers)).filter(|headers| !headers.is_empty()))
        .set_max_age_seconds(max_age)
        .build()
}

/// A rule of the service. Where the API cannot tell "none" from "empty" or 0, the state's own word is kept.
fn from_sdk(rule: &CorsRule, prior: Option<&RuleModel>) -> RuleModel {
    let texts = |texts: &[String], prior: Option<&Attr<Texts>>| match prior {
        None | Some(Attr::Null) if texts.is_empty() => Attr::Null,
        _ => Attr::Known(texts.iter().map(|text| Attr::Known(text.clone())).collect()),
    };
    let methods: Vec<String> = rule.allowed_methods().iter().map(|method| method.as_str().to_owned()).collect();
    let max_age_seconds = match (rule.max_age_seconds, prior.map(|prior| &prior.max_age_seconds)) {
        (0, None | Some(Attr::Null)) => Attr::Null,
        (seconds, _) => Attr::Known(seconds.into()),
    };
    RuleModel {
        allowed_origins: texts(rule.allowed_origins(), prior.map(|prior| &prior.allowed_origins)),
        allowed_methods: texts(&methods, prior.map(|prior| &prior.allowed_methods)),
        allowed_headers: texts(rule.allowed_headers(), prior.map(|prior| &prior.allowed_headers)),
        expose_headers: texts(rule.expose_headers(), prior.map(|prior| &prior.expose_headers)),
        max_age_seconds,
    }
}

/// A rule in the API's form; `None` while a part is unknown.
fn to_json(rule: &RuleModel) -> Option<Json> {
    let sets = [&rule.allowed_origins, &rule.allowed_methods, &rule.allowed_headers, &rule.expose_headers];
    let unknown =
        |set: &Attr<Texts>| set.is_unknown() || set.known().is_some_and(|set| set.0.iter().any(Attr::is_unknown));
    if sets.into_iter().any(unknown) || rule.max_age_seconds.is_unknown() {
        return None;
    }
    Some(json!({
        "AllowedOrigins": known_texts(&rule.allowed_origins),
        "AllowedMethods": known_texts(&rule.allowed_methods),
        "AllowedHeaders": known_texts(&rule.allowed_headers),
        "ExposeHeaders": known_texts(&rule.expose_headers),
        "MaxAgeSeconds": rule.max_age_seconds.known().copied().unwrap_or(0),
    }))
}
