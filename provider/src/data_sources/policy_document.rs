//! `mediastore_policy_document`: a container policy from blocks and from other documents, checked, and the same text every time.
//!
//! Documents are merged by `Sid`: the sources in order, then the statements of the blocks, then the overrides. A later
//! statement replaces the earlier one of the same `Sid`; statements without one are all kept.

use std::collections::BTreeMap;

use async_trait::async_trait;
use mediastore_policy::parse;
use serde_json::{Map, Value as Json, json};
use tf_plugin::context::Context;
use tf_plugin::data_source::DataSource;
use tf_plugin::diagnostic::{Diagnostic, Diagnostics};
use tf_plugin::model;
use tf_plugin::model::{Attr, Set};
use tf_plugin::path::Path;
use tf_plugin::schema::{Attribute, Block, NestedBlock, Schema, sentence};
use tf_plugin::types::Type;

use crate::client::Client;

/// The version of the policy language in which variables mean something.
const VERSION: &str = "2012-10-17";

/// The data source type.
pub(super) struct PolicyDocument;

model! {
    /// The document.
    pub struct PolicyDocumentModel {
        pub policy_id: String,
        pub version: String,
        pub source_policy_documents: Vec<Attr<String>>,
        pub override_policy_documents: Vec<Attr<String>>,
        pub json: String,
        pub statement: Vec<StatementModel>,
    }
}

model! {
    /// A statement.
    pub struct StatementModel {
        pub sid: String,
        pub effect: String,
        pub actions: Set<Attr<String>>,
        pub not_actions: Set<Attr<String>>,
        pub resources: Set<Attr<String>>,
        pub not_resources: Set<Attr<String>>,
        pub principals: Vec<PrincipalsModel>,
        pub not_principals: Vec<PrincipalsModel>,
        pub condition: Vec<ConditionModel>,
    }
}

model! {
    /// Principals of one type.
    pub struct PrincipalsModel {
        pub r#type: String,
        pub identifiers: Set<Attr<String>>,
    }
}

model! {
    /// A condition.
    pub struct ConditionModel {
        pub test: String,
        pub variable: String,
        pub values: Vec<Attr<String>>,
    }
}

#[async_trait]
impl DataSource for PolicyDocument {
    type Model = PolicyDocumentModel;
    type Client = Client;

    fn name(&self) -> &'static str {
        "mediastore_policy_document"
    }

    fn schema(&self) -> Schema {
        let documents = |name: &str| Attribute::new(name, Type::list(Type::String));
        Schema::new(
            "Writes a container policy from blocks and other documents. Its grammar is checked; the same input gives the same \
             text every time.",
        )
        .attribute(Attribute::string("policy_id").describe("`Id` of the policy."))
        .attribute(Attribute::string("version").describe(format!("Version of the policy language. Default: `{VERSION}`.")))
        .attribute(documents("source_policy_documents").describe(
            "Policies to start from, in order. A later statement replaces an earlier one of the same `Sid`.",
        ))
        .attribute(documents("override_policy_documents").describe(
            "Policies whose statements replace those of the same `Sid`, or are added.",
        ))
        .attribute(Attribute::string("json").computed().describe("The policy as JSON."))
        .block(NestedBlock::list("statement", statement_block()))
    }

    async fn read(
        &self,
        _: &Context<'_, Client>,
        config: PolicyDocumentModel,
    ) -> Result<PolicyDocumentModel, Diagnostics> {
        let mut statements = Statements::default();
        for (name, documents) in [
            ("source_policy_documents", &config.source_policy_documents),
            ("override_policy_documents", &config.override_policy_documents),
        ] {
            if name == "override_policy_documents" {
                let blocks = config.statement.known().map(Vec::as_slice).unwrap_or_default();
                blocks.iter().for_each(|statement| statements.put(to_json(statement)));
            }
            for (index, text) in documents.known().map(Vec::as_slice).unwrap_or_default().iter().enumerate() {
                for statement in statements_of(text.text(), &Path::attribute(name).index(index))? {
                    statements.put(statement);
                }
            }
        }
        let mut document = Map::new();
        document.insert("Version".to_owned(), config.version.known().map_or(VERSION, String::as_str).into());
        if let Some(id) = config.policy_id.known() {
            document.insert("Id".to_owned(), id.as_str().into());
        }
        document.insert("Statement".to_owned(), statements.in_order.into());
        let text = Json::Object(document).to_string();
        if let Err(problems) = parse::parse(text.as_str()).into_result() {
            let refused = |problem: mediastore_policy::problem::Problem| {
                let help = problem.help.map(|help| format!("\n\n{}", sentence(help))).unwrap_or_default();
                Diagnostic::error("Malformed policy", format!("{}{help}", sentence(problem.message)))
            };
            return Err(problems.into_iter().map(refused).collect());
        }
        Ok(PolicyDocumentModel { json: text.into(), ..config })
    }
}

fn statement_block() -> Block {
    let texts = |name: &str, description: &str| Attribute::new(name, Type::set(Type::String)).describe(description);
    let principals = || {
        Block::new("Principals of one type.")
            .attribute(
                Attribute::string("type")
                    .required()
                    .describe("`AWS`, `Service`, `Federated`, `CanonicalUser`, or `*` for everybody."),
            )
            .attribute(texts("identifiers", "Accounts, ARNs or names; `*` with the type `*`.").required())
    };
    let condition = Block::new("A condition; all of a statement's conditions must hold.")
        .attribute(Attribute::string("test").required().describe("Operator, such as `Bool` or `StringEquals`."))
        .attribute(Attribute::string("variable").required().describe("Condition key, such as `aws:SecureTransport`."))
        .attribute(
            Attribute::new("values", Type::list(Type::String)).required().describe("Values, one of which must match."),
        );
    Block::new("A statement.")
        .attribute(Attribute::string("sid").describe("Its identifier, unique in the policy."))
        .attribute(Attribute::string("effect").describe("`Allow` or `Deny`. Default: `Allow`."))
        .attribute(texts("actions", "Actions, such as `mediastore:GetObject`."))
        .attribute(texts("not_actions", "All actions but these."))
        .attribute(texts("resources", "ARNs, such as `${mediastore_container.x.arn}/*`."))
        .attribute(texts("not_resources", "All resources but these."))
        .block(NestedBlock::list("principals", principals()))
        .block(NestedBlock::list("not_principals", principals()))
        .block(NestedBlock::list("condition", condition))
}

/// Statements in order, the later of one `Sid` in the place of the earlier.
#[derive(Default)]
struct Statements {
    in_order: Vec<Json>,
    by_sid: BTreeMap<String, usize>,
}

impl Statements {
    fn put(&mut self, statement: Json) {
        let sid = statement.get("Sid").and_then(Json::as_str).filter(|sid| !sid.is_empty()).map(str::to_owned);
        match sid.as_ref().and_then(|sid| self.by_sid.get(sid)) {
            Some(place) => self.in_order[*place] = statement,
            None => {
                if let Some(sid) = sid {
                    self.by_sid.insert(sid, self.in_order.len());
                }
                self.in_order.push(statement);
            }
        }
    }
}

/// The statements of a document, one or a list.
fn statements_of(text: &str, path: &Path) -> Result<Vec<Json>, Diagnostic> {
    let malformed = |detail: String| Diagnostic::at(path.clone(), "Malformed policy", detail);
    let mut document: Json = serde_json::from_str(text).map_err(|error| malformed(format!("Not JSON: {error}.")))?;
    match document.get_mut("Statement").map(Json::take) {
        Some(Json::Array(statements)) => Ok(statements),
        Some(statement @ Json::Object(_)) => Ok(vec![statement]),
        _ => Err(malformed("The policy has no `Statement`.".to_owned())),
    }
}

fn to_json(statement: &StatementModel) -> Json {
    let mut members = Map::new();
    let mut put = |name: &str, value: Json| {
        members.insert(name.to_owned(), value);
    };
    if let Some(sid) = statement.sid.known() {
        put("Sid", sid.as_str().into());
    }
    put("Effect", statement.effect.known().map_or("Allow", String::as_str).into());
    for (name, texts) in [
        ("Action", &statement.actions),
        ("NotAction", &statement.not_actions),
        ("Resource", &statement.resources),
        ("NotResource", &statement.not_resources),
    ] {
        if let Some(texts) = texts.known() {
            put(name, json!(texts_of(&texts.0)));
        }
    }
    for (name, principals) in [("Principal", &statement.principals), ("NotPrincipal", &statement.not_principals)] {
        let principals = principals.known().map(Vec::as_slice).unwrap_or_default();
        if !principals.is_empty() {
            put(name, principals_json(principals));
        }
    }
    let conditions = statement.condition.known().map(Vec::as_slice).unwrap_or_default();
    if !conditions.is_empty() {
        put("Condition", conditions_json(conditions));
    }
    Json::Object(members)
}

/// The texts of a collection; a null element is none. Nothing is unknown when a data source is read.
fn texts_of(elements: &[Attr<String>]) -> Vec<&str> {
    elements.iter().filter_map(|element| element.known().map(String::as_str)).collect()
}

fn principals_json(principals: &[PrincipalsModel]) -> Json {
    let mut types: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for entry in principals {
        let identifiers = entry.identifiers.known().map(|set| set.0.as_slice()).unwrap_or_default();
        types.entry(entry.r#type.text()).or_default().extend(texts_of(identifiers));
    }
    if types.contains_key("*") { "*".into() } else { json!(types) }
}

/// Conditions with one operator and key are one condition with all their values, as in every such document.
fn conditions_json(conditions: &[ConditionModel]) -> Json {
    let mut operators: BTreeMap<&str, BTreeMap<&str, Vec<&str>>> = BTreeMap::new();
    for condition in conditions {
        let keys = operators.entry(condition.test.text()).or_default();
        let values = keys.entry(condition.variable.text()).or_default();
        values.extend(texts_of(condition.values.known().map(Vec::as_slice).unwrap_or_default()));
    }
    json!(operators)
}
