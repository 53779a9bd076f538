//! `mediastore_lifecycle_policy`: when objects expire or move to infrequent access.
//!
//! The API takes a JSON text. A configuration may write that text in `policy`, or rules in blocks from which the text is made;
//! either way `policy` holds the text, and differences are judged by it.

use async_trait::async_trait;
use mediastore_lint::unit::DocumentKind;
use mediastore_policy::{lifecycle, limits};
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

use super::{Texts, container_name, import_by_container_name, known_rules, known_texts};
use crate::client::{Client, call, found};
use crate::containers::{identity_attributes, name_identity};
use crate::guardrails::Document;

/// The resource type.
pub(super) struct LifecyclePolicy;

model! {
    /// A lifecycle policy.
    pub struct LifecyclePolicyModel {
        pub container_name: String,
        pub policy: String,
        pub rule: Vec<RuleModel>,
        pub timeouts: Timeouts,
    }
}

model! {
    /// A rule of a lifecycle policy.
    pub struct RuleModel {
        pub prefixes: Texts,
        pub wildcards: Texts,
        pub seconds_since_create: i64,
        pub days_since_create: i64,
        pub operator: String,
        pub action: String,
    }
}

#[async_trait]
impl Resource for LifecyclePolicy {
    type Model = LifecyclePolicyModel;
    type Client = Client;

    fn name(&self) -> &'static str {
        "mediastore_lifecycle_policy"
    }

    fn schema(&self) -> Schema {
        let rules = u32::try_from(limits::LIFECYCLE_RULES.max).expect("ten fits");
        Schema::new(
            "The lifecycle policy of a container: objects that live for seconds, expire after days, or move to infrequent \
             access. Written as JSON in `policy`, or as `rule` blocks.",
        )
        .attribute(container_name())
        .attribute(
            Attribute::string("policy")
                .optional_computed()
                .same(same_json)
                .describe("The policy as JSON, up to 8,192 characters. Made from the `rule` blocks where there are any."),
        )
        .block(NestedBlock::list("rule", rule_block()).count(0, rules))
        .block(timeouts::block())
    }

    fn validate(&self, config: &LifecyclePolicyModel) -> Diagnostics {
        let rules = config.rule.known().map(Vec::as_slice).unwrap_or_default();
        match (&config.policy, rules) {
            (Attr::Null, []) if !config.rule.is_unknown() => {
                let detail = "Write the policy as JSON in `policy`, or as `rule` blocks.";
                Diagnostic::error("No lifecycle policy", detail).into()
            }
            (Attr::Known(_) | Attr::Unknown, [_, ..]) => {
                let detail = "The policy is written twice: use `policy` or `rule` blocks, not both.";
                Diagnostic::at(Path::attribute("policy"), "Two lifecycle policies", detail).into()
            }
            (Attr::Known(text), _) => refusals(text, &|_| Path::attribute("policy")),
            _ => match known_rules(&config.rule, to_json) {
                Some(rules) if !rules.is_empty() => refusals(&document(rules), &rule_path),
                _ => Diagnostics::none(),
            },
        }
    }

    fn modify_plan(
        &self,
        client: Option<&Client>,
        prior: Option<&LifecyclePolicyModel>,
        config: &LifecyclePolicyModel,
        planned: &mut LifecyclePolicyModel,
    ) -> Diagnostics {
        if !config.policy.is_null() {
            return guarded(client, prior, planned, "policy");
        }
        let rules = known_rules(&planned.rule, to_json);
        let before = prior.and_then(|prior| prior.policy.known());
        planned.policy = match (rules.map(document), before) {
            (None, _) => Attr::Unknown,
            (Some(made), Some(prior)) if same_text(&made, prior) => prior.clone().into(),
            (Some(made), _) => made.into(),
        };
        guarded(client, prior, planned, "rule")
    }

    async fn create(
        &self,
        cx: &Context<'_, Client>,
        planned: LifecyclePolicyModel,
    ) -> Result<LifecyclePolicyModel, Failure<LifecyclePolicyModel>> {
        put(cx, planned).await
    }

    async fn read(
        &self,
        cx: &Context<'_, Client>,
        mut state: LifecyclePolicyModel,
    ) -> Result<Option<LifecyclePolicyModel>, Diagnostics> {
        let sdk = cx.client.sdk()?;
        let name = state.container_name.text();
        let got = found(call(cx, true, || sdk.get_lifecycle_policy().container_name(name).send()).await).map_err(
            |error| error.diagnostic(cx.client, &format!("read the lifecycle policy of the container `{name}`")),
        )?;
        let Some(output) = got else { return Ok(None) };
        state.policy = output.lifecycle_policy.into();
        Ok(Some(state))
    }

    async fn update(
        &self,
        cx: &Context<'_, Client>,
        state: LifecyclePolicyModel,
        planned: LifecyclePolicyModel,
    ) -> Result<LifecyclePolicyModel, Failure<LifecyclePolicyModel>> {
        if planned.policy == state.policy { Ok(planned) } else { put(cx, planned).await }
    }

    async fn delete(
        &self,
        cx: &Context<'_, Client>,
        state: LifecyclePolicyModel,
    ) -> Result<(), Failure<LifecyclePolicyModel>> {
        let sdk = cx.client.sdk()?;
        let name = state.container_name.text();
        let deleted = found(call(cx, true, || sdk.delete_lifecycle_policy().container_name(name).send()).await);
        let tried = format!("delete the lifecycle policy of the container `{name}`");
        deleted.map(drop).map_err(|error| error.diagnostic(cx.client, &tried).into())
    }

    async fn import(&self, _: &Context<'_, Client>, id: &ImportId<'_>) -> Result<LifecyclePolicyModel, Diagnostics> {
        let container_name = import_by_container_name(id)?;
        Ok(LifecyclePolicyModel { container_name, ..LifecyclePolicyModel::null() })
    }

    fn identity_attributes(&self) -> Vec<IdentityAttribute> {
        identity_attributes("container_name")
    }

    fn identity(&self, client: &Client, state: &LifecyclePolicyModel) -> Value {
        name_identity(client, "container_name", state.container_name.text(), None)
    }
}

/// What the guardrails say of the policy, which is written in that attribute or block.
fn guarded(
    client: Option<&Client>,
    prior: Option<&LifecyclePolicyModel>,
    planned: &LifecyclePolicyModel,
    written: &str,
) -> Diagnostics {
    let (Some(client), Some(text)) = (client, planned.policy.known()) else { return Diagnostics::none() };
    let container = planned.container_name.known().map(String::as_str);
    let (kind, path) = (DocumentKind::Lifecycle, |_| Path::attribute(written));
    let changed = prior.is_none_or(|prior| prior.policy != planned.policy);
    client.guardrails.document(client, &Document { kind, text, container, changed, path: &path })
}

fn rule_block() -> Block {
    let texts = |name: &str| Attribute::new(name, Type::set(Type::String));
    Block::new("A rule: which objects, how old, and what becomes of them.")
        .attribute(texts("prefixes").describe(
            "Beginnings of paths, without a leading `/`; `\"\"` is every object. Up to 10. A rule has prefixes or wildcards.",
        ))
        .attribute(texts("wildcards").describe(
            "Path patterns in which `*` stands for any characters, also `/`. Up to 10. Needed with `seconds_since_create`.",
        ))
        .attribute(Attribute::number("seconds_since_create").describe(
            "Age in seconds, 1 to 300. Such objects are not listed, and the rule touches only objects written after it.",
        ))
        .attribute(Attribute::number("days_since_create").describe("Age in days, 1 to 36,500; 30 with `ARCHIVE`."))
        .attribute(Attribute::string("operator").default(">=").describe("`>=` or `>`. Default: `>=`."))
        .attribute(
            Attribute::string("action")
                .default("EXPIRE")
                .describe("`EXPIRE`, or `ARCHIVE` to move the object to infrequent access. Default: `EXPIRE`."),
        )
}

/// A rule in the API's form; `None` while a part is unknown. What cannot be right is left to the check of the whole text.
fn to_json(rule: &RuleModel) -> Option<Json> {
    let unknown = rule.prefixes.is_unknown()
        || rule.wildcards.is_unknown()
        || rule.seconds_since_create.is_unknown()
        || rule.days_since_create.is_unknown()
        || rule.operator.is_unknown()
        || rule.action.is_unknown();
    let any_unknown = |texts: &Attr<Texts>| texts.known().is_some_and(|set| set.0.iter().any(Attr::is_unknown));
    if unknown || any_unknown(&rule.prefixes) || any_unknown(&rule.wildcards) {
        return None;
    }
    let prefixes = known_texts(&rule.prefixes).into_iter().map(|prefix| json!({ "prefix": prefix }));
    let wildcards = known_texts(&rule.wildcards).into_iter().map(|wildcard| json!({ "wildcard": wildcard }));
    let mut definition = serde_json::Map::new();
    definition.insert("path".to_owned(), prefixes.chain(wildcards).collect());
    // In a configuration the defaults are not filled in yet, in a plan they are: both must make the same text.
    let operator = rule.operator.known().map_or(">=", String::as_str);
    let action = rule.action.known().map_or("EXPIRE", String::as_str);
    for (name, age) in
        [("seconds_since_create", &rule.seconds_since_create), ("days_since_create", &rule.days_since_create)]
    {
        if let Some(age) = age.known() {
            definition.insert(name.to_owned(), json!([{ "numeric": [operator, age] }]));
        }
    }
    Some(json!({ "definition": definition, "action": action }))
}

fn document(rules: Vec<Json>) -> String {
    json!({ "rules": rules }).to_string()
}

/// What the service would refuse; `place` turns a JSON pointer into the attribute at fault.
fn refusals(text: &str, place: &dyn Fn(&str) -> Path) -> Diagnostics {
    let Err(problems) = lifecycle::parse(text) else { return Diagnostics::none() };
    let diagnostic = |problem: lifecycle::Problem| {
        let summary = "The service would refuse this lifecycle policy";
        Diagnostic::at(place(&problem.pointer), summary, sentence(problem))
    };
    problems.into_iter().map(diagnostic).collect()
}

/// `/rules/2/definition/…` is the block `rule[2]`.
fn rule_path(pointer: &str) -> Path {
    let index = pointer.strip_prefix("/rules/").and_then(|rest| rest.split('/').next()?.parse().ok());
    index.map_or(Path::attribute("rule"), |index| Path::attribute("rule").index(index))
}

fn same_json(a: &Value, b: &Value) -> bool {
    matches!((a.as_str(), b.as_str()), (Some(a), Some(b)) if same_text(a, b))
}

fn same_text(a: &str, b: &str) -> bool {
    a == b || matches!((lifecycle::parse(a), lifecycle::parse(b)), (Ok(a), Ok(b)) if a == b)
}

async fn put(
    cx: &Context<'_, Client>,
    mut planned: LifecyclePolicyModel,
) -> Result<LifecyclePolicyModel, Failure<LifecyclePolicyModel>> {
    let sdk = cx.client.sdk()?;
    if planned.policy.is_unknown() {
        let rules = known_rules(&planned.rule, to_json);
        planned.policy = rules.map(document).into();
    }
    let (name, policy) = (planned.container_name.text(), planned.policy.text());
    let put = call(cx, true, || sdk.put_lifecycle_policy().container_name(name).lifecycle_policy(policy).send()).await;
    match put {
        Ok(_) => Ok(planned),
        Err(error) => {
            Err(error.diagnostic(cx.client, &format!("put the lifecycle policy of the container `{name}`")).into())
        }
    }
}
